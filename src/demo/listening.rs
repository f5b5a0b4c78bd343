//! Twelve months of follows and plays, judged by the product's own rule.

use super::{
    Filling,
    music::rng::Rng,
    people::People,
    records::Records,
    tracks::{DemoTrack, between},
};
use crate::{
    artists,
    ids::UserId,
    listening::{Heard, Reason, judge},
    server::tokens,
};
use anyhow::Result;
use sqlx::QueryBuilder;
use std::collections::HashMap;
use time::{Duration, OffsetDateTime};

/// Rows of one INSERT.
const BATCH: usize = 400;

/// A play as it was heard.
struct Play {
    /// What was played: an upload, or else a song.
    upload: Option<i32>,
    song: Option<i32>,
    user: Option<UserId>,
    anonymous: Option<String>,
    playlist: Option<i32>,
    source: &'static str,
    at: OffsetDateTime,
    duration: i64,
    listened: i64,
    own: bool,
    bot: bool,
    unmeasured: bool,
}

pub async fn fill(filling: &Filling<'_>, people: &People, tracks: &[DemoTrack], records: &Records) -> Result<()> {
    follow(filling, people).await?;
    let mut plays = Vec::new();
    for track in tracks {
        let there = sqlx::query_scalar!("SELECT id FROM streamHistory WHERE uploadId = ? AND playId LIKE '0DEMO%' LIMIT 1", track.id)
            .fetch_optional(&filling.app.db)
            .await?;
        if there.is_none() {
            of_track(filling, people, track, records, &mut plays)?;
        }
    }
    for (n, (song, duration)) in records.songs.iter().enumerate() {
        let there = sqlx::query_scalar!("SELECT id FROM streamHistory WHERE trackId = ? AND playId LIKE '0DEMO%' LIMIT 1", song)
            .fetch_optional(&filling.app.db)
            .await?;
        if there.is_none() {
            let mut chance = filling.chance(9_500 + u64::try_from(n)?);
            for _ in 0..if filling.small { 4 } else { 60 } {
                let at = between(&mut chance, filling.now - Duration::days(300), filling.now);
                let mut play = heard(&mut chance, people, *duration, at);
                play.song = Some(song.0);
                plays.push(play);
            }
        }
    }
    if plays.is_empty() {
        return Ok(());
    }
    filling.say(&format!("{} plays", plays.len()));
    // In the order of time, for history lists page by id.
    plays.sort_by_key(|play| play.at);
    write(filling, plays).await
}

/// Listeners follow artists they would.
async fn follow(filling: &Filling<'_>, people: &People) -> Result<()> {
    filling.say("follows");
    for (n, listener) in people.listeners.iter().enumerate() {
        let mut chance = filling.chance(4_000 + u64::try_from(n)?);
        for artist in &people.artists {
            let then = between(&mut chance, filling.now - Duration::days(340), filling.now);
            if chance.chance(0.45) || n == 0 && artist.index < 3 {
                artists::store::set_follow(&filling.at(then), listener, artist.id, true).await?;
            }
        }
    }
    Ok(())
}

fn of_track(filling: &Filling<'_>, people: &People, track: &DemoTrack, records: &Records, plays: &mut Vec<Play>) -> Result<()> {
    let mut chance = filling.chance(9_000 + u64::try_from(track.index)?);
    let days = (filling.now - track.released).whole_days().max(1);
    let fame = chance.between(0.35, 1.6);
    let count = if filling.small { 24.0 } else { (60.0 + 0.9 * f64::from(i32::try_from(days)?)) * f64::from(fame) };
    let owner = people.artists.iter().find(|artist| artist.index == super::catalogue::TRACKS[track.index].artist).map(|artist| artist.me.id);
    let lists = records.playlists_with(track.id);
    let mut done = 0.0;
    while done < count {
        done += 1.0;
        // Many in the first weeks, then a steady stream that grows with the site.
        let share = if chance.chance(0.4) { chance.unit().powi(4) } else { chance.unit().powf(0.8) };
        let at = track.released + (filling.now - track.released) * share;
        let mut play = heard(&mut chance, people, track.duration, at);
        play.upload = Some(track.id.0);
        if chance.chance(0.015) && owner.is_some() {
            play.user = owner;
            play.anonymous = None;
            play.own = true;
        }
        if !lists.is_empty() && chance.chance(0.22) {
            play.playlist = Some(chance.pick(&lists).0);
            play.source = "playlist";
        }
        // Now and then somebody starts it again at once.
        if chance.chance(0.03) {
            let again = Play { at: play.at + Duration::seconds(40), anonymous: play.anonymous.clone(), ..play };
            plays.push(again);
        }
        plays.push(play);
    }
    plays.retain(|play| play.at < filling.now);
    Ok(())
}

