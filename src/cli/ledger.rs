//! `eternity ledger`.

use crate::{ledger, royalties, server::state::App};
use anyhow::Result;
use clap::Subcommand;
use std::process::ExitCode;

/// What can be asked of the journal of money.
#[derive(Debug, Subcommand)]
pub enum Ledger {
    /// Check that the books balance.
    ///
    /// From the rows alone: every transaction sums to zero and is what was written, balances equal their entries, nothing is
    /// below zero that may not be, every tip, earning and payout has its journal entry and the other way round, creatorEarnings
    /// rebuilds to the cent, statements sum to their payouts, refunds, disputes and debts are what was taken back, and every row keeps the rules (who
    /// paid whom, holding times, approvals, steps). Prints figures and differences; exits with 1 on any difference.
    Verify,
    /// Share the stream money of every day and month that is over.
    ///
    /// The worker does this by itself, six hours after midnight UTC. Run again, or cut off and run again, it does nothing twice.
    Close,
    /// Write opening transactions for money rows that stand in the database without any.
    ///
    /// For a database that was used by another program before. Prints what that one paid out without having it. Run again, it
    /// finds nothing to do.
    Import,
}

impl Ledger {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn run(self, app: &App) -> Result<ExitCode> {
        match self {
            Self::Verify => {
                let report = ledger::verify(&app.db).await?;
                println!("{report}");
                Ok(if report.balances() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
            Self::Close => {
                let closed = royalties::store::close_due(app, app.clock.now()).await?;
                println!("{closed} closed");
                Ok(ExitCode::SUCCESS)
            }
            Self::Import => {
                let differences = ledger::import::run(&app.db, app.clock.now()).await?;
                for difference in &differences {
                    println!("{difference}");
                }
                println!("{} differences", differences.len());
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}
