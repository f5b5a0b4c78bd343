//! Purchases in the database. What is atomic: an order, its payment and its checkout start together; and they end
//! together, with the row that says who owns it, the seller's earning, the journal and the mails.

use super::{Bought, Choice, Offer, Sale, Thing, gifts, thing_of};
use crate::{
    accounts::Me,
    error::{AppError, AppResult},
    ids::{ArtistId, PaymentId, UserId},
    ledger::{self, Account, Entry, Transaction, begin, commit, kind, retrying},
    money::{CURRENCY, Cents},
    page::{Key, Page, one_more},
    payments::{
        self, Provider, shown,
        store::{Checkout, Intent},
    },
    server::{mail, state::App, tokens},
    tips::{Shares, parse_amount},
};
use sqlx::MySqlConnection;
use time::{Duration, OffsetDateTime};

const TABLE: &str = "purchaseOrders";
const PAGE: usize = 30;

/// A thing as it is sold now.
struct Goods {
    title: String,
    by: String,
    price: Cents,
    /// Whom the money is for; nobody: the label.
    seller: Option<Seller>,
}

struct Seller {
    artist: ArtistId,
    user: UserId,
}

/// A published thing that costs something. `None`: it is not there, not for sale, or its artist has left.
async fn goods(connection: &mut MySqlConnection, thing: Thing) -> sqlx::Result<Option<Goods>> {
    Ok(match thing {
        Thing::Track(id) => sqlx::query!(
            "SELECT artistUploads.title, artistUploads.downloadPrice, artistProfiles.id AS artistId, artistProfiles.artistName, artistProfiles.userId
             FROM artistUploads JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId
             LEFT JOIN accountCredentials ON accountCredentials.userId = artistProfiles.userId
             WHERE artistUploads.id = ? AND artistUploads.isPublished = 1 AND artistUploads.downloadable = 1 AND artistUploads.downloadPrice > 0
               AND accountCredentials.closedAt IS NULL",
            id
        )
        .fetch_optional(connection)
        .await?
        .map(|row| Goods {
            title: row.title,
            by: row.artistName,
            price: row.downloadPrice.unwrap_or(0).into(),
            seller: Some(Seller { artist: ArtistId(row.artistId), user: UserId(row.userId) }),
        }),
        Thing::Song(id) => sqlx::query!("SELECT title, artistName, price FROM tracks WHERE id = ? AND isPublished = 1 AND price > 0", id)
            .fetch_optional(connection)
            .await?
            .map(|row| Goods { title: row.title, by: row.artistName, price: row.price.unwrap_or(0).into(), seller: None }),
        Thing::Album(id) => sqlx::query!("SELECT title, artistName, price FROM albums WHERE id = ? AND isPublished = 1 AND price > 0", id)
            .fetch_optional(connection)
            .await?
            .map(|row| Goods { title: row.title, by: row.artistName, price: row.price.unwrap_or(0).into(), seller: None }),
    })
}

pub(super) async fn has(connection: &mut MySqlConnection, user: UserId, thing: Thing) -> sqlx::Result<bool> {
    let found = match thing {
        Thing::Track(id) => {
            sqlx::query_scalar!("SELECT id FROM songPurchases WHERE userId = ? AND uploadId = ? LIMIT 1", user, id).fetch_optional(connection).await?
        }
        // A song comes with its album.
        Thing::Song(id) => {
            sqlx::query_scalar!(
                "SELECT id FROM songPurchases WHERE userId = ? AND trackId = ?
                 UNION ALL SELECT albumPurchases.id FROM albumPurchases JOIN tracks ON tracks.albumId = albumPurchases.albumId
                           WHERE albumPurchases.userId = ? AND tracks.id = ? LIMIT 1",
                user,
                id,
                user,
                id
            )
            .fetch_optional(connection)
            .await?
        }
        Thing::Album(id) => {
            sqlx::query_scalar!("SELECT id FROM albumPurchases WHERE userId = ? AND albumId = ? LIMIT 1", user, id).fetch_optional(connection).await?
        }
    };
    Ok(found.is_some())
}

