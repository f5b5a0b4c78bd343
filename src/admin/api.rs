//! Server functions of the admins' overview.

use super::Overview as Figures;
use crate::error::AppResult;
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// The figures of the site.
#[server(endpoint = "admin/overview", input = GetUrl)]
pub async fn overview() -> AppResult<Figures> {
    use crate::server::context;
    let app = context::app()?;
    context::require_admin()?;
    super::store::overview(&app, app.clock.now()).await
}
