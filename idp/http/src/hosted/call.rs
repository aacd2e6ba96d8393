//! A request to a hosted page: what every handler begins with.

use std::sync::OnceLock;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use gatehouse_domain::secret::Secret;
use gatehouse_flows::login::Stop;
use gatehouse_flows::{Ctx, Idp, Issuer};
use gatehouse_pages::Form;

use super::flow::with_pre;
use super::gate::{Guarded, guard, purpose};
use super::step::fail;
use crate::fault::Frame;
use crate::request::{At, Visit};
use crate::web::Web;
use crate::{cookies, csrf};

/// A page, or the page about why there is none.
pub(crate) type Answered = Result<Response, Response>;

/// Who asks which issuer.
pub(crate) struct Call {
    /// The deployment.
    pub(crate) web: Web,
    /// The issuer.
    pub(crate) issuer: Issuer,
    /// The visitor.
    pub(crate) visit: Visit,
    /// The language that the person has chosen, once it is known whose page it is.
    pub(crate) chosen: OnceLock<String>,
}

/// A form of ours that has passed the gate: from this browser, for this issuer, in one piece.
pub(crate) struct Posted {
    /// Who sent it.
    pub(crate) call: Call,
    /// The form.
    pub(crate) form: Guarded,
    /// With what.
    pub(crate) headers: HeaderMap,
}

/// The secret of the browser that forms outside of a flow rest on: the one it has, or one that goes out with the page.
pub(crate) struct FormKey {
    pre: Secret<String>,
    is_new: bool,
}

impl FromRequestParts<Web> for Call {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let At(issuer) = At::from_request_parts(parts, web).await?;
        let Ok(visit) = Visit::from_request_parts(parts, web).await;
        Ok(Self { web: web.clone(), issuer, visit, chosen: OnceLock::new() })
    }
}

impl FromRequest<Web> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let call = Call::from_request_parts(&mut parts, web).await?;
        let form = guard(web, &call.issuer, &call.visit, &parts.headers, body).await?;
        Ok(Self { call, form, headers: parts.headers })
    }
}

impl Call {
    pub(crate) fn idp(&self) -> &Idp {
        &self.web.idp
    }

    pub(crate) const fn cx(&self) -> &Ctx {
        &self.visit.cx
    }

    /// What surrounds the page.
    pub(crate) fn frame(&self) -> Frame {
        Frame::of(&self.web, &self.issuer, &self.visit)
    }

    /// What a use case answered, or the page about why it did nothing.
    pub(crate) async fn or_fail<T>(&self, answered: Result<T, Stop>) -> Result<T, Response> {
        match answered {
            Ok(answer) => Ok(answer),
            Err(stop) => Err(fail(&self.web, &self.issuer, &self.visit, &stop).await),
        }
    }
}

impl Posted {
    /// A field; empty if it was not sent.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.form.fields.get(name).unwrap_or_default()
    }
}

impl FormKey {
    pub(crate) fn of(web: &Web, visit: &Visit) -> Self {
        match &visit.browser.pre {
            Some(pre) => Self { pre: pre.clone(), is_new: false },
            None => Self { pre: web.idp.new_pre_session(), is_new: true },
        }
    }

    /// A form at an issuer that only this browser can send.
    pub(crate) fn form(&self, issuer: &Issuer, action: &str) -> Form {
        let token = csrf::token(&self.pre, &purpose(issuer, ""));
        Form::to(format!("{}/{action}", issuer.path())).with("csrf", token)
    }

    /// Sends the secret with the page, if the browser has not got it.
    pub(crate) fn send_with(&self, response: Response) -> Response {
        with_pre(response, self.is_new.then_some(&self.pre))
    }
}

/// Takes the token of a mailed link from the browser, wherever the answer leads.
pub(crate) fn without(cookie: &str, mut response: Response) -> Response {
    if let Some(cookie) = cookies::set(cookie, &Secret::new(String::new()), Some(0)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
