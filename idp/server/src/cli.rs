//! The commands, as they are typed.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand};

/// Gatehouse, an identity provider for many tenants.
#[derive(Debug, Parser)]
#[command(name = "gatehouse", version, about, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start everything for development: a private database, the demo world, the server. Not for production.
    Dev(Dev),
    /// Start the server.
    Serve(ConfigArg),
    /// Bring the database's schema up to date, or print what would be done.
    Migrate(Migrate),
    /// Compare a file of tenants, apps and members with what is there, and make it so.
    Apply(Apply),
    /// People.
    #[command(subcommand)]
    Identity(Identity),
    /// Invitations to a tenant.
    #[command(subcommand)]
    Invitation(Invitation),
    /// Signing keys.
    #[command(subcommand)]
    Keys(Keys),
    /// Letters: try the mail server, look at what was given up, note what came back.
    #[command(subcommand)]
    Mail(Mail),
    /// The configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// A configuration file.
#[derive(Debug, Clone, Args)]
pub struct ConfigArg {
    /// The configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
}

/// Which world a tool works on: that of a configuration file, or a development world.
#[derive(Debug, Clone, Args)]
pub struct World {
    /// The configuration file (TOML).
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub config: Option<PathBuf>,
    /// The folder of a development world; without either, `.gatehouse`.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// `gatehouse dev`.
#[derive(Debug, Clone, Args)]
pub struct Dev {
    /// The port of the server on loopback.
    #[arg(long, value_name = "N", default_value_t = 8080)]
    pub port: u16,
    /// The folder that keeps everything between starts.
    #[arg(long, value_name = "DIR", default_value = ".gatehouse")]
    pub data: PathBuf,
    /// Start without demo tenants, people and apps.
    #[arg(long)]
    pub no_demo: bool,
}

/// `gatehouse migrate`.
#[derive(Debug, Clone, Args)]
pub struct Migrate {
    /// Print the SQL for the roles and the migrations that are due, and change nothing.
    #[arg(long)]
    pub plan: bool,
    /// Create the roles first, with this administrator's login (a postgres:// address).
    #[arg(long, value_name = "URL", conflicts_with = "plan")]
    pub bootstrap: Option<String>,
    /// The same login from a file, so that its password shows in no list of processes.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["plan", "bootstrap"])]
    pub bootstrap_file: Option<PathBuf>,
    /// The configuration file.
    #[command(flatten)]
    pub config: ConfigArg,
}

/// `gatehouse apply`.
#[derive(Debug, Clone, Args)]
pub struct Apply {
    /// The file (YAML).
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Show the difference and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Delete what the file's tenants have and the file does not.
    #[arg(long)]
    pub prune: bool,
    /// Print ids and addresses as JSON.
    #[arg(long)]
    pub json: bool,
    /// Print the links of the invitations that are made: to whoever has one it is as good as the letter.
    #[arg(long)]
    pub show_link: bool,
    /// On which world.
    #[command(flatten)]
    pub world: World,
}

/// `gatehouse identity`.
#[derive(Debug, Clone, Subcommand)]
pub enum Identity {
    /// Make people from a file of another system, with the password hashes they have there.
    Import(Import),
}

/// `gatehouse identity import`.
#[derive(Debug, Clone, Args)]
pub struct Import {
    /// The file (JSON Lines).
    #[arg(long, value_name = "FILE")]
    pub file: PathBuf,
    /// The tenant whose members they become, where a line names no other.
    #[arg(long, value_name = "SLUG")]
    pub tenant: Option<String>,
    /// Check everything, count, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
    /// On which world.
    #[command(flatten)]
    pub world: World,
}

/// `gatehouse invitation`.
#[derive(Debug, Clone, Subcommand)]
pub enum Invitation {
    /// List the invitations of a tenant, those that are over too.
    List(InvitationList),
    /// Send an invitation again; the link of the letter before is worth nothing any more.
    Resend(InvitationResend),
    /// Take an invitation back.
    Revoke(InvitationRevoke),
}

/// `gatehouse invitation list`.
#[derive(Debug, Clone, Args)]
pub struct InvitationList {
    /// Whose.
    #[arg(long, value_name = "SLUG")]
    pub tenant: String,
    /// Print them as JSON.
    #[arg(long)]
    pub json: bool,
    /// On which world.
    #[command(flatten)]
    pub world: World,
}

/// `gatehouse invitation resend`.
#[derive(Debug, Clone, Args)]
pub struct InvitationResend {
    /// The invitation's id, or the address that is invited.
    #[arg(value_name = "ID|ADDRESS")]
    pub which: String,
    /// Of which tenant.
    #[arg(long, value_name = "SLUG")]
    pub tenant: String,
    /// Print the link too: to whoever has it it is as good as the letter.
    #[arg(long)]
    pub show_link: bool,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
    /// On which world.
    #[command(flatten)]
    pub world: World,
}

/// `gatehouse invitation revoke`.
#[derive(Debug, Clone, Args)]
pub struct InvitationRevoke {
    /// The invitation's id, or the address that is invited.
    #[arg(value_name = "ID|ADDRESS")]
    pub which: String,
    /// Of which tenant.
    #[arg(long, value_name = "SLUG")]
    pub tenant: String,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
    /// On which world.
    #[command(flatten)]
    pub world: World,
}

/// `gatehouse keys`.
#[derive(Debug, Clone, Subcommand)]
pub enum Keys {
    /// Make the next signing key current; the old one keeps verifying while its tokens live.
    Rotate(Rotate),
}

/// `gatehouse keys rotate`.
#[derive(Debug, Clone, Args)]
#[command(group(ArgGroup::new("owner").required(true).args(["tenant", "platform"])))]
pub struct Rotate {
    /// The tenant whose keys are rotated.
    #[arg(long, value_name = "SLUG")]
    pub tenant: Option<String>,
    /// Rotate the platform's own keys.
    #[arg(long)]
    pub platform: bool,
    /// Only the keys of this algorithm: ES256, EdDSA or RS256.
    #[arg(long, value_name = "ALG", value_parser = ["ES256", "EdDSA", "RS256"])]
    pub alg: Option<String>,
    /// Even if the waiting key was published less than ten minutes ago: when the current key is in danger.
    #[arg(long)]
    pub now: bool,
    /// Trust the older keys no longer: what they signed is refused. When somebody else may have one of them.
    #[arg(long, requires = "now")]
    pub revoke: bool,
    /// On which world.
    #[command(flatten)]
    pub world: World,
}

/// `gatehouse mail`.
#[derive(Debug, Clone, Subcommand)]
pub enum Mail {
    /// Send a test letter and say what the mail server answered.
    Test(MailTest),
    /// List the letters that were given up.
    List(MailList),
    /// Let a letter that was given up start over.
    Retry(MailRetry),
    /// Read a report that a letter came back (RFC 3464) on the standard stream; for the alias that `mail.bounce` names.
    Bounce(MailBounce),
}

/// `gatehouse mail test`.
#[derive(Debug, Clone, Args)]
pub struct MailTest {
    /// To whom.
    #[arg(long, value_name = "ADDRESS")]
    pub to: String,
    /// In this tenant's name, and by its own mail server if it has one.
    #[arg(long, value_name = "SLUG")]
    pub tenant: Option<String>,
    /// Queue the letter, and let the running server send it.
    #[arg(long)]
    pub queue: bool,
    /// On which world.
    #[command(flatten)]
    pub world: World,
}

/// `gatehouse mail list`.
#[derive(Debug, Clone, Args)]
pub struct MailList {
    /// Those that were given up: the only list there is, and named so that the line says what it shows.
    #[arg(long, required = true)]
    pub dead: bool,
    /// Print them as JSON.
    #[arg(long)]
    pub json: bool,
    /// On which world.
    #[command(flatten)]
    pub world: World,
}

/// `gatehouse mail retry`.
#[derive(Debug, Clone, Args)]
pub struct MailRetry {
    /// The letter's id.
    #[arg(value_name = "ID")]
    pub id: String,
    /// On which world.
    #[command(flatten)]
    pub world: World,
}

/// `gatehouse mail bounce`.
#[derive(Debug, Clone, Args)]
pub struct MailBounce {
    /// The address that the report came to, where the mail server knows it better than the report's headers.
    #[arg(long, value_name = "ADDRESS")]
    pub to: Option<String>,
    /// On which world.
    #[command(flatten)]
    pub world: World,
}

/// `gatehouse config`.
#[derive(Debug, Clone, Subcommand)]
pub enum ConfigCommand {
    /// Check a configuration and print what will be used, secrets hidden.
    Check(ConfigArg),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn accepted(line: &str) -> bool {
        Cli::try_parse_from(line.split(' ')).is_ok()
    }

