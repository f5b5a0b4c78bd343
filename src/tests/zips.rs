//! Albums and playlists taken along as one zip, and where people find what they can take along.

use crate::{
    app::{Person, TestApp},
    music::{file, form, sound, with_track},
};
use reqwest::{StatusCode, header};
use std::{path::Path, process::Command};

/// What a zip holds, after `unzip` has tested it: the names in their order, and where they lie unpacked.
fn unpacked(site: &TestApp, name: &str, bytes: &[u8]) -> Vec<String> {
    let path = site.folder.path().join(format!("{name}.zip"));
    std::fs::write(&path, bytes).unwrap();
    let unzip = |arguments: &[&str]| {
        let done = Command::new("unzip").args(arguments).arg(&path).current_dir(site.folder.path()).env("LC_ALL", "C.UTF-8").output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(done.status.success(), "{said} {}", String::from_utf8_lossy(&done.stderr));
        said
    };
    assert!(unzip(&["-t"]).contains("No errors detected"));
    unzip(&["-o", "-q"]);
    unzip(&["-Z1"]).lines().map(str::to_owned).collect()
}

fn title_and_cover(path: &Path) -> String {
    let arguments = ["-v", "error", "-show_entries", "format_tags=title,artist,album,track:stream=codec_name", "-of", "default=nw=1"];
    let done = Command::new("ffprobe").args(arguments).arg(path).output().unwrap();
    assert!(done.status.success());
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// A song of the label's in storage, on album 1.
async fn song(site: &TestApp, title: &str, number: i32, stem: &str, price: i32) {
    let media = site.folder.path().join("media");
    for folder in ["originals", "audio"] {
        std::fs::create_dir_all(media.join(folder)).unwrap();
    }
    let bytes = sound(site.folder.path(), "one.flac", 2);
    std::fs::write(media.join(format!("originals/{stem}")), bytes).unwrap();
    std::fs::write(media.join(format!("audio/{stem}-128.m4a")), sound(site.folder.path(), "one.m4a", 2)).unwrap();
    sqlx::query("INSERT INTO tracks (albumId, title, artistName, genre, trackNumber, audioKey, price, isPublished) VALUES (1, ?, 'House / Band', 'Jazz', ?, ?, ?, 1)")
        .bind(title)
        .bind(number)
        .bind(format!("audio/{stem}-128.m4a"))
        .bind(price)
        .execute(&site.app.db)
        .await
        .unwrap();
}

async fn run(site: &TestApp, sql: &str) {
    sqlx::query(sql).execute(&site.app.db).await.unwrap();
}

async fn zip(person: &Person, path: &str) -> Vec<u8> {
    let response = person.get(path).await;
    assert_eq!((response.status(), response.headers()[header::CONTENT_TYPE].to_str().unwrap()), (StatusCode::OK, "application/zip"));
    response.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn an_album_that_was_bought_is_one_zip_and_one_that_was_not_is_none() {
    let site = TestApp::start().await;
    let (max, _) = site.signed_in("Max").await;
    run(&site, "INSERT INTO albums (title, artistName, price, releaseDate, isPublished) VALUES ('Näht: one', 'House / Band', 900, '2024-05-01', 1)")
        .await;
    song(&site, "Same", 1, "SONGA", 100).await;
    song(&site, "Same", 1, "SONGB", 100).await;
    song(&site, "../../etc/passwd", 3, "SONGC", 100).await;
    let path = "/albums/1/download?format=mp3-320";
    assert_eq!(max.get(path).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(max.get("/songs/1/download?format=flac").await.status(), StatusCode::NOT_FOUND);
    assert!(!max.page("/albums/1").await.contains("/albums/1/download"));

    // One song of it: the zip has that one, and says what it lacks; so does the page.
    run(&site, "INSERT INTO songPurchases (userId, trackId, amount) SELECT MAX(id), 3, 100 FROM users").await;
    let page = max.page("/albums/1").await;
    assert!(page.contains("/albums/1/download?format=flac") && page.contains("1 recording in one zip") && page.contains("Left out"), "{page}");
    let names = unpacked(&site, "part", &zip(&max, path).await);
    assert_eq!(names, ["House _ Band - Näht_ one/03 House _ Band - .._.._etc_passwd.mp3", "House _ Band - Näht_ one/Left out.txt"]);
    let said = std::fs::read_to_string(site.folder.path().join(&names[1])).unwrap();
    assert!(said.contains("\r\nSame\r\nSame\r\n"), "{said}");

    // All of it, also when it is no longer sold.
    run(&site, "INSERT INTO albumPurchases (userId, albumId, amount) SELECT MAX(id), 1, 900 FROM users").await;
    run(&site, "UPDATE albums SET isPublished = 0").await;
    run(&site, "UPDATE tracks SET isPublished = 0").await;
    let response = max.get(path).await;
    let named = response.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().to_owned();
    assert!(named.contains("N%C3%A4ht_%20one.zip"), "{named}");
    let names = unpacked(&site, "whole", &response.bytes().await.unwrap());
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(names[0].ends_with("/01 House _ Band - Same.mp3") && names[1].ends_with("/02 House _ Band - Same.mp3"), "{names:?}");
    let tags = title_and_cover(&site.folder.path().join(&names[1]));
    assert!(tags.contains("title=Same") && tags.contains("album=Näht: one") && tags.contains("track=1"), "{tags}");
    // Each alone, lossless as it was kept.
    let alone = max.get("/songs/1/download?format=original").await;
    assert_eq!((alone.status(), alone.headers()[header::CONTENT_TYPE].to_str().unwrap()), (StatusCode::OK, "audio/flac"));
    let library = max.page("/library").await;
    assert!(library.contains("/albums/1/download?format=wav") && library.contains("/songs/3/download?format=flac"), "{library}");
    assert_eq!(site.visitor().get(path).await.status(), StatusCode::NOT_FOUND);
    let scratch = std::fs::read_dir(site.folder.path().join("media/incoming")).map_or(0, Iterator::count);
    assert_eq!(scratch, 0, "nothing of it lies on the disk");
}

#[tokio::test]
async fn a_playlist_is_a_zip_of_what_its_listener_may_take_along() {
    let (site, ida) = with_track(2).await;
    let priced = form(&[("title", "Dear"), ("genre", "Jazz"), ("downloadable", "true"), ("price", "5.00")]);
    ida.submit_files("/studio/uploads/new", priced.part("audio", file("b.mp3", sound(site.folder.path(), "b.mp3", 2)))).await;
    site.work().await;
    ida.submit("/studio/uploads/2", "/api/uploads/publish", &[("id", "2")]).await;
    run(&site, "UPDATE artistUploads SET downloadable = 1 WHERE id = 1").await;
    let (max, _) = site.signed_in("Max").await;
    run(&site, "INSERT INTO userPlaylists (userId, name, isPublic) SELECT MAX(id), 'My: mix?', 1 FROM users").await;
    run(&site, "INSERT INTO userPlaylistTracks (playlistId, position, uploadId) VALUES (1, 1, 2), (1, 2, 1)").await;

    let path = "/playlists/1/download?format=flac";
    let visitor = site.visitor();
    let page = visitor.page("/playlists/1").await;
    assert!(page.contains("/playlists/1/download?format=flac") && page.contains("<li>Dear"), "{page}");
    assert_eq!(unpacked(&site, "free", &zip(&visitor, path).await), ["My_ mix_/02 Ida - Night drive.flac", "My_ mix_/Left out.txt"]);
    assert_eq!(site.number("SELECT downloads FROM artistUploads WHERE id = 1").await, 1, "each counts as one download");
    // What was bought is inside, also when it is withdrawn from sale; without a lossless original it comes as it was sent.
    run(&site, "INSERT INTO songPurchases (userId, uploadId, amount) SELECT MAX(id), 2, 500 FROM users").await;
    assert_eq!(unpacked(&site, "bought", &zip(&max, path).await), ["My_ mix_/01 Ida - Dear.mp3", "My_ mix_/02 Ida - Night drive.flac"]);
    assert!(!max.page("/playlists/1").await.contains("Left out"));
    run(&site, "UPDATE userPlaylists SET isPublic = 0").await;
    assert_eq!(visitor.get(path).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(max.get("/playlists/1/download?format=exe").await.status(), StatusCode::NOT_FOUND);
    assert!(max.page("/library").await.contains("/tracks/2/download?format=original"));
}

#[tokio::test]
async fn what_is_damaged_is_left_out_of_a_zip_and_said_so() {
    let site = TestApp::start().await;
    let (max, _) = site.signed_in("Max").await;
    run(&site, "INSERT INTO albums (title, artistName, price, isPublished) VALUES ('One', 'Band', 0, 1)").await;
    song(&site, "First", 1, "SONGA", 0).await;
    song(&site, "Second", 2, "SONGB", 0).await;
    // What is there but is no sound is left out, and said so.
    let broken = site.folder.path().join("media/originals/SONGB");
    std::fs::write(&broken, [&b"fLaC"[..], &[7; 9_000]].concat()).unwrap();
    let names = unpacked(&site, "one", &zip(&max, "/albums/1/download?format=wav").await);
    assert_eq!(names, ["Band - One/01 House _ Band - First.wav", "Band - One/Left out.txt"]);
}
