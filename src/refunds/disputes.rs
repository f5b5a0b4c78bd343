//! Disputes in the database. What a bank takes is taken at once from whom the payment went to, as far as something is
//! left of it; the rest and the provider's fee the site bears, as it does a subscription's, whose money belongs to those
//! who were heard. A dispute that is won gives everything again; one that is lost stays as it is.

use super::{
    Dispute, receivers_part,
    store::{Paid, Taking, Why, paid, take_back, tell},
};
use crate::{
    error::AppResult,
    ids::{ArtistId, DisputeId, PaymentId, UserId},
    ledger::{self, Account, Entry, audit, begin, commit, kind, retrying},
    money::{CURRENCY, Cents},
    page::{Page, one_more},
    payments::{Provider, Verdict, gateway::Disputed, shown},
    server::state::App,
};
use sqlx::MySqlConnection;
use time::OffsetDateTime;

const TABLE: &str = "disputes";
const PAGE: usize = 50;

/// Disputes, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(app: &App, before: Option<i32>) -> AppResult<Page<Dispute>> {
    let all = select(app, None, None, before.unwrap_or(i32::MAX), one_more(PAGE)).await?;
    Ok(Page::of(all, PAGE, |dispute: &Dispute| dispute.id.to_string()))
}

/// The disputes of a payment.
///
/// # Errors
/// When the database does not answer.
pub async fn of_payment(app: &App, payment: PaymentId) -> AppResult<Vec<Dispute>> {
    select(app, Some(payment), None, i32::MAX, 50).await
}

/// The disputes that hold an artist's money back, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn open(app: &App, artist: ArtistId) -> AppResult<Vec<Dispute>> {
    select(app, None, Some(artist), i32::MAX, 50).await
}

async fn select(app: &App, payment: Option<PaymentId>, artist: Option<ArtistId>, before: i32, limit: i64) -> AppResult<Vec<Dispute>> {
    let rows = sqlx::query!(
        "SELECT d.id, d.paymentId, d.amount, d.fee, d.feeBack, d.net, d.reason, CAST(d.state AS CHAR) AS `state!: String`,
                d.answerBy AS `answerBy: OffsetDateTime`, d.openedAt, COALESCE(uploads.title, songs.title, albums.title, tipped.artistName, '') AS `what!: String`
         FROM disputes d
         LEFT JOIN checkouts c ON c.paymentId = d.paymentId
         LEFT JOIN tips ON c.subject = 'tips' AND tips.id = c.subjectId
         LEFT JOIN artistProfiles tipped ON tipped.userId = tips.recipientId
         LEFT JOIN purchaseOrders o ON c.subject = 'purchaseOrders' AND o.id = c.subjectId
         LEFT JOIN artistUploads uploads ON uploads.id = COALESCE(tips.trackId, o.uploadId)
         LEFT JOIN tracks songs ON songs.id = o.trackId
         LEFT JOIN albums ON albums.id = o.albumId
         WHERE d.id < ? AND (? IS NULL OR d.paymentId = ?)
           AND (? IS NULL OR d.state = 'open' AND d.id IN (SELECT r.disputeId FROM earningReversals r JOIN creatorEarnings e ON e.id = r.earningId WHERE e.artistId = ?))
         ORDER BY d.id DESC LIMIT ?",
        before,
        payment,
        payment,
        artist,
        artist,
        limit
    )
    .fetch_all(&app.db)
    .await?;
    let kept = |fee: i32, back: i32| Cents::from(fee).minus(Cents::from(back));
    rows.into_iter()
        .filter_map(|row| Some((Verdict::of_name(&row.state)?, row)))
        .map(|(verdict, row)| {
            Ok(Dispute {
                id: DisputeId(row.id),
                payment: row.paymentId.map(PaymentId),
                amount: row.amount.into(),
                fee: kept(row.fee, row.feeBack)?,
                net: row.net.into(),
                what: row.what,
                reason: row.reason,
                verdict,
                answer_by: row.answerBy,
                at: row.openedAt,
            })
        })
        .collect()
}

/// A provider tells how far a dispute is. Told twice, late or in another order, the end is the same: what was decided
/// stays decided. `Some`: an admin should look, and why.
///
/// # Errors
/// When the database does not answer.
pub async fn heard(app: &App, provider: Provider, told: &Disputed, now: OffsetDateTime) -> AppResult<Option<String>> {
    if told.currency != CURRENCY {
        return Ok(Some(format!("{} is about {}", told.reference, told.currency)));
    }
    let (id, problem) = retrying(|| keep(app, provider, told, now)).await?;
    if problem.is_some() {
        return Ok(problem);
    }
    let known = retrying(|| follow(app, id, now)).await?;
    Ok((!known).then(|| format!("there is no payment {} yet", told.payment)))
}

