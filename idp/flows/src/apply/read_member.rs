//! Members.

use gatehouse_domain::identity::Role;

use super::fields::Place;
use super::problem::Problem;
use super::read::Reading;
use super::sources::secret;
use super::spec::MemberSpec;

/// The shortest password taken from a file (NIST SP 800-63B, section 3.1.1.2).
const SHORTEST_PASSWORD: usize = 8;

pub(super) fn member(place: &Place<'_>, with: Reading<'_>) -> Result<MemberSpec, Problem> {
    let known = ["email", "name", "password", "password_file", "password_env", "roles"];
    let fields = place.fields(&known, &["password_hash"])?;
    let email = fields.need("email")?;
    let password = match secret(&fields, "password", with.sources)? {
        Some((place, text)) if text.expose().chars().count() < SHORTEST_PASSWORD => {
            return Err(place.refuse(format_args!("a password has at least {SHORTEST_PASSWORD} characters")));
        }
        found => found.map(|(_, text)| text),
    };
    let mut roles = fields.or("roles", vec![Role::Member], |list| list.list(Place::word::<Role>))?;
    roles.sort_unstable();
    Ok(MemberSpec {
        origin: email.origin.clone(),
        email: email.parse()?,
        name: fields.maybe("name", Place::parse)?,
        password,
        roles,
    })
}
