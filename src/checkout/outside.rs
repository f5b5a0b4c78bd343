//! What follows from a provider's answers and news. All of it is done once, however often it is told.

use super::store;
use crate::{
    error::{AppError, AppResult},
    ids::UserId,
    ledger::{self, Account, Entry, Transaction, begin, commit, kind, retrying},
    money::CURRENCY,
    payments::{
        Provider,
        gateway::{Answer, Call, News, Paid, Refund},
        outbox, shown,
    },
    payouts, refunds,
    server::{mail, state::App},
};
use anyhow::Result;
use sqlx::MySqlConnection;
use time::OffsetDateTime;

/// Sends one call of the outbox, if it is due, and does what follows from the answer.
///
/// # Errors
/// When the database does not answer.
pub async fn perform(app: &App, call: &str) -> Result<()> {
    let Some(answered) = outbox::attempt(app, call).await? else { return Ok(()) };
    let now = app.clock.now();
    match (&answered.call, &answered.answer) {
        (Call::Open(order), Answer::Opened { reference, url }) => {
            store::opened(app, &order.checkout, answered.provider, reference, url, now).await?;
        }
        (Call::Open(order), _) => store::close(app, &order.checkout, "declined", now).await?,
        (Call::Charge(charge), Answer::Charged { reference }) => {
            let paid = Paid { checkout: charge.checkout.clone(), payment: reference.clone(), amount: charge.amount, currency: CURRENCY.to_owned() };
            // What can't be used goes back by another call.
            Box::pin(paid_at(app, answered.provider, &paid, now)).await?;
        }
        (Call::Charge(charge), _) => store::close(app, &charge.checkout, "declined", now).await?,
        (Call::Refund(refund), Answer::Refunded { .. }) => returned(app, answered.provider, refund.late, now).await?,
        (Call::Refund(refund), answer) => {
            tracing::error!(late = refund.late, ?answer, "a late payment could not be given back; the money stays with the provider");
        }
        (Call::GiveBack(back), Answer::Refunded { reference }) => refunds::store::sent(app, back.refund.into(), reference, now).await?,
        (Call::GiveBack(back), Answer::Refused { reason }) => refunds::store::fail(app, back.refund.into(), reason, now).await?,
        (Call::GiveBack(_), answer) => anyhow::bail!("a refund was answered by {answer:?}"),
        (Call::Send(transfer), Answer::Sent { reference }) => {
            payouts::store::complete(app, transfer.payout.into(), answered.provider, reference, now).await?;
        }
        (Call::Send(transfer), Answer::Refused { reason }) => payouts::store::fail(app, transfer.payout.into(), reason, now).await?,
        (Call::Send(_), answer) => anyhow::bail!("a payout was answered by {answer:?}"),
    }
    outbox::finish(app, &answered).await
}

/// Sends what is due: left over by a crash, or by a provider that was away.
///
/// # Errors
/// When the database does not answer.
pub async fn sweep(app: &App) -> Result<()> {
    for call in outbox::due(app).await? {
        if let Err(error) = perform(app, &call).await {
            tracing::warn!(call, "a provider's answer could not be worked on, it is asked for again: {error:#}");
        }
    }
    Ok(())
}

/// Does what follows from news. `Some`: nothing could be done, and why, for an admin.
///
/// # Errors
/// When the database does not answer.
pub async fn heard(app: &App, provider: Provider, news: News) -> Result<Option<String>> {
    let now = app.clock.now();
    match news {
        News::Paid(paid) => return paid_at(app, provider, &paid, now).await,
        News::Closed { checkout } => match store::close(app, &checkout, "expired", now).await {
            Ok(()) => {}
            Err(AppError::NotFound) => return Ok(Some(format!("there is no checkout {checkout}"))),
            Err(error) => return Err(error.into()),
        },
        News::Returned { payout, reason } => match payouts::store::returned(app, payout.into(), provider, &reason, now).await {
            Ok(()) => {}
            Err(AppError::NotFound) => return Ok(Some(format!("there is no payout {payout}"))),
            Err(error) => return Err(error.into()),
        },
        News::Disputed(disputed) => return Ok(refunds::disputes::heard(app, provider, &disputed, now).await?),
        News::Nothing => {}
    }
    Ok(None)
}

