//! Sound without a gap between pieces. Media Source Extensions put the Opus files of the pieces that follow each other
//! on one timeline, each cut to the sample: what the encoder put before and after the music is outside of its window.
//! Where they are missing, or fail, and for files that they don't take, the `<audio>` element plays each file by itself.

use super::{
    JoinedFile, Piece, Player, Quality,
    api::joined_sound,
    queue::Entry,
    session,
    sleep::Sleep,
    webm::{self, Index},
};
use crate::{error::AppError, ids::PieceId};
use js_sys::{Promise, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use std::{cell::RefCell, time::Duration};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AddEventListenerOptions, EventTarget, HtmlAudioElement, MediaSource, MediaSourceReadyState, RequestInit, Response, SourceBuffer, TimeRanges, Url,
};

const TYPE: &str = "audio/webm; codecs=\"opus\"";
/// How much is fetched at once, in bytes: some twenty seconds.
const PIECE: u64 = 256 * 1024;
/// How far ahead of what sounds is fetched, in seconds.
const AHEAD: f64 = 60.0;
/// How much of what has sounded is kept, in seconds: some megabytes, of the twelve that browsers give.
const BEHIND: f64 = 240.0;
/// A place so far ahead of what has arrived is waited for; for one farther on, what is between is left out. In seconds.
const NEAR: f64 = 20.0;
/// What a decoder should hear before a place so that the place itself is right, in seconds.
const PREROLL: f64 = 0.1;
/// Places on the timeline that differ by less are the same, in seconds.
const SAME: f64 = 0.1;
/// When what could not be fetched is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(3);
/// After so many timelines that broke, this browser gets its sound by the element alone.
const MOST_BROKEN: u32 = 2;

thread_local! {
    /// What can't leave the browser's thread.
    static TIMELINE: RefCell<Option<Timeline>> = const { RefCell::new(None) };
    /// How many of them there were, and how many broke.
    static NUMBER: RefCell<u32> = const { RefCell::new(0) };
    static BROKEN: RefCell<u32> = const { RefCell::new(0) };
}

/// The pieces that are joined, and the one that sounds.
struct Timeline {
    /// Which timeline this is, so that what arrives late does not meet another.
    number: u32,
    source: MediaSource,
    /// There once the element has taken the source.
    buffer: Option<SourceBuffer>,
    parts: Vec<Part>,
    /// Which of them sounds.
    at: usize,
    /// Something is on its way; the next step waits for it.
    busy: bool,
    /// The part that the buffer's window and offset are set for.
    set: Option<usize>,
    /// A piece of the queue that can't be joined: it begins by itself.
    apart: Option<u32>,
}

/// A piece on the timeline.
struct Part {
    /// Its place in the queue.
    key: u32,
    sound: JoinedFile,
    /// Where it begins on the timeline, in seconds.
    start: f64,
    /// Where in the file each part of its music is; nothing before its head was read.
    index: Option<Index>,
    /// The next byte to fetch.
    next: u64,
    /// From which place on the timeline it was fetched without a hole.
    from: f64,
}

impl Part {
    fn end(&self) -> f64 {
        self.start + self.sound.length
    }

    fn done(&self) -> bool {
        self.next >= self.sound.size
    }
}

/// What is to be done next.
enum Step {
    /// To ask for the sound of a place in the queue.
    Ask(Entry),
    /// To fetch a part's next bytes.
    Fetch(usize),
    /// To take what comes from a place on off the timeline: something else follows.
    Forget(f64),
    /// To take what sounded before a place off it.
    Trim(f64),
}

/// Why a step failed.
enum Trouble {
    /// Another time it may work.
    Later,
    /// This piece has no file that can be joined.
    Apart,
    /// The timeline is of no use any more.
    Broken,
}

impl From<JsValue> for Trouble {
    fn from(_: JsValue) -> Self {
        Self::Broken
    }
}

