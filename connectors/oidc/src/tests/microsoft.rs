//! Microsoft: many directories behind one issuer.

use gatehouse_domain::connection::Denial;
use serde_json::{Value, json};

use super::played::{Played, at, merged};
use super::signer::Signer;

const ACME: &str = "1111aaaa-2222-4333-8444-555555555555";
const EVIL: &str = "66666666-2222-4333-8444-555555555555";
const PERSONAL: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
const PERSON: &str = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";

fn issuer(directory: &str) -> String {
    format!("https://login.microsoftonline.com/{directory}/v2.0")
}

fn played(directory: &str, changes: &Value) -> Played {
    let mut played =
        Played::new(json!({"preset": {"microsoft": {"directory": directory}}, "client_id": "gatehouse"}));
    played.publish(&json!({}));
    played.publish_keys(&[Signer::rsa()]);
    let claims = json!({"iss": issuer(ACME), "tid": ACME, "oid": PERSON, "email_verified": null});
    played.claims = merged(claims, changes);
    played
}

#[tokio::test]
async fn a_person_is_an_object_of_a_directory() {
    for directory in ["common", "organizations", ACME] {
        let person = played(directory, &json!({})).person().await;
        assert_eq!((person.issuer, person.subject.as_str()), (issuer(ACME), PERSON), "{directory}");
    }
    let personal = json!({"iss": issuer(PERSONAL), "tid": PERSONAL});
    assert_eq!(played("consumers", &personal).person().await.issuer, issuer(PERSONAL));
}

#[tokio::test]
async fn directories_that_are_not_admitted_stay_out() {
    for (directory, changes, code) in [
        (ACME, json!({"iss": issuer(EVIL), "tid": EVIL}), "oidc_directory"),
        (ACME, json!({"iss": issuer(EVIL)}), "oidc_issuer"),
        (ACME, json!({"tid": EVIL}), "oidc_directory"),
        ("organizations", json!({"iss": issuer(PERSONAL), "tid": PERSONAL}), "oidc_directory"),
        ("consumers", json!({}), "oidc_directory"),
        ("common", json!({"iss": issuer(EVIL)}), "oidc_issuer"),
        ("common", json!({"iss": issuer("{tenantid}")}), "oidc_issuer"),
        ("common", json!({"iss": issuer("{tenantid}"), "tid": "{tenantid}"}), "oidc_directory"),
        ("common", json!({"iss": issuer("../x"), "tid": "../x"}), "oidc_directory"),
        ("common", json!({"tid": null}), "oidc_directory"),
        ("common", json!({"tid": ACME.to_uppercase()}), "oidc_directory"),
        ("common", json!({"iss": format!("https://sts.windows.net/{ACME}/")}), "oidc_issuer"),
        ("common", json!({"oid": null}), "oidc_subject"),
        ("common", json!({"oid": "ada@acme.test"}), "oidc_subject"),
    ] {
        assert_eq!(
            played(directory, &changes).denied().await,
            Denial::Invalid(code),
            "{directory} {changes}"
        );
    }
}

#[tokio::test]
async fn the_mail_claim_of_any_directory_is_nobodys_address() {
    for (directory, changes, comes) in [
        ("common", json!({}), false),
        ("common", json!({"email_verified": true}), false),
        ("organizations", json!({"xms_edov": false}), false),
        ("common", json!({"xms_edov": true}), true),
        ("common", json!({"xms_edov": "1"}), true),
        (ACME, json!({}), true),
    ] {
        let address = played(directory, &changes).person().await.address;
        assert_eq!(address.is_some(), comes, "{directory} {changes}");
        assert!(address.is_none_or(|asserted| !asserted.authoritative), "{directory} {changes}");
    }
}

#[tokio::test]
async fn a_key_signs_for_the_directory_that_it_names() {
    for (own, good) in
        [(issuer("{tenantid}"), true), (issuer(ACME), true), (issuer(EVIL), false), (String::new(), false)]
    {
        let played = played("common", &json!({}));
        let mut jwk = Signer::rsa().jwk();
        jwk["issuer"] = json!(own);
        played.script.json(&at("jwks"), &json!({"keys": [jwk]}));
        let expected = if good { Ok(()) } else { Err(Denial::Invalid("oidc_key_issuer")) };
        assert_eq!(played.run().await.outcome.map(drop), expected, "{own}");
    }
}

#[tokio::test]
async fn an_issuer_in_the_answer_is_one_of_theirs() {
    for (given, good) in [
        (issuer(ACME), true),
        (issuer(EVIL), true),
        (issuer(PERSONAL), false),
        ("https://evil.test".to_owned(), false),
        (format!("https://evil.test/{ACME}/v2.0"), false),
    ] {
        let mut played = played("organizations", &json!({}));
        played.reply = format!("code=c&iss={given}");
        let expected = if good { Ok(()) } else { Err(Denial::Invalid("oidc_callback_issuer")) };
        assert_eq!(played.run().await.outcome.map(drop), expected, "{given}");
    }
}
