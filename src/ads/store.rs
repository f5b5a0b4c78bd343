//! Advertisements in the database.

use super::{Ad, AdDraft, AdLine, AdText, Run};
use crate::{
    accounts::entitlements::entitlements,
    error::{AppError, AppResult},
    ids::{AdId, UserId},
    ledger::audit,
    listening,
    money::Cents,
    page::{Page, one_more},
    server::{rate, sessions::Visitor, state::App},
};
use time::Date;

const PAGE: usize = 50;
/// The same person sees, or follows, the same advertisement that often and no more, as far as the advertiser pays.
const ONCE: rate::Limit = rate::Limit::per_minutes(1, 1);

/// What a browser reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Impression,
    Click,
}

/// One of those that run today, by chance; nothing for those whose tier has none.
///
/// # Errors
/// When the database does not answer.
pub async fn pick(app: &App, user: Option<UserId>) -> AppResult<Option<Ad>> {
    if !entitlements(app, user).await?.ads {
        return Ok(None);
    }
    let today = app.clock.now().date();
    let mut running = sqlx::query_as!(
        Ad,
        "SELECT id, advertiser, headline, body FROM advertisements
         WHERE isActive = 1 AND startsOn <= ? AND (endsOn IS NULL OR endsOn >= ?) ORDER BY id DESC LIMIT 100",
        today,
        today
    )
    .fetch_all(&app.db)
    .await?;
    if running.is_empty() {
        return Ok(None);
    }
    let chosen = ulid::Ulid::new().random() % u128::try_from(running.len()).unwrap_or(1);
    Ok(Some(running.swap_remove(usize::try_from(chosen).unwrap_or(0))))
}

/// Where an advertisement leads.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub async fn link(app: &App, id: AdId) -> AppResult<String> {
    Ok(sqlx::query_scalar!("SELECT link FROM advertisements WHERE id = ?", id).fetch_one(&app.db).await?)
}

