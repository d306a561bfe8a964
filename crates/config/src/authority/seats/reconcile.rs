//! Makes the books of seats agree again: what the configuration says counts. Operators ask for it; the
//! authority itself only remembers that they differ.

use std::collections::BTreeMap;

use firebell_base::Timestamp;
use firebell_base::time::from_micros;
use firebell_domain::directory::{Directory, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_domain::licence::{Decision, Tally, Turnover, decide, held_by};
use firebell_domain::person::{LicenceType, PersonId};
use firebell_sql::WriteTx;
use firebell_store::seats::{self as rows, CounterRow, Moment, NewSeat};

use super::super::{Authority, Ground};
use super::{Books, tell_drift};
use crate::audit::{self, Act};
use crate::change::Intent;
use crate::error::ConfigError;
use crate::fresh::Cause;
use crate::licences::{DIFFERENCES_MAX, Difference, Reconcile, Reconciliation};

impl Authority {
    /// Compares counters, ledger and configuration person by person, and makes them agree if asked to.
    /// Nobody's licence changes by it: whoever is active holds one.
    ///
    /// # Errors
    /// [`ConfigError::Unknown`], [`ConfigError::Damaged`], [`ConfigError::WentBack`],
    /// [`ConfigError::Unconfirmed`] if the configuration's digest is not the recorded one,
    /// [`ConfigError::Store`].
    pub async fn reconcile(
        &self,
        no: InstanceNo,
        what: Reconcile,
        intent: impl Into<Intent>,
        now: Timestamp,
    ) -> Result<Reconciliation, ConfigError> {
        let intent = intent.into();
        let (snapshots, random) = (self.snapshots.clone(), self.random.clone());
        let reconcile = move |tx: &mut WriteTx<'_>| {
            let ground = Ground::take(tx, &snapshots, now)?;
            let (revision, (_, directory)) = (ground.head().revision, ground.instance(no)?);
            let found = Found::read(tx, &directory)?;
            let when = Moment { revision, at: now.as_microsecond() };
            match what {
                Reconcile::Check => found.mark(tx, &directory, now)?,
                Reconcile::Repair => {
                    found.repair(tx, &directory, when, || random.bytes())?;
                    audit::append(tx, &found.act(no, when, &intent))?;
                }
            }
            Ok(found.into_report(revision, what))
        };
        self.db.write("config.reconcile_seats", reconcile).await
    }

    /// Passes on what a change came to. If it could not be confirmed because the books differ, that is
    /// remembered, since the change itself was undone: from then on nobody is denied until somebody
    /// reconciles them, and the alarm is raised once.
    pub(in crate::authority) async fn noting_drift<T>(
        &self,
        no: InstanceNo,
        now: Timestamp,
        done: Result<T, ConfigError>,
    ) -> Result<T, ConfigError> {
        if !matches!(done, Err(ConfigError::Unconfirmed(Cause::Drift))) {
            return done;
        }
        let snapshots = self.snapshots.clone();
        let note = move |tx: &mut WriteTx<'_>| {
            let (_, directory) = Ground::take(tx, &snapshots, now)?.instance(no)?;
            let books = Books::lock(tx, no)?;
            mark(tx, no, &tallies(&books, &directory), now)
        };
        if let Err(error) = self.db.write("config.note_drift", note).await {
            tracing::error!(instance.no = no.0, error = %error, "a drift of seats was not noted");
        }
        done
    }
}

fn tallies(books: &Books, directory: &Directory) -> Vec<(LicenceType, Tally)> {
    LicenceType::ALL.map(|licence| (licence, books.tally(licence, directory))).into()
}

fn mark(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    tallies: &[(LicenceType, Tally)],
    now: Timestamp,
) -> Result<(), ConfigError> {
    for (licence, tally) in tallies {
        let differs = !tally.agrees();
        if differs && rows::mark_drift(tx, no, licence.word(), now.as_microsecond())? {
            tell_drift(tx, no, *licence, *tally);
        }
    }
    Ok(())
}

/// What was found, person by person.
struct Found {
    tallies: Vec<(LicenceType, Tally)>,
    differences: Vec<Difference>,
}

