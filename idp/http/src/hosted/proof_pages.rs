//! The pages of a proof of a mailbox, and of what it was for.

use axum::response::Response;
use gatehouse_domain::email::ProofPurpose;
use gatehouse_flows::login::{Complaint, Screen};
use gatehouse_pages::views::{
    CodePage, ConfirmPage, Errand, LinkPage, MailboxPage, NewAccountPage, NewPasswordPage, WaitingPage,
};
use gatehouse_pages::{FormTarget, NewPasswordFault, PageKind, TextId};

use super::show::{Forms, status, text};
use crate::answer::see_other;
use crate::fault::Frame;

impl Forms<'_> {
    /// The page of such a screen; any other screen is none of these.
    pub(super) fn proof(
        &self,
        frame: &Frame,
        screen: &Screen,
        app: Option<String>,
        targets: &[FormTarget],
    ) -> Response {
        let chrome = frame.chrome.clone();
        let complaint = screen.complaint();
        let fault = complaint.filter(|complaint| !matches!(complaint, Complaint::PasswordUnfit(_))).map(text);
        let unfit = match complaint {
            Some(Complaint::PasswordUnfit(judgement)) => NewPasswordFault::of(chrome.locale, judgement),
            _ => None,
        };
        let status = status(complaint);
        match screen {
            Screen::Mailbox { purpose, value, .. } => {
                // For an account its own page asks, with the session that it acts for.
                let Some(asked_at) = asked_at(*purpose) else { return see_other(&self.add_address()) };
                let page = MailboxPage {
                    chrome,
                    app,
                    errand: errand(*purpose),
                    address: value.clone(),
                    fault,
                    form: self.to(asked_at),
                    sign_in_href: Some(format!("{}&change=1", self.href("login"))),
                };
                frame.show(&page, status, PageKind::Form, targets)
            }
            Screen::Code { purpose, address, .. } => {
                let page = CodePage {
                    chrome,
                    errand: errand(*purpose),
                    address: address.clone(),
                    change_href: self.offers.another_address.then(|| self.href(page_of(*purpose))),
                    fault,
                    form: self.to("verify/code"),
                    again: self.to("verify/again"),
                    later: self.offers.later.then(|| self.to("login/later")),
                };
                frame.show(&page, status, PageKind::Form, targets)
            }
            Screen::Link { purpose, address } => {
                let page = LinkPage {
                    chrome,
                    errand: errand(*purpose),
                    address: address.clone(),
                    form: self.to("verify/link"),
                };
                frame.show(&page, status, PageKind::Form, targets)
            }
            Screen::NewAccount { address, name, .. } => {
                let form = self.to("signup/account");
                let (address, name) = (address.clone(), name.clone());
                let page = NewAccountPage { chrome, app, address, name, fault, unfit, form };
                frame.show(&page, status, PageKind::Form, targets)
            }
            Screen::NewPassword { address, .. } => {
                let form = self.to("recover/password");
                let page = NewPasswordPage { chrome, address: address.clone(), unfit, form };
                frame.show(&page, status, PageKind::Form, targets)
            }
            _ => frame.error(TextId::FlowReplayed, None),
        }
    }

    /// The pages about an address that nobody has proven yet.
    pub(super) fn unproven(
        &self,
        frame: &Frame,
        screen: &Screen,
        app: Option<String>,
        targets: &[FormTarget],
    ) -> Response {
        let chrome = frame.chrome.clone();
        match screen {
            Screen::Confirm { address, complaint, .. } => {
                let (form, later) = (self.to("login/confirm"), self.to("login/later"));
                let (address, fault) = (address.clone(), complaint.as_ref().map(text));
                let page = ConfirmPage { chrome, app, address, fault, form, later };
                frame.show(&page, status(complaint.as_ref()), PageKind::Form, targets)
            }
            Screen::Waiting { address, complaint } => {
                let (form, instead) = (self.to("login/password"), self.to("signup/instead"));
                let (tenant, address) = (self.tenant_name(), address.clone());
                let fault = complaint.as_ref().map(text);
                let page = WaitingPage { chrome, app, tenant, address, fault, form, instead };
                frame.show(&page, status(complaint.as_ref()), PageKind::Form, targets)
            }
            _ => frame.error(TextId::FlowReplayed, None),
        }
    }
}

const fn errand(purpose: ProofPurpose) -> Errand {
    match purpose {
        ProofPurpose::SignUp => Errand::SignUp,
        ProofPurpose::Recovery => Errand::Recovery,
        ProofPurpose::Address => Errand::Address,
    }
}

/// Where the address is asked for.
const fn page_of(purpose: ProofPurpose) -> &'static str {
    match purpose {
        ProofPurpose::SignUp => "signup",
        ProofPurpose::Recovery => "recover",
        ProofPurpose::Address => "account/address",
    }
}

/// Where it is sent, if a flow asks.
const fn asked_at(purpose: ProofPurpose) -> Option<&'static str> {
    match purpose {
        ProofPurpose::SignUp => Some("signup/address"),
        ProofPurpose::Recovery => Some("recover/address"),
        ProofPurpose::Address => None,
    }
}
