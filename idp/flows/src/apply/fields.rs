//! Typed reading of the tree: every refusal names the line and the key.

use std::fmt::Display;
use std::str::FromStr;

use gatehouse_domain::secret::Secret;
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer as _};

use super::node::{Node, Value};
use super::problem::Problem;

/// Where something stands in the file, for what is found out about it later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) line: u64,
    pub(super) key: String,
}

impl Origin {
    /// A refusal of what stands here.
    pub(super) fn refuse(&self, text: impl Display) -> Problem {
        Problem::at(self.line, &self.key, &text.to_string())
    }
}

/// A value at its place.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) origin: Origin,
    node: &'a Node,
}

/// The keys and values of one object, all of them known.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    pub(super) origin: Origin,
    entries: Vec<(&'a str, Place<'a>)>,
}

impl<'a> Place<'a> {
    /// The whole file.
    pub(super) fn root(node: &'a Node) -> Self {
        Self { origin: Origin { line: node.line, key: String::new() }, node }
    }

    /// A refusal of this value.
    pub(super) fn refuse(&self, text: impl Display) -> Problem {
        self.origin.refuse(text)
    }

    /// The object here; every key is one of `known`. A key in `later` is refused with its own words.
    pub(super) fn fields(&self, known: &[&str], later: &[&str]) -> Result<Fields<'a>, Problem> {
        let Value::Map(map) = &self.node.value else {
            return Err(self.refuse("keys with values are expected here"));
        };
        let mut entries = Vec::with_capacity(map.len());
        for (key, node) in map {
            let path = match self.origin.key.as_str() {
                "" => key.name.clone(),
                above => format!("{above}.{}", key.name),
            };
            let origin = Origin { line: key.line, key: path };
            if later.contains(&key.name.as_str()) {
                return Err(origin.refuse("this key is not supported by this version"));
            }
            if !known.contains(&key.name.as_str()) {
                return Err(origin.refuse(format_args!("unknown key; known here are {}", known.join(", "))));
            }
            if matches!(node.value, Value::Nothing) {
                return Err(
                    origin.refuse("the key has no value; leave it out, or write [] for an empty list")
                );
            }
            entries.push((key.name.as_str(), Place { origin, node }));
        }
        Ok(Fields { origin: self.origin.clone(), entries })
    }

    /// The items of the list here.
    pub(super) fn items(&self) -> Result<Vec<Self>, Problem> {
        let Value::List(list) = &self.node.value else { return Err(self.refuse("a list is expected here")) };
        let place = |(index, node): (usize, &'a Node)| Self {
            origin: Origin { line: node.line, key: format!("{}[{index}]", self.origin.key) },
            node,
        };
        Ok(list.iter().enumerate().map(place).collect())
    }

    /// The text here; the caller knows that it is no secret.
    pub(super) fn text(&self) -> Result<&'a str, Problem> {
        self.secret().map(|text| text.expose().as_str())
    }

    /// The text here, which may be a secret.
    pub(super) fn secret(&self) -> Result<&'a Secret<String>, Problem> {
        match &self.node.value {
            Value::Text(text) => Ok(text),
            Value::Flag(_) | Value::Number(_) => Err(self.refuse("text is expected here; put it in quotes")),
            _ => Err(self.refuse("text is expected here")),
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(&self) -> Result<bool, Problem> {
        match self.node.value {
            Value::Flag(flag) => Ok(flag),
            _ => Err(self.refuse("true or false is expected here")),
        }
    }

    /// A whole number.
    pub(super) fn number(&self) -> Result<i64, Problem> {
        match self.node.value {
            Value::Number(number) => Ok(number),
            _ => Err(self.refuse("a whole number is expected here")),
        }
    }

    /// Text of a kind.
    pub(super) fn parse<T: FromStr<Err: Display>>(&self) -> Result<T, Problem> {
        self.text()?.parse().map_err(|error| self.refuse(error))
    }

    /// One word of a closed list.
    pub(super) fn word<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let words: StrDeserializer<'_, WordError> = self.text()?.into_deserializer();
        T::deserialize(words).map_err(|error| self.refuse(error))
    }

    /// A list of what `each` reads, without doubles.
    pub(super) fn list<T: PartialEq>(
        &self,
        each: impl Fn(&Self) -> Result<T, Problem>,
    ) -> Result<Vec<T>, Problem> {
        let mut found = Vec::new();
        for place in self.items()? {
            let item = each(&place)?;
            if found.contains(&item) {
                return Err(place.refuse("this stands in the list twice"));
            }
            found.push(item);
        }
        Ok(found)
    }

    /// What stands here as JSON.
    pub(super) fn json(&self) -> serde_json::Value {
        json(self.node)
    }
}

impl<'a> Fields<'a> {
    /// The value of a key, if the key is there.
    pub(super) fn get(&self, key: &str) -> Option<&Place<'a>> {
        self.entries.iter().find(|(name, _)| *name == key).map(|(_, place)| place)
    }

    /// The value of a key that must be there.
    pub(super) fn need(&self, key: &str) -> Result<&Place<'a>, Problem> {
        self.get(key).ok_or_else(|| self.origin.refuse(format_args!("the key {key} is missing")))
    }

    /// Reads the value of a key, if the key is there.
    pub(super) fn maybe<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Place<'a>) -> Result<T, Problem>,
    ) -> Result<Option<T>, Problem> {
        self.get(key).map(read).transpose()
    }

    /// Reads the value of a key, or takes its default.
    pub(super) fn or<T>(
        &self,
        key: &str,
        default: T,
        read: impl FnOnce(&Place<'a>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        Ok(self.maybe(key, read)?.unwrap_or(default))
    }
}

fn json(node: &Node) -> serde_json::Value {
    use serde_json::Value as Json;
    match &node.value {
        Value::Nothing => Json::Null,
        Value::Flag(flag) => Json::Bool(*flag),
        Value::Number(number) => Json::from(*number),
        Value::Text(text) => Json::String(text.expose().clone()),
        Value::List(list) => Json::Array(list.iter().map(json).collect()),
        Value::Map(map) => {
            Json::Object(map.iter().map(|(key, node)| (key.name.clone(), json(node))).collect())
        }
    }
}
