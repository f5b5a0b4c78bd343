//! Refunds in the database. A refund is one transaction: its row, the journal, the artist's row below zero, the call to
//! the provider, the audit log and the mails. What the provider answers ends it, once.

use super::{Debt, Details, Gone, Payment, Payments, Refund, State, Status, receivers_part};
use crate::{
    checkout::{Purpose, outside},
    error::{AppError, AppResult},
    ids::{ArtistId, DisputeId, PaymentId, RefundId, UserId},
    ledger::{self, Account, Entry, Transaction, audit, begin, commit, kind, retrying},
    money::{CURRENCY, Cents, Overflow},
    page::{Page, one_more},
    payments::{
        Provider,
        gateway::{Call, GiveBack},
        outbox, shown,
    },
    server::{mail, state::App, tokens},
};
use sqlx::MySqlConnection;
use time::OffsetDateTime;

const TABLE: &str = "refunds";
const PAGE: usize = 50;

/// Payments of one status, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn payments(app: &App, status: Status, who: &str, before: Option<i32>) -> AppResult<Payments> {
    let counts = sqlx::query!("SELECT status, COUNT(*) AS `count!: i64` FROM payments GROUP BY status").fetch_all(&app.db).await?;
    let number = who.parse::<i32>().unwrap_or(0);
    // Only as letters: a pattern's own signs mean themselves.
    let pattern = format!("%{}%", who.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let rows = sqlx::query!(
        "SELECT p.id AS `id!: i32`, p.userId AS `userId!: i32`, p.purpose AS `purpose!: String`, p.provider AS `provider!: String`, p.providerPaymentId AS `reference?: String`,
                p.status AS `status!: String`, p.amount AS `amount!: i32`, p.createdAt AS `at!: OffsetDateTime`, users.name AS `name?: String`,
                (SELECT CAST(COALESCE(SUM(r.amount), 0) AS SIGNED) FROM refunds r WHERE r.paymentId = p.id AND r.state <> 'failed') AS `refunded!: i64`
         FROM payments p JOIN users ON users.id = p.userId
         LEFT JOIN accountCredentials c ON c.userId = p.userId AND c.closedAt IS NULL
         WHERE p.status = ? AND p.id < ? AND (? = '' OR p.id = ? OR users.name LIKE ? OR c.email LIKE ?)
         ORDER BY p.id DESC LIMIT ?",
        status.name(),
        before.unwrap_or(i32::MAX),
        who,
        number,
        pattern,
        pattern,
        one_more(PAGE)
    )
    .fetch_all(&app.db)
    .await?;
    let payments = rows
        .into_iter()
        .filter_map(|row| {
            Some(Payment {
                id: PaymentId(row.id),
                payer: UserId(row.userId),
                payer_name: row.name.filter(|name| !name.is_empty()),
                purpose: Purpose::of_name(&row.purpose),
                provider: Provider::of_name(&row.provider)?,
                reference: row.reference,
                status: Status::of_name(&row.status)?,
                amount: row.amount.into(),
                refunded: Cents(row.refunded),
                at: row.at,
            })
        })
        .collect();
    let count = |status: Status| counts.iter().find(|row| row.status == status.name()).map_or(0, |row| row.count);
    Ok(Payments {
        counts: Status::ALL.into_iter().map(|status| (status, count(status))).collect(),
        payments: Page::of(payments, PAGE, |payment: &Payment| payment.id.to_string()),
    })
}

/// One payment for this admin, with a new form key.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn details(app: &App, me: UserId, id: PaymentId) -> AppResult<Details> {
    let mut connection = app.db.acquire().await?;
    let paid = paid(&mut connection, id).await?;
    drop(connection);
    let (refunds, disputes) = (of_payment(app, id).await?, super::disputes::of_payment(app, id).await?);
    let obstacle = paid.obstacle(me);
    let name = sqlx::query_scalar!("SELECT name FROM users WHERE id = ?", paid.payer).fetch_optional(&app.db).await?.flatten();
    Ok(Details {
        left: paid.left()?,
        net: paid.net,
        fee: paid.fee,
        receiver: paid.receiver,
        refunds,
        disputes,
        obstacle,
        form_key: tokens::ulid(),
        payment: Payment {
            id,
            payer: paid.payer,
            payer_name: name.filter(|name| !name.is_empty()),
            purpose: paid.purpose,
            provider: paid.provider,
            reference: paid.reference,
            status: paid.status,
            amount: paid.amount,
            refunded: paid.refunded,
            at: paid.at,
        },
    })
}

