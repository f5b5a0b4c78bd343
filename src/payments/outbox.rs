//! Calls to providers: the intent is written in the transaction that causes it, then sent, then the answer is written.
//! What a crash, a lost answer or a provider that is away left over is sent again with the same key.

use super::{
    Provider, gateway,
    gateway::{Answer, Call},
};
use crate::{
    ledger::{Error, Result},
    server::{state::App, tokens},
};
use anyhow::Context;
use sqlx::MySqlConnection;
use time::{Duration, OffsetDateTime};

/// The wait before the first repetition; it doubles, up to [`LONGEST_WAIT`]. Longer than a call may take, so that two
/// workers do not send the same one at once.
const WAIT: Duration = Duration::seconds(30);
const LONGEST_WAIT: Duration = Duration::hours(1);

/// Writes down what is to be asked of a provider, and returns the row's id. The same key again is the same call.
///
/// # Errors
/// [`Error::KeyReused`] when the key stands for another call.
pub async fn write(connection: &mut MySqlConnection, provider: Provider, key: &str, call: &Call, now: OffsetDateTime) -> Result<String> {
    let request = serde_json::to_string(call).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    let first = sqlx::query!("SELECT id, request FROM providerCalls WHERE provider = ? AND idempotencyKey = ?", provider.name(), key)
        .fetch_optional(&mut *connection)
        .await?;
    match first {
        Some(first) if first.request == request => return Ok(first.id),
        Some(_) => return Err(Error::KeyReused { key: key.to_owned() }),
        None => {}
    }
    let id = tokens::ulid();
    sqlx::query!(
        "INSERT INTO providerCalls (id, provider, idempotencyKey, generation, request, state, attempts, createdAt, keyMadeAt, nextAt)
         VALUES (?, ?, ?, 0, ?, 'pending', 0, ?, ?, ?)",
        id,
        provider.name(),
        key,
        request,
        now,
        now,
        now
    )
    .execute(connection)
    .await?;
    Ok(id)
}

/// The call under a key.
///
/// # Errors
/// When the database does not answer.
pub async fn id_of_key(app: &App, provider: Provider, key: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT id FROM providerCalls WHERE provider = ? AND idempotencyKey = ?", provider.name(), key).fetch_optional(&app.db).await
}

/// Whether a call under this key is still to be answered.
///
/// # Errors
/// When the database does not answer.
pub async fn waits(app: &App, provider: &str, key: &str) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!("SELECT id FROM providerCalls WHERE provider = ? AND idempotencyKey = ? AND state = 'pending'", provider, key);
    Ok(found.fetch_optional(&app.db).await?.is_some())
}

/// A call with its answer.
#[derive(Clone, Debug)]
pub struct Answered {
    pub id: String,
    pub provider: Provider,
    pub call: Call,
    pub answer: Answer,
}

/// Sends a call that is due and returns its answer. `None`: it is ended, it is not due, another worker has it, or the
/// provider did not give an answer and it is tried again later.
///
/// # Errors
/// When the database does not answer, or the provider is not set up any more.
pub async fn attempt(app: &App, id: &str) -> anyhow::Result<Option<Answered>> {
    let now = app.clock.now();
    let row = sqlx::query!(
        "SELECT provider, idempotencyKey, generation, request, attempts, keyMadeAt FROM providerCalls WHERE id = ? AND state = 'pending'",
        id
    )
    .fetch_optional(&app.db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    // Whoever changes this row first has the call until then.
    let wait = (WAIT * 2_i32.pow(u32::try_from(row.attempts.clamp(0, 10)).unwrap_or(0))).min(LONGEST_WAIT);
    let taken = sqlx::query!(
        "UPDATE providerCalls SET attempts = attempts + 1, nextAt = ? WHERE id = ? AND state = 'pending' AND attempts = ? AND nextAt <= ?",
        now + wait,
        id,
        row.attempts,
        now
    )
    .execute(&app.db)
    .await?;
    if taken.rows_affected() == 0 {
        return Ok(None);
    }
    let provider = Provider::of_name(&row.provider).with_context(|| format!("there is no provider {}", row.provider))?;
    let call: Call = serde_json::from_str(&row.request)?;
    let sent = send(app, id, provider, &row.idempotencyKey, row.generation, row.attempts > 0, row.keyMadeAt, &call).await;
    match sent {
        Ok(answer) => Ok(Some(Answered { id: id.to_owned(), provider, call, answer })),
        Err(error) => {
            tracing::warn!(id, provider = provider.name(), attempt = row.attempts + 1, "a payment provider gave no answer: {error:#}");
            let error: String = format!("{error:#}").chars().take(500).collect();
            sqlx::query!("UPDATE providerCalls SET lastError = ? WHERE id = ?", error, id).execute(&app.db).await?;
            Ok(None)
        }
    }
}

async fn send(
    app: &App,
    id: &str,
    provider: Provider,
    key: &str,
    generation: i32,
    again: bool,
    key_made_at: OffsetDateTime,
    call: &Call,
) -> anyhow::Result<Answer> {
    let gateway = gateway(app, provider).with_context(|| format!("{} is not set up", provider.name()))?;
    let mut generation = generation;
    if again {
        if let Some(answer) = gateway.find(call).await? {
            return Ok(answer);
        }
        // The provider has forgotten the key, and did not do it while it knew it: a new one. A page that nobody was
        // sent to harms nobody, and a provider that keeps its failure under a key would never open one.
        let now = app.clock.now();
        if now - key_made_at >= gateway.key_lifetime() || matches!(call, Call::Open(_)) {
            generation += 1;
            sqlx::query!("UPDATE providerCalls SET generation = ?, keyMadeAt = ? WHERE id = ?", generation, now, id).execute(&app.db).await?;
        }
    }
    let key = if generation == 0 { key.to_owned() } else { format!("{key}:{generation}") };
    gateway.call(&key, call).await
}

/// Writes the answer down, after what follows from it was done.
///
/// # Errors
/// When the database does not answer; the call is then sent again, with the same answer.
pub async fn finish(app: &App, answered: &Answered) -> anyhow::Result<()> {
    let answer = serde_json::to_string(&answered.answer)?;
    let state = if matches!(answered.answer, Answer::Refused { .. }) { "refused" } else { "answered" };
    sqlx::query!(
        "UPDATE providerCalls SET state = ?, answer = ?, finishedAt = ?, lastError = NULL WHERE id = ? AND state = 'pending'",
        state,
        answer,
        app.clock.now(),
        answered.id
    )
    .execute(&app.db)
    .await?;
    Ok(())
}

/// Gives up a call that nobody needs any more.
///
/// # Errors
/// When the database does not answer.
pub async fn withdraw(connection: &mut MySqlConnection, provider: Provider, key: &str, now: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "UPDATE providerCalls SET state = 'refused', finishedAt = ?, lastError = 'withdrawn' WHERE provider = ? AND idempotencyKey = ? AND state = 'pending'",
        now,
        provider.name(),
        key
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Calls that are due.
///
/// # Errors
/// When the database does not answer.
pub async fn due(app: &App) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("SELECT id FROM providerCalls WHERE state = 'pending' AND nextAt <= ? ORDER BY nextAt, id LIMIT 100", app.clock.now())
        .fetch_all(&app.db)
        .await
}
