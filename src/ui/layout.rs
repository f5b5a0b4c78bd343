//! The frame of the site: what surrounds every page.

use crate::{
    t,
    ui::icons::{Glyph, HouseSign, Icon},
};
use leptos::{html, prelude::*};
use leptos_router::components::{A, Form};

/// Who the frame is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nav {
    /// The name of who is signed in.
    pub signed_in: Option<String>,
    pub is_artist: bool,
    pub is_admin: bool,
    /// `dark` or `light` when chosen; otherwise the system decides.
    pub theme: Option<String>,
}

/// Top bar, side bar or bottom bar, the player's place, and the page between them.
#[component]
pub fn Shell(
    nav: Nav,
    /// What stands at the player's place, at the foot of every page.
    #[prop(optional)]
    player: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="shell">
            <a class="skip-link" href="#main" rel="external">{t!("ui.skip")}</a>
            <Sidebar nav=nav.clone()/>
            <TopBar nav=nav.clone()/>
            <div class="content">
                <main class="page" id="main" tabindex="-1">{children()}</main>
                <SiteFooter/>
            </div>
            <div class="dock">
                {player.map(|player| view! { <section class="player-slot" aria-label=t!("ui.player")>{player}</section> })}
                <BottomBar nav/>
            </div>
        </div>
    }
}

#[component]
fn Wordmark() -> impl IntoView {
    view! {
        <a class="wordmark" href="/"><HouseSign/><span class="wordmark-name">{t!("site.name")}</span></a>
    }
}

#[component]
fn NavLink(href: &'static str, glyph: Glyph, #[prop(into)] text: String, #[prop(optional)] exact: bool) -> impl IntoView {
    view! { <A href exact attr:class="nav-link"><Icon glyph/><span>{text}</span></A> }
}

/// Everything, for wide screens.
#[component]
fn Sidebar(nav: Nav) -> impl IntoView {
    let signed_in = nav.signed_in.is_some();
    view! {
        <nav class="sidebar" aria-label=t!("ui.primary")>
            <Wordmark/>
            <ul class="nav-list" role="list">
                <li><NavLink href="/" glyph=Glyph::Home text=t!("ui.nav.home") exact=true/></li>
                <li><NavLink href="/genres" glyph=Glyph::Genres text=t!("ui.nav.genres")/></li>
                <li><NavLink href="/charts" glyph=Glyph::Charts text=t!("ui.nav.charts")/></li>
                {signed_in.then(|| view! { <li><NavLink href="/library" glyph=Glyph::Library text=t!("ui.nav.library")/></li> })}
            </ul>
            {(nav.is_artist || nav.is_admin).then(|| view! {
                <p class="nav-heading">{t!("ui.nav.work")}</p>
                <ul class="nav-list" role="list">
                    {nav.is_artist.then(|| view! { <li><NavLink href="/studio" glyph=Glyph::Studio text=t!("ui.nav.studio")/></li> })}
                    {nav.is_admin.then(|| view! { <li><NavLink href="/admin" glyph=Glyph::Admin text=t!("ui.nav.admin")/></li> })}
                </ul>
            })}
        </nav>
    }
}

#[component]
fn TopBar(nav: Nav) -> impl IntoView {
    let visitor = nav.signed_in.is_none();
    view! {
        <header class="topbar">
            <Wordmark/>
            <SearchForm/>
            <div class="topbar-end">
                {visitor.then(|| view! {
                    <a class="btn btn-quiet btn-small only-wide" href="/log-in">{t!("ui.nav.log_in")}</a>
                    <a class="btn btn-primary btn-small only-wide" href="/sign-up">{t!("ui.nav.sign_up")}</a>
                })}
                <AccountMenu nav/>
            </div>
        </header>
    }
}

/// The search of the whole site. With JavaScript the page is not loaded anew, so the music goes on.
#[component]
fn SearchForm() -> impl IntoView {
    view! {
        <search class="search">
            <Form method="get" action="/search">
                <label class="visually-hidden" for="site-search">{t!("ui.search.label")}</label>
                <Icon glyph=Glyph::Search/>
                <input class="input" id="site-search" type="search" name="q" placeholder=t!("ui.search.placeholder") maxlength="100" autocomplete="off"/>
            </Form>
        </search>
    }
}

