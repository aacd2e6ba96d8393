//! GitHub: no ID token, people and addresses from the API.

use gatehouse_domain::connection::{Assertion, Denial};
use gatehouse_spi::OutboundError;
use gatehouse_spi::upstream::Judged;
use serde_json::{Value, json};

use super::played::{Played, answer};

const TOKEN: &str = "https://github.com/login/oauth/access_token";
const USER: &str = "https://api.github.com/user";
const EMAILS: &str = "https://api.github.com/user/emails";

fn played() -> Played {
    let played = Played::new(json!({"preset": "github", "client_id": "gatehouse"}));
    played.script.json(
        TOKEN,
        &json!({"access_token": "gho_x", "token_type": "bearer", "scope": "read:user,user:email"}),
    );
    played
        .script
        .json(USER, &json!({"id": 583_231, "login": "ada", "name": "Ada L.", "email": "eve@acme.test"}));
    played.script.json(EMAILS, &emails(&[("old@acme.test", false, true), ("ada@acme.test", true, true)]));
    played
}

fn emails(all: &[(&str, bool, bool)]) -> Value {
    let all = all.iter().map(|(email, primary, verified)| {
        json!({"email": email, "primary": primary, "verified": verified, "visibility": null})
    });
    Value::Array(all.collect())
}

async fn run(played: &Played) -> Judged<Assertion> {
    let (_, memo) = played.begun().await;
    played.resume(memo).await
}

#[tokio::test]
async fn a_person_is_a_number_and_the_primary_proven_address_is_theirs() {
    let played = played();
    let (sent, _) = played.begun().await;
    assert_eq!((sent["scope"].as_str(), sent["state"].as_str()), ("read:user user:email", "the-state"));
    assert_eq!((sent["code_challenge_method"].as_str(), sent.get("nonce")), ("S256", None));
    let person = run(&played).await.outcome.unwrap();
    assert_eq!((person.issuer.as_str(), person.subject.as_str()), ("https://github.com", "583231"));
    let address = person.address.unwrap();
    assert_eq!((address.address.to_string().as_str(), address.authoritative), ("ada@acme.test", false));
    assert_eq!(person.name.as_deref(), Some("Ada L."));
    assert_eq!(played.script.seen(EMAILS)[0].authorization.as_deref(), Some("Bearer gho_x"));
    let exchange = &played.script.seen(TOKEN)[0];
    assert_eq!(exchange.form["client_secret"], "s3cret");
    assert_eq!(exchange.form["code_verifier"].len(), 43);
}

#[tokio::test]
async fn addresses_that_are_not_proven_count_as_none() {
    for (all, expected) in [
        (emails(&[("ada@acme.test", true, false)]), None),
        (emails(&[("ada@acme.test", true, false), ("b@acme.test", false, true)]), Some("b@acme.test")),
        (emails(&[("1+ada@users.noreply.github.com", true, true)]), None),
        (emails(&[("nonsense", true, true)]), None),
        (emails(&[]), None),
    ] {
        let played = played();
        played.script.json(EMAILS, &all);
        let address = run(&played).await.outcome.unwrap().address;
        assert_eq!(address.map(|asserted| asserted.address.to_string()).as_deref(), expected, "{all}");
    }
}

#[tokio::test]
async fn errors_come_with_a_good_status() {
    for (error, denial) in [
        ("bad_verification_code", Denial::Upstream("token_invalid_grant")),
        ("incorrect_client_credentials", Denial::Misconfigured("token_invalid_client")),
        ("redirect_uri_mismatch", Denial::Misconfigured("token_redirect_uri")),
    ] {
        let played = played();
        played.script.json(TOKEN, &json!({"error": error, "error_description": "x"}));
        assert_eq!(run(&played).await.outcome, Err(denial));
    }
}

#[tokio::test]
async fn an_api_that_does_not_answer_ends_the_sign_in() {
    for (place, reaction, denial) in [
        (USER, Err(OutboundError::Unreachable), Denial::Unreachable),
        (USER, Ok(answer(401, "application/json", "{}")), Denial::Invalid("github_api")),
        (
            USER,
            Ok(answer(200, "application/json", r#"{"id":"1","login":"x"}"#)),
            Denial::Invalid("github_api"),
        ),
        (
            USER,
            Ok(answer(200, "application/json", r#"{"id":1,"id":2,"login":"x"}"#)),
            Denial::Invalid("github_api"),
        ),
        (EMAILS, Ok(answer(404, "application/json", "[]")), Denial::Invalid("github_api")),
        (EMAILS, Ok(answer(200, "text/html", "[]")), Denial::Invalid("github_api")),
        (EMAILS, Ok(answer(200, "application/json", "{}")), Denial::Invalid("github_api")),
    ] {
        let played = played();
        played.script.set(place, reaction);
        assert_eq!(run(&played).await.outcome, Err(denial), "{place}");
    }
}

#[tokio::test]
async fn what_it_cannot_do_is_not_asked_of_it() {
    let mut fresh = played();
    fresh.ask.fresh = true;
    let mut strong = played();
    strong.ask.contexts = vec!["gold".to_owned()];
    for played in [fresh, strong] {
        let outcome = played.begin().await.outcome.map(drop);
        assert_eq!(outcome, Err(Denial::Misconfigured("github_cannot_be_fresh")));
    }
}

#[tokio::test]
async fn an_enterprise_server_has_its_api_beside_it() {
    let mut played = played();
    played.settings["issuer"] = json!("https://git.acme.test");
    let server = |path: &str| format!("https://git.acme.test/{path}");
    played
        .script
        .json(&server("login/oauth/access_token"), &json!({"access_token": "gho_x", "token_type": "bearer"}));
    played.script.json(&server("api/v3/user"), &json!({"id": 1, "login": "ada", "name": null}));
    played.script.json(&server("api/v3/user/emails"), &emails(&[]));
    let person = run(&played).await.outcome.unwrap();
    assert_eq!((person.issuer.as_str(), person.name.as_deref()), ("https://git.acme.test", Some("ada")));
}
