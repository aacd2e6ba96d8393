//! The guarded client: no redirects, no proxies, every resolved address tested, bounded in time and size.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use gatehouse_flows::{Outbound, OutboundError, Sending};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use tokio::sync::Semaphore;
use url::Url;

use super::guard::Rule;
use super::lookup::{Full, LOOKUPS, Tested};

/// How long a connection may take to come up.
const CONNECTING: Duration = Duration::from_secs(3);
/// How long a whole call may take.
const WHOLE: Duration = Duration::from_secs(8);
/// How long a range service may take while somebody waits for their new password to be taken.
const RANGE: Duration = Duration::from_secs(2);
/// Documents that are fetched at once: anybody who names a client can ask for one.
const FETCHES: usize = 64;
/// Pictures that are fetched at once. Pages do without them, so they take little, and nothing from the documents.
const PICTURES: usize = 16;

/// The one client for addresses that others chose.
#[derive(Debug, Clone)]
pub(crate) struct GuardedClient {
    client: Client,
    rule: Rule,
    fetches: Arc<Semaphore>,
    pictures: Arc<Semaphore>,
}

impl GuardedClient {
    /// A client that calls public addresses, and loopback if `loopback` is set.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub(crate) fn new(loopback: bool) -> Result<Self, reqwest::Error> {
        Self::with_room(loopback, (FETCHES, PICTURES), LOOKUPS)
    }

    fn with_room(
        loopback: bool,
        (fetches, pictures): (usize, usize),
        lookups: usize,
    ) -> Result<Self, reqwest::Error> {
        let rule = Rule { loopback };
        #[expect(clippy::disallowed_methods, reason = "the one place where a client is built")]
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECTING)
            .timeout(WHOLE)
            .dns_resolver(Tested::new(rule, lookups))
            .user_agent("gatehouse")
            .build()?;
        let [fetches, pictures] = [fetches, pictures].map(|places| Arc::new(Semaphore::new(places)));
        Ok(Self { client, rule, fetches, pictures })
    }

    fn admit(&self, url: &Url) -> Result<(), OutboundError> {
        if self.rule.allows_url(url) {
            return Ok(());
        }
        metrics::counter!("gatehouse_outbound_blocked_total").increment(1);
        Err(OutboundError::Blocked)
    }

    async fn get(
        &self,
        url: &Url,
        accept: &'static str,
        most: usize,
        room: &Semaphore,
    ) -> Result<Vec<u8>, OutboundError> {
        self.admit(url)?;
        let _place = room.try_acquire().map_err(|_| busy())?;
        body(self.client.get(url.clone()).header("accept", accept), most).await
    }
}

impl Outbound for GuardedClient {
    fn fetch<'a>(&'a self, url: &'a Url, most: usize) -> Sending<'a, Vec<u8>> {
        Box::pin(self.get(url, "application/json", most, &self.fetches))
    }

    fn fetch_range<'a>(&'a self, url: &'a Url, most: usize) -> Sending<'a, Vec<u8>> {
        Box::pin(async move {
            self.admit(url)?;
            let _place = self.fetches.try_acquire().map_err(|_| busy())?;
            let asked =
                self.client.get(url.clone()).header("accept", "text/plain").header("add-padding", "true");
            body(asked.timeout(RANGE), most).await
        })
    }

    fn fetch_picture<'a>(&'a self, url: &'a Url, most: usize) -> Sending<'a, Vec<u8>> {
        Box::pin(self.get(url, "image/*", most, &self.pictures))
    }

    fn post_field<'a>(&'a self, url: &'a Url, name: &'a str, value: &'a str) -> Sending<'a, ()> {
        Box::pin(async move {
            self.admit(url)?;
            let answer = self.client.post(url.clone()).form(&[(name, value)]).send().await;
            let answer = answer.map_err(|error| fault(&error))?;
            if answer.status().is_success() { Ok(()) } else { Err(OutboundError::BadAnswer) }
        })
    }
}

async fn body(asked: RequestBuilder, most: usize) -> Result<Vec<u8>, OutboundError> {
    let answer = asked.send().await.map_err(|error| fault(&error))?;
    if !answer.status().is_success() {
        return Err(OutboundError::BadAnswer);
    }
    read(answer, most).await
}

fn busy() -> OutboundError {
    metrics::counter!("gatehouse_outbound_busy_total").increment(1);
    OutboundError::Busy
}

/// Whose fault it is that nothing was sent: ours, if there was no room for the look-up, else nobody answered.
fn fault(error: &reqwest::Error) -> OutboundError {
    let mut causes = std::iter::successors(error.source(), |&cause| cause.source());
    if causes.any(<dyn std::error::Error>::is::<Full>) { busy() } else { OutboundError::Unreachable }
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

#[cfg(test)]
mod tests {
    use super::*;

    async fn fetched(client: &GuardedClient, url: &str) -> OutboundError {
        client.fetch(&url.parse().unwrap(), 1).await.unwrap_err()
    }

    #[tokio::test]
    async fn what_has_no_room_is_our_fault_and_not_the_address() {
        let full = GuardedClient::with_room(false, (0, 1), 1).unwrap();
        assert_eq!(fetched(&full, "https://app.example/keys").await, OutboundError::Busy);
        assert_eq!(fetched(&full, "https://127.0.0.1/keys").await, OutboundError::Blocked);
        let no_lookups = GuardedClient::with_room(false, (1, 1), 0).unwrap();
        assert_eq!(fetched(&no_lookups, "https://app.example/keys").await, OutboundError::Busy);
        let url = "https://app.example/bye".parse().unwrap();
        assert_eq!(no_lookups.post_field(&url, "logout_token", "x").await, Err(OutboundError::Busy));
        assert_eq!(
            full.fetches.available_permits() + no_lookups.fetches.available_permits(),
            1,
            "given back"
        );
    }

    #[tokio::test]
    async fn pictures_and_documents_leave_each_other_their_places() {
        let picture = "https://app.example/logo.png".parse().unwrap();
        let no_pictures = GuardedClient::with_room(false, (1, 0), 0).unwrap();
        assert_eq!(no_pictures.fetch_picture(&picture, 1).await, Err(OutboundError::Busy));
        let blocked = "https://127.0.0.1/logo.png".parse().unwrap();
        assert_eq!(no_pictures.fetch_picture(&blocked, 1).await, Err(OutboundError::Blocked));
        let client = GuardedClient::with_room(true, (0, 1), 1).unwrap();
        assert_eq!(fetched(&client, "http://127.0.0.1:1/keys").await, OutboundError::Busy);
        let nobody = "http://127.0.0.1:1/logo.png".parse().unwrap();
        assert_eq!(client.fetch_picture(&nobody, 1).await, Err(OutboundError::Unreachable));
    }
}
