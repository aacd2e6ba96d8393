//! From where a step leads to what the browser gets.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use gatehouse_domain::login::{AccountPage, Agreed};
use gatehouse_domain::session::Barred;
use gatehouse_flows::Issuer;
use gatehouse_flows::login::{AccountFace, AppFace, Complaint, Landing, Offers, Screen, Step, TenantFace};
use gatehouse_pages::views::{
    AccountChooserPage, AskingApp, ConsentPage, IdentifierPage, PasswordPage, Scope, TenantChoice,
    TenantChooserPage,
};
use gatehouse_pages::{Account, Form, FormTarget, PageKind, TextId};
use url::Url;

use super::flow::login_href;
use super::gate::purpose;
use super::home::face;
use super::invitation::page_of;
use crate::answer::{answer, see_other};
use crate::fault::{Frame, throttled};
use crate::request::Visit;
use crate::web::Web;
use crate::{cookies, csrf};

/// How long a browser keeps its handle: the longest that a session may live.
const HANDLE_LIFE: u32 = 400 * 86_400;

/// Answers a step that was posted: the next page has an address of its own, so that going back or reloading repeats no
/// post. Only a page that complains is the answer itself.
pub(crate) fn land_posted(web: &Web, issuer: &Issuer, visit: &Visit, step: &Step) -> Response {
    match &step.landing {
        Landing::Show { screen, .. } if !screen.complains() => {
            with_handle(see_other(&login_href(issuer, &step.flow)), step)
        }
        _ => land(web, issuer, visit, step),
    }
}

/// Answers a step.
pub(crate) fn land(web: &Web, issuer: &Issuer, visit: &Visit, step: &Step) -> Response {
    let frame = Frame::of(web, issuer, visit);
    let response = match &step.landing {
        Landing::Answer(to_app) => answer(&frame, to_app),
        Landing::Home => see_other(&format!("{}/", issuer.path())),
        Landing::Joined => see_other(&format!("{}/?joined=now", issuer.path())),
        Landing::Invitation => see_other(&page_of(issuer)),
        Landing::Account(page) => see_other(&format!("{}/{}", issuer.path(), page.path())),
        Landing::Resume => see_other(&login_href(issuer, &step.flow)),
        Landing::Show { screen, offers, prefilled, app, destination, ui_locales } => {
            let forms = Forms { issuer, visit, flow: &step.flow, offers: *offers, prefilled: *prefilled };
            let targets: Vec<FormTarget> = destination
                .iter()
                .filter_map(|uri| Url::parse(uri).ok())
                .map(|uri| FormTarget::of(&uri))
                .collect();
            let page = forms.show(&frame.wished(ui_locales.as_deref()), screen, app.as_ref(), &targets);
            with_wait(page, screen)
        }
    };
    with_handle(response, step)
}

