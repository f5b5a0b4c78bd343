//! A file on its way out: which bytes of it, and a body that holds no more of them than the other end is about to take.

use super::bucket::{About, Bucket};
use axum::body::{Body, Bytes};
use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::Path,
    sync::{Arc, Mutex},
    time::SystemTime,
};
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How much is read at once.
const CHUNK: usize = 64 * 1024;
/// How many pieces of a file are in memory at once: some go out while the next is read. A slow listener costs no more.
const AT_ONCE: usize = 4;
/// How many buffers are kept for the pieces to come.
const SPARE: usize = 256;

/// How much of a file in a bucket is asked for at once: no request to it lasts as long as a slow listener does.
const FETCH: u64 = 256 * 1024;

/// An open file.
#[derive(Debug)]
pub struct Outgoing {
    source: Source,
    pub length: u64,
    modified: Option<SystemTime>,
}

#[derive(Debug)]
enum Source {
    File(Arc<File>),
    Bucket(Bucket, String),
}

/// Which bytes are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Whole,
    /// From the first to the last, both of them in the file.
    Part(u64, u64),
    /// There are no such bytes.
    Nothing,
}

impl Wanted {
    /// What a Range header asks of a file of this length. Several ranges and other units than bytes are answered by the
    /// whole, as the protocol allows (RFC 9110, 14.2).
    pub fn of(range: Option<&str>, length: u64) -> Self {
        let Some(range) = range.and_then(|range| range.trim().strip_prefix("bytes=")).filter(|range| !range.contains(',')) else {
            return Self::Whole;
        };
        let Some((first, last)) = range.split_once('-') else { return Self::Nothing };
        let number = |text: &str| text.trim().parse::<u64>().ok();
        let (from, to) = match (first.trim().is_empty(), last.trim().is_empty()) {
            // The last so many, or all of a file that has fewer.
            (true, false) => match number(last) {
                Some(count) if count > 0 => (length.saturating_sub(count), length.saturating_sub(1)),
                _ => return Self::Nothing,
            },
            (false, true) => match number(first) {
                Some(from) => (from, length.saturating_sub(1)),
                None => return Self::Nothing,
            },
            (false, false) => match (number(first), number(last)) {
                (Some(from), Some(to)) if from <= to => (from, to.min(length.saturating_sub(1))),
                _ => return Self::Nothing,
            },
            (true, true) => return Self::Nothing,
        };
        if from < length { Self::Part(from, to) } else { Self::Nothing }
    }
}

impl Outgoing {
    /// Opens a file.
    ///
    /// # Errors
    /// When there is none, or it is a folder.
    pub async fn open(path: &Path) -> io::Result<Self> {
        let file = match open_in_memory(path) {
            Some(file) => file,
            None => {
                let path = path.to_owned();
                tokio::task::spawn_blocking(move || File::open(path)).await.map_err(io::Error::other)??
            }
        };
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(Self { source: Source::File(Arc::new(file)), length: about.len(), modified: about.modified().ok() })
    }

    /// A file in a bucket.
    pub fn in_bucket(bucket: Bucket, about: About) -> Self {
        Self { source: Source::Bucket(bucket, about.key), length: about.length, modified: Some(about.modified) }
    }

    /// When it was written, as headers say it.
    pub fn modified(&self) -> Option<String> {
        const HTTP: &[BorrowedFormatItem<'_>] =
            format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
        OffsetDateTime::from(self.modified?).format(HTTP).ok()
    }

    /// So many bytes from a place on, or as many as there are.
    ///
    /// # Errors
    /// When they can't be read.
    pub async fn part(&self, from: u64, most: u64) -> io::Result<Vec<u8>> {
        let end = self.length.min(from.saturating_add(most));
        if from >= end {
            return Ok(Vec::new());
        }
        match &self.source {
            Source::Bucket(bucket, key) => Ok(bucket.read(key, from, end).await?.into()),
            Source::File(file) => {
                let (file, mut bytes) = (Arc::clone(file), vec![0; usize::try_from(end - from).map_err(io::Error::other)?]);
                tokio::task::spawn_blocking(move || file.read_exact_at(&mut bytes, from).map(|()| bytes)).await.map_err(io::Error::other)?
            }
        }
    }

    /// The bytes from one place up to another, that one not included.
    pub fn body(self, from: u64, end: u64) -> Body {
        match self.source {
            Source::File(file) => {
                let room = Arc::new(Semaphore::new(AT_ONCE));
                Body::from_stream(futures::stream::try_unfold(Place { file, room, at: from, end }, next))
            }
            Source::Bucket(bucket, key) => Body::from_stream(futures::stream::try_unfold((bucket, key, from), move |(bucket, key, at)| async move {
                if at >= end {
                    return Ok(None);
                }
                let piece = bucket.read(&key, at, end.min(at + FETCH)).await?;
                let read = u64::try_from(piece.len()).unwrap_or(0);
                if read == 0 {
                    return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
                }
                Ok(Some((piece, (bucket, key, at + read))))
            })),
        }
    }
}

struct Place {
    file: Arc<File>,
    room: Arc<Semaphore>,
    at: u64,
    end: u64,
}

/// A piece of a file; there is room for another one when it has gone out.
struct Piece {
    buffer: Buffer,
    read: usize,
    _room: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.buffer.0[..self.read]
    }
}

