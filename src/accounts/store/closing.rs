//! Closing an account. Nothing with money behind it is deleted: the person's data is, rows that others' money or
//! purchases stand on stay without a name.

use super::{settings::end_sessions, tokens};
use crate::{
    accounts::{ClosingView, Me},
    error::{AppError, AppResult},
    ids::ArtistId,
    money::Cents,
    server::{mail, state::App},
    t,
};
use sqlx::{MySqlConnection, MySqlExecutor};
use time::OffsetDateTime;

/// What the page about closing says.
///
/// # Errors
/// When the database does not answer.
pub async fn view(app: &App, me: &Me) -> AppResult<ClosingView> {
    let obstacles = match &me.artist {
        Some(artist) => obstacles(&mut *app.db.acquire().await?, artist.id).await?,
        None => Vec::new(),
    };
    Ok(ClosingView { artist: me.artist.as_ref().map(|artist| artist.name.clone()), obstacles })
}

/// Money on its way to the artist, in sentences.
async fn obstacles(connection: &mut MySqlConnection, artist: ArtistId) -> sqlx::Result<Vec<String>> {
    let mut found = Vec::new();
    let payouts = sqlx::query!("SELECT amount FROM creatorPayouts WHERE artistId = ? AND status IN ('pending', 'processing')", artist)
        .fetch_all(&mut *connection)
        .await?;
    found.extend(payouts.iter().map(|payout| t!("accounts.close.payout", amount = Cents::from(payout.amount).to_decimal()).into_owned()));
    // Locked when a transaction asks: no money comes in between the look and the closing.
    for (state, key) in [("available", "accounts.close.available"), ("on_hold", "accounts.close.on_hold")] {
        let rows = sqlx::query!(
            "SELECT ledgerBalances.balance, ledgerAccounts.currency FROM ledgerAccounts
             JOIN ledgerBalances ON ledgerBalances.accountId = ledgerAccounts.id
             WHERE ledgerAccounts.code = ? AND ledgerBalances.balance > 0 FOR UPDATE",
            format!("artist:{artist}:{state}")
        )
        .fetch_all(&mut *connection)
        .await?;
        found.extend(rows.iter().map(|row| t!(key, amount = Cents(row.balance).to_decimal(), currency = row.currency).into_owned()));
    }
    Ok(found)
}

/// Closes the account; its sessions end.
///
/// # Errors
/// Refused while a payout is under way or a balance is left, with the amounts.
pub async fn close(app: &App, me: &Me) -> AppResult<()> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    sqlx::query!("SELECT userId FROM accountCredentials WHERE userId = ? AND closedAt IS NULL FOR UPDATE", me.id)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(AppError::NotFound)?;
    if let Some(artist) = &me.artist {
        sqlx::query!("SELECT id FROM artistProfiles WHERE id = ? FOR UPDATE", artist.id).fetch_one(&mut *tx).await?;
        let obstacles = obstacles(&mut tx, artist.id).await?;
        if !obstacles.is_empty() {
            return Err(AppError::Refused(obstacles.join(" ")));
        }
        withdraw_artist(&mut tx, now, artist.id).await?;
    }
    leave_others(&mut tx, now, me).await?;
    anonymise(&mut tx, now, me).await?;
    mail::queue(&mut tx, now, &me.email, &t!("accounts.mail.closed.subject"), &t!("accounts.mail.closed.body")).await?;
    tx.commit().await?;
    app.work.notify_one();
    Ok(())
}

