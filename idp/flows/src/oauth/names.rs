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

/// The `jti` of an access token: its own id, and the id of its grant under a mask that only the tenant's key lifts, so that
/// nobody who reads the token can name the grant.
pub(crate) fn jti(token: Uuid, grant: Option<GrantId>, mask: &Mac) -> String {
    match grant {
        Some(grant) => format!("{}{}", ids::encode(token), ids::encode(masked(grant.uuid(), token, mask))),
        None => ids::encode(token),
    }
}

/// Reads a `jti` of ours: the token's id, and the grant's if it has one.
pub(crate) fn read_jti(text: &str, mask: &Mac) -> Option<(Uuid, Option<GrantId>)> {
    let (token, rest) = text.split_at_checked(26)?;
    let token = ids::decode(token)?;
    if rest.is_empty() {
        return Some((token, None));
    }
    let grant = masked(ids::decode(rest)?, token, mask);
    Some((token, Some(GrantId::from_uuid(grant))))
}

/// The id of the grant that a code becomes: only the tenant's key leads from the code to it, so that nobody who finds a code in
/// an address can name its grant.
pub(crate) fn grant_of_code(code: &Digest, key: &Mac) -> GrantId {
    GrantId::from_uuid(Uuid::from_u128(first_16(&key.tag(code.as_bytes()))))
}

fn masked(id: Uuid, token: Uuid, mask: &Mac) -> Uuid {
    Uuid::from_u128(id.as_u128() ^ first_16(&mask.tag(token.as_bytes())))
}

fn first_16(tag: &[u8; 32]) -> u128 {
    tag.iter().take(16).fold(0, |number, byte| (number << 8) | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_keys::entropy::SystemRng;
    use gatehouse_keys::seal::DataKey;

    #[test]
    fn a_jti_names_its_grant_only_to_the_key() {
        let mask = |key: &DataKey| key.mac_key("jti").unwrap();
        let (ours, theirs) = (DataKey::generate(&SystemRng).unwrap(), DataKey::generate(&SystemRng).unwrap());
        let (token, grant) = (Uuid::from_u128(77), GrantId::from_uuid(Uuid::from_u128(99)));
        let text = jti(token, Some(grant), &mask(&ours));
        assert_eq!(read_jti(&text, &mask(&ours)), Some((token, Some(grant))));
        assert_ne!(read_jti(&text, &mask(&theirs)), Some((token, Some(grant))));
        assert!(!text.contains(&ids::encode(grant.uuid())));
        assert_eq!(read_jti(&jti(token, None, &mask(&ours)), &mask(&ours)), Some((token, None)));
        assert_eq!(read_jti("short", &mask(&ours)), None);
    }

    #[test]
    fn sessions_have_another_name_at_each_issuer() {
        let session = SessionId::from_uuid(Uuid::from_u128(5));
        let (one, two) = (Issuer::platform("https://id.example"), Issuer::platform("https://id2.example"));
        assert_ne!(sid(&one, session), sid(&two, session));
        assert_eq!(sid(&one, session), sid(&one, session));
    }
}
