//! Runs the program, with nothing of this machine's environment, and within bounded time.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

/// Nothing in these tests takes longer.
pub(crate) const BOUND: Duration = Duration::from_secs(90);
/// How often something that happens soon is looked for; each look starts a process or waits for a
/// server.
pub(crate) const LOOKS_MAX: usize = 500;

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// It must have ended so.
    #[track_caller]
    pub(crate) fn with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Its result as an object.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}:\n{}", self.stdout))
    }

    /// Its error as an object.
    #[track_caller]
    pub(crate) fn error(&self) -> Value {
        serde_json::from_str(&self.stderr)
            .unwrap_or_else(|error| panic!("{error}:\n{}", self.stderr))
    }

    /// Standard error must say this.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "{words:?} is missing in:\n{}", self.stderr);
        self
    }
}

/// A directory of a test, with its own database.
pub(crate) struct Desk {
    dir: tempfile::TempDir,
    database: String,
}

impl Desk {
    /// An empty one; the database is a SQLite file that does not exist yet.
    pub(crate) fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", dir.path().join("f.db").display());
        Self { dir, database }
    }

    /// On another database.
    pub(crate) fn on(database: String) -> Self {
        Self { database, ..Self::empty() }
    }

    /// With an instance `acme`; returns its administrator's API key.
    pub(crate) fn with_instance() -> (Self, String) {
        let desk = Self::empty();
        let key = desk.make_instance();
        (desk, key)
    }

    /// Makes the instance `acme`; returns its administrator's API key.
    pub(crate) fn make_instance(&self) -> String {
        let made = self.run(&["--json", "instance", "create", "acme"]).with(0).json();
        made["apiKey"].as_str().unwrap().to_owned()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name).display().to_string()
    }

    /// A command on this database, in this directory.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = program();
        command.current_dir(self.dir.path()).env("FIREBELL_DATABASE", &self.database).args(words);
        command
    }

    /// Runs a command on this database.
    pub(crate) fn run(&self, words: &[&str]) -> Ended {
        run(self.command(words), "")
    }

    /// Runs a command with something on standard input.
    pub(crate) fn feed(&self, words: &[&str], input: &str) -> Ended {
        run(self.command(words), input)
    }

    /// Starts a server on any free port.
    pub(crate) fn serve(&self, more: &[&str]) -> Server {
        let words = [&["--json", "serve", "--listen", "127.0.0.1:0"], more].concat();
        Server::start(self.command(&words))
    }
}

/// The program, with an empty environment.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firebell"));
    command.env_clear();
    command
}

/// Runs a command to its end.
pub(crate) fn run(mut command: Command, input: &str) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Who reads nothing may be gone already.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    let (sender, receiver) = channel();
    let id = child.id();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    let Ok(output) = receiver.recv_timeout(BOUND) else {
        signal(id, "KILL");
        panic!("{command:?} did not end");
    };
    let output = output.unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Sends a signal to a process that a test started.
pub(crate) fn signal(process: u32, name: &str) {
    let done = Command::new("sh").arg("-c").arg(format!("kill -{name} {process}")).status();
    assert!(done.unwrap().success());
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    lines: Receiver<String>,
    pub(crate) url: String,
    /// What it said when it listened.
    pub(crate) started: Value,
}

impl Server {
    /// Starts it and waits until it listens.
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut server = Self { child, lines, url: String::new(), started: Value::Null };
        let Ok(line) = server.lines.recv_timeout(BOUND) else {
            drop(server.child.kill());
            let mut said = String::new();
            server.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("the server did not start: {said}");
        };
        let line: Value = serde_json::from_str(&line).unwrap();
        line["url"].as_str().unwrap().clone_into(&mut server.url);
        server.started = line;
        server
    }

    /// Asks for something; headers end with a line break each. Status and body of the answer.
    pub(crate) fn get(&self, path: &str, headers: &str) -> (u16, String) {
        ask(self.address(), &format!("GET {path} HTTP/1.1\r\n{headers}"), "")
    }

    /// Sends an object.
    pub(crate) fn post(&self, path: &str, headers: &str, body: &str) -> (u16, String) {
        let headers = format!("{headers}content-type: application/json\r\n");
        ask(self.address(), &format!("POST {path} HTTP/1.1\r\n{headers}"), body)
    }

    /// Where it listens, without the scheme.
    pub(crate) fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// Sends a signal and waits for the end: exit code and what was said on standard error.
    pub(crate) fn end(self, name: &str) -> (Option<i32>, String) {
        signal(self.child.id(), name);
        self.ended()
    }

    /// Waits for the end: exit code and what was said on standard error.
    pub(crate) fn ended(mut self) -> (Option<i32>, String) {
        let mut stderr = self.child.stderr.take().unwrap();
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            let mut said = String::new();
            drop(stderr.read_to_string(&mut said));
            sender.send(said)
        });
        // Its output ends with the process.
        let said = receiver.recv_timeout(BOUND).unwrap_or_else(|_| panic!("it did not end"));
        (self.child.wait().unwrap().code(), said)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn ask(address: &str, head: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(BOUND)).unwrap();
    let length = body.len();
    let rest = format!("host: {address}\r\ncontent-length: {length}\r\nconnection: close\r\n");
    stream.write_all(format!("{head}{rest}\r\n{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// Looks until there is something.
#[track_caller]
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    (0..LOOKS_MAX).find_map(|_| look()).unwrap_or_else(|| panic!("{what} did not happen"))
}

/// Whether a file is there.
pub(crate) fn exists(path: &Path) -> bool {
    path.try_exists().unwrap()
}
