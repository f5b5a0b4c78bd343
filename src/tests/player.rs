//! Listening: files out by ranges and by what one may hear, plays that are told the truth about, and that arrive once.

use crate::{
    app::{Person, TestApp},
    database::engine_options,
    process::Server,
};
use eternity::{
    listening::{recount::recount, spool},
    server::database::embedded::{Options, Private},
};
use reqwest::{Response, StatusCode, header};
use sqlx::{Connection, MySqlConnection};
use std::time::Duration as Wait;
use time::Duration;

const STANDARD: &str = "the standard file: 0123456789";
const HIGH: &str = "the file of high quality";
const LOSSLESS: &str = "the lossless file";
/// For players that join tracks; they are listed at 48 kHz with the encoder's delay of 6.5 ms.
const OPUS: &str = "the small file that can be joined";
const OPUS_HIGH: &str = "the better file that can be joined";

/// Ida's published tracks, each of so many seconds, `/tracks/1` first; their files are texts.
async fn with_tracks(lengths: &[i32]) -> (TestApp, Person) {
    let site = TestApp::start_with(|config| config.rules.free_plays_a_day = 3).await;
    let (ida, user) = site.signed_in("Ida").await;
    let run = async |sql: String| sqlx::query(&sql).execute(&site.app.db).await.unwrap();
    run(format!("INSERT INTO artistProfiles (id, userId, artistName) VALUES (1, {user}, 'Ida')")).await;
    let audio = site.app.config.data_dir.join("media/audio");
    std::fs::create_dir_all(&audio).unwrap();
    for (index, seconds) in lengths.iter().enumerate() {
        let id = index + 1;
        run(format!(
            "INSERT INTO artistUploads (id, artistId, title, genre, audioUrl, audioKey, duration, isPublished) VALUES ({id}, 1, 'Track {id}', 'Jazz', '', 'o{id}', {seconds}, 1)"
        ))
        .await;
        run(format!(
            "INSERT INTO trackMedia (trackId, state, standardKey, highKey) VALUES ({id}, 'ready', 'audio/o{id}-128.m4a', 'audio/o{id}-256.m4a')"
        ))
        .await;
        let (small, better) = (OPUS.len(), OPUS_HIGH.len());
        run(format!(
            "INSERT INTO trackRenditions (trackId, quality, fileKey, mimeType, bitrate, size, sampleRate, encoderDelay, padding, samples)
             VALUES ({id}, 'flac', 'audio/o{id}.flac', 'audio/flac', 800, 9, 44100, 0, 0, 44100),
                    ({id}, 'opus-96', 'audio/o{id}-96.webm', 'audio/webm', 96, {small}, 48000, 312, 525, 240123),
                    ({id}, 'opus-160', 'audio/o{id}-160.webm', 'audio/webm', 160, {better}, 48000, 312, 525, 240123)"
        ))
        .await;
        for (name, text) in [("-128.m4a", STANDARD), ("-256.m4a", HIGH), (".flac", LOSSLESS), ("-96.webm", OPUS), ("-160.webm", OPUS_HIGH)] {
            std::fs::write(audio.join(format!("o{id}{name}")), text).unwrap();
        }
    }
    (site, ida)
}

async fn ask(person: &Person, url: &str, headers: &[(&str, &str)]) -> Response {
    headers.iter().fold(person.client.get(url), |request, (name, value)| request.header(*name, *value)).send().await.unwrap()
}

