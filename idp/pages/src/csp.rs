//! The Content-Security-Policy of each kind of page (abuse cases OAU-09 and ADM-08, rule D24).

use url::{Host, Url};

/// What a page may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    /// It has no form: errors and farewells.
    Plain,
    /// It posts to us, and the answer may lead on to the app: sign-in, choosers, consent, sign-out.
    Form,
    /// It posts to the app and runs the one script that does so without a click: OAuth 2.0 Form Post.
    FormPost,
}

/// A place that a form may lead to, as `form-action` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormTarget(String);

impl FormTarget {
    /// The target of a redirect URI: its origin, or the scheme alone for a private-use scheme (RFC 8252, section 7.1)
    /// and for an IPv6 address, which the policy's grammar cannot name.
    pub fn of(redirect_uri: &Url) -> Self {
        let scheme = redirect_uri.scheme();
        if !matches!(scheme, "http" | "https") {
            return Self(format!("{scheme}:"));
        }
        let nameable = match redirect_uri.host() {
            Some(Host::Domain(name)) => {
                name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
            }
            Some(Host::Ipv4(_)) => true,
            Some(Host::Ipv6(_)) | None => false,
        };
        if nameable { Self(redirect_uri.origin().ascii_serialization()) } else { Self(format!("{scheme}:")) }
    }
}

/// The value of the `Content-Security-Policy` header.
///
/// `targets` are the places behind the form. Chromium applies `form-action` to every redirect that follows a post, so
/// a `Form` page whose answer can be a redirect to the app names the flow's redirect URI (and further origins, if the
/// app is known to redirect on), otherwise the browser stops there. A `FormPost` page names the redirect URI only.
/// Pictures come from our own origin alone, the tenant's logo too.
pub fn csp(kind: PageKind, targets: &[FormTarget]) -> String {
    let mut policy = "default-src 'none'; style-src 'self'; img-src 'self'".to_owned();
    if kind == PageKind::FormPost {
        policy.push_str("; script-src 'self'");
    }
    policy.push_str("; form-action");
    let own = kind == PageKind::Form;
    if own {
        policy.push_str(" 'self'");
    }
    let allowed = if kind == PageKind::Plain { &[] } else { targets };
    for target in allowed {
        policy.push(' ');
        policy.push_str(&target.0);
    }
    if !own && allowed.is_empty() {
        policy.push_str(" 'none'");
    }
    policy.push_str("; base-uri 'none'; frame-ancestors 'none'");
    policy
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(uri: &str) -> FormTarget {
        FormTarget::of(&Url::parse(uri).unwrap())
    }

    #[test]
    fn targets_are_origins_or_schemes() {
        assert_eq!(target("https://app.example/cb?x=1").0, "https://app.example");
        assert_eq!(target("https://app.example:8443/cb").0, "https://app.example:8443");
        assert_eq!(target("http://127.0.0.1:49152/callback").0, "http://127.0.0.1:49152");
        assert_eq!(target("http://[::1]:49152/callback").0, "http:");
        assert_eq!(target("com.example.app:/cb").0, "com.example.app:");
        assert_eq!(target("https://a;b.example/cb").0, "https:");
    }

    #[test]
    fn each_kind_gets_no_more_than_it_needs() {
        let app = [target("https://app.example/cb")];
        let head = "default-src 'none'; style-src 'self'; img-src 'self'";
        let tail = "base-uri 'none'; frame-ancestors 'none'";
        assert_eq!(csp(PageKind::Plain, &app), format!("{head}; form-action 'none'; {tail}"));
        assert_eq!(
            csp(PageKind::Form, &app),
            format!("{head}; form-action 'self' https://app.example; {tail}")
        );
        assert_eq!(
            csp(PageKind::FormPost, &app),
            format!("{head}; script-src 'self'; form-action https://app.example; {tail}")
        );
        assert_eq!(csp(PageKind::Form, &[]), format!("{head}; form-action 'self'; {tail}"));
    }
}
