//! Subscriptions in the database: what somebody has, what choosing a tier means, and what is written before it is paid.

use super::{LEAST_CHARGE, Late, Own, Paid, Plan, Plans, Proposal, Standing, Step, a_month_after, days_left, prorated};
use crate::{
    accounts::Me,
    error::{AppError, AppResult},
    ids::{PaymentId, TierId, UserId},
    ledger::{self, begin, commit, retrying},
    money::Cents,
    payments::{self, Provider, store::Intent},
    server::{mail, state::App, tokens},
    ui::format::date,
};
use sqlx::MySqlConnection;
use time::OffsetDateTime;

pub(super) const TABLE: &str = "subscriptionOrders";
const SHOWN: i64 = 24;

fn plan(id: i32, name: String, price: i32, features: Option<&str>) -> Plan {
    Plan { id: TierId(id), name, price: price.into(), features: serde_json::from_str(features.unwrap_or("[]")).unwrap_or_default() }
}

/// A subscription as its rows have it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub id: i32,
    pub status: String,
    pub standing: Standing,
}

/// The subscription that somebody has now, the dearest one of several.
pub(super) async fn live(connection: &mut MySqlConnection, user: UserId, now: OffsetDateTime) -> sqlx::Result<Option<Row>> {
    let row = sqlx::query!(
        "SELECT s.id, s.status, s.currentPeriodStart, s.currentPeriodEnd, s.cancelAtPeriodEnd, t.id AS tierId, t.name, t.monthlyPrice, t.features,
                d.keptUntil AS `keptUntil?: OffsetDateTime`, d.nextAttemptAt AS `nextAttemptAt?: OffsetDateTime`, d.subscriptionId AS `ours?: i32`,
                n.id AS `nextId?: i32`, n.name AS `nextName?: String`, n.monthlyPrice AS `nextPrice?: i32`, n.features AS `nextFeatures?: String`
         FROM userSubscriptions s
         JOIN subscriptionTiers t ON t.id = s.tierId
         LEFT JOIN subscriptionDetails d ON d.subscriptionId = s.id
         LEFT JOIN subscriptionTiers n ON n.id = d.nextTierId
         WHERE s.userId = ? AND t.monthlyPrice > 0 AND s.status IN ('active', 'past_due')
           AND (s.currentPeriodEnd IS NULL OR s.currentPeriodEnd > ? OR (d.keptUntil > ? AND s.cancelAtPeriodEnd = 0))
         ORDER BY t.monthlyPrice DESC, s.id DESC LIMIT 1",
        user,
        now,
        now
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| {
        let next = row.nextId.zip(row.nextName).zip(row.nextPrice);
        let late = (row.status == "past_due").then_some(row.keptUntil).flatten();
        Row {
            id: row.id,
            status: row.status,
            standing: Standing {
                plan: plan(row.tierId, row.name, row.monthlyPrice, row.features.as_deref()),
                since: row.currentPeriodStart,
                until: row.currentPeriodEnd,
                ends: row.cancelAtPeriodEnd != 0,
                late: late.map(|kept_until| Late { kept_until, again_at: row.nextAttemptAt.filter(|at| *at < kept_until) }),
                next: next.map(|((id, name), price)| plan(id, name, price, row.nextFeatures.as_deref())),
                ours: row.ours.is_some(),
            },
        }
    }))
}

async fn tiers(connection: &mut MySqlConnection) -> sqlx::Result<Vec<Plan>> {
    let rows = sqlx::query!("SELECT id, name, monthlyPrice, features FROM subscriptionTiers ORDER BY monthlyPrice, id").fetch_all(connection).await?;
    Ok(rows.into_iter().map(|row| plan(row.id, row.name, row.monthlyPrice, row.features.as_deref())).collect())
}

async fn tier(connection: &mut MySqlConnection, id: TierId) -> AppResult<Plan> {
    let row = sqlx::query!("SELECT id, name, monthlyPrice, features FROM subscriptionTiers WHERE id = ?", id)
        .fetch_optional(connection)
        .await?
        .ok_or(AppError::NotFound)?;
    Ok(plan(row.id, row.name, row.monthlyPrice, row.features.as_deref()))
}

