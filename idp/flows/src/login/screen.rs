//! What a flow shows, as data for any surface.

use gatehouse_domain::email::ProofPurpose;
use gatehouse_domain::ids::SessionId;
use gatehouse_domain::login::{AccountPage, Agreed};
use gatehouse_domain::oauth::ResponseMode;
use gatehouse_domain::password::Judgement;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::session::Barred;

use super::{AccountFace, AppFace, TenantFace};
use crate::InvitationFace;

/// The secrets that a browser carries.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    /// The pre-session secret that flows are bound to.
    pub pre: Option<Secret<String>>,
    /// The handle of its sessions.
    pub handle: Option<Secret<String>>,
}

/// What is wrong with what was just sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Complaint {
    /// Not an address.
    NotAnAddress,
    /// No code was typed.
    CodeMissing,
    /// Not the code that was mailed.
    CodeWrong,
    /// No code is good any more: too many tries, too old, or another was sent.
    CodeGone,
    /// The link is good no longer.
    LinkGone,
    /// Not a name for people.
    NameUnfit,
    /// The password does not fulfil the rules.
    PasswordUnfit(Judgement),
    /// Somebody else has proven the address meanwhile, or gave it up not long ago.
    AddressTaken,
    /// Nothing was typed.
    PasswordMissing,
    /// Address or password is wrong; which is never said.
    WrongCredentials,
    /// Too many tries.
    Throttled {
        /// When a try counts again.
        seconds: u32,
    },
    /// The chosen session is over.
    SessionEnded,
}

/// The page that a flow is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Screen {
    /// Who is it?
    Identifier {
        /// What the field holds at first.
        value: String,
        /// How many signed-in accounts could be used instead.
        accounts: usize,
        /// What is wrong.
        complaint: Option<Complaint>,
    },
    /// The password of an address.
    Password {
        /// The address.
        identifier: String,
        /// Whether it was set anew a moment ago.
        renewed: bool,
        /// What is wrong.
        complaint: Option<Complaint>,
    },
    /// The address whose mailbox is to be proven.
    Mailbox {
        /// What for.
        purpose: ProofPurpose,
        /// What the field holds at first.
        value: String,
        /// What is wrong.
        complaint: Option<Complaint>,
    },
    /// The code that was mailed, if anything was.
    Code {
        /// What for.
        purpose: ProofPurpose,
        /// Where to.
        address: String,
        /// What is wrong.
        complaint: Option<Complaint>,
    },
    /// A mailed link was opened in the browser that asked for it: was it meant?
    Link {
        /// What for.
        purpose: ProofPurpose,
        /// Whose link.
        address: String,
    },
    /// Name and password of a new account.
    NewAccount {
        /// The proven address.
        address: String,
        /// What the field of the name holds at first.
        name: String,
        /// What is wrong.
        complaint: Option<Complaint>,
    },
    /// A new password.
    NewPassword {
        /// The proven address.
        address: String,
        /// What is wrong.
        complaint: Option<Complaint>,
    },
    /// The tenant has made an account for the owner of the mailbox that was proven: its password.
    Waiting {
        /// The proven address.
        address: String,
        /// What is wrong.
        complaint: Option<Complaint>,
    },
    /// Signed in with an address that nobody has proven: would the person prove it now?
    Confirm {
        /// Who.
        account: AccountFace,
        /// The address.
        address: String,
        /// What is wrong.
        complaint: Option<Complaint>,
    },
    /// Which account?
    Accounts {
        /// The accounts.
        accounts: Vec<AccountFace>,
        /// What is wrong.
        complaint: Option<Complaint>,
    },
    /// Which organisation?
    Tenants {
        /// Who chooses.
        account: AccountFace,
        /// The organisations.
        tenants: Vec<TenantFace>,
    },
    /// May the app?
    Consent {
        /// Who is asked.
        account: AccountFace,
        /// Which tenant the app is let into.
        tenant: Box<TenantFace>,
        /// For what.
        wanted: Agreed,
    },
    /// Signed in, no member here, and invited.
    Invited {
        /// Who.
        account: AccountFace,
        /// What a form sends to name the invitation.
        invitation: String,
        /// What it says.
        face: Box<InvitationFace>,
    },
    /// Signed in, but not let in here.
    Barred {
        /// Who.
        account: AccountFace,
        /// Why.
        reason: Barred,
    },
}

impl Screen {
    /// What is wrong with what was just sent, if the page says so.
    pub const fn complaint(&self) -> Option<&Complaint> {
        match self {
            Self::Identifier { complaint, .. }
            | Self::Password { complaint, .. }
            | Self::Mailbox { complaint, .. }
            | Self::Code { complaint, .. }
            | Self::NewAccount { complaint, .. }
            | Self::NewPassword { complaint, .. }
            | Self::Waiting { complaint, .. }
            | Self::Confirm { complaint, .. }
            | Self::Accounts { complaint, .. } => complaint.as_ref(),
            Self::Link { .. }
            | Self::Tenants { .. }
            | Self::Consent { .. }
            | Self::Invited { .. }
            | Self::Barred { .. } => None,
        }
    }

