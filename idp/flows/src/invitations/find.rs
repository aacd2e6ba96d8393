//! From the link of an invitation to what its page says. Looking changes nothing.

use gatehouse_domain::access::grantors;
use gatehouse_domain::audit::What;
use gatehouse_domain::identity::{IdentityStatus, Role};
use gatehouse_domain::ids::{IdentityId, InvitationId, TenantId};
use gatehouse_domain::invitation::InvitationState;
use gatehouse_domain::secret::Digest;
use gatehouse_domain::session::{Authority, LiveSession};
use gatehouse_domain::tenant::{Tenant, TenantStatus};
use gatehouse_domain::time::Timestamp;
use gatehouse_keys::mint::{Handle, Kind};
use gatehouse_store::invitations::{self, Invitation};
use gatehouse_store::{Reads, Scope, addresses, members};

use super::invite::may_invite;
use crate::login::{AccountFace, Browser, Stop};
use crate::{Ctx, Idp, Issuer};

/// What the page of an invitation says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationFace {
    /// The name of the tenant.
    pub tenant: String,
    /// The name of the member who invites, if it is a member and has one.
    pub inviter: Option<String>,
    /// As what.
    pub role: Role,
    /// For which address.
    pub address: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// An invitation as the browser that opened it sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvitationSeen {
    /// Nobody is signed in. Whether somebody has the address already is not told.
    SignedOut {
        /// What it says.
        face: InvitationFace,
        /// Whether an account can be made by it.
        sign_up: bool,
    },
    /// Whoever has proven the address is signed in, and may answer.
    Owner {
        /// What it says.
        face: InvitationFace,
        /// Who.
        account: AccountFace,
    },
    /// Somebody is signed in who has not proven the address.
    Mismatch {
        /// What it says.
        face: InvitationFace,
        /// Who.
        account: AccountFace,
    },
}

/// An invitation that can be accepted, with what that depends on.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) tenant: TenantId,
    pub(super) invitation: Invitation,
    /// The link, where one was followed.
    pub(super) link: Option<Digest>,
    pub(super) owner: Option<IdentityId>,
    pub(super) face: InvitationFace,
}

impl Idp {
    /// Whether a text can be the token of a mailed link at all.
    pub fn is_link(text: &str) -> bool {
        Handle::parse(Kind::MailLink, text).is_ok()
    }

    /// The invitation that a browser holds the token of.
    ///
    /// # Errors
    /// [`Stop::InvitationGone`] whatever is wrong with it.
    pub async fn look_at_invitation(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        token: &str,
    ) -> Result<InvitationSeen, Stop> {
        let open = self.open_invitation(cx, issuer, token).await?;
        let sessions = self.full_sessions(cx, browser).await?;
        let own = sessions.iter().find(|session| open.owner == Some(session.identity));
        Ok(match (own, sessions.first()) {
            (Some(own), _) => InvitationSeen::Owner { face: open.face, account: AccountFace::of(own) },
            (None, Some(other)) => {
                self.note_mismatch(cx, &open).await;
                InvitationSeen::Mismatch { face: open.face, account: AccountFace::of(other) }
            }
            (None, None) => {
                InvitationSeen::SignedOut { face: open.face, sign_up: self.may_sign_up(issuer, true) }
            }
        })
    }

    /// The invitation of a link, if it can be accepted now.
    pub(super) async fn open_invitation(&self, cx: &Ctx, issuer: &Issuer, token: &str) -> Result<Open, Stop> {
        let link = Handle::parse(Kind::MailLink, token).map_err(|_| Stop::InvitationGone)?.digest;
        let tenant = issuer.tenant().ok_or(Stop::InvitationGone)?;
        let mut tx = self.pool()?.read(Scope::tenant(tenant.at.id), "invitation").await?;
        let invitation = invitations::by_link(&mut tx, &link).await?.ok_or(Stop::InvitationGone)?;
        let open = opened(cx, tenant, &mut tx, invitation).await?;
        Ok(Open { link: Some(link), ..open })
    }

    /// An invitation that its person was shown without the link, if it can be accepted now.
    pub(super) async fn invitation_at(
        &self,
        cx: &Ctx,
        tenant: &Tenant,
        id: InvitationId,
    ) -> Result<Open, Stop> {
        let mut tx = self.pool()?.read(Scope::tenant(tenant.at.id), "invitation").await?;
        let invitation = invitations::by_id(&mut tx, id).await?.ok_or(Stop::InvitationGone)?;
        opened(cx, tenant, &mut tx, invitation).await
    }

    /// What waits in a tenant for an address that the person of a session has proven.
    pub(super) async fn invitation_for(
        &self,
        cx: &Ctx,
        tenant: &Tenant,
        session: &LiveSession,
    ) -> Result<Option<Open>, Stop> {
        let scope = Scope::both(tenant.at.id, session.identity);
        let mut tx = self.pool()?.read(scope, "invitation_for").await?;
        for held in addresses::list(&mut tx).await?.into_iter().filter(|held| held.state.is_proven()) {
            let Some(pending) = invitations::pending(&mut tx, &held.address.canonical()).await? else {
                continue;
            };
            match opened(cx, tenant, &mut tx, pending).await {
                Err(Stop::InvitationGone) => {}
                found => return found.map(Some),
            }
        }
        Ok(None)
    }

    /// The sessions of a browser that an own credential opened: no tenant's upstream accepts for a person (rule D4).
    pub(super) async fn full_sessions(&self, cx: &Ctx, browser: &Browser) -> Result<Vec<LiveSession>, Stop> {
        let mut sessions = self.sessions(cx, browser).await?;
        sessions.retain(|session| {
            session.authority == Authority::Full && session.identity_status == IdentityStatus::Active
        });
        Ok(sessions)
    }

    pub(super) async fn note_mismatch(&self, cx: &Ctx, open: &Open) {
        let what = What::InvitationMismatch { invitation: open.invitation.id };
        self.note_refusal(cx, Some(open.tenant), what).await;
    }
}

/// An invitation with what its page says, if it can be accepted now: who invites may still give the role, too (rule D9).
async fn opened(
    cx: &Ctx,
    tenant: &Tenant,
    tx: &mut impl Reads,
    invitation: Invitation,
) -> Result<Open, Stop> {
    if tenant.status != TenantStatus::Active || invitation.state_at(cx.now) != InvitationState::Pending {
        return Err(Stop::InvitationGone);
    }
    let inviter = match invitation.inviter {
        Some(id) => {
            let member = members::by_id(tx, id).await?;
            let member = member.filter(|member| may_invite(member, invitation.role));
            member.ok_or(Stop::InvitationGone)?.name
        }
        None => None,
    };
    let owner = addresses::find_verified_owner(tx, &invitation.address).await?;
    let face = InvitationFace {
        tenant: tenant.name.to_string(),
        inviter,
        role: invitation.role,
        address: invitation.address.to_string(),
        expires_at: invitation.expires_at,
    };
    Ok(Open { tenant: tenant.at.id, invitation, link: None, owner, face })
}

/// The roles of which an inviter must hold one.
pub(crate) fn inviters(role: Role) -> Vec<Role> {
    grantors(role)
}
