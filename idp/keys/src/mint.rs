//! Opaque tokens: `gh_<kind>_…`, a random secret that says what it is, where its row lives, and whether it was copied
//! whole.
//!
//! Two forms: `gh_cs_SECRET` and `gh_rt_CELL.TENANT.ROW.SECRET`, where tenant and row may be empty. The secret is 256
//! random bits as 43 letters and digits, followed by 6 that check the whole text, so junk is refused before the
//! database is asked. What stands in clear is a hint for finding the row; only the digest proves anything.

mod base62;

use std::fmt;
use std::str::FromStr;

use gatehouse_domain::ids::{self, TenantId};
use gatehouse_domain::random::{self, Rng};
use gatehouse_domain::secret::{Digest, Secret};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::seal::Mac;

/// What a token is for; tokens of one kind never pass for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The cookie of a browser with sessions.
    Browser,
    /// The cookie of a browser before its first session.
    PreSession,
    /// The reference to an unfinished sign-in.
    Flow,
    /// An authorization code (RFC 6749, section 4.1.2).
    Code,
    /// A refresh token (RFC 6749, section 1.5).
    Refresh,
    /// A client secret (RFC 6749, section 2.3.1).
    ClientSecret,
    /// A token for the management API.
    Api,
    /// A link sent by mail.
    MailLink,
    /// A one-time ticket from one host to another.
    Ticket,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Browser,
        Self::PreSession,
        Self::Flow,
        Self::Code,
        Self::Refresh,
        Self::ClientSecret,
        Self::Api,
        Self::MailLink,
        Self::Ticket,
    ];

    /// The start of every token of the kind; for secret scanners too.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Browser => "gh_bh_",
            Self::PreSession => "gh_ps_",
            Self::Flow => "gh_fl_",
            Self::Code => "gh_ac_",
            Self::Refresh => "gh_rt_",
            Self::ClientSecret => "gh_cs_",
            Self::Api => "gh_at_",
            Self::MailLink => "gh_ml_",
            Self::Ticket => "gh_tk_",
        }
    }
}

/// The name of a cell: 1 to 32 lower-case letters, digits and inner hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CellLabel(String);

impl CellLabel {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CellLabel {
    type Err = BadHandle;

    fn from_str(text: &str) -> Result<Self, BadHandle> {
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !text.starts_with('-')
            && !text.ends_with('-');
        if fits { Ok(Self(text.to_owned())) } else { Err(BadHandle) }
    }
}

impl fmt::Display for CellLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where the row of a token lives, as it stands in the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whereabouts {
    /// The cell whose database holds the row.
    pub cell: CellLabel,
    /// The tenant whose scope the row is in, if any.
    pub tenant: Option<TenantId>,
    /// The row, or the object it belongs to, if that helps to find it.
    pub row: Option<Uuid>,
}

/// A new token: the text to hand out once, and the digest to store.
#[derive(Debug)]
pub struct Minted {
    /// The token.
    pub text: Secret<String>,
    /// SHA-256 of the whole text.
    pub digest: Digest,
}

/// Mints a token from 256 random bits.
pub fn mint(kind: Kind, whereabouts: Option<&Whereabouts>, rng: &dyn Rng) -> Minted {
    write(kind, whereabouts, &Zeroizing::new(random::bytes::<32>(rng)))
}

/// Mints a token whose row stands in it under a mask that only `mask` lifts: whoever learns the name of a row elsewhere
/// cannot write a token that leads to it.
pub fn mint_hidden(kind: Kind, whereabouts: &Whereabouts, mask: &Mac, rng: &dyn Rng) -> Minted {
    let secret = Zeroizing::new(random::bytes::<32>(rng));
    let mut written = Zeroizing::new(String::with_capacity(base62::SECRET_LEN));
    base62::push_secret(&secret, &mut written);
    let row = whereabouts.row.map(|row| masked(row, &Digest::of(written.as_bytes()), mask));
    write(kind, Some(&Whereabouts { row, ..whereabouts.clone() }), &secret)
}

fn masked(row: Uuid, secret: &Digest, mask: &Mac) -> Uuid {
    Uuid::from_u128(row.as_u128() ^ mask.number(secret.as_bytes()))
}

fn write(kind: Kind, whereabouts: Option<&Whereabouts>, secret: &[u8; 32]) -> Minted {
    // Enough for every token, so that no reallocation leaves a copy of the secret behind.
    let mut text = String::with_capacity(MAX_LEN);
    text.push_str(kind.prefix());
    if let Some(place) = whereabouts {
        let tenant = place.tenant.map(|tenant| ids::encode(tenant.uuid())).unwrap_or_default();
        let row = place.row.map(ids::encode).unwrap_or_default();
        for part in [place.cell.as_str(), &tenant, &row] {
            text.push_str(part);
            text.push('.');
        }
    }
    base62::push_secret(secret, &mut text);
    let check = base62::check(text.as_bytes());
    text.push_str(&check);
    let digest = Digest::of(text.as_bytes());
    Minted { text: Secret::new(text), digest }
}

/// A well-formed token as presented: a hint where to look, and the digest to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle {
    /// What the token is for.
    pub kind: Kind,
    /// What it says about its row. Unproven until a row with the digest is found there.
    pub whereabouts: Option<Whereabouts>,
    /// SHA-256 of the whole text.
    pub digest: Digest,
    /// SHA-256 of the secret part.
    secret: Digest,
}

