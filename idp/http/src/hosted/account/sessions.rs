//! Where a person is signed in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::account::{SessionFace, Visitor};
use gatehouse_pages::views::{SessionItem, SessionsPage};
use gatehouse_pages::{Moment, PageKind};

use super::desk::{Desk, act, stopped};
use crate::request::{At, Visit};
use crate::web::Web;

const PAGE: AccountPage = AccountPage::Sessions;

/// GET `{iss}/account/sessions`.
pub(crate) async fn sessions(State(web): State<Web>, At(issuer): At, visit: Visit) -> Response {
    let session = match web.idp.full_visitor(&visit.cx, &issuer, &visit.browser, None).await {
        Ok(session) => session,
        Err(stop) => return stopped(&web, &issuer, &visit, PAGE, &stop).await,
    };
    let all = match web.idp.own_sessions(&visit.cx, &session).await {
        Ok(all) => all,
        Err(stop) => return stopped(&web, &issuer, &visit, PAGE, &stop).await,
    };
    let desk = Desk::of(&web, &issuer, &visit, &Visitor::Full(session));
    let item = |face: SessionFace| SessionItem {
        device: face.device,
        network: face.network,
        seen: Moment::from(face.last_seen_at),
        end: (!face.here).then(|| desk.form("account/sessions/end").with("ended", face.key)),
    };
    let sessions: Vec<SessionItem> = all.into_iter().map(item).collect();
    let others = sessions.iter().any(|session| session.end.is_some());
    let view = SessionsPage {
        chrome: desk.frame.chrome.clone(),
        back_href: desk.href(AccountPage::Overview),
        sessions,
        end_others: others.then(|| desk.form("account/sessions/end-others")),
    };
    let response = desk.frame.show(&view, StatusCode::OK, PageKind::Form, &[]);
    desk.send(response)
}

act! {
    /// POST `{iss}/account/sessions/end`: one of them.
    end_session -> Sessions, fresh_visitor, |idp, cx, _issuer, session, field| {
        idp.end_one(cx, &session, field("ended"))
    }
}

act! {
    /// POST `{iss}/account/sessions/end-others`: all but this one.
    end_others -> Sessions, fresh_visitor, |idp, cx, _issuer, session, _field| idp.end_all_others(cx, &session)
}
