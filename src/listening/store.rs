//! The start of a play, what is left of the day's plays, and plays that nobody measures.

use super::{
    Started,
    rule::{Reason, is_bot, window},
    ticket::{Ticket, listener},
};
use crate::{
    accounts::entitlements::entitlements,
    catalogue,
    error::{AppError, AppResult},
    ids::{PieceId, PlaylistId, UserId},
    server::{context, rate, sessions::Visitor, state::App, tokens},
    uploads,
};
use time::{Duration, OffsetDateTime};

/// Where a play can come from.
const SOURCES: &[&str] = &["page", "playlist", "embed", "search", "share"];
/// How many plays can be started from one place before they are no longer believed.
const STARTS: rate::Limit = rate::Limit::per_minutes(300, 10);
/// How many peaks the player shows.
const PEAKS: usize = 120;

/// Starts a play: the token to report it by. Nothing is written down yet.
///
/// # Errors
/// [`AppError::NotFound`] when the piece is not there for this listener; [`AppError::Refused`] when the day's plays of
/// the tier are used up.
pub async fn start(app: &App, visitor: &Visitor, piece: PieceId, source: &str, playlist: Option<PlaylistId>) -> AppResult<Started> {
    let (playable, mine, peaks) = match piece {
        PieceId::Track(id) => {
            let page = uploads::store::track_page(app, visitor.me.as_ref(), id).await?;
            (page.card.playable, page.mine, page.waveform)
        }
        PieceId::Song(id) => {
            let song = catalogue::store::songs(app, &[id]).await?.pop().ok_or(AppError::NotFound)?;
            (song.playable, false, Vec::new())
        }
    };
    if !playable {
        return Err(AppError::NotFound);
    }
    let allowance = allowance(app, visitor).await?;
    if let (Some((limit, 0)), false) = (allowance, mine) {
        return Err(AppError::Refused(crate::t!("listening.error.limit", limit = limit).into_owned()));
    }
    let who = listener(visitor.me.as_ref().map(|me| me.id), &visitor.address_key);
    let mark = if is_bot(&context::header("user-agent").unwrap_or_default()) {
        Some(Reason::Bot)
    } else {
        match rate::attempt(app, &format!("plays:{who}"), STARTS).await {
            Ok(()) => None,
            Err(AppError::TooMany { .. }) => Some(Reason::Rate),
            Err(error) => return Err(error),
        }
    };
    let ticket = Ticket {
        play: tokens::ulid(),
        piece,
        user: visitor.me.as_ref().map(|me| me.id),
        anonymous: visitor.anonymous_id.clone(),
        started: app.clock.now(),
        source: SOURCES.iter().find(|known| **known == source).unwrap_or(&"page").to_string(),
        playlist,
        mark,
        limit: allowance.map(|(limit, _)| limit),
    };
    Ok(Started { token: ticket.write(&app.config.secret), left: allowance.map(|(_, left)| left), peaks: fewer(&peaks) })
}

/// As many peaks as are shown, the loudest of each stretch.
fn fewer(peaks: &[u8]) -> Vec<u8> {
    if peaks.len() <= PEAKS {
        return peaks.to_vec();
    }
    (0..PEAKS).map(|bar| peaks[bar * peaks.len() / PEAKS..(bar + 1) * peaks.len() / PEAKS].iter().max().copied().unwrap_or(0)).collect()
}

/// How many full plays a day the listener's tier has, and how many are left today; nothing for tiers without a limit.
///
/// # Errors
/// When the database does not answer.
pub async fn allowance(app: &App, visitor: &Visitor) -> AppResult<Option<(u32, u32)>> {
    let user = visitor.me.as_ref().map(|me| me.id);
    let Some(limit) = entitlements(app, user).await?.daily_plays else { return Ok(None) };
    let today = app.clock.now().date();
    let used = sqlx::query_scalar!("SELECT plays FROM dailyPlays WHERE day = ? AND listener = ?", today, listener(user, &visitor.anonymous_id))
        .fetch_optional(&app.db)
        .await?
        .unwrap_or(0);
    Ok(Some((limit, limit.saturating_sub(u32::try_from(used).unwrap_or(0)))))
}

