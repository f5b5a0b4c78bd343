//! The accounts: who has a claim, or holds something for the site, and for what.

use super::Result;
use crate::{ids::ArtistId, money::CURRENCY};
use sqlx::MySqlConnection;

/// An account of the journal. Providers are named, so that balances of different ones, of the sandbox and of real
/// money never mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// Earned, not yet available for payout.
    OnHold(ArtistId),
    /// Available for payout.
    Available(ArtistId),
    /// Set aside for a payout under way.
    Reserved(ArtistId),
    /// What a payment provider holds for the site: negative.
    Provider(&'static str),
    /// What came to a provider for nothing, and goes back.
    Unclaimed(&'static str),
    /// What is on its way back to payers.
    Refunds(&'static str),
    /// What the site keeps.
    PlatformFees,
    /// What a payment provider kept.
    ProviderFees(&'static str),
    /// Money to be shared over counted plays.
    StreamPool,
    /// Money of subscriptions, to go to whom each payer heard.
    SubscriptionPool,
    /// What the label's own catalogue earned.
    LabelRoyalties,
    /// Whoever advertises, and owes for it: negative.
    Advertisers,
    /// The other side of what stood in an adopted database.
    Opening,
    /// What an adopted database paid out without having it.
    ImportDifferences,
}

impl Account {
    /// Its name in the table, such as `artist:12:available`.
    pub fn code(self) -> String {
        match self {
            Self::OnHold(artist) => format!("artist:{artist}:on_hold"),
            Self::Available(artist) => format!("artist:{artist}:available"),
            Self::Reserved(artist) => format!("artist:{artist}:reserved"),
            Self::Provider(name) => format!("provider:{name}:balance"),
            Self::Unclaimed(name) => format!("provider:{name}:unclaimed"),
            Self::Refunds(name) => format!("provider:{name}:refunds"),
            Self::PlatformFees => "fees:platform".to_owned(),
            Self::ProviderFees(name) => format!("fees:provider:{name}"),
            Self::StreamPool => "pool:streams".to_owned(),
            Self::SubscriptionPool => "pool:subscriptions".to_owned(),
            Self::LabelRoyalties => "label:royalties".to_owned(),
            Self::Advertisers => "external:advertisers".to_owned(),
            Self::Opening => "external:opening".to_owned(),
            Self::ImportDifferences => "external:import_differences".to_owned(),
        }
    }

    /// Whether it stands for the outside world, which owes or is owed. What an artist has available may be below zero too,
    /// by what is written down as a debt.
    pub const fn may_be_negative(self) -> bool {
        matches!(self, Self::Provider(_) | Self::ProviderFees(_) | Self::Advertisers | Self::Opening | Self::ImportDifferences)
    }

    const fn artist(self) -> Option<ArtistId> {
        match self {
            Self::OnHold(artist) | Self::Available(artist) | Self::Reserved(artist) => Some(artist),
            _ => None,
        }
    }

    /// Its row's id; the row and its balance of zero are made the first time.
    pub(super) async fn id(self, connection: &mut MySqlConnection) -> Result<i32> {
        let code = self.code();
        if let Some(id) = find(connection, &code).await? {
            return Ok(id);
        }
        // Two at once: the second one waits for the first and then finds its row.
        sqlx::query!(
            "INSERT IGNORE INTO ledgerAccounts (code, artistId, currency, mayBeNegative) VALUES (?, ?, ?, ?)",
            code,
            self.artist(),
            CURRENCY,
            i32::from(self.may_be_negative())
        )
        .execute(&mut *connection)
        .await?;
        let id = find(connection, &code).await?.ok_or(sqlx::Error::RowNotFound)?;
        sqlx::query!("INSERT IGNORE INTO ledgerBalances (accountId, balance) VALUES (?, 0)", id).execute(&mut *connection).await?;
        Ok(id)
    }
}

async fn find(connection: &mut MySqlConnection, code: &str) -> Result<Option<i32>> {
    Ok(sqlx::query_scalar!("SELECT id FROM ledgerAccounts WHERE code = ? AND currency = ?", code, CURRENCY).fetch_optional(connection).await?)
}
