//! The audit: every administrative act, in a hash chain.
//!
//! Appended in the transaction that does what it tells, by the authority and by whoever else acts as an
//! administrator. An entry's hash covers the hash of the one before and all its fields with their lengths;
//! the newest entry's number and hash are kept apart. Whoever changes, removes, inserts or reorders
//! entries has to write all later ones anew, and then the newest hash is not the one that somebody noted.
//! Nothing here is ever changed or forgotten, and no secret may be put into it.

use firebell_base::Timestamp;
use firebell_base::time::from_micros;
use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use firebell_domain::name::{cut, is_invisible};
use firebell_sql::{Error, ReadTx, WriteTx};
use firebell_store::audit::{self as rows, AuditRow};

use crate::digest::Digest;
use crate::limits::{AUTHOR_CHARS_MAX, REASON_CHARS_MAX};

/// Characters of what an act was done to.
const SUBJECT_CHARS_MAX: usize = 200;
/// Characters of an act's details.
const DETAIL_CHARS_MAX: usize = 4_000;
/// Makes these hashes unlike any others.
const DOMAIN: &[u8] = b"firebell audit 1";

/// Something an administrator did.
#[expect(clippy::struct_field_names, reason = "it is called so in the table and in the API too")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// When.
    pub at: Timestamp,
    /// About which instance; none for what concerns all.
    pub instance: Option<InstanceNo>,
    /// Who.
    pub actor: String,
    /// What was done: a word such as `config.change`.
    pub act: &'static str,
    /// To what.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// More, in words or JSON.
    pub detail: String,
    /// The configuration's revision after it.
    pub revision: Revision,
}

/// An entry of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1, without gaps.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// About which instance.
    pub instance: Option<InstanceNo>,
    /// Who.
    pub actor: String,
    /// What was done.
    pub act: String,
    /// To what.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// More.
    pub detail: String,
    /// The configuration's revision after it.
    pub revision: Revision,
    /// Its hash.
    pub hash: Digest,
}

/// The result of looking at the whole chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// How many entries there are.
    pub entries: i64,
    /// The newest one's hash: noted elsewhere, it proves later that nothing before it was changed.
    pub head: Digest,
    /// The first thing that is not as it was written.
    pub broken: Option<Break>,
}

/// Where a chain is broken, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// At which entry.
    pub seq: i64,
    /// What is wrong there, as a sentence.
    pub what: String,
}

/// Appends an act. Call it in the transaction that does it, after the configuration's head was locked if
/// it is locked at all.
///
/// # Errors
/// What the engine reports.
pub fn append(tx: &mut WriteTx<'_>, act: &Act) -> Result<Digest, Error> {
    let (last, prev) = rows::lock_head(tx)?;
    let mut row = AuditRow {
        seq: last + 1,
        at: act.at.as_microsecond(),
        instance: act.instance,
        actor: clean(&act.actor, AUTHOR_CHARS_MAX),
        act: act.act.to_owned(),
        subject: clean(&act.subject, SUBJECT_CHARS_MAX),
        reason: clean(&act.reason, REASON_CHARS_MAX),
        detail: clean(&act.detail, DETAIL_CHARS_MAX),
        revision: act.revision,
        prev,
        hash: [0; 32],
    };
    row.hash = hash(&row).to_bytes();
    rows::add(tx, &row)?;
    Ok(Digest::from_bytes(row.hash))
}

/// Looks at the whole chain, a page at a time.
///
/// # Errors
/// What the engine reports.
pub fn verify(tx: &mut ReadTx<'_>) -> Result<Chain, Error> {
    let (newest, newest_hash) = rows::head(tx)?;
    let mut chain = Chain { entries: 0, head: Digest::ZERO, broken: None };
    // Numbers only rise, so this ends; each turn reads one bounded page.
    let mut last = i64::MIN;
    loop {
        let page = rows::after(tx, last, rows::PAGE_MAX)?;
        let Some(end) = page.last() else { break };
        last = end.seq;
        for row in page {
            chain.take(&row);
        }
    }
    if (chain.entries, chain.head.to_bytes()) != (newest, newest_hash) {
        let what = format!("the newest entry should be number {newest}, with another hash");
        chain.breaks(chain.entries, what);
    }
    Ok(chain)
}

