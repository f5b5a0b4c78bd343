//! The site's own icons, drawn on a grid of 24 with one line weight.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Play,
    Pause,
    Next,
    Previous,
    Shuffle,
    Repeat,
    Volume,
    Mute,
    Heart,
    HeartFilled,
    Plus,
    Search,
    Home,
    Library,
    Studio,
    Admin,
    Genres,
    Charts,
    Playlist,
    Menu,
    Upload,
    Download,
    Share,
    More,
    Close,
    Check,
    Warning,
    Info,
    ArrowUp,
    ArrowDown,
    ChevronEnd,
    Drag,
    Clock,
    Coin,
    Bell,
    User,
    LogOut,
    Settings,
    Sun,
    Moon,
    System,
    External,
}

/// Every icon with its name, for the gallery.
pub const ALL: [(Glyph, &str); 42] = [
    (Glyph::Play, "play"),
    (Glyph::Pause, "pause"),
    (Glyph::Next, "next"),
    (Glyph::Previous, "previous"),
    (Glyph::Shuffle, "shuffle"),
    (Glyph::Repeat, "repeat"),
    (Glyph::Volume, "volume"),
    (Glyph::Mute, "mute"),
    (Glyph::Heart, "heart"),
    (Glyph::HeartFilled, "heart-filled"),
    (Glyph::Plus, "plus"),
    (Glyph::Search, "search"),
    (Glyph::Home, "home"),
    (Glyph::Library, "library"),
    (Glyph::Studio, "studio"),
    (Glyph::Admin, "admin"),
    (Glyph::Genres, "genres"),
    (Glyph::Charts, "charts"),
    (Glyph::Playlist, "playlist"),
    (Glyph::Menu, "menu"),
    (Glyph::Upload, "upload"),
    (Glyph::Download, "download"),
    (Glyph::Share, "share"),
    (Glyph::More, "more"),
    (Glyph::Close, "close"),
    (Glyph::Check, "check"),
    (Glyph::Warning, "warning"),
    (Glyph::Info, "info"),
    (Glyph::ArrowUp, "arrow-up"),
    (Glyph::ArrowDown, "arrow-down"),
    (Glyph::ChevronEnd, "chevron-end"),
    (Glyph::Drag, "drag"),
    (Glyph::Clock, "clock"),
    (Glyph::Coin, "coin"),
    (Glyph::Bell, "bell"),
    (Glyph::User, "user"),
    (Glyph::LogOut, "log-out"),
    (Glyph::Settings, "settings"),
    (Glyph::Sun, "sun"),
    (Glyph::Moon, "moon"),
    (Glyph::System, "system"),
    (Glyph::External, "external"),
];

