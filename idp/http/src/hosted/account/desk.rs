//! What the pages of the account share: whose they are, their forms, and the way to a sign-in.

use axum::http::StatusCode;
use axum::response::Response;
use gatehouse_domain::ids::SessionId;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::Issuer;
use gatehouse_flows::account::{FreshSession, FullSession, Visitor};
use gatehouse_flows::login::Stop;
use gatehouse_pages::views::{Page, Way, WayOut};
use gatehouse_pages::{Chrome, Form, PageKind, TextId};

use crate::answer::see_other;
use crate::fault::{Frame, words};
use crate::hosted::call::{Answered, Call, FormKey, Posted};
use crate::hosted::flow::begin;
use crate::hosted::step::{fail, note};

/// A page for whoever is signed in.
pub(super) struct Desk<'a> {
    /// In the language of the person.
    frame: Frame,
    issuer: &'a Issuer,
    session: String,
    key: FormKey,
}

impl Call {
    /// Whose page it is.
    pub(super) async fn visitor(&self, page: AccountPage) -> Result<Visitor, Response> {
        self.visitor_of(page, None).await
    }

    /// The same, where only a session of the person's own will do.
    pub(super) async fn full(&self, page: AccountPage) -> Result<FullSession, Response> {
        self.full_of(page, None).await
    }

    /// The same, where a credential must have been shown a moment ago.
    pub(super) async fn fresh(&self, page: AccountPage) -> Result<FreshSession, Response> {
        self.fresh_of(page, None).await
    }

    /// What a use case answered, or the page about why it was not for this session. Whoever can be let in by a sign-in is led there,
    /// and comes back.
    pub(super) async fn or_stopped<T>(
        &self,
        page: AccountPage,
        answered: Result<T, Stop>,
    ) -> Result<T, Response> {
        match answered {
            Ok(answer) => Ok(answer),
            Err(stop) => Err(self.stopped(page, &stop).await),
        }
    }

    pub(super) async fn stopped(&self, page: AccountPage, stop: &Stop) -> Response {
        match stop {
            Stop::NotSignedIn => self.sign_in(page, None).await,
            Stop::NotFresh(session) => self.sign_in(page, Some(*session)).await,
            _ => {
                note(&self.web, &self.issuer, &self.visit, stop).await;
                let way_out = WayOut { way: Way::Account, href: href(&self.issuer, back_to(page, stop)) };
                let frame = self.frame().wished(self.chosen.get().map(String::as_str));
                frame.error(words(stop), Some(way_out))
            }
        }
    }

    pub(super) fn desk(&self, visitor: &Visitor) -> Desk<'_> {
        Desk {
            frame: self.frame().wished(visitor.locale()),
            issuer: &self.issuer,
            session: visitor.key(),
            key: FormKey::of(&self.web, &self.visit),
        }
    }

    /// On to a page of the account.
    pub(super) fn to(&self, page: AccountPage) -> Response {
        see_other(&href(&self.issuer, page))
    }

    async fn visitor_of(&self, page: AccountPage, shown: Option<&str>) -> Result<Visitor, Response> {
        let found = self.idp().visitor(self.cx(), &self.issuer, &self.visit.browser, shown).await;
        let visitor = self.or_stopped(page, found).await?;
        if let Some(locale) = visitor.locale() {
            self.chosen.get_or_init(|| locale.to_owned());
        }
        Ok(visitor)
    }

    async fn full_of(&self, page: AccountPage, shown: Option<&str>) -> Result<FullSession, Response> {
        let visitor = self.visitor_of(page, shown).await?;
        self.or_stopped(page, visitor.full()).await
    }

    async fn fresh_of(&self, page: AccountPage, shown: Option<&str>) -> Result<FreshSession, Response> {
        let session = self.full_of(page, shown).await?;
        self.or_stopped(page, session.fresh(self.cx().now)).await
    }

    async fn sign_in(&self, page: AccountPage, again: Option<SessionId>) -> Response {
        match self.idp().start_account(self.cx(), &self.issuer, &self.visit.browser, page, again).await {
            Ok(started) => begin(&self.issuer, &started.flow, started.pre.as_ref()),
            Err(stop) => fail(&self.web, &self.issuer, &self.visit, &stop).await,
        }
    }
}

impl Posted {
    /// The session that the form was shown to.
    pub(super) async fn visitor(&self, page: AccountPage) -> Result<Visitor, Response> {
        self.call.visitor_of(page, Some(self.shown().await?)).await
    }

    /// The same, where only a session of the person's own will do.
    pub(super) async fn full(&self, page: AccountPage) -> Result<FullSession, Response> {
        self.call.full_of(page, Some(self.shown().await?)).await
    }

    /// The same, where a credential must have been shown a moment ago.
    pub(super) async fn fresh(&self, page: AccountPage) -> Result<FreshSession, Response> {
        self.call.fresh_of(page, Some(self.shown().await?)).await
    }

    /// What names the session. A form that names none acts for nobody: of several accounts, the one used last may be another than
    /// the one that was shown.
    async fn shown(&self) -> Result<&str, Response> {
        let call = &self.call;
        if let Some(shown) = self.form.fields.get("session") {
            return Ok(shown);
        }
        call.idp().refused(call.cx(), &call.issuer, "account", "no_session", None).await;
        Err(call.frame().error(TextId::InvalidRequest, None))
    }

    /// Back to a page of the account, whatever a use case did there.
    pub(super) async fn back<T>(&self, page: AccountPage, answered: Result<T, Stop>) -> Answered {
        self.call.or_stopped(page, answered).await?;
        Ok(self.call.to(page))
    }
}

impl Desk<'_> {
    pub(super) fn chrome(&self) -> Chrome {
        self.frame.chrome.clone()
    }

    /// A form that acts for the session that it is shown to.
    pub(super) fn form(&self, action: &str) -> Form {
        self.key.form(self.issuer, action).with("session", self.session.clone())
    }

    pub(super) fn href(&self, page: AccountPage) -> String {
        href(self.issuer, page)
    }

    /// Sends a page, with the secret that its forms rest on.
    pub(super) fn show(&self, view: &impl Page, status: StatusCode) -> Response {
        self.key.send_with(self.frame.show(view, status, PageKind::Form, &[]))
    }
}

/// The address of a page of the account.
fn href(issuer: &Issuer, page: AccountPage) -> String {
    format!("{}/{}", issuer.path(), page.path())
}

/// The page that a refusal leads back to: the one that refused, unless it would only refuse again.
const fn back_to(page: AccountPage, stop: &Stop) -> AccountPage {
    match (page, stop) {
        (_, Stop::FullSessionRequired | Stop::EmailUnproven) => AccountPage::Overview,
        (AccountPage::AddAddress, _) => AccountPage::Addresses,
        _ => page,
    }
}