impl Found {
    fn read(tx: &mut WriteTx<'_>, directory: &Directory) -> Result<Self, ConfigError> {
        let books = Books::lock(tx, directory.instance.no)?;
        let tallies = tallies(&books, directory);
        let ledger = ledger(tx, directory.instance.no)?;
        let people: BTreeMap<PersonId, &'static str> = directory
            .people()
            .filter_map(|person| Some((person.id, held_by(person)?.word())))
            .collect();
        let mut differences = Vec::new();
        for (person, word) in &people {
            let seat = ledger.get(person);
            if seat.is_none_or(|seat| seat != word) {
                let (ledger, configuration) = (seat.cloned(), Some(*word));
                differences.push(Difference { person: *person, ledger, configuration });
            }
        }
        for (person, seat) in ledger {
            if !people.contains_key(&person) {
                differences.push(Difference { person, ledger: Some(seat), configuration: None });
            }
        }
        Ok(Self { tallies, differences })
    }

    /// A person's seat may be wrong although all the counts agree.
    fn mark(
        &self,
        tx: &mut WriteTx<'_>,
        directory: &Directory,
        now: Timestamp,
    ) -> Result<(), ConfigError> {
        let no = directory.instance.no;
        mark(tx, no, &self.tallies, now)?;
        for (licence, tally) in &self.tallies {
            let word = licence.word();
            let concerns = |one: &Difference| {
                one.ledger.as_deref() == Some(word) || one.configuration == Some(word)
            };
            let differs = tally.agrees() && self.differences.iter().any(concerns);
            if differs && rows::mark_drift(tx, no, word, now.as_microsecond())? {
                tell_drift(tx, no, *licence, *tally);
            }
        }
        Ok(())
    }

    fn repair(
        &self,
        tx: &mut WriteTx<'_>,
        directory: &Directory,
        when: Moment,
        fresh: impl Fn() -> [u8; 16],
    ) -> Result<(), ConfigError> {
        let no = directory.instance.no;
        let mut surplus: BTreeMap<&str, Vec<[u8; 16]>> = BTreeMap::new();
        let mut missing = Vec::new();
        for one in &self.differences {
            if let Some(word) = &one.ledger {
                surplus.entry(word).or_default().push(one.person.to_bytes());
            }
            if let Some(licence) = one.configuration {
                let person = one.person.to_bytes();
                missing.push(NewSeat { id: fresh(), licence, person, key: None, released: false });
            }
        }
        for (word, people) in surplus {
            rows::release(tx, no, when, word, &people)?;
        }
        rows::hold(tx, no, when, &missing)?;
        for (licence, tally) in &self.tallies {
            let true_one = Tally { counter: tally.people, ledger: tally.people, ..*tally };
            let entitlement = directory.entitlement(*licence).map(AsRef::as_ref);
            let now = from_micros(when.at);
            // Nobody turns over: this only says whether more than the allotment are held.
            let over_since = match decide(&true_one, entitlement, Turnover::default(), now) {
                Decision::Settled { over_since, .. } => over_since,
                Decision::Denied { .. } | Decision::NoEntitlement | Decision::Drift => None,
            };
            let row = CounterRow {
                licence: licence.word().to_owned(),
                held: i64::from(tally.people),
                over_since: over_since.map(Timestamp::as_microsecond),
                drift_since: None,
            };
            rows::set_counter(tx, no, &row)?;
        }
        Ok(())
    }

    fn act(&self, no: InstanceNo, when: Moment, intent: &Intent) -> Act {
        let books = |(licence, tally): &(LicenceType, Tally)| {
            let Tally { counter, ledger, people, .. } = tally;
            format!("{} was {counter}/{ledger}/{people}", licence.word())
        };
        let books: Vec<String> = self.tallies.iter().map(books).collect();
        Act {
            at: from_micros(when.at),
            instance: Some(no),
            actor: intent.by.name.clone(),
            act: "licence.reconcile",
            subject: "seats".to_owned(),
            reason: intent.by.reason.clone(),
            detail: format!(
                "counter/ledger/people: {}; {} people differed",
                books.join(", "),
                self.differences.len()
            ),
            revision: when.revision,
        }
    }

    fn into_report(mut self, revision: Revision, what: Reconcile) -> Reconciliation {
        let differing = self.differences.len();
        self.differences.truncate(DIFFERENCES_MAX);
        Reconciliation {
            revision,
            found: self.tallies,
            differences: self.differences,
            differing,
            repaired: what == Reconcile::Repair,
        }
    }
}

/// Every live row of an instance's ledger.
fn ledger(tx: &mut WriteTx<'_>, no: InstanceNo) -> Result<BTreeMap<PersonId, String>, ConfigError> {
    let mut all = BTreeMap::new();
    let mut last = None;
    loop {
        let page = rows::live(tx, no, last)?;
        let Some(end) = page.last().map(|row| row.person) else {
            return Ok(all);
        };
        last = Some(end);
        all.extend(page.into_iter().map(|row| (PersonId::from_bytes(row.person), row.licence)));
    }
}
