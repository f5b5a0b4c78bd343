//! What pages ask about comments, and what they do to them.

use super::CommentList;
use crate::{
    error::AppResult,
    ids::{CommentId, TrackId},
    ui::forms::Done,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// The comments of a track that one may see, newest first, from before the id `before` on.
#[server(endpoint = "tracks/comments", input = GetUrl)]
pub async fn comments(track: TrackId, #[server(default)] before: Option<i32>) -> AppResult<CommentList> {
    use crate::server::context;
    super::store::list(&context::app()?, context::visitor().me.as_ref(), track, before).await
}

/// Says something under a track that everyone sees.
#[server(endpoint = "tracks/comment")]
pub async fn comment_track(track: TrackId, body: String) -> AppResult<Done> {
    use crate::server::context;
    let me = context::require_me()?;
    super::store::say(&context::app()?, me.id, track, &super::parse(&body)?).await?;
    Ok(Done::say(crate::t!("uploads.comments.said")))
}

/// Removes a comment: one's own, or one under one's own track; admins any.
#[server(endpoint = "tracks/uncomment")]
pub async fn remove_comment(comment: CommentId) -> AppResult<Done> {
    use crate::server::context;
    let me = context::require_me()?;
    super::store::remove(&context::app()?, &me, comment).await?;
    Ok(Done::say(crate::t!("uploads.comments.removed")))
}
