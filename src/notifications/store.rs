//! Notifications from the rows of the rooms: nothing is copied, so nothing can be missing or stale.

use super::{Event, Notification, Notifications};
use crate::{
    accounts::Me,
    error::AppResult,
    ids::{PaymentId, PayoutId, PlaylistId, TipId, TrackId, UserId},
    page::Page,
    server::state::App,
};
use std::str::FromStr;
use time::OffsetDateTime;

const PAGE: usize = 20;

/// A notification with its place in the order: newest first, then by kind, then by the row's id, newest first.
struct Placed {
    at: OffsetDateTime,
    kind: u8,
    id: i32,
    event: Event,
}

/// A place in that order, as text `microseconds.kind.id`.
#[derive(Clone, Copy)]
struct Place {
    at: OffsetDateTime,
    kind: u8,
    id: i32,
}

impl Place {
    /// Rows of a kind at exactly this time that come after this place have ids below the result.
    fn ids_below(self, kind: u8) -> i32 {
        match kind.cmp(&self.kind) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Equal => self.id,
            std::cmp::Ordering::Greater => i32::MAX,
        }
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('.');
        let mut next = || parts.next().ok_or(());
        let micros: i64 = next()?.parse().map_err(|_| ())?;
        let kind = next()?.parse().map_err(|_| ())?;
        let id = next()?.parse().map_err(|_| ())?;
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).map_err(|_| ())?;
        Ok(Self { at, kind, id })
    }
}

/// A page of what happened before a key. The newest page marks everything as seen.
///
/// # Errors
/// When the database does not answer.
pub async fn notifications(app: &App, me: &Me, before: Option<&str>) -> AppResult<Notifications> {
    let now = app.clock.now();
    let from = before.and_then(|text| text.parse().ok());
    let place = from.unwrap_or(Place { at: now, kind: 0, id: i32::MAX });
    let mut all = of_listener(app, me.id, place).await?;
    all.extend(given_back(app, me.id, place).await?);
    if let Some(artist) = &me.artist {
        all.extend(of_artist(app, me.id, artist.id.0, place).await?);
        all.extend(taken_back(app, artist.id.0, place).await?);
    }
    all.sort_by_key(|one| (std::cmp::Reverse(one.at), one.kind, std::cmp::Reverse(one.id)));
    let page = Page::of(all, PAGE, |one: &Placed| format!("{}.{}.{}", one.at.unix_timestamp_nanos() / 1_000, one.kind, one.id));

    let seen = sqlx::query_scalar!("SELECT seenAt FROM notificationViews WHERE userId = ?", me.id).fetch_optional(&app.db).await?;
    if from.is_none() {
        sqlx::query!("INSERT INTO notificationViews (userId, seenAt) VALUES (?, ?) ON DUPLICATE KEY UPDATE seenAt = VALUES(seenAt)", me.id, now)
            .execute(&app.db)
            .await?;
    }
    let items = page.items.into_iter().map(|Placed { at, event, .. }| Notification { at, event, fresh: seen.is_none_or(|seen| at > seen) }).collect();
    Ok(Notifications { page: Page { items, next: page.next }, now })
}

fn named(name: Option<String>) -> Option<String> {
    name.filter(|name| !name.is_empty())
}

