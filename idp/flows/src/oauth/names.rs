//! Names that tokens carry: whom they are about at which issuer, in which session, by which grant.

use data_encoding::BASE64URL_NOPAD;
use gatehouse_domain::ids::{self, GrantId, IdentityId, MemberId, SessionId};
use gatehouse_domain::secret::Digest;
use gatehouse_keys::mint::CellLabel;
use gatehouse_keys::seal::Mac;
use uuid::Uuid;

use crate::keyring::POOL;
use crate::{Fault, Issuer};

/// The authentication context class of one factor.
pub(crate) const ACR_SINGLE: &str = "urn:gatehouse:acr:single-factor";

/// The cell that handles name.
pub(crate) fn cell_label() -> Result<CellLabel, Fault> {
    POOL.parse().map_err(|_| Fault::Inconsistent("cell name"))
}

/// The `sub` of a person: at a tenant's issuer the member, so that tenants cannot compare people; at the platform's the
/// identity.
pub(crate) fn subject(issuer: &Issuer, identity: IdentityId, member: MemberId) -> String {
    if issuer.is_platform() { identity.to_string() } else { member.to_string() }
}

/// The `sid` of a session at an issuer; two issuers cannot compare theirs.
pub(crate) fn sid(issuer: &Issuer, session: SessionId) -> String {
    let digest = Digest::of(format!("sid\0{}\0{}", session.uuid(), issuer.iss()).as_bytes());
    BASE64URL_NOPAD.encode(digest.as_bytes().get(..16).unwrap_or_default())
}

/// What an access token stands on, as its `jti` says under a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    /// A person's grant.
    Grant(GrantId),
    /// An app's own right: the epochs of the app and of the tenant when the token was made.
    App(i32, i32),
}

/// The `jti` of an access token: its own id, and what it stands on under a mask that only the tenant's key lifts, so that
/// nobody who reads the token can name the grant.
pub(crate) fn jti(token: Uuid, ground: Ground, mask: &Mac) -> String {
    let number = mask.number(token.as_bytes());
    match ground {
        Ground::Grant(grant) => {
            format!("{}{}", ids::encode(token), ids::encode(Uuid::from_u128(grant.uuid().as_u128() ^ number)))
        }
        Ground::App(app, tenant) => {
            let [a, b, c, d] = app.to_be_bytes();
            let [e, f, g, h] = tenant.to_be_bytes();
            let epochs = u64::from_be_bytes([a, b, c, d, e, f, g, h]) ^ high(number);
            format!("{}{epochs:016x}", ids::encode(token))
        }
    }
}

/// Reads a `jti` of ours.
pub(crate) fn read_jti(text: &str, mask: &Mac) -> Option<(Uuid, Ground)> {
    let (token, rest) = text.split_at_checked(26)?;
    let token = ids::decode(token)?;
    let number = mask.number(token.as_bytes());
    if rest.len() == 26 {
        let grant = ids::decode(rest)?.as_u128() ^ number;
        return Some((token, Ground::Grant(GrantId::from_uuid(Uuid::from_u128(grant)))));
    }
    let epochs = u64::from_str_radix(rest, 16).ok().filter(|_| rest.len() == 16)? ^ high(number);
    let [a, b, c, d, e, f, g, h] = epochs.to_be_bytes();
    Some((token, Ground::App(i32::from_be_bytes([a, b, c, d]), i32::from_be_bytes([e, f, g, h]))))
}

/// The id of the grant that a code becomes: only the tenant's key leads from the code to it, so that nobody who finds a code in
/// an address can name its grant.
pub(crate) fn grant_of_code(code: &Digest, key: &Mac) -> GrantId {
    GrantId::from_uuid(Uuid::from_u128(key.number(code.as_bytes())))
}

fn high(number: u128) -> u64 {
    u64::try_from(number >> 64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_keys::entropy::SystemRng;
    use gatehouse_keys::seal::DataKey;

    #[test]
    fn a_jti_names_its_ground_only_to_the_key() {
        let mask = |key: &DataKey| key.mac_key("jti").unwrap();
        let (ours, theirs) = (DataKey::generate(&SystemRng).unwrap(), DataKey::generate(&SystemRng).unwrap());
        let token = Uuid::from_u128(77);
        let grant = GrantId::from_uuid(Uuid::from_u128(99));
        for ground in [Ground::Grant(grant), Ground::App(1, 2), Ground::App(i32::MAX, -7)] {
            let text = jti(token, ground, &mask(&ours));
            assert_eq!(read_jti(&text, &mask(&ours)), Some((token, ground)));
            assert_ne!(read_jti(&text, &mask(&theirs)), Some((token, ground)));
            assert!(!text.contains(&ids::encode(grant.uuid())));
            assert_eq!(read_jti(&text[..text.len() - 1], &mask(&ours)), None);
        }
        assert_eq!(read_jti("short", &mask(&ours)), None);
        assert_eq!(read_jti(&ids::encode(token), &mask(&ours)), None);
    }

    #[test]
    fn sessions_have_another_name_at_each_issuer() {
        let session = SessionId::from_uuid(Uuid::from_u128(5));
        let (one, two) = (Issuer::platform("https://id.example"), Issuer::platform("https://id2.example"));
        assert_ne!(sid(&one, session), sid(&two, session));
        assert_eq!(sid(&one, session), sid(&one, session));
    }
}
