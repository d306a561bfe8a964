//! Facts in memory, so that a report does not read a million of them again, and the newest answers.
//!
//! Handlers ask [`Shelf::answer`]: it lets `keep` take what is new, reads the hours that changed, and adds up on
//! a thread of the database that yields to everything else. What it holds is bounded; the database has it all.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use firebell_base::Timestamp;
use firebell_base::time::micros_between;
use firebell_domain::directory::Directory;
use firebell_domain::group::GroupId;
use firebell_domain::instance::InstanceNo;
use firebell_store::reports::{self, Hour};
use firebell_store::{Db, Error, ReadTx};

use crate::figures::{Figures, Part, Question, Row, add_up};
use crate::hours::on_call;
use crate::keep::{IDS_MAX, Kept, Pace, Shared, keep};

/// Bytes of facts held in memory, of all instances together: about a million and a half alerts.
const BYTES_MAX: usize = 96 * 1024 * 1024;
/// Answers kept per instance.
const ANSWERS_MAX: usize = 16;
/// Instances something is held of.
const INSTANCES_MAX: usize = 1_000;
/// Microseconds for which what was kept is new enough.
const KEPT_FOR: i64 = 1_000_000;
/// Microseconds for which an answer is new enough, although an alert may have changed since.
const ANSWERED_FOR: i64 = 5_000_000;
/// Microseconds for which an answer is shown, with its time, while a newer one is added up behind the page's back.
const SHOWN_FOR: i64 = 60_000_000;
/// Goes without an end: a million alerts are about 500 steps.
const GOES_MAX: usize = 10_000;

/// Everything that is held.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shelf {
    instances: Arc<Mutex<BTreeMap<InstanceNo, Arc<Held>>>>,
}

/// What is held of one instance.
#[derive(Debug, Default)]
struct Held {
    numbers: Arc<Shared>,
    hours: Mutex<Hours>,
    answers: Mutex<Vec<Answered>>,
    kept: Mutex<Option<Kept>>,
    is_keeping: AtomicBool,
    is_adding: AtomicBool,
    /// Microseconds since 1970.
    kept_at: AtomicI64,
    used_at: AtomicI64,
}

/// A question that was answered.
#[derive(Debug, Clone)]
struct Answered {
    question: Question,
    /// As of which revision of the facts.
    rev: i64,
    /// Microseconds since 1970.
    at: i64,
    figures: Arc<Figures>,
}

/// Hours from one on, as of a revision.
#[derive(Debug, Default)]
struct Hours {
    rev: i64,
    from: Option<i64>,
    rows: BTreeMap<i64, (i64, Arc<[u8]>)>,
    bytes: usize,
}

impl Hours {
    fn add(&mut self, hours: Vec<Hour>) {
        for Hour { hour, rev, facts } in hours {
            let held = self.rows.get(&hour).map(|(rev, row)| (*rev, row.len()));
            if held.is_some_and(|(held, _)| held >= rev) {
                continue;
            }
            self.bytes =
                self.bytes.saturating_sub(held.map_or(0, |(_, bytes)| bytes)) + facts.len();
            self.rows.insert(hour, (rev, facts.into()));
        }
    }
}

/// How new an answer must be when alerts have changed since one was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    /// For a page: up to a minute old, with its time.
    Shown,
    /// For a file: seconds.
    Newest,
}

/// An answer, and how much of the past it knows.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// The figures.
    pub(crate) figures: Arc<Figures>,
    /// How far the facts have come.
    pub(crate) kept: Kept,
    /// When the figures were added up, if alerts have changed since.
    pub(crate) as_of: Option<Timestamp>,
}

/// Something that one at a time does; ends it whatever happens.
struct Busy {
    held: Arc<Held>,
    with: fn(&Held) -> &AtomicBool,
}

impl Drop for Busy {
    fn drop(&mut self) {
        (self.with)(&self.held).store(false, Ordering::Release);
    }
}

impl Busy {
    fn begin(held: &Arc<Held>, with: fn(&Held) -> &AtomicBool) -> Option<Self> {
        let (ours, theirs) = (Ordering::Acquire, Ordering::Relaxed);
        let free = with(held).compare_exchange(false, true, ours, theirs);
        free.ok().map(|_| Self { held: Arc::clone(held), with })
    }
}

