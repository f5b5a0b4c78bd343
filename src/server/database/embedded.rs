//! The private database server: nothing to configure, on a Unix socket, nothing left running afterwards.

use anyhow::{Context, Result, bail};
use sqlx::{ConnectOptions, Connection, Executor, mysql::MySqlConnectOptions};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tempfile::TempDir;
use tokio::process::{Child, ChildStdin, Command};

/// The longest path of a Unix socket, less the end of the string.
const SOCKET_PATH_MAX: usize = 107;
/// Recovery after a crash takes its time.
const START_WITHIN: Duration = Duration::from_secs(180);
/// How long a server that lost its owner may take to shut down.
const SHUT_DOWN_WITHIN: Duration = Duration::from_secs(30);

/// Runs the server and ends it when standard input closes, however we ended. Its standard output is the lock file, so
/// that the folder stays locked until the server is really gone. Ends by itself when the server does.
const SUPERVISOR: &str = r#"
log=$1 folder=$2 short=$3 signal=$4; shift 4
exec 3<&0 </dev/null
"$@" >>"$log" 2>&1 3<&- & server=$!
( read -r _; kill "-$signal" "$server" ) <&3 >/dev/null 2>&1 & watch=$!
exec 3<&-
wait "$server"; code=$?
kill "$watch" 2>/dev/null
[ -z "$folder" ] || rm -rf "$folder"
[ -z "$short" ] || rm -rf "$short"
exit "$code"
"#;

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
        fs::create_dir_all(folder).with_context(|| format!("can't create {}: choose another folder by ETERNITY_DATA_DIR", folder.display()))?;
        let folder = folder.canonicalize()?;
        let lock = lock(&folder).await?;
        let binary = options.binary.clone().map_or_else(find_server, Ok)?;
        let mariadb = is_mariadb(&binary).await?;
        let data = folder.join("data");
        let log = folder.join("server.log");
        made_by_the_same_engine(&data, mariadb)?;
        if !data.exists() {
            initialise(&binary, mariadb, &folder, &log, &options).await?;
        }
        let (socket, socket_folder) = socket_path(&folder)?;
        // A socket that a killed server left behind would be answered by nobody.
        if let Err(error) = fs::remove_file(&socket)
            && error.kind() != ErrorKind::NotFound
        {
            return Err(error).with_context(|| format!("can't remove the stale {}", socket.display()));
        }
        let log_start = fs::metadata(&log).map_or(0, |metadata| metadata.len());
        let mut supervisor = Command::new("sh")
            // A group of its own: Ctrl-C reaches only us, and we stop the server when the last request is answered.
            .process_group(0)
            .args(["-c", SUPERVISOR, "eternity-database"])
            .arg(&log)
            .arg(if options.throwaway { folder.as_os_str() } else { "".as_ref() })
            .arg(socket_folder.as_ref().map_or("".as_ref(), |short| short.path().as_os_str()))
            .arg(if options.throwaway { "KILL" } else { "TERM" })
            .arg(&binary)
            .args(arguments(&folder, &data, &socket, mariadb, &options))
            .stdin(Stdio::piped())
            .stdout(lock.try_clone()?)
            .stderr(append(&log)?)
            .spawn()
            .context("the database's supervisor did not start: is there a program sh?")?;
        let lifeline = supervisor.stdin.take();
        // Where it listens, for other commands: see `running`.
        write!(&lock, "\n{}", socket.display())?;
        let mut private = Self { socket, supervisor, lifeline, _lock: lock, _socket_folder: socket_folder };
        if let Err(error) = private.ready().await {
            private.stop().await;
            bail!("the private database did not start: {error:#}\n  {}", explain(&log, log_start));
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
        let text = fs::read_to_string(&path).ok()?;
        let (owner, socket) = text.split_once('\n')?;
        // A server whose owner was killed is shutting down.
        is_alive(owner).then(|| url_by_socket(Path::new(socket), "eternity"))
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
                    anyhow::ensure!(self.supervisor.try_wait()?.is_none(), "the server gave up");
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

/// The server's arguments: nothing from the machine's own configuration, only the socket, safe settings.
fn arguments(folder: &Path, data: &Path, socket: &Path, mariadb: bool, options: &Options) -> Vec<String> {
    let mut arguments = vec!["--no-defaults".to_owned()];
    arguments.extend(options.extra.clone());
    arguments.extend([
        format!("--datadir={}", data.display()),
        format!("--socket={}", socket.display()),
        format!("--pid-file={}", folder.join("pid").display()),
    ]);
    let mut fixed = vec!["--skip-networking", "--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci", "--max-connections=200"];
    if options.throwaway {
        fixed.extend(["--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0", "--skip-log-bin", "--innodb-buffer-pool-size=256M"]);
        fixed.extend(["--innodb-doublewrite=0", "--innodb-file-per-table=0"]);
    } else {
        // The log that point-in-time recovery replays.
        fixed.extend([
            "--innodb-flush-log-at-trx-commit=1",
            "--sync-binlog=1",
            "--log-bin=binlog",
            "--server-id=1",
            "--binlog-expire-logs-seconds=1209600",
        ]);
    }
    if mariadb {
        fixed.extend(["--innodb-snapshot-isolation=ON", "--binlog-format=ROW"]);
    } else {
        fixed.extend(["--mysqlx=OFF", "--secure-file-priv=NULL"]);
    }
    arguments.extend(fixed.into_iter().map(str::to_owned));
    arguments.extend(as_root());
    arguments
}

/// One process per folder. The lock is the file's, so a process that died leaves none; its server may still be
/// shutting down, which is waited for.
async fn lock(folder: &Path) -> Result<File> {
    let path = folder.join("lock");
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .read(true)
        .open(&path)
        .with_context(|| format!("can't write {}: is it another user's folder?", path.display()))?;
    let began = tokio::time::Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)?;
                write!(file, "{}", std::process::id())?;
                return Ok(file);
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(|| format!("can't lock {}", path.display())),
            Err(TryLockError::WouldBlock) => {
                let text = fs::read_to_string(&path).unwrap_or_default();
                let holder = text.lines().next().unwrap_or_default();
                let patience = if is_alive(holder) { Duration::from_secs(5) } else { SHUT_DOWN_WITHIN };
                if began.elapsed() > patience {
                    bail!(
                        "the database in {} is in use by process {holder}: stop that one, or set ETERNITY_DATA_DIR to another folder",
                        folder.display()
                    );
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

fn is_alive(pid: &str) -> bool {
    // SAFETY: signal 0 only asks whether the process is there.
    pid.trim().parse::<i32>().is_ok_and(|pid| pid > 0 && unsafe { libc::kill(pid, 0) } == 0)
}

/// The two engines can't read each other's files, and a server that tries may damage them.
fn made_by_the_same_engine(data: &Path, mariadb: bool) -> Result<()> {
    let (found, installed) = if data.join("mysql.ibd").exists() && mariadb {
        ("MySQL", "MariaDB")
    } else if data.join("aria_log_control").exists() && !mariadb {
        ("MariaDB", "MySQL")
    } else {
        return Ok(());
    };
    bail!(
        "the database in {} was made by {found}, and {installed} is what is installed: install {found}, or move that folder away to start with an empty database",
        data.display()
    )
}

fn find_server() -> Result<PathBuf> {
    find_program(&["mariadbd", "mysqld"])
        .context("no database server found: install one (apt-get install default-mysql-server-core), or set DATABASE_URL to one that runs")
}

/// The first of these programs that is on the PATH or where packages put servers.
fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from)).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|candidate| candidate.is_file())
}

