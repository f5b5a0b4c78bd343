//! A track's loudness over time, with what has been played.

use crate::t;
use leptos::prelude::*;
use std::fmt::Write as _;

/// How many bars are drawn, whatever the number of peaks.
const BARS: usize = 120;

/// The waveform of a track.
#[component]
pub fn Waveform(
    /// Loudness from 0 to 255, evenly over the track.
    peaks: Vec<u8>,
    /// Tells waveforms of one page apart, such as `track-7`.
    #[prop(into)]
    id: String,
    /// What has been played, in thousandths.
    #[prop(into, optional)]
    progress: Signal<u32>,
) -> impl IntoView {
    let shape = path(&peaks);
    let clip = format!("wave-{id}");
    let played = format!("url(#{clip})");
    view! {
        <svg class="waveform" viewBox=format!("0 0 {} 64", BARS * 4) preserveAspectRatio="none" role="img"
            aria-label=move || t!("ui.waveform", percent = progress.get().min(1_000) / 10).into_owned()>
            <clipPath id=clip>
                <rect x="0" y="0" height="64" width=move || format!("{:.1}", f64::from(progress.get().min(1_000)) * 0.48)></rect>
            </clipPath>
            <path class="waveform-rest" d=shape.clone()></path>
            <path class="waveform-done" d=shape clip-path=played></path>
        </svg>
    }
}

/// One path of all bars, mirrored on the middle, the loudest peak of its stretch each.
fn path(peaks: &[u8]) -> String {
    let mut out = String::with_capacity(BARS * 20);
    for bar in 0..BARS {
        let (from, to) = (bar * peaks.len() / BARS, ((bar + 1) * peaks.len()).div_ceil(BARS));
        let peak = peaks.get(from..to.max(from)).and_then(|stretch| stretch.iter().max()).copied().unwrap_or(0);
        let height = (u32::from(peak) * 60 / 255).max(2);
        // Writing to a String can't fail.
        let _ = write!(out, "M{} {}h2.6v{height}h-2.6z", bar * 4, f64::from(64 - height) / 2.0);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_peaks_makes_the_same_number_of_bars() {
        for count in [0, 1, 7, BARS, 1_000, 4_001] {
            assert_eq!(path(&vec![200; count]).matches('M').count(), BARS, "{count} peaks");
        }
    }

    #[test]
    fn silence_is_a_thin_line_and_the_loudest_fills_the_height() {
        assert!(path(&[0; 200]).contains("v2h"));
        assert!(path(&[255; 200]).contains("v60h"));
    }
}
