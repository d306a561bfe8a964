//! Revisions of an instance as people look for them: searched, one by one, and by entity.
//!
//! Read by the pages about configuration and licences. A search goes back through the log in bounded windows
//! and says how far it came, so that it is never slow and never pretends to have seen everything. Nothing here
//! writes, and nothing shown has secrets: the log has none.

mod large;

pub(crate) use large::Large;

use std::collections::BTreeSet;

use firebell_base::Timestamp;
use firebell_base::time::from_micros;
use firebell_domain::directory::{Directory, Entity, Kind, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_domain::licence::Entitlement;
use firebell_domain::person::LicenceType;
use firebell_sql::ReadTx;
use firebell_store::history::{self as log, LogRow};
use firebell_store::revisions::{self as rows, KindRow};

use crate::authority::Authority;
use crate::codec;
use crate::error::ConfigError;
use crate::fields::{FieldLine, differing, mentions};
use crate::history::{self, What};

/// Entries of the log the first window has: enough for a page, if revisions are small.
const FIRST_WINDOW: i64 = 500;
/// Windows one search goes through.
const WINDOWS_MAX: usize = 8;
/// Entities named of one revision in a list.
const NAMED: i64 = 3;
/// Entities one page of a revision has at most.
pub const ENTITIES_PAGE_MAX: usize = 100;
/// Steps of one entity's history at most.
pub const STEPS_MAX: usize = 100;
/// The newest there can be.
const NEWEST: Revision = Revision { epoch: i64::MAX, n: 0 };
/// Before everything.
const NOTHING: Revision = Revision { epoch: i64::MIN, n: 0 };

/// What is looked for; empty texts mean everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only revisions before this one.
    pub before: Option<Revision>,
    /// Part of the author's name.
    pub author: String,
    /// The word of a kind of which something was changed.
    pub kind: String,
    /// Part of the reason, or of any value of what was changed, before or after.
    pub text: String,
}

/// A revision in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Which.
    pub revision: Revision,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// How many entities it changed, by the word of their kind.
    pub kinds: Vec<(String, u64)>,
    /// The first of them.
    pub first: Vec<Named>,
}

/// An entity that was changed, without its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The kind's word.
    pub kind: String,
    /// Which.
    pub id: [u8; 16],
    /// How it is called; its id if it has no name.
    pub name: String,
    /// What happened to it.
    pub what: What,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The revisions, newest first.
    pub list: Vec<Listed>,
    /// Before which revision the search goes on; none if nothing older is there.
    pub next: Option<Revision>,
    /// Whether it stopped although the page is not full: there may be more, further back.
    pub stopped: bool,
    /// Whether a revision of very many entities was looked through only in part for a text.
    pub in_part: bool,
}

/// One revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct One {
    /// Which.
    pub revision: Revision,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// How many entities it changed, by the word of their kind.
    pub kinds: Vec<(String, u64)>,
    /// A page of them.
    pub entities: Vec<Changed>,
    /// Behind which kind and id the next page begins.
    pub next: Option<(String, [u8; 16])>,
    /// The revision of the instance before.
    pub older: Option<Revision>,
    /// The revision of the instance after.
    pub newer: Option<Revision>,
}

/// What became of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Which.
    pub subject: Named,
    /// Its fields. Without any, only what is secret changed.
    pub lines: Vec<FieldLine>,
    /// How many more lines there are.
    pub left_out: usize,
}

/// A step in the history of one entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// In which revision.
    pub revision: Revision,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// What.
    pub changed: Changed,
}

/// An entitlement as it was set once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllotmentStep {
    /// In which revision.
    pub revision: Revision,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// What it was from then on; none if there was none, or it cannot be read.
    pub entitlement: Option<Entitlement>,
}

impl Authority {
    /// Revisions of an instance, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`ConfigError::Store`].
    pub async fn search(
        &self,
        no: InstanceNo,
        wanted: Wanted,
        limit: usize,
    ) -> Result<Found, ConfigError> {
        let large = self.large().clone();
        let looks_inside = !wanted.text.trim().is_empty();
        let read = move |tx: &mut ReadTx<'_>| search(tx, &large, no, &wanted, limit);
        if looks_inside {
            // Reads every body of its windows: one such search at a time, giving way to everything else.
            return self.db().read_patiently("config.search_text", read, |found| found).await;
        }
        self.db().read("config.search", read).await
    }

