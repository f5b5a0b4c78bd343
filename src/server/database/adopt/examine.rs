//! The dry examination: what adoption would do, and why it can't be done. It changes nothing.

use super::{
    expected::{self, values},
    found,
};
use crate::server::database::users;
use sqlx::MySqlConnection;
use std::collections::BTreeMap;

/// What adoption would do.
#[derive(Debug, Default)]
pub struct Plan {
    /// Why it can't be done; with any of these nothing is.
    pub refusals: Vec<String>,
    /// What is worth knowing.
    pub notes: Vec<String>,
    /// Statements, each with what to report; each is there only while it is needed, so that an interrupted adoption goes on.
    pub changes: Vec<(String, String)>,
}

/// The texts that a column of ours may be given, where an older site may have made it an ENUM.
const VOCABULARIES: [(&str, &str, &[&str]); 8] = [
    ("users", "role", &["user", "admin"]),
    ("playlistShares", "platform", &["twitter", "facebook", "whatsapp", "copy"]),
    ("creatorEarnings", "period", &["daily", "weekly", "monthly"]),
    ("creatorPayouts", "paymentMethod", &["paypal", "stripe", "bank"]),
    ("payments", "purpose", &["tip", "purchase", "subscription", "merchandise"]),
    ("payments", "provider", &["sandbox", "stripe", "paypal"]),
    ("paypalSubscriptions", "status", &["active", "cancelled", "suspended", "expired"]),
    ("streamHistory", "source", &["page", "playlist", "embed", "search", "share"]),
];

/// What old rows get in a column that is added, where our own default would be a claim that nobody made.
const OLD_ROWS: [(&str, &str, &str); 1] = [("userSubscriptions", "status", "expired")];

/// Longer texts can't be part of an index whole (3072 bytes, 4 a character).
const INDEXABLE: i64 = 700;
/// The first characters of a longer one.
const PREFIX: u32 = 191;

/// Looks at everything.
///
/// # Errors
/// When the database does not answer.
pub async fn examine(connection: &mut MySqlConnection) -> sqlx::Result<Plan> {
    let expected = expected::tables();
    let found = found::tables(connection).await?;
    let mut plan = Plan::default();
    if !expected.iter().any(|table| found.contains_key(table.name)) {
        return Ok(plan);
    }
    // Tables first: a column that is added may refer to one.
    for table in expected.iter().filter(|table| table.given && !found.contains_key(table.name)) {
        plan.changes.push((format!("table {}", table.name), table.create.to_owned()));
    }
    for table in &expected {
        let Some(there) = found.get(table.name) else { continue };
        if !table.given {
            plan.refusals
                .push(format!("the table {0} is not of this site, which needs that name; rename it: RENAME TABLE `{0}` TO `{0}_old`", table.name));
            continue;
        }
        if there.is_view || !there.engine.eq_ignore_ascii_case("InnoDB") {
            let what = if there.is_view { "a view".to_owned() } else { format!("kept by {}, which has no transactions", there.engine) };
            plan.refusals.push(format!("{0} is {what}: make it a table (ALTER TABLE `{0}` ENGINE=InnoDB)", table.name));
            continue;
        }
        let mut examination = Examination { expected: table, found: there, connection: &mut *connection, plan: &mut plan };
        examination.id(expected.iter().any(|other| other.foreign_keys.iter().any(|key| key.table == table.name)));
        examination.columns().await?;
        examination.indexes().await?;
        examination.zero_dates().await?;
        examination.foreign_columns();
    }
    let mut required = BTreeMap::new();
    if found.contains_key("users") {
        required.extend(users::required(connection).await?.into_iter().map(|column| (column.name, column.fillable)));
    }
    for (name, fillable) in required {
        if fillable {
            plan.notes.push(format!("users.{name} is required and not of this site: new people get a random value there"));
        } else {
            plan.refusals.push(format!(
                "users.{name} is required, and this site has nothing to put there for new people: give it a default (ALTER TABLE users ALTER COLUMN `{name}` SET DEFAULT …) or allow NULL"
            ));
        }
    }
    Ok(plan)
}

struct Examination<'a> {
    expected: &'a expected::Table,
    found: &'a found::Table,
    connection: &'a mut MySqlConnection,
    plan: &'a mut Plan,
}

