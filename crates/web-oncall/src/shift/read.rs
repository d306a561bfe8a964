//! From what was entered to a shift, or to everything that is wrong with it, field by field.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use firebell_base::Timestamp;
use firebell_base::limit::DESCRIPTION_CHARS_MAX;
use firebell_domain::directory::Directory;
use firebell_domain::group::Group;
use firebell_domain::name::{Name, cut};
use firebell_domain::schedule::rotation::{
    Direction, INTERVAL_MAX, IntervalUnit, Rotation, RotationType,
};
use firebell_domain::schedule::{
    DayOfMonth, Frequency, MonthSet, MonthlyOn, Pattern, PatternError, REPEAT_EVERY_MAX,
    Recurrence, RecurrenceEnd, WeekdaySet, Zone,
};
use firebell_domain::shift::{
    DELAY_MINUTES_MAX, EndNotice, EscalationType, REPETITIONS_MAX, RepeatEscalation, Shift,
    ShiftId, ShiftMember,
};
use firebell_ui::Say;
use firebell_ui::part::Faults;
use jiff::ToSpan as _;

use super::entered::{Entered, Place};
use crate::phrase::{CLASSIFIERS, DAYS, MONTHS};
use crate::{local, names};

/// What it is read against.
pub(crate) struct Ground<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) group: &'a Group,
    /// The shift that is changed.
    pub(crate) old: Option<&'a Shift>,
    /// The id of a new one.
    pub(crate) id: ShiftId,
    pub(crate) now: Timestamp,
    pub(crate) t: Say,
}