impl Shelf {
    /// Answers a question about an instance.
    pub(crate) async fn answer(
        &self,
        db: &Db,
        directory: &Arc<Directory>,
        question: Question,
        (age, now): (Age, Timestamp),
    ) -> Result<Found, Error> {
        let no = directory.instance.no;
        let held = self.held(no, now);
        let kept = freshen(db, directory, &held, now).await?;
        let rev = db.read("reports.rev", move |tx| reports::progress(tx, no)).await?;
        let rev = rev.map_or(0, |progress| progress.rev);
        let found = match known(&held, &question) {
            Some(known) if known.is_newest(rev, now) => known,
            Some(known) if age == Age::Shown && known.is_shown(rev, now) => {
                add_up_behind(db, directory, &held, question, now);
                known
            }
            Some(_) | None => figures(db, directory, &held, question, now).await?,
        };
        self.shrink(no);
        let as_of = (found.rev < rev).then(|| firebell_base::time::from_micros(found.at));
        Ok(Found { figures: found.figures, kept, as_of })
    }

    fn held(&self, no: InstanceNo, now: Timestamp) -> Arc<Held> {
        let mut all = lock(&self.instances);
        let held = Arc::clone(all.entry(no).or_default());
        held.used_at.store(now.as_microsecond(), Ordering::Relaxed);
        held
    }

    /// Lets go of what was not used for longest, of this instance last.
    fn shrink(&self, newest: InstanceNo) {
        let mut all = lock(&self.instances);
        let mut held: Vec<(bool, i64, InstanceNo, usize)> = all
            .iter()
            .map(|(no, held)| {
                let used = held.used_at.load(Ordering::Relaxed);
                (*no == newest, used, *no, lock(&held.hours).bytes)
            })
            .collect();
        held.sort_unstable();
        let mut bytes: usize = held.iter().map(|(.., bytes)| bytes).sum();
        let mut count = held.len();
        for (.., no, own) in held {
            if bytes <= BYTES_MAX && count <= INSTANCES_MAX {
                return;
            }
            all.remove(&no);
            bytes = bytes.saturating_sub(own);
            count -= 1;
        }
    }
}

/// Takes what is new unless that was done just now or is being done.
async fn freshen(
    db: &Db,
    directory: &Arc<Directory>,
    held: &Arc<Held>,
    now: Timestamp,
) -> Result<Kept, Error> {
    let known = *lock(&held.kept);
    let kept_at = firebell_base::time::from_micros(held.kept_at.load(Ordering::Relaxed));
    let age = micros_between(kept_at, now);
    let waits = known.filter(|kept| kept.is_current && (1..KEPT_FOR).contains(&age));
    if let Some(kept) = waits {
        return Ok(kept);
    }
    let behind = Kept { since_hour: i64::MAX, is_current: false };
    let Some(keeping) = Busy::begin(held, |held| &held.is_keeping) else {
        return Ok(known.unwrap_or(behind));
    };
    let kept = keep(db, directory, &held.numbers, now, Pace::Page).await?;
    *lock(&held.kept) = Some(kept);
    held.kept_at.store(now.as_microsecond(), Ordering::Relaxed);
    if !kept.is_current || kept.since_hour > i64::MIN {
        let (db, directory) = (db.clone(), Arc::clone(directory));
        #[expect(
            clippy::disallowed_methods,
            reason = "bounded, one per instance, and every step is a transaction of its own"
        )]
        drop(tokio::spawn(async move { catch_up(&db, &directory, &keeping, now).await }));
    }
    Ok(kept)
}

/// Goes on until everything is taken. What is cut off by the end of the process is taken by the next.
async fn catch_up(db: &Db, directory: &Arc<Directory>, keeping: &Busy, now: Timestamp) {
    let held = &keeping.held;
    for _ in 0..GOES_MAX {
        match keep(db, directory, &held.numbers, now, Pace::Behind).await {
            Ok(kept) => {
                *lock(&held.kept) = Some(kept);
                if kept.is_current && kept.since_hour == i64::MIN {
                    return;
                }
            }
            Err(error) => {
                tracing::warn!(%error, cause = error.cause(), "facts for reports were not kept");
                return;
            }
        }
    }
}

/// Adds up without anybody waiting, one question at a time.
fn add_up_behind(
    db: &Db,
    directory: &Arc<Directory>,
    held: &Arc<Held>,
    question: Question,
    now: Timestamp,
) {
    let Some(adding) = Busy::begin(held, |held| &held.is_adding) else { return };
    let (db, directory) = (db.clone(), Arc::clone(directory));
    #[expect(clippy::disallowed_methods, reason = "one reading, one per instance")]
    drop(tokio::spawn(async move {
        if let Err(error) = figures(&db, &directory, &adding.held, question, now).await {
            tracing::warn!(%error, cause = error.cause(), "figures of a report were not added up");
        }
    }));
}

