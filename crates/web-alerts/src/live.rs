//! Server-sent events to open pages: rows of the list, and "something happened" for one alert.
//!
//! A stream ends with the session, with the person's right to see alerts, with the server, or after
//! [`STREAM_MAX`]: the browser comes again and passes the gate again. Whoever ends sessions or changes configuration
//! tells so (`Sessions::ends`, `Snapshots::changes`); then every stream looks whether it may go on, before anything
//! further is written, and within a second if nothing is (the hub wakes it). What happened between the laying out of a
//! page and its first event is told first, so nothing is missed and nothing needs to be remembered for anybody.
//!
//! | event | data | means |
//! |---|---|---|
//! | `row` | a row | the alert is on the list: replace it, or add it |
//! | `left` | a row | the alert is not on the list (any more): replace it if it is shown |
//! | `many` | a number | so many changed that nothing more is told |
//! | `changed` | empty | the alert of this page changed |

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use firebell_access::session::Ends;
use firebell_access::{Permission, Scope};
use firebell_base::Timestamp;
use firebell_base::time::{add_micros, add_seconds, from_micros, micros_between};
use firebell_domain::alert::AlertId;
use firebell_domain::directory::{Directory, Revision};
use firebell_pipeline::Stop;
use firebell_ui::{Answer, Query, Visit};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::filter::Asked;
use crate::hub::{self, Full, Hub, LiveRow, Seat, Update};
use crate::waiting_since;
use crate::words::WORDS;

/// How long a stream lasts.
const STREAM_MAX: Duration = Duration::from_mins(5);
/// How often something is sent, so that nothing on the way takes the stream for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// How long a browser waits before it comes again, in milliseconds.
const COME_AGAIN: &str = "retry: 2000\n\n";
/// Alerts that changed between the page and its first event; with more, the page hears that much did.
const CAUGHT_UP_MAX: usize = 50;
/// How far back a page may ask for what it missed, in seconds.
const CAUGHT_UP_SECONDS: i64 = 900;
/// Transactions may have begun before the page was read and ended after.
const OVERLAP_SECONDS: i64 = 2;

/// What a page wants to hear.
enum Wish {
    /// Rows of the list.
    List(Box<Asked>),
    /// That this alert changed.
    Alert(AlertId),
}

/// A stream to one page.
struct Listening {
    visit: Visit,
    wish: Wish,
    seat: Seat,
    stop: Option<Stop>,
    told: Told,
    queue: VecDeque<Bytes>,
    ends: Instant,
    alive: Instant,
}

/// What may end a stream before its time.
struct Told {
    sessions: Ends,
    configuration: watch::Receiver<Revision>,
    /// Nothing was asked yet: the visitor was let in by what was known before anybody listened.
    is_first: bool,
}

impl Told {
    fn of(visit: &Visit) -> Self {
        let sessions = visit.ui.authenticator.sessions().ends();
        Self { sessions, configuration: visit.ui.snapshots.changes(), is_first: true }
    }

    /// Whether something was told since this was asked last.
    fn is_new(&mut self) -> bool {
        let ended = self.sessions.is_new();
        // An error means that nothing will be told any more.
        let changed = self.configuration.has_changed().unwrap_or(false);
        self.configuration.mark_unchanged();
        std::mem::take(&mut self.is_first) || ended || changed
    }
}

/// Rows of the list, as they change.
pub(crate) async fn of_list(
    Extension(hub): Extension<Hub>,
    stop: Option<Extension<Arc<Stop>>>,
    visit: Visit,
    query: Query,
) -> Answer {
    visit.require(Permission::ReadAlerts, &Scope::Instance)?;
    let asked = Asked::of(&query, &visit.directory, visit.person.id, visit.now);
    let since = since(&query, visit.now);
    let hub = (hub, stop.map(|Extension(stop)| Stop::clone(&stop)));
    Ok(listen(hub, visit, Wish::List(Box::new(asked)), since).await?)
}

