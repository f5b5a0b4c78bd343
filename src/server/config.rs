//! The run-time configuration: `Leptos.toml`, overridden by the environment, read into one typed value.

use crate::media::storage::Storage;
use anyhow::{Context, Result, ensure};
use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use leptos::config::LeptosOptions;
use serde::{Deserialize, Serialize};
use std::{net::SocketAddr, path::PathBuf, sync::Arc};

/// What an operator decides. Each section belongs to one concern.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub mode: Mode,
    /// How the site is reached from outside, without a slash at the end.
    pub site_url: String,
    /// Media files, and the private database when there is no other.
    pub data_dir: PathBuf,
    /// Signs links and visitors' ids.
    pub secret: String,
    pub server: ServerConfig,
    pub database: DatabaseConfig,
    pub mail: MailConfig,
    pub storage: StorageConfig,
    pub payments: PaymentsConfig,
    pub rules: Rules,
    pub leptos: LeptosSection,
}

/// Who the site is run for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    Development,
    Production,
}

/// Where and how HTTP is served.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    pub address: SocketAddr,
    /// Prometheus reads here; never the public address.
    pub metrics_address: SocketAddr,
    /// The client's address is the last one in X-Forwarded-For.
    pub behind_proxy: bool,
    /// For everything but uploads and audio.
    pub request_timeout_seconds: u64,
    /// How many uploads the worker in this process makes ready at once; each takes about one processor.
    pub transcoders: u16,
}

/// Which database, and by how many connections.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// Empty: a private server in `data_dir`.
    pub url: String,
    /// The user that owns the schema; empty: the same as `url`.
    pub migrate_url: String,
    pub max_connections: u32,
}

/// How mail leaves.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// As lettre reads it: `smtp://user:password@host:587?tls=required`. Empty in development: mail is only kept.
    pub smtp_url: String,
    pub from: String,
}

/// Where audio and pictures lie: in a bucket that speaks S3's protocol, or in `data_dir` when there is none.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageConfig {
    /// Empty: files lie in `data_dir`.
    pub bucket: String,
    /// Empty: Amazon's own.
    pub endpoint: String,
    pub region: String,
    /// Empty: the machine's own role.
    pub access_key: String,
    pub secret_key: String,
}

impl Default for StorageConfig {
    fn default() -> Self {
        Self { bucket: String::new(), endpoint: String::new(), region: "us-east-1".to_owned(), access_key: String::new(), secret_key: String::new() }
    }
}

/// Who moves money. A provider without keys does not exist.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentsConfig {
    /// Through whom listeners pay: `stripe`. Empty: the first that has keys; in development the sandbox.
    pub provider: String,
    pub stripe: StripeConfig,
}

/// Keys from Stripe's dashboard.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StripeConfig {
    /// `sk_…`; empty: there is no Stripe.
    pub secret_key: String,
    /// `whsec_…`: the endpoint's signing secret; two of them while it is changed.
    pub webhook_secrets: Vec<String>,
    /// Where its API is.
    pub url: String,
}

impl Default for StripeConfig {
    fn default() -> Self {
        Self { secret_key: String::new(), webhook_secrets: Vec::new(), url: "https://api.stripe.com".to_owned() }
    }
}

/// The figures of the product's rules. Amounts in cents, shares in hundredths of a percent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    pub tip_minimum_cents: i64,
    pub tip_maximum_cents: i64,
    pub tip_fee_basis_points: u32,
    pub sale_fee_basis_points: u32,
    /// How long card money is on hold.
    pub hold_days: u16,
    pub payout_minimum_cents: i64,
    pub payout_two_admins_above_cents: i64,
    pub audio_maximum_bytes: u64,
    pub image_maximum_bytes: usize,
    /// Audio files of one artist together.
    pub artist_maximum_bytes: u64,
    pub artist_maximum_tracks: u32,
    pub free_plays_a_day: u32,
    /// Of subscriptions and advertisements: what goes to those who are heard.
    pub stream_share_basis_points: u32,
}

