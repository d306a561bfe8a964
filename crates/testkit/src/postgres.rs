//! A private PostgreSQL for tests, started from the installed binaries, and fresh databases on
//! both engines.
//!
//! Tests call [`fresh_db`]. The server lives in a temporary directory, listens on 127.0.0.1 and a
//! socket, and ends with the test process however that ends: a small shell holds a pipe to us,
//! and stops the server and removes the directory when the pipe closes.

use std::io::{BufRead as _, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{OnceLock, mpsc};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use firebell_sql::{Config, Db, Target};
use tempfile::TempDir;

/// Time the server may take to accept connections.
const START_TIMEOUT: Duration = Duration::from_mins(1);
/// Attempts to start: the picked port may be taken by someone else in between.
const START_ATTEMPTS_MAX: u32 = 3;
/// Bytes of the server's log kept for a failed start.
const LOG_BYTES_MAX: usize = 16 * 1024;
/// Connections the server accepts: many tests at once, a few threads each.
const CONNECTIONS_MAX: u32 = 300;
/// The account the server runs as when the tests run as root, which PostgreSQL refuses.
const ACCOUNT: &str = "postgres";

/// Stops the server and removes its directory once our end of the pipe closes. The arguments are
/// the directory and the server's command line.
const WATCHDOG: &str = r#"dir=$1; shift; "$@" </dev/null & pid=$!; exec 2>/dev/null
cat >/dev/null; kill -QUIT $pid; wait $pid; rm -rf -- "$dir""#;

/// Whether the server waits until its data is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FsyncMode {
    /// Fast; data does not survive a crash of the machine.
    Off,
    /// As in production; for tests that kill processes.
    On,
}

/// A running server; it stops and its directory is removed when this is dropped.
#[derive(Debug)]
pub struct TempPostgres {
    bin: PathBuf,
    dir: PathBuf,
    port: u16,
    watchdog: Child,
    pipe: Option<ChildStdin>,
    databases: AtomicU32,
}

impl TempPostgres {
    /// Creates a cluster and starts a server on it.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start; the end of its log is included.
    pub fn start(fsync: FsyncMode) -> Result<Self> {
        let bin = installed()?;
        let mut last = anyhow!("no attempt was made");
        for _ in 0..START_ATTEMPTS_MAX {
            match Self::try_start(&bin, fsync) {
                Ok(server) => return Ok(server),
                Err(e) => last = e,
            }
        }
        Err(last)
    }

