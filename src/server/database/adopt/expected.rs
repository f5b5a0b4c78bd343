//! What the migrations would create, read from their own statements, so that nothing is written down twice.
//!
//! The house form of a migration that creates a table: one column, key or index a line. Tables that may be there already
//! say `IF NOT EXISTS`; the others are this site's alone.

use crate::server::database::migrate::MIGRATOR;

/// A table of a migration.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: &'static str,
    /// An older site may have it.
    pub given: bool,
    /// The whole statement.
    pub create: &'static str,
    pub columns: Vec<Column>,
    pub indexes: Vec<Index>,
    pub foreign_keys: Vec<ForeignKey>,
}

/// A column of it.
#[derive(Clone, Debug)]
pub struct Column {
    pub name: &'static str,
    /// Such as `VARCHAR(255)`.
    pub kind: &'static str,
    /// Everything behind the name that a column of its own may have.
    pub definition: String,
    pub required: bool,
    pub has_default: bool,
    pub is_json: bool,
}

/// An index or a unique key of it.
#[derive(Clone, Debug)]
pub struct Index {
    pub name: &'static str,
    pub unique: bool,
    pub columns: Vec<&'static str>,
}

/// A foreign key of it.
#[derive(Clone, Debug)]
pub struct ForeignKey {
    pub column: &'static str,
    pub table: &'static str,
    /// From `REFERENCES` on.
    pub references: &'static str,
}

/// Every table of the migrations, in their order, which foreign keys allow.
pub fn tables() -> Vec<Table> {
    MIGRATOR.migrations.iter().filter_map(|migration| table(&migration.sql)).collect()
}

fn table(sql: &'static str) -> Option<Table> {
    let mut lines = sql.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("--"));
    let head = lines.next()?.strip_prefix("CREATE TABLE ")?;
    let (given, head) = head.strip_prefix("IF NOT EXISTS ").map_or((false, head), |head| (true, head));
    let name = unquoted(head.strip_suffix('(')?);
    let mut table = Table { name, given, create: sql, columns: Vec::new(), indexes: Vec::new(), foreign_keys: Vec::new() };
    for line in lines.take_while(|line| !line.starts_with(')')) {
        let line = line.strip_suffix(',').unwrap_or(line);
        if let Some(rest) = line.strip_prefix("FOREIGN KEY ") {
            let (column, references) = rest.split_once(' ')?;
            let target = references.strip_prefix("REFERENCES ")?.split('(').next()?;
            table.foreign_keys.push(ForeignKey { column: names(column).into_iter().next()?, table: unquoted(target), references });
        } else if let Some(rest) = line.strip_prefix("UNIQUE KEY ").or_else(|| line.strip_prefix("INDEX ")) {
            let (name, columns) = rest.split_once(' ')?;
            table.indexes.push(Index { name: unquoted(name), unique: line.starts_with('U'), columns: names(columns) });
        } else if !line.starts_with("PRIMARY KEY ") {
            let (name, definition) = line.split_once(' ')?;
            let column = column(unquoted(name), definition);
            if definition.contains(" UNIQUE") {
                table.indexes.push(Index { name: column.name, unique: true, columns: vec![column.name] });
            }
            table.columns.push(column);
        }
    }
    Some(table)
}

fn column(name: &'static str, definition: &'static str) -> Column {
    let kind = kind(definition);
    let (rules, comment) = definition.split_once(" COMMENT ").unwrap_or((definition, ""));
    Column {
        name,
        kind,
        definition: definition.replace(" UNIQUE", "").replace(" PRIMARY KEY", ""),
        required: rules.contains("NOT NULL") || rules.contains("PRIMARY KEY"),
        has_default: rules.contains(" DEFAULT "),
        is_json: kind == "JSON" || comment.starts_with("'JSON"),
    }
}

/// The type at the start of a definition, its brackets included.
fn kind(definition: &'static str) -> &'static str {
    let mut depth = 0_u32;
    let end = definition.find(|character| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ' ' && depth == 0
    });
    &definition[..end.unwrap_or(definition.len())]
}

/// The values of an ENUM.
pub fn values(kind: &str) -> Vec<String> {
    let inside = kind.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
    inside.split(',').map(|value| value.trim().trim_matches('\'').to_owned()).filter(|value| !value.is_empty()).collect()
}

fn names(list: &'static str) -> Vec<&'static str> {
    list.trim_matches(['(', ')']).split(',').map(unquoted).collect()
}

fn unquoted(name: &'static str) -> &'static str {
    name.trim().trim_matches('`')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_that_creates_a_table_is_understood() {
        let tables = tables();
        let creating = MIGRATOR.iter().filter(|migration| migration.sql.contains("CREATE TABLE")).count();
        assert_eq!(tables.len(), creating, "each in the house form");
        assert_eq!(tables.iter().filter(|table| table.given).count(), 25, "nine tables of the contract and sixteen core ones");
        for table in tables.iter().filter(|table| table.given) {
            assert!(table.columns[0].name == "id" && table.columns[0].definition.contains("AUTO_INCREMENT"), "{}", table.name);
        }
    }

    #[test]
    fn columns_keys_and_indexes_are_read() {
        let tables = tables();
        let earnings = tables.iter().find(|table| table.name == "creatorEarnings").expect("there");
        let kind = earnings.columns.iter().find(|column| column.name == "earningType").expect("there");
        assert_eq!(kind.kind, "ENUM('streams', 'downloads', 'tips', 'merchandise')");
        assert_eq!(values(kind.kind), ["streams", "downloads", "tips", "merchandise"]);
        assert!(kind.required && !kind.has_default);
        assert_eq!(earnings.foreign_keys[1].references, "REFERENCES artistUploads(id) ON DELETE SET NULL");
        assert_eq!(earnings.indexes.last().map(|index| index.columns.clone()), Some(vec!["artistId", "earningType"]));
        let profiles = tables.iter().find(|table| table.name == "artistProfiles").expect("there");
        assert!(profiles.indexes[0].unique && profiles.indexes[0].columns == ["userId"]);
        let uploads = tables.iter().find(|table| table.name == "artistUploads").expect("there");
        assert!(uploads.columns.iter().any(|column| column.name == "key"));
    }
}