/// The part of `LeptosOptions` that is not about addresses.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LeptosSection {
    pub output_name: String,
    pub site_root: String,
    pub site_pkg_dir: String,
    pub hash_files: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            mode: Mode::Production,
            site_url: "http://127.0.0.1:3000".to_owned(),
            data_dir: ".data".into(),
            secret: String::new(),
            server: ServerConfig {
                address: SocketAddr::from(([127, 0, 0, 1], 3000)),
                metrics_address: SocketAddr::from(([127, 0, 0, 1], 3002)),
                behind_proxy: false,
                request_timeout_seconds: 30,
                transcoders: 1,
            },
            database: DatabaseConfig { url: String::new(), migrate_url: String::new(), max_connections: 16 },
            mail: MailConfig { smtp_url: String::new(), from: "Gifted Eternity <noreply@localhost>".to_owned() },
            storage: StorageConfig::default(),
            payments: PaymentsConfig::default(),
            rules: Rules {
                tip_minimum_cents: 100,
                tip_maximum_cents: 50_000,
                tip_fee_basis_points: 500,
                sale_fee_basis_points: 1_000,
                hold_days: 7,
                payout_minimum_cents: 1_000,
                payout_two_admins_above_cents: 100_000,
                audio_maximum_bytes: 500 * 1024 * 1024,
                image_maximum_bytes: 15 * 1024 * 1024,
                artist_maximum_bytes: 20 * 1024 * 1024 * 1024,
                artist_maximum_tracks: 1_000,
                free_plays_a_day: 100,
                stream_share_basis_points: 7_000,
            },
            leptos: LeptosSection {
                output_name: "eternity".to_owned(),
                site_root: "site".to_owned(),
                site_pkg_dir: "pkg".to_owned(),
                hash_files: true,
            },
        }
    }
}

impl Config {
    /// Reads `Leptos.toml` in the current folder (or `ETERNITY_CONFIG`'s file) and the environment.
    ///
    /// # Errors
    /// Names the key and the source of a value that can't be used.
    pub fn load() -> Result<Self> {
        Self::read()?.checked()
    }

    /// The same without a look at whether the values go together: for printing them.
    ///
    /// # Errors
    /// Names the key and the source of a value that can't be read.
    pub fn read() -> Result<Self> {
        let file = std::env::var("ETERNITY_CONFIG").unwrap_or_else(|_| "Leptos.toml".to_owned());
        Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file(&file))
            // Variables of the build and the tests share the prefix.
            .merge(Env::prefixed("ETERNITY_").ignore(&["config", "cache", "test_mysql", "test_engine", "soak"]).split("__"))
            .merge(Env::raw().only(&["DATABASE_URL"]).map(|_| "database.url".into()).split("."))
            .extract()
            .map_err(|error| {
                anyhow::anyhow!(
                    "the configuration can't be used: {error}\n  look at {file} and the ETERNITY_… variables; `eternity config` prints every key"
                )
            })
    }

    /// The same, if its values go together.
    ///
    /// # Errors
    /// Names what does not.
    pub fn checked(mut self) -> Result<Self> {
        self.site_url = self.site_url.trim_end_matches('/').to_owned();
        let url: url::Url = self.site_url.parse().context("site_url is not a URL such as https://music.example")?;
        ensure!(matches!(url.scheme(), "http" | "https"), "site_url must start with http:// or https://");
        ensure!(self.rules.tip_minimum_cents > 0, "rules.tip_minimum_cents must be above zero");
        ensure!(
            (self.rules.tip_minimum_cents..=i64::from(i32::MAX)).contains(&self.rules.tip_maximum_cents),
            "rules.tip_maximum_cents must be at least the minimum and fit an INT column"
        );
        ensure!(self.rules.payout_minimum_cents > 0, "rules.payout_minimum_cents must be above zero");
        ensure!(self.rules.tip_fee_basis_points < 10_000, "rules.tip_fee_basis_points must be below 10000 (100 %)");
        ensure!(self.rules.sale_fee_basis_points < 10_000, "rules.sale_fee_basis_points must be below 10000 (100 %)");
        self.payments.check(self.development())?;
        Storage::configured(&self)?;
        ensure!(
            self.development() || !self.storage.endpoint.starts_with("http://") || self.storage.bucket.is_empty(),
            "storage.endpoint must start with https:// in production"
        );
        if self.mode == Mode::Production {
            ensure!(
                self.secret.len() >= 32,
                "secret must have 32 characters or more in production: set ETERNITY_SECRET, for example to the output of `openssl rand -hex 32`"
            );
            ensure!(!self.mail.smtp_url.is_empty(), "mail.smtp_url must be set in production: without mail nobody can verify an address");
        }
        Ok(self)
    }

    /// Whether things for development may exist.
    pub fn development(&self) -> bool {
        self.mode == Mode::Development
    }

    /// Whether cookies are Secure and HSTS is sent.
    pub fn behind_tls(&self) -> bool {
        self.site_url.starts_with("https://")
    }

    /// Leptos's own options.
    pub fn leptos_options(&self) -> LeptosOptions {
        LeptosOptions::builder()
            .output_name(Arc::from(self.leptos.output_name.as_str()))
            .site_root(Arc::from(self.leptos.site_root.as_str()))
            .site_pkg_dir(Arc::from(self.leptos.site_pkg_dir.as_str()))
            .hash_files(self.leptos.hash_files)
            .site_addr(self.server.address)
            .env(if self.development() && cfg!(debug_assertions) { leptos::config::Env::DEV } else { leptos::config::Env::PROD })
            .build()
    }

    /// The effective configuration as TOML-like lines, secrets left out.
    pub fn printable(&self) -> Self {
        let hide = |text: &str| if text.is_empty() { String::new() } else { "(set)".to_owned() };
        let mut shown = self.clone();
        shown.secret = hide(&self.secret);
        shown.database.url = without_password(&self.database.url);
        shown.database.migrate_url = without_password(&self.database.migrate_url);
        shown.mail.smtp_url = without_password(&self.mail.smtp_url);
        shown.storage.secret_key = hide(&self.storage.secret_key);
        shown.payments.stripe.secret_key = hide(&self.payments.stripe.secret_key);
        shown.payments.stripe.webhook_secrets = self.payments.stripe.webhook_secrets.iter().map(|secret| hide(secret)).collect();
        shown
    }
}