/// All tiers, and which of them somebody has.
///
/// # Errors
/// When the database does not answer.
pub async fn plans(app: &App, user: Option<UserId>, now: OffsetDateTime) -> AppResult<Plans> {
    let mut connection = app.db.acquire().await?;
    let standing = match user {
        Some(user) => live(&mut connection, user, now).await?.map(|row| row.standing),
        None => None,
    };
    let rules = &app.config.rules;
    Ok(Plans {
        plans: tiers(&mut connection).await?,
        standing,
        free_plays: rules.free_plays_a_day,
        share_basis_points: rules.stream_share_basis_points,
    })
}

/// What choosing a tier means for somebody now.
fn step(me: &Me, standing: Option<&Standing>, plan: &Plan, now: OffsetDateTime) -> AppResult<Step> {
    let not = |why: std::borrow::Cow<'_, str>| Ok(Step::Not { why: why.into_owned() });
    if !me.verified {
        return not(crate::t!("subscriptions.not.verify"));
    }
    let Some(standing) = standing else {
        if plan.price == Cents::ZERO {
            return not(crate::t!("subscriptions.not.free"));
        }
        return Ok(Step::Begin { until: a_month_after(now, now.day()) });
    };
    if standing.plan.id == plan.id {
        return not(crate::t!("subscriptions.not.same"));
    }
    let Some(until) = standing.until.filter(|_| standing.ours) else {
        return not(crate::t!("subscriptions.not.elsewhere", plan = standing.plan.name));
    };
    if plan.price == Cents::ZERO {
        return not(crate::t!("subscriptions.not.cancel"));
    }
    if standing.late.is_some() || until <= now {
        return not(crate::t!("subscriptions.not.late"));
    }
    if plan.price <= standing.plan.price {
        return Ok(Step::Down { from: until });
    }
    let (left, of) = days_left(now, standing.since, until);
    let (worth, credit) = (prorated(plan.price, left, of)?, prorated(standing.plan.price, left, of)?);
    let difference = worth.minus(credit)?;
    let due = if difference < LEAST_CHARGE { Cents::ZERO } else { difference };
    Ok(Step::Up { worth, credit, due, until })
}

/// What choosing a tier means, with what is paid and when.
///
/// # Errors
/// [`AppError::NotFound`] without such a tier.
pub async fn proposal(app: &App, me: &Me, id: TierId, now: OffsetDateTime) -> AppResult<Proposal> {
    let mut connection = app.db.acquire().await?;
    let plan = tier(&mut connection, id).await?;
    let standing = live(&mut connection, me.id, now).await?.map(|row| row.standing);
    let step = step(me, standing.as_ref(), &plan, now)?;
    let rules = &app.config.rules;
    Ok(Proposal {
        plan,
        standing,
        step,
        form_key: tokens::ulid(),
        free_plays: rules.free_plays_a_day,
        share_basis_points: rules.stream_share_basis_points,
    })
}

/// What came of choosing a tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// It is to be paid, by this checkout.
    Pay(String),
    /// It is done, in a sentence.
    Done(String),
}

/// Chooses a tier: opens the checkout, or changes what costs nothing now.
///
/// # Errors
/// [`AppError::Refused`] where [`Step::Not`] says so, or for a form that was sent with other content.
pub async fn choose(app: &App, me: &Me, provider: Provider, id: TierId, form_key: &str, now: OffsetDateTime) -> AppResult<Chosen> {
    if form_key.parse::<ulid::Ulid>().is_err() {
        return Err(AppError::Refused(crate::t!("error.malformed").into_owned()));
    }
    let mut connection = app.db.acquire().await?;
    let plan = tier(&mut connection, id).await?;
    let live = live(&mut connection, me.id, now).await?;
    drop(connection);
    match step(me, live.as_ref().map(|row| &row.standing), &plan, now)? {
        Step::Not { why } => Err(AppError::Refused(why)),
        Step::Begin { .. } => {
            let order = Order { subscription: None, tier: id, kind: "start", starts: None };
            open(app, me, provider, &plan, plan.price, order, form_key, now).await.map(Chosen::Pay)
        }
        Step::Up { due, .. } if due > Cents::ZERO => {
            let live = live.ok_or(AppError::NotFound)?;
            // What it is worth depends on the period that it belongs to.
            let order = Order { subscription: Some(live.id), tier: id, kind: "change", starts: Some(live.standing.since) };
            open(app, me, provider, &plan, due, order, form_key, now).await.map(Chosen::Pay)
        }
        Step::Up { .. } => {
            let live = live.ok_or(AppError::NotFound)?;
            set(app, me, live.id, Setting::Tier(id), now).await?;
            Ok(Chosen::Done(crate::t!("subscriptions.changed", plan = plan.name).into_owned()))
        }
        Step::Down { from } => {
            let live = live.ok_or(AppError::NotFound)?;
            set(app, me, live.id, Setting::Next(id), now).await?;
            Ok(Chosen::Done(crate::t!("subscriptions.will_change", plan = plan.name, date = date(from)).into_owned()))
        }
    }
}