/// Sound that goes out without a player that measures it: held to the tier's plays of the day, of which each takes one,
/// and kept with the reason why it does not count, once per listener and piece within the piece's length. What does not
/// start at the beginning (`begins` is false) goes on with a play that was begun, if there is one.
///
/// # Errors
/// [`AppError::Refused`] when the day's plays of the tier are used up.
pub async fn unmeasured(app: &App, visitor: &Visitor, piece: PieceId, duration_seconds: i32, begins: bool) -> AppResult<()> {
    let now = app.clock.now();
    let user = visitor.me.as_ref().map(|me| me.id);
    let anonymous = user.is_none().then_some(visitor.anonymous_id.as_str());
    let (upload, song) = match piece {
        PieceId::Track(id) => (Some(id.0), None),
        PieceId::Song(id) => (None, Some(id.0)),
    };
    let within = now - Duration::milliseconds(window(i64::from(duration_seconds) * 1_000));
    // Pauses make a play longer than its track; as long as the longest one may go on.
    let going_on = |last: Option<OffsetDateTime>| last.is_some_and(|last| !begins || last > within);
    if going_on(last_unmeasured(&app.db, upload, song, user, anonymous, now).await?) {
        return Ok(());
    }
    let allowance = allowance(app, visitor).await?;
    let listener = listener(user, &visitor.anonymous_id);
    let mut tx = app.db.begin().await?;
    // The listener's row first: whoever asks twice at the same moment waits here, and then goes on with the first one's play.
    sqlx::query!("INSERT INTO dailyPlays (day, listener, plays) VALUES (?, ?, 0) ON DUPLICATE KEY UPDATE plays = plays", now.date(), listener)
        .execute(&mut *tx)
        .await?;
    if going_on(last_unmeasured(&mut *tx, upload, song, user, anonymous, now).await?) {
        return Ok(());
    }
    if let Some((limit, _)) = allowance {
        let taken = sqlx::query!("UPDATE dailyPlays SET plays = plays + 1 WHERE day = ? AND listener = ? AND plays < ?", now.date(), listener, limit)
            .execute(&mut *tx)
            .await?;
        if taken.rows_affected() == 0 {
            return Err(AppError::Refused(crate::t!("listening.error.limit", limit = limit).into_owned()));
        }
    }
    sqlx::query!(
        "INSERT INTO streamHistory (userId, anonymousId, uploadId, trackId, source, listenedMs, counted, excludedReason, playedAt)
         VALUES (?, ?, ?, ?, 'page', 0, 0, 'unmeasured', ?)",
        user,
        anonymous,
        upload,
        song,
        now
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// When a listener last began to hear a piece without a player that measures it, within the longest time that it may go on.
async fn last_unmeasured(
    db: impl sqlx::MySqlExecutor<'_>,
    upload: Option<i32>,
    song: Option<i32>,
    user: Option<UserId>,
    anonymous: Option<&str>,
    now: OffsetDateTime,
) -> AppResult<Option<OffsetDateTime>> {
    let last = sqlx::query_scalar!(
        "SELECT MAX(playedAt) AS `last: OffsetDateTime` FROM streamHistory
         WHERE (uploadId = ? OR trackId = ?) AND (userId = ? OR anonymousId = ?) AND excludedReason = 'unmeasured' AND playedAt > ?",
        upload,
        song,
        user,
        anonymous,
        now - Duration::milliseconds(window(i64::MAX))
    )
    .fetch_one(db)
    .await?;
    Ok(last)
}

/// Forgets the days that are over; the plays themselves stay.
///
/// # Errors
/// When the database does not answer.
pub async fn sweep(app: &App) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM dailyPlays WHERE day < ? LIMIT 5000", app.clock.now().date() - Duration::days(2)).execute(&app.db).await?;
    Ok(())
}