/// Counts what this person's browser reports of an advertisement that runs, at most once a minute.
///
/// # Errors
/// When the database does not answer.
pub async fn count(app: &App, visitor: &Visitor, id: AdId, what: What) -> AppResult<()> {
    let now = app.clock.now();
    let user = visitor.me.as_ref().map(|me| me.id);
    let runs = sqlx::query_scalar!(
        "SELECT id FROM advertisements WHERE id = ? AND isActive = 1 AND startsOn <= ? AND (endsOn IS NULL OR endsOn >= ?)",
        id,
        now.date(),
        now.date()
    )
    .fetch_optional(&app.db)
    .await?;
    if runs.is_none() || !entitlements(app, user).await?.ads {
        return Ok(());
    }
    let who = listening::listener(user, &visitor.address_key);
    match rate::attempt(app, &format!("ad:{what:?}:{id}:{who}"), ONCE).await {
        Ok(()) => {}
        Err(AppError::TooMany { .. }) => return Ok(()),
        Err(error) => return Err(error),
    }
    let (seen, followed) = (i32::from(what == What::Impression), i32::from(what == What::Click));
    let by_visitor = i32::from(user.is_none());
    let mut tx = app.db.begin().await?;
    if let Some(user) = user {
        // The table has no unique key for a listener's row: who holds the user's row is alone with it.
        sqlx::query!("SELECT id FROM users WHERE id = ? FOR UPDATE", user).fetch_one(&mut *tx).await?;
        let ad = id.to_string();
        let changed = sqlx::query!(
            "UPDATE adMetrics SET impressions = impressions + ?, clicks = clicks + ?, lastInteraction = ? WHERE userId = ? AND adId = ? ORDER BY id LIMIT 1",
            seen,
            followed,
            now,
            user,
            ad
        )
        .execute(&mut *tx)
        .await?;
        if changed.rows_affected() == 0 {
            sqlx::query!(
                "INSERT INTO adMetrics (userId, adId, impressions, clicks, lastInteraction, createdAt) VALUES (?, ?, ?, ?, ?, ?)",
                user,
                ad,
                seen,
                followed,
                now,
                now
            )
            .execute(&mut *tx)
            .await?;
        }
    }
    sqlx::query!(
        "INSERT INTO adDays (adId, day, impressions, clicks, visitorImpressions, visitorClicks) VALUES (?, ?, ?, ?, ?, ?)
         ON DUPLICATE KEY UPDATE impressions = impressions + VALUES(impressions), clicks = clicks + VALUES(clicks),
             visitorImpressions = visitorImpressions + VALUES(visitorImpressions), visitorClicks = visitorClicks + VALUES(visitorClicks)",
        id,
        now.date(),
        seen * (1 - by_visitor),
        followed * (1 - by_visitor),
        seen * by_visitor,
        followed * by_visitor
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Every advertisement with what it did, newest first, from before the one with the id `before` on.
///
/// # Errors
/// When the database does not answer.
pub async fn all(app: &App, before: Option<i32>) -> AppResult<Page<AdLine>> {
    let today = app.clock.now().date();
    let rows = sqlx::query!(
        "SELECT a.id, a.advertiser, a.headline, a.pricePerThousand, a.startsOn, a.endsOn, a.isActive,
                CAST(COALESCE(d.impressions, 0) AS SIGNED) AS `impressions!: i64`, CAST(COALESCE(d.clicks, 0) AS SIGNED) AS `clicks!: i64`,
                CAST(COALESCE(d.billed, 0) AS SIGNED) AS `billed!: i64`
         FROM advertisements a
         LEFT JOIN (SELECT adId, SUM(impressions + visitorImpressions) AS impressions, SUM(clicks + visitorClicks) AS clicks, SUM(billed) AS billed
                    FROM adDays GROUP BY adId) d ON d.adId = a.id
         WHERE a.id < ? ORDER BY a.id DESC LIMIT ?",
        before.unwrap_or(i32::MAX),
        one_more(PAGE)
    )
    .fetch_all(&app.db)
    .await?;
    let lines = rows
        .into_iter()
        .map(|row| AdLine {
            id: AdId(row.id),
            advertiser: row.advertiser,
            headline: row.headline,
            run: run(today, row.startsOn, row.endsOn, row.isActive != 0),
            price_per_thousand: row.pricePerThousand.into(),
            impressions: row.impressions,
            clicks: row.clicks,
            billed: Cents(row.billed),
        })
        .collect();
    Ok(Page::of(lines, PAGE, |line: &AdLine| line.id.to_string()))
}

fn run(today: Date, starts: Date, ends: Option<Date>, active: bool) -> Run {
    if ends.is_some_and(|end| end < today) {
        Run::Over
    } else if !active {
        Run::Paused
    } else if today < starts {
        Run::Planned
    } else {
        Run::Running
    }
}

/// One as it was written; without an id, an empty one that starts today.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub async fn draft(app: &App, id: Option<AdId>) -> AppResult<AdDraft> {
    let Some(id) = id else {
        return Ok(AdDraft { starts_on: app.clock.now().date().to_string(), active: true, ..AdDraft::default() });
    };
    let row =
        sqlx::query!("SELECT advertiser, headline, body, link, pricePerThousand, startsOn, endsOn, isActive FROM advertisements WHERE id = ?", id)
            .fetch_one(&app.db)
            .await?;
    Ok(AdDraft {
        advertiser: row.advertiser,
        headline: row.headline,
        body: row.body,
        link: row.link,
        price: Cents::from(row.pricePerThousand).to_decimal(),
        starts_on: row.startsOn.to_string(),
        ends_on: row.endsOn.map(|day| day.to_string()).unwrap_or_default(),
        active: row.isActive != 0,
    })
}

/// Writes a new advertisement, or changes one. A changed price is that of days that are not closed yet.
///
/// # Errors
/// [`AppError::NotFound`] when there is none with this id.
pub async fn save(app: &App, admin: UserId, id: Option<AdId>, text: &AdText) -> AppResult<AdId> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let id = match id {
        Some(id) => {
            sqlx::query!("SELECT id FROM advertisements WHERE id = ? FOR UPDATE", id).fetch_one(&mut *tx).await?;
            sqlx::query!(
                "UPDATE advertisements SET advertiser = ?, headline = ?, body = ?, link = ?, pricePerThousand = ?, startsOn = ?, endsOn = ?, isActive = ? WHERE id = ?",
                text.advertiser,
                text.headline,
                text.body,
                text.link,
                text.price_per_thousand.as_int()?,
                text.starts_on,
                text.ends_on,
                i32::from(text.active),
                id
            )
            .execute(&mut *tx)
            .await?;
            id
        }
        None => {
            let id = sqlx::query!(
                "INSERT INTO advertisements (advertiser, headline, body, link, pricePerThousand, startsOn, endsOn, isActive, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                text.advertiser,
                text.headline,
                text.body,
                text.link,
                text.price_per_thousand.as_int()?,
                text.starts_on,
                text.ends_on,
                i32::from(text.active),
                now
            )
            .execute(&mut *tx)
            .await?
            .last_insert_id();
            AdId(i32::try_from(id).map_err(|_| crate::money::Overflow)?)
        }
    };
    audit(&mut tx, now, Some(admin), "ad.saved", "advertisements", id.0, Some(&text.headline)).await.map_err(AppError::from)?;
    tx.commit().await?;
    Ok(id)
}
