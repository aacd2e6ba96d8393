//! The end of an account: asked for, and taken back.

use axum::http::StatusCode;
use axum::response::Response;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::account::{Ending, FullSession, Visitor};
use gatehouse_pages::Moment;
use gatehouse_pages::views::{DeletionAct, DeletionPage};

use crate::hosted::call::{Answered, Call, Posted};

const PAGE: AccountPage = AccountPage::Deletion;

/// GET `{iss}/account/deletion`: what it would mean, or when it is due.
pub(crate) async fn deletion_page(call: Call) -> Answered {
    let session = call.fresh(PAGE).await?;
    let ending = call.or_stopped(PAGE, call.idp().ending(session.full()).await).await?;
    Ok(show(&call, session.full(), ending, StatusCode::OK))
}

fn show(call: &Call, session: &FullSession, ending: Ending, status: StatusCode) -> Response {
    let desk = call.desk(&Visitor::Full(session.clone()));
    let act = match ending {
        Ending::Stays => DeletionAct::Ask(desk.form(PAGE.path())),
        Ending::Owner(organizations) => DeletionAct::Owner(organizations),
        Ending::Due(at) => DeletionAct::Keep(Moment::from(at), desk.form("account/keep")),
    };
    let view = DeletionPage { chrome: desk.chrome(), back_href: desk.href(AccountPage::Overview), act };
    desk.show(&view, status)
}

/// POST `{iss}/account/deletion`: it is wanted.
pub(crate) async fn ask_deletion(posted: Posted) -> Answered {
    let session = posted.fresh(PAGE).await?;
    let call = &posted.call;
    let asked = call.idp().ask_deletion(call.cx(), &call.issuer, &session).await;
    match call.or_stopped(PAGE, asked).await? {
        refused @ Ending::Owner(_) => Ok(show(call, session.full(), refused, StatusCode::CONFLICT)),
        Ending::Stays | Ending::Due(_) => Ok(call.to(PAGE)),
    }
}

/// POST `{iss}/account/keep`: it is wanted no longer.
pub(crate) async fn keep(posted: Posted) -> Answered {
    let session = posted.full(PAGE).await?;
    let kept = posted.call.idp().keep_account(posted.call.cx(), &session).await;
    posted.back(AccountPage::Overview, kept).await
}
