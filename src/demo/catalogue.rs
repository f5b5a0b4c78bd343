//! What the demo content is: people, artists, tracks, the label's records, playlists and what people say. Only facts;
//! [`super::fill`] puts them in.

use super::art::Family;
use super::music::{Mode, Piece, Style};

/// The password of every demo account.
pub const PASSWORD: &str = "a-song-for-eternity";

/// The accounts that `make run` prints: what each is, and its e-mail.
pub const LISTENER: &str = "listener@demo.eternity.test";
pub const ARTIST: &str = "artist@demo.eternity.test";
pub const ADMINS: [(&str, &str); 2] = [("admin@demo.eternity.test", "Noor Haddad"), ("admin2@demo.eternity.test", "Tomas Lind")];

/// An artist.
pub struct Artist {
    pub email: &'static str,
    pub name: &'static str,
    pub genre: &'static str,
    pub location: &'static str,
    pub bio: &'static str,
    pub website: &'static str,
    /// Keys of [`crate::artists::SOCIAL`], and addresses.
    pub links: &'static [(&'static str, &'static str)],
    pub family: Family,
    pub verified: bool,
    pub small: bool,
}

/// A track by an artist.
pub struct Track {
    /// In [`ARTISTS`].
    pub artist: usize,
    pub title: &'static str,
    pub genre: &'static str,
    pub description: &'static str,
    pub style: Style,
    pub bpm: u16,
    /// Semitones above C.
    pub tonic: i32,
    pub mode: Mode,
    pub seconds: u16,
    pub variant: u8,
    pub explicit: bool,
    /// `None`: not to be downloaded; `Some(0)`: for nothing; else in cents.
    pub download: Option<i32>,
    /// How many days ago it came out.
    pub days_ago: u16,
    /// Where it is part of the small set, its length there in seconds.
    pub small: Option<u16>,
}

/// An album of the label, with its songs' places in [`SONGS`].
pub struct Album {
    pub title: &'static str,
    pub artist: &'static str,
    pub genre: &'static str,
    pub description: &'static str,
    /// In cents.
    pub price: i32,
    pub family: Family,
    pub songs: std::ops::Range<usize>,
}

/// A song of the label.
pub struct Song {
    pub title: &'static str,
    pub genre: &'static str,
    pub style: Style,
    pub bpm: u16,
    pub tonic: i32,
    pub mode: Mode,
    pub seconds: u16,
    pub variant: u8,
    /// In cents.
    pub price: i32,
}

/// A listener's playlist; tracks by their place in [`TRACKS`].
pub struct Playlist {
    pub name: &'static str,
    pub description: &'static str,
    /// In [`LISTENERS`].
    pub owner: usize,
    pub public: bool,
    pub tracks: &'static [usize],
}

/// A mix by the label; songs by their place in [`SONGS`].
pub struct Mix {
    pub name: &'static str,
    pub description: &'static str,
    pub songs: &'static [usize],
}

impl Track {
    /// How it sounds, in full or for the small set.
    pub fn piece(&self, index: usize, small: bool) -> Piece {
        let seconds = if small { self.small.unwrap_or(8) } else { self.seconds };
        Piece {
            seed: 1_000 + index as u64,
            style: self.style,
            bpm: f32::from(self.bpm),
            tonic: self.tonic,
            mode: self.mode,
            seconds: f32::from(seconds),
            variant: self.variant,
        }
    }
}

impl Song {
    /// How it sounds.
    pub fn piece(&self, index: usize, small: bool) -> Piece {
        Piece {
            seed: 2_000 + index as u64,
            style: self.style,
            bpm: f32::from(self.bpm),
            tonic: self.tonic,
            mode: self.mode,
            seconds: if small { 6.0 } else { f32::from(self.seconds) },
            variant: self.variant,
        }
    }
}

