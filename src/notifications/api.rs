//! What pages ask of notifications.

use super::Notifications;
use crate::error::AppResult;
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// What happened that concerns the one who asks, before a key. Asking for the newest marks all as seen.
#[server(endpoint = "notifications/list", input = GetUrl)]
pub async fn list(before: Option<String>) -> AppResult<Notifications> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    super::store::notifications(&app, &me, before.as_deref()).await
}