/// The refunds of a payment, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_payment(app: &App, payment: PaymentId) -> AppResult<Vec<Refund>> {
    let rows = sqlx::query!("SELECT id, amount, net, fee, reason, state, failure, createdAt FROM refunds WHERE paymentId = ? ORDER BY id", payment)
        .fetch_all(&app.db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Refund {
            id: RefundId(row.id),
            amount: row.amount.into(),
            net: row.net.into(),
            fee: row.fee.into(),
            reason: row.reason,
            state: State::of_name(&row.state),
            failure: row.failure,
            at: row.createdAt,
        })
        .collect())
}

/// What an artist still owes, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn debts(app: &App, artist: ArtistId) -> AppResult<Vec<Debt>> {
    let rows = sqlx::query!("SELECT amount, remaining, openedAt FROM artistDebts WHERE artistId = ? AND remaining > 0 ORDER BY id LIMIT 50", artist)
        .fetch_all(&app.db)
        .await?;
    Ok(rows.into_iter().map(|row| Debt { amount: row.amount.into(), remaining: row.remaining.into(), at: row.openedAt }).collect())
}

/// A payment, what of it went where, and what went back so far.
pub(super) struct Paid {
    pub id: PaymentId,
    payer: UserId,
    pub provider: Provider,
    reference: Option<String>,
    status: Status,
    purpose: Purpose,
    pub amount: Cents,
    pub net: Cents,
    fee: Cents,
    receiver: String,
    /// What it was for, in words.
    pub what: String,
    at: OffsetDateTime,
    /// What the journal says of it.
    pub transaction: Option<String>,
    /// By refunds and by disputes.
    pub gone: Gone,
    /// By refunds alone.
    refunded: Cents,
    /// A bank took it back, or decides about it.
    disputed: bool,
}

impl Paid {
    pub fn left(&self) -> Result<Cents, Overflow> {
        if self.status == Status::Completed { self.amount.minus(self.gone.amount) } else { Ok(Cents::ZERO) }
    }

    fn obstacle(&self, who: UserId) -> Option<String> {
        let sentence = match self.status {
            Status::Refunded => crate::t!("refunds.nothing_left"),
            Status::Pending | Status::Failed => crate::t!("refunds.not_completed"),
            Status::Completed if self.purpose == Purpose::Subscription => crate::t!("refunds.subscription"),
            Status::Completed if self.reference.is_none() || self.transaction.is_none() => crate::t!("refunds.no_way_back"),
            Status::Completed if self.disputed => crate::t!("refunds.disputes.obstacle"),
            Status::Completed if who == self.payer => crate::t!("refunds.own"),
            Status::Completed => return None,
        };
        Some(sentence.into_owned())
    }
}

