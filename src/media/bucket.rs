//! Files in a bucket of a service that speaks S3's protocol. What tools read or write lies on the disk meanwhile: a file
//! goes up when it is whole, and comes down as a copy.

use crate::server::config::StorageConfig;
use anyhow::{Context, Result};
use bytes::Bytes;
use futures::TryStreamExt;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, RetryConfig, aws::AmazonS3Builder, buffered::BufWriter, path::Path as Key};
use std::{
    io,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::{fs, io::AsyncWriteExt};

/// Larger files go up, and all come down, in parts of this size, in bytes: no request to the bucket lasts long.
const PART: usize = 8 * 1024 * 1024;
/// How often something is asked again, and for how long, before the bucket is said not to answer.
const TRIES: usize = 3;
const PATIENCE: Duration = Duration::from_secs(15);

/// A bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    store: Arc<dyn ObjectStore>,
}

/// What is known of a file without reading it.
#[derive(Clone, Debug)]
pub struct About {
    pub key: String,
    /// In bytes.
    pub length: u64,
    pub modified: SystemTime,
}

impl From<ObjectMeta> for About {
    fn from(meta: ObjectMeta) -> Self {
        Self { key: meta.location.to_string(), length: meta.size, modified: meta.last_modified.into() }
    }
}

fn problem(error: object_store::Error) -> io::Error {
    match error {
        object_store::Error::NotFound { .. } => io::ErrorKind::NotFound.into(),
        error => io::Error::other(error),
    }
}

impl Bucket {
    /// The configured one. Nothing is asked of it yet.
    ///
    /// # Errors
    /// When the configuration makes no sense.
    pub fn of(config: &StorageConfig) -> Result<Self> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&config.bucket)
            .with_region(&config.region)
            .with_retry(RetryConfig { max_retries: TRIES, retry_timeout: PATIENCE, ..RetryConfig::default() })
            .with_allow_http(config.endpoint.starts_with("http://"));
        if !config.endpoint.is_empty() {
            builder = builder.with_endpoint(&config.endpoint);
        }
        // Without keys the machine's own role is asked for.
        if !config.access_key.is_empty() {
            builder = builder.with_access_key_id(&config.access_key).with_secret_access_key(&config.secret_key);
        }
        Ok(Self { store: Arc::new(builder.build().context("the bucket of [storage] can't be used")?) })
    }

    /// What is known of a file.
    ///
    /// # Errors
    /// `NotFound` when it is not there.
    pub async fn about(&self, key: &str) -> io::Result<About> {
        Ok(self.store.head(&Key::from(key)).await.map_err(problem)?.into())
    }

    /// The files whose keys start with this folder.
    ///
    /// # Errors
    /// When the bucket does not answer.
    pub async fn list(&self, folder: &str) -> io::Result<Vec<About>> {
        self.store.list(Some(&Key::from(folder))).map_ok(About::from).try_collect().await.map_err(problem)
    }

    /// Some bytes of a file.
    ///
    /// # Errors
    /// When they are not there.
    pub async fn read(&self, key: &str, from: u64, end: u64) -> io::Result<Bytes> {
        self.store.get_range(&Key::from(key), from..end).await.map_err(problem)
    }

    /// Copies a file to the disk.
    ///
    /// # Errors
    /// When it is not there, or the disk is full.
    pub async fn fetch(&self, key: &str, to: &Path) -> io::Result<()> {
        let length = self.about(key).await?.length;
        let mut file = fs::File::create(to).await?;
        let mut at = 0;
        while at < length {
            let end = length.min(at + PART as u64);
            file.write_all(&self.read(key, at, end).await?).await?;
            at = end;
        }
        file.flush().await
    }

    /// Puts a file of the disk under a key; it is there whole or not at all.
    ///
    /// # Errors
    /// When the bucket does not take it.
    pub async fn send(&self, from: &Path, key: &str) -> io::Result<()> {
        let mut file = fs::File::open(from).await?;
        let mut writer = BufWriter::with_capacity(Arc::clone(&self.store), Key::from(key), PART);
        match tokio::io::copy_buf(&mut tokio::io::BufReader::with_capacity(256 * 1024, &mut file), &mut writer).await {
            Ok(_) => writer.shutdown().await,
            Err(error) => {
                // Parts that were sent would be kept, and paid for.
                if let Err(error) = writer.abort().await {
                    tracing::warn!("parts of {key} are left in the bucket: {error}");
                }
                Err(error)
            }
        }
    }

    /// Removes a file; that it is not there is as good.
    ///
    /// # Errors
    /// When the bucket does not answer.
    pub async fn remove(&self, key: &str) -> io::Result<()> {
        match self.store.delete(&Key::from(key)).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            done => done.map_err(problem),
        }
    }
}