#[component]
fn AccountMenu(nav: Nav) -> impl IntoView {
    let menu = NodeRef::<html::Details>::new();
    // Following a link does not load a new page, so the menu must close by itself.
    let close = move |_| {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    let item = |href: &'static str, glyph: Glyph, text: std::borrow::Cow<'static, str>| {
        view! { <a class="menu-item" href=href><Icon glyph/>{text}</a> }
    };
    let links = match &nav.signed_in {
        Some(name) => view! {
            <p class="menu-name">{name.clone()}</p>
            {item("/notifications", Glyph::Bell, t!("ui.nav.notifications"))}
            {item("/settings", Glyph::Settings, t!("ui.nav.settings"))}
            {if nav.is_artist { item("/studio", Glyph::Studio, t!("ui.nav.studio")) } else { item("/studio/new", Glyph::Upload, t!("ui.nav.become_artist")) }}
            {nav.is_admin.then(|| item("/admin", Glyph::Admin, t!("ui.nav.admin")))}
        }
        .into_any(),
        None => view! {
            {item("/log-in", Glyph::User, t!("ui.nav.log_in"))}
            {item("/sign-up", Glyph::Plus, t!("ui.nav.sign_up"))}
        }
        .into_any(),
    };
    let log_out = nav.signed_in.is_some().then(|| {
        view! {
            <hr/>
            <form method="post" action="/log-out">
                <button class="menu-item" type="submit"><Icon glyph=Glyph::LogOut/>{t!("ui.nav.log_out")}</button>
            </form>
        }
    });
    view! {
        <details class="menu" node_ref=menu>
            <summary class="icon-btn" aria-label=t!("ui.account")><Icon glyph=Glyph::User/></summary>
            <div class="menu-panel">
                <div on:click=close>{links}</div>
                <hr/>
                <ThemeSwitch chosen=nav.theme/>
                {log_out}
            </div>
        </details>
    }
}

/// Dark, light, or as the system has it: remembered by cookie. Without JavaScript the form posts and the page comes
/// back; with it nothing is loaded, so the music goes on.
#[component]
fn ThemeSwitch(chosen: Option<String>) -> impl IntoView {
    let chosen = RwSignal::new(chosen.unwrap_or_else(|| "system".to_owned()));
    let button = move |value: &'static str, glyph: Glyph, text: std::borrow::Cow<'static, str>| {
        view! {
            <button type="submit" name="theme" value=value aria-pressed=move || if chosen.get() == value { "true" } else { "false" }
                on:click=move |event| {
                    if remember_theme(value).is_some() {
                        event.prevent_default();
                        chosen.set(value.to_owned());
                    }
                }>
                <Icon glyph/>{text}
            </button>
        }
    };
    view! {
        <form class="theme-switch" method="post" action="/theme" aria-label=t!("ui.theme.label")>
            {button("light", Glyph::Sun, t!("ui.theme.light"))}
            {button("dark", Glyph::Moon, t!("ui.theme.dark"))}
            {button("system", Glyph::System, t!("ui.theme.system"))}
        </form>
    }
}

/// Sets the theme of the page at hand and the cookie that the server reads for the next one. `None` where the browser
/// does not let us; then the form posts.
fn remember_theme(value: &'static str) -> Option<()> {
    let document = document();
    let page = document.document_element()?;
    let secure = if window().location().protocol().ok()? == "https:" { "; Secure" } else { "" };
    let cookie = match value {
        "system" => {
            page.remove_attribute("data-theme").ok()?;
            format!("theme=; Path=/; Max-Age=0; SameSite=Lax{secure}")
        }
        value => {
            page.set_attribute("data-theme", value).ok()?;
            format!("theme={value}; Path=/; Max-Age=31536000; SameSite=Lax{secure}")
        }
    };
    js_sys::Reflect::set(&document, &"cookie".into(), &cookie.into()).ok().filter(|done| *done).map(|_| ())
}

/// The five places a thumb reaches, for narrow screens.
#[component]
fn BottomBar(nav: Nav) -> impl IntoView {
    let link = |href: &'static str, exact: bool, glyph: Glyph, text: std::borrow::Cow<'static, str>| {
        view! { <A href exact><Icon glyph/><span>{text}</span></A> }
    };
    view! {
        <nav class="bottombar" aria-label=t!("ui.nav.menu")>
            {link("/", true, Glyph::Home, t!("ui.nav.home"))}
            {link("/genres", false, Glyph::Genres, t!("ui.nav.genres"))}
            {link("/charts", false, Glyph::Charts, t!("ui.nav.charts"))}
            {if nav.signed_in.is_some() {
                link("/library", false, Glyph::Library, t!("ui.nav.library"))
            } else {
                link("/log-in", false, Glyph::User, t!("ui.nav.log_in"))
            }}
            {if nav.is_artist {
                Some(link("/studio", false, Glyph::Studio, t!("ui.nav.studio")))
            } else if nav.is_admin {
                Some(link("/admin", false, Glyph::Admin, t!("ui.nav.admin")))
            } else {
                None
            }}
        </nav>
    }
}

#[component]
fn SiteFooter() -> impl IntoView {
    view! {
        <footer class="site-footer">
            <p>{t!("site.name")}" · "{t!("ui.nav.credit")}</p>
            <ul role="list" aria-label=t!("ui.footer")>
                <li><a href="/plans">{t!("subscriptions.plans.title")}</a></li>
                <li><a href="/gift">{t!("purchases.gift.title")}</a></li>
                <li><a href="/posts">{t!("ui.nav.posts")}</a></li>
                <li><a href="/genres">{t!("ui.nav.genres")}</a></li>
                <li><a href="/charts">{t!("ui.nav.charts")}</a></li>
            </ul>
        </footer>
    }
}
