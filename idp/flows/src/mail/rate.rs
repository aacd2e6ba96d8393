//! How many letters a tenant sends a minute.

use chrono::TimeDelta;
use gatehouse_domain::ids::TenantId;
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::time::Timestamp;
use gatehouse_store::counters::{self, CounterKey};

use crate::{Fault, Idp};

const WINDOW_SECONDS: u32 = 60;

impl Idp {
    /// Counts a letter of a tenant. If it is one too many, when its turn comes: each window takes as many as are allowed, so
    /// that those who wait do not all come back at once.
    pub(super) async fn mail_turn(
        &self,
        tenant: TenantId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Fault> {
        let limit = self.settings.mails_per_minute.max(1);
        let mac = self.data_key(Owner::Platform).await?.mac_key("mail-rate")?;
        let key = CounterKey { key: mac.tag(tenant.uuid().as_bytes()), window_s: WINDOW_SECONDS, limit };
        let counts = counters::count(self.pool()?, &[key], now).await?;
        Ok(counts.first().filter(|count| count.over).map(|count| turn(count.reset_at, count.count, limit)))
    }
}

/// The window in which the `count`th letter has its turn, if each takes `limit`.
fn turn(next_window: Timestamp, count: u64, limit: u32) -> Timestamp {
    let windows = count.saturating_sub(1) / u64::from(limit);
    let windows = i64::try_from(windows.clamp(1, 1440)).unwrap_or(1);
    next_window + TimeDelta::seconds(i64::from(WINDOW_SECONDS) * (windows - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_window_takes_its_share() {
        let start = Timestamp::UNIX_EPOCH;
        let after = |count| (turn(start, count, 10) - start).num_seconds();
        assert_eq!([after(11), after(20), after(21), after(30), after(31)], [0, 0, 60, 60, 120]);
    }
}
