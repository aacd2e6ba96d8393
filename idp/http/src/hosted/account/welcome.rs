//! What comes next for somebody who has just made an account. Looking changes nothing, at any time.

use axum::http::StatusCode;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::OwnInvitation;
use gatehouse_flows::account::Visitor;
use gatehouse_pages::Account;
use gatehouse_pages::views::{Place, WaitingInvitation, WelcomePage};

use crate::hosted::call::{Answered, Call, Posted};

const PAGE: AccountPage = AccountPage::Welcome;

/// GET `{iss}/welcome`.
pub(crate) async fn welcome(call: Call) -> Answered {
    let visitor = call.visitor(PAGE).await?;
    let Visitor::Full(session) = &visitor else { return Ok(call.to(AccountPage::Overview)) };
    let found = call.or_stopped(PAGE, call.idp().welcome(call.cx(), &call.issuer, session).await).await?;
    let desk = call.desk(&visitor);
    let address = session.address().map_or_else(|| "—".to_owned(), str::to_owned);
    let waiting = |invitation: OwnInvitation| WaitingInvitation {
        tenant: invitation.face.tenant,
        role: invitation.face.role,
        until: invitation.face.expires_at.into(),
        accept: desk
            .form("welcome/accept")
            .with("organization", invitation.slug)
            .with("invitation", invitation.key),
    };
    let view = WelcomePage {
        chrome: desk.chrome(),
        account: Account {
            key: visitor.key(),
            name: session.name().map(str::to_owned),
            address,
            tenant: None,
        },
        tenant: call.issuer.tenant().map(|tenant| tenant.name.to_string()),
        own: found.own.map(|own| Place { name: own.name, href: own.href }),
        invitations: found.invitations.into_iter().map(waiting).collect(),
        apps: found.apps.into_iter().map(|app| Place { name: app.name, href: app.href }).collect(),
        account_href: desk.href(AccountPage::Overview),
    };
    Ok(desk.show(&view, StatusCode::OK))
}

/// POST `{iss}/welcome/accept`: yes to an invitation that waits.
pub(crate) async fn accept(posted: Posted) -> Answered {
    let session = posted.full(PAGE).await?;
    let (organization, invitation) = (posted.field("organization"), posted.field("invitation"));
    let call = &posted.call;
    let accepted = call.idp().accept_own_invitation(call.cx(), &session, organization, invitation).await;
    posted.back(PAGE, accepted).await
}
