//! What a session of one tenant may not, and what no other page may send (SES-08, rules D4 and D18).

use super::kit::{enter, open, sql, state};
use crate::support::World;

/// Every page that acts, by its path below an issuer.
fn forms() -> Vec<&'static str> {
    let posts = gatehouse_http::addresses().filter(|(method, _)| *method == "POST");
    let acts = |path: &&str| ["/account/", "/welcome/"].iter().any(|area| path.starts_with(area));
    let forms: Vec<_> = posts.map(|(_, path)| path).filter(acts).collect();
    assert!(forms.len() >= 16, "{forms:?}");
    forms
}

#[tokio::test]
async fn a_session_of_one_tenant_sees_and_leaves_that_tenant_alone() {
    let world = World::dev().await;
    let platform = world.platform();
    let (mut agent, _) = enter(&world, &platform, "carol@consult.test").await;
    let own = open(&mut agent, &format!("{platform}/account/address")).await.hidden("/account/address");
    let acme = world.tenant("acme").await;
    sql(&world, &format!("UPDATE cell.sessions SET authority_tenant = '{}'", acme.uuid())).await;
    let before = state(&world).await;
    for page in
        ["name", "addresses", "address", "password", "sessions", "apps", "activity", "data", "deletion"]
    {
        let no = agent.get(&format!("{platform}/account/{page}")).await;
        assert_eq!(no.status, 403, "SES-08: {page}: {}", no.body);
        assert!(no.body.contains("Sign in with your own password"), "{}", no.body);
    }
    let fields: Vec<(&str, &str)> = own.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    for form in forms().iter().filter(|form| !["/account/memberships/leave", "/account/undo"].contains(form))
    {
        let mut fields = fields.clone();
        fields.extend([("address", "mallory@evil.example"), ("password", "seven purple walruses dance")]);
        fields.extend([("name", "Mallory"), ("ended", "ses_x")]);
        let no = agent.post(&format!("{platform}{form}"), &fields).await;
        assert_eq!(no.status, 403, "SES-08: {form}: {}", no.body);
    }
    for page in ["account", "account/memberships"] {
        let seen = open(&mut agent, &format!("{platform}/{page}")).await;
        assert!(seen.body.contains(">Acme<") && !seen.body.contains("Globex"), "{}", seen.body);
        assert!(!seen.body.contains("carol@consult.test"), "{}", seen.body);
    }
    let mut other = fields.clone();
    other.push(("organization", "globex"));
    let no = agent.post(&format!("{platform}/account/memberships/leave"), &other).await;
    assert_eq!(no.status, 403, "{}", no.body);
    assert_eq!(state(&world).await, before);
    let mut own = fields;
    own.push(("organization", "acme"));
    let done = agent.post(&format!("{platform}/account/memberships/leave"), &own).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let sql = "SELECT count(*) FROM cell.members WHERE status = 'removed'";
    let left: i64 = sqlx::query_scalar(sql).fetch_one(&mut world.admin().await).await.unwrap();
    assert_eq!(left, 1);
}

#[tokio::test]
async fn forms_from_elsewhere_change_nothing() {
    let world = World::dev().await;
    let platform = world.platform();
    let (mut agent, _) = enter(&world, &platform, "alice@acme.test").await;
    let (mut bob, _) = enter(&world, &platform, "bob@globex.test").await;
    let own = open(&mut agent, &format!("{platform}/account/address")).await.hidden("/account/address");
    let bobs = open(&mut bob, &format!("{platform}/account/address")).await.hidden("/account/address");
    let value = |fields: &[(String, String)], name: &str| {
        fields.iter().find(|(key, _)| key == name).unwrap().1.clone()
    };
    let (token, session) = (value(&own, "csrf"), value(&own, "session"));
    let (bobs_token, bobs_session) = (value(&bobs, "csrf"), value(&bobs, "session"));
    let before = state(&world).await;
    for form in forms() {
        let url = format!("{platform}{form}");
        let with = |csrf: &str, session: &str| {
            [("csrf", csrf.to_owned()), ("session", session.to_owned()), ("name", "X".to_owned())]
                .map(|(name, value)| (name, value))
        };
        for (csrf, origin, site) in [
            (token.as_str(), "https://evil.example", "same-origin"),
            (&token, world.server.base(), "cross-site"),
            (&bobs_token, world.server.base(), "same-origin"),
            ("", world.server.base(), "same-origin"),
        ] {
            let fields = with(csrf, &session);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let headers = [("origin", origin), ("sec-fetch-site", site)];
            let no = agent.post_with(&url, &headers, &fields).await;
            assert_eq!(no.status, 403, "{form} {origin} {site}: {}", no.body);
        }
        if form != "/account/undo" {
            let fields = with(&token, &bobs_session);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let no = agent.post(&url, &fields).await;
            assert_eq!(no.status, 303, "{form} for another person's session: {}", no.body);
            assert!(no.location().path().ends_with("/login"), "{}", no.location());
        }
        let got = agent.get(&format!("{url}?csrf={token}&session={session}&organization=acme")).await;
        assert!(got.status.as_u16() < 500, "{form}: {}", got.status);
    }
    assert_eq!(state(&world).await, before);
}
