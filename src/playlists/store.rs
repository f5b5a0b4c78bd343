//! Playlists in the database. Whatever changes a playlist locks its row first, so its places are always 1 to n, its
//! counters right, and nobody follows twice, also where an adopted table has no unique key.

use super::{AddPage, Change, Entry, Item, MOST_ENTRIES, PlaylistLine, PlaylistPage, PlaylistText, Which};
use crate::{
    catalogue,
    error::{AppError, AppResult},
    ids::{PlaylistId, SongId, TrackId, UserId},
    page::{Key, Page, one_more},
    server::state::App,
    uploads::{self, formats::Bundle},
};
use sqlx::{MySqlConnection, QueryBuilder};
use std::collections::{HashMap, HashSet};

struct LineRow {
    /// Where it stands in its list.
    place: i32,
    id: i32,
    name: String,
    coverImageUrl: Option<String>,
    isPublic: i32,
    owner: Option<String>,
    entries: i64,
}

impl From<LineRow> for PlaylistLine {
    fn from(row: LineRow) -> Self {
        Self {
            id: row.id.into(),
            name: row.name,
            cover: row.coverImageUrl,
            owner: row.owner.filter(|name| !name.is_empty()).unwrap_or_else(|| crate::t!("playlists.somebody").into_owned()),
            public: row.isPublic != 0,
            entries: row.entries,
        }
    }
}

fn lines(rows: Vec<LineRow>, size: usize) -> Page<PlaylistLine> {
    let page = Page::of(rows, size, |row: &LineRow| Key::of_id(row.place).to_string());
    Page { items: page.items.into_iter().map(Into::into).collect(), next: page.next }
}

/// Someone's own playlists, latest first.
///
/// # Errors
/// When the database does not answer.
pub async fn own(app: &App, user: UserId, after: Key, size: usize) -> AppResult<Page<PlaylistLine>> {
    let rows = sqlx::query_as!(
        LineRow,
        "SELECT userPlaylists.id AS `place!`, userPlaylists.id AS `id!`, userPlaylists.name AS `name!`, userPlaylists.coverImageUrl, userPlaylists.isPublic AS `isPublic!`, users.name AS `owner?`,
                (SELECT COUNT(*) FROM userPlaylistTracks WHERE userPlaylistTracks.playlistId = userPlaylists.id) AS `entries!: i64`
         FROM userPlaylists JOIN users ON users.id = userPlaylists.userId
         WHERE userPlaylists.userId = ? AND userPlaylists.id < ? ORDER BY userPlaylists.id DESC LIMIT ?",
        user,
        after.id,
        one_more(size)
    )
    .fetch_all(&app.db)
    .await?;
    Ok(lines(rows, size))
}

/// The public playlists that someone follows, latest first.
///
/// # Errors
/// When the database does not answer.
pub async fn followed(app: &App, user: UserId, after: Key, size: usize) -> AppResult<Page<PlaylistLine>> {
    let rows = sqlx::query_as!(
        LineRow,
        "SELECT playlistFollowers.id AS `place!`, userPlaylists.id AS `id!`, userPlaylists.name AS `name!`, userPlaylists.coverImageUrl, userPlaylists.isPublic AS `isPublic!`, users.name AS `owner?`,
                (SELECT COUNT(*) FROM userPlaylistTracks WHERE userPlaylistTracks.playlistId = userPlaylists.id) AS `entries!: i64`
         FROM playlistFollowers
         JOIN userPlaylists ON userPlaylists.id = playlistFollowers.playlistId AND userPlaylists.isPublic = 1
         JOIN users ON users.id = userPlaylists.userId
         WHERE playlistFollowers.userId = ? AND playlistFollowers.id < ? ORDER BY playlistFollowers.id DESC LIMIT ?",
        user,
        after.id,
        one_more(size)
    )
    .fetch_all(&app.db)
    .await?;
    Ok(lines(rows, size))
}