impl PaymentsConfig {
    fn check(&self, development: bool) -> Result<()> {
        let stripe = &self.stripe;
        ensure!(
            stripe.secret_key.is_empty() || stripe.webhook_secrets.iter().any(|secret| !secret.is_empty()),
            "payments.stripe.webhook_secrets must be set with payments.stripe.secret_key: without it nothing that Stripe tells can be believed"
        );
        let url: url::Url = stripe.url.parse().context("payments.stripe.url is not a URL")?;
        ensure!(development || url.scheme() == "https", "payments.stripe.url must start with https:// in production");
        match self.provider.as_str() {
            "" => Ok(()),
            "stripe" if !stripe.secret_key.is_empty() => Ok(()),
            "sandbox" if development => Ok(()),
            other => anyhow::bail!("payments.provider is {other:?}, which has no keys here (or is for development only)"),
        }
    }
}

fn without_password(text: &str) -> String {
    match text.parse::<url::Url>() {
        Ok(mut url) => {
            if url.password().is_some() && url.set_password(Some("***")).is_err() {
                return "(set)".to_owned();
            }
            url.to_string()
        }
        Err(_) if text.is_empty() => String::new(),
        Err(_) => "(set)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn production() -> Config {
        Config { secret: "s".repeat(32), mail: MailConfig { smtp_url: "smtp://localhost".to_owned(), from: String::new() }, ..Config::default() }
    }

    #[test]
    fn production_wants_a_secret_and_mail() {
        assert!(Config { secret: "short".to_owned(), ..production() }.checked().is_err());
        assert!(Config { mail: MailConfig { smtp_url: String::new(), from: String::new() }, ..production() }.checked().is_err());
        assert!(production().checked().is_ok());
    }

    #[test]
    fn stripe_wants_both_of_its_keys() {
        let mut config = production();
        config.payments.stripe.secret_key = "sk_test".to_owned();
        assert!(config.clone().checked().is_err());
        config.payments.stripe.webhook_secrets = vec!["whsec_hunter2".to_owned()];
        assert!(config.clone().checked().is_ok());
        assert!(!format!("{:?}", config.printable()).contains("hunter2"));
        config.payments.provider = "sandbox".to_owned();
        assert!(config.checked().is_err());
    }

    #[test]
    fn unknown_keys_are_refused() {
        let read = |text: &str| Figment::from(Serialized::defaults(Config::default())).merge(Toml::string(text)).extract::<Config>().is_ok();
        assert!(!read("[server]\nadress = '127.0.0.1:1'"));
        assert!(read("[server]\naddress = '127.0.0.1:1'"));
    }

    #[test]
    fn passwords_are_not_printed() {
        let mut config = production();
        config.database.url = "mysql://app:hunter2@db/eternity".to_owned();
        let printed = format!("{:?}", config.printable());
        assert!(!printed.contains("hunter2") && printed.contains("app:***@db"));
    }
}
