//! `/admin`

use super::api;
use crate::{
    payments::shown,
    t,
    ui::{
        format::number,
        head::PageHead,
        load::{Data, load},
        stat::{Stat, Stats},
    },
};
use leptos::prelude::*;

/// `/admin`
#[component]
pub fn AdminPage() -> impl IntoView {
    let figures = Data::new(|| (), |()| api::overview());
    view! {
        <PageHead title=t!("admin.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("admin.title")}</h1>
            <p class="page-lead">{t!("admin.lead")}</p>
        </header>
        {load(figures, |figures| view! {
            <section class="section">
                <h2>{t!("admin.money")}</h2>
                <Stats>
                    <Stat label=t!("admin.pending") value=number(figures.payouts_pending) href="/admin/payouts"
                        note=t!("admin.pending_note", total = shown(figures.payouts_pending_total))/>
                    <Stat label=t!("admin.processing") value=number(figures.payouts_processing) href="/admin/payouts?status=processing"/>
                    <Stat label=t!("admin.tips") value=number(figures.tips) note=t!("admin.tips_note", total = shown(figures.tips_total))/>
                </Stats>
                <div class="btn-row">
                    <a class="btn" href="/admin/payments">{t!("refunds.title")}</a>
                    <a class="btn" href="/admin/disputes">{t!("refunds.disputes.title")}</a>
                    <a class="btn" href="/admin/royalties">{t!("royalties.title")}</a>
                    <a class="btn" href="/admin/albums">{t!("catalogue.admin.title")}</a>
                    <a class="btn" href="/admin/ads">{t!("ads.title")}</a>
                </div>
            </section>
            <section class="section">
                <h2>{t!("admin.site")}</h2>
                <Stats>
                    <Stat label=t!("admin.queued") value=number(figures.jobs_queued) href="/admin/jobs"/>
                    <Stat label=t!("admin.dead") value=number(figures.jobs_dead) href="/admin/jobs" note=t!("admin.dead_note")/>
                    <Stat label=t!("admin.users") value=number(figures.users)/>
                    <Stat label=t!("admin.artists") value=number(figures.artists)/>
                </Stats>
            </section>
        })}
    }
}
