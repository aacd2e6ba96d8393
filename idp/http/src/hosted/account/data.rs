//! A copy of everything that is kept about a person.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::account::Visitor;
use gatehouse_pages::views::DataPage;

use crate::hosted::call::{Answered, Call, Posted};

const PAGE: AccountPage = AccountPage::Data;

/// GET `{iss}/account/data`: offers it.
pub(crate) async fn data_page(call: Call) -> Answered {
    let session = call.fresh(PAGE).await?;
    let desk = call.desk(&Visitor::Full(session.full().clone()));
    let view = DataPage {
        chrome: desk.chrome(),
        back_href: desk.href(AccountPage::Overview),
        form: desk.form(PAGE.path()),
    };
    Ok(desk.show(&view, StatusCode::OK))
}

/// POST `{iss}/account/data`: the file.
pub(crate) async fn download(posted: Posted) -> Answered {
    let session = posted.fresh(PAGE).await?;
    let call = &posted.call;
    let written = call.idp().export_account(call.cx(), &call.issuer, &session).await;
    let document = call.or_stopped(PAGE, written).await?;
    let mut response = Response::new(Body::from(document));
    let fixed = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"account.json\""),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    response.headers_mut().extend(fixed.map(|(name, value)| (name, HeaderValue::from_static(value))));
    Ok(response)
}
