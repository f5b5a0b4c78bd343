//! Albums and songs as admins keep them.

use super::{
    api::{SaveAlbum, SaveSong, album_form, all_albums, song_form},
    pages::{id_in_path, in_query},
    texts::{AlbumDraft, SongDraft, SongLine},
};
use crate::{
    ids::{AlbumId, SongId},
    money::{CURRENCY, Cents},
    page::Page,
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        empty::EmptyState,
        forms::{Check, Field, FileField, FileForm, Form, FormAction, Hidden, Submit, TextArea},
        head::PageHead,
        load::{Data, load},
        notice::Notice,
        pagination::Pagination,
        table::{Amount, Column, DataTable, StatusBadge, Tone},
    },
};
use leptos::prelude::*;

#[component]
fn Published(published: bool) -> impl IntoView {
    let (text, tone) = if published { (t!("catalogue.admin.published"), Tone::Success) } else { (t!("catalogue.admin.draft"), Tone::Neutral) };
    view! { <StatusBadge text tone/> }
}

/// A price in a table: nothing where it is not for sale.
fn price(price: Option<Cents>) -> impl IntoView {
    view! { <td class="amount">{price.map(|price| view! { <Amount cents=price.0 currency=CURRENCY/> })}</td> }
}

fn typed(price: Option<Cents>) -> String {
    price.map(Cents::to_decimal).unwrap_or_default()
}

