//! Sends files from the browser in pieces, by the protocol of the server's `tus`: each piece with its checksum,
//! after a broken connection from where the server is, after a closed tab too when the same file is chosen again.

use super::{Quota, Unfinished, UploadAnswer};
use crate::{error::AppError, ids::TrackId, t};
use js_sys::{Object, Promise, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use std::{cell::RefCell, collections::HashMap};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, ProgressEvent, XmlHttpRequest};

const ENDPOINT: &str = "/uploads/files";
/// Bytes of a piece: what a broken connection can cost.
const PIECE: f64 = 4.0 * 1024.0 * 1024.0;
/// How many files are sent at once.
const AT_ONCE: usize = 2;
/// A piece takes no longer, in milliseconds.
const PATIENCE: u32 = 5 * 60 * 1000;
/// How often it is tried again by itself without a byte more, and the longest wait between, in milliseconds.
const TRIES: i32 = 14;
const LONGEST_WAIT: i32 = 8_000;

thread_local! {
    /// What can't leave the browser's thread: the files, and their requests on the way.
    static HELD: RefCell<HashMap<usize, Held>> = RefCell::default();
}

struct Held {
    file: File,
    request: Option<XmlHttpRequest>,
}

/// How far a file is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stage {
    Waiting,
    Sending,
    /// All of it is there and is looked at.
    Checking,
    /// The connection broke; it is tried again by itself.
    Broken,
    /// It was tried long enough; a button tries again.
    Stopped,
    /// The file can't be taken, for this reason.
    Refused(String),
    /// The track is there.
    Done(String),
    Cancelled,
}

impl Stage {
    fn busy(&self) -> bool {
        matches!(self, Self::Sending | Self::Checking | Self::Broken)
    }
}

/// A file that was chosen.
#[derive(Clone, Copy)]
pub(super) struct Sending {
    pub key: usize,
    pub name: StoredValue<String>,
    /// In bytes.
    pub size: f64,
    pub stage: RwSignal<Stage>,
    /// In bytes.
    pub sent: RwSignal<f64>,
    /// In bytes a second.
    pub speed: RwSignal<f64>,
    place: StoredValue<Option<String>>,
    fingerprint: StoredValue<String>,
}

/// All files that were chosen on this page.
#[derive(Clone, Copy)]
pub(super) struct Sender {
    pub files: RwSignal<Vec<Sending>>,
    pub unfinished: RwSignal<Vec<Unfinished>>,
    quota: RwSignal<Quota>,
    most: u64,
    replaces: Option<TrackId>,
    next: StoredValue<usize>,
}

/// Why it did not go on.
enum Fail {
    /// The connection, or the server for a while; whether any byte got through before.
    Broken(bool),
    Refused(String),
    LogIn,
    Gone,
}

impl Sender {
    pub(super) fn new(most: u64, quota: Quota, unfinished: Vec<Unfinished>, replaces: Option<TrackId>) -> Self {
        let unfinished = unfinished.into_iter().filter(|file| file.replaces == replaces).collect();
        Self {
            files: RwSignal::default(),
            unfinished: RwSignal::new(unfinished),
            quota: RwSignal::new(quota),
            most,
            replaces,
            next: StoredValue::new(0),
        }
    }

    /// Takes files that were chosen or dropped, and begins.
    pub(super) fn add(self, files: &web_sys::FileList) {
        for file in (0..files.length()).filter_map(|index| files.get(index)) {
            let key = self.next.with_value(|next| *next);
            self.next.set_value(key + 1);
            let size = file.size();
            let fingerprint = fingerprint(&file);
            let before = self.unfinished.with_untracked(|all| all.iter().find(|known| known.fingerprint == fingerprint).cloned());
            let refused = before.is_none().then(|| self.refusal(size)).flatten();
            if refused.is_none() {
                self.quota.update(|quota| {
                    if before.is_none() {
                        quota.tracks += 1;
                        quota.bytes = quota.bytes.saturating_add(crate::player::whole(size).into());
                    }
                });
            }
            if let Some(before) = &before {
                self.unfinished.update(|all| all.retain(|known| known.id != before.id));
            }
            let sending = Sending {
                key,
                name: StoredValue::new(file.name()),
                size,
                stage: RwSignal::new(refused.map_or(Stage::Waiting, Stage::Refused)),
                sent: RwSignal::new(0.0),
                speed: RwSignal::new(0.0),
                place: StoredValue::new(before.map(|before| format!("{ENDPOINT}/{}", before.id))),
                fingerprint: StoredValue::new(fingerprint),
            };
            HELD.with_borrow_mut(|held| held.insert(key, Held { file, request: None }));
            self.files.update(|files| files.push(sending));
        }
        self.pump();
    }