    #[test]
    fn the_definitions_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn lines_are_accepted_or_refused() {
        for (line, good) in [
            ("gatehouse dev", true),
            ("gatehouse dev --port 8081 --data /x --no-demo", true),
            ("gatehouse dev --port 70000", false),
            ("gatehouse serve", false),
            ("gatehouse serve --config a.toml", true),
            ("gatehouse migrate --plan --config a.toml", true),
            ("gatehouse migrate --bootstrap postgres://x --config a.toml", true),
            ("gatehouse migrate --bootstrap-file url --config a.toml", true),
            ("gatehouse migrate --bootstrap postgres://x --bootstrap-file url --config a.toml", false),
            ("gatehouse apply a.yaml --dry-run --prune --json --data /x", true),
            ("gatehouse apply a.yaml --data /x --config a.toml", false),
            ("gatehouse identity import --file a.jsonl --tenant acme --dry-run --json --config a.toml", true),
            ("gatehouse identity import --file a.jsonl --data /x", true),
            ("gatehouse identity import --tenant acme", false),
            ("gatehouse apply a.yaml --show-link", true),
            ("gatehouse invitation list", false),
            ("gatehouse invitation list --tenant acme --json --config a.toml", true),
            ("gatehouse invitation resend a@b.example --tenant acme --show-link", true),
            ("gatehouse invitation resend --tenant acme", false),
            ("gatehouse invitation revoke inv_1 --tenant acme", true),
            ("gatehouse keys rotate", false),
            ("gatehouse keys rotate --platform --tenant acme", false),
            ("gatehouse keys rotate --tenant acme --alg EdDSA", true),
            ("gatehouse keys rotate --platform --alg HS256", false),
            ("gatehouse keys rotate --platform --now --revoke", true),
            ("gatehouse keys rotate --platform --revoke", false),
            ("gatehouse mail test --to a@b.example --config a.toml", true),
            ("gatehouse mail test --config a.toml", false),
            ("gatehouse mail test --to a@b.example --tenant acme --queue --data /x", true),
            ("gatehouse mail list --dead --json", true),
            ("gatehouse mail list", false),
            ("gatehouse mail retry mail_01h455vb4pex5vsknk084sn02q --config a.toml", true),
            ("gatehouse mail bounce --config a.toml", true),
            ("gatehouse config check --config a.toml", true),
        ] {
            assert_eq!(accepted(line), good, "{line}");
        }
    }
}
