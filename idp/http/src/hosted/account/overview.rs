//! The first page of an account.

use axum::http::StatusCode;
use gatehouse_domain::email::AddressState;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::account::{AddressFace, MembershipFace, Visitor};
use gatehouse_pages::views::{AccountLinks, AddressItem, MembershipItem, OverviewPage, Standing};
use gatehouse_pages::{Account, Locale, Moment};

use super::desk::Desk;
use super::memberships::only_page;
use crate::answer::see_other;
use crate::hosted::call::{Answered, Call};
use crate::hosted::flow::{login_href, with_pre};

/// GET `{iss}/account`: what there is of the person; for a session of one tenant, its membership there.
pub(crate) async fn overview(call: Call) -> Answered {
    let page = AccountPage::Overview;
    let visitor = call.visitor(page).await?;
    let Visitor::Full(session) = &visitor else { return only_page(&call, &visitor).await };
    let found = call.or_stopped(page, call.idp().overview(call.cx(), session).await).await?;
    let desk = call.desk(&visitor);
    let primary = found.addresses.iter().find(|address| address.primary).or_else(|| found.addresses.first());
    let address = primary.map_or_else(|| "—".to_owned(), |address| address.address.clone());
    let view = OverviewPage {
        chrome: desk.chrome(),
        account: Account { key: visitor.key(), name: found.name, address, tenant: None },
        language: found.locale.as_deref().and_then(Locale::of_range),
        addresses: found.addresses.iter().map(plain).collect(),
        password_since: found.password_since.map(Moment::from),
        sessions: found.sessions,
        memberships: found.memberships.iter().map(|membership| item(&desk, membership)).collect(),
        ending: found.delete_at.map(|at| (Moment::from(at), desk.form("account/keep"))),
        links: AccountLinks {
            name: desk.href(AccountPage::Name),
            addresses: desk.href(AccountPage::Addresses),
            password: desk.href(AccountPage::Password),
            sessions: desk.href(AccountPage::Sessions),
            memberships: desk.href(AccountPage::Memberships),
            apps: desk.href(AccountPage::Apps),
            activity: desk.href(AccountPage::Activity),
            data: desk.href(AccountPage::Data),
            deletion: desk.href(AccountPage::Deletion),
            other: format!("{}/account/choose", call.issuer.path()),
        },
    };
    Ok(desk.show(&view, StatusCode::OK))
}

/// GET `{iss}/account/choose`: on to the accounts of this browser, and back with one of them.
pub(crate) async fn choose(call: Call) -> Answered {
    let page = AccountPage::Overview;
    let started = call.idp().start_account(call.cx(), &call.issuer, &call.visit.browser, page, None).await;
    let started = call.or_fail(started).await?;
    let response = see_other(&format!("{}&choose=1", login_href(&call.issuer, &started.flow)));
    Ok(with_pre(response, started.pre.as_ref()))
}

/// An address without what can be done about it.
fn plain(address: &AddressFace) -> AddressItem {
    AddressItem {
        address: address.address.clone(),
        standing: standing(address),
        refused: address.refused_since.map(Moment::from),
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
