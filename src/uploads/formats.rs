//! The formats in which tracks can be taken along.

use crate::{
    t,
    ui::{
        format::counted,
        icons::{Glyph, Icon},
    },
};
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

/// What of a list somebody can take along as one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// How many of its recordings.
    pub ready: usize,
    /// The titles of the others.
    pub left_out: Vec<String>,
}

/// Something that somebody can take along by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub title: String,
    pub by: String,
    /// The path of its file, without the format.
    pub path: String,
    pub formats: Vec<Format>,
}

/// The formats of a recording, each a link; nothing when it can't be taken along.
#[component]
pub fn TakeAlong(#[prop(into)] path: String, formats: Vec<Format>, #[prop(into)] title: String) -> impl IntoView {
    (!formats.is_empty()).then(|| {
        let label = t!("uploads.format.of", title = title);
        view! {
            <details class="take-along">
                <summary class="btn" aria-label=label><Icon glyph=Glyph::Download/>{t!("uploads.format.download")}</summary>
                <Links path formats/>
            </details>
        }
    })
}

/// What of a list can be taken along as one zip, in which formats, and what is left out of it.
#[component]
pub fn TakeAll(#[prop(into)] path: String, bundle: Bundle) -> impl IntoView {
    let Bundle { ready, left_out } = bundle;
    (ready > 0).then(|| {
        let left_out = (!left_out.is_empty()).then(|| {
            let titles = left_out.into_iter().map(|title| view! { <li>{title}</li> }).collect_view();
            view! { <p class="field-hint">{t!("uploads.bundle.left_out")}</p><ul class="take-along-left">{titles}</ul> }
        });
        view! {
            <details class="take-along">
                <summary class="btn"><Icon glyph=Glyph::Download/>{t!("uploads.bundle.download")}</summary>
                <p class="field-hint">{counted("uploads.bundle.holds", i64::try_from(ready).unwrap_or(0))}" "{t!("uploads.bundle.lossy")}</p>
                <Links path formats=Format::ALL.to_vec()/>
                {left_out}
            </details>
        }
    })
}

#[component]
fn Links(path: String, formats: Vec<Format>) -> impl IntoView {
    let links = formats
        .into_iter()
        .map(|format| view! { <li><a href=format!("{path}?format={}", format.code()) rel="external">{format.word()}</a></li> })
        .collect_view();
    view! { <ul class="take-along-formats">{links}</ul> }
}