/// The public playlists that most follow and that have something on them.
///
/// # Errors
/// When the database does not answer.
pub async fn popular(app: &App, limit: i32) -> AppResult<Vec<PlaylistLine>> {
    let rows = sqlx::query_as!(
        LineRow,
        "SELECT userPlaylists.id AS `place!`, userPlaylists.id AS `id!`, userPlaylists.name AS `name!`, userPlaylists.coverImageUrl, userPlaylists.isPublic AS `isPublic!`, users.name AS `owner?`,
                (SELECT COUNT(*) FROM userPlaylistTracks WHERE userPlaylistTracks.playlistId = userPlaylists.id) AS `entries!: i64`
         FROM userPlaylists JOIN users ON users.id = userPlaylists.userId
         WHERE userPlaylists.isPublic = 1 AND (SELECT COUNT(*) FROM userPlaylistTracks WHERE userPlaylistTracks.playlistId = userPlaylists.id) > 0
         ORDER BY userPlaylists.followers DESC, userPlaylists.id DESC LIMIT ?",
        limit
    )
    .fetch_all(&app.db)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The public playlists whose names match a pattern of LIKE (escaped by `!`), those that begin with it first.
///
/// # Errors
/// When the database does not answer.
pub async fn named(app: &App, begins: &str, contains: &str, limit: i32) -> AppResult<Vec<PlaylistLine>> {
    let rows = sqlx::query_as!(
        LineRow,
        "SELECT userPlaylists.id AS `place!`, userPlaylists.id AS `id!`, userPlaylists.name AS `name!`, userPlaylists.coverImageUrl, userPlaylists.isPublic AS `isPublic!`, users.name AS `owner?`,
                (SELECT COUNT(*) FROM userPlaylistTracks WHERE userPlaylistTracks.playlistId = userPlaylists.id) AS `entries!: i64`
         FROM userPlaylists JOIN users ON users.id = userPlaylists.userId
         WHERE userPlaylists.isPublic = 1 AND userPlaylists.name LIKE ? ESCAPE '!'
         ORDER BY (userPlaylists.name LIKE ? ESCAPE '!') DESC, userPlaylists.followers DESC, userPlaylists.id DESC LIMIT ?",
        contains,
        begins,
        limit
    )
    .fetch_all(&app.db)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// A playlist in short, for who may see it.
///
/// # Errors
/// [`AppError::NotFound`] when it is private and not theirs.
pub async fn line(app: &App, id: PlaylistId, viewer: Option<UserId>) -> AppResult<PlaylistLine> {
    let row = sqlx::query_as!(
        LineRow,
        "SELECT userPlaylists.id AS `place!`, userPlaylists.id AS `id!`, userPlaylists.name AS `name!`, userPlaylists.coverImageUrl, userPlaylists.isPublic AS `isPublic!`, users.name AS `owner?`,
                (SELECT COUNT(*) FROM userPlaylistTracks WHERE userPlaylistTracks.playlistId = userPlaylists.id) AS `entries!: i64`
         FROM userPlaylists JOIN users ON users.id = userPlaylists.userId
         WHERE userPlaylists.id = ? AND (userPlaylists.isPublic = 1 OR userPlaylists.userId = ?)",
        id,
        viewer.map_or(0, |viewer| viewer.0)
    )
    .fetch_one(&app.db)
    .await?;
    Ok(row.into())
}

/// A playlist's page, for who may see it. What can't be played any more is left out for everyone but the owner.
///
/// # Errors
/// [`AppError::NotFound`] when it is private and not theirs.
pub async fn page(app: &App, id: PlaylistId, viewer: Option<UserId>) -> AppResult<PlaylistPage> {
    let line = line(app, id, viewer).await?;
    let row = sqlx::query!("SELECT userId, description, followers, shares FROM userPlaylists WHERE id = ?", id).fetch_one(&app.db).await?;
    let mine = viewer.is_some_and(|viewer| viewer.0 == row.userId);
    let following = match viewer {
        Some(viewer) => sqlx::query_scalar!("SELECT id FROM playlistFollowers WHERE playlistId = ? AND userId = ? LIMIT 1", id, viewer)
            .fetch_optional(&app.db)
            .await?
            .is_some(),
        None => false,
    };
    let mut entries = entries(app, id).await?;
    if !mine {
        entries.retain(|entry| entry.item.is_some());
    }
    Ok(PlaylistPage {
        line,
        description: row.description.unwrap_or_default(),
        followers: row.followers,
        shares: row.shares,
        following,
        mine,
        entries,
        bundle: Bundle::default(),
    })
}

async fn entries(app: &App, id: PlaylistId) -> AppResult<Vec<Entry>> {
    let rows = sqlx::query!("SELECT id, uploadId, trackId FROM userPlaylistTracks WHERE playlistId = ? ORDER BY position, id", id)
        .fetch_all(&app.db)
        .await?;
    let tracks: HashSet<TrackId> = rows.iter().filter_map(|row| row.uploadId.map(TrackId)).collect();
    let songs: HashSet<SongId> = rows.iter().filter_map(|row| row.trackId.map(SongId)).collect();
    let tracks: HashMap<_, _> =
        uploads::store::cards(app, &tracks.into_iter().collect::<Vec<_>>()).await?.into_iter().map(|card| (card.id, card)).collect();
    let songs: HashMap<_, _> =
        catalogue::store::songs(app, &songs.into_iter().collect::<Vec<_>>()).await?.into_iter().map(|card| (card.id, card)).collect();
    let item = |upload: Option<i32>, song: Option<i32>| match (upload, song) {
        (Some(upload), _) => tracks.get(&TrackId(upload)).cloned().map(Item::Track),
        (None, Some(song)) => songs.get(&SongId(song)).cloned().map(Item::Song),
        (None, None) => None,
    };
    Ok(rows.into_iter().map(|row| Entry { id: row.id, item: item(row.uploadId, row.trackId) }).collect())
}

/// What everyone may hear, and so put on a playlist.
///
/// # Errors
/// [`AppError::NotFound`] when it is not public.
pub async fn item(app: &App, which: Which) -> AppResult<Item> {
    let item = match which {
        Which::Track(id) => uploads::store::cards(app, &[id]).await?.pop().map(Item::Track),
        Which::Song(id) => catalogue::store::songs(app, &[id]).await?.pop().map(Item::Song),
    };
    item.ok_or(AppError::NotFound)
}

/// What the page for adding something shows.
///
/// # Errors
/// [`AppError::NotFound`] when it is not public.
pub async fn add_page(app: &App, user: UserId, which: Which) -> AppResult<AddPage> {
    let item = item(app, which).await?;
    let (upload, song) = columns(which);
    let on: HashSet<i32> = sqlx::query_scalar!(
        "SELECT userPlaylists.id FROM userPlaylists JOIN userPlaylistTracks ON userPlaylistTracks.playlistId = userPlaylists.id
         WHERE userPlaylists.userId = ? AND (userPlaylistTracks.uploadId = ? OR userPlaylistTracks.trackId = ?)",
        user,
        upload,
        song
    )
    .fetch_all(&app.db)
    .await?
    .into_iter()
    .collect();
    // Nobody looks through more to choose one.
    let playlists = own(app, user, Key::NEWEST, 500)
        .await?
        .items
        .into_iter()
        .map(|line| {
            let there = on.contains(&line.id.0);
            (line, there)
        })
        .collect();
    Ok(AddPage { item, playlists })
}

const fn columns(which: Which) -> (Option<i32>, Option<i32>) {
    match which {
        Which::Track(id) => (Some(id.0), None),
        Which::Song(id) => (None, Some(id.0)),
    }
}

/// Locks one's own playlist and returns its name.
async fn lock_own(connection: &mut MySqlConnection, user: UserId, id: PlaylistId) -> AppResult<String> {
    // A first locking read also makes the snapshot of what follows begin after the lock.
    let row = sqlx::query!("SELECT userId, name FROM userPlaylists WHERE id = ? FOR UPDATE", id).fetch_one(connection).await?;
    if row.userId == user.0 { Ok(row.name) } else { Err(AppError::NotFound) }
}

/// The entries in their order.
async fn order(connection: &mut MySqlConnection, id: PlaylistId) -> sqlx::Result<Vec<i32>> {
    sqlx::query_scalar!("SELECT id FROM userPlaylistTracks WHERE playlistId = ? ORDER BY position, id FOR UPDATE", id).fetch_all(connection).await
}

/// Gives the entries the places 1 to n in this order, in one statement.
async fn renumber(connection: &mut MySqlConnection, id: PlaylistId, order: &[i32]) -> sqlx::Result<()> {
    if order.is_empty() {
        return Ok(());
    }
    let mut query = QueryBuilder::new("UPDATE userPlaylistTracks SET position = FIELD(id");
    for entry in order {
        query.push(", ").push_bind(entry);
    }
    query.push(") WHERE playlistId = ").push_bind(id.0).build().execute(connection).await?;
    Ok(())
}

/// Makes a playlist, with a first track or song on it if there is one.
///
/// # Errors
/// [`AppError::NotFound`] when what should be on it is not public.
pub async fn create(app: &App, user: UserId, text: &PlaylistText, public: bool, first: Option<Which>) -> AppResult<PlaylistId> {
    if let Some(which) = first {
        item(app, which).await?;
    }
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let done = sqlx::query!(
        "INSERT INTO userPlaylists (userId, name, description, isPublic, plays, shares, followers, createdAt, updatedAt) VALUES (?, ?, ?, ?, 0, 0, 0, ?, ?)",
        user,
        text.name,
        text.description,
        i32::from(public),
        now,
        now
    )
    .execute(&mut *tx)
    .await?;
    let id = PlaylistId(i32::try_from(done.last_insert_id()).map_err(|_| AppError::NotFound)?);
    if let Some(which) = first {
        let (upload, song) = columns(which);
        sqlx::query!(
            "INSERT INTO userPlaylistTracks (playlistId, position, uploadId, trackId, addedAt) VALUES (?, 1, ?, ?, ?)",
            id,
            upload,
            song,
            now
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// Changes name, description and whether it is public.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs.
pub async fn edit(app: &App, user: UserId, id: PlaylistId, text: &PlaylistText, public: bool) -> AppResult<()> {
    let mut tx = app.db.begin().await?;
    lock_own(&mut tx, user, id).await?;
    sqlx::query!(
        "UPDATE userPlaylists SET name = ?, description = ?, isPublic = ?, updatedAt = ? WHERE id = ?",
        text.name,
        text.description,
        i32::from(public),
        app.clock.now(),
        id
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Puts a track or song at the end of one's own playlist, and returns the playlist's name.
///
/// # Errors
/// [`AppError::NotFound`] when the playlist is not theirs or the item is not public, [`AppError::Refused`] when it is
/// on it already or the playlist is full.
pub async fn add(app: &App, user: UserId, id: PlaylistId, which: Which) -> AppResult<String> {
    let item = item(app, which).await?;
    let now = app.clock.now();
    let (upload, song) = columns(which);
    let mut tx = app.db.begin().await?;
    let name = lock_own(&mut tx, user, id).await?;
    let there =
        sqlx::query_scalar!("SELECT id FROM userPlaylistTracks WHERE playlistId = ? AND (uploadId = ? OR trackId = ?) LIMIT 1", id, upload, song)
            .fetch_optional(&mut *tx)
            .await?;
    if there.is_some() {
        return Err(AppError::Refused(crate::t!("playlists.error.there_already", title = item.title(), name = name).into_owned()));
    }
    let mut entries = order(&mut tx, id).await?;
    if entries.len() >= MOST_ENTRIES {
        return Err(AppError::Refused(crate::t!("playlists.error.full", most = MOST_ENTRIES).into_owned()));
    }
    let done = sqlx::query!(
        "INSERT INTO userPlaylistTracks (playlistId, position, uploadId, trackId, addedAt) VALUES (?, 0, ?, ?, ?)",
        id,
        upload,
        song,
        now
    )
    .execute(&mut *tx)
    .await?;
    entries.push(i32::try_from(done.last_insert_id()).map_err(|_| AppError::NotFound)?);
    renumber(&mut tx, id, &entries).await?;
    sqlx::query!("UPDATE userPlaylists SET updatedAt = ? WHERE id = ?", now, id).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(name)
}

/// Moves an entry or takes it off.
///
/// # Errors
/// [`AppError::NotFound`] when the playlist is not theirs.
pub async fn arrange(app: &App, user: UserId, id: PlaylistId, change: Change) -> AppResult<()> {
    let mut tx = app.db.begin().await?;
    lock_own(&mut tx, user, id).await?;
    let entries = order(&mut tx, id).await?;
    if let Change::Remove(entry) = change {
        sqlx::query!("DELETE FROM userPlaylistTracks WHERE id = ? AND playlistId = ?", entry, id).execute(&mut *tx).await?;
    }
    renumber(&mut tx, id, &change.apply(entries)).await?;
    sqlx::query!("UPDATE userPlaylists SET updatedAt = ? WHERE id = ?", app.clock.now(), id).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Follows someone's public playlist or stops; the counter changes with the row. `via` is the short link that led there.
///
/// # Errors
/// [`AppError::NotFound`] when nobody else can see it, [`AppError::Refused`] for one's own.
pub async fn set_following(app: &App, user: UserId, id: PlaylistId, follow: bool, via: Option<&str>) -> AppResult<()> {
    let mut tx = app.db.begin().await?;
    let row = sqlx::query!("SELECT userId, isPublic FROM userPlaylists WHERE id = ? FOR UPDATE", id).fetch_one(&mut *tx).await?;
    if follow && row.userId == user.0 {
        return Err(AppError::Refused(crate::t!("playlists.error.own").into_owned()));
    }
    if follow && row.isPublic == 0 {
        return Err(AppError::NotFound);
    }
    let there = sqlx::query_scalar!("SELECT id FROM playlistFollowers WHERE playlistId = ? AND userId = ? LIMIT 1", id, user)
        .fetch_optional(&mut *tx)
        .await?;
    match (there, follow) {
        (None, true) => {
            sqlx::query!("INSERT INTO playlistFollowers (playlistId, userId, followedAt) VALUES (?, ?, ?)", id, user, app.clock.now())
                .execute(&mut *tx)
                .await?;
            sqlx::query!("UPDATE userPlaylists SET followers = followers + 1, updatedAt = updatedAt WHERE id = ?", id).execute(&mut *tx).await?;
            if let Some(via) = via {
                sqlx::query!("UPDATE playlistShareLinks SET follows = follows + 1 WHERE code = ? AND playlistId = ?", via, id)
                    .execute(&mut *tx)
                    .await?;
            }
        }
        (Some(_), false) => {
            let gone =
                sqlx::query!("DELETE FROM playlistFollowers WHERE playlistId = ? AND userId = ?", id, user).execute(&mut *tx).await?.rows_affected();
            let gone = i32::try_from(gone).unwrap_or(1);
            sqlx::query!("UPDATE userPlaylists SET followers = GREATEST(followers - ?, 0), updatedAt = updatedAt WHERE id = ?", gone, id)
                .execute(&mut *tx)
                .await?;
        }
        _ => {}
    }
    tx.commit().await?;
    Ok(())
}

/// Deletes one's own playlist with its order, followers and links. What was played from it and earned stays.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs.
pub async fn delete(app: &App, user: UserId, id: PlaylistId) -> AppResult<()> {
    let mut tx = app.db.begin().await?;
    lock_own(&mut tx, user, id).await?;
    // Adopted tables may lack the foreign keys that would do this.
    sqlx::query!("UPDATE streamHistory SET playlistId = NULL WHERE playlistId = ?", id).execute(&mut *tx).await?;
    sqlx::query!("DELETE FROM playlistShareLinks WHERE playlistId = ?", id).execute(&mut *tx).await?;
    sqlx::query!("DELETE FROM playlistShares WHERE playlistId = ?", id).execute(&mut *tx).await?;
    sqlx::query!("DELETE FROM playlistFollowers WHERE playlistId = ?", id).execute(&mut *tx).await?;
    sqlx::query!("DELETE FROM userPlaylistTracks WHERE playlistId = ?", id).execute(&mut *tx).await?;
    sqlx::query!("DELETE FROM userPlaylists WHERE id = ?", id).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}
