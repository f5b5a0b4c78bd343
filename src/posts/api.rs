//! What pages ask of posts.

use super::{PostDraft, PostLine, PostPage};
use crate::{error::AppResult, ids::PostId, page::Page, ui::forms::Done};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// The published posts, a page at a time.
#[server(endpoint = "posts/list", input = GetUrl)]
pub async fn posts(after: Option<String>) -> AppResult<Page<PostLine>> {
    let app = crate::server::context::app()?;
    super::store::published(&app, after.as_deref()).await
}

/// One published post.
#[server(endpoint = "posts/read", input = GetUrl)]
pub async fn post(id: PostId) -> AppResult<PostPage> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::visitor().me;
    let supporter = match me {
        Some(me) if me.admin => true,
        me => crate::accounts::entitlements::entitlements(&app, me.map(|me| me.id)).await?.exclusive,
    };
    super::store::post(&app, id, supporter).await
}

/// Every post, for admins.
#[server(endpoint = "posts/all", input = GetUrl)]
pub async fn all_posts(after: Option<i32>) -> AppResult<Page<PostLine>> {
    use crate::server::context;
    let app = context::app()?;
    context::require_admin()?;
    super::store::all(&app, after).await
}

/// A post as it was written, for admins.
#[server(endpoint = "posts/draft", input = GetUrl)]
pub async fn draft(id: PostId) -> AppResult<PostDraft> {
    use crate::server::context;
    let app = context::app()?;
    context::require_admin()?;
    super::store::draft(&app, id).await
}

/// Writes a new post, or changes the one with this id.
#[server(endpoint = "posts/save")]
pub async fn save(
    #[server(default)] id: Option<PostId>,
    title: String,
    body: String,
    #[server(default)] supporters_only: bool,
    #[server(default)] published: bool,
) -> AppResult<Done> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_admin()?;
    let draft = PostDraft::parse(&title, &body, supporters_only, published)?;
    super::store::save(&app, me.id, id, &draft).await?;
    let message = if draft.published { crate::t!("posts.admin.saved_published") } else { crate::t!("posts.admin.saved_draft") };
    Ok(Done::go("/admin/posts").saying(message))
}
