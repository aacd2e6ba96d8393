//! By what a federated credential is found.

use super::FederatedKey;
use crate::secret::Digest;

impl FederatedKey {
    /// The digest of issuer and subject, under which the credential is kept beside its upstream. Where the one ends and the other
    /// begins is part of it.
    pub fn digest(&self) -> Digest {
        let length = u64::try_from(self.issuer.len()).unwrap_or(u64::MAX).to_be_bytes();
        let parts = [length.as_slice(), self.issuer.as_bytes(), self.subject.as_bytes()];
        Digest::of(&parts.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Source;
    use crate::ids::ProviderId;

    #[test]
    fn issuer_and_subject_do_not_run_into_each_other() {
        let key = |issuer: &str, subject: &str| {
            let source = Source::Provider(ProviderId::from_uuid(uuid::Uuid::nil()));
            FederatedKey { source, issuer: issuer.to_owned(), subject: subject.to_owned() }.digest()
        };
        assert_eq!(key("https://idp.example", "7"), key("https://idp.example", "7"));
        for (issuer, subject) in
            [("https://idp.example7", ""), ("https://idp.example", "07"), ("", "https://idp.example7")]
        {
            assert_ne!(key(issuer, subject), key("https://idp.example", "7"));
        }
        assert_ne!(key("a", "B"), key("a", "b"), "to the letter");
    }
}
