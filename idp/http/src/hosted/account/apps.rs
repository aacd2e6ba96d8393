//! The apps that have something of a person.

use axum::http::StatusCode;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::account::{ConnectedFace, Visitor};
use gatehouse_pages::Moment;
use gatehouse_pages::views::{ConnectedItem, ConnectedPage};

use crate::hosted::call::{Answered, Call, Posted};

const PAGE: AccountPage = AccountPage::Apps;

/// GET `{iss}/account/apps`.
pub(crate) async fn apps(call: Call) -> Answered {
    let session = call.full(PAGE).await?;
    let all = call.or_stopped(PAGE, call.idp().own_apps(call.cx(), &session).await).await?;
    let desk = call.desk(&Visitor::Full(session));
    let item = |face: ConnectedFace| ConnectedItem {
        name: face.name,
        tenant: face.tenant,
        since: Moment::from(face.since),
        revoke: desk.form("account/apps/revoke").with("organization", face.slug).with("app", face.key),
    };
    let view = ConnectedPage {
        chrome: desk.chrome(),
        back_href: desk.href(AccountPage::Overview),
        apps: all.into_iter().map(item).collect(),
    };
    Ok(desk.show(&view, StatusCode::OK))
}

/// POST `{iss}/account/apps/revoke`: one of them has nothing any more.
pub(crate) async fn revoke(posted: Posted) -> Answered {
    let session = posted.fresh(PAGE).await?;
    let (organization, app) = (posted.field("organization"), posted.field("app"));
    let done = posted.call.idp().revoke_app(posted.call.cx(), &session, organization, app).await;
    posted.back(PAGE, done).await
}
