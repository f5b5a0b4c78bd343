//! Mail: written in the transaction that causes it, sent by a job over SMTP. In development it can be read at
//! `/dev/mailbox` as well.

use super::{
    jobs::{self, Job},
    state::App,
};
use anyhow::{Context, Result};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor, message::header::ContentType};
use serde::{Deserialize, Serialize};
use sqlx::MySqlConnection;
use time::OffsetDateTime;

/// Sends one mail of `outgoingMails`.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendMail {
    pub id: String,
}

impl Job for SendMail {
    const KIND: &'static str = "send-mail";
}

/// Writes a mail in plain text, to be sent after the transaction commits.
///
/// # Errors
/// When the database does not answer.
pub async fn queue(connection: &mut MySqlConnection, now: OffsetDateTime, recipient: &str, subject: &str, body: &str) -> sqlx::Result<()> {
    let id = super::tokens::ulid();
    // Names within it may be long; the column is not.
    let subject: String = subject.chars().take(255).collect();
    sqlx::query!("INSERT INTO outgoingMails (id, recipient, subject, body, createdAt) VALUES (?, ?, ?, ?, ?)", id, recipient, subject, body, now)
        .execute(&mut *connection)
        .await?;
    jobs::enqueue(connection, &SendMail { id }, now).await
}

impl SendMail {
    /// Sends it, once: a mail that has a time of sending is left alone.
    ///
    /// # Errors
    /// When the mail server can't be reached or refuses it.
    pub async fn run(self, app: &App) -> Result<()> {
        let Some(mail) =
            sqlx::query!("SELECT recipient, subject, body, sentAt FROM outgoingMails WHERE id = ?", self.id).fetch_optional(&app.db).await?
        else {
            return Ok(());
        };
        if mail.sentAt.is_some() {
            return Ok(());
        }
        let smtp_url = &app.config.mail.smtp_url;
        if !smtp_url.is_empty() {
            let message = Message::builder()
                .from(app.config.mail.from.parse().context("mail.from is not an address")?)
                .to(mail.recipient.parse().context("the recipient is not an address")?)
                .subject(mail.subject)
                .header(ContentType::TEXT_PLAIN)
                .body(mail.body)?;
            AsyncSmtpTransport::<Tokio1Executor>::from_url(smtp_url)?.build().send(message).await.context("the mail server did not take the mail")?;
        }
        sqlx::query!("UPDATE outgoingMails SET sentAt = ? WHERE id = ?", app.clock.now(), self.id).execute(&app.db).await?;
        Ok(())
    }
}
