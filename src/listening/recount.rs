//! Counters against the rows they count. The rows are the truth.

use crate::server::state::App;

/// A counter that was wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// Table and column, such as `artistUploads.plays`.
    pub counter: &'static str,
    pub id: i32,
    pub was: i64,
    pub is: i64,
}

/// Each counter: its name, a query for rows whose counter is not what is counted (id, was, is), and the correction.
const COUNTERS: &[(&str, &str, &str)] = &[
    (
        "artistUploads.plays",
        "SELECT t.id, t.plays AS was, (SELECT COUNT(*) FROM streamHistory h WHERE h.uploadId = t.id AND h.counted = 1) AS counted FROM artistUploads t",
        "UPDATE artistUploads SET plays = ?, updatedAt = updatedAt WHERE id = ? AND plays = ?",
    ),
    (
        "artistUploads.likes",
        "SELECT t.id, t.likes AS was, (SELECT COUNT(*) FROM trackLikes l WHERE l.trackId = t.id) AS counted FROM artistUploads t",
        "UPDATE artistUploads SET likes = ?, updatedAt = updatedAt WHERE id = ? AND likes = ?",
    ),
    (
        "artistUploads.comments",
        "SELECT t.id, t.comments AS was, (SELECT COUNT(*) FROM trackComments c WHERE c.trackId = t.id AND c.removedAt IS NULL) AS counted FROM artistUploads t",
        "UPDATE artistUploads SET comments = ?, updatedAt = updatedAt WHERE id = ? AND comments = ?",
    ),
    (
        "tracks.plays",
        "SELECT t.id, t.plays AS was, (SELECT COUNT(*) FROM streamHistory h WHERE h.trackId = t.id AND h.counted = 1) AS counted FROM tracks t",
        "UPDATE tracks SET plays = ?, updatedAt = updatedAt WHERE id = ? AND plays = ?",
    ),
    (
        "artistProfiles.totalPlays",
        "SELECT a.id, a.totalPlays AS was, (SELECT COUNT(*) FROM streamHistory h JOIN artistUploads t ON t.id = h.uploadId WHERE t.artistId = a.id AND h.counted = 1) AS counted FROM artistProfiles a",
        "UPDATE artistProfiles SET totalPlays = ?, updatedAt = updatedAt WHERE id = ? AND totalPlays = ?",
    ),
    (
        "artistProfiles.followers",
        "SELECT a.id, a.followers AS was, (SELECT COUNT(*) FROM artistFollowers f WHERE f.artistId = a.id) AS counted FROM artistProfiles a",
        "UPDATE artistProfiles SET followers = ?, updatedAt = updatedAt WHERE id = ? AND followers = ?",
    ),
    (
        "userPlaylists.plays",
        "SELECT p.id, p.plays AS was, (SELECT COUNT(*) FROM streamHistory h WHERE h.playlistId = p.id AND h.counted = 1) AS counted FROM userPlaylists p",
        "UPDATE userPlaylists SET plays = ?, updatedAt = updatedAt WHERE id = ? AND plays = ?",
    ),
    (
        "userPlaylists.followers",
        "SELECT p.id, p.followers AS was, (SELECT COUNT(DISTINCT f.userId) FROM playlistFollowers f WHERE f.playlistId = p.id) AS counted FROM userPlaylists p",
        "UPDATE userPlaylists SET followers = ?, updatedAt = updatedAt WHERE id = ? AND followers = ?",
    ),
    (
        "userPlaylists.shares",
        "SELECT p.id, p.shares AS was, (SELECT COUNT(*) FROM playlistShares s WHERE s.playlistId = p.id) AS counted FROM userPlaylists p",
        "UPDATE userPlaylists SET shares = ?, updatedAt = updatedAt WHERE id = ? AND shares = ?",
    ),
];

/// Counts everything again and returns what was wrong; corrects it when asked to. A counter that changes meanwhile is
/// left alone, for its change came with its row.
///
/// # Errors
/// When the database does not answer.
pub async fn recount(app: &App, correct: bool) -> sqlx::Result<Vec<Drift>> {
    let mut drifts = Vec::new();
    for (counter, query, correction) in COUNTERS {
        let rows: Vec<(i32, i64, i64)> = sqlx::query_as(&format!(
            "SELECT id, CAST(was AS SIGNED), CAST(counted AS SIGNED) FROM ({}) AS counts WHERE was <> counted ORDER BY id",
            query
        ))
        .fetch_all(&app.db)
        .await?;
        for (id, was, is) in rows {
            if correct {
                sqlx::query(correction).bind(is).bind(id).bind(was).execute(&app.db).await?;
            }
            drifts.push(Drift { counter, id, was, is });
        }
    }
    Ok(drifts)
}
