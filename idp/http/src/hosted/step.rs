//! A step of a flow: one form, one use case, one answer.

use axum::response::Response;
use gatehouse_flows::Issuer;
use gatehouse_flows::login::Stop;

use crate::fault::{Frame, stopped};
use crate::request::Visit;
use crate::web::Web;

/// What the event log calls these pages.
pub(crate) const AREA: &str = "login";

/// A handler of a form whose fields one use case takes.
macro_rules! step {
    ($(#[$doc:meta])* $name:ident, |$web:ident, $cx:ident, $issuer:ident, $browser:ident, $form:ident| $call:expr) => {
        $(#[$doc])*
        pub(crate) async fn $name(posted: $crate::hosted::call::Posted) -> $crate::hosted::call::Answered {
            let $crate::hosted::call::Posted { call, form, .. } = &posted;
            let ($web, $cx, $issuer, $browser, $form) =
                (call.idp(), call.cx(), &call.issuer, &call.visit.browser, form);
            let step = call.or_fail($call.await).await?;
            Ok($crate::hosted::show::land_posted(&call.web, $issuer, &call.visit, &step))
        }
    };
}

pub(crate) use step;

/// The page about a step that could not be taken, noted in the event log.
pub(crate) async fn fail(web: &Web, issuer: &Issuer, visit: &Visit, stop: &Stop) -> Response {
    note(web, issuer, visit, stop).await;
    stopped(&Frame::of(web, issuer, visit), issuer, stop)
}

/// Notes in the event log that a step could not be taken.
pub(crate) async fn note(web: &Web, issuer: &Issuer, visit: &Visit, stop: &Stop) {
    if let Some(reason) = reason(stop) {
        web.idp.refused(&visit.cx, issuer, AREA, reason, None).await;
    }
}

/// Why a step could not be taken, for the event log; nothing about failures of ours, nor about what is noted where it is
/// counted.
const fn reason(stop: &Stop) -> Option<&'static str> {
    Some(match stop {
        Stop::CookiesOff => "no_cookie",
        Stop::Expired => "flow_expired",
        Stop::Replayed => "flow_replayed",
        Stop::OutOfOrder => "flow_out_of_order",
        Stop::OtherBrowser => "other_browser",
        Stop::OtherIssuer => "other_issuer",
        Stop::NoSuchTenant => "unknown_tenant",
        Stop::TenantSuspended => "tenant_suspended",
        Stop::NotSignedIn | Stop::NotFresh(_) => "session_ended",
        Stop::FullSessionRequired => "full_session_required",
        Stop::EmailUnproven => "email_verification_required",
        Stop::AddressStays(_) => "address_stays",
        Stop::TooManyAddresses => "too_many_addresses",
        Stop::LastOwner => "last_owner",
        Stop::LinkGone => "link_gone",
        Stop::SignUpClosed => "sign_up_closed",
        Stop::PasswordsOff => "passwords_off",
        Stop::NoMail => "no_mail",
        Stop::InvitationGone => "invitation_gone",
        Stop::Request(reason) => reason.as_str(),
        Stop::Throttled { .. } | Stop::InvitationMismatch | Stop::AddressHeld | Stop::Fault(_) => {
            return None;
        }
    })
}
