//! PBKDF2 (RFC 8018, section 5.2) with HMAC of SHA-1, SHA-256 or SHA-512, as PHC strings (`i=…,l=…`), passlib and Django write it.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2::{self, Algorithm};
use zeroize::Zeroizing;

use super::super::queue::Output;
use super::text::{need, number, output, salt};
use super::{BadHash, Stored, Work};

#[derive(Clone)]
pub(in super::super) struct Recipe {
    hash: Hash,
    iterations: NonZeroU32,
    salt: Vec<u8>,
    length: usize,
}

/// The hash under the HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

/// Reads what stands behind the kind.
pub(super) fn read(kind: &str, rest: &str) -> Result<Stored, BadHash> {
    let kind = if kind == "pbkdf2" { Hash::Sha1.as_str() } else { kind };
    let hash = Hash::of(kind).ok_or(BadHash::Unknown)?;
    let parts: Vec<&str> = rest.split('$').collect();
    let [parameters, salted, expected] = parts.as_slice() else {
        return Err(BadHash::Damaged { format: FORMAT, part: "form" });
    };
    let expected = output(expected, FORMAT)?;
    let mut iterations = *parameters;
    if let Some(rest) = parameters.strip_prefix("i=") {
        let (count, length) =
            rest.split_once(",l=").map_or((rest, None), |(count, length)| (count, Some(length)));
        let right = length.is_none_or(|length| length == expected.len().to_string());
        need(right.then_some(()), FORMAT, "l")?;
        iterations = count;
    }
    stored(hash, iterations, salt(salted, FORMAT)?, expected)
}

/// What Django writes: a salt that is text.
pub(super) fn from_text(hash: Hash, iterations: &str, salt: &str, expected: &str) -> Result<Stored, BadHash> {
    stored(hash, iterations, salt.as_bytes().to_vec(), output(expected, FORMAT)?)
}

fn stored(hash: Hash, iterations: &str, salt: Vec<u8>, expected: Vec<u8>) -> Result<Stored, BadHash> {
    let count = number(iterations, FORMAT, "iterations", hash.most())?;
    let iterations = need(NonZeroU32::new(count), FORMAT, "iterations")?;
    let recipe = Recipe { hash, iterations, salt, length: expected.len() };
    if expected.len() > recipe.hash.length() {
        return Err(BadHash::Damaged { format: FORMAT, part: "output" });
    }
    Ok(Stored { work: Work::Pbkdf2(recipe), expected })
}

impl Recipe {
    pub(super) fn of(hash: Hash, iterations: u32, salt: [u8; 16]) -> Option<Self> {
        let iterations = NonZeroU32::new(iterations).filter(|count| count.get() <= hash.most())?;
        Some(Self { hash, iterations, salt: salt.to_vec(), length: 16 })
    }

    pub(super) const fn parameters(&self) -> (Hash, u32) {
        (self.hash, self.iterations.get())
    }

    pub(super) fn derive(&self, given: &[u8]) -> Output {
        let mut output = Zeroizing::new(vec![0; self.length]);
        pbkdf2::derive(self.hash.algorithm(), self.iterations, &self.salt, given, &mut output);
        output
    }

    pub(super) fn kib(&self) -> u32 {
        let thousandths = match self.hash {
            Hash::Sha1 => 450_u32,
            Hash::Sha256 => 800,
            Hash::Sha512 => 2200,
        };
        (self.iterations.get() / 1000).saturating_mul(thousandths)
    }
}

impl Hash {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "pbkdf2-sha1",
            Self::Sha256 => "pbkdf2-sha256",
            Self::Sha512 => "pbkdf2-sha512",
        }
    }

    pub(super) fn of(kind: &str) -> Option<Self> {
        [Self::Sha1, Self::Sha256, Self::Sha512].into_iter().find(|hash| hash.as_str() == kind)
    }

    fn algorithm(self) -> Algorithm {
        match self {
            Self::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
            Self::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Self::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        }
    }

    /// The output of one block: a longer one would cost more than its iterations say.
    fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// The most iterations: about twice as long as the dearest bcrypt, and more than OWASP recommends or the newest Django makes.
    const fn most(self) -> u32 {
        match self {
            Self::Sha1 => 2_000_000,
            Self::Sha256 => 1_600_000,
            Self::Sha512 => 600_000,
        }
    }
}

const FORMAT: &str = "pbkdf2";
