//! Section `[mail]`: the operator's mail server.

use std::path::PathBuf;

use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::mail::{MailServer, SmtpTls};
use gatehouse_domain::secret::Secret;
use serde::Deserialize;

use super::context::Context;
use super::error::ConfigError;
use super::value::One;

/// How many letters a tenant sends a minute, where nothing is said.
const PER_MINUTE: u32 = 120;

/// How many days an address refuses letters until what was proven of it lapses, where nothing is said.
const STALE_AFTER: u32 = 30;
/// The longest that may be said.
const MOST_DAYS: u32 = 3650;

/// Letters.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The operator's mail server; without one nobody gets mail.
    pub server: Option<Operator>,
    /// Letters of one tenant a minute; more of them wait.
    pub per_tenant_per_minute: u32,
    /// Days for which an address refuses letters until what was proven of it lapses.
    pub stale_after_days: u32,
}

/// The operator's mail server.
#[derive(Debug, Clone)]
pub struct Operator {
    /// Where it is and what it sends as.
    pub server: MailServer,
    /// The password of its user.
    pub password: Option<Secret<String>>,
    /// Where reports that a letter came back go; `+` and the letter's id are put behind its local part.
    pub bounce: Option<EmailAddress>,
    /// The only authority that its certificate may come from, PEM; else the system's.
    pub ca_file: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawMail {
    from: Option<One<String>>,
    reply_to: Option<One<String>>,
    bounce: Option<One<String>>,
    host: Option<One<String>>,
    port: Option<One<u16>>,
    tls: Option<One<String>>,
    user: Option<One<String>>,
    password: Option<Secret<String>>,
    password_file: Option<One<PathBuf>>,
    ca_file: Option<One<PathBuf>>,
    per_tenant_per_minute: Option<One<u32>>,
    stale_after_days: Option<One<u32>>,
}

impl Mail {
    pub(super) fn lines(&self, out: &mut Vec<(&'static str, String)>) {
        out.push(("mail.per_tenant_per_minute", self.per_tenant_per_minute.to_string()));
        out.push(("mail.stale_after_days", self.stale_after_days.to_string()));
        let Some(Operator { server, password, bounce, ca_file }) = &self.server else { return };
        out.push(("mail.from", server.from.to_string()));
        out.push(("mail.host", server.host.to_string()));
        out.push(("mail.port", server.port.to_string()));
        out.push(("mail.tls", server.tls.as_str().to_owned()));
        let optional = [
            ("mail.reply_to", server.reply_to.as_ref().map(ToString::to_string)),
            ("mail.bounce", bounce.as_ref().map(ToString::to_string)),
            ("mail.user", server.user.clone()),
            ("mail.password", password.as_ref().map(|_| super::HIDDEN.to_owned())),
            ("mail.ca_file", ca_file.as_ref().map(|path| path.display().to_string())),
        ];
        out.extend(optional.into_iter().filter_map(|(key, value)| Some((key, value?))));
    }
}

impl RawMail {
    pub(super) fn validate(self, cx: &Context<'_>) -> Result<Mail, ConfigError> {
        let per_minute = self.per_tenant_per_minute.as_ref().map_or(PER_MINUTE, |one| one.0);
        cx.refuse_if(
            per_minute == 0,
            "mail.per_tenant_per_minute",
            "at least 1: with 0 no letter would ever go out",
        )?;
        let stale_after_days = self.stale_after_days.as_ref().map_or(STALE_AFTER, |one| one.0);
        cx.refuse_if(
            !(1..=MOST_DAYS).contains(&stale_after_days),
            "mail.stale_after_days",
            "between 1 and 3650: one refused letter says nothing of an address",
        )?;
        Ok(Mail { server: self.server(cx)?, per_tenant_per_minute: per_minute, stale_after_days })
    }

    fn server(self, cx: &Context<'_>) -> Result<Option<Operator>, ConfigError> {
        let Some(One(host)) = &self.host else {
            let set = [
                ("mail.from", self.from.is_some()),
                ("mail.reply_to", self.reply_to.is_some()),
                ("mail.bounce", self.bounce.is_some()),
                ("mail.port", self.port.is_some()),
                ("mail.tls", self.tls.is_some()),
                ("mail.user", self.user.is_some()),
                ("mail.password", self.password.is_some() || self.password_file.is_some()),
                ("mail.ca_file", self.ca_file.is_some()),
            ];
            let alone = set.into_iter().find(|(_, set)| *set);
            return match alone {
                Some((key, _)) => {
                    Err(cx.refuse(key, "only of use with mail.host, the name of a mail server"))
                }
                None => Ok(None),
            };
        };
        let host = host.parse().map_err(|_| {
            cx.refuse("mail.host", "expected the name of a mail server, such as smtp.example.com")
        })?;
        let Some(from) = address(cx, "mail.from", self.from.as_ref())? else {
            return Err(cx.refuse("mail.from", "missing: the address that letters are sent from"));
        };
        let tls = match self.tls.as_ref().map(|one| one.0.as_str()) {
            None => SmtpTls::Required,
            Some(word) => SmtpTls::of(word).ok_or_else(|| {
                cx.refuse("mail.tls", "expected \"required\" (STARTTLS), \"implicit\" or \"none\"")
            })?,
        };
        let server = MailServer {
            from,
            reply_to: address(cx, "mail.reply_to", self.reply_to.as_ref())?,
            host,
            port: self.port.map_or(tls.port(), |one| one.0),
            tls,
            user: self.user.map(|one| one.0),
        };
        cx.refuse_if(
            cx.serves() && tls == SmtpTls::None && server.host.as_str() != "localhost",
            "mail.tls",
            "\"none\" is for a mail server on localhost only: codes and links would travel in clear",
        )?;
        let file = self.password_file.as_ref().map(|one| one.0.as_path());
        let password = cx.secret("mail.password", self.password, file)?;
        cx.refuse_if(
            server.user.is_some() != password.is_some(),
            if password.is_some() { "mail.user" } else { "mail.password" },
            "missing: mail.user and mail.password belong together",
        )?;
        if let Some(One(path)) = &self.ca_file {
            cx.read("mail.ca_file", path)?;
        }
        let ca_file = self.ca_file.map(|one| cx.path(&one.0));
        let bounce = address(cx, "mail.bounce", self.bounce.as_ref())?;
        Ok(Some(Operator { server, password, bounce, ca_file }))
    }
}

fn address(
    cx: &Context<'_>,
    key: &str,
    text: Option<&One<String>>,
) -> Result<Option<EmailAddress>, ConfigError> {
    let Some(One(text)) = text else { return Ok(None) };
    text.parse().map(Some).map_err(|_| cx.refuse(key, "expected an email address, such as login@example.com"))
}
