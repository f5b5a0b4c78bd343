//! What every request can reach.

use super::{clock::Clock, config::Config};
use crate::{listening::spool::Spool, media::storage::Storage};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::MySqlPool;
use std::sync::Arc;

/// The application's state; cheap to clone.
#[derive(Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub db: MySqlPool,
    pub clock: Clock,
    pub metrics: Option<PrometheusHandle>,
    /// Where audio and pictures lie.
    pub storage: Storage,
    /// Plays on their way to the database.
    pub plays: Spool,
    /// For calls to payment providers.
    pub http: reqwest::Client,
    /// Wakes the worker when a job was written by this process.
    pub work: Arc<tokio::sync::Notify>,
}

impl App {
    /// State over an open database.
    ///
    /// # Panics
    /// When the configuration was not checked.
    pub fn new(config: Config, db: MySqlPool) -> Self {
        let plays = Spool::at(config.data_dir.join("plays"));
        let storage = Storage::configured(&config).expect("a checked configuration");
        Self {
            config: Arc::new(config),
            db,
            clock: Clock::default(),
            metrics: None,
            storage,
            plays,
            http: crate::payments::http_client(),
            work: Arc::default(),
        }
    }
}

impl FromRef<App> for LeptosOptions {
    fn from_ref(app: &App) -> Self {
        app.config.leptos_options()
    }
}
