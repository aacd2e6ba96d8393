//! Passwords.

use gatehouse_domain::policy::Method;
use gatehouse_keys::password::{Against, PasswordHash, PasswordPool, PoolError, Verdict};
use gatehouse_spi::local::{Connector, ConnectorError, Outcome, Proof, Reply};

/// Sign-in by password: the same work for every refusal, whoever it is.
#[derive(Debug, Clone)]
pub struct Password {
    pool: PasswordPool,
}

impl Password {
    /// Judges on this pool.
    pub const fn new(pool: PasswordPool) -> Self {
        Self { pool }
    }
}

impl Connector for Password {
    async fn judge(&self, reply: Reply) -> Result<Outcome, ConnectorError> {
        let Reply::Password { record, may_enter, given } = reply;
        let stored = record.map(|record| PasswordHash::from_stored(record.as_str()));
        let against = match &stored {
            Some(stored) if may_enter => Against::Hash(stored),
            Some(stored) => Against::Shut(stored),
            None => Against::Decoy,
        };
        let verdict = self.pool.verify(against, given).await.map_err(|error| match error {
            PoolError::Busy => ConnectorError::Busy,
            _ => ConnectorError::Corrupt,
        })?;
        let proved = |outdated| Outcome::Proved(Proof { method: Method::Password, amr: &["pwd"], outdated });
        Ok(match (verdict, stored.is_some()) {
            (Verdict::Match, true) => proved(false),
            (Verdict::MatchNeedsUpgrade, true) => proved(true),
            _ => Outcome::Denied,
        })
    }
}
