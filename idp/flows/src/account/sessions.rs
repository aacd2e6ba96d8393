//! Where a person is signed in, and the end of it.

use gatehouse_domain::audit::What;
use gatehouse_domain::ids::SessionId;
use gatehouse_store::{NoTrail, Scope, Trail, identities, sessions};

use super::{FreshSession, FullSession, SessionFace};
use crate::jobs::SessionEnded;
use crate::login::Stop;
use crate::{Ctx, Idp};

/// Why a session ended.
const ENDED_BY_PERSON: &str = "ended_by_person";

impl Idp {
    /// The live sessions of a person, the one used last first.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn own_sessions(&self, cx: &Ctx, session: &FullSession) -> Result<Vec<SessionFace>, Stop> {
        let mut tx = self.pool()?.read(Scope::identity(session.identity()), "own_sessions").await?;
        let all = sessions::list(&mut tx, cx.now).await?;
        Ok(all.into_iter().map(|listed| SessionFace::of(listed, session.session().id)).collect())
    }

    /// Ends one session of the person; whether there was one to end. Of several at the same time one is told true.
    ///
    /// # Errors
    /// Why nothing was ended.
    pub async fn end_one(&self, cx: &Ctx, by: &FreshSession, ended: &str) -> Result<bool, Stop> {
        let Ok(ended) = ended.parse::<SessionId>() else { return Ok(false) };
        let identity = by.identity();
        let what = What::SessionEnded { session: ended, reason: ENDED_BY_PERSON };
        let record = self.record_by(cx, by.session(), what).await?;
        let mut tx = self.pool()?.write(Scope::identity(identity), "end_one").await?;
        if !identities::lock_for(&mut tx, by.session()).await? {
            return Err(Stop::NotSignedIn);
        }
        let Some(tenants) = sessions::end(&mut tx, ended, ENDED_BY_PERSON, cx.now).await? else {
            tx.commit(Trail::none(NoTrail::Seen)).await?;
            return Ok(false);
        };
        self.queue_session_ended(&mut tx, &SessionEnded { identity, session: ended, tenants }).await?;
        tx.commit(Trail::of([record])).await?;
        self.job_bell.notify_one();
        Ok(true)
    }

    /// Ends every session of the person but this one.
    ///
    /// # Errors
    /// Why nothing was ended.
    pub async fn end_all_others(&self, cx: &Ctx, by: &FreshSession) -> Result<(), Stop> {
        let mut tx = self.pool()?.write(Scope::identity(by.identity()), "end_all_others").await?;
        if !identities::lock_for(&mut tx, by.session()).await? {
            return Err(Stop::NotSignedIn);
        }
        let revoked = self.end_rest(cx, &mut tx, by.session(), true, ENDED_BY_PERSON).await?;
        let trail = revoked.map_or_else(|| Trail::none(NoTrail::Housekeeping), |record| Trail::of([record]));
        tx.commit(trail).await?;
        self.job_bell.notify_one();
        Ok(())
    }
}
