//! Members.

use gatehouse_domain::identity::Role;
use gatehouse_keys::password::PasswordHash;

use super::fields::Place;
use super::problem::Problem;
use super::read::Reading;
use super::sources::secret;
use super::spec::{InvitationSpec, MemberSpec};
use crate::passwords::imported_record;

/// The shortest password taken from a file (NIST SP 800-63B, section 3.1.1.2).
const SHORTEST_PASSWORD: usize = 8;

/// An address and the one role that it is asked to take.
pub(super) fn invitation(place: &Place<'_>) -> Result<InvitationSpec, Problem> {
    let fields = place.fields(&["email", "role", "name"], &[])?;
    let email = fields.need("email")?;
    Ok(InvitationSpec {
        origin: email.origin.clone(),
        email: email.parse()?,
        role: fields.or("role", Role::Member, Place::word)?,
        name: fields.maybe("name", Place::parse)?,
    })
}

pub(super) fn member(place: &Place<'_>, with: Reading<'_>) -> Result<MemberSpec, Problem> {
    let known = [
        "email",
        "name",
        "password",
        "password_file",
        "password_env",
        "password_hash",
        "password_hash_file",
        "password_hash_env",
        "roles",
    ];
    let fields = place.fields(&known, &[])?;
    let email = fields.need("email")?;
    let password = match secret(&fields, "password", with.sources)? {
        Some((place, text)) if text.expose().chars().count() < SHORTEST_PASSWORD => {
            return Err(place.refuse(format_args!("a password has at least {SHORTEST_PASSWORD} characters")));
        }
        found => found.map(|(_, text)| text),
    };
    let password_hash = match secret(&fields, "password_hash", with.sources)? {
        Some((place, _)) if password.is_some() => {
            return Err(place.refuse("either a password or the hash of one can be given"));
        }
        Some((place, text)) => {
            let hash = PasswordHash::import(text.expose()).map_err(|error| place.refuse(error))?;
            Some(imported_record(&hash))
        }
        None => None,
    };
    let mut roles = fields.or("roles", vec![Role::Member], |list| list.list(Place::word::<Role>))?;
    roles.sort_unstable();
    Ok(MemberSpec {
        origin: email.origin.clone(),
        email: email.parse()?,
        name: fields.maybe("name", Place::parse)?,
        password,
        password_hash,
        roles,
    })
}
