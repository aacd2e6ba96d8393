//! From what a verified assertion says to what the house understands (rule 19.5.11).

use gatehouse_domain::connection::{AssertedAddress, Assertion, Denial, Once, SamlConfig, Trace};

use crate::name::{NameId, Session, subject_of_attribute};
use crate::trace::Checks;
use crate::validate::{Valid, context};
use crate::xml::{ASSERTION, Element};

/// The most groups that are read, and the longest name of one.
const GROUPS: usize = 500;
const LONGEST: usize = 256;

/// Reads the attributes that the connection names, and nothing else.
///
/// # Errors
/// If the attribute for the subject is not there exactly once.
pub(crate) fn assertion(
    config: &SamlConfig,
    element: &Element,
    valid: &Valid<'_>,
    trace: &mut Trace,
) -> Result<Assertion, Denial> {
    let mut checks = Checks::new(trace);
    let map = &config.attributes;
    let subject = match &map.subject {
        Some(name) => {
            let values = values(element, name);
            let value = values.first().filter(|value| values.len() == 1 && value.len() <= 1024);
            subject_of_attribute(name, checks.found("saml_subject_attribute", value)?)
        }
        None => checks.found("saml_name_id", NameId::read(valid.name_id))?.subject(),
    };
    let one = |name: &Option<String>| {
        let values = values(element, name.as_deref()?);
        values.into_iter().next().filter(|value| value.len() <= 1024)
    };
    let address = one(&map.email).and_then(|text| text.parse().ok());
    let mut groups = map.groups.as_deref().map(|name| values(element, name)).unwrap_or_default();
    groups.retain(|group| group.len() <= LONGEST);
    groups.truncate(GROUPS);
    Ok(Assertion {
        issuer: config.entity_id.clone(),
        subject,
        address: address.map(|address| AssertedAddress {
            address,
            authoritative: false,
            hosted_domain: None,
        }),
        name: one(&map.name).map(|name| name.chars().take(200).collect()),
        locale: None,
        groups,
        auth_time: Some(valid.instant),
        amr: Vec::new(),
        acr: context(valid.statement).map(str::to_owned),
        session: Session::of(valid.name_id, valid.statement).and_then(|session| session.text()),
        once: Some(Once { id: valid.id.to_owned(), until: valid.until }),
    })
}

/// Every value of the attribute of that name. One with elements inside is none.
fn values(assertion: &Element, name: &str) -> Vec<String> {
    assertion
        .all(ASSERTION, "AttributeStatement")
        .flat_map(|statement| statement.all(ASSERTION, "Attribute"))
        .filter(|attribute| attribute.attribute("Name") == Some(name))
        .flat_map(|attribute| attribute.all(ASSERTION, "AttributeValue"))
        .filter_map(Element::plain_text)
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
        .collect()
}
