//! Where stream money comes from and where it goes: for artists, listeners and admins.

use super::{Cadence, Closing, Closings, Explained, Share, Spent, api};
use crate::{
    catalogue::pages::{id_in_path, in_query},
    ids::ClosingId,
    money::CURRENCY,
    page::Page,
    payments::shown,
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        empty::EmptyState,
        format::{When, counted, date, month, number},
        head::PageHead,
        load::{Data, load},
        pagination::Pagination,
        stat::{Stat, Stats},
        table::{AmountCell, Column, DataTable, StatusBadge, Tone},
    },
};
use leptos::prelude::*;

impl Closing {
    /// `3 February 2026`, `February 2026`.
    fn period(&self) -> String {
        let start = self.starts_on.midnight().assume_utc();
        match self.cadence {
            Cadence::Daily => date(start),
            Cadence::Monthly => month(start),
        }
    }

    fn source(&self) -> std::borrow::Cow<'static, str> {
        match self.cadence {
            Cadence::Daily => t!("royalties.daily"),
            Cadence::Monthly => t!("royalties.monthly"),
        }
    }
}

/// Closings as rows; `path` leads to one of them.
#[component]
fn ClosingRows(closings: Vec<Closing>, #[prop(optional)] path: &'static str) -> impl IntoView {
    let rows = closings
        .into_iter()
        .map(|closing| {
            let period = closing.period();
            let head = if path.is_empty() {
                view! { <th scope="row">{period}</th> }.into_any()
            } else {
                view! { <th scope="row"><a class="link" href=format!("{path}/{}", closing.id)>{period}</a></th> }.into_any()
            };
            let (text, tone) =
                if closing.posted_at.is_some() { (t!("royalties.closed"), Tone::Success) } else { (t!("royalties.under_way"), Tone::Warning) };
            view! {
                <tr>
                    {head}
                    <td>{closing.source()}</td>
                    <td class="num">{number(closing.plays)}</td>
                    <td class="num">{number(closing.listeners)}</td>
                    <AmountCell cents=closing.amount.0 currency=CURRENCY/>
                    {path.is_empty().then(|| view! { <td><StatusBadge text tone/></td> })}
                </tr>
            }
        })
        .collect_view();
    let mut columns = vec![
        Column::text(t!("royalties.period")),
        Column::text(t!("royalties.from")),
        Column::number(t!("royalties.plays")),
        Column::number(t!("royalties.listeners")),
        Column::number(t!("royalties.amount")),
    ];
    if path.is_empty() {
        columns.push(Column::text(t!("royalties.state")));
    }
    view! { <DataTable caption=t!("royalties.closings") quiet_caption=true columns>{rows}</DataTable> }
}

/// `/studio/royalties`: what this artist's plays brought, day by day and month by month.
#[component]
pub fn StudioRoyaltiesPage() -> impl IntoView {
    let after = in_query("after");
    let page = Data::new(move || after().and_then(|key| key.parse().ok()), api::my_closings);
    view! {
        <PageHead title=t!("royalties.title")/>
        <Breadcrumbs above=vec![(t!("earnings.title").into_owned(), "/studio/earnings".to_owned())] here=t!("royalties.title")/>
        <header class="page-head mt-4">
            <h1 class="page-title">{t!("royalties.title")}</h1>
            <p class="page-lead">{t!("royalties.lead")}</p>
        </header>
        {load(page, move |Page { items, next }| if items.is_empty() {
            view! { <EmptyState title=t!("royalties.none") text=t!("royalties.none_text")/> }.into_any()
        } else {
            view! {
                <ClosingRows closings=items path="/studio/royalties"/>
                <Pagination path="/studio/royalties" next started=after().is_some()/>
            }
            .into_any()
        })}
    }
}

/// `/studio/royalties/:id`: one closing, by track and by where it was heard.
#[component]
pub fn StudioRoyaltyPage() -> impl IntoView {
    let id = id_in_path::<ClosingId>();
    let page = Data::new(id, api::explain);
    load(page, |explained| view! { <Explanation explained/> })
}

