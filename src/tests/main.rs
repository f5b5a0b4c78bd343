//! Integration tests: the real site over HTTP, a fresh database for each, on the engine that ETERNITY_TEST_ENGINE names.
#![allow(clippy::unwrap_used)]
// The harness is for every feature's tests; not each of them needs all of it.
#![allow(dead_code)]

mod access;
mod accounts;
mod adoption;
mod app;
mod books;
mod buckets;
mod catalogue;
mod cli;
mod connections;
mod database;
mod demo;
mod disputes;
mod downloads;
mod embedded;
mod escaping;
mod fakepay;
mod files;
mod lists;
mod mail;
mod migrations;
mod model;
mod money;
mod music;
mod notifications;
mod player;
mod process;
mod providers;
mod purchases;
mod royalties;
mod schema;
mod site;
mod social;
mod sound;
mod subscriptions;
mod survival;
mod uploads;
mod zips;
