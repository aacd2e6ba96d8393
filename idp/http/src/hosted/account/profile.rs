//! Name and language.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::account::{ProfileFault, Visitor};
use gatehouse_pages::views::ProfilePage;
use gatehouse_pages::{Locale, PageKind, TextId};

use super::desk::{Desk, stopped, to};
use crate::fault::Frame;
use crate::hosted::gate::guard;
use crate::request::{At, Visit};
use crate::web::Web;

const PAGE: AccountPage = AccountPage::Name;

/// GET `{iss}/account/name`.
pub(crate) async fn profile_page(State(web): State<Web>, At(issuer): At, visit: Visit) -> Response {
    let session = match web.idp.full_visitor(&visit.cx, &issuer, &visit.browser, None).await {
        Ok(session) => session,
        Err(stop) => return stopped(&web, &issuer, &visit, PAGE, &stop).await,
    };
    let found = match web.idp.overview(&visit.cx, &session).await {
        Ok(found) => found,
        Err(stop) => return stopped(&web, &issuer, &visit, PAGE, &stop).await,
    };
    let desk = Desk::of(&web, &issuer, &visit, &Visitor::Full(session));
    let locale = found.locale.as_deref().and_then(Locale::of_range);
    show(desk, found.name.unwrap_or_default(), locale, None)
}

fn show(desk: Desk<'_>, name: String, locale: Option<Locale>, fault: Option<TextId>) -> Response {
    let view = ProfilePage {
        chrome: desk.frame.chrome.clone(),
        back_href: desk.href(AccountPage::Overview),
        name,
        locale,
        fault,
        form: desk.form(PAGE.path()),
    };
    let status = fault.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    let response = desk.frame.show(&view, status, PageKind::Form, &[]);
    desk.send(response)
}

/// POST `{iss}/account/name`.
pub(crate) async fn change_profile(
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
    let field = |name| form.fields.get(name).unwrap_or_default();
    let shown = form.fields.get("session");
    let session = match web.idp.full_visitor(&visit.cx, &issuer, &visit.browser, shown).await {
        Ok(session) => session,
        Err(stop) => return stopped(&web, &issuer, &visit, PAGE, &stop).await,
    };
    match web.idp.change_profile(&visit.cx, &session, field("name"), field("locale")).await {
        Ok(Ok(())) => to(&issuer, AccountPage::Overview),
        Ok(Err(ProfileFault::Name)) => {
            let name = field("name").chars().take(100).collect();
            let locale = Locale::of_range(field("locale"));
            let desk = Desk::of(&web, &issuer, &visit, &Visitor::Full(session));
            show(desk, name, locale, Some(TextId::NameUnfit))
        }
        Ok(Err(ProfileFault::Locale)) => Frame::of(&web, &issuer, &visit).error(TextId::InvalidRequest, None),
        Err(stop) => stopped(&web, &issuer, &visit, PAGE, &stop).await,
    }
}
