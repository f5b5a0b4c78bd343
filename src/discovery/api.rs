//! What pages ask for to find music.

use super::{Found, GenrePage, Home, LibraryShelf};
use crate::{error::AppResult, uploads::TrackCard};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// The front page.
#[server(name = ReadHome, endpoint = "discovery/home", input = GetUrl)]
pub async fn home() -> AppResult<Home> {
    use crate::server::context;
    let app = context::app()?;
    super::store::home(&app, context::visitor().me.map(|me| me.id)).await
}

/// The top fifty.
#[server(endpoint = "discovery/charts", input = GetUrl)]
pub async fn charts() -> AppResult<Vec<TrackCard>> {
    let app = crate::server::context::app()?;
    super::store::charts(&app).await
}

/// What has this text in its name.
#[server(endpoint = "discovery/search", input = GetUrl)]
pub async fn search(q: String) -> AppResult<Found> {
    use crate::server::{context, rate};
    let app = context::app()?;
    if q.trim().is_empty() {
        return Ok(Found::default());
    }
    rate::attempt(&app, &format!("search:{}", context::visitor().address_key), rate::Limit::per_minutes(120, 1)).await?;
    super::store::search(&app, &q).await
}

/// All genres.
#[server(endpoint = "discovery/genres", input = GetUrl)]
pub async fn genres() -> AppResult<Vec<(String, i64)>> {
    let app = crate::server::context::app()?;
    super::store::genres(&app).await
}

/// One genre, a page at a time.
#[server(endpoint = "discovery/genre", input = GetUrl)]
pub async fn genre(name: String, after: Option<i32>) -> AppResult<GenrePage> {
    let app = crate::server::context::app()?;
    super::store::genre(&app, &name, after).await
}

/// The beginning of each shelf of one's library.
#[server(name = ReadLibrary, endpoint = "discovery/library", input = GetUrl)]
pub async fn library() -> AppResult<Vec<LibraryShelf>> {
    use super::Shelf;
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    let mut shelves = Vec::new();
    for shelf in Shelf::ALL {
        shelves.push(super::shelves::shelf(&app, &me, shelf, None, 12).await?);
    }
    Ok(shelves)
}

/// A shelf of one's library, a page at a time.
#[server(name = ReadShelf, endpoint = "discovery/shelf", input = GetUrl)]
pub async fn shelf(name: String, after: Option<String>) -> AppResult<LibraryShelf> {
    use super::Shelf;
    use crate::{error::AppError, server::context};
    let app = context::app()?;
    let me = context::require_me()?;
    let shelf = Shelf::of_code(&name).ok_or(AppError::NotFound)?;
    super::shelves::shelf(&app, &me, shelf, after.as_deref(), 60).await
}
