//! Who may call what: every server function and every page, as everyone. A new one that is not listed here fails.

use crate::app::{Person, TestApp};
use eternity::server::{
    router::pages,
    security::{Need, need_of},
};
use leptos::server_fn::axum::server_fn_paths;
use reqwest::{Method, StatusCode, header};
use std::{collections::BTreeSet, path::Path};

/// Who may call which server function.
pub const FUNCTIONS: &[(Need, &[&str])] = &[
    (
        Need::Anyone,
        &[
            "accounts/forgotten-password",
            "accounts/link",
            "accounts/log-in",
            "accounts/mail",
            "accounts/mailbox",
            "accounts/reset-password",
            "accounts/sign-up",
            "accounts/verify-email",
            "ads/pick",
            "artists/page",
            "catalogue/album",
            "catalogue/albums",
            "catalogue/mix",
            "catalogue/mixes",
            "catalogue/song",
            "discovery/charts",
            "discovery/genre",
            "discovery/genres",
            "discovery/home",
            "discovery/search",
            "playlists/page",
            "playlists/share_page",
            "player/joined",
            "plays/start",
            "posts/list",
            "posts/read",
            "purchases/gift",
            "subscriptions/plans",
            "tracks/comments",
            "tracks/page",
        ],
    ),
    (
        Need::Listener,
        &[
            "accounts/change-email",
            "accounts/change-password",
            "accounts/close",
            "accounts/closing",
            "accounts/end-other-sessions",
            "accounts/end-session",
            "accounts/rename",
            "accounts/settings",
            "artists/follow",
            "catalogue/favourite",
            "checkout/decline",
            "checkout/pay",
            "checkout/receipt",
            "checkout/receipts",
            "checkout/show",
            "discovery/library",
            "discovery/shelf",
            "listening/forget",
            "listening/history",
            "listening/pause",
            "notifications/list",
            "playlists/add",
            "playlists/add_page",
            "playlists/arrange",
            "playlists/create",
            "playlists/delete",
            "playlists/edit",
            "playlists/follow",
            "playlists/own",
            "playlists/share",
            "purchases/buy",
            "purchases/claim",
            "purchases/mine",
            "purchases/offer",
            "royalties/spent",
            "subscriptions/cancel",
            "subscriptions/choose",
            "subscriptions/mine",
            "subscriptions/pay",
            "subscriptions/proposal",
            "subscriptions/resume",
            "tips/offer_artist",
            "tips/offer_track",
            "tips/send",
            "tracks/comment",
            "tracks/like",
            "tracks/uncomment",
        ],
    ),
    (
        Need::Artist,
        &[
            "artists/dashboard",
            "artists/profile",
            "earnings/list",
            "earnings/overview",
            "earnings/statement",
            "listening/plays",
            "payouts/desk",
            "payouts/mine",
            "payouts/mine_one",
            "payouts/request",
            "payouts/set_destination",
            "royalties/explained",
            "royalties/mine",
            "tips/received",
            "tips/received_one",
            "tips/reply",
            "uploads/discard",
            "uploads/form",
            "uploads/keep-audio",
            "uploads/list",
            "uploads/one",
            "uploads/publish",
            "uploads/publish-all",
            "uploads/retry",
            "uploads/unpublish",
            "uploads/withdraw",
        ],
    ),
    (
        Need::Admin,
        &[
            "admin/disputes",
            "admin/job_retry",
            "admin/jobs",
            "admin/overview",
            "admin/payment",
            "admin/payments",
            "admin/payout",
            "admin/payout_approve",
            "admin/payout_refuse",
            "admin/payouts",
            "admin/refund",
            "ads/all",
            "ads/draft",
            "ads/save",
            "catalogue/album_draft",
            "catalogue/all_albums",
            "catalogue/save_album",
            "catalogue/save_song",
            "catalogue/song_draft",
            "posts/all",
            "posts/draft",
            "posts/save",
            "royalties/closings",
        ],
    ),
];

