//! How what breaks inside becomes what may be shown: logged with the request's id, never sent.

use crate::error::AppError;
use axum::http::request::Parts;
use leptos::prelude::use_context;
use sqlx::error::DatabaseError;

/// The request's id, as the logs have it.
pub fn request_id() -> String {
    use_context::<Parts>().and_then(|parts| parts.headers.get("x-request-id")?.to_str().ok().map(str::to_owned)).unwrap_or_else(|| "-".to_owned())
}

/// Logs the cause and returns what the page may know of it.
pub fn internal(cause: impl std::fmt::Display) -> AppError {
    let request_id = request_id();
    tracing::error!(%request_id, "{cause}");
    AppError::Internal { request_id }
}

/// Whether the database is away, as opposed to having said no.
pub fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed => true,
        // 1053: shutting down, 1040: too many connections, 1927/1928: killed
        sqlx::Error::Database(error) => matches!(mysql_code(error.as_ref()), Some(1053 | 1040 | 1927 | 1928)),
        _ => false,
    }
}

/// Whether the whole transaction is worth another try: 1213 deadlock, 1205 lock wait, 1020 record changed.
pub fn is_transient(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if matches!(mysql_code(error.as_ref()), Some(1213 | 1205 | 1020)))
}

fn mysql_code(error: &dyn DatabaseError) -> Option<u16> {
    error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>().map(sqlx::mysql::MySqlDatabaseError::number)
}

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        if is_away(&error) {
            tracing::warn!(request_id = request_id(), "the database is away: {error}");
            return Self::Away;
        }
        match error {
            sqlx::Error::RowNotFound => Self::NotFound,
            other => internal(format_args!("database: {other}")),
        }
    }
}

impl From<anyhow::Error> for AppError {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<sqlx::Error>() {
            Ok(error) => error.into(),
            Err(error) => internal(format_args!("{error:#}")),
        }
    }
}

impl From<std::io::Error> for AppError {
    fn from(error: std::io::Error) -> Self {
        internal(format_args!("file system: {error}"))
    }
}

impl From<crate::money::Overflow> for AppError {
    fn from(error: crate::money::Overflow) -> Self {
        internal(error)
    }
}

impl From<tower_sessions::session::Error> for AppError {
    fn from(error: tower_sessions::session::Error) -> Self {
        match error {
            // The store hides what the driver said; the usual reason is that the database is away.
            tower_sessions::session::Error::Store(tower_sessions::session_store::Error::Backend(cause)) => {
                tracing::warn!(request_id = request_id(), "sessions: {cause}");
                Self::Away
            }
            other => internal(format_args!("session: {other}")),
        }
    }
}

/// Turns a violated unique key or foreign key into the error that belongs at a field.
pub trait OnConstraint<T> {
    /// `name`: of the key, such as `unique_account_email`; `field`: turns it into what the person reads.
    ///
    /// # Errors
    /// What `error` makes for that constraint, or the database error as it is.
    fn on_constraint(self, name: &str, error: impl FnOnce() -> AppError) -> Result<T, AppError>;
}

impl<T> OnConstraint<T> for Result<T, sqlx::Error> {
    fn on_constraint(self, name: &str, error: impl FnOnce() -> AppError) -> Result<T, AppError> {
        self.map_err(|cause| match &cause {
            // 1062 names the key in its message: "Duplicate entry '…' for key 'table.name'" ("'name'" on MariaDB).
            sqlx::Error::Database(database)
                if matches!(mysql_code(database.as_ref()), Some(1062 | 1452)) && database.message().contains(&format!("{name}'")) =>
            {
                error()
            }
            _ => cause.into(),
        })
    }
}
