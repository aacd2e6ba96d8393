//! The pages, one struct each.

mod choose;
mod consent;
mod fault;
mod form_post;
mod home;
mod leave;
mod sign_in;

use askama::Template;

pub use self::choose::{AccountChooserPage, TenantChoice, TenantChooserPage};
pub use self::consent::{AskingApp, ConsentPage, Scope};
pub use self::fault::ErrorPage;
pub use self::form_post::FormPostPage;
pub use self::home::{HomePage, SignedInState};
pub use self::leave::{ReturnLink, SignOutPage, SignedOutPage};
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
