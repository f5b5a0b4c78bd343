//! What pages ask about artists.

use super::{ArtistPage, Dashboard, Profile};
use crate::{error::AppResult, ids::ArtistId, ui::forms::Done};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// An artist's public page.
#[server(endpoint = "artists/page", input = GetUrl)]
pub async fn get_artist(id: ArtistId) -> AppResult<ArtistPage> {
    use crate::server::context;
    super::store::page(&context::app()?, context::visitor().me.as_ref(), id).await
}

/// The studio's front page.
#[server(endpoint = "artists/dashboard", input = GetUrl)]
pub async fn get_dashboard() -> AppResult<Dashboard> {
    use crate::server::context;
    let (me, artist) = context::require_artist()?;
    super::store::dashboard(&context::app()?, &me, &artist).await
}

/// One's own profile, to be edited.
#[server(endpoint = "artists/profile", input = GetUrl)]
pub async fn own_profile() -> AppResult<Profile> {
    use crate::server::context;
    let (_, artist) = context::require_artist()?;
    super::store::profile(&context::app()?, artist.id).await
}

/// Follows an artist, or stops.
#[server(endpoint = "artists/follow")]
pub async fn follow_artist(id: ArtistId, #[server(default)] follow: bool) -> AppResult<Done> {
    use crate::server::context;
    super::store::set_follow(&context::app()?, &context::require_me()?, id, follow).await?;
    Ok(Done::default())
}
