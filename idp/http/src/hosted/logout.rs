//! Sign-out (OIDC RP-Initiated Logout): a page that names the account, and a POST that ends its session.

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use gatehouse_domain::oauth::Params;
use gatehouse_domain::secret::Secret;
use gatehouse_flows::Issuer;
use gatehouse_flows::oauth::{AfterLogout, LogoutRequest};
use gatehouse_pages::views::{ReturnLink, SignOutPage, SignedOutPage};
use gatehouse_pages::{Form, FormTarget, PageKind, TextId};
use url::Url;

use super::gate::{admit, is_our_own, purpose, read, refused};
use super::home::face;
use crate::answer::{see_other, with_query};
use crate::fault::{Frame, report};
use crate::request::{At, Visit, query};
use crate::web::Web;
use crate::{cookies, csrf};

/// GET `{iss}/oauth2/logout`: asks; nothing ends yet.
pub(crate) async fn end_session(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    RawQuery(raw): RawQuery,
) -> Response {
    match query(raw.as_deref()) {
        Ok(params) => ask(&web, &issuer, &visit, &params).await,
        Err(reason) => {
            web.idp.refused(&visit.cx, &issuer, "logout", reason, None).await;
            Frame::of(&web, &issuer, &visit).error(TextId::InvalidRequest, None)
        }
    }
}

/// POST `{iss}/oauth2/logout`: the confirmed form of our own page ends the session. An app's post (OIDC RP-Initiated
/// Logout, section 2) has no token of ours, and no cookie either if the app is of another site: it is turned into the
/// question, which the browser asks for with what it has.
pub(crate) async fn end_session_post(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let fields = match read(&headers, body).await {
        Ok(fields) => fields,
        Err(refusal) => return refused(&web, &issuer, &visit, refusal).await,
    };
    let of_app = fields.get("csrf").is_none() && !is_our_own(&headers, web.idp.base().url());
    if of_app || visit.browser.pre.is_none() {
        return turn_into_question(&web, &issuer, &visit, &fields).await;
    }
    let confirmed = match admit(&web, &issuer, &visit, &headers, fields) {
        Ok(form) => form,
        Err(refusal) => return refused(&web, &issuer, &visit, refusal).await,
    };
    let request = LogoutRequest::read(&confirmed.fields);
    let session = confirmed.fields.get("session").unwrap_or_default();
    match web.idp.sign_out(&visit.cx, &issuer, &visit.browser, session, &request).await {
        Ok(after) => leave(&web, &issuer, &visit, &after),
        Err(fault) => Frame::of(&web, &issuer, &visit).error(report(&fault), None),
    }
}

/// Sends the browser to the question, with what the hint proved in place of the token.
async fn turn_into_question(web: &Web, issuer: &Issuer, visit: &Visit, fields: &Params) -> Response {
    let note = match web.idp.logout_note(&visit.cx, issuer, &LogoutRequest::read(fields)).await {
        Ok(note) => note,
        Err(fault) => return Frame::of(web, issuer, visit).error(report(&fault), None),
    };
    let kept = ["post_logout_redirect_uri", "state", "client_id"]
        .into_iter()
        .filter_map(|name| fields.get(name).map(|value| (name, value.to_owned())));
    let kept: Vec<(&'static str, String)> = note.map(|note| ("note", note)).into_iter().chain(kept).collect();
    see_other(&with_query(&format!("{}/oauth2/logout", issuer.path()), &kept))
}

async fn ask(web: &Web, issuer: &Issuer, visit: &Visit, params: &Params) -> Response {
    let request = LogoutRequest::read(params);
    let question = match web.idp.ask_sign_out(&visit.cx, issuer, &visit.browser, &request).await {
        Ok(question) => question,
        Err(fault) => return Frame::of(web, issuer, visit).error(report(&fault), None),
    };
    let Some(account) = question.account else {
        return leave(web, issuer, visit, &question.after);
    };
    let fresh: Option<Secret<String>> = visit.browser.pre.is_none().then(|| web.idp.new_pre_session());
    let pre = visit.browser.pre.as_ref().or(fresh.as_ref());
    let token = pre.map(|pre| csrf::token(pre, &purpose(issuer, ""))).unwrap_or_default();
    let mut form = Form::to(format!("{}/oauth2/logout", issuer.path()))
        .with("csrf", token)
        .with("session", account.session.to_string());
    for name in ["id_token_hint", "note", "post_logout_redirect_uri", "state", "client_id"] {
        if let Some(value) = params.get(name) {
            form = form.with(name, value);
        }
    }
    let frame = Frame::of(web, issuer, visit);
    let targets = target(&question.after);
    let page = SignOutPage {
        chrome: frame.chrome.clone(),
        account: face(&account),
        form,
        stay_href: Some(format!("{}/", issuer.path())),
    };
    let mut response = frame.show(&page, StatusCode::OK, PageKind::Form, &targets);
    if let Some(cookie) = fresh.and_then(|pre| cookies::set(cookies::PRE_SESSION, &pre, None)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn leave(web: &Web, issuer: &Issuer, visit: &Visit, after: &AfterLogout) -> Response {
    if let Some(uri) = &after.redirect_uri {
        let state: Vec<(&'static str, String)> =
            after.state.iter().map(|state| ("state", state.clone())).collect();
        return see_other(&with_query(uri, &state));
    }
    let frame = Frame::of(web, issuer, visit);
    let page = SignedOutPage {
        chrome: frame.chrome.clone(),
        return_to: None::<ReturnLink>,
        sign_in_href: Some(format!("{}/login", issuer.path())),
    };
    frame.show(&page, StatusCode::OK, PageKind::Plain, &[])
}

fn target(after: &AfterLogout) -> Vec<FormTarget> {
    after.redirect_uri.iter().filter_map(|uri| Url::parse(uri).ok()).map(|uri| FormTarget::of(&uri)).collect()
}
