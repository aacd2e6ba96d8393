//! A mail server as it is spoken to.

use anyhow::Context as _;
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::ids::MailId;
use gatehouse_domain::mail::{MailServer, SmtpTls};
use gatehouse_domain::secret::{Digest, Secret};
use gatehouse_flows::mail::TenantSender;
use lettre::transport::smtp::client::Certificate;

use crate::config;

/// A mail server, what is sent by it, and how it is trusted.
#[derive(Debug, Clone)]
pub struct Server {
    pub(super) settings: MailServer,
    pub(super) password: Option<Secret<String>>,
    pub(super) authority: Option<Certificate>,
    bounce: Option<EmailAddress>,
    key: Digest,
}

impl Server {
    /// The operator's.
    ///
    /// # Errors
    /// If the authority's file holds no certificate.
    pub fn of_operator(config: &config::Operator) -> anyhow::Result<Self> {
        let authority = match &config.ca_file {
            Some(path) => {
                let pem = std::fs::read(path).with_context(|| format!("mail.ca_file {}", path.display()))?;
                Some(Certificate::from_pem(&pem).context("mail.ca_file holds no certificate")?)
            }
            None => None,
        };
        let key = key(&config.server, config.password.as_ref(), "operator");
        Ok(Self {
            settings: config.server.clone(),
            password: config.password.clone(),
            authority,
            bounce: config.bounce.clone(),
            key,
        })
    }

    pub(super) fn of_tenant(own: &TenantSender) -> Self {
        Self {
            settings: own.server.clone(),
            password: own.password.clone(),
            authority: None,
            bounce: None,
            key: key(&own.server, own.password.as_ref(), "tenant"),
        }
    }

    /// What a connection may be used again under: the same place, trust and login.
    pub(super) const fn key(&self) -> Digest {
        self.key
    }

    /// Where it is, by name.
    pub(super) fn place(&self) -> String {
        self.settings.host.to_string()
    }

    pub(super) fn is_plain(&self) -> bool {
        self.settings.tls == SmtpTls::None
    }

    /// Where the report goes if a letter comes back: the letter's own address where reports are read, else the sender's.
    pub(super) fn return_path(&self, mail: MailId) -> (String, String) {
        match &self.bounce {
            Some(bounce) => (format!("{}+{mail}", bounce.local()), bounce.domain().to_string()),
            None => (self.settings.from.local().to_owned(), self.settings.from.domain().to_string()),
        }
    }
}

fn key(server: &MailServer, password: Option<&Secret<String>>, whose: &str) -> Digest {
    let login = password.map(|password| Digest::of(password.expose().as_bytes()));
    let login = login.map(|digest| *digest.as_bytes()).unwrap_or_default();
    let place =
        format!("{whose}\n{}\n{}\n{}\n{:?}\n", server.host, server.port, server.tls.as_str(), server.user);
    Digest::of(&[place.as_bytes(), &login].concat())
}