/// What a payment will be for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    pub subscription: Option<i32>,
    pub tier: TierId,
    pub kind: &'static str,
    /// The start of the period that it was worked out for.
    pub starts: Option<OffsetDateTime>,
}

/// How a payment is shared out: what goes to whom is heard, and what the site keeps.
pub(super) fn intent(
    app: &App,
    payer: UserId,
    provider: Provider,
    email: &str,
    plan: &Plan,
    amount: Cents,
    form_key: &str,
) -> ledger::Result<Intent> {
    let music = amount.basis_points(app.config.rules.stream_share_basis_points)?;
    Ok(Intent {
        payer,
        provider,
        purpose: payments::store::SUBSCRIPTION,
        title: crate::t!("subscriptions.what", plan = plan.name).into_owned(),
        email: Some(email.to_owned()).filter(|email| !email.is_empty()),
        form_key: form_key.to_owned(),
        fingerprint: tokens::digest(&format!("{payer} subscription {} {}", plan.id, amount.0)),
        amount,
        fee: amount.minus(music)?,
        net: music,
    })
}

async fn open(
    app: &App,
    me: &Me,
    provider: Provider,
    plan: &Plan,
    amount: Cents,
    order: Order,
    form_key: &str,
    now: OffsetDateTime,
) -> AppResult<String> {
    let intent = intent(app, me.id, provider, &me.email, plan, amount, form_key)?;
    Ok(retrying(|| open_once(app, &intent, order, now)).await?)
}

async fn open_once(app: &App, intent: &Intent, order: Order, now: OffsetDateTime) -> ledger::Result<String> {
    let mut tx = begin(app).await?;
    if let Some(checkout) = payments::store::checkout_of_form(&mut tx, &intent.form_key, &intent.fingerprint).await? {
        return Ok(checkout);
    }
    let (payment, id) = write(&mut tx, intent, order, now).await?;
    let checkout = tokens::ulid();
    payments::store::open_checkout(&mut tx, app, &checkout, intent, payment, TABLE, id, now).await?;
    commit(tx).await?;
    Ok(checkout)
}

/// The payment and the order of an intent, pending.
pub(super) async fn write(tx: &mut MySqlConnection, intent: &Intent, order: Order, now: OffsetDateTime) -> ledger::Result<(PaymentId, i32)> {
    let payment = payments::store::pending_payment(tx, intent, now).await?;
    let id = sqlx::query!(
        "INSERT INTO subscriptionOrders (userId, paymentId, tierId, subscriptionId, kind, amount, startsAt, state, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', ?)",
        intent.payer,
        payment,
        order.tier,
        order.subscription,
        order.kind,
        intent.amount.as_int()?,
        order.starts,
        now
    )
    .execute(tx)
    .await?
    .last_insert_id();
    Ok((payment, i32::try_from(id).map_err(|_| crate::money::Overflow)?))
}

/// What its owner changes without paying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setting {
    /// This tier, now.
    Tier(TierId),
    /// This tier, from the next period on.
    Next(TierId),
    /// It ends with its period.
    End,
    /// It goes on as it is.
    GoOn,
}

