//! The pages, one struct each.

mod account;
mod choose;
mod confirm;
mod consent;
mod fault;
mod form_post;
mod home;
mod invitation;
mod leave;
mod mailbox;
mod new_account;
mod sign_in;

use askama::Template;

pub use self::account::{
    AccountLinks, ActivityItem, ActivityPage, AddAddressPage, AddressItem, AddressesPage, ChangePasswordPage,
    ConnectedItem, ConnectedPage, DataPage, DeletionAct, DeletionPage, KeepPage, KeptPage, LeavePage,
    MembershipItem, MembershipsPage, OverviewPage, OwnSignInPage, Place, ProfilePage, SessionItem,
    SessionsPage, Standing, UndoPage, UndonePage, WaitingInvitation, WelcomePage,
};
pub use self::choose::{AccountChooserPage, TenantChoice, TenantChooserPage};
pub use self::confirm::{ConfirmPage, WaitingPage};
pub use self::consent::{AskingApp, ConsentPage, Scope};
pub use self::fault::{ErrorPage, Way, WayOut};
pub use self::form_post::FormPostPage;
pub use self::home::{HomePage, Joined, SignedInState};
pub use self::invitation::{DeclinedPage, InvitationPage};
pub use self::leave::{ReturnLink, SignOutPage, SignedOutPage};
pub use self::mailbox::{CodePage, ElsewherePage, Errand, LinkPage, MailboxPage};
pub use self::new_account::{NewAccountPage, NewPasswordPage};
pub use self::sign_in::{IdentifierPage, PasswordPage};

/// Why a page could not be written; no page of ours has a reason of its own.
pub use askama::Error as RenderError;

/// Anything that can be sent as a document.
pub trait Page {
    /// The document (`text/html; charset=utf-8`).
    ///
    /// # Errors
    /// When writing fails, which a `String` does not.
    fn html(&self) -> Result<String, RenderError>;
}

impl<T: Template> Page for T {
    fn html(&self) -> Result<String, RenderError> {
        self.render()
    }
}
