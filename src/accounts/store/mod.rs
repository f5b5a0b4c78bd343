//! Accounts in the database.

pub mod closing;
pub mod entry;
pub mod settings;
pub mod tokens;

use super::{Artist, Me, values::Email};
use crate::{ids::UserId, server::state::App};
use sqlx::{MySqlConnection, MySqlExecutor};
use time::OffsetDateTime;

/// Who logged in with this row of `accountSessions`; nobody when the session was ended or the account closed.
///
/// # Errors
/// When the database does not answer.
pub async fn me_of_session(app: &App, account_session: &str) -> sqlx::Result<Option<Me>> {
    let row = sqlx::query!(
        "SELECT users.id, users.name, users.role, accountCredentials.email, accountCredentials.emailVerifiedAt,
                artistProfiles.id AS `artistId?`, artistProfiles.artistName AS `artistName?`, accountSessions.lastSeenAt
         FROM accountSessions
         JOIN users ON users.id = accountSessions.userId
         JOIN accountCredentials ON accountCredentials.userId = users.id AND accountCredentials.closedAt IS NULL
         LEFT JOIN artistProfiles ON artistProfiles.userId = users.id
         WHERE accountSessions.id = ?",
        account_session
    )
    .fetch_optional(&app.db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let now = app.clock.now();
    if now - row.lastSeenAt > time::Duration::minutes(10) {
        sqlx::query!("UPDATE accountSessions SET lastSeenAt = ? WHERE id = ?", now, account_session).execute(&app.db).await?;
    }
    let artist = row.artistId.zip(row.artistName).map(|(id, name)| Artist { id: id.into(), name });
    Ok(Some(Me {
        id: UserId(row.id),
        name: row.name.filter(|name| !name.is_empty()).unwrap_or_else(|| row.email.split('@').next().unwrap_or_default().to_owned()),
        email: row.email,
        verified: row.emailVerifiedAt.is_some(),
        admin: row.role == "admin",
        artist,
    }))
}

/// What it takes to make an account.
#[derive(Clone, Copy, Debug)]
pub struct NewAccount<'a> {
    pub name: &'a str,
    pub email: &'a Email,
    /// From [`super::password::hash`]; without one, only a reset by e-mail gets in.
    pub password_hash: Option<&'a str>,
    pub verified: bool,
}

/// Makes an account. A second one for an e-mail violates `unique_account_email`.
///
/// # Errors
/// When the e-mail has an account, or the database does not answer.
pub async fn create(connection: &mut MySqlConnection, now: OffsetDateTime, account: NewAccount<'_>) -> sqlx::Result<UserId> {
    let user = UserId(crate::server::database::users::insert_user(&mut *connection, account.name, now).await?);
    sqlx::query!(
        "INSERT INTO accountCredentials (userId, email, emailKey, emailVerifiedAt, passwordHash, createdAt, updatedAt) VALUES (?, ?, ?, ?, ?, ?, ?)",
        user,
        account.email.as_str(),
        account.email.key(),
        account.verified.then_some(now),
        account.password_hash,
        now,
        now
    )
    .execute(connection)
    .await?;
    Ok(user)
}

/// An account that is not closed.
#[derive(Clone, Debug)]
pub struct Account {
    pub user: UserId,
    pub email: String,
    pub verified: bool,
    pub password_hash: Option<String>,
}

/// The account with this e-mail.
///
/// # Errors
/// When the database does not answer.
pub async fn by_email(connection: impl MySqlExecutor<'_>, email: &Email) -> sqlx::Result<Option<Account>> {
    let row = sqlx::query!(
        "SELECT userId, email, emailVerifiedAt, passwordHash FROM accountCredentials WHERE emailKey = ? AND closedAt IS NULL",
        email.key()
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Account {
        user: UserId(row.userId),
        email: row.email,
        verified: row.emailVerifiedAt.is_some(),
        password_hash: row.passwordHash,
    }))
}

/// The account of this person.
///
/// # Errors
/// When the database does not answer.
pub async fn by_user(connection: impl MySqlExecutor<'_>, user: UserId) -> sqlx::Result<Option<Account>> {
    let row = sqlx::query!("SELECT userId, email, emailVerifiedAt, passwordHash FROM accountCredentials WHERE userId = ? AND closedAt IS NULL", user)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| Account {
        user: UserId(row.userId),
        email: row.email,
        verified: row.emailVerifiedAt.is_some(),
        password_hash: row.passwordHash,
    }))
}
