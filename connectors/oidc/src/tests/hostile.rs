//! Nothing that an upstream or a browser sends brings the connector down, and nothing of it signs anybody in.

use std::sync::LazyLock;

use gatehouse_domain::connection::IdTokenAlg;
use gatehouse_domain::secret::Secret;
use gatehouse_spi::Answer;
use gatehouse_spi::upstream::{Reply, Upstream as _};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::played::{Played, at};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

const PLACE: &str = "https://login.acme.test/.well-known/openid-configuration";

/// Bytes, text, JSON, and JSON that has the right names with the wrong things in them.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "https://login.acme.test",
            "https://api.acme.test/jwks",
            "RSA",
            "EC",
            "P-256",
            "AQAB",
            "Bearer"
        ])
        .prop_map(Value::from),
    ];
    let name = prop::sample::select(vec![
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "keys",
        "kty",
        "crv",
        "n",
        "e",
        "x",
        "y",
        "kid",
        "use",
        "alg",
        "access_token",
        "token_type",
        "id_token",
        "error",
        "sub",
        "email",
    ]);
    let json = leaf.prop_recursive(4, 32, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone().prop_map(str::to_owned), inner, 0..8)
                .prop_map(|map| json!(map)),
        ]
    });
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        ".{0,200}".prop_map(String::into_bytes),
        json.prop_map(|value| value.to_string().into_bytes()),
    ]
}

/// Something like a token.
fn token() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,100}",
        "[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}",
        (body(), body(), body()).prop_map(|(header, claims, signature)| {
            let text = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
            format!("{}.{}.{}", text(&header), text(&claims), text(&signature))
        }),
        body().prop_map(|claims| {
            let text = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
            format!("{}.{}.{}", text(br#"{"alg":"RS256","kid":"rsa"}"#), text(&claims), text(&[0; 256]))
        }),
    ]
}

fn json_of(body: Vec<u8>) -> Answer {
    Answer { status: 200, media_type: "application/json".to_owned(), body }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_document_of_an_upstream_does_harm(body in body(), which in 0..4_usize) {
        let mut played = Played::generic();
        played.claims = json!({"email": null});
        let place = &[PLACE.to_owned(), at("jwks"), at("token"), at("userinfo")][which];
        let signed_in = RUNTIME.block_on(async {
            if place == PLACE {
                played.script.set(place, Ok(json_of(body)));
                return played.begin().await.outcome.is_ok();
            }
            let (sent, memo) = played.begun().await;
            let id_token = played.id_token(&sent["nonce"]);
            let answer = json!({"access_token": "a", "token_type": "Bearer", "id_token": id_token});
            played.script.json(&at("token"), &answer);
            played.script.set(place, Ok(json_of(body)));
            played.resume(memo).await.outcome.is_ok()
        });
        prop_assert!(!signed_in);
    }

    #[test]
    fn no_token_that_the_upstream_did_not_sign_signs_anybody_in(token in token()) {
        let played = Played::generic();
        played.script.json(&at("token"), &json!({"access_token": "a", "token_type": "Bearer", "id_token": token}));
        let (signed_in, signed_out) = RUNTIME.block_on(async {
            let (_, memo) = played.begun().await;
            let signed_in = played.resume(memo).await.outcome.is_ok();
            (signed_in, played.oidc().judge_logout(&token, played.world()).await.outcome.is_ok())
        });
        prop_assert!(!signed_in && !signed_out);
    }

    #[test]
    fn no_answer_of_a_browser_does_harm(text in ".{0,300}", posted in any::<bool>()) {
        let played = Played::generic();
        let signed_in = RUNTIME.block_on(async {
            let (_, memo) = played.begun().await;
            let text = Secret::new(text);
            let reply = if posted { Reply::Form(text) } else { Reply::Query(text) };
            played.oidc().resume(&played.ask, memo, reply, played.world()).await.outcome.is_ok()
        });
        prop_assert!(!signed_in);
        prop_assert!(played.script.seen(&at("token")).is_empty());
    }

    /// Numbers of the right length that may be no key: off the curve, not the product of two primes.
    #[test]
    fn no_numbers_of_a_key_do_harm(
        number in prop::collection::vec(prop_oneof![Just(0_u8), Just(0xff), any::<u8>()], 256..=256),
        which in 0..5_usize,
    ) {
        let text = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
        let (x, y) = (text(&number[..32]), text(&number[32..64]));
        let (jwk, alg) = [
            (json!({"kty": "RSA", "n": text(&number), "e": "AQAB"}), "RS256"),
            (json!({"kty": "RSA", "n": text(&number), "e": "____" }), "PS256"),
            (json!({"kty": "EC", "crv": "P-256", "x": x, "y": y}), "ES256"),
            (json!({"kty": "EC", "crv": "P-384", "x": text(&number[..48]), "y": text(&number[48..96])}), "ES384"),
            (json!({"kty": "OKP", "crv": "Ed25519", "x": x}), "EdDSA"),
        ][which].clone();
        let keys = crate::jwks::UpstreamKeys::parse(json!({"keys": [jwk]}).to_string().as_bytes()).unwrap();
        let alg: IdTokenAlg = serde_json::from_value(json!(alg)).unwrap();
        if let Some(key) = keys.find(None, alg) {
            for length in [0, 1, 64, 96, 256] {
                prop_assert!(!key.verifies(alg, b"message", &number[256 - length..]));
            }
        }
    }

    #[test]
    fn no_key_document_does_harm(body in body()) {
        let _ = crate::jwks::UpstreamKeys::parse(&body);
    }
}
