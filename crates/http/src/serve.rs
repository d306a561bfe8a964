//! Connections and their bounds: how many, how long a head may take, how long an answer may take,
//! and how they end when the server stops.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use axum::Router;
use axum::body::Body;
use firebell_api::{Api, Client};
use firebell_pipeline::Stop;
use http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower::ServiceExt as _;

use crate::Proxies;

/// The largest head of a request, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// How long to wait after a connection could not be accepted: files are short, or the network is.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Bounds of all connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at the same time.
    pub connections_max: usize,
    /// Time for a request's head.
    pub header_timeout: Duration,
    /// Time for the rest.
    pub request_timeout: Duration,
    /// Time to finish when stopped.
    pub grace: Duration,
}

/// What connections are held to.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// How many, and how long.
    pub limits: Limits,
    /// Who may tell other addresses than their own.
    pub proxies: Proxies,
}

/// What answers requests.
///
/// Not a tower service: the future of one has a type that can be named, which costs a box for each request.
pub trait Answer: Send + Sync + 'static {
    /// Answers one.
    fn answer(&self, request: Request<Body>) -> impl Future<Output = Response<Body>> + Send;
}

impl Answer for Router {
    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        self.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
    }
}

impl Answer for Api {
    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        Self::answer(self, request).await
    }
}

/// What answers requests now. It changes once when a database that was away at the start is there.
#[derive(Debug)]
pub struct Doors<A>(Arc<ArcSwapOption<A>>);

impl<A> Clone for Doors<A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<A: Answer> Doors<A> {
    /// Nobody answers yet.
    pub fn closed() -> Self {
        Self(Arc::default())
    }

    /// This one answers, until another is set.
    pub fn new(answer: A) -> Self {
        Self(Arc::new(ArcSwapOption::from_pointee(answer)))
    }

    /// Requests that arrive from now on are answered by this one.
    pub fn set(&self, answer: A) {
        self.0.store(Some(Arc::new(answer)));
    }

    fn close(&self) {
        self.0.store(None);
    }
}

/// Serves until stopped; then lets requests finish within the grace time. A sender who goes away is noticed at once,
/// so that an answer which stays open does not keep its place.
pub async fn serve<A: Answer>(
    listener: TcpListener,
    doors: Doors<A>,
    bounds: Bounds,
    mut stop: Stop,
) {
    let limits = bounds.limits;
    let bounds = Arc::new(bounds);
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stop.wait() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            (stream, peer, place) = accept(&listener, &places) => {
                let (doors, bounds) = (doors.clone(), Arc::clone(&bounds));
                let stop = stop.clone();
                connections.spawn(async move {
                    connection(stream, peer, doors, bounds, stop).await;
                    drop(place);
                });
            }
        }
    }
    // Closes the port: another server may take it while the last requests finish.
    drop(listener);
    let finish = async { while connections.join_next().await.is_some() {} };
    if timeout(limits.grace, finish).await.is_err() {
        tracing::warn!(
            requests = connections.len(),
            "requests did not finish in time and are cut off"
        );
        connections.shutdown().await;
    }
    // Whoever else holds the doors: behind them is nothing now, and what was there may end.
    doors.close();
}

