//! The first page of an account.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use gatehouse_domain::email::AddressState;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::account::{AddressFace, MembershipFace, Visitor};
use gatehouse_pages::views::{AccountLinks, AddressItem, MembershipItem, OverviewPage, Standing};
use gatehouse_pages::{Account, Locale, Moment, PageKind};

use super::desk::{Desk, stopped};
use super::memberships::only_page;
use crate::answer::see_other;
use crate::cookies;
use crate::hosted::flow::login_href;
use crate::hosted::step::fail;
use crate::request::{At, Visit};
use crate::web::Web;

/// GET `{iss}/account`: what there is of the person; for a session of one tenant, its membership there.
pub(crate) async fn overview(State(web): State<Web>, At(issuer): At, visit: Visit) -> Response {
    let page = AccountPage::Overview;
    let visitor = match web.idp.visitor(&visit.cx, &issuer, &visit.browser, None).await {
        Ok(visitor) => visitor,
        Err(stop) => return stopped(&web, &issuer, &visit, page, &stop).await,
    };
    let Visitor::Full(session) = &visitor else { return only_page(&web, &issuer, &visit, &visitor).await };
    let found = match web.idp.overview(&visit.cx, session).await {
        Ok(found) => found,
        Err(stop) => return stopped(&web, &issuer, &visit, page, &stop).await,
    };
    let desk = Desk::of(&web, &issuer, &visit, &visitor);
    let primary = found.addresses.iter().find(|address| address.primary).or_else(|| found.addresses.first());
    let address = primary.map_or_else(|| "—".to_owned(), |address| address.address.clone());
    let view = OverviewPage {
        chrome: desk.frame.chrome.clone(),
        account: Account { key: visitor.key(), name: found.name, address, tenant: None },
        language: found.locale.as_deref().and_then(Locale::of_range),
        addresses: found.addresses.iter().map(plain).collect(),
        password_since: found.password_since.map(Moment::from),
        sessions: found.sessions,
        memberships: found.memberships.iter().map(|membership| item(&desk, membership)).collect(),
        links: AccountLinks {
            name: desk.href(AccountPage::Name),
            addresses: desk.href(AccountPage::Addresses),
            password: desk.href(AccountPage::Password),
            sessions: desk.href(AccountPage::Sessions),
            memberships: desk.href(AccountPage::Memberships),
            apps: desk.href(AccountPage::Apps),
            other: format!("{}/account/choose", issuer.path()),
        },
    };
    let response = desk.frame.show(&view, StatusCode::OK, PageKind::Form, &[]);
    desk.send(response)
}

/// GET `{iss}/account/choose`: on to the accounts of this browser, and back with one of them.
pub(crate) async fn choose(State(web): State<Web>, At(issuer): At, visit: Visit) -> Response {
    let page = AccountPage::Overview;
    match web.idp.start_account(&visit.cx, &issuer, &visit.browser, page, None).await {
        Ok(started) => {
            let mut response = see_other(&format!("{}&choose=1", login_href(&issuer, &started.flow)));
            let cookie = started.pre.and_then(|pre| cookies::set(cookies::PRE_SESSION, &pre, None));
            if let Some(cookie) = cookie {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(stop) => fail(&web, &issuer, &visit, &stop).await,
    }
}

/// An address without what can be done about it.
fn plain(address: &AddressFace) -> AddressItem {
    AddressItem {
        address: address.address.clone(),
        standing: standing(address),
        prove: None,
        promote: None,
        remove: None,
    }
}

pub(super) const fn standing(address: &AddressFace) -> Standing {
    match (address.state, address.primary) {
        (AddressState::Verified, true) => Standing::Primary,
        (AddressState::Verified, false) => Standing::Proven,
        (AddressState::Stale, _) => Standing::Lapsed,
        (AddressState::Claimed | AddressState::Pending | AddressState::Retired, _) => Standing::Unproven,
    }
}

pub(super) fn item(desk: &Desk<'_>, membership: &MembershipFace) -> MembershipItem {
    MembershipItem {
        name: membership.name.clone(),
        roles: membership.roles.clone(),
        open_href: Some(membership.href.clone()),
        leave_href: format!("{}/leave?organization={}", desk.href(AccountPage::Memberships), membership.slug),
    }
}
