//! Salted digests of LDAP directories: `{SSHA}`, `{SSHA256}`, `{SSHA512}` and the digest with the salt behind it in base64.

use aws_lc_rs::digest::{Algorithm, Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512};
use zeroize::Zeroizing;

use super::super::queue::Output;
use super::text::{base64, need};
use super::{BadHash, Stored, Work};

#[derive(Clone)]
pub(in super::super) struct Recipe {
    digest: &'static Algorithm,
    salt: Vec<u8>,
}

pub(super) fn read(text: &str) -> Result<Stored, BadHash> {
    let (scheme, rest) =
        text.strip_prefix('{').and_then(|rest| rest.split_once('}')).ok_or(BadHash::Unknown)?;
    let digest = match scheme.to_ascii_uppercase().as_str() {
        "SSHA" => &SHA1_FOR_LEGACY_USE_ONLY,
        "SSHA256" => &SHA256,
        "SSHA512" => &SHA512,
        _ => return Err(BadHash::Unknown),
    };
    let mut expected = need(base64(rest), FORMAT, "output")?;
    let long_enough = expected.len() > digest.output_len() && expected.len() <= digest.output_len() + 64;
    need(long_enough.then_some(()), FORMAT, "salt")?;
    let salt = expected.split_off(digest.output_len());
    Ok(Stored { work: Work::Ldap(Recipe { digest, salt }), expected })
}

impl Recipe {
    pub(super) fn derive(&self, given: &[u8]) -> Output {
        let mut context = Context::new(self.digest);
        context.update(given);
        context.update(&self.salt);
        Zeroizing::new(context.finish().as_ref().to_vec())
    }
}

const FORMAT: &str = "ldap";
