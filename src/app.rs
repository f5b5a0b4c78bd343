//! The document's shell, what every page knows, and every page of the site.

use crate::{
    accounts::{self, Me},
    admin, ads, artists, catalogue, checkout, discovery, earnings,
    error::AppError,
    listening, notifications, payouts,
    player::{Player, PlayerBar, PlayerSound, embed},
    playlists, posts, purchases, refunds, royalties, subscriptions, tips,
    ui::{
        forms::{Flash, kept_message},
        gallery::Gallery,
        layout::{Nav, Shell},
        load::{NotFound, Problem},
        toast::{ToastRegion, Toasts},
    },
    uploads,
};
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos_meta::MetaTags;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    hooks::use_location,
    path,
};
use serde::{Deserialize, Serialize};

/// What the server knows when it renders a page and the browser must know too, so that both render the same.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Boot {
    pub me: Option<Me>,
    pub flash: Option<Flash>,
    /// `dark` or `light` when chosen; otherwise the system decides.
    pub theme: Option<String>,
    /// Why the page is not shown, when it is not.
    pub refused: Option<AppError>,
    /// How the site is reached, without a slash at the end.
    pub site_url: String,
    /// Whether the things for development are there.
    pub development: bool,
    /// Whether it is a small player within another site's page.
    pub embedded: bool,
    /// When the page was rendered, in seconds since 1970.
    pub now: i64,
}

impl Boot {
    /// Of the request being rendered.
    #[cfg(feature = "ssr")]
    fn of_request() -> Self {
        use crate::server::context;
        let visitor = context::visitor();
        let Ok(app) = context::app() else { return Self::default() };
        if let (Some(error), Some(response)) = (&visitor.refused, use_context::<leptos_axum::ResponseOptions>())
            && let Ok(status) = axum::http::StatusCode::from_u16(error.status())
        {
            response.set_status(status);
        }
        Self {
            me: visitor.me,
            flash: visitor.flash,
            theme: visitor.theme,
            refused: visitor.refused,
            site_url: app.config.site_url.clone(),
            development: app.config.development(),
            embedded: context::embedded(),
            now: app.clock.now().unix_timestamp(),
        }
    }

    #[cfg(not(feature = "ssr"))]
    fn of_request() -> Self {
        Self::default()
    }
}

/// What every page knows.
pub fn boot() -> Boot {
    use_context().unwrap_or_default()
}

