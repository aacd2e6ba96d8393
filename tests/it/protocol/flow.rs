//! The code flow by hand, for tests that need its pieces.

use data_encoding::BASE64URL_NOPAD;
use gatehouse_domain::oauth::Verifier;
use serde_json::Value;

use crate::support::{Agent, Answered};

/// The password of everybody in the demo world.
pub(crate) const PASSWORD: &str = "correct horse battery staple";
/// Where the tests' own app is answered.
pub(crate) const REDIRECT: &str = "http://127.0.0.1:4999/callback";

const VERIFIER: &str = "a-verifier-that-is-long-enough-for-rfc-7636-and-no-secret";

/// The address of an authorization request.
pub(crate) fn authorize_url(issuer: &str, client_id: &str, more: &[(&str, &str)]) -> String {
    let challenge = Verifier::parse(VERIFIER).unwrap().challenge();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("client_id", client_id).append_pair("response_type", "code");
    query.append_pair("redirect_uri", REDIRECT).append_pair("state", "s-1").append_pair("nonce", "n-1");
    query.append_pair("code_challenge", challenge.as_str()).append_pair("code_challenge_method", "S256");
    if !more.iter().any(|(name, _)| *name == "scope") {
        query.append_pair("scope", "openid profile email offline_access");
    }
    query.extend_pairs(more);
    format!("{issuer}/oauth2/authorize?{}", query.finish())
}

/// Redeems the code of an answer.
pub(crate) async fn redeem(
    agent: &mut Agent,
    issuer: &str,
    client_id: &str,
    answered: &Answered,
) -> Answered {
    redeem_for(agent, issuer, (client_id, answered), &[]).await
}

/// Redeems the code of an answer for some of the resources that it stands for.
pub(crate) async fn redeem_for(
    agent: &mut Agent,
    issuer: &str,
    (client_id, answered): (&str, &Answered),
    resources: &[&str],
) -> Answered {
    let code = answered.param("code").unwrap_or_else(|| panic!("no code: {}", answered.location()));
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("client_id", client_id),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    fields.extend(resources.iter().map(|resource| ("resource", *resource)));
    agent.post(&format!("{issuer}/oauth2/token"), &fields).await
}

/// Refreshes for some of the resources of a grant.
pub(crate) async fn refresh_for(
    agent: &mut Agent,
    issuer: &str,
    (client_id, token): (&str, &str),
    resources: &[&str],
) -> Answered {
    let mut fields =
        vec![("grant_type", "refresh_token"), ("client_id", client_id), ("refresh_token", token)];
    fields.extend(resources.iter().map(|resource| ("resource", *resource)));
    agent.post(&format!("{issuer}/oauth2/token"), &fields).await
}

/// Signs in at an issuer and gets the tokens.
pub(crate) async fn tokens(agent: &mut Agent, issuer: &str, client_id: &str, address: &str) -> Value {
    let asked = agent.get(&authorize_url(issuer, client_id, &[])).await;
    let answered = agent.sign_in(&asked, address, PASSWORD).await;
    let made = redeem(agent, issuer, client_id, &answered).await;
    assert_eq!(made.status, 200, "{}", made.body);
    made.json()
}

/// The header and the claims of a token, unverified.
pub(crate) fn parts(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| BASE64URL_NOPAD.decode(part.as_bytes()).unwrap());
    let mut next = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
    (next(), next())
}
