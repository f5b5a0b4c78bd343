//! What artists publish: the upload, its states, the track's own page, likes.

mod api;
#[cfg(feature = "ssr")]
pub mod bundle;
pub mod comments;
#[cfg(feature = "ssr")]
pub mod downloads;
mod form;
pub mod formats;
pub mod pages;
mod panel;
#[cfg(feature = "ssr")]
mod parts;
#[cfg(feature = "ssr")]
pub mod replace;
#[cfg(feature = "ssr")]
pub mod routes;
mod sender;
#[cfg(feature = "ssr")]
pub mod staging;
#[cfg(feature = "ssr")]
pub mod store;
pub mod studio;
#[cfg(feature = "ssr")]
pub mod tus;

pub use api::get_track;

use crate::{
    error::{AppResult, FieldErrors},
    ids::{ArtistId, TrackId, slug},
    money::Cents,
};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime, macros::format_description};

/// The genres that forms offer. What is kept is the name itself, so that adopted rows may have others.
pub const GENRES: &[&str] = &[
    "Ambient",
    "Blues",
    "Classical",
    "Country",
    "Dance",
    "Electronic",
    "Experimental",
    "Folk",
    "Funk",
    "Hip-hop",
    "House",
    "Indie",
    "Jazz",
    "Latin",
    "Lo-fi",
    "Metal",
    "Pop",
    "Punk",
    "R&B",
    "Reggae",
    "Rock",
    "Singer-songwriter",
    "Soul",
    "Soundtrack",
    "Spoken word",
    "Synthwave",
    "Techno",
    "World",
];

/// What a download may cost, in cents.
const PRICES: std::ops::RangeInclusive<i64> = 50..=50_000;

/// The last day that a TIMESTAMP column can hold for a release.
const LAST_RELEASE_YEAR: i32 = 2037;

/// What a list, the player and a queue know of a track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackCard {
    pub id: TrackId,
    pub title: String,
    pub artist_id: ArtistId,
    pub artist_name: String,
    /// The address of the cover at 640 pixels; [`cover_at`] gives others.
    pub cover: Option<String>,
    pub duration_seconds: i32,
    pub plays: i32,
    /// Whether there is sound to play.
    pub playable: bool,
    /// Whether its words are not for everyone. A queue that a browser kept from before does not say.
    #[serde(default)]
    pub explicit: bool,
}

impl TrackCard {
    /// The path of the track's page.
    pub fn path(&self) -> String {
        track_path(self.id, &self.title)
    }

    /// The path of the artist's page.
    pub fn artist_path(&self) -> String {
        crate::artists::artist_path(self.artist_id, &self.artist_name)
    }
}

/// The path of a track's page.
pub fn track_path(id: TrackId, title: &str) -> String {
    with_slug("/tracks", id.0, title)
}

/// `/tracks/12-night-drive`.
pub(crate) fn with_slug(folder: &str, id: i32, title: &str) -> String {
    // Only ASCII, so that redirects and `next` can carry it as it is.
    let slug: String = slug(title).chars().filter(char::is_ascii).collect();
    match slug.trim_matches('-') {
        "" => format!("{folder}/{id}"),
        slug => format!("{folder}/{id}-{slug}"),
    }
}

/// The address of an image in another of its sizes. Addresses that are not of our making stay as they are.
pub fn cover_at(address: &str, size: u32) -> String {
    match address.strip_prefix("/media/images/").and_then(|name| name.strip_suffix(".webp")).and_then(|name| name.rsplit_once('-')) {
        Some((id, _)) => format!("/media/images/{id}-{size}.webp"),
        None => address.to_owned(),
    }
}

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrackState {
    /// All bytes are there; the work waits.
    Uploaded,
    Processing,
    Ready,
    /// With a reason that a person can act on.
    Failed,
    /// A row of before names audio that is not in storage.
    Unavailable,
}

impl TrackState {
    /// As `trackMedia.state` has it; a track without media has none to play.
    pub fn of(text: Option<&str>) -> Self {
        match text {
            Some("uploaded") => Self::Uploaded,
            Some("processing") => Self::Processing,
            Some("ready") => Self::Ready,
            Some("failed") => Self::Failed,
            _ => Self::Unavailable,
        }
    }

    /// Whether it will change by itself.
    pub const fn pending(self) -> bool {
        matches!(self, Self::Uploaded | Self::Processing)
    }