#[tokio::test]
async fn every_form_of_a_range() {
    let (site, _) = with_tracks(&[60]).await;
    let (person, url) = (site.visitor(), format!("{}/media/audio/1?measured", site.url));
    let tag = "\"o1-128.m4a\"";
    let length = STANDARD.len();
    for (headers, status, body, content_range) in [
        (vec![], 200, STANDARD, String::new()),
        (vec![("range", "bytes=0-2")], 206, "the", format!("bytes 0-2/{length}")),
        (vec![("range", "bytes=19-")], 206, "0123456789", format!("bytes 19-28/{length}")),
        (vec![("range", "bytes=-3")], 206, "789", format!("bytes 26-28/{length}")),
        (vec![("range", "bytes=-999")], 206, STANDARD, format!("bytes 0-28/{length}")),
        (vec![("range", "bytes=19-999")], 206, "0123456789", format!("bytes 19-28/{length}")),
        (vec![("range", "bytes=29-")], 416, "", format!("bytes */{length}")),
        (vec![("range", "bytes=5-2")], 416, "", format!("bytes */{length}")),
        (vec![("range", "bytes=abc")], 416, "", format!("bytes */{length}")),
        // As the protocol allows: units that nobody knows, and several ranges, are answered by the whole.
        (vec![("range", "seconds=1-2")], 200, STANDARD, String::new()),
        (vec![("range", "bytes=0-1,5-6")], 200, STANDARD, String::new()),
        (vec![("range", "bytes=0-2"), ("if-range", tag)], 206, "the", format!("bytes 0-2/{length}")),
        (vec![("range", "bytes=0-2"), ("if-range", "\"other\"")], 200, STANDARD, String::new()),
        (vec![("range", "bytes=0-2"), ("if-range", "Wed, 21 Oct 2015 07:28:00 GMT")], 200, STANDARD, String::new()),
        (vec![("if-none-match", tag)], 304, "", String::new()),
        (vec![("if-none-match", "\"a\", W/\"o1-128.m4a\"")], 304, "", String::new()),
    ] {
        let response = ask(&person, &url, &headers).await;
        assert_eq!(response.status().as_u16(), status, "{headers:?}");
        assert_eq!(response.headers()[header::ETAG], tag, "{headers:?}");
        let range = response.headers().get(header::CONTENT_RANGE).map(|range| range.to_str().unwrap().to_owned()).unwrap_or_default();
        assert_eq!(range, content_range, "{headers:?}");
        assert_eq!(response.text().await.unwrap(), body, "{headers:?}");
    }
    let head = person.client.head(&url).header("range", "bytes=0-2").send().await.unwrap();
    assert_eq!((head.status(), head.headers()[header::CONTENT_LENGTH].to_str().unwrap()), (StatusCode::PARTIAL_CONTENT, "3"));
    let head = person.client.head(&url).send().await.unwrap();
    assert_eq!((head.headers()[header::CONTENT_LENGTH].to_str().unwrap(), head.headers()[header::ACCEPT_RANGES].to_str().unwrap()), ("29", "bytes"));
}

/// What somebody hears of track 1 in a quality: the text of the file, and the address it came from.
async fn hears(person: &Person, site: &TestApp, quality: &str) -> (String, String) {
    let response = ask(person, &format!("{}/media/audio/1?measured&quality={quality}", site.url), &[]).await;
    if response.status() == StatusCode::TEMPORARY_REDIRECT {
        assert_eq!(response.headers()[header::CACHE_CONTROL], "private, no-store");
        let address = response.headers()[header::LOCATION].to_str().unwrap().to_owned();
        let file = ask(person, &format!("{}{address}", site.url), &[("range", "bytes=0-")]).await;
        assert_eq!(file.status(), StatusCode::PARTIAL_CONTENT);
        return (file.text().await.unwrap(), address);
    }
    (response.text().await.unwrap(), String::new())
}

