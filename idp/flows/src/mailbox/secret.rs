//! What a mail carries: six digits to type, and a link.

use chrono::TimeDelta;
use gatehouse_domain::ids::ProofId;
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::random;
use gatehouse_domain::secret::{Digest, Secret};
use gatehouse_keys::mint::{Kind, mint};
use gatehouse_keys::seal::Mac;

use crate::{Fault, Idp};

/// How long a mailed code or link is good.
pub(crate) const PROOF_LIFE: TimeDelta = TimeDelta::minutes(15);

/// A code and a link for one proof.
#[derive(Debug)]
pub(crate) struct ProofSecret {
    /// Six digits.
    pub(crate) code: Secret<String>,
    /// The keyed hash of the digits.
    pub(crate) code_mark: [u8; 32],
    /// The token of the link.
    pub(crate) link: Secret<String>,
    /// Its digest.
    pub(crate) link_digest: Digest,
}

impl Idp {
    /// Makes the secrets of a proof.
    pub(crate) async fn proof_secret(&self, proof: ProofId) -> Result<ProofSecret, Fault> {
        let code = Secret::new(six_digits(u64::from_be_bytes(random::bytes::<8>(self.rng.as_ref()))));
        let link = mint(Kind::MailLink, None, self.rng.as_ref());
        let code_mark = self.code_mark(proof, code.expose()).await?;
        Ok(ProofSecret { code, code_mark, link: link.text, link_digest: link.digest })
    }

    /// The keyed hash of the code of a proof: six digits are too few for a plain one.
    pub(crate) async fn code_mark(&self, proof: ProofId, code: &str) -> Result<[u8; 32], Fault> {
        let mac = self.data_key(Owner::Platform).await?.mac_key("mailed-code")?;
        Ok(mac.tag(format!("{proof} {code}").as_bytes()))
    }

    /// The keyed hash by which an address that somebody let go of is known.
    pub(crate) async fn release_mark(&self, canonical: &str) -> Result<[u8; 32], Fault> {
        Ok(self.release_key().await?.tag(canonical.as_bytes()))
    }

    /// The key of those hashes, for who learns only inside of a transaction which addresses go.
    pub(crate) async fn release_key(&self) -> Result<Mac, Fault> {
        Ok(self.data_key(Owner::Platform).await?.mac_key("released-address")?)
    }
}

/// Six digits of a random number; the bias of 2^64 over a million is below 10^-13.
fn six_digits(random: u64) -> String {
    format!("{:06}", random % 1_000_000)
}

/// The digits of what was typed as a code: people copy spaces and hyphens along.
pub(super) fn digits(typed: &str) -> String {
    typed.chars().take(64).filter(char::is_ascii_digit).take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_six_digits_and_are_read_as_people_copy_them() {
        assert_eq!(six_digits(1_000_042), "000042");
        assert_eq!(digits(" 123 456\n"), "123456");
        assert_eq!(digits("123-456"), "123456");
        assert_eq!(digits("1234567890"), "12345678", "too many digits stay wrong");
        assert_eq!(digits("abc"), "");
    }
}
