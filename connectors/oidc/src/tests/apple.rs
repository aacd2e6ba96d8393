//! Apple: answers by form, a client secret that we sign, a name that comes once.

use gatehouse_domain::connection::Denial;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::authentication::{is_signed_by, key};
use super::played::{Played, at, parts};
use super::signer::Signer;
use crate::{ClientAlg, ClientCredential, ClientKey};

fn played() -> Played {
    let mut played =
        Played::new(json!({"preset": {"apple": {"team": "TEAM", "key": "KEY"}}, "client_id": "gatehouse"}));
    played.credential = key();
    played.posted = true;
    played.publish(&json!({"userinfo_endpoint": null, "end_session_endpoint": null}));
    played.publish_keys(&[Signer::rsa()]);
    played.claims = json!({
        "name": null, "email": "x@privaterelay.appleid.com", "email_verified": "true", "is_private_email": "true",
    });
    played
}

fn with_user(user: &Value) -> Played {
    let user: String = form_urlencoded::byte_serialize(user.to_string().as_bytes()).collect();
    Played { reply: format!("code=c&user={user}"), ..played() }
}

#[tokio::test]
async fn a_relay_address_counts_and_the_secret_is_a_token_of_the_team() {
    let played = played();
    let (sent, _) = played.begun().await;
    assert_eq!((sent["response_mode"].as_str(), sent["scope"].as_str()), ("form_post", "openid name email"));
    let person = played.person().await;
    assert!(person.address.unwrap().authoritative);
    let secret = played.script.seen(&at("token"))[0].form["client_secret"].clone();
    assert!(is_signed_by(Signer::ec(), &secret));
    let (header, claims) = parts(&secret);
    assert_eq!((&header["alg"], &header["kid"]), (&json!("ES256"), &json!("KEY")));
    let now = played.now.timestamp();
    assert_eq!(
        claims,
        json!({"iss": "TEAM", "sub": "gatehouse", "aud": "https://appleid.apple.com", "iat": now, "exp": now + 300})
    );
}

#[tokio::test]
async fn the_answer_is_a_form() {
    let mut played = played();
    played.posted = false;
    assert_eq!(played.denied().await, Denial::Invalid("oidc_callback_method"));
    let mut turned_back = self::played();
    turned_back.reply = "error=user_cancelled_authorize".to_owned();
    assert_eq!(turned_back.denied().await, Denial::Cancelled);
}

#[tokio::test]
async fn the_first_name_is_taken_and_the_address_beside_it_is_not() {
    let user = json!({"name": {"firstName": "Ada", "lastName": "Lovelace"}, "email": "victim@gmail.com"});
    let person = with_user(&user).person().await;
    assert_eq!(person.name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(person.address.unwrap().address.to_string(), "x@privaterelay.appleid.com");
    for (user, name) in [
        (json!({"name": {"firstName": "Ada"}}), Some("Ada")),
        (json!({"name": {"firstName": " ", "lastName": 7}}), None),
        (json!({"name": "Ada"}), None),
        (json!([]), None),
        (json!({"name": {"firstName": "A\nB"}}), None),
        (json!({"name": {"firstName": "A".repeat(300)}}), None),
    ] {
        assert_eq!(with_user(&user).person().await.name.as_deref(), name, "{user}");
    }
}

#[tokio::test]
async fn a_key_of_another_kind_is_our_own_fault() {
    let mut played = played();
    let key = ClientKey { kid: None, alg: ClientAlg::RS256, pem: Signer::ec().pem() };
    played.credential = ClientCredential::Key(key);
    assert_eq!(played.denied().await, Denial::Misconfigured("oidc_client_key"));
}
