//! What pages ask of playlists.

use super::{AddPage, PlaylistPage, SharePage};
use crate::{
    error::AppResult,
    ids::{PlaylistId, SongId, TrackId},
    ui::forms::Done,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// One playlist, for who may see it.
#[server(endpoint = "playlists/page", input = GetUrl)]
pub async fn page(id: PlaylistId) -> AppResult<PlaylistPage> {
    use crate::server::context;
    let (app, visitor) = (context::app()?, context::visitor());
    let mut page = super::store::page(&app, id, visitor.me.as_ref().map(|me| me.id)).await?;
    page.bundle = super::downloads::of_playlist(&app, visitor.me.as_ref(), &page).await?;
    Ok(page)
}

/// One's own playlist, to edit it.
#[server(endpoint = "playlists/own", input = GetUrl)]
pub async fn own_page(id: PlaylistId) -> AppResult<PlaylistPage> {
    use crate::{error::AppError, server::context};
    let app = context::app()?;
    let me = context::require_me()?;
    let page = super::store::page(&app, id, Some(me.id)).await?;
    if page.mine { Ok(page) } else { Err(AppError::NotFound) }
}

/// A track or song and the playlists it can be put on.
#[server(name = ReadAddPage, endpoint = "playlists/add_page", input = GetUrl)]
pub async fn add_page(track: Option<TrackId>, song: Option<SongId>) -> AppResult<AddPage> {
    use crate::{error::AppError, server::context};
    let app = context::app()?;
    let me = context::require_me()?;
    let which = super::Which::of(track, song).ok_or(AppError::NotFound)?;
    super::store::add_page(&app, me.id, which).await
}

/// Makes a playlist, with a first track or song on it if one is named.
#[server(endpoint = "playlists/create")]
pub async fn create(
    name: String,
    #[server(default)] description: String,
    #[server(default)] public: bool,
    #[server(default)] track: Option<TrackId>,
    #[server(default)] song: Option<SongId>,
) -> AppResult<Done> {
    use crate::server::{context, rate};
    let app = context::app()?;
    let me = context::require_me()?;
    let text = super::PlaylistText::parse(&name, &description)?;
    rate::attempt(&app, &format!("playlist:{}", me.id), rate::Limit::per_minutes(60, 60)).await?;
    let first = super::Which::of(track, song);
    let id = super::store::create(&app, me.id, &text, public, first).await?;
    Ok(Done::go(super::playlist_path(id, &text.name)).saying(crate::t!("playlists.created", name = text.name)))
}

/// Changes one's own playlist's name, description and whether it is public.
#[server(endpoint = "playlists/edit")]
pub async fn edit(playlist: PlaylistId, name: String, description: String, #[server(default)] public: bool) -> AppResult<Done> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    let text = super::PlaylistText::parse(&name, &description)?;
    super::store::edit(&app, me.id, playlist, &text, public).await?;
    Ok(Done::go(super::playlist_path(playlist, &text.name)).saying(crate::t!("playlists.saved")))
}

/// Puts a track or song at the end of one's own playlist.
#[server(endpoint = "playlists/add")]
pub async fn add(playlist: PlaylistId, #[server(default)] track: Option<TrackId>, #[server(default)] song: Option<SongId>) -> AppResult<Done> {
    use crate::{error::AppError, server::context};
    let app = context::app()?;
    let me = context::require_me()?;
    let which = super::Which::of(track, song).ok_or(AppError::NotFound)?;
    let name = super::store::add(&app, me.id, playlist, which).await?;
    Ok(Done::go(super::playlist_path(playlist, &name)).saying(crate::t!("playlists.added", name = name)))
}

/// Moves an entry of one's own playlist or takes it off: `up-12`, `down-12`, `remove-12`.
#[server(endpoint = "playlists/arrange")]
pub async fn arrange(playlist: PlaylistId, change: String) -> AppResult<Done> {
    use crate::{error::AppError, server::context};
    let app = context::app()?;
    let me = context::require_me()?;
    let change = super::Change::parse(&change).ok_or_else(|| AppError::Refused(crate::t!("error.malformed").into_owned()))?;
    super::store::arrange(&app, me.id, playlist, change).await?;
    Ok(Done::default())
}

/// Follows someone's public playlist, or stops.
#[server(endpoint = "playlists/follow")]
pub async fn follow(playlist: PlaylistId, follow: bool, #[server(default)] via: Option<String>) -> AppResult<Done> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    super::store::set_following(&app, me.id, playlist, follow, via.as_deref()).await?;
    Ok(Done::default())
}

/// Deletes one's own playlist.
#[server(endpoint = "playlists/delete")]
pub async fn delete(playlist: PlaylistId, #[server(default)] confirmed: bool) -> AppResult<Done> {
    use crate::{error::AppError, server::context};
    let app = context::app()?;
    let me = context::require_me()?;
    if !confirmed {
        return Err(AppError::at("confirmed", crate::t!("playlists.error.unconfirmed")));
    }
    super::store::delete(&app, me.id, playlist).await?;
    Ok(Done::go("/library").saying(crate::t!("playlists.deleted")))
}

/// A playlist to be shared, with one's shares so far.
#[server(name = ReadSharePage, endpoint = "playlists/share_page", input = GetUrl)]
pub async fn share_page(id: PlaylistId) -> AppResult<SharePage> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::visitor().me.map(|me| me.id);
    let line = super::store::line(&app, id, me).await?;
    let shares = match me {
        Some(me) => Some(super::shares::of(&app, me, id).await?),
        None => None,
    };
    Ok(SharePage { line, shares })
}

/// Shares a public playlist on a platform.
#[server(endpoint = "playlists/share")]
pub async fn share(playlist: PlaylistId, platform: String) -> AppResult<Done> {
    use crate::{
        error::AppError,
        server::{context, rate},
    };
    let app = context::app()?;
    let me = context::require_me()?;
    let platform = super::Platform::of(&platform).ok_or_else(|| AppError::Refused(crate::t!("error.malformed").into_owned()))?;
    rate::attempt(&app, &format!("share:{}", me.id), rate::Limit::per_minutes(60, 60)).await?;
    let code = super::shares::share(&app, me.id, playlist, platform).await?;
    Ok(Done::go(format!("/playlists/{playlist}/share?code={code}")))
}
