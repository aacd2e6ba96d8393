//! Invitations that wait for an address which somebody has proven, answered without the link (table 19.1, row 18): by whoever looks
//! what comes next, and by whom an app has sent to a tenant that has invited them.

use gatehouse_domain::ids::InvitationId;
use gatehouse_domain::login::FlowState;
use gatehouse_domain::session::{Authority, LiveSession};
use gatehouse_store::{Scope, invitations};

use super::{Accepted, InvitationFace};
use crate::account::FullSession;
use crate::login::{Browser, Screen, Step, Stop};
use crate::{Ctx, Idp, Issuer};

/// How many invitations are shown at once.
const MOST: u16 = 20;

/// An invitation that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnInvitation {
    /// What a form sends to name it.
    pub key: String,
    /// The tenant, as a form names it.
    pub slug: String,
    /// What it says.
    pub face: InvitationFace,
}

/// What somebody accepts, as the page had shown it.
#[derive(Debug, Clone, Copy)]
pub struct AcceptedHere<'a> {
    /// The session of the account.
    pub account: &'a str,
    /// The invitation.
    pub invitation: &'a str,
}

impl Idp {
    /// What waits for a person, in every tenant of the cell.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn own_invitations(&self, cx: &Ctx, session: &FullSession) -> Result<Vec<OwnInvitation>, Stop> {
        let places = {
            let mut tx = self.pool()?.read(Scope::identity(session.identity()), "own_invitations").await?;
            invitations::of_person(&mut tx, cx.now, MOST).await?
        };
        let mut waiting = Vec::new();
        for (tenant, id) in places {
            let Some(tenant) = self.tenant(tenant).await? else { continue };
            match self.invitation_at(cx, &tenant, id).await {
                Ok(open) => waiting.push(OwnInvitation {
                    key: id.to_string(),
                    slug: tenant.at.slug.to_string(),
                    face: open.face,
                }),
                Err(Stop::InvitationGone) => {}
                Err(stop) => return Err(stop),
            }
        }
        Ok(waiting)
    }

    /// Accepts one of them. Tenant, address and role come from the stored row alone.
    ///
    /// # Errors
    /// As [`accept_invitation`](Self::accept_invitation).
    pub async fn accept_own_invitation(
        &self,
        cx: &Ctx,
        session: &FullSession,
        slug: &str,
        key: &str,
    ) -> Result<Accepted, Stop> {
        let tenant = self.tenant_named(slug).await?.ok_or(Stop::InvitationGone)?;
        let id = key.parse::<InvitationId>().map_err(|_| Stop::InvitationGone)?;
        let open = self.invitation_at(cx, &tenant, id).await?;
        if open.owner != Some(session.identity()) {
            self.note_mismatch(cx, &open).await;
            return Err(Stop::InvitationMismatch);
        }
        self.accept_open(cx, &open, session.session()).await
    }

    /// The page for somebody who is no member where an app has sent them, but is invited there.
    pub(crate) async fn invited_here(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        session: &LiveSession,
    ) -> Result<Option<Screen>, Stop> {
        let Some(tenant) = issuer.tenant().filter(|_| session.authority == Authority::Full) else {
            return Ok(None);
        };
        let open = self.invitation_for(cx, tenant, session).await?;
        Ok(open.map(|open| Screen::Invited {
            account: crate::login::AccountFace::of(session),
            invitation: open.invitation.id.to_string(),
            face: Box::new(open.face),
        }))
    }

    /// Accepts the invitation on the way to an app, and goes on there.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn accept_on_the_way(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
        shown: AcceptedHere<'_>,
    ) -> Result<Step, Stop> {
        let mut flow = self.flow(cx, issuer, browser, flow).await?;
        let session = self.invitee(cx, browser, &flow.state, shown.account).await?;
        let tenant = issuer.tenant().ok_or(Stop::OutOfOrder)?;
        let open = self.invitation_for(cx, tenant, &session).await?.ok_or(Stop::InvitationGone)?;
        if open.invitation.id.to_string() != shown.invitation {
            return Err(Stop::InvitationGone);
        }
        self.accept_open(cx, &open, &session).await?;
        flow.state.joined = true;
        self.save_flow(cx, issuer, &mut flow).await?;
        self.advance(cx, issuer, browser, flow).await
    }

    /// The account that the page showed: the one that the flow goes on with.
    async fn invitee(
        &self,
        cx: &Ctx,
        browser: &Browser,
        state: &FlowState,
        shown: &str,
    ) -> Result<LiveSession, Stop> {
        let chosen = state.opened.or(state.account).filter(|_| state.detour.is_none());
        let sessions = self.full_sessions(cx, browser).await?;
        let found = sessions.into_iter().find(|session| Some(session.id) == chosen);
        found.filter(|session| session.id.to_string() == shown).ok_or(Stop::OutOfOrder)
    }
}