/// Whether a thing is for sale, and whether this listener has it.
///
/// # Errors
/// When the database does not answer.
pub async fn sale(app: &App, user: Option<UserId>, thing: Thing) -> AppResult<Sale> {
    let mut connection = app.db.acquire().await?;
    if let Some(user) = user
        && has(&mut connection, user, thing).await?
    {
        return Ok(Sale::Owned);
    }
    Ok(goods(&mut connection, thing).await?.map_or(Sale::Not, |goods| Sale::For(goods.price)))
}

/// Why somebody can't buy it. `owned`: it would be theirs, and they have it.
fn obstacle(me: &Me, goods: &Goods, owned: bool) -> Option<String> {
    if owned {
        Some(crate::t!("purchases.owned").into_owned())
    } else if goods.seller.as_ref().is_some_and(|seller| seller.user == me.id) {
        Some(crate::t!("purchases.not_oneself").into_owned())
    } else if !me.verified {
        Some(crate::t!("purchases.verify_first").into_owned())
    } else {
        None
    }
}

fn fee_of(app: &App, goods: &Goods) -> u32 {
    if goods.seller.is_some() { app.config.rules.sale_fee_basis_points } else { 0 }
}

/// What the buying page of a thing needs, with a new form key.
///
/// # Errors
/// [`AppError::NotFound`] when it is not for sale.
pub async fn offer(app: &App, me: &Me, thing: Thing) -> AppResult<Offer> {
    let mut connection = app.db.acquire().await?;
    let goods = goods(&mut connection, thing).await?.ok_or(AppError::NotFound)?;
    let owned = has(&mut connection, me.id, thing).await?;
    let obstacle = obstacle(me, &goods, false).or_else(|| payments::provider(app).is_none().then(|| crate::t!("payments.not_set_up").into_owned()));
    Ok(Offer {
        thing,
        price: goods.price,
        maximum: maximum(app, &goods),
        fee_basis_points: fee_of(app, &goods),
        title: goods.title,
        by: goods.by,
        form_key: tokens::ulid(),
        owned,
        obstacle,
    })
}

/// The most that can be paid: what a tip can be at most, or what is asked.
fn maximum(app: &App, goods: &Goods) -> Cents {
    Cents(app.config.rules.tip_maximum_cents).max(goods.price)
}

/// Writes down what is to be paid and returns the checkout's id. The same form sent again leads to the same checkout.
///
/// # Errors
/// A message at `amount` below the price, [`AppError::Refused`] for what is owned already, one's own tracks, an
/// unverified e-mail, or a form sent again with other content; [`AppError::NotFound`] when it is not for sale.
pub async fn start(
    app: &App,
    me: &Me,
    provider: Provider,
    choice: impl Into<Choice>,
    amount: &str,
    form_key: &str,
    now: OffsetDateTime,
) -> AppResult<String> {
    let choice: Choice = choice.into();
    let thing = choice.thing;
    if form_key.parse::<ulid::Ulid>().is_err() {
        return Err(AppError::Refused(crate::t!("error.malformed").into_owned()));
    }
    let mut connection = app.db.acquire().await?;
    let goods = goods(&mut connection, thing).await?.ok_or(AppError::NotFound)?;
    let owned = !choice.gift && has(&mut connection, me.id, thing).await?;
    drop(connection);
    if let Some(obstacle) = obstacle(me, &goods, owned) {
        return Err(AppError::Refused(obstacle));
    }
    let amount = parse_amount(amount, goods.price, maximum(app, &goods)).map_err(|message| AppError::at("amount", message))?;
    let shares = Shares::of(amount, fee_of(app, &goods), false)?;
    let intent = Intent {
        payer: me.id,
        provider,
        purpose: "purchase",
        title: crate::t!("purchases.what", title = goods.title, by = goods.by).into_owned(),
        email: Some(me.email.clone()).filter(|email| !email.is_empty()),
        form_key: form_key.to_owned(),
        fingerprint: tokens::digest(&format!("{} {} {} {} {}", me.id, thing.kind(), thing.id(), amount.0, choice.gift)),
        amount: shares.total,
        fee: shares.fee,
        net: shares.net,
    };
    Ok(retrying(|| start_once(app, choice, goods.price, &intent, now)).await?)
}

