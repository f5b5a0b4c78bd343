//! What pages ask of the catalogue.

use super::{
    AlbumLine, AlbumPage, MixLine, MixPage, SongPage,
    texts::{AlbumDraft, AlbumState, SongDraft},
};
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

/// All albums, for admins.
#[server(endpoint = "catalogue/all_albums", input = GetUrl)]
pub async fn all_albums(after: Option<i32>) -> AppResult<Page<AlbumState>> {
    use crate::server::context;
    let app = context::app()?;
    context::require_admin()?;
    super::keeping::albums(&app, after).await
}

/// An album as it is edited, for admins.
#[server(endpoint = "catalogue/album_draft", input = GetUrl)]
pub async fn album_form(id: AlbumId) -> AppResult<AlbumDraft> {
    use crate::server::context;
    let app = context::app()?;
    context::require_admin()?;
    super::keeping::album(&app, id).await
}

/// Writes a new album, or changes the one with this id.
#[server(endpoint = "catalogue/save_album")]
pub async fn save_album(
    #[server(default)] id: Option<AlbumId>,
    title: String,
    artist: String,
    #[server(default)] description: String,
    #[server(default)] genre: String,
    #[server(default)] price: String,
    #[server(default)] published: bool,
) -> AppResult<Done> {
    use crate::server::context;
    let app = context::app()?;
    context::require_admin()?;
    let draft = AlbumDraft::parse(&title, &artist, &description, &genre, &price, published)?;
    let id = super::keeping::save_album(&app, id, &draft).await?;
    Ok(Done::go(format!("/admin/albums/{id}")).saying(crate::t!("catalogue.admin.saved")))
}

/// A song as it is edited, for admins.
#[server(endpoint = "catalogue/song_draft", input = GetUrl)]
pub async fn song_form(id: SongId) -> AppResult<SongDraft> {
    use crate::server::context;
    let app = context::app()?;
    context::require_admin()?;
    super::keeping::song(&app, id).await
}

/// Writes a new song, or changes the one with this id.
#[server(endpoint = "catalogue/save_song")]
pub async fn save_song(
    #[server(default)] id: Option<SongId>,
    #[server(default)] album: Option<AlbumId>,
    title: String,
    artist: String,
    #[server(default)] genre: String,
    #[server(default)] number: String,
    #[server(default)] price: String,
    #[server(default)] explicit: bool,
    #[server(default)] published: bool,
) -> AppResult<Done> {
    use crate::{catalogue::texts::SongForm, server::context};
    let app = context::app()?;
    context::require_admin()?;
    let form = SongForm { album, title: &title, artist: &artist, genre: &genre, number: &number, price: &price, explicit, published };
    let id = super::keeping::save_song(&app, id, &SongDraft::parse(&form)?).await?;
    Ok(Done::go(format!("/admin/songs/{id}")).saying(crate::t!("catalogue.admin.saved")))
}