    /// What can be said before a byte is sent.
    fn refusal(self, size: f64) -> Option<String> {
        // Files have whole sizes below 2^53.
        let bytes = format!("{size:.0}").parse::<u64>().unwrap_or(u64::MAX);
        if bytes == 0 {
            return Some(super::failure_text(Some("empty")));
        }
        if bytes > self.most {
            return Some(super::failure_text(Some("too_large")));
        }
        self.quota.get_untracked().refusal(bytes, self.replaces.is_some())
    }

    /// Begins with what waits, while not too many are on their way.
    fn pump(self) {
        let files = self.files.try_get_untracked().unwrap_or_default();
        let stage = |file: &Sending| file.stage.try_get_untracked().unwrap_or(Stage::Cancelled);
        let busy = files.iter().filter(|file| stage(file).busy()).count();
        for file in files.into_iter().filter(|file| stage(file) == Stage::Waiting).take(AT_ONCE.saturating_sub(busy)) {
            file.stage.set(Stage::Sending);
            spawn_local(async move {
                let end = file.send(self).await;
                // Nothing is left to be told when the page is gone, or the file was cancelled meanwhile.
                if file.stage.try_get_untracked().is_some_and(|stage| stage.busy()) {
                    file.stage.set(end);
                }
                self.pump();
            });
        }
    }

    /// Tries again what was stopped.
    pub(super) fn again(self, file: Sending) {
        file.stage.set(Stage::Waiting);
        self.pump();
    }

    /// Tries everything again that was stopped: the connection is back.
    pub(super) fn all_again(self) {
        for file in self.files.get_untracked() {
            if file.stage.get_untracked() == Stage::Stopped {
                file.stage.set(Stage::Waiting);
            }
        }
        self.pump();
    }

    /// Stops a file and throws away what had arrived of it.
    pub(super) fn cancel(self, file: Sending) {
        file.stage.set(Stage::Cancelled);
        abort(file.key);
        if let Some(place) = file.place.get_value() {
            spawn_local(async move {
                // What can't be thrown away now expires by itself.
                let _gone = ask(None, "DELETE", &place, &[], None, None).await;
            });
        }
        self.pump();
    }

    /// Throws away what had arrived of a file of before.
    pub(super) fn discard(self, id: String) {
        spawn_local(async move {
            if ask(None, "DELETE", &format!("{ENDPOINT}/{id}"), &[], None, None).await.is_some_and(|answer| answer.status < 500) {
                self.unfinished.try_update(|all| all.retain(|known| known.id != id));
            }
        });
    }

    /// Lets go of everything, when the page is left.
    pub(super) fn leave(self) {
        let keys: Vec<usize> = HELD.with_borrow(|held| held.keys().copied().collect());
        keys.into_iter().for_each(abort);
        HELD.with_borrow_mut(HashMap::clear);
    }
}

impl Sending {
    fn file(self) -> Option<File> {
        HELD.with_borrow(|held| held.get(&self.key).map(|held| held.file.clone()))
    }

    /// Whether it still should go on.
    fn wanted(self) -> bool {
        self.stage.try_get_untracked().is_some_and(|stage| stage.busy())
    }

    fn show(self, stage: Stage) {
        if self.wanted() {
            self.stage.set(stage);
        }
    }