/// Reads a payment; the caller may hold its lock.
pub(super) async fn paid(connection: &mut MySqlConnection, id: PaymentId) -> AppResult<Paid> {
    let row = sqlx::query!(
        "SELECT p.userId, p.provider, p.providerPaymentId, p.status, p.purpose, p.amount, p.createdAt, c.net AS `net?: i32`, c.fee AS `fee?: i32`,
                t.id AS `transaction?: String`, COALESCE(tipped.artistName, seller.artistName, songs.artistName, albums.artistName, '') AS `receiver!: String`,
                COALESCE(uploads.title, songs.title, albums.title, tipped.artistName, '') AS `what!: String`
         FROM payments p
         LEFT JOIN checkouts c ON c.paymentId = p.id
         LEFT JOIN ledgerTransactions t ON t.subject = c.subject AND t.subjectId = c.subjectId AND t.kind IN ('tip', 'sale')
         LEFT JOIN tips ON c.subject = 'tips' AND tips.id = c.subjectId
         LEFT JOIN artistProfiles tipped ON tipped.userId = tips.recipientId
         LEFT JOIN purchaseOrders o ON c.subject = 'purchaseOrders' AND o.id = c.subjectId
         LEFT JOIN artistUploads uploads ON uploads.id = COALESCE(tips.trackId, o.uploadId)
         LEFT JOIN artistProfiles seller ON seller.id = uploads.artistId
         LEFT JOIN tracks songs ON songs.id = o.trackId
         LEFT JOIN albums ON albums.id = o.albumId
         WHERE p.id = ?",
        id
    )
    .fetch_optional(&mut *connection)
    .await?
    .ok_or(AppError::NotFound)?;
    let gone = sqlx::query!(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS SIGNED) AS `amount!: i64`, CAST(COALESCE(SUM(net), 0) AS SIGNED) AS `net!: i64`,
                CAST(COALESCE(SUM(refunded), 0) AS SIGNED) AS `refunded!: i64`, CAST(COALESCE(SUM(disputed), 0) AS SIGNED) AS `disputed!: i64`
         FROM (SELECT amount, net, amount AS refunded, 0 AS disputed FROM refunds WHERE paymentId = ? AND state <> 'failed'
               UNION ALL
               SELECT taken, net, 0, 1 FROM disputes WHERE paymentId = ? AND (state <> 'won' OR settledAt IS NULL)) both_ways",
        id,
        id
    )
    .fetch_one(connection)
    .await?;
    Ok(Paid {
        id,
        payer: UserId(row.userId),
        provider: Provider::of_name(&row.provider).ok_or(AppError::NotFound)?,
        reference: row.providerPaymentId,
        status: Status::of_name(&row.status).ok_or(AppError::NotFound)?,
        purpose: Purpose::of_name(&row.purpose),
        amount: row.amount.into(),
        net: row.net.unwrap_or(row.amount).into(),
        fee: row.fee.unwrap_or(0).into(),
        receiver: row.receiver,
        what: row.what,
        at: row.createdAt,
        transaction: row.transaction,
        gone: Gone { amount: Cents(gone.amount), net: Cents(gone.net) },
        refunded: Cents(gone.refunded),
        disputed: gone.disputed > 0,
    })
}

/// Gives a payment back, or a part of it: takes it from whom it went to and asks the provider. The same form sent again
/// is the same refund. Without an amount, all that is left.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Refused`] or a message at `amount` when a rule says no.
pub async fn request(
    app: &App,
    who: UserId,
    payment: PaymentId,
    amount: Option<Cents>,
    reason: &str,
    form_key: &str,
    now: OffsetDateTime,
) -> AppResult<RefundId> {
    let (refund, call) = retrying(|| request_once(app, who, payment, amount, reason, form_key, now)).await?;
    if let Some(call) = call
        && let Err(error) = outside::perform(app, &call).await
    {
        tracing::warn!(%refund, "a refund's answer could not be worked on, it is asked for again: {error:#}");
    }
    app.work.notify_one();
    Ok(refund)
}

