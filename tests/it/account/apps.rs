//! What apps have of a person, taken back.

use futures_util::future::join_all;
use gatehouse_domain::oauth::Verifier;

use super::kit::{enter, open, state};
use crate::support::{Agent, Answered, World};

const CALLBACK: &str = "http://127.0.0.1:4100/callback";
const VERIFIER: &str = "forty-three-characters-at-least-and-these-are-more";

/// The address of an authorization request of `demo-web`.
fn ask(issuer: &str) -> String {
    let challenge = Verifier::parse(VERIFIER).unwrap().challenge();
    let fields = [
        ("client_id", "demo-web"),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid offline_access"),
        ("state", "s"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    format!("{issuer}/oauth2/authorize?{query}")
}

async fn redeem(agent: &Agent, issuer: &str, fields: &[(&str, &str)]) -> Answered {
    let mut app = agent.clone();
    app.cookies.clear();
    let mut all = vec![("client_id", "demo-web")];
    all.extend_from_slice(fields);
    app.post_with(&format!("{issuer}/oauth2/token"), &[], &all).await
}

/// Redeems a code of a browser that is signed in; the refresh token.
async fn tokens(agent: &mut Agent, issuer: &str) -> String {
    let code = agent.get(&ask(issuer)).await.param("code").unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let answered = redeem(agent, issuer, &fields).await;
    assert_eq!(answered.status, 200, "{}", answered.body);
    answered.json()["refresh_token"].as_str().unwrap().to_owned()
}

async fn refresh(agent: &Agent, issuer: &str, token: &str) -> Answered {
    redeem(agent, issuer, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

#[tokio::test]
async fn an_app_loses_everything_in_one_organisation_and_keeps_the_other() {
    let world = World::dev().await;
    let (acme, globex) = (world.issuer("acme"), world.issuer("globex"));
    let list = format!("{acme}/account/apps");
    let (mut carol, _) = enter(&world, &acme, "carol@consult.test").await;
    let held = [tokens(&mut carol, &acme).await, tokens(&mut carol, &globex).await];
    let unspent = carol.get(&ask(&acme)).await.param("code").unwrap();
    let page = open(&mut carol, &list).await;
    assert_eq!(page.body.matches("name=\"app\"").count(), 2, "{}", page.body);
    let row = page.body.split("<li ").skip(1).find(|row| row.contains(">Acme<")).unwrap().to_owned();
    let row = Answered { body: row, ..page.clone() };
    let (mut alice, _) = enter(&world, &acme, "alice@acme.test").await;
    let own = open(&mut alice, &format!("{acme}/account/address")).await.hidden("/account/address");
    let mut foreign = row.hidden("/account/apps/revoke");
    foreign.retain(|(name, _)| name == "app" || name == "organization");
    foreign.extend(own);
    let foreign: Vec<(&str, &str)> = foreign.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let before = state(&world).await;
    let no = alice.post(&format!("{acme}/account/apps/revoke"), &foreign).await;
    assert_eq!(no.status, 409, "somebody else has nothing to take back: {}", no.body);
    assert_eq!(state(&world).await, before);
    let tries = (0..20).map(|_| {
        let (mut agent, row) = (carol.clone(), row.clone());
        async move { agent.submit(&row, "/account/apps/revoke", &[]).await.status.as_u16() }
    });
    let statuses = join_all(tries).await;
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    let kinds = world.kinds().await;
    assert_eq!((kinds["t consent.revoked"], kinds["t grant.revoked"]), (1, 1));
    assert_eq!(refresh(&carol, &acme, &held[0]).await.status, 400);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", unspent.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(redeem(&carol, &acme, &fields).await.status, 400, "a code from before");
    assert_eq!(refresh(&carol, &globex, &held[1]).await.status, 200, "the other organisation");
    let page = open(&mut carol, &list).await;
    assert_eq!(page.body.matches("name=\"app\"").count(), 1, "{}", page.body);
    assert!(page.body.contains(">Globex<"), "{}", page.body);
}
