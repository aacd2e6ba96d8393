//! Stable codes for what can go wrong on a page. Words may change; a code never does.

use std::borrow::Cow;
use std::num::NonZeroU32;

use fluent_bundle::FluentArgs;

use crate::locale::Locale;
use crate::words::say;

macro_rules! texts {
    ($($(#[$doc:meta])+ $name:ident = $code:literal, $status:literal;)+) => {
        /// Why a step did not work, as far as the person may know it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum TextId {
            $($(#[$doc])+ $name,)+
            /// Too many tries; a try counts again after this many seconds.
            Throttled {
                /// Seconds to wait, rounded up.
                seconds: NonZeroU32,
            },
        }

        impl TextId {
            /// The code: in logs, in `data-code` of the page, in documentation. Also the key of its words.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                    Self::Throttled { .. } => "throttled",
                }
            }

            /// The HTTP status that an error page with this text goes out with.
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$name => $status,)+
                    Self::Throttled { .. } => 429,
                }
            }

            /// All texts, with waits of every unit, for samples and documentation.
            pub fn all() -> Vec<Self> {
                let waits = [1, 45, 60, 600, 3_600, 7_200];
                let throttled = waits.into_iter().filter_map(NonZeroU32::new);
                [$(Self::$name),+].into_iter().chain(throttled.map(|seconds| Self::Throttled { seconds })).collect()
            }
        }
    };
}

texts! {
    /// Address or password is wrong; never says which (rule D17).
    WrongCredentials = "wrong_credentials", 400;
    /// Not an email address.
    IdentifierInvalid = "identifier_invalid", 400;
    /// No password given.
    PasswordMissing = "password_missing", 400;
    /// No code was typed.
    CodeMissing = "code_missing", 400;
    /// Not the code that was mailed.
    CodeWrong = "code_wrong", 400;
    /// No mailed code is good any more.
    CodeGone = "code_gone", 400;
    /// A mailed link is good no longer.
    LinkGone = "link_gone", 400;
    /// Not a name for people.
    NameUnfit = "name_unfit", 400;
    /// Another account has proven the address, or gave it up not long ago.
    AddressTaken = "address_taken", 409;
    /// Accounts are made by invitation, or not at all.
    SignUpClosed = "sign_up_closed", 403;
    /// The organisation's people sign in without a password.
    PasswordsOff = "passwords_off", 403;
    /// An invitation cannot be answered: unknown, over, taken back, answered before. Which is never said.
    InvitationGone = "invitation_gone", 400;
    /// The account has not proven the address of the invitation.
    InvitationMismatch = "invitation_address_mismatch", 403;
    /// A form with fields that are not its own.
    UnknownField = "unknown_field", 422;
    /// This deployment sends no mail.
    NoMail = "no_mail", 503;
    /// The session is worth something in one tenant only (abuse case SES-08).
    FullSessionRequired = "full_session_required", 403;
    /// The person has proven no address yet (abuse case LNK-03).
    EmailVerificationRequired = "email_verification_required", 403;
    /// Another account has the address, or let go of it not long ago.
    AddressHeld = "address_held", 409;
    /// The person has the address already.
    AddressKnown = "address_known", 409;
    /// The main address stays.
    AddressPrimary = "address_primary", 409;
    /// The address stays as long as it can become the main one again.
    AddressUndoable = "address_undoable", 409;
    /// As many addresses as anybody may have.
    AddressesFull = "addresses_full", 409;
    /// The last owner stays.
    LastOwner = "last_owner", 409;
    /// A link that takes a change back is good no longer.
    UndoGone = "undo_gone", 400;
    /// No capacity at this moment (503).
    Busy = "busy", 503;
    /// The flow is older than it may become.
    FlowExpired = "flow_expired", 400;
    /// The flow or step was used before: back button, second tab, second post.
    FlowReplayed = "flow_replayed", 409;
    /// The browser sent no cookie with a form that comes after one was set.
    CookiesOff = "cookies_off", 400;
    /// The form or flow belongs to another browser; also a wrong CSRF token.
    BrowserMismatch = "browser_mismatch", 403;
    /// Signed in, but not a member of the organisation.
    NotAMember = "not_a_member", 403;
    /// No such organisation.
    TenantUnknown = "tenant_unknown", 404;
    /// The organisation is suspended.
    TenantSuspended = "tenant_suspended", 403;
    /// No such client.
    AppUnknown = "app_unknown", 400;
    /// The organisation is not entitled to the platform's app.
    AppNotEntitled = "app_not_entitled", 403;
    /// The redirect URI is not registered (RFC 9700, section 4.1): shown here, never sent there.
    RedirectUriMismatch = "redirect_uri_mismatch", 400;
    /// A malformed request that cannot be answered to the app.
    InvalidRequest = "invalid_request", 400;
    /// A body over its limit.
    RequestTooLarge = "request_too_large", 413;
    /// The session that the page was about is over.
    SessionEnded = "session_ended", 401;
    /// No page at this address.
    PageUnknown = "page_unknown", 404;
    /// The address does not take this method.
    MethodUnknown = "method_unknown", 405;
    /// Our own fault.
    ServerError = "server_error", 500;
}

