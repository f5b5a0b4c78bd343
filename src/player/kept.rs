//! What the browser keeps of the player between visits.

use super::{Player, Quality, Queue, SPEEDS};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Where it is kept.
const STORAGE: &str = "eternity-player";

/// What is kept between visits.
#[derive(Serialize, Deserialize)]
struct Kept {
    queue: Queue,
    position: f64,
    volume: f64,
    muted: bool,
    speed: f64,
    quality: Quality,
}

impl Player {
    pub(super) fn keep(self) {
        if self.embedded.get_value() {
            return;
        }
        let kept = Kept {
            queue: self.queue.get_untracked(),
            position: self.position.get_untracked(),
            volume: self.volume.get_untracked(),
            muted: self.muted.get_untracked(),
            speed: self.speed.get_untracked(),
            quality: self.quality.get_untracked(),
        };
        if let (Ok(Some(storage)), Ok(json)) = (window().local_storage(), serde_json::to_string(&kept)) {
            // A browser without storage only forgets the queue.
            let _unkept = storage.set_item(STORAGE, &json);
        }
    }

    /// Takes up what was kept, silently.
    pub(super) fn recall(self) {
        let Some(kept) = window()
            .local_storage()
            .ok()
            .flatten()
            .and_then(|storage| storage.get_item(STORAGE).ok()?)
            .and_then(|json| serde_json::from_str::<Kept>(&json).ok())
        else {
            return;
        };
        self.volume.set(if (0.0..=1.0).contains(&kept.volume) { kept.volume } else { 1.0 });
        self.muted.set(kept.muted);
        self.speed.set(if SPEEDS.contains(&kept.speed) { kept.speed } else { 1.0 });
        self.quality.set(kept.quality);
        self.apply_volume();
        if self.queue.with_untracked(Queue::is_empty) {
            let queue = kept.queue.mended();
            self.length.set(queue.current().map_or(0.0, |entry| entry.piece.seconds.into()));
            self.position.set(kept.position.max(0.0));
            self.queue.set(queue);
        }
    }
}