/// Room for one piece, used again: memory that the system has to hand out anew costs as much as what is read into it.
struct Buffer(Vec<u8>);

static BUFFERS: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

impl Buffer {
    fn take() -> Self {
        let kept = BUFFERS.lock().ok().and_then(|mut buffers| buffers.pop());
        Self(kept.unwrap_or_else(|| vec![0; CHUNK]))
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.0);
        if let Ok(mut buffers) = BUFFERS.lock()
            && buffers.len() < SPARE
        {
            buffers.push(bytes);
        }
    }
}

async fn next(mut place: Place) -> io::Result<Option<(Bytes, Place)>> {
    if place.at >= place.end {
        return Ok(None);
    }
    let room = Arc::clone(&place.room).acquire_owned().await.map_err(io::Error::other)?;
    let size = usize::try_from(place.end - place.at).map_or(CHUNK, |left| left.min(CHUNK));
    let mut buffer = Buffer::take();
    let read = match in_memory(&place.file, &mut buffer.0[..size], place.at) {
        Some(read) => read,
        None => {
            let (file, at) = (Arc::clone(&place.file), place.at);
            let (read, filled) =
                tokio::task::spawn_blocking(move || (file.read_at(&mut buffer.0[..size], at), buffer)).await.map_err(io::Error::other)?;
            buffer = filled;
            read?
        }
    };
    if read == 0 {
        // It became shorter meanwhile; what was promised can't be kept.
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    place.at += u64::try_from(read).unwrap_or(0);
    Ok(Some((Bytes::from_owner(Piece { buffer, read, _room: room }), place)))
}

/// Reads what the system has in memory already, without waiting for the disk. Nothing when it would have to wait.
#[cfg(target_os = "linux")]
fn in_memory(file: &File, bytes: &mut [u8], at: u64) -> Option<usize> {
    use rustix::io::{ReadWriteFlags, preadv2};
    preadv2(file, &mut [io::IoSliceMut::new(bytes)], at, ReadWriteFlags::NOWAIT).ok().filter(|read| *read > 0)
}

/// Opens a file whose whole path the system has in memory, without waiting for the disk. Nothing when it would have to wait,
/// and when there is no such file.
#[cfg(target_os = "linux")]
fn open_in_memory(path: &Path) -> Option<File> {
    use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};
    openat2(CWD, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty(), ResolveFlags::CACHED).ok().map(File::from)
}

#[cfg(not(target_os = "linux"))]
fn open_in_memory(_: &Path) -> Option<File> {
    None
}

#[cfg(not(target_os = "linux"))]
fn in_memory(_: &File, _: &mut [u8], _: u64) -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_part_is_in_the_file_and_as_asked(length in 0_u64..2_000, first in proptest::option::of(0_u64..3_000), last in proptest::option::of(0_u64..3_000)) {
            let text = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
            let wanted = Wanted::of(Some(&format!("bytes={}-{}", text(first), text(last))), length);
            let expected = match (first, last) {
                (None, None) => None,
                (None, Some(count)) => (count > 0 && length > 0).then(|| (length - count.min(length), length - 1)),
                (Some(from), None) => (from < length).then(|| (from, length - 1)),
                (Some(from), Some(to)) => (from <= to && from < length).then(|| (from, to.min(length - 1))),
            };
            prop_assert_eq!(wanted, expected.map_or(Wanted::Nothing, |(from, to)| Wanted::Part(from, to)));
        }
    }

    #[tokio::test]
    async fn a_body_holds_a_few_pieces_and_has_every_byte() {
        use futures::StreamExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let bytes: Vec<u8> = (0..300_000_u32).map(|number| u8::try_from(number % 251).unwrap()).collect();
        std::fs::write(&path, &bytes).unwrap();
        let file = Outgoing::open(&path).await.unwrap();
        assert!(file.modified().is_some_and(|modified| modified.ends_with(" GMT")));
        let mut body = file.body(10, 299_990).into_data_stream();
        let mut pieces = Vec::new();
        for _ in 0..AT_ONCE {
            pieces.push(body.next().await.unwrap().unwrap());
        }
        let another = body.next();
        tokio::pin!(another);
        assert!(futures::poll!(&mut another).is_pending(), "there is no room for another piece");
        let mut all = pieces.concat();
        drop(pieces);
        all.extend_from_slice(&another.await.unwrap().unwrap());
        while let Some(piece) = body.next().await {
            all.extend_from_slice(&piece.unwrap());
        }
        assert_eq!(all, bytes[10..299_990]);
        assert!(Outgoing::open(folder.path()).await.is_err());
    }
}
