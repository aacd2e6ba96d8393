//! From a letter in words to what travels: headers, encodings, envelope (RFC 5322, RFC 2045).

use std::time::SystemTime;

use gatehouse_domain::email::EmailAddress;
use gatehouse_flows::mail::{Mail, Undelivered};
use gatehouse_pages::mails::plain_name;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

use super::Server;

/// A letter as it travels.
pub(super) struct Letter {
    pub(super) envelope: Envelope,
    pub(super) bytes: Vec<u8>,
}

/// Builds a letter. Every value is on one line, for the library panics at a name with a line end, and encoded by it, so that
/// none of them adds a header or a recipient.
pub(super) fn built(server: &Server, mail: &Mail) -> Result<Letter, Undelivered> {
    let unwritable = Undelivered::Refused("unwritable");
    let from = address(&server.settings.from).ok_or(unwritable)?;
    let to: Address = mail.to.parse::<EmailAddress>().ok().as_ref().and_then(address).ok_or(unwritable)?;
    let (local, domain) = server.return_path(mail.id);
    let back = Address::new(local, domain).map_err(|_| unwritable)?;
    let envelope = Envelope::new(Some(back), vec![to.clone()]).map_err(|_| unwritable)?;
    let mut builder = Message::builder()
        .from(Mailbox::new(name(&mail.from_name), from))
        .to(Mailbox::new(mail.to_name.as_deref().and_then(name), to))
        .subject(one_line(&mail.subject))
        .date(SystemTime::from(mail.at))
        .message_id(Some(format!("<{}>", mail.message_id)))
        .envelope(envelope.clone())
        // No answering machine answers (RFC 3834, section 5).
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All"))
        .raw_header(header("Content-Language", mail.locale));
    if let Some(reply_to) = server.settings.reply_to.as_ref().and_then(address) {
        builder = builder.reply_to(Mailbox::new(None, reply_to));
    }
    let parts = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
    let message = builder.multipart(parts).map_err(|_| unwritable)?;
    Ok(Letter { envelope, bytes: message.formatted() })
}

/// A name as it may stand beside an address.
fn name(text: &str) -> Option<String> {
    Some(plain_name(text)).filter(|name| !name.is_empty())
}

fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect()
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn address(email: &EmailAddress) -> Option<Address> {
    Address::new(email.local(), email.domain().as_str()).ok()
}
