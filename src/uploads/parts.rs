//! The bytes of a file that comes in pieces: one file per upload, written by one request at a time. How far it is
//! is what lies on the disk, so it is true after a broken connection and after a killed server alike.

use crate::{
    media::{probe::Problem, recognise},
    server::state::App,
};
use axum::body::Bytes;
use futures::{Stream, StreamExt};
use sha2::digest::DynDigest;
use std::{
    collections::HashMap,
    fs::TryLockError,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use subtle::ConstantTimeEq;
use tokio::{
    fs,
    io::{AsyncSeekExt, AsyncWriteExt},
};
use tokio_util::sync::CancellationToken;

/// A sender that says nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// A writer that got nothing for so long gives way to a sender that came back.
const GHOST: Duration = Duration::from_secs(2);
/// How long somebody who wants to write waits for that.
const PATIENCE: Duration = Duration::from_secs(6);
/// So many bytes tell what a file is.
const HEAD: u64 = 8192;

/// Who writes in this process.
static WRITERS: LazyLock<Mutex<HashMap<String, Arc<Writer>>>> = LazyLock::new(Mutex::default);

struct Writer {
    stop: CancellationToken,
    started: Instant,
    /// When it last got something, in milliseconds since it started.
    heard: AtomicU64,
}

impl Writer {
    fn hear(&self) {
        self.heard.store(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn silent(&self) -> Duration {
        self.started.elapsed().saturating_sub(Duration::from_millis(self.heard.load(Ordering::Relaxed)))
    }
}

fn writers() -> std::sync::MutexGuard<'static, HashMap<String, Arc<Writer>>> {
    WRITERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why a piece was not taken, or not all of it.
#[derive(Debug)]
pub enum Broken {
    /// The connection broke or fell silent; what had arrived is kept, unless it was to be verified.
    Interrupted,
    /// The piece is not what its sender says; it is thrown away.
    Checksum,
    /// It is longer than what is missing.
    TooLong,
    /// Its beginning is not that of an audio file.
    NotAudio(Problem),
    Disk(io::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// What a piece must hash to.
pub struct Checksum {
    pub state: Box<dyn DynDigest + Send>,
    pub expected: Vec<u8>,
}

fn path_of(app: &App, id: &str) -> PathBuf {
    // Ids are ULIDs of our own that were found in the database.
    app.config.data_dir.join("uploading").join(id)
}

/// A file that this request alone writes.
pub struct Part {
    id: String,
    path: PathBuf,
    file: fs::File,
    offset: u64,
    writer: Arc<Writer>,
}

/// Opens the file of an upload for writing, which it keeps to itself; nothing when somebody else writes.
///
/// # Errors
/// When the disk is full or gone.
pub async fn open(app: &App, id: &str) -> io::Result<Option<Part>> {
    let path = path_of(app, id);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).await?;
    }
    let started = Instant::now();
    // The lock is the operating system's: it holds between processes and ends with its owner.
    let locked = loop {
        let file = std::fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        match file.try_lock() {
            Ok(()) => break file,
            Err(TryLockError::WouldBlock) => {
                let ghost = writers().get(id).filter(|writer| writer.silent() >= GHOST).cloned();
                if let Some(ghost) = ghost {
                    ghost.stop.cancel();
                }
                if started.elapsed() > PATIENCE {
                    return Ok(None);
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    };
    let writer = Arc::new(Writer { stop: CancellationToken::new(), started: Instant::now(), heard: AtomicU64::new(0) });
    writers().insert(id.to_owned(), Arc::clone(&writer));
    let mut part = Part { id: id.to_owned(), offset: 0, file: fs::File::from_std(locked), path, writer };
    // What a killed server did not verify does not count.
    if let Some(verified) = part.verified().await? {
        part.file.set_len(verified).await?;
        part.unmark().await?;
    }
    part.offset = part.file.seek(io::SeekFrom::End(0)).await?;
    Ok(Some(part))
}

/// Throws the bytes of an upload away.
pub async fn remove(app: &App, id: &str) {
    let path = path_of(app, id);
    for path in [marker(&path), path] {
        if let Err(error) = fs::remove_file(&path).await
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!("{} could not be removed: {error}", path.display());
        }
    }
}

/// Stands beside a file while a piece arrives that must be verified, and says where it begins.
fn marker(path: &Path) -> PathBuf {
    path.with_extension("verified")
}

impl Part {
    /// How much has arrived, in bytes.
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    async fn verified(&self) -> io::Result<Option<u64>> {
        match fs::read_to_string(marker(&self.path)).await {
            // A marker that was not yet written whole is older than the piece's first byte.
            Ok(text) => Ok(text.strip_suffix('\n').and_then(|text| text.parse().ok())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn mark(&self) -> io::Result<()> {
        let mut file = fs::File::create(marker(&self.path)).await?;
        file.write_all(format!("{}\n", self.offset).as_bytes()).await?;
        file.sync_data().await
    }

    async fn unmark(&self) -> io::Result<()> {
        match fs::remove_file(marker(&self.path)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Writes a piece of at most `most` bytes behind what is there and brings it to the disk.
    ///
    /// # Errors
    /// Says why there is less of it, or none; [`Part::offset`] is right in any case.
    pub async fn append<E>(
        &mut self,
        body: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
        most: u64,
        mut checksum: Option<Checksum>,
    ) -> Result<(), Broken> {
        let begin = self.offset;
        if checksum.is_some() {
            self.mark().await?;
        }
        let mut result = self.take(body, most, checksum.as_mut()).await;
        if let Some(Checksum { state, expected }) = checksum {
            if result.is_ok() && !bool::from(state.finalize().ct_eq(&expected)) {
                result = Err(Broken::Checksum);
            }
            if result.is_err() {
                self.file.set_len(begin).await?;
                self.offset = self.file.seek(io::SeekFrom::Start(begin)).await?;
            }
        }
        self.file.flush().await?;
        self.file.sync_data().await?;
        self.unmark().await?;
        result
    }

    async fn take<E>(
        &mut self,
        body: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
        most: u64,
        mut checksum: Option<&mut Checksum>,
    ) -> Result<(), Broken> {
        let end = self.offset.saturating_add(most);
        let mut judged = self.offset >= HEAD;
        loop {
            let chunk = tokio::select! {
                () = self.writer.stop.cancelled() => return Err(Broken::Interrupted),
                chunk = tokio::time::timeout(SILENCE, body.next()) => match chunk {
                    Ok(Some(Ok(chunk))) => chunk,
                    Ok(None) => return Ok(()),
                    Ok(Some(Err(_))) | Err(_) => return Err(Broken::Interrupted),
                },
            };
            self.writer.hear();
            if self.offset + chunk.len() as u64 > end {
                return Err(Broken::TooLong);
            }
            if let Some(checksum) = &mut checksum {
                checksum.state.update(&chunk);
            }
            self.file.write_all(&chunk).await?;
            self.offset += chunk.len() as u64;
            // What is no audio is refused before the rest of it is sent.
            if !judged && self.offset >= HEAD {
                judged = true;
                self.file.flush().await?;
                if let Err(problem) = recognise::file(&self.path).await {
                    return Err(Broken::NotAudio(problem));
                }
            }
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let mut writers = writers();
        if writers.get(&self.id).is_some_and(|writer| Arc::ptr_eq(writer, &self.writer)) {
            writers.remove(&self.id);
        }
    }
}
