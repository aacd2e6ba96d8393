//! A change of the main address, or the end of the account, taken back. The link works in any browser; opening it changes nothing.

use axum::extract::RawQuery;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use gatehouse_flows::Idp;
use gatehouse_flows::account::{UndoFace, Undone};
use gatehouse_pages::views::{KeepPage, KeptPage, UndoPage, UndonePage};
use gatehouse_pages::{PageKind, TextId};

use crate::answer::see_other;
use crate::hosted::call::{Answered, Call, FormKey, Posted};
use crate::opened::Opened;
use crate::request::query;

/// What stands for this errand among the opened links, which are told apart by their flows: it has none.
const ERRAND: &str = "undo";

/// GET `{iss}/account/undo`: where the mailed link leads. Its token leaves the address at the first hop, into a cookie.
pub(crate) async fn undo_page(call: Call, headers: HeaderMap, RawQuery(raw): RawQuery) -> Answered {
    let Ok(query) = query(raw.as_deref()) else {
        return Err(call.frame().error(TextId::InvalidRequest, None));
    };
    if let Some(token) = query.get("token") {
        let mut response = see_other(&format!("{}/account/undo", call.issuer.path()));
        let mut opened = Opened::read(&headers);
        opened.remove(ERRAND);
        if let Some(token) = Idp::link_token(token) {
            opened.add(ERRAND, token);
        }
        if let Some(cookie) = opened.cookie() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        return Ok(response);
    }
    let face = call.or_fail(call.idp().look_at_undo(call.cx(), &token(&headers)).await).await?;
    let key = FormKey::of(&call.web, &call.visit);
    let form = key.form(&call.issuer, "account/undo");
    let frame = call.frame();
    let chrome = frame.chrome.clone();
    let response = match face {
        UndoFace::Address { old, new } => {
            frame.show(&UndoPage { chrome, old, new, form }, StatusCode::OK, PageKind::Form, &[])
        }
        UndoFace::Deletion { due } => {
            frame.show(&KeepPage { chrome, due: due.into(), form }, StatusCode::OK, PageKind::Form, &[])
        }
    };
    Ok(key.send_with(response))
}

/// POST `{iss}/account/undo`: yes, it is taken back.
pub(crate) async fn undo(posted: Posted) -> Response {
    let answer = take_back(&posted).await.unwrap_or_else(|refused| refused);
    Opened::spent(&posted.headers, ERRAND, answer)
}

async fn take_back(Posted { call, headers, .. }: &Posted) -> Answered {
    let undone = call.or_fail(call.idp().undo(call.cx(), &call.issuer, &token(headers)).await).await?;
    let frame = call.frame();
    let recover_href = format!("{}/recover", call.issuer.path());
    let chrome = frame.chrome.clone();
    Ok(match undone {
        Undone::Address => {
            frame.show(&UndonePage { chrome, recover_href }, StatusCode::OK, PageKind::Plain, &[])
        }
        Undone::Deletion => {
            frame.show(&KeptPage { chrome, recover_href }, StatusCode::OK, PageKind::Plain, &[])
        }
    })
}

fn token(headers: &HeaderMap) -> String {
    Opened::read(headers).token(ERRAND).map(|token| token.expose().clone()).unwrap_or_default()
}