#[component]
fn Explanation(explained: Explained) -> impl IntoView {
    let Explained { closing, total, plays, shares } = explained;
    let how = match closing.cadence {
        Cadence::Daily => t!("royalties.how_daily", pool = shown(closing.amount), plays = number(closing.plays), mine = number(plays)),
        Cadence::Monthly => t!("royalties.how_monthly", pool = shown(closing.amount), listeners = counted("royalties.payers", closing.listeners)),
    };
    let title = t!("royalties.of", period = closing.period());
    let rows = shares.into_iter().map(|share| view! { <ShareRow share/> }).collect_view();
    let columns = vec![
        Column::text(t!("royalties.track")),
        Column::text(t!("royalties.heard_from")),
        Column::number(t!("royalties.plays")),
        Column::number(t!("royalties.listeners")),
        Column::number(t!("royalties.amount")),
    ];
    let above = vec![
        (t!("earnings.title").into_owned(), "/studio/earnings".to_owned()),
        (t!("royalties.title").into_owned(), "/studio/royalties".to_owned()),
    ];
    view! {
        <PageHead title=title.clone()/>
        <Breadcrumbs above here=closing.period()/>
        <header class="page-head mt-4">
            <h1 class="page-title">{title}</h1>
            <p class="page-lead">{how}</p>
        </header>
        <Stats>
            <Stat label=t!("royalties.yours") value=shown(total)/>
            <Stat label=t!("royalties.plays") value=number(plays)/>
        </Stats>
        <section class="section">
            <h2>{t!("royalties.by_track")}</h2>
            <DataTable caption=t!("royalties.by_track") quiet_caption=true columns>{rows}</DataTable>
        </section>
    }
}

#[component]
fn ShareRow(share: Share) -> impl IntoView {
    let Share { track, playlist, plays, listeners, amount, .. } = share;
    let track = match track {
        Some((id, title)) => view! { <a class="link" href=format!("/tracks/{id}")>{title}</a> }.into_any(),
        None => view! { {t!("royalties.gone")} }.into_any(),
    };
    let from = match playlist {
        Some((id, name)) => view! { <a class="link" href=format!("/playlists/{id}")>{name}</a> }.into_any(),
        None => view! { {t!("royalties.elsewhere")} }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{track}</th>
            <td>{from}</td>
            <td class="num">{number(plays)}</td>
            <td class="num">{number(listeners)}</td>
            <AmountCell cents=amount.0 currency=CURRENCY/>
        </tr>
    }
}

/// `/library/spent`: where this listener's subscription went.
#[component]
pub fn SpentPage() -> impl IntoView {
    let after = in_query("after");
    let page = Data::new(move || after().and_then(|key| key.parse().ok()), api::spending);
    view! {
        <PageHead title=t!("royalties.spent.title")/>
        <Breadcrumbs above=vec![(t!("ui.nav.library").into_owned(), "/library".to_owned())] here=t!("royalties.spent.title")/>
        <header class="page-head mt-4">
            <h1 class="page-title">{t!("royalties.spent.title")}</h1>
            <p class="page-lead">{t!("royalties.spent.lead")}</p>
        </header>
        {load(page, move |Page { items, next }| if items.is_empty() {
            view! { <EmptyState title=t!("royalties.spent.none") text=t!("royalties.spent.none_text")/> }.into_any()
        } else {
            view! {
                {items.into_iter().map(|spent| view! { <Payment spent/> }).collect_view()}
                <Pagination path="/library/spent" next started=after().is_some()/>
            }
            .into_any()
        })}
    }
}

