//! `eternity serve`.

use crate::server::{config::Config, database, router::router, state::App, telemetry};
use anyhow::{Context, Result};
use axum::{Router, routing::get, serve::ListenerExt};
use clap::Args;
use std::{net::SocketAddr, process::ExitCode};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Options of `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Leave background work to `eternity worker` processes.
    #[arg(long)]
    no_worker: bool,
}

impl Serve {
    /// Serves until Ctrl-C or SIGTERM, then lets requests and the job at hand finish.
    ///
    /// # Errors
    /// When the database or a port is not to be had.
    pub async fn run(self, config: Config) -> Result<ExitCode> {
        telemetry::logs(!config.development());
        let pool = database::connect(&config.database.url, config.database.max_connections).await?;
        let address = config.server.address;
        let listener = listen(address, "server.address").await?;
        let mut app = App::new(config, pool);
        app.metrics = Some(telemetry::metrics()?);
        let stop = CancellationToken::new();
        let metrics = tokio::spawn(serve_metrics(app.clone(), stop.clone()));
        let worker = (!self.no_worker).then(|| tokio::spawn(crate::worker::run(app.clone(), stop.clone())));
        let site = router(app.clone()).await?;
        tracing::info!("serving {}", app.config.site_url);
        {
            let stop = stop.clone();
            tokio::spawn(async move {
                signalled().await;
                tracing::info!("stopping: open requests finish first");
                stop.cancel();
            });
        }
        let served = serve(listener, site, stop.clone()).await;
        stop.cancel();
        if let Some(worker) = worker {
            worker.await?;
        }
        metrics.await?;
        app.db.close().await;
        served?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Listens, or says which setting to change.
///
/// # Errors
/// When the port is taken or not allowed.
pub async fn listen(address: SocketAddr, setting: &str) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("can't listen on {address}: is another server running there? Set {setting} (ETERNITY_{}) to another address", setting.to_uppercase().replace('.', "__")))
}

/// Serves the site on an open port until told to stop.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(listener: TcpListener, site: Router, stop: CancellationToken) -> std::io::Result<()> {
    // Nagle's algorithm would hold back the last part of a streamed page for 40 ms.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!("TCP_NODELAY was refused: {error}");
        }
    });
    let site = site.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, site).with_graceful_shutdown(async move { stop.cancelled().await }).await
}

/// Prometheus's text form, on a port of its own.
async fn serve_metrics(app: App, stop: CancellationToken) {
    let address = app.config.server.metrics_address;
    let listener = match listen(address, "server.metrics_address").await {
        Ok(listener) => listener,
        Err(error) => {
            tracing::warn!("no metrics: {error:#}");
            return;
        }
    };
    let text = move || {
        let app = app.clone();
        async move { app.metrics.as_ref().map(metrics_exporter_prometheus::PrometheusHandle::render).unwrap_or_default() }
    };
    let served = axum::serve(listener, Router::new().route("/metrics", get(text))).with_graceful_shutdown(async move { stop.cancelled().await });
    if let Err(error) = served.await {
        tracing::warn!("the metrics port broke: {error}");
    }
}

/// Waits for Ctrl-C or SIGTERM.
async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        result = tokio::signal::ctrl_c() => if let Err(error) = result { tracing::warn!("Ctrl-C can't be heard: {error}") },
        _ = terminate.recv() => {}
    }
}
