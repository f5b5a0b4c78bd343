//! Accounts in the database.

use super::{Artist, Me};
use crate::{ids::UserId, server::state::App};

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