/// The next connection, once there is a place for it; until then it waits in the system's queue.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed, so there always is a permit in the end.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, place),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connection<A: Answer>(
    stream: TcpStream,
    peer: SocketAddr,
    doors: Doors<A>,
    bounds: Arc<Bounds>,
    mut stop: Stop,
) {
    // Without it answers wait for the sender's acknowledgement; a failure only costs time.
    drop(stream.set_nodelay(true));
    let header_timeout = bounds.limits.header_timeout;
    let line = Arc::new(Line { peer: peer.ip(), doors, bounds, stop: Arc::new(stop.clone()) });
    let service = service_fn(move |request: Request<Incoming>| {
        let line = Arc::clone(&line);
        async move { Ok::<_, Infallible>(line.answer(request).await) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut served = std::pin::pin!(served);
    let ended = tokio::select! {
        biased;
        ended = served.as_mut() => ended,
        () = stop.wait() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        // Senders that go away, are too slow or speak no HTTP are everyday events.
        tracing::trace!(%error, "a connection ended");
    }
}

/// What the requests of a connection share. One allocation for all of them: what all connections share is counted in
/// memory that the processors would take from each other with each request.
struct Line<A> {
    peer: IpAddr,
    doors: Doors<A>,
    bounds: Arc<Bounds>,
    stop: Arc<Stop>,
}

impl<A: Answer> Line<A> {
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let limits = self.bounds.limits;
        let mut request = request.map(Body::new);
        let client = self.bounds.proxies.client(self.peer, request.headers());
        let extensions = request.extensions_mut();
        extensions.insert(Client(client));
        // Answers that stay open end when the server does.
        extensions.insert(Arc::clone(&self.stop));
        let Some(door) = self.doors.0.load_full() else {
            return come_again("The server starts or stops. Send the request again.");
        };
        let answered = timeout(limits.request_timeout, door.answer(request)).await;
        answered.unwrap_or_else(|_| {
            let seconds = limits.request_timeout.as_secs();
            let message = "The request was not read and answered within";
            come_again(&format!("{message} {seconds} s. Send it again."))
        })
    }
}

/// 503 and not 408: senders such as Alertmanager send again after a 5xx only.
fn come_again(message: &str) -> Response<Body> {
    let body =
        serde_json::json!({"code": 503, "reason": "Service Unavailable", "message": message});
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const LIMITS: Limits = Limits {
        connections_max: 2,
        header_timeout: Duration::from_millis(200),
        request_timeout: Duration::from_millis(200),
        grace: Duration::from_secs(5),
    };
    /// No step of these tests takes longer.
    const BOUND: Duration = Duration::from_secs(20);

    struct Running {
        address: SocketAddr,
        stop: tokio::sync::watch::Sender<bool>,
        server: JoinSet<()>,
        doors: Doors<Router>,
    }

    async fn start(limits: Limits) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/", get(|| async { "hello" }))
            .route("/never", get(std::future::pending::<&'static str>));
        let (hand, stop) = Stop::new();
        let mut server = JoinSet::new();
        let bounds = Bounds { limits, proxies: Proxies::default() };
        let doors = Doors::new(router);
        server.spawn(serve(listener, doors.clone(), bounds, stop));
        Running { address, stop: hand, server, doors }
    }

    async fn ask(address: SocketAddr, text: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(BOUND, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
        answer
    }

    #[tokio::test]
    async fn answers_and_bounds() {
        let running = start(LIMITS).await;
        let hello =
            ask(running.address, "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        assert!(hello.starts_with("HTTP/1.1 200") && hello.ends_with("hello"), "{hello}");
        let slow = ask(running.address, "GET /never HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(slow.starts_with("HTTP/1.1 503") && slow.contains("Send it again"), "{slow}");
        let half = ask(running.address, "GET / HT").await;
        assert!(!half.contains("200"), "an unfinished head ends the connection: {half}");
        let long = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "x".repeat(2 * HEAD_BYTES_MAX));
        let long = ask(running.address, &long).await;
        assert!(long.starts_with("HTTP/1.1 431"), "{long}");
    }

    #[tokio::test]
    async fn what_answers_can_change() {
        const REQUEST: &str = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let running = start(LIMITS).await;
        assert!(ask(running.address, REQUEST).await.ends_with("hello"));
        running.doors.set(Router::new().route("/", get(|| async { "welcome" })));
        assert!(ask(running.address, REQUEST).await.ends_with("welcome"));
        running.doors.close();
        let nobody = ask(running.address, REQUEST).await;
        assert!(nobody.starts_with("HTTP/1.1 503") && nobody.contains("retry-after"), "{nobody}");
    }

    #[tokio::test]
    async fn more_connections_than_places_wait() {
        let limits = Limits { connections_max: 1, header_timeout: BOUND, ..LIMITS };
        let running = start(limits).await;
        let holder = TcpStream::connect(running.address).await.unwrap();
        let mut second = TcpStream::connect(running.address).await.unwrap();
        let request = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        second.write_all(request.as_bytes()).await.unwrap();
        let mut byte = [0];
        let early = timeout(Duration::from_millis(150), second.read_exact(&mut byte)).await;
        assert!(early.is_err(), "the second one waits");
        drop(holder);
        timeout(BOUND, second.read_exact(&mut byte)).await.unwrap().unwrap();
        assert_eq!(&byte, b"H");
    }

    #[tokio::test]
    async fn stopping_closes_the_port_and_idle_connections() {
        let mut running = start(Limits { header_timeout: BOUND, ..LIMITS }).await;
        let mut idle = TcpStream::connect(running.address).await.unwrap();
        idle.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut byte = [0];
        timeout(BOUND, idle.read_exact(&mut byte)).await.unwrap().unwrap();
        running.stop.send(true).unwrap();
        timeout(BOUND, running.server.join_next()).await.unwrap();
        assert!(TcpStream::connect(running.address).await.is_err(), "the port is closed");
    }
}
