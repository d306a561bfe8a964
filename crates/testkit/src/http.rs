//! A plain HTTP/1.1 client and a receiver of webhooks, for tests that talk to a real server process on this machine.
#![expect(clippy::expect_used, reason = "test support: what fails is the test")]

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long any answer may take.
const ANSWER: Duration = Duration::from_secs(30);
/// The largest body read, in bytes.
const BODY_MAX: usize = 4 * 1024 * 1024;

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The body as text; invalid UTF-8 is replaced.
    pub body: String,
    headers: Headers,
}

impl Reply {
    /// The value of a header, by its name in lower case; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// A connection that is kept open.
pub struct Connection {
    stream: BufReader<TcpStream>,
    host: SocketAddr,
}

impl Connection {
    /// Connects.
    pub fn open(host: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&host, ANSWER)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER))?;
        stream.set_write_timeout(Some(ANSWER))?;
        Ok(Self { stream: BufReader::new(stream), host })
    }

    /// Sends a request and reads its answer.
    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Reply> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.host);
        for (name, value) in headers {
            head = format!("{head}{name}: {value}\r\n");
        }
        head = format!("{head}Content-Length: {}\r\n\r\n", body.len());
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        self.stream.get_mut().write_all(&request)?;
        read_reply(&mut self.stream)
    }
}

/// One request on a connection of its own.
pub fn request(
    host: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Reply> {
    Connection::open(host)?.send(method, path, headers, body)
}

/// A GET on a connection of its own.
pub fn get(host: SocketAddr, path: &str) -> io::Result<Reply> {
    request(host, "GET", path, &[], &[])
}

fn read_reply(stream: &mut impl BufRead) -> io::Result<Reply> {
    let (first, headers) = read_head(stream)?;
    let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status = status.ok_or_else(|| io::Error::other("not an HTTP answer"))?;
    let body = read_body(stream, &headers)?;
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok(Reply { status, body, headers })
}

type Headers = Vec<(String, String)>;

fn read_head(stream: &mut impl BufRead) -> io::Result<(String, Headers)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        lines.push(line.to_owned());
    }
    let mut lines = lines.into_iter();
    let first = lines.next().unwrap_or_default();
    let header = |line: String| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_lowercase(), value.trim().to_owned()))
    };
    Ok((first, lines.filter_map(header).collect()))
}

fn read_body(stream: &mut impl BufRead, headers: &Headers) -> io::Result<Vec<u8>> {
    let find = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    if find("transfer-encoding") == Some("chunked") {
        return read_chunks(stream);
    }
    let length = find("content-length").and_then(|v| v.parse().ok()).unwrap_or(0);
    if length > BODY_MAX {
        return Err(io::Error::other("the body is too large"));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(body)
}

fn read_chunks(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let size = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
        if body.len() + size > BODY_MAX {
            return Err(io::Error::other("the body is too large"));
        }
        let mut chunk = vec![0; size + 2];
        stream.read_exact(&mut chunk)?;
        chunk.truncate(size);
        body.append(&mut chunk);
        if size == 0 {
            return Ok(body);
        }
    }
}

/// What a receiver got.
#[derive(Debug, Clone)]
pub struct Received {
    /// The `webhook-id` header: the idempotency key.
    pub key: String,
    /// The body.
    pub body: String,
}

/// A receiver of webhooks that answers 200 to everything.
pub struct Receiver {
    /// Where it listens.
    pub address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When there is no free port.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let received = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (to, end) = (Arc::clone(&received), Arc::clone(&stop));
        let thread = std::thread::spawn(move || accept_all(&listener, &to, &end));
        Self { address, received, stop, thread: Some(thread) }
    }

    /// Everything received so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the accepting thread.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn accept_all(
    listener: &TcpListener,
    received: &Arc<Mutex<Vec<Received>>>,
    stop: &Arc<AtomicBool>,
) {
    for stream in listener.incoming() {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let received = Arc::clone(received);
        // A connection ends with its client.
        drop(std::thread::spawn(move || drop(serve(stream, &received))));
    }
}

fn serve(stream: TcpStream, received: &Mutex<Vec<Received>>) -> io::Result<()> {
    stream.set_read_timeout(Some(ANSWER))?;
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    loop {
        let (_, headers) = read_head(&mut reader)?;
        let body = read_body(&mut reader, &headers)?;
        let key = headers.iter().find(|(name, _)| name == "webhook-id").map(|(_, v)| v.clone());
        received.lock().unwrap_or_else(PoisonError::into_inner).push(Received {
            key: key.unwrap_or_default(),
            body: String::from_utf8_lossy(&body).into_owned(),
        });
        writer.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
    }
}
