//! Another password.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use gatehouse_domain::login::AccountPage;
use gatehouse_domain::password::Judgement;
use gatehouse_domain::secret::Secret;
use gatehouse_flows::account::{FreshSession, Visitor};
use gatehouse_pages::views::ChangePasswordPage;
use gatehouse_pages::{NewPasswordFault, PageKind};

use super::desk::{Desk, stopped, to};
use crate::hosted::gate::guard;
use crate::request::{At, Visit};
use crate::web::Web;

const PAGE: AccountPage = AccountPage::Password;

/// GET `{iss}/account/password`.
pub(crate) async fn password_page(State(web): State<Web>, At(issuer): At, visit: Visit) -> Response {
    match web.idp.fresh_visitor(&visit.cx, &issuer, &visit.browser, None).await {
        Ok(session) => {
            let visitor = Visitor::Full(session.full().clone());
            show(Desk::of(&web, &issuer, &visit, &visitor), &session, None)
        }
        Err(stop) => stopped(&web, &issuer, &visit, PAGE, &stop).await,
    }
}

fn show(desk: Desk<'_>, session: &FreshSession, unfit: Option<&Judgement>) -> Response {
    let chrome = desk.frame.chrome.clone();
    let unfit = unfit.and_then(|judgement| NewPasswordFault::of(chrome.locale, judgement));
    let status = if unfit.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let view = ChangePasswordPage {
        chrome,
        back_href: desk.href(AccountPage::Overview),
        address: session.full().address().unwrap_or_default().to_owned(),
        unfit,
        form: desk.form(PAGE.path()),
    };
    let response = desk.frame.show(&view, status, PageKind::Form, &[]);
    desk.send(response)
}

/// POST `{iss}/account/password`.
pub(crate) async fn change_password(
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
    let session = match web.idp.fresh_visitor(&visit.cx, &issuer, &visit.browser, shown).await {
        Ok(session) => session,
        Err(stop) => return stopped(&web, &issuer, &visit, PAGE, &stop).await,
    };
    let typed = Secret::new(form.fields.get("password").unwrap_or_default().to_owned());
    match web.idp.change_password(&visit.cx, &issuer, &session, typed).await {
        Ok(None) => to(&issuer, AccountPage::Overview),
        Ok(Some(unfit)) => {
            let visitor = Visitor::Full(session.full().clone());
            show(Desk::of(&web, &issuer, &visit, &visitor), &session, Some(&unfit))
        }
        Err(stop) => stopped(&web, &issuer, &visit, PAGE, &stop).await,
    }
}
