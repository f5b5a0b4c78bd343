//! The studio's pages about tracks: all of them, a new one, one of them.

use super::{
    StudioTrack, TrackState, UploadRoom,
    api::{KeepAudio, PublishDrafts, PublishTrack, RetryTrack, UnpublishTrack, WithdrawTrack, upload, upload_form, uploads},
    failure_text,
    form::{ACTION, FoundList, PlainForm, PlainReplacement, SoundFields, TextFields},
    formats::TakeAlong,
    panel::{Panel, QuotaLine},
};
use crate::{
    app::boot,
    error::AppError,
    ids::TrackId,
    page::Page,
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        cards::Explicit,
        cover::Cover,
        empty::EmptyState,
        format::{duration, number},
        forms::{Check, FileForm, Form, FormAction, Hidden, Submit},
        head::PageHead,
        load::{Data, load},
        notice::Notice,
        pagination::Pagination,
        table::{Column, DataTable, Tone},
    },
    uploads::cover_at,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;

/// How often a page looks whether processing is done.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Loads the data again soon, while something changes by itself. Without JavaScript the page has a link.
fn look_again<T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static>(pending: bool, data: Data<T>) {
    if pending {
        Effect::new(move || {
            if let Ok(timer) = set_timeout_with_handle(move || data.refetch(), LOOK_AGAIN) {
                on_cleanup(move || timer.clear());
            }
        });
    }
}

fn above() -> Vec<(String, String)> {
    vec![(t!("artists.studio.title").into_owned(), "/studio".to_owned()), (t!("uploads.list.title").into_owned(), "/studio/uploads".to_owned())]
}

