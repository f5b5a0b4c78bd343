//! Judging plays in the database: a batch at a time, in one transaction with the rows and every counter. Judged again,
//! a play is the same row and counts once, so a batch may be repeated after any interruption.

use super::{
    rule::{Heard, Reason, Verdict, at_once, enough, judge},
    spool::Report,
    ticket::{Ticket, milliseconds},
};
use crate::{
    ids::{PieceId, SongId, TrackId},
    server::state::App,
};
use sqlx::{FromRow, MySql, MySqlConnection, QueryBuilder, mysql::MySqlRow};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use time::{Date, Duration, OffsetDateTime};

/// How far around a play the listener's other plays matter: the longest track there can be.
const AROUND: Duration = Duration::hours(4);

/// What is known of a piece.
struct Facts {
    /// Milliseconds.
    duration: i64,
    /// The artist's profile and user; songs have none.
    artist: Option<(i32, i32)>,
}

/// A play that was counted: of which piece, when it started and how long it was heard, in milliseconds.
#[derive(Clone, Debug)]
struct Counted {
    play: Option<String>,
    piece: PieceId,
    started: i64,
    listened: i64,
}

/// What was said of a play in this batch, at its best.
struct Said<'a> {
    ticket: &'a Ticket,
    listened: i64,
    elapsed: i64,
}

/// What is added to the counters.
#[derive(Default)]
struct Counters {
    tracks: BTreeMap<i32, i64>,
    artists: BTreeMap<i32, i64>,
    songs: BTreeMap<i32, i64>,
    playlists: BTreeMap<i32, i64>,
    days: BTreeMap<(Date, String), i64>,
}

/// Judges reports and writes what they amount to. Those of pieces that are not there any more are left out.
///
/// # Errors
/// When the database does not answer: then nothing of the batch was written.
pub(super) async fn settle(app: &App, reports: &[Report]) -> sqlx::Result<()> {
    let mut said = best(reports);
    if said.is_empty() {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    // One judge at a time, over all servers: this row is the lock.
    sqlx::query!("INSERT INTO playJudge (id, batches) VALUES (1, 1) ON DUPLICATE KEY UPDATE batches = batches + 1").execute(&mut *tx).await?;
    let facts = facts(&mut tx, &said).await?;
    said.retain(|said| facts.contains_key(&said.ticket.piece));
    if said.is_empty() {
        return Ok(());
    }
    let playlists = playlists(&mut tx, &said).await?;
    let before = before(&mut tx, &said).await?;
    let mut counted = counted_around(&mut tx, &said).await?;
    let mut days = days(&mut tx, &said).await?;
    let mut counters = Counters::default();
    let mut rows = Vec::with_capacity(said.len());
    for said in &said {
        let ticket = said.ticket;
        let fact = &facts[&ticket.piece];
        let (was_listened, was_counted) = before.get(&ticket.play).copied().unwrap_or_default();
        let listener = ticket.listener();
        let others = counted.entry(listener.clone()).or_default();
        let day = (ticket.started.date(), listener);
        let needed = enough(fact.duration).max(1);
        let used = days.entry(day.clone()).or_default();
        let own = fact.artist.is_some_and(|(_, user)| ticket.user.is_some_and(|listener| listener.0 == user));
        let span = (ticket.started_ms(), said.listened.max(was_listened));
        let around = || others.iter().filter(|other| other.play.as_ref() != Some(&ticket.play));
        let verdict = judge(Heard {
            duration: fact.duration,
            listened: span.1,
            elapsed: said.elapsed.max(was_listened),
            own,
            bot: ticket.mark == Some(Reason::Bot),
            rate: ticket.mark == Some(Reason::Rate),
            overlaps: around().any(|other| at_once(span, (other.started, other.listened))),
            // This play is among the day's plays already if it was heard to its mark before.
            used_up: ticket.limit.is_some_and(|limit| *used - i64::from(was_listened >= needed) >= i64::from(limit)),
            since_counted: around().filter(|other| other.piece == ticket.piece).map(|other| (other.started - span.0).abs()).min(),
        });
        let counts = was_counted || verdict.excluded.is_none();
        if verdict.listened >= needed && was_listened < needed && !own {
            *used += 1;
            *counters.days.entry(day).or_default() += 1;
        }
        if counts && !was_counted {
            counters.count(ticket, fact, playlists.contains(&ticket.playlist.map_or(0, |playlist| playlist.0)));
            others.push(Counted { play: Some(ticket.play.clone()), piece: ticket.piece, started: span.0, listened: verdict.listened });
        }
        let playlist = ticket.playlist.map(|playlist| playlist.0).filter(|playlist| playlists.contains(playlist));
        rows.push((ticket, playlist, Verdict { excluded: verdict.excluded.filter(|_| !counts), ..verdict }));
    }
    write(&mut tx, &rows).await?;
    counters.write(&mut tx).await?;
    tx.commit().await?;
    metrics::counter!("plays_judged_total").increment(rows.len() as u64);
    Ok(())
}

/// Each play once, at its best, in the order in which they started: how long it was heard, but no longer than time had
/// passed when it was said.
fn best(reports: &[Report]) -> Vec<Said<'_>> {
    let mut plays: HashMap<&str, Said<'_>> = HashMap::with_capacity(reports.len());
    for Report { ticket, listened, received } in reports {
        let elapsed = milliseconds(*received - ticket.started).max(0);
        let said = Said { ticket, listened: (*listened).max(0), elapsed };
        let worth = |said: &Said<'_>| said.listened.min(said.elapsed);
        match plays.get(ticket.play.as_str()) {
            Some(other) if worth(other) >= worth(&said) => {}
            _ => {
                plays.insert(&ticket.play, said);
            }
        }
    }
    let mut plays: Vec<_> = plays.into_values().collect();
    plays.sort_by(|a, b| (a.ticket.started, &a.ticket.play).cmp(&(b.ticket.started, &b.ticket.play)));
    plays
}