impl Examination<'_> {
    fn refuse(&mut self, why: String) {
        self.plan.refusals.push(why);
    }

    /// Rows of ours refer to this one by INT, and are added without saying the id.
    fn id(&mut self, is_referenced: bool) {
        let table = self.expected.name;
        let Some(id) = self.found.column("id") else {
            return self.refuse(format!("{table} has no column id: add one (id INT AUTO_INCREMENT PRIMARY KEY)"));
        };
        let fits = id.kind == "int" || (id.kind == "bigint" && !is_referenced);
        if !fits || id.full_kind.contains("unsigned") {
            self.refuse(format!("{table}.id is {}: tables of this site refer to it as INT, and foreign keys need the same type", id.full_kind));
        }
        if !id.is_auto {
            self.refuse(format!("{table}.id does not number itself: make it AUTO_INCREMENT"));
        }
        if !self.found.indexes.iter().any(|index| index.unique && index.columns.len() == 1 && index.columns[0].eq_ignore_ascii_case("id")) {
            self.refuse(format!("{table}.id is not unique: make it the primary key"));
        }
    }

    async fn columns(&mut self) -> sqlx::Result<()> {
        let table = self.expected.name;
        let mut before: Option<&str> = None;
        for column in &self.expected.columns {
            match self.found.column(column.name) {
                Some(there) => {
                    if column.name != "id"
                        && let Err(why) = holds(table, column, there)
                    {
                        self.refuse(format!("{table}.{} is {}, {why}", column.name, there.full_kind));
                    }
                }
                None if column.name == "id" => {}
                None => self.missing(column, before).await?,
            }
            before = Some(column.name);
        }
        Ok(())
    }

    /// A column that has to be added, behind the one that stands before it in our own table.
    async fn missing(&mut self, column: &expected::Column, before: Option<&str>) -> sqlx::Result<()> {
        let table = self.expected.name;
        // Every row gets the same value, which a foreign key or a unique key does not allow, unless another part of the key is NULL.
        let stays_null = |name: &&str| {
            let added = self.found.column(name).is_none();
            added && self.expected.columns.iter().any(|other| other.name == *name && !other.required && !other.has_default)
        };
        let is_key = self.expected.foreign_keys.iter().any(|key| key.column == column.name)
            || self
                .expected
                .indexes
                .iter()
                .any(|index| index.unique && index.columns.contains(&column.name) && !index.columns.iter().any(stays_null));
        let mut definition = column.definition.clone();
        if column.required && !column.has_default {
            let rows = self.has_rows().await?;
            if column.kind.starts_with("VARCHAR") && (!is_key || !rows) {
                definition.push_str(" DEFAULT ''");
            } else if column.kind == "TEXT" {
                definition.push_str(" DEFAULT ('')");
            } else if rows {
                let what = format!("{table} has no column {}, and its rows say nothing that could stand there", column.name);
                self.refuse(format!("{what}: add it and fill it (ALTER TABLE `{table}` ADD COLUMN `{}` {})", column.name, column.definition));
                return Ok(());
            }
        }
        let place = before.map_or(" FIRST".to_owned(), |before| format!(" AFTER `{before}`"));
        let old_rows = OLD_ROWS.iter().find(|(of, name, _)| *of == table && *name == column.name);
        if let Some((.., value)) = old_rows
            && let Some((start, rest)) = definition.split_once(" DEFAULT '")
            && let Some((_, end)) = rest.split_once('\'')
        {
            definition = format!("{start} DEFAULT '{value}'{end}");
        }
        let key = self.expected.foreign_keys.iter().find(|key| key.column == column.name);
        let key = key.map(|key| format!(", ADD FOREIGN KEY (`{}`) {}", key.column, key.references)).unwrap_or_default();
        self.plan.changes.push((
            format!("column {table}.{}", column.name),
            format!("ALTER TABLE `{table}` ADD COLUMN `{}` {definition}{place}{key}", column.name),
        ));
        Ok(())
    }

    async fn indexes(&mut self) -> sqlx::Result<()> {
        let expected = self.expected;
        for index in &expected.indexes {
            if self.has(index) {
                continue;
            }
            let Some(parts) = self.parts(index) else { continue };
            if index.unique && self.duplicates(index).await? {
                continue;
            }
            let table = expected.name;
            let taken = self.found.indexes.iter().any(|there| there.name.eq_ignore_ascii_case(index.name));
            let name = if taken { format!("{}_eternity", index.name) } else { index.name.to_owned() };
            let kind = if index.unique { "UNIQUE KEY" } else { "INDEX" };
            self.plan
                .changes
                .push((format!("{} {table}.{name}", kind.to_lowercase()), format!("ALTER TABLE `{table}` ADD {kind} `{name}` ({parts})")));
        }
        Ok(())
    }

    /// Whether an index of the database does the same. One that the engine made for a foreign key does not count: it
    /// disappears by itself when ours is there.
    fn has(&self, index: &expected::Index) -> bool {
        self.found.indexes.iter().any(|there| {
            let same = |(ours, theirs): (&&str, &String)| theirs.eq_ignore_ascii_case(ours);
            if index.unique {
                return there.unique && there.columns.len() == index.columns.len() && index.columns.iter().zip(&there.columns).all(same);
            }
            let covers = there.columns.len() >= index.columns.len() && index.columns.iter().zip(&there.columns).all(same);
            let is_ours = there.name.eq_ignore_ascii_case(index.name);
            // The contract has a plain index beside the unique key of the same column.
            covers && (is_ours || !there.unique && !self.found.foreign_keys.contains(&there.name))
        })
    }

    /// The columns of an index as DDL, long texts by their first characters; none when a unique key can't have one.
    fn parts(&mut self, index: &expected::Index) -> Option<String> {
        let mut parts = Vec::new();
        for name in &index.columns {
            let long = self.found.column(name).is_some_and(|there| there.kind.ends_with("text") || there.length > INDEXABLE);
            if long && index.unique {
                let table = self.expected.name;
                self.refuse(format!("{table}.{name} must be unique, and is too long for that: make it a VARCHAR of at most {INDEXABLE} characters"));
                return None;
            }
            parts.push(if long { format!("`{name}`({PREFIX})") } else { format!("`{name}`") });
        }
        Some(parts.join(", "))
    }

    /// Refuses rows that a unique key would not allow.
    async fn duplicates(&mut self, index: &expected::Index) -> sqlx::Result<bool> {
        if !index.columns.iter().all(|name| self.found.column(name).is_some()) {
            return Ok(false);
        }
        let table = self.expected.name;
        let list = index.columns.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let filled = index.columns.iter().map(|name| format!("`{name}` IS NOT NULL")).collect::<Vec<_>>().join(" AND ");
        let sql = format!(
            "SELECT CAST(CONCAT_WS(', ', {list}) AS CHAR), CAST(COUNT(*) AS SIGNED), CAST(COUNT(*) OVER () AS SIGNED) FROM `{table}` WHERE {filled}
             GROUP BY {list} HAVING COUNT(*) > 1 ORDER BY {list} LIMIT 3"
        );
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(&sql).fetch_all(&mut *self.connection).await?;
        let Some((.., all)) = rows.first() else { return Ok(false) };
        let examples = rows.iter().map(|(values, times, _)| format!("({values}) {times} times")).collect::<Vec<_>>().join("; ");
        let same = index.columns.iter().map(|name| format!("a.`{name}` = b.`{name}`")).collect::<Vec<_>>().join(" AND ");
        let names = index.columns.join(", ");
        self.refuse(format!(
            "{table} has {all} duplicates of ({names}), which must be unique, such as {examples}. To keep the first of each: DELETE b FROM `{table}` a JOIN `{table}` b ON {same} AND a.id < b.id"
        ));
        Ok(true)
    }

    /// Refuses dates such as 0000-00-00, which older servers took, and which are no time.
    async fn zero_dates(&mut self) -> sqlx::Result<()> {
        let table = self.expected.name;
        for column in self.expected.columns.iter().filter(|column| column.kind == "TIMESTAMP") {
            let Some(there) = self.found.column(column.name) else { continue };
            let is_zero = format!("MONTH(`{0}`) = 0 OR DAYOFMONTH(`{0}`) = 0", there.name);
            let sql = format!("SELECT CAST(COUNT(*) AS SIGNED) FROM `{table}` WHERE {is_zero}");
            let count: i64 = sqlx::query_scalar(&sql).fetch_one(&mut *self.connection).await?;
            if count > 0 {
                let instead = if there.required { "'1970-01-02'" } else { "NULL" };
                self.refuse(format!(
                    "{table}.{0} has no real date in {count} rows (0000-00-00): UPDATE `{table}` SET `{0}` = {instead} WHERE {is_zero}",
                    there.name
                ));
            }
        }
        Ok(())
    }

    /// Columns of an older site that every new row would have to fill. (Those of `users` are looked at by themselves.)
    fn foreign_columns(&mut self) {
        let table = self.expected.name;
        if table == "users" {
            return;
        }
        for there in &self.found.columns {
            let ours = self.expected.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&there.name));
            if !ours && there.required && !there.has_default && !there.is_auto && !there.is_generated {
                self.plan.refusals.push(format!(
                    "{table}.{0} is required and not of this site, which can't fill it: give it a default (ALTER TABLE `{table}` ALTER COLUMN `{0}` SET DEFAULT …) or allow NULL",
                    there.name
                ));
            }
        }
    }

    async fn has_rows(&mut self) -> sqlx::Result<bool> {
        let sql = format!("SELECT CAST(EXISTS (SELECT 1 FROM `{}`) AS SIGNED)", self.expected.name);
        Ok(sqlx::query_scalar::<_, i64>(&sql).fetch_one(&mut *self.connection).await? != 0)
    }
}

