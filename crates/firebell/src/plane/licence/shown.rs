//! Licences in words, in tables, and as objects.

use firebell_config::fresh::Cause;
use firebell_config::licences::{Free, PersonLicence, Quota, Reconciliation};
use firebell_domain::directory::Directory;
use firebell_domain::licence::{Allotment, Enforcement, Entitlement, Phase};
use serde_json::{Value, json};

use super::agrees;
use crate::output::{Output, Style, Table, clean};
use crate::plane::when;

fn allotment(allotment: Allotment) -> String {
    match allotment {
        Allotment::Limited(many) => many.to_string(),
        Allotment::Unlimited => "unlimited".to_owned(),
    }
}

fn strict(enforcement: Enforcement) -> String {
    match enforcement {
        Enforcement::Hard => "hard".to_owned(),
        Enforcement::Soft { percent, floor, days } => {
            format!("soft {percent} %, at least {floor}, {days} d")
        }
        Enforcement::TrueUp => "true-up".to_owned(),
    }
}

/// An entitlement in a line.
pub(super) fn in_words(one: &Entitlement) -> String {
    let mut words = vec![allotment(one.allotment)];
    if one.allotment != Allotment::Unlimited {
        words.push(strict(one.enforcement));
    }
    words.extend(one.valid_from.map(|from| format!("from {}", when(from))));
    words.extend(one.valid_until.map(|until| format!("until {}", when(until))));
    if one.grace_days > 0 {
        words.push(format!("{} d grace", one.grace_days));
    }
    if !one.contract.is_empty() {
        words.push(clean(&one.contract));
    }
    words.join(", ")
}

/// An entitlement as an object.
pub(super) fn terms(one: &Entitlement) -> Value {
    let (percent, floor, days) = match one.enforcement {
        Enforcement::Soft { percent, floor, days } => (Some(percent), Some(floor), Some(days)),
        Enforcement::Hard | Enforcement::TrueUp => (None, None, None),
    };
    let word = match one.enforcement {
        Enforcement::Hard => "hard",
        Enforcement::Soft { .. } => "soft",
        Enforcement::TrueUp => "true-up",
    };
    json!({
        "allotment": limited(one.allotment),
        "unlimited": one.allotment == Allotment::Unlimited,
        "enforcement": word,
        "softPercent": percent,
        "softFloor": floor,
        "softDays": days,
        "from": one.valid_from.map(|at| at.to_string()),
        "until": one.valid_until.map(|at| at.to_string()),
        "graceDays": one.grace_days,
        "contract": one.contract,
        "signedBy": one.signed_by,
    })
}

const fn limited(allotment: Allotment) -> Option<u32> {
    match allotment {
        Allotment::Limited(many) => Some(many),
        Allotment::Unlimited => None,
    }
}

pub(super) fn row(table: &mut Table, directory: &Directory, quota: &Quota) {
    let unknown = || "unknown".to_owned();
    let terms = quota.terms.as_ref();
    table.row(&[
        directory.instance.name.as_str().to_owned(),
        quota.licence.word().to_owned(),
        quota.allotment().map_or_else(unknown, allotment),
        terms.map_or_else(unknown, |terms| strict(terms.entitlement.enforcement)),
        quota.held().to_string(),
        quota.free().map_or_else(unknown, free),
        terms.map_or_else(unknown, |terms| phase(terms.phase)),
        terms.map_or_else(unknown, |terms| terms.since.to_string()),
        quota.unsure().map_or_else(String::new, |cause| cause.word().to_owned()),
    ]);
}

fn free(free: Free) -> String {
    match free {
        Free::Seats(seats) => seats.to_string(),
        Free::Unlimited => "unlimited".to_owned(),
    }
}

fn phase(phase: Phase) -> String {
    match phase {
        Phase::NotYet(from) => format!("from {}", when(from)),
        Phase::Valid => "now".to_owned(),
        Phase::Grace(end) => format!("ended, grace until {}", when(end)),
        Phase::Expired(end) => format!("expired at {}", when(end)),
    }
}

