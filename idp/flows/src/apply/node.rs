//! YAML as a tree whose every part knows its line.

use std::fmt;

use gatehouse_domain::secret::Secret;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};

use super::problem::Problem;

/// A part of the file.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The line it stands on, from 1.
    pub(super) line: u64,
    /// What stands there.
    pub(super) value: Value,
}

/// What a part of the file is. Text may be a secret, so all of it is handled as one.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// Nothing: a key without a value.
    Nothing,
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// Text.
    Text(Secret<String>),
    /// A list.
    List(Vec<Node>),
    /// Keys and values, in the order of the file.
    Map(Vec<(Key, Node)>),
}

/// A key and its line.
#[derive(Debug, Clone)]
pub(super) struct Key {
    /// The line it stands on, from 1.
    pub(super) line: u64,
    /// The key.
    pub(super) name: String,
}

/// Reads a file of bounded size, depth and repetition.
pub(super) fn parse(text: &str) -> Result<Node, Problem> {
    if text.len() > LONGEST {
        return Err(Problem::at(1, "", "the file is larger than 1 MiB"));
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 32,
            max_events: 400_000,
            max_anchors: 100,
            max_aliases: 1000,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 50_000,
            max_replay_stack_depth: 4,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| problem(&error))
}

fn problem(error: &serde_saphyr::Error) -> Problem {
    let error = error.without_snippet();
    let line = error.location().map_or(1, |location| location.line());
    match error {
        serde_saphyr::Error::DuplicateMappingKey { key, .. } => {
            Problem::at(line, key.as_deref().unwrap_or_default(), "the key stands here a second time")
        }
        serde_saphyr::Error::MergeKeyNotAllowed { .. } => {
            Problem::at(line, "<<", "merge keys are not supported")
        }
        other => {
            let text = other.to_string();
            let first = text.lines().next().unwrap_or_default();
            let cut = first.find(" at line ").unwrap_or(first.len());
            Problem::at(line, "", &format!("the YAML is not readable: {}", first.get(..cut).unwrap_or(first)))
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Self { line: spanned.defined.line(), value: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, true, false, a whole number, a list or keys with values")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Value, E> {
        i64::try_from(number).map(Value::Number).map_err(|_| E::custom("the number is too large"))
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Value, E> {
        Err(E::custom("numbers are whole here; text that looks like a number stands in quotes"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(Secret::new(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(Secret::new(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(node) = items.next_element::<Node>()? {
            list.push(node);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map: Vec<(Key, Node)> = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            let (line, name) = (key.defined.line(), key.value);
            if map.iter().any(|(other, _)| other.name == name) {
                return Err(A::Error::custom("a key stands twice"));
            }
            map.push((Key { line, name }, entries.next_value()?));
        }
        Ok(Value::Map(map))
    }
}

const LONGEST: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_knows_its_line() {
        let root = parse("a: 1\nb:\n  - x\n  - y: true\n    z: \"2\"\n").unwrap();
        let Value::Map(map) = &root.value else { panic!("{root:?}") };
        assert_eq!((map[1].0.name.as_str(), map[1].0.line), ("b", 2));
        let Value::List(list) = &map[1].1.value else { panic!("{root:?}") };
        let Value::Map(inner) = &list[1].value else { panic!("{root:?}") };
        assert_eq!((inner[1].0.line, inner[1].1.line), (5, 5));
        assert!(matches!(&inner[1].1.value, Value::Text(text) if text.expose() == "2"));
        assert!(matches!(inner[0].1.value, Value::Flag(true)));
    }

    #[test]
    fn anchors_serve_but_do_not_explode() {
        let root = parse("a: &x [1, 2]\nb: *x\n").unwrap();
        assert!(
            matches!(&root.value, Value::Map(map) if matches!(&map[1].1.value, Value::List(l) if l.len() == 2))
        );
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let items = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        assert!(parse(&bomb).is_err());
        assert!(parse(&"[".repeat(100)).is_err());
        assert!(parse(&" ".repeat(LONGEST + 1)).is_err());
    }

    #[test]
    fn what_is_not_readable_names_its_line() {
        for (text, line) in [
            ("a: 1\na: 2\n", 2),
            ("a: [1\nb: 2\n", 2),
            ("a: 1\nb: *nowhere\n", 2),
            ("a: &x {b: 1}\nc:\n  <<: *x\n", 3),
        ] {
            let problem = parse(text).unwrap_err();
            assert!(problem.line >= line && problem.line <= line + 1, "{text:?}: {problem:?}");
        }
        assert_eq!(parse("a: 1\nb: 1\na: 2\n").unwrap_err().key, "a");
    }
}
