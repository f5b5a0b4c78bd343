//! Accounts: listeners, artists with their pictures, two admins.

use super::{
    Filling, art,
    catalogue::{ADMINS, ARTISTS, LISTENERS, PASSWORD},
};
use crate::{
    accounts::{self, Me, values::Email},
    artists::{self, ProfileText},
    ids::{ArtistId, UserId},
    media::images::{self, Purpose},
};
use anyhow::{Context, Result, anyhow};

/// Everybody there is.
pub struct People {
    pub listeners: Vec<Me>,
    pub artists: Vec<DemoArtist>,
    pub admins: Vec<Me>,
}

/// An artist of the catalogue.
pub struct DemoArtist {
    /// In [`ARTISTS`].
    pub index: usize,
    pub id: ArtistId,
    pub me: Me,
}

pub async fn fill(filling: &Filling<'_>) -> Result<People> {
    filling.say("accounts");
    let hash = accounts::password::hash(PASSWORD.to_owned()).await?;
    let mut people = People { listeners: Vec::new(), artists: Vec::new(), admins: Vec::new() };
    let listeners = if filling.small { 5 } else { LISTENERS.len() };
    for (n, (local, name)) in LISTENERS.iter().take(listeners).enumerate() {
        let days = 380 - i64::try_from(n)? * 11;
        people.listeners.push(account(filling, days, &format!("{local}@demo.eternity.test"), name, &hash).await?);
    }
    for (email, name) in ADMINS {
        let mut admin = account(filling, 390, email, name, &hash).await?;
        sqlx::query!("UPDATE users SET role = 'admin' WHERE id = ?", admin.id).execute(&filling.app.db).await?;
        admin.admin = true;
        people.admins.push(admin);
    }
    for (index, artist) in ARTISTS.iter().enumerate().filter(|(_, artist)| artist.small || !filling.small) {
        let mut me = account(filling, 372, artist.email, artist.name, &hash).await?;
        let id = profile(filling, index, me.id).await.with_context(|| format!("the artist {}", artist.name))?;
        me.artist = Some(accounts::Artist { id, name: artist.name.to_owned() });
        people.artists.push(DemoArtist { index, id, me });
    }
    Ok(people)
}

/// The account with this e-mail, made when it is not there.
async fn account(filling: &Filling<'_>, days_ago: i64, email: &str, name: &str, hash: &str) -> Result<Me> {
    let address = Email::parse(email).map_err(|error| anyhow!(error))?;
    let id = match accounts::store::by_email(&filling.app.db, &address).await? {
        Some(account) => account.user,
        None => {
            let new = accounts::store::NewAccount { name, email: &address, password_hash: Some(hash), verified: true };
            let mut tx = filling.app.db.begin().await?;
            let id = accounts::store::create(&mut tx, filling.days_ago(days_ago).clock.now(), new).await?;
            tx.commit().await?;
            id
        }
    };
    Ok(Me { id, name: name.to_owned(), email: email.to_owned(), verified: true, admin: false, artist: None })
}

/// An artist's profile with its pictures, made when it is not there.
async fn profile(filling: &Filling<'_>, index: usize, user: UserId) -> Result<ArtistId> {
    let there = sqlx::query_scalar!("SELECT id FROM artistProfiles WHERE userId = ?", user).fetch_optional(&filling.app.db).await?;
    if let Some(id) = there {
        return Ok(id.into());
    }
    let artist = &ARTISTS[index];
    filling.say(&format!("the artist {}", artist.name));
    let text = ProfileText::parse(|field| match field {
        "name" => artist.name.to_owned(),
        "bio" => artist.bio.to_owned(),
        "genre" => artist.genre.to_owned(),
        "location" => artist.location.to_owned(),
        "website" => artist.website.to_owned(),
        key => artist.links.iter().find(|(name, _)| *name == key).map(|(_, address)| (*address).to_owned()).unwrap_or_default(),
    })?;
    let seed = 500 + u64::try_from(index)?;
    let (portrait, banner) = if filling.small { ((320, 320), (800, 200)) } else { ((800, 800), (2000, 600)) };
    let image = picture(filling, user, artist.family, seed, portrait, Purpose::Profile).await?;
    let banner = picture(filling, user, artist.family, seed + 50, banner, Purpose::Banner).await?;
    let id = artists::store::create(&filling.days_ago(370), user, &text, Some(&image), Some(&banner)).await?;
    if artist.verified {
        sqlx::query!("UPDATE artistProfiles SET verifiedBadge = 1 WHERE id = ?", id).execute(&filling.app.db).await?;
    }
    Ok(id)
}

/// Composes a picture and keeps it as an upload would be kept; returns its address.
pub async fn picture(
    filling: &Filling<'_>,
    user: UserId,
    family: art::Family,
    seed: u64,
    (width, height): (u32, u32),
    purpose: Purpose,
) -> Result<String> {
    let jpeg = tokio::task::spawn_blocking(move || art::jpeg(family, seed, width, height)).await??;
    images::keep(filling.app, user, jpeg, purpose).await.map_err(|problem| anyhow!(problem.text()))
}