/// Releases of the followed, replies to tips, followers of playlists.
async fn of_listener(app: &App, me: UserId, before: Place) -> AppResult<Vec<Placed>> {
    let mut all = Vec::new();
    let released = sqlx::query!(
        "SELECT artistUploads.id, artistUploads.title, artistUploads.releaseDate AS `at!`, artistProfiles.artistName
         FROM artistFollowers
         JOIN artistUploads ON artistUploads.artistId = artistFollowers.artistId
         JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId
         WHERE artistFollowers.userId = ? AND artistUploads.isPublished = 1 AND artistUploads.releaseDate >= artistFollowers.followedAt
           AND (artistUploads.releaseDate < ? OR (artistUploads.releaseDate = ? AND artistUploads.id < ?))
         ORDER BY artistUploads.releaseDate DESC, artistUploads.id DESC LIMIT 21",
        me,
        before.at,
        before.at,
        before.ids_below(0)
    )
    .fetch_all(&app.db)
    .await?;
    all.extend(released.into_iter().map(|row| Placed {
        at: row.at,
        kind: 0,
        id: row.id,
        event: Event::Released { artist: row.artistName, track: TrackId(row.id), title: row.title },
    }));
    let replied = sqlx::query!(
        "SELECT tips.id, tipDetails.paymentId, tipDetails.reply AS `reply!`, tipDetails.repliedAt AS `at!`, artistProfiles.artistName
         FROM tips
         JOIN tipDetails ON tipDetails.tipId = tips.id
         JOIN artistProfiles ON artistProfiles.userId = tips.recipientId
         WHERE tips.senderId = ? AND tipDetails.reply IS NOT NULL
           AND (tipDetails.repliedAt < ? OR (tipDetails.repliedAt = ? AND tips.id < ?))
         ORDER BY tipDetails.repliedAt DESC, tips.id DESC LIMIT 21",
        me,
        before.at,
        before.at,
        before.ids_below(1)
    )
    .fetch_all(&app.db)
    .await?;
    all.extend(replied.into_iter().map(|row| Placed {
        at: row.at,
        kind: 1,
        id: row.id,
        event: Event::Replied { artist: row.artistName, payment: PaymentId(row.paymentId), reply: row.reply },
    }));
    let followed = sqlx::query!(
        "SELECT playlistFollowers.id, playlistFollowers.followedAt AS at, playlistFollowers.playlistId, userPlaylists.name AS playlist, users.name
         FROM userPlaylists
         JOIN playlistFollowers ON playlistFollowers.playlistId = userPlaylists.id
         JOIN users ON users.id = playlistFollowers.userId
         WHERE userPlaylists.userId = ? AND playlistFollowers.userId <> userPlaylists.userId
           AND (playlistFollowers.followedAt < ? OR (playlistFollowers.followedAt = ? AND playlistFollowers.id < ?))
         ORDER BY playlistFollowers.followedAt DESC, playlistFollowers.id DESC LIMIT 21",
        me,
        before.at,
        before.at,
        before.ids_below(2)
    )
    .fetch_all(&app.db)
    .await?;
    all.extend(followed.into_iter().map(|row| Placed {
        at: row.at,
        kind: 2,
        id: row.id,
        event: Event::PlaylistFollowed { by: named(row.name), playlist: PlaylistId(row.playlistId), name: row.playlist },
    }));
    Ok(all)
}

/// What was given back to a payer; it is news again when it ends.
async fn given_back(app: &App, me: UserId, before: Place) -> AppResult<Vec<Placed>> {
    let rows = sqlx::query!(
        "SELECT refunds.id, refunds.paymentId, refunds.amount, refunds.reason, CAST(refunds.state AS CHAR) AS `state!: String`,
                COALESCE(refunds.finishedAt, refunds.createdAt) AS `at!: OffsetDateTime`
         FROM payments JOIN refunds ON refunds.paymentId = payments.id
         WHERE payments.userId = ?
           AND (COALESCE(refunds.finishedAt, refunds.createdAt) < ? OR (COALESCE(refunds.finishedAt, refunds.createdAt) = ? AND refunds.id < ?))
         ORDER BY 6 DESC, refunds.id DESC LIMIT 21",
        me,
        before.at,
        before.at,
        before.ids_below(7)
    )
    .fetch_all(&app.db)
    .await?;
    let event = |payment: i32, amount: i32, reason, state: &str| Event::GivenBack {
        payment: PaymentId(payment),
        amount: amount.into(),
        reason,
        failed: state == "failed",
    };
    Ok(rows
        .into_iter()
        .map(|row| Placed { at: row.at, kind: 7, id: row.id, event: event(row.paymentId, row.amount, row.reason, &row.state) })
        .collect())
}

/// What was taken back of an artist's earnings, and what of it was returned.
async fn taken_back(app: &App, artist: i32, before: Place) -> AppResult<Vec<Placed>> {
    let rows = sqlx::query!(
        "SELECT creatorEarnings.id, creatorEarnings.amount, creatorEarnings.createdAt AS at, refunds.reason AS `reason?: String`
         FROM earningReversals
         JOIN creatorEarnings ON creatorEarnings.id = earningReversals.earningId
         LEFT JOIN refunds ON refunds.id = earningReversals.refundId
         WHERE creatorEarnings.artistId = ?
           AND (creatorEarnings.createdAt < ? OR (creatorEarnings.createdAt = ? AND creatorEarnings.id < ?))
         ORDER BY creatorEarnings.createdAt DESC, creatorEarnings.id DESC LIMIT 21",
        artist,
        before.at,
        before.at,
        before.ids_below(8)
    )
    .fetch_all(&app.db)
    .await?;
    let event = |amount: i32, reason: Option<String>| Event::TakenBack {
        amount: amount.into(),
        reason: reason.unwrap_or_else(|| crate::t!("refunds.disputes.notice").into_owned()),
    };
    Ok(rows.into_iter().map(|row| Placed { at: row.at, kind: 8, id: row.id, event: event(row.amount, row.reason) }).collect())
}

