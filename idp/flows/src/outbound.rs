//! What the use cases ask of the way out, beside the connectors.

use gatehouse_domain::secret::Secret;
use gatehouse_spi::{Answer, Call, Outbound, OutboundError, Room};
use url::Url;

/// Fetches a JSON document of at most `most` bytes, for which anybody can ask.
pub(crate) async fn document(
    outbound: &dyn Outbound,
    url: &Url,
    most: usize,
) -> Result<Vec<u8>, OutboundError> {
    good(outbound.send(get(url, "application/json", most, Room::Documents)).await?)
}

/// Fetches a picture of at most `most` bytes.
pub(crate) async fn picture(
    outbound: &dyn Outbound,
    url: &Url,
    most: usize,
) -> Result<Vec<u8>, OutboundError> {
    good(outbound.send(get(url, "image/*", most, Room::Pictures)).await?)
}

/// Asks a range service for one range, as text of at most `most` bytes.
pub(crate) async fn range(outbound: &dyn Outbound, url: &Url, most: usize) -> Result<Vec<u8>, OutboundError> {
    let call = get(url, "text/plain", most, Room::Ranges);
    good(outbound.send(Call { headers: &[("add-padding", "true")], ..call }).await?)
}

/// Posts one form field; any 2xx answer is success.
pub(crate) async fn tell(
    outbound: &dyn Outbound,
    url: &Url,
    name: &'static str,
    value: String,
) -> Result<(), OutboundError> {
    let call = get(url, "*/*", 0, Room::Jobs);
    let form = Some(vec![(name, Secret::new(value))]);
    good(outbound.send(Call { form, ..call }).await?).map(drop)
}

const fn get<'a>(url: &'a Url, accept: &'static str, most: usize, room: Room) -> Call<'a> {
    Call { url, form: None, authorization: None, accept, headers: &[], most, room }
}

fn good(answer: Answer) -> Result<Vec<u8>, OutboundError> {
    if answer.is_success() { Ok(answer.body) } else { Err(OutboundError::BadAnswer) }
}