#[tokio::test]
async fn better_files_are_for_those_who_may_hear_them() {
    let (site, ida) = with_tracks(&[60]).await;
    let (free, _) = site.signed_in("Free").await;
    let (premium, user) = site.signed_in("Pia").await;
    sqlx::query("INSERT INTO userSubscriptions (userId, tierId, status, currentPeriodStart, currentPeriodEnd) SELECT ?, id, 'active', ?, ? FROM subscriptionTiers WHERE name = 'Premium'")
        .bind(user)
        .bind(site.app.clock.now() - Duration::days(1))
        .bind(site.app.clock.now() + Duration::days(29))
        .execute(&site.app.db)
        .await
        .unwrap();
    let visitor = site.visitor();
    for (who, person, heard) in [
        ("a visitor", &visitor, [STANDARD, STANDARD, STANDARD]),
        ("Free", &free, [STANDARD, STANDARD, STANDARD]),
        ("Premium", &premium, [STANDARD, HIGH, LOSSLESS]),
        ("the artist", &ida, [STANDARD, HIGH, LOSSLESS]),
    ] {
        for (quality, text) in ["standard", "high", "lossless"].into_iter().zip(heard) {
            assert_eq!(hears(person, &site, quality).await.0, text, "{who} asks for {quality}");
        }
        assert_eq!(hears(person, &site, "best").await.0, STANDARD, "{who} asks for what there is not");
        let (text, address) = hears(person, &site, "standard&signed").await;
        assert!(text == STANDARD && address.starts_with("/media/hear/"), "{who}: {address}");
    }
    // The same holds for the files that a player joins: its address comes with what it has to cut off.
    let joined = async |person: &Person, quality: &str| {
        let sound: serde_json::Value =
            ask(person, &format!("{}/api/player/joined?track=1&quality={quality}", site.url), &[]).await.json().await.unwrap();
        let file = ask(person, &format!("{}{}", site.url, sound["address"].as_str().unwrap()), &[("range", "bytes=0-262143")]).await;
        assert_eq!((file.status(), &file.headers()[header::CONTENT_TYPE]), (StatusCode::PARTIAL_CONTENT, &"audio/webm".parse().unwrap()));
        let text = file.text().await.unwrap();
        assert_eq!(sound["size"].as_u64().unwrap(), text.len() as u64);
        // 312 samples of 48,000 a second are 6.5 ms, 240,123 are 5.0025625 s.
        assert_eq!((sound["delay"].as_f64().unwrap(), sound["length"].as_f64().unwrap()), (0.0065, 5.002_562_5));
        (text, sound["address"].as_str().unwrap().to_owned())
    };
    for (who, person, text) in
        [("a visitor", &visitor, OPUS), ("Free", &free, OPUS), ("Premium", &premium, OPUS_HIGH), ("the artist", &ida, OPUS_HIGH)]
    {
        assert_eq!(joined(person, "standard").await.0, OPUS, "{who}");
        assert_eq!(joined(person, "high").await.0, text, "{who}");
    }
    assert_eq!(ask(&free, &format!("{}{}", site.url, joined(&premium, "high").await.1), &[]).await.status(), StatusCode::NOT_FOUND);
    let (_, address) = hears(&premium, &site, "high").await;
    let (_, lossless) = hears(&premium, &site, "lossless").await;
    let swapped = {
        let (text, _) = lossless.rsplit_once('.').unwrap();
        format!("{text}.{}", address.rsplit_once('.').unwrap().1)
    };
    let edited = address.replace("hear/", "hear/A");
    let status = async |person: &Person, address: &str| ask(person, &format!("{}{address}", site.url), &[]).await.status();
    for (who, person, address, expected) in [
        ("who it was made for", &premium, &address, 200),
        ("another listener", &free, &address, 404),
        ("a visitor", &visitor, &address, 404),
        ("another file under the same signature", &premium, &swapped, 404),
        ("an edited address", &premium, &edited, 404),
        ("no signature", &premium, &address.rsplit_once('.').unwrap().0.to_owned(), 404),
        ("a file by its key", &premium, &"/media/hear/audio/o1-256.m4a".to_owned(), 404),
    ] {
        assert_eq!(status(person, address).await.as_u16(), expected, "{who}");
    }
    site.app.clock.advance(Duration::hours(2));
    assert_eq!(status(&premium, &address).await, StatusCode::NOT_FOUND, "it has ended");
    // What was paid for has ended as well.
    site.app.clock.advance(Duration::days(30));
    assert_eq!(hears(&premium, &site, "lossless").await.0, STANDARD);
    // What is not public is not there, in no quality.
    sqlx::query("UPDATE artistUploads SET isPublished = 0").execute(&site.app.db).await.unwrap();
    for quality in ["standard", "high", "lossless"] {
        let url = format!("{}/media/audio/1?quality={quality}", site.url);
        assert_eq!(ask(&premium, &url, &[]).await.status(), StatusCode::NOT_FOUND);
        let url = format!("{}/api/player/joined?track=1&quality={quality}", site.url);
        assert_eq!(ask(&premium, &url, &[]).await.status(), StatusCode::NOT_FOUND);
        assert_ne!(ask(&ida, &url, &[]).await.status(), StatusCode::NOT_FOUND);
    }
}

