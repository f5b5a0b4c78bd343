//! What pages ask about tracks, and what they do to them.

use super::{StudioTrack, TrackPage, UploadRoom};
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
    let (me, artist) = context::require_artist()?;
    super::store::studio_page(&context::app()?, &me, artist.id, id).await
}

/// What the page of a new upload must know; `staging` names a file that is kept from before.
#[server(endpoint = "uploads/form", input = GetUrl)]
pub async fn upload_form(#[server(default)] staging: String) -> AppResult<UploadRoom> {
    use crate::server::context;
    let (_, artist) = context::require_artist()?;
    let app = context::app()?;
    Ok(UploadRoom {
        most: app.config.rules.audio_maximum_bytes,
        quota: super::staging::quota(&app, artist.id).await?,
        kept: super::staging::kept(&app, artist.id, &staging).await?,
        unfinished: super::staging::unfinished(&app, artist.id).await?,
    })
}

/// Throws a part of a file away.
#[server(endpoint = "uploads/discard")]
pub async fn discard_upload(id: String) -> AppResult<Done> {
    use crate::server::context;
    let (_, artist) = context::require_artist()?;
    super::tus::discard(&context::app()?, artist.id, &id).await?;
    Ok(Done::say(crate::t!("uploads.done.discarded")))
}

/// Shows all drafts that are ready to everyone.
#[server(endpoint = "uploads/publish-all")]
pub async fn publish_drafts() -> AppResult<Done> {
    use crate::server::context;
    let (me, artist) = context::require_artist()?;
    if !me.verified {
        return Err(crate::error::AppError::Refused(crate::t!("uploads.error.not_verified").into_owned()));
    }
    let (published, left) = super::store::publish_all(&context::app()?, artist.id).await?;
    let message = crate::ui::format::counted("uploads.done.published_all", published);
    Ok(Done::say(if left > 0 { format!("{message} {}", crate::ui::format::counted("uploads.done.left", left)) } else { message }))
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

/// Keeps the old audio after a new one failed.
#[server(endpoint = "uploads/keep-audio")]
pub async fn keep_audio(id: TrackId) -> AppResult<Done> {
    use crate::server::context;
    let (_, artist) = context::require_artist()?;
    super::replace::forget(&context::app()?, artist.id, id).await?;
    Ok(Done::say(crate::t!("uploads.done.kept_audio")))
}
