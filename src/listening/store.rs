//! Plays in the database. A counted play's row and the counters change in one transaction.

use super::{Heard, HistoryLine, Reason, is_bot, judge, window};
use crate::{
    accounts::Me,
    error::{AppError, AppResult},
    ids::{PlaylistId, TrackId, UserId},
    page::Page,
    server::{context, sessions::Visitor, state::App, tokens},
    uploads::{self, TrackCard},
};
use sqlx::MySqlConnection;
use std::collections::HashMap;
use time::{Duration, OffsetDateTime};

/// What a play's signature is for.
const PURPOSE: &str = "play";
/// How long after its start a play may be reported.
const LATEST_REPORT: Duration = Duration::hours(24);
/// How many lines a page of the history has.
const HISTORY_PAGE: usize = 50;
/// Where a play can come from.
const SOURCES: &[&str] = &["page", "playlist", "embed", "search", "share"];

/// What the player is given when a play starts, signed so that nothing in it can be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ticket {
    play: String,
    track: TrackId,
    user: Option<UserId>,
    anonymous: String,
    started: OffsetDateTime,
    source: String,
    playlist: Option<PlaylistId>,
    bot: bool,
}

impl Ticket {
    fn write(&self, secret: &str) -> String {
        let text = format!(
            "{}~{}~{}~{}~{}~{}~{}~{}",
            self.play,
            self.track,
            self.user.map_or(0, |user| user.0),
            self.anonymous,
            self.started.unix_timestamp_nanos() / 1_000_000,
            self.source,
            self.playlist.map_or(0, |playlist| playlist.0),
            i32::from(self.bot)
        );
        let signature = tokens::sign(secret, PURPOSE, &text);
        format!("{text}~{signature}")
    }

    fn read(secret: &str, token: &str) -> Option<Self> {
        let (text, signature) = token.rsplit_once('~')?;
        if !tokens::verify(secret, PURPOSE, text, signature) {
            return None;
        }
        let parts: Vec<&str> = text.split('~').collect();
        let [play, track, user, anonymous, started, source, playlist, bot] = parts.as_slice() else { return None };
        let some = |text: &str| text.parse::<i32>().ok().filter(|id| *id != 0);
        Some(Self {
            play: (*play).to_owned(),
            track: track.parse().ok()?,
            user: some(user).map(UserId),
            anonymous: (*anonymous).to_owned(),
            started: OffsetDateTime::from_unix_timestamp_nanos(started.parse::<i128>().ok()? * 1_000_000).ok()?,
            source: (*source).to_owned(),
            playlist: some(playlist).map(PlaylistId),
            bot: *bot == "1",
        })
    }
}

/// Starts a play: the token to report it by. Nothing is written down yet.
///
/// # Errors
/// [`AppError::NotFound`] when the track is not there for this listener.
pub async fn start(app: &App, visitor: &Visitor, track: TrackId, source: &str, playlist: Option<PlaylistId>) -> AppResult<String> {
    let page = uploads::store::track_page(app, visitor.me.as_ref(), track).await?;
    if !page.card.playable {
        return Err(AppError::NotFound);
    }
    let ticket = Ticket {
        play: tokens::ulid(),
        track,
        user: visitor.me.as_ref().map(|me| me.id),
        anonymous: visitor.anonymous_id.clone(),
        started: app.clock.now(),
        source: SOURCES.iter().find(|known| **known == source).unwrap_or(&"page").to_string(),
        playlist,
        bot: is_bot(&context::header("user-agent").unwrap_or_default()),
    };
    Ok(ticket.write(&app.config.secret))
}