    /// What people read.
    pub fn label(self) -> String {
        match self {
            Self::Uploaded => crate::t!("uploads.state.uploaded"),
            Self::Processing => crate::t!("uploads.state.processing"),
            Self::Ready => crate::t!("uploads.state.ready"),
            Self::Failed => crate::t!("uploads.state.failed"),
            Self::Unavailable => crate::t!("uploads.state.unavailable"),
        }
        .into_owned()
    }
}

/// What went wrong with a file, from its code in the database.
pub fn failure_text(code: Option<&str>) -> String {
    let key = format!("media.failure.{}", code.unwrap_or("internal"));
    crate::t!(&key).into_owned()
}

/// A track as its artist sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudioTrack {
    pub card: TrackCard,
    pub genre: String,
    pub description: String,
    pub explicit: bool,
    pub state: TrackState,
    pub failure: Option<String>,
    pub published: bool,
    pub withdrawn: bool,
    /// `2027-01-31`.
    pub release: Option<String>,
    /// Whether the release is in the future.
    pub upcoming: bool,
    pub likes: i32,
    pub created: String,
    pub download: Download,
    /// New audio on its way: waiting, or failed with a reason.
    pub replacement: Option<Option<String>>,
    pub sound: Sound,
    /// What was found by listening; only where one track is shown.
    pub found: Option<Found>,
    /// How it can be taken along; only where one track is shown.
    pub formats: Vec<formats::Format>,
}

/// The keys that music is in, as DJs write them.
pub const KEYS: [&str; 24] =
    ["C", "Cm", "Db", "C#m", "D", "Dm", "Eb", "Ebm", "E", "Em", "F", "Fm", "F#", "F#m", "G", "Gm", "Ab", "G#m", "A", "Am", "Bb", "Bbm", "B", "Bm"];

/// A track's tempo and key as its artist has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sound {
    /// Beats a minute.
    pub bpm: Option<i32>,
    /// Such as `F#m`.
    pub key: Option<String>,
}

impl Sound {
    /// Checks what was typed; empty is not known.
    ///
    /// # Errors
    /// [`crate::error::AppError::Invalid`].
    pub fn parse(bpm: &str, key: &str) -> AppResult<Self> {
        let mut errors = FieldErrors::default();
        let bpm = match bpm.trim() {
            "" => None,
            text => match text.parse() {
                Ok(bpm @ 20..=400) => Some(bpm),
                _ => {
                    errors.add("bpm", crate::t!("uploads.error.bpm"));
                    None
                }
            },
        };
        let key = one_line(key);
        if key.chars().count() > 10 {
            errors.add("key", crate::t!("uploads.error.key"));
        }
        errors.done()?;
        Ok(Self { bpm, key: Some(key).filter(|key| !key.is_empty()) })
    }
}

/// What was found by listening to an upload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub duration_ms: i64,
    /// Of the original, such as `flac`.
    pub codec: String,
    /// In Hz.
    pub sample_rate: i32,
    pub channels: i32,
    /// Of lossless originals.
    pub bits: Option<i32>,
    /// Hundredths of LUFS.
    pub loudness: Option<i32>,
    /// Hundredths of dBTP.
    pub true_peak: Option<i32>,
    /// By how much players turn it up or down, in hundredths of dB.
    pub gain: i32,
    /// Hundredths of beats a minute.
    pub bpm: Option<i32>,
    pub key: Option<String>,
}

impl Found {
    /// Hundredths as people read them: `-13.86`.
    pub fn hundredths(value: i32) -> String {
        let (sign, value) = (if value < 0 { "−" } else { "" }, value.unsigned_abs());
        format!("{sign}{}.{:02}", value / 100, value % 100)
    }
}

impl StudioTrack {
    /// Where it stands, in a word or two.
    pub fn standing(&self) -> String {
        match self {
            Self { withdrawn: true, .. } => crate::t!("uploads.standing.withdrawn").into_owned(),
            Self { state: TrackState::Ready, published: true, upcoming: true, .. } => {
                crate::t!("uploads.standing.scheduled", date = self.release.clone().unwrap_or_default()).into_owned()
            }
            Self { state: TrackState::Ready, published: true, .. } => crate::t!("uploads.standing.published").into_owned(),
            Self { state: TrackState::Ready, .. } if self.genre.is_empty() => crate::t!("uploads.standing.incomplete").into_owned(),
            Self { state: TrackState::Ready, .. } => crate::t!("uploads.standing.draft").into_owned(),
            other => other.state.label(),
        }
    }

    /// Whether it could be published.
    pub fn draft(&self) -> bool {
        self.state == TrackState::Ready && !self.published && !self.withdrawn
    }

