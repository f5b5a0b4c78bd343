//! Adoption of a database that an older site made: what is missing is created, everything else stays as it is.
//!
//! First everything is examined and nothing changed; what stands in the way is told in one go. Each change is one that the
//! examination finds missing, so an adoption that was interrupted goes on where it stopped. Afterwards the migrations
//! run as on any database (they create only what is not there), then the old rows are taken in ([`import`]).

mod examine;
mod expected;
mod found;
mod import;

pub use import::{finish, import, is_imported};

use anyhow::{Context, Result, bail};
use sqlx::{Executor, MySqlConnection};

/// Makes an older site's database one that the migrations can go on from. Does nothing to an empty one.
///
/// # Errors
/// When it can't be adopted: every reason, and what to do about it. Nothing has been changed then.
pub async fn adopt(connection: &mut MySqlConnection, report: &mut (dyn FnMut(String) + Send)) -> Result<()> {
    let plan = examine::examine(connection).await.context("the database's tables could not be read")?;
    if !plan.refusals.is_empty() {
        bail!("this database can't be adopted as it is; nothing was changed.\n  - {}", plan.refusals.join("\n  - "));
    }
    for note in plan.notes {
        report(format!("adopting: {note}"));
    }
    for (what, statement) in plan.changes {
        connection.execute(statement.as_str()).await.with_context(|| format!("adopting stopped at {what}; `eternity migrate` goes on from there"))?;
        report(format!("adopting: added {what}"));
    }
    Ok(())
}
