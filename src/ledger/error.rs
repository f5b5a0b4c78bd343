//! What can stand in the way of a change to money.

use super::Account;
use crate::{
    error::AppError,
    money::{Cents, Overflow},
    server::errors::{internal, is_transient},
};

/// Why money was not moved.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The database may or may not have committed.
    #[error("the answer to COMMIT was lost: {0}")]
    CommitUnknown(sqlx::Error),
    #[error("the entries of {key} sum to {}", .sum.to_decimal())]
    Unbalanced { key: String, sum: Cents },
    #[error("the key {key} stands for something else")]
    KeyReused { key: String },
    #[error("{} lacks {}", .account.code(), .missing.to_decimal())]
    Insufficient { account: Account, missing: Cents },
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// A rule of the feature says no.
    #[error("{0}")]
    Rule(#[from] AppError),
}

/// The result of everything that moves money.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Whether the whole transaction may be run again.
    pub(super) fn is_worth_another_try(&self) -> bool {
        match self {
            Self::Database(error) => is_transient(error) || is_duplicate(error),
            Self::CommitUnknown(_) => true,
            _ => false,
        }
    }
}

/// Somebody wrote the same key at the same moment: the next attempt finds it.
fn is_duplicate(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.is_unique_violation())
}

impl From<Error> for AppError {
    fn from(error: Error) -> Self {
        match error {
            Error::Rule(error) => error,
            Error::Database(error) | Error::CommitUnknown(error) => error.into(),
            other => internal(format_args!("ledger: {other}")),
        }
    }
}
