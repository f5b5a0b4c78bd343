//! What the player asks of the server.

use super::Quality;
use crate::{error::AppResult, ids::TrackId};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

/// A file that can be joined to others without a gap: Opus in WebM, with its index first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JoinedFile {
    /// Signed: good for a while, for the browser that asked.
    pub address: String,
    /// In bytes.
    pub size: u64,
    /// What the encoder put before the music, in seconds.
    pub delay: f64,
    /// How long the music is, in seconds, to the sample.
    pub length: f64,
}

/// The sound of a track for a player that joins tracks, for everyone who may hear the track; the better one for those
/// who have high quality.
#[server(endpoint = "player/joined", input = GetUrl)]
pub async fn joined_sound(track: TrackId, #[server(default)] quality: Quality) -> AppResult<JoinedFile> {
    use crate::server::context;
    let cookies = context::header("cookie");
    crate::media::streaming::joined(&context::app()?, &context::visitor(), cookies.as_deref(), track, quality).await
}
