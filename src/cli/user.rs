//! `eternity user`.

use crate::{
    accounts::{Purpose, store, values::Email},
    server::{state::App, tokens::ulid},
};
use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Options of `user`.
#[derive(Debug, Args)]
pub struct User {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Make someone an admin. It holds from the next request on and stands in the audit log.
    Promote { email: String },
    /// Make an admin a listener again.
    Demote { email: String },
    /// Print every account that is not closed: id, e-mail, role, whether the e-mail is verified. Separated by tabs.
    List,
    /// Print a link with which someone chooses a new password, good for an hour: when mail does not work.
    ResetLink { email: String },
}

impl User {
    /// Does it.
    ///
    /// # Errors
    /// When nobody has that e-mail, or the database does not answer.
    pub async fn run(self, app: &App) -> Result<ExitCode> {
        match self.command {
            UserCommand::Promote { email } => set_role(app, &email, "admin").await?,
            UserCommand::Demote { email } => set_role(app, &email, "user").await?,
            UserCommand::List => list(app).await?,
            UserCommand::ResetLink { email } => {
                let account = account(app, &email).await?;
                let now = app.clock.now();
                let mut connection = app.db.acquire().await?;
                let link = store::tokens::issue(&mut connection, &app.config.site_url, now, account.user, Purpose::Reset, &account.email).await?;
                println!("{link}");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn account(app: &App, email: &str) -> Result<store::Account> {
    let parsed = Email::parse(email).map_err(|message| anyhow!("{email}: {message}"))?;
    store::by_email(&app.db, &parsed).await?.with_context(|| format!("nobody has the e-mail {email}: `eternity user list` prints who is there"))
}

async fn set_role(app: &App, email: &str, role: &str) -> Result<()> {
    let account = account(app, email).await?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let before = sqlx::query!("SELECT role FROM users WHERE id = ? FOR UPDATE", account.user).fetch_one(&mut *tx).await?.role;
    if before == role {
        println!("{} is {role} already", account.email);
        return Ok(());
    }
    if role != "admin" {
        let others = sqlx::query!(
            "SELECT users.id FROM users JOIN accountCredentials ON accountCredentials.userId = users.id AND accountCredentials.closedAt IS NULL
             WHERE users.role = 'admin' AND users.id <> ? LIMIT 1",
            account.user
        )
        .fetch_optional(&mut *tx)
        .await?;
        if others.is_none() {
            bail!("{} is the only admin: promote someone else first", account.email);
        }
    }
    sqlx::query!("UPDATE users SET role = ?, updatedAt = ? WHERE id = ?", role, now, account.user).execute(&mut *tx).await?;
    sqlx::query!(
        "INSERT INTO auditLog (id, actorId, action, subject, subjectId, detail, createdAt) VALUES (?, NULL, 'user.role', 'users', ?, ?, ?)",
        ulid(),
        account.user,
        format!("{before} -> {role}"),
        now
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    println!("{} is {role} now", account.email);
    Ok(())
}

async fn list(app: &App) -> Result<()> {
    let mut after = 0;
    loop {
        let rows = sqlx::query!(
            "SELECT users.id, users.role, accountCredentials.email, accountCredentials.emailVerifiedAt
             FROM users JOIN accountCredentials ON accountCredentials.userId = users.id AND accountCredentials.closedAt IS NULL
             WHERE users.id > ? ORDER BY users.id LIMIT 500",
            after
        )
        .fetch_all(&app.db)
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.id;
        for row in &rows {
            let verified = if row.emailVerifiedAt.is_some() { "verified" } else { "unverified" };
            println!("{}\t{}\t{}\t{verified}", row.id, row.email, row.role);
        }
    }
}
