//! What happened in a sign-in through an upstream, check by check, for the admin who sets it up.

use crate::audit::Bounded;

/// How one check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Something was sent or received; nothing to judge.
    Noted,
    /// It holds.
    Passed,
    /// It does not hold; the sign-in ended here.
    Failed,
}

/// One step of a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was checked: a stable code (`oidc_nonce`, `saml_audience`), under which the words for it and for its remedy are found.
    pub code: &'static str,
    /// How it ended.
    pub verdict: Verdict,
    /// Values that help: what was expected, what came. Never a secret, a token or a code.
    pub details: Vec<(&'static str, Bounded)>,
}

/// All steps, in order. Holds no secret: it is shown and kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace(Vec<Check>);

impl Trace {
    /// The most steps that are kept.
    pub const MOST: usize = 64;

    /// Notes what was sent or received.
    pub fn note(&mut self, code: &'static str, details: &[(&'static str, &str)]) {
        self.push(code, Verdict::Noted, details);
    }

    /// Notes a check that holds.
    pub fn pass(&mut self, code: &'static str, details: &[(&'static str, &str)]) {
        self.push(code, Verdict::Passed, details);
    }

    /// Notes the check that failed.
    pub fn fail(&mut self, code: &'static str, details: &[(&'static str, &str)]) {
        self.push(code, Verdict::Failed, details);
    }

    /// The steps.
    pub fn checks(&self) -> &[Check] {
        &self.0
    }

    fn push(&mut self, code: &'static str, verdict: Verdict, details: &[(&'static str, &str)]) {
        if self.0.len() < Self::MOST {
            let details = details.iter().map(|(name, value)| (*name, Bounded::new(value))).collect();
            self.0.push(Check { code, verdict, details });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_bounded_and_carries_no_control_characters() {
        let mut trace = Trace::default();
        for _ in 0..100 {
            trace.fail("oidc_nonce", &[("came", "a\nb")]);
        }
        assert_eq!(trace.checks().len(), Trace::MOST);
        assert_eq!(trace.checks()[0].details[0].1.as_str(), "a\\u{a}b");
    }
}
