//! Name and language.

use gatehouse_domain::audit::{Concerned, What};
use gatehouse_domain::tenant::DisplayName;
use gatehouse_pages::Locale;
use gatehouse_store::{Scope, Trail, identities};

use super::FullSession;
use crate::login::Stop;
use crate::{Ctx, Idp};

/// Why a profile does not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileFault {
    /// Not a name for people.
    Name,
    /// Not a language of ours.
    Locale,
}

impl Idp {
    /// Sets name and language of a person. The language is that of the person's letters and of this page; empty, the browser's
    /// is taken.
    ///
    /// # Errors
    /// Why nothing was changed.
    pub async fn change_profile(
        &self,
        cx: &Ctx,
        session: &FullSession,
        name: &str,
        locale: &str,
    ) -> Result<Result<(), ProfileFault>, Stop> {
        let Ok(name) = name.parse::<DisplayName>() else { return Ok(Err(ProfileFault::Name)) };
        let wanted = Locale::ALL.into_iter().find(|known| known.tag() == locale);
        if wanted.is_none() && !locale.is_empty() {
            return Ok(Err(ProfileFault::Locale));
        }
        let identity = session.identity();
        let record =
            self.record_by(cx, session.session(), What::ProfileChanged(Concerned { identity })).await?;
        let mut tx = self.pool()?.write(Scope::identity(identity), "change_profile").await?;
        if !identities::lock_for(&mut tx, session.session()).await? {
            return Err(Stop::NotSignedIn);
        }
        if !identities::set_profile(&mut tx, name.as_str(), wanted.map(Locale::tag)).await? {
            return Err(Stop::NotSignedIn);
        }
        tx.commit(Trail::of([record])).await?;
        Ok(Ok(()))
    }
}
