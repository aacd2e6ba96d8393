//! Work that would tell by its time who exists: one hash for every judged password, whoever it is for (PWD-02).

use gatehouse_domain::audit::Bounded;
use gatehouse_domain::secret::Secret;
use gatehouse_flows::apply::{ApplyOptions, Checked, NoSources, Trust};
use gatehouse_flows::login::Browser;
use gatehouse_flows::{Ctx, Idp, Issuer, Limits, Settings};
use gatehouse_keys::password::PasswordPool;
use gatehouse_pages::Locale;
use sqlx::AssertSqlSafe;

use super::kit::PASSWORD;
use crate::support::{fresh, provider};

/// How many hashes one try costs.
async fn cost(idp: &Idp, pool: &PasswordPool, issuer: &Issuer, who: &str, password: &str) -> u64 {
    let cx = Ctx {
        request: idp.new_request_id(),
        now: idp.now(),
        address: Some("192.0.2.1".parse().unwrap()),
        user_agent: Some(Bounded::new("test")),
        locale: Locale::En,
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
    // Ten tries of one address, then the source waits.
    let limits =
        Limits { per_network: 1000, per_network_and_address: 10, per_address: 1000, ..Limits::default() };
    let (idp, pool) = provider(&database, Settings { limits, ..Settings::default() }).await;
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
