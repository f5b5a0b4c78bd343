//! Making a playlist, changing it, putting something on it.

use super::{
    AddPage, PlaylistPage,
    api::{Add, Create, Delete, Edit, add_page, own_page},
};
use crate::{
    catalogue::pages::{id_in_path, in_query},
    ids::{PlaylistId, SongId, TrackId},
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        format::counted,
        forms::{Check, Field, Form, FormAction, Hidden, Submit, TextArea},
        head::PageHead,
        icons::{Glyph, Icon},
        load::{Data, load},
    },
};
use leptos::prelude::*;

/// The form for a new playlist.
#[component]
pub fn NewPlaylist() -> impl IntoView {
    let creating = FormAction::<Create>::new();
    view! {
        <PageHead title=t!("playlists.new") path="/playlists/new"/>
        <header class="page-head"><h1 class="page-title">{t!("playlists.new")}</h1></header>
        <Form action=creating>
            <Field name="name" label=t!("playlists.field.name") required=true maxlength=100/>
            <TextArea name="description" label=t!("playlists.field.description") maxlength=1000/>
            <Check name="public" label=t!("playlists.field.public") hint=t!("playlists.field.public_hint")/>
            <div class="form-actions"><Submit label=t!("playlists.create")/></div>
        </Form>
    }
}

/// The form of one's own playlist, and its end.
#[component]
pub fn EditPlaylist() -> impl IntoView {
    let page = Data::new(id_in_path::<PlaylistId>(), own_page);
    let editing = FormAction::<Edit>::new();
    let deleting = FormAction::<Delete>::new();
    load(page, move |PlaylistPage { line, description, followers, .. }| {
        let (id, name, public, back) = (line.id.to_string(), line.name.clone(), line.public, line.path());
        let also_id = id.clone();
        view! {
            <PageHead title=t!("playlists.edit_named", name = line.name)/>
            <Breadcrumbs above=vec![(t!("playlists.library").into_owned(), "/library".to_owned()), (line.name.clone(), line.path())] here=t!("playlists.edit")/>
            <header class="page-head mt-4"><h1 class="page-title">{t!("playlists.edit_named", name = line.name)}</h1></header>
            <Form action=editing>
                <Hidden name="playlist" value=id/>
                <Field name="name" label=t!("playlists.field.name") value=name required=true maxlength=100/>
                <TextArea name="description" label=t!("playlists.field.description") value=description maxlength=1000/>
                <Check name="public" label=t!("playlists.field.public") hint=t!("playlists.field.public_hint") checked=public/>
                <div class="form-actions">
                    <Submit label=t!("playlists.save")/>
                    <a class="btn btn-quiet" href=back>{t!("playlists.back")}</a>
                </div>
            </Form>
            <section class="section panel">
                <div class="section-head"><h2>{t!("playlists.delete_title")}</h2></div>
                <p class="page-lead mb-4">{t!("playlists.delete_text", followers = counted("ui.followers", i64::from(followers)))}</p>
                <Form action=deleting>
                    <Hidden name="playlist" value=also_id/>
                    <Check name="confirmed" label=t!("playlists.delete_confirm")/>
                    <div class="form-actions"><Submit label=t!("playlists.delete") class="btn-danger"/></div>
                </Form>
            </section>
        }
    })
}

/// Where one chooses the playlist for a track or a song.
#[component]
pub fn AddToPlaylistPage() -> impl IntoView {
    let (track, song) = (in_query("track"), in_query("song"));
    let which = move || (track().and_then(|id| id.parse::<TrackId>().ok()), song().and_then(|id| id.parse::<SongId>().ok()));
    let page = Data::new(which, |(track, song)| add_page(track, song));
    let adding = FormAction::<Add>::new();
    let creating = FormAction::<Create>::new();
    let hidden = move || {
        let (track, song) = which();
        view! {
            {track.map(|id| view! { <Hidden name="track" value=id.to_string()/> })}
            {song.map(|id| view! { <Hidden name="song" value=id.to_string()/> })}
        }
    };
    load(page, move |AddPage { item, playlists }| {
        let title = t!("playlists.add_named", title = item.title()).into_owned();
        let none = playlists.is_empty();
        let choices = playlists
            .into_iter()
            .map(|(line, there)| view! {
                <li>
                    <button type="submit" class="btn w-full justify-start" name="playlist" value=line.id.to_string() disabled=there>
                        <Icon glyph=if there { Glyph::Check } else { Glyph::Plus }/>
                        <span>{line.name.clone()}</span>
                        <span class="text-sm text-quiet ms-auto">{if there { t!("playlists.on_it").into_owned() } else { counted("ui.tracks", line.entries) }}</span>
                    </button>
                </li>
            })
            .collect_view();
        view! {
            <PageHead title=title.clone()/>
            <Breadcrumbs above=vec![(item.title().to_owned(), item.path())] here=t!("playlists.add")/>
            <header class="page-head mt-4">
                <h1 class="page-title">{title}</h1>
                <p class="page-lead">{item.artist().to_owned()}</p>
            </header>
            {(!none).then(|| view! {
                <section aria-label=t!("playlists.yours")>
                    <Form action=adding>
                        {hidden()}
                        <ul class="grid gap-2" role="list">{choices}</ul>
                    </Form>
                </section>
            })}
            <section class="section">
                <div class="section-head"><h2>{t!("playlists.add_new")}</h2></div>
                <Form action=creating>
                    {hidden()}
                    <Field name="name" label=t!("playlists.field.name") required=true maxlength=100/>
                    <Check name="public" label=t!("playlists.field.public") hint=t!("playlists.field.public_hint")/>
                    <div class="form-actions"><Submit label=t!("playlists.create_and_add")/></div>
                </Form>
            </section>
        }
    })
}
