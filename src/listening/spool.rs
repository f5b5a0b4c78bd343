//! Reports of plays on their way to the database: on the disk before they are acknowledged, and there until they are in
//! the database, however long it is away and whatever is killed meanwhile. Files are written by one thread, which brings
//! everything that waits to the disk at once; each play has an id of its own, so what is read twice is written once.

use super::{judge, ticket::Ticket};
use crate::server::{state::App, tokens};
use anyhow::{Context, Result};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};
use time::OffsetDateTime;
use tokio::sync::{Mutex, Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// The ending of the files.
const ENDING: &str = "plays";
/// How many plays are judged at once.
const BATCH: usize = 1_000;
/// How many requests may wait for the disk before others wait for them.
const WAITING: usize = 4_096;
/// How long to wait when there is nothing to do, and between two rounds.
const IDLE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(100);

/// One report: how long a play was heard until now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub ticket: Ticket,
    /// Milliseconds, as the player says.
    pub listened: i64,
    pub received: OffsetDateTime,
}

/// The folder of reports that are not in the database yet.
#[derive(Clone, Debug)]
pub struct Spool(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    writer: OnceLock<mpsc::Sender<Order>>,
    /// One round at a time.
    round: Mutex<()>,
    /// Something was written.
    written: Notify,
}

type Answer = oneshot::Sender<Result<(), io::ErrorKind>>;

enum Order {
    Write(String, Answer),
    /// End the file at hand, so that it can be read.
    Close(Answer),
}

impl Spool {
    /// In a folder, which is made when the first report comes.
    pub fn at(folder: PathBuf) -> Self {
        Self(Arc::new(Inner { folder, writer: OnceLock::new(), round: Mutex::new(()), written: Notify::new() }))
    }

    /// Writes lines of [`line`] and returns once they are on the disk.
    ///
    /// # Errors
    /// When the disk is full or gone: then nothing is acknowledged.
    pub async fn write(&self, lines: String) -> io::Result<()> {
        self.order(|answer| Order::Write(lines, answer)).await?;
        self.0.written.notify_one();
        Ok(())
    }

    async fn order(&self, order: impl FnOnce(Answer) -> Order) -> io::Result<()> {
        let writer = self.0.writer.get_or_init(|| {
            let (sender, receiver) = mpsc::channel(WAITING);
            let folder = self.0.folder.clone();
            std::thread::spawn(move || write_orders(&folder, receiver));
            sender
        });
        let (answer, answered) = oneshot::channel();
        writer.send(order(answer)).await.map_err(|_| io::ErrorKind::BrokenPipe)?;
        answered.await.map_err(|_| io::ErrorKind::BrokenPipe)?.map_err(io::Error::from)
    }
}

/// A report as a line of the file.
pub fn line(token: &str, listened: i64, received: OffsetDateTime) -> String {
    format!("{} {listened} {token}\n", received.unix_timestamp_nanos() / 1_000_000)
}

/// The report of a line; nothing for one that was torn when the machine stopped.
fn parse(secret: &str, line: &str) -> Option<Report> {
    let mut parts = line.splitn(3, ' ');
    let received = OffsetDateTime::from_unix_timestamp_nanos(parts.next()?.parse::<i128>().ok()? * 1_000_000).ok()?;
    let listened = parts.next()?.parse().ok()?;
    Some(Report { ticket: Ticket::read(secret, parts.next()?)?, listened, received })
}

/// The writer's thread: takes all that waits, brings it to the disk at once, answers.
fn write_orders(folder: &Path, mut orders: mpsc::Receiver<Order>) {
    let mut file: Option<File> = None;
    while let Some(first) = orders.blocking_recv() {
        let (mut text, mut writes, mut closes) = (String::new(), Vec::new(), Vec::new());
        let mut next = Some(first);
        while let Some(order) = next {
            match order {
                Order::Write(lines, answer) => {
                    text.push_str(&lines);
                    writes.push(answer);
                }
                Order::Close(answer) => closes.push(answer),
            }
            next = if writes.len() < WAITING { orders.try_recv().ok() } else { None };
        }
        let result = append(folder, &mut file, &text).map_err(|error| error.kind());
        if let Err(error) = result {
            tracing::error!("plays can't be kept: {error}");
        }
        // After a write that failed half way the next one starts a file of its own.
        if result.is_err() || !closes.is_empty() {
            file = None;
        }
        for answer in writes {
            // Who asked may have gone away.
            let _gone = answer.send(result);
        }
        for answer in closes {
            let _gone = answer.send(Ok(()));
        }
    }
}

