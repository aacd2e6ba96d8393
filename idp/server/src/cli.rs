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
    /// Signing keys.
    #[command(subcommand)]
    Keys(Keys),
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
            ("gatehouse keys rotate", false),
            ("gatehouse keys rotate --platform --tenant acme", false),
            ("gatehouse keys rotate --tenant acme --alg EdDSA", true),
            ("gatehouse keys rotate --platform --alg HS256", false),
            ("gatehouse keys rotate --platform --now --revoke", true),
            ("gatehouse keys rotate --platform --revoke", false),
            ("gatehouse config check --config a.toml", true),
        ] {
            assert_eq!(accepted(line), good, "{line}");
        }
    }
}
