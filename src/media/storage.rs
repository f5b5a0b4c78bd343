//! Where files lie: a folder, or a bucket when one is configured. A file appears under its key whole or not at all: it
//! is written aside, brought to the disk, then renamed, or sent to the bucket. Keys are of our making, never a person's.

use super::{
    bucket::{About, Bucket},
    outgoing::Outgoing,
};
use crate::server::{config::Config, state::App, tokens};
use std::{
    io,
    path::{Path, PathBuf},
};
use tokio::{
    fs,
    io::{AsyncWriteExt, BufWriter},
};

/// After this time without a change a half-written file is of a process that is gone.
const LEFT_BEHIND: std::time::Duration = std::time::Duration::from_secs(3 * 24 * 60 * 60);

/// How long a file for a download is kept after it was made.
const MADE_AGAIN: std::time::Duration = std::time::Duration::from_secs(7 * 24 * 60 * 60);

/// The media folder, or a bucket; with a bucket the folder has only what tools work on.
#[derive(Clone, Debug)]
pub struct Storage {
    root: PathBuf,
    bucket: Option<Bucket>,
}

impl Storage {
    /// The site's own.
    pub fn of(app: &App) -> Self {
        app.storage.clone()
    }

    /// As it is configured.
    ///
    /// # Errors
    /// When the bucket's configuration makes no sense.
    pub fn configured(config: &Config) -> anyhow::Result<Self> {
        let bucket = if config.storage.bucket.is_empty() { None } else { Some(Bucket::of(&config.storage)?) };
        Ok(Self { root: config.data_dir.join("media"), bucket })
    }

    /// In a folder, which is made when something is first put there.
    pub fn at(root: PathBuf) -> Self {
        Self { root, bucket: None }
    }

    /// Where the file of a key lies in the folder, whether it is there or not.
    ///
    /// # Errors
    /// `InvalidInput` for what is no key: adopted rows may hold anything.
    pub fn path(&self, key: &str) -> io::Result<PathBuf> {
        let good = !key.is_empty()
            && key.split('/').all(|part| {
                !part.is_empty() && !part.starts_with('.') && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
            });
        if good { Ok(self.root.join(key)) } else { Err(io::Error::new(io::ErrorKind::InvalidInput, "not a storage key")) }
    }

    /// Whether there is a file under this key. A bucket that does not answer may have it: whoever wants it is told then.
    pub async fn has(&self, key: &str) -> bool {
        match (self.path(key), &self.bucket) {
            (Ok(_), Some(bucket)) => bucket.about(key).await.map_or_else(|error| error.kind() != io::ErrorKind::NotFound, |_| true),
            (Ok(path), None) => fs::metadata(path).await.is_ok_and(|file| file.is_file()),
            (Err(_), _) => false,
        }
    }

    /// A file to send on, whole or in parts.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn open(&self, key: &str) -> io::Result<Outgoing> {
        let path = self.path(key)?;
        match &self.bucket {
            Some(bucket) => Ok(Outgoing::in_bucket(bucket.clone(), bucket.about(key).await?)),
            None => Outgoing::open(&path).await,
        }
    }

    /// A small file's bytes.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn read(&self, key: &str) -> io::Result<Vec<u8>> {
        let path = self.path(key)?;
        match &self.bucket {
            Some(bucket) => Ok(bucket.read(key, 0, bucket.about(key).await?.length).await?.into()),
            None => fs::read(path).await,
        }
    }

    /// A file where tools can read it: itself, or a copy of what lies in a bucket.
    ///
    /// # Errors
    /// When it is not there, or there is no room for the copy.
    pub async fn local(&self, key: &str) -> io::Result<Local> {
        let path = self.path(key)?;
        let Some(bucket) = &self.bucket else { return Ok(Local { path, _copy: None }) };
        let copy = Scratch::new(self).await?;
        bucket.fetch(key, copy.path()).await?;
        Ok(Local { path: copy.path().to_owned(), _copy: Some(copy) })
    }

    /// A path beside the files, on the same disk, for a tool that writes by itself. Follow with [`Storage::adopt`].
    ///
    /// # Errors
    /// When the folder can't be made.
    pub async fn scratch(&self) -> io::Result<PathBuf> {
        let folder = self.root.join("incoming");
        fs::create_dir_all(&folder).await?;
        Ok(folder.join(tokens::ulid()))
    }

    /// Brings a finished scratch file to the disk and under its key, replacing what is there.
    ///
    /// # Errors
    /// When the disk is full or the file is gone.
    pub async fn adopt(&self, scratch: &Path, key: &str) -> io::Result<()> {
        let path = self.path(key)?;
        if let Some(bucket) = &self.bucket {
            bucket.send(scratch, key).await?;
            discard(Some(scratch.to_owned()));
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).await?;
        fs::File::open(scratch).await?.sync_all().await?;
        fs::rename(scratch, &path).await?;
        // The name is on the disk once its folder is.
        fs::File::open(folder).await?.sync_all().await
    }

    /// The keys of all files in a folder.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub async fn keys(&self, folder: &str) -> io::Result<std::collections::BTreeSet<String>> {
        if let Some(bucket) = &self.bucket {
            return Ok(bucket.list(folder).await?.into_iter().map(|file| file.key).collect());
        }
        let mut keys = std::collections::BTreeSet::new();
        let mut list = match fs::read_dir(self.root.join(folder)).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(keys),
            list => list?,
        };
        while let Some(entry) = list.next_entry().await? {
            keys.insert(format!("{folder}/{}", entry.file_name().to_string_lossy()));
        }
        Ok(keys)
    }

    /// Removes what a killed process left half written, and files for downloads that can be made again.
    ///
    /// # Errors
    /// When a folder can't be read.
    pub async fn sweep(&self) -> io::Result<()> {
        if let Some(bucket) = &self.bucket {
            for About { key, modified, .. } in bucket.list("downloads").await? {
                if modified.elapsed().is_ok_and(|age| age > MADE_AGAIN) {
                    bucket.remove(&key).await?;
                }
            }
        }
        for (folder, kept) in [("incoming", LEFT_BEHIND), ("downloads", MADE_AGAIN)] {
            let mut list = match fs::read_dir(self.root.join(folder)).await {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                list => list?,
            };
            while let Some(entry) = list.next_entry().await? {
                let about = entry.metadata().await?;
                // By the time of the disk, which is not the site's clock.
                if about.is_file() && about.modified()?.elapsed().is_ok_and(|age| age > kept) {
                    tracing::info!("{} was left behind", entry.path().display());
                    discard(Some(entry.path()));
                }
            }
        }
        Ok(())
    }

    /// Puts bytes under a key.
    ///
    /// # Errors
    /// When the disk is full.
    pub async fn put(&self, key: &str, bytes: &[u8]) -> io::Result<()> {
        let mut incoming = self.begin().await?;
        incoming.write(bytes).await?;
        incoming.close().await?.adopt(self, key).await
    }

    /// Starts a file of unknown length.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub async fn begin(&self) -> io::Result<Incoming> {
        let path = self.scratch().await?;
        let file = BufWriter::with_capacity(256 * 1024, fs::File::create_new(&path).await?);
        Ok(Incoming { path: Some(path), file, bytes: 0 })
    }

    /// Removes a file; that it is not there is as good.
    pub async fn remove(&self, key: &str) {
        let Ok(path) = self.path(key) else { return };
        let removed = match &self.bucket {
            Some(bucket) => bucket.remove(key).await,
            None => fs::remove_file(&path).await,
        };
        if let Err(error) = removed
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!("{key} could not be removed: {error}");
        }
    }
}