/// Starts a play: its token, and how many are left.
async fn start(person: &Person, fields: &[(&str, &str)]) -> (String, Option<u64>) {
    let (status, started) = person.call("plays/start", fields).await;
    assert_eq!(status, StatusCode::OK, "{started}");
    (started["token"].as_str().unwrap().to_owned(), started["left"].as_u64())
}

/// Why a play does not count; empty when it does.
async fn verdict(site: &TestApp, token: &str) -> String {
    spool::drain(&site.app).await.unwrap();
    let play = token.split('~').next().unwrap();
    let row: (i32, Option<String>) =
        sqlx::query_as("SELECT counted, excludedReason FROM streamHistory WHERE playId = ?").bind(play).fetch_one(&site.app.db).await.unwrap();
    assert_eq!(row.0 == 1, row.1.is_none());
    row.1.unwrap_or_default()
}

#[tokio::test]
async fn those_who_lie_get_no_counted_play() {
    let (site, ida) = with_tracks(&[100, 100, 100, 100, 100]).await;
    let (max, _) = site.signed_in("Max").await;
    let track = |id: &'static str| [("track", id), ("source", "page")];

    // Faster than time passes; then the same play, honestly.
    let (first, left) = start(&max, &track("1")).await;
    assert_eq!(left, Some(3));
    assert_eq!(site.beacon(&[(&first, 90_000)]).await, StatusCode::NO_CONTENT);
    assert_eq!(verdict(&site, &first).await, "too_fast");
    site.app.clock.advance(Duration::seconds(60));
    site.beacon(&[(&first, 60_000)]).await;
    assert_eq!(verdict(&site, &first).await, "");
    // Replayed, in one report and in several.
    for _ in 0..3 {
        site.beacon(&[(&first, 60_000), (&first, 59_000), (&first, 100)]).await;
    }
    assert_eq!(verdict(&site, &first).await, "");
    assert_eq!(site.number("SELECT COUNT(*) FROM streamHistory").await, 1);
    assert_eq!(site.number("SELECT plays FROM artistUploads WHERE id = 1").await, 1);

    // Many tabs: five tracks at once are one.
    let mut tabs = Vec::new();
    for id in ["2", "3", "4"] {
        tabs.push(start(&max, &track(id)).await.0);
    }
    site.app.clock.advance(Duration::seconds(60));
    let reports: Vec<(&str, u32)> = tabs.iter().map(|token| (token.as_str(), 60_000)).collect();
    site.beacon(&reports).await;
    let mut verdicts = Vec::new();
    for token in &tabs {
        verdicts.push(verdict(&site, token).await);
    }
    verdicts.sort();
    assert_eq!(verdicts, ["", "rate", "rate"]);

    // Forged and foreign tokens are nothing, whoever sends them.
    let forged = first.replacen("~t1~", "~t5~", 1);
    assert_eq!(site.beacon(&[(&forged, 60_000), ("", 1), ("~~~~", 1)]).await, StatusCode::NO_CONTENT);
    assert_eq!(spool::drain(&site.app).await.unwrap(), 0);
    let nonsense = crate::app::client().build().unwrap().post(format!("{}/plays", site.url)).body("nonsense").send().await.unwrap();
    assert_eq!(nonsense.status(), StatusCode::BAD_REQUEST);

    // One's own, a program, and a token of the day before yesterday.
    let (own, _) = start(&ida, &track("1")).await;
    let bot = crate::app::client().user_agent("Googlebot/2.1").build().unwrap();
    let answer: serde_json::Value = bot
        .post(format!("{}/api/plays/start", site.url))
        .header(header::ACCEPT, "application/json")
        .form(&track("1"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let program = answer["token"].as_str().unwrap().to_owned();
    site.app.clock.advance(Duration::seconds(60));
    site.beacon(&[(&own, 60_000), (&program, 60_000)]).await;
    assert_eq!((verdict(&site, &own).await, verdict(&site, &program).await), ("own".to_owned(), "bot".to_owned()));
    site.app.clock.advance(Duration::hours(25));
    site.beacon(&[(&first, 99_000)]).await;
    assert_eq!(spool::drain(&site.app).await.unwrap(), 0, "too late");

    // Nothing but keyed hashes says who they were.
    let addresses = "SELECT COUNT(*) FROM streamHistory WHERE anonymousId LIKE '%127.0.0.1%'";
    assert_eq!(site.number(addresses).await, 0);
    assert!(recount(&site.app, false).await.unwrap().is_empty(), "no counter drifts");
}

#[tokio::test]
async fn the_free_tier_has_so_many_plays_a_day() {
    let (site, ida) = with_tracks(&[20, 20, 20, 20, 20]).await;
    let (max, user) = site.signed_in("Max").await;
    let mut hoarded = String::new();
    for (index, id) in ["1", "2", "3"].into_iter().enumerate() {
        // A token hoarded before the limit does not get past it.
        if index == 2 {
            hoarded = start(&max, &[("track", "5"), ("source", "page")]).await.0;
            site.app.clock.advance(Duration::seconds(20));
        }
        let (token, left) = start(&max, &[("track", id), ("source", "page")]).await;
        assert_eq!(left, Some(3 - index as u64));
        site.app.clock.advance(Duration::seconds(20));
        site.beacon(&[(&token, 15_000)]).await;
        assert_eq!(verdict(&site, &token).await, "");
    }
    let (status, refusal) = max.call("plays/start", &[("track", "4"), ("source", "page")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refusal["Refused"].as_str().unwrap().contains("3 full plays"), "{refusal}");
    assert!(max.page("/library/history").await.contains("0 of 3 full plays left today"));
    site.app.clock.advance(Duration::seconds(60));
    site.beacon(&[(&hoarded, 12_000)]).await;
    assert_eq!(verdict(&site, &hoarded).await, "account_limit");
    // One's own music, another listener, and another day.
    assert_eq!(ida.call("plays/start", &[("track", "4"), ("source", "page")]).await.0, StatusCode::OK);
    assert_eq!(site.visitor().call("plays/start", &[("track", "4"), ("source", "page")]).await.0, StatusCode::OK);
    site.app.clock.advance(Duration::days(1));
    assert_eq!(start(&max, &[("track", "4"), ("source", "page")]).await.1, Some(3));
    // Premium has no limit.
    sqlx::query("INSERT INTO userSubscriptions (userId, tierId, status, currentPeriodStart) SELECT ?, id, 'active', ? FROM subscriptionTiers WHERE name = 'Premium'")
        .bind(user)
        .bind(site.app.clock.now())
        .execute(&site.app.db)
        .await
        .unwrap();
    assert_eq!(start(&max, &[("track", "4"), ("source", "page")]).await.1, None);
}

#[tokio::test]
async fn songs_playlists_and_sources_are_counted_where_they_belong() {
    let (site, ida) = with_tracks(&[20]).await;
    let (max, user) = site.signed_in("Max").await;
    sqlx::query(
        "INSERT INTO tracks (id, title, artistName, genre, audioKey, duration, isPublished) VALUES (1, 'Old song', 'Band', 'Jazz', 's', 20, 1)",
    )
    .execute(&site.app.db)
    .await
    .unwrap();
    sqlx::query("INSERT INTO userPlaylists (id, userId, name, isPublic) VALUES (1, ?, 'Mine', 1)").bind(user).execute(&site.app.db).await.unwrap();
    let plays = [
        vec![("song", "1"), ("source", "search")],
        vec![("track", "1"), ("source", "playlist"), ("playlist", "1")],
        vec![("track", "1"), ("source", "embed")],
        vec![("track", "1"), ("source", "nowhere"), ("playlist", "99")],
    ];
    let (eve, _) = site.signed_in("Eve").await;
    for (index, fields) in plays.iter().enumerate() {
        let (token, _) = start(if index < 3 { &max } else { &eve }, fields).await;
        site.app.clock.advance(Duration::seconds(40));
        site.beacon(&[(&token, 12_000)]).await;
        verdict(&site, &token).await;
    }
    assert_eq!(site.number("SELECT plays FROM tracks").await, 1);
    assert_eq!(site.number("SELECT plays FROM userPlaylists").await, 1);
    assert_eq!(site.number("SELECT COUNT(*) FROM streamHistory WHERE source = 'embed' AND counted = 1").await, 1);
    let page = ida.page("/studio/plays?days=7").await;
    for words in ["Players on other sites", "Playlists", "Pages of the site", "Track 1"] {
        assert!(page.contains(words), "{words}");
    }
    assert_eq!(ida.get("/studio/plays?track=99").await.status(), StatusCode::NOT_FOUND);
    assert!(recount(&site.app, false).await.unwrap().is_empty(), "no counter drifts");
}

#[tokio::test]
async fn a_history_can_be_searched_paused_and_deleted_while_plays_stay_counted() {
    let (site, _) = with_tracks(&[20, 20, 20]).await;
    let (max, _) = site.signed_in("Max").await;
    let (eve, _) = site.signed_in("Eve").await;
    let hear = async |id: &str| {
        let (token, _) = start(&max, &[("track", id), ("source", "page")]).await;
        site.app.clock.advance(Duration::seconds(40));
        site.beacon(&[(&token, 12_000)]).await;
        verdict(&site, &token).await
    };
    assert_eq!((hear("1").await, hear("2").await), (String::new(), String::new()));
    let page = max.page("/library/history").await;
    assert!(page.contains("Track 1") && page.contains("Track 2"));
    let page = max.page("/library/history?q=ack+2").await;
    assert!(!page.contains("Track 1") && page.contains("Track 2"));
    assert!(max.page("/library/history?q=%25").await.contains("Nothing heard that is called"));

    max.submit("/library/history", "/api/listening/pause", &[("pause", "true")]).await;
    site.app.clock.advance(Duration::seconds(2));
    assert_eq!(hear("3").await, "", "it counts");
    let page = max.page("/library/history").await;
    assert!(!page.contains("Track 3") && page.contains("Your history is paused"), "{page}");
    max.submit("/library/history", "/api/listening/pause", &[]).await;
    assert!(!max.page("/library/history").await.contains("Track 3"), "nor later");

    let line = site.number("SELECT MIN(id) FROM streamHistory").await.to_string();
    let (status, _) = eve.call("listening/forget", &[("line", &line)]).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "somebody else's line");
    for _ in 0..2 {
        max.submit("/library/history", "/api/listening/forget", &[("line", &line)]).await;
    }
    let page = max.page("/library/history").await;
    assert!(!page.contains("Track 1") && page.contains("Track 2"));
    let (_, page) = max.submit("/library/history", "/api/listening/forget", &[]).await;
    assert!(page.contains("Tick the box"), "{page}");
    let (_, page) = max.submit("/library/history", "/api/listening/forget", &[("sure", "true")]).await;
    assert!(page.contains("Nothing heard yet"), "{page}");
    assert_eq!(site.number("SELECT SUM(plays) FROM artistUploads").await, 3);
    assert_eq!(site.number("SELECT COUNT(*) FROM streamHistory").await, 3);
}

#[tokio::test]
async fn small_players_may_be_framed_and_nothing_else() {
    let (site, _) = with_tracks(&[20]).await;
    let (_, user) = site.signed_in("Max").await;
    for (id, public) in [(1, 1), (2, 0)] {
        sqlx::query("INSERT INTO userPlaylists (id, userId, name, isPublic) VALUES (?, ?, 'Mine', ?)")
            .bind(id)
            .bind(user)
            .bind(public)
            .execute(&site.app.db)
            .await
            .unwrap();
    }
    let visitor = site.visitor();
    for (path, status, framed) in [
        ("/embed/tracks/1", 200, true),
        ("/embed/playlists/1?size=compact&cover=off&theme=dark", 200, true),
        ("/embed/tracks/9", 404, true),
        ("/embed/playlists/2", 404, true),
        ("/tracks/1", 200, false),
        ("/", 200, false),
        ("/embed", 404, false),
    ] {
        let response = visitor.get(path).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert_eq!(policy.contains("frame-ancestors *"), framed, "{path}: {policy}");
        assert_eq!(response.headers().contains_key(header::X_FRAME_OPTIONS), !framed, "{path}");
    }
    let page = visitor.page("/embed/tracks/1?theme=dark").await;
    assert!(page.contains("data-theme=\"dark\"") && page.contains("<audio controls") && !page.contains("class=\"sidebar\""), "{page}");
    assert!(!visitor.page("/embed/tracks/1?cover=off").await.contains("embed-cover"));

    let page = visitor.page("/tracks/1").await;
    assert!(page.contains("application/json+oembed") && page.contains("/embed/tracks/1"), "{page}");
    let asked = |query: &str| format!("/oembed?{query}&url={}%2Ftracks%2F1-track-1", site.url.replace(':', "%3A").replace('/', "%2F"));
    let answer: serde_json::Value = visitor.get(&asked("format=json")).await.json().await.unwrap();
    assert_eq!((answer["type"].as_str(), answer["author_name"].as_str(), answer["height"].as_u64()), (Some("rich"), Some("Ida"), Some(400)));
    assert!(answer["html"].as_str().unwrap().contains(&format!("{}/embed/tracks/1", site.url)), "{answer}");
    let answer: serde_json::Value = visitor.get(&asked("maxwidth=300&maxheight=150")).await.json().await.unwrap();
    assert_eq!((answer["width"].as_u64(), answer["height"].as_u64()), (Some(300), Some(112)));
    let xml = visitor.get(&asked("format=xml")).await;
    assert_eq!(xml.headers()[header::CONTENT_TYPE], "text/xml; charset=utf-8");
    assert!(xml.text().await.unwrap().contains("<author_name>Ida</author_name>"));
    assert_eq!(visitor.get(&asked("format=yaml")).await.status(), StatusCode::NOT_IMPLEMENTED);
    sqlx::query("UPDATE artistUploads SET isPublished = 0").execute(&site.app.db).await.unwrap();
    assert_eq!(visitor.get(&asked("format=json")).await.status(), StatusCode::NOT_FOUND);
}

/// A report of plays to the real program.
async fn beacon(server: &Server, reports: &[(&str, u32)]) -> StatusCode {
    let body = serde_json::to_string(reports).unwrap();
    crate::app::client().build().unwrap().post(format!("{}/plays", server.url)).body(body).send().await.unwrap().status()
}

#[tokio::test]
async fn plays_outlive_the_database_and_a_killed_server_and_arrive_once() {
    let folder = tempfile::tempdir().unwrap();
    let options = || Options { throwaway: false, ..engine_options() };
    let database = Private::start_with(&folder.path().join("db"), options()).await.unwrap();
    let url = database.url();
    let first = Server::start(folder.path(), &url, &["--no-worker"], &[]).await;
    let mut connection = MySqlConnection::connect(&url).await.unwrap();
    for sql in [
        "INSERT INTO users (id, name) VALUES (1, 'Ida')",
        "INSERT INTO artistProfiles (id, userId, artistName) VALUES (1, 1, 'Ida')",
        "INSERT INTO artistUploads (id, artistId, title, genre, audioUrl, audioKey, duration, isPublished) VALUES (1, 1, 'A', 'Jazz', '', 'o', 2, 1), (2, 1, 'B', 'Jazz', '', 'o', 2, 1)",
        "INSERT INTO trackMedia (trackId, state, standardKey) VALUES (1, 'ready', 'audio/o'), (2, 'ready', 'audio/o')",
    ] {
        sqlx::query(sql).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    let mut tokens = Vec::new();
    for track in ["1", "2"] {
        let answer = crate::app::client()
            .build()
            .unwrap()
            .post(format!("{}/api/plays/start", first.url))
            .header(header::ACCEPT, "application/json")
            .form(&[("track", track), ("source", "page")])
            .send()
            .await
            .unwrap();
        let started: serde_json::Value = answer.json().await.unwrap();
        tokens.push(started["token"].as_str().unwrap().to_owned());
        // One track after the other.
        tokio::time::sleep(Wait::from_millis(1_100)).await;
    }

    // The database goes away; reports are taken all the same. Then the server is killed.
    database.stop().await;
    assert_ne!(reqwest::get(format!("{}/readyz", first.url)).await.unwrap().status(), StatusCode::OK);
    let both = [(tokens[0].as_str(), 1_100), (tokens[1].as_str(), 1_100)];
    assert_eq!(beacon(&first, &both[..1]).await, StatusCode::NO_CONTENT);
    assert_eq!(beacon(&first, &both).await, StatusCode::NO_CONTENT);
    drop(first);
    assert!(std::fs::read_dir(folder.path().join("data/plays")).unwrap().next().is_some(), "they are on the disk");

    // Both come back, and the player says it all once more.
    let database = Private::start_with(&folder.path().join("db"), options()).await.unwrap();
    assert_eq!(database.url(), url);
    let second = Server::start(folder.path(), &url, &["--no-worker"], &[]).await;
    assert_eq!(beacon(&second, &both).await, StatusCode::NO_CONTENT);
    let mut connection = MySqlConnection::connect(&url).await.unwrap();
    let mut seen = (0, 0, 0);
    for _ in 0..200 {
        seen = sqlx::query_as(
            "SELECT COUNT(*), CAST(COALESCE(SUM(counted), 0) AS SIGNED), (SELECT CAST(SUM(plays) AS SIGNED) FROM artistUploads) FROM streamHistory",
        )
        .fetch_one(&mut connection)
        .await
        .unwrap();
        let left = std::fs::read_dir(folder.path().join("data/plays"))
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|ending| ending == "plays"))
            .count();
        if seen.0 >= 2_i64 && left == 0 {
            break;
        }
        tokio::time::sleep(Wait::from_millis(50)).await;
    }
    // Each once. (The second was started while the first could still sound, by a fraction of a second: both count.)
    assert_eq!(seen, (2, 2, 2));
    drop(second);
    connection.close().await.unwrap();
    database.stop().await;
}

#[tokio::test]
async fn what_a_killed_server_left_is_judged_once() {
    let site = TestApp::start().await;
    sqlx::query("INSERT INTO tracks (id, title, artistName, genre, audioKey, duration, isPublished) VALUES (1, 'Song', 'Band', 'Jazz', 's', 20, 1)")
        .execute(&site.app.db)
        .await
        .unwrap();
    let (token, _) = start(&site.visitor(), &[("song", "1"), ("source", "page")]).await;
    site.app.clock.advance(Duration::seconds(30));
    site.beacon(&[(&token, 15_000)]).await;
    let folder = site.app.config.data_dir.join("plays");
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(spool::drain(&site.app).await.unwrap(), 1);
    assert!(!file.exists());
    // It was in the database, but the file was not gone yet; and the machine stopped in the middle of another line.
    std::fs::write(&file, [bytes.as_slice(), &bytes[..bytes.len() / 2]].concat()).unwrap();
    assert_eq!(spool::drain(&site.app).await.unwrap(), 1);
    assert_eq!(site.number("SELECT COUNT(*) FROM streamHistory").await, 1);
    assert_eq!(site.number("SELECT plays FROM tracks").await, 1);
    assert_eq!(site.number("SELECT SUM(plays) FROM dailyPlays").await, 1);
}