/// Whether a column of the database can hold every value that this site puts there; why not.
fn holds(table: &str, ours: &expected::Column, theirs: &found::Column) -> Result<(), String> {
    let no = |why: &str| Err(format!("which can't hold {why}"));
    let kind = theirs.kind.as_str();
    let is_text = matches!(kind, "char" | "varchar" | "text" | "mediumtext" | "longtext");
    if theirs.is_generated {
        return no("values of ours: it is computed");
    }
    if !theirs.charset.is_empty() && theirs.charset != "utf8mb4" && kind != "enum" && ours.kind != "JSON" {
        return no(&format!("every language's text (it is {}): ALTER TABLE `{table}` CONVERT TO CHARACTER SET utf8mb4", theirs.charset));
    }
    let base = ours.kind.split('(').next().unwrap_or(ours.kind);
    match base {
        "INT" | "BIGINT" => {
            let is_flag = ["is", "verified", "downloadable", "supporters", "counted", "cancelAt"].iter().any(|start| ours.name.starts_with(start));
            match kind {
                "int" | "bigint" if ours.name == "amount" && theirs.full_kind.contains("unsigned") => no("what is taken back, which is negative"),
                "int" | "bigint" => Ok(()),
                "tinyint" | "smallint" | "mediumint" if is_flag => Ok(()),
                _ => no("the whole numbers of this site (INT; money in cents)"),
            }
        }
        "VARCHAR" | "CHAR" => {
            if kind == "enum" {
                let allowed = values(&theirs.full_kind);
                let ours = VOCABULARIES.iter().find(|(of, name, _)| *of == table && *name == ours.name).map(|(.., words)| *words);
                return match ours.map(|words| words.iter().filter(|word| !allowed.iter().any(|other| other == *word)).copied().collect::<Vec<_>>()) {
                    Some(missing) if missing.is_empty() => Ok(()),
                    Some(missing) => no(&format!("'{}'", missing.join("', '"))),
                    None => no("any text"),
                };
            }
            let length = values(ours.kind).first().and_then(|length| length.parse::<i64>().ok()).unwrap_or(i64::MAX);
            if is_text && theirs.length >= length { Ok(()) } else { no(&format!("texts of {length} characters")) }
        }
        "TEXT" => match kind {
            "text" | "mediumtext" | "longtext" => Ok(()),
            "json" if ours.is_json => Ok(()),
            _ => no("long texts (TEXT)"),
        },
        "JSON" if matches!(kind, "json" | "text" | "mediumtext" | "longtext") => Ok(()),
        "ENUM" => {
            let allowed = if kind == "enum" { Some(values(&theirs.full_kind)) } else { None };
            let missing: Vec<String> =
                values(ours.kind).into_iter().filter(|value| allowed.as_ref().is_some_and(|allowed| !allowed.contains(value))).collect();
            match (kind, missing.as_slice()) {
                ("enum", []) => Ok(()),
                ("enum", missing) => no(&format!("'{}'", missing.join("', '"))),
                _ if is_text && theirs.length >= 32 => Ok(()),
                _ => no(ours.kind),
            }
        }
        "TIMESTAMP" if matches!(kind, "timestamp" | "datetime") => Ok(()),
        _ => no(ours.kind),
    }
}
