//! The client's side of the protocol.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{Request, header};
use data_encoding::BASE64URL_NOPAD;
use http_body_util::BodyExt as _;
use serde_json::{Map, Value};
use tower::ServiceExt as _;
use url::form_urlencoded::Serializer;

use super::people::Person;
use super::visitors::{Tokens, Trip, Visitor};

const CLIENT_ID: &str = "demo-web";
const SCOPE: &str = "openid profile email offline_access";

/// An OpenID Connect client of the demo world.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    public: Router,
    base: Arc<str>,
}

impl Client {
    pub(super) fn new(public: Router, base: &str) -> Self {
        Self { public, base: base.into() }
    }

    /// Where one can sign in, and what the button says.
    pub(super) fn issuers(&self) -> Vec<(String, String)> {
        vec![
            (self.tenant("acme"), "Sign in at Acme".to_owned()),
            (self.tenant("globex"), "Sign in at Globex".to_owned()),
            (self.platform(), "Sign in at the platform".to_owned()),
        ]
    }

    /// The platform's issuer.
    pub(super) fn platform(&self) -> String {
        self.base.to_string()
    }

    /// The issuer of a tenant.
    pub(super) fn tenant(&self, slug: &str) -> String {
        format!("{}/t/{slug}", self.base)
    }

    /// The request. Where it names a person, whoever is signed in already is asked whether to go on as somebody else.
    pub(super) fn authorize_url(&self, trip: &Trip, person: Option<&Person>) -> String {
        let mut query = Serializer::new(String::new());
        query
            .append_pair("client_id", CLIENT_ID)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", &self.redirect_uri())
            .append_pair("scope", SCOPE)
            .append_pair("state", &trip.state)
            .append_pair("nonce", &trip.nonce)
            .append_pair("code_challenge", &trip.challenge())
            .append_pair("code_challenge_method", "S256");
        if let Some(person) = person {
            query.append_pair("login_hint", person.address).append_pair("prompt", "select_account");
        }
        format!("{}/oauth2/authorize?{}", trip.issuer, query.finish())
    }

    pub(super) fn logout_url(&self, visitor: &Visitor) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("client_id", CLIENT_ID);
        query.append_pair("post_logout_redirect_uri", &format!("{}/demo", self.base));
        if let Some(tokens) = &visitor.tokens {
            query.append_pair("id_token_hint", &tokens.id_token);
        }
        format!("{}/oauth2/logout?{}", visitor.trip.issuer, query.finish())
    }

    pub(super) async fn redeem(&self, trip: &Trip, code: &str) -> Result<Tokens, String> {
        let redirect_uri = self.redirect_uri();
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT_ID),
            ("code", code),
            ("redirect_uri", redirect_uri.as_str()),
            ("code_verifier", trip.verifier.as_str()),
        ];
        let tokens = self.tokens(&trip.issuer, &fields).await?;
        let nonce = claims(&tokens.id_token).and_then(|claims| claims.get("nonce").cloned());
        if nonce != Some(Value::String(trip.nonce.clone())) {
            return Err("the ID token belongs to another sign-in".to_owned());
        }
        Ok(tokens)
    }

    pub(super) async fn refresh(&self, visitor: &Visitor) -> Result<Tokens, String> {
        let token = visitor.tokens.as_ref().and_then(|tokens| tokens.refresh_token.clone());
        let token = token.ok_or("there is no refresh token")?;
        let fields =
            [("grant_type", "refresh_token"), ("client_id", CLIENT_ID), ("refresh_token", token.as_str())];
        self.tokens(&visitor.trip.issuer, &fields).await
    }

    pub(super) async fn userinfo(&self, visitor: &Visitor) -> Result<Value, String> {
        let token = visitor.tokens.as_ref().map(|tokens| tokens.access_token.as_str()).unwrap_or_default();
        let request = Request::get(format!("{}/oauth2/userinfo", self.path(&visitor.trip.issuer)))
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = self.addressed(request).body(Body::empty()).map_err(|error| error.to_string())?;
        self.send(request).await
    }

    async fn tokens(&self, issuer: &str, fields: &[(&str, &str)]) -> Result<Tokens, String> {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(format!("{}/oauth2/token", self.path(issuer)))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = self.addressed(request).body(Body::from(body)).map_err(|error| error.to_string())?;
        let answer = self.send(request).await?;
        serde_json::from_value(answer).map_err(|_| "the answer is no token response".to_owned())
    }

    async fn send(&self, request: Request<Body>) -> Result<Value, String> {
        let Ok(response) = self.public.clone().oneshot(request).await;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status.is_success() {
            return Ok(answer);
        }
        let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Err(format!("{status}: {} {}", text("error"), text("error_description")))
    }

    fn addressed(&self, request: Builder) -> Builder {
        let host = self.base.split_once("://").map_or("", |(_, host)| host);
        request.header(header::HOST, host)
    }

    fn path<'a>(&self, issuer: &'a str) -> &'a str {
        issuer.strip_prefix(&*self.base).unwrap_or_default()
    }

    fn redirect_uri(&self) -> String {
        format!("{}/demo/callback", self.base)
    }
}

/// The claims of a token, unverified: it came straight from the token endpoint, and is only shown.
pub(super) fn claims(token: &str) -> Option<Map<String, Value>> {
    part(token, 1)
}

/// The header of a token.
pub(super) fn header_of(token: &str) -> Option<Map<String, Value>> {
    part(token, 0)
}

fn part(token: &str, index: usize) -> Option<Map<String, Value>> {
    let bytes = BASE64URL_NOPAD.decode(token.split('.').nth(index)?.as_bytes()).ok()?;
    serde_json::from_slice(&bytes).ok()
}
