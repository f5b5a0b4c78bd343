//! The ways into an account. For whoever asks, a known and an unknown e-mail are the same.

use super::{Account, NewAccount, by_email, create, settings::end_sessions, tokens};
use crate::{
    accounts::{
        Purpose, password,
        values::{Email, Name, Password},
    },
    error::{AppError, AppResult},
    ids::UserId,
    server::{
        errors::OnConstraint,
        jobs::{self, Job},
        mail,
        rate::{self, Limit},
        state::App,
        tokens::digest,
    },
    t,
};
use serde::{Deserialize, Serialize};

/// Tries per account. A right password starts the count anew.
const LOG_INS: Limit = Limit::per_minutes(10, 15);
/// Tries per address, so that one can't go through many accounts.
const LOG_INS_OF_ADDRESS: Limit = Limit::per_minutes(100, 15);
/// Mails that strangers can cause per e-mail.
const MAILS: Limit = Limit::per_minutes(5, 60);
/// And per address.
const MAILS_OF_ADDRESS: Limit = Limit::per_minutes(60, 60);

/// Makes an account that waits for the confirmation of its e-mail. An e-mail that has an account gets a link to choose
/// a new password instead: so does its owner get in who forgot about it, and whoever signed up with another's
/// address before has gained nothing.
///
/// # Errors
/// Past the limits; when the database does not answer.
pub async fn sign_up(app: &App, address_key: &str, name: &Name, email: &Email, password: Password) -> AppResult<()> {
    limit_mails(app, "sign-up", address_key, email).await?;
    // Before it is known whether it is needed: it takes the longest.
    let hash = password::hash(password.into_inner()).await?;
    let made = new_account(app, name, email, &hash).await;
    let Err(AppError::Refused(_)) = made else { return made };
    // Someone was faster with the same e-mail; now it is known.
    known_account(app, email).await.map(drop)
}

async fn new_account(app: &App, name: &Name, email: &Email, hash: &str) -> AppResult<()> {
    if known_account(app, email).await? {
        return Ok(());
    }
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let account = NewAccount { name: name.as_str(), email, password_hash: Some(hash), verified: false };
    let user = create(&mut tx, now, account).await.on_constraint("unique_account_email", || AppError::Refused(String::new()))?;
    let link = tokens::issue(&mut tx, &app.config.site_url, now, user, Purpose::Verify, email.as_str()).await?;
    mail::queue(&mut tx, now, email.as_str(), &t!("accounts.mail.verify.subject"), &t!("accounts.mail.verify.body", link = link)).await?;
    tx.commit().await?;
    app.work.notify_one();
    Ok(())
}

async fn known_account(app: &App, email: &Email) -> AppResult<bool> {
    let mut tx = app.db.begin().await?;
    let Some(account) = by_email(&mut *tx, email).await? else { return Ok(false) };
    let now = app.clock.now();
    let link = tokens::issue(&mut tx, &app.config.site_url, now, account.user, Purpose::Reset, &account.email).await?;
    let log_in = format!("{}/log-in", app.config.site_url);
    let body = t!("accounts.mail.known.body", link = link, log_in = log_in);
    mail::queue(&mut tx, now, &account.email, &t!("accounts.mail.known.subject"), &body).await?;
    tx.commit().await?;
    app.work.notify_one();
    Ok(true)
}

/// Who this is, by e-mail and password. An e-mail that was never confirmed does not get in, whoever chose its password.
///
/// # Errors
/// One and the same refusal for all that is wrong; past the limits; when the database does not answer.
pub async fn log_in(app: &App, address_key: &str, email: &Email, password: String) -> AppResult<UserId> {
    rate::attempt(app, &format!("log-in:address:{address_key}"), LOG_INS_OF_ADDRESS).await?;
    let bucket = format!("log-in:email:{}", digest(email.key()));
    rate::attempt(app, &bucket, LOG_INS).await?;
    let account = by_email(&app.db, email).await?;
    let (known, hash) = match account {
        Some(Account { user, verified: true, password_hash, .. }) => (Some(user), password_hash),
        _ => (None, None),
    };
    match (known, password::verify(password, hash).await?) {
        (Some(user), true) => {
            rate::forget(app, &bucket).await?;
            Ok(user)
        }
        _ => Err(AppError::Refused(t!("accounts.log_in.refused").into_owned())),
    }
}

/// Sends a link to choose a new password, if there is an account. People adopted from another system get in so. Whether
/// there is one is looked up behind the answer, which takes as long either way.
///
/// # Errors
/// Past the limits; when the database does not answer.
pub async fn forgotten_password(app: &App, address_key: &str, email: &Email) -> AppResult<()> {
    limit_mails(app, "reset", address_key, email).await?;
    let mut tx = app.db.begin().await?;
    jobs::enqueue(&mut tx, &SendPasswordLink { email: email.as_str().to_owned() }, app.clock.now()).await?;
    tx.commit().await?;
    app.work.notify_one();
    Ok(())
}

