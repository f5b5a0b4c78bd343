//! What follows when a subscription's payment came, or was refused: the days it covers, the journal, the fund of those
//! who are heard in them, and the mails, in one database transaction.

use super::{
    a_month_after,
    renewals::{GRACE, RETRY_AFTER},
    store::live,
};
use crate::{
    error::AppError,
    ids::UserId,
    ledger::{self, Account, Entry, Transaction, kind},
    payments::{shown, store::Checkout},
    royalties,
    server::{mail, state::App},
    ui::format::date,
};
use sqlx::MySqlConnection;
use time::OffsetDateTime;

/// The columns of subscriptions have whole seconds, and would round up into the future.
fn whole(moment: OffsetDateTime) -> OffsetDateTime {
    moment.replace_nanosecond(0).unwrap_or(moment)
}

struct Order {
    id: i32,
    user: UserId,
    tier: i32,
    subscription: Option<i32>,
    kind: String,
    starts: Option<OffsetDateTime>,
}

/// A subscription whose checkout was paid: it begins, changes or goes on.
///
/// # Errors
/// [`AppError::Refused`] when that is not possible any more; the money then goes back.
pub async fn settle(tx: &mut MySqlConnection, app: &App, checkout: &Checkout, now: OffsetDateTime) -> ledger::Result<()> {
    let row = sqlx::query!("SELECT id, userId, tierId, subscriptionId, kind, startsAt FROM subscriptionOrders WHERE id = ?", checkout.subject_id)
        .fetch_one(&mut *tx)
        .await?;
    let order =
        Order { id: row.id, user: UserId(row.userId), tier: row.tierId, subscription: row.subscriptionId, kind: row.kind, starts: row.startsAt };
    // One change of a person's subscription at a time.
    sqlx::query_scalar!("SELECT id FROM users WHERE id = ? FOR UPDATE", order.user).fetch_one(&mut *tx).await?;
    let closed = sqlx::query_scalar!("SELECT closedAt FROM accountCredentials WHERE userId = ? LOCK IN SHARE MODE", order.user)
        .fetch_optional(&mut *tx)
        .await?;
    if closed.flatten().is_some() {
        return Err(AppError::Refused(crate::t!("subscriptions.gone").into_owned()).into());
    }
    let (subscription, starts, ends) = match order.kind.as_str() {
        "start" => begin(tx, checkout, &order, now).await?,
        "change" => change(tx, &order, now).await?,
        _ => go_on(tx, &order, now).await?,
    };
    sqlx::query!(
        "UPDATE subscriptionOrders SET state = 'completed', subscriptionId = ?, startsAt = ?, endsAt = ?, completedAt = ? WHERE id = ?",
        subscription,
        starts,
        ends,
        now,
        order.id
    )
    .execute(&mut *tx)
    .await?;
    let entries = vec![
        Entry { account: Account::SubscriptionPool, amount: checkout.net },
        Entry { account: Account::PlatformFees, amount: checkout.fee },
        Entry { account: Account::Provider(checkout.provider.name()), amount: checkout.amount.negated()? },
    ];
    ledger::post(
        tx,
        &Transaction {
            key: format!("subscription:{}", checkout.payment),
            kind: kind::SUBSCRIPTION,
            subject: "payments",
            subject_id: checkout.payment.0,
            reverses: None,
            entries,
            occurred_at: now,
        },
    )
    .await?;
    royalties::store::fund(tx, checkout.payment.0, order.user, starts, ends, checkout.net).await?;
    receipt(tx, app, checkout, &order, ends, now).await
}

type Days = (i32, OffsetDateTime, OffsetDateTime);

