//! What a tenant has to put into a domain's DNS.

use std::fmt;

use data_encoding::BASE32_NOPAD;

use crate::random::{self, Rng};
use crate::tenant::DomainName;

/// A value that only one claim has: random for the tenant and the domain, so that nobody proves a domain with what another tenant
/// put there. It is no secret: everybody reads it in the DNS.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge(String);

impl Challenge {
    /// What stands before the value in the record.
    pub const PREFIX: &'static str = "gatehouse-domain-verification=";

    /// A new one, of 160 random bits.
    pub fn mint(rng: &dyn Rng) -> Self {
        Self(BASE32_NOPAD.encode(&random::bytes::<20>(rng)).to_ascii_lowercase())
    }

    /// A value read back from storage.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The value to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the TXT record.
    pub fn host(domain: &DomainName) -> String {
        format!("_gatehouse-challenge.{domain}")
    }

    /// The text of the TXT record.
    pub fn record(&self) -> String {
        format!("{}{}", Self::PREFIX, self.0)
    }

    /// Whether one of the domain's TXT records is this one, to the letter.
    pub fn is_among<'a>(&self, records: impl IntoIterator<Item = &'a str>) -> bool {
        let wanted = self.record();
        records.into_iter().any(|record| record == wanted)
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenge({})", self.0)
    }
}
