//! Work that would tell by its time who exists: one hash for every judged password, whoever it is for (PWD-02).

use gatehouse_domain::audit::Bounded;
use gatehouse_domain::secret::Secret;
use gatehouse_flows::apply::{ApplyOptions, Checked, NoSources, Trust};
use gatehouse_flows::import::ImportFile;
use gatehouse_flows::login::Browser;
use gatehouse_flows::{Ctx, Idp, Issuer, Limits, Settings};
use gatehouse_keys::password::PasswordPool;
use gatehouse_pages::Locale;
use sqlx::AssertSqlSafe;

use super::kit::PASSWORD;
use crate::support::{fresh, provider};

/// How many hashes one try costs.
async fn cost(idp: &Idp, pool: &PasswordPool, issuer: &Issuer, who: &str, password: &str) -> u64 {
    work(idp, pool, issuer, who, password).await.0
}

/// The hashes and the work of one try, and whether it was right.
async fn work(
    idp: &Idp,
    pool: &PasswordPool,
    issuer: &Issuer,
    who: &str,
    password: &str,
) -> (u64, u64, bool) {
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
    let before = pool.gauge();
    let typed = Secret::new(password.to_owned());
    let step = idp.submit_password(&cx, issuer, &browser, &started.flow, typed).await.unwrap();
    let after = pool.gauge();
    (after.hashed - before.hashed, after.kib - before.kib, step.handle.is_some())
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

/// People of a system that hashed by bcrypt, and before that by less; one of them had a password that is longer in form C.
const IMPORTED: &str = r#"{"email": "bcrypt@old.example", "password_hash": "$2b$05$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5."}
{"email": "older@old.example", "password_hash": "$2a$04$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5."}
{"email": "digest@old.example", "password_hash": "{SSHA}2WnuxtIj/LmTJq8qitSJxa0AU98wMTIzNDU2Nw=="}
{"email": "long@old.example", "password_hash": "LONG"}
{"email": "shut@old.example", "password_hash": "$2b$05$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5."}
"#;
const OLD_PASSWORD: &str = "gr\u{fc}ne Wiese 42";
/// 512 letters of four bytes each that form C spells in twelve, under a salted digest of what was typed.
const LONG_HASH: &str = "{SSHA}ScCpTjZiha73i2xFKFCUJkdoq9AxMjM0NTY3";

/// Asserts that every refusal of a world is the same work, whoever it is about.
async fn all_alike(idp: &Idp, pool: &PasswordPool, wanted: u64) {
    let long = "\u{1d160}".repeat(512);
    let people = [
        "alice@acme.test",
        "noone@acme.test",
        "bob@globex.test",
        "bcrypt@old.example",
        "older@old.example",
        "digest@old.example",
        "long@old.example",
        "shut@old.example",
        "nobody@old.example",
    ];
    for slug in [Some("acme"), None] {
        let issuer = idp.issuer(slug).await.unwrap().unwrap();
        for who in people {
            for password in ["wrong", long.as_str()] {
                let (hashes, kib, right) = work(idp, pool, &issuer, who, password).await;
                assert_eq!(
                    (hashes, kib, right),
                    (1, wanted, false),
                    "{who} at {slug:?}, {} bytes",
                    password.len()
                );
            }
        }
    }
}

#[tokio::test]
async fn a_refusal_costs_the_same_whatever_hash_there_is_and_whether_there_is_any() {
    let database = fresh("abuse_dear_hashes").await;
    let many =
        Limits { per_network: 1000, per_network_and_address: 1000, per_address: 1000, ..Limits::default() };
    let (idp, pool) = provider(&database, Settings { limits: many, ..Settings::default() }).await;
    idp.make_demo_world().await.unwrap();
    let acme = idp.issuer(Some("acme")).await.unwrap().unwrap();
    let (_, ours, _) = work(&idp, &pool, &acme, "noone@acme.test", "wrong").await;
    let people = IMPORTED.replace("LONG", LONG_HASH);
    let file = ImportFile::read(&people, Some(&"acme".parse().unwrap())).unwrap();
    assert_eq!(idp.import_people(&file, false).await.unwrap().made, 5);
    let shut = "UPDATE cell.identities SET status = 'disabled' WHERE identity_id IN (SELECT identity_id FROM cell.addresses WHERE address = 'shut@old.example')";
    sqlx::raw_sql(shut).execute(&mut database.admin().await).await.unwrap();
    idp.tidy().await.unwrap();
    // bcrypt of cost 5 beside one hash of ours; what is cheaper is filled up to that.
    let dear = ours + (160 << 5);
    all_alike(&idp, &pool, dear).await;
    let right = work(&idp, &pool, &acme, "shut@old.example", OLD_PASSWORD).await;
    assert_eq!(right, (1, dear, false), "the right password of somebody who may not enter");
    let long = "\u{1d160}".repeat(512);
    assert_eq!(
        work(&idp, &pool, &acme, "long@old.example", &long).await,
        (1, dear, false),
        "too long in form C"
    );
    // A right one costs what it is, and becomes one of ours. With the last dear hash the dear refusals end.
    let (hashes, kib, entered) = work(&idp, &pool, &acme, "bcrypt@old.example", OLD_PASSWORD).await;
    assert_eq!((hashes, kib, entered), (2, (160 << 5) + ours, true));
    idp.tidy().await.unwrap();
    all_alike(&idp, &pool, dear).await;
    let gone = "DELETE FROM cell.credentials WHERE foreign_kib IS NOT NULL";
    sqlx::raw_sql(gone).execute(&mut database.admin().await).await.unwrap();
    idp.tidy().await.unwrap();
    all_alike(&idp, &pool, ours).await;
    assert_eq!(
        work(&idp, &pool, &acme, "bcrypt@old.example", OLD_PASSWORD).await,
        (1, ours, true),
        "hers is ours now"
    );
}