async fn start_once(app: &App, choice: Choice, price: Cents, intent: &Intent, now: OffsetDateTime) -> ledger::Result<String> {
    let mut tx = begin(app).await?;
    if let Some(checkout) = payments::store::checkout_of_form(&mut tx, &intent.form_key, &intent.fingerprint).await? {
        return Ok(checkout);
    }
    let payment = payments::store::pending_payment(&mut tx, intent, now).await?;
    let (mut upload, mut song, mut album) = (None, None, None);
    match choice.thing {
        Thing::Track(id) => upload = Some(id),
        Thing::Song(id) => song = Some(id),
        Thing::Album(id) => album = Some(id),
    }
    let order = sqlx::query!(
        "INSERT INTO purchaseOrders (userId, paymentId, uploadId, trackId, albumId, price, amount, gift, state, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?)",
        intent.payer,
        payment,
        upload,
        song,
        album,
        price.as_int()?,
        intent.amount.as_int()?,
        i32::from(choice.gift),
        now
    )
    .execute(&mut *tx)
    .await?
    .last_insert_id();
    let order = i32::try_from(order).map_err(|_| crate::money::Overflow)?;
    let checkout = tokens::ulid();
    payments::store::open_checkout(&mut tx, app, &checkout, intent, payment, TABLE, order, now).await?;
    commit(tx).await?;
    Ok(checkout)
}

/// A purchase whose checkout was paid: the buyer owns it, the seller's earning is on hold, in the journal, with mails.
///
/// # Errors
/// [`AppError::Refused`] when it was bought by another payment in the meantime, or is not for sale any more.
pub async fn settle(tx: &mut MySqlConnection, app: &App, checkout: &Checkout, now: OffsetDateTime) -> ledger::Result<()> {
    let order = sqlx::query!("SELECT id, userId, uploadId, trackId, albumId, gift FROM purchaseOrders WHERE id = ?", checkout.subject_id)
        .fetch_one(&mut *tx)
        .await?;
    let thing = thing_of(order.uploadId, order.trackId, order.albumId).ok_or(AppError::NotFound)?;
    let buyer = UserId(order.userId);
    // One purchase of a person at a time, so that nothing is bought twice.
    sqlx::query_scalar!("SELECT id FROM users WHERE id = ? FOR UPDATE", buyer).fetch_one(&mut *tx).await?;
    if order.gift == 0 && has(tx, buyer, thing).await? {
        return Err(AppError::Refused(crate::t!("purchases.owned").into_owned()).into());
    }
    let goods = goods(tx, thing).await?.ok_or_else(|| AppError::Refused(crate::t!("purchases.gone").into_owned()))?;
    if let Some(seller) = &goods.seller {
        // Waits for a closing that is under way; one that comes later finds money on hold, and stops.
        let closed = sqlx::query_scalar!("SELECT closedAt FROM accountCredentials WHERE userId = ? LOCK IN SHARE MODE", seller.user)
            .fetch_optional(&mut *tx)
            .await?;
        if closed.flatten().is_some() {
            return Err(AppError::Refused(crate::t!("purchases.gone").into_owned()).into());
        }
    }
    sqlx::query!("UPDATE purchaseOrders SET state = 'completed', completedAt = ? WHERE id = ?", now, order.id).execute(&mut *tx).await?;
    let code = if order.gift == 0 {
        let row = Row { payment: checkout.payment.0, amount: checkout.amount.as_int()?, upload: order.uploadId, song: order.trackId };
        own(tx, buyer, thing, &row, now).await?;
        None
    } else {
        Some(gifts::make(tx, order.id, now).await?)
    };
    post(tx, app, checkout, &goods, order.uploadId, now).await?;
    tell(tx, app, checkout, thing, &goods, buyer, code.as_deref(), now).await
}

/// What a row about something owned says, beside who owns it.
pub(super) struct Row {
    pub payment: i32,
    pub amount: i32,
    pub upload: Option<i32>,
    pub song: Option<i32>,
}

/// Writes down that somebody owns a thing.
pub(super) async fn own(tx: &mut MySqlConnection, owner: UserId, thing: Thing, row: &Row, now: OffsetDateTime) -> ledger::Result<()> {
    match thing {
        Thing::Album(id) => {
            sqlx::query!(
                "INSERT INTO albumPurchases (userId, albumId, paymentId, amount, purchasedAt) VALUES (?, ?, ?, ?, ?)",
                owner,
                id,
                row.payment,
                row.amount,
                now
            )
            .execute(&mut *tx)
            .await?;
        }
        Thing::Track(_) | Thing::Song(_) => {
            sqlx::query!(
                "INSERT INTO songPurchases (userId, trackId, uploadId, paymentId, amount, purchasedAt) VALUES (?, ?, ?, ?, ?, ?)",
                owner,
                row.song,
                row.upload,
                row.payment,
                row.amount,
                now
            )
            .execute(&mut *tx)
            .await?;
        }
    }
    Ok(())
}