/// Something for every argument that any of them takes; ids are of nothing.
pub const ARGUMENTS: &[(&str, &str)] = &[
    ("id", "987654"),
    ("kind", "tracks"),
    ("track", "987654"),
    ("song", "987654"),
    ("playlist", "987654"),
    ("artist", "987654"),
    ("payment", "987654"),
    ("payout", "987654"),
    ("tip", "987654"),
    ("comment", "987654"),
    ("token", "none"),
    ("code", "0000-0000-0000-0000"),
    ("session", "none"),
    ("staging", ""),
    ("name", "Name"),
    ("title", "Title"),
    ("body", "Body"),
    ("description", ""),
    ("q", "night"),
    ("source", "page"),
    ("listened_ms", "1"),
    ("follow", "true"),
    ("like", "true"),
    ("keep", "true"),
    ("change", "up-1"),
    ("platform", "copy"),
    ("method", "paypal"),
    ("destination", "ada@example.org"),
    ("form_key", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    ("amount", "5.00"),
    ("other", ""),
    ("message", ""),
    ("month", "2026-02"),
    ("reply", "Thanks"),
    ("reason", "Because"),
    ("advertiser", "Ida"),
    ("headline", "Strings"),
    ("link", "ida.example"),
    ("price", "4.50"),
    ("starts_on", "2026-01-01"),
    ("email", "nobody@example.org"),
    ("password", "not the password"),
    ("current_password", "not the password"),
    ("new_password", "another password"),
    ("next", "/"),
];

/// A listener, an artist and an admin, signed in anew, since some calls end a session.
async fn person(site: &TestApp, need: Need) -> Person {
    if need == Need::Anyone {
        return site.visitor();
    }
    let (person, user) = site.signed_in("Someone").await;
    if need == Need::Artist {
        sqlx::query("INSERT INTO artistProfiles (userId, artistName) VALUES (?, 'Someone')").bind(user).execute(&site.app.db).await.unwrap();
    }
    if need == Need::Admin {
        sqlx::query("UPDATE users SET role = 'admin' WHERE id = ?").bind(user).execute(&site.app.db).await.unwrap();
    }
    person
}

/// What somebody is told who may not.
fn refusal(who: Need, need: Need) -> Option<StatusCode> {
    match (who, need) {
        (_, Need::Anyone) => None,
        (Need::Anyone, _) => Some(StatusCode::UNAUTHORIZED),
        (_, Need::Listener) | (Need::Artist, Need::Artist) | (Need::Admin, Need::Admin) => None,
        _ => Some(StatusCode::FORBIDDEN),
    }
}

#[tokio::test]
async fn every_server_function_as_everyone() {
    let site = TestApp::start().await;
    let listed: BTreeSet<String> = FUNCTIONS.iter().flat_map(|(_, paths)| paths.iter().map(|path| format!("/api/{path}"))).collect();
    let registered: BTreeSet<String> = server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    assert_eq!(listed, registered, "every server function is listed here, and nothing else");

    let mut wrong = Vec::new();
    for who in [Need::Anyone, Need::Listener, Need::Artist, Need::Admin] {
        for (need, paths) in FUNCTIONS {
            for path in *paths {
                let person = person(&site, who).await;
                let method = server_fn_paths().find(|(known, _)| *known == format!("/api/{path}")).unwrap().1;
                let url = format!("{}/api/{path}", site.url);
                let request = if method == Method::GET { person.client.get(url).query(ARGUMENTS) } else { person.client.post(url).form(ARGUMENTS) };
                let response = request.header(header::ACCEPT, "application/json").send().await.unwrap();
                let (status, text) = (response.status(), response.text().await.unwrap());
                let refused = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN).then_some(status);
                if refused != refusal(who, *need) || text.contains("could not be read") || status.is_server_error() {
                    wrong.push(format!("{path} as {who:?}: {status} {text:.80}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn every_page_as_everyone() {
    let site = TestApp::start().await;
    let mut wrong = Vec::new();
    for who in [Need::Anyone, Need::Listener, Need::Artist, Need::Admin] {
        let person = person(&site, who).await;
        for page in pages() {
            let path: String =
                page.path().split('/').map(|part| if part.starts_with([':', '{']) { "987654" } else { part }).collect::<Vec<_>>().join("/");
            let response = person.get(&path).await;
            let (status, to) = (response.status(), response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned()));
            let right = match (who, need_of(&path)) {
                (Need::Anyone, need) if need != Need::Anyone => to.is_some_and(|to| to.starts_with("/log-in?next=")),
                (Need::Listener | Need::Admin, Need::Artist) => to.as_deref() == Some("/studio/new"),
                (Need::Listener | Need::Artist, Need::Admin) => status == StatusCode::FORBIDDEN,
                _ => matches!(status, StatusCode::OK | StatusCode::NOT_FOUND | StatusCode::SEE_OTHER | StatusCode::FOUND),
            };
            if !right {
                wrong.push(format!("{path} as {who:?}: {status}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Somebody's own things, by the name of their ids in [`OWN`].
pub type Things = Vec<(&'static str, String)>;

/// Calls that name somebody's own thing: who else sends them is told that there is no such thing, and changes nothing.
/// In this order the owner can make them all.
const OWN: &[(&str, &str)] = &[
    ("GET", "api/uploads/one?id={draft}"),
    ("GET", "api/tracks/page?id={draft}"),
    ("GET", "studio/uploads/{draft}"),
    ("GET", "tracks/{draft}"),
    ("GET", "media/audio/{draft}"),
    ("GET", "tracks/{draft}/download?format=original"),
    ("GET", "api/playlists/page?id={playlist}"),
    ("GET", "api/playlists/own?id={playlist}"),
    ("GET", "api/playlists/share_page?id={playlist}"),
    ("GET", "playlists/{playlist}"),
    ("GET", "playlists/{playlist}/edit"),
    ("GET", "playlists/{playlist}/share"),
    ("GET", "playlists/{playlist}/export.json"),
    ("GET", "playlists/{playlist}/export.m3u8"),
    ("GET", "api/tips/received_one?id={tip}"),
    ("GET", "studio/tips/{tip}"),
    ("GET", "api/payouts/mine_one?id={payout}"),
    ("GET", "studio/payouts/{payout}"),
    ("GET", "api/checkout/show?id={checkout}"),
    ("GET", "api/checkout/receipt?payment={payment}"),
    ("GET", "checkout/{checkout}"),
    ("GET", "receipts/{payment}"),
    ("POST", "api/plays/start?track={draft}&source=page"),
    ("GET", "api/player/joined?track={draft}&quality=standard"),
    ("POST", "api/playlists/add?playlist={playlist}&song={song}"),
    ("POST", "api/playlists/arrange?playlist={playlist}&change=up-{entry}"),
    ("POST", "api/playlists/edit?playlist={playlist}&name=Taken&description="),
    ("POST", "api/playlists/share?playlist={playlist}&platform=copy"),
    ("POST", "api/playlists/follow?playlist={playlist}&follow=true"),
    ("POST", "api/playlists/delete?playlist={playlist}&confirmed=true"),
    ("POST", "api/uploads/publish?id={draft}"),
    ("POST", "api/uploads/unpublish?id={draft}"),
    ("POST", "api/uploads/retry?id={failed}"),
    ("POST", "api/uploads/keep-audio?id={draft}"),
    ("POST", "api/uploads/discard?id={staging}"),
    ("POST", "api/uploads/withdraw?id={draft}&sure=true"),
    ("POST", "api/tips/reply?tip={tip}&reply=Thanks"),
    ("POST", "api/checkout/pay?id={checkout}"),
    ("POST", "api/checkout/decline?id={checkout}"),
    ("POST", "api/accounts/end-session?session={session}"),
];

/// The tables that those calls change.
const TABLES: &str = "artistUploads, trackLikes, uploadStagings, trackReplacements, userPlaylists, userPlaylistTracks, playlistFollowers, playlistShares, playlistShareLinks, tips, \
                      tipDetails, checkouts, payments, creatorPayouts, ledgerEntries, jobs, outgoingMails";

/// An artist with a draft, a private playlist with two songs, a received tip, a payout, an open checkout and a second session.
pub async fn artist_with_things(site: &TestApp) -> (Person, Things) {
    let (person, user) = site.signed_in("Owner").await;
    let (_, payee) = site.signed_in("Payee").await;
    let insert = async |sql: &str| sqlx::query(sql).execute(&site.app.db).await.unwrap().last_insert_id().to_string();
    let artist = insert(&format!("INSERT INTO artistProfiles (userId, artistName) VALUES ({user}, 'Owner')")).await;
    let other = insert(&format!("INSERT INTO artistProfiles (userId, artistName) VALUES ({payee}, 'Payee')")).await;
    let draft = insert(&format!(
        "INSERT INTO artistUploads (artistId, title, genre, audioUrl, audioKey, duration, isPublished) VALUES ({artist}, 'Draft', 'Jazz', '', 'x', 60, 0)"
    ))
    .await;
    insert(&format!("INSERT INTO trackMedia (trackId, state, standardKey) VALUES ({draft}, 'ready', 'x')")).await;
    insert(&format!(
        "INSERT INTO trackRenditions (trackId, quality, fileKey, mimeType, bitrate, size, sampleRate, encoderDelay, padding, samples)
         VALUES ({draft}, 'opus-96', 'x', 'audio/webm', 96, 9, 48000, 312, 0, 48000)"
    ))
    .await;
    std::fs::create_dir_all(site.app.config.data_dir.join("media")).unwrap();
    std::fs::write(site.app.config.data_dir.join("media/x"), "sound").unwrap();
    let staging = "01ARZ3NDEKTSV4RRFFQ69G5FAZ".to_owned();
    insert(&format!(
        "INSERT INTO uploadStagings (id, artistId, fileName, bytesExpected, fingerprint, state) VALUES ('{staging}', {artist}, 'a.wav', 9, 'x', 'uploading')"
    ))
    .await;
    insert(&format!(
        "INSERT INTO uploadStagings (id, artistId, fileName, bytesExpected, state) VALUES ('01ARZ3NDEKTSV4RRFFQ69G5FB0', {artist}, 'b.wav', 9, 'uploaded')"
    ))
    .await;
    insert(&format!("INSERT INTO trackReplacements (trackId, stagingId, failure) VALUES ({draft}, '01ARZ3NDEKTSV4RRFFQ69G5FB0', 'damaged')")).await;
    let playlist = insert(&format!("INSERT INTO userPlaylists (userId, name, isPublic) VALUES ({user}, 'Mine', 0)")).await;
    let failed = insert(&format!(
        "INSERT INTO artistUploads (artistId, title, genre, audioUrl, audioKey, isPublished) VALUES ({artist}, 'Failed', 'Jazz', '', 'x', 0)"
    ))
    .await;
    insert(&format!("INSERT INTO trackMedia (trackId, state, failure) VALUES ({failed}, 'failed', 'damaged')")).await;
    let (mut entry, mut song) = (String::new(), String::new());
    for position in 1..=2 {
        song = insert("INSERT INTO tracks (title, artistName, genre, audioKey, duration, isPublished) VALUES ('Song', 'Band', 'Jazz', 's', 60, 1)")
            .await;
        entry = insert(&format!("INSERT INTO userPlaylistTracks (playlistId, trackId, position) VALUES ({playlist}, {song}, {position})")).await;
    }
    let tip = insert(&format!("INSERT INTO tips (senderId, recipientId, amount, paymentStatus) VALUES ({payee}, {user}, 500, 'completed')")).await;
    let paid =
        insert(&format!("INSERT INTO payments (userId, amount, purpose, status, provider) VALUES ({payee}, 500, 'tip', 'completed', 'sandbox')"))
            .await;
    insert(&format!("INSERT INTO tipDetails (tipId, paymentId, fee, feeCovered, anonymous) VALUES ({tip}, {paid}, 25, 0, 0)")).await;
    let payout =
        insert(&format!("INSERT INTO creatorPayouts (artistId, amount, status, paymentMethod) VALUES ({artist}, 1000, 'pending', 'bank')")).await;
    insert(&format!(
        "INSERT INTO payoutDetails (payoutId, formKey, requestedBy, destination) VALUES ({payout}, '01ARZ3NDEKTSV4RRFFQ69G5FAV', {user}, 'x')"
    ))
    .await;
    let (to, _) = person
        .submit(
            &format!("/tip/artists/{other}"),
            "/api/tips/send",
            &[("form_key", "01ARZ3NDEKTSV4RRFFQ69G5FAX"), ("artist", &other), ("amount", "5.00"), ("other", ""), ("message", "")],
        )
        .await;
    let checkout = to.strip_prefix("/checkout/").unwrap().to_owned();
    let payment: i32 = sqlx::query_scalar("SELECT paymentId FROM checkouts WHERE id = ?").bind(&checkout).fetch_one(&site.app.db).await.unwrap();
    let session = "01ARZ3NDEKTSV4RRFFQ69G5FAY".to_owned();
    insert(&format!("INSERT INTO accountSessions (id, userId, sessionId, userAgent) VALUES ('{session}', {user}, 'none', 'a phone')")).await;
    let things = vec![
        ("draft", draft),
        ("failed", failed),
        ("staging", staging),
        ("song", song),
        ("playlist", playlist),
        ("entry", entry),
        ("tip", tip),
        ("payout", payout),
        ("checkout", checkout),
        ("payment", payment.to_string()),
        ("session", session),
    ];
    (person, things)
}

/// Makes everybody of this name an admin.
pub async fn become_admin(site: &TestApp, name: &str) {
    sqlx::query("UPDATE users SET role = 'admin' WHERE name = ?").bind(name).execute(&site.app.db).await.unwrap();
}

/// Makes one call of [`OWN`].
async fn make(person: &Person, site: &TestApp, (method, call): (&str, &str), things: &Things) -> StatusCode {
    let call = things.iter().fold(call.to_owned(), |call, (name, id)| call.replace(&format!("{{{name}}}"), id));
    let accept = if call.starts_with("api/") { "application/json" } else { "text/html" };
    let request = if method == "GET" {
        person.client.get(format!("{}/{call}", site.url))
    } else {
        let (path, form) = call.split_once('?').unwrap();
        let form = form.to_owned();
        person.client.post(format!("{}/{path}", site.url)).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form)
    };
    request.header(header::ACCEPT, accept).send().await.unwrap().status()
}

async fn checksums(site: &TestApp) -> Vec<(String, i64)> {
    sqlx::query_as(&format!("CHECKSUM TABLE {TABLES}")).fetch_all(&site.app.db).await.unwrap()
}

#[tokio::test]
async fn everybodys_own_things_as_everyone_else() {
    let site = TestApp::start().await;
    let (owner, things) = artist_with_things(&site).await;
    let before = checksums(&site).await;
    let mut wrong = Vec::new();
    for who in [Need::Anyone, Need::Listener, Need::Artist, Need::Admin] {
        let person = person(&site, who).await;
        for call in OWN {
            let status = make(&person, &site, *call, &things).await;
            // Whoever lacks a session or a role is turned away before. Admins may look at a draft and hear it.
            let away = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::SEE_OTHER) && who != Need::Artist;
            let looks = who == Need::Admin
                && ["api/tracks/page", "tracks/", "media/audio/", "api/plays/start", "api/player/joined"]
                    .iter()
                    .any(|start| call.1.starts_with(start));
            if status != StatusCode::NOT_FOUND && !away && !looks {
                wrong.push(format!("{call:?} as another {who:?}: {status}"));
            }
        }
    }
    assert_eq!(checksums(&site).await, before, "nobody else changed a thing");
    for call in OWN {
        let status = make(&owner, &site, *call, &things).await;
        if !(status.is_success() || matches!(status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT)) {
            wrong.push(format!("{call:?} as its owner: {status}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Routes beside pages and server functions: who may use them, and what someone without an account is answered for
/// something that is not there.
const ROUTES: &[(&str, &str, Need, &[u16])] = &[
    ("POST", "/theme", Need::Anyone, &[303, 422]),
    ("POST", "/plays", Need::Anyone, &[400]),
    ("GET", "/media/hear/{grant}", Need::Anyone, &[404]),
    // No provider without its keys.
    ("POST", "/hooks/{provider}", Need::Anyone, &[404]),
    ("GET", "/healthz", Need::Anyone, &[200]),
    ("GET", "/readyz", Need::Anyone, &[200]),
    ("POST", "/log-out", Need::Anyone, &[303]),
    ("POST", "/admin/songs/{id}/audio", Need::Admin, &[303]),
    ("POST", "/studio/new", Need::Listener, &[303]),
    ("POST", "/studio/profile", Need::Artist, &[303]),
    ("POST", "/studio/uploads/new", Need::Artist, &[303]),
    ("POST", "/studio/uploads/{id}", Need::Artist, &[303]),
    ("POST", "/studio/uploads/{id}/audio", Need::Artist, &[303]),
    ("POST", "/uploads/files", Need::Artist, &[401]),
    ("POST", "/uploads/files/{id}", Need::Artist, &[401]),
    ("GET", "/studio/earnings.csv", Need::Artist, &[303]),
    ("GET", "/media/audio/{track}", Need::Anyone, &[404]),
    ("GET", "/tracks/{id}/download", Need::Anyone, &[404, 400]),
    ("GET", "/oembed", Need::Anyone, &[404]),
    ("GET", "/ads/{id}/seen", Need::Anyone, &[200]),
    ("GET", "/ads/{id}/visit", Need::Anyone, &[404]),
    ("GET", "/media/images/{name}", Need::Anyone, &[404]),
    ("GET", "/media/songs/{id}", Need::Anyone, &[404]),
    ("GET", "/songs/{id}/download", Need::Anyone, &[404, 400]),
    ("GET", "/albums/{id}/download", Need::Anyone, &[404, 400]),
    ("GET", "/playlists/{id}/download", Need::Anyone, &[404, 400]),
    ("GET", "/s/{code}", Need::Anyone, &[404]),
    ("GET", "/gift/{code}/download", Need::Anyone, &[404, 400]),
    ("GET", "/playlists/{id}/export.m3u8", Need::Anyone, &[404]),
    ("GET", "/playlists/{id}/export.json", Need::Anyone, &[404]),
    // Development only; the tests' site is.
    ("POST", "/dev/clock", Need::Anyone, &[200, 422]),
    ("GET", "/dev/mails.json", Need::Anyone, &[200]),
    ("GET", "/dev/errors/{kind}", Need::Anyone, &[404]),
    // On a port of its own.
    ("GET", "/metrics", Need::Anyone, &[404]),
];

/// Every path that the sources give to `.route(…)`.
fn routes_in(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            routes_in(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("access.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.extend(text.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
    }
}

#[tokio::test]
async fn every_other_route_as_everyone() {
    let mut found = BTreeSet::new();
    routes_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert_eq!(found, ROUTES.iter().map(|(_, path, ..)| (*path).to_owned()).collect(), "every route is listed here, and nothing else");
    let site = TestApp::start().await;
    let mut wrong = Vec::new();
    for (method, path, need, as_anyone) in ROUTES {
        let path = path.split('/').map(|part| if part.starts_with('{') { "987654" } else { part }).collect::<Vec<_>>().join("/");
        for who in [Need::Anyone, Need::Listener, Need::Artist, Need::Admin] {
            let person = person(&site, who).await;
            let response = if *method == "GET" { person.get(&path).await } else { person.post("/", &path, &[]).await };
            let status = response.status().as_u16();
            let to = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
            let away = matches!(status, 401 | 403) || to.starts_with("/log-in") || (to == "/studio/new" && *need == Need::Artist);
            let may = *need == Need::Anyone || *need == who || (*need == Need::Listener && who != Need::Anyone);
            if away == may || status >= 500 || (who == Need::Anyone && !as_anyone.contains(&status)) {
                wrong.push(format!("{method} {path} as {who:?}: {status} {to}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
