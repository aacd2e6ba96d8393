//! The authorization request by POST (OIDC Core, section 3.1.2.1), and with a hint of who is expected.

use serde_json::json;
use url::Url;

use super::flow::{PASSWORD, REDIRECT, authorize_url, parts, redeem};
use super::resources::{ORDERS, STOCK, signed_in};
use crate::support::{Agent, Answered, World};

/// What the request asks for beyond the usual.
const MORE: [(&str, &str); 4] =
    [("resource", STOCK), ("resource", ORDERS), ("response_mode", "query"), ("ui_locales", "de en")];

/// A request as a form: where it is sent to, and its fields.
fn form(url: &str) -> (String, Vec<(String, String)>) {
    let url = Url::parse(url).unwrap();
    let (action, _) = url.as_str().split_once('?').unwrap();
    (action.to_owned(), url.query_pairs().into_owned().collect())
}

/// The fields as senders take them.
fn lent(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Asserts that the app got a code for exactly what it asked.
async fn granted(agent: &mut Agent, issuer: &str, done: &Answered) {
    assert!(done.location().as_str().starts_with(&format!("{REDIRECT}?")), "{}", done.location());
    assert_eq!((done.param("state").as_deref(), done.param("iss").as_deref()), (Some("s-1"), Some(issuer)));
    let made = redeem(agent, issuer, "shop", done).await.json();
    assert_eq!(parts(made["id_token"].as_str().unwrap()).1["nonce"], "n-1");
    assert_eq!(parts(made["access_token"].as_str().unwrap()).1["aud"], json!([STOCK, ORDERS]));
}

#[tokio::test]
async fn posted_from_another_site_the_request_comes_back_by_get_with_all_it_said() {
    let (_world, mut agent, issuers) = signed_in().await;
    for issuer in &issuers {
        let (action, mut sent) = form(&authorize_url(issuer, "shop", &MORE));
        for headers in [
            &[][..],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://app.example")],
            &[("sec-fetch-site", "same-site"), ("origin", "null")],
            &[("sec-fetch-site", "none")],
        ] {
            // Browsers leave our cookies behind where another site posts.
            let mut elsewhere = agent.clone();
            elsewhere.cookies.clear();
            let turned = elsewhere.post_with(&action, headers, &lent(&sent)).await;
            assert_eq!(turned.status, 303, "{headers:?}: {}", turned.body);
            assert!(elsewhere.cookies.is_empty(), "nothing began yet: {:?}", elsewhere.cookies);
            let (back, mut said) = form(turned.location().as_str());
            said.sort();
            sent.sort();
            assert_eq!((back, said), (action.clone(), sent.clone()), "{headers:?}");
        }
        let (_, sent) = form(&authorize_url(issuer, "shop", &MORE));
        let turned = agent.post_with(&action, &[], &lent(&sent)).await;
        let done = agent.follow(&turned).await;
        granted(&mut agent, issuer, &done).await;
    }
}

#[tokio::test]
async fn posted_from_our_own_site_the_request_is_answered_at_once() {
    let (world, mut agent, issuers) = signed_in().await;
    for issuer in &issuers {
        let (action, sent) = form(&authorize_url(issuer, "shop", &MORE));
        let done = agent.post(&action, &lent(&sent)).await;
        granted(&mut agent, issuer, &done).await;

        let mut stranger = world.agent();
        let asked = stranger.post(&action, &lent(&sent)).await;
        let begun = format!("{issuer}/login?flow=");
        assert!(asked.location().as_str().starts_with(&begun), "{}", asked.location());
        let done = stranger.sign_in(&asked, "alice@acme.test", PASSWORD).await;
        granted(&mut stranger, issuer, &done).await;
    }
}

/// The field for the address on a page.
fn field(page: &Answered) -> &str {
    let field = page.body.split("<input ").find(|input| input.contains("name=\"identifier\""));
    field.and_then(|input| input.split('>').next()).unwrap_or_else(|| panic!("no field: {}", page.body))
}

#[tokio::test]
async fn a_hint_stands_in_the_field_for_the_address() {
    let world = World::dev().await;
    for issuer in [world.issuer("acme"), world.platform()] {
        for (hint, value) in [
            ("carol@consult.test", "value=\"carol@consult.test\""),
            ("no address", "value=\"no address\""),
            ("", "value=\"\""),
        ] {
            let mut agent = world.agent();
            let asked = agent.get(&authorize_url(&issuer, "demo-web", &[("login_hint", hint)])).await;
            let page = agent.follow(&asked).await;
            assert!(field(&page).contains(value), "{hint}: {}", field(&page));
        }
        let mut agent = world.agent();
        let hinted = [("login_hint", "\"><script>alert(1)</script>@x.test")];
        let asked = agent.get(&authorize_url(&issuer, "demo-web", &hinted)).await;
        let page = agent.follow(&asked).await;
        assert!(field(&page).contains("@x.test\"") && !page.body.contains("<script>"), "{}", page.body);
    }
}

#[tokio::test]
async fn a_hint_picks_the_account_of_a_browser_that_has_it() {
    let world = World::dev().await;
    let issuer = world.issuer("acme");
    let mut agent = world.agent();
    let asked = agent.get(&authorize_url(&issuer, "demo-web", &[])).await;
    agent.sign_in(&asked, "alice@acme.test", PASSWORD).await;
    let asked = agent.get(&authorize_url(&issuer, "demo-web", &[("prompt", "select_account")])).await;
    let page = agent.follow(&asked).await;
    let another = agent.submit(&page, "/login/another", &[]).await;
    agent.sign_in(&another, "carol@consult.test", PASSWORD).await;
    for who in ["alice@acme.test", "carol@consult.test"] {
        let done = agent.get(&authorize_url(&issuer, "demo-web", &[("login_hint", who)])).await;
        let made = redeem(&mut agent, &issuer, "demo-web", &done).await.json();
        assert_eq!(parts(made["id_token"].as_str().unwrap()).1["email"], who);
    }
    let nobody = [("login_hint", "nobody@acme.test"), ("prompt", "none")];
    let told = agent.get(&authorize_url(&issuer, "demo-web", &nobody)).await;
    assert_eq!(told.param("error").as_deref(), Some("account_selection_required"));
}
