//! Browsers that are known for an address: they have signed it in, or proven its mailbox for a new password. When others try the
//! address, such a browser is judged by itself.

use chrono::TimeDelta;
use gatehouse_domain::ids::uuid_v7;
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::time::Timestamp;
use gatehouse_keys::mint::{Kind, Whereabouts, mint};
use gatehouse_store::WriteTx;
use gatehouse_store::browsers::{self, Known};
use uuid::Uuid;

use crate::login::{Browser, Landing, Loaded, Step, handle_digest};
use crate::oauth::cell_label;
use crate::{Ctx, Fault, Idp, Issuer};

/// How long a browser handle outlives the last proof in it.
const HANDLE_DAYS: i64 = 400;

/// A new handle of a browser: what is proven in it is more than the old one was given for.
#[derive(Debug)]
pub(crate) struct NewHandle {
    /// Its text, for the cookie.
    pub(crate) text: Secret<String>,
    /// The row that it leads to, and for which address.
    pub(crate) known: Known,
}

impl NewHandle {
    /// Makes the browser known with a transaction in the scope of whoever has the address.
    pub(crate) async fn remember(&self, tx: &mut WriteTx, now: Timestamp) -> Result<(), Fault> {
        Ok(browsers::remember(tx, &self.known, now).await?)
    }
}

impl Idp {
    /// A new handle for a browser in which somebody has shown who they are.
    pub(crate) fn new_handle(&self, cx: &Ctx, browser: &Browser, mark: [u8; 32]) -> Result<NewHandle, Fault> {
        let place = Whereabouts { cell: cell_label()?, tenant: None, row: None };
        let handle = mint(Kind::Browser, Some(&place), self.rng.as_ref());
        let known = Known {
            old: handle_digest(browser.handle.as_ref()),
            new: handle.digest,
            browser: uuid_v7(cx.now, self.rng.as_ref()),
            mark,
            expires_at: cx.now + TimeDelta::days(HANDLE_DAYS),
        };
        Ok(NewHandle { text: handle.text, known })
    }

    /// The mark that a browser bears for an address that it is known for.
    pub(crate) async fn browser_mark(&self, address: &str) -> Result<[u8; 32], Fault> {
        Ok(self.data_key(Owner::Platform).await?.mac_key("browser-mark")?.tag(address.as_bytes()))
    }

    /// This browser, if it is known for the address of a mark: its row, which every further sign-in leaves as it is.
    pub(crate) async fn known_browser(
        &self,
        cx: &Ctx,
        browser: &Browser,
        mark: &[u8; 32],
    ) -> Result<Option<Uuid>, Fault> {
        let Some(handle) = handle_digest(browser.handle.as_ref()) else { return Ok(None) };
        Ok(browsers::knows(self.pool()?, &handle, mark, cx.now).await?)
    }

    /// Goes on with a flow in a browser that has just got another handle. It needs that whatever comes next: the old one is worth
    /// nothing any more.
    pub(crate) async fn advance_with(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        handle: Secret<String>,
        flow: Loaded,
    ) -> Step {
        let with = Browser { pre: browser.pre.clone(), handle: Some(handle.clone()) };
        let reference = flow.reference.clone();
        let advanced = self.advance(cx, issuer, &with, flow).await;
        let step =
            advanced.unwrap_or_else(|_| Step { landing: Landing::Resume, flow: reference, handle: None });
        Step { handle: Some(handle), ..step }
    }
}
