//! Payments: the providers that move money from and to the outside world, and what is under way with them.

#[cfg(feature = "ssr")]
mod sandbox;
#[cfg(feature = "ssr")]
pub mod store;

use crate::money::{CURRENCY, Cents};

/// Who moves the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// A checkout page of our own and transfers that only stand in a table: development only, no network.
    Sandbox,
}

impl Provider {
    /// Its name in tables and in the journal's accounts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
        }
    }

    /// The provider of a row.
    pub fn of_name(name: &str) -> Option<Self> {
        (name == Self::Sandbox.name()).then_some(Self::Sandbox)
    }
}

/// What to pay out, under a key that makes it happen once.
#[derive(Clone, Debug)]
pub struct Transfer {
    pub key: String,
    pub amount: Cents,
    /// PayPal address, Stripe account or bank account, as the artist gave it.
    pub destination: String,
}

/// What became of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Paid { reference: String },
    Refused { reason: String },
}

/// An amount as people read it.
pub fn shown(amount: Cents) -> String {
    crate::ui::format::money(amount.0, CURRENCY)
}

#[cfg(feature = "ssr")]
mod with {
    use super::{Outcome, Provider, Transfer, sandbox};
    use crate::{
        error::{AppError, AppResult},
        server::state::App,
    };

    /// The provider that new payments and payouts go through. The sandbox exists in development only: production
    /// without another provider has none, and pages say so.
    pub fn provider(app: &App) -> Option<Provider> {
        app.config.development().then_some(Provider::Sandbox)
    }

    /// The provider, or the sentence that says that there is none.
    ///
    /// # Errors
    /// [`AppError::Refused`] without a provider.
    pub fn require_provider(app: &App) -> AppResult<Provider> {
        provider(app).ok_or_else(|| AppError::Refused(crate::t!("payments.not_set_up").into_owned()))
    }

    impl Provider {
        /// Sends money out. The same key a second time returns the first outcome.
        ///
        /// # Errors
        /// When the outcome is not known; the caller asks again with the same key.
        pub async fn send(self, app: &App, transfer: &Transfer) -> anyhow::Result<Outcome> {
            match self {
                Self::Sandbox => sandbox::send(app, transfer).await,
            }
        }
    }
}

#[cfg(feature = "ssr")]
pub use with::{provider, require_provider};
