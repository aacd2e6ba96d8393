//! A person who signs in over HTTPS, with cookies kept by hand; and everything secret that passed by.

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;
use gatehouse_domain::secret::Digest;
use reqwest::Response;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::Value;
use url::Url;

use super::installation::HOST;
use super::server::Server;

const VERIFIER: &str = "canary-verifier-0123456789abcdefghijklmnopqrstuvw";

/// A browser at a server.
pub(super) struct Person<'a> {
    server: &'a Server,
    cookies: BTreeMap<String, String>,
    /// What no log may show.
    pub(super) secrets: Vec<String>,
}

impl<'a> Person<'a> {
    /// Nobody yet.
    pub(super) fn new(server: &'a Server) -> Self {
        Self { server, cookies: BTreeMap::new(), secrets: vec![VERIFIER.to_owned()] }
    }

    /// Signs in for the app `web` of acme and fetches its tokens.
    pub(super) async fn sign_in(&mut self, address: &str, password: &str) -> Value {
        let challenge = BASE64URL_NOPAD.encode(Digest::of(VERIFIER.as_bytes()).as_bytes());
        let asked = format!(
            "/t/acme/oauth2/authorize?client_id=web&response_type=code&scope=openid%20offline_access&state=s\
             &redirect_uri=https%3A%2F%2Fweb.example%2Fcb&code_challenge_method=S256&code_challenge={challenge}"
        );
        let page = self.get(&asked).await;
        let page = self.fill(&page, "identifier", address).await;
        let answered = self.fill(&page, "password", password).await;
        let back = Url::parse(&answered).unwrap();
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        self.secrets.push(code.clone());
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "web"),
            ("redirect_uri", "https://web.example/cb"),
            ("code_verifier", VERIFIER),
            ("code", &code),
        ];
        let token = format!("https://{HOST}/t/acme/oauth2/token");
        let answered = self.server.client.post(token).form(&form).send().await.unwrap();
        let tokens: Value = answered.json().await.unwrap();
        for name in ["access_token", "id_token", "refresh_token"] {
            let token = tokens[name].as_str().unwrap_or_else(|| panic!("{tokens}"));
            self.secrets.push(token.rsplit('.').next().unwrap().to_owned());
        }
        tokens
    }

    /// The password page of somebody whom an app names.
    pub(super) async fn named_by_the_app(&mut self, address: &str) -> String {
        let challenge = BASE64URL_NOPAD.encode(Digest::of(VERIFIER.as_bytes()).as_bytes());
        let asked = format!(
            "/t/acme/oauth2/authorize?client_id=web&response_type=code&scope=openid&state=s&login_hint={address}\
             &redirect_uri=https%3A%2F%2Fweb.example%2Fcb&code_challenge_method=S256&code_challenge={challenge}"
        );
        let page = self.get(&asked).await;
        self.fill(&page, "identifier", address).await
    }

    /// The page that a wrong password leads to.
    pub(super) async fn mistype(&mut self, address: &str, password: &str) -> String {
        let page = self.named_by_the_app(address).await;
        self.fill(&page, "password", password).await
    }

    /// Fills in the one field of a page's form; where that leads, followed within the server.
    async fn fill(&mut self, page: &str, field: &str, value: &str) -> String {
        let action = format!("/t/acme/login/{field}");
        let form = page.split("<form ").find(|form| form.contains(&format!("action=\"{action}\"")));
        let form = form.unwrap_or_else(|| panic!("no form {field}: {page}")).split("</form>").next().unwrap();
        let hidden = |name: &str| {
            let (_, rest) =
                form.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{form}"));
            rest.split('"').next().unwrap().to_owned()
        };
        let (flow, csrf) = (hidden("flow"), hidden("csrf"));
        let fields = [("flow", flow.as_str()), ("csrf", &csrf), (field, value)];
        let request = self.server.client.post(format!("https://{HOST}{action}")).form(&fields);
        let origin = format!("https://{HOST}");
        let request = request.header(COOKIE, self.cookie()).header("origin", origin);
        let answered = request.send().await.unwrap();
        self.secrets.push(csrf);
        self.follow(answered).await
    }

    async fn get(&mut self, path: &str) -> String {
        let url = Url::parse(&format!("https://{HOST}")).unwrap().join(path).unwrap();
        let answered = self.server.client.get(url).header(COOKIE, self.cookie()).send().await.unwrap();
        self.follow(answered).await
    }

    /// The page, or the address outside that the browser is sent to.
    async fn follow(&mut self, answered: Response) -> String {
        for cookie in answered.headers().get_all(SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap().to_owned();
            assert!(rest.contains("; Secure; HttpOnly; SameSite=Lax"), "{rest}");
            self.secrets.push(value.clone());
            self.cookies.insert(name.to_owned(), value);
        }
        let Some(location) = answered.headers().get(LOCATION) else { return answered.text().await.unwrap() };
        let location = answered.url().join(location.to_str().unwrap()).unwrap();
        if location.host_str() == Some(HOST) {
            return Box::pin(self.get(location.as_str())).await;
        }
        location.into()
    }

    fn cookie(&self) -> String {
        let all: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        all.join("; ")
    }
}