/// Writes down what was told.
async fn keep(app: &App, provider: Provider, told: &Disputed, now: OffsetDateTime) -> ledger::Result<(DisputeId, Option<String>)> {
    let mut tx = begin(app).await?;
    sqlx::query!(
        "INSERT IGNORE INTO disputes (provider, reference, payment, amount, fee, feeBack, taken, net, reason, state, answerBy, openedAt)
         VALUES (?, ?, ?, ?, ?, 0, 0, 0, ?, 'open', ?, ?)",
        provider.name(),
        told.reference,
        told.payment,
        told.amount.as_int()?,
        told.fee.as_int()?,
        told.reason,
        told.answer_by,
        now
    )
    .execute(&mut *tx)
    .await?;
    let row = sqlx::query!(
        "SELECT id, payment, amount, fee, CAST(state AS CHAR) AS `state!: String` FROM disputes WHERE provider = ? AND reference = ? FOR UPDATE",
        provider.name(),
        told.reference
    )
    .fetch_one(&mut *tx)
    .await?;
    let id = DisputeId(row.id);
    if (row.payment.as_str(), Cents::from(row.amount), Cents::from(row.fee)) != (told.payment.as_str(), told.amount, told.fee) {
        return Ok((id, Some(format!("{} is about another payment, amount or fee now", told.reference))));
    }
    match (Verdict::of_name(&row.state), told.verdict) {
        (Some(Verdict::Open), Verdict::Won | Verdict::Lost) => {
            sqlx::query!("UPDATE disputes SET state = ?, feeBack = ? WHERE id = ?", told.verdict.name(), told.fee_back.as_int()?, id)
                .execute(&mut *tx)
                .await?;
        }
        (Some(known), told_now) if told_now != Verdict::Open && known != told_now => {
            return Ok((id, Some(format!("{} was {} before, and is {} now", told.reference, known.name(), told_now.name()))));
        }
        _ => {}
    }
    commit(tx).await?;
    Ok((id, None))
}

/// Follows what was written down before its payment was known, or before the server went away.
///
/// # Errors
/// When the database does not answer.
pub async fn sweep(app: &App, now: OffsetDateTime) -> AppResult<()> {
    let behind = sqlx::query_scalar!(
        "SELECT d.id FROM disputes d JOIN payments p ON p.provider = d.provider AND p.providerPaymentId = d.payment
         WHERE d.settledAt IS NULL AND (d.takenAt IS NULL OR d.state <> 'open') ORDER BY d.id LIMIT 200"
    )
    .fetch_all(&app.db)
    .await?;
    for id in behind {
        retrying(|| follow(app, id.into(), now)).await?;
    }
    Ok(())
}

/// A dispute that nobody else changes until the database transaction ends.
struct Row {
    id: DisputeId,
    provider: Provider,
    amount: Cents,
    fee: Cents,
    fee_back: Cents,
    taken: Cents,
    net: Cents,
}

