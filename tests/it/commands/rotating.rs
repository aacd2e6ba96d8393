//! `gatehouse keys rotate` beside a running server.

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

use super::applying::{APPS, SECRET, WORLD};
use super::installation::Installation;
use super::program::{refusal, said};
use super::server::Server;

const FORM: &[(&str, &str)] = &[("grant_type", "client_credentials")];

#[tokio::test]
async fn a_tenants_new_key_was_published_before_it_signs_and_old_tokens_verify() {
    let installation = Installation::migrated("rotating").await;
    installation.write("world.yaml", WORLD);
    said(&installation.run(&["apply", "world.yaml"], APPS).await);
    let running = installation.serve(&[]).await;
    let old = token(&running).await;
    let published = kids(&running, "/t/acme").await;
    assert!(published.contains(&kid(&old)) && published.len() == 2, "{published:?}");

    let rotate = ["keys", "rotate", "--tenant", "acme"];
    let refused = refusal(&installation.run(&rotate, &[]).await);
    assert!(refused.starts_with("the next key was published less than ten minutes ago"), "{refused}");
    let mut admin = installation.admin().await;
    let earlier = "UPDATE cell.signing_keys SET created_at = created_at - interval '11 minutes'";
    sqlx::raw_sql(earlier).execute(&mut admin).await.unwrap();
    let rotated = said(&installation.run(&rotate, &[]).await);
    let current = rotated.strip_suffix(" signs now (ES256).\n").unwrap().to_owned();
    assert_ne!(kid(&old), current);
    assert!(published.contains(&current), "whoever fetched the keys before knows it");
    assert_eq!(running.stop().await.0.code(), Some(0));

    let fresh = installation.serve(&[]).await;
    let new = token(&fresh).await;
    assert_eq!(kid(&new), current);
    let published = kids(&fresh, "/t/acme").await;
    assert!(published.contains(&current) && published.contains(&kid(&old)) && published.len() == 3);
    for token in [&old, &new] {
        let seen = fresh.post("/t/acme/oauth2/introspect", ("svc", SECRET), &[("token", token)]).await;
        assert_eq!(seen["active"], true);
    }
}

#[tokio::test]
async fn the_platforms_keys_rotate_by_algorithm_and_strangers_are_named() {
    let installation = Installation::migrated("rotating_platform").await;
    let running = installation.serve(&[]).await;
    let published = kids(&running, "").await;
    let rotated = said(&installation.run(&["keys", "rotate", "--platform", "--now"], &[]).await);
    assert!(
        published.contains(&rotated.strip_suffix(" signs now (ES256).\n").unwrap().to_owned()),
        "{rotated}"
    );
    let rotated =
        said(&installation.run(&["keys", "rotate", "--platform", "--alg", "EdDSA", "--now"], &[]).await);
    assert!(rotated.ends_with(" signs now (EdDSA).\n"), "{rotated}");
    let refused = refusal(&installation.run(&["keys", "rotate", "--tenant", "nobody"], &[]).await);
    assert_eq!(refused, "there is no tenant \"nobody\"");
}

#[tokio::test]
async fn a_stolen_key_is_trusted_no_longer() {
    let installation = Installation::migrated("revoking").await;
    installation.write("world.yaml", WORLD);
    said(&installation.run(&["apply", "world.yaml"], APPS).await);
    let running = installation.serve(&[]).await;
    let stolen = token(&running).await;
    assert_eq!(running.stop().await.0.code(), Some(0));

    let rotated =
        said(&installation.run(&["keys", "rotate", "--tenant", "acme", "--now", "--revoke"], &[]).await);
    let lines: Vec<&str> = rotated.lines().collect();
    let current = lines[0].strip_suffix(" signs now (ES256).").unwrap();
    assert_eq!(lines[1..], [format!("{} is revoked.", kid(&stolen))]);

    let fresh = installation.serve(&[]).await;
    let published = kids(&fresh, "/t/acme").await;
    assert!(
        published.iter().any(|kid| kid == current) && !published.contains(&kid(&stolen)),
        "{published:?}"
    );
    let good = token(&fresh).await;
    assert_eq!(kid(&good), current);
    for (token, active) in [(&stolen, false), (&good, true)] {
        let seen = fresh.post("/t/acme/oauth2/introspect", ("svc", SECRET), &[("token", token)]).await;
        assert_eq!(seen["active"], active);
    }
}

async fn token(server: &Server) -> String {
    let answered = server.post("/t/acme/oauth2/token", ("svc", SECRET), FORM).await;
    answered["access_token"].as_str().unwrap_or_else(|| panic!("{answered}")).to_owned()
}

fn kid(token: &str) -> String {
    let head = BASE64URL_NOPAD.decode(token.split('.').next().unwrap().as_bytes()).unwrap();
    serde_json::from_slice::<Value>(&head).unwrap()["kid"].as_str().unwrap().to_owned()
}

async fn kids(server: &Server, issuer: &str) -> Vec<String> {
    let keys = server.json(&format!("{issuer}/.well-known/jwks.json")).await;
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}
