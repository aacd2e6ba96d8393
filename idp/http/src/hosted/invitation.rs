//! Invitations. GET shows, any number of times; what changes something is a POST of the page's own form.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use gatehouse_domain::secret::Secret;
use gatehouse_flows::login::{AccountFace, Stop};
use gatehouse_flows::{Accepted, Declined, Idp, InvitationFace, InvitationSeen, Issuer};
use gatehouse_pages::views::{DeclinedPage, InvitationPage};
use gatehouse_pages::{FormTarget, PageKind, TextId};
use serde::Deserialize;

use super::call::{Answered, Call, FormKey, Posted, without};
use super::flow::begin;
use super::home::face;
use super::show::{Forms, land_posted};
use crate::answer::see_other;
use crate::cookies;
use crate::fault::Frame;

/// How long an invitation that was opened waits for its answer, in seconds: an account may have to be made in between.
const OPENED_LIFE: u32 = 3600;

/// The last part of an address; that the first part is a tenant's says the issuer.
#[derive(Debug, Deserialize)]
pub(crate) struct Opened {
    token: Secret<String>,
}

/// GET `{iss}/invitations/{token}`: where the mailed link leads. The token leaves the address at once, into a cookie of this browser.
pub(crate) async fn open_invitation(call: Call, Path(opened): Path<Opened>) -> Answered {
    if !Idp::is_link(opened.token.expose()) {
        return call.or_fail(Err(Stop::InvitationGone)).await;
    }
    let mut response = see_other(&page_of(&call.issuer));
    if let Some(cookie) = cookies::set(cookies::INVITATION, &opened.token, Some(OPENED_LIFE)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// GET `{iss}/invitations`: what the invitation says, and what this browser can do about it.
pub(crate) async fn invitation(call: Call, headers: HeaderMap) -> Answered {
    look(&call, &headers).await
}

/// POST `{iss}/invitations/accept`: yes, as the account that the page showed.
pub(crate) async fn accept_invitation(posted: Posted) -> Answered {
    let posted = only(posted, &["csrf", "session"]).await?;
    let Posted { call, headers, .. } = &posted;
    let (token, session) = (token(headers), posted.field("session"));
    let accepted =
        call.idp().accept_invitation(call.cx(), &call.issuer, &call.visit.browser, &token, session).await;
    let news = match answered(&posted, accepted).await? {
        Accepted::Joined => "now",
        Accepted::Already => "already",
    };
    let home = see_other(&format!("{}/?joined={news}", call.issuer.path()));
    Ok(without(cookies::INVITATION, home))
}

/// POST `{iss}/invitations/decline`: no.
pub(crate) async fn decline_invitation(posted: Posted) -> Answered {
    let posted = only(posted, &["csrf", "session"]).await?;
    let Posted { call, headers, .. } = &posted;
    let (token, session) = (token(headers), posted.field("session"));
    let declined =
        call.idp().decline_invitation(call.cx(), &call.issuer, &call.visit.browser, &token, session).await;
    let Declined = answered(&posted, declined).await?;
    let frame = call.frame();
    let tenant = call.issuer.tenant().map(|tenant| tenant.name.to_string()).unwrap_or_default();
    let home_href = format!("{}/", call.issuer.path());
    let page = DeclinedPage { chrome: frame.chrome.clone(), tenant, home_href };
    Ok(without(cookies::INVITATION, frame.show(&page, StatusCode::OK, PageKind::Plain, &[])))
}

/// POST `{iss}/invitations/sign-in`: with the account that the invitation is for, or another than this one.
pub(crate) async fn sign_in_to_answer(posted: Posted) -> Answered {
    let Posted { call, headers, .. } = only(posted, &["csrf"]).await?;
    let token = token(&headers);
    let started =
        call.idp().sign_in_for_invitation(call.cx(), &call.issuer, &call.visit.browser, &token).await;
    let started = call.or_fail(started).await?;
    Ok(begin(&call.issuer, &started.flow, started.pre.as_ref()))
}

/// POST `{iss}/invitations/sign-up`: with an account that is made for it.
pub(crate) async fn sign_up_to_answer(posted: Posted) -> Answered {
    let Posted { call, headers, .. } = only(posted, &["csrf"]).await?;
    let token = token(&headers);
    let step = call.idp().sign_up_for_invitation(call.cx(), &call.issuer, &call.visit.browser, &token).await;
    let step = call.or_fail(step).await?;
    Ok(land_posted(&call.web, &call.issuer, &call.visit, &step))
}

/// POST `{iss}/invitations/prove`: on to the code that makes its address one of this account.
pub(crate) async fn prove_to_answer(posted: Posted) -> Answered {
    let posted = only(posted, &["csrf", "session"]).await?;
    let Posted { call, headers, .. } = &posted;
    let (token, session) = (token(headers), posted.field("session"));
    let step =
        call.idp().prove_for_invitation(call.cx(), &call.issuer, &call.visit.browser, &token, session).await;
    let step = call.or_fail(step).await?;
    Ok(land_posted(&call.web, &call.issuer, &call.visit, &step))
}

/// A form of the page with its own fields and no other: what is answered comes from the stored row (abuse case INV-05).
async fn only(posted: Posted, fields: &[&str]) -> Result<Posted, Response> {
    if posted.form.fields.are_only(fields) {
        return Ok(posted);
    }
    let call = &posted.call;
    call.idp().refused(call.cx(), &call.issuer, "invitation", "unknown_field", None).await;
    Err(call.frame().error(TextId::UnknownField, None))
}

/// What an answer came to. Whoever may not give it sees the page again, which says for whom it is.
async fn answered<T>(posted: &Posted, answer: Result<T, Stop>) -> Result<T, Response> {
    match answer {
        Err(Stop::InvitationMismatch) => {
            Err(look(&posted.call, &posted.headers).await.unwrap_or_else(|refused| refused))
        }
        answer => posted.call.or_fail(answer).await,
    }
}

async fn look(call: &Call, headers: &HeaderMap) -> Answered {
    let seen =
        call.idp().look_at_invitation(call.cx(), &call.issuer, &call.visit.browser, &token(headers)).await;
    Ok(show(call, call.or_fail(seen).await?))
}

fn show(call: &Call, seen: InvitationSeen) -> Response {
    let frame = call.frame();
    let key = FormKey::of(&call.web, &call.visit);
    let to = |action: &str| key.form(&call.issuer, &format!("invitations/{action}"));
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
                prove: answer("prove", &account),
                account: Some(face(&account)),
                sign_in: Some(to("sign-in")),
                ..page(&frame, told)
            }
        }
    };
    key.send_with(frame.show(&page, status, PageKind::Form, &[]))
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
        prove: None,
        sign_in: None,
        sign_up: None,
    }
}

impl Forms<'_> {
    /// The page for somebody whom an app has sent to a tenant that has invited them.
    pub(super) fn invited(
        &self,
        frame: &Frame,
        account: &AccountFace,
        (invitation, told): (&str, &InvitationFace),
        targets: &[FormTarget],
    ) -> Response {
        let session = account.session.to_string();
        let accept = self.to("login/join").with("session", session).with("invitation", invitation);
        let view = InvitationPage {
            account: Some(face(account)),
            accept: Some(accept),
            sign_in: Some(self.to("login/another")),
            ..page(frame, told.clone())
        };
        frame.show(&view, StatusCode::OK, PageKind::Form, targets)
    }
}

/// The address of the page.
pub(crate) fn page_of(issuer: &Issuer) -> String {
    format!("{}/invitations", issuer.path())
}

fn token(headers: &HeaderMap) -> String {
    cookies::invitation(headers).map(|token| token.expose().clone()).unwrap_or_default()
}
