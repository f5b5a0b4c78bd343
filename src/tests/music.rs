//! From becoming an artist to a counted play, as browsers without JavaScript and with it do it.

use crate::app::{Person, TestApp};
use eternity::listening::spool;
use reqwest::{
    StatusCode, header,
    multipart::{Form, Part},
};
use std::path::Path;
use time::Duration;

/// A file of generated sound, and its bytes.
pub fn sound(folder: &Path, name: &str, seconds: u32) -> Vec<u8> {
    let path = folder.join(name);
    let filter = format!("sine=frequency=440:duration={seconds}");
    let done =
        std::process::Command::new("ffmpeg").args(["-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", &filter]).arg(&path).status().unwrap();
    assert!(done.success());
    std::fs::read(path).unwrap()
}

/// A picture, as PNG.
pub fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

pub fn file(name: &str, bytes: Vec<u8>) -> Part {
    Part::bytes(bytes).file_name(name.to_owned())
}

/// A form whose file inputs were left empty, as browsers send it.
pub fn form(fields: &[(&'static str, &str)]) -> Form {
    fields.iter().fold(Form::new(), |form, (name, value)| form.text(*name, (*value).to_owned()))
}

pub async fn artist(site: &TestApp, name: &str) -> Person {
    let (person, _) = site.signed_in(name).await;
    let (to, page) = person.submit_files("/studio/new", form(&[("name", name), ("bio", "I play."), ("instagram", "instagram.com/me")])).await;
    assert_eq!(to, "/studio");
    assert!(page.contains("Upload your first track"), "{page}");
    person
}

/// An artist with one published track, `/tracks/1`, of so many seconds.
pub async fn with_track(seconds: u32) -> (TestApp, Person) {
    with_track_on(TestApp::start().await, seconds).await
}

/// The same on a site that is there.
pub async fn with_track_on(site: TestApp, seconds: u32) -> (TestApp, Person) {
    let ida = artist(&site, "Ida").await;
    let audio = file("song.wav", sound(site.folder.path(), "song.wav", seconds));
    let (to, _) = ida.submit_files("/studio/uploads/new", form(&[("title", "Night drive"), ("genre", "Jazz")]).part("audio", audio)).await;
    assert_eq!(to, "/studio/uploads/1");
    site.work().await;
    let (_, page) = ida.submit("/studio/uploads/1", "/api/uploads/publish", &[("id", "1")]).await;
    assert!(page.contains("Published."), "{page}");
    (site, ida)
}

#[tokio::test]
async fn becoming_an_artist_with_pictures() {
    let site = TestApp::start().await;
    let (ida, _) = site.signed_in("Ida").await;
    assert_eq!(ida.get("/studio").await.headers()[header::LOCATION], "/studio/new");

    let fields = form(&[("name", ""), ("bio", "A </textarea><script>alert(1)</script>"), ("website", "nowhere")])
        .part("image", file("me.png", picture(500, 400)));
    let (to, page) = ida.submit_files("/studio/new", fields).await;
    assert_eq!(to, "/studio/new");
    assert!(page.contains("Say under which name") && page.contains("Write a web address"), "{page}");
    assert!(page.contains("A &lt;/textarea&gt;") && page.contains("value=\"nowhere\""), "what was typed is there: {page}");
    let kept = page.split("name=\"image_kept\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("the picture is kept");

    let fields = form(&[("name", "Ida </title><script>"), ("bio", "I play."), ("website", "ida.example"), ("image_kept", kept)])
        .part("banner", file("b.png", picture(2000, 800)));
    let (to, _) = ida.submit_files("/studio/new", fields).await;
    assert_eq!(to, "/studio");
    let page = site.visitor().page("/artists/1-ida").await;
    assert!(page.contains("https://ida.example") && page.contains(kept) && !page.contains("</title><script>"), "{page}");
    let image = site.visitor().get(kept).await;
    assert_eq!(image.headers()[header::CONTENT_TYPE], "image/webp");
    assert!(image.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    assert_eq!(site.visitor().get("/artists/2").await.status(), StatusCode::NOT_FOUND);
    // Every size of both is recorded, with what it is.
    assert_eq!(site.number("SELECT COUNT(*) FROM uploadedFiles WHERE userId = 1 AND mimeType = 'image/webp' AND size > 0").await, 5);
    let banner = "SELECT CAST(JSON_EXTRACT(metadata, '$.width') AS SIGNED) FROM uploadedFiles WHERE fileKey LIKE '%-800.webp' AND JSON_EXTRACT(metadata, '$.purpose') = 'banner'";
    assert_eq!(site.number(banner).await, 800);
    let report = eternity::media::verify::verify(&site.app).await.unwrap();
    assert!(report.agrees() && report.files == 5, "{report}");
    // Nobody's pictures are not kept.
    let (to, _) = site.visitor().submit_files("/studio/profile", form(&[("name", "Eve")]).part("image", file("me.png", picture(500, 400)))).await;
    assert!(to.starts_with("/log-in"), "{to}");
    assert_eq!(std::fs::read_dir(site.folder.path().join("media/images")).unwrap().count(), 5);
}

#[tokio::test]
async fn following_and_unfollowing_counts_once() {
    let site = TestApp::start().await;
    let ida = artist(&site, "Ida").await;
    let (max, _) = site.signed_in("Max").await;
    for _ in 0..2 {
        max.submit("/artists/1", "/api/artists/follow", &[("id", "1"), ("follow", "true")]).await;
    }
    assert_eq!(site.number("SELECT followers FROM artistProfiles").await, 1);
    for _ in 0..2 {
        max.submit("/artists/1", "/api/artists/follow", &[("id", "1")]).await;
    }
    assert_eq!(site.number("SELECT followers FROM artistProfiles").await, 0);
    let (_, page) = ida.submit("/artists/1", "/api/artists/follow", &[("id", "1"), ("follow", "true")]).await;
    assert_eq!(site.number("SELECT COUNT(*) FROM artistFollowers").await, 0, "{page}");
    let (to, _) = site.visitor().submit("/artists/1", "/api/artists/follow", &[("id", "1"), ("follow", "true")]).await;
    assert!(to.starts_with("/log-in"), "{to}");
}

#[tokio::test]
async fn an_upload_is_streamed_processed_published_and_played_in_pieces() {
    let site = TestApp::start().await;
    let ida = artist(&site, "Ida").await;
    let visitor = site.visitor();
    let audio = sound(site.folder.path(), "song.flac", 4);

    // The texts are wrong: the file is kept and need not be sent again.
    let fields = form(&[("title", ""), ("genre", "Jazz")]).part("audio", file("song.flac", audio));
    let (to, page) = ida.submit_files("/studio/uploads/new", fields).await;
    assert_eq!(to, "/studio/uploads/new");
    assert!(page.contains("Give the track a title.") && page.contains("song.flac"), "{page}");
    let staging =
        page.split("name=\"staging\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).filter(|id| id.len() == 26).expect("a kept file");
    for _ in 0..2 {
        let fields = form(&[("title", "Night drive"), ("genre", "Jazz"), ("staging", staging)])
            .part("audio", file("", Vec::new()))
            .part("cover", file("c.png", picture(900, 900)));
        let (to, page) = ida.submit_files("/studio/uploads/new", fields).await;
        assert_eq!(to, "/studio/uploads/1", "sent twice, it is one track");
        assert!(page.contains("Waiting to be processed"), "{page}");
    }
    assert_eq!(visitor.get("/media/audio/1").await.status(), StatusCode::NOT_FOUND);
    let (_, page) = ida.submit("/studio/uploads/1", "/api/uploads/publish", &[("id", "1")]).await;
    assert!(page.contains("once its audio is ready"), "{page}");

    site.work().await;
    assert!(ida.page("/studio/uploads/1").await.contains("Ready to publish"));
    assert_eq!(site.number("SELECT LENGTH(waveform) FROM trackMedia").await, 400);
    assert_eq!(site.number("SELECT duration FROM artistUploads").await, 4);
    assert_eq!(ida.get("/media/audio/1").await.status(), StatusCode::OK, "the artist hears it before");
    assert_eq!(visitor.get("/tracks/1").await.status(), StatusCode::NOT_FOUND);

    ida.submit("/studio/uploads/1", "/api/uploads/publish", &[("id", "1")]).await;
    let page = visitor.page("/tracks/1-night-drive").await;
    assert!(page.contains("Night drive") && page.contains("<audio controls"), "{page}");
    assert!(visitor.page("/artists/1").await.contains("/tracks/1-night-drive"));

    let whole = visitor.get("/media/audio/1?measured").await;
    assert_eq!((whole.status(), whole.headers()[header::CONTENT_TYPE].to_str().unwrap()), (StatusCode::OK, "audio/mp4"));
    let tag = whole.headers()[header::ETAG].clone();
    let bytes = whole.bytes().await.unwrap();
    let range = |range: &'static str, version: Option<&str>| {
        let request = visitor.client.get(format!("{}/media/audio/1?measured", site.url)).header(header::RANGE, range);
        match version {
            Some(version) => request.header(header::IF_RANGE, version),
            None => request,
        }
        .send()
    };
    let part = range("bytes=100-199", None).await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.headers()[header::CONTENT_RANGE], format!("bytes 100-199/{}", bytes.len()));
    assert_eq!(part.bytes().await.unwrap(), bytes[100..200]);
    assert_eq!(range("bytes=99999999-", None).await.unwrap().status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(range("bytes=0-9", Some(tag.to_str().unwrap())).await.unwrap().status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(range("bytes=0-9", Some("\"other\"")).await.unwrap().status(), StatusCode::OK);
    let head = visitor.client.head(format!("{}/media/audio/1", site.url)).send().await.unwrap();
    assert_eq!(head.headers()[header::CONTENT_LENGTH], bytes.len().to_string());
    let again = visitor.client.get(format!("{}/media/audio/1?measured", site.url)).header(header::IF_NONE_MATCH, tag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);

    // Hidden again, and withdrawn for good.
    ida.submit("/studio/uploads/1", "/api/uploads/unpublish", &[("id", "1")]).await;
    assert_eq!(visitor.get("/media/audio/1").await.status(), StatusCode::NOT_FOUND);
    let (_, page) = ida.submit("/studio/uploads/1", "/api/uploads/withdraw", &[("id", "1")]).await;
    assert!(page.contains("Tick the box"), "{page}");
    ida.submit("/studio/uploads/1", "/api/uploads/withdraw", &[("id", "1"), ("sure", "true")]).await;
    let (_, page) = ida.submit("/studio/uploads/1", "/api/uploads/publish", &[("id", "1")]).await;
    assert!(page.contains("withdrawn"), "{page}");
    assert_eq!(site.number("SELECT isPublished FROM artistUploads").await, 0);
}

#[tokio::test]
async fn what_is_no_music_is_refused_at_its_field() {
    let site = TestApp::start_with(|config| config.rules.audio_maximum_bytes = 1_000_000).await;
    let ida = artist(&site, "Ida").await;
    for (bytes, words) in
        [(b"just a poem".to_vec(), "not an audio file"), (Vec::new(), "The file is empty"), (vec![0; 1_500_000], "larger than the site accepts")]
    {
        let fields = form(&[("title", "A"), ("genre", "Jazz")]).part("audio", file("song.mp3", bytes));
        let (to, page) = ida.submit_files("/studio/uploads/new", fields).await;
        assert_eq!(to, "/studio/uploads/new");
        assert!(page.contains(words), "{words}: {page}");
    }
    let (_, page) = ida.submit_files("/studio/uploads/new", form(&[("title", "A"), ("genre", "Jazz")])).await;
    assert!(page.contains("Choose the audio file."), "{page}");
    assert_eq!(site.number("SELECT COUNT(*) FROM artistUploads").await, 0);
    assert_eq!(site.number("SELECT COUNT(*) FROM uploadStagings WHERE state = 'failed'").await, 3);
    assert_eq!(std::fs::read_dir(site.folder.path().join("media/incoming")).unwrap().count(), 0, "nothing is left behind");

    // The site's own program is told in JSON.
    let response = ida
        .client
        .post(format!("{}/studio/uploads/new", site.url))
        .header(header::ACCEPT, "application/json")
        .multipart(form(&[("title", ""), ("genre", "Jazz")]).part("audio", file("a.mp3", b"text".to_vec())))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let answer: serde_json::Value = response.json().await.unwrap();
    assert_eq!(answer["Refused"]["error"]["Invalid"].as_array().unwrap().len(), 2, "{answer}");
}

#[tokio::test]
async fn other_artists_tracks_are_not_there() {
    let (site, _) = with_track(2).await;
    let eve = artist(&site, "Eve").await;
    assert_eq!(eve.get("/studio/uploads/1").await.status(), StatusCode::NOT_FOUND);
    for action in ["publish", "unpublish", "retry"] {
        let (status, _) = eve.call(&format!("uploads/{action}"), &[("id", "1")]).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{action}");
    }
    assert_eq!(eve.call("uploads/withdraw", &[("id", "1"), ("sure", "true")]).await.0, StatusCode::NOT_FOUND);
    let response = eve
        .client
        .post(format!("{}/studio/uploads/1", site.url))
        .header(header::ACCEPT, "text/html")
        .multipart(form(&[("title", "Mine now"), ("genre", "Jazz")]))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(site.visitor().page("/tracks/1").await.contains("Night drive"));
}

#[tokio::test]
async fn likes_are_counted_with_their_rows() {
    let (site, _) = with_track(2).await;
    let (max, _) = site.signed_in("Max").await;
    for _ in 0..2 {
        max.submit("/tracks/1", "/api/tracks/like", &[("id", "1"), ("like", "true")]).await;
    }
    assert_eq!(site.number("SELECT likes FROM artistUploads").await, 1);
    assert!(max.page("/tracks/1").await.contains("Take like back"));
    max.submit("/tracks/1", "/api/tracks/like", &[("id", "1")]).await;
    assert_eq!(site.number("SELECT likes FROM artistUploads").await, 0);
}

#[tokio::test]
async fn a_release_in_the_future_waits_for_its_day() {
    let (site, ida) = with_track(2).await;
    let day = (site.app.clock.now() + Duration::days(10)).date().to_string();
    ida.submit_files("/studio/uploads/1", form(&[("title", "Night drive"), ("genre", "Jazz"), ("release", &day)])).await;
    assert_eq!(site.visitor().get("/tracks/1").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(site.visitor().get("/media/audio/1").await.status(), StatusCode::NOT_FOUND);
    site.app.clock.advance(Duration::days(11));
    assert_eq!(site.visitor().get("/tracks/1").await.status(), StatusCode::OK);
}

async fn start(person: &Person) -> String {
    let (status, token) = person.call("plays/start", &[("track", "1"), ("source", "page")]).await;
    assert_eq!(status, StatusCode::OK, "{token}");
    token["token"].as_str().unwrap().to_owned()
}

/// Reports a play as the player does, and says whether it counts once it was judged.
async fn report(site: &TestApp, token: &str, milliseconds: u32) -> bool {
    assert_eq!(site.beacon(&[(token, milliseconds)]).await, StatusCode::NO_CONTENT);
    spool::drain(&site.app).await.unwrap();
    let play = token.split('~').next().unwrap();
    site.number(&format!("SELECT counted FROM streamHistory WHERE playId = '{play}'")).await == 1
}

#[tokio::test]
async fn a_play_is_counted_once_and_only_when_it_was_heard() {
    let (site, ida) = with_track(20).await;
    let (max, _) = site.signed_in("Max").await;
    let plays = async || {
        (
            site.number("SELECT plays FROM artistUploads").await,
            site.number("SELECT totalPlays FROM artistProfiles").await,
            site.number("SELECT COUNT(*) FROM streamHistory").await,
        )
    };

    let token = start(&max).await;
    assert!(!report(&site, &token, 9_000).await, "too fast");
    site.app.clock.advance(Duration::seconds(8));
    assert!(!report(&site, &token, 8_000).await, "too short");
    assert_eq!(plays().await, (0, 0, 1));
    site.app.clock.advance(Duration::seconds(5));
    assert!(report(&site, &token, 11_000).await);
    assert!(report(&site, &token, 12_000).await, "said twice, it is the same play");
    assert_eq!(plays().await, (1, 1, 1));

    let token = start(&max).await;
    site.app.clock.advance(Duration::seconds(12));
    assert!(!report(&site, &token, 12_000).await, "a repeat");
    site.app.clock.advance(Duration::seconds(60));
    let token = start(&max).await;
    site.app.clock.advance(Duration::seconds(12));
    assert!(report(&site, &token, 12_000).await, "later it counts again");

    let token = start(&ida).await;
    site.app.clock.advance(Duration::seconds(12));
    assert!(!report(&site, &token, 12_000).await, "one's own");
    let visitor = site.visitor();
    let token = start(&visitor).await;
    site.app.clock.advance(Duration::seconds(12));
    assert!(report(&site, &token, 12_000).await, "without an account");
    assert_eq!(plays().await, (3, 3, 5));
    assert_eq!(site.number("SELECT COUNT(DISTINCT excludedReason) FROM streamHistory").await, 2);

    assert!(max.page("/library/history").await.contains("Night drive"));
    assert!(eternity::listening::recount::recount(&site.app, false).await.unwrap().is_empty(), "no counter drifts");
    sqlx::query("UPDATE artistUploads SET plays = 99").execute(&site.app.db).await.unwrap();
    assert_eq!(eternity::listening::recount::recount(&site.app, true).await.unwrap().len(), 1);
    assert_eq!(plays().await.0, 3);
}

#[tokio::test]
async fn plays_without_the_player_are_kept_and_not_counted() {
    let (site, _) = with_track(2).await;
    let visitor = site.visitor();
    for range in ["bytes=0-1", "bytes=0-", "bytes=500-", "bytes=0-"] {
        visitor.client.get(format!("{}/media/audio/1", site.url)).header(header::RANGE, range).send().await.unwrap();
    }
    assert_eq!(site.number("SELECT COUNT(*) FROM streamHistory WHERE excludedReason = 'unmeasured'").await, 1);
    assert_eq!(site.number("SELECT plays FROM artistUploads").await, 0);
}

#[tokio::test]
async fn without_the_player_the_free_tier_has_as_many_plays_a_day_of_tracks_and_songs() {
    let (site, ida) = with_track(2).await;
    let (max, _) = site.signed_in("Max").await;
    std::fs::create_dir_all(site.folder.path().join("media/songs")).unwrap();
    std::fs::write(site.folder.path().join("media/songs/one"), [7; 4_000]).unwrap();
    sqlx::query("INSERT INTO tracks (title, artistName, audioKey, duration, isPublished) VALUES ('Copper wire', 'House', 'songs/one', 200, 1)")
        .execute(&site.app.db)
        .await
        .unwrap();
    // Early in a day, which is not to end meanwhile.
    let midnight = (site.app.clock.now().date() + Duration::DAY).midnight().assume_utc();
    site.app.clock.advance(midnight + Duration::hours(1) - site.app.clock.now());
    let hear = async |person: &Person, path: &str, range: &str| {
        person.client.get(format!("{}{path}", site.url)).header(header::RANGE, range).send().await.unwrap().status()
    };
    assert_eq!(hear(&max, "/media/songs/1", "bytes=0-").await, StatusCode::PARTIAL_CONTENT);
    assert_eq!(hear(&max, "/media/songs/1?measured", "bytes=0-").await, StatusCode::PARTIAL_CONTENT);
    assert_eq!(site.number("SELECT COUNT(*) FROM streamHistory WHERE excludedReason = 'unmeasured' AND trackId = 1").await, 1, "a song too");
    assert_eq!(site.number("SELECT plays FROM dailyPlays").await, 1, "it takes one of the day's plays");
    assert!(max.page("/library/history").await.contains("Copper wire"));
    assert!(max.page("/tracks/1").await.contains("99 of 100 full plays left today."));
    // Elements ask for several places at the same moment.
    sqlx::query("UPDATE dailyPlays SET plays = 0").execute(&site.app.db).await.unwrap();
    let late = site.visitor();
    let at_once =
        tokio::join!(hear(&late, "/media/audio/1", "bytes=0-"), hear(&late, "/media/audio/1", "bytes=0-"), hear(&late, "/media/audio/1", "bytes=0-"));
    assert!([at_once.0, at_once.1, at_once.2].iter().all(|status| *status == StatusCode::PARTIAL_CONTENT));
    assert_eq!(site.number("SELECT COUNT(*) FROM streamHistory WHERE excludedReason = 'unmeasured' AND uploadId = 1").await, 1, "one play");
    assert_eq!(site.number("SELECT SUM(plays) FROM dailyPlays").await, 1);
    sqlx::query("DELETE FROM dailyPlays WHERE listener LIKE 'a%'").execute(&site.app.db).await.unwrap();

    sqlx::query("UPDATE dailyPlays SET plays = 99").execute(&site.app.db).await.unwrap();
    assert_eq!(hear(&max, "/media/audio/1", "bytes=0-").await, StatusCode::PARTIAL_CONTENT, "the hundredth");
    assert_eq!(hear(&max, "/media/audio/1", "bytes=0-").await, StatusCode::PARTIAL_CONTENT, "the same one");
    assert_eq!(hear(&max, "/media/audio/1", "bytes=900-").await, StatusCode::PARTIAL_CONTENT, "and its rest");
    site.app.clock.advance(Duration::minutes(10));
    assert_eq!(hear(&max, "/media/songs/1", "bytes=900-").await, StatusCode::PARTIAL_CONTENT, "what was begun goes on");
    assert!(hear(&max, "/media/songs/1", "bytes=0-").await.is_client_error());
    assert!(hear(&max, "/media/audio/1?signed", "bytes=0-").await.is_client_error(), "however it is asked for");
    site.app.clock.advance(Duration::hours(2));
    assert!(hear(&max, "/media/audio/1", "bytes=900-").await.is_client_error(), "from any place");
    for path in ["/tracks/1", "/songs/1", "/embed/tracks/1"] {
        assert!(max.page(path).await.contains("You have heard the 100 full plays"), "{path} says why it is silent");
    }
    assert!(!ida.page("/tracks/1").await.contains("full plays"));
    assert_eq!(hear(&ida, "/media/audio/1", "bytes=0-").await, StatusCode::PARTIAL_CONTENT, "one's own has no limit");
    assert_eq!(hear(&site.visitor(), "/media/audio/1", "bytes=0-").await, StatusCode::PARTIAL_CONTENT, "others have theirs");
    site.app.clock.advance(Duration::days(1));
    assert_eq!(hear(&max, "/media/audio/1", "bytes=900-").await, StatusCode::PARTIAL_CONTENT, "tomorrow");
    assert_eq!(site.number("SELECT SUM(plays) FROM dailyPlays WHERE listener = 'u2' AND plays < 100").await, 1, "starting elsewhere takes one too");
    sqlx::query("UPDATE dailyPlays SET plays = 100").execute(&site.app.db).await.unwrap();
    site.app.clock.advance(Duration::minutes(10));
    sqlx::query("INSERT INTO userSubscriptions (userId, tierId, status, currentPeriodStart) SELECT 2, id, 'active', '2026-01-01' FROM subscriptionTiers WHERE name = 'Premium'")
        .execute(&site.app.db)
        .await
        .unwrap();
    assert_eq!(hear(&max, "/media/audio/1", "bytes=0-").await, StatusCode::PARTIAL_CONTENT, "Premium has no limit");
}
