//! The player: one queue and one sound for all pages, so that the music goes on while people look around.
//! Its state is a context that any page can use; the bar, the sheets and the `<audio>` stand outside the routes.

mod api;
mod bar;
mod button;
pub mod embed;
mod joined;
mod kept;
mod keys;
mod measure;
mod menu;
#[cfg(feature = "ssr")]
pub mod oembed;
mod piece;
mod plain;
mod queue;
mod session;
mod settings;
mod sheet;
mod sleep;
mod sound;
mod wave;
mod webm;

pub use api::{JoinedFile, joined_sound};
pub use bar::PlayerBar;
pub use button::{PlayAll, PlayButton};
pub use menu::PieceMenu;
pub use piece::{Piece, Pieces, Quality};
pub use plain::WithoutProgram;
pub use queue::{Entry, Queue, Repeat};
pub use sound::PlayerSound;
pub use wave::SeekWave;

use crate::{
    ids::{PieceId, PlaylistId},
    t,
    ui::toast::Toasts,
};
use leptos::{html, prelude::*, task::spawn_local};
use measure::Measure;
use sleep::Sleep;
use std::time::Duration;

/// How far the arrow keys and the system's buttons seek, in seconds.
const STEP: f64 = 5.0;
/// After how many seconds "previous" starts the track again instead.
const RESTART_AFTER: f64 = 3.0;
/// The speeds one can choose.
const SPEEDS: [f64; 7] = [0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0];
/// After so many pieces in a row that can't be played, the player stops trying.
const MOST_FAILURES: u32 = 3;
/// How long a message about a broken piece stands before the next one starts.
const BEFORE_NEXT: Duration = Duration::from_millis(1_500);

/// What plays, and what comes next.
#[derive(Clone, Copy)]
pub struct Player {
    queue: RwSignal<Queue>,
    playing: RwSignal<bool>,
    /// Seconds.
    position: RwSignal<f64>,
    /// Seconds; of the sound once it is known, before that of the card.
    length: RwSignal<f64>,
    /// 0 to 1.
    volume: RwSignal<f64>,
    muted: RwSignal<bool>,
    speed: RwSignal<f64>,
    quality: RwSignal<Quality>,
    problem: RwSignal<Option<String>>,
    /// Full plays left today, for tiers that have so many.
    left: RwSignal<Option<u32>>,
    /// The loudness of the piece at hand, 0 to 255.
    peaks: RwSignal<Vec<u8>>,
    sleep: RwSignal<Option<Sleep>>,
    /// Whether the browser's program is there: buttons that need it show then.
    ready: RwSignal<bool>,
    audio: NodeRef<html::Audio>,
    /// Loads the next piece while this one sounds.
    warm: NodeRef<html::Audio>,
    sheet: NodeRef<html::Dialog>,
    help: NodeRef<html::Dialog>,
    measure: StoredValue<Measure>,
    failures: StoredValue<u32>,
    /// Whether a broken sound was loaded anew already: signed addresses end, and connections come back.
    retried: StoredValue<bool>,
    /// A part of another site's page: nothing is kept there, and no keys are taken.
    embedded: StoredValue<bool>,
    toasts: StoredValue<Option<Toasts>>,
}

impl Default for Player {
    fn default() -> Self {
        Self {
            queue: RwSignal::default(),
            playing: RwSignal::default(),
            position: RwSignal::default(),
            length: RwSignal::default(),
            volume: RwSignal::new(1.0),
            muted: RwSignal::default(),
            speed: RwSignal::new(1.0),
            quality: RwSignal::default(),
            problem: RwSignal::default(),
            left: RwSignal::default(),
            peaks: RwSignal::default(),
            sleep: RwSignal::default(),
            ready: RwSignal::default(),
            audio: NodeRef::new(),
            warm: NodeRef::new(),
            sheet: NodeRef::new(),
            help: NodeRef::new(),
            measure: StoredValue::default(),
            failures: StoredValue::default(),
            retried: StoredValue::default(),
            embedded: StoredValue::default(),
            toasts: StoredValue::default(),
        }
    }
}

/// The site's player.
pub fn player() -> Player {
    use_context().unwrap_or_default()
}

fn random() -> f64 {
    js_sys::Math::random()
}

impl Player {
    /// The piece at hand.
    pub fn current(self) -> Option<Piece> {
        self.queue.with(|queue| queue.current().map(|entry| entry.piece.clone()))
    }

    fn entry(self) -> Option<Entry> {
        self.queue.with_untracked(|queue| queue.current().cloned())
    }

    /// Whether this piece is the one that sounds.
    pub fn sounds(self, id: impl Into<PieceId>) -> bool {
        self.playing.get() && self.is_current(id)
    }

    /// Whether this piece is at hand, sounding or not.
    pub fn is_current(self, id: impl Into<PieceId>) -> bool {
        let id = id.into();
        self.queue.with(|queue| queue.is_current(id))
    }