async fn is_mariadb(binary: &Path) -> Result<bool> {
    let output = Command::new(binary).arg("--version").output().await.with_context(|| format!("{} does not run", binary.display()))?;
    Ok(String::from_utf8_lossy(&output.stdout).to_lowercase().contains("mariadb"))
}

/// Makes the data folder: under another name until it is whole, so that half of one is never taken for a database.
async fn initialise(binary: &Path, mariadb: bool, folder: &Path, log: &Path, options: &Options) -> Result<()> {
    let unfinished = folder.join("data.new");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).with_context(|| format!("can't remove {}", unfinished.display()))?;
    }
    let log_start = fs::metadata(log).map_or(0, |metadata| metadata.len());
    let mut command = if mariadb {
        let installer = find_program(&["mariadb-install-db", "mysql_install_db"])
            .context("mariadb-install-db is missing: install it (apt-get install mariadb-server-core)")?;
        let mut command = Command::new(installer);
        command.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
        command
    } else {
        let mut command = Command::new(binary);
        command.arg("--no-defaults").args(&options.extra).arg("--initialize-insecure");
        command
    };
    let status = command
        .arg(format!("--datadir={}", unfinished.display()))
        .args(as_root())
        .stdin(Stdio::null())
        .stdout(append(log)?)
        .stderr(append(log)?)
        .kill_on_drop(true)
        .status()
        .await
        .context("the database could not be initialised")?;
    if !status.success() {
        let why = explain(log, log_start);
        fs::remove_dir_all(&unfinished).unwrap_or_else(|error| tracing::debug!("nothing to remove: {error}"));
        bail!("the database could not be initialised in {}\n  {why}", folder.display());
    }
    fs::rename(&unfinished, folder.join("data")).context("the new database could not be put in its place")
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

/// What the server said since it was started, and what to do about the causes that people can do something about.
fn explain(log: &Path, since: u64) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let said = String::from_utf8_lossy(bytes.get(usize::try_from(since).unwrap_or(0)..).unwrap_or_default()).into_owned();
    let advice = [
        (&["No space left", "errno: 28", "error 28", "OS errno 28"][..], "the disk is full: free some space and start again"),
        (
            &["Permission denied", "errno: 13", "OS errno 13"],
            "the server may not write there: the folder must be this user's (on Ubuntu AppArmor confines mysqld to /var/lib/mysql: set ETERNITY_DATA_DIR, or DATABASE_URL to a server that runs)",
        ),
        (&["Unable to lock", "errno: 11"], "another database server uses the same files: stop it and start again"),
        (&["Cannot allocate memory", "errno: 12"], "there is not enough memory: close something and start again"),
    ]
    .into_iter()
    .find(|(signs, _)| signs.iter().any(|sign| said.contains(sign)))
    .map(|(_, advice)| format!("what to do: {advice}\n  "))
    .unwrap_or_default();
    let lines: Vec<&str> = said.lines().collect();
    format!("{advice}{}\n  the whole log: {}", lines[lines.len().saturating_sub(5)..].join("\n  "), log.display())
}