/// `/studio/uploads`
#[component]
pub fn UploadsPage() -> impl IntoView {
    let query = use_query_map();
    let after = move || query.with(|query| query.get("after").and_then(|after| after.parse::<i32>().ok()));
    let publish = FormAction::<PublishDrafts>::new();
    let list = Data::new(move || (after(), publish.version().get()), |(after, _)| uploads(after));
    view! {
        <PageHead title=t!("uploads.list.title")/>
        <Breadcrumbs above=above()[..1].to_vec() here=t!("uploads.list.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("uploads.list.title")}</h1>
            <p><a class="btn btn-primary" href="/studio/uploads/new">{t!("artists.studio.upload")}</a></p>
        </header>
        {load(list, move |page: Page<StudioTrack>| {
            look_again(page.items.iter().any(StudioTrack::moving), list);
            let drafts = page.items.iter().filter(|track| track.draft()).count();
            if page.items.is_empty() {
                return view! { <EmptyState title=t!("uploads.list.empty") text=t!("uploads.list.empty_text") action=Some((t!("artists.studio.upload").into_owned(), "/studio/uploads/new".to_owned()))/> }.into_any();
            }
            view! {
                {(drafts > 1).then(|| view! {
                    <Form action=publish>
                        <p>{t!("uploads.list.drafts")}</p>
                        <div class="form-actions"><Submit label=t!("uploads.list.publish_all")/></div>
                    </Form>
                })}
                <StudioTable tracks=page.items/>
                <Pagination path="/studio/uploads" next=page.next started=after().is_some()/>
            }.into_any()
        })}
    }
}

/// Tracks with their states.
#[component]
pub fn StudioTable(tracks: Vec<StudioTrack>) -> impl IntoView {
    let columns = vec![
        Column::text(t!("uploads.list.track")),
        Column::text(t!("uploads.list.standing")),
        Column::number(t!("uploads.list.length")),
        Column::number(t!("uploads.list.plays")),
        Column::number(t!("uploads.list.likes")),
        Column::text(t!("uploads.list.created")),
    ];
    let rows = tracks
        .into_iter()
        .map(|track| {
            let failed = matches!(track.state, TrackState::Failed | TrackState::Unavailable) && !track.withdrawn;
            let seconds = i64::from(track.card.duration_seconds);
            view! {
                <tr>
                    <td><a href=format!("/studio/uploads/{}", track.card.id)>{track.card.title.clone()}</a>{track.explicit.then(|| view! { " " <Explicit/> })}</td>
                    <td>
                        <span class=track.badge()>{track.standing()}</span>
                        {failed.then(|| view! { <p class="field-hint">{failure_text(track.failure.as_deref().or(Some("missing")))}</p> })}
                    </td>
                    <td class="num">{if seconds > 0 { duration(seconds) } else { "–".to_owned() }}</td>
                    <td class="num">{number(track.card.plays.into())}</td>
                    <td class="num">{number(track.likes.into())}</td>
                    <td>{track.created.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    view! { <DataTable caption=t!("uploads.list.title") columns quiet_caption=true>{rows}</DataTable> }
}

/// `/studio/uploads/new`
#[component]
pub fn NewUpload() -> impl IntoView {
    // A refused form without JavaScript leaves the file that was kept.
    let staging = boot()
        .flash
        .and_then(|flash| flash.refused)
        .filter(|refused| refused.action == ACTION)
        .and_then(|refused| refused.values.into_iter().find(|(name, _)| name == "staging").map(|(_, id)| id))
        .unwrap_or_default();
    let about = Data::new(move || staging.clone(), upload_form);
    view! {
        <PageHead title=t!("uploads.new.title")/>
        <Breadcrumbs above=above() here=t!("uploads.new.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("uploads.new.title")}</h1>
            <p class="page-lead">{t!("uploads.new.lead")}</p>
        </header>
        {load(about, |room: UploadRoom| view! { <Either room/> })}
    }
}

/// The plain form, until there is JavaScript to do better.
#[component]
fn Either(room: UploadRoom) -> impl IntoView {
    let live = live();
    move || {
        let room = room.clone();
        if live.get() {
            view! { <QuotaLine quota=room.quota/><p class="field-hint">{t!("uploads.panel.stay")}</p><Panel room/> }.into_any()
        } else {
            view! { <PlainForm room/> }.into_any()
        }
    }
}

/// Whether the browser's program has taken the page over.
fn live() -> RwSignal<bool> {
    let live = RwSignal::new(false);
    Effect::new(move || live.set(true));
    live
}

/// What an artist can do with one track.
#[derive(Clone, Copy)]
struct Actions {
    publish: FormAction<PublishTrack>,
    unpublish: FormAction<UnpublishTrack>,
    withdraw: FormAction<WithdrawTrack>,
    retry: FormAction<RetryTrack>,
    keep: FormAction<KeepAudio>,
}

/// `/studio/uploads/:id`
#[component]
pub fn UploadPage() -> impl IntoView {
    let params = use_params_map();
    let actions = Actions {
        publish: FormAction::new(),
        unpublish: FormAction::new(),
        withdraw: FormAction::new(),
        retry: FormAction::new(),
        keep: FormAction::new(),
    };
    let versions = move || {
        let changed = (actions.publish.version().get(), actions.unpublish.version().get(), actions.withdraw.version().get());
        (changed, actions.retry.version().get(), actions.keep.version().get())
    };
    let room = Data::new(|| (), |()| upload_form(String::new()));
    let track = Data::new(
        move || (params.with(|params| params.get("id").and_then(|id| id.parse::<TrackId>().ok())), versions()),
        |(id, _)| async move {
            match id {
                Some(id) => upload(id).await,
                None => Err(AppError::NotFound),
            }
        },
    );
    load(track, move |shown: StudioTrack| {
        look_again(shown.moving(), track);
        view! { <OneUpload track=shown actions room again=Callback::new(move |()| track.refetch())/> }
    })
}

/// New audio for a track: by the plain form, until there is JavaScript to do better.
#[component]
fn Replacement(id: TrackId, room: UploadRoom, again: Callback<()>) -> impl IntoView {
    let live = live();
    move || {
        let room = room.clone();
        if live.get() {
            view! { <Panel room replaces=Some(id) done=Some(again)/> }.into_any()
        } else {
            view! { <PlainReplacement track=id most=room.most/> }.into_any()
        }
    }
}

#[component]
fn OneUpload(track: StudioTrack, actions: Actions, room: Data<UploadRoom>, again: Callback<()>) -> impl IntoView {
    let id = track.card.id;
    let (here, action) = (format!("/studio/uploads/{id}"), format!("/studio/uploads/{id}"));
    let failed = matches!(track.state, TrackState::Failed | TrackState::Unavailable) && !track.withdrawn;
    let retry = track.state == TrackState::Failed && !track.withdrawn;
    let pending = track.state.pending() && !track.withdrawn;
    let ready = track.state == TrackState::Ready && !track.withdrawn;
    let public = ready && track.published && !track.upcoming;
    view! {
        <PageHead title=track.card.title.clone()/>
        <Breadcrumbs above=above() here=track.card.title.clone()/>
        <header class="page-head">
            <h1 class="page-title">{track.card.title.clone()}</h1>
            <p role="status"><span class=track.badge()>{track.standing()}</span></p>
            <div class="max-w-40"><Cover seed=format!("track-{id} {}", track.card.title) src=track.card.cover.as_deref().map(|cover| cover_at(cover, 320)) size=160/></div>
        </header>
        {failed.then(|| view! { <Notice tone=Tone::Danger><p>{failure_text(track.failure.as_deref().or(Some("missing")))}</p></Notice> })}
        {pending.then({
            let here = here.clone();
            move || view! { <Notice tone=Tone::Active><p>{t!("uploads.one.pending")} <a href=here rel="external">{t!("uploads.one.look_again")}</a></p></Notice> }})}
        {track.withdrawn.then(|| view! { <Notice><p>{t!("uploads.one.withdrawn")}</p></Notice> })}
        <div class="form-actions">
            {retry.then(|| view! { <Form action=actions.retry><Hidden name="id" value=id.to_string()/><Submit label=t!("uploads.one.retry")/></Form> })}
            {(ready && !track.published).then(|| view! { <Form action=actions.publish><Hidden name="id" value=id.to_string()/><Submit label=t!("uploads.one.publish")/></Form> })}
            {(ready && track.published).then(|| view! { <Form action=actions.unpublish><Hidden name="id" value=id.to_string()/><Submit label=t!("uploads.one.unpublish") class="btn-quiet"/></Form> })}
            {ready.then(|| view! { <a class="btn btn-quiet" href=track.card.path()>{if public { t!("uploads.one.public") } else { t!("uploads.one.preview") }}</a> })}
            <TakeAlong path=format!("/tracks/{id}/download") formats=track.formats.clone() title=track.card.title.clone()/>
        </div>
        {(!track.withdrawn).then(|| view! {
            <section class="section" aria-label=t!("uploads.one.details")>
                <h2>{t!("uploads.one.details")}</h2>
                <FileForm action>
                    <TextFields title=track.card.title.clone() genre=track.genre.clone() description=track.description.clone() release=track.release.clone().unwrap_or_default() explicit=track.explicit download=track.download/>
                    <SoundFields sound=track.sound.clone()/>
                    <div class="form-actions"><Submit label=t!("uploads.one.save")/></div>
                </FileForm>
            </section>
            {track.found.clone().map(|found| view! { <FoundList found/> })}
            <section class="section" aria-label=t!("uploads.one.replace_title")>
                <h2>{t!("uploads.one.replace_title")}</h2>
                <p>{t!("uploads.one.replace_text")}</p>
                {track.replacement.clone().map(|failure| match failure {
                    None => view! { <Notice tone=Tone::Active><p>{t!("uploads.one.replacing")} <a href=here.clone() rel="external">{t!("uploads.one.look_again")}</a></p></Notice> }.into_any(),
                    Some(failure) => view! {
                        <Notice tone=Tone::Danger><p>{t!("uploads.one.replace_failed")} " " {failure_text(Some(&failure))}</p></Notice>
                        <Form action=actions.keep><Hidden name="id" value=id.to_string()/><Submit label=t!("uploads.one.keep_audio") class="btn-quiet"/></Form>
                    }.into_any(),
                })}
                {load(room, move |room| view! { <Replacement id room again/> })}
            </section>
            <section class="section" aria-label=t!("uploads.one.withdraw_title")>
                <h2>{t!("uploads.one.withdraw_title")}</h2>
                <p>{t!("uploads.one.withdraw_text")}</p>
                <Form action=actions.withdraw>
                    <Hidden name="id" value=id.to_string()/>
                    <Check name="sure" label=t!("uploads.one.withdraw_sure")/>
                    <Submit label=t!("uploads.one.withdraw") class="btn-danger"/>
                </Form>
            </section>
        })}
    }
}