impl Glyph {
    const fn path(self) -> &'static str {
        match self {
            Self::Play => "M8 5.2v13.6a.8.8 0 0 0 1.2.7l10.6-6.8a.8.8 0 0 0 0-1.4L9.2 4.5A.8.8 0 0 0 8 5.2Z",
            Self::Pause => "M7 5h3.4v14H7zM13.6 5H17v14h-3.4z",
            Self::Next => "M6 5.5v13l9-6.5zM16.2 5.5h2.3v13h-2.3z",
            Self::Previous => "M18 5.5v13L9 12zM5.5 5.5h2.3v13H5.5z",
            Self::Shuffle => {
                "M3 7h3.5c2 0 3.2 1 4.3 2.6l2.4 4.8C14.3 16 15.5 17 17.5 17H21M3 17h3.5c2 0 3.2-1 4.3-2.6M13.2 9.6C14.3 8 15.5 7 17.5 7H21M18.5 4.5 21 7l-2.5 2.5M18.5 14.5 21 17l-2.5 2.5"
            }
            Self::Repeat => "M4 11V9.5A3.5 3.5 0 0 1 7.5 6H20M17.5 3.5 20 6l-2.5 2.5M20 13v1.5a3.5 3.5 0 0 1-3.5 3.5H4M6.5 20.5 4 18l2.5-2.5",
            Self::Volume => "M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
            Self::Mute => "M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM16 9.5l5 5M21 9.5l-5 5",
            Self::Heart | Self::HeartFilled => "M12 20s-7.5-4.6-7.5-10.2A4.3 4.3 0 0 1 12 7a4.3 4.3 0 0 1 7.5 2.8C19.5 15.4 12 20 12 20Z",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Search => "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.4 15.4l5.1 5.1",
            Self::Home => "M4 11.2 12 4.5l8 6.7V19a1 1 0 0 1-1 1h-4.5v-5.5h-5V20H5a1 1 0 0 1-1-1z",
            Self::Library => "M5 4.5v15M9.5 4.5v15M14 5l4.8 14.3",
            Self::Studio => "M6 4v7M6 15v5M12 4v3M12 11v9M18 4v9M18 17v3M4 13h4M10 9h4M16 15h4",
            Self::Admin => "M12 3.5 5 6v5.5c0 4.3 2.9 7.5 7 9 4.1-1.5 7-4.7 7-9V6zM9 12l2.2 2.2 4-4.2",
            Self::Genres => "M4 4.5h7.5l8.5 8.5-7.5 7.5L4 12zM8 8.5v.1",
            Self::Charts => "M5 20v-7M12 20V4M19 20V10",
            Self::Playlist => "M4 6.5h11M4 11.5h11M4 16.5h6M17.5 18.5a2 2 0 1 0-4 0 2 2 0 0 0 4 0ZM17.5 18.5v-9l3 1",
            Self::Menu => "M4 7h16M4 12h16M4 17h16",
            Self::Upload => "M12 15.5v-11M7.5 9 12 4.5 16.5 9M4.5 15v3.5a1 1 0 0 0 1 1h13a1 1 0 0 0 1-1V15",
            Self::Download => "M12 4.5v11M7.5 11l4.5 4.5 4.5-4.5M4.5 15v3.5a1 1 0 0 0 1 1h13a1 1 0 0 0 1-1V15",
            Self::Share => {
                "M8.3 10.8l7.4-3.6M8.3 13.2l7.4 3.6M6 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM18 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM18 20.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z"
            }
            Self::More => {
                "M5 10.3a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4ZM12 10.3a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4ZM19 10.3a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4Z"
            }
            Self::Close => "M6 6l12 12M18 6 6 18",
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Warning => "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.2",
            Self::Info => "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 11v5.5M12 7.6v.2",
            Self::ArrowUp => "M12 19V5M6 11l6-6 6 6",
            Self::ArrowDown => "M12 5v14M6 13l6 6 6-6",
            Self::ChevronEnd => "M9.5 5.5 16 12l-6.5 6.5",
            Self::Drag => {
                "M9 4.6a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8ZM15 4.6a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8ZM9 10.6a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8ZM15 10.6a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8ZM9 16.6a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8ZM15 16.6a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8Z"
            }
            Self::Clock => "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7.5V12l3 2",
            Self::Coin => {
                "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 6.6v10.8M14.7 9.4c-.5-.8-1.4-1.2-2.7-1.2-1.6 0-2.7.7-2.7 1.9s1.1 1.6 2.7 1.9 2.8.7 2.8 2-1.2 1.9-2.8 1.9c-1.4 0-2.4-.5-2.8-1.3"
            }
            Self::Bell => "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21.2h4",
            Self::User => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.8-3.6 3.7-5.5 7.5-5.5s6.7 1.9 7.5 5.5",
            Self::LogOut => "M14 4.5h4.5a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1H14M4.5 12H15M11 8l4 4-4 4",
            Self::Settings => "M12 3.5l7.4 4.25v8.5L12 20.5l-7.4-4.25v-8.5zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
            Self::Sun => {
                "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4"
            }
            Self::Moon => "M19.5 14.5a8 8 0 0 1-10-10 8 8 0 1 0 10 10Z",
            Self::System => "M4 5h16v11H4zM9 20h6M12 16v4",
            Self::External => "M13.5 4.5h6v6M19.5 4.5 11 13M16.5 13.5v5a1 1 0 0 1-1 1h-10a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1h5",
        }
    }

    const fn is_filled(self) -> bool {
        matches!(self, Self::Play | Self::Pause | Self::Next | Self::Previous | Self::HeartFilled | Self::More | Self::Drag)
    }

    /// Whether it points along the line of reading and turns with it.
    const fn turns(self) -> bool {
        matches!(self, Self::ChevronEnd | Self::LogOut | Self::External | Self::Playlist)
    }
}

/// A picture beside a word, or alone in a button that has a name of its own: silent to screen readers, always.
#[component]
pub fn Icon(
    glyph: Glyph,
    /// Extra classes, such as `icon-large`.
    #[prop(into, optional)]
    class: String,
) -> impl IntoView {
    let turns = if glyph.turns() { "icon-turns" } else { "" };
    let (fill, stroke) = if glyph.is_filled() { ("currentColor", "none") } else { ("none", "currentColor") };
    view! {
        <svg class=format!("icon {turns} {class}") viewBox="0 0 24 24" fill=fill stroke=stroke stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
            <path d=glyph.path()></path>
        </svg>
    }
}

/// The sign of the house: an endless loop that is two records side by side.
#[component]
pub fn HouseSign() -> impl IntoView {
    view! {
        <svg class="wordmark-sign" viewBox="0 0 36 22" fill="none" stroke="currentColor" aria-hidden="true" focusable="false">
            <path stroke-width="2.4" d="M18 11c-3-5.2-5.6-7.6-9-7.6a7.6 7.6 0 1 0 0 15.2c3.4 0 6-2.4 9-7.6s5.6-7.6 9-7.6a7.6 7.6 0 1 1 0 15.2c-3.4 0-6-2.4-9-7.6Z"></path>
            <path stroke-width="0.9" opacity="0.7" d="M13.3 11a4.3 4.3 0 1 0-8.6 0 4.3 4.3 0 0 0 8.6 0ZM31.3 11a4.3 4.3 0 1 0-8.6 0 4.3 4.3 0 0 0 8.6 0Z"></path>
            <path fill="currentColor" stroke="none" d="M10.8 11a1.8 1.8 0 1 0-3.6 0 1.8 1.8 0 0 0 3.6 0ZM28.8 11a1.8 1.8 0 1 0-3.6 0 1.8 1.8 0 0 0 3.6 0Z"></path>
        </svg>
    }
}
