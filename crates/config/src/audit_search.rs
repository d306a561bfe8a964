//! The audit, searched by who, what and a text, in a bounded number of entries.
//!
//! Read by the pages of administrators (their instance's) and of operators (all). It says how far back it came,
//! and never pretends to have seen everything. Whether the chain is whole is [`audit::verify`]'s to say.

use firebell_domain::instance::InstanceNo;
use firebell_sql::{Error, ReadTx};
use firebell_store::audit::PAGE_MAX;

use crate::audit::{self, Entry};

/// Entries the first look has: enough for a page without filters.
const FIRST_PAGE: i64 = 100;
/// Looks of one search.
const LOOKS_MAX: usize = 10;

/// What is looked for; empty texts mean everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Of which instance; none for all, and for what concerns none.
    pub instance: Option<InstanceNo>,
    /// Only entries before this number.
    pub before: Option<i64>,
    /// Part of who did it.
    pub actor: String,
    /// What was done, whole or its beginning: `config.`, `licence.set`.
    pub act: String,
    /// Part of the subject, the reason or the details.
    pub text: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The entries, newest first.
    pub list: Vec<Entry>,
    /// Before which number it goes on; none if nothing older is there.
    pub next: Option<i64>,
    /// Whether it stopped although the page is not full.
    pub stopped: bool,
}

/// Entries, newest first, at most `limit`.
///
/// # Errors
/// What the engine reports.
pub fn search(tx: &mut ReadTx<'_>, wanted: &Wanted, limit: usize) -> Result<Found, Error> {
    let mut found = Found { list: Vec::new(), next: None, stopped: false };
    let (mut before, mut size) = (wanted.before, FIRST_PAGE);
    for _ in 0..LOOKS_MAX {
        let page = audit::page(tx, wanted.instance, before, size)?;
        let full = i64::try_from(page.len()).is_ok_and(|len| len >= size);
        before = page.last().map(|last| last.seq).or(before);
        for entry in page.into_iter().filter(|entry| fits(entry, wanted)) {
            if found.list.len() >= limit {
                found.next = found.list.last().map(|last| last.seq);
                return Ok(found);
            }
            found.list.push(entry);
        }
        if !full {
            return Ok(found);
        }
        size = PAGE_MAX;
    }
    (found.next, found.stopped) = (before, true);
    Ok(found)
}

fn fits(entry: &Entry, wanted: &Wanted) -> bool {
    let has = |text: &str, part: &str| {
        part.is_empty() || text.to_lowercase().contains(&part.trim().to_lowercase())
    };
    let texts = [&entry.subject, &entry.reason, &entry.detail];
    has(&entry.actor, &wanted.actor)
        && entry.act.starts_with(wanted.act.trim())
        && (wanted.text.is_empty() || texts.into_iter().any(|text| has(text, &wanted.text)))
}

#[cfg(test)]
mod tests {
    use firebell_domain::directory::Revision;
    use firebell_sql::{WriteTx, migrate};
    use firebell_store::migrations::migrations;
    use firebell_testkit::postgres::{TestEngine, fresh_db};

    use super::*;
    use crate::audit::Act;
    use crate::samples::now;

    fn act(n: i64) -> Act {
        Act {
            at: now(),
            instance: (n % 2 == 0).then_some(InstanceNo(2)),
            actor: if n % 3 == 0 { "Ann".to_owned() } else { "bo".to_owned() },
            act: if n % 5 == 0 { "licence.set" } else { "config.change" },
            subject: format!("subject {n}."),
            reason: "because".to_owned(),
            detail: String::new(),
            revision: Revision { epoch: 1, n },
        }
    }

    #[test]
    fn entries_are_found_by_who_what_text_and_instance() {
        for engine in TestEngine::ALL {
            let (db, _guard) = fresh_db(engine);
            migrate(&db, migrations(), 0).unwrap();
            let write = |tx: &mut WriteTx<'_>| {
                (1..=1_300).try_for_each(|n| audit::append(tx, &act(n)).map(drop))
            };
            db.write_blocking("test", write).unwrap();
            let look = |wanted: Wanted, limit: usize| {
                let found = db.read_blocking("test", move |tx| search(tx, &wanted, limit)).unwrap();
                let seqs: Vec<i64> = found.list.iter().map(|entry| entry.seq).collect();
                (seqs, found.next, found.stopped)
            };
            let all = Wanted::default();
            assert_eq!(
                look(all.clone(), 2),
                (vec![1_300, 1_299], Some(1_299), false),
                "{engine:?}"
            );
            let old = Wanted { before: Some(3), ..all.clone() };
            assert_eq!(look(old, 2), (vec![2, 1], None, false));
            let ann = Wanted { actor: "ann".to_owned(), act: "licence".to_owned(), ..all.clone() };
            assert_eq!(look(ann, 2), (vec![1_290, 1_275], Some(1_275), false));
            let text = Wanted { text: "Subject 7.".to_owned(), ..all.clone() };
            assert_eq!(look(text, 9), (vec![7], None, false));
            let own = Wanted { instance: Some(InstanceNo(2)), ..all.clone() };
            assert_eq!(look(own, 2), (vec![1_300, 1_298], Some(1_298), false));
            let none = Wanted { instance: Some(InstanceNo(9)), ..all };
            assert_eq!(look(none, 2), (vec![], None, false));
        }
    }
}
