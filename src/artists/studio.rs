//! The studio's front page, becoming an artist, and the profile's editor.

use super::{
    Dashboard, Profile, SOCIAL,
    api::{get_dashboard, own_profile},
};
use crate::{
    t,
    ui::{
        empty::EmptyState,
        format::number,
        forms::{Field, FileField, FileForm, Submit, TextArea},
        head::PageHead,
        load::{Data, load},
        notice::Notice,
        stat::{Stat, Stats},
        table::Tone,
    },
    uploads::{GENRES, studio::StudioTable},
};
use leptos::prelude::*;

/// `/studio`
#[component]
pub fn StudioPage() -> impl IntoView {
    let page = Data::new(|| (), |()| get_dashboard());
    load(page, |page| view! { <Overview page/> })
}

#[component]
fn Overview(page: Dashboard) -> impl IntoView {
    let empty = page.recent.is_empty();
    view! {
        <PageHead title=t!("artists.studio.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("artists.studio.title")}</h1>
            <p class="page-lead">{t!("artists.studio.lead", name = page.name)}</p>
            <nav class="form-actions" aria-label=t!("artists.studio.title")>
                <a class="btn btn-primary" href="/studio/uploads/new">{t!("artists.studio.upload")}</a>
                <a class="btn btn-quiet" href="/studio/uploads">{t!("artists.studio.uploads")}</a>
                <a class="btn btn-quiet" href="/studio/plays">{t!("listening.studio.title")}</a>
                <a class="btn btn-quiet" href="/studio/earnings">{t!("artists.studio.earnings")}</a>
                <a class="btn btn-quiet" href="/studio/payouts">{t!("artists.studio.payouts")}</a>
                <a class="btn btn-quiet" href="/studio/tips">{t!("artists.studio.tips")}</a>
                <a class="btn btn-quiet" href="/studio/profile">{t!("artists.studio.profile")}</a>
                <a class="btn btn-quiet" href=format!("/artists/{}", page.id)>{t!("artists.studio.public")}</a>
            </nav>
        </header>
        <Stats>
            <Stat label=t!("artists.studio.plays") value=number(page.plays)
                note=t!("artists.studio.plays_note", raw = number(page.recent_raw), counted = number(page.recent_counted), excluded = number(page.recent_raw - page.recent_counted))/>
            <Stat label=t!("artists.studio.tracks") value=number(page.tracks) href="/studio/uploads"/>
            <Stat label=t!("artists.studio.followers") value=number(page.followers.into())/>
            <Stat label=t!("artists.studio.likes") value=number(page.likes)/>
            <Stat label=t!("artists.studio.downloads") value=number(page.downloads)/>
        </Stats>
        {(page.unfinished > 0).then(|| view! { <Notice tone=Tone::Warning><a href="/studio/uploads">{t!("artists.studio.unfinished", count = page.unfinished)}</a></Notice> })}
        <section class="section" aria-label=t!("artists.studio.recent")>
            <h2>{t!("artists.studio.recent")}</h2>
            {if empty {
                view! { <EmptyState title=t!("uploads.list.empty") text=t!("uploads.list.empty_text") action=Some((t!("artists.studio.upload").into_owned(), "/studio/uploads/new".to_owned()))/> }.into_any()
            } else {
                view! { <StudioTable tracks=page.recent/> }.into_any()
            }}
        </section>
    }
}

/// `/studio/new`
#[component]
pub fn NewArtist() -> impl IntoView {
    view! {
        <PageHead title=t!("artists.new.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("artists.new.title")}</h1>
            <p class="page-lead">{t!("artists.new.lead")}</p>
        </header>
        <ProfileForm action="/studio/new" profile=Profile::default() send=t!("artists.new.send")/>
    }
}

/// `/studio/profile`
#[component]
pub fn EditProfile() -> impl IntoView {
    let profile = Data::new(|| (), |()| own_profile());
    view! {
        <PageHead title=t!("artists.profile.title")/>
        <h1 class="page-title">{t!("artists.profile.title")}</h1>
        {load(profile, |profile| view! { <ProfileForm action="/studio/profile" profile send=t!("artists.profile.send")/> })}
    }
}

#[component]
fn ProfileForm(action: &'static str, profile: Profile, #[prop(into)] send: String) -> impl IntoView {
    const PICTURES: &str = "image/jpeg,image/png,image/webp";
    let socials = SOCIAL
        .iter()
        .map(|key| view! { <Field name=key label=t!(format!("artists.link.{key}")) value=profile.link(key) inputmode="url" maxlength=500/> })
        .collect_view();
    view! {
        <FileForm action>
            <Field name="name" label=t!("artists.field.name") value=profile.name.clone() required=true maxlength=100/>
            <TextArea name="bio" label=t!("artists.field.bio") value=profile.bio.clone() rows=6 hint=t!("artists.field.bio_hint") maxlength=5000/>
            <Field name="genre" label=t!("artists.field.genre") value=profile.genre.clone() hint=t!("artists.field.genre_hint", examples = GENRES[..4].join(", ")) maxlength=64/>
            <Field name="location" label=t!("artists.field.location") value=profile.location.clone() maxlength=100/>
            <Field name="website" label=t!("artists.link.website") value=profile.website.clone() inputmode="url" maxlength=500/>
            {socials}
            <FileField name="image" label=t!("artists.field.image") kept="image_kept" accept=PICTURES hint=t!("artists.field.image_hint")/>
            <FileField name="banner" label=t!("artists.field.banner") kept="banner_kept" accept=PICTURES hint=t!("artists.field.banner_hint")/>
            <div class="form-actions"><Submit label=send/></div>
        </FileForm>
    }
}
