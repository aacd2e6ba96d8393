//! A browser without eyes: real HTTP, a cookie jar, forms filled in by name, redirects followed by hand.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use reqwest::header::{HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, StatusCode};
use url::Url;

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    /// The status.
    pub(crate) status: StatusCode,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The address that was asked.
    pub(crate) url: Url,
    /// The body, as text.
    pub(crate) body: String,
}

/// A browser: its cookies, and where it is.
#[derive(Debug, Clone)]
pub(crate) struct Agent {
    client: Client,
    base: Url,
    /// What a proxy says of where it is.
    from: Option<String>,
    /// The cookies by name.
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Answered {
    /// The page without the address and without what differs between any two visits.
    pub(crate) fn bare(&self, address: &str) -> String {
        let mut body = self.body.replace(address, "ADDRESS");
        for name in ["flow", "csrf"] {
            let marker = format!("name=\"{name}\" value=\"");
            while let Some(start) = body.find(&marker) {
                let from = start + marker.len();
                let end = from + body[from..].find('"').unwrap();
                body.replace_range(start..end, name);
            }
        }
        while let Some(start) = body.find("flow=gh_") {
            let end = start + body[start..].find(['"', '&']).unwrap();
            body.replace_range(start..end, "FLOW");
        }
        body
    }

    /// Where it sends the browser.
    pub(crate) fn location(&self) -> Url {
        let location = self
            .headers
            .get(LOCATION)
            .unwrap_or_else(|| panic!("no redirect: {} {}", self.status, self.body));
        self.url.join(location.to_str().unwrap()).unwrap()
    }

    /// A parameter of the address it sends the browser to.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        self.location().query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.body))
    }

    /// The hidden fields of the form that posts to a path ending so.
    pub(crate) fn hidden(&self, action: &str) -> Vec<(String, String)> {
        let form = self
            .body
            .split("<form ")
            .find(|form| attribute(form, "action").is_some_and(|value| value.ends_with(action)))
            .unwrap_or_else(|| panic!("no form to {action}: {} {}", self.status, self.body));
        let form = form.split("</form>").next().unwrap();
        form.split("<input ")
            .filter(|input| attribute(input, "type").as_deref() == Some("hidden"))
            .map(|input| (attribute(input, "name").unwrap(), attribute(input, "value").unwrap_or_default()))
            .collect()
    }

    /// The code of the text that the page complains with.
    pub(crate) fn complaint(&self) -> Option<String> {
        attribute(&self.body, "data-code")
    }
}

impl Agent {
    pub(super) fn new(base: Url) -> Self {
        #[expect(clippy::disallowed_methods, reason = "tests speak to their own server")]
        let client =
            Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Self { client, base, from: None, cookies: BTreeMap::new() }
    }

    /// The same browser at another place, as a trusted proxy tells it.
    pub(crate) fn behind(mut self, from: &str) -> Self {
        self.from = Some(from.to_owned());
        self
    }

    /// GET.
    pub(crate) async fn get(&mut self, url: &str) -> Answered {
        self.send(Method::GET, url, &[], None).await
    }

    /// POST of a form, as a page of ours would send it.
    pub(crate) async fn post(&mut self, url: &str, fields: &[(&str, &str)]) -> Answered {
        let origin = self.base.origin().ascii_serialization();
        let headers = [("origin", origin.as_str()), ("sec-fetch-site", "same-origin")];
        self.send(Method::POST, url, &headers, Some(fields)).await
    }

    /// POST of a form with headers of the test's choice.
    pub(crate) async fn post_with(
        &mut self,
        url: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Answered {
        self.send(Method::POST, url, headers, Some(fields)).await
    }

    /// POST of a form by an app with its secret in the header.
    pub(crate) async fn basic(
        &mut self,
        url: &str,
        id: &str,
        secret: &str,
        fields: &[(&str, &str)],
    ) -> Answered {
        let header = format!("Basic {}", BASE64.encode(format!("{id}:{secret}").as_bytes()));
        self.send(Method::POST, url, &[("authorization", &header)], Some(fields)).await
    }

    /// Any request.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        fields: Option<&[(&str, &str)]>,
    ) -> Answered {
        let url = self.base.join(url).unwrap();
        let mut request = self.client.request(method, url.clone());
        if !self.cookies.is_empty() {
            let cookies: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", cookies.join("; "));
        }
        if let Some(from) = &self.from {
            request = request.header("x-forwarded-for", from);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(fields) = fields {
            request = request.form(fields);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        for cookie in headers.get_all(SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), rest.split(';').next().unwrap().to_owned());
        }
        Answered { status, headers, url, body: response.text().await.unwrap() }
    }

    /// Sends the form of a page with the fields a person fills in.
    pub(crate) async fn submit(
        &mut self,
        page: &Answered,
        action: &str,
        filled: &[(&str, &str)],
    ) -> Answered {
        let hidden = page.hidden(action);
        let mut fields: Vec<(&str, &str)> =
            hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fields.extend_from_slice(filled);
        let path = page
            .body
            .split("<form ")
            .find_map(|form| attribute(form, "action").filter(|a| a.ends_with(action)));
        self.post(&path.unwrap(), &fields).await
    }

    /// Follows a redirect within our pages.
    pub(crate) async fn follow(&mut self, answered: &Answered) -> Answered {
        assert!(answered.status.is_redirection(), "no redirect: {} {}", answered.status, answered.body);
        self.get(answered.location().as_str()).await
    }

    /// Signs in at the page that an authorization request led to; the answer to the password. Who is asked to confirm an address
    /// does that another time.
    pub(crate) async fn sign_in(&mut self, asked: &Answered, address: &str, password: &str) -> Answered {
        let page = self.follow(asked).await;
        let answered = self.submit(&page, "/login/identifier", &[("identifier", address)]).await;
        let page = self.follow(&answered).await;
        let answered = self.submit(&page, "/login/password", &[("password", password)]).await;
        if answered.status != 303 || !answered.location().path().ends_with("/login") {
            return answered;
        }
        let page = self.follow(&answered).await;
        match page.body.contains("/login/confirm\"") {
            true => self.submit(&page, "/login/later", &[]).await,
            false => answered,
        }
    }
}

/// The value of an attribute in the first tag of a text, unescaped.
fn attribute(text: &str, name: &str) -> Option<String> {
    let tag = text.split_inclusive('>').find(|tag| tag.contains(&format!("{name}=\"")))?;
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    let raw = rest.split('"').next()?;
    Some(
        raw.replace("&#34;", "\"")
            .replace("&quot;", "\"")
            .replace("&#38;", "&")
            .replace("&amp;", "&")
            .replace("&#60;", "<"),
    )
}