/// Says to programs too how long to wait (RFC 6585, section 4).
fn with_wait(mut response: Response, screen: &Screen) -> Response {
    if let Some(seconds) = screen.wait() {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn with_handle(mut response: Response, step: &Step) -> Response {
    let handle =
        step.handle.as_ref().and_then(|handle| cookies::set(cookies::HANDLE, handle, Some(HANDLE_LIFE)));
    if let Some(cookie) = handle {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

pub(super) struct Forms<'a> {
    issuer: &'a Issuer,
    visit: &'a Visit,
    flow: &'a str,
    pub(super) offers: Offers,
    prefilled: Option<&'static str>,
}

impl Forms<'_> {
    pub(super) fn to(&self, action: &str) -> Form {
        let token =
            self.visit.browser.pre.as_ref().map(|pre| csrf::token(pre, &purpose(self.issuer, self.flow)));
        Form::to(format!("{}/{action}", self.issuer.path()))
            .with("flow", self.flow)
            .with("csrf", token.unwrap_or_default())
    }

    /// Another page of the same flow.
    pub(super) fn href(&self, page: &str) -> String {
        format!("{}/{page}?flow={}", self.issuer.path(), self.flow)
    }

    /// The page of the account that asks for one more address.
    pub(super) fn add_address(&self) -> String {
        format!("{}/{}", self.issuer.path(), AccountPage::AddAddress.path())
    }

    /// What the issuer's tenant is called.
    pub(super) fn tenant_name(&self) -> String {
        self.issuer.tenant().map(|tenant| tenant.name.to_string()).unwrap_or_default()
    }

    fn show(
        &self,
        frame: &Frame,
        screen: &Screen,
        app: Option<&AppFace>,
        targets: &[FormTarget],
    ) -> Response {
        let chrome = frame.chrome.clone();
        let app_name = app.map(|app| app.name.to_string());
        match screen {
            Screen::Identifier { value, accounts, complaint } => {
                let page = IdentifierPage {
                    chrome,
                    app: app_name,
                    identifier: value.clone(),
                    fault: complaint.as_ref().map(text),
                    form: self.to("login/identifier"),
                    chooser_href: (*accounts > 0)
                        .then(|| format!("{}&choose=1", login_href(self.issuer, self.flow))),
                    sign_up_href: self.offers.sign_up.then(|| self.href("signup")),
                };
                frame.show(&page, status(complaint.as_ref()), PageKind::Form, targets)
            }
            Screen::Password { identifier, renewed, complaint } => {
                let page = PasswordPage {
                    chrome,
                    app: app_name,
                    identifier: identifier.clone(),
                    change_href: format!("{}&change=1", login_href(self.issuer, self.flow)),
                    recover_href: self.offers.recovery.then(|| self.href("recover")),
                    renewed: *renewed,
                    prefilled: self.prefilled,
                    fault: complaint.as_ref().map(text),
                    form: self.to("login/password"),
                };
                frame.show(&page, status(complaint.as_ref()), PageKind::Form, targets)
            }
            Screen::Mailbox { .. }
            | Screen::Code { .. }
            | Screen::Link { .. }
            | Screen::NewAccount { .. }
            | Screen::NewPassword { .. } => self.proof(frame, screen, app_name, targets),
            Screen::Waiting { .. } | Screen::Confirm { .. } => {
                self.unproven(frame, screen, app_name, targets)
            }
            Screen::Accounts { accounts, complaint } => {
                self.accounts(frame, app_name, accounts, complaint.as_ref().map(text), targets)
            }
            Screen::Invited { account, invitation, face } => {
                self.invited(frame, account, (invitation, face), targets)
            }
            Screen::Barred { account, reason } => {
                let fault = match reason {
                    Barred::NotAMember | Barred::Authority | Barred::Disabled => TextId::NotAMember,
                    Barred::Method | Barred::Age => TextId::SessionEnded,
                };
                self.accounts(frame, app_name, std::slice::from_ref(account), Some(fault), targets)
            }
            Screen::Tenants { account, tenants } => {
                self.tenants(frame, app_name, (account, tenants), targets)
            }
            Screen::Consent { account, tenant, wanted } => {
                self.consent(frame, app, (account, tenant), wanted, targets)
            }
        }
    }

    fn consent(
        &self,
        frame: &Frame,
        app: Option<&AppFace>,
        (account, tenant): (&AccountFace, &TenantFace),
        wanted: &Agreed,
        targets: &[FormTarget],
    ) -> Response {
        let asking = AskingApp {
            name: app.map(|app| app.name.to_string()).unwrap_or_default(),
            host: app.and_then(|app| app.host.clone()),
        };
        let scope = |name: &str| Scope { name: name.to_owned(), description: None };
        let scopes =
            wanted.scopes.iter().chain(wanted.resources.iter().map(String::as_str)).map(scope).collect();
        let page = ConsentPage {
            chrome: frame.chrome.clone(),
            app: asking,
            account: Account {
                tenant: self.issuer.is_platform().then(|| tenant.name.to_string()),
                ..face(account)
            },
            scopes,
            form: self
                .to("login/consent")
                .with("session", account.session.to_string())
                .with("organization", tenant.slug.to_string()),
        };
        frame.show(&page, StatusCode::OK, PageKind::Form, targets)
    }

    fn tenants(
        &self,
        frame: &Frame,
        app: Option<String>,
        (account, tenants): (&AccountFace, &[TenantFace]),
        targets: &[FormTarget],
    ) -> Response {
        let page = TenantChooserPage {
            chrome: frame.chrome.clone(),
            app,
            address: face(account).address,
            fault: None,
            tenants: tenants.iter().map(choice).collect(),
            form: self.to("login/organization"),
            other: self.to("login/another"),
        };
        frame.show(&page, StatusCode::OK, PageKind::Form, targets)
    }

    fn accounts(
        &self,
        frame: &Frame,
        app: Option<String>,
        accounts: &[AccountFace],
        fault: Option<TextId>,
        targets: &[FormTarget],
    ) -> Response {
        let page = AccountChooserPage {
            chrome: frame.chrome.clone(),
            app,
            fault,
            accounts: accounts.iter().map(face).collect(),
            choose: self.to("login/account"),
            remove: self.to("login/remove"),
            other: self.to("login/another"),
        };
        let status = match fault {
            None => StatusCode::OK,
            Some(TextId::Throttled { .. }) => StatusCode::TOO_MANY_REQUESTS,
            Some(_) => StatusCode::FORBIDDEN,
        };
        frame.show(&page, status, PageKind::Form, targets)
    }
}

fn choice(tenant: &TenantFace) -> TenantChoice {
    TenantChoice { slug: tenant.slug.to_string(), name: tenant.name.to_string() }
}

/// What a complaint says; that about a new password is said beside its field, in more than one sentence.
pub(super) fn text(complaint: &Complaint) -> TextId {
    match complaint {
        Complaint::NotAnAddress => TextId::IdentifierInvalid,
        Complaint::CodeMissing => TextId::CodeMissing,
        Complaint::CodeWrong => TextId::CodeWrong,
        Complaint::CodeGone => TextId::CodeGone,
        Complaint::LinkGone => TextId::LinkGone,
        Complaint::NameUnfit => TextId::NameUnfit,
        Complaint::AddressTaken => TextId::AddressTaken,
        Complaint::PasswordMissing | Complaint::PasswordUnfit(_) => TextId::PasswordMissing,
        Complaint::WrongCredentials => TextId::WrongCredentials,
        Complaint::SessionEnded => TextId::SessionEnded,
        Complaint::Throttled { seconds } => throttled(*seconds),
    }
}

pub(super) const fn status(complaint: Option<&Complaint>) -> StatusCode {
    match complaint {
        None => StatusCode::OK,
        Some(
            Complaint::NotAnAddress
            | Complaint::CodeMissing
            | Complaint::CodeWrong
            | Complaint::CodeGone
            | Complaint::LinkGone
            | Complaint::NameUnfit
            | Complaint::PasswordMissing
            | Complaint::PasswordUnfit(_),
        ) => StatusCode::UNPROCESSABLE_ENTITY,
        Some(Complaint::WrongCredentials | Complaint::SessionEnded) => StatusCode::UNAUTHORIZED,
        Some(Complaint::AddressTaken) => StatusCode::CONFLICT,
        Some(Complaint::Throttled { .. }) => StatusCode::TOO_MANY_REQUESTS,
    }
}
