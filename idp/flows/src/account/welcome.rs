//! What somebody can do next who has just made an account; of use at any later time too, and nothing is changed by looking.

use gatehouse_domain::oauth::Owner;

use super::{FullSession, MembershipFace};
use crate::invitations::OwnInvitation;
use crate::login::Stop;
use crate::{Ctx, Idp, Issuer};

/// What comes next.
#[derive(Debug, Clone)]
pub struct Welcome {
    /// The tenant that was made for this person alone.
    pub own: Option<MembershipFace>,
    /// The invitations that wait for an address of the person.
    pub invitations: Vec<OwnInvitation>,
    /// The apps that the person may open, as far as they say where one begins.
    pub apps: Vec<AppStart>,
}

/// Where an app is begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppStart {
    /// Its name.
    pub name: String,
    /// Its address.
    pub href: String,
}

impl Idp {
    /// What a person can do next at an issuer.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn welcome(&self, cx: &Ctx, issuer: &Issuer, session: &FullSession) -> Result<Welcome, Stop> {
        let mut own = None;
        for member in &session.session().memberships {
            if let Some(tenant) = self.tenant(member.tenant).await?.filter(|tenant| tenant.personal) {
                own = Some(MembershipFace::of(&tenant, &member.roles, self.base.url()));
            }
        }
        let invitations = self.own_invitations(cx, session).await?;
        Ok(Welcome { own, invitations, apps: self.app_starts(issuer, session).await? })
    }

    /// The apps of an issuer that a person may open: a tenant's own; the platform's where a tenant of the person has them.
    async fn app_starts(&self, issuer: &Issuer, session: &FullSession) -> Result<Vec<AppStart>, Stop> {
        let mut starts = Vec::new();
        for app in self.all_apps(issuer.owner()).await?.iter() {
            let Some(href) = app.config.start_at(issuer.iss()) else { continue };
            let mut may = issuer.owner() != Owner::Platform;
            for member in &session.session().memberships {
                may = may || self.is_entitled(member.tenant, app.id).await?;
            }
            if may {
                starts.push(AppStart { name: app.name.to_string(), href: href.into() });
            }
        }
        Ok(starts)
    }
}
