//! What happens to subscriptions by itself: they go on, or end.

use super::{
    Plan,
    settle::reader,
    store::{self, Order},
};
use crate::{
    error::AppError,
    ids::{TierId, UserId},
    ledger::{self, begin, commit, retrying},
    payments::{
        self, Provider,
        gateway::{Call, Charge},
        outbox,
    },
    server::{mail, state::App, tokens},
};
use sqlx::MySqlConnection;
use time::{Duration, OffsetDateTime};

/// How long a tier is kept when its renewal is refused.
pub const GRACE: Duration = Duration::days(7);
/// When a refused renewal is tried again: after the first, the second and the third refusal.
pub const RETRY_AFTER: [Duration; 3] = [Duration::days(1), Duration::days(2), Duration::days(3)];
const AT_ONCE: i64 = 100;

/// The key of the call that charges for a checkout nobody sits in front of.
pub fn charge_key(checkout: &str) -> String {
    format!("charge:{checkout}")
}

/// Ends what ends now, and writes down what is to be charged; the outbox sends it.
///
/// # Errors
/// When the database does not answer.
pub async fn sweep(app: &App, now: OffsetDateTime) -> ledger::Result<()> {
    let over = sqlx::query!(
        "SELECT s.id, s.cancelAtPeriodEnd FROM userSubscriptions s JOIN subscriptionDetails d ON d.subscriptionId = s.id
         WHERE s.status IN ('active', 'past_due') AND s.currentPeriodEnd <= ?
           AND (s.cancelAtPeriodEnd = 1 OR (s.status = 'past_due' AND d.keptUntil <= ?))
         ORDER BY s.id LIMIT ?",
        now,
        now,
        AT_ONCE
    )
    .fetch_all(&app.db)
    .await?;
    for row in over {
        retrying(|| end(app, row.id, now)).await?;
    }
    let due = sqlx::query_scalar!(
        "SELECT s.id FROM userSubscriptions s JOIN subscriptionDetails d ON d.subscriptionId = s.id
         WHERE s.status IN ('active', 'past_due') AND s.currentPeriodEnd <= ? AND s.cancelAtPeriodEnd = 0
           AND (d.nextAttemptAt IS NULL OR d.nextAttemptAt <= ?) AND (s.status = 'active' OR d.keptUntil > ?)
         ORDER BY s.currentPeriodEnd, s.id LIMIT ?",
        now,
        now,
        now,
        AT_ONCE
    )
    .fetch_all(&app.db)
    .await?;
    for id in due {
        if let Err(error) = retrying(|| charge(app, id, now)).await {
            tracing::warn!(subscription = id, "a subscription could not be renewed, it is tried again: {error:#}");
        }
    }
    Ok(())
}

/// Ends a subscription that was cancelled, or never paid.
async fn end(app: &App, id: i32, now: OffsetDateTime) -> ledger::Result<()> {
    let mut tx = begin(app).await?;
    let row = sqlx::query!(
        "SELECT s.userId, s.tierId, s.cancelAtPeriodEnd FROM userSubscriptions s JOIN subscriptionDetails d ON d.subscriptionId = s.id
         WHERE s.id = ? AND s.status IN ('active', 'past_due') AND s.currentPeriodEnd <= ?
           AND (s.cancelAtPeriodEnd = 1 OR (s.status = 'past_due' AND d.keptUntil <= ?)) FOR UPDATE",
        id,
        now,
        now
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(()) };
    let status = if row.cancelAtPeriodEnd != 0 { "cancelled" } else { "expired" };
    finish(&mut tx, app, id, UserId(row.userId), row.tierId, status, now).await?;
    commit(tx).await
}

async fn finish(tx: &mut MySqlConnection, app: &App, id: i32, user: UserId, tier: i32, status: &str, now: OffsetDateTime) -> ledger::Result<()> {
    sqlx::query!("UPDATE userSubscriptions SET status = ?, updatedAt = ? WHERE id = ?", status, now, id).execute(&mut *tx).await?;
    if let Some((address, plan)) = reader(tx, user, tier).await? {
        let link = format!("{}/plans", app.config.site_url);
        let body = if status == "expired" {
            crate::t!("subscriptions.mail.expired", plan = plan, link = link)
        } else {
            crate::t!("subscriptions.mail.ended", plan = plan, link = link)
        };
        mail::queue(tx, now, &address, &crate::t!("subscriptions.mail.ended_subject", plan = plan), &body).await?;
    }
    Ok(())
}

/// Writes down the payment of the next period and that it is to be charged, once at a time.
async fn charge(app: &App, id: i32, now: OffsetDateTime) -> ledger::Result<()> {
    let mut tx = begin(app).await?;
    let row = sqlx::query!(
        "SELECT s.userId, s.currentPeriodEnd AS `until: OffsetDateTime`, d.provider, t.id AS tierId, t.name, t.monthlyPrice, c.email AS `email?: String`,
                c.closedAt AS `closedAt?: OffsetDateTime`
         FROM userSubscriptions s
         JOIN subscriptionDetails d ON d.subscriptionId = s.id
         JOIN subscriptionTiers t ON t.id = COALESCE(d.nextTierId, s.tierId)
         LEFT JOIN accountCredentials c ON c.userId = s.userId
         WHERE s.id = ? AND s.status IN ('active', 'past_due') AND s.currentPeriodEnd <= ? AND s.cancelAtPeriodEnd = 0
           AND (d.nextAttemptAt IS NULL OR d.nextAttemptAt <= ?) FOR UPDATE",
        id,
        now,
        now
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(()) };
    if row.closedAt.is_some() || row.monthlyPrice <= 0 {
        finish(&mut tx, app, id, UserId(row.userId), row.tierId, "cancelled", now).await?;
        return commit(tx).await;
    }
    let waiting =
        sqlx::query_scalar!("SELECT id FROM subscriptionOrders WHERE subscriptionId = ? AND kind = 'renewal' AND state = 'pending' LIMIT 1", id)
            .fetch_optional(&mut *tx)
            .await?;
    if waiting.is_some() {
        return Ok(());
    }
    let provider = Provider::of_name(&row.provider).ok_or(AppError::NotFound)?;
    let plan = Plan { id: TierId(row.tierId), name: row.name, price: row.monthlyPrice.into(), features: Vec::new() };
    let intent = store::intent(app, UserId(row.userId), provider, row.email.as_deref().unwrap_or_default(), &plan, plan.price, &tokens::ulid())?;
    let order = Order { subscription: Some(id), tier: plan.id, kind: "renewal", starts: row.until };
    let (payment, order) = store::write(&mut tx, &intent, order, now).await?;
    let checkout = tokens::ulid();
    payments::store::write_checkout(&mut tx, &checkout, &intent, payment, store::TABLE, order, now).await?;
    // Charged again is whoever paid at the provider's page last.
    let before = sqlx::query_scalar!(
        "SELECT p.providerPaymentId AS `reference!: String` FROM subscriptionOrders o JOIN payments p ON p.id = o.paymentId
         WHERE o.subscriptionId = ? AND o.state = 'completed' AND o.kind <> 'renewal' AND p.provider = ? AND p.providerPaymentId IS NOT NULL
         ORDER BY o.id DESC LIMIT 1",
        id,
        row.provider
    )
    .fetch_optional(&mut *tx)
    .await?;
    let call = Call::Charge(Charge {
        checkout: checkout.clone(),
        before: before.unwrap_or_default(),
        amount: intent.amount,
        title: intent.title.clone(),
        email: intent.email.clone(),
    });
    outbox::write(&mut tx, provider, &charge_key(&checkout), &call, now).await?;
    commit(tx).await
}
