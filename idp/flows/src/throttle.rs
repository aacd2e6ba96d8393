//! Throttles: they slow the source of too many tries, and never lock out the person whose address is tried.

use gatehouse_domain::oauth::Owner;
use gatehouse_domain::secret::Digest;
use gatehouse_keys::seal::Mac;
use gatehouse_store::counters::{self, CounterKey};

use crate::{Ctx, Fault, Idp};

/// Tries within a window of ten minutes, before the source has to wait for its end. Tries that succeed are given back, so
/// that an office behind one address is not slowed by its own people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of one network (/24 or /48), for all addresses together.
    pub per_network: u32,
    /// Of one network for one address.
    pub per_network_and_address: u32,
    /// For one address from all browsers that have not signed it in before.
    pub per_address: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_network: 150, per_network_and_address: 10, per_address: 100 }
    }
}

const WINDOW_SECONDS: u32 = 600;

/// A try that was counted.
#[derive(Debug)]
pub(crate) struct Counted {
    /// What was counted, to be given back if the try succeeds.
    pub(crate) keys: Vec<CounterKey>,
    /// Seconds to wait, if it is one too many.
    pub(crate) wait: Option<u32>,
}

impl Idp {
    /// Counts a password try before the work it would cause. A browser that has signed the address in before is judged by
    /// itself, so that nobody else's tries stand in its way.
    pub(crate) async fn count_password_try(
        &self,
        cx: &Ctx,
        address: &str,
        known_browser: Option<Digest>,
    ) -> Result<Counted, Fault> {
        let keys = self.throttle_keys(cx, address, known_browser).await?;
        let counts = counters::count(self.pool()?, &keys, cx.now).await?;
        let wait = counts
            .iter()
            .filter(|count| count.over)
            .map(|count| count.reset_at.signed_duration_since(cx.now).num_seconds().max(1))
            .max();
        Ok(Counted { keys, wait: wait.map(|seconds| u32::try_from(seconds).unwrap_or(WINDOW_SECONDS)) })
    }

    /// The mark that a browser bears once it has signed an address in.
    pub(crate) async fn browser_mark(&self, address: &str) -> Result<[u8; 32], Fault> {
        Ok(self.data_key(Owner::Platform).await?.mac_key("browser-mark")?.tag(address.as_bytes()))
    }

    async fn throttle_keys(
        &self,
        cx: &Ctx,
        address: &str,
        known_browser: Option<Digest>,
    ) -> Result<Vec<CounterKey>, Fault> {
        let mac: Mac = self.data_key(Owner::Platform).await?.mac_key("throttle")?;
        let key = |subject: &[&[u8]], limit| {
            let joined = subject.join(&0_u8);
            CounterKey { key: mac.tag(&joined), window_s: WINDOW_SECONDS, limit }
        };
        let limits = self.settings.limits;
        if let Some(browser) = known_browser {
            let subject: [&[u8]; 3] = [b"password-browser", browser.as_bytes(), address.as_bytes()];
            return Ok(vec![key(&subject, limits.per_network_and_address)]);
        }
        let network = cx.network().map(|network| network.to_string()).unwrap_or_default();
        let (network, address) = (network.as_bytes(), address.as_bytes());
        Ok(vec![
            key(&[b"password", network], limits.per_network),
            key(&[b"password", network, address], limits.per_network_and_address),
            key(&[b"password-address", address], limits.per_address),
        ])
    }

    /// A fingerprint of an address for the events of an owner: the same address gives the same text there, and nobody
    /// without the owner's key can try addresses against it.
    pub(crate) async fn address_fingerprint(&self, owner: Owner, address: &str) -> Result<String, Fault> {
        let mac = self.data_key(owner).await?.mac_key("event-address")?;
        let tag = mac.tag(address.as_bytes());
        Ok(data_encoding::HEXLOWER.encode(tag.get(..12).unwrap_or_default()))
    }
}
