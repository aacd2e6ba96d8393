//! Firebase Authentication's scrypt: the output of scrypt is an AES-256 key under which the project's signer key is encrypted, and that is
//! the hash. The parameters of the project, its signer key among them, stand with each record, in a text of our own:
//! `$firebase-scrypt$m=<mem_cost>,r=<rounds>$<signer key>$<salt separator>$<salt>$<hash>`, in base64 without padding.

use aws_lc_rs::cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use data_encoding::BASE64_NOPAD;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::super::PoolError;
use super::super::queue::Output;
use super::text::{base64, need, number};
use super::{BadHash, Stored, Work, scrypt};

/// A hash as `firebase auth:export` gives it, with the parameters that the project's console shows.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirebaseHash {
    /// The person's salt (`salt`).
    pub salt: String,
    /// The project's key (`base64_signer_key`).
    pub signer_key: String,
    /// The project's separator (`base64_salt_separator`).
    pub salt_separator: String,
    /// r of scrypt (`rounds`).
    pub rounds: u32,
    /// log₂ N of scrypt (`mem_cost`).
    pub mem_cost: u32,
}

impl FirebaseHash {
    /// The text under which a hash (`passwordHash`) is stored.
    ///
    /// # Errors
    /// [`BadHash`].
    pub fn text(&self, hash: &str) -> Result<String, BadHash> {
        let spelled = |text: &str, part| Ok(BASE64_NOPAD.encode(&need(base64(text), FORMAT, part)?));
        let text = format!(
            "${KIND}$m={},r={}${}${}${}${}",
            self.mem_cost,
            self.rounds,
            spelled(&self.signer_key, "signer key")?,
            spelled(&self.salt_separator, "salt separator")?,
            spelled(&self.salt, "salt")?,
            spelled(hash, "output")?,
        );
        Stored::read(&text).map(|_| text)
    }
}

#[derive(Clone)]
pub(in super::super) struct Recipe {
    key: scrypt::Recipe,
    signer_key: Vec<u8>,
}

/// Reads what stands behind the kind.
pub(super) fn read(rest: &str) -> Result<Stored, BadHash> {
    let parts: Vec<&str> = rest.split('$').collect();
    let [parameters, signer_key, separator, salt, expected] = parts.as_slice() else {
        return Err(BadHash::Damaged { format: FORMAT, part: "form" });
    };
    let parameters = parameters.strip_prefix("m=").and_then(|rest| rest.split_once(",r="));
    let (mem_cost, rounds) = need(parameters, FORMAT, "parameters")?;
    let cost = scrypt::Cost::new(
        number(mem_cost, FORMAT, "mem_cost", 17)?,
        number(rounds, FORMAT, "rounds", 64)?,
        1,
        FORMAT,
    )?;
    let part =
        |text: &str, part, most: usize| need(base64(text).filter(|bytes| bytes.len() <= most), FORMAT, part);
    let mut salt = part(salt, "salt", 128)?;
    need((!salt.is_empty()).then_some(()), FORMAT, "salt")?;
    salt.extend(part(separator, "salt separator", 32)?);
    let signer_key = part(signer_key, "signer key", 128)?;
    let expected = part(expected, "output", 128)?;
    need((signer_key.len() >= 16 && signer_key.len() == expected.len()).then_some(()), FORMAT, "output")?;
    let key = scrypt::Recipe { cost, salt, length: 64 };
    Ok(Stored { work: Work::Firebase(Recipe { key, signer_key }), expected })
}

impl Recipe {
    /// What the work is in: the key that one block of AES is then encrypted under.
    pub(super) const fn key(&self) -> &scrypt::Recipe {
        &self.key
    }

    pub(super) fn derive(&self, given: &[u8]) -> Result<Output, PoolError> {
        let failed = |_| PoolError::Library;
        let key = self.key.derive(given)?;
        let key = key.get(..32).ok_or(PoolError::Library)?;
        let key =
            EncryptingKey::ctr(UnboundCipherKey::new(&AES_256, key).map_err(failed)?).map_err(failed)?;
        let mut output = Zeroizing::new(self.signer_key.clone());
        // One key encrypts one text, always the same: a fixed counter reveals nothing.
        let from_zero = EncryptionContext::Iv128(FixedLength::from([0; 16]));
        key.less_safe_encrypt(&mut output, from_zero).map_err(failed)?;
        Ok(output)
    }

    pub(super) fn kib(&self) -> u32 {
        self.key.kib()
    }
}

/// What such a text begins with.
pub(super) const KIND: &str = "firebase-scrypt";
const FORMAT: &str = "firebase";