/// Tips, comments, followers and payouts of an artist.
async fn of_artist(app: &App, me: UserId, artist: i32, before: Place) -> AppResult<Vec<Placed>> {
    let mut all = Vec::new();
    let tipped = sqlx::query!(
        "SELECT tips.id, tips.amount, tips.message, tips.createdAt AS at, users.name, tipDetails.anonymous AS `anonymous?`
         FROM tips
         JOIN users ON users.id = tips.senderId
         LEFT JOIN tipDetails ON tipDetails.tipId = tips.id
         WHERE tips.recipientId = ? AND tips.paymentStatus = 'completed' AND (tips.createdAt < ? OR (tips.createdAt = ? AND tips.id < ?))
         ORDER BY tips.createdAt DESC, tips.id DESC LIMIT 21",
        me,
        before.at,
        before.at,
        before.ids_below(3)
    )
    .fetch_all(&app.db)
    .await?;
    all.extend(tipped.into_iter().map(|row| Placed {
        at: row.at,
        kind: 3,
        id: row.id,
        event: Event::Tipped {
            from: named(row.name).filter(|_| row.anonymous != Some(1)),
            tip: TipId(row.id),
            amount: row.amount.into(),
            message: named(row.message),
        },
    }));
    let commented = sqlx::query!(
        "SELECT trackComments.id, trackComments.body, trackComments.createdAt AS at, artistUploads.id AS track, artistUploads.title, users.name
         FROM artistUploads
         JOIN trackComments ON trackComments.trackId = artistUploads.id
         JOIN users ON users.id = trackComments.userId
         WHERE artistUploads.artistId = ? AND trackComments.userId <> ? AND trackComments.removedAt IS NULL
           AND (trackComments.createdAt < ? OR (trackComments.createdAt = ? AND trackComments.id < ?))
         ORDER BY trackComments.createdAt DESC, trackComments.id DESC LIMIT 21",
        artist,
        me,
        before.at,
        before.at,
        before.ids_below(4)
    )
    .fetch_all(&app.db)
    .await?;
    all.extend(commented.into_iter().map(|row| Placed {
        at: row.at,
        kind: 4,
        id: row.id,
        event: Event::Commented { by: named(row.name), track: TrackId(row.track), title: row.title, body: row.body },
    }));
    // A follower has no id of its own beyond the person's.
    let followed = sqlx::query!(
        "SELECT artistFollowers.userId AS id, artistFollowers.followedAt AS at, users.name
         FROM artistFollowers JOIN users ON users.id = artistFollowers.userId
         WHERE artistFollowers.artistId = ? AND (artistFollowers.followedAt < ? OR (artistFollowers.followedAt = ? AND artistFollowers.userId < ?))
         ORDER BY artistFollowers.followedAt DESC, artistFollowers.userId DESC LIMIT 21",
        artist,
        before.at,
        before.at,
        before.ids_below(5)
    )
    .fetch_all(&app.db)
    .await?;
    all.extend(followed.into_iter().map(|row| Placed { at: row.at, kind: 5, id: row.id, event: Event::ArtistFollowed { by: named(row.name) } }));
    // What the artist did is no news to the artist.
    let steps = sqlx::query!(
        "SELECT payoutSteps.id, payoutSteps.payoutId, CAST(payoutSteps.step AS CHAR) AS `step!: String`, payoutSteps.happenedAt AS at
         FROM creatorPayouts JOIN payoutSteps ON payoutSteps.payoutId = creatorPayouts.id
         WHERE creatorPayouts.artistId = ? AND payoutSteps.step <> 'requested'
           AND (payoutSteps.happenedAt < ? OR (payoutSteps.happenedAt = ? AND payoutSteps.id < ?))
         ORDER BY payoutSteps.happenedAt DESC, payoutSteps.id DESC LIMIT 21",
        artist,
        before.at,
        before.at,
        before.ids_below(6)
    )
    .fetch_all(&app.db)
    .await?;
    all.extend(steps.into_iter().map(|row| Placed {
        at: row.at,
        kind: 6,
        id: row.id,
        event: Event::PayoutStep { payout: PayoutId(row.payoutId), step: row.step },
    }));
    Ok(all)
}