async fn request_once(
    app: &App,
    who: UserId,
    payment: PaymentId,
    amount: Option<Cents>,
    reason: &str,
    form_key: &str,
    now: OffsetDateTime,
) -> ledger::Result<(RefundId, Option<String>)> {
    let mut tx = begin(app).await?;
    // One refund of a payment at a time.
    sqlx::query_scalar!("SELECT id FROM payments WHERE id = ? FOR UPDATE", payment).fetch_optional(&mut *tx).await?.ok_or(AppError::NotFound)?;
    let first = sqlx::query!("SELECT id, paymentId, amount, reason FROM refunds WHERE formKey = ?", form_key).fetch_optional(&mut *tx).await?;
    if let Some(first) = first {
        let same = first.paymentId == payment.0 && first.reason == reason && amount.is_none_or(|amount| amount == Cents::from(first.amount));
        return if same { Ok((RefundId(first.id), None)) } else { Err(AppError::Refused(crate::t!("payments.form_reused").into_owned()).into()) };
    }
    let paid = paid(&mut tx, payment).await?;
    if let Some(obstacle) = paid.obstacle(who) {
        return Err(AppError::Refused(obstacle).into());
    }
    let left = paid.left()?;
    let amount = amount.unwrap_or(left);
    if amount <= Cents::ZERO || amount > left {
        return Err(AppError::at("amount", crate::t!("refunds.amount_range", left = shown(left))).into());
    }
    let net = receivers_part(paid.amount, paid.net, paid.gone, amount)?;
    let id = sqlx::query!(
        "INSERT INTO refunds (paymentId, formKey, requestedBy, amount, net, fee, reason, state, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', ?)",
        payment,
        form_key,
        who,
        amount.as_int()?,
        net.as_int()?,
        amount.minus(net)?.as_int()?,
        reason,
        now
    )
    .execute(&mut *tx)
    .await?
    .last_insert_id();
    let id = i32::try_from(id).map_err(|_| Overflow)?;
    let row = Row { id: RefundId(id), amount, net };
    let receiver = take_back(&mut tx, &paid, row.taking(&paid, paid.transaction.clone())?, now).await?;
    if amount == left {
        sqlx::query!("UPDATE payments SET status = 'refunded' WHERE id = ?", payment).execute(&mut *tx).await?;
    }
    let reference = paid.reference.clone().ok_or(AppError::NotFound)?;
    let call = Call::GiveBack(GiveBack { refund: id, payment: reference, amount });
    let call = outbox::write(&mut tx, paid.provider, &format!("refund:{id}"), &call, now).await?;
    audit(&mut tx, now, Some(who), "refund", TABLE, id, Some(&format!("{}: {reason}", amount.to_decimal()))).await?;
    let (shown, link) = (shown(amount), receipt(app, payment));
    let subject = crate::t!("refunds.mail.payer_subject", amount = shown);
    let body = crate::t!("refunds.mail.payer", what = paid.what, amount = shown, reason = reason, link = link);
    tell(&mut tx, paid.payer, &subject, &body, now).await?;
    if let Some(receiver) = receiver {
        let subject = crate::t!("refunds.mail.receiver_subject", amount = shown);
        let link = format!("{}/studio/earnings", app.config.site_url);
        let net = crate::payments::shown(net);
        let body = crate::t!("refunds.mail.receiver", what = paid.what, amount = shown, reason = reason, net = net, link = link);
        tell(&mut tx, receiver, &subject, &body, now).await?;
    }
    commit(tx).await?;
    Ok((RefundId(id), Some(call)))
}

struct Row {
    id: RefundId,
    amount: Cents,
    net: Cents,
}

impl Row {
    fn taking(&self, paid: &Paid, reverses: Option<String>) -> Result<Taking, Overflow> {
        let others = vec![Entry { account: Account::Refunds(paid.provider.name()), amount: self.amount }];
        let (why, key) = (Why::Refund(self.id), key(self.id, ""));
        Ok(Taking { why, key, kind: kind::REFUND, reverses, amount: self.amount, net: self.net, others })
    }

    /// The other way round, because it did not go through.
    fn taking_again(&self, paid: &Paid, reverses: Option<String>) -> Result<Taking, Overflow> {
        let amount = self.amount.negated()?;
        let others = vec![Entry { account: Account::Refunds(paid.provider.name()), amount }];
        let (why, key) = (Why::Refund(self.id), key(self.id, ":void"));
        Ok(Taking { why, key, kind: kind::REFUND_VOID, reverses, amount, net: self.net.negated()?, others })
    }
}

/// Why a payment is taken from whom it went to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Why {
    Refund(RefundId),
    Dispute(DisputeId),
}

/// What is taken from whom a payment went to; below zero, it is given again.
pub(super) struct Taking {
    pub why: Why,
    pub key: String,
    pub kind: &'static str,
    pub reverses: Option<String>,
    pub amount: Cents,
    /// Of it, the receiver's part; the rest is the site's.
    pub net: Cents,
    /// Where it goes.
    pub others: Vec<Entry>,
}

