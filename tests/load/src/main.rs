//! The load generator behind `make bench`: starts what it measures, drives it, checks the answers, and counts
//! CPU-seconds per 1,000 correct operations of application and database apart.

mod bench;
mod measure;
mod plan;
mod report;
mod scenario;
mod subject;
mod walk;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use plan::Run;

/// Measures Gatehouse and a peer in one run: starts both, checks their answers, prints a table.
#[derive(Debug, Parser)]
#[command(name = "gatehouse-load", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: Run,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What happens without a command, too.
    Run(Run),
    /// The bare HTTP server that serves as a yardstick.
    #[command(hide = true)]
    Hello,
}

/// The generator keeps to one core, so that the servers have the other.
#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Some(Command::Hello) => measure::hello::serve().await.map(|()| true),
        Some(Command::Run(run)) => bench::run(run).await,
        None => bench::run(cli.run).await,
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Nobody is left to tell if standard error is closed.
            let _ = writeln!(std::io::stderr(), "gatehouse-load: {error:#}");
            ExitCode::FAILURE
        }
    }
}
