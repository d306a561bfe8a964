//! Whether one more person may hold a licence, told by the authority before anybody tries.
//!
//! Called by the page of users, for its button. A refusal here is a [`Denial`], made from what this
//! very read found; whatever is not sure denies nothing. Only a change decides: this may be over
//! before it is read.

use firebell_base::Timestamp;
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::LicenceType;

use super::super::Authority;
use super::super::confirm::{Confirmed, Denial, SeatCheck};
use crate::error::ConfigError;
use crate::licences::{Quota, Quotas};

/// Which licences are free, as one read found it.
#[derive(Debug, Clone)]
pub struct Room {
    /// The numbers.
    pub quotas: Confirmed<Quotas>,
    /// The types of which nobody new would get one, at most one for each.
    pub denials: Vec<Denial>,
}

impl Room {
    /// Why nobody new would get a licence of this type; none if somebody would, or nobody knows.
    pub fn denial(&self, licence: LicenceType) -> Option<&Denial> {
        self.denials.iter().find(|denial| denial.check().licence == licence)
    }
}

impl Authority {
    /// Whether so many more people may hold a licence, for each type.
    ///
    /// # Errors
    /// As [`Authority::quotas`].
    pub async fn room(
        &self,
        no: InstanceNo,
        wanted: u32,
        now: Timestamp,
    ) -> Result<Room, ConfigError> {
        let quotas = self.quotas(no, now).await?;
        let evidence = *quotas.evidence();
        let denials = quotas
            .value()
            .list
            .iter()
            .filter_map(|quota| check(quota, wanted))
            .filter_map(|check| Denial::of(&Confirmed::new(check, evidence)))
            .collect();
        Ok(Room { quotas, denials })
    }
}

/// What is sure about a type; none if anything is not.
fn check(quota: &Quota, wanted: u32) -> Option<SeatCheck> {
    if quota.unsure().is_some() {
        return None;
    }
    let terms = quota.terms.as_ref()?;
    Some(SeatCheck {
        licence: quota.licence,
        allotment: terms.entitlement.allotment,
        limit: terms.limit,
        held: quota.held(),
        wanted,
        phase: terms.phase,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use firebell_domain::directory::Revision;
    use firebell_domain::licence::{Allotment, Entitlement, Limit, Phase, Tally};

    use super::*;

    fn quota(allotment: Allotment, counter: u32, people: u32) -> Quota {
        let licence = LicenceType::FullUser;
        let entitlement = Entitlement { allotment, ..Entitlement::unlimited(licence) };
        let limit = entitlement.limit(Timestamp::UNIX_EPOCH, None);
        let since = Revision { epoch: 1, n: 1 };
        let terms = crate::licences::Terms {
            entitlement: Arc::new(entitlement),
            since,
            phase: Phase::Valid,
            limit,
        };
        let tally = Tally { counter, ledger: counter, people, over_since: None, drift_since: None };
        Quota { licence, terms: Some(terms), tally }
    }

    #[test]
    fn what_is_not_sure_is_not_checked_and_so_denies_nothing() {
        let full = check(&quota(Allotment::Limited(3), 3, 3), 1).map(|one| (one.held, one.limit));
        assert_eq!(full, Some((3, Limit::AtMost(3))));
        assert_eq!(check(&quota(Allotment::Limited(3), 3, 2), 1), None, "the books differ");
        let nobody_knows = Quota { terms: None, ..quota(Allotment::Limited(3), 3, 3) };
        assert_eq!(check(&nobody_knows, 1), None);
    }
}