impl Ground<'_> {
    /// The shift that was entered; if something is wrong, `faults` has it.
    pub(crate) fn read(&self, entered: &Entered, faults: &mut Faults) -> Option<Shift> {
        let name = match Name::parse(&entered.name) {
            Ok(name) => Some(name),
            Err(error) => {
                faults.add("name", self.t.a("oncall-fault-name", &[("why", &error.to_string())]));
                None
            }
        };
        if entered.description.chars().count() > DESCRIPTION_CHARS_MAX {
            faults.add("description", self.t.n("oncall-fault-long", DESCRIPTION_CHARS_MAX));
        }
        let pattern = self.pattern(entered, faults);
        let members = self.members(entered, faults);
        let repeat = self.repeat(entered, faults);
        let end_notice = self.end_notice(entered, faults);
        let pattern = pattern?;
        let rotation = self.rotation(entered, &pattern, faults);
        let shift = Shift {
            id: self.old.map_or(self.id, |old| old.id),
            group: self.group.id,
            name: name?,
            description: entered.description.clone(),
            pattern,
            members,
            rotation,
            repeat,
            end_notice,
            created: self.old.map_or(self.now, |old| old.created),
        };
        faults.is_empty().then_some(shift)
    }

    fn number<N: FromStr + PartialOrd + Copy + Display>(
        &self,
        (field, entered): (&str, &str),
        (least, most): (N, N),
        faults: &mut Faults,
    ) -> Option<N> {
        let read = entered.parse::<N>().ok().filter(|n| least <= *n && *n <= most);
        if read.is_none() {
            let (least, most) = (least.to_string(), most.to_string());
            let args = [("least", least.as_str()), ("most", most.as_str())];
            faults.add(field, self.t.a("oncall-fault-number", &args));
        }
        read
    }

    fn pattern(&self, entered: &Entered, faults: &mut Faults) -> Option<Pattern> {
        let zone = Zone::parse(&entered.zone);
        let Ok(zone) = zone else {
            faults.add("zone", self.t.get("oncall-fault-zone"));
            return None;
        };
        let old = self.old.map(|old| &old.pattern);
        let start = instant(&entered.start, &zone, old.map(|old| (old.first_start, &old.zone)));
        let end = instant(&entered.end, &zone, old.map(|old| (old.first_end, &old.zone)));
        for (field, missing) in [("start", start.is_none()), ("end", end.is_none())] {
            if missing {
                faults.add(field, self.t.get("oncall-fault-time"));
            }
        }
        let frequency = self.frequency(entered, faults);
        let recurrence_end = self.recurrence_end(entered, &zone, faults);
        let recurrence = Recurrence { frequency: frequency?, end: recurrence_end? };
        let exclusions = old.map(|old| old.exclusions.clone()).unwrap_or_default();
        match Pattern::new(start?, end?, zone, recurrence, exclusions) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                let (field, key) = pattern_fault(error);
                faults.add(field, self.t.get(key));
                None
            }
        }
    }

    fn frequency(&self, entered: &Entered, faults: &mut Faults) -> Option<Frequency> {
        let every = |faults: &mut Faults| {
            self.number(("every", &entered.every), (1, REPEAT_EVERY_MAX), faults)
        };
        Some(match entered.frequency.as_str() {
            "ONCE" => Frequency::Once,
            "DAILY" => Frequency::Daily { repeat_every: every(faults)? },
            "WEEKLY" => {
                let repeat_every = every(faults);
                let on = DAYS.iter().filter(|(_, word)| entered.days.iter().any(|d| d == word));
                let on_days: WeekdaySet = on.map(|(day, _)| *day).collect();
                if on_days.is_empty() {
                    faults.add("days", self.t.get("oncall-fault-days"));
                    return None;
                }
                Frequency::Weekly { repeat_every: repeat_every?, on_days }
            }
            "EVERY_WEEKDAY" => Frequency::EveryWeekday,
            "EVERY_WEEKEND_DAY" => Frequency::EveryWeekendDay,
            "MONTHLY" => {
                let (on, months) = (self.monthly(entered, faults), self.months(entered, faults));
                Frequency::Monthly { on: on?, months: months? }
            }
            "YEARLY" => Frequency::Yearly,
            "HOLIDAY" if self.group.site.is_none() => {
                faults.add("frequency", self.t.get("oncall-fault-holiday"));
                return None;
            }
            "HOLIDAY" => Frequency::Holiday,
            _ => {
                faults.add("frequency", self.t.get("oncall-fault-choose"));
                return None;
            }
        })
    }

    fn monthly(&self, entered: &Entered, faults: &mut Faults) -> Option<MonthlyOn> {
        if entered.monthly == "WEEKDAY" {
            let nth = CLASSIFIERS.iter().find(|(_, word)| *word == entered.nth);
            let day = DAYS.iter().find(|(_, word)| *word == entered.weekday);
            for (field, missing) in [("nth", nth.is_none()), ("weekday", day.is_none())] {
                if missing {
                    faults.add(field, self.t.get("oncall-fault-choose"));
                }
            }
            return Some(MonthlyOn::DayOfWeek { classifier: nth?.0, day: day?.0 });
        }
        if entered.date.eq_ignore_ascii_case("LAST") {
            return Some(MonthlyOn::DateOfMonth(DayOfMonth::Last));
        }
        let day = self.number(("date", &entered.date), (1_u8, 31), faults)?;
        Some(MonthlyOn::DateOfMonth(DayOfMonth::Day(day)))
    }

    fn months(&self, entered: &Entered, faults: &mut Faults) -> Option<MonthSet> {
        let named = (1_i8..).zip(MONTHS);
        let chosen = named.filter(|(_, word)| entered.months.iter().any(|month| month == word));
        let months = MonthSet::from_numbers(chosen.map(|(number, _)| number));
        let months = months.filter(|months| !months.is_empty());
        if months.is_none() {
            faults.add("months", self.t.get("oncall-fault-months"));
        }
        months
    }

    fn recurrence_end(
        &self,
        entered: &Entered,
        zone: &Zone,
        faults: &mut Faults,
    ) -> Option<RecurrenceEnd> {
        match entered.end_by.as_str() {
            "" | "NEVER" => Some(RecurrenceEnd::Never),
            "DATE" => {
                let old = self.old.map(|old| (&old.pattern.recurrence.end, &old.pattern.zone));
                if let Some((RecurrenceEnd::Date(at), of)) = old
                    && of == zone
                    && local::date_field(of.local(*at).date()) == entered.until
                {
                    return Some(RecurrenceEnd::Date(*at));
                }
                // The whole of that day: its last microsecond.
                let next =
                    local::read_date(&entered.until).and_then(|d| d.checked_add(1.day()).ok());
                let next = next.and_then(|date| zone.instant(date.at(0, 0, 0, 0)));
                if next.is_none() {
                    faults.add("until", self.t.get("oncall-fault-date"));
                }
                next.map(|next| RecurrenceEnd::Date(firebell_base::time::add_micros(next, -1)))
            }
            "REPETITIONS" => self
                .number(("times", &entered.times), (1_u32, 1_000_000), faults)
                .map(RecurrenceEnd::Repetitions),
            _ => {
                faults.add("end_by", self.t.get("oncall-fault-choose"));
                None
            }
        }
    }

    fn members(&self, entered: &Entered, faults: &mut Faults) -> Vec<ShiftMember> {
        let mut members: Vec<ShiftMember> = Vec::new();
        let mut seen = BTreeSet::new();
        let filled = entered.places.iter().enumerate().filter(|(_, place)| !place.who.is_empty());
        for (n, place) in filled {
            let who = format!("who.{n}");
            let Some(recipient) = names::recipient(self.directory, &place.who) else {
                let text = cut(&place.who, 60);
                faults.add(who, self.t.a("oncall-fault-recipient", &[("name", &text)]));
                continue;
            };
            if !seen.insert(recipient) && !self.group.allow_duplicates {
                faults.add(who, self.t.get("oncall-fault-twice"));
            }
            let Some((delay_minutes, escalation)) = self.step(n, place, members.is_empty(), faults)
            else {
                continue;
            };
            let in_rotation = place.turns;
            members.push(ShiftMember { recipient, delay_minutes, escalation, in_rotation });
        }
        members
    }

    fn step(
        &self,
        n: usize,
        place: &Place,
        is_first: bool,
        faults: &mut Faults,
    ) -> Option<(u16, EscalationType)> {
        let delay = match place.delay.as_str() {
            "" => Some(0),
            text => {
                let field = format!("delay.{n}");
                self.number((&field, text), (0, DELAY_MINUTES_MAX), faults)
            }
        };
        let kind = match place.kind.as_str() {
            "" | "NONE" => EscalationType::None,
            "PEER" => EscalationType::Peer,
            "MANAGEMENT" => EscalationType::Management,
            _ => {
                faults.add(format!("kind.{n}"), self.t.get("oncall-fault-choose"));
                return None;
            }
        };
        let delay = delay?;
        if kind != EscalationType::None && (is_first || delay == 0) {
            let key = if is_first { "oncall-fault-first-kind" } else { "oncall-fault-kind-delay" };
            faults.add(format!("kind.{n}"), self.t.get(key));
            return None;
        }
        Some((delay, kind))
    }

    fn rotation(
        &self,
        entered: &Entered,
        pattern: &Pattern,
        faults: &mut Faults,
    ) -> Option<Rotation> {
        let kind = match entered.turn.as_str() {
            "" => return None,
            "ALERTS" => RotationType::Alerts,
            "SHIFTS" => RotationType::Shifts,
            "HOURS" => RotationType::Time(IntervalUnit::Hours),
            "DAYS" => RotationType::Time(IntervalUnit::Days),
            "WEEKS" => RotationType::Time(IntervalUnit::Weeks),
            _ => {
                faults.add("turn", self.t.get("oncall-fault-choose"));
                return None;
            }
        };
        let direction = match entered.way.as_str() {
            "" | "FIRST_TO_LAST" => Direction::FirstToLast,
            "LAST_TO_FIRST" => Direction::LastToFirst,
            _ => {
                faults.add("way", self.t.get("oncall-fault-choose"));
                return None;
            }
        };
        let every = ("turn_every", entered.turn_every.as_str());
        let interval = self.number(every, (1, INTERVAL_MAX), faults);
        let old = self.old.and_then(|old| old.rotation.as_ref());
        let zone = &pattern.zone;
        let anchor = match (entered.turn_from.as_str(), kind) {
            ("", RotationType::Alerts | RotationType::Shifts) => Some(pattern.first_end),
            (text, _) => instant(text, zone, old.map(|old| (old.anchor, &old.zone))),
        };
        if anchor.is_none() {
            faults.add("turn_from", self.t.get("oncall-fault-time"));
        }
        Rotation::new(kind, direction, interval?, anchor?, zone.clone()).ok()
    }

    fn repeat(&self, entered: &Entered, faults: &mut Faults) -> Option<RepeatEscalation> {
        if matches!(entered.repeat_times.as_str(), "" | "0") {
            return None;
        }
        let times = ("repeat_times", entered.repeat_times.as_str());
        let repetitions = self.number(times, (1, REPETITIONS_MAX), faults);
        let delay = ("repeat_delay", entered.repeat_delay.as_str());
        let delay_minutes = self.number(delay, (1, DELAY_MINUTES_MAX), faults);
        Some(RepeatEscalation { repetitions: repetitions?, delay_minutes: delay_minutes? })
    }

    fn end_notice(&self, entered: &Entered, faults: &mut Faults) -> Option<EndNotice> {
        if entered.notice_who.is_empty() {
            return None;
        }
        let recipient = names::recipient(self.directory, &entered.notice_who);
        if recipient.is_none() {
            let text = cut(&entered.notice_who, 60);
            faults.add("notice_who", self.t.a("oncall-fault-recipient", &[("name", &text)]));
        }
        let delay_minutes = match entered.notice_delay.as_str() {
            "" => Some(0),
            text => self.number(("notice_delay", text), (0, DELAY_MINUTES_MAX), faults),
        };
        Some(EndNotice { recipient: recipient?, delay_minutes: delay_minutes? })
    }
}

