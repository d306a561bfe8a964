//! Calendars that other programs read: `/calendar` makes and revokes the secret addresses,
//! `/calendar/{token}.ics` answers to them without a session.
//!
//! An address is as good as a key to one calendar: it is shown once, only its hash is kept, and it
//! must never be logged. It counts while whoever made it is active and may see the configuration.

mod events;

use std::fmt::Write as _;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use firebell_access::principal::{Principal, Via};
use firebell_access::{Permission, Scope, allows, keys};
use firebell_base::{Id, Timestamp};
use firebell_domain::directory::Directory;
use firebell_domain::instance::InstanceNo;
use firebell_domain::recipient::Recipient;
use firebell_store::calendar_feeds::{self as store, FEEDS_PER_PERSON_MAX, Feed, FeedId, FeedOf};
use firebell_ui::part::{Art, Button, Empty, Notice};
use firebell_ui::{Answer, Area, Form, Frame, Say, Ui, Visit, When, page};

use crate::ical;
use crate::names;
use crate::turns::Turns;
use crate::words::WORDS;

/// Random bytes of an address.
const SECRET_BYTES: usize = 32;
/// Characters of the longest address that is looked at.
const TOKEN_CHARS_MAX: usize = 100;
/// Seconds a reader may keep a calendar.
const CACHE: &str = "private, max-age=300";

#[derive(Template)]
#[template(path = "feeds.html")]
struct Page {
    frame: Frame,
    t: Say,
    headline: String,
    made: Option<Made>,
    rows: Vec<Row>,
    empty: Option<Empty>,
    add: Option<Button>,
}

/// An address that was just made: the only time it is seen.
struct Made {
    notice: Notice,
    url: String,
}

struct Row {
    name: String,
    created: When,
    remove: Button,
}

/// `GET /calendar`
pub(crate) async fn list(visit: Visit) -> Answer {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let feeds = of_visitor(&visit).await?;
    Ok(answer(&visit, &feeds, None))
}

async fn of_visitor(visit: &Visit) -> Result<Vec<Feed>, firebell_store::Error> {
    let (no, owner) = (visit.claims.instance, visit.person.id);
    visit.ui.db.read("calendar_feeds.of_owner", move |tx| store::of_owner(tx, no, owner)).await
}

fn answer(visit: &Visit, feeds: &[Feed], made: Option<Made>) -> Response {
    let t = visit.say(&WORDS);
    let row = |feed: &Feed| {
        let name = feed_name(&visit.directory, t, feed);
        Row {
            created: visit.when(feed.created),
            remove: Button::post(
                t.get("oncall-feed-revoke"),
                visit.href(&format!("calendar/feeds/{}/remove", feed.id)),
            )
            .small()
            .label(t.a("oncall-feed-revoke-name", &[("name", &name)])),
            name,
        }
    };
    let add = (feeds.len() < FEEDS_PER_PERSON_MAX)
        .then(|| Button::post(t.get("oncall-feed-add-mine"), visit.href("calendar/feeds")).main());
    page(&Page {
        frame: visit.frame(t.get("oncall-feeds-title"), Area::OnCall),
        headline: t.n("oncall-feeds-headline", feeds.len()),
        made,
        rows: feeds.iter().map(row).collect(),
        empty: feeds.is_empty().then(|| {
            Empty::new(t.get("oncall-feeds-none-title"), t.get("oncall-feeds-none-text"))
                .art(Art::Calendar)
        }),
        add,
        t,
    })
}

fn feed_name(directory: &Directory, t: Say, feed: &Feed) -> String {
    match feed.of {
        FeedOf::Person(person) => {
            t.a("oncall-feed-of-person", &[("name", &names::person(directory, person))])
        }
        FeedOf::Group(group) => {
            let name = directory.recipient_name(Recipient::Group(group));
            t.a("oncall-feed-of-group", &[("name", &name)])
        }
    }
}

/// `POST /calendar/feeds`: an address for oneself, or with `group` for a group.
pub(crate) async fn add(visit: Visit, form: Form) -> Answer {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let of = match form.text("group") {
        "" => FeedOf::Person(visit.person.id),
        text => {
            let group = text.parse().ok().and_then(|id| visit.directory.group(id));
            let group = group.ok_or_else(|| visit.missing(&t.get("oncall-what-group")))?;
            FeedOf::Group(group.id)
        }
    };
    let no = visit.claims.instance;
    let secret: [u8; SECRET_BYTES] = visit.ui.random.bytes();
    let token = token(no, &secret);
    let id: FeedId = Id::new(&visit.ui.random, visit.now);
    let feed = Feed { id, of, owner: visit.person.id, created: visit.now };
    let hash = keys::hash(&token);
    let owner = visit.person.id;
    let write = visit.ui.db.write("calendar_feeds.add", move |tx| {
        let known = store::of_owner(tx, no, owner)?;
        if known.len() >= FEEDS_PER_PERSON_MAX {
            return Ok::<_, firebell_store::Error>((known, false));
        }
        store::add(tx, no, &feed, hash)?;
        Ok((store::of_owner(tx, no, owner)?, true))
    });
    let (feeds, is_made) = write.await?;
    if !is_made {
        let text = t.n("oncall-feeds-too-many", FEEDS_PER_PERSON_MAX);
        let notice = Notice::wrong(t.get("oncall-feeds-too-many-title"), text)
            .link(t.get("oncall-feeds-title"), visit.href("calendar"));
        return Err(visit.notice(StatusCode::CONFLICT, notice));
    }
    let base = visit.ui.public_url.trim_end_matches('/');
    let made = Made {
        notice: Notice::good(t.get("oncall-feed-made"), t.get("oncall-feed-made-text")),
        url: format!("{base}/calendar/{token}.ics"),
    };
    Ok(answer(&visit, &feeds, Some(made)))
}

