//! An artist's public page.

use super::{
    ArtistPage,
    api::{FollowArtist, get_artist},
};
use crate::{
    error::AppError,
    ids::ArtistId,
    player::{PieceMenu, PlayAll, PlayButton},
    t,
    ui::{
        cards::{TrackList, TrackRow},
        cover::{Avatar, Banner},
        empty::EmptyState,
        format::Count,
        forms::{Form, FormAction, Hidden, Submit},
        head::PageHead,
        icons::{Glyph, Icon},
        load::{Data, load},
    },
    uploads::{TrackCard, cover_at},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// `/artists/:id`
#[component]
pub fn ArtistView() -> impl IntoView {
    let params = use_params_map();
    let follow = FormAction::<FollowArtist>::new();
    let page = Data::new(
        move || (params.with(|params| params.get("id").and_then(|id| id.parse::<ArtistId>().ok())), follow.version().get()),
        |(id, _)| async move {
            match id {
                Some(id) => get_artist(id).await,
                None => Err(AppError::NotFound),
            }
        },
    );
    load(page, move |page| view! { <Shown page follow/> })
}

#[component]
fn Shown(page: ArtistPage, follow: FormAction<FollowArtist>) -> impl IntoView {
    let ArtistPage { id, profile, verified, followers, total_plays, following, mine, tracks } = page;
    let seed = format!("artist-{id}");
    let path = super::artist_path(id, &profile.name);
    let description = match profile.bio.lines().next() {
        Some(line) if !line.is_empty() => line.chars().take(160).collect(),
        _ => t!("artists.page.description", name = profile.name).into_owned(),
    };
    let facts: Vec<String> = [&profile.genre, &profile.location].into_iter().filter(|text| !text.is_empty()).cloned().collect();
    let srcset = |address: &Option<String>, sizes: &[u32]| {
        address.as_ref().map(|address| sizes.iter().map(|size| format!("{} {size}w", cover_at(address, *size))).collect::<Vec<_>>().join(", "))
    };
    let links: Vec<(String, String)> = [("website".to_owned(), profile.website.clone())]
        .into_iter()
        .chain(profile.links.clone())
        .filter(|(_, address)| !address.is_empty())
        .collect();
    let paragraphs = profile.bio.split("\n\n").filter(|text| !text.trim().is_empty()).map(|text| view! { <p>{text.to_owned()}</p> }).collect_view();
    let has_bio = !profile.bio.is_empty();
    view! {
        <PageHead title=profile.name.clone() description path image=profile.image.clone().unwrap_or_default() kind="profile"/>
        <Banner seed=seed.clone() src=profile.banner.clone() srcset=srcset(&profile.banner, &[800, 1600])/>
        <header class="page-head artist-head">
            <Avatar seed name=profile.name.clone() src=profile.image.clone() srcset=srcset(&profile.image, &[320, 640]) sizes="8rem" size=128/>
            <h1 class="page-title">
                {profile.name.clone()}
                {verified.then(|| view! { " " <span class="badge badge-success"><Icon glyph=Glyph::Check/>{t!("ui.verified")}</span> })}
            </h1>
            {(!facts.is_empty()).then(|| view! { <p class="page-lead">{facts.join(" · ")}</p> })}
            <p><Count key="ui.followers" value=followers.into()/>" · "<Count key="ui.plays" value=total_plays.into()/></p>
            <div class="form-actions">
                <PlayAll list=tracks.clone()/>
                {(!mine).then(|| view! {
                    <Form action=follow>
                        <Hidden name="id" value=id.to_string()/>
                        {(!following).then(|| view! { <Hidden name="follow" value="true"/> })}
                        {if following {
                            view! { <Submit label=t!("artists.page.unfollow") class="btn-quiet"/> }
                        } else {
                            view! { <Submit label=t!("artists.page.follow")/> }
                        }}
                    </Form>
                    <a class="btn btn-quiet" href=format!("/tip/artists/{id}")><Icon glyph=Glyph::Coin/>{t!("artists.page.tip")}</a>
                })}
                {mine.then(|| view! { <a class="btn btn-quiet" href="/studio/profile">{t!("artists.page.edit")}</a> })}
            </div>
        </header>
        <section class="section" aria-label=t!("artists.page.tracks")>
            <h2>{t!("artists.page.tracks")}</h2>
            {if tracks.is_empty() {
                view! { <EmptyState title=t!("artists.page.no_tracks") text=t!("artists.page.no_tracks_text")/> }.into_any()
            } else {
                view! { <Tracks tracks/> }.into_any()
            }}
        </section>
        {(has_bio || !links.is_empty()).then(|| view! {
            <section class="section prose" aria-label=t!("artists.page.about")>
                <h2>{t!("artists.page.about")}</h2>
                {paragraphs}
                <ul class="chips" role="list">
                    {links.into_iter().map(|(key, address)| view! {
                        <li><a class="chip" href=address rel="noopener nofollow ugc" target="_blank">{t!(format!("artists.link.{key}")).into_owned()}<Icon glyph=Glyph::External/></a></li>
                    }).collect_view()}
                </ul>
            </section>
        })}
    }
}

#[component]
fn Tracks(tracks: Vec<TrackCard>) -> impl IntoView {
    let player = crate::player::player();
    let rows = (0..tracks.len())
        .map(|index| {
            let (list, card) = (tracks.clone(), tracks[index].clone());
            let id = card.id;
            view! {
                <TrackRow seed=format!("track-{} {}", card.id, card.title) href=card.path() title=card.title.clone() cover=card.cover.as_deref().map(|cover| cover_at(cover, 320))
                    seconds=i64::from(card.duration_seconds) plays=i64::from(card.plays) explicit=card.explicit current=Signal::derive(move || player.is_current(id))>
                    <PlayButton list index/>
                    <PieceMenu piece=card/>
                </TrackRow>
            }
        })
        .collect_view();
    view! { <TrackList label=t!("artists.page.tracks")>{rows}</TrackList> }
}
