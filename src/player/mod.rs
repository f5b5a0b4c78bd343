//! The player: one queue and one sound for all pages, so that the music goes on while people look around.
//! Its state is a context that any page can use; the bar and the `<audio>` stand outside the routes.

mod bar;
mod button;
mod measure;
mod session;

pub use bar::{PlayerBar, PlayerSound};
pub use button::PlayButton;

use crate::{ids::PlaylistId, uploads::TrackCard};
use leptos::{html, prelude::*, task::spawn_local};
use measure::Measure;
use serde::{Deserialize, Serialize};

/// Where the queue is kept between visits.
const STORAGE: &str = "eternity-player";
/// How far the arrow keys and the system's buttons seek, in seconds.
const STEP: f64 = 5.0;
/// After how many seconds "previous" starts the track again instead.
const RESTART_AFTER: f64 = 3.0;

/// What plays, and what comes next.
#[derive(Clone, Copy)]
pub struct Player {
    list: RwSignal<Vec<TrackCard>>,
    index: RwSignal<usize>,
    playing: RwSignal<bool>,
    /// Seconds.
    position: RwSignal<f64>,
    /// Seconds; of the sound once it is known, before that of the card.
    length: RwSignal<f64>,
    /// 0 to 1.
    volume: RwSignal<f64>,
    muted: RwSignal<bool>,
    problem: RwSignal<Option<String>>,
    source: RwSignal<(String, Option<PlaylistId>)>,
    audio: NodeRef<html::Audio>,
    measure: StoredValue<Measure>,
}

/// What is kept between visits.
#[derive(Serialize, Deserialize)]
struct Kept {
    list: Vec<TrackCard>,
    index: usize,
    position: f64,
    volume: f64,
    muted: bool,
}

impl Default for Player {
    fn default() -> Self {
        Self {
            list: RwSignal::default(),
            index: RwSignal::default(),
            playing: RwSignal::default(),
            position: RwSignal::default(),
            length: RwSignal::default(),
            volume: RwSignal::new(1.0),
            muted: RwSignal::default(),
            problem: RwSignal::default(),
            source: RwSignal::new(("page".to_owned(), None)),
            audio: NodeRef::new(),
            measure: StoredValue::default(),
        }
    }
}

/// The site's player.
pub fn player() -> Player {
    use_context().unwrap_or_default()
}

impl Player {
    /// The track at hand.
    pub fn current(self) -> Option<TrackCard> {
        self.list.with(|list| list.get(self.index.get()).cloned())
    }

    fn current_untracked(self) -> Option<TrackCard> {
        self.list.with_untracked(|list| list.get(self.index.get_untracked()).cloned())
    }

    /// Whether this track is the one that sounds.
    pub fn sounds(self, id: crate::ids::TrackId) -> bool {
        self.playing.get() && self.is_current(id)
    }

    /// Whether this track is at hand, sounding or not.
    pub fn is_current(self, id: crate::ids::TrackId) -> bool {
        self.list.with(|list| list.get(self.index.get()).is_some_and(|card| card.id == id))
    }

    /// How much of this track was played, in thousandths.
    pub fn progress_of(self, id: crate::ids::TrackId) -> u32 {
        let (position, length) = (self.position.get(), self.length.get());
        if self.is_current(id) && length > 0.0 { whole(position / length * 1_000.0).min(1_000) } else { 0 }
    }

    /// Plays a list from one of its tracks on. `source` is where it was started: `page`, `playlist`, `search`, …
    pub fn play(self, list: Vec<TrackCard>, index: usize, source: &str, playlist: Option<PlaylistId>) {
        self.source.set((source.to_owned(), playlist));
        self.list.set(list);
        self.start(index);
    }

    /// Starts a track of the queue.
    fn start(self, index: usize) {
        self.report();
        self.index.set(index);
        let Some(card) = self.current_untracked() else { return };
        self.problem.set(None);
        self.position.set(0.0);
        self.length.set(card.duration_seconds.into());
        if !card.playable {
            self.playing.set(false);
            self.problem.set(Some(crate::t!("player.error.unavailable", title = card.title.clone()).into_owned()));
            return;
        }
        let Some(audio) = self.audio.get_untracked() else { return };
        audio.set_src(&format!("/media/audio/{}?measured", card.id));
        self.sound(&audio);
        self.measure(&card);
        session::show(&card);
        self.keep();
    }

