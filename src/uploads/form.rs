//! The form of a new upload. It is a plain multipart form; with JavaScript the same form is sent by a request that
//! tells how much has left, can be cancelled, and leaves the page as it is when something is wrong.

use super::{GENRES, KeptFile, UploadAnswer};
use crate::{
    error::AppError,
    player::whole,
    t,
    ui::{
        format::bytes,
        forms::{Check, Field, FileField, FormContext, GeneralError, Select, TextArea, go},
    },
};
use leptos::{context::Provider, ev, html, prelude::*};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventTarget, FormData, HtmlFormElement, HtmlInputElement, ProgressEvent, XmlHttpRequest};

/// Where the form posts to.
pub(super) const ACTION: &str = "/studio/uploads/new";
/// What a browser offers to choose from; what a file is, is found out from its content.
const AUDIO: &str = "audio/*,.wav,.flac,.aif,.aiff,.mp3,.ogg,.opus,.m4a";

thread_local! {
    /// The request on its way, to be cancelled.
    static REQUEST: RefCell<Option<XmlHttpRequest>> = const { RefCell::new(None) };
}

/// How far a file is.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sending {
    sent: f64,
    total: f64,
    seconds: f64,
}

impl Sending {
    fn percent(self) -> u32 {
        if self.total > 0.0 { whole(self.sent / self.total * 100.0).min(100) } else { 0 }
    }

    fn text(self) -> String {
        let size = |number: f64| bytes(whole(number).into());
        if self.total > 0.0 && self.sent >= self.total {
            return t!("uploads.progress.checking").into_owned();
        }
        let speed = if self.seconds > 0.0 { self.sent / self.seconds } else { 0.0 };
        t!("uploads.progress.sent", sent = size(self.sent), total = size(self.total), percent = self.percent(), speed = size(speed)).into_owned()
    }
}

#[derive(Clone, Copy)]
struct State {
    sending: RwSignal<Option<Sending>>,
    error: RwSignal<Option<AppError>>,
    kept: RwSignal<Option<KeptFile>>,
    /// Where to go when it is done.
    to: RwSignal<Option<String>>,
}

/// The fields that a new upload and its editor share.
#[component]
pub(super) fn TextFields(
    #[prop(optional)] title: String,
    #[prop(optional)] genre: String,
    #[prop(optional)] description: String,
    #[prop(optional)] release: String,
    #[prop(optional)] explicit: bool,
) -> impl IntoView {
    let mut genres: Vec<(String, String)> = vec![(String::new(), t!("uploads.field.genre_choose").into_owned())];
    genres.extend(GENRES.iter().map(|genre| ((*genre).to_owned(), (*genre).to_owned())));
    if !genre.is_empty() && !GENRES.contains(&genre.as_str()) {
        genres.push((genre.clone(), genre.clone()));
    }
    view! {
        <Field name="title" label=t!("uploads.field.title") value=title required=true maxlength=200/>
        <Select name="genre" label=t!("uploads.field.genre") options=genres value=genre/>
        <TextArea name="description" label=t!("uploads.field.description") value=description rows=4 maxlength=5000/>
        <FileField name="cover" label=t!("uploads.field.cover") kept="cover_kept" accept="image/jpeg,image/png,image/webp" hint=t!("uploads.field.cover_hint")/>
        <Field name="release" label=t!("uploads.field.release") value=release kind="date" hint=t!("uploads.field.release_hint")/>
        <Check name="explicit" label=t!("uploads.field.explicit") checked=explicit/>
    }
}

