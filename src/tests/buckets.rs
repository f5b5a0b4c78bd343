//! The site with its files in a bucket, against a server of S3's protocol that is not ours: PyPI's moto.

use crate::{
    app::TestApp,
    music::{file, form, picture, with_track_on},
};
use eternity::{
    media::{storage::Storage, verify::verify},
    server::config::StorageConfig,
};
use reqwest::{StatusCode, header};
use sha2::{Digest, Sha256};
use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// A server with one bucket, `music`. It ends when it is dropped.
struct Moto {
    child: Child,
    config: StorageConfig,
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

async fn moto() -> Moto {
    let cache =
        std::env::var_os("ETERNITY_CACHE").map_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache/eternity"), PathBuf::from);
    let program = cache.join("s3-python/bin/moto_server");
    assert!(program.exists(), "{} is missing: run .ci/setup.sh test", program.display());
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new(program).args(["-H", "127.0.0.1", "-p", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let endpoint = format!("http://127.0.0.1:{port}");
    let config = StorageConfig {
        bucket: "music".to_owned(),
        endpoint: endpoint.clone(),
        access_key: "someone".to_owned(),
        secret_key: "something".to_owned(),
        ..StorageConfig::default()
    };
    let moto = Moto { child, config };
    for _ in 0..600 {
        if let Ok(made) = crate::app::client().build().unwrap().put(format!("{endpoint}/music")).send().await {
            assert!(made.status().is_success(), "{made:?}");
            return moto;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("moto did not start");
}

#[tokio::test]
async fn a_site_with_its_files_in_a_bucket() {
    let moto = moto().await;
    let config = moto.config.clone();
    let site = TestApp::start_with(|site| site.storage = config).await;
    let (site, ida) = with_track_on(site, 2).await;
    let storage = Storage::of(&site.app);

    // Everything is in the bucket, and nothing of it on the disk.
    let key: String = sqlx::query_scalar("SELECT audioKey FROM artistUploads").fetch_one(&site.app.db).await.unwrap();
    let sent = std::fs::read(site.folder.path().join("song.wav")).unwrap();
    assert_eq!(Sha256::digest(storage.read(&key).await.unwrap()), Sha256::digest(&sent), "bit for bit");
    assert!(!site.folder.path().join("media/originals").exists() && !site.folder.path().join("media/audio").exists());
    assert_eq!(std::fs::read_dir(site.folder.path().join("media/incoming")).unwrap().count(), 0, "copies for tools are gone");
    assert_eq!((storage.keys("originals").await.unwrap().len(), storage.keys("audio").await.unwrap().len()), (1, 5));

    // Heard by ranges.
    let key: String = sqlx::query_scalar("SELECT standardKey FROM trackMedia").fetch_one(&site.app.db).await.unwrap();
    let whole = storage.read(&key).await.unwrap();
    let visitor = site.visitor();
    let hear = async |range: &str| {
        let request = visitor.client.get(format!("{}/media/audio/1?measured", site.url));
        let response = request.header(header::RANGE, range).send().await.unwrap();
        (response.status(), response.headers().get(header::ETAG).cloned(), response.bytes().await.unwrap())
    };
    let (status, tag, bytes) = hear("bytes=100-9999").await;
    assert_eq!((status, bytes.as_ref()), (StatusCode::PARTIAL_CONTENT, &whole[100..10_000]));
    assert!(tag.is_some());
    let (status, _, bytes) = hear("bytes=-500").await;
    assert_eq!((status, bytes.as_ref()), (StatusCode::PARTIAL_CONTENT, &whole[whole.len() - 500..]));
    assert_eq!(hear(&format!("bytes={}-", whole.len())).await.0, StatusCode::RANGE_NOT_SATISFIABLE);
    let (status, _, bytes) = hear("items=1").await;
    assert_eq!((status, bytes.as_ref()), (StatusCode::OK, whole.as_slice()));

    // A cover goes in, and into the downloads.
    let fields =
        form(&[("title", "Night drive"), ("genre", "Jazz"), ("downloadable", "true"), ("price", "")]).part("cover", file("c.png", picture(700, 700)));
    ida.submit_files("/studio/uploads/1", fields).await;
    let cover: String = sqlx::query_scalar("SELECT coverArtUrl FROM artistUploads").fetch_one(&site.app.db).await.unwrap();
    let image = visitor.get(&cover).await;
    assert_eq!((image.status(), image.headers()[header::CONTENT_TYPE].to_str().unwrap()), (StatusCode::OK, "image/webp"));
    assert!(image.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    assert_eq!(visitor.get("/media/images/none-640.webp").await.status(), StatusCode::NOT_FOUND);
    for _ in 0..2 {
        let taken = visitor.get("/tracks/1/download?format=flac").await;
        assert_eq!(taken.status(), StatusCode::OK);
        let taken = taken.bytes().await.unwrap();
        assert!(taken.starts_with(b"fLaC") && taken.windows(10).any(|bytes| bytes == b"image/jpeg"));
    }
    assert_eq!(visitor.get("/tracks/1/download?format=original").await.bytes().await.unwrap(), sent);
    assert_eq!(storage.keys("downloads").await.unwrap().len(), 1);

    // Files and rows are compared as they are on a disk.
    let report = verify(&site.app).await.unwrap();
    assert!(report.agrees() && report.files == 10, "{report}");
    storage.put("originals/STRAY", b"x").await.unwrap();
    storage.remove(&key).await;
    let report = verify(&site.app).await.unwrap();
    assert_eq!((report.missing, report.nameless), (vec![key], vec!["originals/STRAY".to_owned()]));
    assert_eq!(hear("bytes=0-").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn large_files_go_up_in_parts_and_come_down_whole() {
    let moto = moto().await;
    let config = moto.config.clone();
    let folder = tempfile::tempdir().unwrap();
    let site = eternity::server::config::Config { data_dir: folder.path().to_owned(), storage: config, ..Default::default() };
    let storage = Storage::configured(&site).unwrap();
    let bytes: Vec<u8> = (0..20_000_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    storage.put("originals/large", &bytes).await.unwrap();
    let copy = storage.local("originals/large").await.unwrap();
    assert_eq!(Sha256::digest(std::fs::read(copy.path()).unwrap()), Sha256::digest(&bytes));
    let path = copy.path().to_owned();
    drop(copy);
    assert!(!path.exists(), "a copy goes when it is not needed");
    assert!(storage.has("originals/large").await && !storage.has("originals/other").await && !storage.has("../large").await);
    assert!(storage.local("originals/other").await.is_err());
    storage.remove("originals/large").await;
    storage.remove("originals/large").await;
    assert!(!storage.has("originals/large").await);
    assert_eq!(std::fs::read_dir(folder.path().join("media/incoming")).unwrap().count(), 0);
}
