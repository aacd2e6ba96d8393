//! Names of people and of their sessions, as one string each.

use serde::{Deserialize, Serialize};

use crate::xml::{ASSERTION, Element, Writer};

/// A name with what it depends on (SAML core, section 2.2.3). Two names are the same if all parts are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NameId {
    pub(crate) format: String,
    pub(crate) qualifier: Option<String>,
    pub(crate) sp_qualifier: Option<String>,
    pub(crate) value: String,
}

impl NameId {
    /// Reads a `NameID`.
    pub(crate) fn read(element: &Element) -> Option<Self> {
        let own = |name: &str| element.attribute(name).map(str::to_owned);
        Some(Self {
            format: own("Format").unwrap_or_else(|| UNSPECIFIED.to_owned()),
            qualifier: own("NameQualifier"),
            sp_qualifier: own("SPNameQualifier"),
            value: element.plain_text().filter(|value| !value.is_empty() && value.len() <= 1024)?.to_owned(),
        })
    }

    /// Writes a `NameID`.
    pub(crate) fn write(&self, out: &mut Writer) {
        let attributes = [
            ("Format", Some(self.format.as_str())),
            ("NameQualifier", self.qualifier.as_deref()),
            ("SPNameQualifier", self.sp_qualifier.as_deref()),
        ];
        out.leaf("saml:NameID", &attributes, &self.value);
    }

    /// The subject: a JSON array, so that no value can look like another with other parts.
    pub(crate) fn subject(&self) -> String {
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        serde_json::json!([self.format, part(&self.qualifier), part(&self.sp_qualifier), self.value])
            .to_string()
    }
}

/// The subject of somebody whom an attribute names.
pub(crate) fn subject_of_attribute(name: &str, value: &str) -> String {
    serde_json::json!(["attribute", name, value]).to_string()
}

/// What logout needs of a session at the provider: its index and the name that it was opened for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) index: Option<String>,
    pub(crate) name: NameId,
}

impl Session {
    /// The session of an assertion.
    pub(crate) fn of(name_id: &Element, statement: &Element) -> Option<Self> {
        let index =
            statement.attribute("SessionIndex").filter(|index| !index.is_empty() && index.len() <= 512);
        Some(Self { index: index.map(str::to_owned), name: NameId::read(name_id)? })
    }

    /// Reads what [`Self::text`] wrote.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// As one string.
    pub(crate) fn text(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }
}

/// All indices of a logout request.
pub(crate) fn indices(request: &Element) -> Vec<String> {
    request
        .all(crate::xml::PROTOCOL, "SessionIndex")
        .filter_map(Element::plain_text)
        .filter(|index| !index.is_empty() && index.len() <= 512)
        .take(64)
        .map(str::to_owned)
        .collect()
}

/// The `NameID` directly inside a request.
pub(crate) fn named(request: &Element) -> Option<NameId> {
    NameId::read(request.only(ASSERTION, "NameID")?)
}

const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
