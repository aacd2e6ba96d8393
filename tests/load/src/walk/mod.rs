//! A small browser: a connection, cookies, forms, redirects followed by hand.

mod client;
mod forms;
mod jar;

use anyhow::{Context as _, bail};
use http::HeaderName;
use url::Url;

pub(crate) use client::{Answer, Ask, Link};
use forms::Form;
pub(crate) use forms::encode;
use jar::Jar;

/// More hops than any sign-in has.
const HOPS: usize = 12;

/// What a person types.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) identifier: String,
    pub(crate) password: String,
}

/// Where a walk came to rest.
#[derive(Debug)]
pub(crate) enum Rest {
    /// The password page, filled in and not yet sent.
    Password(Ask),
    /// The redirect to the app, with all its parameters.
    App(Url),
}

/// Cookies and a place, over a connection that is handed in.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    jar: Jar,
    origin: Url,
    network: Network,
}

/// Where a person sits, as a proxy in front of the server would say: everybody somewhere else, so that the throttle
/// against guessing from one network, which must stay on, does not meet the generator.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Network(pub(crate) u16);

impl Network {
    /// An address of one of the 65,536 networks of the documentation prefix (RFC 3849).
    fn address(self) -> String {
        format!("2001:db8:{:x}::1", self.0)
    }
}

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

impl Browser {
    pub(crate) fn new(origin: Url, network: Network) -> Self {
        Self { jar: Jar::default(), origin, network }
    }

    /// Sends one request with the cookies, and keeps the new ones.
    pub(crate) async fn send(&mut self, link: &mut Link, mut ask: Ask) -> anyhow::Result<Answer> {
        ask = ask.with(FORWARDED_FOR, self.network.address());
        if let Some(cookies) = self.jar.header() {
            ask = ask.with(http::header::COOKIE, cookies);
        }
        let answer = link.send(ask).await?;
        self.jar.take(&answer);
        Ok(answer)
    }

    /// Walks from one request to the app, as a person would; stops before the password is sent if `pause` is set.
    pub(crate) async fn walk(
        &mut self,
        link: &mut Link,
        start: Ask,
        person: &Person,
        pause: bool,
    ) -> anyhow::Result<Rest> {
        let mut ask = start;
        for _ in 0..HOPS {
            let from = self.origin.join(ask.target()).context("a request target")?;
            let answer = self.send(link, ask).await?;
            if let Some(location) = answer.location() {
                let next = from.join(location).context("a redirect")?;
                if next.origin() != self.origin.origin() || is_callback(&next) {
                    return Ok(Rest::App(next));
                }
                ask = Ask::get(path_of(&next));
                continue;
            }
            if answer.status != 200 {
                bail!("{} answered {}: {}", from.path(), answer.status, answer.excerpt());
            }
            let form = Form::find(answer.text()?).with_context(|| format!("no form at {}", from.path()))?;
            let action = path_of(&from.join(&form.action).context("a form's action")?);
            let asks_password = form.has("password");
            ask =
                Ask::form(&action, &form.filled(person)).with(http::header::ORIGIN, origin_of(&self.origin));
            if asks_password && pause {
                return Ok(Rest::Password(ask));
            }
        }
        bail!("no end after {HOPS} hops")
    }
}

/// The demo app's redirect lies on the server's own loopback address, so the path decides.
fn is_callback(url: &Url) -> bool {
    url.path().ends_with("/callback") && url.query_pairs().any(|(name, _)| name == "code" || name == "error")
}

fn path_of(url: &Url) -> String {
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

fn origin_of(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// One parameter of a redirect.
pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
