//! Where a person is signed in.

use axum::http::StatusCode;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::account::{SessionFace, Visitor};
use gatehouse_pages::Moment;
use gatehouse_pages::views::{SessionItem, SessionsPage};

use crate::hosted::call::{Answered, Call, Posted};

const PAGE: AccountPage = AccountPage::Sessions;

/// GET `{iss}/account/sessions`.
pub(crate) async fn sessions(call: Call) -> Answered {
    let session = call.full(PAGE).await?;
    let all = call.or_stopped(PAGE, call.idp().own_sessions(call.cx(), &session).await).await?;
    let desk = call.desk(&Visitor::Full(session));
    let item = |face: SessionFace| SessionItem {
        device: face.device,
        network: face.network,
        seen: Moment::from(face.last_seen_at),
        end: (!face.here).then(|| desk.form("account/sessions/end").with("ended", face.key)),
    };
    let sessions: Vec<SessionItem> = all.into_iter().map(item).collect();
    let others = sessions.iter().any(|session| session.end.is_some());
    let view = SessionsPage {
        chrome: desk.chrome(),
        back_href: desk.href(AccountPage::Overview),
        sessions,
        end_others: others.then(|| desk.form("account/sessions/end-others")),
    };
    Ok(desk.show(&view, StatusCode::OK))
}

/// POST `{iss}/account/sessions/end`: one of them.
pub(crate) async fn end_session(posted: Posted) -> Answered {
    let session = posted.fresh(PAGE).await?;
    let done = posted.call.idp().end_one(posted.call.cx(), &session, posted.field("ended")).await;
    posted.back(PAGE, done).await
}

/// POST `{iss}/account/sessions/end-others`: all but this one.
pub(crate) async fn end_others(posted: Posted) -> Answered {
    let session = posted.fresh(PAGE).await?;
    let done = posted.call.idp().end_all_others(posted.call.cx(), &session).await;
    posted.back(PAGE, done).await
}
