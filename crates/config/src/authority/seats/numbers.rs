//! The numbers of licences, confirmed: each read is one transaction that began after it was asked for.

use std::sync::Arc;

use firebell_base::Timestamp;
use firebell_base::time::from_micros;
use firebell_domain::directory::Directory;
use firebell_domain::instance::InstanceNo;
use firebell_domain::licence::held_by;
use firebell_domain::person::{LicenceType, PersonId};
use firebell_sql::ReadTx;
use firebell_store::configuration as heads;
use firebell_store::seats::{self as rows, DRIFTED_MAX};

use super::super::confirm::{Confirmed, Evidence, SeatCheck, next_read};
use super::super::{Authority, newest};
use super::Books;
use crate::error::ConfigError;
use crate::fresh::Cause;
use crate::licences::{Drifted, LicenceExplanation, PersonLicence, Quota, Quotas, Seat, Why};
use crate::snapshots::Snapshots;
use crate::view::View;

/// What is asked, and what was known before.
struct Asked {
    snapshots: Snapshots,
    known: Arc<View>,
    no: InstanceNo,
    now: Timestamp,
}

/// What one read found.
struct Reading {
    directory: Arc<Directory>,
    quotas: Quotas,
    evidence: Evidence,
}

impl Authority {
    /// How many licences an instance has, and how many are held. What nobody knows is none, not zero
    /// ([`Quota::unsure`](crate::licences::Quota::unsure)).
    ///
    /// # Errors
    /// [`ConfigError::Unknown`], [`ConfigError::Damaged`], [`ConfigError::WentBack`],
    /// [`ConfigError::Store`].
    pub async fn quotas(
        &self,
        no: InstanceNo,
        now: Timestamp,
    ) -> Result<Confirmed<Quotas>, ConfigError> {
        let asked = self.asked(no, now);
        let read = move |tx: &mut ReadTx<'_>| {
            let reading = asked.read(tx)?;
            Ok(Confirmed::new(reading.quotas, reading.evidence))
        };
        self.db.read("config.quotas", read).await
    }

    /// What would decide whether so many more people may hold a licence of a type now. Only a change
    /// decides it: this may be over before it is read.
    ///
    /// # Errors
    /// [`ConfigError::Unconfirmed`] if nobody knows; otherwise as [`Authority::quotas`].
    pub async fn seat_check(
        &self,
        no: InstanceNo,
        licence: LicenceType,
        wanted: u32,
        now: Timestamp,
    ) -> Result<Confirmed<SeatCheck>, ConfigError> {
        let quotas = self.quotas(no, now).await?;
        let evidence = *quotas.evidence();
        let quota = quotas.value().of_type(licence);
        if let Some(cause) = quota.and_then(Quota::unsure) {
            return Err(ConfigError::Unconfirmed(cause));
        }
        let Some((terms, quota)) = quota.and_then(|quota| quota.terms.as_ref().zip(Some(quota)))
        else {
            return Err(ConfigError::Unconfirmed(Cause::NoEntitlement));
        };
        let check = SeatCheck {
            licence,
            allotment: terms.entitlement.allotment,
            limit: terms.limit,
            held: quota.held(),
            wanted,
            phase: terms.phase,
        };
        Ok(Confirmed::new(check, evidence))
    }

    /// What there is to know of an instance's licences, and why somebody does or does not hold one.
    ///
    /// # Errors
    /// As [`Authority::quotas`].
    pub async fn explain(
        &self,
        no: InstanceNo,
        person: Option<PersonId>,
        now: Timestamp,
    ) -> Result<Confirmed<LicenceExplanation>, ConfigError> {
        let asked = self.asked(no, now);
        let read = move |tx: &mut ReadTx<'_>| {
            let Reading { directory, quotas, evidence } = asked.read(tx)?;
            let person = person.map(|id| about(tx, &directory, id)).transpose()?;
            Ok(Confirmed::new(LicenceExplanation { quotas, person }, evidence))
        };
        self.db.read("config.explain_licences", read).await
    }

    /// The counters that are known to differ from the ledger or the configuration, the longest first; at
    /// most [`DRIFTED_MAX`]. Each is an alarm: it stands until an operator reconciles it.
    ///
    /// # Errors
    /// [`ConfigError::Store`].
    pub async fn drifted(&self) -> Result<Vec<Drifted>, ConfigError> {
        let found = self.db.read("config.drifted_seats", rows::drifted).await?;
        debug_assert!(i64::try_from(found.len()).is_ok_and(|count| count <= DRIFTED_MAX));
        let one =
            |(instance, licence, since)| Drifted { instance, licence, since: from_micros(since) };
        Ok(found.into_iter().map(one).collect())
    }

    fn asked(&self, no: InstanceNo, now: Timestamp) -> Asked {
        Asked { snapshots: self.snapshots.clone(), known: self.snapshots.view(), no, now }
    }
}

impl Asked {
    fn read(&self, tx: &mut ReadTx<'_>) -> Result<Reading, ConfigError> {
        let Self { snapshots, known, no, now } = self;
        let evidence = Evidence { revision: heads::head(tx)?, read: next_read(), at: *now };
        let directory = newest(tx, snapshots, known, *no, *now)?;
        let books = Books::read(tx, *no)?;
        let quotas = Quotas::of(&directory, *now, |licence| books.tally(licence, &directory));
        Ok(Reading { directory, quotas, evidence })
    }
}

fn about(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    id: PersonId,
) -> Result<PersonLicence, ConfigError> {
    let live = rows::of_person(tx, directory.instance.no, id.to_bytes())?;
    let seat =
        live.map(|row| Seat { licence: row.licence, since: row.since, at: from_micros(row.at) });
    let person = directory.person(id);
    let needed = person.and_then(|person| held_by(person));
    let why = match (person, needed, &seat) {
        (_, Some(licence), Some(seat)) if seat.licence == licence.word() => Why::Active,
        (Some(_), None, None) => Why::Inactive,
        (None, _, None) => Why::NotThere,
        (_, _, _) => Why::BooksDiffer,
    };
    let name = person.map(|person| person.target_name.to_string());
    Ok(PersonLicence { id, name, seat, why })
}
