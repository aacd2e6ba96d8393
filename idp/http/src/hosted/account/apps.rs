//! The apps that have something of a person.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::account::{ConnectedFace, Visitor};
use gatehouse_pages::views::{ConnectedItem, ConnectedPage};
use gatehouse_pages::{Moment, PageKind};

use super::desk::{Desk, act, stopped};
use crate::request::{At, Visit};
use crate::web::Web;

const PAGE: AccountPage = AccountPage::Apps;

/// GET `{iss}/account/apps`.
pub(crate) async fn apps(State(web): State<Web>, At(issuer): At, visit: Visit) -> Response {
    let session = match web.idp.full_visitor(&visit.cx, &issuer, &visit.browser, None).await {
        Ok(session) => session,
        Err(stop) => return stopped(&web, &issuer, &visit, PAGE, &stop).await,
    };
    let all = match web.idp.own_apps(&visit.cx, &session).await {
        Ok(all) => all,
        Err(stop) => return stopped(&web, &issuer, &visit, PAGE, &stop).await,
    };
    let desk = Desk::of(&web, &issuer, &visit, &Visitor::Full(session));
    let item = |face: ConnectedFace| ConnectedItem {
        name: face.name,
        tenant: face.tenant,
        since: Moment::from(face.since),
        revoke: desk.form("account/apps/revoke").with("organization", face.slug).with("app", face.key),
    };
    let view = ConnectedPage {
        chrome: desk.frame.chrome.clone(),
        back_href: desk.href(AccountPage::Overview),
        apps: all.into_iter().map(item).collect(),
    };
    let response = desk.frame.show(&view, StatusCode::OK, PageKind::Form, &[]);
    desk.send(response)
}

act! {
    /// POST `{iss}/account/apps/revoke`: one of them has nothing any more.
    revoke -> Apps, fresh_visitor, |idp, cx, _issuer, session, field| {
        idp.revoke_app(cx, &session, field("organization"), field("app"))
    }
}