impl Handle {
    /// The row of a token of [`mint_hidden`]; for a token that was not made under this mask, some row that nobody has.
    pub fn hidden_row(&self, mask: &Mac) -> Option<Uuid> {
        let row = self.whereabouts.as_ref()?.row?;
        Some(masked(row, &self.secret, mask))
    }

    /// Reads a token of an expected kind.
    ///
    /// # Errors
    /// [`BadHandle`] for anything this product did not mint as that kind, as far as the text shows.
    pub fn parse(kind: Kind, text: &str) -> Result<Self, BadHandle> {
        if text.len() > MAX_LEN || !text.is_ascii() {
            return Err(BadHandle);
        }
        let (checked, check) =
            text.split_at_checked(text.len().saturating_sub(base62::CHECK_LEN)).ok_or(BadHandle)?;
        if base62::check(checked.as_bytes()) != check {
            return Err(BadHandle);
        }
        let body = checked.strip_prefix(kind.prefix()).ok_or(BadHandle)?;
        let (place, secret) = match body.rsplit_once('.') {
            Some((place, secret)) => (Some(Whereabouts::parse(place)?), secret),
            None => (None, body),
        };
        if !base62::is_secret(secret) {
            return Err(BadHandle);
        }
        let (digest, secret) = (Digest::of(text.as_bytes()), Digest::of(secret.as_bytes()));
        Ok(Self { kind, whereabouts: place, digest, secret })
    }
}

impl Whereabouts {
    fn parse(text: &str) -> Result<Self, BadHandle> {
        let (cell, rest) = text.split_once('.').ok_or(BadHandle)?;
        let (tenant, row) = rest.split_once('.').ok_or(BadHandle)?;
        let uuid = |text: &str| match text {
            "" => Ok(None),
            text => ids::decode(text).map(Some).ok_or(BadHandle),
        };
        Ok(Self { cell: cell.parse()?, tenant: uuid(tenant)?.map(TenantId::from_uuid), row: uuid(row)? })
    }
}

/// The text is no token of the expected kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a token of the expected kind")]
pub struct BadHandle;

