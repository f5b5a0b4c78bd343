//! All mail of the site, to be read in development. In production there is no such page.

#[cfg(feature = "ssr")]
use crate::{
    error::AppError,
    server::{context, state::App},
};
use crate::{
    error::AppResult,
    t,
    ui::{
        head::PageHead,
        load::{Data, load},
    },
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

/// A mail that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    pub id: String,
    pub recipient: String,
    pub subject: String,
    pub body: String,
}

#[cfg(feature = "ssr")]
fn development() -> AppResult<App> {
    let app = context::app()?;
    if app.config.development() { Ok(app) } else { Err(AppError::NotFound) }
}

/// The latest hundred mails, newest first.
#[server(endpoint = "accounts/mailbox", input = GetUrl)]
pub async fn mailbox() -> AppResult<Vec<Mail>> {
    let app = development()?;
    Ok(sqlx::query_as!(Mail, "SELECT id, recipient, subject, body FROM outgoingMails ORDER BY id DESC LIMIT 100").fetch_all(&app.db).await?)
}

/// One mail.
#[server(endpoint = "accounts/mail", input = GetUrl)]
pub async fn one_mail(id: String) -> AppResult<Mail> {
    let app = development()?;
    Ok(sqlx::query_as!(Mail, "SELECT id, recipient, subject, body FROM outgoingMails WHERE id = ?", id).fetch_one(&app.db).await?)
}

/// `/dev/mailbox`
#[component]
pub fn MailboxPage() -> impl IntoView {
    let resource = Data::new(|| (), |()| mailbox());
    load(resource, |mails| {
        let empty = mails.is_empty().then(|| view! { <p>{t!("accounts.mailbox.empty")}</p> });
        let lines = mails
            .into_iter()
            .map(|mail| view! { <li><a href=format!("/dev/mailbox/{}", mail.id)>{mail.subject}</a> " " <span class="field-hint">{mail.recipient}</span></li> })
            .collect_view();
        view! {
            <PageHead title=t!("accounts.mailbox.title") path="/dev/mailbox"/>
            <div class="prose">
                <h1>{t!("accounts.mailbox.title")}</h1>
                <p>{t!("accounts.mailbox.lead")}</p>
                {empty}
                <ul>{lines}</ul>
            </div>
        }
    })
}

/// `/dev/mailbox/:id`
#[component]
pub fn MailPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let resource = Data::new(move || id.clone(), one_mail);
    load(resource, |mail| {
        view! {
            <PageHead title=mail.subject.clone()/>
            <article class="prose">
                <h1>{mail.subject}</h1>
                <p>{t!("accounts.mailbox.to", recipient = mail.recipient)}</p>
                {mail.body.lines().map(|line| view! { <p>{linked(line)}</p> }).collect_view()}
                <p><a href="/dev/mailbox">{t!("accounts.mailbox.title")}</a></p>
            </article>
        }
    })
}

/// A line of a mail, its links to be followed.
fn linked(line: &str) -> impl IntoView + use<> {
    line.split_inclusive(' ')
        .map(|word| {
            let address = word.trim().to_owned();
            if address.starts_with("http://") || address.starts_with("https://") {
                // Links of the site itself are followed within it, whatever it is called from outside.
                let site = boot_site();
                let target = address.strip_prefix(&site).map_or_else(|| address.clone(), str::to_owned);
                view! { <a href=target rel="external">{address}</a> " " }.into_any()
            } else {
                word.to_owned().into_any()
            }
        })
        .collect_view()
}

fn boot_site() -> String {
    crate::app::boot().site_url
}
