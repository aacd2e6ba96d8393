//! The organisations of a person, and the way out.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::account::{MembershipFace, Visitor};
use gatehouse_flows::login::Stop;
use gatehouse_pages::views::{LeavePage, MembershipItem, MembershipsPage};

use super::overview::item;
use crate::answer::see_other;
use crate::hosted::call::{Answered, Call, Posted};
use crate::request::query;

const PAGE: AccountPage = AccountPage::Memberships;

/// GET `{iss}/account/memberships`.
pub(crate) async fn memberships(call: Call) -> Answered {
    let visitor = call.visitor(PAGE).await?;
    only_page(&call, &visitor).await
}

/// The page for any session: one of a tenant sees its own membership, and nowhere to go from there.
pub(super) async fn only_page(call: &Call, visitor: &Visitor) -> Answered {
    let found = call.or_stopped(PAGE, call.idp().own_memberships(visitor).await).await?;
    let full = matches!(visitor, Visitor::Full(_));
    let own = match visitor {
        Visitor::Full(_) => Ok(false),
        Visitor::Tenant(session) => call.idp().may_set_up_own(session).await.map_err(Stop::Fault),
    };
    let own = call.or_stopped(PAGE, own).await?;
    let own_href = own.then(|| format!("{}/account/own", call.issuer.path()));
    let desk = call.desk(visitor);
    let shown = |face: &MembershipFace| {
        let item = item(&desk, face);
        MembershipItem { open_href: item.open_href.filter(|_| full), ..item }
    };
    let view = MembershipsPage {
        chrome: desk.chrome(),
        back_href: full.then(|| desk.href(AccountPage::Overview)),
        only: !full,
        own_href,
        memberships: found.iter().map(shown).collect(),
    };
    Ok(desk.show(&view, StatusCode::OK))
}

/// GET `{iss}/account/memberships/leave`: asks whether to leave one.
pub(crate) async fn leave_page(call: Call, RawQuery(raw): RawQuery) -> Answered {
    let visitor = call.visitor(PAGE).await?;
    let found = call.or_stopped(PAGE, call.idp().own_memberships(&visitor).await).await?;
    let wanted = query(raw.as_deref()).ok();
    let wanted = wanted.as_ref().and_then(|query| query.get("organization")).unwrap_or_default();
    let membership = found.into_iter().find(|membership| membership.slug == wanted);
    let membership = call.or_stopped(PAGE, membership.ok_or(Stop::NoSuchTenant)).await?;
    let desk = call.desk(&visitor);
    let view = LeavePage {
        chrome: desk.chrome(),
        tenant: membership.name,
        form: desk.form("account/memberships/leave").with("organization", membership.slug),
        stay_href: desk.href(PAGE),
    };
    Ok(desk.show(&view, StatusCode::OK))
}

/// POST `{iss}/account/memberships/leave`: out of one.
pub(crate) async fn leave(posted: Posted) -> Answered {
    let visitor = posted.visitor(PAGE).await?;
    let call = &posted.call;
    let left = call.idp().leave(call.cx(), &visitor, posted.field("organization")).await;
    let left = call.or_stopped(PAGE, left).await?;
    if Some(left) == call.issuer.tenant_id() {
        // Whoever left the tenant at whose door this is has no page here any more.
        return Ok(see_other(&format!("{}/", call.issuer.path())));
    }
    Ok(call.to(PAGE))
}
