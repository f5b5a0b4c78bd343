//! Server functions of earnings.

use super::{Earning, Overview as Head, Statement as Paper};
use crate::{error::AppResult, page::Page};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// Balances, the last thirty days and the last twelve months of the artist who asks.
#[server(endpoint = "earnings/overview", input = GetUrl)]
pub async fn overview() -> AppResult<Head> {
    use crate::server::context;
    let app = context::app()?;
    let (_, artist) = context::require_artist()?;
    super::store::overview(&app, artist.id, app.clock.now()).await
}

/// Earnings of the artist who asks, newest first. `after`: the key of a page.
#[server(endpoint = "earnings/list", input = GetUrl)]
pub async fn list(after: Option<String>) -> AppResult<Page<Earning>> {
    use crate::{page::Key, server::context};
    let app = context::app()?;
    let (_, artist) = context::require_artist()?;
    let after = after.and_then(|key| key.parse().ok()).unwrap_or(Key::NEWEST);
    super::store::list(&app, artist.id, after, 50).await
}

/// What a month, such as `2026-02`, earned the artist who asks.
///
/// # Errors
/// Not found for what is no month, or one that has not begun.
#[server(endpoint = "earnings/statement", input = GetUrl)]
pub async fn statement(month: String) -> AppResult<Paper> {
    use crate::server::context;
    let app = context::app()?;
    let (_, artist) = context::require_artist()?;
    super::statements::statement(&app, artist.id, artist.name, &month).await
}
