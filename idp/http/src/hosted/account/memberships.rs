//! The organisations of a person, and the way out.

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::Issuer;
use gatehouse_flows::account::{MembershipFace, Visitor};
use gatehouse_flows::login::Stop;
use gatehouse_pages::PageKind;
use gatehouse_pages::views::{LeavePage, MembershipItem, MembershipsPage};

use super::desk::{Desk, stopped, to};
use super::overview::item;
use crate::answer::see_other;
use crate::hosted::gate::guard;
use crate::request::{At, Visit, query};
use crate::web::Web;

const PAGE: AccountPage = AccountPage::Memberships;

/// GET `{iss}/account/memberships`.
pub(crate) async fn memberships(State(web): State<Web>, At(issuer): At, visit: Visit) -> Response {
    match web.idp.visitor(&visit.cx, &issuer, &visit.browser, None).await {
        Ok(visitor) => only_page(&web, &issuer, &visit, &visitor).await,
        Err(stop) => stopped(&web, &issuer, &visit, PAGE, &stop).await,
    }
}

/// The page for any session: one of a tenant sees its own membership, and nowhere to go from there.
pub(super) async fn only_page(web: &Web, issuer: &Issuer, visit: &Visit, visitor: &Visitor) -> Response {
    let found = match web.idp.own_memberships(visitor).await {
        Ok(found) => found,
        Err(stop) => return stopped(web, issuer, visit, PAGE, &stop).await,
    };
    let full = matches!(visitor, Visitor::Full(_));
    let desk = Desk::of(web, issuer, visit, visitor);
    let shown = |face: &MembershipFace| {
        let item = item(&desk, face);
        MembershipItem { open_href: item.open_href.filter(|_| full), ..item }
    };
    let view = MembershipsPage {
        chrome: desk.frame.chrome.clone(),
        back_href: full.then(|| desk.href(AccountPage::Overview)),
        only: !full,
        memberships: found.iter().map(shown).collect(),
    };
    let response = desk.frame.show(&view, StatusCode::OK, PageKind::Form, &[]);
    desk.send(response)
}

/// GET `{iss}/account/memberships/leave`: asks whether to leave one.
pub(crate) async fn leave_page(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    RawQuery(raw): RawQuery,
) -> Response {
    let visitor = match web.idp.visitor(&visit.cx, &issuer, &visit.browser, None).await {
        Ok(visitor) => visitor,
        Err(stop) => return stopped(&web, &issuer, &visit, PAGE, &stop).await,
    };
    let found = match web.idp.own_memberships(&visitor).await {
        Ok(found) => found,
        Err(stop) => return stopped(&web, &issuer, &visit, PAGE, &stop).await,
    };
    let wanted = query(raw.as_deref()).ok();
    let wanted = wanted.as_ref().and_then(|query| query.get("organization")).unwrap_or_default();
    let Some(membership) = found.into_iter().find(|membership| membership.slug == wanted) else {
        return stopped(&web, &issuer, &visit, PAGE, &Stop::NoSuchTenant).await;
    };
    let desk = Desk::of(&web, &issuer, &visit, &visitor);
    let view = LeavePage {
        chrome: desk.frame.chrome.clone(),
        tenant: membership.name,
        form: desk.form("account/memberships/leave").with("organization", membership.slug),
        stay_href: desk.href(PAGE),
    };
    let response = desk.frame.show(&view, StatusCode::OK, PageKind::Form, &[]);
    desk.send(response)
}

/// POST `{iss}/account/memberships/leave`: out of one.
pub(crate) async fn leave(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let form = match guard(&web, &issuer, &visit, &headers, body).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let shown = form.fields.get("session");
    let visitor = match web.idp.visitor(&visit.cx, &issuer, &visit.browser, shown).await {
        Ok(visitor) => visitor,
        Err(stop) => return stopped(&web, &issuer, &visit, PAGE, &stop).await,
    };
    let slug = form.fields.get("organization").unwrap_or_default();
    match web.idp.leave(&visit.cx, &visitor, slug).await {
        // Whoever left the tenant at whose door this is has no page here any more.
        Ok(left) if Some(left) == issuer.tenant_id() => see_other(&format!("{}/", issuer.path())),
        Ok(_) => to(&issuer, PAGE),
        Err(stop) => stopped(&web, &issuer, &visit, PAGE, &stop).await,
    }
}
