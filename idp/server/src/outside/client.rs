//! The guarded client: no redirects, no proxies, every resolved address tested, bounded in time and size.

use std::net::SocketAddr;
use std::time::Duration;

use gatehouse_flows::{Outbound, OutboundError, Sending};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use url::Url;

use super::guard::Rule;

/// How long a connection may take to come up.
const CONNECTING: Duration = Duration::from_secs(3);
/// How long a whole call may take.
const WHOLE: Duration = Duration::from_secs(8);

/// The one client for addresses that others chose.
#[derive(Debug, Clone)]
pub(crate) struct GuardedClient {
    client: Client,
    rule: Rule,
}

impl GuardedClient {
    /// A client that calls public addresses, and loopback if `loopback` is set.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub(crate) fn new(loopback: bool) -> Result<Self, reqwest::Error> {
        let rule = Rule { loopback };
        #[expect(clippy::disallowed_methods, reason = "the one place where a client is built")]
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECTING)
            .timeout(WHOLE)
            .dns_resolver(Tested(rule))
            .user_agent("gatehouse")
            .build()?;
        Ok(Self { client, rule })
    }

    fn admit(&self, url: &Url) -> Result<(), OutboundError> {
        if self.rule.allows_url(url) {
            return Ok(());
        }
        metrics::counter!("gatehouse_outbound_blocked_total").increment(1);
        Err(OutboundError::Blocked)
    }
}

impl Outbound for GuardedClient {
    fn fetch<'a>(&'a self, url: &'a Url, most: usize) -> Sending<'a, Vec<u8>> {
        Box::pin(async move {
            self.admit(url)?;
            let answer = self.client.get(url.clone()).header("accept", "application/json").send().await;
            let answer = answer.map_err(|_| OutboundError::Unreachable)?;
            if !answer.status().is_success() {
                return Err(OutboundError::BadAnswer);
            }
            read(answer, most).await
        })
    }

    fn post_field<'a>(&'a self, url: &'a Url, name: &'a str, value: &'a str) -> Sending<'a, ()> {
        Box::pin(async move {
            self.admit(url)?;
            let answer = self.client.post(url.clone()).form(&[(name, value)]).send().await;
            let answer = answer.map_err(|_| OutboundError::Unreachable)?;
            if answer.status().is_success() { Ok(()) } else { Err(OutboundError::BadAnswer) }
        })
    }
}

/// Reads a body piece by piece, so that nothing beyond the limit is held.
async fn read(mut answer: Response, most: usize) -> Result<Vec<u8>, OutboundError> {
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|_| OutboundError::Unreachable)? {
        if body.len() + piece.len() > most {
            return Err(OutboundError::BadAnswer);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// Resolves a name once and hands on the addresses only if every one of them may be called: the connection goes to one of
/// these and to nothing that a second question would answer.
#[derive(Debug, Clone, Copy)]
struct Tested(Rule);

impl Resolve for Tested {
    fn resolve(&self, name: Name) -> Resolving {
        let rule = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.is_empty() || !found.iter().all(|address| rule.allows(address.ip())) {
                metrics::counter!("gatehouse_outbound_blocked_total").increment(1);
                return Err("the name leads to an address that is not called".into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
