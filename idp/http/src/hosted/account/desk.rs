//! What the pages of the account share: whose they are, their forms, and the way to a sign-in.

use axum::http::header;
use axum::response::Response;
use gatehouse_domain::ids::SessionId;
use gatehouse_domain::login::AccountPage;
use gatehouse_domain::secret::Secret;
use gatehouse_flows::Issuer;
use gatehouse_flows::account::Visitor;
use gatehouse_flows::login::Stop;
use gatehouse_pages::Form;

use crate::answer::see_other;
use crate::fault::Frame;
use crate::hosted::flow::begin;
use crate::hosted::gate::purpose;
use crate::hosted::step::fail;
use crate::request::Visit;
use crate::web::Web;
use crate::{cookies, csrf};

/// A page for whoever is signed in.
pub(super) struct Desk<'a> {
    /// In the language of the person.
    pub(super) frame: Frame,
    issuer: &'a Issuer,
    session: String,
    pre: Option<Secret<String>>,
    /// A pre-session secret that the browser has not got yet.
    new_pre: Option<Secret<String>>,
}

impl<'a> Desk<'a> {
    pub(super) fn of(web: &Web, issuer: &'a Issuer, visit: &Visit, visitor: &Visitor) -> Self {
        let pre = visit.browser.pre.clone();
        let new_pre = if pre.is_none() { Some(web.idp.new_pre_session()) } else { None };
        Self {
            frame: Frame::of(web, issuer, visit).wished(visitor.locale()),
            issuer,
            session: visitor.key(),
            pre: pre.or_else(|| new_pre.clone()),
            new_pre,
        }
    }

    /// A form that acts for the session that it is shown to.
    pub(super) fn form(&self, action: &str) -> Form {
        let token = self.pre.as_ref().map(|pre| csrf::token(pre, &purpose(self.issuer, "")));
        Form::to(format!("{}/{action}", self.issuer.path()))
            .with("csrf", token.unwrap_or_default())
            .with("session", self.session.clone())
    }

    pub(super) fn href(&self, page: AccountPage) -> String {
        href(self.issuer, page)
    }

    /// Sends a page, with the secret that its forms rest on.
    pub(super) fn send(self, mut response: Response) -> Response {
        let cookie = self.new_pre.and_then(|pre| cookies::set(cookies::PRE_SESSION, &pre, None));
        if let Some(cookie) = cookie {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

/// The address of a page of the account.
pub(super) fn href(issuer: &Issuer, page: AccountPage) -> String {
    format!("{}/{}", issuer.path(), page.path())
}

/// On to a page of the account.
pub(super) fn to(issuer: &Issuer, page: AccountPage) -> Response {
    see_other(&href(issuer, page))
}

/// Why a page or form of the account was not for this session. Whoever can be let in by a sign-in is led there, and comes back.
pub(super) async fn stopped(
    web: &Web,
    issuer: &Issuer,
    visit: &Visit,
    page: AccountPage,
    stop: &Stop,
) -> Response {
    match stop {
        Stop::NotSignedIn => sign_in(web, issuer, visit, page, None).await,
        Stop::NotFresh(session) => sign_in(web, issuer, visit, page, Some(*session)).await,
        _ => fail(web, issuer, visit, stop).await,
    }
}

async fn sign_in(
    web: &Web,
    issuer: &Issuer,
    visit: &Visit,
    page: AccountPage,
    again: Option<SessionId>,
) -> Response {
    match web.idp.start_account(&visit.cx, issuer, &visit.browser, page, again).await {
        Ok(started) => begin(issuer, &started.flow, started.pre.as_ref()),
        Err(stop) => fail(web, issuer, visit, &stop).await,
    }
}

/// A handler of a form that leads back to one page of the account, whatever it did there.
macro_rules! act {
    ($(#[$doc:meta])* $name:ident -> $page:ident, $who:ident, |$idp:ident, $cx:ident, $issuer:ident, $session:ident, $field:ident| $call:expr) => {
        $(#[$doc])*
        pub(crate) async fn $name(
            axum::extract::State(web): axum::extract::State<$crate::web::Web>,
            $crate::request::At(issuer): $crate::request::At,
            visit: $crate::request::Visit,
            headers: axum::http::HeaderMap,
            body: axum::body::Body,
        ) -> axum::response::Response {
            use $crate::hosted::account::desk::{stopped, to};
            let page = gatehouse_domain::login::AccountPage::$page;
            let form = match $crate::hosted::gate::guard(&web, &issuer, &visit, &headers, body).await {
                Ok(form) => form,
                Err(refused) => return refused,
            };
            let $field = |name: &str| form.fields.get(name).unwrap_or_default();
            let shown = form.fields.get("session");
            let ($idp, $cx, $issuer) = (&web.idp, &visit.cx, &issuer);
            let $session = match $idp.$who($cx, $issuer, &visit.browser, shown).await {
                Ok(session) => session,
                Err(stop) => return stopped(&web, $issuer, &visit, page, &stop).await,
            };
            match $call.await {
                Ok(_) => to($issuer, page),
                Err(stop) => stopped(&web, $issuer, &visit, page, &stop).await,
            }
        }
    };
}

pub(super) use act;