/// Whether this piece can be joined to others here.
fn possible(piece: &Piece, quality: Quality) -> bool {
    // Lossless files are no WebM: who chose them wants them, and not the best that can be joined.
    matches!(piece.id, PieceId::Track(_))
        && piece.playable
        && quality != Quality::Lossless
        && BROKEN.with_borrow(|broken| *broken < MOST_BROKEN)
        && js_sys::Reflect::has(&window(), &"MediaSource".into()).unwrap_or(false)
        && MediaSource::is_type_supported(TYPE)
}

fn with<T>(work: impl FnOnce(&mut Timeline) -> T) -> Option<T> {
    TIMELINE.with_borrow_mut(|timeline| timeline.as_mut().map(work))
}

/// The same, if the timeline is still this one.
fn with_number<T>(number: u32, work: impl FnOnce(&mut Timeline) -> T) -> Option<T> {
    TIMELINE.with_borrow_mut(|timeline| timeline.as_mut().filter(|timeline| timeline.number == number).map(work))
}

/// When something next happens to a part of the browser.
async fn once(target: &EventTarget, event: &str) -> Result<(), JsValue> {
    let options = AddEventListenerOptions::new();
    options.set_once(true);
    let mut listening = Ok(());
    let promise = Promise::new(&mut |resolve, _| {
        listening = target.add_event_listener_with_callback_and_add_event_listener_options(event, &resolve, &options);
    });
    listening?;
    JsFuture::from(promise).await.map(|_| ())
}

/// To where there is sound from this place on, if there is some at it.
fn until(buffered: &TimeRanges, place: f64) -> Option<f64> {
    (0..buffered.length()).find_map(|range| {
        let (start, end) = (buffered.start(range).ok()?, buffered.end(range).ok()?);
        (start - SAME <= place && place < end).then_some(end)
    })
}

impl Timeline {
    /// What to do now, when this place sounds or is to sound, `current` stands at hand in the queue and `follower` comes after it.
    fn step(&mut self, place: f64, current: Entry, follower: Option<Entry>) -> Option<Step> {
        let buffer = self.buffer.clone()?;
        if self.busy || buffer.updating() {
            return None;
        }
        let Some(part) = self.parts.get(self.at) else { return Some(Step::Ask(current)) };
        // Something else follows by now.
        if let Some(next) = self.parts.get(self.at + 1)
            && follower.as_ref().map(|entry| entry.key) != Some(next.key)
        {
            return Some(Step::Forget(next.start));
        }
        let buffered = buffer.buffered().ok()?;
        if buffered.length() > 0 && buffered.start(0).is_ok_and(|start| start < place - 2.0 * BEHIND) {
            return Some(Step::Trim(place - BEHIND));
        }
        // At the very end there is nothing left to fetch.
        let place = place.clamp(part.start, (part.end() - SAME).max(part.start));
        let there = until(&buffered, place);
        let coming = !part.done() && place >= part.from - SAME && place <= until(&buffered, part.from).unwrap_or(part.from) + NEAR;
        match there {
            Some(end) if end - place > AHEAD => return None,
            None if part.index.as_ref().is_some_and(|index| !index.is_empty()) && !coming => {
                // What follows has another window; it is fetched again when it is time.
                if let Some(next) = self.parts.get(self.at + 1) {
                    return Some(Step::Forget(next.start));
                }
                self.jump(place);
            }
            _ => {}
        }
        if let Some(index) = (self.at..self.parts.len()).find(|index| !self.parts[*index].done()) {
            return Some(Step::Fetch(index));
        }
        if self.parts.len() > self.at + 1 {
            return None;
        }
        match follower {
            Some(entry) if self.apart != Some(entry.key) => Some(Step::Ask(entry)),
            _ => {
                if self.source.ready_state() == MediaSourceReadyState::Open && self.source.end_of_stream().is_err() {
                    leptos::logging::warn!("the browser does not let the sound end");
                }
                None
            }
        }
    }

    /// Goes on to fetch the part that sounds from shortly before this place on the timeline.
    fn jump(&mut self, place: f64) {
        let Some(part) = self.parts.get_mut(self.at) else { return };
        let Some(index) = &part.index else { return };
        let (seconds, byte) = index.before(place - part.start + part.sound.delay - PREROLL);
        part.next = byte;
        part.from = part.start + (seconds - part.sound.delay).max(0.0);
        self.set = None;
    }

