//! A change of the main address taken back. The link works in any browser; opening it changes nothing.

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use gatehouse_domain::secret::Secret;
use gatehouse_pages::views::{UndoPage, UndonePage};
use gatehouse_pages::{Form, PageKind, TextId};

use crate::answer::see_other;
use crate::fault::Frame;
use crate::hosted::gate::{guard, purpose};
use crate::hosted::step::fail;
use crate::request::{At, Visit, query};
use crate::web::Web;
use crate::{cookies, csrf};

/// How long a link that was opened waits for its confirmation, in seconds.
const LINK_LIFE: u32 = 900;

/// GET `{iss}/account/undo`: where the mailed link leads. Its token leaves the address at the first hop, into a cookie.
pub(crate) async fn undo_page(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Response {
    let frame = Frame::of(&web, &issuer, &visit);
    let Ok(query) = query(raw.as_deref()) else { return frame.error(TextId::InvalidRequest, None) };
    if let Some(token) = query.get("token") {
        let mut response = see_other(&format!("{}/account/undo", issuer.path()));
        let token = Secret::new(token.to_owned());
        if let Some(cookie) = cookies::set(cookies::LINK, &token, Some(LINK_LIFE)) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        return response;
    }
    let token = cookies::link(&headers).map(|token| token.expose().clone()).unwrap_or_default();
    let face = match web.idp.look_at_undo(&visit.cx, &token).await {
        Ok(face) => face,
        Err(stop) => return fail(&web, &issuer, &visit, &stop).await,
    };
    let fresh: Option<Secret<String>> = visit.browser.pre.is_none().then(|| web.idp.new_pre_session());
    let pre = visit.browser.pre.as_ref().or(fresh.as_ref());
    let csrf = pre.map(|pre| csrf::token(pre, &purpose(&issuer, ""))).unwrap_or_default();
    let form = Form::to(format!("{}/account/undo", issuer.path())).with("csrf", csrf);
    let page = UndoPage { chrome: frame.chrome.clone(), old: face.old, new: face.new, form };
    let mut response = frame.show(&page, StatusCode::OK, PageKind::Form, &[]);
    if let Some(cookie) = fresh.and_then(|pre| cookies::set(cookies::PRE_SESSION, &pre, None)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// POST `{iss}/account/undo`: yes, the change is taken back.
pub(crate) async fn undo(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if let Err(refused) = guard(&web, &issuer, &visit, &headers, body).await {
        return refused;
    }
    let token = cookies::link(&headers).map(|token| token.expose().clone()).unwrap_or_default();
    let mut response = match web.idp.undo(&visit.cx, &token).await {
        Ok(_) => {
            let frame = Frame::of(&web, &issuer, &visit);
            let recover_href = format!("{}/recover", issuer.path());
            let page = UndonePage { chrome: frame.chrome.clone(), recover_href };
            frame.show(&page, StatusCode::OK, PageKind::Plain, &[])
        }
        Err(stop) => fail(&web, &issuer, &visit, &stop).await,
    };
    if let Some(cookie) = cookies::set(cookies::LINK, &Secret::new(String::new()), Some(0)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
