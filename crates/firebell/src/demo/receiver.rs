//! The sample people's webhooks, on this machine. Checks each message's signature as a real
//! receiver should, and hands it to the story.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::post;
use firebell_base::Clock;
use firebell_channels::webhook::{SignedHeaders, SigningKey, TOLERANCE, verify};
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use crate::Context;
use crate::failure::{Exit, Failure};

/// Messages that may wait to be told; later ones are only acknowledged.
const WAITING_MAX: usize = 256;
/// Bytes of the signing key.
const KEY_BYTES: usize = 32;

/// A message that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// To whom.
    pub(crate) person: String,
    /// Whether its signature is right.
    pub(crate) verified: bool,
    /// Its idempotency key.
    pub(crate) id: String,
    /// What it says.
    pub(crate) body: Value,
}

/// The running receiver; it ends when it is dropped.
pub(crate) struct Receiver {
    url: String,
    secret: String,
    messages: Mutex<mpsc::Receiver<Received>>,
    _server: JoinSet<()>,
}

#[derive(Clone)]
struct Door {
    keys: Arc<[SigningKey]>,
    clock: Clock,
    messages: mpsc::Sender<Received>,
}

impl Receiver {
    /// Listens on a free port of this machine.
    pub(crate) async fn start(context: &Context) -> Result<Self, Failure> {
        let broken = |why: &dyn std::fmt::Display| {
            let what = format!("The sample receiver of webhooks cannot be started: {why}.");
            Failure::new(Exit::Settings, what)
        };
        let bytes: [u8; KEY_BYTES] = context.random.bytes();
        let key = SigningKey::from_bytes(&bytes).map_err(|error| broken(&error))?;
        let secret = key.to_secret().expose().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| broken(&error))?;
        let address = listener.local_addr().map_err(|error| broken(&error))?;
        let (sender, messages) = mpsc::channel(WAITING_MAX);
        let door =
            Door { keys: Arc::from(vec![key]), clock: context.clock.clone(), messages: sender };
        let router = Router::new().route("/people/{person}", post(receive)).with_state(door);
        let mut server = JoinSet::new();
        server.spawn(async move {
            // It ends with the demonstration, by being dropped.
            drop(axum::serve(listener, router).await);
        });
        let url = format!("http://{address}");
        Ok(Self { url, secret, messages: Mutex::new(messages), _server: server })
    }

    /// Where a person's messages are posted.
    pub(crate) fn url_of(&self, person: &str) -> String {
        format!("{}/people/{person}", self.url)
    }

    /// The key that messages are signed with, as a device has it.
    pub(crate) fn secret(&self) -> &str {
        &self.secret
    }

    /// The next message.
    pub(crate) async fn next(&self) -> Option<Received> {
        self.messages.lock().await.recv().await
    }
}

async fn receive(
    State(door): State<Door>,
    Path(person): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let signed = SignedHeaders {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
    };
    let verified = verify(&door.keys, signed, &body, door.clock.now(), TOLERANCE).is_ok();
    let Ok(value) = serde_json::from_slice(&body) else { return StatusCode::BAD_REQUEST };
    let received = Received { person, verified, id: signed.id.to_owned(), body: value };
    // Once the story is told nobody listens any more; the message is taken all the same.
    drop(door.messages.try_send(received));
    if verified { StatusCode::NO_CONTENT } else { StatusCode::UNAUTHORIZED }
}
