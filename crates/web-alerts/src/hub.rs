//! What open pages hear of, put together once for all of them: a task of this process listens to the pipeline,
//! reads the alerts that changed, and hands every page of the instance the same rows.
//!
//! It runs while somebody has a page open. It never holds up the pipeline: under a flood it tells pages that much
//! changed instead of what, at most once a second (see `known`). Changes by other processes on the same database are
//! found by looking at the newest rows of timelines every second.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use askama::Template as _;
use axum::body::Bytes;
use firebell_access::session::Ends;
use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_domain::alert::AlertId;
use firebell_domain::directory::{Directory, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::PersonId;
use firebell_domain::schedule::Zone;
use firebell_pipeline::live::{Heard, Listener};
use firebell_store::{Error, alert_rows, alerts};
use firebell_ui::{Lang, Ui};
use tokio::sync::broadcast;
use tokio::time::sleep_until;

use crate::known::{Known, LOOK_ROWS_MAX, Much};
use crate::row::{Facts, Row};
use crate::waiting_since;

/// Pages open at the same time in this process.
pub(crate) const LISTENERS_MAX: usize = 2_000;
/// Pages one instance has open at the same time in this process: none takes the places of all others.
pub(crate) const LISTENERS_PER_INSTANCE_MAX: usize = 1_500;
/// Pages one person has open at the same time in this process.
pub(crate) const LISTENERS_PER_PERSON_MAX: usize = 20;
/// Updates that may wait for a slow page.
const WAITING_MAX: usize = 64;
/// How often changes by other processes are looked for.
const LOOK: Duration = Duration::from_secs(1);
/// Timelines are looked at from so many seconds before the last look: transactions take time, and clocks of
/// several computers differ.
const OVERLAP_SECONDS: i64 = 3;

/// Something changed.
#[derive(Debug)]
pub(crate) struct Update {
    /// The alerts, if they are not too many to be told.
    pub(crate) rows: Vec<LiveRow>,
    /// How many alerts changed that are not told.
    pub(crate) many: usize,
    /// Every alert that changed; none when it may be any.
    pub(crate) changed: Option<Vec<AlertId>>,
}

/// An alert that changed, laid out once per language when the first page needs it.
#[derive(Debug)]
pub(crate) struct LiveRow {
    pub(crate) facts: Facts,
    pub(crate) people: Vec<PersonId>,
    pub(crate) groups: Vec<firebell_domain::group::GroupId>,
    directory: Arc<Directory>,
    now: Timestamp,
    html: [OnceLock<Bytes>; Lang::ALL.len()],
}

impl LiveRow {
    pub(crate) fn new(directory: &Arc<Directory>, facts: Facts, now: Timestamp) -> Self {
        let (people, groups) = (facts.people(), facts.groups());
        let directory = Arc::clone(directory);
        Self { facts, people, groups, directory, now, html: Default::default() }
    }

    /// The row on one line, as the data of an event, with the blank line that ends it.
    pub(crate) fn html(&self, lang: Lang) -> Bytes {
        let place = Lang::ALL.iter().position(|one| *one == lang).unwrap_or_default();
        let make = || {
            let row = Row::new(&self.directory, &self.facts, self.now, &Zone::utc(), lang);
            let html = row.render().unwrap_or_default().replace(['\n', '\r'], " ");
            Bytes::from(format!("data: {html}\n\n"))
        };
        self.html.get(place).map_or_else(Bytes::new, |html| html.get_or_init(make).clone())
    }
}

/// The hub of a process. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hub(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    rooms: BTreeMap<InstanceNo, Room>,
    people: BTreeMap<(InstanceNo, PersonId), usize>,
    listeners: usize,
    running: bool,
}

#[derive(Debug)]
struct Room {
    sender: broadcast::Sender<Arc<Update>>,
    listeners: usize,
}

/// There are too many open pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

/// A place to listen from.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) updates: broadcast::Receiver<Arc<Update>>,
    hub: Hub,
    instance: InstanceNo,
    person: PersonId,
}

