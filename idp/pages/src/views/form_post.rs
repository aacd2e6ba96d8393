//! The answer of `response_mode=form_post` (OAuth 2.0 Form Post Response Mode).

use askama::Template;

use crate::chrome::{Chrome, Form};
use crate::sample::Sampled;

/// Posts the answer to the app: by the script where there is script, by the button where there is none. Send it with
/// the policy of [`crate::PageKind::FormPost`] and `Cache-Control: no-store`.
#[derive(Template)]
#[template(path = "pages/form_post.html")]
pub struct FormPostPage {
    /// The frame.
    pub chrome: Chrome,
    /// The app's redirect URI, and the answer's parameters as hidden fields.
    pub form: Form,
}

impl Sampled for FormPostPage {
    const NAME: &'static str = "form-post";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let form = Form::to("https://app.example/callback")
            .with("code", "cod_2f9c")
            .with("state", "\"><script>alert(1)</script>")
            .with("iss", "https://id.example/t/acme");
        vec![("plain", Self { chrome: chrome.clone(), form })]
    }
}
