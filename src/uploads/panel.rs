//! Files on their way, in the browser: dropped or chosen, several at once, each with its progress, its state, what
//! is wrong with it, and a way out. Without JavaScript a plain form stands in its place.

use super::{
    Quota, UploadRoom,
    form::AUDIO,
    sender::{Sender, Sending, Stage},
};
use crate::{
    ids::TrackId,
    player::whole,
    t,
    ui::format::{bytes, number},
};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// What an artist's files take of what they may take.
#[component]
pub(super) fn QuotaLine(quota: Quota) -> impl IntoView {
    let percent = quota.bytes.saturating_mul(100).checked_div(quota.most_bytes).unwrap_or(100).min(100);
    let full = quota.refusal(1, false);
    view! {
        <div class="quota">
            <p class="field-hint" id="quota-text">
                {t!("uploads.quota.used", used = bytes(quota.bytes), most = bytes(quota.most_bytes), tracks = number(i64::try_from(quota.tracks).unwrap_or(i64::MAX)),
                    most_tracks = number(i64::try_from(quota.most_tracks).unwrap_or(i64::MAX)))}
            </p>
            <progress class="progress" max="100" value=percent aria-labelledby="quota-text"></progress>
            {full.map(|message| view! { <p class="form-error" role="alert">{message}</p> })}
        </div>
    }
}

/// The place for files, and those on their way. `done` is told when a file has become a track's new audio.
#[component]
pub(super) fn Panel(
    room: UploadRoom,
    #[prop(optional_no_strip)] replaces: Option<TrackId>,
    #[prop(optional_no_strip)] done: Option<Callback<()>>,
) -> impl IntoView {
    let sender = Sender::new(room.most, room.quota, room.unfinished, replaces);
    let over = RwSignal::new(false);
    let online = window_event_listener(ev::online, move |_| sender.all_again());
    on_cleanup(move || {
        online.remove();
        sender.leave();
    });
    if let Some(done) = done {
        Effect::new(move || {
            if sender.files.get().iter().any(|file| matches!(file.stage.get(), Stage::Done(_))) {
                done.run(());
            }
        });
    }
    let chosen = move |event: ev::Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        if let Some(files) = input.files() {
            sender.add(&files);
        }
        // So that the same file can be chosen again.
        input.set_value("");
    };
    let dropped = move |event: ev::DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(files) = event.data_transfer().and_then(|data| data.files()) {
            sender.add(&files);
        }
    };
    let drafts = move || replaces.is_none() && sender.files.get().iter().filter(|file| matches!(file.stage.get(), Stage::Done(_))).count() > 0;
    let label = if replaces.is_some() { t!("uploads.field.audio") } else { t!("uploads.panel.files") };
    view! {
        <div class="sending">
            <div class="drop" class:drop-over=move || over.get()
                on:dragover=move |event: ev::DragEvent| {
                    event.prevent_default();
                    over.set(true);
                }
                on:dragleave=move |_| over.set(false) on:drop=dropped>
                <label class="field-label" for="files">{label}</label>
                <p class="drop-text">{t!("uploads.panel.drop")}</p>
                <input class="input" type="file" id="files" multiple=replaces.is_none() accept=AUDIO aria-describedby="files-hint" on:change=chosen/>
                <p class="field-hint" id="files-hint">{t!("uploads.field.audio_hint", most = bytes(room.most))}</p>
            </div>
            <ul class="sending-list" role="list">
                <For each=move || sender.files.get() key=|file| file.key let(file)>
                    <Row file sender/>
                </For>
            </ul>
            {move || drafts().then(|| view! { <p><a class="btn btn-primary" href="/studio/uploads">{t!("uploads.panel.drafts")}</a></p> })}
            {move || {
                let waiting = sender.unfinished.get();
                (!waiting.is_empty()).then(|| view! {
                    <section class="section" aria-label=t!("uploads.panel.unfinished")>
                        <h2>{t!("uploads.panel.unfinished")}</h2>
                        <p class="field-hint">{t!("uploads.panel.unfinished_hint")}</p>
                        <ul class="sending-list" role="list">
                            {waiting.into_iter().map(|file| {
                                let id = file.id.clone();
                                view! {
                                    <li class="sending-row">
                                        <p class="sending-name">{file.name.clone()}</p>
                                        <p class="sending-state">{t!("uploads.panel.arrived", sent = bytes(file.received), total = bytes(file.length))}</p>
                                        <div class="sending-actions"><button type="button" class="btn btn-quiet" aria-label=t!("uploads.panel.discard_named", name = file.name.clone())
                                            on:click=move |_| sender.discard(id.clone())>{t!("uploads.panel.discard")}</button></div>
                                    </li>
                                }
                            }).collect_view()}
                        </ul>
                    </section>
                })
            }}
        </div>
    }
}

