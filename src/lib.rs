//! Gifted Eternity: a music site where artists publish and get paid, and listeners listen, collect and support.
//!
//! A feature is a folder: types and validation in `mod.rs`, pages in `pages.rs`, server functions in `api.rs`, SQL in
//! `store.rs`, words in `words.en.yml`. Arrows point one way: the application, features, ledger and media, server, values.

// Column names are the schema's.
#![cfg_attr(feature = "ssr", allow(non_snake_case))]
#![recursion_limit = "512"]

rust_i18n::i18n!("src", fallback = "en");

// --- values used everywhere ---
pub mod error;
pub mod ids;
pub mod money;
pub mod page;

// --- the design system, and the application over all ---
pub mod app;
pub mod ui;

// --- features ---
pub mod accounts;
pub mod admin;
pub mod ads;
pub mod artists;
pub mod catalogue;
pub mod checkout;
pub mod discovery;
pub mod earnings;
#[cfg(feature = "ssr")]
pub mod ledger;
pub mod listening;
pub mod notifications;
pub mod payments;
pub mod payouts;
pub mod player;
pub mod playlists;
pub mod posts;
pub mod purchases;
pub mod refunds;
pub mod royalties;
pub mod subscriptions;
pub mod tips;
pub mod uploads;

// --- the server's half ---
#[cfg(feature = "ssr")]
pub mod cli;
#[cfg(feature = "ssr")]
pub mod demo;
#[cfg(feature = "ssr")]
pub mod dev;
#[cfg(feature = "ssr")]
pub mod media;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
pub mod worker;

/// Takes over the page that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
