//! The private database server: nothing to configure, on a Unix socket, nothing left running afterwards.

use anyhow::{Context, Result, bail};
use sqlx::{ConnectOptions, Connection, Executor, mysql::MySqlConnectOptions};
use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tempfile::TempDir;
use tokio::process::{Child, ChildStdin, Command};

/// The longest path of a Unix socket, less the end of the string.
const SOCKET_PATH_MAX: usize = 107;
const START_WITHIN: Duration = Duration::from_secs(60);

/// A running private server. Stopped by [`Private::stop`], and in any case when this process ends.
pub struct Private {
    socket: PathBuf,
    supervisor: Child,
    /// The supervisor ends the server when this closes, however we end.
    lifeline: Option<ChildStdin>,
    _lock: File,
    _socket_folder: Option<TempDir>,
}

/// How to start one; the defaults are for real use.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The server's program; found by itself when `None`.
    pub binary: Option<PathBuf>,
    /// Further arguments.
    pub extra: Vec<String>,
    /// For tests: fast instead of durable, and the folder is removed when the server has stopped.
    pub throwaway: bool,
}

impl Private {
    /// Starts the server in a folder, which is initialised the first time.
    ///
    /// # Errors
    /// When there is no server program, another process uses the folder, or the server does not start.
    pub async fn start(folder: &Path) -> Result<Self> {
        Self::start_with(folder, Options::default()).await
    }

