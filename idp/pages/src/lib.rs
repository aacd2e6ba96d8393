//! A typed view for every hosted page; translations.
//!
//! A page is a struct, its template sees nothing else, and [`Page::html`] gives the document. Pages work without
//! script, load nothing but what their own host serves, our files ([`asset()`]) and the tenant's logo, and are made for the policy of [`csp()`].
#![warn(missing_docs)]

pub mod asset;
pub mod brand;
pub mod chrome;
pub mod colour;
pub mod csp;
pub mod date;
pub mod locale;
pub mod mails;
mod new_password;
mod palette;
pub mod sample;
pub mod text_id;
pub mod views;
mod words;

pub use asset::{StaticAsset, asset, form_post_script, stylesheet};
pub use brand::{Brand, LogoPath, NotAPath};
pub use chrome::{Account, Chrome, Field, Form};
pub use colour::{Colour, NotAColour};
pub use csp::{FormTarget, PageKind, csp};
pub use date::Moment;
pub use locale::Locale;
pub use new_password::NewPasswordFault;
pub use palette::brand_css;
pub use sample::Sampled;
pub use text_id::TextId;
pub use views::{Page, RenderError};