    /// How long to wait, in seconds, if the page says so.
    pub const fn wait(&self) -> Option<u32> {
        match self.complaint() {
            Some(Complaint::Throttled { seconds }) => Some(*seconds),
            _ => None,
        }
    }

    /// Whether the page says what is wrong with what was just sent, which an address cannot repeat.
    pub const fn complains(&self) -> bool {
        self.complaint().is_some()
    }
}

/// The answer to an app's request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Where to, already checked against the registration.
    pub redirect_uri: String,
    /// How.
    pub mode: ResponseMode,
    /// `code` or `error`, `state`, `iss` and what else belongs to it.
    pub params: Vec<(&'static str, String)>,
}

/// What a page of a sign-in offers beside signing in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Offers {
    /// To make an account.
    pub sign_up: bool,
    /// To set a new password by mail.
    pub recovery: bool,
    /// To give another address; not where the flow is about one address alone.
    pub another_address: bool,
    /// To confirm the address another time.
    pub later: bool,
}

/// Where a step of a flow leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Landing {
    /// To a page.
    Show {
        /// Which.
        screen: Screen,
        /// What else can be done from there.
        offers: Offers,
        /// What the password field holds at first; nothing outside of a development world.
        prefilled: Option<&'static str>,
        /// For whom.
        app: Option<AppFace>,
        /// Where the browser may be sent at the end of the flow.
        destination: Option<String>,
        /// The languages that the app wished for.
        ui_locales: Option<String>,
    },
    /// Back to the app.
    Answer(Answer),
    /// To the issuer's own front page.
    Home,
    /// There too, to be told that the person is a member now.
    Joined,
    /// Back to the invitation that the flow was begun for.
    Invitation,
    /// To a page of the account.
    Account(AccountPage),
    /// To the flow's own page, which says how it stands.
    Resume,
}

/// What a step of a flow yields.
#[derive(Debug)]
pub struct Step {
    /// Where it leads.
    pub landing: Landing,
    /// The flow's reference, for the next form.
    pub flow: String,
    /// A new browser handle to set.
    pub handle: Option<Secret<String>>,
}

/// Why an address has to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stays {
    /// It is the main one.
    Primary,
    /// A mailed link can still make it the main one again.
    Undoable,
}

/// Why a step could not be taken: shown on a page of ours.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The browser sends no cookies.
    #[error("the browser sent no cookie")]
    CookiesOff,
    /// No such flow, or it is older than it may become.
    #[error("the flow has expired")]
    Expired,
    /// The flow came to its end before, or went on in another tab.
    #[error("the flow was used before")]
    Replayed,
    /// The flow was started by another browser.
    #[error("the flow belongs to another browser")]
    OtherBrowser,
    /// The flow was started at another issuer.
    #[error("the flow belongs to another issuer")]
    OtherIssuer,
    /// A form was sent that the flow is not at.
    #[error("the flow is at another step")]
    OutOfOrder,
    /// No such organisation among the person's.
    #[error("no such organisation")]
    NoSuchTenant,
    /// The source asked for too much.
    #[error("too many tries: another one counts in {seconds} s")]
    Throttled {
        /// When a try counts again.
        seconds: u32,
    },
    /// Nobody may make an account here without being invited.
    #[error("nobody may make an account here")]
    SignUpClosed,
    /// The tenant's people have no password here.
    #[error("passwords are not used here")]
    PasswordsOff,
    /// An invitation cannot be answered: unknown, over, taken back, answered before. Which is never said.
    #[error("the invitation is good no longer")]
    InvitationGone,
    /// The account has not proven the address of the invitation.
    #[error("the invitation is for another address")]
    InvitationMismatch,
    /// No mail can be sent from here.
    #[error("no mail can be sent")]
    NoMail,
    /// Nobody is signed in who could be meant.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// The account has to show its credential again.
    #[error("the sign-in is not recent enough")]
    NotFresh(SessionId),
    /// The session is worth something in one tenant only.
    #[error("a session of the person's own is needed")]
    FullSessionRequired,
    /// The person has proven no address yet.
    #[error("no address is proven yet")]
    EmailUnproven,
    /// Somebody else has proven the address, or gave it up not long ago.
    #[error("the address cannot be had")]
    AddressHeld,
    /// The address has to stay.
    #[error("the address has to stay: {0:?}")]
    AddressStays(Stays),
    /// The person has as many addresses as anybody may have.
    #[error("there are too many addresses")]
    TooManyAddresses,
    /// A tenant would be left without an owner.
    #[error("the last owner cannot go")]
    LastOwner,
    /// A mailed link is good no longer.
    #[error("the link is good no longer")]
    LinkGone,
    /// The tenant is shut.
    #[error("the tenant is suspended")]
    TenantSuspended,
    /// The authorization request cannot be answered to the app.
    #[error("the request cannot be answered")]
    Request(gatehouse_domain::oauth::PageReason),
    /// Machinery.
    #[error(transparent)]
    Fault(#[from] crate::Fault),
}

impl From<gatehouse_store::StoreError> for Stop {
    fn from(error: gatehouse_store::StoreError) -> Self {
        Self::Fault(error.into())
    }
}
