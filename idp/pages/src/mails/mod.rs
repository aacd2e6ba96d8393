//! Letters in words: one view for every kind of message, one layout in HTML and one in plain text. No images, no tracking,
//! nothing loaded from anywhere.

mod names;
mod samples;
mod view;

use askama::Template;
use gatehouse_domain::mail::Letter;

use crate::colour::Colour;
use crate::locale::Locale;
use crate::views::RenderError;

pub use names::plain_name;
pub use samples::every_letter;
use view::View;

/// In whose name a letter goes out.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The language.
    pub locale: Locale,
    /// The name that people know.
    pub product: String,
    /// The organisation, unless the platform writes.
    pub tenant: Option<String>,
    /// The colour of the button.
    pub primary: Option<Colour>,
    /// The issuer's address, whose pages a letter may link to.
    pub iss: String,
    /// The plain address of the deployment.
    pub site: String,
}

/// A letter in words.
#[derive(Clone)]
pub struct Written {
    /// The name beside the sender's address.
    pub product: String,
    /// The subject; never with a code (abuse case EML-11).
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML document.
    pub html: String,
    /// The language (BCP 47).
    pub locale: &'static str,
}

#[derive(Template)]
#[template(path = "mails/mail.html")]
struct Html<'a> {
    view: &'a View,
}

#[derive(Template)]
#[template(path = "mails/mail.txt", whitespace = "preserve")]
struct Text<'a> {
    view: &'a View,
}

/// Words a letter.
///
/// # Errors
/// When writing fails, which a `String` does not.
pub fn write(frame: &Frame, letter: &Letter) -> Result<Written, RenderError> {
    let view = View::of(frame, letter);
    Ok(Written {
        product: view.product.clone(),
        subject: view.subject.clone(),
        text: Text { view: &view }.render()?,
        html: Html { view: &view }.render()?,
        locale: frame.locale.tag(),
    })
}
