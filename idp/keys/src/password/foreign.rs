//! Hashes that other systems made, verified until their person signs in and the hash becomes one of ours.
//!
//! Every format is read strictly, and what verifying it costs is bounded as it is read: a record must not hold a thread for seconds or take
//! memory that was not set aside.

mod argon2;
mod bcrypt;
mod django;
mod firebase;
mod ldap;
mod pbkdf2;
mod phpass;
mod scrypt;
mod shape;
mod text;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::phc::{self, Recipe};
use super::queue::Output;
use super::worker::Memory;
use super::{PasswordHash, PoolError};

pub use firebase::FirebaseHash;
pub use shape::{BadShape, Shape};

/// Why a hash of another system is not taken. Nothing of the hash is in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadHash {
    /// No format of the list.
    #[error("the format of the password hash is not known")]
    Unknown,
    /// The format is known, but a part cannot be read.
    #[error("the {format} hash is not readable: its {part} is wrong")]
    Damaged {
        /// The format.
        format: &'static str,
        /// The part.
        part: &'static str,
    },
    /// Verifying it would cost too much.
    #[error("the {format} hash would cost too much: {parameter} may be {most} at the most")]
    TooDear {
        /// The format.
        format: &'static str,
        /// The parameter that is too high.
        parameter: &'static str,
        /// The highest that is taken.
        most: u64,
    },
}

/// A stored hash, ready to be computed again.
#[derive(Clone)]
pub(super) struct Stored {
    pub(super) work: Work,
    pub(super) expected: Vec<u8>,
}

/// What computes an output.
#[derive(Clone)]
pub(super) enum Work {
    /// Argon2 of any kind, in the thread's own memory.
    Argon2(Recipe),
    /// bcrypt.
    Bcrypt(bcrypt::Recipe),
    /// scrypt.
    Scrypt(scrypt::Recipe),
    /// scrypt, whose output encrypts a known key.
    Firebase(firebase::Recipe),
    /// PBKDF2.
    Pbkdf2(pbkdf2::Recipe),
    /// A salted digest.
    Ldap(ldap::Recipe),
    /// MD5 many times over.
    Phpass(phpass::Recipe),
}

impl PasswordHash {
    /// A hash made by another system, if its format is known and verifying it keeps within bounds: bcrypt, scrypt, PBKDF2, Argon2,
    /// Firebase's scrypt, salted digests of LDAP, phpass and what Django writes.
    ///
    /// # Errors
    /// [`BadHash`].
    pub fn import(text: &str) -> Result<Self, BadHash> {
        Stored::read(text).map(|_| Self(text.to_owned()))
    }

    /// The name of the format: `argon2`, `bcrypt`, `scrypt`, `pbkdf2`, `firebase`, `ldap` or `phpass`.
    ///
    /// # Errors
    /// [`BadHash`].
    pub fn format(&self) -> Result<&'static str, BadHash> {
        Stored::read(&self.0).map(|stored| stored.work.format())
    }

    /// The algorithm with its parameters, and nothing of the hash; none for one that costs hardly anything.
    ///
    /// # Errors
    /// [`BadHash`].
    pub fn shape(&self) -> Result<Option<Shape>, BadHash> {
        Stored::read(&self.0).map(|stored| Shape::of(&stored.work))
    }
}

impl Stored {
    /// Reads a hash of ours or of another system.
    pub(super) fn read(text: &str) -> Result<Self, BadHash> {
        if let Some((recipe, expected)) = phc::read(text) {
            return Ok(Self { work: Work::Argon2(recipe), expected });
        }
        if text.len() > LONGEST {
            return Err(BadHash::Unknown);
        }
        django::read(text).unwrap_or_else(|| Self::read_plain(text))
    }

    fn read_plain(text: &str) -> Result<Self, BadHash> {
        if text.starts_with('{') {
            return ldap::read(text);
        }
        let rest = text.strip_prefix('$').ok_or(BadHash::Unknown)?;
        let (kind, rest) = rest.split_once('$').ok_or(BadHash::Unknown)?;
        match kind {
            "argon2i" | "argon2d" | "argon2id" => argon2::read(kind, rest),
            "2a" | "2b" | "2y" => bcrypt::read(rest, false),
            "scrypt" => scrypt::read(rest),
            "s0" => scrypt::read_s0(rest),
            firebase::KIND => firebase::read(rest),
            "P" | "H" => phpass::read(rest),
            _ => pbkdf2::read(kind, rest),
        }
    }
}

impl Work {
    /// Computes the output for a password. May take up to about half a second.
    pub(super) fn derive(&self, memory: &mut Memory, given: &[u8]) -> Result<Output, PoolError> {
        match self {
            Self::Argon2(recipe) => memory.derive(recipe, given),
            Self::Bcrypt(recipe) => Ok(recipe.derive(given)),
            Self::Scrypt(recipe) => recipe.derive(given),
            Self::Firebase(recipe) => recipe.derive(given),
            Self::Pbkdf2(recipe) => Ok(recipe.derive(given)),
            Self::Ldap(recipe) => Ok(recipe.derive(given)),
            Self::Phpass(recipe) => Ok(recipe.derive(given)),
        }
    }

    /// Whether a password of so many bytes is verified at all; a longer one is wrong.
    pub(super) const fn takes(&self, given: usize) -> bool {
        !matches!(self, Self::Phpass(_)) || given <= phpass::LONGEST
    }

    /// What it takes for a text of so many bytes, in KiB that argon2id would write in the same time; measured to within a half on one
    /// processor.
    pub(super) fn kib(&self, given: usize) -> u32 {
        match self {
            Self::Argon2(recipe) => recipe.cost.kib(),
            Self::Bcrypt(recipe) => recipe.kib(),
            Self::Scrypt(recipe) => recipe.kib(),
            Self::Firebase(recipe) => recipe.kib(),
            Self::Pbkdf2(recipe) => recipe.kib(),
            Self::Ldap(_) => 0,
            Self::Phpass(recipe) => recipe.kib(given),
        }
    }

    fn format(&self) -> &'static str {
        match self {
            Self::Argon2(_) => "argon2",
            Self::Bcrypt(_) => "bcrypt",
            Self::Scrypt(_) => "scrypt",
            Self::Firebase(_) => "firebase",
            Self::Pbkdf2(_) => "pbkdf2",
            Self::Ldap(_) => "ldap",
            Self::Phpass(_) => "phpass",
        }
    }
}

/// The hexadecimal SHA-256 of a password, which Django puts before bcrypt.
fn prehashed(given: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(HEXLOWER.encode(digest(&SHA256, given).as_ref()))
}

/// The longest text of a hash; those of Firebase, which hold a key, have 300 bytes.
const LONGEST: usize = 1024;

#[cfg(test)]
mod tests;