    /// Sets the window and the offset for a part. Half of a cluster may be waiting for its other half, which will not come.
    fn set_for(&mut self, index: usize, buffer: &SourceBuffer) -> Result<(), JsValue> {
        let Some(part) = self.parts.get(index) else { return Ok(()) };
        if self.source.ready_state() == MediaSourceReadyState::Open {
            buffer.abort()?;
        }
        // The window's start stays below its end all the time.
        buffer.set_append_window_start(0.0);
        buffer.set_append_window_end(part.end());
        buffer.set_append_window_start(part.start);
        buffer.set_timestamp_offset(part.start - part.sound.delay);
        self.set = Some(index);
        Ok(())
    }

    /// Puts bytes of a part onto the timeline.
    fn append(&mut self, index: usize, bytes: &Uint8Array) -> Result<Option<SourceBuffer>, JsValue> {
        let Some(buffer) = self.buffer.clone() else { return Ok(None) };
        if self.set != Some(index) {
            self.set_for(index, &buffer)?;
        }
        let Some(part) = self.parts.get_mut(index) else { return Ok(None) };
        let mut bytes = bytes.to_vec();
        if part.next == 0 {
            part.index = Some(Index::read(&bytes));
            webm::prepare(&mut bytes, index % 2 == 1);
        }
        part.next += bytes.len() as u64;
        buffer.append_buffer_with_u8_array(&mut bytes)?;
        Ok(Some(buffer))
    }
}

impl Player {
    /// Lets the element play a piece from a place on: joined to what follows where that is possible.
    pub(super) fn load(self, audio: &HtmlAudioElement, entry: &Entry, place: f64) {
        close();
        let quality = self.quality.get_untracked();
        if !possible(&entry.piece, quality) || self.open(audio).is_none() {
            audio.set_src(&entry.piece.sound(quality));
        }
        if place > 0.0 {
            audio.set_current_time(place);
        }
    }

    /// Opens a new timeline.
    fn open(self, audio: &HtmlAudioElement) -> Option<()> {
        let source = MediaSource::new().ok()?;
        let address = Url::create_object_url_with_source(&source).ok()?;
        let number = NUMBER.with_borrow_mut(|number| {
            *number = number.wrapping_add(1);
            *number
        });
        TIMELINE.set(Some(Timeline { number, source: source.clone(), buffer: None, parts: Vec::new(), at: 0, busy: false, set: None, apart: None }));
        audio.set_src(&address);
        spawn_local(async move {
            let opened = once(&source, "sourceopen").await;
            // The element has it; the name is not needed any more.
            let _forgotten = Url::revoke_object_url(&address);
            let buffer = opened.and_then(|()| source.add_source_buffer(TYPE));
            match buffer {
                Ok(buffer) => {
                    with_number(number, |timeline| timeline.buffer = Some(buffer));
                    self.pump();
                }
                Err(_) if with_number(number, |_| ()).is_some() => self.fall_back(true),
                Err(_) => {}
            }
        });
        Some(())
    }

    /// Where the piece at hand begins on what the element plays, in seconds.
    pub(super) fn begins(self) -> f64 {
        with(|timeline| timeline.parts.get(timeline.at).map(|part| part.start)).flatten().unwrap_or(0.0)
    }

    /// How long the piece at hand is, if that is known to the sample.
    pub(super) fn exact_length(self) -> Option<f64> {
        with(|timeline| timeline.parts.get(timeline.at).map(|part| part.sound.length)).flatten()
    }

    /// Whether the piece at hand is on a timeline.
    pub(super) fn is_joined(self) -> bool {
        with(|_| ()).is_some()
    }

    /// What should follow by itself, if it can be joined.
    fn follower(self) -> Option<Entry> {
        let quality = self.quality.get_untracked();
        self.queue
            .with_untracked(|queue| queue.next(true).cloned())
            .filter(|entry| possible(&entry.piece, quality) && self.sleep.get_untracked() != Some(Sleep::EndOfPiece))
    }

