//! Tips in the database. What is atomic: a tip, its payment and its checkout start together; and they end together,
//! with the artist's earning, the journal and the mails.

use super::{Offer, Received, Shares};
use crate::{
    accounts::Me,
    error::{AppError, AppResult},
    ids::{ArtistId, TipId, TrackId, UserId},
    ledger::{self, Account, Entry, Transaction, begin, commit, retrying},
    money::{CURRENCY, Cents},
    page::Page,
    payments::{
        self, Provider, shown,
        store::{Checkout, Intent},
    },
    server::{mail, state::App, tokens},
};
use sqlx::MySqlConnection;
use time::{Duration, OffsetDateTime};

const PAGE: usize = 20;

/// What a listener wants to give.
#[derive(Clone, Debug)]
pub struct Wish {
    pub form_key: String,
    pub artist: ArtistId,
    pub track: Option<TrackId>,
    pub amount: Cents,
    pub message: String,
    pub cover_fee: bool,
    pub anonymous: bool,
}

/// What the tip page of an artist needs, with a new form key.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such artist.
pub async fn offer(app: &App, me: &Me, artist: ArtistId, track: Option<(TrackId, String)>) -> AppResult<Offer> {
    let recipient = recipient(app, artist).await?;
    let rules = &app.config.rules;
    let obstacle = obstacle(me, recipient.user).or_else(|| payments::provider(app).is_none().then(|| crate::t!("payments.not_set_up").into_owned()));
    Ok(Offer {
        artist,
        artist_name: recipient.name,
        track,
        form_key: tokens::ulid(),
        fee_basis_points: rules.tip_fee_basis_points,
        minimum: Cents(rules.tip_minimum_cents),
        maximum: Cents(rules.tip_maximum_cents),
        obstacle,
    })
}

/// The same for a published track.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such track.
pub async fn offer_on_track(app: &App, me: &Me, track: TrackId) -> AppResult<Offer> {
    let row = sqlx::query!("SELECT artistId, title FROM artistUploads WHERE id = ? AND isPublished = 1", track)
        .fetch_optional(&app.db)
        .await?
        .ok_or(AppError::NotFound)?;
    offer(app, me, ArtistId(row.artistId), Some((track, row.title))).await
}

struct Recipient {
    user: UserId,
    name: String,
}

async fn recipient(app: &App, artist: ArtistId) -> AppResult<Recipient> {
    let row = sqlx::query!(
        "SELECT artistProfiles.userId, artistProfiles.artistName FROM artistProfiles
         LEFT JOIN accountCredentials ON accountCredentials.userId = artistProfiles.userId
         WHERE artistProfiles.id = ? AND accountCredentials.closedAt IS NULL",
        artist
    )
    .fetch_optional(&app.db)
    .await?
    .ok_or(AppError::NotFound)?;
    Ok(Recipient { user: UserId(row.userId), name: row.artistName })
}

fn obstacle(me: &Me, recipient: UserId) -> Option<String> {
    if me.id == recipient {
        Some(crate::t!("tips.not_oneself").into_owned())
    } else if !me.verified {
        Some(crate::t!("tips.verify_first").into_owned())
    } else {
        None
    }
}

/// Writes down what is to be paid and returns the checkout's id. The same form sent again leads to the same checkout.
///
/// # Errors
/// [`AppError::Refused`] for a tip to oneself, an unverified e-mail, or a form sent again with other content;
/// [`AppError::NotFound`] when the artist or the track is not there.
pub async fn start(app: &App, me: &Me, provider: Provider, wish: &Wish, now: OffsetDateTime) -> AppResult<String> {
    if wish.form_key.parse::<ulid::Ulid>().is_err() {
        return Err(AppError::Refused(crate::t!("error.malformed").into_owned()));
    }
    let recipient = recipient(app, wish.artist).await?;
    if let Some(obstacle) = obstacle(me, recipient.user) {
        return Err(AppError::Refused(obstacle));
    }
    if let Some(track) = wish.track {
        sqlx::query!("SELECT id FROM artistUploads WHERE id = ? AND artistId = ? AND isPublished = 1", track, wish.artist)
            .fetch_optional(&app.db)
            .await?
            .ok_or(AppError::NotFound)?;
    }
    let shares = Shares::of(wish.amount, app.config.rules.tip_fee_basis_points, wish.cover_fee)?;
    let track = wish.track.map_or(0, |track| track.0);
    let content = format!("{} {} {track} {} {} {} {}", me.id, wish.artist, wish.amount.0, wish.cover_fee, wish.anonymous, wish.message);
    let intent = Intent {
        payer: me.id,
        provider,
        purpose: "tip",
        title: crate::t!("checkout.lead", artist = recipient.name).into_owned(),
        email: Some(me.email.clone()).filter(|email| !email.is_empty()),
        form_key: wish.form_key.clone(),
        fingerprint: tokens::digest(&content),
        amount: shares.total,
        fee: shares.fee,
        net: shares.net,
    };
    Ok(retrying(|| start_once(app, recipient.user, wish, &intent, now)).await?)
}