    /// Lets it sound; a browser may refuse.
    fn sound(self, audio: &web_sys::HtmlAudioElement) {
        match audio.play() {
            Ok(promise) => spawn_local(async move {
                if let Err(refusal) = wasm_bindgen_futures::JsFuture::from(promise).await {
                    let name = js_sys::Reflect::get(&refusal, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
                    // A track that is left before it has loaded is no error; one that can't be read is told by the element.
                    if name == "NotAllowedError" {
                        self.problem.set(Some(crate::t!("player.error.not_allowed").into_owned()));
                    }
                }
            }),
            Err(_) => self.problem.set(Some(crate::t!("player.error.broken").into_owned())),
        }
    }

    /// Plays or pauses.
    pub fn toggle(self) {
        let Some(audio) = self.audio.get_untracked() else { return };
        if !audio.paused() {
            if audio.pause().is_err() {
                leptos::logging::warn!("the browser refused to pause");
            }
            return;
        }
        self.problem.set(None);
        // After a visit before this one the queue is there, but no sound is loaded.
        if audio.src().is_empty() {
            let position = self.position.get_untracked();
            self.start(self.index.get_untracked());
            self.seek(position);
        } else if self.measure.with_value(|measure| measure.ended) {
            self.start(self.index.get_untracked());
        } else {
            self.sound(&audio);
        }
    }

    /// Whether there is a track after this one.
    pub fn has_next(self) -> bool {
        self.index.get() + 1 < self.list.with(Vec::len)
    }

    /// The next track, if there is one.
    pub fn next(self) {
        let next = self.index.get_untracked() + 1;
        if next < self.list.with_untracked(Vec::len) {
            self.start(next);
        }
    }

    /// The track before, or the start of this one.
    pub fn previous(self) {
        let index = self.index.get_untracked();
        if self.position.get_untracked() > RESTART_AFTER || index == 0 {
            self.seek(0.0);
        } else {
            self.start(index - 1);
        }
    }

    /// Goes to a place, in seconds.
    pub fn seek(self, seconds: f64) {
        let Some(audio) = self.audio.get_untracked() else { return };
        let place = seconds.clamp(0.0, self.length.get_untracked().max(0.0));
        audio.set_current_time(place);
        self.position.set(place);
        self.measure.update_value(Measure::jump);
        self.keep();
    }

    /// Goes on or back by so many seconds.
    pub fn skip(self, seconds: f64) {
        self.seek(self.position.get_untracked() + seconds);
    }

    /// Sets the volume, 0 to 1.
    pub fn set_volume(self, volume: f64) {
        self.volume.set(volume.clamp(0.0, 1.0));
        self.muted.set(false);
        self.apply_volume();
        self.keep();
    }

    /// Silences it, or takes that back.
    pub fn toggle_mute(self) {
        self.muted.update(|muted| *muted = !*muted);
        self.apply_volume();
        self.keep();
    }

    fn apply_volume(self) {
        if let Some(audio) = self.audio.get_untracked() {
            audio.set_volume(self.volume.get_untracked());
            audio.set_muted(self.muted.get_untracked());
        }
    }

    fn keep(self) {
        let kept = Kept {
            list: self.list.get_untracked(),
            index: self.index.get_untracked(),
            position: self.position.get_untracked(),
            volume: self.volume.get_untracked(),
            muted: self.muted.get_untracked(),
        };
        if let (Ok(Some(storage)), Ok(json)) = (window().local_storage(), serde_json::to_string(&kept)) {
            // A browser without storage only forgets the queue.
            let _unkept = storage.set_item(STORAGE, &json);
        }
    }

    /// Takes up what was kept, silently.
    fn recall(self) {
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
        self.apply_volume();
        if kept.index < kept.list.len() && self.list.with_untracked(Vec::is_empty) {
            self.length.set(kept.list[kept.index].duration_seconds.into());
            self.position.set(kept.position.max(0.0));
            self.index.set(kept.index);
            self.list.set(kept.list);
        }
    }
}

/// A number without its fraction, for percent and bytes; what is no number is zero.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, and that is wanted")]
pub(crate) const fn whole(number: f64) -> u32 {
    number as u32
}
