//! What userinfo may add.

use gatehouse_domain::connection::Denial;
use gatehouse_spi::OutboundError;
use serde_json::json;

use super::played::{Played, answer, at};

fn lacking() -> Played {
    let mut played = Played::generic();
    played.claims = json!({"email": null, "email_verified": null, "name": null});
    played
}

#[tokio::test]
async fn what_the_id_token_lacks_is_asked_for() {
    let played = lacking();
    played.script.json(
        &at("userinfo"),
        &json!({"sub": "person-1", "email": "ada@acme.test", "name": "Ada", "groups": ["g"], "acr": "gold"}),
    );
    let person = played.person().await;
    assert_eq!(person.address.unwrap().address.to_string(), "ada@acme.test");
    assert_eq!(
        (person.name.as_deref(), person.groups.as_slice()),
        (Some("Ada"), ["g".to_owned()].as_slice())
    );
    assert_eq!(person.acr, None, "how somebody signed in is the ID token's to say");
    let seen = played.script.seen(&at("userinfo"));
    assert_eq!(seen[0].authorization.as_deref(), Some("Bearer an-access-token"));
    let complete = Played::generic();
    complete.person().await;
    assert!(complete.script.seen(&at("userinfo")).is_empty());
}

#[tokio::test]
async fn an_upstream_without_userinfo_says_what_it_says() {
    let played = lacking();
    played.publish(&json!({"userinfo_endpoint": null}));
    let person = played.person().await;
    assert_eq!((person.address, person.name), (None, None));
}

#[tokio::test]
async fn an_address_and_its_proof_come_from_the_same_document() {
    let mut played = lacking();
    played.settings["claims"] = json!({"groups": "groups"});
    played.claims = json!({"email": "ada@acme.test", "email_verified": false});
    played.script.json(
        &at("userinfo"),
        &json!({"sub": "person-1", "email": "eve@acme.test", "email_verified": true, "groups": "g"}),
    );
    let person = played.person().await;
    assert_eq!(person.address.unwrap().address.to_string(), "ada@acme.test");
    assert_eq!(person.groups, ["g"]);
}

#[tokio::test]
async fn userinfo_about_somebody_else_ends_the_sign_in() {
    for (body, code) in [
        (json!({"sub": "person-2", "email": "eve@acme.test"}), "oidc_userinfo_subject"),
        (json!({"email": "ada@acme.test"}), "oidc_userinfo_subject"),
        (json!({"sub": ["person-1"]}), "oidc_userinfo_subject"),
        (json!([]), "oidc_userinfo"),
    ] {
        let played = lacking();
        played.script.json(&at("userinfo"), &body);
        assert_eq!(played.denied().await, Denial::Invalid(code), "{body}");
    }
}

#[tokio::test]
async fn userinfo_that_cannot_be_read_ends_the_sign_in() {
    let long = format!(r#"{{"sub":"person-1","x":"{}"}}"#, "a".repeat(200_000));
    for (reaction, denial) in [
        (Err(OutboundError::Unreachable), Denial::Unreachable),
        (Ok(answer(401, "application/json", "{}")), Denial::Invalid("oidc_userinfo")),
        (Ok(answer(200, "application/jwt", "a.b.c")), Denial::Invalid("oidc_userinfo")),
        (Ok(answer(200, "text/html", r#"{"sub":"person-1"}"#)), Denial::Invalid("oidc_userinfo")),
        (
            Ok(answer(200, "application/json", r#"{"sub":"person-1","sub":"person-1"}"#)),
            Denial::Invalid("oidc_userinfo"),
        ),
        (Ok(answer(200, "application/json", &long)), Denial::Invalid("oidc_userinfo")),
    ] {
        let played = lacking();
        played.script.set(&at("userinfo"), reaction);
        assert_eq!(played.denied().await, denial);
    }
}