pub(super) fn quota_object(quota: &Quota) -> Value {
    let phase_word = |phase: Phase| match phase {
        Phase::NotYet(_) => "not_yet",
        Phase::Valid => "valid",
        Phase::Grace(_) => "grace",
        Phase::Expired(_) => "expired",
    };
    let free = quota.free().map(|free| match free {
        Free::Seats(seats) => json!(seats),
        Free::Unlimited => json!("unlimited"),
    });
    json!({
        "type": quota.licence.word(),
        "terms": quota.terms.as_ref().map(|known| terms(&known.entitlement)),
        "since": quota.terms.as_ref().map(|terms| terms.since.to_string()),
        "phase": quota.terms.as_ref().map(|terms| phase_word(terms.phase)),
        "held": quota.held(),
        "free": free,
        "unsure": quota.unsure().map(Cause::word),
        "books": {
            "counter": quota.tally.counter,
            "ledger": quota.tally.ledger,
            "people": quota.tally.people,
            "driftSince": quota.tally.drift_since.map(|at| at.to_string()),
        },
    })
}

pub(super) fn print(out: &Output, quota: &Quota) {
    out.line(&format!("  {}", quota.licence.word()));
    let line = |name: &str, value: &str| out.line(&format!("    {name:<10} {value}"));
    match &quota.terms {
        None => line("allotted", "unknown: no entitlement was set, and that is not zero"),
        Some(terms) => {
            line("allotted", &in_words(&terms.entitlement));
            line("valid", &phase(terms.phase));
            line("since", &format!("revision {}", terms.since));
            if let Some(signer) = &terms.entitlement.signed_by {
                line("signed by", &clean(signer));
            }
        }
    }
    line("held", &quota.held().to_string());
    line("free", &quota.free().map_or_else(|| "unknown".to_owned(), free));
    if let Some(since) = quota.tally.over_since {
        line("over", &format!("more than allotted since {}", when(since)));
    }
    if let Some(cause) = quota.unsure() {
        let books = &quota.tally;
        line("unsure", cause.message());
        let (counter, ledger, people) = (books.counter, books.ledger, books.people);
        line("books", &format!("count {counter}, ledger {ledger}, active people {people}"));
    }
}

pub(super) fn print_person(out: &Output, person: &PersonLicence) {
    let name = person.name.clone().unwrap_or_else(|| person.id.to_string());
    out.line(&format!("  {}", out.paint(Style::Cyan, &clean(&name))));
    match &person.seat {
        Some(seat) => out.line(&format!(
            "    holds a {} licence since {} (revision {})",
            clean(&seat.licence),
            when(seat.at),
            seat.since
        )),
        None => out.line("    holds no licence"),
    }
    out.line(&format!("    {}", person.why.message()));
}

pub(super) fn person_object(person: &PersonLicence) -> Value {
    json!({
        "id": person.id.to_string(),
        "name": person.name,
        "holds": person.seat.as_ref().map(|seat| json!({
            "type": seat.licence,
            "since": seat.since.to_string(),
            "at": seat.at.to_string(),
        })),
        "why": person.why.message(),
    })
}

pub(super) fn reconciliation(directory: &Directory, done: &Reconciliation) -> Value {
    let books = done.found.iter().map(|(licence, tally)| {
        json!({
            "type": licence.word(),
            "counter": tally.counter,
            "ledger": tally.ledger,
            "people": tally.people,
        })
    });
    let differences = done.differences.iter().map(|one| {
        json!({
            "person": one.person.to_string(),
            "ledger": one.ledger,
            "configuration": one.configuration,
        })
    });
    json!({
        "instance": directory.instance.name.as_str(),
        "revision": done.revision.to_string(),
        "books": books.collect::<Vec<_>>(),
        "differences": differences.collect::<Vec<_>>(),
        "differing": done.differing,
        "agree": agrees(done),
        "repaired": done.repaired,
    })
}

#[cfg(test)]
mod tests {
    use firebell_domain::person::LicenceType;

    use super::*;

    #[test]
    fn entitlements_in_words() {
        let mut one = Entitlement::unlimited(LicenceType::FullUser);
        assert_eq!(in_words(&one), "unlimited");
        one.allotment = Allotment::Limited(100);
        one.enforcement = Enforcement::Soft { percent: 10, floor: 1, days: 14 };
        one.valid_until = Some("2027-01-01T00:00:00Z".parse().unwrap());
        one.contract = "C-17\u{1b}".to_owned();
        let words = in_words(&one);
        assert_eq!(words, "100, soft 10 %, at least 1, 14 d, until 2027-01-01 00:00:00Z, C-17 ");
        assert_eq!(terms(&one)["allotment"], 100);
        assert_eq!(terms(&one)["softDays"], 14);
    }
}
