//! The stored form of a hash, written and read in one spelling.

use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::BASE64_NOPAD;

use super::{Cost, PasswordHash, PoolError};

/// Everything that decides the output for a given password.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Recipe {
    pub(super) algorithm: Algorithm,
    pub(super) version: Version,
    pub(super) cost: Cost,
    pub(super) salt: Vec<u8>,
    pub(super) length: usize,
}

impl Recipe {
    /// Ours: Argon2id, version 0x13.
    pub(super) const fn ours(cost: Cost, salt: Vec<u8>, length: usize) -> Self {
        Self { algorithm: Algorithm::Argon2id, version: Version::V0x13, cost, salt, length }
    }

    /// Whether a new hash would be made like this, but for the salt.
    pub(super) fn is_ours_at(&self, cost: Cost, length: usize) -> bool {
        *self == Self::ours(cost, self.salt.clone(), length)
    }

    /// The algorithm with its parameters.
    pub(super) fn argon2(&self) -> Result<Argon2<'static>, PoolError> {
        let Cost { memory_kib, passes, lanes } = self.cost;
        let params =
            Params::new(memory_kib, passes, lanes, Some(self.length)).map_err(|_| PoolError::Library)?;
        Ok(Argon2::new(self.algorithm, self.version, params))
    }
}

/// Writes a hash.
pub(super) fn write(recipe: &Recipe, output: &[u8]) -> PasswordHash {
    let Cost { memory_kib, passes, lanes } = recipe.cost;
    let (salt, output) = (BASE64_NOPAD.encode(&recipe.salt), BASE64_NOPAD.encode(output));
    PasswordHash(format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${output}"))
}

/// Reads a hash; none if it is not in the form [`write()`] gives, or asks for more than [`Cost::LIMIT`].
pub(super) fn read(text: &str) -> Option<(Recipe, Vec<u8>)> {
    let rest = text.strip_prefix("$argon2id$v=19$")?;
    let (cost, rest) = rest.split_once('$')?;
    let (salt, output) = rest.split_once('$')?;
    let (memory, cost) = cost.strip_prefix("m=")?.split_once(",t=")?;
    let (passes, lanes) = cost.split_once(",p=")?;
    let cost = Cost { memory_kib: decimal(memory)?, passes: decimal(passes)?, lanes: decimal(lanes)? };
    let salt = BASE64_NOPAD.decode(salt.as_bytes()).ok()?;
    let output = BASE64_NOPAD.decode(output.as_bytes()).ok()?;
    let accepted =
        cost.is_acceptable() && (8..=64).contains(&salt.len()) && (16..=64).contains(&output.len());
    let recipe = Recipe::ours(cost, salt, output.len());
    accepted.then_some((recipe, output))
}

/// A number without sign or leading zeros.
fn decimal(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn survives_storage(
            memory_kib in 64..19_456_u32, passes in 1..4_u32, lanes in 1..8_u32,
            salt in prop::collection::vec(any::<u8>(), 8..64), output in prop::collection::vec(any::<u8>(), 16..64),
        ) {
            let recipe = Recipe::ours(Cost { memory_kib, passes, lanes }, salt, output.len());
            let (read_recipe, read_output) = read(write(&recipe, &output).as_str()).unwrap();
            prop_assert!(read_recipe == recipe && read_output == output);
        }

        #[test]
        fn no_text_panics(text in "(\\$argon2id\\$v=19\\$m=)?[$a-z0-9=,+/]{0,80}") {
            if let Some((recipe, output)) = read(&text) {
                let written = write(&recipe, &output);
                prop_assert_eq!(written.as_str(), text);
            }
        }
    }

    #[test]
    fn foreign_or_absurd_records_are_refused() {
        let tail = "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let stored = |head: &str| read(&format!("{head}${tail}")).is_some();
        assert!(stored("$argon2id$v=19$m=19456,t=2,p=1"));
        for head in [
            "$argon2i$v=19$m=19456,t=2,p=1",
            "$argon2id$v=16$m=19456,t=2,p=1",
            "$argon2id$m=19456,t=2,p=1",
            "$argon2id$v=19$m=4294967295,t=2,p=1",
            "$argon2id$v=19$m=131073,t=1,p=1",
            "$argon2id$v=19$m=131072,t=10,p=1",
            "$argon2id$v=19$m=19456,t=4000000,p=1",
            "$argon2id$v=19$m=19456,t=2,p=255",
            "$argon2id$v=19$m=7,t=2,p=1",
            "$argon2id$v=19$m=19456,t=0,p=1",
            "$argon2id$v=19$m=019456,t=2,p=1",
            "$argon2id$v=19$m=+19456,t=2,p=1",
            "$argon2id$v=19$m=19456,t=2,p=1,keyid=AAAA",
            "$argon2id$v=19$t=2,m=19456,p=1",
        ] {
            assert!(!stored(head), "{head}");
        }
        for text in ["", "$", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA", "$2b$12$abcdefghijklmnopqrstuv"] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
