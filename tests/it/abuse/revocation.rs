//! Revocation of access tokens (RFC 7009): a stolen one is worth nothing from then on, and the app goes on without it.

use serde_json::json;

use super::kit::{Pairs, basic, call, held, introspected, refresh, text, tokens, worthless, worthy};
use crate::support::{Agent, World};

/// Revokes a token; the answer is the same whatever there was to end.
async fn revoke(agent: &Agent, issuer: &str, headers: Pairs<'_>, fields: Pairs<'_>) {
    let answered = call(agent, &format!("{issuer}/oauth2/revoke"), headers, fields).await;
    assert_eq!((answered.status.as_u16(), answered.body.as_str()), (200, ""));
}

#[tokio::test]
async fn a_persons_revoked_token_is_worth_nothing_and_its_grant_goes_on() {
    let world = World::dev().await;
    for (done, issuer) in (1..).zip([world.issuer("acme"), world.platform()]) {
        let first = tokens(&world, &issuer, "alice@acme.test").await;
        let second = refresh(&first.agent, &issuer, &first.refresh, &[]).await;
        let second = held(&second, first.agent.clone());
        for (held, what) in [(&first, "the first"), (&second, "the second")] {
            worthy(&held.agent, &issuer, &held.access, what).await;
        }
        // The hint may be wrong (section 2.1), and saying it again changes nothing (section 2.2).
        for hint in ["access_token", "refresh_token", ""] {
            let fields =
                [("client_id", "demo-web"), ("token", first.access.as_str()), ("token_type_hint", hint)];
            revoke(&first.agent, &issuer, &[], &fields).await;
            worthless(&first.agent, &issuer, &first.access, "revoked").await;
        }
        assert_eq!(world.events("token.revoked").await, done, "one event for what ended once");
        assert_eq!(world.events("grant.revoked").await, 0);
        worthy(&first.agent, &issuer, &second.access, "another token of the grant").await;
        let third = held(&refresh(&first.agent, &issuer, &second.refresh, &[]).await, first.agent.clone());
        worthy(&first.agent, &issuer, &third.access, "a token made afterwards").await;
        worthless(&first.agent, &issuer, &first.access, "after a refresh").await;
    }
}

#[tokio::test]
async fn a_services_revoked_token_is_worth_nothing_and_the_service_goes_on() {
    let world = World::dev().await;
    let agent = world.agent();
    let header = basic("demo-service", "demo-service-secret");
    let service = [("authorization", header.as_str())];
    let plain = [("grant_type", "client_credentials")];
    let acting = [("grant_type", "client_credentials"), ("organization", "acme")];
    for (done, (issuer, fields)) in (1..).zip([
        (world.issuer("acme"), &plain[..]),
        (world.platform(), &plain[..]),
        (world.platform(), &acting[..]),
    ]) {
        let mut made = Vec::new();
        for _ in 0..2 {
            let answered = call(&agent, &format!("{issuer}/oauth2/token"), &service, fields).await;
            let token = text(&answered.json(), "access_token");
            assert_eq!(introspected(&agent, &issuer, &token).await["active"], true, "{issuer}");
            made.push(token);
        }
        for _ in 0..2 {
            revoke(&agent, &issuer, &service, &[("token", &made[0])]).await;
            // Userinfo has nothing for a service: it never takes such a token.
            let told = introspected(&agent, &issuer, &made[0]).await;
            assert_eq!(told, json!({ "active": false }), "{issuer}");
        }
        assert_eq!(world.events("token.revoked").await, done, "one event for what ended once");
        assert_eq!(introspected(&agent, &issuer, &made[1]).await["active"], true, "the other token");
        let answered = call(&agent, &format!("{issuer}/oauth2/token"), &service, fields).await;
        let next = text(&answered.json(), "access_token");
        assert_eq!(introspected(&agent, &issuer, &next).await["active"], true, "one made afterwards");
    }
}
