//! Letters by SMTP (RFC 5321): the operator's server and tenants' own, over connections that are used again.

mod address;
mod connection;
mod letter;
mod pool;
mod report;
mod server;

use std::time::Duration;

use gatehouse_flows::mail::{Delivering, Mail, Mailer, Sender, Undelivered};
use tokio::time::timeout;

use crate::config;
use crate::mailbox::Mailbox;
use address::Lookup;
use pool::Pool;
pub use report::read_report;
pub use server::Server;

/// How long a letter may take, from the look-up of the server's name to its answer: less than a try of a job.
const WHOLE: Duration = Duration::from_secs(25);

/// By what the operator's letters go.
#[derive(Debug, Clone)]
pub enum Operator {
    /// A mail server.
    Server(Box<Server>),
    /// The mailbox of a development world.
    Mailbox(Mailbox),
    /// Nothing: they wait.
    Nothing,
}

/// The mailer.
#[derive(Debug)]
pub struct Smtp {
    operator: Operator,
    lookup: Lookup,
    pool: Pool,
    hello: String,
}

impl Smtp {
    /// A mailer that names itself `hello` to servers; `loopback` lets tenants' servers be on this machine, and without TLS.
    pub fn new(operator: Operator, hello: &str, loopback: bool) -> Self {
        Self { operator, lookup: Lookup::new(loopback), pool: Pool::default(), hello: hello.to_owned() }
    }

    async fn deliver(&self, sender: &Sender, mail: &Mail) -> Result<(), Undelivered> {
        let tenant;
        let (server, guarded) = match (sender, &self.operator) {
            (Sender::Tenant(own), _) => {
                tenant = Server::of_tenant(own);
                (&tenant, true)
            }
            (Sender::Operator, Operator::Server(server)) => (&**server, false),
            (Sender::Operator, Operator::Mailbox(mailbox)) => {
                mailbox.put(mail);
                return Ok(());
            }
            (Sender::Operator, Operator::Nothing) => return Err(Undelivered::Later("no_mail_server")),
        };
        let letter = letter::built(server, mail)?;
        self.hand_over(server, guarded, &letter).await
    }

    /// Hands a letter over by a connection that is open already, or else by a new one. What waited may have been closed
    /// by the server; then nothing of the letter has left, and a new connection is tried.
    async fn hand_over(
        &self,
        server: &Server,
        guarded: bool,
        letter: &letter::Letter,
    ) -> Result<(), Undelivered> {
        if let Some(mut waiting) = self.pool.take(server.key())
            && waiting.begin(letter).await.is_ok()
        {
            waiting.finish(letter).await?;
            self.pool.give_back(server.key(), waiting);
            return Ok(());
        }
        let place = if guarded { self.lookup.tested(server).await? } else { server.place() };
        let mut fresh = connection::Connection::open(server, &place, &self.hello).await?;
        fresh.begin(letter).await?;
        fresh.finish(letter).await?;
        self.pool.give_back(server.key(), fresh);
        Ok(())
    }
}

impl Mailer for Smtp {
    fn ready(&self) -> bool {
        !matches!(self.operator, Operator::Nothing)
    }

    fn send<'a>(&'a self, sender: &'a Sender, mail: &'a Mail) -> Delivering<'a> {
        Box::pin(async move {
            match timeout(WHOLE, self.deliver(sender, mail)).await {
                Ok(ended) => ended,
                Err(_) => Err(Undelivered::Later("slow")),
            }
        })
    }
}

/// The operator's side as it is configured; without a server, `else_by`.
///
/// # Errors
/// If the authority's file holds no certificate.
pub fn operator(mail: &config::Mail, else_by: Operator) -> anyhow::Result<Operator> {
    match &mail.server {
        Some(server) => Ok(Operator::Server(Box::new(Server::of_operator(server)?))),
        None => Ok(else_by),
    }
}
