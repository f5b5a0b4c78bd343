//! The schema is a contract: nine tables exactly as they were given, sixteen under their names.

use crate::database::fresh_database;
use sqlx::{Connection, MySqlConnection, MySqlPool};

/// What is given of a table. Columns are in order: name, type, nullability, default.
struct Table {
    name: &'static str,
    columns: &'static [&'static str],
    foreign_keys: &'static [&'static str],
    /// All of them, the primary key too.
    unique_keys: &'static [&'static str],
    /// Others that are not unique may be there besides.
    indexes: &'static [&'static str],
}

const TABLES: [Table; 9] = [
    Table {
        name: "artistProfiles",
        columns: &[
            "id int not null auto_increment",
            "userId int not null",
            "artistName varchar(255) not null",
            "bio text null",
            "profileImage varchar(512) null",
            "bannerImage varchar(512) null",
            "genre varchar(64) null",
            "location varchar(255) null",
            "website varchar(512) null",
            "socialLinks text null",
            "followers int not null default 0",
            "totalPlays int not null default 0",
            "verifiedBadge int not null default 0",
            "createdAt timestamp not null default now",
            "updatedAt timestamp not null default now on update now",
        ],
        foreign_keys: &["userId -> users.id on delete cascade"],
        unique_keys: &["PRIMARY(id)", "userId(userId)"],
        indexes: &["idx_userId(userId)", "idx_genre(genre)", "idx_createdAt(createdAt)"],
    },
    Table {
        name: "artistUploads",
        columns: &[
            "id int not null auto_increment",
            "artistId int not null",
            "title varchar(255) not null",
            "description text null",
            "genre varchar(64) not null",
            "audioUrl varchar(512) not null",
            "audioKey varchar(512) not null",
            "coverArtUrl varchar(512) null",
            "duration int null",
            "bpm int null",
            "key varchar(10) null",
            "releaseDate timestamp null",
            "isPublished int not null default 0",
            "isExplicit int not null default 0",
            "downloadable int not null default 0",
            "downloadPrice int null",
            "plays int not null default 0",
            "downloads int not null default 0",
            "likes int not null default 0",
            "comments int not null default 0",
            "createdAt timestamp not null default now",
            "updatedAt timestamp not null default now on update now",
        ],
        foreign_keys: &["artistId -> artistProfiles.id on delete cascade"],
        unique_keys: &["PRIMARY(id)"],
        indexes: &["idx_artistId(artistId)", "idx_isPublished(isPublished)", "idx_genre(genre)", "idx_createdAt(createdAt)"],
    },
    Table {
        name: "userPlaylists",
        columns: &[
            "id int not null auto_increment",
            "userId int not null",
            "name varchar(255) not null",
            "description text null",
            "coverImageUrl varchar(512) null",
            "isPublic int not null default 0",
            "plays int not null default 0",
            "shares int not null default 0",
            "followers int not null default 0",
            "createdAt timestamp not null default now",
            "updatedAt timestamp not null default now on update now",
        ],
        foreign_keys: &["userId -> users.id on delete cascade"],
        unique_keys: &["PRIMARY(id)"],
        indexes: &["idx_userId(userId)", "idx_isPublic(isPublic)", "idx_createdAt(createdAt)"],
    },
    Table {
        name: "playlistFollowers",
        columns: &["id int not null auto_increment", "playlistId int not null", "userId int not null", "followedAt timestamp not null default now"],
        foreign_keys: &["playlistId -> userPlaylists.id on delete cascade", "userId -> users.id on delete cascade"],
        unique_keys: &["PRIMARY(id)", "unique_playlist_follower(playlistId,userId)"],
        indexes: &["idx_playlistId(playlistId)", "idx_userId(userId)"],
    },
    Table {
        name: "playlistShares",
        columns: &[
            "id int not null auto_increment",
            "playlistId int not null",
            "sharedBy int not null",
            "platform varchar(64) null",
            "sharedAt timestamp not null default now",
        ],
        foreign_keys: &["playlistId -> userPlaylists.id on delete cascade", "sharedBy -> users.id on delete cascade"],
        unique_keys: &["PRIMARY(id)"],
        indexes: &["idx_playlistId(playlistId)", "idx_sharedBy(sharedBy)", "idx_platform(platform)"],
    },
    Table {
        name: "creatorEarnings",
        columns: &[
            "id int not null auto_increment",
            "artistId int not null",
            "trackId int null",
            "playlistId int null",
            "earningType enum('streams','downloads','tips','merchandise') not null",
            "amount int not null",
            "currency varchar(3) not null default USD",
            "period varchar(64) null",
            "createdAt timestamp not null default now",
        ],
        foreign_keys: &[
            "artistId -> artistProfiles.id on delete cascade",
            "trackId -> artistUploads.id on delete set null",
            "playlistId -> userPlaylists.id on delete set null",
        ],
        unique_keys: &["PRIMARY(id)"],
        indexes: &[
            "idx_artistId(artistId)",
            "idx_earningType(earningType)",
            "idx_createdAt(createdAt)",
            "idx_period(period)",
            "idx_creatorEarnings_artist_type(artistId,earningType)",
        ],
    },
    Table {
        name: "creatorPayouts",
        columns: &[
            "id int not null auto_increment",
            "artistId int not null",
            "amount int not null",
            "status enum('pending','processing','completed','failed') not null default pending",
            "paymentMethod varchar(64) null",
            "transactionId varchar(255) null",
            "requestedAt timestamp not null default now",
            "processedAt timestamp null",
        ],
        foreign_keys: &["artistId -> artistProfiles.id on delete cascade"],
        unique_keys: &["PRIMARY(id)"],
        indexes: &["idx_artistId(artistId)", "idx_status(status)", "idx_requestedAt(requestedAt)"],
    },
    Table {
        name: "tips",
        columns: &[
            "id int not null auto_increment",
            "senderId int not null",
            "recipientId int not null",
            "amount int not null",
            "message text null",
            "trackId int null",
            "paymentStatus enum('pending','completed','failed') not null default completed",
            "stripePaymentId varchar(255) null",
            "createdAt timestamp not null default now",
        ],
        foreign_keys: &[
            "senderId -> users.id on delete cascade",
            "recipientId -> users.id on delete cascade",
            "trackId -> artistUploads.id on delete set null",
        ],
        unique_keys: &["PRIMARY(id)"],
        indexes: &["idx_senderId(senderId)", "idx_recipientId(recipientId)", "idx_createdAt(createdAt)"],
    },
    Table {
        name: "adMetrics",
        columns: &[
            "id int not null auto_increment",
            "userId int not null",
            "adId varchar(255) not null",
            "impressions int not null default 0",
            "clicks int not null default 0",
            "lastInteraction timestamp not null default now",
            "createdAt timestamp not null default now",
        ],
        foreign_keys: &["userId -> users.id on delete cascade"],
        unique_keys: &["PRIMARY(id)"],
        indexes: &["idx_userId(userId)", "idx_adId(adId)", "idx_createdAt(createdAt)"],
    },
];

