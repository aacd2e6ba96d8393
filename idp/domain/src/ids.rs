//! Typed identifiers: a UUIDv7 (RFC 9562, section 5.7) that travels as a TypeID, `prefix_` and 26 characters of
//! Crockford base32, so that a token of one kind never passes for another.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::random::{self, Rng};
use crate::time::Timestamp;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Why a text is not an identifier of the expected kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of the kind {expected}_")]
pub struct NotAnId {
    /// The prefix that was expected.
    pub expected: &'static str,
}

/// Mints a UUIDv7 from a given clock reading and random source.
pub fn uuid_v7(now: Timestamp, rng: &dyn Rng) -> Uuid {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random::bytes::<10>(rng)).into_uuid()
}

/// The 26 characters of a UUID in TypeID form.
pub fn encode(id: Uuid) -> String {
    let value = id.as_u128();
    (0..26_u32)
        .rev()
        .map(|digit| {
            let index = usize::try_from((value >> (5 * digit)) & 31).unwrap_or(0);
            char::from(ALPHABET.get(index).copied().unwrap_or(b'0'))
        })
        .collect()
}

/// Reads 26 characters in TypeID form; only the canonical spelling is accepted.
pub fn decode(text: &str) -> Option<Uuid> {
    let bytes = text.as_bytes();
    if bytes.len() != 26 || bytes.first().is_none_or(|first| *first > b'7') {
        return None;
    }
    let mut value: u128 = 0;
    for byte in bytes {
        let digit = ALPHABET.iter().position(|candidate| candidate == byte)?;
        value = (value << 5) | u128::try_from(digit).ok()?;
    }
    Some(Uuid::from_u128(value))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// The prefix of the textual form.
            pub const PREFIX: &'static str = $prefix;

            /// Mints a new identifier.
            pub fn mint(now: Timestamp, rng: &dyn Rng) -> Self {
                Self(uuid_v7(now, rng))
            }

            /// An identifier read back from storage.
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// The value to store.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                text.strip_prefix($prefix)
                    .and_then(|rest| rest.strip_prefix('_'))
                    .and_then(decode)
                    .map(Self)
                    .ok_or(NotAnId { expected: $prefix })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// A tenant; also the public `tid` / `org_id` claim.
    TenantId = "tnt";
    /// A person, global within a cell.
    IdentityId = "idn";
    /// A person in one tenant; the `sub` at that tenant's issuer, kept over leaving and returning.
    MemberId = "mem";
    /// An address of an identity.
    AddressId = "adr";
    /// A proof of a mailbox under way.
    ProofId = "prf";
    /// A tenant's invitation to an address.
    InvitationId = "inv";
    /// A way to sign in.
    CredentialId = "crd";
    /// An OAuth client.
    AppId = "app";
    /// A resource server that tokens can be asked for (RFC 8707).
    ResourceId = "res";
    /// A signed-in state of a browser.
    SessionId = "ses";
    /// An unfinished sign-in.
    FlowId = "flw";
    /// One event of the log.
    EventId = "evt";
    /// What a person granted to an app at one sign-in: the family of its tokens.
    GrantId = "grt";
    /// A signing key; its `kid`.
    KeyId = "key";
    /// A domain of a tenant.
    DomainId = "dom";
    /// A tenant's own upstream.
    ConnectionId = "con";
    /// An upstream of the operator, offered to everybody.
    ProviderId = "prv";
    /// A job.
    JobId = "job";
    /// A letter in the queue.
    MailId = "mail";
    /// One HTTP request, as shown on error pages and in logs.
    RequestId = "req";
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_uuid_survives_the_text(value: u128) {
            let id = TenantId::from_uuid(Uuid::from_u128(value));
            prop_assert_eq!(id.to_string().parse::<TenantId>(), Ok(id));
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            if let Ok(id) = text.parse::<TenantId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }

    #[test]
    fn kinds_do_not_mix() {
        let tenant = TenantId::from_uuid(Uuid::from_u128(7)).to_string();
        assert!(tenant.parse::<IdentityId>().is_err());
        assert!(tenant.to_uppercase().parse::<TenantId>().is_err());
    }

    #[test]
    fn agrees_with_the_typeid_specification() {
        let uuid = Uuid::from_u128(0x0189_0a5d_ac96_774b_bcce_b302_099a_8057);
        assert_eq!(encode(uuid), "01h455vb4pex5vsknk084sn02q");
        assert_eq!(decode("8zzzzzzzzzzzzzzzzzzzzzzzzz"), None);
    }
}