    /// The server shared by all tests of this process; without fsync.
    ///
    /// # Panics
    /// When it does not start: no test that needs it can pass.
    #[expect(clippy::panic, reason = "test support: there is nobody to hand the error to")]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<TempPostgres> = OnceLock::new();
        SHARED.get_or_init(|| match Self::start(FsyncMode::Off) {
            Ok(server) => server,
            Err(e) => panic!("PostgreSQL for the tests did not start: {e:#}"),
        })
    }

    /// The URL of a database on this server, over TCP.
    pub fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// The URL of a database on this server, over its Unix socket.
    pub fn socket_url(&self, database: &str) -> String {
        let host = self.dir.to_string_lossy().replace('/', "%2F");
        format!("postgresql://postgres@{host}:{}/{database}?sslmode=disable", self.port)
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of the server's programs (`psql`, `pg_dump`, …).
    pub fn programs(&self) -> &Path {
        &self.bin
    }

    /// Creates an empty database with UTF-8 and the collation `C`.
    ///
    /// # Errors
    /// When the server refuses, for instance because it exists.
    pub fn create_database(&self, name: &str) -> Result<()> {
        let mut command = Command::new(self.bin.join("createdb"));
        command.arg("-h").arg(&self.dir).args(["-p", &self.port.to_string(), "-U", "postgres"]);
        command.args(["-T", "template0", "-E", "UTF8", "--locale=C", name]);
        run(&mut command)
    }

    /// Creates a database no other test uses and returns its URL.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn fresh_database(&self) -> Result<String> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.create_database(&name)?;
        Ok(self.url(&name))
    }

    /// Stops the server in the middle of what it does: connections stay open, and nobody answers.
    ///
    /// # Errors
    /// When its processes cannot be found or signalled.
    pub fn pause(&self) -> Result<()> {
        // The first one starts the others: once it stands still, no new ones come.
        let first = self.first_process()?;
        signal("-STOP", &[first])?;
        signal("-STOP", &children(first)?)
    }

    /// Goes on after [`TempPostgres::pause`].
    ///
    /// # Errors
    /// When its processes cannot be found or signalled.
    pub fn resume(&self) -> Result<()> {
        let first = self.first_process()?;
        signal("-CONT", &children(first)?)?;
        signal("-CONT", &[first])
    }

    /// The server's own process, as it says in its directory.
    fn first_process(&self) -> Result<u32> {
        let file = std::fs::read_to_string(self.dir.join("data/postmaster.pid"))?;
        let line = file.lines().next().context("the server's file of its process is empty")?;
        Ok(line.trim().parse()?)
    }

    fn try_start(bin: &Path, fsync: FsyncMode) -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("fbpg").tempdir()?;
        let owner = std::fs::metadata(dir.path())?.uid();
        let account = if owner == 0 { Some(hand_over(dir.path())?) } else { None };
        let data = dir.path().join("data");
        let mut initdb = as_account(account, bin.join("initdb"));
        initdb.args(["-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C", "-U", "postgres"]);
        run(initdb.arg("-D").arg(&data).current_dir(dir.path()))?;

        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let server = as_account(account, bin.join("postgres"));
        let mut command = Command::new("sh");
        command.args(["-c", WATCHDOG, "sh"]).arg(dir.path());
        command.arg(server.get_program()).args(server.get_args());
        command.arg("-D").arg(&data).arg("-k").arg(dir.path());
        command.args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        for setting in settings(fsync) {
            command.args(["-c", &setting]);
        }
        command.current_dir(dir.path()).env("LC_ALL", "C");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut watchdog = command.spawn().context("cannot run sh")?;
        let pipe = watchdog.stdin.take();
        let log = watchdog.stderr.take().context("no log of the server")?;
        // From here on the watchdog removes the directory.
        let server = Self {
            bin: bin.to_owned(),
            dir: dir.keep(),
            port,
            watchdog,
            pipe,
            databases: AtomicU32::new(0),
        };
        wait_until_ready(log)?;
        Ok(server)
    }
}

impl Drop for TempPostgres {
    fn drop(&mut self) {
        // Whoever stands still ends only after going on.
        drop(self.resume());
        drop(self.pipe.take());
        drop(self.watchdog.wait());
    }
}

/// The engines a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestEngine {
    /// A file in a temporary directory.
    Sqlite,
    /// A database on the process's own server.
    Postgres,
}

impl TestEngine {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

/// Keeps what a fresh database needs; drop it after the last handle.
#[derive(Debug)]
pub struct DbGuard {
    dir: Option<TempDir>,
    db: Option<Db>,
}

impl DbGuard {
    /// The directory of a SQLite database, for further files of the test.
    pub fn dir(&self) -> Option<&Path> {
        self.dir.as_ref().map(TempDir::path)
    }
}

impl Drop for DbGuard {
    fn drop(&mut self) {
        if let Some(db) = self.db.take() {
            db.close();
        }
    }
}

/// The target of a fresh, empty database.
///
/// # Panics
/// When there is none to be had.
#[expect(clippy::panic, reason = "test support: there is nobody to hand the error to")]
pub fn fresh_target(engine: TestEngine) -> (Target, DbGuard) {
    let out = match engine {
        TestEngine::Sqlite => TempDir::new().map_err(Into::into).map(|dir| {
            let target = Target::Sqlite { path: dir.path().join("firebell.db") };
            (target, DbGuard { dir: Some(dir), db: None })
        }),
        TestEngine::Postgres => TempPostgres::shared()
            .fresh_database()
            .map(|url| (Target::Postgres { url }, DbGuard { dir: None, db: None })),
    };
    out.unwrap_or_else(|e| panic!("no fresh database for the test: {e:#}"))
}

/// Opens a fresh, empty database; it is closed when the guard is dropped.
///
/// # Panics
/// When there is none to be had.
#[expect(clippy::panic, reason = "test support: there is nobody to hand the error to")]
pub fn fresh_db(engine: TestEngine) -> (Db, DbGuard) {
    let (target, mut guard) = fresh_target(engine);
    let mut config = Config::new(target);
    config.readers = 2;
    config.writers = 2;
    let db = Db::open(&config).unwrap_or_else(|e| panic!("{e} ({})", e.cause()));
    guard.db = Some(db.clone());
    (db, guard)
}

fn settings(fsync: FsyncMode) -> Vec<String> {
    let durable = match fsync {
        FsyncMode::Off => "off",
        FsyncMode::On => "on",
    };
    vec![
        format!("fsync={durable}"),
        format!("full_page_writes={durable}"),
        format!("max_connections={CONNECTIONS_MAX}"),
        "shared_buffers=64MB".to_owned(),
        "max_wal_size=1GB".to_owned(),
        "autovacuum_naptime=10s".to_owned(),
        "log_min_messages=warning".to_owned(),
        "log_min_error_statement=panic".to_owned(),
    ]
}

/// The folder with `initdb` and `postgres`: the newest below `/usr/lib/postgresql`, else the
/// one on the search path.
fn installed() -> Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    if let Some((_, bin)) = found.pop() {
        return Ok(bin);
    }
    let out = Command::new("sh").args(["-c", "command -v initdb"]).output()?;
    let path = PathBuf::from(String::from_utf8(out.stdout)?.trim());
    let bin = path.parent().filter(|bin| bin.join("postgres").exists());
    bin.map(Path::to_owned).context("PostgreSQL is not installed: install the package postgresql")
}

