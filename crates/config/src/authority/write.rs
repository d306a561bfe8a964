//! Everything one revision writes: entities, log, delta, digests, approvals, audit and head.
//!
//! Filled by the authority's changes and written in one go. It decides nothing.

use std::sync::Arc;

use firebell_base::Timestamp;
use firebell_domain::directory::{Directory, Entity, Kind, Revision};
use firebell_domain::instance::{Instance, InstanceNo};
use firebell_sql::WriteTx;
use firebell_store::configuration::{self as rows, EntityRow, Head};
use firebell_store::feed::{self as deltas, ApprovalRow, DeltaRow};
use firebell_store::history::{self as log, LogRow};

use super::ground::Ground;
use crate::audit::{self, Act};
use crate::change::{Change, Intent};
use crate::error::ConfigError;
use crate::feed::{ANSWER_BYTES_MAX, DeltaPart, EntityPart};
use crate::guard::Held as Guarded;
use crate::history::INSTANCE;
use crate::loading::Damage;
use crate::snapshots::Snapshots;
use crate::view::{Held, View, part_of};
use crate::{check, codec, feed};

/// What one revision does.
pub(super) struct Draft<'a> {
    at: Revision,
    now: Timestamp,
    intent: &'a Intent,
    steps: Vec<Step>,
    log: Vec<LogRow>,
    parts: Vec<DeltaPart>,
    passed: Vec<Guarded>,
    acts: Vec<(&'static str, Option<InstanceNo>, String)>,
}

/// The rows of one instance.
struct Step {
    no: InstanceNo,
    removed: Vec<(Kind, [u8; 16])>,
    renamed: Vec<(Kind, [u8; 16])>,
    puts: Vec<EntityRow>,
}

impl<'a> Draft<'a> {
    /// Nothing yet.
    pub(super) fn new(ground: &Ground, intent: &'a Intent, now: Timestamp) -> Self {
        Self {
            at: ground.at(),
            now,
            intent,
            steps: Vec::new(),
            log: Vec::new(),
            parts: Vec::new(),
            passed: Vec::new(),
            acts: Vec::new(),
        }
    }

    /// Notes that an instance is made. Its row is written by the caller.
    pub(super) fn make(&mut self, instance: &Instance) {
        let mut row = self.log_row(instance.no, INSTANCE, instance.id.to_bytes());
        let region = instance.region.word();
        let made =
            serde_json::json!({"entity": {"name": instance.name.to_string(), "region": region}});
        row.after = Some(made.to_string());
        self.log.push(row);
    }

    /// Adds the changes of one instance. Each instance once, each entity once.
    pub(super) fn add(&mut self, held: Option<&Arc<Held>>, before: &Directory, changes: &[Change]) {
        let no = before.instance.no;
        let mut step = Step { no, removed: vec![], renamed: vec![], puts: vec![] };
        let mut part =
            DeltaPart { instance: part_of(&before.instance), removed: vec![], put: vec![] };
        for change in changes {
            let (kind, id) = change.subject();
            let old = before.entity(kind, id);
            let mut row = self.log_row(no, kind.word(), id);
            row.was = before.entity_revision(kind, id);
            row.before = old.as_ref().map(codec::encode_for_log);
            match change {
                Change::Remove(..) => {
                    step.removed.push((kind, id));
                    part.removed.push((kind.word().to_owned(), id));
                }
                Change::Put(entity) => {
                    row.after = Some(codec::encode_for_log(entity));
                    let name_key = entity.name_key();
                    if old.as_ref().is_some_and(|old| old.name_key() != name_key) {
                        step.renamed.push((kind, id));
                    }
                    let body = body(held, entity);
                    part.put.push(EntityPart {
                        kind: kind.word().to_owned(),
                        id,
                        body: body.clone(),
                        changed: (self.at.epoch, self.at.n),
                    });
                    let kind = kind.word().to_owned();
                    step.puts.push(EntityRow { kind, id, name_key, body, changed: self.at });
                }
            }
            self.log.push(row);
        }
        self.steps.push(step);
        self.parts.push(part);
    }

    /// Notes what passes the guards because it was approved.
    pub(super) fn pass(&mut self, held: Vec<Guarded>) {
        self.passed.extend(held);
    }

    /// Adds an act to the audit.
    pub(super) fn act(&mut self, act: &'static str, no: Option<InstanceNo>, subject: &str) {
        self.acts.push((act, no, subject.to_owned()));
    }

