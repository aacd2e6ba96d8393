//! Pages: the frame they share, and the page that says what went wrong.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use gatehouse_domain::ids::RequestId;
use gatehouse_domain::login::AccountPage;
use gatehouse_domain::oauth::PageReason;
use gatehouse_domain::tenant::Branding;
use gatehouse_flows::Issuer;
use gatehouse_flows::login::{Stays, Stop};
use gatehouse_pages::views::{ErrorPage, Page, Way, WayOut};
use gatehouse_pages::{Brand, Chrome, Colour, FormTarget, Locale, LogoPath, PageKind, TextId, csp};

use super::report;
use crate::headers;
use crate::request::Visit;
use crate::web::Web;

/// What surrounds every page of a visit.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The look and language.
    pub(crate) chrome: Chrome,
    operation: RequestId,
}

impl Frame {
    /// The frame of an issuer's pages, in the language of a visit.
    pub(crate) fn of(web: &Web, issuer: &Issuer, visit: &Visit) -> Self {
        let mut brand = issuer
            .tenant()
            .map_or_else(platform_brand, |tenant| brand(&tenant.branding, tenant.name.as_str()));
        brand.logo = web.idp.logo_mark(issuer).and_then(|mark| logo_path(issuer, &mark));
        Self::with(brand, visit.cx.request, visit.accept_language.as_deref())
    }

    /// The frame where no issuer is known.
    pub(crate) fn platform(operation: RequestId, accept_language: Option<&str>) -> Self {
        Self::with(platform_brand(), operation, accept_language)
    }

    fn with(brand: Brand, operation: RequestId, accept_language: Option<&str>) -> Self {
        let locale = Locale::negotiate(None, accept_language, Locale::En);
        Self { chrome: Chrome::new(Arc::new(brand), locale), operation }
    }

    /// The frame in the languages that an app wished for, if we speak one of them.
    pub(crate) fn wished(mut self, ui_locales: Option<&str>) -> Self {
        self.chrome.locale = Locale::negotiate(ui_locales, None, self.chrome.locale);
        self
    }

    /// A page with what it may do.
    pub(crate) fn show(
        &self,
        page: &impl Page,
        status: StatusCode,
        kind: PageKind,
        targets: &[FormTarget],
    ) -> Response {
        let policy = csp(kind, targets);
        match page.html() {
            Ok(html) => {
                let mut response = (status, html).into_response();
                headers::page(response.headers_mut(), &policy);
                let content = HeaderValue::from_static("text/html; charset=utf-8");
                response.headers_mut().insert(header::CONTENT_TYPE, content);
                response
            }
            Err(error) => {
                tracing::error!(%error, "a page did not render");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    /// The page about something that went wrong.
    pub(crate) fn error(&self, fault: TextId, way_out: Option<WayOut>) -> Response {
        let operation = self.operation.to_string();
        let page = ErrorPage { chrome: self.chrome.clone(), fault, operation, way_out };
        let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = self.show(&page, status, PageKind::Plain, &[]);
        let wait = match fault {
            TextId::Throttled { seconds } => Some(seconds.get()),
            TextId::Busy => Some(1),
            _ => None,
        };
        if let Some(seconds) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

fn platform_brand() -> Brand {
    brand(&Branding::default(), "Gatehouse")
}

fn brand(branding: &Branding, name: &str) -> Brand {
    let product = branding.product_name.as_ref().map_or(name, |product| product.as_str());
    Brand {
        product_name: product.to_owned(),
        tenant_name: Some(name.to_owned()),
        primary: branding.primary.map_or(DEFAULT_COLOUR, |c| Colour::rgb(c.r, c.g, c.b)),
        logo: None,
    }
}

/// Where the issuer's logo is served; another mark for another one, so that browsers keep no old one.
fn logo_path(issuer: &Issuer, mark: &str) -> Option<LogoPath> {
    format!("{}/logo?v={mark}", issuer.path()).parse().ok()
}

const DEFAULT_COLOUR: Colour = Colour::rgb(0x3b, 0x3f, 0xd8);

/// What is said about a step that could not be taken. A failure of ours is logged by this.
pub(crate) fn words(stop: &Stop) -> TextId {
    match stop {
        Stop::CookiesOff => TextId::CookiesOff,
        Stop::Expired | Stop::OtherIssuer => TextId::FlowExpired,
        Stop::Replayed | Stop::OutOfOrder => TextId::FlowReplayed,
        Stop::OtherBrowser => TextId::BrowserMismatch,
        Stop::NoSuchTenant => TextId::TenantUnknown,
        Stop::TenantSuspended => TextId::TenantSuspended,
        Stop::NotSignedIn | Stop::NotFresh(_) => TextId::SessionEnded,
        Stop::FullSessionRequired => TextId::FullSessionRequired,
        Stop::EmailUnproven => TextId::EmailVerificationRequired,
        Stop::AddressHeld => TextId::AddressHeld,
        Stop::AddressStays(Stays::Primary) => TextId::AddressPrimary,
        Stop::AddressStays(Stays::Undoable) => TextId::AddressUndoable,
        Stop::TooManyAddresses => TextId::AddressesFull,
        Stop::LastOwner => TextId::LastOwner,
        Stop::LinkGone => TextId::UndoGone,
        Stop::SignUpClosed => TextId::SignUpClosed,
        Stop::PasswordsOff => TextId::PasswordsOff,
        Stop::InvitationGone => TextId::InvitationGone,
        Stop::InvitationMismatch => TextId::InvitationMismatch,
        Stop::NoMail => TextId::NoMail,
        Stop::Throttled { seconds } => throttled(*seconds),
        Stop::Request(PageReason::UnknownApp) => TextId::AppUnknown,
        Stop::Request(PageReason::RedirectUri) => TextId::RedirectUriMismatch,
        Stop::Request(PageReason::Doubled | PageReason::NoClient) => TextId::InvalidRequest,
        Stop::Fault(fault) => report(fault),
    }
}

/// The page about a step that could not be taken, with the way that its words speak of.
pub(crate) fn stopped(frame: &Frame, issuer: &Issuer, stop: &Stop) -> Response {
    let text = words(stop);
    let href = |way: Way| match way {
        Way::Again => format!("{}/", issuer.path()),
        Way::Account => format!("{}/{}", issuer.path(), AccountPage::Overview.path()),
        Way::Recover => format!("{}/recover", issuer.path()),
    };
    frame.error(text, Way::of(text).map(|way| WayOut { way, href: href(way) }))
}

/// The text of a wait.
pub(crate) fn throttled(seconds: u32) -> TextId {
    TextId::Throttled { seconds: NonZeroU32::new(seconds).unwrap_or(NonZeroU32::MIN) }
}
