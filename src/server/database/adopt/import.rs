//! What an older site's rows mean here: who may log in, which audio is lost. Done once, after the migrations.

use anyhow::{Context, Result};
use sqlx::{Connection, MySqlConnection};
use time::OffsetDateTime;

/// The setting that says it is done.
const DONE: &str = "imported";
const PAGE: i32 = 500;
/// The longest address there can be (RFC 5321).
const EMAIL_MAX: usize = 254;

/// Whether it was done here, on this database.
///
/// # Errors
/// When the database does not answer.
pub async fn is_imported(connection: &mut MySqlConnection) -> sqlx::Result<bool> {
    let done = sqlx::query_scalar!("SELECT COUNT(*) FROM siteSettings WHERE name = ?", DONE).fetch_one(connection).await?;
    Ok(done > 0)
}

/// Takes in the people and tracks of an adopted database. On a new one there are none.
///
/// # Errors
/// When the database does not answer; the next run goes on.
pub async fn import(connection: &mut MySqlConnection, now: OffsetDateTime, report: &mut (dyn FnMut(String) + Send)) -> Result<()> {
    credentials(connection, now, report).await.context("the e-mail addresses could not be taken in")?;
    let lost = sqlx::query!(
        "INSERT INTO trackMedia (trackId, state, failure, updatedAt)
         SELECT artistUploads.id, 'unavailable', 'missing', ? FROM artistUploads
         LEFT JOIN trackMedia ON trackMedia.trackId = artistUploads.id WHERE trackMedia.trackId IS NULL",
        now
    )
    .execute(&mut *connection)
    .await?
    .rows_affected();
    if lost > 0 {
        report(format!("imported: {lost} tracks, whose audio is not in this site's storage yet"));
    }
    Ok(())
}

/// Remembers that everything was taken in.
///
/// # Errors
/// When the database does not answer.
pub async fn finish(connection: &mut MySqlConnection, now: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("INSERT INTO siteSettings (name, value) VALUES (?, ?)", DONE, now.to_string()).execute(connection).await?;
    Ok(())
}

/// E-mail addresses of `users`, where it has them: their people get in by a reset link.
async fn credentials(connection: &mut MySqlConnection, now: OffsetDateTime, report: &mut (dyn FnMut(String) + Send)) -> Result<()> {
    let has_email: i64 = sqlx::query_scalar(
        "SELECT CAST(COUNT(*) AS SIGNED) FROM information_schema.COLUMNS
         WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'users' AND COLUMN_NAME = 'email' AND CHARACTER_SET_NAME IS NOT NULL",
    )
    .fetch_one(&mut *connection)
    .await?;
    if has_email == 0 {
        return Ok(());
    }
    let (mut taken, mut after) = (0_u32, 0_i32);
    loop {
        // The column is not of the migrations, so the query can't be checked when compiling.
        let users: Vec<(i32, Option<String>)> = sqlx::query_as(
            "SELECT users.id, CAST(users.email AS CHAR) FROM users LEFT JOIN accountCredentials ON accountCredentials.userId = users.id
             WHERE accountCredentials.userId IS NULL AND users.id > ? ORDER BY users.id LIMIT ?",
        )
        .bind(after)
        .bind(PAGE)
        .fetch_all(&mut *connection)
        .await?;
        let Some((last, _)) = users.last() else { break };
        after = *last;
        let mut tx = connection.begin().await?;
        for (id, email) in users {
            let Some(email) = email.map(|email| email.trim().to_owned()).filter(|email| !email.is_empty()) else { continue };
            if email.len() > EMAIL_MAX || !email.contains('@') || email.contains(char::is_whitespace) {
                report(format!("imported without an e-mail: user {id}, whose address is none"));
                continue;
            }
            match credential(&mut tx, id, &email, now).await {
                Ok(()) => taken += 1,
                Err(error) if error.as_database_error().is_some_and(|error| error.is_unique_violation()) => {
                    report(format!("imported without an e-mail: user {id}, whose address an earlier user has too"));
                }
                Err(error) => return Err(error.into()),
            }
        }
        tx.commit().await?;
    }
    if taken > 0 {
        report(format!("imported: {taken} e-mail addresses; their people get in by \"forgotten password\""));
    }
    Ok(())
}

async fn credential(connection: &mut MySqlConnection, id: i32, email: &str, now: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO accountCredentials (userId, email, emailKey, emailVerifiedAt, passwordHash, closedAt, createdAt, updatedAt)
         VALUES (?, ?, ?, NULL, NULL, NULL, ?, ?)",
        id,
        email,
        email.to_lowercase(),
        now,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}
