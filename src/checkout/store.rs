//! Checkouts in the database, and how they end.

use super::{Bill, ReceiptLine, State};
use crate::{
    error::{AppError, AppResult},
    ids::{ArtistId, PaymentId, TrackId, UserId},
    ledger::{self, begin, commit, retrying},
    page::Page,
    payments::store as payments,
    server::state::App,
    tips,
};
use time::{Duration, OffsetDateTime};

/// How long a checkout stays open.
const OPEN_FOR: Duration = Duration::hours(24);

/// A checkout of this payer; other people's do not exist.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn bill_of_checkout(app: &App, payer: UserId, id: &str) -> AppResult<Bill> {
    let payment = sqlx::query_scalar!("SELECT paymentId FROM checkouts WHERE id = ?", id).fetch_optional(&app.db).await?.ok_or(AppError::NotFound)?;
    bill_of_payment(app, payer, payment.into()).await
}

/// A payment of this payer; other people's do not exist.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn bill_of_payment(app: &App, payer: UserId, payment: PaymentId) -> AppResult<Bill> {
    let row = sqlx::query!(
        "SELECT checkouts.id, checkouts.state, checkouts.fee, checkouts.net, checkouts.amount AS total, checkouts.createdAt, checkouts.finishedAt,
                tips.amount, tips.message, tips.trackId, tipDetails.feeCovered, tipDetails.anonymous, tipDetails.reply,
                artistProfiles.id AS artistId, artistProfiles.artistName, artistUploads.title AS `title?`
         FROM payments
         JOIN checkouts ON checkouts.paymentId = payments.id
         JOIN tipDetails ON tipDetails.paymentId = payments.id
         JOIN tips ON tips.id = tipDetails.tipId
         JOIN artistProfiles ON artistProfiles.userId = tips.recipientId
         LEFT JOIN artistUploads ON artistUploads.id = tips.trackId
         WHERE payments.id = ? AND payments.userId = ?",
        payment,
        payer
    )
    .fetch_optional(&app.db)
    .await?
    .ok_or(AppError::NotFound)?;
    Ok(Bill {
        checkout: row.id,
        payment,
        state: State::of_name(&row.state),
        amount: row.amount.into(),
        fee: row.fee.into(),
        fee_covered: row.feeCovered != 0,
        net: row.net.into(),
        total: row.total.into(),
        artist: ArtistId(row.artistId),
        artist_name: row.artistName,
        track: row.trackId.map(TrackId).zip(row.title),
        message: row.message.filter(|message| !message.is_empty()),
        anonymous: row.anonymous != 0,
        reply: row.reply,
        started_at: row.createdAt,
        finished_at: row.finishedAt,
    })
}

const RECEIPTS: usize = 20;

/// The payments of this payer, newest first, before an id.
///
/// # Errors
/// When the database does not answer.
pub async fn receipts(app: &App, payer: UserId, before: Option<i32>) -> AppResult<Page<ReceiptLine>> {
    let rows = sqlx::query!(
        "SELECT payments.id, checkouts.state, checkouts.amount AS total, checkouts.createdAt, tips.trackId, artistProfiles.artistName,
                artistUploads.title AS `title?`
         FROM payments
         JOIN checkouts ON checkouts.paymentId = payments.id
         JOIN tipDetails ON tipDetails.paymentId = payments.id
         JOIN tips ON tips.id = tipDetails.tipId
         JOIN artistProfiles ON artistProfiles.userId = tips.recipientId
         LEFT JOIN artistUploads ON artistUploads.id = tips.trackId
         WHERE payments.userId = ? AND payments.id < ? ORDER BY payments.id DESC LIMIT 21",
        payer,
        before.unwrap_or(i32::MAX)
    )
    .fetch_all(&app.db)
    .await?;
    let lines = rows
        .into_iter()
        .map(|row| ReceiptLine {
            payment: PaymentId(row.id),
            state: State::of_name(&row.state),
            total: row.total.into(),
            artist_name: row.artistName,
            track: row.trackId.map(TrackId).zip(row.title),
            at: row.createdAt,
        })
        .collect();
    Ok(Page::of(lines, RECEIPTS, |line: &ReceiptLine| line.payment.to_string()))
}

/// Pays: the payment, what it is for, the journal and the mails in one database transaction. Paid already, it returns
/// the same payment.
///
/// # Errors
/// [`AppError::NotFound`] for other people's, [`AppError::Refused`] when it was declined or has expired.
pub async fn pay(app: &App, payer: UserId, id: &str, now: OffsetDateTime) -> AppResult<PaymentId> {
    Ok(retrying(|| pay_once(app, payer, id, now)).await?)
}

async fn pay_once(app: &App, payer: UserId, id: &str, now: OffsetDateTime) -> ledger::Result<PaymentId> {
    let mut tx = begin(app).await?;
    let checkout = payments::lock(&mut tx, id).await?.filter(|checkout| checkout.payer == payer).ok_or(AppError::NotFound)?;
    match State::of_name(&checkout.state) {
        State::Completed => return Ok(checkout.payment),
        State::Declined | State::Expired => return Err(AppError::Refused(crate::t!("checkout.closed").into_owned()).into()),
        State::Open => {}
    }
    payments::complete(&mut tx, &checkout, now).await?;
    match checkout.subject.as_str() {
        "tips" => tips::store::settle(&mut tx, app, &checkout, now).await?,
        _ => return Err(AppError::NotFound.into()),
    }
    commit(tx).await?;
    Ok(checkout.payment)
}

/// Declines; paid already, it says so.
///
/// # Errors
/// [`AppError::NotFound`] for other people's, [`AppError::Refused`] when it was paid.
pub async fn decline(app: &App, payer: UserId, id: &str, now: OffsetDateTime) -> AppResult<()> {
    Ok(retrying(|| end_once(app, Some(payer), id, "declined", now)).await?)
}

/// Closes checkouts that nobody finished; called by the worker now and then.
///
/// # Errors
/// When the database does not answer.
pub async fn expire(app: &App, now: OffsetDateTime) -> AppResult<()> {
    let old = sqlx::query_scalar!("SELECT id FROM checkouts WHERE state = 'open' AND createdAt < ? ORDER BY id LIMIT 200", now - OPEN_FOR)
        .fetch_all(&app.db)
        .await?;
    for id in &old {
        match retrying(|| end_once(app, None, id, "expired", now)).await {
            // Paid at the last moment.
            Ok(()) | Err(ledger::Error::Rule(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

async fn end_once(app: &App, payer: Option<UserId>, id: &str, state: &str, now: OffsetDateTime) -> ledger::Result<()> {
    let mut tx = begin(app).await?;
    let checkout =
        payments::lock(&mut tx, id).await?.filter(|checkout| payer.is_none_or(|payer| checkout.payer == payer)).ok_or(AppError::NotFound)?;
    match State::of_name(&checkout.state) {
        State::Completed => return Err(AppError::Refused(crate::t!("checkout.already_paid").into_owned()).into()),
        State::Declined | State::Expired => return Ok(()),
        State::Open => {}
    }
    payments::fail(&mut tx, &checkout, state, now).await?;
    if checkout.subject == "tips" {
        tips::store::fail(&mut tx, checkout.subject_id).await?;
    }
    commit(tx).await
}
