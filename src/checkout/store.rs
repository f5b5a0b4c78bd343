//! Checkouts in the database, and how they end.

use super::{Bill, Purpose, ReceiptLine, State};
use crate::{
    error::{AppError, AppResult},
    ids::{PaymentId, UserId},
    ledger::{self, begin, commit, retrying},
    page::Page,
    payments::{
        self as providers, Provider,
        gateway::{Paid, Session},
        outbox, store as payments,
    },
    purchases, refunds,
    server::state::App,
    subscriptions, tips,
    uploads::with_slug,
};
use time::{Duration, OffsetDateTime};

/// How long a checkout stays open.
pub const OPEN_FOR: Duration = Duration::hours(24);

/// The key of the call that opens a checkout's page at a provider.
pub fn call_key(checkout: &str) -> String {
    format!("checkout:{checkout}")
}

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
        "SELECT checkouts.id, checkouts.state, checkouts.subject, checkouts.fee, checkouts.net, checkouts.amount AS total, checkouts.createdAt, checkouts.finishedAt,
                payments.purpose, payments.provider, checkoutSessions.url AS `url?`
         FROM payments JOIN checkouts ON checkouts.paymentId = payments.id
         LEFT JOIN checkoutSessions ON checkoutSessions.checkoutId = checkouts.id
         WHERE payments.id = ? AND payments.userId = ?",
        payment,
        payer
    )
    .fetch_optional(&app.db)
    .await?
    .ok_or(AppError::NotFound)?;
    let mut bill = Bill {
        checkout: row.id,
        payment,
        provider: Provider::of_name(&row.provider).ok_or(AppError::NotFound)?,
        url: row.url,
        state: State::of_name(&row.state),
        amount: row.total.into(),
        fee: row.fee.into(),
        fee_covered: false,
        net: row.net.into(),
        total: row.total.into(),
        receiver: String::new(),
        back: String::new(),
        again: String::new(),
        purpose: Purpose::of_name(&row.purpose),
        about: None,
        message: None,
        anonymous: false,
        reply: None,
        gift: None,
        refunds: refunds::store::of_payment(app, payment).await?,
        started_at: row.createdAt,
        finished_at: row.finishedAt,
    };
    if row.subject == "purchaseOrders" {
        let ordered = purchases::store::ordered(app, payment).await?;
        bill.back = ordered.thing.path(&ordered.title);
        bill.again = ordered.thing.buy_path();
        bill.about = Some((ordered.title, bill.back.clone()));
        bill.receiver = ordered.by;
        bill.gift = ordered.gift;
    } else if row.subject == "subscriptionOrders" {
        bill.back = "/settings/subscription".to_owned();
        bill.again = "/plans".to_owned();
        bill.about = Some((subscriptions::store::ordered(app, payment).await?, "/plans".to_owned()));
        bill.receiver = crate::t!("subscriptions.receiver").into_owned();
    } else {
        about_tip(app, &mut bill).await?;
    }
    Ok(bill)
}

async fn about_tip(app: &App, bill: &mut Bill) -> AppResult<()> {
    let row = sqlx::query!(
        "SELECT tips.amount, tips.message, tips.trackId, tipDetails.feeCovered, tipDetails.anonymous, tipDetails.reply,
                artistProfiles.id AS artistId, artistProfiles.artistName, artistUploads.title AS `title?`
         FROM tipDetails JOIN tips ON tips.id = tipDetails.tipId
         JOIN artistProfiles ON artistProfiles.userId = tips.recipientId
         LEFT JOIN artistUploads ON artistUploads.id = tips.trackId
         WHERE tipDetails.paymentId = ?",
        bill.payment
    )
    .fetch_optional(&app.db)
    .await?
    .ok_or(AppError::NotFound)?;
    bill.amount = row.amount.into();
    bill.fee_covered = row.feeCovered != 0;
    bill.message = row.message.filter(|message| !message.is_empty());
    bill.anonymous = row.anonymous != 0;
    bill.reply = row.reply;
    bill.again = row.trackId.map_or_else(|| format!("/tip/artists/{}", row.artistId), |track| format!("/tip/tracks/{track}"));
    bill.back = with_slug("/artists", row.artistId, &row.artistName);
    bill.about = row.trackId.zip(row.title).map(|(track, title)| (title.clone(), with_slug("/tracks", track, &title)));
    bill.receiver = row.artistName;
    Ok(())
}

const RECEIPTS: usize = 20;

