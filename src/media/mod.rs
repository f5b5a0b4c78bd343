//! Audio and images: what a file is, where it lies, how it is made fit to be heard and seen.

pub mod analysis;
pub mod bucket;
pub mod encode;
pub mod forms;
pub mod hearing;
pub mod images;
pub mod limits;
pub mod listen;
pub mod outgoing;
pub mod probe;
pub mod recognise;
pub mod renditions;
pub mod storage;
pub mod streaming;
pub mod tags;
pub mod transcode;
pub mod verify;
pub mod waveform;

use crate::server::state::App;
use axum::{Router, routing::get};

/// Files out at signed addresses, which need neither the database nor a session.
pub fn signed_routes() -> Router<App> {
    Router::new().route("/media/hear/{grant}", get(streaming::hear))
}

/// Files out.
pub fn routes() -> Router<App> {
    Router::new().route("/media/audio/{track}", get(streaming::audio)).route("/media/images/{name}", get(streaming::image))
}
