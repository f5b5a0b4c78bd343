//! The way onto a playlist, beside every track and song.

use crate::{
    ids::{SongId, TrackId},
    t,
    ui::icons::{Glyph, Icon},
};
use leptos::prelude::*;

/// A link to the page where one chooses the playlist for a track or a song.
#[component]
pub fn AddToPlaylist(
    #[prop(optional)] track: Option<TrackId>,
    #[prop(optional)] song: Option<SongId>,
    /// Of the track or song, for screen readers.
    #[prop(into)]
    title: String,
    /// Shows the words, not only the sign.
    #[prop(optional)]
    worded: bool,
) -> impl IntoView {
    let query = match (track, song) {
        (Some(track), _) => format!("track={track}"),
        (None, Some(song)) => format!("song={song}"),
        (None, None) => return ().into_any(),
    };
    let href = format!("/playlists/add?{query}");
    if worded {
        view! { <a class="btn" href=href><Icon glyph=Glyph::Plus/>{t!("playlists.add")}</a> }.into_any()
    } else {
        view! { <a class="icon-btn" href=href aria-label=t!("playlists.add_named", title = title)><Icon glyph=Glyph::Plus/></a> }.into_any()
    }
}
