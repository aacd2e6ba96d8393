//! Another password.

use axum::http::StatusCode;
use axum::response::Response;
use gatehouse_domain::login::AccountPage;
use gatehouse_domain::password::Judgement;
use gatehouse_domain::secret::Secret;
use gatehouse_flows::account::{FreshSession, Visitor};
use gatehouse_pages::NewPasswordFault;
use gatehouse_pages::views::ChangePasswordPage;

use crate::hosted::call::{Answered, Call, Posted};

const PAGE: AccountPage = AccountPage::Password;

/// GET `{iss}/account/password`.
pub(crate) async fn password_page(call: Call) -> Answered {
    let session = call.fresh(PAGE).await?;
    Ok(show(&call, &session, None))
}

fn show(call: &Call, session: &FreshSession, unfit: Option<&Judgement>) -> Response {
    let desk = call.desk(&Visitor::Full(session.full().clone()));
    let chrome = desk.chrome();
    let unfit = unfit.and_then(|judgement| NewPasswordFault::of(chrome.locale, judgement));
    let status = if unfit.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let view = ChangePasswordPage {
        chrome,
        back_href: desk.href(AccountPage::Overview),
        address: session.full().address().unwrap_or_default().to_owned(),
        unfit,
        form: desk.form(PAGE.path()),
    };
    desk.show(&view, status)
}

/// POST `{iss}/account/password`.
pub(crate) async fn change_password(posted: Posted) -> Answered {
    let session = posted.fresh(PAGE).await?;
    let call = &posted.call;
    let typed = Secret::new(posted.field("password").to_owned());
    let unfit = call.idp().change_password(call.cx(), &call.issuer, &session, typed).await;
    match call.or_stopped(PAGE, unfit).await? {
        None => Ok(call.to(AccountPage::Overview)),
        Some(unfit) => Ok(show(call, &session, Some(&unfit))),
    }
}
