//! What is shown when a request cannot go on.

use askama::Template;

use crate::chrome::Chrome;
use crate::sample::Sampled;
use crate::text_id::TextId;

/// An error in plain words, with the operation id that support can look up. Send it with [`TextId::status`].
#[derive(Template)]
#[template(path = "pages/error.html")]
pub struct ErrorPage {
    /// The frame.
    pub chrome: Chrome,
    /// What happened.
    pub fault: TextId,
    /// The request's id (`req_…`).
    pub operation: String,
    /// A way to start again, where there is one.
    pub again_href: Option<String>,
}

impl Sampled for ErrorPage {
    const NAME: &'static str = "error";

    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        TextId::all()
            .into_iter()
            .map(|fault| {
                let again_href = (fault != TextId::PageUnknown).then(|| "#again".to_owned());
                let operation = "req_01jd8mz3kqf8qbv2xw9t0c5n4e".to_owned();
                (fault.code(), Self { chrome: chrome.clone(), fault, operation, again_href })
            })
            .collect()
    }
}
