//! What the browser may ask about accounts.

use super::{ClosingView, Link, Settings};
use crate::{error::AppResult, ui::forms::Done};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
#[cfg(feature = "ssr")]
use {
    super::{
        store,
        values::{Email, Name, Password},
    },
    crate::{
        error::{AppError, FieldErrors},
        ids::UserId,
        server::{context, security::local_path, sessions, state::App},
        t,
    },
};

/// Makes an account and sends a mail, whoever the address belongs to.
#[server(endpoint = "accounts/sign-up")]
pub async fn sign_up(name: String, email: String, password: String) -> AppResult<Done> {
    let app = context::app()?;
    let mut errors = FieldErrors::default();
    let name = errors.check("name", Name::parse(&name));
    let address = errors.check("email", Email::parse(&email));
    let password = errors.check("password", Password::parse(&password, Some(&email)));
    errors.done()?;
    if let (Some(name), Some(address), Some(password)) = (name, address, password) {
        store::entry::sign_up(&app, &context::visitor().address_key, &name, &address, password).await?;
    }
    Ok(Done::go("/sign-up/sent"))
}

/// Logs in, and goes to `next` if that is a path of ours.
#[server(endpoint = "accounts/log-in")]
pub async fn log_in(email: String, password: String, #[server(default)] next: String) -> AppResult<Done> {
    let app = context::app()?;
    let mut errors = FieldErrors::default();
    let email = errors.check("email", Email::of_account(&email));
    if password.is_empty() {
        errors.add("password", t!("accounts.password.empty"));
    }
    errors.done()?;
    let Some(email) = email else { return Ok(Done::default()) };
    let user = store::entry::log_in(&app, &context::visitor().address_key, &email, password).await?;
    enter(&app, user).await?;
    let next = local_path(&next).filter(|next| !next.starts_with("/log-in")).unwrap_or_else(|| "/".to_owned());
    Ok(Done::go(next).reloading())
}

/// Starts a session for this person, in place of the one that was.
#[cfg(feature = "ssr")]
async fn enter(app: &App, user: UserId) -> AppResult<()> {
    let visitor = context::visitor();
    if let (Some(me), Some(before)) = (visitor.me, visitor.account_session) {
        store::settings::forget_session(app, me.id, &before).await?;
    }
    sessions::log_in(app, &context::session()?, user, &context::header("user-agent").unwrap_or_default()).await
}

/// Sends a link to choose a new password, if the address has an account.
#[server(endpoint = "accounts/forgotten-password")]
pub async fn forgotten_password(email: String) -> AppResult<Done> {
    let app = context::app()?;
    let email = Email::of_account(&email).map_err(|message| AppError::at("email", message))?;
    store::entry::forgotten_password(&app, &context::visitor().address_key, &email).await?;
    Ok(Done::go("/forgotten-password/sent"))
}

/// What a link from a mail is for. Looking does not use it up: programs open links too.
#[server(endpoint = "accounts/link", input = GetUrl)]
pub async fn open_link(token: String) -> AppResult<Option<Link>> {
    let app = context::app()?;
    Ok(store::tokens::look(&app.db, app.clock.now(), &token).await?)
}

/// Chooses a new password by a link, and logs in.
#[server(endpoint = "accounts/reset-password")]
pub async fn reset_password(token: String, new_password: String) -> AppResult<Done> {
    let app = context::app()?;
    let user = store::entry::reset_password(&app, &token, &new_password).await?;
    enter(&app, user).await?;
    Ok(Done::go("/").saying(t!("accounts.reset.done")).reloading())
}

/// Confirms an address by a link; that of a new account logs in.
#[server(endpoint = "accounts/verify-email")]
pub async fn verify_email(token: String) -> AppResult<Done> {
    let app = context::app()?;
    match store::entry::verify_email(&app, &token).await? {
        Some(user) => {
            enter(&app, user).await?;
            Ok(Done::go("/").saying(t!("accounts.verify.welcome")).reloading())
        }
        None => Ok(Done::go("/settings").saying(t!("accounts.verify.changed")).reloading()),
    }
}

/// What the settings page shows.
#[server(endpoint = "accounts/settings", input = GetUrl)]
pub async fn my_settings() -> AppResult<Settings> {
    let app = context::app()?;
    let me = context::require_me()?;
    store::settings::settings(&app, &me, context::visitor().account_session.as_deref()).await
}

/// Changes what the person is called.
#[server(endpoint = "accounts/rename")]
pub async fn rename(name: String) -> AppResult<Done> {
    let app = context::app()?;
    let me = context::require_me()?;
    let name = Name::parse(&name).map_err(|message| AppError::at("name", message))?;
    store::settings::rename(&app, me.id, &name).await?;
    Ok(Done::go("/settings").saying(t!("accounts.settings.saved")).reloading())
}

/// Changes the password; other sessions end.
#[server(endpoint = "accounts/change-password")]
pub async fn change_password(current_password: String, new_password: String) -> AppResult<Done> {
    let app = context::app()?;
    let me = context::require_me()?;
    let new = Password::parse(&new_password, Some(&me.email)).map_err(|message| AppError::at("new_password", message))?;
    store::settings::check_password(&app, me.id, "current_password", current_password).await?;
    store::settings::change_password(&app, &me, context::visitor().account_session.as_deref(), new).await?;
    Ok(Done::go("/settings").saying(t!("accounts.settings.password_changed")).reloading())
}

/// Sends a link to a new address.
#[server(endpoint = "accounts/change-email")]
pub async fn change_email(email: String, password: String) -> AppResult<Done> {
    let app = context::app()?;
    let me = context::require_me()?;
    let email = Email::parse(&email).map_err(|message| AppError::at("email", message))?;
    if email.as_str() == me.email {
        return Err(AppError::at("email", t!("accounts.email.same")));
    }
    store::settings::check_password(&app, me.id, "password", password).await?;
    store::settings::ask_new_email(&app, &me, &email).await?;
    Ok(Done::go("/settings").saying(t!("accounts.settings.email_sent", email = email.as_str())).reloading())
}

/// Ends one of one's own sessions.
#[server(endpoint = "accounts/end-session")]
pub async fn end_session(session: String) -> AppResult<Done> {
    let app = context::app()?;
    let me = context::require_me()?;
    store::settings::end_session(&app, me.id, &session).await?;
    Ok(Done::go("/settings").saying(t!("accounts.sessions.ended")).reloading())
}

/// Ends all of one's sessions but this.
#[server(endpoint = "accounts/end-other-sessions")]
pub async fn end_other_sessions() -> AppResult<Done> {
    let app = context::app()?;
    let me = context::require_me()?;
    let here = context::visitor().account_session;
    store::settings::end_sessions(&mut *app.db.acquire().await?, me.id, here.as_deref()).await?;
    Ok(Done::go("/settings").saying(t!("accounts.sessions.all_ended")).reloading())
}

/// What closing the account would do, and what stands against it.
#[server(endpoint = "accounts/closing", input = GetUrl)]
pub async fn closing() -> AppResult<ClosingView> {
    let app = context::app()?;
    store::closing::view(&app, &context::require_me()?).await
}

/// Closes the account.
#[server(endpoint = "accounts/close")]
pub async fn close_account(password: String) -> AppResult<Done> {
    let app = context::app()?;
    let me = context::require_me()?;
    store::settings::check_password(&app, me.id, "password", password).await?;
    store::closing::close(&app, &me).await?;
    context::session()?.flush().await?;
    Ok(Done::go("/").saying(t!("accounts.close.done")).reloading())
}
