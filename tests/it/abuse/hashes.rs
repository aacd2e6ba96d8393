//! Work that would tell by its time who exists: one hash for every judged password, whoever it is for (PWD-02).

use std::num::NonZeroUsize;
use std::sync::Arc;

use gatehouse_domain::audit::Bounded;
use gatehouse_domain::random;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::tenant::CellName;
use gatehouse_domain::time::SystemClock;
use gatehouse_flows::apply::{ApplyOptions, Checked, NoSources, Trust};
use gatehouse_flows::login::Browser;
use gatehouse_flows::{Base, Ctx, Idp, Issuer, Limits, Outbound, OutboundError, Parts, Sending, Settings};
use gatehouse_keys::entropy::SystemRng;
use gatehouse_keys::password::{Cost, PasswordPool, PoolOptions};
use gatehouse_keys::seal::{Kek, KekRing};
use gatehouse_store::events::EventQueue;
use sqlx::AssertSqlSafe;
use url::Url;

use super::kit::PASSWORD;
use crate::support::{Database, fresh};

#[derive(Debug)]
struct NoWayOut;

impl Outbound for NoWayOut {
    fn fetch<'a>(&'a self, _url: &'a Url, _most: usize) -> Sending<'a, Vec<u8>> {
        Box::pin(async { Err(OutboundError::Blocked) })
    }

    fn post_field<'a>(&'a self, _url: &'a Url, _name: &'a str, _value: &'a str) -> Sending<'a, ()> {
        Box::pin(async { Err(OutboundError::Blocked) })
    }
}

/// An identity provider whose hashing can be counted; ten tries of one address, then the source waits.
async fn house(database: &Database) -> (Idp, PasswordPool) {
    let store = Arc::new(database.store(4).await);
    let (events, _) = EventQueue::start(
        store.cell(&CellName::pool()).unwrap().clone(),
        gatehouse_store::events::Limits::default(),
    );
    let cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
    let passwords =
        PasswordPool::start(PoolOptions { threads: NonZeroUsize::MIN, queue: 16, cost }, Arc::new(SystemRng))
            .unwrap();
    let kek = Kek::from_bytes(&Secret::new(random::bytes::<32>(&SystemRng).to_vec())).unwrap();
    let idp = Idp::new(Parts {
        store,
        events,
        passwords: passwords.clone(),
        keks: KekRing::new(kek, Vec::new()),
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
        base: Base::parse("http://localhost:8080").unwrap(),
        outbound: Arc::new(NoWayOut),
        settings: Settings {
            limits: Limits { per_network: 1000, per_network_and_address: 10, per_address: 1000 },
        },
    });
    (idp, passwords)
}

/// How many hashes one try costs.
async fn cost(idp: &Idp, pool: &PasswordPool, issuer: &Issuer, who: &str, password: &str) -> u64 {
    let cx = Ctx {
        request: idp.new_request_id(),
        now: idp.now(),
        address: Some("192.0.2.1".parse().unwrap()),
        user_agent: Some(Bounded::new("test")),
    };
    let nobody = Browser { pre: None, handle: None };
    let started = idp.start_login(&cx, issuer, &nobody).await.unwrap();
    let browser = Browser { pre: started.pre, handle: None };
    idp.submit_identifier(&cx, issuer, &browser, &started.flow, who).await.unwrap();
    let before = pool.gauge().hashed;
    let typed = Secret::new(password.to_owned());
    idp.submit_password(&cx, issuer, &browser, &started.flow, typed).await.unwrap();
    pool.gauge().hashed - before
}

#[tokio::test]
async fn every_judged_password_costs_one_hash() {
    let database = fresh("abuse_hashes").await;
    let (idp, pool) = house(&database).await;
    idp.register_cells().await.unwrap();
    idp.make_demo_world().await.unwrap();
    let file = "{version: 1, tenants: [{slug: acme, name: Acme, members: [{email: alice@acme.test, roles: [owner]}, \
        {email: carla@acme.test, password: correct horse battery staple}, {email: peter@acme.test}]}]}";
    let checked = Checked::read(file, "abuse.yaml", &NoSources, Trust::Dev).unwrap();
    idp.apply(&checked, ApplyOptions::default()).await.unwrap();
    let disable = "UPDATE cell.identities SET status = 'disabled' WHERE identity_id IN (SELECT identity_id FROM cell.addresses WHERE address = 'carla@acme.test')";
    sqlx::raw_sql(AssertSqlSafe(disable.to_owned())).execute(&mut database.admin().await).await.unwrap();
    let people =
        ["alice@acme.test", "noone@acme.test", "bob@globex.test", "carla@acme.test", "peter@acme.test"];
    let long = "x".repeat(5000);
    for slug in [Some("acme"), None] {
        let issuer = idp.issuer(slug).await.unwrap().unwrap();
        for who in people {
            for (password, expected) in [("wrong", 1), (PASSWORD, 1), (long.as_str(), 1), ("", 0)] {
                let found = cost(&idp, &pool, &issuer, who, password).await;
                assert_eq!(found, expected, "{who} at {slug:?} with {} bytes", password.len());
            }
        }
    }
    let issuer = idp.issuer(Some("acme")).await.unwrap().unwrap();
    for who in ["alice@acme.test", "noone@acme.test"] {
        for _ in 0..10 {
            cost(&idp, &pool, &issuer, who, "wrong").await;
        }
        assert_eq!(cost(&idp, &pool, &issuer, who, "wrong").await, 0, "{who}: what is refused is not judged");
    }
}
