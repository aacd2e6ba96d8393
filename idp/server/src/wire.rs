//! Puts the parts together: once, from a frozen configuration.

use std::fs::File;
use std::io::{self, BufReader};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use gatehouse_domain::random::Rng;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::tenant::CellName;
use gatehouse_domain::time::Clock;
use gatehouse_flows::{Base, Breached, Idp, Parts, Settings};
use gatehouse_http::{Proxies, Web};
use gatehouse_keys::password::{Cost, Filter, PasswordPool, PoolOptions};
use gatehouse_keys::seal::{Kek, KekRing};
use gatehouse_store::events::{EventQueue, Limits};
use gatehouse_store::{Scope, Store, StoreOptions};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Profile};
use crate::mailbox::Mailbox;
use crate::management::{Readiness, Ready};
use crate::outside::GuardedClient;
use crate::smtp::{self, Smtp};
use crate::work;

/// How long a request waits for a database connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// The wired identity provider.
#[derive(Debug, Clone)]
pub struct House {
    /// The use cases.
    pub idp: Idp,
    /// Where a development world's letters go, unless it has a mail server.
    pub(crate) mailbox: Option<Mailbox>,
    store: Arc<Store>,
    proxies: Arc<Proxies>,
    rng: Arc<dyn Rng>,
}

/// Wires an identity provider.
///
/// # Errors
/// The first part that cannot work as configured, in one sentence.
pub async fn wire(
    config: &Config,
    settings: Settings,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
) -> anyhow::Result<House> {
    let options = StoreOptions {
        connect: config.database.options(),
        pool_size: usize::try_from(config.database.pool_size)?,
        patience: PATIENCE,
    };
    let store = Arc::new(Store::connect(options).await?);
    let (events, _) = EventQueue::start(store.cell(&CellName::pool())?.clone(), Limits::default());
    let passwords = PasswordPool::start(pool_options(config)?, Arc::clone(&rng))?;
    let mailbox = (config.profile == Profile::Dev && config.mail.server.is_none()).then(Mailbox::default);
    let otherwise = mailbox.clone().map_or(smtp::Operator::Nothing, smtp::Operator::Mailbox);
    let operator = smtp::operator(&config.mail, otherwise)?;
    let base = Base::parse(config.base.origin())?;
    let host = base.authority().split(':').next().unwrap_or_default().to_owned();
    let parts = Parts {
        store: Arc::clone(&store),
        events,
        passwords,
        breached: breached(config)?,
        keks: keks(&config.keys.kek, &config.keys.previous_keks)?,
        clock,
        rng: Arc::clone(&rng),
        base,
        outbound: Arc::new(GuardedClient::new(config.outbound.allow_loopback)?),
        mailer: Arc::new(Smtp::new(operator, &host, config.outbound.allow_loopback)),
        settings,
    };
    let proxies = config.base.trusted_proxies.iter().map(|net| (net.addr(), net.prefix_len())).collect();
    Ok(House { idp: Idp::new(parts), mailbox, store, proxies: Arc::new(Proxies::new(proxies)), rng })
}

impl House {
    /// The public router.
    pub fn router(&self) -> Router {
        gatehouse_http::router(Web { idp: self.idp.clone(), proxies: Arc::clone(&self.proxies) })
    }

    /// The randomness that the house was wired with.
    pub(crate) fn rng(&self) -> Arc<dyn Rng> {
        Arc::clone(&self.rng)
    }

    /// Runs the work behind the requests until `stop` is cancelled.
    pub fn start_jobs(&self, stop: CancellationToken) -> JoinHandle<io::Result<()>> {
        tokio::spawn(work::run(self.idp.clone(), stop))
    }

    /// Says whether the house can do its work.
    pub fn readiness(&self) -> Arc<dyn Readiness> {
        Arc::new(DatabaseAnswers(Arc::clone(&self.store)))
    }
}

/// Ready while the database answers.
#[derive(Debug)]
struct DatabaseAnswers(Arc<Store>);

impl Readiness for DatabaseAnswers {
    fn check(&self) -> Ready<'_> {
        Box::pin(async move {
            let opened = self.0.directory().read(Scope::platform(), "ready").await;
            opened.map(drop).map_err(|_| "database")
        })
    }
}

fn pool_options(config: &Config) -> anyhow::Result<PoolOptions> {
    let passwords = &config.passwords;
    let threads = std::num::NonZeroUsize::new(passwords.threads).unwrap_or(std::num::NonZeroUsize::MIN);
    let cost =
        Cost { memory_kib: passwords.memory_kib, passes: passwords.iterations, lanes: passwords.parallelism };
    Ok(PoolOptions { threads, queue: passwords.queue, cost })
}

fn breached(config: &Config) -> anyhow::Result<Breached> {
    let told = &config.passwords.breached;
    let filter = match &told.file {
        None => Filter::shipped(),
        Some(path) => Filter::read(|| File::open(path).map(BufReader::new))
            .with_context(|| format!("passwords.breached.file: {}", path.display()))?,
    };
    Ok(Breached::new(filter, told.range_url.clone()))
}

fn keks(current: &Secret<Vec<u8>>, previous: &[Secret<Vec<u8>>]) -> anyhow::Result<KekRing> {
    let older = previous.iter().map(Kek::from_bytes).collect::<Result<Vec<_>, _>>()?;
    Ok(KekRing::new(Kek::from_bytes(current)?, older))
}
