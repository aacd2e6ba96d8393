//! The dialogue with a mail server, step by step, so that it is known at which one it failed.

use std::error::Error as _;
use std::time::Duration;

use gatehouse_domain::mail::SmtpTls;
use gatehouse_flows::mail::Undelivered;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};

use super::Server;
use super::letter::Letter;

/// How long a connection may take to come up.
const CONNECTING: Duration = Duration::from_secs(8);

/// An open connection, logged in. Dropped, it is closed: what was not ended by its final dot never happened.
pub(super) struct Connection(AsyncSmtpConnection);

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connection(…)")
    }
}

impl Connection {
    /// Connects to `place`, an address or name; the certificate must be for the server's own name wherever it is.
    pub(super) async fn open(server: &Server, place: &str, hello: &str) -> Result<Self, Undelivered> {
        let hello = ClientId::Domain(hello.to_owned());
        let settings = &server.settings;
        let tls = match settings.tls {
            SmtpTls::None => None,
            SmtpTls::Required | SmtpTls::Implicit => Some(trust(server)?),
        };
        let (at_once, later) = if settings.tls == SmtpTls::Implicit { (tls, None) } else { (None, tls) };
        let opening = AsyncSmtpConnection::connect_tokio1(
            (place, settings.port),
            Some(CONNECTING),
            &hello,
            at_once,
            None,
        );
        let mut connection = opening.await.map_err(|error| unreachable(&error))?;
        if let Some(tls) = later {
            if !connection.can_starttls() {
                return Err(Undelivered::Later("no_tls"));
            }
            connection.starttls(tls, &hello).await.map_err(|error| noted("tls", &error))?;
        }
        if let (Some(user), Some(password)) = (&settings.user, &server.password) {
            let login = Credentials::new(user.clone(), password.expose().clone());
            let ways = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&ways, &login).await.map_err(|error| noted("login", &error))?;
        }
        Ok(Self(connection))
    }

    /// Names sender and recipient. The recipient's refusal alone is final: anything else may be our own setting, and is
    /// tried again and given up in sight of the operator.
    pub(super) async fn begin(&mut self, letter: &Letter) -> Result<(), Undelivered> {
        let mut parameters = Vec::new();
        if !letter
            .envelope
            .to()
            .iter()
            .chain(letter.envelope.from())
            .all(|address| address.to_string().is_ascii())
        {
            if !self.0.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(Undelivered::Refused("no_smtputf8"));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let from = Mail::new(letter.envelope.from().cloned(), parameters);
        self.0.command(from).await.map_err(|error| noted(answered(&error, "sender_refused"), &error))?;
        for to in letter.envelope.to() {
            self.0.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(|error| recipient(&error))?;
        }
        Ok(())
    }

    /// Hands the content over; done when the server has said that it takes it.
    pub(super) async fn finish(&mut self, letter: &Letter) -> Result<(), Undelivered> {
        let failed = |error: Error| noted(answered(&error, "content_refused"), &error);
        self.0.command(Data).await.map_err(failed)?;
        self.0.message(&letter.bytes).await.map_err(failed)?;
        Ok(())
    }
}

fn trust(server: &Server) -> Result<TlsParameters, Undelivered> {
    let mut builder = TlsParameters::builder(server.place());
    if let Some(authority) = &server.authority {
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(authority.clone());
    }
    builder.build_rustls().map_err(|error| noted("tls", &error))
}

/// A permanent answer about the recipient, unless its enhanced code (RFC 3463) says that it is about something else.
fn recipient(error: &Error) -> Undelivered {
    let text = error.source().map(ToString::to_string).unwrap_or_default();
    let about_us = ["5.3.", "5.4.", "5.5.", "5.6.", "5.7."].iter().any(|class| text.starts_with(class));
    if error.is_permanent() && !about_us {
        return Undelivered::Refused("recipient_refused");
    }
    noted(answered(error, "rejected"), error)
}

fn unreachable(error: &Error) -> Undelivered {
    let mut causes = std::iter::successors(error.source(), |&cause| cause.source());
    let broken = |cause: &std::io::Error| cause.kind() == std::io::ErrorKind::InvalidData;
    let tls = causes.any(|cause| cause.downcast_ref().is_some_and(broken));
    noted(if tls || error.is_tls() { "tls" } else { answered(error, "rejected") }, error)
}

/// The word for an answer, or for none.
fn answered(error: &Error, permanent: &'static str) -> &'static str {
    if error.is_permanent() {
        permanent
    } else if error.is_transient() {
        "deferred"
    } else {
        "unreachable"
    }
}

/// What a server answers may name people: the log gets its number alone.
fn noted(reason: &'static str, error: &Error) -> Undelivered {
    let code = error.status().map(|code| code.to_string()).unwrap_or_default();
    tracing::info!(reason, code, "a mail server did not take a letter");
    Undelivered::Later(reason)
}
