//! What Django writes: the name of the hasher, `$`, and a form of its own or of the algorithm.

use super::pbkdf2::{self, Hash};
use super::{BadHash, Stored, bcrypt, scrypt};

/// Reads a hash of Django; none if the name is no hasher's.
pub(super) fn read(text: &str) -> Option<Result<Stored, BadHash>> {
    let (hasher, rest) = text.split_once('$')?;
    let parts: Vec<&str> = rest.split('$').collect();
    Some(match (hasher, parts.as_slice()) {
        ("pbkdf2_sha256", [iterations, salt, output]) => {
            pbkdf2::from_text(Hash::Sha256, iterations, salt, output)
        }
        ("pbkdf2_sha1", [iterations, salt, output]) => {
            pbkdf2::from_text(Hash::Sha1, iterations, salt, output)
        }
        ("scrypt", [n, salt, r, p, output]) => scrypt::from_numbers(n, r, p, salt, output),
        ("argon2", _) => Stored::read_plain(&format!("${rest}")),
        ("bcrypt", ["", "2a" | "2b" | "2y", cost, output]) => {
            bcrypt::read(&format!("{cost}${output}"), false)
        }
        ("bcrypt_sha256", ["", "2a" | "2b" | "2y", cost, output]) => {
            bcrypt::read(&format!("{cost}${output}"), true)
        }
        ("pbkdf2_sha256" | "pbkdf2_sha1" | "scrypt" | "bcrypt" | "bcrypt_sha256", _) => {
            Err(BadHash::Damaged { format: "django", part: "form" })
        }
        _ => return None,
    })
}
