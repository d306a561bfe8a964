//! Keeps the facts up to date: forwards along the timelines, in which everything that happens to an alert is
//! told in the same transaction, and once backwards through the alerts that were there before.
//!
//! A fact is always computed anew from the alert's rows, never added to: an answer that comes days later, a
//! retry, or the same news read twice all lead to the same facts. Called by `shelf`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_domain::alert::AlertId;
use firebell_domain::directory::Directory;
use firebell_domain::instance::InstanceNo;
use firebell_store::reports::{self, Hour, Progress, hour_of, lowest_id};
use firebell_store::{Db, Error, ReadTx, WriteTx};

use crate::facts::{self, Entry};
use crate::gather::{Gathered, gather};

/// Rows of timelines, and alerts of the past, that are taken in one step.
const STEP: usize = 2_000;
/// Rows of timelines that are taken in one step while a page waits.
const STEP_OF_PAGE: usize = 500;
/// Steps a page waits for; what is left is taken behind its back.
const STEPS_OF_PAGE: usize = 3;
/// Steps of one go behind the pages' backs.
const STEPS_BEHIND: usize = 16;
/// Alerts of one hour that are taken, at most: more than 100 a second.
const HOUR_ALERTS_MAX: usize = 400_000;
/// Seconds for which a transaction may be on its way after its rows were made: news this young are read again.
const UNSETTLED_SECONDS: i64 = 60;
/// Hours that are kept: two years and a month, so that a year can be seen beside the one before.
const HOURS_KEPT: i64 = 24 * 761;
/// Who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// A page: few steps, at once.
    Page,
    /// Nobody: more steps, on a thread that yields.
    Behind,
}

impl Pace {
    const fn steps(self) -> usize {
        match self {
            Self::Page => STEPS_OF_PAGE,
            Self::Behind => STEPS_BEHIND,
        }
    }

    const fn rows(self) -> usize {
        match self {
            Self::Page => STEP_OF_PAGE,
            Self::Behind => STEP,
        }
    }
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Every alert of this hour (since 1970) and later is in the facts; none before when it is the smallest.
    pub(crate) since_hour: i64,
    /// Whether all news were read.
    pub(crate) is_current: bool,
}

/// Takes what is new, and some steps of what is old.
pub(crate) async fn keep(
    db: &Db,
    directory: &Arc<Directory>,
    numbers: &Arc<Shared>,
    now: Timestamp,
    pace: Pace,
) -> Result<Kept, Error> {
    let no = directory.instance.no;
    let progress = begun(db, no, now).await?;
    let mut keeper = Keeper { db, directory, numbers, no, now, progress };
    let is_current = keeper.forwards(pace).await?;
    for _ in 0..pace.steps() {
        if keeper.progress.is_complete {
            break;
        }
        keeper.backwards().await?;
    }
    let Progress { is_complete, oldest_hour, .. } = keeper.progress;
    Ok(Kept { since_hour: if is_complete { i64::MIN } else { oldest_hour }, is_current })
}

struct Keeper<'a> {
    db: &'a Db,
    directory: &'a Arc<Directory>,
    numbers: &'a Arc<Shared>,
    no: InstanceNo,
    now: Timestamp,
    progress: Progress,
}

async fn begun(db: &Db, no: InstanceNo, now: Timestamp) -> Result<Progress, Error> {
    if let Some(progress) = db.read("reports.progress", move |tx| reports::progress(tx, no)).await?
    {
        return Ok(progress);
    }
    let first = Progress {
        rev: 0,
        oldest_hour: now.as_second().div_euclid(3600) + 1,
        is_complete: false,
        told: lowest_id(add_seconds(now, -UNSETTLED_SECONDS)),
    };
    db.write("reports.begin", move |tx| {
        reports::begin(tx, no, &first)?;
        Ok(reports::progress(tx, no)?.unwrap_or(first))
    })
    .await
}