    /// Writes everything; what is known becomes public after the commit.
    pub(super) fn commit(
        self,
        tx: &mut WriteTx<'_>,
        ground: &Ground,
        snapshots: &Snapshots,
    ) -> Result<View, ConfigError> {
        let view = ground.view().with_parts(self.at, &self.parts);
        let view = view.map_err(|nack| self.unreadable(nack.instance, &nack.message))?;
        let mut touched = Vec::new();
        for step in self.steps {
            rows::remove_entities(tx, step.no, &step.removed)?;
            rows::park_names(tx, step.no, &step.renamed)?;
            rows::put_entities(tx, step.no, step.puts)?;
            let digest = view.held(step.no).map(|held| held.digest()).unwrap_or_default();
            touched.push((step.no, self.at, digest.to_bytes()));
        }
        rows::touch_instances(tx, &touched)?;
        log::append(tx, self.log)?;
        let mut payload = feed::rows::encode(&self.parts)?;
        let mut head = Head { revision: self.at, root: view.root().to_bytes(), ..*ground.head() };
        if payload.len() > ANSWER_BYTES_MAX {
            // Nobody could be told: whoever is older than this takes a snapshot.
            payload = Vec::new();
            head.floor = self.at.n;
        }
        let at = self.now.as_microsecond();
        deltas::add(tx, &DeltaRow { revision: self.at, at, payload, root: head.root })?;
        for held in &self.passed {
            approve(tx, self.intent, held.guard, self.at, self.now)?;
        }
        let detail = detail(self.intent, &self.passed);
        for (act, instance, subject) in self.acts {
            let act = Act {
                at: self.now,
                instance,
                actor: self.intent.by.name.clone(),
                act,
                subject,
                reason: self.intent.by.reason.clone(),
                detail: detail.clone(),
                revision: self.at,
            };
            audit::append(tx, &act)?;
        }
        rows::set_head(tx, &head)?;
        publish(tx, snapshots, &view);
        Ok(view)
    }

    fn log_row(&self, instance: InstanceNo, kind: &str, id: [u8; 16]) -> LogRow {
        LogRow {
            revision: self.at,
            instance,
            kind: kind.to_owned(),
            id,
            at: self.now.as_microsecond(),
            author: self.intent.by.name.clone(),
            reason: self.intent.by.reason.clone(),
            was: None,
            before: None,
            after: None,
        }
    }

    /// What is about to be written could not be read again.
    fn unreadable(&self, no: Option<InstanceNo>, message: &str) -> ConfigError {
        let no = no.or_else(|| self.steps.first().map(|step| step.no)).unwrap_or(InstanceNo(0));
        let part = self.parts.iter().find(|part| part.instance.no == no.0);
        ConfigError::Damaged(Damage {
            instance: no,
            name: part.map(|part| part.instance.name.clone()).unwrap_or_default(),
            kind: INSTANCE.to_owned(),
            id: String::new(),
            reason: format!("what would be written cannot be read: {message}"),
        })
    }
}

/// Records what an operator let pass.
///
/// # Errors
/// What the engine reports.
pub(super) fn approve(
    tx: &mut WriteTx<'_>,
    intent: &Intent,
    what: &str,
    revision: Revision,
    now: Timestamp,
) -> Result<(), ConfigError> {
    let reason = intent.approval.clone().unwrap_or_else(|| intent.by.reason.clone());
    let row = ApprovalRow {
        what: what.to_owned(),
        revision,
        at: now.as_microsecond(),
        actor: intent.by.name.clone(),
        reason,
    };
    Ok(deltas::approve(tx, &row)?)
}

/// On the database's thread, so that it happens even if the caller has gone away.
fn publish(tx: &mut WriteTx<'_>, snapshots: &Snapshots, view: &View) {
    let (snapshots, view) = (snapshots.clone(), view.clone());
    tx.after_commit(Box::new(move || {
        snapshots.swap(view);
    }));
}

/// What a change is about, for the audit.
pub(super) fn subject(before: &Directory, after: &Directory, changes: &[Change]) -> String {
    let Some((kind, id)) = changes.first().map(Change::subject) else { return String::new() };
    let old = || before.entity(kind, id).map(|entity| check::label(before, &entity));
    let new = after.entity(kind, id).map(|entity| check::label(after, &entity));
    let first = new.or_else(old).unwrap_or_else(|| kind.word().to_owned());
    match changes.len() {
        0 | 1 => first,
        count => format!("{first} and {} more", count - 1),
    }
}

fn detail(intent: &Intent, passed: &[Guarded]) -> String {
    let Some(reason) = intent.approval.as_ref().filter(|_| !passed.is_empty()) else {
        return String::new();
    };
    let what: Vec<&str> = passed.iter().map(|held| held.what.as_str()).collect();
    // The audit keeps no line breaks.
    format!("approved: {reason}; {}", what.join(" "))
}

/// With the members of the stored body that this release does not know.
fn body(held: Option<&Arc<Held>>, entity: &Entity) -> String {
    held.map_or_else(|| codec::encode(entity), |held| held.body(entity))
}
