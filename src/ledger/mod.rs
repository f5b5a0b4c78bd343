//! The journal: double entry, only ever added to. Every row that people read about money is written in the same
//! database transaction as the journal transaction that justifies it.
//!
//! An entry is positive when the account's owner has more of a claim. What is owed to artists, pools and the platform
//! stands positive; what a payment provider holds for the site stands negative, so that everything sums to zero:
//! a tip of 5.00 is −5.00 at the provider, +4.75 on hold for the artist, +0.25 platform fee.
//!
//! How to change money: [`retrying`] around one function that [`begin`]s, looks up what it is about (and returns the
//! first result when it was done already), [`lock`]s or [`post`]s, writes the rows beside it and [`commit`]s.

mod account;
mod debt;
mod error;
pub mod import;
mod release;
pub mod statement;
mod verify;

pub use account::Account;
pub use error::{Error, Result};
pub use release::release;
pub use verify::{Report, verify};

use crate::{
    ids::ArtistId,
    money::{CURRENCY, Cents},
    server::{state::App, tokens},
};
use sqlx::{MySqlConnection, MySqlPool};
use std::{collections::BTreeMap, time::Duration};
use time::OffsetDateTime;

/// Attempts of a whole transaction that others keep getting in the way of.
const MAX_ATTEMPTS: u32 = 12;

/// One line: who has more (positive) or less (negative), in cents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub account: Account,
    pub amount: Cents,
}

/// What happened, to be written down once.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// Made before anything happens; the second time it returns the first result.
    pub key: String,
    /// What kind of thing happened; the words of [`kind`].
    pub kind: &'static str,
    /// The table and row that it justifies.
    pub subject: &'static str,
    pub subject_id: i32,
    /// The transaction that this one takes back.
    pub reverses: Option<String>,
    pub entries: Vec<Entry>,
    pub occurred_at: OffsetDateTime,
}

/// Kinds of transactions. All that are not in [`kind::MOVEMENTS`] earn: each of their lines on an artist's account
/// is a row of creatorEarnings.
pub mod kind {
    pub const TIP: &str = "tip";
    pub const SUBSCRIPTION: &str = "subscription";
    /// What advertisers owe for a day.
    pub const ADVERTISING: &str = "advertising";
    /// What an artist, or the label, gets of a closing.
    pub const STREAMS: &str = "streams";
    /// Money of listeners who heard nothing, to be shared by all plays.
    pub const UNHEARD: &str = "unheard";
    pub const SALE: &str = "sale";
    pub const RELEASE: &str = "release";
    pub const PAYOUT_RESERVE: &str = "payout_reserve";
    pub const PAYOUT_VOID: &str = "payout_void";
    pub const PAYOUT_PAID: &str = "payout_paid";
    pub const PAYOUT_RETURNED: &str = "payout_returned";
    pub const LATE_PAYMENT: &str = "late_payment";
    pub const LATE_RETURN: &str = "late_return";
    /// A payment that is to go back, taken from whom it went to.
    pub const REFUND: &str = "refund";
    /// It went back.
    pub const REFUND_SENT: &str = "refund_sent";
    /// The provider did not give it back.
    pub const REFUND_VOID: &str = "refund_void";
    /// A payment that the payer's bank took back, taken from whom it went to.
    pub const DISPUTE: &str = "dispute";
    /// The bank decided for the receiver.
    pub const DISPUTE_WON: &str = "dispute_won";
    pub const IMPORT_EARNING: &str = "import_earning";
    pub const IMPORT_PAYOUT: &str = "import_payout";
    pub const IMPORT_TIP: &str = "import_tip";
    pub const IMPORT_DIFFERENCE: &str = "import_difference";
}

/// A transaction that stands in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    pub id: String,
    /// It was there already.
    pub repeated: bool,
}

/// What an artist's accounts hold, in cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balances {
    pub on_hold: Cents,
    pub available: Cents,
    pub reserved: Cents,
}

/// Starts a database transaction in which every statement sees what is committed, so that rows read after a lock are
/// the latest ones.
///
/// # Errors
/// When the database does not answer.
pub async fn begin(app: &App) -> Result<sqlx::Transaction<'static, sqlx::MySql>> {
    begin_on(&app.db).await
}

