//! What is entered about an entitlement: kept as typed, turned into an entitlement or into faults by field.

use firebell_base::Timestamp;
use firebell_domain::licence::{Allotment, Enforcement, Entitlement};
use firebell_domain::person::LicenceType;
use firebell_ui::part::{Choice, Faults, Field};
use firebell_ui::{Form, Visit};

use crate::words::WORDS;

/// Characters of a contract.
const CONTRACT_MAX: usize = 200;
/// Characters of a reason.
const REASON_MAX: usize = 1_024;
/// How strict an allotment is unless somebody says otherwise.
const SOFT: (u8, u32, u16) = (10, 1, 14);

/// What was entered.
#[derive(Debug, Clone, Default)]
pub(super) struct Entered {
    /// `limited`, `unlimited` or `none`.
    many: String,
    seats: String,
    /// `hard`, `soft` or `true-up`.
    strict: String,
    percent: String,
    floor: String,
    days: String,
    from: String,
    until: String,
    grace: String,
    contract: String,
    pub(super) reason: String,
    pub(super) approval: String,
    /// Whether a guard asks for an approval.
    pub(super) approval_wanted: bool,
    /// The revision that was shown.
    pub(super) rev: String,
}

/// The fields by where they stand.
pub(super) struct Parts {
    pub(super) first: Vec<Field>,
    pub(super) soft: Vec<Field>,
    pub(super) dates: Vec<Field>,
    pub(super) last: Vec<Field>,
}

impl Entered {
    /// What is there now.
    pub(super) fn of(visit: &Visit, now: Option<&Entitlement>, rev: String) -> Self {
        let (percent, floor, days) = match now.map(|one| one.enforcement) {
            Some(Enforcement::Soft { percent, floor, days }) => (percent, floor, days),
            Some(Enforcement::Hard | Enforcement::TrueUp) | None => SOFT,
        };
        let limited = now.filter(|one| one.allotment != Allotment::Unlimited);
        let local = |at: Option<Timestamp>| at.map(|at| local(visit, at)).unwrap_or_default();
        Self {
            many: match now.map(|one| one.allotment) {
                Some(Allotment::Limited(_)) => "limited",
                Some(Allotment::Unlimited) => "unlimited",
                None => "none",
            }
            .to_owned(),
            seats: match now.map(|one| one.allotment) {
                Some(Allotment::Limited(seats)) => seats.to_string(),
                Some(Allotment::Unlimited) | None => String::new(),
            },
            // How strict an unlimited allotment would be, nobody has ever said.
            strict: match limited.map(|one| one.enforcement) {
                Some(Enforcement::Hard) => "hard",
                Some(Enforcement::TrueUp) => "true-up",
                Some(Enforcement::Soft { .. }) | None => "soft",
            }
            .to_owned(),
            percent: percent.to_string(),
            floor: floor.to_string(),
            days: days.to_string(),
            from: local(now.and_then(|one| one.valid_from)),
            until: local(now.and_then(|one| one.valid_until)),
            grace: now.map_or(0, |one| one.grace_days).to_string(),
            contract: now.map(|one| one.contract.clone()).unwrap_or_default(),
            rev,
            ..Self::default()
        }
    }

    /// What was posted.
    pub(super) fn read(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        Self {
            many: text("many"),
            seats: text("seats"),
            strict: text("strict"),
            percent: text("percent"),
            floor: text("floor"),
            days: text("days"),
            from: text("from"),
            until: text("until"),
            grace: text("grace"),
            contract: text("contract"),
            reason: text("reason"),
            approval: text("approval"),
            approval_wanted: form.has("approval"),
            rev: text("rev"),
        }
    }

    /// The entitlement that is meant; the inner none removes it. None with faults.
    #[expect(clippy::option_option, reason = "not valid, removed and set are three things")]
    pub(super) fn entitlement(
        &self,
        visit: &Visit,
        licence: LicenceType,
        faults: &mut Faults,
    ) -> Option<Option<Entitlement>> {
        let t = visit.say(&WORDS);
        let allotment = match self.many.as_str() {
            "none" => return Some(None),
            "unlimited" => Some(Allotment::Unlimited),
            "limited" => {
                let seats = whole(&self.seats);
                if seats.is_none() {
                    faults.add("seats", t.get("control-seats-fault"));
                }
                seats.map(Allotment::Limited)
            }
            _ => {
                faults.add("many", t.get("control-many-fault"));
                None
            }
        };
        let enforcement = self.enforcement(visit, allotment, faults);
        let from = instant(visit, "from", &self.from, faults);
        let until = instant(visit, "until", &self.until, faults);
        if let (Some(Some(from)), Some(Some(until))) = (from, until)
            && until <= from
        {
            faults.add("until", t.get("control-until-fault"));
        }
        let grace = whole(or_zero(&self.grace));
        if grace.is_none() {
            faults.add("grace", t.get("control-grace-fault"));
        }
        if self.contract.chars().count() > CONTRACT_MAX {
            faults.add("contract", t.get("control-contract-fault"));
        }
        Some(Some(Entitlement {
            licence,
            allotment: allotment?,
            enforcement: enforcement?,
            valid_from: from?,
            valid_until: until?,
            grace_days: grace?,
            contract: self.contract.clone(),
            signed_by: None,
        }))
    }