/// A file that tools can read, as long as this is kept.
#[derive(Debug)]
pub struct Local {
    path: PathBuf,
    _copy: Option<Scratch>,
}

impl Local {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// A place for a tool that writes by itself, on the same disk as the files; what is there is thrown away unless it is
/// adopted.
#[derive(Debug)]
pub struct Scratch {
    path: Option<PathBuf>,
}

impl Scratch {
    /// A new one.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub async fn new(storage: &Storage) -> io::Result<Self> {
        Ok(Self { path: Some(storage.scratch().await?) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new(""))
    }

    /// In bytes.
    ///
    /// # Errors
    /// When nothing was written.
    pub async fn size(&self) -> io::Result<u64> {
        Ok(fs::metadata(self.path()).await?.len())
    }

    /// Puts it under its key.
    ///
    /// # Errors
    /// When the disk is full or nothing was written.
    pub async fn adopt(mut self, storage: &Storage, key: &str) -> io::Result<()> {
        storage.adopt(self.path(), key).await?;
        self.path = None;
        Ok(())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        discard(self.path.take());
    }
}

fn discard(path: Option<PathBuf>) {
    if let Some(path) = path
        && let Err(error) = std::fs::remove_file(&path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!("{} could not be removed: {error}", path.display());
    }
}

/// A file being written; thrown away unless it is finished.
#[derive(Debug)]
pub struct Incoming {
    path: Option<PathBuf>,
    file: BufWriter<fs::File>,
    bytes: u64,
}

impl Incoming {
    /// How much was written.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Writes on.
    ///
    /// # Errors
    /// When the disk is full.
    pub async fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.file.write_all(chunk).await?;
        self.bytes = self.bytes.saturating_add(chunk.len() as u64);
        Ok(())
    }

    /// Has it whole on the disk, to be looked at before it is adopted.
    ///
    /// # Errors
    /// When the disk is full.
    pub async fn close(mut self) -> io::Result<Scratch> {
        self.file.flush().await?;
        Ok(Scratch { path: self.path.take() })
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        discard(self.path.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_in_the_folder() {
        let storage = Storage::at("/media".into());
        assert!(storage.path("originals/01ARZ").is_ok());
        for bad in ["", "/etc/passwd", "../secret", "a/../../b", "a//b", "a/.hidden", "a b", "a\\b"] {
            assert!(storage.path(bad).is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn an_unfinished_file_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::at(folder.path().join("media"));
        let mut incoming = storage.begin().await.unwrap();
        incoming.write(b"half of it").await.unwrap();
        drop(incoming);
        assert_eq!(std::fs::read_dir(folder.path().join("media/incoming")).unwrap().count(), 0);
        storage.put("originals/x", b"all of it").await.unwrap();
        assert_eq!(std::fs::read(storage.path("originals/x").unwrap()).unwrap(), b"all of it");
    }
}