    /// How much of this piece was played, in thousandths.
    pub fn progress_of(self, id: impl Into<PieceId>) -> u32 {
        let (position, length) = (self.position.get(), self.length.get());
        if self.is_current(id) && length > 0.0 { whole(position / length * 1_000.0).min(1_000) } else { 0 }
    }

    /// Plays a list from one of its pieces on. `source` is where it was started: `page`, `playlist`, `search`, …
    pub fn play(self, list: impl Into<Pieces>, index: usize, source: &str, playlist: Option<PlaylistId>) {
        self.report();
        self.failures.set_value(0);
        let Pieces(list) = list.into();
        self.queue.update(|queue| queue.replace(list, index, source, playlist, random));
        self.start(0.0);
    }

    /// Plays a list in any order.
    fn play_shuffled(self, list: Pieces, source: &str, playlist: Option<PlaylistId>) {
        let first = usize::try_from(whole(random() * f64::from(u32::try_from(list.0.len()).unwrap_or(0)))).unwrap_or(0);
        self.queue.update(|queue| {
            if !queue.shuffled() {
                queue.toggle_shuffle(random);
            }
        });
        self.play(list, first, source, playlist);
    }

    /// Puts pieces after the one at hand, or at the end, and says so.
    pub fn enqueue(self, list: impl Into<Pieces>, next: bool, source: &str, playlist: Option<PlaylistId>) {
        let Pieces(list) = list.into();
        let title = list.first().map(|piece| piece.title.clone()).unwrap_or_default();
        let was_empty = self.queue.with_untracked(Queue::is_empty);
        let many = list.len();
        let added = self
            .queue
            .try_update(|queue| if next { queue.play_next(list, source, playlist) } else { queue.add(list, source, playlist) })
            .unwrap_or(0);
        self.say(match (added, next) {
            (0, _) => t!("player.queue.full"),
            (_, true) if many == 1 => t!("player.queue.plays_next", title = title),
            (1, false) if many == 1 => t!("player.queue.added", title = title),
            (count, _) => t!("player.queue.added_many", count = count),
        });
        if was_empty {
            self.length.set(self.entry().map_or(0.0, |entry| entry.piece.seconds.into()));
        }
        self.keep();
        self.warm_up();
    }

    fn say(self, message: std::borrow::Cow<'static, str>) {
        if let Some(toasts) = self.toasts.get_value() {
            toasts.say(message.into_owned());
        }
    }

    /// Shows the piece at hand, which nothing is known of yet but its card.
    fn face(self, entry: &Entry) {
        self.problem.set(None);
        self.position.set(0.0);
        self.length.set(entry.piece.seconds.into());
        self.peaks.set(Vec::new());
        self.retried.set_value(false);
    }

    /// The piece at hand sounds from here on.
    fn took_up(self, entry: &Entry) {
        self.measure(entry);
        session::show(&entry.piece);
        self.claim();
        self.keep();
    }

    /// Starts the piece at hand, from this second on.
    fn start(self, place: f64) {
        let Some(entry) = self.entry() else { return };
        self.face(&entry);
        if !entry.piece.playable {
            self.failed(&t!("player.error.unavailable"));
            return;
        }
        let Some(audio) = self.audio.get_untracked() else { return };
        self.load(&audio, &entry, place);
        self.position.set(place);
        self.apply_speed();
        self.sound(&audio);
        self.took_up(&entry);
    }

