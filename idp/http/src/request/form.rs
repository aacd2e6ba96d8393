//! Form bodies: of the one content type, within a limit, read once.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use gatehouse_domain::oauth::{BadParams, Params};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

/// The most bytes a body may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit(pub(crate) usize);

impl Limit {
    /// For pages.
    pub(crate) const PAGE: Self = Self(16 * 1024);
    /// For protocol endpoints.
    pub(crate) const PROTOCOL: Self = Self(32 * 1024);
}

/// Why a body is not a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyFault {
    /// Another content type.
    Type,
    /// Over the limit.
    TooLarge,
    /// Not form-encoded UTF-8, or cut off.
    Malformed,
}

impl BodyFault {
    /// The machine-readable reason for the event log.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Type => "body_type",
            Self::TooLarge => "body_too_large",
            Self::Malformed => MALFORMED,
        }
    }
}

/// The reason for parameters, in a body or a query, that cannot be read.
pub(crate) const MALFORMED: &str = "malformed_parameters";
/// The reason for parameters of which one was sent twice.
pub(crate) const DOUBLED: &str = "duplicate_parameter";

/// Reads an `application/x-www-form-urlencoded` body.
pub(crate) async fn form(headers: &HeaderMap, body: Body, limit: Limit) -> Result<Params, BodyFault> {
    if !is_form(headers) {
        return Err(BodyFault::Type);
    }
    parse(&bytes(body, limit).await?)
}

/// Reads a query in which nothing stands twice; the reason where it is none.
pub(crate) fn query(raw: Option<&str>) -> Result<Params, &'static str> {
    let params = Params::read(raw.unwrap_or_default().as_bytes()).map_err(|_| MALFORMED)?;
    if params.has_doubles() { Err(DOUBLED) } else { Ok(params) }
}

/// Reads a form where there need be none: without content its type says nothing.
pub(crate) async fn form_if_any(headers: &HeaderMap, body: Body, limit: Limit) -> Result<Params, BodyFault> {
    let bytes = bytes(body, limit).await?;
    if bytes.is_empty() {
        return Ok(Params::default());
    }
    if is_form(headers) { parse(&bytes) } else { Err(BodyFault::Type) }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

async fn bytes(body: Body, limit: Limit) -> Result<Bytes, BodyFault> {
    let read = Limited::new(body, limit.0).collect().await;
    let read = read.map_err(|error| {
        if error.is::<LengthLimitError>() { BodyFault::TooLarge } else { BodyFault::Malformed }
    })?;
    Ok(read.to_bytes())
}

fn parse(bytes: &[u8]) -> Result<Params, BodyFault> {
    Params::read(bytes).map_err(|fault| match fault {
        BadParams::TooMany => BodyFault::TooLarge,
        BadParams::Encoding => BodyFault::Malformed,
    })
}