impl Hub {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place, and starts the hub's task if it is the first.
    pub(crate) fn enter(&self, ui: &Ui, no: InstanceNo, person: PersonId) -> Result<Seat, Full> {
        let mut state = self.state();
        let own = state.people.get(&(no, person)).copied().unwrap_or(0);
        let theirs = state.rooms.get(&no).map_or(0, |room| room.listeners);
        if state.listeners >= LISTENERS_MAX
            || theirs >= LISTENERS_PER_INSTANCE_MAX
            || own >= LISTENERS_PER_PERSON_MAX
        {
            return Err(Full);
        }
        state.listeners += 1;
        state.people.insert((no, person), own + 1);
        let room = state
            .rooms
            .entry(no)
            .or_insert_with(|| Room { sender: broadcast::channel(WAITING_MAX).0, listeners: 0 });
        room.listeners += 1;
        let updates = room.sender.subscribe();
        if !state.running {
            state.running = true;
            let task = Task::new(self.clone(), ui.clone());
            #[expect(clippy::disallowed_methods, reason = "it ends when the last page is closed")]
            drop(tokio::spawn(task.run()));
        }
        Ok(Seat { updates, hub: self.clone(), instance: no, person })
    }

    /// The instances that somebody has a page of; none means that the task is over.
    fn rooms(&self) -> Vec<InstanceNo> {
        let mut state = self.state();
        if state.rooms.is_empty() {
            state.running = false;
        }
        state.rooms.keys().copied().collect()
    }

    /// Whether somebody has a page of this instance.
    fn has_room(&self, no: InstanceNo) -> bool {
        self.state().rooms.contains_key(&no)
    }

    fn tell(&self, no: InstanceNo, update: Update) {
        if let Some(room) = self.state().rooms.get(&no) {
            // An error means that the last page has just been closed.
            drop(room.sender.send(Arc::new(update)));
        }
    }

    /// Ends every page's stream: the pipeline tells nothing any more.
    fn close(&self) {
        let mut state = self.state();
        state.rooms.clear();
        state.running = false;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut state = self.hub.state();
        state.listeners = state.listeners.saturating_sub(1);
        let key = (self.instance, self.person);
        if let Some(own) = state.people.get_mut(&key) {
            *own -= 1;
            if *own == 0 {
                state.people.remove(&key);
            }
        }
        if let Some(room) = state.rooms.get_mut(&self.instance) {
            room.listeners = room.listeners.saturating_sub(1);
            if room.listeners == 0 {
                state.rooms.remove(&self.instance);
            }
        }
    }
}

struct Task {
    hub: Hub,
    ui: Ui,
    heard: Listener,
    known: BTreeMap<InstanceNo, Known>,
    sessions: Ends,
    /// The configuration of each room's instance at the last look.
    revisions: BTreeMap<InstanceNo, Option<Revision>>,
}

impl Drop for Task {
    fn drop(&mut self) {
        // Else pages would wait for ever: their streams end, and the first that comes again starts another task.
        if std::thread::panicking() {
            self.hub.close();
        }
    }
}

impl Task {
    fn new(hub: Hub, ui: Ui) -> Self {
        let heard = ui.live.subscribe();
        let sessions = ui.authenticator.sessions().ends();
        Self { hub, ui, heard, known: BTreeMap::new(), sessions, revisions: BTreeMap::new() }
    }

    async fn run(mut self) {
        let mut look = waiting_since() + LOOK;
        loop {
            let rooms = self.hub.rooms();
            if rooms.is_empty() {
                return;
            }
            let now = self.ui.clock.now();
            self.known.retain(|no, _| rooms.contains(no));
            for no in rooms {
                self.known.entry(no).or_insert_with(|| Known::new(now));
            }
            let due = self.known.values().filter_map(Known::due).min();
            let due = due.unwrap_or(look);
            tokio::select! {
                biased;
                () = sleep_until(due), if due < look => self.tell().await,
                () = sleep_until(look) => {
                    self.wake();
                    self.look().await;
                    look = waiting_since() + LOOK;
                }
                heard = self.heard.next() => match heard {
                    Heard::Changed(change) => {
                        if self.hub.has_room(change.instance) {
                            let known = self.known.entry(change.instance);
                            let known = known.or_insert_with(|| Known::new(now));
                            known.add(change.alerts.iter().copied(), waiting_since());
                        }
                    }
                    Heard::Missed => {
                        for known in self.known.values_mut() {
                            known.overflow(waiting_since());
                        }
                    }
                    Heard::Over => {
                        self.hub.close();
                        return;
                    }
                }
            }
        }
    }

