//! The label's catalogue as admins keep it.

use crate::{
    app::TestApp,
    money::{account, browser},
    music::{file, sound},
};
use eternity::worker;
use reqwest::{StatusCode, multipart::Form};

#[tokio::test]
async fn an_album_with_a_song_is_made_heard_and_sold() {
    let site = TestApp::start().await;
    let noor = browser(&site, &account(&site, "Noor", "admin").await).await;
    // Nothing is lost of a form that is refused.
    let form = [("title", "Tides <b>"), ("artist", "The Label"), ("genre", "Folk"), ("price", "nine"), ("description", "")];
    let (to, page) = noor.submit("/admin/albums/new", "/api/catalogue/save_album", &form).await;
    assert!(to == "/admin/albums/new" && page.contains("Tides &lt;b&gt;") && page.contains("nine"), "{page}");
    let form = [("title", "Tides <b>"), ("artist", "The Label"), ("genre", "Folk"), ("price", "9.00"), ("description", "")];
    let (album, page) = noor.submit("/admin/albums/new", "/api/catalogue/save_album", &form).await;
    assert!(album.starts_with("/admin/albums/") && page.contains("9.00"), "{page}");
    let id = album.rsplit('/').next().unwrap().to_owned();
    let publish = [("id", id.as_str()), ("title", "Tides"), ("artist", "The Label"), ("price", "9"), ("published", "true")];
    let (_, page) = noor.submit(&album, "/api/catalogue/save_album", &publish).await;
    assert!(page.contains("Publish a song of this album first"), "{page}");

    let page = noor.page(&format!("/admin/songs/new?album={id}")).await;
    assert!(page.contains(&format!("value=\"{id}\"")), "{page}");
    let form = [("album", id.as_str()), ("title", "Ebb"), ("artist", "The Label"), ("number", "1"), ("price", "1.20")];
    let (song, page) = noor.submit("/admin/songs/new", "/api/catalogue/save_song", &form).await;
    assert!(song.starts_with("/admin/songs/") && page.contains("There is no sound yet"), "{page}");
    let number = song.rsplit('/').next().unwrap().to_owned();
    let form = [("id", number.as_str()), ("title", "Ebb"), ("artist", "The Label"), ("number", "1"), ("price", "1.20"), ("published", "true")];
    let (_, page) = noor.submit(&song, "/api/catalogue/save_song", &form).await;
    assert!(page.contains("This song has no sound yet"), "{page}");

    let audio = |bytes: Vec<u8>| Form::new().part("audio", file("ebb.wav", bytes));
    let door = format!("{song}/audio");
    let (to, page) = noor.submit_files(&door, audio(b"no sound at all".to_vec())).await;
    assert!(to == song && page.contains("There is no sound yet"), "{page}");
    worker::drain(&site.app).await.unwrap();
    assert_eq!(site.number("SELECT COUNT(*) FROM tracks WHERE audioKey <> ''").await, 0);
    let (to, page) = noor.submit_files(&door, audio(sound(&site.app.config.data_dir, "ebb.wav", 3))).await;
    assert!(to == song && page.contains("The file has arrived"), "{page}");
    worker::drain(&site.app).await.unwrap();
    assert_eq!(site.number("SELECT duration FROM tracks").await, 3);
    let (_, page) = noor.submit(&song, "/api/catalogue/save_song", &form).await;
    assert!(page.contains("This song can be heard"), "{page}");
    noor.submit(&album, "/api/catalogue/save_album", &publish).await;
    let visitor = site.visitor();
    let page = visitor.page(&format!("/albums/{id}")).await;
    assert!(page.contains("Ebb") && page.contains("Buy for $9.00"), "{page}");
    assert_eq!(visitor.get(&format!("/media/songs/{number}")).await.status(), StatusCode::OK);

    // Nobody else does any of this.
    let lena = browser(&site, &account(&site, "Lena", "user").await).await;
    assert_eq!(lena.get("/admin/albums").await.status(), StatusCode::FORBIDDEN);
    let url = format!("{}{door}", site.url);
    let sent = lena.client.post(url).header("sec-fetch-site", "same-origin").multipart(audio(Vec::new())).send().await.unwrap();
    assert_eq!(sent.status(), StatusCode::FORBIDDEN);
}