    /// Does what is to be done next for the timeline; after everything that may change it.
    pub(super) fn pump(self) {
        let (Some(audio), Some(entry)) = (self.audio.try_get_untracked().flatten(), self.entry()) else { return };
        let follower = self.follower();
        let step = with(|timeline| {
            let step = timeline.step(audio.current_time(), entry, follower);
            timeline.busy = timeline.busy || step.is_some();
            step.map(|step| (timeline.number, step))
        });
        let Some((number, step)) = step.flatten() else { return };
        spawn_local(async move {
            let result = match step {
                Step::Ask(entry) => self.ask(number, entry).await,
                Step::Fetch(part) => self.fetch(number, part).await,
                Step::Forget(from) => forget(number, from).await,
                Step::Trim(to) => remove(number, 0.0, to).await,
            };
            let free = move || with_number(number, |timeline| timeline.busy = false).is_some();
            match result {
                Ok(()) => {
                    if free() {
                        self.pump();
                    }
                }
                // What has arrived sounds meanwhile.
                Err(Trouble::Later) => set_timeout(
                    move || {
                        if free() {
                            self.pump();
                        }
                    },
                    TRY_AGAIN,
                ),
                Err(trouble) => {
                    if free() {
                        self.fall_back(matches!(trouble, Trouble::Broken));
                    }
                }
            }
        });
    }

    /// Puts a place of the queue at the timeline's end.
    async fn ask(self, number: u32, entry: Entry) -> Result<(), Trouble> {
        let PieceId::Track(track) = entry.piece.id else { return Err(Trouble::Broken) };
        let answer = joined_sound(track, self.quality.get_untracked()).await;
        with_number(number, |timeline| match answer {
            Ok(sound) => {
                let start = timeline.parts.last().map_or(0.0, Part::end);
                timeline.parts.push(Part { key: entry.key, sound, start, index: None, next: 0, from: start });
                Ok(timeline.parts.len() == 1)
            }
            // The first one is the one at hand.
            Err(_) if timeline.parts.is_empty() => Err(Trouble::Apart),
            Err(AppError::NotFound) => {
                timeline.apart = Some(entry.key);
                Ok(false)
            }
            Err(_) => Err(Trouble::Later),
        })
        .unwrap_or(Ok(false))
        .map(|first| {
            if let Some(length) = self.exact_length().filter(|_| first) {
                self.length.set(length);
            }
        })
    }

    /// Fetches the next bytes of a part.
    async fn fetch(self, number: u32, index: usize) -> Result<(), Trouble> {
        let Some((address, next)) =
            with_number(number, |timeline| timeline.parts.get(index).map(|part| (part.sound.address.clone(), part.next))).flatten()
        else {
            return Ok(());
        };
        let answer = range(&address, next).await;
        let bytes = match answer {
            Ok(Some(bytes)) => bytes,
            // An address ends at some time, and with the session that it was made for.
            Ok(None) => return self.ask_again(number, index).await,
            Err(_) => return if self.starved(number) { Err(Trouble::Broken) } else { Err(Trouble::Later) },
        };
        // Somebody may have gone elsewhere meanwhile.
        let appended = with_number(number, |timeline| match timeline.parts.get(index) {
            Some(part) if part.next == next => timeline.append(index, &bytes),
            _ => Ok(None),
        });
        if let Some(buffer) = appended.transpose()?.flatten() {
            once(&buffer, "updateend").await?;
        }
        Ok(())
    }

    async fn ask_again(self, number: u32, index: usize) -> Result<(), Trouble> {
        let Some(PieceId::Track(track)) = with_number(number, |timeline| timeline.parts.get(index).map(|part| part.key))
            .flatten()
            .and_then(|key| self.queue.with_untracked(|queue| queue.entries().iter().find(|entry| entry.key == key).map(|entry| entry.piece.id)))
        else {
            return Err(Trouble::Broken);
        };
        let sound = joined_sound(track, self.quality.get_untracked()).await.map_err(|_| Trouble::Broken)?;
        with_number(number, |timeline| match timeline.parts.get_mut(index) {
            // The same address again would be refused again; another file can't go on where this one stopped.
            Some(part) if part.sound.size == sound.size && part.sound.address != sound.address => {
                part.sound = sound;
                Ok(())
            }
            _ => Err(Trouble::Broken),
        })
        .unwrap_or(Ok(()))
    }