/// The same, over a pool.
///
/// # Errors
/// When the database does not answer.
pub async fn begin_on(pool: &MySqlPool) -> Result<sqlx::Transaction<'static, sqlx::MySql>> {
    // Isolation can only be chosen right before a transaction starts, on the connection it starts on.
    Ok(pool.begin_with("SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION").await?)
}

/// Ends a database transaction. When the answer to COMMIT is lost the error says so, and [`retrying`] looks the
/// result up by running the work again, which finds by its key what was done.
///
/// # Errors
/// When the database did not commit, or its answer was lost.
pub async fn commit(tx: sqlx::Transaction<'static, sqlx::MySql>) -> Result<()> {
    tx.commit().await.map_err(Error::CommitUnknown)
}

/// Runs work that is one whole database transaction, again from its start when others got in the way: deadlock,
/// lock wait, changed record, the same key written at the same moment, a lost answer to COMMIT.
/// The work looks up by its key what is done already.
///
/// # Errors
/// What the work says, or the last obstacle after a dozen attempts.
pub async fn retrying<T, F>(work: impl Fn() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let mut attempt = 0;
    loop {
        match work().await {
            Err(error) if error.is_worth_another_try() && attempt < MAX_ATTEMPTS => {
                attempt += 1;
                tracing::debug!("transaction attempt {attempt} gave way: {error}");
                // A little longer each time, and not in step with the others.
                let jitter = ulid::Ulid::new().random() % 20;
                let wait = u64::from(attempt) * 10 + u64::try_from(jitter).unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
            result => return result,
        }
    }
}

/// Locks accounts until the database transaction ends, always in one order, and returns their balances.
/// Accounts that do not exist yet are made.
///
/// # Errors
/// When the database does not answer.
pub async fn lock(connection: &mut MySqlConnection, accounts: &[Account]) -> Result<BTreeMap<i32, Locked>> {
    let mut locked = BTreeMap::new();
    for account in accounts {
        let id = account.id(connection).await?;
        locked.insert(id, Locked { account: *account, balance: Cents::ZERO });
    }
    for (id, locked) in &mut locked {
        let balance =
            sqlx::query_scalar!("SELECT balance FROM ledgerBalances WHERE accountId = ? FOR UPDATE", id).fetch_one(&mut *connection).await?;
        locked.balance = Cents(balance);
    }
    Ok(locked)
}

/// An account that no one else changes until the database transaction ends.
#[derive(Clone, Copy, Debug)]
pub struct Locked {
    pub account: Account,
    pub balance: Cents,
}

/// Writes a transaction into the journal and changes the balances.
///
/// # Errors
/// [`Error::Unbalanced`] when the entries do not sum to zero, [`Error::KeyReused`] when the key stands for something
/// else, [`Error::Insufficient`] when an account would fall below zero that may not.
pub async fn post(connection: &mut MySqlConnection, transaction: &Transaction) -> Result<Posted> {
    let mut sum = Cents::ZERO;
    for entry in &transaction.entries {
        sum = sum.plus(entry.amount)?;
    }
    if sum != Cents::ZERO || transaction.entries.is_empty() {
        return Err(Error::Unbalanced { key: transaction.key.clone(), sum });
    }
    let fingerprint = transaction.fingerprint();
    if let Some(first) = posted(connection, &transaction.key, &fingerprint).await? {
        return Ok(first);
    }

    let accounts: Vec<Account> = transaction.entries.iter().map(|entry| entry.account).collect();
    let locked = lock(connection, &accounts).await?;
    // Whoever held the locks may have written the same key.
    if let Some(first) = posted(connection, &transaction.key, &fingerprint).await? {
        return Ok(first);
    }
    let id = tokens::ulid();
    sqlx::query!(
        "INSERT INTO ledgerTransactions (id, idempotencyKey, fingerprint, kind, subject, subjectId, reverses, occurredAt) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        id,
        transaction.key,
        fingerprint,
        transaction.kind,
        transaction.subject,
        transaction.subject_id,
        transaction.reverses,
        transaction.occurred_at
    )
    .execute(&mut *connection)
    .await?;
    let before: BTreeMap<i32, Cents> = locked.iter().map(|(id, locked)| (*id, locked.balance)).collect();
    let mut balances: BTreeMap<i32, Locked> = locked;
    for (line, entry) in (0_i32..).zip(&transaction.entries) {
        let (account_id, account) =
            balances.iter_mut().find(|(_, locked)| locked.account == entry.account).expect("every entry's account was locked above");
        account.balance = account.balance.plus(entry.amount)?;
        sqlx::query!("INSERT INTO ledgerEntries (transactionId, line, accountId, amount) VALUES (?, ?, ?, ?)", id, line, account_id, entry.amount)
            .execute(&mut *connection)
            .await?;
    }
    for (account_id, locked) in balances {
        let before = before.get(&account_id).copied().unwrap_or(Cents::ZERO);
        match locked.account {
            // What an artist was paid already can still be taken back: it is owed.
            Account::Available(artist) if locked.balance >= before || matches!(transaction.kind, kind::REFUND | kind::DISPUTE) => {
                debt::follow(connection, artist, before, locked.balance, &id, transaction.occurred_at).await?;
            }
            account if locked.balance < Cents::ZERO && !account.may_be_negative() => {
                return Err(Error::Insufficient { account, missing: locked.balance.negated()? });
            }
            _ => {}
        }
        sqlx::query!("UPDATE ledgerBalances SET balance = ? WHERE accountId = ?", locked.balance, account_id).execute(&mut *connection).await?;
    }
    Ok(Posted { id, repeated: false })
}

/// The transaction under a key, if it is there and says the same.
async fn posted(connection: &mut MySqlConnection, key: &str, fingerprint: &str) -> Result<Option<Posted>> {
    let row = sqlx::query!("SELECT id, fingerprint FROM ledgerTransactions WHERE idempotencyKey = ?", key).fetch_optional(connection).await?;
    match row {
        Some(row) if row.fingerprint == fingerprint => Ok(Some(Posted { id: row.id, repeated: true })),
        Some(_) => Err(Error::KeyReused { key: key.to_owned() }),
        None => Ok(None),
    }
}

/// The id of the transaction under a key.
///
/// # Errors
/// When the database does not answer.
pub async fn id_of_key(connection: &mut MySqlConnection, key: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!("SELECT id FROM ledgerTransactions WHERE idempotencyKey = ?", key).fetch_optional(connection).await?)
}

