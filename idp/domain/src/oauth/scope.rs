//! Scopes (RFC 6749, section 3.3).

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A set of scope values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(BTreeSet<String>);

/// A text that is not a list of scope values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a list of scope values")]
pub struct BadScope;

impl Scopes {
    /// Reads a space-delimited list: at most 64 values of at most 128 characters each.
    ///
    /// # Errors
    /// If a value has a character outside `%x21 / %x23-5B / %x5D-7E`, or a limit is passed.
    pub fn parse(text: &str) -> Result<Self, BadScope> {
        Self::collect(text.split(' ').filter(|value| !value.is_empty()))
    }

    /// Takes single values.
    ///
    /// # Errors
    /// As [`Scopes::parse`].
    pub fn collect<'a>(values: impl IntoIterator<Item = &'a str>) -> Result<Self, BadScope> {
        let set: BTreeSet<String> = values.into_iter().map(str::to_owned).collect();
        let good = |value: &String| {
            (1..=128).contains(&value.len())
                && value.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
        };
        if set.len() > 64 || !set.iter().all(good) { Err(BadScope) } else { Ok(Self(set)) }
    }

    /// Whether a value is in the set.
    pub fn has(&self, value: &str) -> bool {
        self.0.contains(value)
    }

    /// Whether every value of this set is in another.
    pub fn within(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// What two sets share.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }

    /// Everything of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }

    /// This set without one value.
    #[must_use]
    pub fn without(mut self, value: &str) -> Self {
        self.0.remove(value);
        self
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The values as a list, in order.
    pub fn to_vec(&self) -> Vec<String> {
        self.0.iter().cloned().collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, value) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(value)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_words() {
        let asked = Scopes::parse("openid  email openid").unwrap();
        assert_eq!(asked.to_string(), "email openid");
        assert!(asked.within(&Scopes::parse("openid email profile").unwrap()));
        assert!(Scopes::parse("a\"b").is_err());
        assert!(Scopes::parse("a\\b").is_err());
        assert!(Scopes::parse("é").is_err());
        assert!(Scopes::parse("").unwrap().is_empty());
    }
}