    async fn send(self, sender: Sender) -> Stage {
        let mut tries = 0;
        loop {
            let fail = match self.attempt(sender).await {
                Ok(to) => return Stage::Done(to),
                Err(fail) => fail,
            };
            match fail {
                _ if !self.wanted() => return Stage::Cancelled,
                Fail::Refused(reason) => return Stage::Refused(reason),
                Fail::LogIn => {
                    crate::ui::forms::go("/log-in?next=/studio/uploads/new");
                    return Stage::Stopped;
                }
                // The server knows nothing of it any more: from the beginning.
                Fail::Gone => {
                    self.place.set_value(None);
                    tries += 1;
                }
                Fail::Broken(progress) => tries = if progress { 1 } else { tries + 1 },
            }
            if tries > TRIES {
                return Stage::Stopped;
            }
            self.show(Stage::Broken);
            sleep((250 << tries.min(5)).min(LONGEST_WAIT)).await;
            if !self.wanted() {
                return Stage::Cancelled;
            }
            self.show(Stage::Sending);
        }
    }

    /// From where the server is to the end: the path of the track.
    async fn attempt(self, sender: Sender) -> Result<String, Fail> {
        let file = self.file().ok_or(Fail::Gone)?;
        let place = match self.place.try_get_value().flatten() {
            Some(place) => place,
            None => self.begin(sender).await?,
        };
        let answer = understood(ask(Some(self), "HEAD", &place, &[], None, None).await, false)?;
        let mut offset = answer.offset.ok_or(Fail::Broken(false))?;
        let mut progress = false;
        while offset < self.size {
            self.sent.try_set(offset);
            let piece = file.slice_with_f64_and_f64(offset, (offset + PIECE).min(self.size)).map_err(|_| Fail::Broken(progress))?;
            let checksum = checksum(&piece).await;
            let mut headers = vec![("upload-offset", format!("{offset:.0}")), ("content-type", "application/offset+octet-stream".to_owned())];
            if let Some(checksum) = checksum {
                headers.push(("upload-checksum", format!("sha256 {checksum}")));
            }
            let last = offset + PIECE >= self.size;
            let answer = understood(ask(Some(self), "PATCH", &place, &headers, Some(&piece), Some((offset, last))).await, progress)?;
            offset = answer.offset.ok_or(Fail::Broken(progress))?;
            progress = true;
        }
        self.sent.try_set(self.size);
        self.show(Stage::Checking);
        let answer = understood(ask(Some(self), "GET", &place, &[], None, None).await, progress)?;
        match serde_json::from_str::<Option<UploadAnswer>>(&answer.text) {
            Ok(Some(UploadAnswer::Created { to })) => Ok(to),
            Ok(Some(UploadAnswer::Refused { error, .. })) => Err(Fail::Refused(words(&error))),
            _ => Err(Fail::Broken(progress)),
        }
    }

    async fn begin(self, sender: Sender) -> Result<String, Fail> {
        let text = |name: &str, value: &str| format!("{name} {}", base64(value.as_bytes()));
        let mut said = vec![text("filename", &self.name.get_value()), text("fingerprint", &self.fingerprint.get_value())];
        if let Some(track) = sender.replaces {
            said.push(text("replaces", &track.to_string()));
        }
        let headers = [("upload-length", format!("{:.0}", self.size)), ("upload-metadata", said.join(","))];
        let answer = understood(ask(Some(self), "POST", ENDPOINT, &headers, None, None).await, false)?;
        let place = answer.location.ok_or(Fail::Broken(false))?;
        self.place.set_value(Some(place.clone()));
        Ok(place)
    }
}

fn abort(key: usize) {
    let request = HELD.with_borrow_mut(|held| held.get_mut(&key).and_then(|held| held.request.take()));
    if let Some(request) = request {
        // One that is done already has nothing to abort.
        let _done = request.abort();
    }
}

/// What a person reads of a refusal.
fn words(error: &AppError) -> String {
    error.of_field("audio").map_or_else(|| error.to_string(), str::to_owned)
}

/// By what a file is known when it is chosen again: its size, when it was changed, its name.
fn fingerprint(file: &File) -> String {
    // FNV-1a, to have the name in few characters; nothing hangs on it being hard to forge.
    let name = file.name().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{:.0}-{:.0}-{name:016x}", file.size(), file.last_modified())
}

fn base64(bytes: &[u8]) -> String {
    window().btoa(&bytes.iter().map(|byte| char::from(*byte)).collect::<String>()).unwrap_or_default()
}