    /// Whether there is nothing left to sound.
    fn starved(self, number: u32) -> bool {
        let place = self.audio.try_get_untracked().flatten().map_or(0.0, |audio| audio.current_time());
        with_number(number, |timeline| {
            let buffered = timeline.buffer.as_ref().and_then(|buffer| buffer.buffered().ok());
            buffered.and_then(|buffered| until(&buffered, place)).is_none_or(|end| end - place < 1.0)
        })
        .unwrap_or(false)
    }

    /// When the next piece sounds already, it is the one at hand.
    pub(super) fn cross(self) {
        let Some(audio) = self.audio.get_untracked() else { return };
        let now = audio.current_time();
        let crossed = with(|timeline| {
            let next = timeline.parts.get(timeline.at + 1).filter(|next| now >= next.start)?;
            let (key, length) = (next.key, next.sound.length);
            let before = timeline.parts.get(timeline.at).map(|part| part.sound.length);
            timeline.at += 1;
            Some((key, before, length))
        });
        let Some((key, before, length)) = crossed.flatten() else { return };
        self.heard(before.unwrap_or_default());
        self.report();
        self.failures.set_value(0);
        if self.queue.try_update(|queue| queue.go(key)) != Some(true) {
            // It was taken out of the queue a moment ago.
            self.ended();
            return;
        }
        if let Some(entry) = self.entry() {
            self.face(&entry);
            self.length.set(length);
            self.position.set((now - self.begins()).max(0.0));
            self.took_up(&entry);
            session::place(self);
        }
    }

    /// The timeline is of no use: the element plays the piece from the same place.
    pub(super) fn fall_back(self, broken: bool) {
        BROKEN.with_borrow_mut(|count| *count += u32::from(broken));
        let (Some(audio), Some(entry)) = (self.audio.get_untracked(), self.entry()) else { return };
        let (place, silent) = (self.position.get_untracked(), audio.paused());
        close();
        audio.set_src(&entry.piece.sound(self.quality.get_untracked()));
        self.apply_speed();
        if place > 0.0 {
            audio.set_current_time(place);
        }
        if !silent {
            self.sound(&audio);
        }
    }
}

/// Lets go of the timeline.
pub(super) fn close() {
    TIMELINE.set(None);
}

/// Bytes of a file from one on. `None`: the address is not good any more.
async fn range(address: &str, from: u64) -> Result<Option<Uint8Array>, JsValue> {
    let (request, headers) = (RequestInit::new(), web_sys::Headers::new()?);
    headers.set("range", &format!("bytes={from}-{}", from + PIECE - 1))?;
    request.set_headers(&headers);
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(address, &request)).await?.dyn_into()?;
    match response.status() {
        206 => Ok(Some(Uint8Array::new(&JsFuture::from(response.array_buffer()?).await?))),
        404 => Ok(None),
        status => Err(status.into()),
    }
}

/// Takes the parts after the one that sounds off the timeline, which begin at this place.
async fn forget(number: u32, from: f64) -> Result<(), Trouble> {
    with_number(number, |timeline| {
        timeline.parts.truncate(timeline.at + 1);
        timeline.set = None;
        match (&timeline.buffer, timeline.source.ready_state()) {
            // What was begun of them is not gone on with.
            (Some(buffer), MediaSourceReadyState::Open) => buffer.abort(),
            _ => Ok(()),
        }
    })
    .transpose()?;
    remove(number, from, f64::INFINITY).await
}

/// Takes what is between two places off the timeline.
async fn remove(number: u32, from: f64, to: f64) -> Result<(), Trouble> {
    let Some(buffer) = with_number(number, |timeline| timeline.buffer.clone()).flatten() else { return Ok(()) };
    buffer.remove(from, to)?;
    once(&buffer, "updateend").await?;
    Ok(())
}