    /// As [`Private::start`], with options.
    ///
    /// # Errors
    /// As [`Private::start`].
    pub async fn start_with(folder: &Path, options: Options) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("can't create {}", folder.display()))?;
        let folder = folder.canonicalize()?;
        let lock = lock(&folder)?;
        let binary = options.binary.clone().map_or_else(find_binary, Ok)?;
        let mariadb = is_mariadb(&binary).await?;
        let data = folder.join("data");
        let log = folder.join("server.log");
        if !data.join("mysql").exists() {
            initialise(&binary, mariadb, &data, &log, &options).await?;
        }
        let (socket, socket_folder) = socket_path(&folder)?;
        let mut arguments = vec!["--no-defaults".to_owned()];
        arguments.extend(options.extra.clone());
        arguments.extend([
            format!("--datadir={}", data.display()),
            format!("--socket={}", socket.display()),
            format!("--pid-file={}", folder.join("pid").display()),
            "--skip-networking".to_owned(),
            "--character-set-server=utf8mb4".to_owned(),
            "--collation-server=utf8mb4_unicode_ci".to_owned(),
            "--max-connections=200".to_owned(),
        ]);
        arguments.push(if mariadb { "--innodb-snapshot-isolation=ON" } else { "--mysqlx=OFF" }.to_owned());
        if !mariadb {
            arguments.push("--secure-file-priv=NULL".to_owned());
        }
        if options.throwaway {
            arguments.extend(
                ["--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0", "--skip-log-bin", "--innodb-buffer-pool-size=256M"].map(str::to_owned),
            );
        } else {
            arguments.extend(["--innodb-flush-log-at-trx-commit=1".to_owned()]);
        }
        arguments.extend(as_root());

        let mut supervisor = Command::new("sh")
            // Ends the server when standard input closes; a group of its own, so that Ctrl-C reaches only us and we
            // stop the server when the last request is answered.
            .args([
                "-c",
                "folder=$1; shift; \"$@\" & server=$!; cat >/dev/null; kill -TERM $server; wait $server; [ -z \"$folder\" ] || rm -rf \"$folder\"",
                "eternity-database",
            ])
            .arg(if options.throwaway { folder.as_os_str() } else { "".as_ref() })
            .arg(&binary)
            .args(&arguments)
            .stdin(Stdio::piped())
            .stdout(append(&log)?)
            .stderr(append(&log)?)
            .process_group(0)
            .spawn()
            .context("the database's supervisor did not start")?;
        let lifeline = supervisor.stdin.take();
        // Who has it and where it listens, for other commands: see `running`.
        write!(&lock, "{}\n{}", std::process::id(), socket.display())?;
        let mut private = Self { socket, supervisor, lifeline, _lock: lock, _socket_folder: socket_folder };
        if let Err(error) = private.ready().await {
            private.stop().await;
            bail!("the private database did not start: {error:#}\n  {}\n  the whole log: {}", last_lines(&log), log.display());
        }
        Ok(private)
    }

    /// Its address for sqlx.
    pub fn url(&self) -> String {
        self.url_of("eternity")
    }

    /// The address of one of its databases.
    pub fn url_of(&self, database: &str) -> String {
        url_by_socket(&self.socket, database)
    }

    /// The address of a private server that another process keeps in this folder, if one does.
    pub fn running(folder: &Path) -> Option<String> {
        let path = folder.join("lock");
        let file = File::open(&path).ok()?;
        if file.try_lock_shared().is_ok() {
            return None;
        }
        let socket = fs::read_to_string(&path).ok()?.lines().nth(1).map(PathBuf::from)?;
        Some(url_by_socket(&socket, "eternity"))
    }

    /// Stops it, and waits until it has.
    pub async fn stop(mut self) {
        drop(self.lifeline.take());
        if let Err(error) = self.supervisor.wait().await {
            tracing::warn!("the private database could not be waited for: {error}");
        }
    }

    /// Waits for an answer, then makes sure that the database is there.
    async fn ready(&mut self) -> Result<()> {
        let options = MySqlConnectOptions::new().username("root").socket(&self.socket).ssl_mode(sqlx::mysql::MySqlSslMode::Disabled);
        let deadline = tokio::time::Instant::now() + START_WITHIN;
        loop {
            match options.clone().connect().await {
                Ok(mut connection) => {
                    connection.execute("CREATE DATABASE IF NOT EXISTS eternity CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci").await?;
                    connection.close().await?;
                    return Ok(());
                }
                Err(error) => {
                    anyhow::ensure!(tokio::time::Instant::now() < deadline, "no answer within {} s: {error}", START_WITHIN.as_secs());
                    let ended = fs::read_to_string(self.socket.with_file_name("server.log")).is_ok_and(|log| log.contains("Aborting"));
                    anyhow::ensure!(!ended, "the server gave up");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
}

fn url_by_socket(socket: &Path, database: &str) -> String {
    let socket: String = form_urlencoded::byte_serialize(socket.to_string_lossy().as_bytes()).collect();
    format!("mysql://root@localhost/{database}?socket={socket}&ssl-mode=disabled")
}

/// One process per folder.
fn lock(folder: &Path) -> Result<File> {
    let path = folder.join("lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .read(true)
        .open(&path)
        .with_context(|| format!("can't write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0)?;
            Ok(file)
        }
        Err(_) => {
            let holder = fs::read_to_string(&path).unwrap_or_default();
            let holder = holder.lines().next().unwrap_or_default();
            bail!("the database in {} is in use by process {holder}: stop that one, or set ETERNITY_DATA_DIR to another folder", folder.display())
        }
    }
}

fn find_binary() -> Result<PathBuf> {
    let folders = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    for name in ["mariadbd", "mysqld"] {
        for folder in folders.iter().map(PathBuf::as_path).chain([Path::new("/usr/sbin"), Path::new("/usr/local/sbin")]) {
            let candidate = folder.join(name);
            if candidate.is_file() {
                return Ok(candidate);
            }
        }
    }
    bail!("no database server found: install one (apt-get install default-mysql-server-core), or set DATABASE_URL to one that runs")
}

async fn is_mariadb(binary: &Path) -> Result<bool> {
    let output = Command::new(binary).arg("--version").output().await.with_context(|| format!("{} does not run", binary.display()))?;
    Ok(String::from_utf8_lossy(&output.stdout).to_lowercase().contains("mariadb"))
}

async fn initialise(binary: &Path, mariadb: bool, data: &Path, log: &Path, options: &Options) -> Result<()> {
    let mut command = if mariadb {
        let mut command = Command::new("mariadb-install-db");
        command.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
        command
    } else {
        let mut command = Command::new(binary);
        command.arg("--no-defaults").args(&options.extra).arg("--initialize-insecure");
        command
    };
    let status = command
        .arg(format!("--datadir={}", data.display()))
        .args(as_root())
        .stdin(Stdio::null())
        .stdout(append(log)?)
        .stderr(append(log)?)
        .status()
        .await
        .context("the database could not be initialised")?;
    if !status.success() {
        let lines = last_lines(log);
        // A half-made folder would be taken for a database next time.
        if let Err(error) = fs::remove_dir_all(data) {
            tracing::debug!("nothing to remove: {error}");
        }
        bail!("the database could not be initialised in {}: is the disk full?\n  {lines}\n  the whole log: {}", data.display(), log.display());
    }
    Ok(())
}

/// The socket beside the data, or in a short folder of its own where the path would be too long.
fn socket_path(folder: &Path) -> Result<(PathBuf, Option<TempDir>)> {
    let socket = folder.join("socket");
    if socket.as_os_str().len() <= SOCKET_PATH_MAX {
        return Ok((socket, None));
    }
    let short = tempfile::Builder::new().prefix("eternity-").tempdir_in("/tmp").context("can't create a folder for the database's socket in /tmp")?;
    Ok((short.path().join("socket"), Some(short)))
}

fn as_root() -> Option<String> {
    // Both servers refuse to run as root unless told to.
    // SAFETY: geteuid has no preconditions.
    (unsafe { libc::geteuid() } == 0).then(|| "--user=root".to_owned())
}

fn append(path: &Path) -> Result<File> {
    OpenOptions::new().create(true).append(true).open(path).with_context(|| format!("can't write {}", path.display()))
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n  ")
}