/// Those whose names alone are given.
const CORE: [&str; 16] = [
    "users",
    "subscriptionTiers",
    "userSubscriptions",
    "albums",
    "tracks",
    "playlists",
    "playlistTracks",
    "favorites",
    "streamHistory",
    "paypalSubscriptions",
    "payments",
    "genreAccess",
    "songPurchases",
    "albumPurchases",
    "posts",
    "uploadedFiles",
];

/// Every given key and index that no index of the database stands for, whatever its name.
pub async fn missing_keys(pool: &MySqlPool) -> Vec<String> {
    let connection = &mut pool.acquire().await.unwrap();
    let mut missing = Vec::new();
    for table in &TABLES {
        let unique = keys(connection, table.name, true).await;
        let plain = keys(connection, table.name, false).await;
        let columns = |key: &str| key.split_once('(').map(|(_, columns)| columns.trim_end_matches(')').to_owned()).unwrap();
        let there = |list: &[String], key: &str| list.iter().any(|found| columns(found) == columns(key));
        missing.extend(table.unique_keys.iter().filter(|key| !there(&unique, key)).map(|key| format!("{} {key}", table.name)));
        missing.extend(table.indexes.iter().filter(|key| !there(&plain, key)).map(|key| format!("{} {key}", table.name)));
    }
    missing
}

