//! Playlists, discovery, the catalogue and posts.

use crate::app::{Person, TestApp};
use proptest::strategy::{Strategy, ValueTree};
use reqwest::{StatusCode, header};

/// A published track that can be played, and its id.
async fn track(site: &TestApp, title: &str) -> i32 {
    let db = &site.app.db;
    let user = sqlx::query("INSERT INTO users (name, role) VALUES ('Mara', 'user')").execute(db).await.unwrap().last_insert_id();
    let artist = sqlx::query("INSERT INTO artistProfiles (userId, artistName) VALUES (?, 'Mara Velde')")
        .bind(user)
        .execute(db)
        .await
        .unwrap()
        .last_insert_id();
    let track = sqlx::query(
        "INSERT INTO artistUploads (artistId, title, genre, audioUrl, audioKey, duration, isPublished, releaseDate, plays)
         VALUES (?, ?, 'R&B', '', 'originals/x', 180, 1, '2026-01-01', 7)",
    )
    .bind(artist)
    .bind(title)
    .execute(db)
    .await
    .unwrap()
    .last_insert_id();
    sqlx::query("INSERT INTO trackMedia (trackId, state, standardKey) VALUES (?, 'ready', 'tracks/x')").bind(track).execute(db).await.unwrap();
    i32::try_from(track).unwrap()
}

/// A published song of the catalogue, and its id.
async fn song(site: &TestApp, title: &str) -> i32 {
    let done = sqlx::query(
        "INSERT INTO tracks (title, artistName, genre, audioKey, duration, isPublished) VALUES (?, 'House band', 'Jazz', 'songs/one', 200, 1)",
    )
    .bind(title)
    .execute(&site.app.db)
    .await
    .unwrap();
    i32::try_from(done.last_insert_id()).unwrap()
}

/// Makes a playlist by its form, and returns its id.
async fn playlist(person: &Person, name: &str, public: bool) -> String {
    let mut fields = vec![("name", name), ("description", "Made by a test")];
    if public {
        fields.push(("public", "true"));
    }
    let (to, page) = person.submit("/playlists/new", "/api/playlists/create", &fields).await;
    assert!(page.contains(name), "{page}");
    to.trim_start_matches("/playlists/").split('-').next().unwrap().to_owned()
}

