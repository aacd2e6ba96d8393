//! The server: tenants of the demo world, sign-in by forms, tokens by ES256, one lie at a time.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::{Url, form_urlencoded};

use crate::measure::proc::Procs;
use crate::scenario::Stage;
use crate::subject::Subject;
use crate::subject::world::{PASSWORD, Tenants, World};

/// What the server does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lie {
    None,
    AcceptsReplay,
    KeepsFamily,
    EverybodyActive,
    OtherSubject,
    OtherIssuer,
    NoTenant,
    Expired,
    BadSignature,
    LosesSignIn,
}

#[derive(Default)]
struct State {
    next: usize,
    /// Refresh tokens and their families.
    refresh: HashMap<String, usize>,
    spent: HashSet<String>,
    ended: HashSet<usize>,
}

pub(super) struct Liar {
    lie: Lie,
    addr: SocketAddr,
    key: EncodingKey,
    jwk: Value,
    state: Mutex<State>,
}

type Form = HashMap<String, String>;
type Reply = Response<Full<Bytes>>;

impl Liar {
    pub(super) async fn start(lie: Lie) -> anyhow::Result<Arc<Self>> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
        let der = pair.to_pkcs8v1()?;
        let point = pair.public_key().as_ref();
        let coordinate = |range| BASE64URL_NOPAD.encode(&point[range]);
        let jwk =
            json!({"kty": "EC", "crv": "P-256", "kid": "k", "x": coordinate(1..33), "y": coordinate(33..65)});
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let addr = listener.local_addr()?;
        let key = EncodingKey::from_ec_der(der.as_ref());
        let liar = Arc::new(Self { lie, addr, key, jwk, state: Mutex::default() });
        let serving = Arc::clone(&liar);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let liar = Arc::clone(&serving);
                let answer = service_fn(move |request| {
                    let liar = Arc::clone(&liar);
                    async move { Ok::<_, Infallible>(liar.answer(request).await) }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
            }
        });
        Ok(liar)
    }

    pub(super) async fn stage(&self) -> anyhow::Result<Stage> {
        let base = Url::parse(&format!("http://{}", self.addr))?;
        let world = World { addr: self.addr, base, tenants: Tenants::Demo };
        let procs = Procs { app: std::process::id(), postmaster: None };
        Stage::set(Subject { name: "liar", world, procs, database: None }, 2, 2).await
    }

    async fn answer(&self, request: Request<Incoming>) -> Reply {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let form: Form = form_urlencoded::parse(&body).into_owned().collect();
        let query = head.uri.query().unwrap_or_default();
        let (tenant, rest) = head.uri.path().strip_prefix("/t/").unwrap().split_once('/').unwrap();
        match rest {
            ".well-known/openid-configuration" => ok(&json!({"issuer": self.issuer(tenant)})),
            ".well-known/jwks.json" => ok(&json!({"keys": [self.jwk]})),
            "oauth2/authorize" => self.authorize(tenant, query, &head.headers),
            "login" => self.login(tenant, query, &form, &head.headers),
            "oauth2/token" => self.token(tenant, &form),
            "oauth2/introspect" => {
                let own = form["token"].contains('.') && self.tenant_of(&form["token"]) == tenant;
                ok(&json!({"active": own || self.lie == Lie::EverybodyActive}))
            }
            "oauth2/userinfo" => {
                let sub = if self.lie == Lie::OtherSubject { "mallory" } else { "somebody" };
                ok(&json!({"sub": sub}))
            }
            _ => Response::builder().status(404).body(Full::default()).unwrap(),
        }
    }

    fn issuer(&self, tenant: &str) -> String {
        format!("http://{}/t/{tenant}", self.addr)
    }

    fn authorize(&self, tenant: &str, query: &str, headers: &HeaderMap) -> Reply {
        if !has_cookie(headers, "__Host-session=1") {
            return redirect(&format!("/t/{tenant}/login?{query}"), None);
        }
        let asked: Form = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let mut to = Url::parse(&asked["redirect_uri"]).unwrap();
        to.query_pairs_mut().append_pair("code", "c").append_pair("state", &asked["state"]);
        to.query_pairs_mut().append_pair("iss", &self.issuer(tenant));
        redirect(to.as_str(), None)
    }

    /// One form for the address, one for the password; each carries a hidden field that must come back.
    fn login(&self, tenant: &str, query: &str, form: &Form, headers: &HeaderMap) -> Reply {
        let bound =
            has_cookie(headers, "__Host-pre=1") && form.get("hidden").is_some_and(|hidden| hidden == "a&b");
        if bound && form.get("password").is_some_and(|password| password == PASSWORD) {
            let next =
                if self.lie == Lie::LosesSignIn { ".well-known/jwks.json" } else { "oauth2/authorize" };
            return redirect(
                &format!("/t/{tenant}/{next}?{query}"),
                Some("__Host-session=1; Path=/; Secure"),
            );
        }
        let field = if bound && form.contains_key("identifier") { "password" } else { "identifier" };
        let action = query.replace('&', "&amp;");
        let page = format!(
            "<form method=\"post\" action=\"/t/{tenant}/login?{action}\">\
             <input type=\"hidden\" name=\"hidden\" value=\"a&amp;b\"><input name=\"{field}\"></form>"
        );
        let reply = Response::builder().header("set-cookie", "__Host-pre=1; Path=/; Secure");
        reply.body(Full::from(page)).unwrap()
    }

    fn token(&self, tenant: &str, form: &Form) -> Reply {
        let mut state = self.state.lock().unwrap();
        state.next += 1;
        let number = state.next;
        let family = match form.get("refresh_token") {
            None => number,
            Some(old) => {
                let family = state.refresh[old];
                if !state.spent.insert(old.clone()) && self.lie != Lie::AcceptsReplay {
                    state.ended.insert(family);
                    return refused();
                }
                if state.ended.contains(&family) && self.lie != Lie::KeepsFamily {
                    return refused();
                }
                family
            }
        };
        let refresh = format!("r{number}");
        state.refresh.insert(refresh.clone(), family);
        let access = self.sign(tenant, "at+jwt", number);
        let id_token = self.sign(tenant, "JWT", number + 1_000_000_000);
        ok(&json!({"access_token": access, "id_token": id_token, "refresh_token": refresh}))
    }

    fn sign(&self, tenant: &str, typ: &str, number: usize) -> String {
        let now = jsonwebtoken::get_current_timestamp();
        let issuer =
            if self.lie == Lie::OtherIssuer { "https://else.test".to_owned() } else { self.issuer(tenant) };
        let mut claims = json!({"iss": issuer, "sub": "somebody", "aud": "demo-web", "jti": number.to_string(),
            "exp": if self.lie == Lie::Expired { now - 3600 } else { now + 600 }});
        if self.lie != Lie::NoTenant {
            claims["tid"] = json!(tenant);
            claims["org_id"] = json!(tenant);
        }
        let header =
            Header { typ: Some(typ.to_owned()), kid: Some("k".to_owned()), ..Header::new(Algorithm::ES256) };
        let mut token = encode(&header, &claims, &self.key).unwrap();
        if self.lie == Lie::BadSignature {
            let other = encode(&header, &json!({}), &self.key).unwrap();
            token.truncate(token.rfind('.').unwrap());
            token.push_str(&other[other.rfind('.').unwrap()..]);
        }
        token
    }

    fn tenant_of(&self, token: &str) -> String {
        let claims = BASE64URL_NOPAD.decode(token.split('.').nth(1).unwrap().as_bytes()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        claims["iss"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
    }
}

fn has_cookie(headers: &HeaderMap, pair: &str) -> bool {
    let sent = headers.get("cookie").and_then(|value| value.to_str().ok()).unwrap_or_default();
    sent.split("; ").any(|cookie| cookie == pair)
}

fn ok(body: &Value) -> Reply {
    Response::new(Full::from(body.to_string()))
}

fn refused() -> Reply {
    Response::builder().status(400).body(Full::from(r#"{"error":"invalid_grant"}"#)).unwrap()
}

fn redirect(to: &str, cookie: Option<&str>) -> Reply {
    let mut reply = Response::builder().status(303).header("location", to);
    if let Some(cookie) = cookie {
        reply = reply.header("set-cookie", cookie);
    }
    reply.body(Full::default()).unwrap()
}
