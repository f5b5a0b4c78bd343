//! Payments: the providers that move money from and to the outside world, and what is under way with them.

#[cfg(feature = "ssr")]
pub mod events;
#[cfg(feature = "ssr")]
pub mod gateway;
#[cfg(feature = "ssr")]
pub mod outbox;
#[cfg(feature = "ssr")]
mod sandbox;
#[cfg(feature = "ssr")]
mod signature;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
mod stripe;

use crate::money::{CURRENCY, Cents};
use serde::{Deserialize, Serialize};

/// Who moves the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Provider {
    /// A checkout page of our own and transfers that only stand in a table: development only, no network.
    Sandbox,
    Stripe,
}

impl Provider {
    const ALL: [Self; 2] = [Self::Sandbox, Self::Stripe];

    /// Its name in tables and in the journal's accounts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Stripe => "stripe",
        }
    }

    /// The provider of a row.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.name() == name)
    }

    /// As people read it.
    pub fn word(self) -> String {
        match self {
            Self::Sandbox => crate::t!("payments.provider.sandbox"),
            Self::Stripe => crate::t!("payments.provider.stripe"),
        }
        .into_owned()
    }

    /// Whether its payments are made on a page of its own.
    pub const fn has_a_page(self) -> bool {
        !matches!(self, Self::Sandbox)
    }
}

/// How far a dispute is: the payer's bank took a payment back, and decides who is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    Open,
    /// The money is the site's again.
    Won,
    Lost,
}

impl Verdict {
    const ALL: [Self; 3] = [Self::Open, Self::Won, Self::Lost];

    /// Its text in rows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// Of a row's text.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// An amount as people read it.
pub fn shown(amount: Cents) -> String {
    crate::ui::format::money(amount.0, CURRENCY)
}

#[cfg(feature = "ssr")]
mod with {
    use super::{Provider, gateway::Gateway, sandbox::Sandbox, stripe::Stripe};
    use crate::{
        error::{AppError, AppResult},
        payouts::Method,
        server::state::App,
    };
    use std::time::Duration;

    /// How long a provider may take to answer; shorter than the wait before a call is tried again.
    const TIMEOUT: Duration = Duration::from_secs(15);

    /// What calls to providers are made with.
    ///
    /// # Panics
    /// When the TLS library can't start.
    pub fn http_client() -> reqwest::Client {
        reqwest::Client::builder()
            .timeout(TIMEOUT)
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("the TLS library starts")
    }

    /// Whether there is such a provider here: the sandbox in development, others with their keys.
    fn there_is(app: &App, provider: Provider) -> bool {
        match provider {
            Provider::Sandbox => app.config.development(),
            Provider::Stripe => !app.config.payments.stripe.secret_key.is_empty(),
        }
    }

    /// The provider that new payments go through. The sandbox exists in development only: production
    /// without another provider has none, and pages say so.
    pub fn provider(app: &App) -> Option<Provider> {
        let wanted = Provider::of_name(&app.config.payments.provider);
        wanted.into_iter().chain([Provider::Stripe, Provider::Sandbox]).find(|&provider| there_is(app, provider))
    }

    /// The provider, or the sentence that says that there is none.
    ///
    /// # Errors
    /// [`AppError::Refused`] without a provider.
    pub fn require_provider(app: &App) -> AppResult<Provider> {
        provider(app).ok_or_else(|| AppError::Refused(crate::t!("payments.not_set_up").into_owned()))
    }

    /// The provider that can pay out by this method.
    pub fn payout_provider(app: &App, method: Method) -> Option<Provider> {
        let own = matches!(method, Method::Stripe).then_some(Provider::Stripe);
        own.into_iter().chain([Provider::Sandbox]).find(|&provider| there_is(app, provider))
    }

    /// A provider with its keys, if it is here.
    pub fn gateway(app: &App, provider: Provider) -> Option<Box<dyn Gateway + '_>> {
        there_is(app, provider).then(|| match provider {
            Provider::Sandbox => Box::new(Sandbox(app)) as Box<dyn Gateway + '_>,
            Provider::Stripe => Box::new(Stripe::of(app)),
        })
    }
}

#[cfg(feature = "ssr")]
pub use with::{gateway, http_client, payout_provider, provider, require_provider};
