//! Looking at a flow: the page it is at, without moving it.

use gatehouse_domain::email::ProofPurpose;
use gatehouse_domain::session::LiveSession;

use super::decide::Decided;
use super::flow::Loaded;
use super::{AccountFace, AppFace, Browser, Landing, Offers, Screen, Step, Stop};
use crate::{Ctx, Idp, Issuer};

/// What to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The page that the flow is at.
    Here,
    /// The address again.
    AtIdentifier,
    /// The signed-in accounts.
    AtAccounts,
    /// The beginning of a proof of a mailbox.
    AtMailbox(ProofPurpose),
}

impl Idp {
    /// The page of a flow. Where everything is there already, because the person signed in in another tab, the account is
    /// offered: a GET does not go on by itself.
    ///
    /// # Errors
    /// Why there is no such page.
    pub async fn look(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
        look: Look,
    ) -> Result<Step, Stop> {
        let flow = self.flow(cx, issuer, browser, flow).await?;
        let sessions = self.sessions(cx, browser).await?;
        let screen = match look {
            Look::AtIdentifier => identifier_again(&flow, &sessions),
            Look::AtMailbox(purpose) if !proves_invited(&flow) => mailbox(&flow, purpose),
            Look::AtAccounts => Screen::Accounts { accounts: faces(&sessions), complaint: None },
            Look::Here | Look::AtMailbox(_) => match self.decide(cx, issuer, &flow.state, &sessions).await? {
                Decided::Screen(screen) => screen,
                Decided::Returned(session) => {
                    Screen::Accounts { accounts: vec![AccountFace::of(&session)], complaint: None }
                }
                Decided::Ready(ready) => {
                    Screen::Accounts { accounts: vec![AccountFace::of(&ready.session)], complaint: None }
                }
                Decided::Refused(..) => Screen::Accounts { accounts: faces(&sessions), complaint: None },
            },
        };
        self.show(issuer, flow, screen).await
    }

    /// A step that ends on a page.
    pub(crate) async fn show(&self, issuer: &Issuer, flow: Loaded, screen: Screen) -> Result<Step, Stop> {
        let request = flow.state.request.as_ref();
        let app = match request {
            Some(request) => self.app(issuer.owner(), &request.client_id).await?.map(|known| AppFace {
                name: known.app.name.clone(),
                host: url::Url::parse(&request.redirect_uri)
                    .ok()
                    .and_then(|uri| uri.host_str().map(str::to_owned)),
            }),
            None => None,
        };
        let prefilled = match &screen {
            Screen::Password { identifier, .. } => self.settings.prefill.password(&flow.state, identifier),
            _ => None,
        };
        let landing = Landing::Show {
            screen,
            offers: Offers {
                sign_up: self.sign_up_is_open(issuer) && flow.state.invitation.is_none(),
                recovery: self.can_mail() && self.recovers(issuer),
                another_address: !is_of_one_address(&flow),
                later: flow.state.confirms(),
            },
            prefilled,
            app,
            destination: request.map(|request| request.redirect_uri.clone()),
            ui_locales: flow.state.ui_locales().map(str::to_owned),
        };
        Ok(Step { landing, flow: flow.reference, handle: None })
    }
}

/// Whether the flow is about one address alone.
fn is_of_one_address(flow: &Loaded) -> bool {
    flow.state.joins() || flow.state.own || flow.state.confirms() || proves_invited(flow)
}

/// Whether the flow proves the address of an invitation, and no other.
fn proves_invited(flow: &Loaded) -> bool {
    let purpose = flow.state.detour.as_ref().map(|detour| detour.purpose);
    let proves = matches!(purpose, Some(ProofPurpose::SignUp | ProofPurpose::Address));
    flow.state.invitation.is_some() && proves
}

fn identifier_again(flow: &Loaded, sessions: &[LiveSession]) -> Screen {
    let value = flow.state.identifier.as_ref().map(ToString::to_string).unwrap_or_default();
    Screen::Identifier { value, accounts: sessions.len(), complaint: None }
}

/// The address that was typed before is not asked for anew.
fn mailbox(flow: &Loaded, purpose: ProofPurpose) -> Screen {
    let value = flow.state.identifier.as_ref().map(ToString::to_string).unwrap_or_default();
    Screen::Mailbox { purpose, value, complaint: None }
}

fn faces(sessions: &[LiveSession]) -> Vec<AccountFace> {
    sessions.iter().map(AccountFace::of).collect()
}