fn append(folder: &Path, open: &mut Option<File>, text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    if open.is_none() {
        fs::create_dir_all(folder)?;
        let path = folder.join(tokens::ulid());
        let file = File::create_new(&path)?;
        // Whoever reads files takes this lock first; a process that dies gives it back. Readers know it by its ending.
        file.lock()?;
        fs::rename(&path, path.with_extension(ENDING))?;
        File::open(folder)?.sync_all()?;
        *open = Some(file);
    }
    if let Some(file) = open {
        file.write_all(text.as_bytes())?;
        file.sync_data()?;
    }
    Ok(())
}

/// Brings everything that waits into the database. Returns how many reports that were.
///
/// # Errors
/// When the database does not answer; the reports stay.
pub async fn drain(app: &App) -> Result<usize> {
    let inner = &app.plays.0;
    let _round = inner.round.lock().await;
    app.plays.order(Order::Close).await.context("closing the file of plays")?;
    let mut files: Vec<PathBuf> = match fs::read_dir(&inner.folder) {
        Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error).context("reading the folder of plays"),
    };
    files.retain(|path| path.extension().is_some_and(|ending| ending == ENDING));
    // Their names are ULIDs: the oldest first.
    files.sort();
    let mut done = 0;
    for path in files {
        let file = File::open(&path)?;
        // Another server of this folder writes to it or reads it.
        if !locked(&file).await {
            continue;
        }
        let text = String::from_utf8_lossy(&tokio::fs::read(&path).await?).into_owned();
        let reports: Vec<Report> = text.lines().filter_map(|line| parse(&app.config.secret, line)).collect();
        for batch in reports.chunks(BATCH) {
            settle(app, batch).await?;
        }
        done += reports.len();
        fs::remove_file(&path)?;
    }
    Ok(done)
}

/// Takes a file's lock. A program that is just being started holds the locks of this one a moment longer, so this tries
/// for as long.
async fn locked(file: &File) -> bool {
    for _ in 0..10 {
        if file.try_lock().is_ok() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    false
}

/// One batch. What the database refuses for what it is, and not for what it does at the moment, is put aside, so that it
/// does not hold up the others.
async fn settle(app: &App, batch: &[Report]) -> Result<()> {
    match judge::settle(app, batch).await {
        Ok(()) => Ok(()),
        Err(error) if passes(&error) => Err(error.into()),
        Err(_) if batch.len() > 1 => {
            for report in batch {
                Box::pin(settle(app, std::slice::from_ref(report))).await?;
            }
            Ok(())
        }
        Err(error) => {
            tracing::error!("a play is put aside: {error}");
            let mut refused = fs::OpenOptions::new().create(true).append(true).open(app.plays.0.folder.join("refused"))?;
            for Report { ticket, listened, received } in batch {
                refused.write_all(line(&ticket.write(&app.config.secret), *listened, *received).as_bytes())?;
            }
            refused.sync_data()?;
            Ok(())
        }
    }
}

/// Whether it is the moment that is wrong: no database, a deadlock, a lock that is held.
fn passes(error: &sqlx::Error) -> bool {
    error.as_database_error().is_none() || matches!(crate::server::database::number(error), None | Some(1020 | 1040 | 1053 | 1205 | 1213 | 3024))
}

/// Brings plays into the database as they come, until told to stop.
pub async fn run(app: App, stop: CancellationToken) {
    let mut away = false;
    while !stop.is_cancelled() {
        match drain(&app).await {
            Ok(number) => {
                if away {
                    tracing::info!(number, "the database is back, the plays are in it");
                }
                away = false;
            }
            Err(error) => {
                if !away {
                    tracing::warn!("plays wait on the disk: {error:#}");
                }
                away = true;
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(IDLE) => {}
            () = async {
                app.plays.0.written.notified().await;
                tokio::time::sleep(if away { IDLE } else { PAUSE }).await;
            } => {}
        }
    }
    if let Err(error) = drain(&app).await {
        tracing::warn!("plays wait on the disk for the next start: {error:#}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listening::ticket::tests::ticket;

    #[tokio::test]
    async fn what_is_acknowledged_is_on_the_disk_and_torn_lines_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::at(folder.path().join("plays"));
        let received = OffsetDateTime::from_unix_timestamp(1_800_000_040).unwrap();
        let token = ticket().write("secret");
        let whole = line(&token, 31_000, received);
        spool.write(whole.clone()).await.unwrap();
        spool.write(whole[..whole.len() - 4].to_owned()).await.unwrap();
        let file = fs::read_dir(folder.path().join("plays")).unwrap().next().unwrap().unwrap().path();
        let text = fs::read_to_string(&file).unwrap();
        let reports: Vec<_> = text.lines().filter_map(|line| parse("secret", line)).collect();
        assert_eq!(reports, [Report { ticket: Ticket::read("secret", &token).unwrap(), listened: 31_000, received }]);
        assert!(File::open(&file).unwrap().try_lock().is_err(), "who writes holds the lock");
        spool.order(Order::Close).await.unwrap();
        assert!(File::open(&file).unwrap().try_lock().is_ok());
    }
}
