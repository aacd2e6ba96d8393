//! Sign-up, recovery, and the proof of a mailbox that both begin with. GET shows; every POST is one use case.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use gatehouse_domain::email::ProofPurpose;
use gatehouse_domain::secret::Secret;
use gatehouse_flows::login::{Look, Stop};
use gatehouse_flows::{Idp, Issuer};
use gatehouse_pages::views::ElsewherePage;
use gatehouse_pages::{PageKind, TextId};

use super::call::{Answered, Posted};
use super::show::{land, land_posted};
use super::step::{fail, step};
use crate::answer::see_other;
use crate::cookies;
use crate::fault::Frame;
use crate::opened::Opened;
use crate::request::{At, Visit, query};
use crate::web::Web;

/// GET `{iss}/signup`: asks for an address; without a flow it begins one.
pub(crate) async fn sign_up(state: State<Web>, at: At, visit: Visit, raw: RawQuery) -> Response {
    begin_or_look(state, at, visit, raw, ProofPurpose::SignUp).await
}

/// GET `{iss}/recover`: the same for a new password.
pub(crate) async fn recover(state: State<Web>, at: At, visit: Visit, raw: RawQuery) -> Response {
    begin_or_look(state, at, visit, raw, ProofPurpose::Recovery).await
}

async fn begin_or_look(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    RawQuery(raw): RawQuery,
    purpose: ProofPurpose,
) -> Response {
    let query = match query(raw.as_deref()) {
        Ok(query) => query,
        Err(reason) => return unreadable(&web, &issuer, &visit, reason).await,
    };
    if let Err(stop) = web.idp.may_ask(&issuer, purpose) {
        return fail(&web, &issuer, &visit, &stop).await;
    }
    let Some(flow) = query.get("flow") else {
        return match web.idp.start_detour(&visit.cx, &issuer, &visit.browser, purpose).await {
            Ok(started) => {
                let page = if purpose == ProofPurpose::SignUp { "signup" } else { "recover" };
                let mut response = see_other(&format!("{}/{page}?flow={}", issuer.path(), started.flow));
                let cookie =
                    started.pre.as_ref().and_then(|pre| cookies::set(cookies::PRE_SESSION, pre, None));
                if let Some(cookie) = cookie {
                    response.headers_mut().append(header::SET_COOKIE, cookie);
                }
                response
            }
            Err(stop) => fail(&web, &issuer, &visit, &stop).await,
        };
    };
    match web.idp.look(&visit.cx, &issuer, &visit.browser, flow, Look::AtMailbox(purpose)).await {
        Ok(step) => land(&web, &issuer, &visit, &step),
        Err(stop) => fail(&web, &issuer, &visit, &stop).await,
    }
}

/// GET `{iss}/verify`: where mailed links lead. Opening one changes nothing: its token leaves the address at the first hop, into a
/// cookie of the browser that asked for it, and a POST from there spends it.
pub(crate) async fn verify(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Response {
    let query = match query(raw.as_deref()) {
        Ok(query) => query,
        Err(reason) => return unreadable(&web, &issuer, &visit, reason).await,
    };
    let flow = query.get("flow").unwrap_or_default();
    match web.idp.look_at_link(&visit.cx, &issuer, &visit.browser, flow).await {
        Ok(step) => match query.get("token") {
            None => land(&web, &issuer, &visit, &step),
            Some(token) => {
                let mut response = see_other(&format!("{}/verify?flow={}", issuer.path(), step.flow));
                // What is no token of ours is left out: the page's button will say that the link is good no longer.
                let cookie = Idp::link_token(token).and_then(|token| {
                    let mut opened = Opened::read(&headers);
                    opened.add(&step.flow, token);
                    opened.cookie()
                });
                if let Some(cookie) = cookie {
                    response.headers_mut().append(header::SET_COOKIE, cookie);
                }
                response
            }
        },
        Err(Stop::CookiesOff | Stop::OtherBrowser) => {
            let frame = Frame::of(&web, &issuer, &visit);
            let page = ElsewherePage { chrome: frame.chrome.clone() };
            frame.show(&page, StatusCode::OK, PageKind::Plain, &[])
        }
        Err(stop) => fail(&web, &issuer, &visit, &stop).await,
    }
}

async fn unreadable(web: &Web, issuer: &Issuer, visit: &Visit, reason: &'static str) -> Response {
    web.idp.refused(&visit.cx, issuer, "verify", reason, None).await;
    Frame::of(web, issuer, visit).error(TextId::InvalidRequest, None)
}

/// POST `{iss}/verify/link`: yes, the link was meant.
pub(crate) async fn confirm_link(posted: Posted) -> Response {
    let answer = confirmed(&posted).await.unwrap_or_else(|refused| refused);
    Opened::spent(&posted.headers, &posted.form.flow, answer)
}

async fn confirmed(Posted { call, form, headers }: &Posted) -> Answered {
    let opened = Opened::read(headers);
    let token = opened.token(&form.flow).map(|token| token.expose().as_str()).unwrap_or_default();
    let step = call.idp().confirm_link(call.cx(), &call.issuer, &call.visit.browser, &form.flow, token).await;
    let step = call.or_fail(step).await?;
    Ok(land_posted(&call.web, &call.issuer, &call.visit, &step))
}

step! {
    /// POST `{iss}/signup/address`: the address of a new account.
    sign_up_address, |idp, cx, issuer, browser, form| {
        let typed = form.fields.get("address").unwrap_or_default();
        idp.submit_mailbox(cx, issuer, browser, &form.flow, (ProofPurpose::SignUp, typed))
    }
}

step! {
    /// POST `{iss}/signup/instead`: a new account, whatever account waits.
    sign_up_instead, |idp, cx, issuer, browser, form| idp.leave_waiting(cx, issuer, browser, &form.flow)
}

step! {
    /// POST `{iss}/recover/address`: the address of an account.
    recover_address, |idp, cx, issuer, browser, form| {
        let typed = form.fields.get("address").unwrap_or_default();
        idp.submit_mailbox(cx, issuer, browser, &form.flow, (ProofPurpose::Recovery, typed))
    }
}

step! {
    /// POST `{iss}/verify/code`: the mailed code.
    code, |idp, cx, issuer, browser, form| {
        idp.submit_code(cx, issuer, browser, &form.flow, form.fields.get("code").unwrap_or_default())
    }
}

step! {
    /// POST `{iss}/verify/again`: another mail.
    send_again, |idp, cx, issuer, browser, form| idp.ask_again(cx, issuer, browser, &form.flow)
}

step! {
    /// POST `{iss}/signup/account`: name and password of a new account.
    new_account, |idp, cx, issuer, browser, form| {
        let field = |name| form.fields.get(name).unwrap_or_default();
        let password = Secret::new(field("password").to_owned());
        let given = gatehouse_flows::NewAccount { name: field("name"), password };
        idp.finish_sign_up(cx, issuer, browser, &form.flow, given)
    }
}

step! {
    /// POST `{iss}/recover/password`: a new password.
    new_password, |idp, cx, issuer, browser, form| {
        let typed = Secret::new(form.fields.get("password").unwrap_or_default().to_owned());
        idp.finish_recovery(cx, issuer, browser, &form.flow, typed)
    }
}