/// The six artists.
pub const ARTISTS: [Artist; 6] = [
    Artist {
        email: ARTIST,
        name: "Marea Lumen",
        genre: "Ambient",
        location: "Lisbon, Portugal",
        bio: "Marea Lumen writes slow music beside the Tagus: tape-soft chords, a piano in the next room, and the tide for a \
              metronome.\n\nEvery piece starts as a field recording of one place at one hour, which is then taken away until only its \
              weather is left.",
        website: "https://marea-lumen.example",
        links: &[("mastodon", "https://social.example/@marealumen"), ("youtube", "https://video.example/marealumen")],
        family: Family::Horizon,
        verified: true,
        small: true,
    },
    Artist {
        email: "otis@demo.eternity.test",
        name: "Otis Vale Trio",
        genre: "Jazz",
        location: "Chicago, United States",
        bio: "Keys, upright bass, brushes. The Otis Vale Trio has played Tuesdays in the same basement for nine years, and makes lo-fi \
              out of the rehearsals and jazz out of the rest.",
        website: "https://otisvale.example",
        links: &[("bandcamp", "https://otisvale.example/records")],
        family: Family::Arcs,
        verified: true,
        small: true,
    },
    Artist {
        email: "pines@demo.eternity.test",
        name: "Hollow Pines",
        genre: "Folk",
        location: "Asheville, United States",
        bio: "Two guitars, a wooden flute and a porch. Hollow Pines sing without words about the people who live up the road, and \
              record between rain showers.",
        website: "https://hollowpines.example",
        links: &[("instagram", "https://photos.example/hollowpines"), ("youtube", "https://video.example/hollowpines")],
        family: Family::Ridges,
        verified: false,
        small: false,
    },
    Artist {
        email: "neon@demo.eternity.test",
        name: "Neon Cartography",
        genre: "Synthwave",
        location: "Montréal, Canada",
        bio: "Maps of cities that were only ever built in arcades. Neon Cartography plays everything by hand on machines older than \
              its listeners, and drives home the long way.",
        website: "https://neon-cartography.example",
        links: &[("mastodon", "https://social.example/@neoncartography"), ("soundcloud", "https://sounds.example/neoncartography")],
        family: Family::Neon,
        verified: true,
        small: false,
    },
    Artist {
        email: "kessler@demo.eternity.test",
        name: "Kessler & Dray",
        genre: "House",
        location: "Berlin, Germany",
        bio: "Kessler brings the chords, Dray brings the kick. House for the early hours and techno for the ones after, mixed in a \
              former print shop where the presses still hum in F.",
        website: "https://kessler-dray.example",
        links: &[("soundcloud", "https://sounds.example/kesslerdray")],
        family: Family::Blocks,
        verified: false,
        small: false,
    },
    Artist {
        email: "ysolde@demo.eternity.test",
        name: "Ysolde Havn",
        genre: "Classical",
        location: "Bergen, Norway",
        bio: "Pianist and composer. Ysolde Havn writes short pieces for long winters, for a felted upright and whoever of the string \
              section could come.",
        website: "https://ysoldehavn.example",
        links: &[("bandcamp", "https://ysoldehavn.example/records"), ("instagram", "https://photos.example/ysoldehavn")],
        family: Family::Threads,
        verified: true,
        small: false,
    },
];

