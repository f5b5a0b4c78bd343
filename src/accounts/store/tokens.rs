//! Links sent by e-mail. Only the digest of a token is kept; each is good once, and for a while.

use crate::{
    accounts::{Link, Purpose},
    ids::UserId,
    server::tokens::{digest, random},
};
use sqlx::{MySqlConnection, MySqlExecutor};
use time::{Duration, OffsetDateTime};

impl Purpose {
    const fn column(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::Change => "change",
        }
    }

    fn of_column(text: &str) -> Self {
        match text {
            "reset" => Self::Reset,
            "change" => Self::Change,
            _ => Self::Verify,
        }
    }

    /// How long a link is good.
    pub const fn lifetime(self) -> Duration {
        match self {
            Self::Verify | Self::Change => Duration::hours(24),
            Self::Reset => Duration::hours(1),
        }
    }

    const fn page(self) -> &'static str {
        match self {
            Self::Verify | Self::Change => "/verify-email/",
            Self::Reset => "/reset-password/",
        }
    }
}

/// Makes a link for this person, and returns its full address. Older ones of a change of address are no longer good.
///
/// # Errors
/// When the database does not answer.
pub async fn issue(
    connection: &mut MySqlConnection,
    site_url: &str,
    now: OffsetDateTime,
    user: UserId,
    purpose: Purpose,
    email: &str,
) -> sqlx::Result<String> {
    if purpose == Purpose::Change {
        void(&mut *connection, user, Some(Purpose::Change)).await?;
    }
    let token = random();
    sqlx::query!(
        "INSERT INTO accountTokens (digest, userId, purpose, email, expiresAt, createdAt) VALUES (?, ?, ?, ?, ?, ?)",
        digest(&token),
        user,
        purpose.column(),
        email,
        now + purpose.lifetime(),
        now
    )
    .execute(connection)
    .await?;
    Ok(format!("{site_url}{}{token}", purpose.page()))
}

/// What a token is for, if it can still be used.
///
/// # Errors
/// When the database does not answer.
pub async fn look(connection: impl MySqlExecutor<'_>, now: OffsetDateTime, token: &str) -> sqlx::Result<Option<Link>> {
    let row = sqlx::query!(
        "SELECT accountTokens.userId, accountTokens.purpose, accountTokens.email FROM accountTokens
         JOIN accountCredentials ON accountCredentials.userId = accountTokens.userId AND accountCredentials.closedAt IS NULL
         WHERE accountTokens.digest = ? AND accountTokens.usedAt IS NULL AND accountTokens.expiresAt > ?",
        digest(token),
        now
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Link { user: UserId(row.userId), purpose: Purpose::of_column(&row.purpose), email: row.email }))
}

/// Uses a token up. `None`: it can't be used, or another request was faster.
///
/// # Errors
/// When the database does not answer.
pub async fn take(connection: &mut MySqlConnection, now: OffsetDateTime, token: &str) -> sqlx::Result<Option<Link>> {
    let Some(link) = look(&mut *connection, now, token).await? else { return Ok(None) };
    let taken =
        sqlx::query!("UPDATE accountTokens SET usedAt = ? WHERE digest = ? AND usedAt IS NULL", now, digest(token)).execute(connection).await?;
    Ok((taken.rows_affected() == 1).then_some(link))
}

/// Makes a person's links worthless: those of one purpose, or all.
///
/// # Errors
/// When the database does not answer.
pub async fn void(connection: impl MySqlExecutor<'_>, user: UserId, purpose: Option<Purpose>) -> sqlx::Result<()> {
    let purpose = purpose.map(Purpose::column);
    sqlx::query!("DELETE FROM accountTokens WHERE userId = ? AND (? IS NULL OR purpose = ?)", user, purpose, purpose).execute(connection).await?;
    Ok(())
}

/// Forgets links that have expired; called by the worker now and then.
///
/// # Errors
/// When the database does not answer.
pub async fn sweep(connection: impl MySqlExecutor<'_>, now: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM accountTokens WHERE expiresAt < ? LIMIT 1000", now - Duration::days(7)).execute(connection).await?;
    Ok(())
}