/// The HTML around the application.
#[cfg(feature = "ssr")]
pub fn shell(config: &crate::server::config::Config) -> impl IntoView + use<> {
    use crate::server::{context, security};
    let options = config.leptos_options();
    let embedded = context::embedded();
    let theme = if embedded { context::query("theme").filter(|theme| matches!(theme.as_str(), "dark" | "light")) } else { context::visitor().theme };
    let nonce = leptos::nonce::use_nonce();
    if let (Some(nonce), Some(response)) = (&nonce, use_context::<leptos_axum::ResponseOptions>())
        && let Ok(policy) = axum::http::HeaderValue::from_str(&security::page_policy(nonce, embedded))
    {
        response.insert_header(axum::http::header::CONTENT_SECURITY_POLICY, policy);
    }
    view! {
        <!DOCTYPE html>
        <html lang="en" dir="ltr" data-theme=theme>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="color-scheme" content="dark light"/>
                <link rel="icon" href="/favicon.ico" sizes="32x32"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                <link rel="preload" href="/fonts/hanken-grotesk-latin-wght-normal.woff2" r#as="font" type="font/woff2" crossorigin="anonymous"/>
                <link rel="preload" href="/fonts/fraunces-latin-opsz-normal.woff2" r#as="font" type="font/woff2" crossorigin="anonymous"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <leptos_meta::HashedStylesheet options=options.clone() id="leptos"/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The application: what is on every page, and the pages.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let boot = SharedValue::new(Boot::of_request).into_inner();
    let toasts = Toasts::new(boot.flash.as_ref().and_then(|flash| flash.message.clone()));
    provide_context(toasts);
    provide_context(boot.clone());
    provide_context(Player::default());
    Effect::new(move || {
        if let Some(message) = kept_message() {
            toasts.say(message);
        }
    });

    let nav = Nav {
        signed_in: boot.me.as_ref().map(|me| me.name.clone()),
        is_artist: boot.me.as_ref().is_some_and(|me| me.artist.is_some()),
        is_admin: boot.me.as_ref().is_some_and(|me| me.admin),
        theme: boot.theme,
    };
    if boot.embedded {
        return view! {
            <Router>
                <main class="embed-page" id="main"><Content refused=boot.refused/></main>
                <PlayerSound embedded=true/>
            </Router>
        }
        .into_any();
    }
    view! {
        <Router>
            <Shell nav player=view! { <PlayerBar/> }.into_any()>
                <Content refused=boot.refused/>
            </Shell>
            <PlayerSound/>
            <ToastRegion/>
        </Router>
    }
    .into_any()
}

/// The page; or why it is not shown, until the visitor goes elsewhere.
#[component]
fn Content(refused: Option<AppError>) -> impl IntoView {
    let Some(error) = refused else { return view! { <Pages/> }.into_any() };
    let path = use_location().pathname;
    let here = path.get_untracked();
    view! {
        <Show
            when=move || path.get() != here
            fallback=move || view! { <Problem error=error.clone()/> }
        >
            <Pages/>
        </Show>
    }
    .into_any()
}

/// Every page of the site.
#[component]
fn Pages() -> impl IntoView {
    view! {
        <Routes fallback=NotFound>
            <Route path=path!("/") view=discovery::pages::HomePage ssr=SsrMode::Async/>
            <Route path=path!("/search") view=discovery::pages::SearchPage ssr=SsrMode::Async/>
            <Route path=path!("/charts") view=discovery::pages::ChartsPage ssr=SsrMode::Async/>
            <Route path=path!("/genres") view=discovery::pages::GenresPage ssr=SsrMode::Async/>
            <Route path=path!("/genres/:genre") view=discovery::pages::GenreView ssr=SsrMode::Async/>
            <Route path=path!("/library") view=discovery::library::LibraryPage ssr=SsrMode::Async/>
            <Route path=path!("/notifications") view=notifications::pages::NotificationsPage ssr=SsrMode::Async/>
            <Route path=path!("/playlists/new") view=playlists::editor::NewPlaylist ssr=SsrMode::Async/>
            <Route path=path!("/playlists/add") view=playlists::editor::AddToPlaylistPage ssr=SsrMode::Async/>
            <Route path=path!("/playlists/:id") view=playlists::pages::PlaylistView ssr=SsrMode::Async/>
            <Route path=path!("/playlists/:id/edit") view=playlists::editor::EditPlaylist ssr=SsrMode::Async/>
            <Route path=path!("/playlists/:id/share") view=playlists::share::ShareView ssr=SsrMode::Async/>
            <Route path=path!("/albums") view=catalogue::pages::AlbumsPage ssr=SsrMode::Async/>
            <Route path=path!("/albums/:id") view=catalogue::pages::AlbumView ssr=SsrMode::Async/>
            <Route path=path!("/songs/:id") view=catalogue::pages::SongView ssr=SsrMode::Async/>
            <Route path=path!("/mixes") view=catalogue::pages::MixesPage ssr=SsrMode::Async/>
            <Route path=path!("/mixes/:id") view=catalogue::pages::MixView ssr=SsrMode::Async/>
            <Route path=path!("/posts") view=posts::pages::PostsPage ssr=SsrMode::Async/>
            <Route path=path!("/posts/:id") view=posts::pages::PostView ssr=SsrMode::Async/>
            <Route path=path!("/admin/posts") view=posts::admin::AdminPosts ssr=SsrMode::Async/>
            <Route path=path!("/admin/posts/new") view=posts::admin::NewPost ssr=SsrMode::Async/>
            <Route path=path!("/admin/posts/:id") view=posts::admin::EditPost ssr=SsrMode::Async/>
            <Route path=path!("/admin/albums") view=catalogue::admin::AdminAlbums ssr=SsrMode::Async/>
            <Route path=path!("/admin/albums/new") view=catalogue::admin::NewAlbum ssr=SsrMode::Async/>
            <Route path=path!("/admin/albums/:id") view=catalogue::admin::EditAlbum ssr=SsrMode::Async/>
            <Route path=path!("/admin/songs/new") view=catalogue::admin::NewSong ssr=SsrMode::Async/>
            <Route path=path!("/admin/songs/:id") view=catalogue::admin::EditSong ssr=SsrMode::Async/>
            <Route path=path!("/admin/royalties") view=royalties::pages::AdminRoyaltiesPage ssr=SsrMode::Async/>
            <Route path=path!("/admin/ads") view=ads::admin::AdsPage ssr=SsrMode::Async/>
            <Route path=path!("/admin/ads/new") view=ads::admin::NewAd ssr=SsrMode::Async/>
            <Route path=path!("/admin/ads/:id") view=ads::admin::EditAd ssr=SsrMode::Async/>
            <Route path=path!("/sign-up") view=accounts::pages::SignUpPage ssr=SsrMode::Async/>
            <Route path=path!("/sign-up/sent") view=accounts::pages::SignUpSentPage ssr=SsrMode::Async/>
            <Route path=path!("/log-in") view=accounts::pages::LogInPage ssr=SsrMode::Async/>
            <Route path=path!("/log-out") view=accounts::pages::LogOutPage ssr=SsrMode::Async/>
            <Route path=path!("/forgotten-password") view=accounts::pages::ForgottenPasswordPage ssr=SsrMode::Async/>
            <Route path=path!("/forgotten-password/sent") view=accounts::pages::ResetSentPage ssr=SsrMode::Async/>
            <Route path=path!("/reset-password/:token") view=accounts::pages::ResetPasswordPage ssr=SsrMode::Async/>
            <Route path=path!("/verify-email/:token") view=accounts::pages::VerifyEmailPage ssr=SsrMode::Async/>
            <Route path=path!("/settings") view=accounts::pages::SettingsPage ssr=SsrMode::Async/>
            <Route path=path!("/settings/close") view=accounts::pages::CloseAccountPage ssr=SsrMode::Async/>
            <Route path=path!("/dev/mailbox") view=accounts::mailbox::MailboxPage ssr=SsrMode::Async/>
            <Route path=path!("/dev/mailbox/:id") view=accounts::mailbox::MailPage ssr=SsrMode::Async/>
            <Route path=path!("/dev/ui") view=Gallery/>

            <Route path=path!("/artists/:id") view=artists::pages::ArtistView ssr=SsrMode::Async/>
            <Route path=path!("/tracks/:id") view=uploads::pages::TrackView ssr=SsrMode::Async/>
            <Route path=path!("/library/history") view=listening::pages::HistoryPage ssr=SsrMode::Async/>
            <Route path=path!("/library/purchases") view=purchases::pages::PurchasesPage ssr=SsrMode::Async/>
            <Route path=path!("/library/spent") view=royalties::pages::SpentPage ssr=SsrMode::Async/>
            <Route path=path!("/library/:shelf") view=discovery::library::ShelfPage ssr=SsrMode::Async/>
            <Route path=path!("/studio") view=artists::studio::StudioPage ssr=SsrMode::Async/>
            <Route path=path!("/studio/plays") view=listening::studio::StudioPlaysPage ssr=SsrMode::Async/>
            <Route path=path!("/studio/new") view=artists::studio::NewArtist ssr=SsrMode::Async/>
            <Route path=path!("/studio/profile") view=artists::studio::EditProfile ssr=SsrMode::Async/>
            <Route path=path!("/studio/uploads") view=uploads::studio::UploadsPage ssr=SsrMode::Async/>
            <Route path=path!("/studio/uploads/new") view=uploads::studio::NewUpload ssr=SsrMode::Async/>
            <Route path=path!("/studio/uploads/:id") view=uploads::studio::UploadPage ssr=SsrMode::Async/>
            <Route path=path!("/embed/tracks/:id") view=embed::EmbedTrack ssr=SsrMode::Async/>
            <Route path=path!("/embed/playlists/:id") view=embed::EmbedPlaylist ssr=SsrMode::Async/>
            // money
            <Route path=path!("/tip/artists/:id") view=tips::pages::TipArtistPage ssr=SsrMode::Async/>
            <Route path=path!("/tip/tracks/:id") view=tips::pages::TipTrackPage ssr=SsrMode::Async/>
            <Route path=path!("/gift") view=purchases::gift_pages::GiftPage ssr=SsrMode::Async/>
            <Route path=path!("/plans") view=subscriptions::pages::PlansPage ssr=SsrMode::Async/>
            <Route path=path!("/plans/:id") view=subscriptions::pages::PlanPage ssr=SsrMode::Async/>
            <Route path=path!("/settings/subscription") view=subscriptions::pages::SubscriptionPage ssr=SsrMode::Async/>
            <Route path=path!("/settings/subscription/cancel") view=subscriptions::pages::CancelPage ssr=SsrMode::Async/>
            <Route path=path!("/buy/:kind/:id") view=purchases::pages::BuyPage ssr=SsrMode::Async/>
            <Route path=path!("/checkout/:id") view=checkout::pages::CheckoutPage ssr=SsrMode::Async/>
            <Route path=path!("/receipts") view=checkout::pages::ReceiptsPage ssr=SsrMode::Async/>
            <Route path=path!("/receipts/:payment") view=checkout::pages::ReceiptPage ssr=SsrMode::Async/>
            <Route path=path!("/studio/tips") view=tips::pages::StudioTipsPage ssr=SsrMode::Async/>
            <Route path=path!("/studio/tips/:id") view=tips::pages::StudioTipPage ssr=SsrMode::Async/>
            <Route path=path!("/studio/earnings") view=earnings::pages::EarningsPage ssr=SsrMode::Async/>
            <Route path=path!("/studio/earnings/:month") view=earnings::statement_page::StatementPage ssr=SsrMode::Async/>
            <Route path=path!("/studio/royalties") view=royalties::pages::StudioRoyaltiesPage ssr=SsrMode::Async/>
            <Route path=path!("/studio/royalties/:id") view=royalties::pages::StudioRoyaltyPage ssr=SsrMode::Async/>
            <Route path=path!("/studio/payouts") view=payouts::pages::StudioPayoutsPage ssr=SsrMode::Async/>
            <Route path=path!("/studio/payouts/:id") view=payouts::pages::StudioPayoutPage ssr=SsrMode::Async/>
            <Route path=path!("/admin") view=admin::pages::AdminPage ssr=SsrMode::Async/>
            <Route path=path!("/admin/jobs") view=admin::jobs::JobsPage ssr=SsrMode::Async/>
            <Route path=path!("/admin/payments") view=refunds::pages::AdminPaymentsPage ssr=SsrMode::Async/>
            <Route path=path!("/admin/disputes") view=refunds::dispute_pages::AdminDisputesPage ssr=SsrMode::Async/>
            <Route path=path!("/admin/payments/:id") view=refunds::pages::AdminPaymentPage ssr=SsrMode::Async/>
            <Route path=path!("/admin/payouts") view=payouts::admin::AdminPayoutsPage ssr=SsrMode::Async/>
            <Route path=path!("/admin/payouts/:id") view=payouts::admin::AdminPayoutPage ssr=SsrMode::Async/>
        </Routes>
    }
}
