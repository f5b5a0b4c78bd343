//! The forms of a track: the fields that a new upload and its editor share, and the plain multipart form that stands
//! where there is no JavaScript.

use super::{Download, GENRES, UploadRoom, api::DiscardUpload, panel::QuotaLine};
use crate::{
    ids::TrackId,
    money::CURRENCY,
    t,
    ui::{
        format::bytes,
        forms::{Check, Field, FileField, FileForm, Form, FormAction, Hidden, Select, Submit, TextArea},
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
