//! UPS-01 and UPS-02 as far as the answer goes: what is no answer to this request.

use gatehouse_domain::connection::Denial;
use gatehouse_domain::secret::Secret;
use gatehouse_spi::upstream::{Reply, Upstream as _};
use serde_json::json;

use super::played::{ISSUER, Played, at};

async fn outcome(played: &Played, reply: Reply) -> Result<(), Denial> {
    let (_, memo) = played.begun().await;
    played.oidc().resume(&played.ask, memo, reply, played.world()).await.outcome.map(drop)
}

fn query(text: &str) -> Reply {
    Reply::Query(Secret::new(text.to_owned()))
}

#[tokio::test]
async fn answers_that_are_none_of_ours_cost_no_call() {
    let played = Played::generic();
    let long = format!("code={}&state=the-state", "a".repeat(4097));
    let huge = format!("code=c&state=the-state&x={}", "a".repeat(16 * 1024));
    let many: String = (0..40).map(|number| format!("&p{number}=1")).collect();
    for (text, code) in [
        ("", "oidc_state"),
        ("code=c", "oidc_state"),
        ("code=c&state=", "oidc_state"),
        ("code=c&state=another", "oidc_state"),
        ("code=c&state=the-stat", "oidc_state"),
        ("error=access_denied", "oidc_state"),
        ("state=the-state", "oidc_code"),
        ("code=&state=the-state", "oidc_code"),
        ("code=a%00b&state=the-state", "oidc_code"),
        ("code=a%0Db&state=the-state", "oidc_code"),
        (&long, "oidc_code"),
        ("code=c&code=d&state=the-state", "oidc_callback_form"),
        ("code=c&state=the-state&state=the-state", "oidc_callback_form"),
        ("code=c&state=the-state&x=1&x=2", "oidc_callback_form"),
        ("code=c&co%64e=d&state=the-state", "oidc_callback_form"),
        (&huge, "oidc_callback_form"),
        (&format!("code=c&state=the-state{many}"), "oidc_callback_form"),
        ("code=c&state=the-state&iss=https%3A%2F%2Fevil.test", "oidc_callback_issuer"),
        ("error=access_denied&state=the-state&iss=https%3A%2F%2Fevil.test", "oidc_callback_issuer"),
    ] {
        assert_eq!(outcome(&played, query(text)).await, Err(Denial::Invalid(code)), "{text}");
    }
    let posted = Reply::Form(Secret::new("code=c&state=the-state".to_owned()));
    assert_eq!(outcome(&played, posted).await, Err(Denial::Invalid("oidc_callback_method")));
    assert!(played.script.seen(&at("token")).is_empty(), "a code went out");
}

#[tokio::test]
async fn an_issuer_that_was_announced_has_to_come() {
    let mut played = Played::generic();
    played.reply = format!("code=c&iss={ISSUER}");
    assert_eq!(played.person().await.subject, "person-1");
    let mut announced = Played::generic();
    announced.publish(&json!({"authorization_response_iss_parameter_supported": true}));
    assert_eq!(announced.denied().await, Denial::Invalid("oidc_callback_issuer"));
    announced.reply = format!("code=c&iss={ISSUER}");
    assert_eq!(announced.person().await.subject, "person-1");
    assert_eq!(announced.script.seen(&at("token")).len(), 1, "only the second code went out");
}

#[tokio::test]
async fn errors_of_the_upstream_have_their_names() {
    let played = Played::generic();
    for (text, denial) in [
        ("error=access_denied", Denial::Cancelled),
        ("error=access_denied&code=c", Denial::Cancelled),
        ("error=login_required", Denial::Upstream("upstream_login_required")),
        ("error=server_error&error_description=%3Cb%3E", Denial::Upstream("upstream_server_error")),
        ("error=%3Cscript%3E", Denial::Upstream("upstream_error_unknown")),
        ("error=", Denial::Upstream("upstream_error_unknown")),
    ] {
        let text = format!("{text}&state=the-state");
        assert_eq!(outcome(&played, query(&text)).await, Err(denial), "{text}");
    }
    assert!(played.script.seen(&at("token")).is_empty());
}