/// A checkout was paid at the provider: it is completed, or the money goes back.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn paid_at(app: &App, provider: Provider, paid: &Paid, now: OffsetDateTime) -> Result<Option<String>> {
    if paid.currency != CURRENCY {
        return Ok(Some(format!("{} was paid in {}", paid.checkout, paid.currency)));
    }
    match store::paid(app, provider, paid, now).await {
        Ok(()) => Ok(None),
        Err(AppError::NotFound) => Ok(Some(format!("there is no checkout {}", paid.checkout))),
        // Closed, paid twice, another amount, or nobody to give it to.
        Err(AppError::Refused(reason)) => {
            late(app, provider, paid, &reason, now).await?;
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes down money that is nobody's, and that it goes back.
async fn late(app: &App, provider: Provider, paid: &Paid, reason: &str, now: OffsetDateTime) -> Result<()> {
    let call = retrying(|| async move {
        let mut tx = begin(app).await?;
        sqlx::query!(
            "INSERT IGNORE INTO latePayments (checkoutId, provider, reference, amount, reason, arrivedAt) VALUES (?, ?, ?, ?, ?, ?)",
            paid.checkout,
            provider.name(),
            paid.payment,
            paid.amount.as_int()?,
            reason,
            now
        )
        .execute(&mut *tx)
        .await?;
        let id = sqlx::query_scalar!("SELECT id FROM latePayments WHERE provider = ? AND reference = ? FOR UPDATE", provider.name(), paid.payment)
            .fetch_one(&mut *tx)
            .await?;
        let posted = ledger::post(
            &mut tx,
            &Transaction {
                key: format!("late:{id}"),
                kind: kind::LATE_PAYMENT,
                subject: "latePayments",
                subject_id: id,
                reverses: None,
                entries: vec![
                    Entry { account: Account::Unclaimed(provider.name()), amount: paid.amount },
                    Entry { account: Account::Provider(provider.name()), amount: paid.amount.negated()? },
                ],
                occurred_at: now,
            },
        )
        .await?;
        let refund = Call::Refund(Refund { late: id, payment: paid.payment.clone(), amount: paid.amount });
        let call = outbox::write(&mut tx, provider, &format!("late:{id}"), &refund, now).await?;
        if !posted.repeated {
            ledger::audit(&mut tx, now, None, "late_payment", "latePayments", id, Some(reason)).await?;
            tell_payer(&mut tx, app, paid, reason, now).await?;
        }
        commit(tx).await?;
        Ok(call)
    })
    .await
    .map_err(AppError::from)?;
    perform(app, &call).await
}

async fn tell_payer(tx: &mut MySqlConnection, app: &App, paid: &Paid, reason: &str, now: OffsetDateTime) -> ledger::Result<()> {
    let payer = sqlx::query!(
        "SELECT payments.id, accountCredentials.email FROM checkouts JOIN payments ON payments.id = checkouts.paymentId
         JOIN accountCredentials ON accountCredentials.userId = payments.userId AND accountCredentials.closedAt IS NULL WHERE checkouts.id = ?",
        paid.checkout
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(payer) = payer {
        let amount = shown(paid.amount);
        let link = format!("{}/receipts/{}", app.config.site_url, payer.id);
        let body = crate::t!("checkout.mail.late", amount = amount, reason = reason, link = link);
        mail::queue(tx, now, &payer.email, &crate::t!("checkout.mail.late_subject", amount = amount), &body).await?;
    }
    Ok(())
}

/// A late payment went back.
async fn returned(app: &App, provider: Provider, late: i32, now: OffsetDateTime) -> AppResult<()> {
    Ok(retrying(|| async move {
        let mut tx = begin(app).await?;
        let amount = sqlx::query_scalar!("SELECT amount FROM latePayments WHERE id = ? AND returnedAt IS NULL FOR UPDATE", late)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(amount) = amount else { return Ok(()) };
        let amount = crate::money::Cents::from(amount);
        let arrived = ledger::id_of_key(&mut tx, &format!("late:{late}")).await?;
        ledger::post(
            &mut tx,
            &Transaction {
                key: format!("late-return:{late}"),
                kind: kind::LATE_RETURN,
                subject: "latePayments",
                subject_id: late,
                reverses: arrived,
                entries: vec![
                    Entry { account: Account::Unclaimed(provider.name()), amount: amount.negated()? },
                    Entry { account: Account::Provider(provider.name()), amount },
                ],
                occurred_at: now,
            },
        )
        .await?;
        sqlx::query!("UPDATE latePayments SET returnedAt = ? WHERE id = ?", now, late).execute(&mut *tx).await?;
        commit(tx).await
    })
    .await?)
}

/// Brings a checkout at a provider up to date: opens its page there when that is still to be done, and asks whether it
/// was paid. Does nothing when the provider does not answer.
///
/// # Errors
/// When the database does not answer.
pub async fn refresh(app: &App, payer: UserId, checkout: &str) -> AppResult<()> {
    let Some(row) = store::session(app, payer, checkout).await? else { return Ok(()) };
    let Some(reference) = row.reference else {
        if let Some(call) = outbox::id_of_key(app, row.provider, &store::call_key(checkout)).await? {
            perform(app, &call).await?;
        }
        return Ok(());
    };
    match store::ask(app, row.provider, &reference).await {
        Ok(Some(paid)) => {
            paid_at(app, row.provider, &paid, app.clock.now()).await?;
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(checkout, "a payment provider can't tell how far a checkout is: {error:#}"),
    }
    Ok(())
}
