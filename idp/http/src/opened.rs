//! Mailed links that this browser has opened and not confirmed yet: one for each flow, so that two tabs do not stand in each
//! other's way.

use std::fmt::Write as _;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use gatehouse_domain::secret::{Digest, Secret};

use crate::cookies::{LINK, set, single};

/// How long an opened link waits for its confirmation, in seconds.
const LIFE: u32 = 900;
/// How many wait at once; a further one takes the place of the oldest.
const MOST: usize = 4;
/// More than so many tokens with their flows take.
const LONGEST: usize = 512;

/// The opened links of a browser, the newest last. A flow stands here by a digest: the cookie is sent with every request and need not
/// name it.
#[derive(Debug, Default)]
pub(crate) struct Opened(Vec<(String, Secret<String>)>);

impl Opened {
    /// Reads them; what is no list of ours is none.
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let Some(value) = single(headers, LINK, LONGEST) else { return Self::default() };
        let pairs = value.expose().split('~').map(|pair| pair.split_once('.'));
        let links =
            pairs.map(|pair| pair.map(|(flow, token)| (flow.to_owned(), Secret::new(token.to_owned()))));
        Self(links.collect::<Option<Vec<_>>>().unwrap_or_default())
    }

    /// The token of the link that was opened for a flow.
    pub(crate) fn token(&self, flow: &str) -> Option<&Secret<String>> {
        let flow = key(flow);
        self.0.iter().find(|(known, _)| *known == flow).map(|(_, token)| token)
    }

    /// Adds the link of a flow, in place of an earlier one of the same.
    pub(crate) fn add(&mut self, flow: &str, token: Secret<String>) {
        self.remove(flow);
        self.0.push((key(flow), token));
        let over = self.0.len().saturating_sub(MOST);
        self.0.drain(..over);
    }

    /// Takes off the link of a flow.
    pub(crate) fn remove(&mut self, flow: &str) {
        let flow = key(flow);
        self.0.retain(|(known, _)| *known != flow);
    }

    /// Takes the link of a flow from the browser, wherever the answer leads.
    pub(crate) fn spent(headers: &HeaderMap, flow: &str, mut answer: Response) -> Response {
        let mut opened = Self::read(headers);
        opened.remove(flow);
        if let Some(cookie) = opened.cookie() {
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
        answer
    }

    /// The `Set-Cookie` value that keeps them.
    pub(crate) fn cookie(&self) -> Option<HeaderValue> {
        let pairs = self.0.iter().map(|(flow, token)| format!("{flow}.{}", token.expose()));
        let text = Secret::new(pairs.collect::<Vec<_>>().join("~"));
        set(LINK, &text, Some(if self.0.is_empty() { 0 } else { LIFE }))
    }
}

/// Eight bytes are enough to tell a browser's own flows apart: the token itself is good for one flow alone.
fn key(flow: &str) -> String {
    let digest = Digest::of(flow.as_bytes());
    digest.as_bytes().iter().take(8).fold(String::with_capacity(16), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    /// What the browser sends back.
    fn sent_back(opened: &Opened) -> Opened {
        let cookie = opened.cookie().unwrap();
        let pair = cookie.to_str().unwrap().split(';').next().unwrap();
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_str(pair).unwrap());
        Opened::read(&headers)
    }

    fn held(opened: &Opened, flow: &str) -> Option<String> {
        opened.token(flow).map(|token| token.expose().clone())
    }

    #[test]
    fn every_flow_finds_its_own_link_and_the_newest_four_stay() {
        let mut opened = Opened::default();
        for number in 1..=5 {
            opened = sent_back(&opened);
            opened.add(&format!("flow{number}"), token(&format!("gh_ml_{}", "x".repeat(43 + number))));
        }
        let mut opened = sent_back(&opened);
        assert_eq!(held(&opened, "flow1"), None, "the oldest made room");
        for number in 2..=5 {
            assert_eq!(held(&opened, &format!("flow{number}")).unwrap().len(), 49 + number);
        }
        opened.add("flow3", token("gh_ml_again"));
        opened.remove("flow4");
        let opened = sent_back(&opened);
        assert_eq!(held(&opened, "flow3").as_deref(), Some("gh_ml_again"));
        assert_eq!((held(&opened, "flow4"), held(&opened, "other")), (None, None));
        assert!(held(&opened, "flow2").is_some());
    }

    #[test]
    fn the_last_one_takes_the_cookie_with_it_and_junk_is_none() {
        let mut opened = Opened::default();
        opened.add("flow", token("gh_ml_x"));
        let kept = opened.cookie().unwrap();
        let (pair, rest) = kept.to_str().unwrap().split_once("; ").unwrap();
        assert!(pair.ends_with(".gh_ml_x") && !pair.contains("flow"), "{pair}");
        assert_eq!(rest, "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=900");
        opened.remove("flow");
        assert!(opened.cookie().unwrap().to_str().unwrap().starts_with("__Host-gh_link=; "));
        assert!(opened.cookie().unwrap().to_str().unwrap().ends_with("Max-Age=0"));
        for junk in ["gh_ml_x", "a.b~c", "~", ""] {
            let mut headers = HeaderMap::new();
            let cookie = format!("{LINK}={junk}");
            headers.append(header::COOKIE, HeaderValue::from_str(&cookie).unwrap());
            assert!(Opened::read(&headers).0.is_empty(), "{junk}");
        }
    }
}
