//! What a database has, read from information_schema.

use sqlx::{MySqlConnection, Row, mysql::MySqlRow};
use std::collections::{BTreeMap, BTreeSet};

/// A table or view.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub is_view: bool,
    pub engine: String,
    pub columns: Vec<Column>,
    pub indexes: Vec<Index>,
    /// Names of its foreign keys: the engine names their own indexes after them.
    pub foreign_keys: BTreeSet<String>,
}

/// A column of it.
#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    /// Such as `varchar`.
    pub kind: String,
    /// Such as `varchar(255)`.
    pub full_kind: String,
    /// In characters; of a TEXT, in bytes.
    pub length: i64,
    pub required: bool,
    pub has_default: bool,
    pub is_auto: bool,
    pub is_generated: bool,
    /// Empty when it is no text.
    pub charset: String,
}

/// An index of it.
#[derive(Clone, Debug)]
pub struct Index {
    pub name: String,
    pub unique: bool,
    pub columns: Vec<String>,
}

impl Table {
    /// A column by its name; names of columns know no case.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }
}

// Casts, because the dictionary's own types differ between the engines and versions.
const TABLES: &str = "SELECT CAST(TABLE_NAME AS CHAR), CAST(TABLE_TYPE AS CHAR), CAST(COALESCE(ENGINE, '') AS CHAR)
    FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()";
const COLUMNS: &str = "SELECT CAST(TABLE_NAME AS CHAR), CAST(COLUMN_NAME AS CHAR), CAST(DATA_TYPE AS CHAR), CAST(COLUMN_TYPE AS CHAR),
    CAST(COALESCE(CHARACTER_MAXIMUM_LENGTH, 0) AS SIGNED), CAST(IS_NULLABLE = 'NO' AS SIGNED), CAST(COLUMN_DEFAULT IS NOT NULL AS SIGNED),
    CAST(EXTRA AS CHAR), CAST(COALESCE(CHARACTER_SET_NAME, '') AS CHAR)
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION";
const INDEXES: &str = "SELECT CAST(TABLE_NAME AS CHAR), CAST(INDEX_NAME AS CHAR), CAST(NON_UNIQUE AS SIGNED), CAST(COALESCE(COLUMN_NAME, '') AS CHAR)
    FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX";
const FOREIGN_KEYS: &str = "SELECT CAST(TABLE_NAME AS CHAR), CAST(CONSTRAINT_NAME AS CHAR)
    FROM information_schema.TABLE_CONSTRAINTS WHERE TABLE_SCHEMA = DATABASE() AND CONSTRAINT_TYPE = 'FOREIGN KEY'";

/// Reads the whole of it.
///
/// # Errors
/// When the database does not answer.
pub async fn tables(connection: &mut MySqlConnection) -> sqlx::Result<BTreeMap<String, Table>> {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for row in sqlx::query(TABLES).fetch_all(&mut *connection).await? {
        let found = Table { is_view: text(&row, 1)?.contains("VIEW"), engine: text(&row, 2)?, ..Table::default() };
        tables.insert(text(&row, 0)?, found);
    }
    for row in sqlx::query(COLUMNS).fetch_all(&mut *connection).await? {
        let extra = text(&row, 7)?.to_lowercase();
        let column = Column {
            name: text(&row, 1)?,
            kind: text(&row, 2)?.to_lowercase(),
            full_kind: text(&row, 3)?,
            length: row.try_get(4)?,
            required: flag(&row, 5)?,
            has_default: flag(&row, 6)?,
            is_auto: extra.contains("auto_increment"),
            // Not "default_generated", which is how MySQL marks a default that is an expression.
            is_generated: extra.contains("virtual generated") || extra.contains("stored generated") || extra.contains("persistent generated"),
            charset: text(&row, 8)?,
        };
        if let Some(table) = tables.get_mut(&text(&row, 0)?) {
            table.columns.push(column);
        }
    }
    for row in sqlx::query(INDEXES).fetch_all(&mut *connection).await? {
        let Some(table) = tables.get_mut(&text(&row, 0)?) else { continue };
        let (name, column) = (text(&row, 1)?, text(&row, 3)?);
        match table.indexes.last_mut() {
            Some(index) if index.name == name => index.columns.push(column),
            _ => table.indexes.push(Index { name, unique: !flag(&row, 2)?, columns: vec![column] }),
        }
    }
    for row in sqlx::query(FOREIGN_KEYS).fetch_all(&mut *connection).await? {
        if let Some(table) = tables.get_mut(&text(&row, 0)?) {
            table.foreign_keys.insert(text(&row, 1)?);
        }
    }
    Ok(tables)
}

fn text(row: &MySqlRow, at: usize) -> sqlx::Result<String> {
    row.try_get(at)
}

fn flag(row: &MySqlRow, at: usize) -> sqlx::Result<bool> {
    row.try_get::<i64, _>(at).map(|value| value != 0)
}
