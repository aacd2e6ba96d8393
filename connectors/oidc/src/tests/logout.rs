//! Signing out at the upstream, and being told of it.

use chrono::TimeDelta;
use gatehouse_domain::connection::Denial;
use serde_json::{Value, json};

use super::played::{ISSUER, Played, merged, url};
use super::signer::Signer;
use crate::{LoggedOut, LogoutAsk};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

fn token(header: &Value, claims: &Value) -> String {
    let now = 1_800_000_000_i64;
    let usual = json!({
        "iss": ISSUER, "sub": "person-1", "sid": "s-1", "aud": "gatehouse", "iat": now, "exp": now + 120, "jti": "j-1",
        "events": {EVENT: {}},
    });
    let header = merged(json!({"alg": "RS256", "kid": "rsa", "typ": "logout+jwt"}), header);
    Signer::rsa().token(&header, &merged(usual, claims))
}

async fn judged(header: &Value, claims: &Value) -> Result<LoggedOut, Denial> {
    let played = Played::generic();
    played.oidc().judge_logout(&token(header, claims), played.world()).await.outcome
}

#[tokio::test]
async fn a_logout_token_names_whom_it_is_about() {
    let told = judged(&json!({}), &json!({})).await.unwrap();
    assert_eq!((told.subject.as_deref(), told.session.as_deref()), (Some("person-1"), Some("s-1")));
    assert_eq!((told.jti.as_str(), told.issuer.as_str()), ("j-1", ISSUER));
    assert_eq!(told.until.timestamp(), 1_800_000_180);
    for (header, claims) in [
        (json!({"typ": "JWT"}), json!({})),
        (json!({"typ": null}), json!({"sub": null})),
        (json!({"typ": "LOGOUT+JWT"}), json!({"sid": null})),
    ] {
        assert!(judged(&header, &claims).await.is_ok(), "{header} {claims}");
    }
}

#[tokio::test]
async fn what_is_no_logout_token_is_refused() {
    let now = 1_800_000_000_i64;
    for (header, claims, code) in [
        (json!({"typ": "at+jwt"}), json!({}), "oidc_header_type"),
        (json!({"alg": "none"}), json!({}), "oidc_algorithm"),
        (json!({"alg": "HS256"}), json!({}), "oidc_algorithm"),
        (json!({"kid": "x"}), json!({}), "oidc_key"),
        (json!({"kid": "ec", "alg": "ES256"}), json!({}), "oidc_signature"),
        (json!({}), json!({"iss": "https://evil.test"}), "oidc_issuer"),
        (json!({}), json!({"aud": "another"}), "oidc_audience"),
        (json!({}), json!({"iat": null}), "oidc_claims"),
        (json!({}), json!({"exp": null}), "oidc_claims"),
        (json!({}), json!({"iat": now - 361}), "oidc_issued"),
        (json!({}), json!({"iat": now + 61}), "oidc_issued"),
        (json!({}), json!({"exp": now - 61, "iat": now - 70}), "oidc_expired"),
        (json!({}), json!({"exp": now + 1801}), "oidc_expired"),
        (json!({}), json!({"events": null}), "oidc_logout_event"),
        (json!({}), json!({"events": {}}), "oidc_logout_event"),
        (json!({}), json!({"events": {EVENT: true}}), "oidc_logout_event"),
        (json!({}), json!({"events": [EVENT]}), "oidc_logout_event"),
        (json!({}), json!({"nonce": "n"}), "oidc_logout_nonce"),
        (json!({}), json!({"sub": null, "sid": null}), "oidc_logout_whom"),
        (json!({}), json!({"sub": 7, "sid": 7}), "oidc_logout_whom"),
        (json!({}), json!({"jti": null}), "oidc_logout_jti"),
    ] {
        assert_eq!(judged(&header, &claims).await, Err(Denial::Invalid(code)), "{header} {claims}");
    }
}

#[tokio::test]
async fn an_id_token_is_no_logout_token() {
    let mut played = Played::generic();
    played.claims = json!({"jti": "j", "sid": "s"});
    let token = played.id_token("a-nonce");
    let outcome = played.oidc().judge_logout(&token, played.world()).await.outcome;
    assert_eq!(outcome, Err(Denial::Invalid("oidc_logout_event")));
    played.later(TimeDelta::hours(2));
    assert!(played.oidc().judge_logout("", played.world()).await.outcome.is_err());
}

#[tokio::test]
async fn the_browser_signs_out_where_the_upstream_has_a_place_for_it() {
    let ask = LogoutAsk { back: url("https://id.test/signed-out"), state: "st".to_owned() };
    let played = Played::generic();
    let place = played.oidc().logout_url(&ask, played.world()).await.outcome.unwrap().unwrap();
    assert_eq!(
        place.as_str(),
        "https://api.acme.test/logout?client_id=gatehouse&post_logout_redirect_uri=https%3A%2F%2Fid.test%2Fsigned-out&state=st"
    );
    let without = Played::generic();
    without.publish(&json!({"end_session_endpoint": null}));
    assert_eq!(without.oidc().logout_url(&ask, without.world()).await.outcome, Ok(None));
    let github = Played::new(json!({"preset": "github", "client_id": "x"}));
    assert_eq!(github.oidc().logout_url(&ask, github.world()).await.outcome, Ok(None));
    let outcome = github.oidc().judge_logout("x", github.world()).await.outcome;
    assert_eq!(outcome, Err(Denial::Misconfigured("oidc_logout_unsupported")));
}
