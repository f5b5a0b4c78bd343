//! Sharing a playlist, and what came of it.

use super::{
    Platform, ShareLine, SharePage,
    api::{Share, share_page},
};
use crate::{
    app::boot,
    catalogue::pages::{id_in_path, in_query},
    ids::PlaylistId,
    player::embed::{EmbedCode, Embedded},
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        empty::EmptyState,
        format::{When, number},
        forms::{Form, FormAction, Hidden},
        head::PageHead,
        icons::{Glyph, Icon},
        load::{Data, load},
        table::{Column, DataTable},
        toast::Toasts,
    },
};
use leptos::prelude::*;

/// The page where a playlist is shared.
#[component]
pub fn ShareView() -> impl IntoView {
    let id = id_in_path::<PlaylistId>();
    let code = in_query("code");
    let sharing = FormAction::<Share>::new();
    let page = Data::new(move || (id(), sharing.version().get()), |(id, _)| share_page(id));
    load(page, move |SharePage { line, shares }| {
        let title = t!("playlists.share_named", name = line.name).into_owned();
        let here = format!("/playlists/{}/share", line.id);
        let body = match shares {
            _ if !line.public => view! {
                <EmptyState title=t!("playlists.private") text=t!("playlists.error.private") action=Some((t!("playlists.edit").into_owned(), format!("/playlists/{}/edit", line.id)))/>
            }
            .into_any(),
            None => view! {
                <EmptyState title=t!("playlists.share_log_in") text=t!("playlists.share_log_in_text") action=Some((t!("ui.nav.log_in").into_owned(), format!("/log-in?next={here}")))/>
            }
            .into_any(),
            Some(shares) => {
                let name = line.name.clone();
                let made = shares.clone();
                // Read where it is shown: the next share changes only the address's query.
                let made = move || code().and_then(|code| made.iter().find(|share| share.code == code).cloned()).map(|share| view! { <Made share name=name.clone()/> });
                view! {
                    {made}
                    <Form action=sharing>
                        <Hidden name="playlist" value=line.id.to_string()/>
                        <div class="btn-row">
                            {Platform::ALL.map(|platform| view! { <button type="submit" class="btn" name="platform" value=platform.code()>{platform.label()}</button> }).collect_view()}
                        </div>
                    </Form>
                    <Shares shares/>
                }
                .into_any()
            }
        };
        let code = line
            .public
            .then(|| view! { <section class="section"><EmbedCode embedded=Embedded::Playlist(line.id) title=line.name.clone()/></section> });
        view! {
            <PageHead title=title.clone() path=here/>
            <Breadcrumbs above=vec![(line.name.clone(), line.path())] here=t!("playlists.share")/>
            <header class="page-head mt-4">
                <h1 class="page-title">{title}</h1>
                <p class="page-lead">{t!("playlists.share_lead")}</p>
            </header>
            {body}
            {code}
        }
    })
}

/// A share that was just made: its link, ready to be taken where it should go.
#[component]
fn Made(share: ShareLine, name: String) -> impl IntoView {
    let link = format!("{}/s/{}", boot().site_url, share.code);
    let out = share.platform.and_then(|platform| platform.address(&link, &name).map(|address| (platform, address)));
    // The clipboard needs JavaScript; without it the link is there to be marked.
    let scripted = RwSignal::new(false);
    Effect::new(move || scripted.set(true));
    let toasts = use_context::<Toasts>();
    let copied = link.clone();
    let copy = move |_| {
        // A browser that refuses still shows the link.
        let _written = window().navigator().clipboard().write_text(&copied);
        if let Some(toasts) = toasts {
            toasts.say(t!("playlists.copied").into_owned());
        }
    };
    view! {
        <section class="panel grid gap-3 mb-8">
            <label class="field-label" for="share-link">{t!("playlists.link")}</label>
            <input class="input" id="share-link" readonly=true value=link/>
            <div class="btn-row">
                {out.map(|(platform, address)| view! {
                    <a class="btn btn-primary" href=address target="_blank" rel="noopener external"><Icon glyph=Glyph::External/>{t!("playlists.open_platform", platform = platform.label())}</a>
                })}
                <button type="button" class="btn" hidden=move || !scripted.get() on:click=copy>{t!("playlists.copy")}</button>
            </div>
        </section>
    }
}

/// One's shares so far, with what came of each.
#[component]
fn Shares(shares: Vec<ShareLine>) -> impl IntoView {
    if shares.is_empty() {
        return ().into_any();
    }
    let rows = shares
        .into_iter()
        .map(|share| {
            view! {
                <tr>
                    <th scope="row"><When moment=share.shared/></th>
                    <td>{share.platform.map(Platform::label)}</td>
                    <td><a class="link" href=format!("/s/{}", share.code) rel="external">{format!("/s/{}", share.code)}</a></td>
                    <td class="num">{number(i64::from(share.visits))}</td>
                    <td class="num">{number(i64::from(share.follows))}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="section">
            <DataTable caption=t!("playlists.your_shares") columns=vec![
                Column::text(t!("playlists.share_when")), Column::text(t!("playlists.share_where")), Column::text(t!("playlists.link")),
                Column::number(t!("playlists.visits")), Column::number(t!("playlists.follows")),
            ]>{rows}</DataTable>
        </section>
    }
    .into_any()
}
