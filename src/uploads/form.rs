//! The forms of a track: the fields that a new upload and its editor share, and the plain multipart form that stands
//! where there is no JavaScript.

use super::{Download, Found, GENRES, KEYS, Sound, UploadRoom, api::DiscardUpload, panel::QuotaLine};
use crate::{
    ids::TrackId,
    money::CURRENCY,
    t,
    ui::{
        format::{bytes, duration},
        forms::{Check, Field, FileField, FileForm, Form, FormAction, Hidden, Select, Submit, TextArea},
        table::{Column, DataTable},
    },
};
use leptos::prelude::*;

/// Where the form of a new upload posts to.
pub(super) const ACTION: &str = "/studio/uploads/new";
/// What a browser offers to choose from; what a file is, is found out from its content.
pub(super) const AUDIO: &str = "audio/*,.wav,.flac,.aif,.aiff,.mp3,.ogg,.opus,.m4a";

/// The fields that a new upload and its editor share.
#[component]
pub(super) fn TextFields(
    #[prop(optional)] title: String,
    #[prop(optional)] genre: String,
    #[prop(optional)] description: String,
    #[prop(optional)] release: String,
    #[prop(optional)] explicit: bool,
    #[prop(optional)] download: Download,
) -> impl IntoView {
    let mut genres: Vec<(String, String)> = vec![(String::new(), t!("uploads.field.genre_choose").into_owned())];
    genres.extend(GENRES.iter().map(|genre| ((*genre).to_owned(), (*genre).to_owned())));
    if !genre.is_empty() && !GENRES.contains(&genre.as_str()) {
        genres.push((genre.clone(), genre.clone()));
    }
    let price = if let Download::For(price) = download { price.to_decimal() } else { String::new() };
    view! {
        <Field name="title" label=t!("uploads.field.title") value=title required=true maxlength=200/>
        <Select name="genre" label=t!("uploads.field.genre") options=genres value=genre/>
        <TextArea name="description" label=t!("uploads.field.description") value=description rows=4 maxlength=5000/>
        <FileField name="cover" label=t!("uploads.field.cover") kept="cover_kept" accept="image/jpeg,image/png,image/webp" hint=t!("uploads.field.cover_hint")/>
        <Field name="release" label=t!("uploads.field.release") value=release kind="date" hint=t!("uploads.field.release_hint")/>
        <Check name="explicit" label=t!("uploads.field.explicit") checked=explicit/>
        <Check name="downloadable" label=t!("uploads.field.downloadable") checked=download != Download::No/>
        <Field name="price" label=t!("uploads.field.price") value=price inputmode="decimal" hint=t!("uploads.field.price_hint", currency = CURRENCY)/>
    }
}

/// Tempo and key: what was found stands in them until the artist says otherwise.
#[component]
pub(super) fn SoundFields(sound: Sound) -> impl IntoView {
    let key = sound.key.unwrap_or_default();
    let mut keys: Vec<(String, String)> = vec![(String::new(), t!("uploads.field.key_unknown").into_owned())];
    keys.extend(KEYS.iter().map(|key| ((*key).to_owned(), (*key).to_owned())));
    if !key.is_empty() && !KEYS.contains(&key.as_str()) {
        keys.push((key.clone(), key.clone()));
    }
    let bpm = sound.bpm.map(|bpm| bpm.to_string()).unwrap_or_default();
    view! {
        <Field name="bpm" label=t!("uploads.field.bpm") value=bpm inputmode="numeric" maxlength=3 hint=t!("uploads.field.sound_hint")/>
        <Select name="key" label=t!("uploads.field.key") options=keys value=key/>
    }
}

/// What was found by listening to a track.
#[component]
pub(super) fn FoundList(found: Found) -> impl IntoView {
    let original = match found.bits {
        Some(bits) => t!("uploads.found.lossless", codec = found.codec, rate = found.sample_rate, bits = bits, channels = found.channels),
        None => t!("uploads.found.lossy", codec = found.codec, rate = found.sample_rate, channels = found.channels),
    };
    let beats = found.bpm.map(|bpm| t!("uploads.found.bpm", bpm = Found::hundredths(bpm)).into_owned());
    let lines = [
        (t!("uploads.found.original"), Some(original.into_owned())),
        (t!("uploads.found.length"), Some(duration(found.duration_ms / 1_000))),
        (t!("uploads.field.bpm"), beats.or_else(|| Some(t!("uploads.found.none").into_owned()))),
        (t!("uploads.field.key"), found.key.clone().or_else(|| Some(t!("uploads.found.none").into_owned()))),
        (t!("uploads.found.loudness"), found.loudness.map(|loudness| t!("uploads.found.lufs", value = Found::hundredths(loudness)).into_owned())),
        (t!("uploads.found.peak"), found.true_peak.map(|peak| t!("uploads.found.dbtp", value = Found::hundredths(peak)).into_owned())),
        (t!("uploads.found.gain"), Some(t!("uploads.found.db", value = Found::hundredths(found.gain)).into_owned())),
    ];
    let lines = lines
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| view! { <tr><th scope="row">{name}</th><td>{value}</td></tr> }))
        .collect_view();
    let columns = vec![Column::text(t!("uploads.found.what")), Column::text(t!("uploads.found.value"))];
    view! {
        <section class="section">
            <h2>{t!("uploads.found.title")}</h2>
            <DataTable caption=t!("uploads.found.title") quiet_caption=true columns>{lines}</DataTable>
        </section>
    }
}

/// The form of a new upload, and what broke off before, without JavaScript.
#[component]
pub(super) fn PlainForm(room: UploadRoom) -> impl IntoView {
    let discard = FormAction::<DiscardUpload>::new();
    let (most, kept) = (room.most, room.kept);
    view! {
        <QuotaLine quota=room.quota/>
        <FileForm action=ACTION>
            {kept.clone().map(|file| view! {
                <p class="field-hint" id="kept-file">{t!("uploads.field.kept", name = file.name, size = bytes(file.bytes.unsigned_abs()))}</p>
                <Hidden name="staging" value=file.id/>
            })}
            <FileField name="audio" label=t!("uploads.field.audio") accept=AUDIO hint=t!("uploads.field.audio_hint", most = bytes(most))/>
            <p class="field-hint">{t!("uploads.new.tags")}</p>
            <TextFields/>
            <div class="form-actions"><Submit label=t!("uploads.new.send")/></div>
        </FileForm>
        {room.unfinished.into_iter().map(|file| view! {
            <section class="section" aria-label=file.name.clone()>
                <p>{t!("uploads.panel.arrived_of", name = file.name.clone(), sent = bytes(file.received), total = bytes(file.length))}</p>
                <Form action=discard><Hidden name="id" value=file.id/><Submit label=t!("uploads.panel.discard") class="btn-quiet"/></Form>
            </section>
        }).collect_view()}
    }
}

/// New audio for a track, without JavaScript.
#[component]
pub(super) fn PlainReplacement(track: TrackId, most: u64) -> impl IntoView {
    view! {
        <FileForm action=format!("/studio/uploads/{track}/audio")>
            <FileField name="audio" label=t!("uploads.field.audio") accept=AUDIO hint=t!("uploads.field.audio_hint", most = bytes(most))/>
            <div class="form-actions"><Submit label=t!("uploads.one.replace")/></div>
        </FileForm>
    }
}