/// The longest token is 6 + 32 + 1 + 26 + 1 + 26 + 1 + 43 + 6 = 142 characters.
const MAX_LEN: usize = 142;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemRng;
    use crate::seal::DataKey;
    use gatehouse_domain::random::Rng;
    use proptest::prelude::*;

    fn whereabouts() -> impl Strategy<Value = Option<Whereabouts>> {
        prop::option::of(
            ("[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?", any::<Option<u128>>(), any::<Option<u128>>()).prop_map(
                |(cell, tenant, row)| Whereabouts {
                    cell: cell.parse().unwrap(),
                    tenant: tenant.map(|value| TenantId::from_uuid(Uuid::from_u128(value))),
                    row: row.map(Uuid::from_u128),
                },
            ),
        )
    }

    fn kind() -> impl Strategy<Value = Kind> {
        prop::sample::select(Kind::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn what_was_minted_is_read_back(kind in kind(), place in whereabouts()) {
            let minted = mint(kind, place.as_ref(), &SystemRng);
            let text = minted.text.expose();
            prop_assert!(text.len() <= MAX_LEN && text.capacity() == MAX_LEN);
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte)));
            let read = Handle::parse(kind, text).unwrap();
            prop_assert_eq!((read.kind, read.whereabouts, read.digest), (kind, place, minted.digest));
        }

        #[test]
        fn a_hidden_row_shows_to_its_mask_alone(row: u128) {
            let [ours, theirs] = [(); 2].map(|()| DataKey::generate(&SystemRng).unwrap().mac_key("row").unwrap());
            let place = Whereabouts { cell: "pool".parse().unwrap(), tenant: None, row: Some(Uuid::from_u128(row)) };
            let minted = mint_hidden(Kind::Refresh, &place, &ours, &SystemRng);
            let read = Handle::parse(Kind::Refresh, minted.text.expose()).unwrap();
            prop_assert_eq!(read.hidden_row(&ours), place.row);
            prop_assert_ne!(read.hidden_row(&theirs), place.row);
            prop_assert_ne!(read.whereabouts.unwrap().row, place.row);
        }

        #[test]
        fn kinds_do_not_mix(kind in kind(), place in whereabouts()) {
            let minted = mint(kind, place.as_ref(), &SystemRng);
            for other in Kind::ALL {
                prop_assert_eq!(Handle::parse(other, minted.text.expose()).is_ok(), other == kind);
            }
        }

        #[test]
        fn any_changed_character_is_refused(kind in kind(), place in whereabouts(), at: prop::sample::Index, new in "[ -~]") {
            let minted = mint(kind, place.as_ref(), &SystemRng);
            let text = minted.text.expose();
            let at = at.index(text.len());
            let changed = format!("{}{new}{}", &text[..at], &text[at + 1..]);
            prop_assert_eq!(Handle::parse(kind, &changed).is_ok(), changed == *text);
        }

        #[test]
        fn any_flipped_bit_is_refused(kind in kind(), place in whereabouts(), at: prop::sample::Index, bit in 0..7_u8) {
            let minted = mint(kind, place.as_ref(), &SystemRng);
            let mut bytes = minted.text.expose().clone().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert_eq!(Handle::parse(kind, &String::from_utf8(bytes).unwrap()), Err(BadHandle));
        }

        #[test]
        fn cut_or_lengthened_tokens_are_refused(place in whereabouts(), cut in 1_usize..60, more in "[a-zA-Z0-9.]{1,80}") {
            let minted = mint(Kind::Refresh, place.as_ref(), &SystemRng);
            let text = minted.text.expose();
            prop_assert!(Handle::parse(Kind::Refresh, &text[..text.len().saturating_sub(cut)]).is_err());
            let longer = format!("{text}{more}");
            prop_assert!(Handle::parse(Kind::Refresh, &longer).is_err());
        }

        #[test]
        fn no_text_panics(text in ".{0,300}") {
            prop_assert_eq!(Handle::parse(Kind::Code, &text), Err(BadHandle));
        }

        #[test]
        fn no_well_checked_text_panics_and_only_canonical_text_passes(body in "gh_rt_[a-z0-9.-]{0,60}[a-zA-Z0-9.]{0,50}") {
            let text = format!("{body}{}", base62::check(body.as_bytes()));
            if let Ok(handle) = Handle::parse(Kind::Refresh, &text) {
                let secret = body.rsplit(['.', '_']).next().unwrap();
                prop_assert_eq!(secret.len(), base62::SECRET_LEN);
                prop_assert_eq!(handle.whereabouts.is_some(), body.contains('.'));
            }
        }
    }

    #[test]
    fn a_known_token_stays_readable() {
        let place = Whereabouts {
            cell: "eu1".parse().unwrap(),
            tenant: Some(TenantId::from_uuid(Uuid::from_u128(1))),
            row: None,
        };
        let minted = mint(Kind::Refresh, Some(&place), &Ones);
        let text = minted.text.expose();
        assert!(text.starts_with("gh_rt_eu1.00000000000000000000000001.."), "{text}");
        assert_eq!(Handle::parse(Kind::Refresh, text).unwrap().whereabouts, Some(place));
    }

    #[test]
    fn cell_labels_are_checked() {
        for bad in ["", "-a", "a-", "A", "a.b", "a_b", "é", &"a".repeat(33)] {
            assert_eq!(bad.parse::<CellLabel>(), Err(BadHandle), "{bad}");
        }
        assert!("eu-central-1".parse::<CellLabel>().is_ok());
    }

    #[derive(Debug)]
    struct Ones;

    impl Rng for Ones {
        fn fill(&self, out: &mut [u8]) {
            out.fill(1);
        }
    }
}