/// The journal's side: to the artist on hold, or to the label.
async fn post(
    tx: &mut MySqlConnection,
    app: &App,
    checkout: &Checkout,
    goods: &Goods,
    upload: Option<i32>,
    now: OffsetDateTime,
) -> ledger::Result<()> {
    let receiver = goods.seller.as_ref().map_or(Account::LabelRoyalties, |seller| Account::OnHold(seller.artist));
    // The earning's line comes first, so that its number is known.
    let mut entries = vec![
        Entry { account: receiver, amount: checkout.net },
        Entry { account: Account::Provider(checkout.provider.name()), amount: checkout.amount.negated()? },
    ];
    if checkout.fee > Cents::ZERO {
        entries.push(Entry { account: Account::PlatformFees, amount: checkout.fee });
    }
    let posted = ledger::post(
        tx,
        &Transaction {
            key: format!("sale:{}", checkout.subject_id),
            kind: kind::SALE,
            subject: TABLE,
            subject_id: checkout.subject_id,
            reverses: None,
            entries,
            occurred_at: now,
        },
    )
    .await?;
    let Some(seller) = &goods.seller else { return Ok(()) };
    let earning = sqlx::query!(
        "INSERT INTO creatorEarnings (artistId, trackId, earningType, amount, currency, period, createdAt) VALUES (?, ?, 'downloads', ?, ?, NULL, ?)",
        seller.artist,
        upload,
        checkout.net.as_int()?,
        CURRENCY,
        now
    )
    .execute(&mut *tx)
    .await?
    .last_insert_id();
    sqlx::query!(
        "INSERT INTO earningDetails (earningId, transactionId, line, gross, fee, availableAt) VALUES (?, ?, 0, ?, ?, ?)",
        earning,
        posted.id,
        checkout.amount.as_int()?,
        checkout.fee.as_int()?,
        now + Duration::days(i64::from(app.config.rules.hold_days))
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

async fn tell(
    tx: &mut MySqlConnection,
    app: &App,
    checkout: &Checkout,
    thing: Thing,
    goods: &Goods,
    buyer: UserId,
    code: Option<&str>,
    now: OffsetDateTime,
) -> ledger::Result<()> {
    let site = &app.config.site_url;
    if let Some(address) = address(tx, buyer).await? {
        let subject = crate::t!("purchases.mail.receipt_subject", title = goods.title);
        let body = match code {
            Some(code) => crate::t!(
                "purchases.mail.gift",
                title = goods.title,
                by = goods.by,
                total = shown(checkout.amount),
                code = code,
                page = format!("{site}/gift?code={code}"),
                link = format!("{site}/receipts/{}", checkout.payment)
            ),
            None => crate::t!(
                "purchases.mail.receipt",
                title = goods.title,
                by = goods.by,
                total = shown(checkout.amount),
                page = format!("{site}{}", thing.path(&goods.title)),
                link = format!("{site}/receipts/{}", checkout.payment)
            ),
        };
        mail::queue(tx, now, &address, &subject, &body).await?;
    }
    if let Some(seller) = &goods.seller
        && let Some(address) = address(tx, seller.user).await?
    {
        let subject = crate::t!("purchases.mail.sold_subject", title = goods.title, amount = shown(checkout.amount));
        let body = crate::t!(
            "purchases.mail.sold",
            title = goods.title,
            amount = shown(checkout.amount),
            fee = shown(checkout.fee),
            net = shown(checkout.net),
            link = format!("{site}/studio/earnings")
        );
        mail::queue(tx, now, &address, &subject, &body).await?;
    }
    Ok(())
}

async fn address(tx: &mut MySqlConnection, user: UserId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT email FROM accountCredentials WHERE userId = ? AND closedAt IS NULL", user).fetch_optional(tx).await
}

/// A purchase whose checkout was declined or has expired.
///
/// # Errors
/// When the database does not answer.
pub async fn fail(tx: &mut MySqlConnection, order: i32) -> ledger::Result<()> {
    sqlx::query!("UPDATE purchaseOrders SET state = 'failed' WHERE id = ? AND state = 'pending'", order).execute(tx).await?;
    Ok(())
}

/// What an order is about, for its checkout and its receipt.
pub(crate) struct Ordered {
    pub thing: Thing,
    pub title: String,
    pub by: String,
    /// The code of a gift, as people write it.
    pub gift: Option<String>,
}

/// The order behind a payment.
///
/// # Errors
/// [`AppError::NotFound`].
pub(crate) async fn ordered(app: &App, payment: PaymentId) -> AppResult<Ordered> {
    let row = sqlx::query!(
        "SELECT o.uploadId, o.trackId, o.albumId, COALESCE(u.title, t.title, a.title, '') AS `title!: String`,
                COALESCE(p.artistName, t.artistName, a.artistName, '') AS `by!: String`, g.code AS `code?: String`
         FROM purchaseOrders o LEFT JOIN gifts g ON g.orderId = o.id
         LEFT JOIN artistUploads u ON u.id = o.uploadId LEFT JOIN artistProfiles p ON p.id = u.artistId
         LEFT JOIN tracks t ON t.id = o.trackId LEFT JOIN albums a ON a.id = o.albumId
         WHERE o.paymentId = ?",
        payment
    )
    .fetch_optional(&app.db)
    .await?
    .ok_or(AppError::NotFound)?;
    let thing = thing_of(row.uploadId, row.trackId, row.albumId).ok_or(AppError::NotFound)?;
    Ok(Ordered { thing, title: row.title, by: row.by, gift: row.code.as_deref().map(gifts::written) })
}

/// What somebody owns, newest first, also what stood in an adopted database. Songs and albums are of two tables: an
/// album's id is negative in the key.
///
/// # Errors
/// When the database does not answer.
pub async fn bought(app: &App, user: UserId, before: Key) -> AppResult<Page<Bought>> {
    let rows = sqlx::query!(
        "SELECT s.id AS `id!: i32`, s.at AS `at!: OffsetDateTime`, IF(s.paymentId IS NULL OR pay.id IS NOT NULL, s.amount, 0) AS `amount!: i32`, pay.id AS `paymentId?: i32`,
                s.uploadId AS `uploadId?: i32`, s.songId AS `songId?: i32`, s.albumId AS `albumId?: i32`,
                COALESCE(u.title, t.title, a.title, '') AS `title!: String`, COALESCE(p.artistName, t.artistName, a.artistName, '') AS `by!: String`,
                COALESCE(u.isPublished, t.isPublished, a.isPublished, 0) AS `published!: i32`
         FROM (SELECT id, purchasedAt AS at, amount, paymentId, uploadId, trackId AS songId, NULL AS albumId FROM songPurchases WHERE userId = ?
               UNION ALL SELECT -id, purchasedAt, amount, paymentId, NULL, NULL, albumId FROM albumPurchases WHERE userId = ?) s
         LEFT JOIN payments pay ON pay.id = s.paymentId AND pay.userId = ?
         LEFT JOIN artistUploads u ON u.id = s.uploadId LEFT JOIN artistProfiles p ON p.id = u.artistId
         LEFT JOIN tracks t ON t.id = s.songId LEFT JOIN albums a ON a.id = s.albumId
         WHERE s.at < ? OR s.at = ? AND s.id < ?
         ORDER BY s.at DESC, s.id DESC LIMIT ?",
        user,
        user,
        user,
        before.at,
        before.at,
        before.id,
        one_more(PAGE)
    )
    .fetch_all(&app.db)
    .await?;
    let items = rows
        .into_iter()
        .filter_map(|row| {
            Some(Bought {
                key: Key { at: row.at, id: row.id }.to_string(),
                thing: thing_of(row.uploadId, row.songId, row.albumId)?,
                title: row.title,
                by: row.by,
                amount: row.amount.into(),
                payment: row.paymentId.map(PaymentId),
                at: row.at,
                published: row.published != 0,
            })
        })
        .collect();
    Ok(Page::of(items, PAGE, |bought: &Bought| bought.key.clone()))
}
