//! `gatehouse identity import`: people come with the hashes they have, sign in with them, and leave them behind.

use serde_json::{Value, json};

use super::applying::{APPS, WORLD};
use super::installation::Installation;
use super::person::Person;
use super::program::{refusal, said};

const PASSWORD: &str = "grüne Wiese 42";

/// One hash of each format, made by the systems themselves (see the tests of `keys::password`).
const HASHES: &[(&str, &str)] = &[
    ("bcrypt", "$2a$05$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5."),
    ("scrypt", "$scrypt$ln=8,r=8,p=2$MDEyMzQ1Njc4OWFiY2RlZg$ZjO12X9zHzFjit9NilAkyhtxSSqXHElkreJiC0ywnos"),
    ("pbkdf2", "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$w21obMHkPuhBGMvm5lQAgFJB90R3TtIK94iFnBYSDbc"),
    (
        "argon2i",
        "$argon2i$v=19$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$MoN6PwpM1vnmSe2LY0GU6TYstNTD3QYvd5Fww1S72GI",
    ),
    (
        "argon2id",
        "$argon2id$v=19$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$5QUs+ZyxFrCBqpuB3lJw4IwpXin8sSJmwhQP1ef8OBA",
    ),
    ("ldap", "{SSHA}2WnuxtIj/LmTJq8qitSJxa0AU98wMTIzNDU2Nw=="),
    ("phpass", "$P$6abcdefghsT4iauxAa5hweWWY7vTom0"),
    ("django", "bcrypt_sha256$$2b$05$abcdefghijklmnopqrstuuycb6VOQC5RTYKa2RgZHkoeacSqNlKue"),
    ("django-pbkdf2", "pbkdf2_sha256$1000$saltysalty$uglAHIMsBpJTjGkbPkMKN3blht1fKDJY1+mh7yvujWs="),
];

fn people() -> String {
    let mut lines: Vec<Value> = HASHES
        .iter()
        .map(|(name, hash)| json!({ "email": format!("{name}@old.example"), "name": name, "password_hash": hash }))
        .collect();
    lines.push(json!({
        "email": "Firebase@old.example", "email_verified": true, "locale": "de", "external_id": "f-1",
        "roles": ["admin"], "format": "firebase",
        "password_hash": "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
        "firebase": {
            "salt": "42xEC+ixf3L2lw==", "salt_separator": "Bw==", "rounds": 8, "mem_cost": 14,
            "signer_key": "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
        },
    }));
    lines.push(json!({ "email": "nobody@old.example" }));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

async fn stored(installation: &Installation, address: &str) -> String {
    let mut admin = installation.admin().await;
    sqlx::query_scalar(
        "SELECT c.secret FROM cell.credentials AS c JOIN cell.addresses AS a USING (identity_id) WHERE a.address = $1",
    )
    .bind(address)
    .fetch_one(&mut admin)
    .await
    .unwrap()
}

async fn counted(installation: &Installation, what: &'static str) -> i64 {
    let mut admin = installation.admin().await;
    sqlx::query_scalar(what).fetch_one(&mut admin).await.unwrap()
}

const IDENTITIES: &str = "SELECT count(*) FROM cell.identities";

#[tokio::test]
async fn who_is_imported_signs_in_with_the_old_password_and_gets_a_new_hash() {
    let installation = Installation::migrated("importing").await;
    installation.write("world.yaml", WORLD);
    said(&installation.run(&["apply", "world.yaml"], APPS).await);
    installation.write("people.jsonl", &people());
    let import = ["identity", "import", "--file", "people.jsonl", "--tenant", "acme"];
    let all = HASHES.len() + 2;

    let dry = said(&installation.run(&[&import[..], &["--dry-run"]].concat(), &[]).await);
    assert_eq!(dry, format!("{all} made, 0 there already, 0 skipped; dry run, nothing was written\n"));
    assert_eq!(counted(&installation, IDENTITIES).await, 1, "alice alone");
    let made = said(&installation.run(&import, &[]).await);
    assert_eq!(made, format!("{all} made, 0 there already, 0 skipped\n"));
    let again = said(&installation.run(&[&import[..], &["--json"]].concat(), &[]).await);
    let again: Value = serde_json::from_str(&again).unwrap();
    assert_eq!(again, json!({ "dry_run": false, "made": 0, "there": all, "owned_lines": [] }));
    assert_eq!(counted(&installation, IDENTITIES).await, 1 + i64::try_from(all).unwrap());
    let claimed =
        "SELECT count(*) FROM cell.addresses AS a JOIN cell.address_evidence AS e ON e.address_id = a.id
        WHERE a.state = 'claimed' AND e.method = 'import' AND a.verified_at IS NULL";
    assert_eq!(counted(&installation, claimed).await, i64::try_from(all).unwrap());
    let said_before = "SELECT count(*) FROM cell.address_evidence
        WHERE details = '{\"email_verified\": true, \"external_id\": \"f-1\"}'";
    assert_eq!(counted(&installation, said_before).await, 1);
    for (kind, events) in [("identity.created", all), ("email.claimed", all), ("credential.changed", all - 1)]
    {
        let mut admin = installation.admin().await;
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM audit.events WHERE kind = $1 AND stream_kind = 'i' AND stream_id IN
                (SELECT identity_id FROM cell.address_evidence WHERE method = 'import')",
        )
        .bind(kind)
        .fetch_one(&mut admin)
        .await
        .unwrap();
        assert_eq!(count, i64::try_from(events).unwrap(), "{kind}");
    }

    let by = "SELECT count(*) FROM audit.events
        WHERE kind = 'email.claimed' AND position(convert_to('\"by\":\"import\"', 'UTF8') IN record) > 0";
    assert_eq!(counted(&installation, by).await, i64::try_from(all).unwrap());

    let server = installation.serve(&[]).await;
    let passwords = HASHES.iter().map(|(name, hash)| (*name, *hash, PASSWORD));
    for (name, hash, password) in passwords.chain([("firebase", "$firebase-scrypt$", "user1password")]) {
        let address = format!("{name}@old.example");
        assert!(stored(&installation, &address).await.starts_with(hash), "{name}");
        let page = Person::new(&server).mistype(&address, "grüne Wiese 43").await;
        assert!(page.contains("data-code=\"wrong_credentials\""), "{name}: {page}");
        assert!(
            stored(&installation, &address).await.starts_with(hash),
            "{name}: a wrong password renews nothing"
        );
        Person::new(&server).sign_in(&address, password).await;
        let renewed = stored(&installation, &address).await;
        assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{name}: {renewed}");
        Person::new(&server).sign_in(&address, password).await;
        assert_eq!(stored(&installation, &address).await, renewed, "{name}: renewed once");
    }
    let page = Person::new(&server).mistype("nobody@old.example", PASSWORD).await;
    assert!(page.contains("data-code=\"wrong_credentials\""), "{page}");
    let (_, log) = server.stop().await;
    assert!(!log.iter().any(|line| line.contains("old.example") || line.contains("abcdefgh")), "{log:?}");
}