/// Entries before a number, newest first, of one instance or of all; at most
/// [`rows::PAGE_MAX`](firebell_store::audit::PAGE_MAX).
///
/// # Errors
/// What the engine reports.
pub fn page(
    tx: &mut ReadTx<'_>,
    no: Option<InstanceNo>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Entry>, Error> {
    let found = rows::before(tx, no, before.unwrap_or(i64::MAX), limit)?;
    Ok(found.into_iter().map(Entry::from).collect())
}

impl Chain {
    fn take(&mut self, row: &AuditRow) {
        let expected = self.entries + 1;
        if row.seq != expected {
            self.breaks(row.seq, format!("entry {expected} should be here"));
        } else if row.prev != self.head.to_bytes() {
            self.breaks(row.seq, "it does not follow the entry before it".to_owned());
        } else if hash(row).to_bytes() != row.hash {
            self.breaks(row.seq, "it was changed after it had been written".to_owned());
        }
        self.entries += 1;
        self.head = Digest::from_bytes(row.hash);
    }

    fn breaks(&mut self, seq: i64, what: String) {
        self.broken.get_or_insert(Break { seq, what });
    }
}

impl From<AuditRow> for Entry {
    fn from(row: AuditRow) -> Self {
        Self {
            seq: row.seq,
            at: from_micros(row.at),
            instance: row.instance,
            actor: row.actor,
            act: row.act,
            subject: row.subject,
            reason: row.reason,
            detail: row.detail,
            revision: row.revision,
            hash: Digest::from_bytes(row.hash),
        }
    }
}

fn hash(row: &AuditRow) -> Digest {
    // No instance has the number 0.
    let instance = row.instance.map_or(0, |no| no.0);
    Digest::of(&[
        DOMAIN,
        &row.prev,
        &row.seq.to_be_bytes(),
        &row.at.to_be_bytes(),
        &instance.to_be_bytes(),
        row.actor.as_bytes(),
        row.act.as_bytes(),
        row.subject.as_bytes(),
        row.reason.as_bytes(),
        row.detail.as_bytes(),
        &row.revision.epoch.to_be_bytes(),
        &row.revision.n.to_be_bytes(),
    ])
}

fn clean(text: &str, chars_max: usize) -> String {
    let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    cut(visible.trim(), chars_max)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use firebell_sql::{Db, Statement, Value, migrate};
    use firebell_store::migrations::migrations;
    use firebell_testkit::postgres::{DbGuard, TestEngine, fresh_db};

    use super::*;
    use crate::samples::now;

    fn act(n: i64) -> Act {
        Act {
            at: now(),
            instance: (n % 2 == 0).then_some(InstanceNo(n)),
            actor: "ann\u{0}".to_owned(),
            act: "test.act",
            subject: format!("subject {n}"),
            reason: "because".to_owned(),
            detail: "x".repeat(9_000),
            revision: Revision { epoch: 1, n },
        }
    }

    fn written(engine: TestEngine, count: i64) -> (Db, DbGuard) {
        let (db, guard) = fresh_db(engine);
        migrate(&db, migrations(), 0).unwrap();
        let write =
            move |tx: &mut WriteTx<'_>| (1..=count).try_for_each(|n| append(tx, &act(n)).map(drop));
        db.write_blocking("test", write).unwrap();
        (db, guard)
    }

    /// What is found after a statement, which is undone then.
    fn tampered(db: &Db, text: &'static str) -> Chain {
        let found = Arc::new(Mutex::new(None));
        let (s, out) = (Statement::new("test.tamper", text), Arc::clone(&found));
        let undone = db.write_blocking("test", move |tx| {
            assert!(tx.execute(&s, &[])? > 0, "{text}");
            *out.lock().unwrap() = Some(verify(tx)?);
            Err::<(), _>(Error::unsupported("undo it"))
        });
        assert!(matches!(undone, Err(Error::Unsupported { .. })), "{undone:?}");
        found.lock().unwrap().take().unwrap()
    }

    #[test]
    fn a_chain_is_whole_over_pages_and_can_be_read() {
        for engine in TestEngine::ALL {
            let (db, _guard) = written(engine, rows::PAGE_MAX + 5);
            let chain = db.read_blocking("test", verify).unwrap();
            assert_eq!((chain.entries, chain.broken), (rows::PAGE_MAX + 5, None), "{engine:?}");
            let newest = db.read_blocking("test", |tx| page(tx, None, None, 2)).unwrap();
            assert_eq!(newest[0].hash, chain.head);
            assert_eq!(newest.iter().map(|e| e.seq).collect::<Vec<_>>(), [1_005, 1_004]);
            assert_eq!(
                (newest[0].actor.as_str(), newest[0].detail.chars().count()),
                ("ann", 4_000)
            );
            let of = |tx: &mut ReadTx<'_>| page(tx, Some(InstanceNo(4)), None, 9);
            let of = db.read_blocking("test", of).unwrap();
            assert_eq!(of.iter().map(|e| e.seq).collect::<Vec<_>>(), [4], "{engine:?}");
            let older = db.read_blocking("test", |tx| page(tx, None, Some(3), 9)).unwrap();
            assert_eq!(older.len(), 2);
        }
    }

    #[test]
    fn nothing_to_look_at_is_whole() {
        let (db, _guard) = written(TestEngine::Sqlite, 0);
        let chain = db.read_blocking("test", verify).unwrap();
        assert_eq!((chain.entries, chain.head, chain.broken), (0, Digest::ZERO, None));
    }

    #[test]
    fn every_kind_of_tampering_is_found() {
        let tampering: &[(&'static str, i64)] = &[
            ("update audit set at = at + 1 where seq = 5", 5),
            ("update audit set instance_no = 3 where seq = 5", 5),
            ("update audit set actor = 'bo' where seq = 5", 5),
            ("update audit set act = 'other' where seq = 5", 5),
            ("update audit set subject = '' where seq = 5", 5),
            ("update audit set reason = 'becausee' where seq = 5", 5),
            ("update audit set detail = '' where seq = 5", 5),
            ("update audit set epoch = 2 where seq = 5", 5),
            ("update audit set n = 6 where seq = 5", 5),
            ("update audit set actor = 'anns', act = 'ubject 5' where seq = 5", 5),
            ("update audit set hash = prev where seq = 5", 5),
            ("update audit set prev = hash where seq = 5", 5),
            ("delete from audit where seq = 5", 6),
            ("delete from audit where seq = 1", 2),
            ("delete from audit where seq = 9", 8),
            ("delete from audit where seq > 3", 3),
            ("delete from audit where seq > 0", 0),
            ("update audit set seq = 50 where seq = 5", 6),
            ("update audit set seq = 0 where seq = 1", 0),
            ("update audit_head set seq = 8 where one = 1", 9),
            ("update audit_head set hash = (select prev from audit where seq = 9)", 9),
        ];
        for engine in TestEngine::ALL {
            let (db, _guard) = written(engine, 9);
            for (text, seq) in tampering {
                let broken = tampered(&db, text).broken;
                assert_eq!(broken.map(|b| b.seq), Some(*seq), "{engine:?} {text}");
            }
            assert_eq!(db.read_blocking("test", verify).unwrap().broken, None);
        }
    }

    #[test]
    fn an_entry_written_anew_breaks_the_next() {
        let (db, _guard) = written(TestEngine::Sqlite, 3);
        let forge = |tx: &mut WriteTx<'_>| {
            let mut row = rows::after(tx, 1, 1)?.remove(0);
            row.actor = "bo".to_owned();
            let fresh = Value::from(hash(&row).to_bytes());
            let s = Statement::new(
                "test.forge",
                "update audit set actor = 'bo', hash = ?1 where seq = 2",
            );
            tx.execute(&s, &[fresh])
        };
        db.write_blocking("test", forge).unwrap();
        let broken = db.read_blocking("test", verify).unwrap().broken.unwrap();
        assert_eq!(broken.seq, 3, "{}", broken.what);
    }

    #[test]
    fn an_act_that_is_rolled_back_leaves_no_gap() {
        for engine in TestEngine::ALL {
            let (db, _guard) = written(engine, 2);
            let failed = db.write_blocking("test", |tx| {
                append(tx, &act(3))?;
                Err::<(), _>(Error::unsupported("no"))
            });
            assert!(failed.is_err());
            db.write_blocking("test", |tx| append(tx, &act(4))).unwrap();
            let chain = db.read_blocking("test", verify).unwrap();
            assert_eq!((chain.entries, chain.broken), (3, None), "{engine:?}");
        }
    }
}
