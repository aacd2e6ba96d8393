//! The file: one JSON object a line, each key read by itself, so that a refusal names the key and nothing of its value.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::identity::Role;
use gatehouse_domain::tenant::{DisplayName, Slug};
use gatehouse_keys::password::{FirebaseHash, PasswordHash};
use serde_json::{Map, Value, json};

use crate::passwords::imported_record;

/// A file that makes sense in itself.
#[derive(Debug)]
pub struct ImportFile {
    people: Vec<Person>,
}

/// One line.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) line: u64,
    pub(super) tenant: Slug,
    pub(super) email: EmailAddress,
    pub(super) name: Option<DisplayName>,
    pub(super) locale: Option<String>,
    pub(super) password: Option<PasswordRecord>,
    pub(super) roles: Vec<Role>,
    /// What the other system said of the address.
    pub(super) details: Value,
}

/// What is wrong with one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// The line, from 1.
    pub line: u64,
    /// One sentence.
    pub text: String,
}

/// What is wrong with a file: nothing of it was imported. Never holds anything of a password hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct BadLines {
    /// The lines, in order.
    pub lines: Vec<BadLine>,
}

impl fmt::Display for BadLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, BadLine { line, text }) in self.lines.iter().take(SHOWN).enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}line {line}: {text}")?;
        }
        match self.lines.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "; and {more} lines more"),
        }
    }
}

impl ImportFile {
    /// Reads and checks the whole of a file. `tenant` is whose members those become who name no other.
    ///
    /// # Errors
    /// Every line that is wrong.
    pub fn read(text: &str, tenant: Option<&Slug>) -> Result<Self, BadLines> {
        let (mut people, mut bad) = (Vec::new(), Vec::new());
        let mut seen: HashMap<(Slug, String), u64> = HashMap::new();
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            let read = Person::read(number, line, tenant).and_then(|person| {
                match seen.insert((person.tenant.clone(), person.email.canonical()), number) {
                    None => Ok(person),
                    Some(before) => Err(format!("email: the address of line {before} again")),
                }
            });
            match read {
                Ok(person) => people.push(person),
                Err(text) => bad.push(BadLine { line: number, text }),
            }
        }
        if bad.is_empty() { Ok(Self { people }) } else { Err(BadLines { lines: bad }) }
    }

    /// The people of each tenant, tenants in the order in which the file names them first.
    pub(super) fn by_tenant(&self) -> Vec<(&Slug, Vec<&Person>)> {
        let mut all: Vec<(&Slug, Vec<&Person>)> = Vec::new();
        let mut known: HashMap<&Slug, usize> = HashMap::new();
        for person in &self.people {
            let place = *known.entry(&person.tenant).or_insert(all.len());
            match all.get_mut(place) {
                Some((_, people)) => people.push(person),
                None => all.push((&person.tenant, vec![person])),
            }
        }
        all
    }

    /// A refusal of a tenant that does not exist.
    pub(super) fn refuse_tenant(&self, slug: &Slug) -> BadLines {
        let first = self.people.iter().find(|person| person.tenant == *slug);
        let line = first.map_or(1, |person| person.line);
        BadLines { lines: vec![BadLine { line, text: format!("there is no tenant {slug}") }] }
    }
}

impl Person {
    fn read(line: u64, text: &str, tenant: Option<&Slug>) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("the line is longer than {LONGEST} bytes"));
        }
        // What the parser says may quote a value.
        let keys: Map<String, Value> = serde_json::from_str(text)
            .map_err(|error| format!("not a JSON object, from column {}", error.column()))?;
        if let Some(unknown) = keys.keys().find(|key| !KNOWN.contains(&key.as_str())) {
            let named =
                unknown.len() <= 40 && unknown.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            let named = if named { unknown.as_str() } else { "a key" };
            return Err(format!("{named}: unknown key; known are {}", KNOWN.join(", ")));
        }
        let email: EmailAddress = parsed(&keys, "email")?.ok_or("email: missing")?;
        let tenant = parsed(&keys, "tenant")?.or_else(|| tenant.cloned());
        let tenant =
            tenant.ok_or("tenant: missing; an address that is not proven signs in at a tenant only")?;
        let said = keys.get("email_verified").filter(|value| !value.is_null());
        if said.is_some_and(|value| !value.is_boolean()) {
            return Err("email_verified: true or false is expected".to_owned());
        }
        let details = json!({ "email_verified": said, "external_id": external_id(&keys)? });
        Ok(Self {
            line,
            tenant,
            email,
            name: parsed(&keys, "name")?,
            locale: locale(&keys)?,
            password: password(&keys)?,
            roles: roles(&keys)?,
            details,
        })
    }
}