    /// Whether something of it will change by itself.
    pub fn moving(&self) -> bool {
        !self.withdrawn && (self.state.pending() || self.replacement == Some(None))
    }

    /// The badge that goes with it.
    pub const fn badge(&self) -> &'static str {
        match self {
            Self { withdrawn: true, .. } => "badge",
            Self { state: TrackState::Failed | TrackState::Unavailable, .. } => "badge badge-danger",
            Self { state: TrackState::Uploaded | TrackState::Processing, .. } => "badge badge-warning",
            Self { published: true, upcoming: false, .. } => "badge badge-success",
            _ => "badge badge-active",
        }
    }
}

/// A track's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackPage {
    pub card: TrackCard,
    pub artist_verified: bool,
    pub genre: String,
    pub description: String,
    pub explicit: bool,
    pub likes: i32,
    pub liked: bool,
    /// Whether it belongs to who looks.
    pub mine: bool,
    /// Whether everyone can see it.
    pub public: bool,
    pub released: Option<String>,
    pub state: TrackState,
    pub failure: Option<String>,
    /// Peaks, 0 to 255.
    pub waveform: Vec<u8>,
    pub sale: crate::purchases::Sale,
    pub sound: Sound,
    /// How whoever looks can take it along; empty when they may not.
    pub formats: Vec<formats::Format>,
}

/// A file that was sent and is kept until its form is right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFile {
    pub id: String,
    pub name: String,
    pub bytes: i64,
}

/// A file of which a part has arrived. Chosen again, it goes on from there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfinished {
    pub id: String,
    pub name: String,
    /// In bytes, as `length` is.
    pub received: u64,
    pub length: u64,
    /// By which the sender knows it again.
    pub fingerprint: String,
    /// The track whose audio it will replace.
    pub replaces: Option<TrackId>,
}

/// What an artist's files take of what they may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    pub bytes: u64,
    pub most_bytes: u64,
    pub tracks: u64,
    pub most_tracks: u64,
}

impl Quota {
    /// Why a file of so many bytes can't be taken, if so; `replacing`: it makes no new track.
    pub fn refusal(&self, length: u64, replacing: bool) -> Option<String> {
        let size = crate::ui::format::bytes;
        if !replacing && self.tracks >= self.most_tracks {
            return Some(crate::t!("uploads.quota.tracks_full", most = self.most_tracks).into_owned());
        }
        let free = self.most_bytes.saturating_sub(self.bytes);
        (length > free)
            .then(|| crate::t!("uploads.quota.bytes_full", free = size(free), most = size(self.most_bytes), needed = size(length)).into_owned())
    }
}

/// What the page of a new upload must know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadRoom {
    /// The largest file, in bytes.
    pub most: u64,
    pub quota: Quota,
    /// A file that was sent with a refused form.
    pub kept: Option<KeptFile>,
    pub unfinished: Vec<Unfinished>,
}

/// What the upload's route answers to the site's own program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UploadAnswer {
    /// Go there: the track exists.
    Created { to: String },
    /// Something is wrong; the file may be kept.
    Refused { error: crate::error::AppError, kept: Option<KeptFile> },
}

/// The texts of an upload's form, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrackText {
    pub title: String,
    pub genre: String,
    pub description: Option<String>,
    pub explicit: bool,
    /// Midnight UTC of the chosen day.
    pub release: Option<OffsetDateTime>,
    pub download: Download,
}

/// Whether a track can be taken along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Download {
    #[default]
    No,
    Free,
    /// For so much.
    For(Cents),
}

impl Download {
    /// From the two columns of the table.
    pub fn of(downloadable: i32, price: Option<i32>) -> Self {
        match (downloadable, price) {
            (0, _) => Self::No,
            (_, None | Some(0)) => Self::Free,
            (_, Some(price)) => Self::For(Cents(price.into())),
        }
    }

    /// As the two columns have it.
    pub fn columns(self) -> (i32, Option<i32>) {
        match self {
            Self::No => (0, None),
            Self::Free => (1, None),
            Self::For(price) => (1, price.as_int().ok()),
        }
    }

    /// Checks what was typed.
    ///
    /// # Errors
    /// What is wrong with the price.
    pub fn parse(downloadable: bool, price: &str) -> Result<Self, String> {
        match (downloadable, price.trim()) {
            (false, _) => Ok(Self::No),
            (true, "") => Ok(Self::Free),
            (true, text) => match text.parse::<Cents>() {
                Ok(Cents(0)) => Ok(Self::Free),
                Ok(price) if PRICES.contains(&price.0) => Ok(Self::For(price)),
                Ok(_) => {
                    Err(crate::t!("uploads.error.price_range", least = Cents(*PRICES.start()).to_decimal(), most = Cents(*PRICES.end()).to_decimal())
                        .into_owned())
                }
                Err(_) => Err(crate::t!("uploads.error.price_format").into_owned()),
            },
        }
    }
}