async fn places(site: &TestApp, playlist: &str) -> Vec<(i32, i32)> {
    sqlx::query_as("SELECT id, position FROM userPlaylistTracks WHERE playlistId = ? ORDER BY position, id")
        .bind(playlist)
        .fetch_all(&site.app.db)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_playlist_is_made_filled_arranged_followed_and_shared() {
    let site = TestApp::start().await;
    let (owner, _) = site.signed_in("Noor").await;
    let (listener, _) = site.signed_in("Otis").await;
    let (one, two, three) = (track(&site, "Night bus").await, track(&site, "Salt").await, song(&site, "Copper wire").await);
    let list = playlist(&owner, "Late shift", false).await;
    let page = format!("/playlists/{list}");

    let choices = owner.page(&format!("/playlists/add?track={one}")).await;
    assert!(choices.contains("Night bus") && choices.contains("Late shift"), "{choices}");
    for (kind, id) in [("track", one), ("track", two), ("song", three)] {
        let (_, text) =
            owner.submit(&format!("/playlists/add?{kind}={id}"), "/api/playlists/add", &[("playlist", &list), (kind, &id.to_string())]).await;
        assert!(text.contains("Added to Late shift"), "{text}");
    }
    let (_, again) =
        owner.submit(&format!("/playlists/add?track={one}"), "/api/playlists/add", &[("playlist", &list), ("track", &one.to_string())]).await;
    assert!(again.contains("is on Late shift already"), "{again}");

    let before = places(&site, &list).await;
    assert_eq!(before.iter().map(|(_, place)| *place).collect::<Vec<_>>(), [1, 2, 3]);
    let (to, _) = owner.submit(&page, "/api/playlists/arrange", &[("playlist", &list), ("change", &format!("up-{}", before[2].0))]).await;
    assert_eq!(to, page);
    assert_eq!(places(&site, &list).await, [(before[0].0, 1), (before[2].0, 2), (before[1].0, 3)]);
    owner.submit(&page, "/api/playlists/arrange", &[("playlist", &list), ("change", &format!("remove-{}", before[0].0))]).await;
    assert_eq!(places(&site, &list).await, [(before[2].0, 1), (before[1].0, 2)]);

    // Private: there is nothing for anyone else.
    assert_eq!(listener.get(&page).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(site.visitor().get(&format!("{page}/export.json")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(listener.call("playlists/follow", &[("playlist", &list), ("follow", "true")]).await.0, StatusCode::NOT_FOUND);
    assert_eq!(owner.call("playlists/share", &[("playlist", &list), ("platform", "copy")]).await.0, StatusCode::UNPROCESSABLE_ENTITY);

    let (to, _) = owner
        .submit(
            &format!("{page}/edit"),
            "/api/playlists/edit",
            &[("playlist", &list), ("name", "Later shift"), ("description", ""), ("public", "true")],
        )
        .await;
    assert_eq!(to, format!("/playlists/{list}-later-shift"));
    let seen = site.visitor().page(&page).await;
    assert!(seen.contains("Later shift") && seen.contains("Salt") && seen.contains("Copper wire") && !seen.contains("Night bus"), "{seen}");
    let m3u8 = site.visitor().page(&format!("{page}/export.m3u8")).await;
    assert!(m3u8.starts_with("#EXTM3U") && m3u8.contains("House band - Copper wire") && m3u8.contains(&format!("/media/songs/{three}")), "{m3u8}");

    // Shared by the owner; someone comes by the link and follows.
    let (to, shared) = owner.submit(&format!("{page}/share"), "/api/playlists/share", &[("playlist", &list), ("platform", "twitter")]).await;
    let code = to.split_once("code=").unwrap().1.to_owned();
    assert!(shared.contains(&format!("/s/{code}")) && shared.contains("twitter.com/intent/tweet"), "{shared}");
    assert_eq!(site.number("SELECT shares FROM userPlaylists").await, 1);
    let visit = async |person: &Person, agent: &str| {
        let response = person.client.get(format!("{}/s/{code}", site.url)).header(header::USER_AGENT, agent).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        response.headers()[header::LOCATION].to_str().unwrap().to_owned()
    };
    let landed = visit(&listener, "Mozilla/5.0").await;
    assert_eq!(landed, format!("/playlists/{list}-later-shift?via={code}"));
    visit(&listener, "Twitterbot/1.0").await;
    visit(&owner, "Mozilla/5.0").await;
    assert_eq!(site.number("SELECT visits FROM playlistShareLinks").await, 1);
    assert!(listener.page(&landed).await.contains(&code));
    for _ in 0..2 {
        listener.submit(&landed, "/api/playlists/follow", &[("playlist", &list), ("follow", "true"), ("via", &code)]).await;
    }
    assert_eq!(site.number("SELECT followers FROM userPlaylists").await, 1);
    assert_eq!(site.number("SELECT COUNT(*) FROM playlistFollowers").await, 1);
    assert_eq!(site.number("SELECT follows FROM playlistShareLinks").await, 1);
    assert!(listener.page("/library").await.contains("Later shift"));
    for _ in 0..2 {
        listener.submit(&landed, "/api/playlists/follow", &[("playlist", &list), ("follow", "false")]).await;
    }
    assert_eq!(site.number("SELECT followers FROM userPlaylists").await, 0);
    assert_eq!(owner.call("playlists/follow", &[("playlist", &list), ("follow", "true")]).await.0, StatusCode::UNPROCESSABLE_ENTITY);

    // Deleted only with the box ticked; what hangs on it goes, tracks stay.
    assert_eq!(owner.call("playlists/delete", &[("playlist", &list)]).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (to, _) = owner.submit(&format!("{page}/edit"), "/api/playlists/delete", &[("playlist", &list), ("confirmed", "true")]).await;
    assert_eq!(to, "/library");
    assert_eq!(site.number("SELECT COUNT(*) FROM userPlaylistTracks").await + site.number("SELECT COUNT(*) FROM playlistShareLinks").await, 0);
    assert_eq!(site.number("SELECT COUNT(*) FROM artistUploads").await, 2);
}

#[tokio::test]
async fn nobody_changes_what_is_not_theirs() {
    let site = TestApp::start().await;
    let (owner, _) = site.signed_in("Noor").await;
    let (other, _) = site.signed_in("Otis").await;
    let one = track(&site, "Night bus").await.to_string();
    let list = playlist(&owner, "Late shift", true).await;
    owner.call("playlists/add", &[("playlist", &list), ("track", &one)]).await;
    let entry = places(&site, &list).await[0].0;
    let remove = format!("remove-{entry}");
    let attempts: [(&str, Vec<(&str, &str)>); 4] = [
        ("playlists/edit", vec![("playlist", &list), ("name", "Mine"), ("description", "")]),
        ("playlists/add", vec![("playlist", &list), ("track", &one)]),
        ("playlists/arrange", vec![("playlist", &list), ("change", &remove)]),
        ("playlists/delete", vec![("playlist", &list), ("confirmed", "true")]),
    ];
    for (function, fields) in attempts {
        assert_eq!(other.call(function, &fields).await.0, StatusCode::NOT_FOUND, "{function}");
        assert_eq!(site.visitor().call(function, &fields).await.0, StatusCode::UNAUTHORIZED, "{function}");
    }
    assert_eq!(other.get(&format!("/playlists/{list}/edit")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(places(&site, &list).await, [(entry, 1)]);
    // One's own playlist does not reach into another's.
    let mine = playlist(&other, "Mine", false).await;
    other.call("playlists/arrange", &[("playlist", &mine), ("change", &remove)]).await;
    assert_eq!(places(&site, &list).await, [(entry, 1)]);
    // Without an account, log in first.
    assert_eq!(site.visitor().get("/playlists/new").await.headers()[header::LOCATION], "/log-in?next=%2Fplaylists%2Fnew");
}

#[tokio::test]
async fn places_are_always_one_to_n() {
    let site = TestApp::start().await;
    let (owner, _) = site.signed_in("Noor").await;
    let list = playlist(&owner, "Late shift", false).await;
    let mut tracks = Vec::new();
    for number in 0..6 {
        tracks.push(track(&site, &format!("Track {number}")).await.to_string());
    }
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let plan = proptest::collection::vec((0_u8..4, 0_usize..6), 40);
    let plan = plan.new_tree(&mut runner).unwrap().current();
    for (what, which) in plan {
        let entries = places(&site, &list).await;
        let entry = entries.get(which).map_or(0, |(id, _)| *id);
        let change = match what {
            0 => format!("up-{entry}"),
            1 => format!("down-{entry}"),
            2 => format!("remove-{entry}"),
            _ => {
                owner.call("playlists/add", &[("playlist", &list), ("track", &tracks[which])]).await;
                continue;
            }
        };
        let status = owner.call("playlists/arrange", &[("playlist", &list), ("change", &change)]).await.0;
        assert_eq!(status, StatusCode::OK, "{change}");
        let places: Vec<i32> = places(&site, &list).await.into_iter().map(|(_, place)| place).collect();
        assert_eq!(places, (1..=i32::try_from(places.len()).unwrap()).collect::<Vec<_>>(), "after {change}");
    }
    // Several at once take turns.
    let (person, playlist) = (&owner, list.as_str());
    let adds = tracks.iter().map(|track| async move { person.call("playlists/add", &[("playlist", playlist), ("track", track.as_str())]).await });
    futures::future::join_all(adds).await;
    let places: Vec<i32> = places(&site, &list).await.into_iter().map(|(_, place)| place).collect();
    assert_eq!(places, [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn wildcards_find_only_themselves() {
    let site = TestApp::start().await;
    track(&site, "100% wool").await;
    track(&site, "100 miles").await;
    song(&site, "under_score").await;
    let visitor = site.visitor();
    let found = visitor.page("/search?q=100%25").await;
    assert!(found.contains("100% wool") && !found.contains("100 miles"), "{found}");
    let found = visitor.page("/search?q=_").await;
    assert!(found.contains("under_score") && !found.contains("wool"), "{found}");
    let found = visitor.page("/search?q=!").await;
    assert!(found.contains("Nothing is called"), "{found}");
    let found = visitor.page("/search?q=Mara").await;
    assert!(found.contains("100 miles") && found.contains("/artists/"), "an artist's name finds the tracks too");
    let found = visitor.page("/search?q=%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(!found.contains("<script>alert(1)"), "what was searched is text");
}

#[tokio::test]
async fn what_is_published_is_found_and_nothing_else() {
    let site = TestApp::start().await;
    let visitor = site.visitor();
    assert!(visitor.page("/").await.contains("Music will be here"));
    track(&site, "Night bus").await;
    let hidden = track(&site, "Kept back").await;
    sqlx::query("UPDATE artistUploads SET isPublished = 0 WHERE id = ?").bind(hidden).execute(&site.app.db).await.unwrap();
    for page in ["/", "/charts", "/genres/R%26B", "/genres/r%26b", "/search?q=b"] {
        let text = visitor.page(page).await;
        assert!(text.contains("Night bus") && !text.contains("Kept back"), "{page}: {text}");
    }
    assert!(visitor.page("/genres").await.contains("/genres/R%26B"));
    assert_eq!(visitor.get("/genres/Nowhere").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn songs_are_heard_kept_and_let_go() {
    let site = TestApp::start().await;
    let (listener, _) = site.signed_in("Noor").await;
    let id = song(&site, "Copper wire").await;
    let page = format!("/songs/{id}");
    assert!(site.visitor().page(&page).await.contains("Copper wire"));
    std::fs::create_dir_all(site.folder.path().join("media/songs")).unwrap();
    std::fs::write(site.folder.path().join("media/songs/one"), b"0123456789").unwrap();
    let part = listener.client.get(format!("{}/media/songs/{id}", site.url)).header(header::RANGE, "bytes=2-4").send().await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.text().await.unwrap(), "234");
    for _ in 0..2 {
        listener.submit(&page, "/api/catalogue/favourite", &[("song", &id.to_string()), ("keep", "true")]).await;
    }
    assert_eq!(site.number("SELECT COUNT(*) FROM favorites").await, 1);
    assert!(listener.page("/library").await.contains("Copper wire"));
    listener.submit(&page, "/api/catalogue/favourite", &[("song", &id.to_string()), ("keep", "false")]).await;
    assert_eq!(site.number("SELECT COUNT(*) FROM favorites").await, 0);
    sqlx::query("UPDATE tracks SET isPublished = 0").execute(&site.app.db).await.unwrap();
    assert_eq!(listener.get(&page).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(listener.get(&format!("/media/songs/{id}")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(site.visitor().get("/albums/1").await.status(), StatusCode::NOT_FOUND);
    assert!(site.visitor().page("/albums").await.contains("Albums will be here"));
}

#[tokio::test]
async fn posts_are_written_by_admins_and_can_not_run() {
    let site = TestApp::start().await;
    let (admin, user) = site.signed_in("Ada").await;
    let (listener, _) = site.signed_in("Noor").await;
    let post =
        [("title", "We moved </title><script>alert(2)</script>"), ("body", "To the **cellar**.\n\n<script>alert(1)</script>"), ("published", "true")];
    assert_eq!(admin.call("posts/save", &post).await.0, StatusCode::FORBIDDEN);
    sqlx::query("UPDATE users SET role = 'admin' WHERE id = ?").bind(user).execute(&site.app.db).await.unwrap();
    let (to, page) = admin.submit("/admin/posts/new", "/api/posts/save", &post).await;
    assert_eq!(to, "/admin/posts");
    assert!(page.contains("We moved"), "{page}");
    let read = site.visitor().page("/posts/1").await;
    assert!(read.contains("<strong>cellar</strong>") && !read.contains("<script>alert"), "{read}");
    assert!(site.visitor().page("/posts").await.contains("We moved"));
    // Drafts are nobody's, supporters' posts only theirs.
    let change = [("id", "1"), ("title", "We moved"), ("body", "To the cellar."), ("published", "true"), ("supporters_only", "true")];
    admin.call("posts/save", &change).await;
    let teaser = listener.page("/posts/1").await;
    assert!(teaser.contains("for Supporters") && !teaser.contains("cellar"), "{teaser}");
    admin.call("posts/save", &change[..3]).await;
    assert_eq!(listener.get("/posts/1").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn comments_are_said_read_in_pages_and_removed_by_those_who_may() {
    let (site, ida) = crate::music::with_track(2).await;
    let (max, _) = site.signed_in("Max").await;
    let (eve, _) = site.signed_in("Eve").await;
    let count = async || site.number("SELECT comments FROM artistUploads").await;
    let hostile = "</p><script>alert(1)</script>\n\n\n<b>bold</b> & \"quoted\"";
    for _ in 0..2 {
        let (to, page) = max.submit("/tracks/1", "/api/tracks/comment", &[("track", "1"), ("body", hostile)]).await;
        assert_eq!(to, "/tracks/1");
        assert!(page.contains("Your comment is there."), "{page}");
    }
    assert_eq!(count().await, 1, "sent twice, it is one");
    let page = site.visitor().page("/tracks/1").await;
    assert!(page.contains("&lt;b&gt;bold&lt;/b&gt; &amp;") && !page.contains("<script>alert(1)") && !page.contains("<b>bold"), "{page}");
    assert!(page.contains("Log in to comment") && page.contains("1 comment"), "{page}");

    let (_, page) = max.submit("/tracks/1", "/api/tracks/comment", &[("track", "1"), ("body", " \n ")]).await;
    assert!(page.contains("Write something first."), "{page}");
    let (_, page) = max.submit("/tracks/1", "/api/tracks/comment", &[("track", "1"), ("body", &"x".repeat(1_001))]).await;
    assert!(page.contains("Shorten the comment") && page.contains(&"x".repeat(1_001)), "what was typed is there");
    let (to, _) = site.visitor().submit("/tracks/1", "/api/tracks/comment", &[("track", "1"), ("body", "Hi")]).await;
    assert!(to.starts_with("/log-in"), "{to}");

    // Pages by key, newest first; the limit holds.
    for number in 2..=40 {
        let (status, _) = max.call("tracks/comment", &[("track", "1"), ("body", &format!("Number {number}."))]).await;
        if number > 6 {
            sqlx::query("DELETE FROM rateLimits").execute(&site.app.db).await.unwrap();
        }
        assert_eq!(status, StatusCode::OK, "{number}");
    }
    let page = max.page("/tracks/1").await;
    assert!(page.contains("Number 40.") && page.contains("Number 11.") && !page.contains("Number 10.") && page.contains("40 comments"), "{page}");
    let older = page.split("comments=").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let page = max.page(&format!("/tracks/1?comments={older}")).await;
    assert!(page.contains("Number 10.") && page.contains("bold") && !page.contains("Number 11."), "{page}");
    let mut last = StatusCode::OK;
    for number in 0..12 {
        last = eve.call("tracks/comment", &[("track", "1"), ("body", &format!("Buy now {number}"))]).await.0;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);

    // One's own, and everything under one's own track; nobody else's.
    let id = site.number("SELECT MIN(id) FROM trackComments").await.to_string();
    let before = count().await;
    assert_eq!(eve.call("tracks/uncomment", &[("comment", &id)]).await.0, StatusCode::NOT_FOUND);
    for expected in [StatusCode::OK, StatusCode::NOT_FOUND] {
        assert_eq!(ida.call("tracks/uncomment", &[("comment", &id)]).await.0, expected);
    }
    assert_eq!(count().await, before - 1);
    let own = site.number("SELECT MAX(id) FROM trackComments WHERE body LIKE 'Number%'").await.to_string();
    max.submit("/tracks/1", "/api/tracks/uncomment", &[("comment", &own)]).await;
    assert_eq!(site.number(&format!("SELECT LENGTH(body) FROM trackComments WHERE id = {own}")).await, 0, "forgotten");
    assert!(eternity::listening::recount::recount(&site.app, false).await.unwrap().is_empty(), "no counter drifts");

    // What nobody sees can't be talked about.
    ida.submit("/studio/uploads/1", "/api/uploads/unpublish", &[("id", "1")]).await;
    assert_eq!(max.call("tracks/comment", &[("track", "1"), ("body", "Still?")]).await.0, StatusCode::NOT_FOUND);
    assert_eq!(max.client.get(format!("{}/api/tracks/comments?track=1", site.url)).send().await.unwrap().status(), StatusCode::NOT_FOUND);
}
