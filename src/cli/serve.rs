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
    /// In development, fill the site with demo content while it serves, and print the accounts to log in with.
    #[arg(long)]
    demo: bool,
}

impl Serve {
    /// Serves until Ctrl-C or SIGTERM, then lets requests and the job at hand finish.
    ///
    /// # Errors
    /// When the database or a port is not to be had.
    pub async fn run(self, config: Config) -> Result<ExitCode> {
        telemetry::logs(!config.development());
        check_build(&config)?;
        // The port first: a second server must not touch the first one's database.
        let listener = listen(config.server.address, "server.address").await?;
        let mut opened = super::open(config).await?;
        let result = self.serve_opened(&mut opened.app, listener).await;
        opened.close().await;
        result
    }

    async fn serve_opened(self, app: &mut App, listener: TcpListener) -> Result<ExitCode> {
        super::migrate::owner_migrates(app, &mut |line| tracing::info!("{line}")).await?;
        database::seed::seed(&app.db).await?;
        for warning in database::check_settings(&app.db).await {
            tracing::warn!("{warning}");
        }
        for program in super::status::PROGRAMS {
            if super::status::version_of(program).await.is_none() {
                tracing::warn!("{program} is not found: what artists send can't be processed; install ffmpeg");
            }
        }
        app.metrics = Some(telemetry::metrics()?);
        let stop = CancellationToken::new();
        let metrics = tokio::spawn(serve_metrics(app.clone(), stop.clone()));
        let worker = (!self.no_worker).then(|| tokio::spawn(crate::worker::run(app.clone(), stop.clone())));
        let plays = tokio::spawn(crate::listening::spool::run(app.clone(), stop.clone()));
        let site = router(app.clone()).await?;
        println!("{} is at {}", crate::t!("site.name"), app.config.site_url);
        if !app.config.site_url.ends_with(&format!(":{}", app.config.server.address.port())) {
            println!("it listens on http://{}", app.config.server.address);
        }
        let demo = self.demo.then(|| tokio::spawn(fill_demo(app.clone(), stop.clone())));
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
        plays.await?;
        if let Some(demo) = demo {
            demo.await?;
        }
        served?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Fills in the demo content behind the running site; the site does not depend on it.
async fn fill_demo(app: App, stop: CancellationToken) {
    print!("{}", super::demo::accounts());
    tokio::select! {
        () = stop.cancelled() => {}
        result = crate::demo::fill(&app, false, &|step| tracing::info!("demo: {step}")) => {
            if let Err(error) = result {
                tracing::warn!("the demo content is not complete: {error:#}");
            }
        }
    }
}

/// The pages name the browser's files by the hashes that the build wrote beside the binary.
fn check_build(config: &Config) -> Result<()> {
    let options = config.leptos_options();
    let hashes = std::env::current_exe()?.with_file_name(&*options.hash_file);
    anyhow::ensure!(
        !config.leptos.hash_files || hashes.is_file(),
        "{} is missing: build the site with `cargo leptos build` and keep that file beside the binary",
        hashes.display()
    );
    let root = std::path::Path::new(&*options.site_root).join(&*options.site_pkg_dir);
    anyhow::ensure!(
        root.is_dir(),
        "the folder {} is missing: start the server where the site was built, or set ETERNITY_LEPTOS__SITE-ROOT",
        root.display()
    );
    Ok(())
}

/// Listens, or says which setting to change.
///
/// # Errors
/// When the port is taken or not allowed.
pub async fn listen(address: SocketAddr, setting: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "can't listen on {address}: is another server running there? Set {setting} (ETERNITY_{}) to another address",
            setting.to_uppercase().replace('.', "__")
        )
    })
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
pub async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        result = tokio::signal::ctrl_c() => if let Err(error) = result { tracing::warn!("Ctrl-C can't be heard: {error}") },
        _ = terminate.recv() => {}
    }
}
