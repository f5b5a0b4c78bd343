//! Payments under way: the intent is written before anything else happens, and ends once.

use super::{
    Provider,
    gateway::{Call, Order},
    outbox,
};
use crate::{
    checkout::store::{OPEN_FOR, call_key},
    error::AppError,
    ids::{PaymentId, UserId},
    ledger::{Error, Result},
    money::{CURRENCY, Cents},
    server::state::App,
};
use sqlx::MySqlConnection;
use time::{Duration, OffsetDateTime};

/// The purpose whose payers are charged again, every month.
pub const SUBSCRIPTION: &str = "subscription";

/// What somebody is about to pay for.
#[derive(Clone, Debug)]
pub struct Intent {
    pub payer: UserId,
    pub provider: Provider,
    /// `tip`, `purchase`, …
    pub purpose: &'static str,
    /// What the payer reads at the provider.
    pub title: String,
    pub email: Option<String>,
    /// The key of the form: sent twice, it is one checkout.
    pub form_key: String,
    /// A digest of what the form said.
    pub fingerprint: String,
    /// What the payer pays.
    pub amount: Cents,
    /// Of it, what the site keeps.
    pub fee: Cents,
    /// Of it, what the artist receives.
    pub net: Cents,
}

/// The checkout that a form has already led to.
///
/// # Errors
/// [`AppError::Refused`] when the same form was sent with other content.
pub async fn checkout_of_form(connection: &mut MySqlConnection, form_key: &str, fingerprint: &str) -> Result<Option<String>> {
    let row = sqlx::query!("SELECT id, fingerprint FROM checkouts WHERE formKey = ?", form_key).fetch_optional(connection).await?;
    match row {
        Some(row) if row.fingerprint == fingerprint => Ok(Some(row.id)),
        Some(_) => Err(AppError::Refused(crate::t!("payments.form_reused").into_owned()).into()),
        None => Ok(None),
    }
}

/// Writes the payment of an intent, pending.
///
/// # Errors
/// When the database does not answer.
pub async fn pending_payment(connection: &mut MySqlConnection, intent: &Intent, now: OffsetDateTime) -> Result<PaymentId> {
    let done = sqlx::query!(
        "INSERT INTO payments (userId, amount, currency, purpose, provider, status, createdAt) VALUES (?, ?, ?, ?, ?, 'pending', ?)",
        intent.payer,
        intent.amount.as_int()?,
        CURRENCY,
        intent.purpose,
        intent.provider.name(),
        now
    )
    .execute(connection)
    .await?;
    i32::try_from(done.last_insert_id()).map(PaymentId).map_err(|_| Error::Overflow(crate::money::Overflow))
}

/// Writes the checkout of an intent, open; and the call that opens the page of a provider that has one.
///
/// # Errors
/// When the database does not answer, or the form was sent at the same moment by another request.
pub async fn open_checkout(
    connection: &mut MySqlConnection,
    app: &App,
    id: &str,
    intent: &Intent,
    payment: PaymentId,
    subject: &str,
    subject_id: i32,
    now: OffsetDateTime,
) -> Result<()> {
    write_checkout(connection, id, intent, payment, subject, subject_id, now).await?;
    if intent.provider.has_a_page() {
        let order = Order {
            checkout: id.to_owned(),
            amount: intent.amount,
            title: intent.title.clone(),
            email: intent.email.clone(),
            back: format!("{}/checkout/{id}", app.config.site_url),
            // The page there closes before the checkout here, so that nothing can be paid in between.
            closes_at: (now + OPEN_FOR - Duration::hours(1)).unix_timestamp(),
            again: intent.purpose == SUBSCRIPTION,
        };
        outbox::write(connection, intent.provider, &call_key(id), &Call::Open(order), now).await?;
    }
    Ok(())
}

/// Writes the checkout of an intent, open, and opens no page: its payer is charged, or comes to a page of ours.
///
/// # Errors
/// When the database does not answer, or the form was sent at the same moment by another request.
pub async fn write_checkout(
    connection: &mut MySqlConnection,
    id: &str,
    intent: &Intent,
    payment: PaymentId,
    subject: &str,
    subject_id: i32,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO checkouts (id, paymentId, subject, subjectId, formKey, fingerprint, amount, fee, net, state, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?)",
        id,
        payment,
        subject,
        subject_id,
        intent.form_key,
        intent.fingerprint,
        intent.amount.as_int()?,
        intent.fee.as_int()?,
        intent.net.as_int()?,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A checkout that nobody else changes until the database transaction ends.
#[derive(Clone, Debug)]
pub struct Checkout {
    pub id: String,
    pub payment: PaymentId,
    pub payer: UserId,
    pub provider: Provider,
    pub subject: String,
    pub subject_id: i32,
    pub amount: Cents,
    pub fee: Cents,
    pub net: Cents,
    /// `open`, `completed`, `declined` or `expired`.
    pub state: String,
    /// The provider's name of the payment, once paid.
    pub reference: Option<String>,
}

/// Locks a checkout. `None`: there is none of that id.
///
/// # Errors
/// When the database does not answer.
pub async fn lock(connection: &mut MySqlConnection, id: &str) -> Result<Option<Checkout>> {
    let row = sqlx::query!(
        "SELECT checkouts.id, checkouts.paymentId, checkouts.subject, checkouts.subjectId, checkouts.amount, checkouts.fee, checkouts.net, checkouts.state,
                payments.userId, payments.provider, payments.providerPaymentId
         FROM checkouts JOIN payments ON payments.id = checkouts.paymentId WHERE checkouts.id = ? FOR UPDATE",
        id
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.and_then(|row| {
        Some(Checkout {
            id: row.id,
            payment: PaymentId(row.paymentId),
            payer: UserId(row.userId),
            provider: Provider::of_name(&row.provider)?,
            subject: row.subject,
            subject_id: row.subjectId,
            amount: row.amount.into(),
            fee: row.fee.into(),
            net: row.net.into(),
            state: row.state,
            reference: row.providerPaymentId,
        })
    }))
}

/// Ends an open checkout as paid, under the provider's name of the payment.
///
/// # Errors
/// When the database does not answer.
pub async fn complete(connection: &mut MySqlConnection, checkout: &Checkout, reference: &str, now: OffsetDateTime) -> Result<()> {
    sqlx::query!("UPDATE payments SET status = 'completed', providerPaymentId = ?, completedAt = ? WHERE id = ?", reference, now, checkout.payment)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("UPDATE checkouts SET state = 'completed', finishedAt = ? WHERE id = ?", now, checkout.id).execute(connection).await?;
    Ok(())
}

/// Ends an open checkout unpaid: `declined` or `expired`.
///
/// # Errors
/// When the database does not answer.
pub async fn fail(connection: &mut MySqlConnection, checkout: &Checkout, state: &str, now: OffsetDateTime) -> Result<()> {
    sqlx::query!("UPDATE payments SET status = 'failed' WHERE id = ?", checkout.payment).execute(&mut *connection).await?;
    sqlx::query!("UPDATE checkouts SET state = ?, finishedAt = ? WHERE id = ?", state, now, checkout.id).execute(connection).await?;
    Ok(())
}