/// The payments of this payer, newest first, before an id.
///
/// # Errors
/// When the database does not answer.
pub async fn receipts(app: &App, payer: UserId, before: Option<i32>) -> AppResult<Page<ReceiptLine>> {
    let rows = sqlx::query!(
        "SELECT payments.id, payments.purpose, checkouts.state, checkouts.amount AS total, checkouts.createdAt, tips.trackId AS `tipped?`, o.uploadId AS `uploadId?`,
                o.trackId AS `songId?`, o.albumId AS `albumId?`, COALESCE(recipient.artistName, seller.artistName, songs.artistName, albums.artistName, '') AS `receiver!: String`,
                COALESCE(uploads.title, songs.title, albums.title) AS `title?: String`, plan.name AS `plan?: String`
         FROM payments
         JOIN checkouts ON checkouts.paymentId = payments.id
         LEFT JOIN tipDetails ON tipDetails.paymentId = payments.id
         LEFT JOIN tips ON tips.id = tipDetails.tipId
         LEFT JOIN artistProfiles recipient ON recipient.userId = tips.recipientId
         LEFT JOIN purchaseOrders o ON o.paymentId = payments.id
         LEFT JOIN artistUploads uploads ON uploads.id = COALESCE(tips.trackId, o.uploadId)
         LEFT JOIN artistProfiles seller ON seller.id = uploads.artistId
         LEFT JOIN tracks songs ON songs.id = o.trackId
         LEFT JOIN albums ON albums.id = o.albumId
         LEFT JOIN subscriptionOrders ON subscriptionOrders.paymentId = payments.id
         LEFT JOIN subscriptionTiers plan ON plan.id = subscriptionOrders.tierId
         WHERE payments.userId = ? AND payments.id < ? ORDER BY payments.id DESC LIMIT 21",
        payer,
        before.unwrap_or(i32::MAX)
    )
    .fetch_all(&app.db)
    .await?;
    let lines = rows
        .into_iter()
        .map(|row| {
            let thing = purchases::thing_of(row.tipped.or(row.uploadId), row.songId, row.albumId);
            ReceiptLine {
                payment: PaymentId(row.id),
                purpose: Purpose::of_name(&row.purpose),
                state: State::of_name(&row.state),
                total: row.total.into(),
                receiver: if row.plan.is_some() { crate::t!("subscriptions.receiver").into_owned() } else { row.receiver },
                about: match row.plan {
                    Some(plan) => Some((plan, "/plans".to_owned())),
                    None => thing.zip(row.title).map(|(thing, title)| (title.clone(), thing.path(&title))),
                },
                at: row.createdAt,
            }
        })
        .collect();
    Ok(Page::of(lines, RECEIPTS, |line: &ReceiptLine| line.payment.to_string()))
}

/// Pays on the sandbox's page: the payment, what it is for, the journal and the mails in one database transaction. Paid
/// already, it returns the same payment.
///
/// # Errors
/// [`AppError::NotFound`] for other people's and those that are paid elsewhere, [`AppError::Refused`] when it was
/// declined or has expired.
pub async fn pay(app: &App, payer: UserId, id: &str, now: OffsetDateTime) -> AppResult<PaymentId> {
    let reference = format!("sandbox_{}", id.to_lowercase());
    Ok(retrying(|| settle_once(app, id, &reference, |checkout| checkout.payer == payer && checkout.provider == Provider::Sandbox, now)).await?)
}

/// A provider says that it was paid. Told again, nothing happens.
///
/// # Errors
/// [`AppError::NotFound`] without such a checkout, [`AppError::Refused`] when the money can't be taken: the checkout is
/// closed or was paid by another payment, or another amount was paid.
pub async fn paid(app: &App, provider: Provider, paid: &Paid, now: OffsetDateTime) -> AppResult<()> {
    let expected = |checkout: &payments::Checkout| checkout.provider == provider;
    let amount = sqlx::query_scalar!("SELECT amount FROM checkouts WHERE id = ?", paid.checkout).fetch_optional(&app.db).await?;
    if amount.is_some_and(|amount| i64::from(amount) != paid.amount.0) {
        return Err(AppError::Refused(crate::t!("checkout.other_amount").into_owned()));
    }
    retrying(|| settle_once(app, &paid.checkout, &paid.payment, expected, now)).await?;
    app.work.notify_one();
    Ok(())
}

