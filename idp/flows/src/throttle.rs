//! Throttles: they slow the source of too many tries, and never lock out the person whose address is tried.

use gatehouse_domain::oauth::Owner;
use gatehouse_keys::seal::Mac;
use gatehouse_store::counters::{self, CounterKey};

use crate::{Ctx, Fault, Idp};

/// Tries within a window of ten minutes, before the source has to wait for its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of one network (/24 or /48), for all addresses together.
    pub per_network: u32,
    /// Of one network for one address.
    pub per_network_and_address: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_network: 150, per_network_and_address: 10 }
    }
}

const WINDOW_SECONDS: u32 = 600;

impl Idp {
    /// Counts a password try before the work it would cause; seconds to wait if it is one too many.
    pub(crate) async fn count_password_try(&self, cx: &Ctx, address: &str) -> Result<Option<u32>, Fault> {
        let mac = self.throttle_mac().await?;
        let network = cx.network().map(|network| network.to_string()).unwrap_or_default();
        let limits = self.settings.limits;
        let key = |subject: String, limit| CounterKey {
            key: mac.tag(subject.as_bytes()),
            window_s: WINDOW_SECONDS,
            limit,
        };
        let keys = [
            key(format!("password\0{network}"), limits.per_network),
            key(format!("password\0{network}\0{address}"), limits.per_network_and_address),
        ];
        let counts = counters::count(self.pool()?, &keys, cx.now).await?;
        let wait = counts
            .iter()
            .filter(|count| count.over)
            .map(|count| count.reset_at.signed_duration_since(cx.now).num_seconds().max(1))
            .max();
        Ok(wait.map(|seconds| u32::try_from(seconds).unwrap_or(WINDOW_SECONDS)))
    }

    /// A fingerprint of an address for events: the same address gives the same text, and nobody without the key can try
    /// addresses against it.
    pub(crate) async fn address_fingerprint(&self, address: &str) -> Result<String, Fault> {
        let mac = self.data_key(Owner::Platform).await?.mac_key("event-address")?;
        let tag = mac.tag(address.as_bytes());
        Ok(data_encoding::HEXLOWER.encode(tag.get(..12).unwrap_or_default()))
    }

    async fn throttle_mac(&self) -> Result<Mac, Fault> {
        Ok(self.data_key(Owner::Platform).await?.mac_key("throttle")?)
    }
}
