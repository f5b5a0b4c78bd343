//! Sessions in MySQL, and who is behind a request.

use super::{config::Config, state::App};
use crate::{
    accounts::{self, Me},
    error::{AppError, AppResult},
    ui::forms::Flash,
};
use axum::{
    extract::{Request, State},
    http::{Method, header, request::Parts},
    middleware::Next,
    response::Response,
};
use serde::{Deserialize, Serialize};
use sqlx::MySqlPool;
use tower_sessions::{Expiry, Session, SessionManagerLayer, cookie::SameSite};
use tower_sessions_sqlx_store::MySqlStore;

const LOGIN: &str = "login";
const FLASH: &str = "flash";

/// Who is behind a request, and what the last request left for this page.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    pub me: Option<Me>,
    pub flash: Option<Flash>,
    pub theme: Option<String>,
    /// The row of `accountSessions`, for "this device" in the list of sessions.
    pub account_session: Option<String>,
    /// Keyed hash of address and browser that changes daily; what a visitor without an account is counted by.
    pub anonymous_id: String,
    /// Who the rate limits count: the address, hashed.
    pub address_key: String,
    /// Why the page is not shown, when it is not.
    pub refused: Option<AppError>,
}

/// What the session keeps of a log-in.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Login {
    account_session: String,
}

/// The layer that loads and keeps sessions. Thirty days without a visit end one.
///
/// # Errors
/// When the database's name can't be quoted.
pub async fn layer(config: &Config, pool: &MySqlPool) -> anyhow::Result<SessionManagerLayer<MySqlStore>> {
    let schema: String = sqlx::query_scalar("SELECT DATABASE()").fetch_one(pool).await?;
    let store =
        MySqlStore::new(pool.clone()).with_schema_name(schema).and_then(|store| store.with_table_name("webSessions")).map_err(anyhow::Error::msg)?;
    let secure = config.behind_tls();
    Ok(SessionManagerLayer::new(store)
        // The prefix binds the cookie to this host and to TLS; browsers refuse it without.
        .with_name(if secure { "__Host-session" } else { "session" })
        .with_secure(secure)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(time::Duration::days(30))))
}

/// Starts a log-in: a new session id, so that one planted before is worth nothing, and a row the person can see.
///
/// # Errors
/// When the database does not answer.
pub async fn log_in(app: &App, session: &Session, user: crate::ids::UserId, user_agent: &str) -> AppResult<()> {
    session.cycle_id().await?;
    let account_session = super::tokens::ulid();
    session.insert(LOGIN, Login { account_session: account_session.clone() }).await?;
    // The id exists once the session is saved.
    session.save().await?;
    let session_id = session.id().map(|id| id.to_string()).unwrap_or_default();
    let now = app.clock.now();
    let agent: String = user_agent.chars().take(255).collect();
    sqlx::query!(
        "INSERT INTO accountSessions (id, userId, sessionId, userAgent, createdAt, lastSeenAt) VALUES (?, ?, ?, ?, ?, ?)",
        account_session,
        user,
        session_id,
        agent,
        now,
        now
    )
    .execute(&app.db)
    .await?;
    Ok(())
}

/// Ends the session of this request.
///
/// # Errors
/// When the database does not answer.
pub async fn log_out(app: &App, session: &Session) -> AppResult<()> {
    if let Some(login) = session.get::<Login>(LOGIN).await? {
        sqlx::query!("DELETE FROM accountSessions WHERE id = ?", login.account_session).execute(&app.db).await?;
    }
    session.flush().await?;
    Ok(())
}

/// Leaves something for the next page.
///
/// # Errors
/// When the database does not answer.
pub async fn leave_flash(session: &Session, flash: &Flash) -> AppResult<()> {
    session.insert(FLASH, flash).await?;
    Ok(())
}

/// Finds out who is there, before anything else looks at the request.
pub async fn identify(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match visitor_of(&app, &parts).await {
        Ok(visitor) => {
            let private = visitor.me.is_some();
            parts.extensions.insert(visitor);
            let mut response = next.run(Request::from_parts(parts, body)).await;
            if private {
                response.extensions_mut().insert(super::security::Private);
            }
            response
        }
        Err(error) => {
            tracing::warn!("a visitor could not be identified: {error}");
            super::doors::error_response(&parts.headers, &error)
        }
    }
}

async fn visitor_of(app: &App, request: &Parts) -> AppResult<Visitor> {
    let headers = &request.headers;
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let address = super::security::client_address(app, request);
    let today = app.clock.now().date();
    let mut visitor = Visitor {
        theme: cookie(text(header::COOKIE), "theme").filter(|theme| matches!(theme.as_str(), "dark" | "light")),
        anonymous_id: super::tokens::sign(&app.config.secret, "visitor", &format!("{today} {address} {}", text(header::USER_AGENT))),
        address_key: super::tokens::sign(&app.config.secret, "address", &address),
        ..Visitor::default()
    };
    let Some(session) = request.extensions.get::<Session>() else { return Ok(visitor) };
    if let Some(login) = session.get::<Login>(LOGIN).await? {
        visitor.me = accounts::store::me_of_session(app, &login.account_session).await?;
        visitor.account_session = visitor.me.is_some().then_some(login.account_session);
    }
    let wants_page = request.method == Method::GET && text(header::ACCEPT).contains("text/html");
    if wants_page && !session.is_empty().await {
        visitor.flash = session.remove::<Flash>(FLASH).await?;
    }
    Ok(visitor)
}

fn cookie(header: &str, name: &str) -> Option<String> {
    cookie::Cookie::split_parse(header).flatten().find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}