/// What an artist's accounts hold. An artist who never earned has no accounts, and nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn balances(connection: &mut MySqlConnection, artist: ArtistId) -> Result<Balances> {
    let rows = sqlx::query!(
        "SELECT ledgerAccounts.code, ledgerBalances.balance FROM ledgerAccounts
         JOIN ledgerBalances ON ledgerBalances.accountId = ledgerAccounts.id WHERE ledgerAccounts.artistId = ?",
        artist
    )
    .fetch_all(connection)
    .await?;
    let of = |account: Account| rows.iter().find(|row| row.code == account.code()).map_or(Cents::ZERO, |row| Cents(row.balance));
    Ok(Balances { on_hold: of(Account::OnHold(artist)), available: of(Account::Available(artist)), reserved: of(Account::Reserved(artist)) })
}

impl Transaction {
    /// A digest of all that the transaction says, but for when: the same key with another digest is an error.
    fn fingerprint(&self) -> String {
        let lines = self.entries.iter().map(|entry| (entry.account.code(), entry.amount.0));
        fingerprint(&self.key, self.kind, self.subject, self.subject_id, self.reverses.as_deref(), lines)
    }
}

/// The digest of a transaction's content.
fn fingerprint(key: &str, kind: &str, subject: &str, subject_id: i32, reverses: Option<&str>, lines: impl Iterator<Item = (String, i64)>) -> String {
    use std::fmt::Write;
    let mut text = format!("{key}\n{kind}\n{subject}\n{subject_id}\n{}\n{CURRENCY}", reverses.unwrap_or_default());
    for (code, amount) in lines {
        write!(text, "\n{code} {amount}").expect("a String takes all that is written");
    }
    tokens::digest(&text)
}

/// Who did what to whose money or account: a row of the audit log, in the transaction of what was done.
///
/// # Errors
/// When the database does not answer.
pub async fn audit(
    connection: &mut MySqlConnection,
    now: OffsetDateTime,
    actor: Option<crate::ids::UserId>,
    action: &str,
    subject: &str,
    subject_id: i32,
    detail: Option<&str>,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO auditLog (id, actorId, action, subject, subjectId, detail, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?)",
        tokens::ulid(),
        actor,
        action,
        subject,
        subject_id,
        detail,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}