#[tokio::test]
async fn a_file_with_a_wrong_line_makes_nobody_and_names_each() {
    let installation = Installation::migrated("importing_refused").await;
    installation.write("world.yaml", WORLD);
    said(&installation.run(&["apply", "world.yaml"], APPS).await);
    let bad = [
        json!({ "email": "ada@old.example" }),
        json!({ "email": "bo@old.example", "password_hash": "$2b$31$canaryabcdefghijklmnopqrstuvwxyz" }),
        json!({ "email": "cy@old.example", "password_hash": "$scrypt$ln=25,r=8,p=1$canary$canary" }),
        json!({ "email": "di", "password_hash": "canary" }),
    ];
    installation.write("people.jsonl", &bad.map(|line| format!("{line}\n")).concat());
    let import = ["identity", "import", "--file", "people.jsonl", "--tenant"];
    let refused = refusal(&installation.run(&[&import[..], &["acme"]].concat(), &[]).await);
    assert_eq!(
        refused,
        "people.jsonl: line 2: password_hash: the bcrypt hash would cost too much: cost may be 12 at the most; \
         line 3: password_hash: the scrypt hash would cost too much: ln may be 17 at the most; \
         line 4: email: an address needs one @ between a name and a domain"
    );
    installation.write("people.jsonl", "{\"email\":\"ada@old.example\"}\n");
    let refused = refusal(&installation.run(&[&import[..], &["nowhere"]].concat(), &[]).await);
    assert_eq!(refused, "people.jsonl: line 1: there is no tenant nowhere");
    let refused = refusal(&installation.run(&["identity", "import", "--file", "people.jsonl"], &[]).await);
    assert!(refused.starts_with("people.jsonl: line 1: tenant: missing; "), "{refused}");
    assert_eq!(counted(&installation, IDENTITIES).await, 1, "alice alone");
}

#[tokio::test]
async fn whoever_has_proven_an_address_is_not_made_again() {
    let installation = Installation::migrated("importing_owned").await;
    let globex =
        "  - { slug: globex, name: Globex, members: [{ email: zoe@globex.example, roles: [owner] }] }\n";
    installation.write("world.yaml", &format!("{WORLD}{globex}"));
    said(&installation.run(&["apply", "world.yaml"], APPS).await);
    let mut admin = installation.admin().await;
    sqlx::raw_sql(
        "UPDATE cell.addresses SET state = 'verified', verified_at = now() WHERE address LIKE 'alice@%'",
    )
    .execute(&mut admin)
    .await
    .unwrap();
    let lines = "{\"email\":\"alice@acme.example\"}\n{\"email\":\"eve@old.example\"}\n\
                 {\"email\":\"alice@acme.example\",\"tenant\":\"acme\"}\n{\"email\":\"eve@old.example\",\"tenant\":\"acme\"}\n";
    installation.write("people.jsonl", lines);
    let import = ["identity", "import", "--file", "people.jsonl", "--tenant", "globex"];
    let done = said(&installation.run(&import, &[]).await);
    assert_eq!(
        done,
        "line 1: skipped, somebody has proven this address; the tenant can invite them\n\
         2 made, 1 there already, 1 skipped\n"
    );
    let eves = "SELECT count(DISTINCT identity_id) FROM cell.addresses WHERE address = 'eve@old.example'";
    assert_eq!(
        counted(&installation, eves).await,
        2,
        "an unproven address is a person of its own in each tenant"
    );
}