/// One file on its way.
#[component]
fn Row(file: Sending, sender: Sender) -> impl IntoView {
    let name = file.name.get_value();
    let stage = file.stage;
    let size = |number: f64| bytes(whole(number).into());
    let percent = Memo::new(move |_| if file.size > 0.0 { whole(file.sent.get() / file.size * 100.0).min(100) } else { 0 });
    let text = move || match stage.get() {
        Stage::Waiting => t!("uploads.panel.waiting").into_owned(),
        Stage::Sending => t!(
            "uploads.progress.sent",
            sent = size(file.sent.get()),
            total = size(file.size),
            percent = percent.get(),
            speed = size(file.speed.get())
        )
        .into_owned(),
        Stage::Checking => t!("uploads.progress.checking").into_owned(),
        Stage::Broken => t!("uploads.panel.broken", percent = percent.get()).into_owned(),
        Stage::Stopped => t!("uploads.panel.stopped").into_owned(),
        Stage::Refused(reason) => reason,
        Stage::Done(_) => t!("uploads.panel.done").into_owned(),
        Stage::Cancelled => t!("uploads.panel.cancelled").into_owned(),
    };
    let moving = Memo::new(move |_| matches!(stage.get(), Stage::Waiting | Stage::Sending | Stage::Checking | Stage::Broken | Stage::Stopped));
    let bad = Memo::new(move |_| matches!(stage.get(), Stage::Refused(_) | Stage::Stopped));
    // Read out when it changes, not with every byte.
    let announced = Memo::new(move |_| match stage.get() {
        Stage::Sending => String::new(),
        _ => text(),
    });
    let (cancel_label, again_label, open_label) = (
        t!("uploads.panel.cancel_named", name = name.clone()).into_owned(),
        t!("uploads.panel.again_named", name = name.clone()).into_owned(),
        t!("uploads.panel.open_named", name = name.clone()).into_owned(),
    );
    view! {
        <li class="sending-row" class:sending-bad=move || bad.get()>
            <p class="sending-name">{name.clone()}</p>
            <Show when=move || moving.get()>
                <progress class="progress" max="100" value=move || percent.get() aria-label=name.clone()></progress>
            </Show>
            <p class="sending-state" aria-hidden="true">{text}</p>
            <p class="visually-hidden" role="status">{move || announced.get()}</p>
            <div class="sending-actions">
                {
                    let label = again_label.clone();
                    move || (stage.get() == Stage::Stopped).then(|| view! {
                        <button type="button" class="btn btn-primary" aria-label=label.clone() on:click=move |_| sender.again(file)>{t!("uploads.panel.again")}</button>
                    })
                }
                {
                    let label = cancel_label.clone();
                    move || (moving.get() && stage.get() != Stage::Checking).then(|| view! {
                        <button type="button" class="btn btn-quiet" aria-label=label.clone() on:click=move |_| sender.cancel(file)>{t!("uploads.new.cancel")}</button>
                    })
                }
                {
                    let label = open_label.clone();
                    move || match stage.get() {
                        Stage::Done(to) => Some(view! { <a class="btn btn-quiet" href=to aria-label=label.clone()>{t!("uploads.panel.open")}</a> }),
                        _ => None,
                    }
                }
            </div>
        </li>
    }
}
