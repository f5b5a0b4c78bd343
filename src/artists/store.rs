//! Artists in the database.

use super::{ArtistPage, Dashboard, Profile, ProfileText, SOCIAL, safe_address};
use crate::{
    accounts::{Artist, Me},
    error::{AppError, AppResult},
    ids::{ArtistId, UserId},
    server::{errors::OnConstraint, state::App},
    uploads,
};
use time::Duration;

/// Tracks on the dashboard.
const RECENT: usize = 5;

fn links_of(json: Option<&str>) -> Vec<(String, String)> {
    // Adopted rows may hold anything, so only known keys with addresses of the web are shown.
    let links: serde_json::Map<String, serde_json::Value> = json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    SOCIAL.iter().filter_map(|key| Some(((*key).to_owned(), safe_address(links.get(*key)?.as_str()?)?))).collect()
}

/// An artist's profile, for its editor.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub async fn profile(app: &App, id: ArtistId) -> AppResult<Profile> {
    let row =
        sqlx::query!("SELECT artistName, bio, genre, location, website, socialLinks, profileImage, bannerImage FROM artistProfiles WHERE id = ?", id)
            .fetch_one(&app.db)
            .await?;
    Ok(Profile {
        name: row.artistName,
        bio: row.bio.unwrap_or_default(),
        genre: row.genre.unwrap_or_default(),
        location: row.location.unwrap_or_default(),
        website: row.website.as_deref().and_then(safe_address).unwrap_or_default(),
        links: links_of(row.socialLinks.as_deref()),
        image: row.profileImage,
        banner: row.bannerImage,
    })
}

/// The public page.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such artist, or the account is closed.
pub async fn page(app: &App, me: Option<&Me>, id: ArtistId) -> AppResult<ArtistPage> {
    let viewer = me.map_or(0, |me| me.id.0);
    let row = sqlx::query!(
        "SELECT artistProfiles.userId, artistProfiles.verifiedBadge, artistProfiles.followers, artistProfiles.totalPlays,
                EXISTS (SELECT 1 FROM artistFollowers WHERE artistFollowers.artistId = artistProfiles.id AND artistFollowers.userId = ?) AS `following!: i64`
         FROM artistProfiles
         LEFT JOIN accountCredentials ON accountCredentials.userId = artistProfiles.userId
         WHERE artistProfiles.id = ? AND accountCredentials.closedAt IS NULL",
        viewer,
        id
    )
    .fetch_one(&app.db)
    .await?;
    Ok(ArtistPage {
        id,
        profile: profile(app, id).await?,
        verified: row.verifiedBadge != 0,
        followers: row.followers,
        total_plays: row.totalPlays,
        following: row.following != 0,
        mine: row.userId == viewer,
        tracks: uploads::store::of_artist(app, id).await?,
    })
}

/// Makes the account an artist.
///
/// # Errors
/// [`AppError::Refused`] when it is one already.
pub async fn create(app: &App, user: UserId, text: &ProfileText, image: Option<&str>, banner: Option<&str>) -> AppResult<ArtistId> {
    let now = app.clock.now();
    let inserted = sqlx::query!(
        "INSERT INTO artistProfiles (userId, artistName, bio, profileImage, bannerImage, genre, location, website, socialLinks, followers, totalPlays, verifiedBadge, createdAt, updatedAt)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?)",
        user,
        text.name,
        text.bio,
        image,
        banner,
        text.genre,
        text.location,
        text.website,
        text.social_links,
        now,
        now
    )
    .execute(&app.db)
    .await
    .on_constraint("userId", || AppError::Refused(crate::t!("artists.error.already").into_owned()))?;
    Ok(ArtistId(i32::try_from(inserted.last_insert_id()).map_err(anyhow::Error::from)?))
}