    /// Tells what is due.
    async fn tell(&mut self) {
        let now = waiting_since();
        let due = self.known.iter().filter(|(_, known)| known.due().is_some_and(|due| due <= now));
        let due: Vec<InstanceNo> = due.map(|(no, _)| *no).collect();
        for no in due {
            let Some(known) = self.known.get_mut(&no) else { continue };
            let shown = known.take_shown(now);
            if !shown.is_empty() {
                let update = self.read(no, shown).await;
                if let Some(known) = self.known.get_mut(&no) {
                    known.shown(waiting_since());
                }
                if let Some(update) = update {
                    self.hub.tell(no, update);
                }
            }
            let Some(known) = self.known.get_mut(&no) else { continue };
            if let Some(Much { count, which }) = known.take_hidden(waiting_since()) {
                self.hub.tell(no, Update { rows: Vec::new(), many: count, changed: which });
            }
        }
    }

    /// Reads a few alerts; leaves out those that look as they did.
    async fn read(&mut self, no: InstanceNo, ids: Vec<AlertId>) -> Option<Update> {
        let directory = self.ui.snapshots.instance(no)?;
        let wanted = ids.clone();
        let read = self
            .ui
            .db
            .read("live.rows", move |tx| {
                let mut found = alerts::by_ids(tx, no, &wanted)?;
                found.sort_by_key(|alert| alert.number);
                Facts::of(tx, no, found)
            })
            .await;
        let facts = match read {
            Ok(facts) => facts,
            Err(error) => {
                tracing::warn!(%error, cause = error.cause(), "open pages could not be told of changes");
                self.known.get_mut(&no)?.hide(ids, waiting_since());
                return None;
            }
        };
        let known = self.known.get_mut(&no)?;
        let now = self.ui.clock.now();
        let mut fresh = |facts: &Facts| known.looks_new(facts.alert.id, facts.look());
        let rows: Vec<LiveRow> = facts
            .into_iter()
            .filter(|facts| fresh(facts))
            .map(|facts| LiveRow::new(&directory, facts, now))
            .collect();
        // The story of an alert may go on although its row looks the same.
        Some(Update { rows, many: 0, changed: Some(ids) })
    }

    /// Has pages look whether they may go on, if sessions ended or their instance's configuration changed: once a
    /// second at most, however often that happens.
    fn wake(&mut self) {
        let ended = self.sessions.is_new();
        self.revisions.retain(|no, _| self.known.contains_key(no));
        for no in self.known.keys() {
            let revision = self.ui.snapshots.instance(*no).map(|directory| directory.revision);
            let before = self.revisions.insert(*no, revision);
            if ended || before != Some(revision) {
                self.hub.tell(*no, Update { rows: Vec::new(), many: 0, changed: Some(Vec::new()) });
            }
        }
    }

    /// Looks for what other processes have changed.
    async fn look(&mut self) {
        let now = self.ui.clock.now();
        let rooms: Vec<InstanceNo> = self.known.keys().copied().collect();
        for no in rooms {
            let Some(known) = self.known.get(&no) else { continue };
            let since = add_seconds(known.looked, -OVERLAP_SECONDS);
            let looked = self
                .ui
                .db
                .read("live.look", move |tx| alert_rows::newest_since(tx, no, since, LOOK_ROWS_MAX))
                .await;
            let Some(known) = self.known.get_mut(&no) else { continue };
            match looked {
                Ok(rows) => known.take_look(rows, now, waiting_since()),
                Err(error) => {
                    tracing::debug!(%error, "changes by other processes were not looked for");
                }
            }
        }
    }
}

/// Reads rows for one page that has just been opened.
pub(crate) async fn since(
    ui: &Ui,
    directory: &Arc<Directory>,
    since: Timestamp,
    rows_max: usize,
) -> Result<Update, Error> {
    let no = directory.instance.no;
    let limit = i64::try_from(rows_max.saturating_mul(4)).unwrap_or(i64::MAX);
    let (facts, many, ids) = ui
        .db
        .read("live.since", move |tx| {
            let rows = alert_rows::changed_since(tx, no, since, limit)?;
            let full = i64::try_from(rows.len()).is_ok_and(|count| count >= limit);
            let ids: BTreeSet<AlertId> = rows.into_iter().map(|(_, alert)| alert).collect();
            let ids: Vec<AlertId> = ids.into_iter().collect();
            if full || ids.len() > rows_max {
                return Ok::<_, Error>((Vec::new(), ids.len(), None));
            }
            let mut found = alerts::by_ids(tx, no, &ids)?;
            found.sort_by_key(|alert| alert.number);
            Ok((Facts::of(tx, no, found)?, 0, Some(ids)))
        })
        .await?;
    let now = ui.clock.now();
    let rows = facts.into_iter().map(|facts| LiveRow::new(directory, facts, now)).collect();
    Ok(Update { rows, many, changed: ids })
}