fn text<'a>(keys: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, String> {
    match keys.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("{key}: text is expected")),
    }
}

fn parsed<T: FromStr<Err: fmt::Display>>(keys: &Map<String, Value>, key: &str) -> Result<Option<T>, String> {
    let found = text(keys, key)?;
    found.map(|text| text.parse().map_err(|error| format!("{key}: {error}"))).transpose()
}

fn locale(keys: &Map<String, Value>) -> Result<Option<String>, String> {
    let Some(tag) = text(keys, "locale")? else { return Ok(None) };
    let parts = tag
        .split(['-', '_'])
        .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if parts && tag.len() <= 35 {
        return Ok(Some(tag.replace('_', "-")));
    }
    Err("locale: a language tag such as de or pt-BR is expected".to_owned())
}

fn external_id(keys: &Map<String, Value>) -> Result<Option<&str>, String> {
    let id = text(keys, "external_id")?;
    if id.is_some_and(|id| id.chars().count() > 256 || id.chars().any(char::is_control)) {
        return Err("external_id: at most 256 printable characters are expected".to_owned());
    }
    Ok(id)
}

fn roles(keys: &Map<String, Value>) -> Result<Vec<Role>, String> {
    let mut roles: Vec<Role> = match keys.get("roles") {
        None | Some(Value::Null) => return Ok(vec![Role::Member]),
        Some(Value::Array(list)) => list
            .iter()
            .map(|role| role.as_str().and_then(|role| role.parse().ok()))
            .collect::<Option<_>>()
            .filter(|roles: &Vec<Role>| !roles.is_empty())
            .ok_or("roles: a list of owner, admin, auditor or member is expected")?,
        Some(_) => return Err("roles: a list is expected".to_owned()),
    };
    roles.sort_unstable();
    roles.dedup();
    Ok(roles)
}

fn password(keys: &Map<String, Value>) -> Result<Option<PasswordRecord>, String> {
    let (format, firebase) = (text(keys, "format")?, keys.get("firebase").filter(|value| !value.is_null()));
    let Some(hash) = text(keys, "password_hash")? else {
        return match (format, firebase) {
            (None, None) => Ok(None),
            _ => Err("password_hash: missing, but format or firebase stands here".to_owned()),
        };
    };
    let refused = |error| format!("password_hash: {error}");
    let composed = match firebase {
        None => None,
        Some(parameters) => {
            let parameters: FirebaseHash =
                serde_json::from_value(parameters.clone()).map_err(|_| FIREBASE)?;
            Some(parameters.text(hash).map_err(refused)?)
        }
    };
    let hash = PasswordHash::import(composed.as_deref().unwrap_or(hash)).map_err(refused)?;
    let found = hash.format().map_err(refused)?;
    if format.is_some_and(|format| format != found) {
        return Err(format!("format: the hash is of the format {found}"));
    }
    Ok(Some(imported_record(&hash)))
}

const KNOWN: [&str; 10] = [
    "email",
    "email_verified",
    "name",
    "locale",
    "password_hash",
    "format",
    "firebase",
    "roles",
    "external_id",
    "tenant",
];
const FIREBASE: &str = "firebase: salt, signer_key, salt_separator, rounds and mem_cost are expected";
/// The longest line, in bytes.
const LONGEST: usize = 16 * 1024;
/// The most lines that a refusal shows.
const SHOWN: usize = 20;

#[cfg(test)]
mod tests;