/// A link to choose a new password, for the account that has this e-mail.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendPasswordLink {
    email: String,
}

impl Job for SendPasswordLink {
    const KIND: &'static str = "password-link";
}

impl SendPasswordLink {
    /// Queues the mail. Without such an account there is nothing to do.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn run(self, app: &App) -> anyhow::Result<()> {
        let Ok(email) = Email::of_account(&self.email) else { return Ok(()) };
        let mut tx = app.db.begin().await?;
        let Some(account) = by_email(&mut *tx, &email).await? else { return Ok(()) };
        let now = app.clock.now();
        let link = tokens::issue(&mut tx, &app.config.site_url, now, account.user, Purpose::Reset, &account.email).await?;
        mail::queue(&mut tx, now, &account.email, &t!("accounts.mail.reset.subject"), &t!("accounts.mail.reset.body", link = link)).await?;
        tx.commit().await?;
        app.work.notify_one();
        Ok(())
    }
}

async fn limit_mails(app: &App, what: &str, address_key: &str, email: &Email) -> AppResult<()> {
    rate::attempt(app, &format!("{what}:address:{address_key}"), MAILS_OF_ADDRESS).await?;
    rate::attempt(app, &format!("{what}:email:{}", digest(email.key())), MAILS).await
}

/// Chooses a new password by a link. Whoever else was in is out, and so are older links; that the link arrived
/// confirms the e-mail.
///
/// # Errors
/// When the link can't be used; what is wrong with the password, at its field.
pub async fn reset_password(app: &App, token: &str, password: &str) -> AppResult<UserId> {
    let now = app.clock.now();
    let link = tokens::look(&app.db, now, token).await?.filter(|link| link.purpose == Purpose::Reset).ok_or_else(unusable)?;
    let password = Password::parse(password, Some(&link.email)).map_err(|message| AppError::at("new_password", message))?;
    let hash = password::hash(password.into_inner()).await?;
    let mut tx = app.db.begin().await?;
    let link = tokens::take(&mut tx, now, token).await?.ok_or_else(unusable)?;
    sqlx::query!(
        "UPDATE accountCredentials SET passwordHash = ?, emailVerifiedAt = COALESCE(emailVerifiedAt, IF(email = ?, ?, NULL)), updatedAt = ? WHERE userId = ?",
        hash,
        link.email,
        now,
        now,
        link.user
    )
    .execute(&mut *tx)
    .await?;
    end_sessions(&mut tx, link.user, None).await?;
    tokens::void(&mut *tx, link.user, None).await?;
    mail::queue(&mut tx, now, &link.email, &t!("accounts.mail.password_changed.subject"), &t!("accounts.mail.password_changed.body")).await?;
    tx.commit().await?;
    app.work.notify_one();
    Ok(link.user)
}

/// Confirms an e-mail by a link: of a new account (returns whom to log in), or a new one of an old account.
///
/// # Errors
/// When the link can't be used, or the address has an account by now.
pub async fn verify_email(app: &App, token: &str) -> AppResult<Option<UserId>> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let link = tokens::take(&mut tx, now, token).await?.ok_or_else(unusable)?;
    let logs_in = match link.purpose {
        Purpose::Reset => return Err(unusable()),
        Purpose::Verify => {
            sqlx::query!(
                "UPDATE accountCredentials SET emailVerifiedAt = COALESCE(emailVerifiedAt, ?), updatedAt = ? WHERE userId = ? AND email = ?",
                now,
                now,
                link.user,
                link.email
            )
            .execute(&mut *tx)
            .await?;
            Some(link.user)
        }
        Purpose::Change => {
            change_email(app, &mut tx, link.user, &link.email).await?;
            None
        }
    };
    tx.commit().await?;
    app.work.notify_one();
    Ok(logs_in)
}

async fn change_email(app: &App, tx: &mut sqlx::MySqlConnection, user: UserId, new: &str) -> AppResult<()> {
    let now = app.clock.now();
    let old = super::by_user(&mut *tx, user).await?.ok_or_else(unusable)?.email;
    let email = Email::parse(new).map_err(AppError::Refused)?;
    sqlx::query!(
        "UPDATE accountCredentials SET email = ?, emailKey = ?, emailVerifiedAt = ?, updatedAt = ? WHERE userId = ?",
        email.as_str(),
        email.key(),
        now,
        now,
        user
    )
    .execute(&mut *tx)
    .await
    .on_constraint("unique_account_email", || AppError::Refused(t!("accounts.link.taken").into_owned()))?;
    // Links in the old mailbox are worth nothing any more.
    tokens::void(&mut *tx, user, None).await?;
    let body = t!("accounts.mail.email_changed.body", email = email.as_str());
    mail::queue(tx, now, &old, &t!("accounts.mail.email_changed.subject"), &body).await?;
    Ok(())
}

fn unusable() -> AppError {
    AppError::Refused(t!("accounts.link.unusable").into_owned())
}
