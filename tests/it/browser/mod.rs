//! Journeys of people through the hosted pages, in real Chromium. What each one checks stands in `tests/browser`.

mod gallery;
mod mailed;
pub(crate) mod script;

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::World;
use crate::support::gallery::{Exhibit, Gallery};
use script::{Found, Script, screenshots};

const LIMIT: Duration = Duration::from_secs(200);

/// Each test has a world of its own: failed tries of one must not slow another.
async fn walk(journeys: &[&str]) -> Found {
    walk_in(&World::dev().await, journeys, json!({})).await
}

/// The journeys through a world that holds more than the demo; `input` tells them of it.
async fn walk_in(world: &World, journeys: &[&str], mut input: Value) -> Found {
    input["base"] = world.base.as_str().trim_end_matches('/').into();
    input["journeys"] = journeys.into();
    input["screenshots"] = json!(screenshots());
    let found = Script::Node("browser/journeys.mjs").run(&input, LIMIT).await;
    found.held("headers of all pages");
    found.held("pages load from their own origin alone");
    found.held("no answer is a server error");
    found.held("a redirect after a post is 303");
    found.held("the browser has nothing to complain about");
    found
}

#[tokio::test]
async fn a_stranger_reaches_tokens_without_script_by_mouse_and_by_keyboard() {
    let found = walk(&["demo", "mouse", "keyboard"]).await;
    found.held("demo without script: tokens show alice@acme.test");
    for person in ["alice@acme.test", "bob@globex.test", "carol@consult.test"] {
        found.held(&format!("clicks alone: tokens show {person}"));
        found.held(&format!("clicks alone: {person} leaves"));
    }
    found.held("password: Tab reaches all");
    found.held("keyboard alone reaches the app");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_look_the_same() {
    let found = walk(&["wrong_password"]).await;
    found.held("wrong password: one alert");
    found.held("wrong password: no new cookie");
    found.held("unknown address: same body");
    found.held("unknown address: same status");
    found.held("no session came from a wrong password");
}

#[tokio::test]
async fn several_accounts_and_several_tenants() {
    let found = walk(&["accounts", "tenants"]).await;
    found.held("account chooser: carol@consult.test is who was chosen");
    found.held("tenant chooser: her two tenants");
    found.held("each token has its own tenant");
    found.held("no token for a tenant one is not a member of");
}

#[tokio::test]
async fn signing_out_needs_the_person() {
    let found = walk(&["sign_out", "app_sign_out"]).await;
    found.held("sign-out: looking is not leaving");
    found.held("sign-out: a post without its token is refused");
    found.held("sign-out: the session has ended");
    found.held("another person's hint ends nothing by itself");
    found.held("no redirect to https://mallory.test/");
}

#[tokio::test]
async fn two_tabs_the_back_button_and_no_cookies() {
    let found = walk(&["two_tabs", "back_and_again", "lost_flow", "cookies_off"]).await;
    found.held("tab 2 gets its own tokens");
    found.held("back button: says that it is done");
    found.held("replayed post: leads nowhere");
    found.held("cookies off: says so");
}

#[tokio::test]
async fn every_page_is_accessible_in_light_and_dark_small_and_large() {
    let found = walk(&["appearance", "languages"]).await;
    for page in [
        "demo",
        "demo-tokens",
        "identifier",
        "password",
        "identifier-platform",
        "app-unknown",
        "tenant-unknown",
        "identifier-de",
        "identifier-fr",
        "identifier-es",
        "identifier-pt-BR",
        "identifier-ja",
    ] {
        inspected(&found, page);
    }
    found.held("language: as the browser asks");
    found.held("language: English where there is no other");
    found.held("language: as the app asks");
    found.held("language: all are listed");
    for wish in ["fr-CA", "es-MX", "pt-PT", "ja-JP"] {
        found.held(&format!("language: {wish}"));
    }
}

/// That a page was looked at in both schemes, small and large.
fn inspected(found: &Found, page: &str) {
    for how in ["light, 320 px", "dark, 320 px", "light, 1280 px", "dark, 1280 px"] {
        found.held(&format!("axe: {page}, {how}"));
        found.held(&format!("no sideways scrolling: {page}, {how}"));
    }
}

/// An app of somebody else, with a resource whose name is too long for a small screen, and a tenant with looks of its own.
const GUESTS: &str = r##"
version: 1
tenants:
  - slug: acme
    name: Acme
    resources:
      - { identifier: "https://orders.example/a-path-that-is-too-long-for-the-width-of-a-small-screen", scopes: [] }
    apps:
      - client_id: guest
        name: Guest
        type: public
        first_party: false
        redirect_uris: ["http://127.0.0.1/callback"]
        grants: [authorization_code]
        scopes: [openid, profile, email]
        resources: ["https://orders.example/a-path-that-is-too-long-for-the-width-of-a-small-screen"]
  - slug: studio
    name: The Studio
    branding: { primary: "#ffd84d", product_name: Canvas, logo_url: "GALLERY/logo.svg" }
    apps:
      - client_id: demo-web
        type: public
        redirect_uris: ["http://127.0.0.1/callback"]
        grants: [authorization_code]
        scopes: [openid, profile, email, offline_access]
  - slug: bare
    name: The Bare Studio
    branding: { logo_url: "GALLERY/none.svg" }
    apps:
      - client_id: demo-web
        type: public
        redirect_uris: ["http://127.0.0.1/callback"]
        grants: [authorization_code]
        scopes: [openid, profile, email, offline_access]
"##;

/// A logo that would do more than be seen, if it were let.
const LOGO: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="160" height="40"><style>rect { fill: #7a5c00 }</style><rect width="160" height="40"/><script>document.documentElement.setAttribute('data-ran', '1')</script></svg>"##;

#[tokio::test]
async fn a_foreign_app_asks_for_consent_and_a_tenant_has_its_own_looks() {
    let world = World::dev().await;
    let gallery = Gallery::open().await;
    gallery.show("/logo.svg", Exhibit::of("text/html", LOGO));
    world.apply(&GUESTS.replace("GALLERY", &gallery.origin)).await;
    let input = json!({
        "consentClientId": "guest",
        "consentResource": "https://orders.example/a-path-that-is-too-long-for-the-width-of-a-small-screen",
        "branded": {
            "slug": "studio",
            "name": "The Studio",
            "primary": "rgb(255, 216, 77)",
            "product": "Canvas",
            "bare": "bare",
            "bareName": "The Bare Studio",
        },
    });
    let found = walk_in(&world, &["consent", "branding", "no_logo"], input).await;
    for page in
        ["consent", "identifier-branded", "password-branded", "app-unknown-branded", "identifier-logo-failed"]
    {
        inspected(&found, page);
    }
    found.held("consent: names the resource");
    found.held("consent denied");
    found.held("consent is not given by silence");
    found.held("consent is remembered");
    found.held("consent does not grow");
    found.held("consent without script: what was asked");
    found.held("branding: the logo is shown");
    found.held("branding: everything is fetched from our own origin");
    found.held("branding: the logo is fetched from the issuer");
    found.held("logo alone: no script runs");
    found.held("no logo: its name stands in its place");
    found.held("no logo: the name is shown");
    let asked = gallery.asked("/logo.svg");
    assert_eq!((asked.len(), gallery.asked("/none.svg").len()), (1, 1));
    assert!(asked.iter().all(|headers| !headers.contains_key("cookie") && !headers.contains_key("referer")));
    found.held("branding: the button is in the colour");
}

#[tokio::test]
async fn the_answer_can_be_posted_to_the_app() {
    let found = walk(&["form_post"]).await;
    found.held("form_post with script: posted");
    found.held("form_post without script: posted");
    found.held("form_post without script: its code serves");
}

#[tokio::test]
async fn a_code_serves_one_client_one_place_and_once() {
    let found = walk(&["redirect_uris", "narrow_profile", "codes"]).await;
    found.held("redirect URI https://mallory.test/callback: leads nowhere");
    found.held("plain challenge: error");
    found.held("code with another tenant: refused");
    found.held("fifty redemptions: one succeeds");
    found.held("fifty redemptions: the rest are invalid_grant");
}

#[tokio::test]
async fn other_sites_cannot_frame_forge_or_plant() {
    let found = walk(&["frames", "forged_sign_in", "cookies", "strangers"]).await;
    found.held("in a frame: sign-in page stays empty");
    found.held("forged sign-in: nobody is signed in");
    found.held("a cookie from before the sign-in is worth nothing");
    found.held("a new sign-in ends the old secret");
}