/// Takes down what the artist published. Buyers keep theirs, under the artist's name.
async fn withdraw_artist(tx: &mut MySqlConnection, now: OffsetDateTime, artist: ArtistId) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE trackMedia JOIN artistUploads ON artistUploads.id = trackMedia.trackId
         SET trackMedia.withdrawnAt = COALESCE(trackMedia.withdrawnAt, ?), trackMedia.updatedAt = ? WHERE artistUploads.artistId = ?",
        now,
        now,
        artist
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("UPDATE artistUploads SET isPublished = 0, updatedAt = ? WHERE artistId = ?", now, artist).execute(&mut *tx).await?;
    sqlx::query!("DELETE FROM artistFollowers WHERE artistId = ?", artist).execute(&mut *tx).await?;
    sqlx::query!("DELETE FROM payoutDestinations WHERE artistId = ?", artist).execute(&mut *tx).await?;
    sqlx::query!(
        "UPDATE artistProfiles SET bio = NULL, profileImage = NULL, bannerImage = NULL, location = NULL, website = NULL, socialLinks = NULL,
         followers = 0, updatedAt = ? WHERE id = ?",
        now,
        artist
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes back likes, follows and comments, with the counters that they stand in, and hides the playlists.
async fn leave_others(tx: &mut MySqlConnection, now: OffsetDateTime, me: &Me) -> sqlx::Result<()> {
    let user = me.id;
    sqlx::query!(
        "UPDATE artistProfiles JOIN artistFollowers ON artistFollowers.artistId = artistProfiles.id
         SET artistProfiles.followers = GREATEST(artistProfiles.followers - 1, 0) WHERE artistFollowers.userId = ?",
        user
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("DELETE FROM artistFollowers WHERE userId = ?", user).execute(&mut *tx).await?;
    sqlx::query!(
        "UPDATE artistUploads JOIN trackLikes ON trackLikes.trackId = artistUploads.id
         SET artistUploads.likes = GREATEST(artistUploads.likes - 1, 0) WHERE trackLikes.userId = ?",
        user
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("DELETE FROM trackLikes WHERE userId = ?", user).execute(&mut *tx).await?;
    sqlx::query!(
        "UPDATE userPlaylists JOIN playlistFollowers ON playlistFollowers.playlistId = userPlaylists.id
         SET userPlaylists.followers = GREATEST(userPlaylists.followers - 1, 0) WHERE playlistFollowers.userId = ?",
        user
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("DELETE FROM playlistFollowers WHERE userId = ?", user).execute(&mut *tx).await?;
    sqlx::query!(
        "UPDATE artistUploads
         JOIN (SELECT trackId, COUNT(*) AS said FROM trackComments WHERE userId = ? AND removedAt IS NULL GROUP BY trackId) AS mine
           ON mine.trackId = artistUploads.id
         SET artistUploads.comments = GREATEST(artistUploads.comments - mine.said, 0)",
        user
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("UPDATE trackComments SET body = '', removedAt = COALESCE(removedAt, ?) WHERE userId = ?", now, user).execute(&mut *tx).await?;
    sqlx::query!("DELETE FROM favorites WHERE userId = ?", user).execute(&mut *tx).await?;
    sqlx::query!("UPDATE userPlaylists SET isPublic = 0, updatedAt = ? WHERE userId = ?", now, user).execute(&mut *tx).await?;
    sqlx::query!(
        "UPDATE userSubscriptions SET cancelAtPeriodEnd = 1, updatedAt = ? WHERE userId = ? AND status IN ('active', 'past_due')",
        now,
        user
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes the name, the e-mail, the password and every way in from the account.
async fn anonymise(tx: &mut MySqlConnection, now: OffsetDateTime, me: &Me) -> sqlx::Result<()> {
    let tombstone = format!("closed-{}@closed.invalid", me.id);
    sqlx::query!("UPDATE users SET name = NULL, role = 'user', updatedAt = ? WHERE id = ?", now, me.id).execute(&mut *tx).await?;
    sqlx::query!(
        "UPDATE accountCredentials SET email = ?, emailKey = ?, emailVerifiedAt = NULL, passwordHash = NULL, closedAt = ?, updatedAt = ? WHERE userId = ?",
        tombstone,
        tombstone,
        now,
        now,
        me.id
    )
    .execute(&mut *tx)
    .await?;
    tokens::void(&mut *tx, me.id, None).await?;
    end_sessions(&mut *tx, me.id, None).await?;
    forget_mails(&mut *tx, &me.email).await?;
    sqlx::query!(
        "INSERT INTO auditLog (id, actorId, action, subject, subjectId, createdAt) VALUES (?, ?, 'account.closed', 'users', ?, ?)",
        crate::server::tokens::ulid(),
        me.id,
        me.id,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Mails that were sent hold the address and links.
async fn forget_mails(connection: impl MySqlExecutor<'_>, email: &str) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM outgoingMails WHERE recipient = ? AND sentAt IS NOT NULL", email).execute(connection).await?;
    Ok(())
}