/// Changes a profile; images only when there are new ones.
///
/// # Errors
/// When the database does not answer.
pub async fn update(app: &App, id: ArtistId, text: &ProfileText, image: Option<&str>, banner: Option<&str>) -> AppResult<()> {
    sqlx::query!(
        "UPDATE artistProfiles SET artistName = ?, bio = ?, genre = ?, location = ?, website = ?, socialLinks = ?, profileImage = COALESCE(?, profileImage),
                bannerImage = COALESCE(?, bannerImage), updatedAt = ? WHERE id = ?",
        text.name,
        text.bio,
        text.genre,
        text.location,
        text.website,
        text.social_links,
        image,
        banner,
        app.clock.now(),
        id
    )
    .execute(&app.db)
    .await?;
    Ok(())
}

/// Follows an artist or stops; the counter changes with the row. Asked twice, it is done once.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such artist, [`AppError::Refused`] for oneself.
pub async fn set_follow(app: &App, me: &Me, id: ArtistId, follow: bool) -> AppResult<()> {
    let artist = page(app, Some(me), id).await?;
    if artist.mine {
        return Err(AppError::Refused(crate::t!("artists.error.self_follow").into_owned()));
    }
    let mut tx = app.db.begin().await?;
    let changed = if follow {
        sqlx::query!("INSERT IGNORE INTO artistFollowers (artistId, userId, followedAt) VALUES (?, ?, ?)", id, me.id, app.clock.now())
            .execute(&mut *tx)
            .await?
    } else {
        sqlx::query!("DELETE FROM artistFollowers WHERE artistId = ? AND userId = ?", id, me.id).execute(&mut *tx).await?
    };
    if changed.rows_affected() > 0 {
        sqlx::query!(
            "UPDATE artistProfiles SET followers = GREATEST(followers + ?, 0), updatedAt = updatedAt WHERE id = ?",
            if follow { 1 } else { -1 },
            id
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The studio's front page.
///
/// # Errors
/// When the database does not answer.
pub async fn dashboard(app: &App, me: &Me, artist: &Artist) -> AppResult<Dashboard> {
    let row = sqlx::query!(
        "SELECT artistProfiles.id, artistProfiles.artistName, artistProfiles.followers, COUNT(DISTINCT artistUploads.id) AS `tracks!: i64`,
                CAST(COALESCE(SUM(artistUploads.plays), 0) AS SIGNED) AS `plays!: i64`, CAST(COALESCE(SUM(artistUploads.downloads), 0) AS SIGNED) AS `downloads!: i64`,
                CAST(COALESCE(SUM(artistUploads.likes), 0) AS SIGNED) AS `likes!: i64`
         FROM artistProfiles LEFT JOIN artistUploads ON artistProfiles.id = artistUploads.artistId
         WHERE artistProfiles.userId = ? GROUP BY artistProfiles.id, artistProfiles.artistName, artistProfiles.followers",
        me.id
    )
    .fetch_one(&app.db)
    .await?;
    let recent = sqlx::query!(
        "SELECT COUNT(*) AS `all!: i64`, CAST(COALESCE(SUM(streamHistory.counted), 0) AS SIGNED) AS `counted!: i64`
         FROM streamHistory JOIN artistUploads ON artistUploads.id = streamHistory.uploadId
         WHERE artistUploads.artistId = ? AND streamHistory.playedAt >= ?",
        artist.id,
        app.clock.now() - Duration::days(30)
    )
    .fetch_one(&app.db)
    .await?;
    let mut tracks = uploads::store::studio_list(app, artist.id, None).await?.items;
    let unfinished = tracks.iter().filter(|track| track.state != uploads::TrackState::Ready && !track.withdrawn).count();
    tracks.truncate(RECENT);
    Ok(Dashboard {
        id: artist.id,
        name: row.artistName,
        tracks: row.tracks,
        plays: row.plays,
        downloads: row.downloads,
        likes: row.likes,
        followers: row.followers,
        recent_raw: recent.all,
        recent_counted: recent.counted,
        recent: tracks,
        unfinished: i64::try_from(unfinished).unwrap_or(i64::MAX),
    })
}
