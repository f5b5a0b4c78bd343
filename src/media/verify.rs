//! Whether what lies in storage, sound and pictures, and the rows that name it agree.

use super::storage::Storage;
use crate::server::state::App;
use anyhow::Result;
use std::collections::BTreeSet;

/// What does not agree; all lists are in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many files there are.
    pub files: usize,
    /// Keys that rows name and storage lacks.
    pub missing: Vec<String>,
    /// Keys of files that no row names.
    pub nameless: Vec<String>,
    /// Keys that tracks have and uploadedFiles does not record.
    pub unrecorded: Vec<String>,
}

impl Report {
    /// Whether everything agrees.
    pub fn agrees(&self) -> bool {
        self.missing.is_empty() && self.nameless.is_empty() && self.unrecorded.is_empty()
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (what, keys) in [("no file", &self.missing), ("no row", &self.nameless), ("not in uploadedFiles", &self.unrecorded)] {
            for key in keys {
                writeln!(out, "{what}: {key}")?;
            }
        }
        let (missing, nameless, unrecorded) = (self.missing.len(), self.nameless.len(), self.unrecorded.len());
        write!(out, "{} files; {missing} rows without a file, {nameless} files without a row, {unrecorded} not recorded", self.files)
    }
}

/// Compares originals, renditions and pictures with the rows that name them. Files that are being written while it looks may
/// appear as files without a row.
///
/// # Errors
/// When the database does not answer or a folder can't be read.
pub async fn verify(app: &App) -> Result<Report> {
    let storage = Storage::of(app);
    let mut files = storage.keys("originals").await?;
    files.extend(storage.keys("audio").await?);
    files.extend(storage.keys("images").await?);
    let recorded: BTreeSet<String> = sqlx::query_scalar!("SELECT fileKey FROM uploadedFiles").fetch_all(&app.db).await?.into_iter().collect();
    // What was withdrawn keeps its files; what was never ready may have lost its original.
    let tracks: BTreeSet<String> = sqlx::query_scalar!(
        "SELECT artistUploads.audioKey AS `key!: String` FROM artistUploads JOIN trackMedia ON trackMedia.trackId = artistUploads.id WHERE trackMedia.state = 'ready'
         UNION SELECT fileKey FROM trackRenditions
         UNION SELECT standardKey FROM trackMedia WHERE standardKey IS NOT NULL
         UNION SELECT highKey FROM trackMedia WHERE highKey IS NOT NULL"
    )
    .fetch_all(&app.db)
    .await?
    .into_iter()
    .collect();
    let songs: BTreeSet<String> = sqlx::query_scalar!("SELECT audioKey AS `key!: String` FROM tracks WHERE audioKey IS NOT NULL")
        .fetch_all(&app.db)
        .await?
        .into_iter()
        .collect();
    let stagings = sqlx::query_scalar!("SELECT id FROM uploadStagings WHERE state <> 'failed'").fetch_all(&app.db).await?;
    let waiting: BTreeSet<String> = stagings.iter().map(|id| crate::uploads::staging::key(id)).collect();

    // The label's songs came by hand; the keys of their originals and better files are built as the tracks' are.
    let of_songs: BTreeSet<&str> =
        songs.iter().filter_map(|key| key.strip_prefix("audio/")).filter_map(|name| name.split(['-', '.']).next()).collect();
    let of_song = |key: &str| key.rsplit('/').next().and_then(|name| name.split(['-', '.']).next()).is_some_and(|stem| of_songs.contains(stem));
    // A row names one size of a picture. Those of before pictures were recorded are named only there.
    let pictures: BTreeSet<String> = sqlx::query_scalar!(
        "SELECT coverArtUrl AS `url!: String` FROM artistUploads WHERE coverArtUrl LIKE '/media/images/%'
         UNION SELECT profileImage FROM artistProfiles WHERE profileImage LIKE '/media/images/%'
         UNION SELECT bannerImage FROM artistProfiles WHERE bannerImage LIKE '/media/images/%'
         UNION SELECT coverImageUrl FROM albums WHERE coverImageUrl LIKE '/media/images/%'
         UNION SELECT coverArtUrl FROM tracks WHERE coverArtUrl LIKE '/media/images/%'
         UNION SELECT coverImageUrl FROM playlists WHERE coverImageUrl LIKE '/media/images/%'
         UNION SELECT coverImageUrl FROM userPlaylists WHERE coverImageUrl LIKE '/media/images/%'"
    )
    .fetch_all(&app.db)
    .await?
    .into_iter()
    .map(|url| url.trim_start_matches("/media/").to_owned())
    .collect();
    let stem = |key: &str| key.split('-').next().unwrap_or_default().to_owned();
    let shown: BTreeSet<String> = pictures.iter().map(|key| stem(key)).collect();
    let named = |key: &String| {
        tracks.contains(key) || songs.contains(key) || waiting.contains(key) || recorded.contains(key) || of_song(key) || shown.contains(&stem(key))
    };
    Ok(Report {
        files: files.len(),
        missing: tracks
            .union(&songs)
            .chain(&recorded)
            .chain(&pictures)
            .filter(|key| !files.contains(*key))
            .cloned()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        nameless: files.iter().filter(|key| !named(key)).cloned().collect(),
        unrecorded: tracks.iter().filter(|key| !recorded.contains(*key)).cloned().collect(),
    })
}
