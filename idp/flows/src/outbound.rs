//! The one way out: fetches and posts to addresses that others chose, through a client that guards them.

use std::fmt::Debug;
use std::pin::Pin;

use url::Url;

/// A future of the guarded client.
pub type Sending<'a, T> = Pin<Box<dyn Future<Output = Result<T, OutboundError>> + Send + 'a>>;

/// Why an outbound call came to nothing: few values, so that an answer tells nothing about what it met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The address is one that we do not call.
    #[error("the address is not allowed")]
    Blocked,
    /// Nobody answered in time, or the connection broke.
    #[error("the address cannot be reached")]
    Unreachable,
    /// The answer is not what was asked for.
    #[error("the answer is not acceptable")]
    BadAnswer,
    /// As many calls as we make at once are under way.
    #[error("too many calls are under way")]
    Busy,
}

/// The guarded client.
pub trait Outbound: Send + Sync + Debug + 'static {
    /// Fetches a JSON document of at most `most` bytes; few at once, for anybody can ask for it.
    fn fetch<'a>(&'a self, url: &'a Url, most: usize) -> Sending<'a, Vec<u8>>;

    /// Asks a range service for one range (`GET {url}`, `Add-Padding: true`), as text of at most `most` bytes, and waits no longer than a
    /// person does who has just pressed a button.
    fn fetch_range<'a>(&'a self, url: &'a Url, most: usize) -> Sending<'a, Vec<u8>>;

    /// Fetches a picture of at most `most` bytes; few at once, and in places of their own, for anybody can cause it.
    fn fetch_picture<'a>(&'a self, url: &'a Url, most: usize) -> Sending<'a, Vec<u8>>;

    /// Posts one form field; any 2xx answer is success.
    fn post_field<'a>(&'a self, url: &'a Url, name: &'a str, value: &'a str) -> Sending<'a, ()>;
}
