//! A sign-in of one's own, for who comes through a tenant's connection (table 19.1, row 25).

use axum::http::StatusCode;
use axum::response::Response;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::account::{TenantSession, Visitor};
use gatehouse_flows::login::Stop;
use gatehouse_pages::TextId;
use gatehouse_pages::views::OwnSignInPage;

use crate::fault::throttled;
use crate::hosted::call::{Answered, Call, Posted};
use crate::hosted::show::land_posted;

const PAGE: AccountPage = AccountPage::Overview;

/// GET `{iss}/account/own`: asks for the address. Who has a sign-in of their own goes to the account.
pub(crate) async fn own_page(call: Call) -> Answered {
    let visitor = call.visitor(PAGE).await?;
    let Visitor::Tenant(session) = &visitor else { return Ok(call.to(PAGE)) };
    if call.or_fail(call.idp().may_set_up_own(session).await.map_err(Stop::Fault)).await? {
        return Ok(show(&call, session, ("", None)).await);
    }
    call.or_fail(Err(Stop::FullSessionRequired)).await
}

async fn show(call: &Call, session: &TenantSession, (typed, fault): (&str, Option<TextId>)) -> Response {
    let visitor = Visitor::Tenant(session.clone());
    let memberships = call.idp().own_memberships(&visitor).await.unwrap_or_default();
    let desk = call.desk(&visitor);
    let view = OwnSignInPage {
        chrome: desk.chrome(),
        back_href: desk.href(PAGE),
        tenant: memberships.into_iter().next().map(|own| own.name).unwrap_or_default(),
        address: typed.chars().take(254).collect(),
        fault,
        form: desk.form("account/own"),
    };
    let status = match fault {
        None => StatusCode::OK,
        Some(TextId::Throttled { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    desk.show(&view, status)
}

/// POST `{iss}/account/own`: on to the code that is mailed there.
pub(crate) async fn set_up_own(posted: Posted) -> Answered {
    let visitor = posted.visitor(PAGE).await?;
    let call = &posted.call;
    let Visitor::Tenant(session) = &visitor else { return call.or_fail(Err(Stop::OutOfOrder)).await };
    let typed = posted.field("address");
    let step = call.idp().set_up_own(call.cx(), &call.issuer, &call.visit.browser, session, typed).await;
    // No password opens such a session anew: its tenant's own sign-in does.
    let step = match step {
        Err(Stop::Throttled { seconds }) => {
            return Ok(show(call, session, (typed, Some(throttled(seconds)))).await);
        }
        step => step,
    };
    match call.or_fail(step).await? {
        Some(step) => Ok(land_posted(&call.web, &call.issuer, &call.visit, &step)),
        None => Ok(show(call, session, (typed, Some(TextId::IdentifierInvalid))).await),
    }
}