#[component]
fn Payment(spent: Spent) -> impl IntoView {
    let Spent { payment, paid, at, from, until, platform, music, closed, artists } = spent;
    // The last day that it covers.
    let last = until - time::Duration::seconds(1);
    let below = if !closed {
        view! { <p class="text-quiet">{t!("royalties.spent.open", month = month(last))}</p> }.into_any()
    } else if artists.is_empty() {
        view! { <p class="text-quiet">{t!("royalties.spent.unheard")}</p> }.into_any()
    } else {
        let most = artists.iter().map(|share| share.amount.0).max().unwrap_or(1).max(1);
        let rows = artists.into_iter().map(|share| view! { <SpentRow share most/> }).collect_view();
        let columns = vec![
            Column::text(t!("royalties.spent.who")),
            Column::number(t!("royalties.plays")),
            Column::number(t!("royalties.amount")),
            Column::text(t!("royalties.spent.part")),
        ];
        view! { <DataTable caption=t!("royalties.spent.to_whom", from = date(from), until = date(last)) quiet_caption=true columns>{rows}</DataTable> }.into_any()
    };
    view! {
        <section class="section">
            <div class="section-head">
                <h2>{t!("royalties.spent.of", from = date(from), until = date(last))}</h2>
                <a class="link" href=format!("/receipts/{payment}")>{t!("royalties.spent.receipt")}</a>
            </div>
            <p class="text-quiet">{t!("royalties.spent.paid", amount = shown(paid))}" "<When moment=at/></p>
            <Stats>
                <Stat label=t!("royalties.spent.music") value=shown(music)/>
                <Stat label=t!("royalties.spent.platform") value=shown(platform)/>
            </Stats>
            {below}
        </section>
    }
}

#[component]
fn SpentRow(share: Share, most: i64) -> impl IntoView {
    let Share { artist, song, plays, amount, .. } = share;
    let who = match (artist, song) {
        (Some((id, name)), _) => view! { <a class="link" href=format!("/artists/{id}")>{name}</a> }.into_any(),
        (None, Some((id, title))) => view! { <a class="link" href=format!("/songs/{id}")>{title}</a>" "{t!("royalties.spent.label")} }.into_any(),
        (None, None) => view! { {t!("royalties.gone")} }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{who}</th>
            <td class="num">{number(plays)}</td>
            <AmountCell cents=amount.0 currency=CURRENCY/>
            <td><meter class="part" min="0" max=most value=amount.0 aria-label=t!("royalties.spent.part")>{shown(amount)}</meter></td>
        </tr>
    }
}

/// `/admin/royalties`: every closing, and what waits in the pools.
#[component]
pub fn AdminRoyaltiesPage() -> impl IntoView {
    let after = in_query("after");
    let page = Data::new(move || after().and_then(|key| key.parse().ok()), api::all_closings);
    view! {
        <PageHead title=t!("royalties.title")/>
        <Breadcrumbs above=vec![(t!("admin.title").into_owned(), "/admin".to_owned())] here=t!("royalties.title")/>
        <header class="page-head mt-4">
            <h1 class="page-title">{t!("royalties.title")}</h1>
            <p class="page-lead">{t!("royalties.admin_lead")}</p>
        </header>
        {load(page, move |Closings { shared_pool, subscription_pool, label, closings }| view! {
            <Stats>
                <Stat label=t!("royalties.shared_pool") value=shown(shared_pool) note=t!("royalties.shared_pool_note")/>
                <Stat label=t!("royalties.subscription_pool") value=shown(subscription_pool) note=t!("royalties.subscription_pool_note")/>
                <Stat label=t!("royalties.label") value=shown(label)/>
            </Stats>
            {if closings.items.is_empty() {
                view! { <EmptyState title=t!("royalties.none") text=t!("royalties.admin_none")/> }.into_any()
            } else {
                view! {
                    <section class="section">
                        <h2>{t!("royalties.closings")}</h2>
                        <ClosingRows closings=closings.items/>
                        <Pagination path="/admin/royalties" next=closings.next started=after().is_some()/>
                    </section>
                }
                .into_any()
            }}
        })}
    }
}