async fn start_once(app: &App, recipient: UserId, wish: &Wish, intent: &Intent, now: OffsetDateTime) -> ledger::Result<String> {
    let mut tx = begin(app).await?;
    if let Some(checkout) = payments::store::checkout_of_form(&mut tx, &intent.form_key, &intent.fingerprint).await? {
        return Ok(checkout);
    }
    let payment = payments::store::pending_payment(&mut tx, intent, now).await?;
    let message = (!wish.message.is_empty()).then_some(&wish.message);
    let tip = sqlx::query!(
        "INSERT INTO tips (senderId, recipientId, amount, message, trackId, paymentStatus, createdAt) VALUES (?, ?, ?, ?, ?, 'pending', ?)",
        intent.payer,
        recipient,
        wish.amount.as_int()?,
        message,
        wish.track,
        now
    )
    .execute(&mut *tx)
    .await?
    .last_insert_id();
    let tip = i32::try_from(tip).map_err(|_| crate::money::Overflow)?;
    sqlx::query!(
        "INSERT INTO tipDetails (tipId, paymentId, fee, feeCovered, anonymous) VALUES (?, ?, ?, ?, ?)",
        tip,
        payment,
        intent.fee.as_int()?,
        i32::from(wish.cover_fee),
        i32::from(wish.anonymous)
    )
    .execute(&mut *tx)
    .await?;
    let checkout = tokens::ulid();
    payments::store::open_checkout(&mut tx, app, &checkout, intent, payment, "tips", tip, now).await?;
    commit(tx).await?;
    Ok(checkout)
}

