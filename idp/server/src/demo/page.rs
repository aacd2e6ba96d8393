//! The demo's one page.

use askama::Template;
use gatehouse_flows::apply::DEMO_PASSWORD;
use gatehouse_pages::{Colour, asset, stylesheet};
use serde_json::Value;

use super::client::{Client, claims, header_of};
use super::people::{PEOPLE, Person};
use super::visitors::Visitor;

/// Our own files and forms only; the forms lead on to the issuer, which is the same origin.
pub(super) const CSP: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The page.
#[derive(Debug, Template)]
#[template(path = "demo/demo.html")]
pub(crate) struct DemoPage {
    stylesheet: String,
    brand: String,
    people: &'static [Person],
    places: Vec<(String, String)>,
    password: &'static str,
    fault: Option<String>,
    tokens: Option<Shown>,
}

#[derive(Debug)]
struct Shown {
    issuer: String,
    panels: Vec<Panel>,
}

#[derive(Debug)]
struct Panel {
    id: &'static str,
    title: &'static str,
    rows: Vec<(String, String)>,
    raw: Option<String>,
}

impl DemoPage {
    pub(super) fn of(client: &Client, visitor: Option<&Visitor>) -> Self {
        let tokens = visitor.and_then(|visitor| {
            let tokens = visitor.tokens.as_ref()?;
            let mut panels = vec![
                jwt_panel("id-token", "ID token", &tokens.id_token),
                jwt_panel("access-token", "Access token", &tokens.access_token),
            ];
            if let Some(told) = visitor.userinfo.as_ref().and_then(Value::as_object) {
                let rows = rows(told);
                panels.insert(0, Panel { id: "userinfo", title: "Userinfo", rows, raw: None });
            }
            Some(Shown { issuer: visitor.trip.issuer.clone(), panels })
        });
        Self { tokens, ..Self::empty(client) }
    }

    pub(super) fn fault(client: &Client, fault: &str) -> Self {
        Self { fault: Some(fault.to_owned()), ..Self::empty(client) }
    }

    pub(super) fn html(&self) -> Option<String> {
        self.render().ok()
    }

    fn empty(client: &Client) -> Self {
        Self {
            stylesheet: stylesheet().path.clone(),
            brand: asset::brand_stylesheet(Colour::rgb(0x3b, 0x3f, 0xd8)).path,
            people: &PEOPLE,
            places: client.issuers(),
            password: DEMO_PASSWORD,
            fault: None,
            tokens: None,
        }
    }
}

fn jwt_panel(id: &'static str, title: &'static str, token: &str) -> Panel {
    let parts = [header_of(token), claims(token)];
    let rows = parts.iter().flatten().flat_map(rows).collect();
    Panel { id, title, rows, raw: Some(token.to_owned()) }
}

fn rows(object: &serde_json::Map<String, Value>) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    object.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}