    /// One revision of an instance, with its entities after a kind and id; none if it did not change the
    /// instance.
    ///
    /// # Errors
    /// [`ConfigError::Store`].
    pub async fn one_revision(
        &self,
        no: InstanceNo,
        at: Revision,
        after: Option<(String, [u8; 16])>,
        limit: usize,
    ) -> Result<Option<One>, ConfigError> {
        let read = move |tx: &mut ReadTx<'_>| {
            let after = after.as_ref().map(|(kind, id)| (kind.as_str(), *id));
            one(tx, no, at, after, limit.clamp(1, ENTITIES_PAGE_MAX))
        };
        self.db().read("config.one_revision", read).await
    }

    /// What was done to one entity, newest first, at most `limit` steps. Of an entity that is gone only what
    /// the instance's newest entries still lead to.
    ///
    /// # Errors
    /// [`ConfigError::Store`].
    pub async fn entity_history(
        &self,
        no: InstanceNo,
        (kind, id): (Kind, [u8; 16]),
        limit: usize,
    ) -> Result<Vec<Step>, ConfigError> {
        let known = self.known(no, (kind, id));
        let read = move |tx: &mut ReadTx<'_>| {
            let rows = steps(tx, no, (kind, id), known, limit)?;
            Ok(rows.iter().map(step).collect())
        };
        self.db().read("config.entity_history", read).await
    }

    /// What an instance was entitled to, newest first, at most `limit` steps.
    ///
    /// # Errors
    /// [`ConfigError::Store`].
    pub async fn allotments(
        &self,
        no: InstanceNo,
        licence: LicenceType,
        limit: usize,
    ) -> Result<Vec<AllotmentStep>, ConfigError> {
        let subject = (Kind::Entitlement, licence.id());
        let known = self.known(no, subject);
        let read = move |tx: &mut ReadTx<'_>| {
            let rows = steps(tx, no, subject, known, limit)?;
            Ok(rows.into_iter().map(allotment).collect())
        };
        self.db().read("config.allotments", read).await
    }

    /// The revision that last changed an entity, as far as this process knows.
    fn known(&self, no: InstanceNo, (kind, id): (Kind, [u8; 16])) -> Option<Revision> {
        let directory = self.snapshots().instance(no)?;
        Directory::entity_revision(&directory, kind, id)
    }
}

fn search(
    tx: &mut ReadTx<'_>,
    large: &Large,
    no: InstanceNo,
    wanted: &Wanted,
    limit: usize,
) -> Result<Found, ConfigError> {
    let mut found = Found { list: Vec::new(), next: None, stopped: false, in_part: false };
    let mut before = wanted.before.unwrap_or(NEWEST);
    let mut size = FIRST_WINDOW;
    for _ in 0..WINDOWS_MAX {
        let window = Window::read(tx, large, no, before, size)?;
        size = rows::WINDOW_MAX;
        let texts = window.with_text(tx, no, &wanted.text)?;
        found.in_part |= texts.is_some() && window.is_larger_than_a_window();
        for listed in window.list {
            let fits = listed.author.to_lowercase().contains(&wanted.author.to_lowercase())
                && (wanted.kind.is_empty() || listed.kinds.iter().any(|k| k.0 == wanted.kind))
                && texts.as_ref().is_none_or(|texts| texts.contains(&listed.revision));
            if !fits {
                continue;
            }
            if found.list.len() >= limit {
                found.next = found.list.last().map(|last| last.revision);
                return named(tx, no, found);
            }
            found.list.push(listed);
        }
        match window.end {
            None => return named(tx, no, found),
            Some(end) => before = end,
        }
    }
    found.next = Some(before);
    found.stopped = true;
    named(tx, no, found)
}

/// A part of the log.
struct Window {
    before: Revision,
    after: Revision,
    list: Vec<Listed>,
    /// Before which the next one begins; none at the beginning of the log.
    end: Option<Revision>,
}

impl Window {
    fn read(
        tx: &mut ReadTx<'_>,
        large: &Large,
        no: InstanceNo,
        before: Revision,
        size: i64,
    ) -> Result<Self, ConfigError> {
        let floor = rows::floor(tx, no, before, size)?;
        let after = floor.unwrap_or(NOTHING);
        let list = by_revision(rows::between(tx, no, before, after)?);
        if let Some(floor) = floor
            && list.is_empty()
        {
            // One revision that is larger than the window: alone.
            let (after, end) = (Revision { n: floor.n - 1, ..floor }, Some(floor));
            let list = large.listed(tx, no, floor)?.into_iter().collect();
            return Ok(Self { before, after, list, end });
        }
        // The revision at the floor may be cut; it belongs to the next window.
        let end = floor.and_then(|_| list.last().map(|last| last.revision));
        Ok(Self { before, after, list, end })
    }

    fn is_larger_than_a_window(&self) -> bool {
        let all: u64 = self.list.iter().flat_map(|one| &one.kinds).map(|(_, count)| count).sum();
        i64::try_from(all).is_ok_and(|all| all > rows::WINDOW_MAX)
    }

