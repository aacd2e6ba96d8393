//! The way out for letters.

use std::fmt::Debug;
use std::pin::Pin;

use gatehouse_domain::ids::MailId;
use gatehouse_domain::mail::MailServer;
use gatehouse_domain::secret::Secret;
use gatehouse_domain::time::Timestamp;

/// A future of the mailer.
pub type Delivering<'a> = Pin<Box<dyn Future<Output = Result<(), Undelivered>> + Send + 'a>>;

/// A letter as it is sent: in words, for one address. Holds secrets, so it is shown nowhere.
#[derive(Clone)]
pub struct Mail {
    /// The row: the return path names it where bounces are read.
    pub id: MailId,
    /// The same for every try, so that a server or reader can recognise a repetition (RFC 5322, section 3.6.4); without the
    /// angle brackets.
    pub message_id: String,
    /// When it was worded.
    pub at: Timestamp,
    /// The address.
    pub to: String,
    /// The person's name.
    pub to_name: Option<String>,
    /// The name beside the sender's address.
    pub from_name: String,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
    /// Its language (BCP 47).
    pub locale: &'static str,
}

impl Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("id", &self.id).finish_non_exhaustive()
    }
}

/// By whose mail server a letter goes.
#[derive(Debug, Clone)]
pub enum Sender {
    /// The operator's, from the configuration.
    Operator,
    /// A tenant's own.
    Tenant(Box<TenantSender>),
}

/// A tenant's own mail server.
#[derive(Debug, Clone)]
pub struct TenantSender {
    /// Where it is and what it sends as.
    pub server: MailServer,
    /// The password of the server's user.
    pub password: Option<Secret<String>>,
}

/// Why a letter was not delivered; the words are closed, so that an answer of a server reaches no log or page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// Another time may do.
    #[error("not now: {0}")]
    Later(&'static str),
    /// The server will never have it.
    #[error("refused: {0}")]
    Refused(&'static str),
}

/// Takes letters to mail servers.
pub trait Mailer: Send + Sync + Debug + 'static {
    /// Whether there is a mail server of the operator.
    fn ready(&self) -> bool;

    /// Hands a letter to the sender's server; done when the server has taken it. Ends within thirty seconds.
    fn send<'a>(&'a self, sender: &'a Sender, mail: &'a Mail) -> Delivering<'a>;
}

/// No mail server: letters wait.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMailer;

impl Mailer for NoMailer {
    fn ready(&self) -> bool {
        false
    }

    fn send<'a>(&'a self, _: &'a Sender, _: &'a Mail) -> Delivering<'a> {
        Box::pin(std::future::ready(Err(Undelivered::Later("no_mail_server"))))
    }
}
