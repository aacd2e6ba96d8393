//! The guarded client: no redirects, no proxies, every resolved address tested, bounded in time and size.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use gatehouse_spi::{Answer, Authorization, Call, Outbound, OutboundError, Room, Sending};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use tokio::sync::Semaphore;
use url::{Url, form_urlencoded};

use super::guard::Rule;
use super::lookup::{Full, LOOKUPS, Tested};

/// How long a connection may take to come up.
const CONNECTING: Duration = Duration::from_secs(3);

/// The one client for addresses that others chose.
#[derive(Debug, Clone)]
pub(crate) struct GuardedClient {
    client: Client,
    rule: Rule,
    rooms: Arc<Rooms>,
}

impl GuardedClient {
    /// A client that calls public addresses, and loopback if `loopback` is set.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub(crate) fn new(loopback: bool) -> Result<Self, reqwest::Error> {
        Self::with_rooms(loopback, Rooms::new(places), LOOKUPS)
    }

    fn with_rooms(loopback: bool, rooms: Rooms, lookups: usize) -> Result<Self, reqwest::Error> {
        let rule = Rule { loopback };
        #[expect(clippy::disallowed_methods, reason = "the one place where a client is built")]
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECTING)
            .dns_resolver(Tested::new(rule, lookups))
            .user_agent("gatehouse")
            .build()?;
        Ok(Self { client, rule, rooms: Arc::new(rooms) })
    }

    fn admit(&self, url: &Url) -> Result<(), OutboundError> {
        if self.rule.allows_url(url) {
            return Ok(());
        }
        metrics::counter!("gatehouse_outbound_blocked_total").increment(1);
        Err(OutboundError::Blocked)
    }

    fn request(&self, call: &Call<'_>) -> RequestBuilder {
        let url = call.url.clone();
        let mut request = match &call.form {
            None => self.client.get(url),
            Some(fields) => {
                let fields: Vec<_> = fields.iter().map(|(name, value)| (name, value.expose())).collect();
                self.client.post(url).form(&fields)
            }
        };
        request = request.timeout(patience(call.room)).header(ACCEPT, call.accept);
        for (name, value) in call.headers {
            request = request.header(*name, *value);
        }
        match &call.authorization {
            None => request,
            Some(Authorization::Basic(name, secret)) => {
                request.basic_auth(encoded(name), Some(encoded(secret.expose())))
            }
            Some(Authorization::Bearer(token)) => request.bearer_auth(token.expose()),
        }
    }
}

impl Outbound for GuardedClient {
    fn send<'a>(&'a self, call: Call<'a>) -> Sending<'a> {
        Box::pin(async move {
            self.admit(call.url)?;
            let _place = self.rooms.of(call.room).try_acquire().map_err(|_| busy())?;
            let answer = self.request(&call).send().await.map_err(|error| fault(&error))?;
            let status = answer.status().as_u16();
            let media_type = media_type(answer.headers());
            Ok(Answer { status, media_type, body: read(answer, call.most).await? })
        })
    }
}

/// The calls that are made at once, by whose they are.
#[derive(Debug)]
struct Rooms([(Room, Semaphore); 5]);

impl Rooms {
    fn new(places: impl Fn(Room) -> usize) -> Self {
        let all = [Room::Documents, Room::Pictures, Room::Ranges, Room::SignIns, Room::Jobs];
        Self(all.map(|room| (room, Semaphore::new(places(room)))))
    }

    fn of(&self, room: Room) -> &Semaphore {
        let [documents, pictures, ranges, sign_ins, jobs] = &self.0;
        let (_, semaphore) = match room {
            Room::Documents => documents,
            Room::Pictures => pictures,
            Room::Ranges => ranges,
            Room::SignIns => sign_ins,
            Room::Jobs => jobs,
        };
        semaphore
    }
}

/// How many calls of a room are made at once. Pages do without pictures, so they take little; a sign-in makes up to five calls, one
/// after the other, and whoever waits for one has come with a flow of ours.
const fn places(room: Room) -> usize {
    match room {
        Room::Documents | Room::Ranges | Room::Jobs => 64,
        Room::Pictures => 16,
        Room::SignIns => 256,
    }
}

/// How long a whole call may take. A range service is asked while somebody waits for their new password to be taken.
const fn patience(room: Room) -> Duration {
    Duration::from_secs(match room {
        Room::Ranges => 2,
        Room::SignIns => 5,
        Room::Documents | Room::Pictures | Room::Jobs => 8,
    })
}

/// RFC 6749, appendix B.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The media type of an answer; empty if there is none that can be read.
fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
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

/// Reads a body piece by piece, so that nothing beyond the limit is held; nothing at all for a limit of 0.
async fn read(mut answer: Response, most: usize) -> Result<Vec<u8>, OutboundError> {
    let mut body = Vec::new();
    if most == 0 {
        return Ok(body);
    }
    while let Some(piece) = answer.chunk().await.map_err(|_| OutboundError::Unreachable)? {
        if body.len() + piece.len() > most {
            return Err(OutboundError::BadAnswer);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

#[cfg(test)]
mod tests;