impl Keeper<'_> {
    /// Reads news to the end; returns whether it came there.
    async fn forwards(&mut self, pace: Pace) -> Result<bool, Error> {
        let settled = lowest_id(add_seconds(self.now, -UNSETTLED_SECONDS));
        let mut place = self.progress.told;
        for _ in 0..pace.steps() {
            let (no, from, since) = (self.no, place, self.progress.oldest_hour);
            let limit = i64::try_from(pace.rows()).unwrap_or(i64::MAX);
            let whose = Arc::clone(self.directory);
            let read = move |tx: &mut ReadTx<'_>| {
                let news = reports::happened(tx, no, from, limit)?;
                let alerts: BTreeSet<AlertId> = news.iter().map(|(_, alert)| *alert).collect();
                let covered = alerts.into_iter().filter(|alert| hour_of(*alert) >= since);
                let rows = rows_of(tx, no, &covered.collect::<Vec<_>>())?;
                Ok::<_, Error>((news, rows))
            };
            let gather = move |(news, rows): (Vec<_>, Rows)| (news, gather(&whose, rows.0, rows.1));
            let (news, gathered) = match pace {
                // Little, and somebody waits.
                Pace::Page => {
                    let all = move |tx: &mut ReadTx<'_>| Ok::<_, Error>(gather(read(tx)?));
                    self.db.read("reports.news", all).await?
                }
                Pace::Behind => self.db.read_patiently("reports.news", read, gather).await?,
            };
            let is_last = news.len() < pace.rows();
            place = news.last().map_or(place, |(row, _)| *row);
            // The young are read again: others that were made before them may be committed later.
            self.progress.told = self.progress.told.max(place.min(settled));
            self.store(gathered).await?;
            if is_last {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes the newest alerts of the past that are not covered yet, whole hours of them.
    async fn backwards(&mut self) -> Result<(), Error> {
        let (no, before) = (self.no, self.progress.oldest_hour);
        let whose = Arc::clone(self.directory);
        let read = move |tx: &mut ReadTx<'_>| {
            let (alerts, reached) = past(tx, no, before)?;
            Ok::<_, Error>((rows_of(tx, no, &alerts)?, reached))
        };
        let made = move |(rows, reached): (Rows, _)| (gather(&whose, rows.0, rows.1), reached);
        let (gathered, reached) = self.db.read_patiently("reports.past", read, made).await?;
        self.progress.is_complete = reached.is_none();
        self.progress.oldest_hour = reached.unwrap_or(0);
        self.store(gathered).await
    }

    /// Puts facts into their hours. Another process may do the same: whoever is second finds the first's.
    async fn store(&mut self, gathered: Vec<Gathered>) -> Result<(), Error> {
        let mut hours: BTreeMap<i64, Vec<Gathered>> = BTreeMap::new();
        for one in gathered {
            hours.entry(one.hour).or_default().push(one);
        }
        let (no, wanted, known) = (self.no, self.progress, Arc::clone(self.numbers));
        let oldest_kept = self.now.as_second().div_euclid(3600) - HOURS_KEPT;
        let write = move |tx: &mut WriteTx<'_>| {
            reports::lock(tx, no)?;
            let newest = reports::progress(tx, no)?.unwrap_or(wanted);
            // Further back is further on; what is beyond another's is not taken back.
            let mut next = Progress {
                rev: newest.rev,
                oldest_hour: newest.oldest_hour.min(wanted.oldest_hour),
                is_complete: newest.is_complete || wanted.is_complete,
                told: newest.told.max(wanted.told),
            };
            let known = known.newest();
            let mut numbering = Numbering::begin(tx, no, &known)?;
            let changed = changed(tx, no, &hours, newest.rev + 1, &mut numbering)?;
            if !changed.is_empty() {
                next.rev += 1;
                reports::put_hours(tx, no, &changed)?;
                reports::forget(tx, no, oldest_kept)?;
            }
            if next != newest {
                reports::advance(tx, no, &next)?;
            }
            Ok::<_, Error>((next, numbering.newer))
        };
        let (next, newer) = self.db.write("reports.store", write).await?;
        self.progress = next;
        self.numbers.learn(&newer);
        Ok(())
    }
}

/// The alerts of the last hours before one, and the first hour that is whole; none when there are no others.
fn past(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    before: i64,
) -> Result<(Vec<AlertId>, Option<i64>), Error> {
    let start = firebell_base::time::from_micros(before.saturating_mul(3_600_000_000));
    let mut limit = STEP;
    loop {
        let rows = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut alerts = reports::before(tx, no, lowest_id(start), rows)?;
        if alerts.len() < limit {
            return Ok((alerts, None));
        }
        // The hour at which the list was cut may have more.
        let cut = alerts.last().map_or(before, |alert| hour_of(*alert));
        let is_more = alerts.first().is_some_and(|newest| hour_of(*newest) > cut);
        if is_more {
            alerts.retain(|alert| hour_of(*alert) > cut);
            return Ok((alerts, Some(cut + 1)));
        }
        if limit >= HOUR_ALERTS_MAX {
            tracing::warn!(hour = cut, "reports leave alerts out: too many in one hour");
            return Ok((alerts, Some(cut)));
        }
        limit *= 4;
    }
}

type Rows = (Vec<reports::AlertFact>, Vec<reports::ToldFact>);