/// An instant of a local clock. What was not touched stays the instant that it was: a doubled hour
/// has two of them.
fn instant(entered: &str, zone: &Zone, old: Option<(Timestamp, &Zone)>) -> Option<Timestamp> {
    match old {
        Some((at, of)) if of == zone && local::field(at, of) == entered => Some(at),
        Some(_) | None => local::read(entered, zone),
    }
}

/// The form's field and words for what a pattern refuses.
const fn pattern_fault(error: PatternError) -> (&'static str, &'static str) {
    match error {
        PatternError::StartOutOfRange => ("start", "oncall-fault-start-range"),
        PatternError::EndNotAfterStart => ("end", "oncall-fault-after-start"),
        PatternError::TooLong => ("end", "oncall-fault-too-long"),
        PatternError::RepeatEvery(_) => ("every", "oncall-fault-every"),
        PatternError::NoDays => ("days", "oncall-fault-days"),
        PatternError::NoMonths => ("months", "oncall-fault-months"),
        PatternError::DateOfMonth(_) => ("date", "oncall-fault-day-of-month"),
        PatternError::DateInNoMonth(_) => ("date", "oncall-fault-date-in-no-month"),
        PatternError::EndDateBeforeStart => ("until", "oncall-fault-until"),
        PatternError::NoRepetitions => ("times", "oncall-fault-repetitions"),
        PatternError::TooManyExclusions => ("start", "oncall-fault-exclusions"),
    }
}
