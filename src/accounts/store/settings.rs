//! What a person changes about the own account, and where it is logged in.

use super::{by_email, by_user, tokens};
use crate::{
    accounts::{
        Me, Purpose, SessionLine, Settings, password,
        values::{Email, Name, Password},
    },
    error::{AppError, AppResult},
    ids::UserId,
    server::{
        mail,
        rate::{self, Limit},
        state::App,
    },
    t,
};
use sqlx::MySqlConnection;

/// Tries of one's own password.
const PASSWORDS: Limit = Limit::per_minutes(10, 15);
/// Mails to new addresses.
const CHANGES: Limit = Limit::per_minutes(5, 60);

/// Everything the settings page shows; the newest hundred sessions.
///
/// # Errors
/// When the database does not answer.
pub async fn settings(app: &App, me: &Me, account_session: Option<&str>) -> AppResult<Settings> {
    let pending_email = sqlx::query_scalar!(
        "SELECT email FROM accountTokens WHERE userId = ? AND purpose = 'change' AND usedAt IS NULL AND expiresAt > ? ORDER BY createdAt DESC LIMIT 1",
        me.id,
        app.clock.now()
    )
    .fetch_optional(&app.db)
    .await?;
    let rows = sqlx::query!("SELECT id, userAgent, createdAt, lastSeenAt FROM accountSessions WHERE userId = ? ORDER BY id DESC LIMIT 100", me.id)
        .fetch_all(&app.db)
        .await?;
    let sessions = rows
        .into_iter()
        .map(|row| SessionLine {
            here: Some(row.id.as_str()) == account_session,
            id: row.id,
            user_agent: row.userAgent,
            created: row.createdAt,
            seen: row.lastSeenAt,
        })
        .collect();
    Ok(Settings { name: me.name.clone(), email: me.email.clone(), pending_email, sessions })
}

/// Changes what the person is called.
///
/// # Errors
/// When the database does not answer.
pub async fn rename(app: &App, user: UserId, name: &Name) -> AppResult<()> {
    sqlx::query!("UPDATE users SET name = ?, updatedAt = ? WHERE id = ?", name.as_str(), app.clock.now(), user).execute(&app.db).await?;
    Ok(())
}

/// Checks the person's own password before something that can't be taken back.
///
/// # Errors
/// At `field`, when it is another; past the limit.
pub async fn check_password(app: &App, user: UserId, field: &str, typed: String) -> AppResult<()> {
    let bucket = format!("password:{user}");
    rate::attempt(app, &bucket, PASSWORDS).await?;
    let hash = by_user(&app.db, user).await?.and_then(|account| account.password_hash);
    if !password::verify(typed, hash).await? {
        return Err(AppError::at(field, t!("accounts.password.wrong")));
    }
    rate::forget(app, &bucket).await
}

/// Changes the password. Other sessions end, and links that were sent are worth nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn change_password(app: &App, me: &Me, account_session: Option<&str>, new: Password) -> AppResult<()> {
    let hash = password::hash(new.into_inner()).await?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    sqlx::query!("UPDATE accountCredentials SET passwordHash = ?, updatedAt = ? WHERE userId = ?", hash, now, me.id).execute(&mut *tx).await?;
    end_sessions(&mut tx, me.id, account_session).await?;
    tokens::void(&mut *tx, me.id, None).await?;
    mail::queue(&mut tx, now, &me.email, &t!("accounts.mail.password_changed.subject"), &t!("accounts.mail.password_changed.body")).await?;
    tx.commit().await?;
    app.work.notify_one();
    Ok(())
}

/// Sends a link to a new address; the old one stays until it is opened. An address that has an account gets a
/// remark instead, and who asked does not learn of it.
///
/// # Errors
/// Past the limit; when the database does not answer.
pub async fn ask_new_email(app: &App, me: &Me, new: &Email) -> AppResult<()> {
    rate::attempt(app, &format!("change-email:{}", me.id), CHANGES).await?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    if let Some(owner) = by_email(&mut *tx, new).await? {
        tokens::void(&mut *tx, me.id, Some(Purpose::Change)).await?;
        mail::queue(&mut tx, now, &owner.email, &t!("accounts.mail.taken.subject"), &t!("accounts.mail.taken.body")).await?;
    } else {
        let link = tokens::issue(&mut tx, &app.config.site_url, now, me.id, Purpose::Change, new.as_str()).await?;
        mail::queue(&mut tx, now, new.as_str(), &t!("accounts.mail.change.subject"), &t!("accounts.mail.change.body", link = link)).await?;
    }
    tx.commit().await?;
    app.work.notify_one();
    Ok(())
}

/// Ends one of a person's sessions. Other people's are not found.
///
/// # Errors
/// [`AppError::NotFound`]; when the database does not answer.
pub async fn end_session(app: &App, user: UserId, id: &str) -> AppResult<()> {
    let mut tx = app.db.begin().await?;
    sqlx::query!(
        "DELETE webSessions FROM webSessions JOIN accountSessions ON accountSessions.sessionId = webSessions.id
         WHERE accountSessions.id = ? AND accountSessions.userId = ?",
        id,
        user
    )
    .execute(&mut *tx)
    .await?;
    let ended = sqlx::query!("DELETE FROM accountSessions WHERE id = ? AND userId = ?", id, user).execute(&mut *tx).await?;
    tx.commit().await?;
    if ended.rows_affected() == 0 { Err(AppError::NotFound) } else { Ok(()) }
}

/// Takes a session that another has replaced from the list.
///
/// # Errors
/// When the database does not answer.
pub async fn forget_session(app: &App, user: UserId, id: &str) -> AppResult<()> {
    sqlx::query!("DELETE FROM accountSessions WHERE id = ? AND userId = ?", id, user).execute(&app.db).await?;
    Ok(())
}

/// Ends a person's sessions, all but one or all.
///
/// # Errors
/// When the database does not answer.
pub async fn end_sessions(connection: &mut MySqlConnection, user: UserId, but: Option<&str>) -> sqlx::Result<()> {
    let but = but.unwrap_or_default();
    sqlx::query!(
        "DELETE webSessions FROM webSessions JOIN accountSessions ON accountSessions.sessionId = webSessions.id
         WHERE accountSessions.userId = ? AND accountSessions.id <> ?",
        user,
        but
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("DELETE FROM accountSessions WHERE userId = ? AND id <> ?", user, but).execute(connection).await?;
    Ok(())
}