/// A tip whose checkout was paid: completed, the artist's earning on hold, in the journal, with mails to both.
///
/// # Errors
/// [`AppError::Refused`] when the artist has closed the account in the meantime.
pub async fn settle(tx: &mut MySqlConnection, app: &App, checkout: &Checkout, reference: &str, now: OffsetDateTime) -> ledger::Result<()> {
    let tip = sqlx::query!(
        "SELECT tips.id, tips.recipientId, tips.amount, tips.message, tips.trackId, tipDetails.anonymous, artistProfiles.id AS artistId, artistProfiles.artistName,
                sender.name AS senderName, senderMail.email AS `senderMail?`, recipientMail.email AS `recipientMail?`, artistUploads.title AS `title?`
         FROM tips
         JOIN tipDetails ON tipDetails.tipId = tips.id
         JOIN artistProfiles ON artistProfiles.userId = tips.recipientId
         JOIN users sender ON sender.id = tips.senderId
         LEFT JOIN accountCredentials senderMail ON senderMail.userId = tips.senderId AND senderMail.closedAt IS NULL
         LEFT JOIN accountCredentials recipientMail ON recipientMail.userId = tips.recipientId AND recipientMail.closedAt IS NULL
         LEFT JOIN artistUploads ON artistUploads.id = tips.trackId
         WHERE tips.id = ?",
        checkout.subject_id
    )
    .fetch_one(&mut *tx)
    .await?;
    let artist = ArtistId(tip.artistId);
    // Waits for a closing that is under way; one that comes later finds money on hold, and stops.
    let closed = sqlx::query_scalar!("SELECT closedAt FROM accountCredentials WHERE userId = ? LOCK IN SHARE MODE", tip.recipientId)
        .fetch_optional(&mut *tx)
        .await?;
    if closed.flatten().is_some() {
        return Err(AppError::Refused(crate::t!("tips.artist_left").into_owned()).into());
    }
    let at_stripe = (checkout.provider == Provider::Stripe).then_some(reference);
    sqlx::query!("UPDATE tips SET paymentStatus = 'completed', stripePaymentId = ? WHERE id = ?", at_stripe, tip.id).execute(&mut *tx).await?;

    // The earning's line comes first, so that its number is known.
    let mut entries = vec![
        Entry { account: Account::OnHold(artist), amount: checkout.net },
        Entry { account: Account::Provider(checkout.provider.name()), amount: checkout.amount.negated()? },
    ];
    if checkout.fee > Cents::ZERO {
        entries.push(Entry { account: Account::PlatformFees, amount: checkout.fee });
    }
    let posted = ledger::post(
        tx,
        &Transaction {
            key: format!("tip:{}", tip.id),
            kind: ledger::kind::TIP,
            subject: "tips",
            subject_id: tip.id,
            reverses: None,
            entries,
            occurred_at: now,
        },
    )
    .await?;
    let earning = sqlx::query!(
        "INSERT INTO creatorEarnings (artistId, trackId, earningType, amount, currency, period, createdAt) VALUES (?, ?, 'tips', ?, ?, NULL, ?)",
        artist,
        tip.trackId,
        checkout.net.as_int()?,
        CURRENCY,
        now
    )
    .execute(&mut *tx)
    .await?
    .last_insert_id();
    let available_at = now + Duration::days(i64::from(app.config.rules.hold_days));
    sqlx::query!(
        "INSERT INTO earningDetails (earningId, transactionId, line, gross, fee, availableAt) VALUES (?, ?, 0, ?, ?, ?)",
        earning,
        posted.id,
        checkout.amount.as_int()?,
        checkout.fee.as_int()?,
        available_at
    )
    .execute(&mut *tx)
    .await?;

    let site = &app.config.site_url;
    let what =
        tip.title.map_or_else(|| tip.artistName.clone(), |title| crate::t!("tips.on_track", title = title, artist = tip.artistName).into_owned());
    let message = tip.message.unwrap_or_default();
    if let Some(address) = tip.recipientMail {
        let from = tip.senderName.filter(|name| tip.anonymous == 0 && !name.is_empty()).unwrap_or_else(|| crate::t!("tips.somebody").into_owned());
        let subject = crate::t!("tips.mail.received_subject", from = from, amount = shown(tip.amount.into()));
        let body = crate::t!(
            "tips.mail.received",
            from = from,
            what = what,
            amount = shown(checkout.amount),
            fee = shown(checkout.fee),
            net = shown(checkout.net),
            day = crate::ui::format::date(available_at),
            message = message,
            link = format!("{site}/studio/tips/{}", tip.id)
        );
        mail::queue(tx, now, &address, &subject, &body).await?;
    }
    if let Some(address) = tip.senderMail {
        let subject = crate::t!("tips.mail.receipt_subject", artist = tip.artistName);
        let body = crate::t!(
            "tips.mail.receipt",
            what = what,
            total = shown(checkout.amount),
            fee = shown(checkout.fee),
            net = shown(checkout.net),
            artist = tip.artistName,
            link = format!("{site}/receipts/{}", checkout.payment)
        );
        mail::queue(tx, now, &address, &subject, &body).await?;
    }
    Ok(())
}

/// A tip whose checkout was declined or has expired.
///
/// # Errors
/// When the database does not answer.
pub async fn fail(tx: &mut MySqlConnection, tip: i32) -> ledger::Result<()> {
    sqlx::query!("UPDATE tips SET paymentStatus = 'failed' WHERE id = ? AND paymentStatus = 'pending'", tip).execute(tx).await?;
    Ok(())
}

