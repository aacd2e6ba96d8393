//! Passwords that stand in their field already: those of the demo world's people, which everybody may know.

use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::login::FlowState;

use crate::apply::{DEMO_PASSWORD, DEMO_PEOPLE};

/// Whose password page is filled in, so that a sign-in can be tried with the mouse alone. The composition root of a
/// development world says so in code; no configuration can.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Prefill {
    /// Nobody's.
    #[default]
    Nobody,
    /// Those of the demo world's people, where the app named the person (`login_hint`). Whoever types an address meets the
    /// page as it is in production.
    DemoPeople,
}

impl Prefill {
    /// What the password field of an address holds at first.
    pub(crate) fn password(self, state: &FlowState, identifier: &str) -> Option<&'static str> {
        let hint = state.request.as_ref()?.login_hint.as_deref()?;
        let address = |text: &str| text.parse::<EmailAddress>().ok();
        let (hint, identifier) = (address(hint)?, address(identifier)?);
        let demo = self == Self::DemoPeople && DEMO_PEOPLE.contains(&identifier.canonical().as_str());
        (demo && hint == identifier).then_some(DEMO_PASSWORD)
    }
}
