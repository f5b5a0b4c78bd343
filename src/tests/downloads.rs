//! Taking tracks along, and the admins' list of work that failed.

use crate::{
    access::become_admin,
    app::TestApp,
    music::{artist, file, form, picture, sound, with_track},
};
use eternity::{
    media::verify::verify,
    server::jobs::{self, Lane},
};
use reqwest::{StatusCode, header};
use std::process::Command;

/// What ffprobe says of a file: codec, tags and whether a picture is inside.
fn about(site: &TestApp, bytes: &[u8]) -> String {
    let path = site.folder.path().join("taken");
    std::fs::write(&path, bytes).unwrap();
    let arguments = ["-v", "error", "-show_entries", "stream=codec_name:stream_tags:format_tags", "-of", "default=nw=1"];
    let done = Command::new("ffprobe").args(arguments).arg(&path).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

#[tokio::test]
async fn a_free_track_is_taken_along_in_every_format_with_its_tags_and_cover() {
    let site = TestApp::start().await;
    let ida = artist(&site, "Ida / Band").await;
    let original = sound(site.folder.path(), "song.wav", 3);
    let fields = form(&[("title", "Näht: drive"), ("genre", "Jazz"), ("downloadable", "true"), ("price", "")])
        .part("audio", file("song.wav", original.clone()))
        .part("cover", file("c.png", picture(900, 900)));
    ida.submit_files("/studio/uploads/new", fields).await;
    site.work().await;
    let visitor = site.visitor();
    let path = |format: &str| format!("/tracks/1/download?format={format}");
    assert_eq!(visitor.get(&path("mp3-320")).await.status(), StatusCode::NOT_FOUND, "a draft");
    assert!(ida.page("/studio/uploads/1").await.contains("href=\"/tracks/1/download?format=flac\""));
    assert_eq!(ida.get(&path("original")).await.status(), StatusCode::OK, "the artist's own");
    ida.submit("/studio/uploads/1", "/api/uploads/publish", &[("id", "1")]).await;
    assert!(visitor.page("/tracks/1").await.contains("MP3 V0"));

    for (format, codec, pictured) in [
        ("mp3-v0", "mp3", true),
        ("mp3-320", "mp3", true),
        ("flac", "flac", true),
        ("wav", "pcm_s16le", false),
        ("opus", "opus", true),
        ("aac", "aac", true),
    ] {
        let response = visitor.get(&path(format)).await;
        assert_eq!(response.status(), StatusCode::OK, "{format}");
        let named = response.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().to_owned();
        assert!(named.starts_with("attachment; filename=\"Ida _ Band - N_ht_ drive.") && named.contains("N%C3%A4ht_%20drive."), "{named}");
        let bytes = response.bytes().await.unwrap();
        let found = about(&site, &bytes);
        let lower = found.to_lowercase();
        assert!(found.contains(&format!("codec_name={codec}")), "{format}: {found}");
        assert!(lower.contains("title=näht: drive") && lower.contains("artist=ida / band") && lower.contains("genre=jazz"), "{format}: {found}");
        assert_eq!(found.contains("mjpeg"), pictured, "{format}: {found}");
        // It goes on where it broke off.
        let rest = visitor.client.get(format!("{}{}", site.url, path(format))).header(header::RANGE, "bytes=1000-").send().await.unwrap();
        assert_eq!(rest.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(rest.bytes().await.unwrap(), bytes[1000..]);
    }
    let whole = visitor.get(&path("original")).await;
    assert_eq!(whole.headers()[header::CONTENT_TYPE], "audio/wav");
    assert_eq!(whole.bytes().await.unwrap(), original, "bit for bit");
    assert_eq!(site.number("SELECT downloads FROM artistUploads").await, 7, "neither ranges nor the artist's own count");
    assert_eq!(visitor.get(&path("exe")).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_track_with_a_price_or_none_offered_is_its_artists_only() {
    let (site, ida) = with_track(2).await;
    let (max, _) = site.signed_in("Max").await;
    let may = async |person: &crate::app::Person| person.get("/tracks/1/download?format=mp3-320").await.status();
    assert_eq!((may(&max).await, may(&ida).await), (StatusCode::NOT_FOUND, StatusCode::OK));
    sqlx::query("UPDATE artistUploads SET downloadable = 1, downloadPrice = 500").execute(&site.app.db).await.unwrap();
    assert_eq!(may(&max).await, StatusCode::NOT_FOUND);
    assert!(!max.page("/tracks/1").await.contains("/tracks/1/download"));
    sqlx::query("UPDATE artistUploads SET downloadPrice = NULL").execute(&site.app.db).await.unwrap();
    assert_eq!(may(&max).await, StatusCode::OK);
    sqlx::query("UPDATE trackMedia SET withdrawnAt = '2027-01-01'").execute(&site.app.db).await.unwrap();
    assert_eq!(may(&max).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_was_found_is_shown_and_the_artist_may_say_otherwise() {
    let (site, ida) = with_track(3).await;
    let page = ida.page("/studio/uploads/1").await;
    assert!(page.contains("Found by listening") && page.contains("pcm_s16le, 44100 Hz, 16 bits, 1 channels") && page.contains("LUFS"), "{page}");
    let fields = |bpm: &'static str| form(&[("title", "Night drive"), ("genre", "Jazz"), ("bpm", bpm), ("key", "F#m")]);
    let (_, page) = ida.submit_files("/studio/uploads/1", fields("fast")).await;
    assert!(page.contains("whole number from 20 to 400") && page.contains("value=\"fast\""), "{page}");
    ida.submit_files("/studio/uploads/1", fields("96")).await;
    let page = site.visitor().page("/tracks/1").await;
    assert!(page.contains("96 bpm") && page.contains("Key: F#m"), "{page}");
    // Processed once more, it stays as the artist says.
    sqlx::query("UPDATE trackMedia SET state = 'failed'").execute(&site.app.db).await.unwrap();
    ida.submit("/studio/uploads/1", "/api/uploads/retry", &[("id", "1")]).await;
    site.work().await;
    assert_eq!(site.number("SELECT bpm FROM artistUploads WHERE `key` = 'F#m'").await, 96);
    assert_eq!(site.number("SELECT COUNT(*) FROM trackRenditions").await, 5);
    assert_eq!(site.number("SELECT COUNT(*) FROM uploadedFiles").await, 6);
}

#[tokio::test]
async fn work_that_failed_for_good_is_read_and_tried_again_by_an_admin() {
    let (site, _) = with_track(2).await;
    let (admin, _) = site.signed_in("Noor").await;
    become_admin(&site, "Noor").await;
    assert!(admin.page("/admin/jobs").await.contains("Nothing was put aside"));
    let run = async |sql: &str| sqlx::query(sql).execute(&site.app.db).await.unwrap();
    run("INSERT INTO jobs (id, kind, payload, state, attempts, runAt) VALUES ('01ARZ3NDEKTSV4RRFFQ69G5FAV', 'transcode', '{\"track\": \"no\"}', 'queued', 0, '2020-01-01')").await;
    for attempt in 1..=6 {
        assert_eq!(site.number("SELECT attempts FROM jobs WHERE id LIKE '01ARZ%'").await, attempt - 1);
        site.work().await;
        assert_eq!(site.work().await, 0, "it waits longer each time");
        site.app.clock.advance(time::Duration::seconds(30) * 2_i32.pow(u32::try_from(attempt).unwrap() - 1));
    }
    let page = admin.page("/admin/jobs").await;
    assert!(page.contains("Processing a track") && page.contains("invalid type"), "{page}");
    run("UPDATE jobs SET payload = '{\"track\": 1}' WHERE state = 'dead'").await;
    let (to, page) = admin.submit("/admin/jobs", "/api/admin/job_retry", &[("job", "01ARZ3NDEKTSV4RRFFQ69G5FAV")]).await;
    assert_eq!(to, "/admin/jobs");
    assert!(page.contains("1 job is in the queue again."), "{page}");
    assert_eq!(site.work().await, 1);
    assert_eq!(site.number("SELECT COUNT(*) FROM jobs WHERE state = 'dead'").await, 0);
}

#[tokio::test]
async fn lanes_keep_mail_apart_from_long_work_and_no_job_is_taken_twice() {
    let site = TestApp::start().await;
    for index in 0..40 {
        let kind = if index < 20 { "transcode" } else { "send-mail" };
        sqlx::query("INSERT INTO jobs (id, kind, payload, state, attempts, runAt) VALUES (?, ?, '{}', 'queued', 0, '2020-01-01')")
            .bind(format!("01ARZ3NDEKTSV4RRFFQ69G5F{index:02}"))
            .bind(kind)
            .execute(&site.app.db)
            .await
            .unwrap();
    }
    let quick = jobs::take(&site.app, Lane::Quick).await.unwrap().unwrap();
    assert_eq!(quick.kind, "send-mail", "though all of the others are older");
    let workers = (0..6).map(|_| async {
        let mut taken = Vec::new();
        while let Some(job) = jobs::take(&site.app, Lane::Heavy).await.unwrap() {
            assert_eq!(job.kind, "transcode");
            taken.push(job.id);
        }
        taken
    });
    let mut taken: Vec<String> = futures::future::join_all(workers).await.concat();
    assert_eq!(taken.len(), 20);
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), 20, "each by one worker");
}

#[tokio::test]
async fn files_and_rows_that_do_not_agree_are_reported() {
    let (site, _) = with_track(2).await;
    let report = verify(&site.app).await.unwrap();
    assert!(report.agrees() && report.files == 6, "{report}");
    let media = site.folder.path().join("media");
    std::fs::write(media.join("originals/STRAY"), "x").unwrap();
    let key: String = sqlx::query_scalar("SELECT fileKey FROM trackRenditions WHERE quality = 'opus-96'").fetch_one(&site.app.db).await.unwrap();
    std::fs::remove_file(media.join(&key)).unwrap();
    sqlx::query("DELETE FROM uploadedFiles WHERE fileKey LIKE '%.flac'").execute(&site.app.db).await.unwrap();
    let report = verify(&site.app).await.unwrap();
    assert_eq!((report.missing, report.nameless, report.unrecorded.len()), (vec![key], vec!["originals/STRAY".to_owned()], 1));
}