    fn enforcement(
        &self,
        visit: &Visit,
        allotment: Option<Allotment>,
        faults: &mut Faults,
    ) -> Option<Enforcement> {
        let t = visit.say(&WORDS);
        match self.strict.as_str() {
            _ if allotment == Some(Allotment::Unlimited) => Some(Enforcement::Hard),
            "hard" => Some(Enforcement::Hard),
            "true-up" => Some(Enforcement::TrueUp),
            "soft" => {
                let percent = whole(&self.percent).filter(|percent: &u8| *percent <= 100);
                let (floor, days) = (whole(&self.floor), whole(&self.days));
                if percent.is_none() {
                    faults.add("percent", t.get("control-percent-fault"));
                }
                if floor.is_none() {
                    faults.add("floor", t.get("control-floor-fault"));
                }
                if days.is_none() {
                    faults.add("days", t.get("control-days-fault"));
                }
                Some(Enforcement::Soft { percent: percent?, floor: floor?, days: days? })
            }
            _ => {
                faults.add("strict", t.get("control-strict-fault"));
                None
            }
        }
    }

    /// Where a fault of the configuration belongs in the form.
    pub(super) fn field_of(field: &str) -> &'static str {
        match field.rsplit('.').next().unwrap_or_default() {
            "allotment" => "seats",
            "enforcement" | "soft" => "strict",
            "percent" => "percent",
            "floor" => "floor",
            "days" => "days",
            "validFrom" => "from",
            "validUntil" => "until",
            "graceDays" => "grace",
            "contract" => "contract",
            _ => "",
        }
    }

    pub(super) fn fields(&self, visit: &Visit, faults: &Faults) -> Parts {
        let t = visit.say(&WORDS);
        let choice =
            |value: &str, key: &str, now: &str| Choice::new(value, t.get(key), value == now);
        let number = |name: &str, key: &str, value: &str| {
            Field::text(name, t.get(key))
                .value(value)
                .error(faults.of(name))
                .inputmode("numeric")
                .max(10)
        };
        let many = vec![
            choice("limited", "control-many-limited", &self.many),
            choice("unlimited", "control-many-unlimited", &self.many),
            choice("none", "control-many-none", &self.many),
        ];
        let strict = vec![
            choice("soft", "control-strict-soft", &self.strict),
            choice("hard", "control-strict-hard", &self.strict),
            choice("true-up", "control-strict-true-up", &self.strict),
        ];
        let zone = t.a("control-at-zone", &[("zone", visit.person.zone.name())]);
        let date = |name: &str, key: &str, value: &str| {
            Field::datetime(name, t.get(key)).value(value).hint(zone.clone()).error(faults.of(name))
        };
        let mut last = vec![
            Field::hidden("rev", self.rev.clone()),
            Field::text("contract", t.get("control-fact-contract"))
                .value(self.contract.clone())
                .error(faults.of("contract"))
                .max(CONTRACT_MAX),
            Field::text("reason", t.get("control-reason"))
                .value(self.reason.clone())
                .max(REASON_MAX),
        ];
        if self.approval_wanted {
            last.push(
                Field::text("approval", t.get("control-approval"))
                    .value(self.approval.clone())
                    .hint(t.get("control-approval-hint"))
                    .error(faults.of("approval"))
                    .max(REASON_MAX),
            );
        }
        Parts {
            first: vec![
                Field::one("many", t.get("control-many"), many).error(faults.of("many")),
                number("seats", "control-seats", &self.seats),
                Field::one("strict", t.get("control-fact-enforcement"), strict)
                    .error(faults.of("strict")),
            ],
            soft: vec![
                number("percent", "control-percent", &self.percent),
                number("floor", "control-floor", &self.floor),
                number("days", "control-soft-days", &self.days),
            ],
            dates: vec![
                date("from", "control-from", &self.from),
                date("until", "control-until", &self.until),
                number("grace", "control-grace-days", &self.grace),
            ],
            last,
        }
    }
}

/// A whole number, in digits only.
fn whole<T: std::str::FromStr>(text: &str) -> Option<T> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn or_zero(text: &str) -> &str {
    if text.is_empty() { "0" } else { text }
}

/// The instant of a local time; the inner none is for an empty field. None with a fault.
#[expect(clippy::option_option, reason = "not valid, empty and an instant are three things")]
fn instant(
    visit: &Visit,
    name: &str,
    text: &str,
    faults: &mut Faults,
) -> Option<Option<Timestamp>> {
    if text.is_empty() {
        return Some(None);
    }
    let local = text.parse().ok();
    let at = local.and_then(|local| visit.person.zone.instant(local));
    if at.is_none() {
        faults.add(name, visit.say(&WORDS).get("control-at-no-instant"));
    }
    at.map(Some)
}

/// What a field for a local time shows; with seconds only if there are any.
fn local(visit: &Visit, at: Timestamp) -> String {
    let local = at.to_zoned(visit.person.zone.rules().clone());
    let form = if local.second() == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" };
    local.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_digits_and_nothing_else() {
        assert_eq!(whole::<u32>("150"), Some(150));
        for text in ["", "-1", "+1", "1.5", "1e3", "4294967296", "١", " 1"] {
            assert_eq!(whole::<u32>(text), None, "{text}");
        }
    }

    #[test]
    fn faults_of_the_configuration_find_their_field() {
        assert_eq!(Entered::field_of("enforcement.soft.percent"), "percent");
        assert_eq!(Entered::field_of("validUntil"), "until");
        assert_eq!(Entered::field_of("x"), "");
    }
}
