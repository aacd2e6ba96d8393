//! Invitations. GET shows, any number of times; what changes something is a POST of the page's own form.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use gatehouse_domain::secret::Secret;
use gatehouse_flows::login::{AccountFace, Stop};
use gatehouse_flows::{Accepted, Declined, Idp, InvitationFace, InvitationSeen, Issuer};
use gatehouse_pages::views::{DeclinedPage, InvitationPage};
use gatehouse_pages::{Form, PageKind, TextId};
use serde::Deserialize;

use super::flow::begin;
use super::gate::{Guarded, guard, purpose};
use super::home::face;
use super::show::land_posted;
use super::step::fail;
use crate::answer::see_other;
use crate::fault::Frame;
use crate::request::{At, Visit};
use crate::web::Web;
use crate::{cookies, csrf};

/// How long an invitation that was opened waits for its answer, in seconds: an account may have to be made in between.
const OPENED_LIFE: u32 = 3600;

/// The last part of an address; that the first part is a tenant's says the issuer.
#[derive(Debug, Deserialize)]
pub(crate) struct Opened {
    token: String,
}

/// GET `{iss}/invitations/{token}`: where the mailed link leads. The token leaves the address at once, into a cookie of this browser.
pub(crate) async fn open_invitation(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    Path(opened): Path<Opened>,
) -> Response {
    if !Idp::is_link(&opened.token) {
        return fail(&web, &issuer, &visit, &Stop::InvitationGone).await;
    }
    let mut response = see_other(&page_of(&issuer));
    if let Some(cookie) = cookies::set(cookies::INVITATION, &Secret::new(opened.token), Some(OPENED_LIFE)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// GET `{iss}/invitations`: what the invitation says, and what this browser can do about it.
pub(crate) async fn invitation(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
) -> Response {
    match web.idp.look_at_invitation(&visit.cx, &issuer, &visit.browser, &token(&headers)).await {
        Ok(seen) => show(&web, &issuer, &visit, seen),
        Err(stop) => fail(&web, &issuer, &visit, &stop).await,
    }
}

/// POST `{iss}/invitations/accept`: yes, as the account that the page showed.
pub(crate) async fn accept_invitation(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let form = match answer_form(&web, &issuer, &visit, &headers, body, &["csrf", "session"]).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let session = form.fields.get("session").unwrap_or_default();
    let token = token(&headers);
    let accepted = web.idp.accept_invitation(&visit.cx, &issuer, &visit.browser, &token, session).await;
    match accepted {
        Ok(accepted) => {
            let news = if accepted == Accepted::Joined { "now" } else { "already" };
            without_token(see_other(&format!("{}/?joined={news}", issuer.path())))
        }
        Err(Stop::InvitationMismatch) => look_again(&web, &issuer, &visit, &headers).await,
        Err(stop) => fail(&web, &issuer, &visit, &stop).await,
    }
}

/// POST `{iss}/invitations/decline`: no.
pub(crate) async fn decline_invitation(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let form = match answer_form(&web, &issuer, &visit, &headers, body, &["csrf", "session"]).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let session = form.fields.get("session").unwrap_or_default();
    let token = token(&headers);
    match web.idp.decline_invitation(&visit.cx, &issuer, &visit.browser, &token, session).await {
        Ok(Declined) => {
            let frame = Frame::of(&web, &issuer, &visit);
            let tenant = issuer.tenant().map(|tenant| tenant.name.to_string()).unwrap_or_default();
            let page = DeclinedPage { chrome: frame.chrome.clone(), tenant };
            without_token(frame.show(&page, StatusCode::OK, PageKind::Plain, &[]))
        }
        Err(Stop::InvitationMismatch) => look_again(&web, &issuer, &visit, &headers).await,
        Err(stop) => fail(&web, &issuer, &visit, &stop).await,
    }
}

/// POST `{iss}/invitations/sign-in`: with the account that the invitation is for, or another than this one.
pub(crate) async fn sign_in_to_answer(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if let Err(refused) = answer_form(&web, &issuer, &visit, &headers, body, &["csrf"]).await {
        return refused;
    }
    match web.idp.sign_in_for_invitation(&visit.cx, &issuer, &visit.browser, &token(&headers)).await {
        Ok(started) => begin(&issuer, &started.flow, started.pre.as_ref()),
        Err(stop) => fail(&web, &issuer, &visit, &stop).await,
    }
}

/// POST `{iss}/invitations/sign-up`: with an account that is made for it.
pub(crate) async fn sign_up_to_answer(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if let Err(refused) = answer_form(&web, &issuer, &visit, &headers, body, &["csrf"]).await {
        return refused;
    }
    match web.idp.sign_up_for_invitation(&visit.cx, &issuer, &visit.browser, &token(&headers)).await {
        Ok(step) => land_posted(&web, &issuer, &visit, &step),
        Err(stop) => fail(&web, &issuer, &visit, &stop).await,
    }
}

/// A form of the page with its own fields and no other: what is answered comes from the stored row (abuse case INV-05).
async fn answer_form(
    web: &Web,
    issuer: &Issuer,
    visit: &Visit,
    headers: &HeaderMap,
    body: Body,
    fields: &[&str],
) -> Result<Guarded, Response> {
    let form = guard(web, issuer, visit, headers, body).await?;
    if form.fields.are_only(fields) {
        return Ok(form);
    }
    web.idp.refused(&visit.cx, issuer, "invitation", "unknown_field", None).await;
    Err(Frame::of(web, issuer, visit).error(TextId::UnknownField, None))
}

async fn look_again(web: &Web, issuer: &Issuer, visit: &Visit, headers: &HeaderMap) -> Response {
    match web.idp.look_at_invitation(&visit.cx, issuer, &visit.browser, &token(headers)).await {
        Ok(seen) => show(web, issuer, visit, seen),
        Err(stop) => fail(web, issuer, visit, &stop).await,
    }
}

fn show(web: &Web, issuer: &Issuer, visit: &Visit, seen: InvitationSeen) -> Response {
    let frame = Frame::of(web, issuer, visit);
    let fresh = visit.browser.pre.is_none().then(|| web.idp.new_pre_session());
    let pre = visit.browser.pre.as_ref().or(fresh.as_ref());
    let csrf = pre.map(|pre| csrf::token(pre, &purpose(issuer, ""))).unwrap_or_default();
    let to = |action: &str| Form::to(format!("{}/{action}", page_of(issuer))).with("csrf", csrf.clone());
    let answer =
        |action: &str, account: &AccountFace| Some(to(action).with("session", account.session.to_string()));
    let mut status = StatusCode::OK;
    let page = match seen {
        InvitationSeen::SignedOut { face, sign_up } => {
            let sign_up = sign_up.then(|| to("sign-up"));
            InvitationPage { sign_in: Some(to("sign-in")), sign_up, ..page(&frame, face) }
        }
        InvitationSeen::Owner { face: told, account } => InvitationPage {
            accept: answer("accept", &account),
            decline: answer("decline", &account),
            account: Some(face(&account)),
            ..page(&frame, told)
        },
        InvitationSeen::Mismatch { face: told, account } => {
            status = StatusCode::FORBIDDEN;
            InvitationPage {
                fault: Some(TextId::InvitationMismatch),
                account: Some(face(&account)),
                sign_in: Some(to("sign-in")),
                ..page(&frame, told)
            }
        }
    };
    let mut response = frame.show(&page, status, PageKind::Form, &[]);
    if let Some(cookie) = fresh.and_then(|pre| cookies::set(cookies::PRE_SESSION, &pre, None)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn page(frame: &Frame, face: InvitationFace) -> InvitationPage {
    InvitationPage {
        chrome: frame.chrome.clone(),
        tenant: face.tenant,
        inviter: face.inviter,
        role: face.role,
        address: face.address,
        until: face.expires_at.into(),
        fault: None,
        account: None,
        accept: None,
        decline: None,
        sign_in: None,
        sign_up: None,
    }
}

/// The address of the page.
pub(crate) fn page_of(issuer: &Issuer) -> String {
    format!("{}/invitations", issuer.path())
}

fn token(headers: &HeaderMap) -> String {
    cookies::invitation(headers).map(|token| token.expose().clone()).unwrap_or_default()
}

fn without_token(mut response: Response) -> Response {
    if let Some(cookie) = cookies::set(cookies::INVITATION, &Secret::new(String::new()), Some(0)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