    /// The revisions in which a text is found; none if there is no text.
    fn with_text(
        &self,
        tx: &mut ReadTx<'_>,
        no: InstanceNo,
        text: &str,
    ) -> Result<Option<BTreeSet<Revision>>, ConfigError> {
        let folded = text.trim().to_lowercase();
        if folded.is_empty() {
            return Ok(None);
        }
        let alike = rows::alike(tx, no, self.before, self.after, &folded)?;
        let has = |row: &LogRow| {
            let bodies = [row.before.as_deref(), row.after.as_deref()];
            row.reason.to_lowercase().contains(&folded)
                || bodies.into_iter().flatten().any(|body| mentions(body, &folded))
        };
        Ok(Some(alike.iter().filter(|row| has(row)).map(|row| row.revision).collect()))
    }
}

/// Rows by kind, put together by revision.
fn by_revision(rows: Vec<KindRow>) -> Vec<Listed> {
    let mut list: Vec<Listed> = Vec::new();
    for row in rows {
        let count = u64::try_from(row.count).unwrap_or(0);
        match list.last_mut().filter(|last| last.revision == row.revision) {
            Some(last) => last.kinds.push((row.kind, count)),
            None => list.push(Listed {
                revision: row.revision,
                at: from_micros(row.at),
                author: row.author,
                reason: row.reason,
                kinds: vec![(row.kind, count)],
                first: Vec::new(),
            }),
        }
    }
    list
}

fn counted(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    at: Revision,
) -> Result<Vec<(String, u64)>, ConfigError> {
    let rows = rows::kinds(tx, no, at)?.into_iter();
    Ok(rows.map(|(kind, count)| (kind, u64::try_from(count).unwrap_or(0))).collect())
}

/// Names the first entities of what was found: only of what is shown.
fn named(tx: &mut ReadTx<'_>, no: InstanceNo, mut found: Found) -> Result<Found, ConfigError> {
    for listed in &mut found.list {
        let first = log::of_revision(tx, no, listed.revision, NAMED)?;
        listed.first = first.iter().map(subject).collect();
    }
    Ok(found)
}

fn one(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    at: Revision,
    after: Option<(&str, [u8; 16])>,
    limit: usize,
) -> Result<Option<One>, ConfigError> {
    let Some(head) = log::of_revision(tx, no, at, 1)?.pop() else { return Ok(None) };
    let one_more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut page = rows::of_revision_after(tx, no, at, after, one_more)?;
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|last| (last.kind.clone(), last.id));
    let (older, newer) = rows::neighbours(tx, no, at)?;
    Ok(Some(One {
        revision: at,
        at: from_micros(head.at),
        author: head.author,
        reason: head.reason,
        kinds: counted(tx, no, at)?,
        entities: page.iter().map(changed).collect(),
        next,
        older,
        newer,
    }))
}

/// The rows of one entity, newest first: each says which revision changed it before.
fn steps(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    (kind, id): (Kind, [u8; 16]),
    known: Option<Revision>,
    limit: usize,
) -> Result<Vec<LogRow>, ConfigError> {
    let key = (kind.word(), id);
    let mut at = match known {
        Some(at) => Some(at),
        None => rows::last_of_entity(tx, no, key)?,
    };
    let mut list = Vec::new();
    while let Some(revision) = at.filter(|_| list.len() < limit.min(STEPS_MAX)) {
        let Some(row) = rows::entry(tx, no, revision, key)? else { break };
        // Only ever back, so that no row leads in circles.
        at = row.was.filter(|was| *was < revision);
        list.push(row);
    }
    Ok(list)
}

fn step(row: &LogRow) -> Step {
    Step {
        revision: row.revision,
        at: from_micros(row.at),
        author: row.author.clone(),
        reason: row.reason.clone(),
        changed: changed(row),
    }
}

fn allotment(row: LogRow) -> AllotmentStep {
    let decoded = row.after.and_then(|body| codec::decode(Kind::Entitlement, row.id, &body).ok());
    let entitlement = match decoded {
        Some(Entity::Entitlement(one)) => Some(one),
        Some(_) | None => None,
    };
    AllotmentStep {
        revision: row.revision,
        at: from_micros(row.at),
        author: row.author,
        reason: row.reason,
        entitlement,
    }
}

fn changed(row: &LogRow) -> Changed {
    let (lines, left_out) = if row.kind == history::INSTANCE {
        (Vec::new(), 0)
    } else {
        differing(row.before.as_deref(), row.after.as_deref())
    };
    Changed { subject: subject(row), lines, left_out }
}

fn subject(row: &LogRow) -> Named {
    let what = match (&row.before, &row.after) {
        (None, _) => What::Added,
        _ if row.kind == history::INSTANCE => What::Added,
        (Some(_), Some(_)) => What::Changed,
        (Some(_), None) => What::Removed,
    };
    let name = history::name_in(row.after.as_deref())
        .or_else(|| history::name_in(row.before.as_deref()))
        .unwrap_or_else(|| codec::uuid_text(row.id));
    Named { kind: row.kind.clone(), id: row.id, name, what }
}
