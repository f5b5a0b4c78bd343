//! The one error that crosses the wire, and which of its kinds is for what.
//!
//! - [`AppError::Invalid`]: something a person typed; each message stands at its field.
//! - [`AppError::Refused`]: a rule says no, and no single field is to blame ("You can't tip yourself").
//! - [`AppError::LogIn`], [`AppError::Forbidden`], [`AppError::NotFound`]: who may see what. Other people's
//!   private things are `NotFound`, so that nobody learns they exist.
//! - [`AppError::TooMany`]: a rate limit, with the wait.
//! - [`AppError::Away`]: the database does not answer; the page says so and nothing is lost.
//! - [`AppError::Internal`]: everything else. The cause is logged with the request's id; the page shows the id alone.

use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

/// What went wrong, as the browser may know it. Messages are finished sentences from the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    #[error("{}", .0.summary())]
    Invalid(FieldErrors),
    #[error("{0}")]
    Refused(String),
    #[error("{}", crate::t!("error.log_in"))]
    LogIn,
    #[error("{}", crate::t!("error.forbidden"))]
    Forbidden,
    #[error("{}", crate::t!("error.not_found"))]
    NotFound,
    #[error("{}", crate::t!("error.too_many", seconds = retry_after))]
    TooMany { retry_after: u64 },
    #[error("{}", crate::t!("error.away"))]
    Away,
    #[error("{}", crate::t!("error.internal", id = request_id))]
    Internal { request_id: String },
}

/// The result of everything a server function does.
pub type AppResult<T> = Result<T, AppError>;

impl AppError {
    /// The HTTP status that says the same.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Invalid(_) | Self::Refused(_) => 422,
            Self::LogIn => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::TooMany { .. } => 429,
            Self::Away => 503,
            Self::Internal { .. } => 500,
        }
    }

    /// One message at one field.
    pub fn at(field: &str, message: impl Into<String>) -> Self {
        let mut errors = FieldErrors::default();
        errors.add(field, message);
        Self::Invalid(errors)
    }

    /// The message at a field, if this error has one there.
    pub fn of_field(&self, field: &str) -> Option<&str> {
        match self {
            Self::Invalid(errors) => errors.0.iter().find(|(name, _)| name == field).map(|(_, message)| message.as_str()),
            _ => None,
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            // What a browser sent could not be read: the sender's fault, nothing of ours to hide.
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::Refused(crate::t!("error.malformed").into_owned())
            }
            // The request never arrived, or its answer never came back.
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Refused(crate::t!("error.offline").into_owned()),
            _ => Self::Internal { request_id: "-".to_owned() },
        }
    }
}

/// Messages by field name, in the order in which they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldErrors(pub Vec<(String, String)>);

impl FieldErrors {
    /// Adds a message at a field.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push((field.to_owned(), message.into()));
    }

    /// Takes the value, or keeps the message at the field and goes on, so that a form shows all its errors at once.
    pub fn check<T>(&mut self, field: &str, value: Result<T, impl Into<String>>) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(message) => {
                self.add(field, message);
                None
            }
        }
    }

    /// `Ok` when nothing was found.
    pub fn done(self) -> AppResult<()> {
        if self.0.is_empty() { Ok(()) } else { Err(AppError::Invalid(self)) }
    }

    fn summary(&self) -> String {
        match self.0.as_slice() {
            [(_, one)] => one.clone(),
            many => crate::t!("error.fields", count = many.len()).into_owned(),
        }
    }
}
