//! Gifts: something that was bought for somebody else, by a code. Whoever has the code takes it along, with an account
//! or without; the first account that takes it keeps it.

use super::{Gift, Thing, thing_of};
use crate::{
    accounts::Me,
    catalogue,
    error::{AppError, AppResult},
    ids::UserId,
    ledger::{self, begin, commit, retrying},
    server::{doors, rate, sessions::Visitor, state::App, tokens},
    uploads::downloads::{self, Choice},
};
use axum::{
    Extension, Router,
    extract::{Path, Query, Request, State},
    response::Response,
    routing::get,
};
use sqlx::MySqlConnection;
use time::OffsetDateTime;

/// Downloads of one gift without an account: enough for every format once, too few to pass around.
const DOWNLOADS: i32 = 10;
/// Codes that one address may try.
const TRIES: rate::Limit = rate::Limit::per_minutes(30, 10);
/// Letters of a code: 80 random bits.
const LENGTH: usize = 16;

/// The doors of this part of the room.
pub fn routes() -> Router<App> {
    Router::new().route("/gift/{code}/download", get(download))
}

/// A code as it is kept, from what somebody typed: without spaces and hyphens, and with letters that look alike as one.
fn normal(code: &str) -> Option<String> {
    let code: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        })
        .collect();
    (code.len() == LENGTH).then_some(code)
}

