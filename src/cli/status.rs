//! `eternity status`.

use crate::server::{database, state::App};
use anyhow::Result;
use std::process::ExitCode;

/// The programs that processing needs.
pub const PROGRAMS: [&str; 2] = ["ffmpeg", "ffprobe"];

/// What a program says of its version, if it is there.
pub async fn version_of(program: &str) -> Option<String> {
    let output = tokio::process::Command::new(program).arg("-version").output().await.ok()?;
    String::from_utf8_lossy(&output.stdout).lines().next().map(str::to_owned)
}

/// One line per thing that must work; exit code 1 when one does not.
///
/// # Errors
/// When the database does not answer at all.
pub async fn run(app: &App) -> Result<ExitCode> {
    let mut well = true;
    let mut line = |good: bool, name: &str, text: String| {
        well &= good;
        println!("{} {name:<10} {text}", if good { "ok  " } else { "FAIL" });
    };
    let version: String = sqlx::query_scalar("SELECT VERSION()").fetch_one(&app.db).await?;
    line(true, "database", version);
    let waiting = database::migrate::status(&app.db).await?.iter().filter(|migration| !migration.applied).count();
    line(
        waiting == 0,
        "schema",
        if waiting == 0 { "up to date".to_owned() } else { format!("{waiting} migrations waiting: run `eternity migrate`") },
    );
    for warning in database::check_settings(&app.db).await {
        line(false, "settings", warning);
    }
    for program in PROGRAMS {
        let text = version_of(program).await;
        line(text.is_some(), program, text.unwrap_or_else(|| "not found: install ffmpeg".to_owned()));
    }
    let probe = app.config.data_dir.join(".writable");
    let written = tokio::fs::write(&probe, b"x").await;
    line(
        written.is_ok(),
        "storage",
        written.map_or_else(|error| format!("{}: {error}", app.config.data_dir.display()), |()| app.config.data_dir.display().to_string()),
    );
    if tokio::fs::remove_file(&probe).await.is_err() {
        tracing::debug!("nothing to remove");
    }
    if waiting == 0 {
        let queue: (i64, i64) =
            sqlx::query_as("SELECT COUNT(CASE WHEN state = 'queued' THEN 1 END), COUNT(CASE WHEN state = 'dead' THEN 1 END) FROM jobs")
                .fetch_one(&app.db)
                .await?;
        line(queue.1 == 0, "jobs", format!("{} waiting, {} given up", queue.0, queue.1));
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