/// Somebody hears something of this length.
fn heard(chance: &mut Rng, people: &People, duration: i64, at: OffsetDateTime) -> Play {
    let known = chance.chance(0.64);
    let user = known.then(|| chance.pick(&people.listeners).id);
    let anonymous = (!known).then(|| tokens::digest(&format!("{} {}", at.date(), chance.below(40))));
    let share = if chance.chance(0.14) { chance.between(0.01, 0.2) } else { chance.between(0.5, 1.0) };
    // A duration in milliseconds is far below what the fraction can hold.
    let listened = Duration::milliseconds(duration) * share;
    Play {
        upload: None,
        song: None,
        user,
        anonymous,
        playlist: None,
        source: chance.pick(&["page", "page", "page", "search", "embed", "share"]),
        at,
        duration,
        listened: i64::try_from(listened.whole_milliseconds()).unwrap_or(0),
        own: false,
        bot: chance.chance(0.012),
        unmeasured: chance.chance(0.01),
    }
}

/// Judges the plays in their order and writes them with the counters, all or none.
async fn write(filling: &Filling<'_>, plays: Vec<Play>) -> Result<()> {
    let mut last: HashMap<(Option<i32>, Option<i32>, String), OffsetDateTime> = HashMap::new();
    let mut uploads: HashMap<i32, i32> = HashMap::new();
    let mut songs: HashMap<i32, i32> = HashMap::new();
    let mut lists: HashMap<i32, i32> = HashMap::new();
    let mut tx = filling.app.db.begin().await?;
    let batch_mark = u32::try_from(filling.now.unix_timestamp() % 100_000)?;
    for (batch, chunk) in plays.chunks(BATCH).enumerate() {
        let mut rows = Vec::with_capacity(chunk.len());
        for play in chunk {
            let who = play.user.map_or_else(|| play.anonymous.clone().unwrap_or_default(), |user| user.to_string());
            let key = (play.upload, play.song, who);
            let since = last.get(&key).map(|before| i64::try_from((play.at - *before).whole_milliseconds()).unwrap_or(i64::MAX));
            let verdict = judge(Heard {
                duration: play.duration,
                listened: play.listened,
                elapsed: play.listened,
                own: play.own,
                bot: play.bot,
                since_counted: since,
                rate: false,
                overlaps: false,
                used_up: false,
            });
            let excluded = if play.unmeasured { Some(Reason::Unmeasured) } else { verdict.excluded };
            let listened = if play.unmeasured { 0 } else { verdict.listened };
            if excluded.is_none() {
                last.insert(key, play.at);
                play.upload.into_iter().for_each(|id| *uploads.entry(id).or_default() += 1);
                play.song.into_iter().for_each(|id| *songs.entry(id).or_default() += 1);
                play.playlist.into_iter().for_each(|id| *lists.entry(id).or_default() += 1);
            }
            rows.push((play, excluded, i32::try_from(listened)?));
        }
        let mut query = QueryBuilder::new(
            "INSERT INTO streamHistory (userId, anonymousId, uploadId, trackId, playlistId, source, playId, listenedMs, counted, excludedReason, playedAt) ",
        );
        query.push_values(rows.iter().enumerate(), |mut row, (n, (play, excluded, listened))| {
            row.push_bind(play.user)
                .push_bind(play.anonymous.as_deref())
                .push_bind(play.upload)
                .push_bind(play.song)
                .push_bind(play.playlist)
                .push_bind(play.source)
                .push_bind(format!("0DEMO{batch_mark:05}{:016}", batch * BATCH + n))
                .push_bind(*listened)
                .push_bind(i32::from(excluded.is_none()))
                .push_bind(excluded.map(Reason::code))
                .push_bind(play.at);
        });
        query.build().execute(&mut *tx).await?;
    }
    for (id, count) in uploads {
        sqlx::query!("UPDATE artistUploads SET plays = plays + ?, updatedAt = updatedAt WHERE id = ?", count, id).execute(&mut *tx).await?;
        sqlx::query!(
            "UPDATE artistProfiles SET totalPlays = totalPlays + ?, updatedAt = updatedAt WHERE id = (SELECT artistId FROM artistUploads WHERE artistUploads.id = ?)",
            count,
            id
        )
        .execute(&mut *tx)
        .await?;
    }
    for (id, count) in songs {
        sqlx::query!("UPDATE tracks SET plays = plays + ?, updatedAt = updatedAt WHERE id = ?", count, id).execute(&mut *tx).await?;
    }
    for (id, count) in lists {
        sqlx::query!("UPDATE userPlaylists SET plays = plays + ?, updatedAt = updatedAt WHERE id = ?", count, id).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}
