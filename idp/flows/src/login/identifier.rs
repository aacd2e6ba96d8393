//! Who is it?

use gatehouse_domain::email::EmailAddress;

use super::{Browser, Complaint, Screen, Step, Stop};
use crate::{Ctx, Idp, Issuer};

impl Idp {
    /// Takes an address. Whether anybody owns it plays no part in what comes next.
    ///
    /// # Errors
    /// Why the step could not be taken.
    pub async fn submit_identifier(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        browser: &Browser,
        flow: &str,
        typed: &str,
    ) -> Result<Step, Stop> {
        let mut flow = self.flow(cx, issuer, browser, flow).await?;
        let Ok(address) = typed.trim().parse::<EmailAddress>() else {
            let value = typed.chars().take(254).collect();
            let screen = Screen::Identifier { value, accounts: 0, complaint: Some(Complaint::NotAnAddress) };
            return self.show(issuer, flow, screen).await;
        };
        flow.state.identifier = Some(address.clone());
        flow.state.another = true;
        flow.state.account = None;
        flow.state.opened = None;
        flow.state.detour = None;
        flow.state.done = None;
        self.save_flow(cx, issuer, &mut flow).await?;
        self.show(
            issuer,
            flow,
            Screen::Password { identifier: address.to_string(), renewed: false, complaint: None },
        )
        .await
    }
}
