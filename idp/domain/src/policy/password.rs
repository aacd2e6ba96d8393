//! What a tenant asks of a new password.

use serde::{Deserialize, Serialize};

/// What a new password has to fulfil (NIST SP 800-63B-4, section 3.1.1.2): a length and a resistance to guessing; no rules on which
/// characters it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct PasswordRules {
    min_length: u8,
    min_score: u8,
}

/// Rules that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPasswordRules {
    /// The length is out of bounds.
    #[error("the shortest password has between 8 and 128 characters")]
    Length,
    /// The score is out of bounds.
    #[error("the score is between 1 (stops only what is guessed at once) and 4")]
    Score,
}

impl PasswordRules {
    /// Rules from their numbers: Unicode code points, and a score of zxcvbn's scale of 0 to 4.
    ///
    /// # Errors
    /// [`BadPasswordRules`] names the number that is out of bounds.
    pub fn new(min_length: u8, min_score: u8) -> Result<Self, BadPasswordRules> {
        if !(8..=128).contains(&min_length) {
            return Err(BadPasswordRules::Length);
        }
        if !(1..=4).contains(&min_score) {
            return Err(BadPasswordRules::Score);
        }
        Ok(Self { min_length, min_score })
    }

    /// The fewest Unicode code points, counted in normalisation form C.
    pub const fn min_length(self) -> u8 {
        self.min_length
    }

    /// The lowest score that is accepted.
    pub const fn min_score(self) -> u8 {
        self.min_score
    }

    /// What both rules ask for: a person has one password for all of their tenants.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            min_length: self.min_length.max(other.min_length),
            min_score: self.min_score.max(other.min_score),
        }
    }
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self { min_length: 12, min_score: 3 }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Unchecked {
    min_length: u8,
    min_score: u8,
}

impl Default for Unchecked {
    fn default() -> Self {
        let PasswordRules { min_length, min_score } = PasswordRules::default();
        Self { min_length, min_score }
    }
}

impl TryFrom<Unchecked> for PasswordRules {
    type Error = BadPasswordRules;

    fn try_from(Unchecked { min_length, min_score }: Unchecked) -> Result<Self, BadPasswordRules> {
        Self::new(min_length, min_score)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_keep_within_their_bounds() {
        for (length, score, made) in [
            (8, 1, Ok((8, 1))),
            (128, 4, Ok((128, 4))),
            (7, 3, Err(BadPasswordRules::Length)),
            (129, 3, Err(BadPasswordRules::Length)),
            (12, 0, Err(BadPasswordRules::Score)),
            (12, 5, Err(BadPasswordRules::Score)),
        ] {
            let rules = PasswordRules::new(length, score);
            assert_eq!(rules.map(|rules| (rules.min_length(), rules.min_score())), made);
        }
    }

    #[test]
    fn an_absent_key_takes_its_default_and_a_wrong_one_is_refused() {
        let read = |text: &str| serde_json::from_str::<PasswordRules>(text);
        assert_eq!(read("{}").unwrap(), PasswordRules::default());
        assert_eq!(read(r#"{"min_length":16}"#).unwrap(), PasswordRules::new(16, 3).unwrap());
        for wrong in [r#"{"min_length":7}"#, r#"{"min_score":5}"#, r#"{"max_length":20}"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        let text = serde_json::to_string(&PasswordRules::default()).unwrap();
        assert_eq!(text, r#"{"min_length":12,"min_score":3}"#);
    }

    #[test]
    fn of_two_rules_the_stricter_counts() {
        let (long, strong) = (PasswordRules::new(20, 1).unwrap(), PasswordRules::new(8, 4).unwrap());
        assert_eq!(long.and(strong), PasswordRules::new(20, 4).unwrap());
    }
}
