//! An identity provider without a server around it.

use std::num::NonZeroUsize;
use std::sync::Arc;

use gatehouse_domain::random;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::tenant::CellName;
use gatehouse_domain::time::SystemClock;
use gatehouse_flows::mail::NoMailer;
use gatehouse_flows::{Base, Breached, Idp, Parts, Settings};
use gatehouse_keys::entropy::SystemRng;
use gatehouse_keys::password::{Cost, PasswordPool, PoolOptions};
use gatehouse_keys::seal::{Kek, KekRing};
use gatehouse_spi::{Call, Outbound, OutboundError, Sending};
use gatehouse_store::events::{EventQueue, Limits};

use super::Database;

/// A provider on a database, with keys of its own, and the pool that counts its hashes, which are cheap here.
pub(crate) async fn provider(database: &Database, settings: Settings) -> (Idp, PasswordPool) {
    let store = Arc::new(database.store(4).await);
    let (events, _) = EventQueue::start(store.cell(&CellName::pool()).unwrap().clone(), Limits::default());
    let cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
    let options = PoolOptions { threads: NonZeroUsize::MIN, queue: 16, cost };
    let passwords = PasswordPool::start(options, Arc::new(SystemRng)).unwrap();
    let kek = Kek::from_bytes(&Secret::new(random::bytes::<32>(&SystemRng).to_vec())).unwrap();
    let idp = Idp::new(Parts {
        store,
        events,
        passwords: passwords.clone(),
        breached: Breached::shipped(),
        keks: KekRing::new(kek, Vec::new()),
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
        base: Base::parse("http://localhost:8080").unwrap(),
        mailer: Arc::new(NoMailer),
        outbound: Arc::new(NobodyOutside),
        settings,
    });
    (idp, passwords)
}

/// Nothing here calls anybody.
#[derive(Debug)]
struct NobodyOutside;

impl Outbound for NobodyOutside {
    fn send<'a>(&'a self, _call: Call<'a>) -> Sending<'a> {
        Box::pin(async { Err(OutboundError::Blocked) })
    }
}
