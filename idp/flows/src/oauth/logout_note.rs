//! What an ID token proved in a sign-out that an app asked for by POST, for the way through the browser's address.
//!
//! Such a post may come without cookies, so that the question has to be asked for anew (OIDC RP-Initiated Logout, section
//! 2). The token itself, with the person's name and mail address, would then stay in histories and logs.

use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use gatehouse_keys::seal::Place;
use serde::{Deserialize, Serialize};

use super::LogoutRequest;
use super::logout::Hint;
use crate::keyring::POOL;
use crate::{Ctx, Fault, Idp, Issuer};

/// How long a note leads anywhere: as long as somebody may think about the question.
const LIFE: TimeDelta = TimeDelta::minutes(30);

/// The note of a hint that proves nothing: no seal fits it.
const NOTHING: &str = "nothing";

#[derive(Serialize, Deserialize)]
struct Note {
    hint: Hint,
    until: i64,
}

impl Idp {
    /// Seals what the hint of a request proves, for the same issuer. A hint that proves nothing has its own note, because
    /// it is not the same as no hint; none without a hint.
    ///
    /// # Errors
    /// If the machinery failed.
    pub async fn logout_note(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        request: &LogoutRequest,
    ) -> Result<Option<String>, Fault> {
        if !request.has_token() {
            return Ok(None);
        }
        let Some(hint) = self.hint(cx, issuer, request).await? else { return Ok(Some(NOTHING.to_owned())) };
        let note = Note { hint, until: (cx.now + LIFE).timestamp() };
        let plain = serde_json::to_vec(&note).map_err(|_| Fault::Inconsistent("logout note"))?;
        let sealed = self.data_key(issuer.owner()).await?.seal(&place(issuer), &plain)?;
        Ok(Some(BASE64URL_NOPAD.encode(&sealed)))
    }

    /// What a note of this issuer says, while it lasts.
    pub(super) async fn noted(&self, cx: &Ctx, issuer: &Issuer, note: &str) -> Result<Option<Hint>, Fault> {
        let Ok(sealed) = BASE64URL_NOPAD.decode(note.as_bytes()) else { return Ok(None) };
        let key = self.data_key(issuer.owner()).await?;
        let Ok(plain) = key.open(&place(issuer), &sealed) else { return Ok(None) };
        let note: Option<Note> = serde_json::from_slice(plain.expose()).ok();
        Ok(note.filter(|note| cx.now.timestamp() <= note.until).map(|note| note.hint))
    }
}

/// A note lies in no table; its place is the endpoint of its issuer.
fn place(issuer: &Issuer) -> Place {
    Place::new(POOL, "logout", "note", issuer.iss())
}