/// A code in groups of four, as people write it.
pub(crate) fn written(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// Makes the code of an order that was paid, and returns it as people write it.
pub(super) async fn make(tx: &mut MySqlConnection, order: i32, now: OffsetDateTime) -> ledger::Result<String> {
    // The end of an ULID is random.
    let code: String = tokens::ulid().chars().rev().take(LENGTH).collect();
    sqlx::query!("INSERT INTO gifts (orderId, code, downloads, createdAt) VALUES (?, ?, 0, ?)", order, code, now).execute(tx).await?;
    Ok(written(&code))
}

struct Row {
    id: i32,
    code: String,
    thing: Thing,
    title: String,
    by: String,
    claimed_by: Option<UserId>,
    downloads: i32,
}

async fn row(app: &App, code: &str) -> AppResult<Row> {
    let code = normal(code).ok_or(AppError::NotFound)?;
    let row = sqlx::query!(
        "SELECT g.id, g.code, g.claimedBy, g.downloads, o.uploadId, o.trackId, o.albumId, COALESCE(u.title, t.title, a.title, '') AS `title!: String`,
                COALESCE(p.artistName, t.artistName, a.artistName, '') AS `by!: String`
         FROM gifts g JOIN purchaseOrders o ON o.id = g.orderId
         LEFT JOIN artistUploads u ON u.id = o.uploadId LEFT JOIN artistProfiles p ON p.id = u.artistId
         LEFT JOIN tracks t ON t.id = o.trackId LEFT JOIN albums a ON a.id = o.albumId
         WHERE g.code = ? AND o.state = 'completed'",
        code
    )
    .fetch_optional(&app.db)
    .await?
    .ok_or(AppError::NotFound)?;
    let thing = thing_of(row.uploadId, row.trackId, row.albumId).ok_or(AppError::NotFound)?;
    Ok(Row { id: row.id, code: row.code, thing, title: row.title, by: row.by, claimed_by: row.claimedBy.map(UserId), downloads: row.downloads })
}

/// What a code gives. `None`: there is no such code.
///
/// # Errors
/// [`AppError::TooMany`] for an address that tries too many.
pub async fn look(app: &App, visitor: &Visitor, code: &str) -> AppResult<Option<Gift>> {
    rate::attempt(app, &format!("gift:{}", visitor.address_key), TRIES).await?;
    let row = match row(app, code).await {
        Ok(row) => row,
        Err(AppError::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let me = visitor.me.as_ref().map(|me| me.id);
    Ok(Some(Gift {
        code: written(&row.code),
        thing: row.thing,
        title: row.title,
        by: row.by,
        mine: row.claimed_by.is_some() && row.claimed_by == me,
        taken: row.claimed_by.is_some(),
        downloads_left: u32::try_from(DOWNLOADS - row.downloads).unwrap_or(0),
    }))
}

/// Puts a gift into somebody's library. Again, nothing happens.
///
/// # Errors
/// [`AppError::NotFound`] without such a code; [`AppError::Refused`] when another account has it, or this one owns the thing.
pub async fn claim(app: &App, visitor: &Visitor, me: &Me, code: &str, now: OffsetDateTime) -> AppResult<Thing> {
    rate::attempt(app, &format!("gift:{}", visitor.address_key), TRIES).await?;
    let gift = row(app, code).await?;
    Ok(retrying(|| claim_once(app, me.id, &gift, now)).await?)
}

async fn claim_once(app: &App, me: UserId, gift: &Row, now: OffsetDateTime) -> ledger::Result<Thing> {
    let mut tx = begin(app).await?;
    // One purchase of a person at a time, as when it is bought.
    sqlx::query_scalar!("SELECT id FROM users WHERE id = ? FOR UPDATE", me).fetch_one(&mut *tx).await?;
    let row = sqlx::query!(
        "SELECT g.claimedBy, o.paymentId, o.amount, o.uploadId, o.trackId FROM gifts g JOIN purchaseOrders o ON o.id = g.orderId WHERE g.id = ? FOR UPDATE",
        gift.id
    )
    .fetch_one(&mut *tx)
    .await?;
    match row.claimedBy {
        Some(user) if user == me.0 => return Ok(gift.thing),
        Some(_) => return Err(AppError::Refused(crate::t!("purchases.gift.taken").into_owned()).into()),
        None => {}
    }
    if super::store::has(&mut tx, me, gift.thing).await? {
        return Err(AppError::Refused(crate::t!("purchases.gift.owned").into_owned()).into());
    }
    sqlx::query!("UPDATE gifts SET claimedBy = ?, claimedAt = ? WHERE id = ?", me, now, gift.id).execute(&mut *tx).await?;
    let bought = super::store::Row { payment: row.paymentId, amount: row.amount, upload: row.uploadId, song: row.trackId };
    super::store::own(&mut tx, me, gift.thing, &bought, now).await?;
    commit(tx).await?;
    Ok(gift.thing)
}

/// The file of a gift, for whoever has its code, as long as no account keeps it.
async fn download(
    State(app): State<App>,
    Path(code): Path<String>,
    Query(choice): Query<Choice>,
    visitor: Option<Extension<Visitor>>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let visitor = visitor.map(|Extension(visitor)| visitor).unwrap_or_default();
    let found = async {
        rate::attempt(&app, &format!("gift:{}", visitor.address_key), TRIES).await?;
        let gift = row(&app, &code).await?;
        let format = choice.format()?;
        if gift.claimed_by.is_some() {
            return Err(AppError::Refused(crate::t!("purchases.gift.taken").into_owned()));
        }
        // One more, unless it is the last piece of one that was counted.
        if !downloads::goes_on(&request) {
            let counted = sqlx::query!("UPDATE gifts SET downloads = downloads + 1 WHERE id = ? AND downloads < ?", gift.id, DOWNLOADS)
                .execute(&app.db)
                .await?;
            if counted.rows_affected() == 0 {
                return Err(AppError::Refused(crate::t!("purchases.gift.no_more").into_owned()));
            }
        }
        match gift.thing {
            Thing::Track(id) => downloads::given(&app, id, format, request).await,
            Thing::Song(id) => catalogue::downloads::given_song(&app, id, format, request).await,
            Thing::Album(id) => catalogue::downloads::given_album(&app, id, format).await,
        }
    };
    found.await.unwrap_or_else(|error| doors::error_response(&headers, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_however_they_are_written() {
        assert_eq!(written("0123456789ABCDEF"), "0123-4567-89AB-CDEF");
        assert_eq!(normal(" o123 4567-89ab-cdef "), Some("0123456789ABCDEF".to_owned()));
        assert_eq!(normal("0123"), None);
        assert_eq!(normal("0123-4567-89AB-CDEF-0"), None);
    }
}
