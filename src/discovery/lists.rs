//! Lists and shelves that several pages show.

use super::ArtistLine;
use crate::{
    catalogue::AlbumLine,
    player::{PieceMenu, PlayAll, PlayButton, player},
    playlists::PlaylistLine,
    ui::cards::{AlbumCard, ArtistCard, PlaylistCard, TrackList, TrackRow},
    uploads::{TrackCard, cover_at},
};
use leptos::prelude::*;

/// Tracks in a list, each with a way into the queue and onto a playlist; all of them can be played.
#[component]
pub fn Tracks(
    #[prop(into)] label: String,
    tracks: Vec<TrackCard>,
    /// Where it is started, for the history.
    #[prop(default = "page")]
    source: &'static str,
) -> impl IntoView {
    let player = player();
    let all = tracks.clone();
    let rows = (0..tracks.len())
        .map(|place| {
            let (list, index) = around(&tracks, place);
            let track = tracks[place].clone();
            let id = track.id;
            view! {
            <TrackRow
                seed=format!("track-{} {}", track.id, track.title)
                title=track.title.clone()
                href=track.path()
                cover=track.cover.as_deref().map(|cover| cover_at(cover, 160))
                artist=(track.artist_name.clone(), track.artist_path())
                seconds=i64::from(track.duration_seconds)
                plays=i64::from(track.plays)
                explicit=track.explicit
                current=Signal::derive(move || player.is_current(id))
            >
                <PlayButton list index source/>
                <PieceMenu piece=track source/>
            </TrackRow>
            }
        })
        .collect_view();
    view! {
        <div class="btn-row list-actions"><PlayAll list=all source/></div>
        <TrackList label>{rows}</TrackList>
    }
}

/// What is played from a place in a list: the list around it, so that a long one is not copied for every row.
pub fn around<T: Clone>(tracks: &[T], place: usize) -> (Vec<T>, usize) {
    let start = place.saturating_sub(20);
    let end = (place + 60).min(tracks.len());
    (tracks[start..end].to_vec(), place - start)
}

/// Tracks shown as records.
pub fn track_cards(tracks: Vec<TrackCard>) -> impl IntoView {
    tracks
        .into_iter()
        .map(|track| {
            view! {
                <AlbumCard seed=format!("track-{} {}", track.id, track.title) title=track.title.clone() href=track.path()
                    cover=track.cover.as_deref().map(|cover| cover_at(cover, 320)) artist=(track.artist_name.clone(), track.artist_path()) explicit=track.explicit/>
            }
        })
        .collect_view()
}

/// Albums.
pub fn album_cards(albums: Vec<AlbumLine>) -> impl IntoView {
    albums
        .into_iter()
        .map(|album| view! {
            <AlbumCard seed=album.seed() title=album.title.clone() href=album.path() cover=album.cover.clone() artist=(album.artist_name.clone(), String::new()) note=album.year.map(|year| year.to_string())/>
        })
        .collect_view()
}

/// Artists.
pub fn artist_cards(artists: Vec<ArtistLine>) -> impl IntoView {
    artists
        .into_iter()
        .map(|artist| view! {
            <ArtistCard seed=format!("artist-{}", artist.id) name=artist.name.clone() href=artist.path() image=artist.image.as_deref().map(|image| cover_at(image, 320))
                genre=artist.genre.clone() followers=i64::from(artist.followers)/>
        })
        .collect_view()
}

/// Playlists.
pub fn playlist_cards(playlists: Vec<PlaylistLine>) -> impl IntoView {
    playlists
        .into_iter()
        .map(|line| view! { <PlaylistCard seed=line.seed() title=line.name.clone() href=line.path() cover=line.cover.clone() owner=line.owner.clone() tracks=line.entries/> })
        .collect_view()
}
