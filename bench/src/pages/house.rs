//! The real binary on the data set, and somebody who looks at its pages.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use firebell_base::Clock;
use tempfile::TempDir;

use super::estate::PASSWORD;
use crate::child::Running;

/// How long the server may take until it serves, in looks.
const LOOKS_MAX: usize = 600;
/// How long is waited between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long any answer may take.
const ANSWER: Duration = Duration::from_mins(1);
/// The largest page that is read, in bytes.
const PAGE_BYTES_MAX: usize = 16 << 20;
/// Connections the server takes: a thousand pages and the load generator.
const CONNECTIONS: &str = "4096";

/// A running server.
pub(super) struct House {
    pub(super) process: Running,
    pub(super) port: u16,
    /// What it keeps besides its database.
    _dir: TempDir,
}

/// A page as it came.
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Vec<u8>,
    pub(super) micros: u32,
}

impl Page {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl House {
    /// Starts `firebell serve`, which stands beside this program.
    pub(super) fn open(database: &str) -> Result<Self> {
        let program = std::env::current_exe()?.with_file_name("firebell");
        ensure!(program.exists(), "build it first: cargo build --release -p firebell");
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let dir = TempDir::new()?;
        let mut command = Command::new(program);
        command
            .arg("serve")
            .env_clear()
            .env("FIREBELL_DATABASE", database)
            .env("FIREBELL_LISTEN", format!("127.0.0.1:{port}"))
            .env("FIREBELL_LIMITS__CONNECTIONS_MAX", CONNECTIONS)
            .env("FIREBELL_REPLICA__FILE", dir.path().join("last-known-good"))
            .env("FIREBELL_LOG__LEVEL", "error");
        let house = Self { process: Running::quiet(&mut command)?, port, _dir: dir };
        for _ in 0..LOOKS_MAX {
            let ready =
                Visitor::stranger(port).and_then(|mut visitor| visitor.get("/readyz", false));
            if ready.is_ok_and(|page| page.status == 200) {
                return Ok(house);
            }
            std::thread::park_timeout(LOOK_EVERY);
        }
        bail!("the server did not become ready")
    }
}

/// Somebody with a connection that is kept open.
pub(super) struct Visitor {
    stream: BufReader<TcpStream>,
    port: u16,
    pub(super) cookie: String,
}

impl Visitor {
    fn stranger(port: u16) -> Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let stream = TcpStream::connect_timeout(&address, ANSWER)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER))?;
        Ok(Self { stream: BufReader::new(stream), port, cookie: String::new() })
    }

    /// Signs in through the page.
    pub(super) fn sign_in(port: u16, login: &str) -> Result<Self> {
        let mut visitor = Self::stranger(port)?;
        let body = format!("login={login}&password={}", PASSWORD.replace(' ', "+"));
        let request = format!(
            "POST /sign-in HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\norigin: http://127.0.0.1:{port}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let page = visitor.send(&request)?;
        ensure!(page.status == 303, "signing in answered {}: {}", page.status, page.text());
        let cookie = page.head.lines().filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("set-cookie").then(|| value.trim().to_owned())
        });
        let cookies: Vec<String> =
            cookie.map(|c| c.split(';').next().unwrap_or_default().to_owned()).collect();
        visitor.cookie = cookies.join("; ");
        ensure!(visitor.cookie.contains("firebell_session"), "no session: {}", visitor.cookie);
        Ok(visitor)
    }

    /// `GET`, packed as browsers ask for it or plain.
    pub(super) fn get(&mut self, path: &str, packed: bool) -> Result<Page> {
        let encoding = if packed { "accept-encoding: gzip\r\n" } else { "" };
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ncookie: {}\r\n{encoding}\r\n",
            self.port, self.cookie
        );
        self.send(&request)
    }

    fn send(&mut self, request: &str) -> Result<Page> {
        let began = Clock::System.monotonic_micros();
        self.stream.get_mut().write_all(request.as_bytes())?;
        let head = self.head()?;
        let status = head.get(9..12).and_then(|code| code.parse().ok()).context("no status")?;
        let field = |name: &str| {
            head.lines().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            })
        };
        let mut body = Vec::new();
        match (field("content-length"), field("transfer-encoding")) {
            (Some(length), _) => self.part(&mut body, length.parse()?)?,
            (None, Some(_)) => self.chunks(&mut body)?,
            (None, None) => {}
        }
        let micros = u32::try_from(Clock::System.monotonic_micros() - began).unwrap_or(u32::MAX);
        Ok(Page { status, head, body, micros })
    }

    fn head(&mut self) -> Result<String> {
        let mut head = String::new();
        loop {
            let read = self.stream.read_line(&mut head)?;
            ensure!(read > 0, "the server closed the connection");
            if head.ends_with("\r\n\r\n") {
                return Ok(head);
            }
        }
    }

    fn chunks(&mut self, body: &mut Vec<u8>) -> Result<()> {
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim(), 16)?;
            self.part(body, size)?;
            self.stream.read_line(&mut line)?;
            if size == 0 {
                return Ok(());
            }
        }
    }

    fn part(&mut self, body: &mut Vec<u8>, size: usize) -> Result<()> {
        ensure!(body.len() + size <= PAGE_BYTES_MAX, "a page too large");
        let from = body.len();
        body.resize(from + size, 0);
        self.stream.read_exact(body.get_mut(from..).unwrap_or_default())?;
        Ok(())
    }
}