/// SHA-256 of a piece; nothing where the browser can't, which is where the page itself does not come by TLS.
async fn checksum(piece: &Blob) -> Option<String> {
    let subtle = window().crypto().ok()?.subtle();
    if AsRef::<JsValue>::as_ref(&subtle).is_undefined() {
        return None;
    }
    let bytes: Object = JsFuture::from(piece.array_buffer()).await.ok()?.dyn_into().ok()?;
    let digest = JsFuture::from(subtle.digest_with_str_and_buffer_source("SHA-256", &bytes).ok()?).await.ok()?;
    Some(base64(&Uint8Array::new(&digest).to_vec()))
}

async fn sleep(milliseconds: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        // Without a timer it is tried at once, which is not wrong.
        if window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds).is_err() {
            let _called = resolve.call0(&JsValue::NULL);
        }
    });
    // It is never rejected.
    let _waited = JsFuture::from(promise).await;
}

/// What the server said.
struct Answer {
    status: u16,
    offset: Option<f64>,
    location: Option<String>,
    text: String,
}

/// Sends one request; nothing when no answer came. `at`: where the piece begins, and whether it is the last.
async fn ask(
    of: Option<Sending>,
    method: &str,
    place: &str,
    headers: &[(&str, String)],
    body: Option<&Blob>,
    at: Option<(f64, bool)>,
) -> Option<Answer> {
    let request = XmlHttpRequest::new().ok()?;
    request.open(method, place).ok()?;
    request.set_timeout(PATIENCE);
    for (name, value) in [("tus-resumable", "1.0.0"), ("accept", "application/json")] {
        request.set_request_header(name, value).ok()?;
    }
    for (name, value) in headers {
        request.set_request_header(name, value).ok()?;
    }
    let began = js_sys::Date::now();
    let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
        let (Some(file), Some((offset, last))) = (of, at) else { return };
        let seconds = (js_sys::Date::now() - began) / 1_000.0;
        file.sent.try_set((offset + event.loaded()).min(file.size));
        if seconds > 0.2 {
            file.speed.try_set(event.loaded() / seconds);
        }
        if last && event.loaded() >= event.total() {
            file.show(Stage::Checking);
        }
    });
    if at.is_some() {
        request.upload().ok()?.add_event_listener_with_callback("progress", progress.as_ref().unchecked_ref()).ok()?;
    }
    let end = Promise::new(&mut |resolve, reject| {
        for (event, then) in [("load", &resolve), ("error", &reject), ("abort", &reject), ("timeout", &reject)] {
            // An event that can't be listened to can't be waited for either; the time limit of the others ends it.
            let _heard = request.add_event_listener_with_callback(event, then);
        }
    });
    if let Some(file) = of {
        HELD.with_borrow_mut(|held| {
            if let Some(held) = held.get_mut(&file.key) {
                held.request = Some(request.clone());
            }
        });
    }
    match body {
        Some(body) => request.send_with_opt_blob(Some(body)).ok()?,
        None => request.send().ok()?,
    }
    JsFuture::from(end).await.ok()?;
    let header = |name: &str| request.get_response_header(name).ok().flatten();
    Some(Answer {
        status: request.status().ok()?,
        offset: header("upload-offset").and_then(|text| text.parse().ok()),
        location: header("location"),
        text: request.response_text().ok().flatten().unwrap_or_default(),
    })
}

/// What an answer means for the file.
fn understood(answer: Option<Answer>, progress: bool) -> Result<Answer, Fail> {
    let answer = answer.ok_or(Fail::Broken(progress))?;
    match answer.status {
        200..=299 => Ok(answer),
        401 => Err(Fail::LogIn),
        404 | 410 => Err(Fail::Gone),
        // Somebody else's turn, another offset, a damaged piece: the next attempt asks where the server is.
        0 | 408 | 409 | 423 | 429 | 460 | 500..=599 => Err(Fail::Broken(progress)),
        _ => Err(Fail::Refused(match serde_json::from_str::<UploadAnswer>(&answer.text) {
            Ok(UploadAnswer::Refused { error, .. }) => words(&error),
            _ => t!("error.malformed").into_owned(),
        })),
    }
}