/// Completed tips to this person, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn received(app: &App, recipient: UserId, before: Option<i32>) -> AppResult<Page<Received>> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT tips.id, tips.amount, tips.message, tips.trackId, tips.createdAt, users.name, artistUploads.title AS `title?`,
                tipDetails.fee AS `fee?`, tipDetails.feeCovered AS `fee_covered?`, tipDetails.anonymous AS `anonymous?`, tipDetails.reply AS `reply?`
         FROM tips JOIN users ON users.id = tips.senderId
         LEFT JOIN tipDetails ON tipDetails.tipId = tips.id
         LEFT JOIN artistUploads ON artistUploads.id = tips.trackId
         WHERE tips.recipientId = ? AND tips.paymentStatus = 'completed' AND tips.id < ? ORDER BY tips.id DESC LIMIT 21",
        recipient,
        before.unwrap_or(i32::MAX)
    )
    .fetch_all(&app.db)
    .await?;
    Ok(Page::of(rows.into_iter().map(Received::from).collect(), PAGE, |tip: &Received| tip.id.to_string()))
}

/// One completed tip to this person; other people's do not exist.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn received_one(app: &App, recipient: UserId, tip: TipId) -> AppResult<Received> {
    let row = sqlx::query_as!(
        Row,
        "SELECT tips.id, tips.amount, tips.message, tips.trackId, tips.createdAt, users.name, artistUploads.title AS `title?`,
                tipDetails.fee AS `fee?`, tipDetails.feeCovered AS `fee_covered?`, tipDetails.anonymous AS `anonymous?`, tipDetails.reply AS `reply?`
         FROM tips JOIN users ON users.id = tips.senderId
         LEFT JOIN tipDetails ON tipDetails.tipId = tips.id
         LEFT JOIN artistUploads ON artistUploads.id = tips.trackId
         WHERE tips.id = ? AND tips.recipientId = ? AND tips.paymentStatus = 'completed'",
        tip,
        recipient
    )
    .fetch_optional(&app.db)
    .await?
    .ok_or(AppError::NotFound)?;
    Ok(row.into())
}

struct Row {
    id: i32,
    amount: i32,
    message: Option<String>,
    trackId: Option<i32>,
    createdAt: OffsetDateTime,
    name: Option<String>,
    title: Option<String>,
    fee: Option<i32>,
    fee_covered: Option<i32>,
    anonymous: Option<i32>,
    reply: Option<String>,
}

impl From<Row> for Received {
    fn from(row: Row) -> Self {
        let fee = row.fee.unwrap_or(0);
        let net = if row.fee_covered == Some(1) { row.amount } else { row.amount.saturating_sub(fee) };
        Self {
            id: TipId(row.id),
            from: row.name.filter(|name| row.anonymous != Some(1) && !name.is_empty()),
            message: row.message.filter(|message| !message.is_empty()),
            track: row.trackId.map(TrackId).zip(row.title),
            amount: row.amount.into(),
            fee: fee.into(),
            net: net.into(),
            at: row.createdAt,
            reply: row.reply,
        }
    }
}

/// Keeps the artist's reply and mails it to the listener.
///
/// # Errors
/// [`AppError::NotFound`] for other people's tips, [`AppError::Refused`] when there is a reply already.
pub async fn reply(app: &App, recipient: UserId, artist_name: &str, tip: TipId, reply: &str, now: OffsetDateTime) -> AppResult<()> {
    let mut tx = app.db.begin().await?;
    let row = sqlx::query!(
        "SELECT tipDetails.reply, tipDetails.paymentId, accountCredentials.email AS `email?` FROM tips
         JOIN tipDetails ON tipDetails.tipId = tips.id
         LEFT JOIN accountCredentials ON accountCredentials.userId = tips.senderId AND accountCredentials.closedAt IS NULL
         WHERE tips.id = ? AND tips.recipientId = ? AND tips.paymentStatus = 'completed' FOR UPDATE",
        tip,
        recipient
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(AppError::NotFound)?;
    if row.reply.is_some() {
        return Err(AppError::Refused(crate::t!("tips.reply.already").into_owned()));
    }
    sqlx::query!("UPDATE tipDetails SET reply = ?, repliedAt = ? WHERE tipId = ?", reply, now, tip).execute(&mut *tx).await?;
    if let Some(address) = row.email {
        let subject = crate::t!("tips.mail.reply_subject", artist = artist_name);
        let body =
            crate::t!("tips.mail.reply", artist = artist_name, reply = reply, link = format!("{}/receipts/{}", app.config.site_url, row.paymentId));
        mail::queue(&mut tx, now, &address, &subject, &body).await?;
    }
    tx.commit().await?;
    Ok(())
}