/// That one alert changed.
pub(crate) async fn of_alert(
    Extension(hub): Extension<Hub>,
    stop: Option<Extension<Arc<Stop>>>,
    visit: Visit,
    Path(alert): Path<String>,
    query: Query,
) -> Answer {
    visit.require(Permission::ReadAlerts, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let alert: AlertId = alert.parse().map_err(|_| visit.missing(&t.get("alerts-alert")))?;
    let since = since(&query, visit.now);
    let hub = (hub, stop.map(|Extension(stop)| Stop::clone(&stop)));
    Ok(listen(hub, visit, Wish::Alert(alert), since).await?)
}

/// From when on the page wants to hear.
fn since(query: &Query, now: Timestamp) -> Timestamp {
    let asked = query.text("since").parse().map_or(now, from_micros);
    let earliest = add_seconds(now, -CAUGHT_UP_SECONDS);
    add_seconds(asked.clamp(earliest, now), -OVERLAP_SECONDS)
}

async fn listen(
    (hub, stop): (Hub, Option<Stop>),
    visit: Visit,
    wish: Wish,
    since: Timestamp,
) -> Result<Response, firebell_store::Error> {
    let entered = hub.enter(&visit.ui, visit.directory.instance.no, visit.person.id);
    let seat = match entered {
        Ok(seat) => seat,
        Err(Full) => return Ok(full()),
    };
    // After the seat was taken: what happens from now on waits there.
    let missed = hub::since(&visit.ui, &visit.directory, since, CAUGHT_UP_MAX).await?;
    let now = waiting_since();
    let left = u64::try_from(micros_between(visit.now, visit.claims.expires)).unwrap_or(0);
    let ends = now + STREAM_MAX.min(Duration::from_micros(left));
    let mut listening = Listening {
        told: Told::of(&visit),
        visit,
        wish,
        seat,
        stop,
        queue: VecDeque::from([Bytes::from_static(COME_AGAIN.as_bytes())]),
        ends,
        alive: now + KEEP_ALIVE,
    };
    listening.take(&missed);
    let stream = futures_util::stream::unfold(listening, |mut listening| async move {
        let bytes = listening.next().await?;
        Some((Ok::<_, Infallible>(bytes), listening))
    });
    let mut headers = HeaderMap::new();
    let stated = HeaderValue::from_static;
    headers.insert(header::CONTENT_TYPE, stated("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, stated("no-store"));
    headers.insert("x-accel-buffering", stated("no"));
    Ok((headers, Body::from_stream(stream)).into_response())
}

/// 204 tells a browser not to come again by itself; the page's script looks now and then instead.
fn full() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

impl Listening {
    /// The next bytes; none at the end.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            // Before anything is written, also what had been waiting for a slow reader.
            if self.told.is_new() && !self.is_admitted() {
                return None;
            }
            if let Some(bytes) = self.queue.pop_front() {
                return Some(bytes);
            }
            let stopped = async {
                match &mut self.stop {
                    Some(stop) => stop.wait().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = stopped => return None,
                () = sleep_until(self.ends) => return None,
                () = sleep_until(self.alive) => {
                    if !self.is_admitted() {
                        return None;
                    }
                    self.alive = waiting_since() + KEEP_ALIVE;
                    return Some(Bytes::from_static(b": still here\n\n"));
                }
                update = self.seat.updates.recv() => match update {
                    Ok(update) => self.take(&update),
                    Err(RecvError::Lagged(_)) => self.many(1),
                    Err(RecvError::Closed) => return None,
                }
            }
        }
    }

    /// Whether the session and the person still count.
    fn is_admitted(&self) -> bool {
        let Visit { ui, claims, .. } = &self.visit;
        let directory = ui.snapshots.instance(claims.instance);
        let admitted = |directory: Arc<Directory>| {
            let principal = ui.authenticator.sessions().admit(&directory, claims).ok()?;
            firebell_access::allows(&principal, Permission::ReadAlerts, &Scope::Instance).ok()
        };
        directory.and_then(admitted).is_some()
    }

    fn take(&mut self, update: &Update) {
        match &self.wish {
            Wish::Alert(alert) => {
                if update.changed.as_ref().is_none_or(|changed| changed.contains(alert)) {
                    self.queue.push_back(Bytes::from_static(b"event: changed\ndata:\n\n"));
                }
            }
            Wish::List(asked) => {
                for row in &update.rows {
                    let event: &[u8] =
                        if takes(asked, row) { b"event: row\n" } else { b"event: left\n" };
                    self.queue.push_back(Bytes::from_static(event));
                    self.queue.push_back(row.html(self.visit.lang));
                }
                if update.many > 0 {
                    self.many(update.many);
                }
            }
        }
    }

    fn many(&mut self, count: usize) {
        let event = match &self.wish {
            Wish::Alert(_) => "event: changed\ndata:\n\n".to_owned(),
            Wish::List(_) => format!("event: many\ndata: {count}\n\n"),
        };
        self.queue.push_back(Bytes::from(event));
    }
}

fn takes(asked: &Asked, row: &LiveRow) -> bool {
    asked.filter.takes(&row.facts.alert, &row.people, &row.groups)
}

/// The instant a page was read, for the address of its stream.
pub(crate) fn stamp(now: Timestamp) -> String {
    add_micros(now, 0).as_microsecond().to_string()
}
