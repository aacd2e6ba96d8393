//! A tenant's claim on a domain: exactly that name, with nothing above, below or beside it (rule D6).

mod challenge;
mod public;

pub use challenge::Challenge;
pub use public::{Unclaimable, unclaimable};

use chrono::TimeDelta;

use super::DomainName;
use crate::ids::DomainId;
use crate::time::Timestamp;

/// Whether a claim holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainState {
    /// Claimed, not proven.
    Pending,
    /// Proven, on this evidence and since then.
    Verified(DomainEvidence, Timestamp),
    /// Was proven; the proof is gone.
    Lapsed,
    /// Given up by the tenant.
    Released,
}

/// What a domain's proof rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainEvidence {
    /// The operator said so.
    Operator,
    /// A record in the domain's DNS.
    Dns,
}

/// A tenant's claim on a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainClaim {
    /// The row.
    pub id: DomainId,
    /// The domain.
    pub name: DomainName,
    /// Whether the claim holds.
    pub state: DomainState,
    /// What the domain's DNS has to show; none where the operator's word is all there is.
    pub challenge: Option<Challenge>,
    /// When the DNS last showed it.
    pub checked_at: Option<Timestamp>,
}

/// What a look at the domain's DNS gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The challenge stands there.
    Found,
    /// It does not.
    Missing,
    /// Nobody could say.
    Unreachable,
}

impl DomainClaim {
    /// How often a proof by DNS is looked at again.
    pub const RECHECK: TimeDelta = TimeDelta::days(1);

    /// How long after a look is due a proof still holds: mistakes in a zone and resolvers that are down get repaired in this time.
    pub const GRACE: TimeDelta = TimeDelta::days(3);

    /// A claim without a challenge, as the operator makes it.
    pub const fn new(id: DomainId, name: DomainName, state: DomainState) -> Self {
        Self { id, name, state, challenge: None, checked_at: None }
    }

    /// A claim that its domain's DNS is to prove.
    pub const fn pending(id: DomainId, name: DomainName, challenge: Challenge) -> Self {
        Self { id, name, state: DomainState::Pending, challenge: Some(challenge), checked_at: None }
    }

    /// Whether the tenant has authority over the domain now. A proof by DNS that nobody could look at in time counts for nothing,
    /// whatever its state still says.
    pub fn holds(&self, now: Timestamp) -> bool {
        match self.state {
            DomainState::Verified(DomainEvidence::Operator, _) => true,
            DomainState::Verified(DomainEvidence::Dns, since) => {
                now < self.checked_at.unwrap_or(since) + Self::RECHECK + Self::GRACE
            }
            DomainState::Pending | DomainState::Lapsed | DomainState::Released => false,
        }
    }

    /// Whether the DNS is to be looked at. The operator's word needs no look, and a claim that was given up gets none.
    pub fn is_due(&self, now: Timestamp) -> bool {
        match self.state {
            DomainState::Pending | DomainState::Lapsed => self.challenge.is_some(),
            DomainState::Verified(DomainEvidence::Dns, since) => {
                now >= self.checked_at.unwrap_or(since) + Self::RECHECK
            }
            DomainState::Verified(DomainEvidence::Operator, _) | DomainState::Released => false,
        }
    }

    /// The claim after a look at the DNS.
    #[must_use]
    pub fn after(mut self, seen: Seen, now: Timestamp) -> Self {
        let checked = self.challenge.is_some();
        match (self.state, seen) {
            (DomainState::Pending | DomainState::Lapsed, Seen::Found) if checked => {
                self.state = DomainState::Verified(DomainEvidence::Dns, now);
                self.checked_at = Some(now);
            }
            (DomainState::Verified(DomainEvidence::Dns, _), Seen::Found) => self.checked_at = Some(now),
            (DomainState::Verified(DomainEvidence::Dns, _), _) if !self.holds(now) => {
                self.state = DomainState::Lapsed;
            }
            _ => {}
        }
        self
    }

    /// The claim given up. Only a new challenge opens it again.
    #[must_use]
    pub fn released(mut self) -> Self {
        self.state = DomainState::Released;
        (self.challenge, self.checked_at) = (None, None);
        self
    }

    /// The claim with something to prove it by: one that was given up is claimed once more, and one that the operator made without
    /// vouching for it can be proven. What stood in the DNS for an older claim is worth nothing.
    #[must_use]
    pub fn challenged(mut self, challenge: Challenge) -> Self {
        let waits = matches!(self.state, DomainState::Pending | DomainState::Released);
        if waits && self.challenge.is_none() {
            self.state = DomainState::Pending;
            self.challenge = Some(challenge);
        }
        self
    }
}

/// Whether a tenant has authority over a domain at this moment: its claim on exactly this name holds, and the connection that
/// speaks of it lists it (rule D6). It never reaches identities or other tenants.
pub fn authority(claims: &[DomainClaim], listed: &[DomainName], domain: &DomainName, now: Timestamp) -> bool {
    listed.contains(domain) && claims.iter().any(|claim| claim.name == *domain && claim.holds(now))
}

#[cfg(test)]
mod tests;
