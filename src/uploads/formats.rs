//! The formats in which tracks can be taken along.

use crate::{ids::TrackId, t};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A kind of file to take along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// Bit for bit as its artist sent it.
    Original,
    /// Of lossless originals only, as [`Self::Wav`].
    Flac,
    Wav,
    Mp3V0,
    Mp3320,
    Aac,
    Opus,
}

impl Format {
    /// All of them, the best first.
    pub const ALL: [Self; 7] = [Self::Original, Self::Flac, Self::Wav, Self::Mp3V0, Self::Mp3320, Self::Aac, Self::Opus];

    /// Those that make sense of an original: nothing becomes lossless again.
    pub fn of_original(lossless: bool) -> Vec<Self> {
        Self::ALL.into_iter().filter(|format| lossless || !matches!(format, Self::Flac | Self::Wav)).collect()
    }

    /// As addresses have it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Flac => "flac",
            Self::Wav => "wav",
            Self::Mp3V0 => "mp3-v0",
            Self::Mp3320 => "mp3-320",
            Self::Aac => "aac",
            Self::Opus => "opus",
        }
    }

    /// From its code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.code() == code)
    }

    /// What people read.
    pub fn word(self) -> String {
        match self {
            Self::Original => t!("uploads.format.original"),
            Self::Flac => t!("uploads.format.flac"),
            Self::Wav => t!("uploads.format.wav"),
            Self::Mp3V0 => t!("uploads.format.mp3_v0"),
            Self::Mp3320 => t!("uploads.format.mp3_320"),
            Self::Aac => t!("uploads.format.aac"),
            Self::Opus => t!("uploads.format.opus"),
        }
        .into_owned()
    }
}

/// Chooses a format and takes the track along.
#[component]
pub fn DownloadForm(track: TrackId, formats: Vec<Format>) -> impl IntoView {
    let options = formats.into_iter().map(|format| view! { <option value=format.code()>{format.word()}</option> }).collect_view();
    view! {
        <form class="form" method="get" action=format!("/tracks/{track}/download")>
            <div class="field">
                <label class="field-label" for="download-format">{t!("uploads.format.label")}</label>
                <select class="select" id="download-format" name="format">{options}</select>
            </div>
            <div class="form-actions"><button type="submit" class="btn">{t!("uploads.format.download")}</button></div>
        </form>
    }
}