async fn figures(
    db: &Db,
    directory: &Arc<Directory>,
    held: &Arc<Held>,
    question: Question,
    now: Timestamp,
) -> Result<Answered, Error> {
    let (no, directory) = (directory.instance.no, Arc::clone(directory));
    let first = question.from.as_second().div_euclid(3600);
    let (rev, from) = {
        let hours = lock(&held.hours);
        (hours.rev, hours.from)
    };
    let last = held.numbers.newest().last();
    let read = move |tx: &mut ReadTx<'_>| {
        let newest = reports::progress(tx, no)?.map_or(0, |progress| progress.rev);
        let mut hours = match from {
            // Another database: nothing that is held counts.
            Some(from) if rev <= newest => {
                let mut changed = reports::hours(tx, no, rev, from.min(first), i64::MAX)?;
                if first < from {
                    changed.append(&mut reports::hours(tx, no, -1, first, from)?);
                }
                changed
            }
            Some(_) | None => reports::hours(tx, no, -1, first, i64::MAX)?,
        };
        hours.sort_by_key(|hour| hour.hour);
        Ok::<_, Error>((newest, hours, reports::ids(tx, no, i64::from(last), IDS_MAX)?))
    };
    let held = Arc::clone(held);
    let made = move |(newest, hours, ids): (i64, Vec<Hour>, Vec<_>)| {
        held.numbers.learn(&ids);
        let rows = take_in(&held, (rev, from), newest, hours, &question);
        answer(&held, &directory, (newest, now), question, &rows)
    };
    db.read_patiently("reports.figures", read, made).await
}

/// Adds what was read to what is held; returns the question's hours.
fn take_in(
    held: &Held,
    base: (i64, Option<i64>),
    newest: i64,
    read: Vec<Hour>,
    question: &Question,
) -> Vec<Row> {
    let first = question.from.as_second().div_euclid(3600);
    let end = question.to.as_second().div_euclid(3600) + 1;
    let mut hours = lock(&held.hours);
    let is_other = base.0 > newest;
    if is_other || hours.from.is_none() {
        *hours = Hours::default();
    }
    hours.add(read);
    let known = hours.from.filter(|_| !is_other).or(base.1.filter(|_| !is_other));
    hours.from = Some(known.map_or(first, |from| from.min(first)));
    hours.rev = if is_other { newest } else { hours.rev.max(newest) };
    hours.rows.range(first..end).map(|(hour, (_, row))| (*hour, Arc::clone(row))).collect()
}

/// The answer that was given to this question.
fn known(held: &Held, question: &Question) -> Option<Answered> {
    lock(&held.answers).iter().find(|answered| answered.question == *question).cloned()
}

impl Answered {
    /// Whether nothing has changed since, or it was added up just now.
    fn is_newest(&self, rev: i64, now: Timestamp) -> bool {
        self.rev == rev || self.is_of(rev, now, ANSWERED_FOR)
    }

    /// Whether it may be shown until there is a newer one.
    fn is_shown(&self, rev: i64, now: Timestamp) -> bool {
        self.is_of(rev, now, SHOWN_FOR)
    }

    fn is_of(&self, rev: i64, now: Timestamp, age: i64) -> bool {
        let since = now.as_microsecond().saturating_sub(self.at);
        // A clock that was set back says nothing, nor does a revision that another database never had.
        self.rev < rev && (1..age).contains(&since)
    }
}

fn answer(
    held: &Held,
    directory: &Directory,
    (rev, now): (i64, Timestamp),
    question: Question,
    rows: &[Row],
) -> Answered {
    // Who asked at the same time waited for the same thread.
    if let Some(known) = known(held, &question).filter(|known| known.is_newest(rev, now)) {
        return known;
    }
    let mut figures = add_up(&question, rows, &held.numbers.newest());
    if let (Part::Load, Some(group)) = (question.part, question.group) {
        let group = GroupId::from_bytes(group);
        figures.on_call = on_call(directory, group, question.from, question.to);
    }
    let (at, figures) = (now.as_microsecond(), Arc::new(figures));
    let answered = Answered { question, rev, at, figures };
    let mut answers = lock(&held.answers);
    answers.retain(|other| other.question != answered.question && other.rev <= rev);
    if answers.len() >= ANSWERS_MAX {
        answers.remove(0);
    }
    answers.push(answered.clone());
    answered
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
