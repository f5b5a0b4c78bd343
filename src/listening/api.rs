//! The start of a play, the history, and an artist's plays.

use super::{HistoryView, PlayStats, Started};
use crate::{
    error::AppResult,
    ids::{PlaylistId, SongId, TrackId},
    ui::forms::Done,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// Starts a play of a track or a song: the token to report it by, and what is left of the day's plays.
#[server(endpoint = "plays/start")]
pub async fn start_play(
    #[server(default)] track: Option<TrackId>,
    #[server(default)] song: Option<SongId>,
    source: String,
    #[server(default)] playlist: Option<PlaylistId>,
) -> AppResult<Started> {
    use crate::{error::AppError, ids::PieceId, server::context};
    let app = context::app()?;
    let piece = track.map(PieceId::Track).or(song.map(PieceId::Song)).ok_or(AppError::NotFound)?;
    super::store::start(&app, &context::visitor(), piece, &source, playlist).await
}

/// What the listener heard, latest first, from before a line on; of all, or of what has a text in its name.
#[server(endpoint = "listening/history", input = GetUrl)]
pub async fn history(#[server(default)] q: String, #[server(default)] before: Option<i64>) -> AppResult<HistoryView> {
    use crate::server::context;
    let me = context::require_me()?;
    super::history::history(&context::app()?, &context::visitor(), &me, &q, before).await
}

/// Takes a line out of the listener's history, or everything, when the box is ticked.
#[server(endpoint = "listening/forget")]
pub async fn forget(#[server(default)] line: Option<i64>, #[server(default)] sure: bool) -> AppResult<Done> {
    use crate::{error::AppError, server::context, t};
    let (app, me) = (context::app()?, context::require_me()?);
    match line {
        Some(line) => {
            super::history::forget_line(&app, me.id, line).await?;
            Ok(Done::say(t!("listening.history.forgotten")))
        }
        None if sure => {
            super::history::forget_all(&app, me.id).await?;
            Ok(Done::say(t!("listening.history.all_forgotten")))
        }
        None => Err(AppError::at("sure", t!("listening.history.error_sure"))),
    }
}

/// Stops listing what the listener hears, or goes on with it.
#[server(endpoint = "listening/pause")]
pub async fn pause(#[server(default)] pause: bool) -> AppResult<Done> {
    use crate::{server::context, t};
    let (app, me) = (context::app()?, context::require_me()?);
    super::history::pause(&app, me.id, pause).await?;
    Ok(Done::say(if pause { t!("listening.history.is_paused") } else { t!("listening.history.is_resumed") }))
}

/// The artist's plays of the last 7, 30 or 90 days, of all tracks or one.
#[server(endpoint = "listening/plays", input = GetUrl)]
pub async fn plays(#[server(default)] days: Option<u16>, #[server(default)] track: Option<TrackId>) -> AppResult<PlayStats> {
    use crate::server::context;
    let (_, artist) = context::require_artist()?;
    let days = days.filter(|days| super::studio::SPANS.contains(days)).unwrap_or(30);
    super::stats::plays(&context::app()?, artist.id, days, track).await
}