/// The numeric ids the server runs as.
#[derive(Debug, Clone, Copy)]
struct Account {
    user: u32,
    group: u32,
}

/// The processes a process has started, as Linux knows them.
fn children(of: u32) -> Result<Vec<u32>> {
    let listed = std::fs::read_to_string(format!("/proc/{of}/task/{of}/children"))?;
    listed.split_whitespace().map(|number| Ok(number.parse()?)).collect()
}

/// Signals processes of this server; one that has ended meanwhile needs none.
fn signal(which: &str, processes: &[u32]) -> Result<()> {
    for process in processes {
        let mut kill = Command::new("kill");
        kill.args([which, &process.to_string()]).stdin(Stdio::null()).stderr(Stdio::null());
        kill.status().context("cannot run kill")?;
    }
    Ok(())
}

/// Gives the directory to the server's account.
fn hand_over(dir: &Path) -> Result<Account> {
    let account = Account { user: id("-u")?, group: id("-g")? };
    std::os::unix::fs::chown(dir, Some(account.user), Some(account.group))?;
    Ok(account)
}

fn id(which: &str) -> Result<u32> {
    let out = Command::new("id").args([which, ACCOUNT]).output()?;
    let text = String::from_utf8(out.stdout)?;
    text.trim().parse().with_context(|| format!("the account {ACCOUNT} does not exist"))
}

/// A command that becomes the program (so that signals reach it), as another account if given.
fn as_account(account: Option<Account>, program: PathBuf) -> Command {
    let Some(Account { user, group }) = account else {
        return Command::new(program);
    };
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={user}")).arg(format!("--regid={group}"));
    command.arg("--clear-groups").arg(program);
    command
}

fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().display().to_string();
    let out = command.env("LC_ALL", "C").stdin(Stdio::null()).output();
    let out = out.with_context(|| format!("cannot run {program}"))?;
    if !out.status.success() {
        let text = String::from_utf8_lossy(&out.stderr);
        bail!("{program} failed: {}", text.trim());
    }
    Ok(())
}

/// Reads the server's log until it says that it is ready, and goes on reading it, because a full
/// pipe would stop the server.
fn wait_until_ready(log: impl Read + Send + 'static) -> Result<()> {
    let (sender, receiver) = mpsc::channel::<Option<String>>();
    std::thread::Builder::new().name("test-postgres-log".to_owned()).spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            drop(sender.send(Some(line)));
        }
        drop(sender.send(None));
    })?;
    let mut seen = String::new();
    loop {
        match receiver.recv_timeout(START_TIMEOUT) {
            Ok(Some(line)) if line.contains("ready to accept connections") => return Ok(()),
            Ok(Some(line)) if seen.len() < LOG_BYTES_MAX => {
                seen.push_str(&line);
                seen.push('\n');
            }
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => bail!("the server did not start:\n{seen}"),
        }
    }
}
