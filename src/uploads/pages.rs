//! A track's public page.

use super::{
    TrackPage, TrackState,
    api::{LikeTrack, get_track},
    comments::{CommentTrack, Comments, RemoveComment, comments},
    cover_at, failure_text,
    formats::TakeAlong,
};
use crate::{
    ads::Sponsored,
    app::boot,
    error::AppError,
    ids::TrackId,
    listening::allowance,
    player::{
        PieceMenu, PlayButton, SeekWave, WithoutProgram,
        embed::{EmbedCode, EmbedLink, Embedded},
    },
    playlists::control::AddToPlaylist,
    purchases::{Thing, pages::BuyLink},
    t,
    ui::{
        cover::Cover,
        format::{Count, duration},
        forms::{Form, FormAction, Hidden, Submit},
        head::PageHead,
        icons::{Glyph, Icon},
        load::{Data, load},
        notice::Notice,
        table::Tone,
    },
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// `/tracks/:id`
#[component]
pub fn TrackView() -> impl IntoView {
    let params = use_params_map();
    let like = FormAction::<LikeTrack>::new();
    let page = Data::new(
        move || (params.with(|params| params.get("id").and_then(|id| id.parse::<TrackId>().ok())), like.version().get()),
        |(id, _)| async move {
            match id {
                Some(id) => {
                    let page = get_track(id).await?;
                    // Hearing one's own takes none of them.
                    let allowance = if page.mine { None } else { allowance().await? };
                    Ok((page, allowance))
                }
                None => Err(AppError::NotFound),
            }
        },
    );
    let (say, remove) = (FormAction::<CommentTrack>::new(), FormAction::<RemoveComment>::new());
    let query = use_query_map();
    let before = move || query.with(|query| query.get("comments").and_then(|before| before.parse::<i32>().ok()));
    let said = Data::new(
        move || {
            let id = params.with(|params| params.get("id").and_then(|id| id.parse::<TrackId>().ok()));
            (id, before(), say.version().get(), remove.version().get())
        },
        |(id, before, ..)| async move {
            match id {
                Some(id) => comments(id, before).await,
                None => Err(AppError::NotFound),
            }
        },
    );
    load(page, move |(page, allowance): (TrackPage, Option<(u32, u32)>)| {
        let (track, path) = (page.card.id, page.card.path());
        view! {
            <Shown page like allowance/>
            <Sponsored/>
            {load(said, move |list| view! { <Comments track path=path.clone() list say remove started=before().is_some()/> })}
        }
    })
}

#[component]
fn Shown(page: TrackPage, like: FormAction<LikeTrack>, allowance: Option<(u32, u32)>) -> impl IntoView {
    let card = page.card.clone();
    let id = card.id;
    let path = card.path();
    let address = format!("{}{path}", boot().site_url);
    let description = t!("uploads.page.description", title = card.title, artist = card.artist_name).into_owned();
    let srcset = card.cover.as_ref().map(|cover| [320, 640, 1280].map(|size| format!("{} {size}w", cover_at(cover, size))).join(", "));
    let seconds = i64::from(card.duration_seconds);
    let paragraphs =
        page.description.split("\n\n").filter(|text| !text.trim().is_empty()).map(|text| view! { <p>{text.to_owned()}</p> }).collect_view();
    let unavailable = !card.playable;
    let reason = match page.state {
        TrackState::Uploaded | TrackState::Processing => page.state.label(),
        _ => failure_text(page.failure.as_deref().or(Some("missing"))),
    };
    let facts = view! {
        <p class="track-facts">
            {(seconds > 0).then(|| view! { <span>{duration(seconds)}</span>" · " })}
            <span>{page.genre.clone()}</span>
            {page.explicit.then(|| view! { " · " <span class="badge">{t!("uploads.page.explicit")}</span> })}
            {page.sound.bpm.map(|bpm| view! { " · " <span>{t!("uploads.page.bpm", bpm = bpm)}</span> })}
            {page.sound.key.clone().map(|key| view! { " · " <span>{t!("uploads.page.key", key = key)}</span> })}
            " · "<Count key="ui.plays" value=card.plays.into()/>
            " · "<Count key="uploads.likes" value=page.likes.into()/>
            {page.released.clone().map(|day| view! { " · " <span>{t!("uploads.page.released", date = day)}</span> })}
        </p>
    };
    view! {
        <PageHead title=t!("uploads.page.title", title = card.title, artist = card.artist_name) description path image=card.cover.clone().unwrap_or_default() kind="music.song"/>
        {page.public.then(|| view! { <EmbedLink path=card.path() title=card.title.clone()/> })}
        {(!page.public).then(|| view! { <Notice tone=Tone::Warning><p>{t!("uploads.page.private")}</p></Notice> })}
        <article class="track-page">
            <span class="sleeve sleeve-out track-page-cover">
                <Cover seed=format!("track-{id} {}", card.title) src=card.cover.clone() srcset sizes="(min-width: 48rem) 24rem, 90vw" size=640 eager=true/>
            </span>
            <header class="page-head">
                <h1 class="page-title">{card.title.clone()}</h1>
                <p class="page-lead">
                    <a href=card.artist_path()>{card.artist_name.clone()}</a>
                    {page.artist_verified.then(|| view! { " " <span class="badge badge-success"><Icon glyph=Glyph::Check/>{t!("ui.verified")}</span> })}
                </p>
                {facts}
                {if unavailable {
                    view! { <Notice tone=Tone::Warning><p>{reason}</p></Notice> }.into_any()
                } else {
                    view! {
                        <div class="form-actions">
                            <PlayButton list=vec![card.clone()] large=true/>
                            <PieceMenu piece=card.clone()/>
                        </div>
                        <SeekWave piece=card.clone() peaks=page.waveform.clone() id=format!("track-{id}")/>
                        <WithoutProgram sound=format!("/media/audio/{id}") title=card.title.clone() allowance/>
                    }.into_any()
                }}
                <div class="form-actions">
                    <TakeAlong path=format!("/tracks/{id}/download") formats=page.formats.clone() title=card.title.clone()/>
                    <BuyLink thing=Thing::Track(id) sale=page.sale/>
                    {page.public.then(|| view! { <AddToPlaylist track=id title=card.title.clone() worded=true/> })}
                    <Form action=like>
                        <Hidden name="id" value=id.to_string()/>
                        {(!page.liked).then(|| view! { <Hidden name="like" value="true"/> })}
                        {if page.liked {
                            view! { <Submit label=t!("uploads.page.unlike") class="btn-quiet"/> }
                        } else {
                            view! { <Submit label=t!("uploads.page.like") class="btn-quiet"/> }
                        }}
                    </Form>
                    {(!page.mine).then(|| view! { <a class="btn btn-primary" href=format!("/tip/tracks/{id}")><Icon glyph=Glyph::Coin/>{t!("uploads.page.tip")}</a> })}
                    {page.mine.then(|| view! { <a class="btn btn-quiet" href=format!("/studio/uploads/{id}")>{t!("uploads.page.edit")}</a> })}
                </div>
            </header>
        </article>
        {(!page.description.is_empty()).then(|| view! { <section class="section prose" aria-label=t!("uploads.page.about")><h2>{t!("uploads.page.about")}</h2>{paragraphs}</section> })}
        <section class="section" aria-label=t!("uploads.page.share")>
            <h2>{t!("uploads.page.share")}</h2>
            <div class="field">
                <label class="field-label" for="share-address">{t!("uploads.page.share_hint")}</label>
                <input class="input" id="share-address" readonly=true value=address/>
            </div>
            {page.public.then(|| view! { <EmbedCode embedded=Embedded::Track(id) title=card.title.clone()/> })}
        </section>
    }
}
