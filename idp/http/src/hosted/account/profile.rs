//! Name and language.

use axum::http::StatusCode;
use axum::response::Response;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::account::{ProfileFault, Visitor};
use gatehouse_pages::views::ProfilePage;
use gatehouse_pages::{Locale, TextId};

use super::desk::Desk;
use crate::hosted::call::{Answered, Call, Posted};

const PAGE: AccountPage = AccountPage::Name;

/// GET `{iss}/account/name`.
pub(crate) async fn profile_page(call: Call) -> Answered {
    let session = call.full(PAGE).await?;
    let found = call.or_stopped(PAGE, call.idp().overview(call.cx(), &session).await).await?;
    let desk = call.desk(&Visitor::Full(session));
    let locale = found.locale.as_deref().and_then(Locale::of_range);
    Ok(show(&desk, found.name.unwrap_or_default(), locale, None))
}

fn show(desk: &Desk<'_>, name: String, locale: Option<Locale>, fault: Option<TextId>) -> Response {
    let view = ProfilePage {
        chrome: desk.chrome(),
        back_href: desk.href(AccountPage::Overview),
        name,
        locale,
        fault,
        form: desk.form(PAGE.path()),
    };
    desk.show(&view, fault.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY))
}

/// POST `{iss}/account/name`.
pub(crate) async fn change_profile(posted: Posted) -> Answered {
    let session = posted.full(PAGE).await?;
    let call = &posted.call;
    let (name, locale) = (posted.field("name"), posted.field("locale"));
    let changed = call.idp().change_profile(call.cx(), &session, name, locale).await;
    match call.or_stopped(PAGE, changed).await? {
        Ok(()) => Ok(call.to(AccountPage::Overview)),
        Err(ProfileFault::Name) => {
            let desk = call.desk(&Visitor::Full(session));
            let name = name.chars().take(100).collect();
            Ok(show(&desk, name, Locale::of_range(locale), Some(TextId::NameUnfit)))
        }
        Err(ProfileFault::Locale) => Err(call.frame().error(TextId::InvalidRequest, None)),
    }
}