/// Every column of the nine tables, in order.
pub async fn columns_of_the_nine(pool: &MySqlPool) -> Vec<String> {
    let connection = &mut pool.acquire().await.unwrap();
    let mut all = Vec::new();
    for table in &TABLES {
        all.extend(columns(connection, table.name).await.into_iter().map(|column| format!("{}.{column}", table.name)));
    }
    all
}

async fn database() -> MySqlConnection {
    MySqlConnection::connect(&fresh_database().await.url).await.unwrap()
}

async fn texts(connection: &mut MySqlConnection, sql: &str, table: &str) -> Vec<String> {
    sqlx::query_scalar(sql).bind(table).fetch_all(connection).await.unwrap()
}

/// Columns in order, the same text from both engines.
async fn columns(connection: &mut MySqlConnection, table: &str) -> Vec<String> {
    let rows: Vec<(String, String, String, Option<String>, String)> = sqlx::query_as(
        "SELECT CAST(COLUMN_NAME AS CHAR), CAST(COLUMN_TYPE AS CHAR), CAST(IS_NULLABLE AS CHAR), CAST(COLUMN_DEFAULT AS CHAR), CAST(EXTRA AS CHAR)
         FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION",
    )
    .bind(table)
    .fetch_all(connection)
    .await
    .unwrap();
    rows.into_iter()
        .map(|(name, kind, nullable, default, extra)| {
            // MariaDB tells a width that means nothing, writes functions with brackets, and quotes texts.
            let kind = if kind.starts_with("int(") { "int".to_owned() } else { kind };
            let extra = extra.to_lowercase();
            let mut column = format!("{name} {kind} {}", if nullable == "YES" { "null" } else { "not null" });
            match default.map(|default| default.trim_matches('\'').to_owned()).as_deref() {
                None | Some("NULL") => {}
                Some("CURRENT_TIMESTAMP" | "current_timestamp()") => column += " default now",
                Some(value) => column += &format!(" default {value}"),
            }
            if extra.contains("on update current_timestamp") {
                column += " on update now";
            }
            if extra.contains("auto_increment") {
                column += " auto_increment";
            }
            column
        })
        .collect()
}

async fn foreign_keys(connection: &mut MySqlConnection, table: &str) -> Vec<String> {
    texts(
        connection,
        "SELECT CAST(CONCAT(k.COLUMN_NAME, ' -> ', k.REFERENCED_TABLE_NAME, '.', k.REFERENCED_COLUMN_NAME, ' on delete ', LOWER(r.DELETE_RULE)) AS CHAR)
         FROM information_schema.KEY_COLUMN_USAGE k
         JOIN information_schema.REFERENTIAL_CONSTRAINTS r
           ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.TABLE_NAME = k.TABLE_NAME AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME
         WHERE k.TABLE_SCHEMA = DATABASE() AND k.TABLE_NAME = ? AND r.UPDATE_RULE IN ('NO ACTION', 'RESTRICT') ORDER BY 1",
        table,
    )
    .await
}

async fn keys(connection: &mut MySqlConnection, table: &str, unique: bool) -> Vec<String> {
    let sql = format!(
        "SELECT CAST(CONCAT(INDEX_NAME, '(', GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX SEPARATOR ','), ')') AS CHAR)
         FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND NON_UNIQUE = {} GROUP BY INDEX_NAME ORDER BY 1",
        u8::from(!unique)
    );
    texts(connection, &sql, table).await
}

