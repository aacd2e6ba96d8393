//! `gatehouse invitation`: who is invited, once more, no longer.

use anyhow::{Context as _, bail};
use gatehouse_domain::email::EmailAddress;
use gatehouse_flows::{Idp, InvitationLink, InvitationName, Issuer, Managed};
use serde_json::{Value, json};

use super::{say, tool};
use crate::cli::{InvitationList, InvitationResend, InvitationRevoke, World};

/// Lists the invitations of a tenant.
pub(super) async fn list(options: &InvitationList) -> anyhow::Result<()> {
    let (idp, issuer) = open(&options.world, &options.tenant).await?;
    let rows = idp.invitations(&issuer).await?;
    if options.json {
        say(&serde_json::to_string_pretty(&rows)?);
        return Ok(());
    }
    for row in &rows {
        say(&format!("{}  {}  {}  {}  until {}", row.id, row.state, row.role, row.email, row.expires_at));
    }
    if rows.is_empty() {
        say("Nobody was invited.");
    }
    Ok(())
}

/// Sends one again.
pub(super) async fn resend(options: &InvitationResend) -> anyhow::Result<()> {
    let name = named(&options.which)?;
    let (idp, issuer) = open(&options.world, &options.tenant).await?;
    match idp.resend_invitation(&issuer, &name).await? {
        Managed::Done(link) if options.json => {
            say(&serde_json::to_string_pretty(&as_json(&link, options.show_link))?);
        }
        Managed::Done(link) => {
            say(&told(&link, options.show_link));
        }
        Managed::NonePending => bail!("{} has no invitation that waits for an answer", options.which),
    }
    Ok(())
}

/// Takes one back.
pub(super) async fn revoke(options: &InvitationRevoke) -> anyhow::Result<()> {
    let name = named(&options.which)?;
    let (idp, issuer) = open(&options.world, &options.tenant).await?;
    match idp.revoke_invitation(&issuer, &name).await? {
        Managed::Done(id) if options.json => say(&json!({ "id": id, "state": "revoked" }).to_string()),
        Managed::Done(id) => say(&format!("{id} is revoked.")),
        Managed::NonePending => bail!("{} has no invitation that waits for an answer", options.which),
    }
    Ok(())
}

/// What is said of a link that was made; the link itself only where it was asked for.
pub(super) fn told(link: &InvitationLink, show: bool) -> String {
    let how = match (link.mailed, show) {
        (true, _) => "a letter is on its way.",
        (false, true) => "no mail server is configured; give the link by hand.",
        (false, false) => "no mail server is configured; --show-link prints a link to give by hand.",
    };
    let shown = if show { format!("\n{}", link.link.expose()) } else { String::new() };
    format!("{} for {}: {how}{shown}", link.id, link.address)
}

/// The same for scripts.
pub(super) fn as_json(link: &InvitationLink, show: bool) -> Value {
    let mut value = json!({ "id": link.id, "email": link.address, "mailed": link.mailed });
    if let (true, Some(map)) = (show, value.as_object_mut()) {
        map.insert("link".to_owned(), json!(link.link.expose()));
    }
    value
}

async fn open(world: &World, slug: &str) -> anyhow::Result<(Idp, Issuer)> {
    let (idp, _) = tool::open(world).await?;
    let issuer = idp.issuer(Some(slug)).await?.with_context(|| format!("there is no tenant {slug:?}"))?;
    Ok((idp, issuer))
}

fn named(text: &str) -> anyhow::Result<InvitationName> {
    if let Ok(id) = text.parse() {
        return Ok(InvitationName::Id(id));
    }
    let address: EmailAddress =
        text.parse().with_context(|| format!("{text:?} is neither an invitation's id nor an address"))?;
    Ok(InvitationName::Address(address))
}
