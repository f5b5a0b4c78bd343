//! Pictures of records and people. None of them is ever a grey box: without an image there is generated art.

use crate::ui::{art, maybe::Maybe};
use leptos::prelude::*;

/// A record's or playlist's cover, square.
#[component]
pub fn Cover(
    /// Id and title, such as `"track-7 Night bus"`: what the generated picture is made from.
    #[prop(into)]
    seed: String,
    /// The image's address, if there is one.
    #[prop(into, optional)]
    src: Maybe,
    /// Larger and smaller versions, as in HTML's `srcset`.
    #[prop(into, optional)]
    srcset: Maybe,
    /// How wide it is shown, as in HTML's `sizes`.
    #[prop(into, optional)]
    sizes: Maybe,
    /// What is on it; empty beside a title that says the same.
    #[prop(into, optional)]
    alt: String,
    /// Width and height in pixels, so that nothing moves when it loads.
    #[prop(default = 320)]
    size: u32,
    /// The first picture of a page, to be loaded at once.
    #[prop(optional)]
    eager: bool,
) -> impl IntoView {
    picture(
        "cover",
        "0 0 100 100",
        move || art::cover(&seed),
        Image { src: src.0, srcset: srcset.0, sizes: sizes.0, alt, width: size, height: size, eager },
    )
}

/// A person's or artist's portrait, round.
#[component]
pub fn Avatar(
    /// What the generated picture is made from, such as `"artist-7"`.
    #[prop(into)]
    seed: String,
    /// Whose first letter the generated picture shows.
    #[prop(into)]
    name: String,
    #[prop(into, optional)] src: Maybe,
    #[prop(into, optional)] srcset: Maybe,
    #[prop(into, optional)] sizes: Maybe,
    /// Empty beside the name.
    #[prop(into, optional)]
    alt: String,
    #[prop(default = 96)] size: u32,
) -> impl IntoView {
    picture(
        "cover avatar",
        "0 0 100 100",
        move || art::portrait(&seed, &name),
        Image { src: src.0, srcset: srcset.0, sizes: sizes.0, alt, width: size, height: size, eager: false },
    )
}

/// The wide picture at the head of an artist's page.
#[component]
pub fn Banner(
    #[prop(into)] seed: String,
    #[prop(into, optional)] src: Maybe,
    #[prop(into, optional)] srcset: Maybe,
    #[prop(into, optional)] alt: String,
) -> impl IntoView {
    let sizes = Some("(min-width: 84rem) 76rem, 100vw".to_owned());
    picture(
        "banner",
        "0 0 400 100",
        move || art::banner(&seed),
        Image { src: src.0, srcset: srcset.0, sizes, alt, width: 1600, height: 400, eager: true },
    )
}

struct Image {
    src: Option<String>,
    srcset: Option<String>,
    sizes: Option<String>,
    alt: String,
    width: u32,
    height: u32,
    eager: bool,
}

fn picture(class: &'static str, view_box: &'static str, generated: impl Fn() -> String, image: Image) -> AnyView {
    let Image { src, srcset, sizes, alt, width, height, eager } = image;
    match src.filter(|src| !src.is_empty()) {
        Some(src) => view! {
            <img class=class src=src srcset=srcset sizes=sizes alt=alt width=width height=height
                loading=if eager { "eager" } else { "lazy" } decoding="async"/>
        }
        .into_any(),
        None => {
            let hidden = alt.is_empty();
            view! {
                <svg class=class viewBox=view_box width=width height=height preserveAspectRatio="xMidYMid slice" focusable="false"
                    role=(!hidden).then_some("img") aria-label=(!hidden).then_some(alt) aria-hidden=hidden.then_some("true")
                    inner_html=generated()></svg>
            }
            .into_any()
        }
    }
}
