//! What providers tell: checked over the raw body, kept once by its id, answered, and then worked on.

use super::{Provider, gateway, gateway::News};
use crate::{
    checkout::outside,
    server::{
        jobs::{self, Job},
        state::App,
        tokens,
    },
};
use anyhow::{Context, Result};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde::{Deserialize, Serialize};

/// The door that providers knock at.
pub fn routes() -> Router<App> {
    Router::new().route("/hooks/{provider}", post(receive))
}

/// 200: it is kept. 400: not from the provider. Anything else: it is to be sent again.
async fn receive(State(app): State<App>, Path(provider): Path<String>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Some(gateway) = Provider::of_name(&provider).and_then(|provider| gateway(&app, provider)) else { return StatusCode::NOT_FOUND };
    let event = match gateway.event(&headers, &body, app.clock.now()) {
        Ok(event) => event,
        Err(forged) => {
            metrics::counter!("provider_events_refused_total", "provider" => provider).increment(1);
            tracing::warn!("an event was refused: {forged}");
            return StatusCode::BAD_REQUEST;
        }
    };
    // JSON is UTF-8, and the provider's was read above.
    let Ok(payload) = std::str::from_utf8(&body) else { return StatusCode::BAD_REQUEST };
    match keep(&app, gateway.provider(), &event, payload).await {
        Ok(()) => {
            app.work.notify_one();
            StatusCode::OK
        }
        Err(error) => {
            tracing::warn!("an event could not be kept: {error:#}");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

async fn keep(app: &App, provider: Provider, event: &gateway::Event, payload: &str) -> Result<()> {
    let now = app.clock.now();
    let id = tokens::ulid();
    let mut tx = app.db.begin().await?;
    let kind: String = event.kind.chars().take(100).collect();
    let new = sqlx::query!(
        "INSERT IGNORE INTO providerEvents (id, provider, eventId, kind, payload, state, receivedAt) VALUES (?, ?, ?, ?, ?, 'received', ?)",
        id,
        provider.name(),
        event.id,
        kind,
        payload,
        now
    )
    .execute(&mut *tx)
    .await?;
    if new.rows_affected() == 1 {
        jobs::enqueue(&mut tx, &WorkOnEvent { event: id }, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Does what follows from one event of `providerEvents`.
#[derive(Debug, Serialize, Deserialize)]
pub struct WorkOnEvent {
    pub event: String,
}

impl Job for WorkOnEvent {
    const KIND: &'static str = "provider-event";
}

impl WorkOnEvent {
    /// Everything that an event can cause is done once, so this may run again.
    ///
    /// # Errors
    /// When the database does not answer; the job is then run again.
    pub async fn run(self, app: &App) -> Result<()> {
        let row = sqlx::query!("SELECT provider, kind, payload FROM providerEvents WHERE id = ? AND state = 'received'", self.event)
            .fetch_optional(&app.db)
            .await?;
        let Some(row) = row else { return Ok(()) };
        let provider = Provider::of_name(&row.provider).with_context(|| format!("there is no provider {}", row.provider))?;
        let news = gateway(app, provider).with_context(|| format!("{} is not set up", row.provider))?.news(&row.payload);
        let (state, note) = match news {
            Ok(News::Nothing) => ("kept", None),
            Ok(news) => match outside::heard(app, provider, news).await? {
                None => ("done", None),
                Some(note) => ("kept", Some(note)),
            },
            Err(error) => ("kept", Some(format!("{error:#}"))),
        };
        if let Some(note) = &note {
            tracing::error!(event = self.event, kind = row.kind, "an event is kept for an admin: {note}");
        }
        let note = note.map(|note| note.chars().take(500).collect::<String>());
        sqlx::query!("UPDATE providerEvents SET state = ?, note = ?, processedAt = ? WHERE id = ?", state, note, app.clock.now(), self.event)
            .execute(&app.db)
            .await?;
        Ok(())
    }
}