/// A track as a row: who, title, genre, words; style, tempo, tonic, mode; length, variant; download, days ago, small.
#[allow(clippy::too_many_arguments)]
const fn track(
    (artist, title, genre, description): (usize, &'static str, &'static str, &'static str),
    (style, bpm, tonic, mode): (Style, u16, i32, Mode),
    (seconds, variant): (u16, u8),
    (download, days_ago, small): (Option<i32>, u16, Option<u16>),
) -> Track {
    Track { artist, title, genre, description, style, bpm, tonic, mode, seconds, variant, explicit: false, download, days_ago, small }
}

/// The thirty tracks.
pub static TRACKS: [Track; 30] = [
    track(
        (0, "First Light on the Estuary", "Ambient", "Written at six in the morning, when the ferries are still asleep."),
        (Style::Ambient, 66, 2, Mode::Lydian),
        (262, 0),
        (Some(100), 350, Some(9)),
    ),
    track(
        (0, "Salt and Slow Water", "Ambient", "Bells under the surface. Best heard with a window open."),
        (Style::Ambient, 60, 9, Mode::Minor),
        (304, 1),
        (Some(0), 301, None),
    ),
    track(
        (0, "A Letter from the Lighthouse", "Ambient", "A flute, a long echo, nobody answering yet."),
        (Style::Ambient, 72, 7, Mode::Major),
        (186, 2),
        (Some(150), 244, Some(8)),
    ),
    track(
        (0, "Low Tide, Empty Boats", "Ambient", "Vibes and harp over the sound of the harbour."),
        (Style::Ambient, 64, 5, Mode::Dorian),
        (208, 3),
        (None, 160, None),
    ),
    track(
        (0, "What the Fog Kept", "Ambient", "The last piece of the winter, made from what was left on the tape."),
        (Style::Ambient, 70, 11, Mode::Minor),
        (178, 4),
        (Some(100), 41, None),
    ),
    track(
        (1, "Basement Tuesday", "Jazz", "Live, one take, the door squeak is real."),
        (Style::Jazz, 138, 10, Mode::Major),
        (214, 0),
        (Some(129), 340, Some(8)),
    ),
    track(
        (1, "Rain Check", "Lo-fi", "For the walk home when the last train has gone."),
        (Style::LoFi, 78, 5, Mode::Major),
        (142, 0),
        (Some(0), 322, Some(9)),
    ),
    track(
        (1, "Bossa for a Broken Lift", "Jazz", "Eleven floors of patience, in straight quavers."),
        (Style::Jazz, 126, 2, Mode::Minor),
        (192, 2),
        (Some(129), 233, None),
    ),
    track(
        (1, "Dust Jacket", "Lo-fi", "Nylon strings and a record that was loved too much."),
        (Style::LoFi, 84, 9, Mode::Minor),
        (118, 1),
        (None, 120, None),
    ),
    track(
        (1, "Waltz of the Night Porter", "Jazz", "He knows everybody's keys and nobody's name."),
        (Style::Jazz, 152, 3, Mode::Major),
        (168, 3),
        (Some(129), 28, None),
    ),
    track(
        (2, "Porchlight", "Folk", "The song we open with. Two guitars and a flute."),
        (Style::Folk, 104, 7, Mode::Major),
        (156, 0),
        (Some(100), 333, None),
    ),
    track((2, "Miller's Crossing", "Folk", "An old tune about a new bridge."), (Style::Folk, 96, 2, Mode::Minor), (172, 1), (Some(100), 290, None)),
    track(
        (2, "Three Rivers Waltz", "Folk", "Written for a wedding where nobody could dance."),
        (Style::Folk, 138, 0, Mode::Major),
        (146, 2),
        (Some(0), 221, None),
    ),
    track((2, "Wolf Winter", "Folk", "The coldest January anyone remembers."), (Style::Folk, 88, 4, Mode::Minor), (198, 3), (None, 132, None)),
    track((2, "Kindling", "Folk", "Quick hands, dry wood."), (Style::Folk, 116, 9, Mode::Mixolydian), (128, 4), (Some(100), 19, None)),
    track(
        (3, "Night Drive to Laval", "Synthwave", "All the lights were green."),
        (Style::Synthwave, 100, 6, Mode::Minor),
        (204, 0),
        (Some(129), 345, None),
    ),
    track((3, "Arcade Closing Time", "Synthwave", "One coin left."), (Style::Synthwave, 112, 2, Mode::Minor), (176, 1), (Some(129), 270, None)),
    track(
        (3, "Polaroid Horizon", "Synthwave", "A postcard from a place that was painted on a wall."),
        (Style::Synthwave, 92, 4, Mode::Major),
        (194, 2),
        (Some(0), 202, None),
    ),
    track(
        (3, "Chrome Weather", "Synthwave", "Storm warning for the upper levels."),
        (Style::Synthwave, 118, 11, Mode::Minor),
        (162, 3),
        (Some(129), 101, None),
    ),
    track(
        (3, "The Map Is Not the City", "Synthwave", "The long one. It goes all the way round the ring road."),
        (Style::Synthwave, 96, 9, Mode::Minor),
        (246, 4),
        (Some(199), 12, None),
    ),
    track((4, "Press Room, 4 a.m.", "House", "Piano chords and hot paper."), (Style::House, 122, 9, Mode::Minor), (252, 0), (Some(149), 338, None)),
    track(
        (4, "Second Wind", "House", "For the moment when the lights should have come on and did not."),
        (Style::House, 124, 0, Mode::Dorian),
        (226, 1),
        (Some(149), 255, None),
    ),
    track(
        (4, "Guest List of One", "House", "You came. That was the whole plan."),
        (Style::House, 120, 7, Mode::Minor),
        (206, 2),
        (Some(0), 176, None),
    ),
    track((4, "Freight Lift", "Techno", "It only goes down."), (Style::Techno, 132, 4, Mode::Phrygian), (276, 0), (None, 88, None)),
    track(
        (4, "Ninety-Nine Red Fuses", "Techno", "Recorded in one evening with one machine and too much coffee."),
        (Style::Techno, 136, 10, Mode::Minor),
        (218, 1),
        (Some(149), 8, None),
    ),
    track(
        (5, "Nocturne for a Felted Upright", "Classical", "Op. 4 no. 1. The neighbours asked for it."),
        (Style::Classical, 76, 1, Mode::Minor),
        (188, 0),
        (Some(199), 348, None),
    ),
    track((5, "Harbour Waltz", "Classical", "In three, like the boats."), (Style::Classical, 120, 10, Mode::Major), (164, 1), (Some(199), 280, None)),
    track(
        (5, "Elegy with Flute", "Classical", "For my teacher, who disliked elegies."),
        (Style::Classical, 66, 2, Mode::Minor),
        (244, 2),
        (Some(199), 190, None),
    ),
    track(
        (5, "Snow, Seen from Inside", "Classical", "Two harps and the bells of St Mary's."),
        (Style::Classical, 84, 5, Mode::Major),
        (172, 3),
        (Some(0), 74, None),
    ),
    track(
        (5, "Prelude in Perpetual Motion", "Classical", "Sixteenths, all of them. A study for people with cold hands."),
        (Style::Classical, 92, 0, Mode::Major),
        (132, 4),
        (None, 4, None),
    ),
];

/// The label's albums.
pub const ALBUMS: [Album; 2] = [
    Album {
        title: "Rooms We Left the Lights On In",
        artist: "The Eternity House Band",
        genre: "Jazz",
        description: "Three evenings, one microphone per person, and a kettle. The label's own band at its most unhurried.",
        price: 799,
        family: Family::Arcs,
        songs: 0..3,
    },
    Album {
        title: "Signals from the Long Field",
        artist: "Field & Signal",
        genre: "Electronic",
        description: "Recorded on a farm with a bad connection and a good view: pulses, drones and one folk song that got in by mistake.",
        price: 899,
        family: Family::Neon,
        songs: 3..6,
    },
];

const fn song(
    (title, genre, price): (&'static str, &'static str, i32),
    (style, bpm, tonic, mode): (Style, u16, i32, Mode),
    (seconds, variant): (u16, u8),
) -> Song {
    Song { title, genre, style, bpm, tonic, mode, seconds, variant, price }
}

/// The label's songs, album after album.
pub static SONGS: [Song; 6] = [
    song(("Kettle Blues", "Jazz", 129), (Style::Jazz, 116, 7, Mode::Minor), (96, 1)),
    song(("Hallway, Late", "Lo-fi", 129), (Style::LoFi, 72, 3, Mode::Major), (92, 2)),
    song(("The Lamp and the Moth", "Classical", 129), (Style::Classical, 88, 7, Mode::Minor), (98, 4)),
    song(("Carrier Wave", "Techno", 129), (Style::Techno, 128, 7, Mode::Dorian), (104, 2)),
    song(("Hay Moon", "Folk", 129), (Style::Folk, 100, 5, Mode::Major), (90, 1)),
    song(("Last Transmission", "Ambient", 129), (Style::Ambient, 68, 0, Mode::Lydian), (110, 4)),
];

/// Listeners: e-mail's first part and name. The first is the one that `make run` prints.
pub const LISTENERS: [(&str, &str); 24] = [
    ("listener", "Ada Lindqvist"),
    ("bruno", "Bruno Castellan"),
    ("chidi", "Chidi Okafor"),
    ("dana", "Dana Whitlock"),
    ("emre", "Emre Aydın"),
    ("freya", "Freya Nygaard"),
    ("gael", "Gaël Fontenay"),
    ("hana", "Hana Mori"),
    ("ines", "Inês Carvalho"),
    ("jonas", "Jonas Weller"),
    ("kavita", "Kavita Rao"),
    ("liam", "Liam Doherty"),
    ("mina", "Mina Park"),
    ("nils", "Nils Bergstrom"),
    ("oluchi", "Oluchi Eze"),
    ("pavel", "Pavel Novotny"),
    ("quinn", "Quinn Abernathy"),
    ("rosa", "Rosa Villalobos"),
    ("sanne", "Sanne de Wit"),
    ("tariq", "Tariq Mansour"),
    ("uma", "Uma Fernandes"),
    ("viktor", "Viktor Petrov"),
    ("wren", "Wren Callahan"),
    ("yuki", "Yuki Tanabe"),
];

/// The listeners' playlists.
pub const PLAYLISTS: [Playlist; 8] = [
    Playlist { name: "Before the house wakes", description: "Quiet enough for a kettle.", owner: 0, public: true, tracks: &[0, 2, 25, 28, 6, 3] },
    Playlist {
        name: "Deep work, no words",
        description: "Two hours with the door closed.",
        owner: 0,
        public: true,
        tracks: &[1, 4, 8, 17, 27, 0, 29],
    },
    Playlist { name: "For Ines's birthday", description: "Not to be seen until Saturday.", owner: 0, public: false, tracks: &[10, 20, 15, 5, 26] },
    Playlist { name: "Night bus window", description: "Streetlights at the right speed.", owner: 3, public: true, tracks: &[15, 18, 6, 22, 19] },
    Playlist { name: "Kitchen dancing", description: "Socks advised.", owner: 8, public: true, tracks: &[20, 21, 22, 16, 7, 14] },
    Playlist {
        name: "Campfire, second verse",
        description: "The wood is dry and someone brought a flute.",
        owner: 11,
        public: true,
        tracks: &[10, 11, 12, 13, 14],
    },
    Playlist { name: "Jazz for people in a hurry", description: "Nothing over four minutes.", owner: 16, public: true, tracks: &[5, 7, 9, 6, 8] },
    Playlist {
        name: "Machines that dream",
        description: "From dusk to the last kick drum.",
        owner: 21,
        public: true,
        tracks: &[23, 24, 19, 15, 20, 1],
    },
];

/// The label's mixes.
pub const MIXES: [Mix; 2] = [
    Mix { name: "Sunday, slowly", description: "From our own catalogue: coffee, a lamp, a long field.", songs: &[1, 2, 5, 4] },
    Mix { name: "House band hour", description: "An introduction to the label in six songs.", songs: &[0, 3, 4, 1, 5, 2] },
];

/// What people write with a tip.
pub const TIP_MESSAGES: [&str; 14] = [
    "This got me through a long week of night shifts. Thank you.",
    "For the coffee you clearly needed at 4 a.m.",
    "My daughter falls asleep to this. Every single night.",
    "Heard it in a bookshop in Porto and had to find you.",
    "The bass line at the start of the second verse. That is all.",
    "Please come and play in Leeds.",
    "Bought the download as well, but it did not feel like enough.",
    "I teach this one to my students now.",
    "More of the flute, please.",
    "",
    "You made the ring road beautiful.",
    "Put it towards a new set of strings.",
    "From all of us at the Tuesday table.",
    "",
];

/// What artists answer.
pub const TIP_REPLIES: [&str; 3] =
    ["Thank you. That pays for an hour in the good room.", "This made our morning.", "Strings bought, and played in already. Thank you."];

/// What people write under a track.
pub const COMMENTS: [&str; 10] = [
    "The first ten seconds already had me.",
    "On repeat since Thursday.",
    "That turn in the middle is lovely.",
    "What is the instrument that comes in with the chorus?",
    "Please put this on vinyl.",
    "It sounds like the place it is named after.",
    "Headphones on, lights off.",
    "My favourite of yours so far.",
    "I keep finding new things in it.",
    "This deserves a bigger room.",
];

#[cfg(test)]
mod tests {
    use super::{ALBUMS, ARTISTS, LISTENERS, MIXES, PLAYLISTS, SONGS, TRACKS};
    use std::collections::HashSet;

    #[test]
    fn everything_named_exists_and_titles_are_unique() {
        assert!(TRACKS.iter().all(|t| t.artist < ARTISTS.len()));
        assert!(PLAYLISTS.iter().all(|p| p.owner < LISTENERS.len() && p.tracks.iter().all(|t| *t < TRACKS.len())));
        assert!(MIXES.iter().all(|m| m.songs.iter().all(|s| *s < SONGS.len())));
        assert!(ALBUMS.iter().all(|a| a.songs.end <= SONGS.len()));
        assert_eq!(TRACKS.iter().map(|t| t.title).collect::<HashSet<_>>().len(), TRACKS.len());
    }

    #[test]
    fn the_small_set_is_four_short_tracks_by_two_artists() {
        let small: Vec<_> = TRACKS.iter().filter(|t| t.small.is_some()).collect();
        assert_eq!(small.len(), 4);
        assert!(small.iter().all(|t| ARTISTS[t.artist].small && t.small.is_some_and(|s| (6..=10).contains(&s))));
        assert_eq!(ARTISTS.iter().filter(|a| a.small).count(), 2);
    }

    #[test]
    fn several_tracks_last_over_four_minutes() {
        assert!(TRACKS.iter().filter(|t| t.seconds > 240).count() >= 4);
    }
}
