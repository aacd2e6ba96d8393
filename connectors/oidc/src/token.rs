//! The code exchanged for tokens (OIDC Core, section 3.1.3), and how we authenticate there.

use std::collections::BTreeMap;

use gatehouse_domain::connection::{AssertionAudience, ClientAuth, Denial, Preset, Trace};
use gatehouse_domain::ids::{encode, uuid_v7};
use gatehouse_domain::secret::Secret;
use gatehouse_domain::strict_json;
use gatehouse_spi::upstream::World;
use gatehouse_spi::{Authorization, Call, Room};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Map, Value, json};
use url::Url;

use crate::outcome::{check, failed_call, invalid, misconfigured};
use crate::{ClientAlg, ClientCredential, ClientKey, Oidc, apple};

/// What the token endpoint gave; a refresh token is not looked at, for nobody asked for one.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access: Secret<String>,
    pub(crate) id: Option<Secret<String>>,
}

/// What is exchanged.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) code: Secret<String>,
    /// Where the code was sent to: the same address again.
    pub(crate) callback: Url,
    pub(crate) verifier: Secret<String>,
}

type Fields = Vec<(&'static str, Secret<String>)>;

impl Oidc {
    /// Exchanges a code, once: a code that fails is spent.
    pub(crate) async fn exchange(
        &self,
        endpoint: &Url,
        grant: Grant,
        world: World<'_>,
        trace: &mut Trace,
    ) -> Result<Tokens, Denial> {
        let mut form: Fields = vec![
            ("grant_type", Secret::new("authorization_code".to_owned())),
            ("code", grant.code),
            ("redirect_uri", Secret::new(grant.callback.into())),
            ("code_verifier", grant.verifier),
        ];
        let authorization = self.authenticate(endpoint, &mut form, world, trace)?;
        let call = Call {
            url: endpoint,
            form: Some(form),
            authorization,
            accept: "application/json",
            headers: &[],
            most: MOST,
            room: Room::SignIns,
        };
        let answer = world.outbound.send(call).await;
        let answer = answer.map_err(|error| failed_call(trace, "oidc_token", endpoint.as_str(), error))?;
        let status = answer.status.to_string();
        let details =
            [("url", endpoint.as_str()), ("status", status.as_str()), ("type", answer.media_type.as_str())];
        let json = (answer.media_type == "application/json").then(|| strict_json::object(&answer.body));
        let Some(mut fields) = json.flatten() else {
            return Err(invalid(trace, "oidc_token", &details));
        };
        // GitHub reports errors with 200.
        if let Some(error) = fields.get("error") {
            return Err(refused(error.as_str().unwrap_or_default(), trace));
        }
        check(trace, answer.status == 200, "oidc_token", &details)?;
        let bearer = text(&mut fields, "token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
        check(trace, bearer, "oidc_token_type", &[])?;
        let access = text(&mut fields, "access_token").filter(|token| is_token(token));
        let access = access.ok_or_else(|| invalid(trace, "oidc_access_token", &[]))?;
        Ok(Tokens { access: Secret::new(access), id: text(&mut fields, "id_token").map(Secret::new) })
    }

    fn authenticate(
        &self,
        endpoint: &Url,
        form: &mut Fields,
        world: World<'_>,
        trace: &mut Trace,
    ) -> Result<Option<Authorization>, Denial> {
        let client_id = &self.config.settings().client_id;
        let unusable = |trace: &mut Trace| misconfigured(trace, "oidc_client_key", &[]);
        let secret = match (&self.config.settings().preset, &self.credential) {
            (Preset::Apple { team, key }, ClientCredential::Key(own)) => {
                let secret = apple::client_secret(team, key, client_id, own, world.now);
                secret.ok_or_else(|| unusable(trace))?
            }
            (_, ClientCredential::Secret(secret)) if self.config.auth() == ClientAuth::ClientSecretBasic => {
                return Ok(Some(Authorization::Basic(client_id.clone(), secret.clone())));
            }
            (_, ClientCredential::Secret(secret)) => secret.clone(),
            (_, ClientCredential::Key(key)) => {
                let audience = match self.config.settings().assertion_audience {
                    AssertionAudience::Issuer => self.config.issuer(),
                    AssertionAudience::TokenEndpoint => endpoint.as_str(),
                };
                let assertion = assertion(client_id, audience, key, world).ok_or_else(|| unusable(trace))?;
                form.push(("client_id", Secret::new(client_id.clone())));
                form.push(("client_assertion_type", Secret::new(ASSERTION.to_owned())));
                form.push(("client_assertion", assertion));
                return Ok(None);
            }
        };
        form.push(("client_id", Secret::new(client_id.clone())));
        form.push(("client_secret", secret));
        Ok(None)
    }
}

/// An assertion about ourselves (RFC 7523, section 3), good for a minute.
fn assertion(client_id: &str, audience: &str, key: &ClientKey, world: World<'_>) -> Option<Secret<String>> {
    let now = world.now.timestamp();
    let claims = json!({
        "iss": client_id, "sub": client_id, "aud": audience, "iat": now, "exp": now + 60,
        "jti": encode(uuid_v7(world.now, world.rng)),
    });
    sign(key, key.kid.clone(), &claims)
}

/// Signs claims with a key of ours.
pub(crate) fn sign(key: &ClientKey, kid: Option<String>, claims: &Value) -> Option<Secret<String>> {
    let pem = key.pem.expose().as_bytes();
    let (alg, encoding) = match key.alg {
        ClientAlg::RS256 => (Algorithm::RS256, EncodingKey::from_rsa_pem(pem)),
        ClientAlg::ES256 => (Algorithm::ES256, EncodingKey::from_ec_pem(pem)),
        ClientAlg::EdDSA => (Algorithm::EdDSA, EncodingKey::from_ed_pem(pem)),
    };
    let header = Header { kid, ..Header::new(alg) };
    jsonwebtoken::encode(&header, claims, &encoding.ok()?).ok().map(Secret::new)
}

fn text(fields: &mut Map<String, Value>, name: &str) -> Option<String> {
    match fields.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// RFC 6749, appendix A.12: what may stand in a header of ours.
fn is_token(token: &str) -> bool {
    (1..=MOST_OF_A_TOKEN).contains(&token.len()) && token.bytes().all(|byte| (0x21..0x7f).contains(&byte))
}

fn refused(error: &str, trace: &mut Trace) -> Denial {
    let known: BTreeMap<_, _> = REFUSALS.into_iter().collect();
    trace.fail("oidc_token_refused", &[("error", error)]);
    match known.get(error) {
        Some(code) if MISCONFIGURED.contains(&error) => Denial::Misconfigured(code),
        Some(code) => Denial::Upstream(code),
        None => Denial::Upstream("token_refused"),
    }
}

const MOST: usize = 64 * 1024;
const MOST_OF_A_TOKEN: usize = 16 * 1024;
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// RFC 6749, section 5.2, and GitHub's own.
const REFUSALS: [(&str, &str); 8] = [
    ("invalid_client", "token_invalid_client"),
    ("invalid_grant", "token_invalid_grant"),
    ("invalid_request", "token_invalid_request"),
    ("unauthorized_client", "token_unauthorized_client"),
    ("unsupported_grant_type", "token_unsupported_grant_type"),
    ("bad_verification_code", "token_invalid_grant"),
    ("incorrect_client_credentials", "token_invalid_client"),
    ("redirect_uri_mismatch", "token_redirect_uri"),
];
/// What no new try mends.
const MISCONFIGURED: [&str; 5] = [
    "invalid_client",
    "unauthorized_client",
    "unsupported_grant_type",
    "incorrect_client_credentials",
    "redirect_uri_mismatch",
];