/// The journal's side of a refund or a dispute, with the artist's row. Returns the account of the artist, if it was one
/// who received the payment.
pub(super) async fn take_back(tx: &mut MySqlConnection, paid: &Paid, taking: Taking, now: OffsetDateTime) -> ledger::Result<Option<UserId>> {
    let takes = taking.amount != Cents::ZERO;
    let earning = sqlx::query!(
        "SELECT c.id, c.artistId, c.trackId, c.earningType, d.availableAt, d.releasedAt, p.userId FROM earningDetails d
         JOIN creatorEarnings c ON c.id = d.earningId JOIN artistProfiles p ON p.id = c.artistId WHERE d.transactionId = ? AND d.line = 0 FOR UPDATE",
        paid.transaction
    )
    .fetch_optional(&mut *tx)
    .await?
    .filter(|_| takes);
    // What is still on hold is taken from there, and goes with it when it is released.
    let receiver = match &earning {
        Some(earning) if earning.releasedAt.is_none() => Account::OnHold(ArtistId(earning.artistId)),
        Some(earning) => Account::Available(ArtistId(earning.artistId)),
        None => Account::LabelRoyalties,
    };
    let fee = taking.amount.minus(taking.net)?;
    let mut entries = Vec::new();
    if takes {
        entries.push(Entry { account: receiver, amount: taking.net.negated()? });
    }
    entries.extend(taking.others);
    if fee != Cents::ZERO {
        entries.push(Entry { account: Account::PlatformFees, amount: fee.negated()? });
    }
    let (subject, subject_id, refund, dispute) = match taking.why {
        Why::Refund(id) => (TABLE, id.0, Some(id), None),
        Why::Dispute(id) => ("disputes", id.0, None, Some(id)),
    };
    let transaction = Transaction { key: taking.key, kind: taking.kind, subject, subject_id, reverses: taking.reverses, entries, occurred_at: now };
    let posted = ledger::post(tx, &transaction).await?;
    let Some(earning) = earning else { return Ok(None) };
    let row = sqlx::query!(
        "INSERT INTO creatorEarnings (artistId, trackId, earningType, amount, currency, period, createdAt) VALUES (?, ?, ?, ?, ?, NULL, ?)",
        earning.artistId,
        earning.trackId,
        earning.earningType,
        taking.net.negated()?.as_int()?,
        CURRENCY,
        now
    )
    .execute(&mut *tx)
    .await?
    .last_insert_id();
    sqlx::query!(
        "INSERT INTO earningDetails (earningId, transactionId, line, gross, fee, availableAt, releasedAt) VALUES (?, ?, 0, ?, ?, ?, ?)",
        row,
        posted.id,
        taking.amount.negated()?.as_int()?,
        fee.negated()?.as_int()?,
        earning.availableAt,
        earning.releasedAt.map(|_| now)
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("INSERT INTO earningReversals (earningId, ofEarningId, refundId, disputeId) VALUES (?, ?, ?, ?)", row, earning.id, refund, dispute)
        .execute(&mut *tx)
        .await?;
    Ok(Some(UserId(earning.userId)))
}

fn key(refund: RefundId, word: &str) -> String {
    format!("refund:{refund}{word}")
}

/// Locks a refund that is on its way, with its payment. `None`: it has ended.
async fn pending(tx: &mut MySqlConnection, id: RefundId) -> ledger::Result<Option<(Row, Paid)>> {
    let payment = sqlx::query_scalar!("SELECT paymentId FROM refunds WHERE id = ?", id).fetch_optional(&mut *tx).await?.ok_or(AppError::NotFound)?;
    // In the order of a request: first the payment.
    sqlx::query_scalar!("SELECT id FROM payments WHERE id = ? FOR UPDATE", payment).fetch_one(&mut *tx).await?;
    let row = sqlx::query!("SELECT amount, net FROM refunds WHERE id = ? AND state = 'pending' FOR UPDATE", id).fetch_optional(&mut *tx).await?;
    let Some(row) = row else { return Ok(None) };
    let paid = paid(tx, payment.into()).await?;
    Ok(Some((Row { id, amount: row.amount.into(), net: row.net.into() }, paid)))
}

/// The provider gave it back. Ended already, nothing happens.
///
/// # Errors
/// [`AppError::NotFound`] without such a refund.
pub async fn sent(app: &App, id: RefundId, reference: &str, now: OffsetDateTime) -> AppResult<()> {
    Ok(retrying(|| async move {
        let mut tx = begin(app).await?;
        let Some((refund, paid)) = pending(&mut tx, id).await? else { return Ok(()) };
        let provider = paid.provider.name();
        let reverses = ledger::id_of_key(&mut tx, &key(id, "")).await?;
        let entries = vec![
            Entry { account: Account::Refunds(provider), amount: refund.amount.negated()? },
            Entry { account: Account::Provider(provider), amount: refund.amount },
        ];
        ledger::post(
            &mut tx,
            &Transaction { key: key(id, ":sent"), kind: kind::REFUND_SENT, subject: TABLE, subject_id: id.0, reverses, entries, occurred_at: now },
        )
        .await?;
        sqlx::query!("UPDATE refunds SET state = 'completed', finishedAt = ? WHERE id = ?", now, id).execute(&mut *tx).await?;
        audit(&mut tx, now, None, "refund_completed", TABLE, id.0, Some(reference)).await?;
        let amount = shown(refund.amount);
        let body = crate::t!("refunds.mail.sent", what = paid.what, amount = amount, link = receipt(app, paid.id));
        tell(&mut tx, paid.payer, &crate::t!("refunds.mail.sent_subject", amount = amount), &body, now).await?;
        commit(tx).await
    })
    .await?)
}

/// The provider did not give it back: all is as before, by entries the other way round. Ended already, nothing happens.
///
/// # Errors
/// [`AppError::NotFound`] without such a refund.
pub async fn fail(app: &App, id: RefundId, failure: &str, now: OffsetDateTime) -> AppResult<()> {
    let failure: String = failure.chars().take(500).collect();
    let failure = failure.as_str();
    Ok(retrying(|| async move {
        let mut tx = begin(app).await?;
        let Some((refund, paid)) = pending(&mut tx, id).await? else { return Ok(()) };
        let reverses = ledger::id_of_key(&mut tx, &key(id, "")).await?;
        let receiver = take_back(&mut tx, &paid, refund.taking_again(&paid, reverses)?, now).await?;
        sqlx::query!("UPDATE refunds SET state = 'failed', failure = ?, finishedAt = ? WHERE id = ?", failure, now, id).execute(&mut *tx).await?;
        sqlx::query!("UPDATE payments SET status = 'completed' WHERE id = ?", paid.id).execute(&mut *tx).await?;
        audit(&mut tx, now, None, "refund_failed", TABLE, id.0, Some(failure)).await?;
        let amount = shown(refund.amount);
        let body = crate::t!("refunds.mail.failed", what = paid.what, amount = amount, failure = failure, link = receipt(app, paid.id));
        tell(&mut tx, paid.payer, &crate::t!("refunds.mail.failed_subject", amount = amount), &body, now).await?;
        if let Some(receiver) = receiver {
            let net = shown(refund.net);
            let link = format!("{}/studio/earnings", app.config.site_url);
            let body = crate::t!("refunds.mail.restored", what = paid.what, net = net, link = link);
            tell(&mut tx, receiver, &crate::t!("refunds.mail.restored_subject", amount = net), &body, now).await?;
        }
        commit(tx).await
    })
    .await?)
}

fn receipt(app: &App, payment: PaymentId) -> String {
    format!("{}/receipts/{payment}", app.config.site_url)
}

/// Mails somebody; an account without an address hears nothing.
pub(super) async fn tell(tx: &mut MySqlConnection, user: UserId, subject: &str, body: &str, now: OffsetDateTime) -> ledger::Result<()> {
    let address =
        sqlx::query_scalar!("SELECT email FROM accountCredentials WHERE userId = ? AND closedAt IS NULL", user).fetch_optional(&mut *tx).await?;
    if let Some(address) = address {
        mail::queue(tx, now, &address, subject, body).await?;
    }
    Ok(())
}
