//! The commands.

mod apply;
mod check;
mod dev;
mod identity;
mod invitation;
mod keys;
mod mail;
mod migrate;
mod serve;
mod tool;

use std::process::ExitCode;
use std::sync::Arc;

use gatehouse_domain::random::Rng;
use gatehouse_domain::time::{Clock, SystemClock};
use gatehouse_keys::entropy::SystemRng;

use crate::cli::{Command, ConfigCommand, Identity, Invitation, Keys, Mail};

/// Carries a command out.
///
/// # Errors
/// What stood in the way, fit to be shown.
pub async fn run(command: Command) -> anyhow::Result<()> {
    // Every TLS library in the process uses the one provider; a second call finds it there.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    match command {
        Command::Dev(options) => dev::run(options).await,
        Command::Serve(options) => serve::run(&options.config).await,
        Command::Migrate(options) => migrate::run(&options).await,
        Command::Apply(options) => apply::run(&options).await,
        Command::Identity(Identity::Import(options)) => identity::import(&options).await,
        Command::Invitation(Invitation::List(options)) => invitation::list(&options).await,
        Command::Invitation(Invitation::Resend(options)) => invitation::resend(&options).await,
        Command::Invitation(Invitation::Revoke(options)) => invitation::revoke(&options).await,
        Command::Keys(Keys::Rotate(options)) => keys::rotate(&options).await,
        Command::Mail(Mail::Test(options)) => mail::test(&options).await,
        Command::Mail(Mail::List(options)) => mail::list(&options).await,
        Command::Mail(Mail::Retry(options)) => mail::retry(&options).await,
        Command::Mail(Mail::Bounce(options)) => mail::bounce(&options).await,
        Command::Config(ConfigCommand::Check(options)) => check::run(&options.config),
    }
}

/// Says what went wrong, with its causes, on the error stream.
pub fn report(error: &anyhow::Error) -> ExitCode {
    let mut text = String::from("gatehouse: ");
    let mut last = String::new();
    for cause in error.chain() {
        let line = cause.to_string();
        if !last.contains(&line) {
            if !last.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&line);
        }
        last = line;
    }
    #[expect(clippy::print_stderr, reason = "the error stream is where a command says why it failed")]
    {
        eprintln!("{text}");
    }
    ExitCode::FAILURE
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

fn rng() -> Arc<dyn Rng> {
    Arc::new(SystemRng)
}

/// Writes to the standard stream what a command has to say.
fn say(text: &str) {
    #[expect(clippy::print_stdout, reason = "what a command says is its output")]
    {
        println!("{text}");
    }
}
