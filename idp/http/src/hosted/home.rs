//! The issuer's own front page.

use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use gatehouse_flows::login::AccountFace;
use gatehouse_pages::views::{HomePage, Joined, SignedInState};
use gatehouse_pages::{Account, Form, PageKind};

use super::gate::purpose;
use crate::fault::{Frame, report};
use crate::request::{At, Visit, query};
use crate::web::Web;
use crate::{cookies, csrf};

/// GET `{iss}/`: who is signed in here, and the way in or out.
pub(crate) async fn home(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    RawQuery(raw): RawQuery,
) -> Response {
    let frame = Frame::of(&web, &issuer, &visit);
    let signed_in = match web.idp.signed_in(&visit.cx, &issuer, &visit.browser).await {
        Ok(found) => found,
        Err(fault) => return frame.error(report(&fault), None),
    };
    let pre = visit.browser.pre.clone();
    let new_pre = if pre.is_none() && signed_in.is_some() { Some(web.idp.new_pre_session()) } else { None };
    let secret = pre.or_else(|| new_pre.clone());
    let signed_in = signed_in.map(|account| {
        let token = secret.as_ref().map(|pre| csrf::token(pre, &purpose(&issuer, ""))).unwrap_or_default();
        let sign_out = Form::to(format!("{}/oauth2/logout", issuer.path()))
            .with("csrf", token)
            .with("confirm", "1")
            .with("session", account.session.to_string());
        SignedInState {
            account: face(&account),
            account_href: format!("{}/account", issuer.path()),
            sign_out,
        }
    });
    let href = format!("{}/login", issuer.path());
    let news = query(raw.as_deref()).ok().and_then(|query| query.get("joined").map(str::to_owned));
    let joined = issuer.tenant().filter(|_| signed_in.is_some()).and_then(|tenant| match news.as_deref() {
        Some("now") => Some(Joined::Now(tenant.name.to_string())),
        Some("already") => Some(Joined::Already(tenant.name.to_string())),
        _ => None,
    });
    let page = HomePage { chrome: frame.chrome.clone(), signed_in, joined, sign_in_href: Some(href) };
    let mut response = frame.show(&page, StatusCode::OK, PageKind::Form, &[]);
    if let Some(cookie) = new_pre.and_then(|pre| cookies::set(cookies::PRE_SESSION, &pre, None)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// An account as pages show it.
pub(crate) fn face(account: &AccountFace) -> Account {
    let address = account.address.clone().or_else(|| account.name.clone()).unwrap_or_else(|| "—".to_owned());
    Account { key: account.session.to_string(), name: account.name.clone(), address, tenant: None }
}