async fn set(app: &App, me: &Me, id: i32, setting: Setting, now: OffsetDateTime) -> AppResult<()> {
    Ok(retrying(|| async move {
        let mut tx = begin(app).await?;
        let row = sqlx::query!(
            "SELECT s.tierId, s.currentPeriodEnd AS `until: OffsetDateTime`, t.name FROM userSubscriptions s JOIN subscriptionTiers t ON t.id = s.tierId
             WHERE s.id = ? AND s.userId = ? AND s.status IN ('active', 'past_due') FOR UPDATE",
            id,
            me.id
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(AppError::NotFound)?;
        let tier = if let Setting::Tier(tier) = setting { tier } else { TierId(row.tierId) };
        let next = if let Setting::Next(tier) = setting { Some(tier) } else { None };
        let ends = i32::from(setting == Setting::End);
        sqlx::query!("UPDATE userSubscriptions SET tierId = ?, cancelAtPeriodEnd = ?, updatedAt = ? WHERE id = ?", tier, ends, now, id)
            .execute(&mut *tx)
            .await?;
        sqlx::query!("UPDATE subscriptionDetails SET nextTierId = ?, updatedAt = ? WHERE subscriptionId = ?", next, now, id).execute(&mut *tx).await?;
        if let (Setting::End, Some(until)) = (setting, row.until) {
            let link = format!("{}/settings/subscription", app.config.site_url);
            let body = crate::t!("subscriptions.mail.cancelled", plan = row.name, date = date(until), link = link);
            mail::queue(&mut tx, now, &me.email, &crate::t!("subscriptions.mail.cancelled_subject", plan = row.name), &body).await?;
        }
        commit(tx).await
    })
    .await?)
}

/// Ends somebody's subscription with its period; of one that is late, at once.
///
/// # Errors
/// [`AppError::Refused`] without one that goes on.
pub async fn cancel(app: &App, me: &Me, now: OffsetDateTime) -> AppResult<OffsetDateTime> {
    let row = own(app, me, now).await?;
    let until = row.standing.until.unwrap_or(now);
    if !row.standing.ends {
        set(app, me, row.id, Setting::End, now).await?;
    }
    Ok(until)
}

/// Takes a cancellation back, or a change that is still to come.
///
/// # Errors
/// [`AppError::Refused`] when it has ended already.
pub async fn resume(app: &App, me: &Me, now: OffsetDateTime) -> AppResult<()> {
    let row = own(app, me, now).await?;
    set(app, me, row.id, Setting::GoOn, now).await
}

async fn own(app: &App, me: &Me, now: OffsetDateTime) -> AppResult<Row> {
    let row = live(&mut *app.db.acquire().await?, me.id, now).await?;
    row.filter(|row| row.standing.ours).ok_or_else(|| AppError::Refused(crate::t!("subscriptions.none").into_owned()))
}

/// Opens the checkout of a period whose renewal was refused.
///
/// # Errors
/// [`AppError::Refused`] when nothing is due.
pub async fn pay_late(app: &App, me: &Me, provider: Provider, form_key: &str, now: OffsetDateTime) -> AppResult<String> {
    if form_key.parse::<ulid::Ulid>().is_err() {
        return Err(AppError::Refused(crate::t!("error.malformed").into_owned()));
    }
    let row = own(app, me, now).await?;
    if row.status != "past_due" {
        return Err(AppError::Refused(crate::t!("subscriptions.nothing_due").into_owned()));
    }
    let plan = row.standing.next.clone().unwrap_or(row.standing.plan);
    let order = Order { subscription: Some(row.id), tier: plan.id, kind: "late", starts: row.standing.until };
    open(app, me, provider, &plan, plan.price, order, form_key, now).await
}

/// One's own subscription and what was paid for it.
///
/// # Errors
/// When the database does not answer.
pub async fn mine(app: &App, user: UserId, now: OffsetDateTime) -> AppResult<Own> {
    let mut connection = app.db.acquire().await?;
    let standing = live(&mut connection, user, now).await?.map(|row| row.standing);
    let paid = sqlx::query!(
        "SELECT o.paymentId, o.amount, o.startsAt, o.endsAt, o.completedAt, t.name FROM subscriptionOrders o JOIN subscriptionTiers t ON t.id = o.tierId
         WHERE o.userId = ? AND o.state = 'completed' ORDER BY o.id DESC LIMIT ?",
        user,
        SHOWN
    )
    .fetch_all(&mut *connection)
    .await?;
    let paid = paid
        .into_iter()
        .filter_map(|row| {
            Some(Paid {
                payment: PaymentId(row.paymentId),
                plan: row.name,
                amount: row.amount.into(),
                at: row.completedAt?,
                from: row.startsAt?,
                until: row.endsAt?,
            })
        })
        .collect();
    Ok(Own { standing, paid, free_plays: app.config.rules.free_plays_a_day, form_key: tokens::ulid() })
}

/// What a payment was for: the tier's name.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn ordered(app: &App, payment: PaymentId) -> AppResult<String> {
    sqlx::query_scalar!("SELECT t.name FROM subscriptionOrders o JOIN subscriptionTiers t ON t.id = o.tierId WHERE o.paymentId = ?", payment)
        .fetch_optional(&app.db)
        .await?
        .ok_or(AppError::NotFound)
}
