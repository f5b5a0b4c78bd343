//! Files that come in pieces, by the tus protocol: whole after every break, refused for a reason, nobody else's.

use crate::{
    app::{Person, TestApp},
    music::{artist, file, form, picture, sound, with_track},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use sha2::{Digest, Sha256};
use time::Duration;

const PIECE: &str = "application/offset+octet-stream";

fn ask(person: &Person, site: &TestApp, method: Method, path: &str) -> RequestBuilder {
    person.client.request(method, format!("{}{path}", site.url)).header("tus-resumable", "1.0.0")
}

/// Asks for an upload of so many bytes.
async fn begin(person: &Person, site: &TestApp, name: &str, length: usize) -> Response {
    let said = format!("filename {},fingerprint {}", STANDARD.encode(name), STANDARD.encode("a-b-c"));
    ask(person, site, Method::POST, "/uploads/files").header("upload-length", length).header("upload-metadata", said).send().await.unwrap()
}

async fn begun(person: &Person, site: &TestApp, name: &str, length: usize) -> String {
    let response = begin(person, site, name, length).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    assert_eq!(response.headers()["tus-resumable"], "1.0.0");
    assert!(response.headers().contains_key("upload-expires"));
    response.headers()[header::LOCATION].to_str().unwrap().to_owned()
}

fn piece(person: &Person, site: &TestApp, place: &str, offset: usize, bytes: &[u8]) -> RequestBuilder {
    ask(person, site, Method::PATCH, place).header("upload-offset", offset).header(header::CONTENT_TYPE, PIECE).body(bytes.to_vec())
}

async fn offset(person: &Person, site: &TestApp, place: &str) -> (StatusCode, Option<usize>) {
    let response = ask(person, site, Method::HEAD, place).send().await.unwrap();
    (response.status(), response.headers().get("upload-offset").and_then(|offset| offset.to_str().unwrap().parse().ok()))
}

/// A piece whose connection breaks after `bytes`, though it promised `promised` of them.
async fn cut(person: &Person, site: &TestApp, place: &str, from: usize, bytes: &[u8], promised: usize) {
    use futures::StreamExt;
    let some = futures::stream::iter([Ok(bytes.to_vec())]);
    let broken = futures::stream::once(async {
        // By then the bytes are on their way.
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        Err(std::io::Error::other("cut"))
    });
    let request = ask(person, site, Method::PATCH, place)
        .header("upload-offset", from)
        .header(header::CONTENT_TYPE, PIECE)
        .header(header::CONTENT_LENGTH, promised)
        .body(reqwest::Body::wrap_stream(some.chain(broken)));
    assert!(request.send().await.is_err(), "the connection broke");
}

/// The original of track 1 as it lies in storage.
async fn original(site: &TestApp) -> Vec<u8> {
    let key: String = sqlx::query_scalar("SELECT audioKey FROM artistUploads WHERE id = 1").fetch_one(&site.app.db).await.unwrap();
    std::fs::read(site.folder.path().join("media").join(key)).unwrap()
}

fn left(site: &TestApp) -> usize {
    std::fs::read_dir(site.folder.path().join("uploading")).map_or(0, Iterator::count)
}

#[tokio::test]
async fn a_file_that_is_cut_again_and_again_arrives_whole_and_becomes_a_draft() {
    let site = TestApp::start().await;
    let ida = artist(&site, "Ida").await;
    let bytes = sound(site.folder.path(), "night_drive.wav", 12);
    let place = begun(&ida, &site, "night_drive.wav", bytes.len()).await;
    assert!(ida.page("/studio/uploads/new").await.contains("night_drive.wav"), "what broke off is shown");

    let mut random = StdRng::seed_from_u64(7);
    let mut cuts = 0;
    loop {
        let (status, Some(at)) = offset(&ida, &site, &place).await else { panic!("no offset") };
        assert_eq!(status, StatusCode::OK);
        if at == bytes.len() {
            break;
        }
        let to = (at + random.random_range(1..120_000)).min(bytes.len());
        if cuts < 12 && to < bytes.len() {
            cut(&ida, &site, &place, at, &bytes[at..to], bytes.len() - at).await;
            cuts += 1;
        } else {
            let response = piece(&ida, &site, &place, at, &bytes[at..to]).send().await.unwrap();
            assert_eq!((response.status(), response.headers()["upload-offset"].to_str().unwrap()), (StatusCode::NO_CONTENT, to.to_string().as_str()));
        }
    }
    assert_eq!(cuts, 12);
    assert_eq!(Sha256::digest(original(&site).await), Sha256::digest(&bytes));
    assert_eq!(left(&site), 0, "nothing is left of the pieces");
    let answer: serde_json::Value = ida.client.get(format!("{}{place}", site.url)).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["Created"]["to"], "/studio/uploads/1");
    site.work().await;
    let page = ida.page("/studio/uploads/1").await;
    assert!(page.contains("night drive") && page.contains("Choose a genre to publish"), "{page}");
    let (_, page) = ida.submit("/studio/uploads/1", "/api/uploads/publish", &[("id", "1")]).await;
    assert!(page.contains("Choose a genre and save"), "{page}");

    // It is done, and stays done.
    assert_eq!(piece(&ida, &site, &place, 0, b"more").send().await.unwrap().status(), StatusCode::CONFLICT);
    assert_eq!(ask(&ida, &site, Method::DELETE, &place).send().await.unwrap().status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_killed_server_loses_nothing_that_was_verified() {
    let site = TestApp::start().await;
    let ida = artist(&site, "Ida").await;
    let bytes = sound(site.folder.path(), "a.flac", 6);
    let place = begun(&ida, &site, "a.flac", bytes.len()).await;
    let half = bytes.len() / 2;
    piece(&ida, &site, &place, 0, &bytes[..half]).send().await.unwrap();
    // As a server leaves it that is killed amid a piece with a checksum: unverified bytes, and where they begin.
    let id = place.rsplit('/').next().unwrap();
    let path = site.folder.path().join("uploading").join(id);
    std::fs::write(path.with_extension("verified"), format!("{half}\n")).unwrap();
    std::fs::write(&path, [&bytes[..half], &b"garbage"[..]].concat()).unwrap();
    assert_eq!(offset(&ida, &site, &place).await, (StatusCode::OK, Some(half)));

    // Killed after the last byte: whoever asks next, or the worker, finishes it.
    std::fs::write(&path, &bytes).unwrap();
    sqlx::query("UPDATE uploadStagings SET bytesReceived = bytesExpected").execute(&site.app.db).await.unwrap();
    site.work().await;
    assert_eq!(site.number("SELECT COUNT(*) FROM artistUploads").await, 0, "somebody may still be at it");
    site.app.clock.advance(Duration::minutes(3));
    site.work().await;
    assert_eq!(site.number("SELECT COUNT(*) FROM artistUploads").await, 1);
    assert_eq!(original(&site).await, bytes);
}

#[tokio::test]
async fn a_piece_that_was_damaged_on_its_way_is_thrown_away() {
    let site = TestApp::start().await;
    let ida = artist(&site, "Ida").await;
    let bytes = sound(site.folder.path(), "a.mp3", 3);
    let place = begun(&ida, &site, "a.mp3", bytes.len()).await;
    let sums = [("sha256", STANDARD.encode(Sha256::digest(&bytes[..9_000]))), ("sha1", STANDARD.encode(sha1::Sha1::digest(&bytes[..9_000])))];
    for (name, sum) in &sums {
        let mut damaged = bytes[..9_000].to_vec();
        damaged[8_999] ^= 1;
        let sent = piece(&ida, &site, &place, 0, &damaged).header("upload-checksum", format!("{name} {sum}")).send().await.unwrap();
        assert_eq!(sent.status().as_u16(), 460, "{name}");
        assert_eq!(offset(&ida, &site, &place).await.1, Some(0));
    }
    let sent = piece(&ida, &site, &place, 0, &bytes[..9_000]).header("upload-checksum", "md5 AAAA").send().await.unwrap();
    assert_eq!(sent.status(), StatusCode::BAD_REQUEST);
    for (name, sum) in &sums[..1] {
        let sent = piece(&ida, &site, &place, 0, &bytes[..9_000]).header("upload-checksum", format!("{name} {sum}")).send().await.unwrap();
        assert_eq!(sent.status(), StatusCode::NO_CONTENT);
    }
    assert_eq!(offset(&ida, &site, &place).await.1, Some(9_000));
    piece(&ida, &site, &place, 9_000, &bytes[9_000..]).send().await.unwrap();
    assert_eq!(original(&site).await, bytes);
}

#[tokio::test]
async fn what_is_no_music_is_refused_before_the_rest_of_it_is_sent() {
    let site = TestApp::start().await;
    let ida = artist(&site, "Ida").await;
    let poem = "no music ".repeat(4_000).into_bytes();
    let place = begun(&ida, &site, "poem.wav", poem.len() * 100).await;
    let response = piece(&ida, &site, &place, 0, &poem).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(response.text().await.unwrap().contains("not an audio file"));
    assert_eq!(offset(&ida, &site, &place).await.0, StatusCode::GONE);
    let answer = ida.client.get(format!("{}{place}", site.url)).send().await.unwrap().text().await.unwrap();
    assert!(answer.contains("not an audio file"), "{answer}");

    // One that has the head of one is looked at when it is whole.
    let mut cut_off = sound(site.folder.path(), "a.flac", 2);
    cut_off.truncate(100);
    let place = begun(&ida, &site, "a.flac", 100).await;
    let response = piece(&ida, &site, &place, 0, &cut_off).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(response.text().await.unwrap().contains("Export it again"));
    assert_eq!((left(&site), site.number("SELECT COUNT(*) FROM artistUploads").await), (0, 0));
}

#[tokio::test]
async fn the_protocol_is_kept_strictly() {
    let site = TestApp::start_with(|config| config.rules.audio_maximum_bytes = 1_000_000).await;
    let ida = artist(&site, "Ida").await;
    let options = ida.client.request(Method::OPTIONS, format!("{}/uploads/files", site.url)).send().await.unwrap();
    assert_eq!(options.status(), StatusCode::NO_CONTENT);
    assert_eq!(options.headers()["tus-extension"], "creation,expiration,checksum,termination");
    assert_eq!(options.headers()["tus-max-size"], "1000000");

    let place = begun(&ida, &site, "a.wav", 1_000).await;
    let send = async |request: RequestBuilder| request.send().await.unwrap().status().as_u16();
    assert_eq!(send(ida.client.patch(format!("{}{place}", site.url)).header("upload-offset", 0)).await, 412, "no version");
    assert_eq!(send(ask(&ida, &site, Method::PATCH, &place).header("upload-offset", 0).body("RIFF")).await, 415);
    assert_eq!(send(ask(&ida, &site, Method::PATCH, &place).header(header::CONTENT_TYPE, PIECE).body("RIFF")).await, 400);
    assert_eq!(send(piece(&ida, &site, &place, 5, b"RIFF")).await, 409, "another offset");
    assert_eq!(send(piece(&ida, &site, &place, 0, &[0; 1_001])).await, 413, "more than it said");
    assert_eq!(offset(&ida, &site, &place).await, (StatusCode::OK, Some(0)));
    let other = ask(&ida, &site, Method::POST, &place).header("x-http-method-override", "PATCH");
    assert_eq!(send(other.header("upload-offset", 0).header(header::CONTENT_TYPE, PIECE).body("RIFF")).await, 204);
    assert_eq!(offset(&ida, &site, &place).await.1, Some(4));
    for (length, expected) in [("0", 422), ("-1", 400), ("x", 400), ("1000001", 413)] {
        assert_eq!(send(ask(&ida, &site, Method::POST, "/uploads/files").header("upload-length", length)).await, expected, "{length}");
    }
    assert_eq!(send(ask(&ida, &site, Method::POST, "/uploads/files").header("upload-length", 9).header("upload-metadata", "filename ?")).await, 400);

    // Ended by its sender, and by time.
    assert_eq!(send(ask(&ida, &site, Method::DELETE, &place)).await, 204);
    assert_eq!(send(ask(&ida, &site, Method::HEAD, &place)).await, 410);
    let place = begun(&ida, &site, "b.wav", 1_000).await;
    piece(&ida, &site, &place, 0, b"RIFF").send().await.unwrap();
    site.app.clock.advance(Duration::days(2) + Duration::minutes(1));
    site.work().await;
    assert_eq!(send(ask(&ida, &site, Method::HEAD, &place)).await, 410);
    assert_eq!(left(&site), 0);
}

#[tokio::test]
async fn two_at_once_never_write_into_each_other() {
    let site = TestApp::start().await;
    let ida = artist(&site, "Ida").await;
    let bytes = sound(site.folder.path(), "a.wav", 4);
    let place = begun(&ida, &site, "a.wav", bytes.len()).await;
    let sent = futures::future::join_all((0..6).map(|_| piece(&ida, &site, &place, 0, &bytes).send())).await;
    let mut codes: Vec<u16> = sent.into_iter().map(|response| response.unwrap().status().as_u16()).collect();
    codes.sort_unstable();
    assert_eq!((codes[0], codes.iter().filter(|code| **code == 204).count()), (204, 1), "{codes:?}");
    assert!(codes[1..].iter().all(|code| *code == 409 || *code == 423), "{codes:?}");
    assert_eq!(original(&site).await, bytes);
    assert_eq!(site.number("SELECT COUNT(*) FROM artistUploads").await, 1);
}

#[tokio::test]
async fn an_upload_is_its_artists_alone() {
    let site = TestApp::start().await;
    let (ida, eve) = (artist(&site, "Ida").await, artist(&site, "Eve").await);
    let place = begun(&ida, &site, "a.wav", 1_000).await;
    let (max, _) = site.signed_in("Max").await;
    let visitor = site.visitor();
    for (person, expected) in [(&eve, 404), (&max, 403), (&visitor, 401)] {
        for method in [Method::HEAD, Method::DELETE, Method::GET] {
            assert_eq!(ask(person, &site, method.clone(), &place).send().await.unwrap().status().as_u16(), expected, "{method}");
        }
        assert_eq!(piece(person, &site, &place, 0, b"RIFF").send().await.unwrap().status().as_u16(), expected);
    }
    assert_eq!(begin(&max, &site, "a.wav", 10).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(begin(&visitor, &site, "a.wav", 10).await.status(), StatusCode::UNAUTHORIZED);
    let id = place.rsplit('/').next().unwrap();
    assert_eq!(eve.call("uploads/discard", &[("id", id)]).await.0, StatusCode::NOT_FOUND);
    assert_eq!(offset(&ida, &site, &place).await, (StatusCode::OK, Some(0)));
    ida.submit("/studio/uploads/new", "/api/uploads/discard", &[("id", id)]).await;
    assert_eq!(offset(&ida, &site, &place).await.0, StatusCode::GONE);
}

#[tokio::test]
async fn a_full_artist_is_told_before_a_byte_is_sent() {
    let site = TestApp::start_with(|config| {
        config.rules.artist_maximum_bytes = 1_000_000;
        config.rules.artist_maximum_tracks = 2;
    })
    .await;
    let ida = artist(&site, "Ida").await;
    let response = begin(&ida, &site, "a.wav", 1_000_001).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(response.text().await.unwrap().contains("Withdraw a track to make room"));
    let first = begun(&ida, &site, "a.wav", 600_000).await;
    assert_eq!(begin(&ida, &site, "b.wav", 600_000).await.status(), StatusCode::PAYLOAD_TOO_LARGE, "what is on its way counts");
    begun(&ida, &site, "b.wav", 1_000).await;
    let response = begin(&ida, &site, "c.wav", 1_000).await;
    assert!(response.text().await.unwrap().contains("as many as one artist may have"));
    let page = ida.page("/studio/uploads/new").await;
    assert!(page.contains("601.0 kB of 1.0 MB used, 2 of 2 tracks"), "{page}");
    let fields = form(&[("title", "A"), ("genre", "Jazz")]).part("audio", file("d.wav", sound(site.folder.path(), "d.wav", 1)));
    let (_, page) = ida.submit_files("/studio/uploads/new", fields).await;
    assert!(page.contains("as many as one artist may have"), "the plain form says so too: {page}");
    ask(&ida, &site, Method::DELETE, &first).send().await.unwrap();
    begun(&ida, &site, "c.wav", 1_000).await;
}

#[tokio::test]
async fn tags_and_cover_of_the_file_fill_the_form() {
    let site = TestApp::start().await;
    let ida = artist(&site, "Ida").await;
    let at = |name: &str| site.folder.path().join(name).display().to_string();
    sound(site.folder.path(), "plain.wav", 2);
    std::fs::write(at("cover.png"), picture(600, 600)).unwrap();
    let made = std::process::Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-i",
            &at("plain.wav"),
            "-i",
            &at("cover.png"),
            "-map",
            "0",
            "-map",
            "1",
            "-c:v",
            "copy",
            "-disposition:v",
            "attached_pic",
        ])
        .args(["-metadata", "title=<b>Tagged</b>", "-metadata", "genre=hip hop", &at("tagged.mp3")])
        .status()
        .unwrap();
    assert!(made.success());
    let tagged = std::fs::read(at("tagged.mp3")).unwrap();
    let place = begun(&ida, &site, "x.mp3", tagged.len()).await;
    piece(&ida, &site, &place, 0, &tagged).send().await.unwrap();
    let page = ida.page("/studio/uploads/1").await;
    assert!(page.contains("value=\"&lt;b&gt;Tagged&lt;/b&gt;\"") && page.contains("/media/images/"), "{page}");
    assert!(page.contains("<option value=\"Hip-hop\" selected") || page.contains("selected value=\"Hip-hop\""), "{page}");

    // The plain form takes them for what was left empty, and for nothing else.
    let fields = form(&[("title", "Mine"), ("genre", "")]).part("audio", file("x.mp3", tagged));
    let (to, _) = ida.submit_files("/studio/uploads/new", fields).await;
    assert_eq!(to, "/studio/uploads/2");
    assert_eq!(
        site.number("SELECT COUNT(*) FROM artistUploads WHERE id = 2 AND title = 'Mine' AND genre = 'Hip-hop' AND coverArtUrl IS NOT NULL").await,
        1
    );

    // Both are drafts, and are published together.
    site.work().await;
    sqlx::query("UPDATE artistUploads SET genre = '' WHERE id = 2").execute(&site.app.db).await.unwrap();
    let (_, page) = ida.submit("/studio/uploads", "/api/uploads/publish-all", &[]).await;
    assert!(page.contains("1 track is published. 1 draft still needs a genre."), "{page}");
    assert_eq!(site.visitor().get("/tracks/1").await.status(), StatusCode::OK);
    assert_eq!(site.visitor().get("/tracks/2").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn new_audio_takes_the_place_of_the_old_one_when_it_is_ready() {
    let (site, ida) = with_track(2).await;
    let (max, _) = site.signed_in("Max").await;
    max.submit("/tracks/1", "/api/tracks/like", &[("id", "1"), ("like", "true")]).await;
    max.submit("/tracks/1", "/api/tracks/comment", &[("track", "1"), ("body", "The bridge!")]).await;
    let (_, started) = max.call("plays/start", &[("track", "1"), ("source", "page")]).await;
    site.app.clock.advance(Duration::seconds(10));
    site.beacon(&[(started["token"].as_str().unwrap(), 2_000)]).await;
    eternity::listening::spool::drain(&site.app).await.unwrap();
    assert_eq!(site.number("SELECT plays FROM artistUploads").await, 1);
    let hear = async || site.visitor().get("/media/audio/1?measured").await.bytes().await.unwrap();
    let old = hear().await;

    // One that fails leaves the old one.
    let (to, _) = ida.submit_files("/studio/uploads/1/audio", form(&[]).part("audio", file("x.wav", b"a poem".to_vec()))).await;
    assert_eq!(to, "/studio/uploads/1");
    assert!(ida.page("/studio/uploads/1").await.contains("Replace the audio"));
    let broken = {
        let mut bytes = sound(site.folder.path(), "b.flac", 30);
        bytes.truncate(bytes.len() / 3);
        bytes
    };
    ida.submit_files("/studio/uploads/1/audio", form(&[]).part("audio", file("b.flac", broken))).await;
    assert_eq!(site.number("SELECT COUNT(*) FROM uploadStagings WHERE failure = 'truncated'").await, 1, "refused at the door");
    let lost = file("b.flac", sound(site.folder.path(), "b.flac", 3));
    let (_, page) = ida.submit_files("/studio/uploads/1/audio", form(&[]).part("audio", lost)).await;
    assert!(page.contains("The old one plays until"), "{page}");
    let staging: String = sqlx::query_scalar("SELECT stagingId FROM trackReplacements").fetch_one(&site.app.db).await.unwrap();
    std::fs::remove_file(site.folder.path().join("media/originals").join(staging)).unwrap();
    site.work().await;
    let page = ida.page("/studio/uploads/1").await;
    assert!(page.contains("could not be used") && page.contains("Keep the old audio"), "{page}");
    assert_eq!(hear().await, old);
    ida.submit("/studio/uploads/1", "/api/uploads/keep-audio", &[("id", "1")]).await;
    assert!(!ida.page("/studio/uploads/1").await.contains("could not be used"));

    // One that is good takes over.
    let bytes = sound(site.folder.path(), "c.wav", 5);
    let said = format!("filename {},replaces {}", STANDARD.encode("c.wav"), STANDARD.encode("1"));
    let begun =
        ask(&ida, &site, Method::POST, "/uploads/files").header("upload-length", bytes.len()).header("upload-metadata", &said).send().await.unwrap();
    let place = begun.headers()[header::LOCATION].to_str().unwrap().to_owned();
    assert_eq!(piece(&ida, &site, &place, 0, &bytes).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(hear().await, old, "until it is ready");
    site.work().await;
    assert_ne!(hear().await, old);
    assert_eq!(original(&site).await, bytes);
    assert_eq!(site.number("SELECT duration FROM artistUploads").await, 5);
    assert_eq!(site.number("SELECT likes FROM artistUploads").await, 1);
    assert_eq!(site.number("SELECT plays FROM artistUploads").await, 1);
    assert!(max.page("/tracks/1-night-drive").await.contains("The bridge!"));
    assert!(site.visitor().page("/tracks/1-night-drive").await.contains("Night drive"));
    let count = |folder: &str| std::fs::read_dir(site.folder.path().join("media").join(folder)).unwrap().count();
    assert_eq!((count("originals"), count("audio"), count("incoming")), (1, 5, 0), "the old ones are gone");
    assert_eq!(site.number("SELECT COUNT(*) FROM trackRenditions").await, 5);
    assert_eq!(site.number("SELECT COUNT(*) FROM uploadedFiles").await, 6);

    let eve = artist(&site, "Eve").await;
    let begun = ask(&eve, &site, Method::POST, "/uploads/files").header("upload-length", 10).header("upload-metadata", &said).send().await.unwrap();
    assert_eq!(begun.status(), StatusCode::NOT_FOUND);
    assert_eq!(eve.call("uploads/keep-audio", &[("id", "1")]).await.0, StatusCode::NOT_FOUND);
}
