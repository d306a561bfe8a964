//! Real processes under test: the `firebell` binary, and the senders and receivers of others.
#![expect(clippy::expect_used, clippy::panic, reason = "test support: what fails is the test")]

use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// How many times something is looked for before the test gives up, one [`LOOK_EVERY`] apart: 60 seconds.
const LOOKS_MAX: usize = 1200;
/// How long is waited between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Lines of a process's output that are kept for the report of a failure.
const OUTPUT_LINES_MAX: usize = 200;

/// A process that is killed when it goes out of scope. Its output is shown when the test fails.
pub struct Process {
    name: String,
    child: Child,
    lines: Receiver<String>,
}

impl Process {
    /// Starts a program.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(name: &str, command: &mut Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|e| panic!("{name} cannot be started: {e}"));
        let (sender, lines) = channel();
        let outputs: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|o| Box::new(o) as Box<dyn Read + Send>),
            child.stderr.take().map(|o| Box::new(o) as Box<dyn Read + Send>),
        ];
        for output in outputs.into_iter().flatten() {
            let sender = sender.clone();
            // The thread ends with the process's output.
            drop(std::thread::spawn(move || {
                for line in BufReader::new(output).lines() {
                    if line.map(|line| sender.send(line)).is_err() {
                        break;
                    }
                }
            }));
        }
        Self { name: name.to_owned(), child, lines }
    }

    /// Ends the process at once, as `kill -9` does, and waits for it.
    pub fn kill(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Looks until `look` finds something; at most a minute.
    ///
    /// # Panics
    /// With the process's output, when nothing is found or the process has ended.
    pub fn until<T>(&mut self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let mut output = Vec::new();
        for _ in 0..LOOKS_MAX {
            if let Some(found) = look() {
                return found;
            }
            match self.lines.recv_timeout(LOOK_EVERY) {
                Ok(line) => {
                    output.push(line);
                    output.extend(self.lines.try_iter().take(OUTPUT_LINES_MAX));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    let ended = self.child.wait();
                    let last = look();
                    let output = output.join("\n");
                    return last.unwrap_or_else(|| {
                        panic!("{}: ended ({ended:?}) before {what}:\n{output}", self.name)
                    });
                }
            }
        }
        panic!("{}: {what} did not come within a minute:\n{}", self.name, output.join("\n"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The `firebell` binary of this build, beside the running test's own folder.
///
/// # Panics
/// When it has not been built.
pub fn firebell() -> PathBuf {
    let test = std::env::current_exe().expect("the path of the test");
    let found = test.ancestors().skip(1).map(|dir| dir.join("firebell")).find(|p| p.is_file());
    found.expect("build the binary first: cargo build -p firebell")
}

/// A port of 127.0.0.1 that is free now.
///
/// # Panics
/// When there is none.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// The address of a port of 127.0.0.1.
pub fn local(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// Whether something listens there.
pub fn listens(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, LOOK_EVERY).is_ok()
}

/// Runs a program to its end and returns its standard output.
///
/// # Panics
/// When it fails, with what it said.
pub fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{command:?} failed ({}):\n{}{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}

/// The first of these programs that is installed.
pub fn installed(names: &[&str]) -> Option<PathBuf> {
    let folders = ["/usr/bin", "/usr/local/bin", "/bin"];
    let paths = names.iter().flat_map(|name| folders.iter().map(move |f| Path::new(f).join(name)));
    paths.into_iter().find(|path| path.is_file())
}