    /// Lets it sound; a browser may refuse.
    fn sound(self, audio: &web_sys::HtmlAudioElement) {
        match audio.play() {
            Ok(promise) => spawn_local(async move {
                if let Err(refusal) = wasm_bindgen_futures::JsFuture::from(promise).await {
                    let name = js_sys::Reflect::get(&refusal, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
                    // A piece that is left before it has loaded is no error; one that can't be read is told by the element.
                    if name == "NotAllowedError" {
                        self.problem.set(Some(t!("player.error.not_allowed").into_owned()));
                    }
                }
            }),
            Err(_) => self.problem.set(Some(t!("player.error.not_allowed").into_owned())),
        }
    }

    /// The piece at hand can't be played: says why and goes on to the next one, unless that is no use.
    fn failed(self, why: &str) {
        self.playing.set(false);
        let Some(entry) = self.entry() else { return };
        let message = t!("player.error.failed", title = entry.piece.title, why = why).into_owned();
        self.problem.set(Some(message.clone()));
        self.failures.update_value(|failures| *failures += 1);
        let next = self.queue.with_untracked(|queue| queue.next(false).map(|next| (next.key, next.piece.title.clone())));
        let Some((key, title)) = next.filter(|(key, _)| *key != entry.key && self.failures.get_value() < MOST_FAILURES) else { return };
        self.say(t!("player.error.goes_on", problem = message, title = title));
        set_timeout(
            move || {
                // Unless somebody chose something else meanwhile.
                if self.entry().is_some_and(|now| now.key == entry.key) && !self.playing.get_untracked() {
                    self.go(key);
                }
            },
            BEFORE_NEXT,
        );
    }

    /// Stops for a reason that holds for every piece.
    fn stop_for(self, why: String) {
        self.pause();
        self.problem.set(Some(why.clone()));
        self.say(why.into());
    }

    fn pause(self) {
        if let Some(audio) = self.audio.get_untracked()
            && audio.pause().is_err()
        {
            leptos::logging::warn!("the browser refused to pause");
        }
    }

    /// Plays or pauses.
    pub fn toggle(self) {
        let Some(audio) = self.audio.get_untracked() else { return };
        // A sound that broke is not paused, and does not sound either.
        let broken = self.problem.get_untracked().is_some();
        if !audio.paused() && !broken {
            self.pause();
            return;
        }
        self.failures.set_value(0);
        self.problem.set(None);
        let position = self.position.get_untracked();
        if audio.src().is_empty() || broken {
            // After a visit before this one the queue is there, but no sound is loaded; after an error neither.
            self.start(position);
        } else if self.measure.with_value(|measure| measure.ended) {
            self.start(0.0);
        } else {
            self.claim();
            self.sound(&audio);
        }
    }

    /// Goes to a place of the queue and plays it.
    fn go(self, key: u32) {
        self.report();
        if self.queue.try_update(|queue| queue.go(key)) == Some(true) {
            self.start(0.0);
        }
    }

    /// Whether there is a piece after this one.
    pub fn has_next(self) -> bool {
        self.queue.with(|queue| queue.next(false).is_some())
    }

    /// The next piece, if there is one.
    pub fn next(self) {
        self.failures.set_value(0);
        if let Some(key) = self.queue.with_untracked(|queue| queue.next(false).map(|entry| entry.key)) {
            self.go(key);
        }
    }

    /// What follows by itself when a piece has ended.
    fn ended(self) {
        self.measure.update_value(|measure| measure.ended = true);
        self.report();
        self.playing.set(false);
        self.failures.set_value(0);
        if self.sleep.get_untracked() == Some(Sleep::EndOfPiece) {
            self.fall_asleep();
            return;
        }
        if let Some(key) = self.queue.with_untracked(|queue| queue.next(true).map(|entry| entry.key)) {
            self.go(key);
        }
    }

    /// The piece before, or the start of this one.
    pub fn previous(self) {
        let before = self.queue.with_untracked(|queue| queue.previous().map(|entry| entry.key));
        match before {
            Some(key) if self.position.get_untracked() <= RESTART_AFTER => self.go(key),
            _ => self.seek(0.0),
        }
    }

    /// Goes to a place, in seconds.
    pub fn seek(self, seconds: f64) {
        let Some(audio) = self.audio.get_untracked() else { return };
        let place = seconds.clamp(0.0, self.length.get_untracked().max(0.0));
        audio.set_current_time(self.begins() + place);
        self.position.set(place);
        self.measure.update_value(Measure::jump);
        self.keep();
        self.pump();
    }

    /// Goes on or back by so many seconds.
    pub fn skip(self, seconds: f64) {
        self.seek(self.position.get_untracked() + seconds);
    }

    fn toggle_shuffle(self) {
        self.queue.update(|queue| queue.toggle_shuffle(random));
        self.keep();
        self.warm_up();
    }

    fn toggle_repeat(self) {
        self.queue.update(|queue| queue.set_repeat(queue.repeat().next()));
        self.keep();
        self.warm_up();
    }

    /// Changes the queue without changing what plays; taking out what plays goes on to the next.
    fn arrange(self, change: impl FnOnce(&mut Queue)) {
        let before = self.entry().map(|entry| entry.key);
        self.queue.update(change);
        let now = self.entry().map(|entry| entry.key);
        if before != now {
            let playing = self.playing.get_untracked();
            self.report();
            if now.is_some() && playing {
                self.start(0.0);
            } else {
                self.unload();
            }
        }
        self.keep();
        self.warm_up();
    }

    /// Nothing is loaded any more; what is at hand starts from its beginning.
    fn unload(self) {
        self.pause();
        self.position.set(0.0);
        self.length.set(self.entry().map_or(0.0, |entry| entry.piece.seconds.into()));
        self.problem.set(None);
        self.peaks.set(Vec::new());
        joined::close();
        if let Some(audio) = self.audio.get_untracked() {
            // An element without a source is silent; that it can't load one is expected.
            let _without = audio.remove_attribute("src");
            audio.load();
        }
    }

    /// Loads the next piece ahead.
    fn warm_up(self) {
        if self.is_joined() {
            self.pump();
            return;
        }
        let Some(warm) = self.warm.get_untracked() else { return };
        let next = self.queue.with_untracked(|queue| queue.next(true).map(|entry| entry.piece.clone())).filter(|piece| piece.playable);
        let near = self.length.get_untracked() - self.position.get_untracked() < sound::WARM_BEFORE;
        if let Some(piece) = next.filter(|_| near && self.playing.get_untracked()) {
            let address = piece.sound(self.quality.get_untracked());
            if warm.get_attribute("src").as_deref() != Some(&address) {
                warm.set_src(&address);
            }
        }
    }
}

/// A number without its fraction, for percent and bytes; what is no number is zero.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, and that is wanted")]
pub(crate) const fn whole(number: f64) -> u32 {
    number as u32
}
