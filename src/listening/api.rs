//! Plays from the player, and the history.

use super::HistoryLine;
use crate::{
    error::AppResult,
    ids::{PlaylistId, TrackId},
    page::Page,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// Starts a play: the token to report it by.
#[server(endpoint = "plays/start")]
pub async fn start_play(track: TrackId, source: String, #[server(default)] playlist: Option<PlaylistId>) -> AppResult<String> {
    use crate::server::{context, rate};
    let app = context::app()?;
    let visitor = context::visitor();
    rate::attempt(&app, &format!("plays:{}", visitor.address_key), rate::Limit::per_minutes(600, 10)).await?;
    super::store::start(&app, &visitor, track, &source, playlist).await
}

/// Reports how much of a play was really heard, in milliseconds; whether it counts.
#[server(endpoint = "plays/report")]
pub async fn report_play(token: String, listened_ms: i64) -> AppResult<bool> {
    super::store::report(&crate::server::context::app()?, &token, listened_ms).await
}

/// What the listener heard, latest first, from before a line on.
#[server(endpoint = "listening/history", input = GetUrl)]
pub async fn history(#[server(default)] before: Option<i64>) -> AppResult<Page<HistoryLine>> {
    use crate::server::context;
    super::store::history(&context::app()?, &context::require_me()?, before).await
}