async fn begin(tx: &mut MySqlConnection, checkout: &Checkout, order: &Order, now: OffsetDateTime) -> ledger::Result<Days> {
    if live(tx, order.user, now).await?.is_some() {
        return Err(AppError::Refused(crate::t!("subscriptions.has_one").into_owned()).into());
    }
    let starts = whole(now);
    let ends = a_month_after(starts, starts.day());
    let id = sqlx::query!(
        "INSERT INTO userSubscriptions (userId, tierId, status, currentPeriodStart, currentPeriodEnd, cancelAtPeriodEnd, createdAt, updatedAt)
         VALUES (?, ?, 'active', ?, ?, 0, ?, ?)",
        order.user,
        order.tier,
        starts,
        ends,
        now,
        now
    )
    .execute(&mut *tx)
    .await?
    .last_insert_id();
    let id = i32::try_from(id).map_err(|_| crate::money::Overflow)?;
    sqlx::query!(
        "INSERT INTO subscriptionDetails (subscriptionId, provider, anchorDay, nextTierId, attempts, nextAttemptAt, keptUntil, updatedAt) VALUES (?, ?, ?, NULL, 0, NULL, ?, ?)",
        id,
        checkout.provider.name(),
        i32::from(starts.day()),
        ends + GRACE,
        now
    )
    .execute(&mut *tx)
    .await?;
    Ok((id, starts, ends))
}

/// A dearer tier for the rest of the period that it was worked out for.
async fn change(tx: &mut MySqlConnection, order: &Order, now: OffsetDateTime) -> ledger::Result<Days> {
    let gone = || AppError::Refused(crate::t!("subscriptions.period_over").into_owned());
    let row = live(tx, order.user, now).await?.ok_or_else(gone)?;
    let until = row.standing.until.filter(|until| *until > now).ok_or_else(gone)?;
    if Some(row.id) != order.subscription || Some(row.standing.since) != order.starts || row.standing.plan.id.0 == order.tier {
        return Err(gone().into());
    }
    sqlx::query!("UPDATE userSubscriptions SET tierId = ?, cancelAtPeriodEnd = 0, updatedAt = ? WHERE id = ?", order.tier, now, row.id)
        .execute(&mut *tx)
        .await?;
    sqlx::query!("UPDATE subscriptionDetails SET nextTierId = NULL, updatedAt = ? WHERE subscriptionId = ?", now, row.id).execute(&mut *tx).await?;
    Ok((row.id, whole(now), until))
}

/// The next period.
async fn go_on(tx: &mut MySqlConnection, order: &Order, now: OffsetDateTime) -> ledger::Result<Days> {
    let gone = || AppError::Refused(crate::t!("subscriptions.gone").into_owned());
    let id = order.subscription.ok_or_else(gone)?;
    let row = sqlx::query!(
        "SELECT s.currentPeriodEnd AS `until: OffsetDateTime`, s.status, d.anchorDay, d.keptUntil AS `kept: OffsetDateTime`
         FROM userSubscriptions s JOIN subscriptionDetails d ON d.subscriptionId = s.id WHERE s.id = ? FOR UPDATE",
        id
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or_else(gone)?;
    let until = row.until.filter(|until| Some(*until) == order.starts && matches!(row.status.as_str(), "active" | "past_due")).ok_or_else(gone)?;
    // Nobody pays for days that were not kept: of a renewal that comes later than that, the period begins now.
    let in_time = row.kept.is_none_or(|kept| now <= kept);
    let starts = if in_time { until } else { whole(now) };
    let anchor = if in_time { u8::try_from(row.anchorDay).unwrap_or(1) } else { starts.day() };
    let ends = a_month_after(starts, anchor);
    sqlx::query!(
        "UPDATE userSubscriptions SET tierId = ?, status = 'active', currentPeriodStart = ?, currentPeriodEnd = ?, updatedAt = ? WHERE id = ?",
        order.tier,
        starts,
        ends,
        now,
        id
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "UPDATE subscriptionDetails SET anchorDay = ?, nextTierId = NULL, attempts = 0, nextAttemptAt = NULL, keptUntil = ?, updatedAt = ? WHERE subscriptionId = ?",
        i32::from(anchor),
        ends + GRACE,
        now,
        id
    )
    .execute(&mut *tx)
    .await?;
    Ok((id, starts, ends))
}

async fn receipt(
    tx: &mut MySqlConnection,
    app: &App,
    checkout: &Checkout,
    order: &Order,
    ends: OffsetDateTime,
    now: OffsetDateTime,
) -> ledger::Result<()> {
    let Some((address, plan)) = reader(tx, order.user, order.tier).await? else { return Ok(()) };
    let key = match order.kind.as_str() {
        "start" => "subscriptions.mail.begun",
        "change" => "subscriptions.mail.changed",
        _ => "subscriptions.mail.renewed",
    };
    let body = crate::t!(
        key,
        plan = plan,
        total = shown(checkout.amount),
        music = shown(checkout.net),
        date = date(ends),
        receipt = format!("{}/receipts/{}", app.config.site_url, checkout.payment),
        link = format!("{}/settings/subscription", app.config.site_url)
    );
    mail::queue(tx, now, &address, &crate::t!("subscriptions.mail.receipt_subject", plan = plan), &body).await?;
    Ok(())
}

/// The address of whoever subscribes, and the tier's name.
pub(super) async fn reader(tx: &mut MySqlConnection, user: UserId, tier: i32) -> sqlx::Result<Option<(String, String)>> {
    let row = sqlx::query!(
        "SELECT c.email, t.name FROM accountCredentials c JOIN subscriptionTiers t ON t.id = ? WHERE c.userId = ? AND c.closedAt IS NULL",
        tier,
        user
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| (row.email, row.name)))
}