/// Brings the journal to where the dispute is; `false`: its payment is not known here.
async fn follow(app: &App, id: DisputeId, now: OffsetDateTime) -> ledger::Result<bool> {
    let mut tx = begin(app).await?;
    // In the order of a refund: first the payment.
    let payment = sqlx::query_scalar!(
        "SELECT p.id FROM payments p JOIN disputes d ON d.provider = p.provider AND d.payment = p.providerPaymentId WHERE d.id = ?",
        id
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(payment) = payment.map(PaymentId) else { return Ok(false) };
    sqlx::query_scalar!("SELECT id FROM payments WHERE id = ? FOR UPDATE", payment).fetch_one(&mut *tx).await?;
    let row = sqlx::query!(
        "SELECT provider, amount, fee, feeBack, taken, net, reason, CAST(state AS CHAR) AS `state!: String`, takenAt, settledAt FROM disputes WHERE id = ? FOR UPDATE",
        id
    )
    .fetch_one(&mut *tx)
    .await?;
    let paid = paid(&mut tx, payment).await?;
    let mut dispute = Row {
        id,
        provider: paid.provider,
        amount: row.amount.into(),
        fee: row.fee.into(),
        fee_back: row.feeBack.into(),
        taken: row.taken.into(),
        net: row.net.into(),
    };
    if row.takenAt.is_none() {
        take(&mut tx, app, &paid, &mut dispute, &row.reason, now).await?;
    }
    let verdict = Verdict::of_name(&row.state).filter(|verdict| *verdict != Verdict::Open && row.settledAt.is_none());
    if let Some(verdict) = verdict {
        settle(&mut tx, app, &paid, &dispute, verdict, now).await?;
    }
    commit(tx).await?;
    Ok(true)
}

/// What the bank took leaves whom the payment went to.
async fn take(tx: &mut MySqlConnection, app: &App, paid: &Paid, dispute: &mut Row, reason: &str, now: OffsetDateTime) -> ledger::Result<()> {
    dispute.taken = if paid.transaction.is_some() { paid.left()?.min(dispute.amount) } else { Cents::ZERO };
    dispute.net = receivers_part(paid.amount, paid.net, paid.gone, dispute.taken)?;
    let taking = Taking {
        why: Why::Dispute(dispute.id),
        key: format!("dispute:{}", dispute.id),
        kind: kind::DISPUTE,
        reverses: paid.transaction.clone(),
        amount: dispute.taken,
        net: dispute.net,
        others: dispute.outside(dispute.amount.plus(dispute.fee)?)?,
    };
    let receiver = take_back(tx, paid, taking, now).await?;
    sqlx::query!(
        "UPDATE disputes SET paymentId = ?, taken = ?, net = ?, takenAt = ? WHERE id = ?",
        paid.id,
        dispute.taken.as_int()?,
        dispute.net.as_int()?,
        now,
        dispute.id
    )
    .execute(&mut *tx)
    .await?;
    // Whoever disputes a subscription is not charged for it again.
    sqlx::query!(
        "UPDATE userSubscriptions SET cancelAtPeriodEnd = 1, updatedAt = ? WHERE status IN ('active', 'past_due')
           AND id IN (SELECT subscriptionId FROM subscriptionOrders WHERE paymentId = ?)",
        now,
        paid.id
    )
    .execute(&mut *tx)
    .await?;
    audit(tx, now, None, "dispute", TABLE, dispute.id.0, Some(reason)).await?;
    let (amount, net) = (shown(dispute.amount), shown(dispute.net));
    if let Some(receiver) = receiver {
        let body = crate::t!("refunds.disputes.mail.opened", what = paid.what, net = net, link = earnings(app));
        tell(tx, receiver, &crate::t!("refunds.disputes.mail.opened_subject", net = net), &body, now).await?;
    }
    let body = crate::t!("refunds.disputes.mail.admin", amount = amount, provider = dispute.provider.word(), link = admin(app, paid));
    tell_admins(tx, &crate::t!("refunds.disputes.mail.admin_subject", amount = amount), &body, now).await
}

/// What was decided: won, everything is as before; lost, it stays taken.
async fn settle(tx: &mut MySqlConnection, app: &App, paid: &Paid, dispute: &Row, verdict: Verdict, now: OffsetDateTime) -> ledger::Result<()> {
    let won = verdict == Verdict::Won;
    let mut receiver = None;
    if won {
        let taking = Taking {
            why: Why::Dispute(dispute.id),
            key: format!("dispute:{}:won", dispute.id),
            kind: kind::DISPUTE_WON,
            reverses: ledger::id_of_key(tx, &format!("dispute:{}", dispute.id)).await?,
            amount: dispute.taken.negated()?,
            net: dispute.net.negated()?,
            others: dispute.outside(dispute.amount.plus(dispute.fee_back)?.negated()?)?,
        };
        receiver = take_back(tx, paid, taking, now).await?;
    } else if dispute.taken > Cents::ZERO {
        receiver = sqlx::query_scalar!(
            "SELECT p.userId FROM earningReversals r JOIN creatorEarnings c ON c.id = r.earningId JOIN artistProfiles p ON p.id = c.artistId
             WHERE r.disputeId = ? LIMIT 1",
            dispute.id
        )
        .fetch_optional(&mut *tx)
        .await?
        .map(UserId);
    }
    sqlx::query!("UPDATE disputes SET settledAt = ? WHERE id = ?", now, dispute.id).execute(&mut *tx).await?;
    audit(tx, now, None, if won { "dispute_won" } else { "dispute_lost" }, TABLE, dispute.id.0, None).await?;
    let (amount, net) = (shown(dispute.amount), shown(dispute.net));
    let (subject, body, admins) = if won {
        (
            crate::t!("refunds.disputes.mail.won_subject", net = net),
            crate::t!("refunds.disputes.mail.won", what = paid.what, net = net, link = earnings(app)),
            crate::t!("refunds.disputes.mail.admin_won", amount = amount),
        )
    } else {
        (
            crate::t!("refunds.disputes.mail.lost_subject", net = net),
            crate::t!("refunds.disputes.mail.lost", what = paid.what, net = net, link = earnings(app)),
            crate::t!("refunds.disputes.mail.admin_lost", amount = amount),
        )
    };
    if let Some(receiver) = receiver {
        tell(tx, receiver, &subject, &body, now).await?;
    }
    tell_admins(tx, &admins, &format!("{admins}\n\n{}", admin(app, paid)), now).await
}

impl Row {
    /// The side of the provider, of which `all` left: what nobody else gives is what the provider cost the site.
    fn outside(&self, all: Cents) -> ledger::Result<Vec<Entry>> {
        let given = if all > Cents::ZERO { self.taken } else { self.taken.negated()? };
        let mut entries = vec![Entry { account: Account::Provider(self.provider.name()), amount: all }];
        let cost = all.minus(given)?;
        if cost != Cents::ZERO {
            entries.push(Entry { account: Account::ProviderFees(self.provider.name()), amount: cost.negated()? });
        }
        Ok(entries)
    }
}

fn earnings(app: &App) -> String {
    format!("{}/studio/earnings", app.config.site_url)
}

fn admin(app: &App, paid: &Paid) -> String {
    format!("{}/admin/payments/{}", app.config.site_url, paid.id)
}

async fn tell_admins(tx: &mut MySqlConnection, subject: &str, body: &str, now: OffsetDateTime) -> ledger::Result<()> {
    for admin in sqlx::query_scalar!("SELECT id FROM users WHERE role = 'admin' ORDER BY id").fetch_all(&mut *tx).await? {
        tell(tx, UserId(admin), subject, body, now).await?;
    }
    Ok(())
}