impl Counters {
    fn count(&mut self, ticket: &Ticket, fact: &Facts, on_playlist: bool) {
        match ticket.piece {
            PieceId::Track(TrackId(id)) => *self.tracks.entry(id).or_default() += 1,
            PieceId::Song(SongId(id)) => *self.songs.entry(id).or_default() += 1,
        }
        if let Some((artist, _)) = fact.artist {
            *self.artists.entry(artist).or_default() += 1;
        }
        if let Some(playlist) = ticket.playlist.filter(|_| on_playlist) {
            *self.playlists.entry(playlist.0).or_default() += 1;
        }
    }

    async fn write(&self, connection: &mut MySqlConnection) -> sqlx::Result<()> {
        add(connection, "artistUploads", "plays", &self.tracks).await?;
        add(connection, "artistProfiles", "totalPlays", &self.artists).await?;
        add(connection, "tracks", "plays", &self.songs).await?;
        add(connection, "userPlaylists", "plays", &self.playlists).await?;
        if self.days.is_empty() {
            return Ok(());
        }
        let mut query = QueryBuilder::<MySql>::new("INSERT INTO dailyPlays (day, listener, plays) ");
        query.push_values(&self.days, |mut row, ((day, listener), plays)| {
            row.push_bind(*day).push_bind(listener.clone()).push_bind(*plays);
        });
        query.push(" ON DUPLICATE KEY UPDATE plays = plays + VALUES(plays)").build().execute(connection).await?;
        Ok(())
    }
}

/// Adds to a counter of several rows in one statement.
async fn add(connection: &mut MySqlConnection, table: &str, column: &str, counts: &BTreeMap<i32, i64>) -> sqlx::Result<()> {
    if counts.is_empty() {
        return Ok(());
    }
    let mut query = QueryBuilder::<MySql>::new(format!("UPDATE {table} SET {column} = {column} + CASE id"));
    for (id, count) in counts {
        query.push(format!(" WHEN {id} THEN {count}"));
    }
    let ids: Vec<String> = counts.keys().map(ToString::to_string).collect();
    query.push(format!(" ELSE 0 END, updatedAt = updatedAt WHERE id IN ({})", ids.join(", ")));
    query.build().execute(connection).await?;
    Ok(())
}

