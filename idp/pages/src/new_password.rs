//! Why a new password is not taken, in words.

use std::borrow::Cow;

use fluent_bundle::FluentArgs;
use gatehouse_domain::password::{Advice, Judgement, Warning};

use crate::locale::Locale;
use crate::words::say;

/// What a page says beside the field of a new password that is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPasswordFault {
    /// The code: in `data-code` of the page, in documentation.
    pub code: &'static str,
    /// One sentence that says what is wrong.
    pub sentence: Cow<'static, str>,
    /// What makes the password weak, where one thing does.
    pub warning: Option<Cow<'static, str>>,
    /// What would make it stronger, a sentence each.
    pub advice: Vec<Cow<'static, str>>,
}

impl NewPasswordFault {
    /// The words for a judgement; none if the password is good.
    pub fn of(locale: Locale, judgement: &Judgement) -> Option<Self> {
        let plain = |code, key| Self {
            code,
            sentence: say(locale, key, None, None),
            warning: None,
            advice: Vec::new(),
        };
        match judgement {
            Judgement::Good => None,
            Judgement::TooShort { min } => {
                let mut args = FluentArgs::new();
                args.set("count", *min);
                let sentence = say(locale, "password-too-short", None, Some(&args));
                Some(Self { code: "password_too_short", sentence, warning: None, advice: Vec::new() })
            }
            Judgement::TooLong => Some(plain("password_too_long", "password-too-long")),
            Judgement::Breached => Some(plain("password_breached", "password-breached")),
            Judgement::Weak { warning, advice, .. } => Some(Self {
                warning: warning.map(|warning| say(locale, warning.as_str(), None, None)),
                advice: advice.iter().map(|advice| say(locale, advice.as_str(), None, None)).collect(),
                ..plain("password_weak", "password-weak")
            }),
        }
    }

    /// A judgement of each kind, with every word, for samples.
    pub fn samples() -> Vec<Judgement> {
        let weak = |warning: &Warning| Judgement::Weak {
            score: 1,
            warning: Some(*warning),
            advice: Advice::ALL.to_vec(),
        };
        let plain = [Judgement::TooShort { min: 12 }, Judgement::TooLong, Judgement::Breached];
        plain.into_iter().chain(Warning::ALL.iter().map(weak)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_password_is_explained_in_words() {
        let judged = Judgement::Weak {
            score: 1,
            warning: Some(Warning::KeyRow),
            advice: vec![Advice::AnotherWord, Advice::Capitals],
        };
        let fault = NewPasswordFault::of(Locale::De, &judged).unwrap();
        assert_eq!(fault.code, "password_weak");
        assert_eq!(fault.sentence, "Dieses Passwort ist zu leicht zu erraten.");
        assert_eq!(fault.warning.unwrap(), "Gerade Tastenreihen sind leicht zu erraten.");
        assert_eq!(fault.advice.len(), 2);
    }

    #[test]
    fn the_length_that_is_wanted_is_said_and_a_good_one_is_no_fault() {
        let fault = NewPasswordFault::of(Locale::En, &Judgement::TooShort { min: 16 }).unwrap();
        assert_eq!(fault.sentence, "A password has at least 16 characters. A few words make a good one.");
        assert_eq!(NewPasswordFault::of(Locale::En, &Judgement::Good), None);
    }
}