/// A payment that was refused, declined or not finished. Of a renewal: it is tried again, and the tier is kept meanwhile.
///
/// # Errors
/// When the database does not answer.
pub async fn fail(tx: &mut MySqlConnection, app: &App, order: i32, now: OffsetDateTime) -> ledger::Result<()> {
    let done = sqlx::query!("UPDATE subscriptionOrders SET state = 'failed' WHERE id = ? AND state = 'pending'", order).execute(&mut *tx).await?;
    let row =
        sqlx::query!("SELECT userId, subscriptionId, kind, startsAt, amount FROM subscriptionOrders WHERE id = ?", order).fetch_one(&mut *tx).await?;
    let Some(subscription) = row.subscriptionId.filter(|_| row.kind == "renewal" && done.rows_affected() > 0) else { return Ok(()) };
    let late = sqlx::query!(
        "SELECT s.tierId, s.currentPeriodEnd AS `until: OffsetDateTime`, d.attempts, d.keptUntil AS `kept: OffsetDateTime`
         FROM userSubscriptions s JOIN subscriptionDetails d ON d.subscriptionId = s.id
         WHERE s.id = ? AND s.status IN ('active', 'past_due') FOR UPDATE",
        subscription
    )
    .fetch_optional(&mut *tx)
    .await?;
    // Paid by hand in the meantime, or ended.
    let Some(late) = late.filter(|late| late.until == row.startsAt) else { return Ok(()) };
    let attempt = usize::try_from(late.attempts).unwrap_or(0);
    let again = RETRY_AFTER.get(attempt).map(|wait| now + *wait);
    // The grace of a renewal that was tried late begins then.
    let kept = late.kept.filter(|kept| *kept > now).unwrap_or(now + GRACE);
    sqlx::query!("UPDATE userSubscriptions SET status = 'past_due', updatedAt = ? WHERE id = ?", now, subscription).execute(&mut *tx).await?;
    sqlx::query!(
        "UPDATE subscriptionDetails SET attempts = attempts + 1, nextAttemptAt = ?, keptUntil = ?, updatedAt = ? WHERE subscriptionId = ?",
        again.unwrap_or(kept),
        kept,
        now,
        subscription
    )
    .execute(&mut *tx)
    .await?;
    let Some((address, plan)) = reader(tx, UserId(row.userId), late.tierId).await? else { return Ok(()) };
    let again = again.filter(|again| *again < kept);
    let next = again.map_or_else(|| crate::t!("subscriptions.mail.no_more"), |again| crate::t!("subscriptions.mail.again", date = date(again)));
    let body = crate::t!(
        "subscriptions.mail.failed",
        plan = plan,
        amount = shown(row.amount.into()),
        next = next,
        date = date(kept),
        link = format!("{}/settings/subscription", app.config.site_url)
    );
    mail::queue(tx, now, &address, &crate::t!("subscriptions.mail.failed_subject", plan = plan), &body).await?;
    Ok(())
}
