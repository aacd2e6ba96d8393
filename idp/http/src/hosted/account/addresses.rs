//! The addresses of an account, and one more.

use axum::http::StatusCode;
use axum::response::Response;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::account::{Added, AddressFace, NewAddress, Visitor};
use gatehouse_flows::login::Stop;
use gatehouse_pages::views::{AddAddressPage, AddressItem, AddressesPage};
use gatehouse_pages::{Moment, TextId};

use super::desk::Desk;
use super::overview::standing;
use crate::fault::throttled;
use crate::hosted::call::{Answered, Call, Posted};
use crate::hosted::show::land_posted;

const PAGE: AccountPage = AccountPage::Addresses;

/// GET `{iss}/account/addresses`.
pub(crate) async fn addresses(call: Call) -> Answered {
    let session = call.full(PAGE).await?;
    let found = call.or_stopped(PAGE, call.idp().overview(call.cx(), &session).await).await?.addresses;
    let desk = call.desk(&Visitor::Full(session));
    let several = found.len() > 1;
    let item = |face: &AddressFace| {
        let form = |action: &str| desk.form(action).with("address", face.key.clone());
        let proven = face.state.is_proven();
        AddressItem {
            address: face.address.clone(),
            standing: standing(face),
            refused: face.refused_since.map(Moment::from),
            prove: (!proven).then(|| form("account/addresses/prove")),
            promote: (proven && !face.primary).then(|| form("account/addresses/primary")),
            remove: (several && !face.primary).then(|| form("account/addresses/remove")),
        }
    };
    let view = AddressesPage {
        chrome: desk.chrome(),
        back_href: desk.href(AccountPage::Overview),
        addresses: found.iter().map(item).collect(),
        add_href: desk.href(AccountPage::AddAddress),
    };
    Ok(desk.show(&view, StatusCode::OK))
}

/// GET `{iss}/account/address`: asks for one more.
pub(crate) async fn add_page(call: Call) -> Answered {
    let session = call.fresh(AccountPage::AddAddress).await?;
    let visitor = Visitor::Full(session.full().clone());
    Ok(show_add(&call.desk(&visitor), String::new(), None))
}

fn show_add(desk: &Desk<'_>, address: String, fault: Option<TextId>) -> Response {
    let view = AddAddressPage {
        chrome: desk.chrome(),
        back_href: desk.href(AccountPage::Addresses),
        address,
        fault,
        form: desk.form("account/address"),
    };
    let status = match fault {
        None => StatusCode::OK,
        Some(TextId::AddressKnown) => StatusCode::CONFLICT,
        Some(TextId::Throttled { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    desk.show(&view, status)
}

/// POST `{iss}/account/address`: one more, on to the code that is mailed there.
pub(crate) async fn add(posted: Posted) -> Answered {
    let page = AccountPage::AddAddress;
    let session = posted.fresh(page).await?;
    let call = &posted.call;
    let typed = posted.field("address");
    let new = NewAddress { typed, promote: posted.field("promote") == "1" };
    let added = call.idp().add_address(call.cx(), &call.issuer, &call.visit.browser, &session, new).await;
    let fault = match added {
        Err(Stop::Throttled { seconds }) => throttled(seconds),
        added => match call.or_stopped(page, added).await? {
            Added::Proof(step) => return Ok(land_posted(&call.web, &call.issuer, &call.visit, &step)),
            Added::NotAnAddress => TextId::IdentifierInvalid,
            Added::Known => TextId::AddressKnown,
        },
    };
    let visitor = Visitor::Full(session.full().clone());
    Ok(show_add(&call.desk(&visitor), typed.chars().take(254).collect(), Some(fault)))
}

/// POST `{iss}/account/addresses/prove`: on to the code for one that is there.
pub(crate) async fn prove(posted: Posted) -> Answered {
    let session = posted.fresh(PAGE).await?;
    let call = &posted.call;
    let address = posted.field("address");
    let step =
        call.idp().prove_address(call.cx(), &call.issuer, &call.visit.browser, &session, address).await;
    let step = call.or_stopped(PAGE, step).await?;
    Ok(land_posted(&call.web, &call.issuer, &call.visit, &step))
}

/// POST `{iss}/account/addresses/primary`: another main one.
pub(crate) async fn make_primary(posted: Posted) -> Answered {
    let session = posted.fresh(PAGE).await?;
    let call = &posted.call;
    let done = call.idp().make_primary(call.cx(), &call.issuer, &session, posted.field("address")).await;
    posted.back(PAGE, done).await
}

/// POST `{iss}/account/addresses/remove`: one less.
pub(crate) async fn remove(posted: Posted) -> Answered {
    let session = posted.fresh(PAGE).await?;
    let call = &posted.call;
    let done = call.idp().remove_address(call.cx(), &call.issuer, &session, posted.field("address")).await;
    posted.back(PAGE, done).await
}
