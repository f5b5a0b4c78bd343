//! Demo content, made by the project itself: music ([`music`]), pictures ([`art`]), and the facts of it ([`catalogue`]).
//!
//! [`fill`] puts it in through the same functions that pages use, with a clock that is turned back, so that everything
//! has happened over the last twelve months. What is there already is left alone, so it can be run again.

pub mod art;
pub mod catalogue;
mod listening;
mod money;
pub mod music;
mod payouts;
mod people;
mod posts;
mod records;
mod royalties;
mod subscriptions;
mod tracks;

use crate::server::{clock::Clock, state::App};
use anyhow::{Result, ensure};
use music::rng::Rng;
use time::{Duration, OffsetDateTime};

/// The accounts to log in with: what each is, and its e-mail. All have [`catalogue::PASSWORD`].
pub fn accounts() -> [(&'static str, &'static str); 4] {
    [("listener", catalogue::LISTENER), ("artist", catalogue::ARTIST), ("admin", catalogue::ADMINS[0].0), ("second admin", catalogue::ADMINS[1].0)]
}

/// Fills the site; `small` with two artists and four short tracks, for tests. `say` is told of each step.
///
/// # Errors
/// In production, and when the database, ffmpeg or the disk fails.
pub async fn fill(app: &App, small: bool, say: &(dyn Fn(&str) + Send + Sync)) -> Result<()> {
    ensure!(app.config.development(), "demo content is for development: this site runs in production mode (set ETERNITY_MODE=development)");
    let filling = Filling { app, small, now: app.clock.now(), say };
    // Whoever stopped following in the meantime shall not follow again.
    let done = sqlx::query_scalar!("SELECT value FROM siteSettings WHERE name = ?", MARK).fetch_optional(&app.db).await?;
    if done.is_some_and(|set| set == FULL || small) {
        filling.say("the demo content is there already");
        return Ok(());
    }
    let people = people::fill(&filling).await?;
    let tracks = tracks::fill(&filling, &people).await?;
    let records = records::fill(&filling, &people, &tracks).await?;
    listening::fill(&filling, &people, &tracks, &records).await?;
    money::fill(&filling, &people, &tracks).await?;
    subscriptions::fill(&filling, &people).await?;
    royalties::fill(&filling, &people).await?;
    posts::fill(&filling, &people).await?;
    let set = if small { SMALL } else { FULL };
    sqlx::query!("INSERT INTO siteSettings (name, value) VALUES (?, ?) ON DUPLICATE KEY UPDATE value = VALUES(value)", MARK, set)
        .execute(&app.db)
        .await?;
    filling.say("the demo content is complete");
    Ok(())
}

/// Where it stands in siteSettings which set is complete.
const MARK: &str = "demo";
const SMALL: &str = "small";
const FULL: &str = "full";

/// What all steps need.
struct Filling<'a> {
    app: &'a App,
    small: bool,
    now: OffsetDateTime,
    say: &'a (dyn Fn(&str) + Send + Sync),
}

impl Filling<'_> {
    fn say(&self, step: &str) {
        (self.say)(step);
    }

    /// The application as it was then.
    fn at(&self, time: OffsetDateTime) -> App {
        let clock = Clock::default();
        clock.advance(time - OffsetDateTime::now_utc());
        App { clock, ..self.app.clone() }
    }

    /// The application as it was some days ago.
    fn days_ago(&self, days: i64) -> App {
        self.at(self.now - Duration::days(days))
    }

    /// Chance for one thing: the same for the same thing, whatever else is there.
    fn chance(&self, of: u64) -> Rng {
        Rng::new(0x00E7_E271 ^ of)
    }
}