impl TextId {
    /// One sentence that says what happened.
    pub fn sentence(self, locale: Locale) -> Cow<'static, str> {
        let Self::Throttled { seconds } = self else { return say(locale, self.code(), None, None) };
        let mut args = FluentArgs::new();
        args.set("wait", wait(locale, seconds));
        say(locale, self.code(), None, Some(&args))
    }

    /// The title of an error page about it.
    pub fn title(self, locale: Locale) -> Cow<'static, str> {
        say(locale, self.code(), Some("title"), None)
    }

    /// What the person can do next.
    pub fn advice(self, locale: Locale) -> Cow<'static, str> {
        say(locale, self.code(), Some("next"), None)
    }
}

/// A wait in words, in the largest unit that does not mislead, rounded up.
fn wait(locale: Locale, seconds: NonZeroU32) -> Cow<'static, str> {
    let (key, count) = match seconds.get() {
        few @ ..60 => ("wait-seconds", few),
        some @ 60..3_600 => ("wait-minutes", some.div_ceil(60)),
        many => ("wait-hours", many.div_ceil(3_600)),
    };
    let (key, count) = if key == "wait-minutes" && count == 60 { ("wait-hours", 1) } else { (key, count) };
    let mut args = FluentArgs::new();
    args.set("count", count);
    say(locale, key, None, Some(&args))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttled(seconds: u32, locale: Locale) -> String {
        TextId::Throttled { seconds: NonZeroU32::new(seconds).unwrap() }.sentence(locale).into_owned()
    }

    #[test]
    fn waits_are_words_and_never_too_short() {
        for (seconds, words) in [
            (1, "in one second"),
            (59, "in 59 seconds"),
            (60, "in one minute"),
            (61, "in 2 minutes"),
            (3_541, "in one hour"),
            (3_601, "in 2 hours"),
        ] {
            let sentence = throttled(seconds, Locale::En);
            assert!(sentence.ends_with(&format!("{words}.")), "{seconds}: {sentence}");
        }
        assert_eq!(
            throttled(120, Locale::De),
            "Es waren zu viele Versuche. Sie können es in 2 Minuten erneut versuchen."
        );
    }

    #[test]
    fn waits_are_counted_as_each_language_counts() {
        for (locale, one, two) in [
            (Locale::De, "in einer Minute erneut versuchen.", "in 2 Minuten erneut versuchen."),
            (Locale::Fr, "dans une minute.", "dans 2 minutes."),
            (Locale::Es, "dentro de un minuto.", "dentro de 2 minutos."),
            (Locale::PtBr, "em um minuto.", "em 2 minutos."),
            (Locale::Ja, "1分後にもう一度お試しください。", "2分後にもう一度お試しください。"),
        ] {
            for (seconds, words) in [(60, one), (120, two)] {
                let sentence = throttled(seconds, locale);
                assert!(sentence.ends_with(words), "{seconds}: {sentence}");
            }
        }
    }

    #[test]
    fn codes_are_unique() {
        let mut codes: Vec<_> =
            TextId::all().into_iter().map(TextId::code).filter(|code| *code != "throttled").collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
