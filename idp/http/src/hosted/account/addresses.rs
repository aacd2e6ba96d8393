//! The addresses of an account, and one more.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::account::{Added, AddressFace, NewAddress, Visitor};
use gatehouse_pages::views::{AddAddressPage, AddressItem, AddressesPage};
use gatehouse_pages::{PageKind, TextId};

use super::desk::{Desk, act, stopped};
use super::overview::standing;
use crate::hosted::gate::guard;
use crate::hosted::show::land_posted;
use crate::request::{At, Visit};
use crate::web::Web;

/// GET `{iss}/account/addresses`.
pub(crate) async fn addresses(State(web): State<Web>, At(issuer): At, visit: Visit) -> Response {
    let page = AccountPage::Addresses;
    let session = match web.idp.full_visitor(&visit.cx, &issuer, &visit.browser, None).await {
        Ok(session) => session,
        Err(stop) => return stopped(&web, &issuer, &visit, page, &stop).await,
    };
    let found = match web.idp.overview(&visit.cx, &session).await {
        Ok(found) => found.addresses,
        Err(stop) => return stopped(&web, &issuer, &visit, page, &stop).await,
    };
    let desk = Desk::of(&web, &issuer, &visit, &Visitor::Full(session));
    let several = found.len() > 1;
    let item = |face: &AddressFace| {
        let form = |action: &str| desk.form(action).with("address", face.key.clone());
        let proven = face.state.is_proven();
        AddressItem {
            address: face.address.clone(),
            standing: standing(face),
            prove: (!proven).then(|| form("account/addresses/prove")),
            promote: (proven && !face.primary).then(|| form("account/addresses/primary")),
            remove: (several && !face.primary).then(|| form("account/addresses/remove")),
        }
    };
    let view = AddressesPage {
        chrome: desk.frame.chrome.clone(),
        back_href: desk.href(AccountPage::Overview),
        addresses: found.iter().map(item).collect(),
        add_href: desk.href(AccountPage::AddAddress),
    };
    let response = desk.frame.show(&view, StatusCode::OK, PageKind::Form, &[]);
    desk.send(response)
}

/// GET `{iss}/account/address`: asks for one more.
pub(crate) async fn add_page(State(web): State<Web>, At(issuer): At, visit: Visit) -> Response {
    match web.idp.fresh_visitor(&visit.cx, &issuer, &visit.browser, None).await {
        Ok(session) => {
            let visitor = Visitor::Full(session.full().clone());
            show_add(Desk::of(&web, &issuer, &visit, &visitor), String::new(), None)
        }
        Err(stop) => stopped(&web, &issuer, &visit, AccountPage::AddAddress, &stop).await,
    }
}

fn show_add(desk: Desk<'_>, address: String, fault: Option<TextId>) -> Response {
    let view = AddAddressPage {
        chrome: desk.frame.chrome.clone(),
        back_href: desk.href(AccountPage::Addresses),
        address,
        fault,
        form: desk.form("account/address"),
    };
    let status = match fault {
        None => StatusCode::OK,
        Some(TextId::AddressKnown) => StatusCode::CONFLICT,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let response = desk.frame.show(&view, status, PageKind::Form, &[]);
    desk.send(response)
}

/// POST `{iss}/account/address`: one more, on to the code that is mailed there.
pub(crate) async fn add(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let page = AccountPage::AddAddress;
    let form = match guard(&web, &issuer, &visit, &headers, body).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let shown = form.fields.get("session");
    let session = match web.idp.fresh_visitor(&visit.cx, &issuer, &visit.browser, shown).await {
        Ok(session) => session,
        Err(stop) => return stopped(&web, &issuer, &visit, page, &stop).await,
    };
    let typed = form.fields.get("address").unwrap_or_default();
    let new = NewAddress { typed, promote: form.fields.get("promote") == Some("1") };
    let added = web.idp.add_address(&visit.cx, &issuer, &visit.browser, &session, new).await;
    let fault = match added {
        Ok(Added::Proof(step)) => return land_posted(&web, &issuer, &visit, &step),
        Ok(Added::NotAnAddress) => TextId::IdentifierInvalid,
        Ok(Added::Known) => TextId::AddressKnown,
        Err(stop) => return stopped(&web, &issuer, &visit, page, &stop).await,
    };
    let visitor = Visitor::Full(session.full().clone());
    let typed = typed.chars().take(254).collect();
    show_add(Desk::of(&web, &issuer, &visit, &visitor), typed, Some(fault))
}

/// POST `{iss}/account/addresses/prove`: on to the code for one that is there.
pub(crate) async fn prove(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let page = AccountPage::Addresses;
    let form = match guard(&web, &issuer, &visit, &headers, body).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let shown = form.fields.get("session");
    let session = match web.idp.fresh_visitor(&visit.cx, &issuer, &visit.browser, shown).await {
        Ok(session) => session,
        Err(stop) => return stopped(&web, &issuer, &visit, page, &stop).await,
    };
    let address = form.fields.get("address").unwrap_or_default();
    match web.idp.prove_address(&visit.cx, &issuer, &visit.browser, &session, address).await {
        Ok(step) => land_posted(&web, &issuer, &visit, &step),
        Err(stop) => stopped(&web, &issuer, &visit, page, &stop).await,
    }
}

act! {
    /// POST `{iss}/account/addresses/primary`: another main one.
    make_primary -> Addresses, fresh_visitor, |idp, cx, issuer, session, field| {
        idp.make_primary(cx, issuer, &session, field("address"))
    }
}

act! {
    /// POST `{iss}/account/addresses/remove`: one less.
    remove -> Addresses, fresh_visitor, |idp, cx, issuer, session, field| {
        idp.remove_address(cx, issuer, &session, field("address"))
    }
}
