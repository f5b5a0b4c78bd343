//! Rows of `users`, which may be an older site's table with columns of its own.

use sqlx::MySqlConnection;
use time::OffsetDateTime;

/// The columns that this site knows.
const OURS: [&str; 5] = ["id", "name", "role", "createdAt", "updatedAt"];
/// A ULID's length.
const ULID_LENGTH: i64 = 26;

/// A column that must be given a value whenever a user is added, though this site knows nothing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiredColumn {
    pub name: String,
    /// A text long enough for a ULID, which sign-up puts there.
    pub fillable: bool,
}

/// Such columns of `users`, as `openId VARCHAR(64) NOT NULL` of an adopted database. It is asked anew each time: a look at
/// the dictionary costs less than a wrong row.
pub(super) async fn required(connection: &mut MySqlConnection) -> sqlx::Result<Vec<RequiredColumn>> {
    let rows: Vec<(String, String, Option<i64>)> = sqlx::query_as(
        "SELECT CAST(COLUMN_NAME AS CHAR), CAST(DATA_TYPE AS CHAR), CAST(CHARACTER_MAXIMUM_LENGTH AS SIGNED)
         FROM information_schema.COLUMNS
         WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'users' AND IS_NULLABLE = 'NO' AND COLUMN_DEFAULT IS NULL
           AND EXTRA NOT LIKE '%auto_increment%' AND EXTRA NOT LIKE '%GENERATED%'
         ORDER BY ORDINAL_POSITION",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .filter(|(name, ..)| !OURS.contains(&name.as_str()))
        .map(|(name, kind, length)| RequiredColumn {
            name,
            fillable: matches!(kind.as_str(), "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext")
                && length.is_some_and(|length| length >= ULID_LENGTH),
        })
        .collect())
}

/// Adds a user and returns the id. Required columns that this site does not know get a ULID.
///
/// # Errors
/// When the database refuses.
pub async fn insert_user(connection: &mut MySqlConnection, name: &str, now: OffsetDateTime) -> sqlx::Result<i32> {
    let foreign = required(connection).await?;
    let names: String = foreign.iter().map(|column| format!(", `{}`", column.name.replace('`', "``"))).collect();
    let marks = ", ?".repeat(foreign.len());
    let sql = format!("INSERT INTO users (name, role, createdAt, updatedAt{names}) VALUES (?, 'user', ?, ?{marks})");
    let mut insert = sqlx::query(&sql).bind(name).bind(now).bind(now);
    for _ in &foreign {
        insert = insert.bind(crate::server::tokens::ulid());
    }
    let id = insert.execute(connection).await?.last_insert_id();
    i32::try_from(id).map_err(|error| sqlx::Error::Decode(error.into()))
}
