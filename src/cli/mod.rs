//! The command line: one subcommand per run, each with help worth reading.

mod demo;
mod ledger;
mod media;
pub mod migrate;
mod recount;
pub mod serve;
mod status;
mod user;
mod worker;

use crate::server::{
    config::Config,
    database::{self, embedded::Private},
    state::App,
    telemetry,
};
use anyhow::{Context, Result};
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
    /// Bring the database's schema up to date, or adopt a database that has the tables already.
    Migrate(migrate::Migrate),
    /// Write what every site needs: the subscription tiers. Again does no harm.
    Seed,
    /// Fill a site in development with demo content: artists, music, listeners, a year of plays and money. Again adds nothing.
    Demo(demo::Demo),
    /// Do background work: transcode, send mail, send payouts.
    Worker(worker::Worker),
    /// Prove that the books balance.
    #[command(subcommand)]
    Ledger(ledger::Ledger),
    /// Look after the files of sound.
    #[command(subcommand)]
    Media(media::Media),
    /// Count plays, likes, followers and shares again, report counters that were wrong, and correct them.
    Recount(recount::Recount),
    /// Look after accounts: promote, demote, list, make a reset link.
    User(user::User),
    /// Tell what works and what does not: database, schema, ffmpeg, storage, queue.
    Status,
    /// Print the effective configuration, secrets left out.
    Config,
}

/// Runs the subcommand.
///
/// # Errors
/// With a message for people, that says what to do.
pub async fn run(cli: Cli) -> Result<ExitCode> {
    if matches!(cli.command, Command::Config) {
        let config = Config::read()?;
        print!("{}", toml::to_string_pretty(&config.printable())?);
        config.checked()?;
        return Ok(ExitCode::SUCCESS);
    }
    let config = Config::load()?;
    if let Command::Serve(serve) = cli.command {
        return serve.run(config).await;
    }
    telemetry::logs(!config.development());
    let opened = open_beside(config).await?;
    let result = match cli.command {
        Command::Migrate(migrate) => migrate.run(&opened.app).await,
        Command::Seed => database::seed::seed(&opened.app.db).await.map(|()| ExitCode::SUCCESS),
        Command::Demo(demo) => demo.run(&opened.app).await,
        Command::Worker(worker) => worker.run(&opened.app).await,
        Command::Ledger(ledger) => ledger.run(&opened.app).await,
        Command::Media(media) => media.run(&opened.app).await,
        Command::Recount(recount) => recount.run(&opened.app).await,
        Command::User(user) => user.run(&opened.app).await,
        Command::Status => status::run(&opened.app).await,
        Command::Serve(_) | Command::Config => unreachable!("handled above"),
    };
    opened.close().await;
    result
}

/// The application over its database, and the private server behind it if there is one.
pub struct Opened {
    pub app: App,
    private: Option<Private>,
}

/// As [`open`], but joins the private server of a site that is being served from the same folder.
async fn open_beside(mut config: Config) -> Result<Opened> {
    if config.database.url.is_empty()
        && let Some(url) = Private::running(&config.data_dir.join("db"))
    {
        config.database.url = url;
    }
    open(config).await
}

/// Opens the configured database, or starts the private one.
///
/// # Errors
/// When neither is to be had; the message says what to do.
pub async fn open(mut config: Config) -> Result<Opened> {
    std::fs::create_dir_all(&config.data_dir).with_context(|| format!("can't create the folder {} (data_dir)", config.data_dir.display()))?;
    if config.secret.is_empty() {
        config.secret = development_secret(&config)?;
    }
    let private = if config.database.url.is_empty() {
        let private = Private::start(&config.data_dir.join("db")).await?;
        config.database.url = private.url();
        Some(private)
    } else {
        None
    };
    let pool = database::connect(&config.database.url, config.database.max_connections).await?;
    Ok(Opened { app: App::new(config, pool), private })
}

impl Opened {
    /// Closes the connections and stops the private server.
    pub async fn close(self) {
        self.app.db.close().await;
        if let Some(private) = self.private {
            private.stop().await;
        }
    }
}

/// In development the secret is made once and kept, so that links survive a restart.
fn development_secret(config: &Config) -> Result<String> {
    let file = config.data_dir.join("secret");
    if let Ok(secret) = std::fs::read_to_string(&file) {
        return Ok(secret);
    }
    let secret = crate::server::tokens::random();
    std::fs::write(&file, &secret).with_context(|| format!("can't write {}", file.display()))?;
    Ok(secret)
}