async fn settle_once(
    app: &App,
    id: &str,
    reference: &str,
    expected: impl Fn(&payments::Checkout) -> bool,
    now: OffsetDateTime,
) -> ledger::Result<PaymentId> {
    let mut tx = begin(app).await?;
    let checkout = payments::lock(&mut tx, id).await?.filter(expected).ok_or(AppError::NotFound)?;
    match State::of_name(&checkout.state) {
        State::Completed if checkout.reference.as_deref() == Some(reference) => return Ok(checkout.payment),
        State::Completed => return Err(AppError::Refused(crate::t!("checkout.already_paid").into_owned()).into()),
        State::Declined | State::Expired => return Err(AppError::Refused(crate::t!("checkout.closed").into_owned()).into()),
        State::Open => {}
    }
    payments::complete(&mut tx, &checkout, reference, now).await?;
    match checkout.subject.as_str() {
        "tips" => tips::store::settle(&mut tx, app, &checkout, reference, now).await?,
        "purchaseOrders" => purchases::store::settle(&mut tx, app, &checkout, now).await?,
        "subscriptionOrders" => subscriptions::settle(&mut tx, app, &checkout, now).await?,
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

/// Closes an open checkout: `declined` or `expired`. Closed or paid already, nothing happens.
///
/// # Errors
/// [`AppError::NotFound`] without such a checkout.
pub async fn close(app: &App, id: &str, state: &str, now: OffsetDateTime) -> AppResult<()> {
    match retrying(|| end_once(app, None, id, state, now)).await {
        Ok(()) | Err(ledger::Error::Rule(AppError::Refused(_))) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Closes checkouts that nobody finished; called by the worker now and then. Those that are paid at a provider only
/// after asking there: while it is away they stay open.
///
/// # Errors
/// When the database does not answer.
pub async fn expire(app: &App, now: OffsetDateTime) -> AppResult<()> {
    let old = sqlx::query!(
        "SELECT checkouts.id, payments.provider, checkoutSessions.reference AS `reference?: String` FROM checkouts
         JOIN payments ON payments.id = checkouts.paymentId LEFT JOIN checkoutSessions ON checkoutSessions.checkoutId = checkouts.id
         WHERE checkouts.state = 'open' AND checkouts.createdAt < ? ORDER BY checkouts.id LIMIT 200",
        now - OPEN_FOR
    )
    .fetch_all(&app.db)
    .await?;
    for row in old {
        // Its payer may be charged at this moment: what the provider answers ends it.
        if outbox::waits(app, &row.provider, &subscriptions::renewals::charge_key(&row.id)).await? {
            continue;
        }
        if let (Some(provider), Some(reference)) = (Provider::of_name(&row.provider), &row.reference) {
            match ask(app, provider, reference).await {
                Ok(Some(paid)) => {
                    super::outside::paid_at(app, provider, &paid, now).await?;
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(checkout = row.id, "a checkout stays open, the provider can't tell how far it is: {error:#}");
                    continue;
                }
            }
        }
        close(app, &row.id, "expired", now).await?;
    }
    Ok(())
}

/// Whether a provider's page was paid.
///
/// # Errors
/// When the provider does not answer.
pub(super) async fn ask(app: &App, provider: Provider, reference: &str) -> anyhow::Result<Option<Paid>> {
    let Some(gateway) = providers::gateway(app, provider) else { anyhow::bail!("{} is not set up", provider.name()) };
    Ok(match gateway.session(reference).await? {
        Session::Paid(paid) => Some(paid),
        Session::Open | Session::Closed => None,
    })
}

/// The page at a provider on which a checkout is paid.
#[derive(Debug)]
pub(super) struct At {
    pub provider: Provider,
    /// None yet: it is still to be opened.
    pub reference: Option<String>,
}

/// Where an open checkout of this payer is paid; `None` when it is not open, or paid on a page of ours.
pub(super) async fn session(app: &App, payer: UserId, id: &str) -> AppResult<Option<At>> {
    let row = sqlx::query!(
        "SELECT payments.provider, checkoutSessions.reference AS `reference?: String` FROM checkouts
         JOIN payments ON payments.id = checkouts.paymentId LEFT JOIN checkoutSessions ON checkoutSessions.checkoutId = checkouts.id
         WHERE checkouts.id = ? AND payments.userId = ? AND checkouts.state = 'open'",
        id,
        payer
    )
    .fetch_optional(&app.db)
    .await?;
    Ok(row.and_then(|row| {
        let provider = Provider::of_name(&row.provider).filter(|provider| provider.has_a_page())?;
        Some(At { provider, reference: row.reference })
    }))
}

/// Keeps where a provider takes the payment.
///
/// # Errors
/// When the database does not answer.
pub async fn opened(app: &App, id: &str, provider: Provider, reference: &str, url: &str, now: OffsetDateTime) -> AppResult<()> {
    sqlx::query!(
        "INSERT IGNORE INTO checkoutSessions (checkoutId, provider, reference, url, openedAt) VALUES (?, ?, ?, ?, ?)",
        id,
        provider.name(),
        reference,
        url,
        now
    )
    .execute(&app.db)
    .await?;
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
    outbox::withdraw(&mut tx, checkout.provider, &call_key(id), now).await?;
    match checkout.subject.as_str() {
        "tips" => tips::store::fail(&mut tx, checkout.subject_id).await?,
        "subscriptionOrders" => subscriptions::fail(&mut tx, app, checkout.subject_id, now).await?,
        _ => purchases::store::fail(&mut tx, checkout.subject_id).await?,
    }
    commit(tx).await
}