fn sorted(list: &[&str]) -> Vec<String> {
    let mut list: Vec<String> = list.iter().map(|&item| item.to_owned()).collect();
    list.sort_by_key(|item| item.to_lowercase());
    list
}

fn in_order(mut list: Vec<String>) -> Vec<String> {
    list.sort_by_key(|item| item.to_lowercase());
    list
}

#[tokio::test]
async fn nine_tables_are_as_given() {
    let connection = &mut database().await;
    for table in &TABLES {
        let name = table.name;
        assert_eq!(columns(connection, name).await, table.columns, "columns of {name}");
        assert_eq!(in_order(foreign_keys(connection, name).await), sorted(table.foreign_keys), "foreign keys of {name}");
        assert_eq!(in_order(keys(connection, name, true).await), sorted(table.unique_keys), "unique keys of {name}");
        let indexes = keys(connection, name, false).await;
        for index in table.indexes {
            assert!(indexes.iter().any(|found| found == index), "{name} lacks {index}: {indexes:?}");
        }
        let engine = texts(
            connection,
            "SELECT CAST(CONCAT(ENGINE, ' ', TABLE_COLLATION) AS CHAR) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?",
            name,
        )
        .await;
        assert_eq!(engine, ["InnoDB utf8mb4_unicode_ci"], "{name}");
    }
}

#[tokio::test]
async fn nine_tables_have_no_checks_and_no_triggers() {
    let connection = &mut database().await;
    for table in &TABLES {
        let checks = texts(
            connection,
            "SELECT CAST(CONSTRAINT_NAME AS CHAR) FROM information_schema.TABLE_CONSTRAINTS
             WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND CONSTRAINT_TYPE = 'CHECK'",
            table.name,
        )
        .await;
        let triggers = texts(
            connection,
            "SELECT CAST(TRIGGER_NAME AS CHAR) FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = DATABASE() AND EVENT_OBJECT_TABLE = ?",
            table.name,
        )
        .await;
        assert!(checks.is_empty() && triggers.is_empty(), "{}: {checks:?} {triggers:?}", table.name);
    }
}

#[tokio::test]
async fn sixteen_tables_are_there() {
    let connection = &mut database().await;
    for table in CORE {
        let columns = columns(connection, table).await;
        let id = if table == "streamHistory" { "id bigint" } else { "id int" };
        assert!(columns.first().is_some_and(|first| first.starts_with(id) && first.ends_with(" auto_increment")), "{table}: {columns:?}");
    }
    assert_eq!(columns(connection, "users").await[0], "id int not null auto_increment");
    let files = columns(connection, "uploadedFiles").await;
    assert!(files.iter().any(|column| column == "metadata json null" || column == "metadata longtext null"), "{files:?}");
    let tiers = columns(connection, "subscriptionTiers").await;
    for name in ["name ", "description ", "monthlyPrice int", "features "] {
        assert!(tiers.iter().any(|column| column.starts_with(name)), "{name}: {tiers:?}");
    }
}

#[tokio::test]
async fn the_tiers_are_as_given() {
    let connection = &mut database().await;
    let tiers: Vec<(String, i32, String)> =
        sqlx::query_as("SELECT name, monthlyPrice, features FROM subscriptionTiers ORDER BY monthlyPrice").fetch_all(connection).await.unwrap();
    let tiers: Vec<(&str, i32, Vec<String>)> =
        tiers.iter().map(|(name, price, features)| (name.as_str(), *price, serde_json::from_str(features).unwrap())).collect();
    let expected = [
        ("Free", 0, vec!["ad-supported", "limited-streams"]),
        ("Premium", 999, vec!["ad-free", "unlimited-streams", "hq-audio"]),
        ("Supporter", 1999, vec!["ad-free", "unlimited-streams", "hq-audio", "exclusive-content"]),
    ];
    assert_eq!(tiers, expected.map(|(name, price, features)| (name, price, features.into_iter().map(str::to_owned).collect())));
}
