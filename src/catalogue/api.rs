//! What pages ask of the catalogue.

use super::{AlbumLine, AlbumPage, MixLine, MixPage, SongPage};
use crate::{
    error::AppResult,
    ids::{AlbumId, MixId, SongId},
    page::Page,
    ui::forms::Done,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// The albums, a page at a time.
#[server(endpoint = "catalogue/albums", input = GetUrl)]
pub async fn albums(after: Option<i32>) -> AppResult<Page<AlbumLine>> {
    let app = crate::server::context::app()?;
    super::store::albums(&app, after, None).await
}

/// One album.
#[server(endpoint = "catalogue/album", input = GetUrl)]
pub async fn album(id: AlbumId) -> AppResult<AlbumPage> {
    use crate::server::context;
    let (app, visitor) = (context::app()?, context::visitor());
    let mut page = super::store::album(&app, id, visitor.me.as_ref().map(|me| me.id)).await?;
    page.bundle = super::downloads::of_album(&app, visitor.me.as_ref(), id).await?;
    Ok(page)
}

/// One song.
#[server(endpoint = "catalogue/song", input = GetUrl)]
pub async fn song(id: SongId) -> AppResult<SongPage> {
    use crate::server::context;
    let (app, visitor) = (context::app()?, context::visitor());
    let mut page = super::store::song(&app, id, visitor.me.as_ref().map(|me| me.id)).await?;
    page.formats = super::downloads::formats(&app, visitor.me.as_ref(), id).await?;
    Ok(page)
}

/// The mixes.
#[server(endpoint = "catalogue/mixes", input = GetUrl)]
pub async fn mixes() -> AppResult<Vec<MixLine>> {
    let app = crate::server::context::app()?;
    super::store::mixes(&app).await
}

/// One mix.
#[server(endpoint = "catalogue/mix", input = GetUrl)]
pub async fn mix(id: MixId) -> AppResult<MixPage> {
    let app = crate::server::context::app()?;
    super::store::mix(&app, id).await
}

/// Keeps a song in one's favourites, or lets it go.
#[server(endpoint = "catalogue/favourite")]
pub async fn favourite(song: SongId, keep: bool) -> AppResult<Done> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    super::store::set_favourite(&app, me.id, song, keep).await?;
    Ok(Done::default())
}