/// The form of a new upload. `most`: bytes of the largest file.
#[component]
pub(super) fn UploadForm(most: u64, kept: Option<KeptFile>) -> impl IntoView {
    let state = State { sending: RwSignal::new(None), error: RwSignal::new(None), kept: RwSignal::new(kept), to: RwSignal::new(None) };
    let pending = Signal::derive(move || state.sending.get().is_some());
    let context = FormContext::of_route(ACTION, state.error.into(), pending);
    let form = NodeRef::<html::Form>::new();
    let submit = move |event: ev::SubmitEvent| {
        let Some(form) = form.get_untracked() else { return };
        event.prevent_default();
        if let Some(message) = too_large(&form, most) {
            state.error.set(Some(AppError::at("audio", message)));
            return;
        }
        if send(&form, state).is_none() {
            state.error.set(Some(AppError::Refused(t!("error.offline").into_owned())));
        }
    };
    // Within the page, so that the music goes on.
    let navigate = leptos_router::hooks::use_navigate();
    Effect::new(move || {
        if let Some(to) = state.to.get() {
            navigate(&to, leptos_router::NavigateOptions::default());
        }
    });
    // A page that is left takes its request with it.
    on_cleanup(cancel);
    view! {
        <form class="form" method="post" action=ACTION enctype="multipart/form-data" novalidate=true node_ref=form on:submit=submit>
            <Provider value=context>
                <GeneralError/>
                {move || state.kept.get().map(|file| view! {
                    <p class="field-hint" id="kept-file">{t!("uploads.field.kept", name = file.name.clone(), size = bytes(file.bytes.unsigned_abs()))}</p>
                })}
                <input type="hidden" name="staging" value=move || state.kept.get().map(|file| file.id).unwrap_or_default()/>
                <FileField name="audio" label=t!("uploads.field.audio") accept=AUDIO hint=t!("uploads.field.audio_hint", most = bytes(most))/>
                <TextFields/>
                {move || state.sending.get().map(|sending| view! {
                    <div class="upload-progress">
                        <progress class="progress" max="100" value=sending.percent() aria-label=t!("uploads.progress.label")></progress>
                        <p role="status">{sending.text()}</p>
                    </div>
                })}
                <div class="form-actions">
                    <button type="submit" class="btn btn-primary" disabled=move || pending.get() aria-busy=move || pending.get().then_some("true")>{t!("uploads.new.send")}</button>
                    <Show when=move || pending.get()>
                        <button type="button" class="btn btn-quiet" on:click=move |_| {
                            cancel();
                            state.sending.set(None);
                        }>{t!("uploads.new.cancel")}</button>
                    </Show>
                </div>
            </Provider>
        </form>
    }
}

fn audio_input(form: &HtmlFormElement) -> Option<HtmlInputElement> {
    form.query_selector("input[name=audio]").ok()??.dyn_into().ok()
}

/// Says so before half an hour of sending, not after.
fn too_large(form: &HtmlFormElement, most: u64) -> Option<String> {
    let size = audio_input(form)?.files()?.get(0)?.size();
    (size > f64::from(u32::try_from(most).unwrap_or(u32::MAX))).then(|| t!("media.failure.too_large").into_owned())
}

fn cancel() {
    REQUEST.with_borrow_mut(|request| {
        if let Some(request) = request.take() {
            // One that is done already has nothing to cancel.
            let _done = request.abort();
        }
    });
}

fn send(form: &HtmlFormElement, state: State) -> Option<()> {
    let data = FormData::new_with_form(form).ok()?;
    let request = XmlHttpRequest::new().ok()?;
    request.open("POST", ACTION).ok()?;
    request.set_request_header("accept", "application/json").ok()?;
    let upload = request.upload().ok()?;
    let started = js_sys::Date::now();
    state.error.set(None);
    state.sending.set(Some(Sending { sent: 0.0, total: 0.0, seconds: 0.0 }));

    let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
        let sending = Sending { sent: event.loaded(), total: event.total(), seconds: (js_sys::Date::now() - started) / 1_000.0 };
        state.sending.try_update(|shown| {
            if shown.is_some() {
                *shown = Some(sending);
            }
        });
    });
    listen(upload.unchecked_ref(), "progress", progress.into_js_value().unchecked_ref())?;
    let (form, sent) = (form.clone(), request.clone());
    let loaded = Closure::<dyn FnMut()>::new(move || {
        state.sending.set(None);
        let answer = sent.response_text().ok().flatten().and_then(|text| serde_json::from_str::<UploadAnswer>(&text).ok());
        finished(answer, &form, state);
    });
    listen(request.unchecked_ref(), "load", loaded.into_js_value().unchecked_ref())?;
    let failed = Closure::<dyn FnMut()>::new(move || {
        state.sending.set(None);
        state.error.set(Some(AppError::at("audio", t!("media.failure.interrupted"))));
    });
    listen(request.unchecked_ref(), "error", failed.into_js_value().unchecked_ref())?;
    request.send_with_opt_form_data(Some(&data)).ok()?;
    REQUEST.with_borrow_mut(|slot| *slot = Some(request));
    Some(())
}

fn listen(target: &EventTarget, event: &str, listener: &js_sys::Function) -> Option<()> {
    target.add_event_listener_with_callback(event, listener).ok()
}

fn finished(answer: Option<UploadAnswer>, form: &HtmlFormElement, state: State) {
    match answer {
        Some(UploadAnswer::Created { to }) => state.to.set(Some(to)),
        Some(UploadAnswer::Refused { error: AppError::LogIn, .. }) => go("/log-in?next=/studio/uploads/new"),
        Some(UploadAnswer::Refused { error, kept }) => {
            if kept.is_some() {
                // It is there already and need not be sent again.
                if let Some(input) = audio_input(form) {
                    input.set_value("");
                }
                state.kept.set(kept);
            }
            state.error.set(Some(error));
        }
        None => state.error.set(Some(AppError::Refused(t!("error.malformed").into_owned()))),
    }
}