/// Takes a report of a play and judges it. Reported again, it is the same row; it counts once, as soon as enough was heard.
///
/// # Errors
/// [`AppError::Refused`] for a token that is not ours or too old.
pub async fn report(app: &App, token: &str, listened_ms: i64) -> AppResult<bool> {
    let now = app.clock.now();
    let ticket = Ticket::read(&app.config.secret, token)
        .filter(|ticket| now - ticket.started <= LATEST_REPORT)
        .ok_or_else(|| AppError::Refused(crate::t!("listening.error.token").into_owned()))?;
    let mut tx = app.db.begin().await?;
    // The track's row is the lock under which plays are judged, one after the other.
    let track = sqlx::query!(
        "SELECT artistUploads.artistId, artistUploads.duration, artistProfiles.userId
         FROM artistUploads JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId
         WHERE artistUploads.id = ? FOR UPDATE",
        ticket.track
    )
    .fetch_one(&mut *tx)
    .await?;
    let before = sqlx::query!("SELECT listenedMs, counted FROM streamHistory WHERE playId = ?", ticket.play).fetch_optional(&mut *tx).await?;
    let already = before.as_ref().is_some_and(|row| row.counted != 0);
    let said = listened_ms.max(before.as_ref().map_or(0, |row| row.listenedMs.into()));
    let duration = i64::from(track.duration.unwrap_or(0)) * 1_000;
    let since_counted = if already { None } else { since_counted(&mut tx, &ticket, window(duration)).await? };
    let verdict = judge(Heard {
        duration,
        listened: said,
        elapsed: milliseconds(now - ticket.started),
        own: ticket.user.is_some_and(|user| user.0 == track.userId),
        bot: ticket.bot,
        since_counted,
    });
    let counts = already || verdict.excluded.is_none();
    let reason = if counts { None } else { verdict.excluded.map(Reason::code) };
    let listened = i32::try_from(verdict.listened).unwrap_or(i32::MAX);
    let anonymous = ticket.user.is_none().then_some(&ticket.anonymous);
    sqlx::query!(
        "INSERT INTO streamHistory (userId, anonymousId, uploadId, playlistId, source, playId, listenedMs, counted, excludedReason, playedAt)
         VALUES (?, ?, ?, (SELECT id FROM userPlaylists WHERE id = ?), ?, ?, ?, ?, ?, ?)
         ON DUPLICATE KEY UPDATE listenedMs = VALUES(listenedMs), counted = VALUES(counted), excludedReason = VALUES(excludedReason)",
        ticket.user,
        anonymous,
        ticket.track,
        ticket.playlist,
        ticket.source,
        ticket.play,
        listened,
        i32::from(counts),
        reason,
        ticket.started
    )
    .execute(&mut *tx)
    .await?;
    if counts && !already {
        sqlx::query!("UPDATE artistUploads SET plays = plays + 1, updatedAt = updatedAt WHERE id = ?", ticket.track).execute(&mut *tx).await?;
        sqlx::query!("UPDATE artistProfiles SET totalPlays = totalPlays + 1, updatedAt = updatedAt WHERE id = ?", track.artistId)
            .execute(&mut *tx)
            .await?;
        if let Some(playlist) = ticket.playlist {
            sqlx::query!("UPDATE userPlaylists SET plays = plays + 1, updatedAt = updatedAt WHERE id = ?", playlist).execute(&mut *tx).await?;
        }
    }
    tx.commit().await?;
    Ok(counts)
}

/// How long before this play's start the same listener's last counted play of the track started, if not longer than `window` milliseconds.
async fn since_counted(connection: &mut MySqlConnection, ticket: &Ticket, window: i64) -> AppResult<Option<i64>> {
    // Reports may come in any order, so plays that started a little later count as well.
    let (from, to) = (ticket.started - Duration::milliseconds(window), ticket.started + Duration::milliseconds(window));
    let last = match ticket.user {
        Some(user) => {
            sqlx::query_scalar!(
                "SELECT playedAt FROM streamHistory WHERE uploadId = ? AND userId = ? AND counted = 1 AND playedAt > ? AND playedAt < ? AND playId <> ? ORDER BY playedAt DESC LIMIT 1",
                ticket.track,
                user,
                from,
                to,
                ticket.play
            )
            .fetch_optional(connection)
            .await?
        }
        None => {
            sqlx::query_scalar!(
                "SELECT playedAt FROM streamHistory WHERE uploadId = ? AND anonymousId = ? AND counted = 1 AND playedAt > ? AND playedAt < ? AND playId <> ? ORDER BY playedAt DESC LIMIT 1",
                ticket.track,
                ticket.anonymous,
                from,
                to,
                ticket.play
            )
            .fetch_optional(connection)
            .await?
        }
    };
    Ok(last.map(|last| milliseconds(ticket.started - last).abs()))
}

fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.whole_milliseconds()).unwrap_or(i64::MAX)
}

/// Keeps a play that nobody measured, once per listener and track within the track's length.
///
/// # Errors
/// When the database does not answer.
pub async fn unmeasured(app: &App, visitor: &Visitor, track: TrackId, duration_seconds: i32) -> AppResult<()> {
    let now = app.clock.now();
    let from = now - Duration::milliseconds(window(i64::from(duration_seconds) * 1_000));
    let user = visitor.me.as_ref().map(|me| me.id);
    let anonymous = user.is_none().then_some(&visitor.anonymous_id);
    sqlx::query!(
        "INSERT INTO streamHistory (userId, anonymousId, uploadId, source, listenedMs, counted, excludedReason, playedAt)
         SELECT ?, ?, ?, 'page', 0, 0, 'unmeasured', ? FROM DUAL
         WHERE NOT EXISTS (SELECT 1 FROM streamHistory WHERE uploadId = ? AND (userId = ? OR anonymousId = ?) AND excludedReason = 'unmeasured' AND playedAt > ?)",
        user,
        anonymous,
        track,
        now,
        track,
        user,
        anonymous,
        from
    )
    .execute(&app.db)
    .await?;
    Ok(())
}

/// What a listener heard, latest first.
///
/// # Errors
/// When the database does not answer.
pub async fn history(app: &App, me: &Me, before: Option<i64>) -> AppResult<Page<HistoryLine>> {
    let rows = sqlx::query!(
        "SELECT id, uploadId AS `uploadId!`, listenedMs, playedAt FROM streamHistory WHERE userId = ? AND uploadId IS NOT NULL AND id < ? ORDER BY id DESC LIMIT 51",
        me.id,
        before.unwrap_or(i64::MAX)
    )
    .fetch_all(&app.db)
    .await?;
    let page = Page::of(rows, HISTORY_PAGE, |row| row.id.to_string());
    let ids: Vec<TrackId> = page.items.iter().map(|row| row.uploadId.into()).collect();
    let cards: HashMap<TrackId, TrackCard> = uploads::store::cards(app, &ids).await?.into_iter().map(|card| (card.id, card)).collect();
    let items = page
        .items
        .into_iter()
        .filter_map(|row| {
            let card = cards.get(&row.uploadId.into())?.clone();
            Some(HistoryLine { id: row.id, card, day: crate::ui::format::date(row.playedAt), listened_seconds: i64::from(row.listenedMs) / 1_000 })
        })
        .collect();
    Ok(Page { items, next: page.next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_can_be_read_but_not_changed() {
        let ticket = Ticket {
            play: tokens::ulid(),
            track: TrackId(7),
            user: Some(UserId(3)),
            anonymous: "a-hash_".to_owned(),
            started: OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap(),
            source: "playlist".to_owned(),
            playlist: Some(PlaylistId(9)),
            bot: false,
        };
        let token = ticket.write("secret");
        assert_eq!(Ticket::read("secret", &token), Some(ticket));
        assert_eq!(Ticket::read("other", &token), None);
        assert_eq!(Ticket::read("secret", &token.replacen("~7~", "~8~", 1)), None);
        assert_eq!(Ticket::read("secret", ""), None);
    }
}