/// `POST /calendar/feeds/{id}/remove`
pub(crate) async fn remove(visit: Visit, Path(id): Path<String>) -> Answer {
    let t = visit.say(&WORDS);
    let id: FeedId = id.parse().map_err(|_| visit.missing(&t.get("oncall-what-feed")))?;
    let (no, owner) = (visit.claims.instance, visit.person.id);
    let write = move |tx: &mut firebell_store::WriteTx<'_>| store::remove(tx, no, owner, id);
    if !visit.ui.db.write("calendar_feeds.remove", write).await? {
        return Err(visit.missing(&t.get("oncall-what-feed")));
    }
    Ok(visit.toast(visit.lead("calendar"), t.get("oncall-feed-revoked")))
}

/// The instance's number and the secret, in hexadecimal digits.
fn token(no: InstanceNo, secret: &[u8]) -> String {
    format!("{}-{}", no.0, hex(secret))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let written = write!(text, "{byte:02x}");
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
    }
    text
}

/// `GET /calendar/{token}.ics`: whoever has the address reads the calendar.
pub(crate) async fn read(
    State(ui): State<Ui>,
    Extension(turns): Extension<Turns>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    match body(&ui, &turns, &file).await {
        Ok(Found::Text(body)) => calendar(&headers, body),
        Ok(Found::Busy) => later(),
        Ok(Found::Nothing) => plain(StatusCode::NOT_FOUND, "There is no such calendar.\n"),
        Err(error) => {
            tracing::warn!(%error, "a calendar could not be read");
            later()
        }
    }
}

fn later() -> Response {
    let mut response =
        plain(StatusCode::SERVICE_UNAVAILABLE, "Not available just now. Try again.\n");
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// What an address leads to.
enum Found {
    Text(String),
    /// It is no address, or counts no more: which, is not said.
    Nothing,
    /// Too many calendars are being made.
    Busy,
}

async fn body(ui: &Ui, turns: &Turns, file: &str) -> Result<Found, firebell_store::Error> {
    let Some(token) = file.strip_suffix(".ics").filter(|t| t.len() <= TOKEN_CHARS_MAX) else {
        return Ok(Found::Nothing);
    };
    let no = token.split_once('-').and_then(|(no, _)| no.parse().ok()).map(InstanceNo);
    let Some((no, directory)) = no.and_then(|no| Some((no, ui.snapshots.instance(no)?))) else {
        return Ok(Found::Nothing);
    };
    let hash = keys::hash(token);
    let read = ui.db.read("calendar_feeds.by_hash", move |tx| store::by_hash(tx, no, hash));
    let Some(feed) = read.await? else { return Ok(Found::Nothing) };
    if !counts(&directory, &feed) {
        return Ok(Found::Nothing);
    }
    let (now, base) = (ui.clock.now(), ui.public_url.clone());
    let text = turns.run(move || text(&directory, &feed, now, &base)).await;
    Ok(text.map_or(Found::Busy, Found::Text))
}

/// Whether whoever made the address is still there, and may see what it shows.
fn counts(directory: &Directory, feed: &Feed) -> bool {
    let Some(principal) = Principal::of(directory, feed.owner, Via::Basic) else { return false };
    let exists = match feed.of {
        FeedOf::Person(person) => directory.person(person).is_some(),
        FeedOf::Group(group) => directory.group(group).is_some(),
    };
    exists && allows(&principal, Permission::ReadConfiguration, &Scope::Instance).is_ok()
}

fn text(directory: &Directory, feed: &Feed, now: Timestamp, base: &str) -> String {
    let t = Say::new(&WORDS, firebell_ui::Lang::English);
    let zone = directory.person(feed.owner).map(|owner| owner.zone.clone());
    let zone = zone.unwrap_or(firebell_domain::schedule::Zone::utc());
    let teller = events::Teller { directory, t, zone: &zone, base, now };
    let events = match feed.of {
        FeedOf::Person(person) => teller.of_person(person),
        FeedOf::Group(group) => teller.of_group(group),
    };
    ical::write(&feed_name(directory, t, feed), &events)
}

fn calendar(headers: &HeaderMap, body: String) -> Response {
    let digest = keys::hash(&body);
    let tag = format!("\"{}\"", hex(digest.get(..12).unwrap_or(&digest)));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|known| {
        known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
    });
    let status = if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let body = if is_known { String::new() } else { body };
    let mut response = (
        status,
        [
            (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
            (header::CACHE_CONTROL, CACHE),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
        ],
        body,
    )
        .into_response();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
