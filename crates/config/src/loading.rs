//! Rows to snapshots and views. Called inside transactions by `snapshots`, by the authority, and by
//! replicas of the same database.
//!
//! It never fails for what a row says: that is `view`'s matter, which reports it as [`Damage`].

use std::fmt;
use std::sync::Arc;

use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use firebell_sql::{Error, ReadTx};
use firebell_store::configuration::{self as rows, EntityRow, InstanceRow};

use crate::digest::Digest;
use crate::error::ConfigError;
use crate::feed::{
    EntityPart, Head, InstancePart, SNAPSHOT_PAGE_BYTES_MAX, SNAPSHOT_PAGE_MAX, SnapshotPage,
    SnapshotPart,
};
use crate::view::View;

/// What a row costs beside its body, in bytes.
const ENTITY_BYTES: usize = 64;

/// A stored entry that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Whose configuration.
    pub instance: InstanceNo,
    /// The instance's name.
    pub name: String,
    /// The kind's word; `instance` for the instance's own row.
    pub kind: String,
    /// Which entity.
    pub id: String,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "instance {}, {} {}: {}", self.name, self.kind, self.id, self.reason)
    }
}

/// A head as followers are told it, without what an operator approved.
pub fn head_of(head: &rows::Head) -> Head {
    Head {
        cell: head.cell,
        revision: head.revision,
        root: Digest::from_bytes(head.root),
        floor: Revision { epoch: head.revision.epoch, n: head.floor },
        approved: None,
    }
}

/// Rows of entities read at once for a page of a snapshot: not many more than go into it.
const PAGE_ROWS: i64 = 2_000;

/// A page of a snapshot, with instances numbered at least `from`; its head has no approval.
///
/// # Errors
/// What the engine reports.
pub fn snapshot_page(tx: &mut ReadTx<'_>, from: InstanceNo) -> Result<SnapshotPage, Error> {
    let head = head_of(&rows::whole_head(tx)?);
    let limit = i64::try_from(SNAPSHOT_PAGE_MAX).unwrap_or(i64::MAX);
    let instances = rows::instances_from(tx, from, limit)?;
    let is_last = instances.len() < SNAPSHOT_PAGE_MAX;
    let mut parts: Vec<SnapshotPart> = Vec::with_capacity(instances.len());
    let mut bytes = 0;
    // Each turn adds at least one instance.
    while let Some(rest) = instances.get(parts.len()..).filter(|rest| !rest.is_empty()) {
        if bytes > SNAPSHOT_PAGE_BYTES_MAX {
            break;
        }
        for part in some_parts(tx, rest)? {
            let sizes = part.entities.iter().map(|entity| entity.body.len() + ENTITY_BYTES);
            let size = sizes.sum::<usize>();
            if bytes > 0 && bytes + size > SNAPSHOT_PAGE_BYTES_MAX {
                bytes = SNAPSHOT_PAGE_BYTES_MAX + 1;
                break;
            }
            bytes += size + ENTITY_BYTES;
            parts.push(part);
        }
    }
    let next = instances.get(parts.len()).map(|row| row.no);
    let after_last = parts.last().map(|part| InstanceNo(part.instance.no.saturating_add(1)));
    let next = next.or(after_last.filter(|_| !is_last));
    Ok(SnapshotPage { head, parts, next })
}

/// The first of these instances with all they have: at least one.
fn some_parts(tx: &mut ReadTx<'_>, instances: &[InstanceRow]) -> Result<Vec<SnapshotPart>, Error> {
    let (Some(first), Some(last)) = (instances.first(), instances.last()) else {
        return Ok(Vec::new());
    };
    let found = rows::entities_between(tx, first.no, last.no, PAGE_ROWS)?;
    let is_all = i64::try_from(found.len()).is_ok_and(|len| len < PAGE_ROWS);
    // The last one read may not be complete, and those after it were not read.
    let cut = found.last().map(|(no, _)| *no).filter(|_| !is_all);
    if cut == Some(first.no) {
        return Ok(vec![whole_part(tx, first)?]);
    }
    let mut found = found.into_iter().peekable();
    let mut parts = Vec::with_capacity(instances.len());
    for row in instances.iter().take_while(|row| cut.is_none_or(|cut| row.no < cut)) {
        let mut entities = Vec::new();
        while let Some((_, entity)) = found.next_if(|(no, _)| *no <= row.no) {
            entities.push(entity_part(entity));
        }
        parts.push(part(row, entities));
    }
    Ok(parts)
}