/// `/admin/albums`
#[component]
pub fn AdminAlbums() -> impl IntoView {
    let after = in_query("after");
    let page = Data::new(move || after().and_then(|key| key.parse().ok()), all_albums);
    view! {
        <PageHead title=t!("catalogue.admin.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("catalogue.admin.title")}</h1>
            <div class="btn-row"><a class="btn btn-primary" href="/admin/albums/new">{t!("catalogue.admin.new_album")}</a></div>
        </header>
        {load(page, move |Page { items, next }| {
            if items.is_empty() && after().is_none() {
                return view! { <EmptyState title=t!("catalogue.admin.none") text=t!("catalogue.admin.none_text")/> }.into_any();
            }
            let rows = items
                .into_iter()
                .map(|album| view! {
                    <tr>
                        <th scope="row"><a class="link" href=format!("/admin/albums/{}", album.id)>{album.title}</a></th>
                        <td>{album.artist}</td>
                        <td class="amount">{album.songs}</td>
                        {price(album.price)}
                        <td><Published published=album.published/></td>
                    </tr>
                })
                .collect_view();
            let columns = vec![
                Column::text(t!("catalogue.admin.field.title")),
                Column::text(t!("catalogue.admin.field.artist")),
                Column::number(t!("catalogue.admin.songs")),
                Column::number(t!("catalogue.admin.field.price")),
                Column::text(t!("catalogue.admin.state")),
            ];
            view! {
                <DataTable caption=t!("catalogue.admin.title") quiet_caption=true columns>{rows}</DataTable>
                <Pagination path="/admin/albums" next started=after().is_some()/>
            }
            .into_any()
        })}
    }
}

/// `/admin/albums/new`
#[component]
pub fn NewAlbum() -> impl IntoView {
    view! { <AlbumEditor id=None draft=AlbumDraft::default()/> }
}

/// `/admin/albums/:id`
#[component]
pub fn EditAlbum() -> impl IntoView {
    let id = id_in_path::<AlbumId>();
    load(Data::new(id, album_form), move |draft| view! { <AlbumEditor id=Some(id()) draft/> })
}

#[component]
fn AlbumEditor(id: Option<AlbumId>, draft: AlbumDraft) -> impl IntoView {
    let saving = FormAction::<SaveAlbum>::new();
    let title = if id.is_some() { t!("catalogue.admin.edit_album") } else { t!("catalogue.admin.new_album") };
    let songs = id.map(|id| view! { <Songs album=id songs=draft.songs/> });
    view! {
        <PageHead title=title.clone()/>
        <Breadcrumbs above=vec![(t!("catalogue.admin.title").into_owned(), "/admin/albums".to_owned())] here=title.clone()/>
        <header class="page-head"><h1 class="page-title">{title}</h1></header>
        <Form action=saving>
            {id.map(|id| view! { <Hidden name="id" value=id.to_string()/> })}
            <Field name="title" label=t!("catalogue.admin.field.title") value=draft.title required=true maxlength=200/>
            <Field name="artist" label=t!("catalogue.admin.field.artist") value=draft.artist required=true maxlength=200/>
            <Field name="genre" label=t!("catalogue.admin.field.genre") value=draft.genre maxlength=64/>
            <TextArea name="description" label=t!("catalogue.admin.field.description") value=draft.description rows=5/>
            <Field name="price" label=t!("catalogue.admin.field.price") hint=t!("catalogue.admin.price_hint") value=typed(draft.price)
                inputmode="decimal" autocomplete="off" maxlength=12/>
            <Check name="published" label=t!("catalogue.admin.field.published") hint=t!("catalogue.admin.published_hint") checked=draft.published/>
            <div class="form-actions"><Submit label=t!("catalogue.admin.save")/></div>
        </Form>
        {songs}
    }
}

#[component]
fn Songs(album: AlbumId, songs: Vec<SongLine>) -> impl IntoView {
    let rows = songs
        .into_iter()
        .map(|song| {
            let sound = if song.playable { t!("catalogue.admin.has_sound") } else { t!("catalogue.admin.no_sound") };
            view! {
                <tr>
                    <td class="amount">{song.number}</td>
                    <th scope="row"><a class="link" href=format!("/admin/songs/{}", song.id)>{song.title}</a></th>
                    {price(song.price)}
                    <td>{sound}</td>
                    <td><Published published=song.published/></td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![
        Column::number(t!("catalogue.admin.field.number")),
        Column::text(t!("catalogue.admin.field.title")),
        Column::number(t!("catalogue.admin.field.price")),
        Column::text(t!("catalogue.admin.field.sound")),
        Column::text(t!("catalogue.admin.state")),
    ];
    view! {
        <section class="section">
            <div class="section-head"><h2>{t!("catalogue.admin.songs")}</h2></div>
            <DataTable caption=t!("catalogue.admin.songs") quiet_caption=true columns>{rows}</DataTable>
            <p><a class="btn" href=format!("/admin/songs/new?album={album}")>{t!("catalogue.admin.new_song")}</a></p>
        </section>
    }
}

/// `/admin/songs/new`, on an album or on none
#[component]
pub fn NewSong() -> impl IntoView {
    let album = in_query("album")().and_then(|album| album.parse().ok());
    view! { <SongEditor id=None draft=SongDraft { album, ..SongDraft::default() }/> }
}

/// `/admin/songs/:id`
#[component]
pub fn EditSong() -> impl IntoView {
    let id = id_in_path::<SongId>();
    load(Data::new(id, song_form), move |draft| view! { <SongEditor id=Some(id()) draft/> })
}

#[component]
fn SongEditor(id: Option<SongId>, draft: SongDraft) -> impl IntoView {
    let saving = FormAction::<SaveSong>::new();
    let title = if id.is_some() { t!("catalogue.admin.edit_song") } else { t!("catalogue.admin.new_song") };
    let mut above = vec![(t!("catalogue.admin.title").into_owned(), "/admin/albums".to_owned())];
    above.extend(draft.album.map(|album| (t!("catalogue.admin.edit_album").into_owned(), format!("/admin/albums/{album}"))));
    let sound = id.map(|id| {
        let state = if draft.playable { t!("catalogue.admin.sound_there") } else { t!("catalogue.admin.sound_missing") };
        let tone = if draft.playable { Tone::Success } else { Tone::Warning };
        view! {
            <section class="section">
                <div class="section-head"><h2>{t!("catalogue.admin.field.sound")}</h2></div>
                <Notice tone><p>{state}</p></Notice>
                <FileForm action=format!("/admin/songs/{id}/audio")>
                    <FileField name="audio" label=t!("catalogue.admin.file") accept="audio/*,.flac,.wav,.aiff,.aif,.m4a,.ogg,.opus,.mp3"/>
                    <div class="form-actions"><Submit label=t!("catalogue.admin.send_sound")/></div>
                </FileForm>
            </section>
        }
    });
    view! {
        <PageHead title=title.clone()/>
        <Breadcrumbs above here=title.clone()/>
        <header class="page-head"><h1 class="page-title">{title}</h1></header>
        <Form action=saving>
            {id.map(|id| view! { <Hidden name="id" value=id.to_string()/> })}
            {draft.album.map(|album| view! { <Hidden name="album" value=album.to_string()/> })}
            <Field name="title" label=t!("catalogue.admin.field.title") value=draft.title required=true maxlength=200/>
            <Field name="artist" label=t!("catalogue.admin.field.artist") value=draft.artist required=true maxlength=200/>
            <Field name="genre" label=t!("catalogue.admin.field.genre") value=draft.genre maxlength=64/>
            <Field name="number" label=t!("catalogue.admin.field.number") value=draft.number.map(|number| number.to_string()).unwrap_or_default()
                inputmode="numeric" autocomplete="off" maxlength=3/>
            <Field name="price" label=t!("catalogue.admin.field.price") hint=t!("catalogue.admin.price_hint") value=typed(draft.price)
                inputmode="decimal" autocomplete="off" maxlength=12/>
            <Check name="explicit" label=t!("catalogue.admin.field.explicit") checked=draft.explicit/>
            <Check name="published" label=t!("catalogue.admin.field.published") checked=draft.published/>
            <div class="form-actions"><Submit label=t!("catalogue.admin.save")/></div>
        </Form>
        {sound}
    }
}
