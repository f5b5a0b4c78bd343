//! The command line: one subcommand per run, each with help worth reading.

mod serve;

use crate::server::config::Config;
use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Gifted Eternity: artists publish and get paid; listeners listen, collect and tip.
///
/// Configuration comes from Leptos.toml in the current folder, overridden by the environment: DATABASE_URL for the
/// database, ETERNITY_MODE, ETERNITY_SERVER__ADDRESS and so on for the rest. `eternity config` prints what is in force.
///
/// Exit codes: 0 done, 1 failed (the message says what to do), 2 wrong usage.
#[derive(Debug, Parser)]
#[command(name = "eternity", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the site, and do background work in the same process.
    ///
    /// Without a database.url a private server is started in data_dir and stopped at the end. The schema is migrated first.
    Serve(serve::Serve),
    /// Print the effective configuration, secrets left out.
    Config,
}

/// Runs the subcommand.
///
/// # Errors
/// With a message for people, that says what to do.
pub async fn run(cli: Cli) -> Result<ExitCode> {
    let config = Config::load()?;
    match cli.command {
        Command::Serve(serve) => serve.run(config).await,
        Command::Config => {
            print!("{}", toml::to_string_pretty(&config.printable())?);
            Ok(ExitCode::SUCCESS)
        }
    }
}