/// An instance with everything it has.
fn whole_part(tx: &mut ReadTx<'_>, row: &InstanceRow) -> Result<SnapshotPart, Error> {
    let mut entities: Vec<EntityPart> = Vec::new();
    // Keys only rise, so this ends; each turn reads one bounded page.
    loop {
        let after = entities.last().map(|last| (last.kind.as_str(), last.id));
        let page = rows::entities(tx, row.no, after)?;
        let is_last = i64::try_from(page.len()).is_ok_and(|len| len < rows::ENTITY_PAGE);
        entities.extend(page.into_iter().map(entity_part));
        if is_last {
            return Ok(part(row, entities));
        }
    }
}

fn part(row: &InstanceRow, entities: Vec<EntityPart>) -> SnapshotPart {
    let instance = InstancePart {
        no: row.no.0,
        id: row.id,
        name: row.name.clone(),
        region: row.region.clone(),
        created: row.created,
    };
    SnapshotPart { instance, modified: (row.modified.epoch, row.modified.n), entities }
}

fn entity_part(row: EntityRow) -> EntityPart {
    let changed = (row.changed.epoch, row.changed.n);
    EntityPart { kind: row.kind, id: row.id, body: row.body, changed }
}

/// A view at the head of a transaction.
#[derive(Debug)]
pub(crate) struct AtHead {
    pub(crate) view: Arc<View>,
    /// Whether its digest is the one that the authority recorded.
    pub(crate) agrees: bool,
}

/// A view at this head: the known one if it is there already, or with what has changed since, or, if
/// its digest is not the recorded one, read anew.
///
/// # Errors
/// [`ConfigError::WentBack`] for a database that is older than what is known, or another one;
/// [`ConfigError::Store`].
pub(crate) fn at_head(
    tx: &mut ReadTx<'_>,
    known: &Arc<View>,
    head: &rows::Head,
) -> Result<AtHead, ConfigError> {
    let (held, found) = (known.revision(), head.revision);
    let strange = known.is_whole() && known.cell() != head.cell;
    if found < held || strange {
        return Err(ConfigError::WentBack { held, found });
    }
    let root = Digest::from_bytes(head.root);
    if known.is_whole() && held.epoch == found.epoch {
        let view =
            if held == found { Arc::clone(known) } else { Arc::new(with_news(tx, known, head)?) };
        if view.root() == root {
            return Ok(AtHead { view, agrees: true });
        }
    }
    let view = anew(tx, head)?.serving_on(known);
    let agrees = view.root() == root;
    if !agrees {
        let (here, there) = (view.root().short(), root.short());
        tracing::error!(
            config.revision = %found,
            config.root = here,
            config.recorded = there,
            "the configuration's digest is not the recorded one; run `firebell config verify`"
        );
    }
    Ok(AtHead { view: Arc::new(view), agrees })
}

fn with_news(tx: &mut ReadTx<'_>, known: &View, head: &rows::Head) -> Result<View, Error> {
    let changed = rows::instances_since(tx, known.revision())?;
    let mut view = known.with_rows(&head_of(head), &[]);
    for rows in changed.chunks(SNAPSHOT_PAGE_MAX) {
        let parts: Result<Vec<SnapshotPart>, Error> =
            rows.iter().map(|row| whole_part(tx, row)).collect();
        view = view.with_rows(&head_of(head), &parts?);
    }
    Ok(view)
}

/// One instance alone, read from its rows: as much of a view as is needed to decode it.
pub(crate) fn one(tx: &mut ReadTx<'_>, row: &InstanceRow) -> Result<View, Error> {
    let head = head_of(&rows::whole_head(tx)?);
    Ok(View::building(head.cell).with_rows(&head, &[whole_part(tx, row)?]))
}

/// Everything, read from the rows of one transaction.
pub(crate) fn anew(tx: &mut ReadTx<'_>, head: &rows::Head) -> Result<View, Error> {
    let mut view = View::building(head.cell).with_rows(&head_of(head), &[]);
    let mut next = Some(InstanceNo(i64::MIN));
    // Numbers only rise, so this ends.
    while let Some(from) = next {
        let page = snapshot_page(tx, from)?;
        view = view.with_rows(&head_of(head), &page.parts);
        next = page.next;
    }
    Ok(view)
}