impl TrackText {
    /// Checks what was typed, each error at its field.
    ///
    /// # Errors
    /// [`crate::error::AppError::Invalid`].
    pub fn parse(title: &str, genre: &str, description: &str, release: &str, explicit: bool, download: Result<Download, String>) -> AppResult<Self> {
        let mut errors = FieldErrors::default();
        let title = one_line(title);
        if title.is_empty() {
            errors.add("title", crate::t!("uploads.error.title_missing"));
        } else if title.chars().count() > 200 {
            errors.add("title", crate::t!("uploads.error.title_long"));
        }
        let genre = one_line(genre);
        if genre.is_empty() {
            errors.add("genre", crate::t!("uploads.error.genre_missing"));
        } else if genre.chars().count() > 64 {
            errors.add("genre", crate::t!("uploads.error.genre_long"));
        }
        let description = description.trim().replace("\r\n", "\n");
        if description.chars().count() > 5000 {
            errors.add("description", crate::t!("uploads.error.description_long"));
        }
        let release = match release.trim() {
            "" => None,
            text => match Date::parse(text, format_description!("[year]-[month]-[day]")) {
                Ok(day) if (1971..=LAST_RELEASE_YEAR).contains(&day.year()) => Some(day.midnight().assume_utc()),
                Ok(_) => {
                    errors.add("release", crate::t!("uploads.error.release_range"));
                    None
                }
                Err(_) => {
                    errors.add("release", crate::t!("uploads.error.release_format"));
                    None
                }
            },
        };
        let download = errors.check("price", download).unwrap_or_default();
        errors.done()?;
        Ok(Self { download, title, genre, description: (!description.is_empty()).then_some(description), explicit, release })
    }
}

/// One line without control characters, trimmed, spaces single.
pub(crate) fn one_line(text: &str) -> String {
    text.split(|character: char| character.is_whitespace() || character.is_control()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `2027-01-31`, for date inputs and `<time datetime>`.
#[cfg(feature = "ssr")]
pub(crate) fn iso_day(time: OffsetDateTime) -> String {
    time.date().format(format_description!("[year]-[month]-[day]")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_errors_of_a_form_are_found_at_once() {
        let Err(crate::error::AppError::Invalid(errors)) = TrackText::parse(" \n", "", "", "tomorrow", false, Download::parse(true, "a lot")) else {
            panic!("accepted")
        };
        assert_eq!(errors.0.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["title", "genre", "release", "price"]);
    }

    #[test]
    fn releases_end_where_timestamps_do() {
        assert!(TrackText::parse("A", "Jazz", "", "2037-12-31", false, Ok(Download::No)).is_ok());
        assert!(TrackText::parse("A", "Jazz", "", "2038-01-01", false, Ok(Download::No)).is_err());
    }

    #[test]
    fn a_download_is_free_or_has_a_price_within_bounds() {
        for (text, expected) in [
            ("", Some((1, None))),
            ("0", Some((1, None))),
            ("0.50", Some((1, Some(50)))),
            ("500", Some((1, Some(50_000)))),
            ("0.49", None),
            ("500.01", None),
            ("-1", None),
            ("1.999", None),
        ] {
            let download = Download::parse(true, text);
            assert_eq!(download.as_ref().ok().map(|download| download.columns()), expected, "{text}");
            if let Ok(download) = download {
                let (downloadable, price) = download.columns();
                assert_eq!(Download::of(downloadable, price), download);
            }
        }
        assert_eq!(Download::parse(false, "1.00"), Ok(Download::No));
    }

    #[test]
    fn images_have_sizes_and_strange_addresses_stay() {
        assert_eq!(cover_at("/media/images/01ABC-640.webp", 320), "/media/images/01ABC-320.webp");
        assert_eq!(cover_at("https://cdn.example/a.jpg", 320), "https://cdn.example/a.jpg");
    }

    #[test]
    fn addresses_are_ascii() {
        assert_eq!(track_path(TrackId(3), "Überfahrt (Live)"), "/tracks/3-berfahrt-live");
        assert_eq!(track_path(TrackId(3), "???"), "/tracks/3");
    }
}