/// Rows of a query of whole numbers' lists: these lists are ours, never anybody's text.
async fn rows<T>(connection: &mut MySqlConnection, select: &str, ids: &BTreeSet<i32>) -> sqlx::Result<Vec<T>>
where
    T: for<'r> FromRow<'r, MySqlRow> + Send + Unpin,
{
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let list: Vec<String> = ids.iter().map(ToString::to_string).collect();
    sqlx::query_as(&format!("{select} IN ({})", list.join(", "))).fetch_all(connection).await
}

async fn facts(connection: &mut MySqlConnection, said: &[Said<'_>]) -> sqlx::Result<HashMap<PieceId, Facts>> {
    let (mut tracks, mut songs) = (BTreeSet::new(), BTreeSet::new());
    for said in said {
        match said.ticket.piece {
            PieceId::Track(TrackId(id)) => tracks.insert(id),
            PieceId::Song(SongId(id)) => songs.insert(id),
        };
    }
    let length = |seconds: Option<i32>| i64::from(seconds.unwrap_or(0)) * 1_000;
    let found: Vec<(i32, Option<i32>, i32, i32)> = rows(
        connection,
        "SELECT artistUploads.id, artistUploads.duration, artistProfiles.id, artistProfiles.userId
         FROM artistUploads JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId WHERE artistUploads.id",
        &tracks,
    )
    .await?;
    let mut facts: HashMap<PieceId, Facts> = found
        .into_iter()
        .map(|(id, seconds, artist, user)| (TrackId(id).into(), Facts { duration: length(seconds), artist: Some((artist, user)) }))
        .collect();
    let found: Vec<(i32, Option<i32>)> = rows(connection, "SELECT id, duration FROM tracks WHERE id", &songs).await?;
    facts.extend(found.into_iter().map(|(id, seconds)| (SongId(id).into(), Facts { duration: length(seconds), artist: None })));
    Ok(facts)
}

/// Those of the playlists that are still there.
async fn playlists(connection: &mut MySqlConnection, said: &[Said<'_>]) -> sqlx::Result<BTreeSet<i32>> {
    let ids = said.iter().filter_map(|said| said.ticket.playlist.map(|playlist| playlist.0)).collect();
    let found: Vec<(i32,)> = rows(connection, "SELECT id FROM userPlaylists WHERE id", &ids).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// What these plays were before: milliseconds heard, and whether they counted.
async fn before(connection: &mut MySqlConnection, said: &[Said<'_>]) -> sqlx::Result<HashMap<String, (i64, bool)>> {
    let mut query = QueryBuilder::<MySql>::new("SELECT playId, listenedMs, counted FROM streamHistory WHERE playId IN (");
    let mut list = query.separated(", ");
    for said in said {
        list.push_bind(said.ticket.play.clone());
    }
    query.push(")");
    let found: Vec<(String, i32, i32)> = query.build_query_as().fetch_all(connection).await?;
    Ok(found.into_iter().map(|(play, listened, counted)| (play, (i64::from(listened), counted != 0))).collect())
}

#[derive(FromRow)]
struct CountedRow {
    listener: String,
    uploadId: Option<i32>,
    trackId: Option<i32>,
    playId: Option<String>,
    playedAt: OffsetDateTime,
    listenedMs: i32,
}

/// The counted plays of these listeners around these plays. One span for all: a condition for each listener would be
/// looked at for each row.
async fn counted_around(connection: &mut MySqlConnection, said: &[Said<'_>]) -> sqlx::Result<HashMap<String, Vec<Counted>>> {
    let (Some(first), Some(last)) = (said.first(), said.last()) else { return Ok(HashMap::new()) };
    let (mut users, mut visitors) = (BTreeSet::new(), BTreeSet::new());
    for said in said {
        match said.ticket.user {
            Some(user) => users.insert(user.0),
            None => visitors.insert(said.ticket.anonymous.as_str()),
        };
    }
    let mut found = HashMap::<String, Vec<Counted>>::new();
    for of_users in [true, false] {
        let (prefix, column, number) = if of_users { ("u", "userId", users.len()) } else { ("a", "anonymousId", visitors.len()) };
        if number == 0 {
            continue;
        }
        let mut query = QueryBuilder::<MySql>::new(format!(
            "SELECT CONCAT('{prefix}', {column}) AS listener, uploadId, trackId, playId, playedAt, listenedMs FROM streamHistory
             WHERE counted = 1 AND playedAt BETWEEN "
        ));
        // They are in the order in which they started.
        query.push_bind(first.ticket.started - AROUND).push(" AND ").push_bind(last.ticket.started + AROUND);
        query.push(format!(" AND {column} IN ("));
        let mut list = query.separated(", ");
        // A number is compared as one, or the index is of no use.
        if of_users {
            for user in &users {
                list.push(user);
            }
        } else {
            for visitor in &visitors {
                list.push_bind(*visitor);
            }
        }
        query.push(")");
        for row in query.build_query_as::<CountedRow>().fetch_all(&mut *connection).await? {
            let Some(piece) = row.uploadId.map(|id| TrackId(id).into()).or(row.trackId.map(|id| SongId(id).into())) else { continue };
            found.entry(row.listener).or_default().push(Counted {
                play: row.playId,
                piece,
                started: milliseconds(row.playedAt - OffsetDateTime::UNIX_EPOCH),
                listened: row.listenedMs.into(),
            });
        }
    }
    Ok(found)
}

/// How many full plays the listeners with a limit had on the days of these plays.
async fn days(connection: &mut MySqlConnection, said: &[Said<'_>]) -> sqlx::Result<HashMap<(Date, String), i64>> {
    let keys: BTreeSet<(String, String)> =
        said.iter().filter(|said| said.ticket.limit.is_some()).map(|said| (said.ticket.started.date().to_string(), said.ticket.listener())).collect();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    // One row after the other by its key, whatever the optimizer makes of a day with many listeners.
    let found = sqlx::query!(
        "SELECT dailyPlays.day, dailyPlays.listener, dailyPlays.plays
         FROM JSON_TABLE(?, '$[*]' COLUMNS (
           day DATE PATH '$[0]',
           listener VARCHAR(44) CHARACTER SET ascii COLLATE ascii_general_ci PATH '$[1]'
         )) AS asked STRAIGHT_JOIN dailyPlays ON dailyPlays.day = asked.day AND dailyPlays.listener = asked.listener",
        serde_json::to_string(&keys).unwrap_or_default()
    )
    .fetch_all(connection)
    .await?;
    Ok(found.into_iter().map(|row| ((row.day, row.listener), i64::from(row.plays))).collect())
}

async fn write(connection: &mut MySqlConnection, rows: &[(&Ticket, Option<i32>, Verdict)]) -> sqlx::Result<()> {
    let mut query = QueryBuilder::<MySql>::new(
        "INSERT INTO streamHistory (userId, anonymousId, uploadId, trackId, playlistId, source, playId, listenedMs, counted, excludedReason, playedAt) ",
    );
    query.push_values(rows, |mut row, (ticket, playlist, verdict)| {
        let (track, song) = match ticket.piece {
            PieceId::Track(TrackId(id)) => (Some(id), None),
            PieceId::Song(SongId(id)) => (None, Some(id)),
        };
        row.push_bind(ticket.user)
            .push_bind(ticket.user.is_none().then(|| ticket.anonymous.clone()))
            .push_bind(track)
            .push_bind(song)
            .push_bind(*playlist)
            .push_bind(ticket.source.clone())
            .push_bind(ticket.play.clone())
            .push_bind(i32::try_from(verdict.listened).unwrap_or(i32::MAX))
            .push_bind(i32::from(verdict.excluded.is_none()))
            .push_bind(verdict.excluded.map(Reason::code))
            .push_bind(ticket.started);
    });
    query
        .push(" ON DUPLICATE KEY UPDATE listenedMs = GREATEST(listenedMs, VALUES(listenedMs)), counted = VALUES(counted), excludedReason = VALUES(excludedReason)")
        .build()
        .execute(connection)
        .await?;
    Ok(())
}
