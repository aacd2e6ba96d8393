//! `gatehouse mail`: is it set up, what was given up, what came back.

use std::io::Read as _;

use anyhow::{Context as _, anyhow, bail};
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::ids::MailId;
use gatehouse_flows::mail::{Bounced, DeadMail, TrialFault, Undelivered};
use serde_json::json;

use super::{say, tool};
use crate::cli::{MailBounce, MailList, MailRetry, MailTest};
use crate::smtp::read_report;

/// A report that is longer than this is none.
const LONGEST_REPORT: u64 = 4 * 1024 * 1024;

/// Sends a letter at once and says what the mail server answered, or queues one for the running server.
pub(super) async fn test(options: &MailTest) -> anyhow::Result<()> {
    let to: EmailAddress = options.to.parse().context("--to")?;
    let (idp, _) = tool::open(&options.world).await?;
    let slug = options.tenant.as_deref();
    let issuer = idp.issuer(slug).await?;
    let issuer = issuer.with_context(|| format!("there is no tenant {:?}", slug.unwrap_or_default()))?;
    if options.queue {
        let id = idp.queue_test_mail(&issuer, &to).await?;
        say(&format!("{id} is queued; the running server sends it."));
        return Ok(());
    }
    match idp.try_mail(&issuer, &to).await {
        Ok(id) => say(&format!("{id} was taken by the mail server.")),
        Err(TrialFault::Undelivered(Undelivered::Later(reason) | Undelivered::Refused(reason))) => {
            bail!("the letter was not taken: {}", advice(reason))
        }
        Err(TrialFault::Machinery(fault)) => return Err(fault.into()),
    }
    Ok(())
}

/// Lists the letters that were given up.
pub(super) async fn list(options: &MailList) -> anyhow::Result<()> {
    let (idp, _) = tool::open(&options.world).await?;
    let dead = idp.dead_mails().await?;
    if options.json {
        let rows: Vec<_> = dead.iter().map(as_json).collect();
        say(&serde_json::to_string_pretty(&rows)?);
        return Ok(());
    }
    for mail in &dead {
        let whose = mail.tenant.map_or_else(|| "platform".to_owned(), |tenant| tenant.to_string());
        let gone = if mail.resumable { "" } else { ", content wiped" };
        say(&format!("{}  {}  {}  {}  {}{gone}", mail.id, mail.ended_at, whose, mail.kind, mail.fault));
    }
    if dead.is_empty() {
        say("No letter was given up.");
    }
    Ok(())
}

/// Lets a letter that was given up start over.
pub(super) async fn retry(options: &MailRetry) -> anyhow::Result<()> {
    let id: MailId = options.id.parse().context("the letter's id")?;
    let (idp, _) = tool::open(&options.world).await?;
    if !idp.retry_mail(id).await? {
        return Err(anyhow!("{id} was not given up, or its content is gone"));
    }
    say(&format!("{id} is queued again."));
    Ok(())
}

/// Reads a report on the standard stream: what a mail server pipes into when a letter comes back.
pub(super) async fn bounce(options: &MailBounce) -> anyhow::Result<()> {
    let mut text = Vec::new();
    std::io::stdin().lock().take(LONGEST_REPORT).read_to_end(&mut text)?;
    let report = read_report(&text, options.to.as_deref()).map_err(|reason| anyhow!("{reason}"))?;
    let Some(report) = report else {
        say("The report names no failure for good; nothing is noted.");
        return Ok(());
    };
    let (idp, _) = tool::open(&options.world).await?;
    match idp.mail_bounced(&report).await? {
        Bounced::Noted { address: true } => {
            say(&format!("{} counts as refused, and so does its address.", report.mail));
        }
        Bounced::Noted { address: false } => {
            say(&format!("{} counts as refused; the report names another address.", report.mail));
        }
        Bounced::Unknown => say(&format!("{} is not known as sent; nothing is noted.", report.mail)),
    }
    Ok(())
}

fn as_json(mail: &DeadMail) -> serde_json::Value {
    json!({
        "id": mail.id.to_string(),
        "tenant": mail.tenant.map(|tenant| tenant.to_string()),
        "kind": mail.kind,
        "created_at": mail.created_at,
        "ended_at": mail.ended_at,
        "reason": mail.fault,
        "resumable": mail.resumable,
    })
}

/// What to look at for each of the closed words.
fn advice(reason: &str) -> String {
    let hint = match reason {
        "no_mail_server" => "no mail server is configured; set [mail]",
        "unreachable" => "nobody answers there; check host, port and firewall",
        "slow" => "the server did not answer in time",
        "tls" => "TLS failed; check the certificate, its name, and ca_file",
        "no_tls" => "the server offers no STARTTLS; try tls = \"implicit\" with port 465",
        "login" => "the server did not accept user and password",
        "sender_refused" => "the server does not let this user send as `from`, or knows no such return path",
        "recipient_refused" => "the server refuses the recipient",
        "rejected" => "the server refuses to send there for this user or from here",
        "content_refused" => "the server refused the content",
        "deferred" => "the server asked to try again later",
        "blocked" => "the address is not one that a tenant's mail server may have",
        _ => "see the documentation of the mail server",
    };
    format!("{reason}: {hint}")
}