fn rows_of(tx: &mut ReadTx<'_>, no: InstanceNo, alerts: &[AlertId]) -> Result<Rows, Error> {
    Ok((reports::alerts(tx, no, alerts)?, reports::told(tx, no, alerts)?))
}

/// The hours that are not what they were.
fn changed(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    hours: &BTreeMap<i64, Vec<Gathered>>,
    rev: i64,
    numbering: &mut Numbering<'_>,
) -> Result<Vec<Hour>, Error> {
    let mut changed = Vec::new();
    for (hour, gathered) in hours {
        let row = reports::hour(tx, no, *hour)?.unwrap_or_default();
        let entries = facts::decode(&row).into_iter();
        let mut entries: BTreeMap<u32, Entry> =
            entries.map(|entry| (entry.fact.number, entry)).collect();
        for one in gathered {
            let entry = numbering.numbered(one);
            entries.insert(entry.fact.number, entry);
        }
        let facts = facts::encode(&entries.into_values().collect::<Vec<_>>());
        if facts != row {
            changed.push(Hour { hour: *hour, rev, facts });
        }
    }
    reports::put_ids(tx, no, numbering.unstored())?;
    Ok(changed)
}

/// The small numbers that stand for the ids of people, groups and integrations: given once, never changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Numbers {
    by_id: HashMap<[u8; 16], u32>,
    /// From 1.
    by_number: Vec<[u8; 16]>,
}

impl Numbers {
    /// How many there are; the next is one more.
    pub(crate) fn last(&self) -> u32 {
        u32::try_from(self.by_number.len()).unwrap_or(u32::MAX)
    }

    /// The number of an id.
    pub(crate) fn of(&self, id: &[u8; 16]) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// The id behind a number.
    pub(crate) fn id(&self, number: u32) -> Option<[u8; 16]> {
        self.by_number.get(usize::try_from(number).ok()?.checked_sub(1)?).copied()
    }

    /// Adds what was read or stored; what is known already is passed over.
    pub(crate) fn learn(&mut self, newer: &[(i64, [u8; 16])]) {
        for (number, id) in newer {
            if *number == i64::from(self.last()) + 1 {
                self.by_number.push(*id);
                self.by_id.insert(*id, self.last());
            }
        }
    }
}

/// Numbers that many use at the same time: nobody waits until somebody has added up a report with them.
#[derive(Debug, Default)]
pub(crate) struct Shared(RwLock<Arc<Numbers>>);

impl Shared {
    /// What is known now.
    pub(crate) fn newest(&self) -> Arc<Numbers> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// See [`Numbers::learn`].
    pub(crate) fn learn(&self, newer: &[(i64, [u8; 16])]) {
        if !newer.is_empty() {
            Arc::make_mut(&mut self.0.write().unwrap_or_else(PoisonError::into_inner)).learn(newer);
        }
    }
}

/// Numbers inside a transaction that may add some.
struct Numbering<'a> {
    known: &'a Numbers,
    fresh: HashMap<[u8; 16], u32>,
    /// What is not known outside: read first, added then.
    newer: Vec<(i64, [u8; 16])>,
    read: usize,
}

impl<'a> Numbering<'a> {
    fn begin(tx: &mut WriteTx<'_>, no: InstanceNo, known: &'a Numbers) -> Result<Self, Error> {
        let newer = reports::ids(tx, no, i64::from(known.last()), IDS_MAX)?;
        let number = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        let fresh = newer.iter().map(|(n, id)| (*id, number(*n))).collect();
        let read = newer.len();
        Ok(Self { known, fresh, newer, read })
    }

    fn of(&mut self, id: [u8; 16]) -> u32 {
        if let Some(number) = self.known.of(&id).or_else(|| self.fresh.get(&id).copied()) {
            return number;
        }
        let count = u32::try_from(self.newer.len()).unwrap_or(u32::MAX);
        let number = self.known.last().saturating_add(count).saturating_add(1);
        self.fresh.insert(id, number);
        self.newer.push((number.into(), id));
        number
    }

    fn unstored(&self) -> &[(i64, [u8; 16])] {
        self.newer.get(self.read..).unwrap_or_default()
    }

    fn numbered(&mut self, one: &Gathered) -> Entry {
        let mut entry = one.entry.clone();
        entry.fact.group = one.group.map_or(0, |group| self.of(group));
        entry.fact.source = self.of(one.source);
        for (told, person) in entry.told.iter_mut().zip(&one.people) {
            told.person = self.of(*person);
        }
        entry
    }
}

/// People, groups and integrations of one instance over all time.
pub(crate) const IDS_MAX: i64 = 1_000_000;
