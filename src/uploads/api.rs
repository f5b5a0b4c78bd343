//! What pages ask about tracks, and what they do to them.

use super::{KeptFile, StudioTrack, TrackPage};
use crate::{error::AppResult, ids::TrackId, page::Page, ui::forms::Done};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// A track's page.
#[server(endpoint = "tracks/page", input = GetUrl)]
pub async fn get_track(id: TrackId) -> AppResult<TrackPage> {
    use crate::server::context;
    super::store::track_page(&context::app()?, context::visitor().me.as_ref(), id).await
}

/// Likes a track, or takes that back.
#[server(endpoint = "tracks/like")]
pub async fn like_track(id: TrackId, #[server(default)] like: bool) -> AppResult<Done> {
    use crate::server::context;
    super::store::set_like(&context::app()?, context::require_me()?.id, id, like).await?;
    Ok(Done::default())
}

/// The artist's own tracks, newest first.
#[server(endpoint = "uploads/list", input = GetUrl)]
pub async fn uploads(#[server(default)] after: Option<i32>) -> AppResult<Page<StudioTrack>> {
    use crate::server::context;
    let (_, artist) = context::require_artist()?;
    super::store::studio_list(&context::app()?, artist.id, after).await
}

/// One of the artist's own tracks.
#[server(endpoint = "uploads/one", input = GetUrl)]
pub async fn upload(id: TrackId) -> AppResult<StudioTrack> {
    use crate::server::context;
    let (_, artist) = context::require_artist()?;
    super::store::studio_track(&context::app()?, artist.id, id).await
}

/// What an upload's form must know: the largest file, in bytes, and a file that is kept from before.
#[server(endpoint = "uploads/form", input = GetUrl)]
pub async fn upload_form(#[server(default)] staging: String) -> AppResult<(u64, Option<KeptFile>)> {
    use crate::server::context;
    let (_, artist) = context::require_artist()?;
    let app = context::app()?;
    Ok((app.config.rules.audio_maximum_bytes, super::staging::kept(&app, artist.id, &staging).await?))
}

/// Shows a track to everyone.
#[server(endpoint = "uploads/publish")]
pub async fn publish_track(id: TrackId) -> AppResult<Done> {
    use crate::server::context;
    let (me, artist) = context::require_artist()?;
    if !me.verified {
        return Err(crate::error::AppError::Refused(crate::t!("uploads.error.not_verified").into_owned()));
    }
    super::store::publish(&context::app()?, artist.id, id).await?;
    Ok(Done::say(crate::t!("uploads.done.published")))
}

/// Hides a track.
#[server(endpoint = "uploads/unpublish")]
pub async fn unpublish_track(id: TrackId) -> AppResult<Done> {
    use crate::server::context;
    let (_, artist) = context::require_artist()?;
    super::store::unpublish(&context::app()?, artist.id, id).await?;
    Ok(Done::say(crate::t!("uploads.done.unpublished")))
}

/// Takes a track down for good.
#[server(endpoint = "uploads/withdraw")]
pub async fn withdraw_track(id: TrackId, #[server(default)] sure: bool) -> AppResult<Done> {
    use crate::server::context;
    let (_, artist) = context::require_artist()?;
    if !sure {
        return Err(crate::error::AppError::at("sure", crate::t!("uploads.error.not_sure")));
    }
    super::store::withdraw(&context::app()?, artist.id, id).await?;
    Ok(Done::say(crate::t!("uploads.done.withdrawn")))
}

/// Processes a failed track once more.
#[server(endpoint = "uploads/retry")]
pub async fn retry_track(id: TrackId) -> AppResult<Done> {
    use crate::server::context;
    let (_, artist) = context::require_artist()?;
    super::store::retry(&context::app()?, artist.id, id).await?;
    Ok(Done::say(crate::t!("uploads.done.retried")))
}
