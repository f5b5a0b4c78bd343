//! Everything that only the server has, beneath the features: configuration, state, HTTP, security, jobs, mail.

pub mod clock;
pub mod config;
pub mod context;
pub mod database;
pub mod doors;
pub mod errors;
pub mod jobs;
pub mod mail;
pub mod rate;
pub mod router;
pub mod security;
pub mod sessions;
pub mod state;
pub mod telemetry;
pub mod tokens;
