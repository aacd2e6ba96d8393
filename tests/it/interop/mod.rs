//! Clients that others wrote, in their own languages, against a demo world. Each signs in through the hosted page in
//! real Chromium, refreshes, asks userinfo, signs out, refuses what it should and is refused what it should be. The
//! same scripts run against npm oidc-provider, so that a fault of a script is not taken for one of ours.

use std::time::Duration;

use serde_json::{Value, json};

use crate::browser::script::{Found, Peer, Script};
use crate::support::World;

const OPENID_CLIENT: Script = Script::Node("interop/openid-client.mjs");
const OIDC_CLIENT_TS: Script = Script::Node("interop/oidc-client-ts.mjs");
const AUTHLIB: Script = Script::Python("interop/authlib_client.py");

const LIMIT: Duration = Duration::from_secs(70);

/// A little more than a rotated-out refresh token is forgiven.
const REFRESH_GRACE_MS: u64 = 11_000;

fn base(world: &World) -> &str {
    world.base.as_str().trim_end_matches('/')
}

/// `demo-web` at an issuer, with a person of the demo world.
fn party(issuer: &str, person: &str) -> Value {
    json!({
        "issuer": issuer,
        "clientId": "demo-web",
        "username": person,
        "password": "correct horse battery staple",
        "accessToken": "jwt",
        "refreshGraceMs": REFRESH_GRACE_MS,
    })
}

fn at_tenant(world: &World, slug: &str, person: &str) -> Value {
    party(&format!("{}/t/{slug}", base(world)), person)
}

/// carol belongs to two tenants; at the platform she picks one.
fn at_platform(world: &World) -> Value {
    with(party(base(world), "carol@consult.test"), json!({ "organization": "globex" }))
}

/// The peer has other pages, asks for consent, and gives JWT access tokens for a resource only.
fn at_peer(peer: &Peer) -> Value {
    let own = json!({
        "driver": "oidc-provider", "prompt": "consent", "accessToken": "opaque", "refreshGraceMs": 0,
        "resource": "urn:suite:api", "audience": "urn:suite:api",
    });
    with(party(&peer.issuer, "alice@acme.test"), own)
}

fn with(mut input: Value, more: Value) -> Value {
    let (Value::Object(fields), Value::Object(more)) = (&mut input, more) else {
        panic!("two objects are joined")
    };
    fields.extend(more);
    input
}

fn service() -> Value {
    json!({ "clientId": "demo-service", "secret": "demo-service-secret" })
}

fn openid_client_is_content(found: &Found) {
    for check in [
        "ID token: verified by jose, nonce kept",
        "refresh rotates",
        "userinfo: address",
        "client refuses another state",
        "client refuses another nonce",
        "client refuses another issuer in the answer",
        "client refuses an ID token with a changed claim",
        "client refuses an ID token with alg none",
        "provider refuses another verifier",
        "provider refuses a replayed code",
        "a replayed code ends its tokens",
        "provider refuses a rotated-out refresh token",
        "its replay ends the family",
        "the session has ended",
    ] {
        found.held(check);
    }
}

fn oidc_client_ts_is_content(found: &Found) {
    for check in [
        "userinfo: address",
        "silent renewal brings new tokens",
        "CORS: token names the app's origin",
        "CORS: userinfo names the app's origin",
        "CORS: token is closed to strangers",
        "CORS: authorize is closed to the app too",
        "client refuses another state",
        "client refuses userinfo of another person",
        "the session has ended",
    ] {
        found.held(check);
    }
}

fn authlib_is_content(found: &Found) {
    for check in [
        "discovery: valid for Authlib",
        "ID token: joserfc and PyJWT read the same",
        "access token: joserfc and PyJWT read the same",
        "refresh rotates",
        "userinfo: address",
        "client refuses another nonce",
        "client refuses alg none",
        "client refuses a foreign issuer's ID token",
        "PyJWT refuses a foreign issuer's ID token",
        "provider refuses a foreign access token",
        "provider refuses a foreign refresh token",
        "introspection: live is active",
        "introspection: of a revoked family is inactive",
        "the session has ended",
    ] {
        found.held(check);
    }
}

#[tokio::test]
async fn openid_client_at_a_tenant() {
    let world = World::dev().await;
    let found = OPENID_CLIENT.run(&at_tenant(&world, "acme", "alice@acme.test"), LIMIT).await;
    openid_client_is_content(&found);
    found.held("access token: tenant by its public id");
}

#[tokio::test]
async fn openid_client_at_the_platform() {
    let world = World::dev().await;
    let found = OPENID_CLIENT.run(&at_platform(&world), LIMIT).await;
    openid_client_is_content(&found);
    found.held("access token: tenant by its public id");
}

#[tokio::test]
async fn oidc_client_ts_at_a_tenant() {
    let world = World::dev().await;
    oidc_client_ts_is_content(
        &OIDC_CLIENT_TS.run(&at_tenant(&world, "acme", "alice@acme.test"), LIMIT).await,
    );
}

#[tokio::test]
async fn oidc_client_ts_at_the_platform() {
    let world = World::dev().await;
    oidc_client_ts_is_content(&OIDC_CLIENT_TS.run(&at_platform(&world), LIMIT).await);
}

/// The foreign issuer is the neighbour tenant: same house, same client id, other keys.
#[tokio::test]
async fn authlib_at_a_tenant() {
    let world = World::dev().await;
    let foreign = at_tenant(&world, "globex", "bob@globex.test");
    let input = with(
        at_tenant(&world, "acme", "alice@acme.test"),
        json!({ "service": service(), "foreign": foreign }),
    );
    authlib_is_content(&AUTHLIB.run(&input, LIMIT).await);
}

/// Here the foreign issuer is another house altogether.
#[tokio::test]
async fn authlib_at_the_platform() {
    let (world, peer) = (World::dev().await, Peer::start().await);
    let foreign = with(at_peer(&peer), json!({ "username": "carol@consult.test" }));
    let input = with(at_platform(&world), json!({ "service": service(), "foreign": foreign }));
    authlib_is_content(&AUTHLIB.run(&input, LIMIT).await);
}

#[tokio::test]
async fn the_scripts_hold_against_a_certified_provider() {
    let (peer, other) = (Peer::start().await, Peer::start().await);
    openid_client_is_content(&OPENID_CLIENT.run(&at_peer(&peer), LIMIT).await);
    oidc_client_ts_is_content(&OIDC_CLIENT_TS.run(&at_peer(&peer), LIMIT).await);
    let foreign = with(at_peer(&other), json!({ "username": "bob@globex.test" }));
    let input = with(at_peer(&peer), json!({ "service": service(), "foreign": foreign }));
    authlib_is_content(&AUTHLIB.run(&input, LIMIT).await);
}
