//! A real server on an embedded database of its own, which ends with the tests.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use firebell_testkit::http;
use firebell_testkit::process::{firebell, free_port, local};

use crate::keep::Kept;

/// A running server.
pub struct Installation {
    address: SocketAddr,
    base: String,
    kept: Kept,
}

/// Runs `firebell` with these arguments and this input, before the server starts.
pub type Order<'a> = dyn Fn(&[&str], &str) + 'a;

impl Installation {
    /// Starts a server; `prepare` may run commands on its database before, and is told the folder.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(settings: &[(&str, &str)], prepare: impl FnOnce(&Path, &Order<'_>)) -> Self {
        let folder = Kept::folder("browser");
        let path = folder.path().to_owned();
        let port = free_port();
        let base = format!("http://127.0.0.1:{port}");
        let command = || {
            let mut command = Command::new(firebell());
            command
                .env_clear()
                .env("PATH", "/usr/bin:/bin")
                .env("FIREBELL_DATABASE", format!("sqlite:{}/firebell.db", path.display()))
                .env("FIREBELL_LISTEN", format!("127.0.0.1:{port}"))
                .env("FIREBELL_PUBLIC_URL", &base)
                .env("FIREBELL_LOG__LEVEL", "warn")
                .envs(settings.iter().copied());
            command
        };
        prepare(&path, &|arguments, input| run(command().args(arguments), input));
        let mut program = command();
        program.arg("serve");
        let kept = Kept::start("firebell", folder, &program);
        let address = local(port);
        kept.until("readiness", || http::get(address, "/readyz").ok().filter(|r| r.status == 200));
        Self { address, base, kept }
    }

    /// Where it is reached, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The address it listens on.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the server has written.
    pub fn output(&self) -> String {
        self.kept.output()
    }
}

fn run(command: &mut Command, input: &str) {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let written = child.stdin.take().map(|mut pipe| pipe.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the program ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed ({written:?}): {said}");
}
