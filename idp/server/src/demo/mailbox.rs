//! The mailbox page of a development world: every letter that would have been sent, to be read by people and by scripts.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use gatehouse_domain::ids::MailId;
use gatehouse_flows::mail::Mail;
use gatehouse_pages::{Colour, asset, stylesheet};
use serde_json::{Value, json};

use crate::mailbox::Mailbox;

/// Our own style sheets; a letter brings its styles inline, and its frame inherits this policy.
const CSP: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; frame-src 'self'; base-uri 'none'; \
                   form-action 'none'; frame-ancestors 'none'";

/// The mailbox's pages. Without a mailbox they say that letters go to a mail server.
pub(super) fn routes(mailbox: Option<Mailbox>) -> Router {
    Router::new()
        .route("/dev/mail", get(list))
        .route("/dev/mail/{id}", get(one))
        .route("/dev/mail.json", get(json_list))
        .with_state(mailbox)
}

#[derive(Template)]
#[template(path = "demo/mailbox.html")]
struct ListPage {
    stylesheet: String,
    brand: String,
    letters: Option<Vec<Shown>>,
}

#[derive(Template)]
#[template(path = "demo/letter.html")]
struct LetterPage {
    stylesheet: String,
    brand: String,
    letter: Shown,
}

/// A letter as the pages show it.
struct Shown {
    id: String,
    to: String,
    from: String,
    subject: String,
    at: String,
    message_id: String,
    text: String,
    html: String,
    code: Option<String>,
    links: Vec<String>,
}

impl Shown {
    fn of(mail: &Mail) -> Self {
        let host = mail.message_id.rsplit_once('@').map_or("localhost", |(_, host)| host);
        Self {
            id: mail.id.to_string(),
            to: mail.to.clone(),
            from: format!("{} <no-reply@{host}>", mail.from_name),
            subject: mail.subject.clone(),
            at: mail.at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            message_id: mail.message_id.clone(),
            text: mail.text.clone(),
            html: mail.html.clone(),
            code: code(&mail.text),
            links: links(&mail.text),
        }
    }

    fn json(&self) -> Value {
        json!({
            "id": self.id, "to": self.to, "from": self.from, "subject": self.subject, "text": self.text,
            "html": self.html, "at": self.at, "message_id": self.message_id, "links": self.links, "code": self.code,
        })
    }
}

/// The code of a letter: it stands on an indented line of its own.
fn code(text: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.strip_prefix("    "))?;
    let plain = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    plain.then(|| line.to_owned())
}

/// The addresses in a letter: each stands on a line of its own.
fn links(text: &str) -> Vec<String> {
    let found = text.lines().filter(|line| line.starts_with("http://") || line.starts_with("https://"));
    found.map(str::to_owned).collect()
}

async fn list(State(mailbox): State<Option<Mailbox>>) -> Response {
    let letters = mailbox.map(|mailbox| mailbox.all().iter().map(Shown::of).collect());
    let (stylesheet, brand) = looks();
    page(&ListPage { stylesheet, brand, letters })
}

async fn one(State(mailbox): State<Option<Mailbox>>, Path(id): Path<MailId>) -> Response {
    let all = mailbox.map(|mailbox| mailbox.all()).unwrap_or_default();
    let Some(mail) = all.iter().find(|mail| mail.id == id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let (stylesheet, brand) = looks();
    page(&LetterPage { stylesheet, brand, letter: Shown::of(mail) })
}

async fn json_list(State(mailbox): State<Option<Mailbox>>) -> Response {
    let all = mailbox.map(|mailbox| mailbox.all()).unwrap_or_default();
    let all: Vec<Value> = all.iter().map(|mail| Shown::of(mail).json()).collect();
    ([(header::CACHE_CONTROL, "no-store")], Json(all)).into_response()
}

fn looks() -> (String, String) {
    (stylesheet().path.clone(), asset::brand_stylesheet(Colour::rgb(0x3b, 0x3f, 0xd8)).path)
}

fn page(page: &impl Template) -> Response {
    let Ok(html) = page.render() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    (headers, Html(html)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_links_are_found_where_letters_have_them() {
        let text = "Confirm\n\nType this:\n\n    428109\n\nConfirm:\nhttps://id.example/x?t=y\n\nhttps://id.example\n";
        assert_eq!(code(text).as_deref(), Some("428109"));
        assert_eq!(links(text), ["https://id.example/x?t=y", "https://id.example"]);
        assert_eq!(code("no code\n    not a code\n"), None);
    }
}
