//! What stands in the form of a shift: texts as typed, whatever they are worth.

use firebell_base::Timestamp;
use firebell_domain::directory::{Directory, Kind};
use firebell_domain::recipient::Recipient;
use firebell_domain::schedule::rotation::{Direction, IntervalUnit, RotationType};
use firebell_domain::schedule::{
    DayOfMonth, Frequency, MonthlyOn, RecurrenceEnd, WeekdaySet, Zone,
};
use firebell_domain::shift::{EscalationType, MEMBERS_MAX, Shift};
use firebell_ui::Form;
use jiff::ToSpan as _;

use crate::group::revision_text;
use crate::local;
use crate::phrase::{CLASSIFIERS, DAYS, MONTHS};

/// The texts of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entered {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) zone: String,
    pub(crate) start: String,
    pub(crate) end: String,
    pub(crate) frequency: String,
    pub(crate) every: String,
    pub(crate) days: Vec<String>,
    pub(crate) monthly: String,
    pub(crate) date: String,
    pub(crate) nth: String,
    pub(crate) weekday: String,
    pub(crate) months: Vec<String>,
    pub(crate) end_by: String,
    pub(crate) until: String,
    pub(crate) times: String,
    pub(crate) turn: String,
    pub(crate) way: String,
    pub(crate) turn_every: String,
    pub(crate) turn_from: String,
    pub(crate) repeat_times: String,
    pub(crate) repeat_delay: String,
    pub(crate) notice_who: String,
    pub(crate) notice_delay: String,
    pub(crate) places: Vec<Place>,
    pub(crate) rev: String,
}

/// The texts of one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) who: String,
    pub(crate) delay: String,
    pub(crate) kind: String,
    pub(crate) turns: bool,
}

impl Place {
    /// An empty one, to be filled in.
    pub(crate) fn blank() -> Self {
        let kind = EscalationType::None.word().to_owned();
        Self { who: String::new(), delay: String::new(), kind, turns: true }
    }
}

impl Entered {
    /// What came with a form.
    pub(crate) fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        let all = |name: &str| form.all(name).into_iter().map(str::to_owned).collect();
        let count = (0..=MEMBERS_MAX).take_while(|n| form.has(&format!("who.{n}"))).count();
        let place = |n: usize| Place {
            who: text(&format!("who.{n}")),
            delay: text(&format!("delay.{n}")),
            kind: text(&format!("kind.{n}")),
            turns: form.has(&format!("turns.{n}")),
        };
        Self {
            name: text("name"),
            description: text("description"),
            zone: text("zone"),
            start: text("start"),
            end: text("end"),
            frequency: text("frequency"),
            every: text("every"),
            days: all("days"),
            monthly: text("monthly"),
            date: text("date"),
            nth: text("nth"),
            weekday: text("weekday"),
            months: all("months"),
            end_by: text("end_by"),
            until: text("until"),
            times: text("times"),
            turn: text("turn"),
            way: text("way"),
            turn_every: text("turn_every"),
            turn_from: text("turn_from"),
            repeat_times: text("repeat_times"),
            repeat_delay: text("repeat_delay"),
            notice_who: text("notice_who"),
            notice_delay: text("notice_delay"),
            places: (0..count).map(place).collect(),
            rev: text("rev"),
        }
    }

    /// For a new shift: every day around the clock from today's midnight on.
    pub(crate) fn blank(zone: &Zone, now: Timestamp) -> Self {
        let today = zone.local(now).date();
        let tomorrow = today.checked_add(1.day()).unwrap_or(today);
        let midnight = |date: jiff::civil::Date| format!("{}T00:00", local::date_field(date));
        Self {
            zone: zone.name().to_owned(),
            start: midnight(today),
            end: midnight(tomorrow),
            frequency: "DAILY".to_owned(),
            every: "1".to_owned(),
            monthly: "DATE".to_owned(),
            date: "1".to_owned(),
            nth: "FIRST".to_owned(),
            weekday: "MO".to_owned(),
            months: MONTHS.iter().map(|month| (*month).to_owned()).collect(),
            end_by: "NEVER".to_owned(),
            way: "FIRST_TO_LAST".to_owned(),
            turn_every: "1".to_owned(),
            places: vec![Place::blank()],
            ..Self::default()
        }
    }

    /// A shift as it is.
    pub(crate) fn from(directory: &Directory, shift: &Shift) -> Self {
        let pattern = &shift.pattern;
        let zone = &pattern.zone;
        let name_of = |recipient: Recipient| directory.recipient_name(recipient);
        let mut entered = Self {
            name: shift.name.to_string(),
            description: shift.description.clone(),
            zone: zone.name().to_owned(),
            start: local::field(pattern.first_start, zone),
            end: local::field(pattern.first_end, zone),
            places: shift
                .members
                .iter()
                .map(|member| Place {
                    who: name_of(member.recipient),
                    delay: member.delay_minutes.to_string(),
                    kind: member.escalation.word().to_owned(),
                    turns: member.in_rotation,
                })
                .collect(),
            rev: revision_text(directory, Kind::Shift, shift.id.to_bytes()),
            ..Self::blank(zone, pattern.first_start)
        };
        entered.start = local::field(pattern.first_start, zone);
        entered.end = local::field(pattern.first_end, zone);
        entered.set_frequency(pattern.recurrence.frequency);
        entered.set_end(pattern.recurrence.end, zone);
        entered.set_rotation(shift);
        if let Some(repeat) = shift.repeat {
            entered.repeat_times = repeat.repetitions.to_string();
            entered.repeat_delay = repeat.delay_minutes.to_string();
        }
        if let Some(notice) = &shift.end_notice {
            entered.notice_who = name_of(notice.recipient);
            entered.notice_delay = notice.delay_minutes.to_string();
        }
        entered
    }

    fn set_frequency(&mut self, frequency: Frequency) {
        let word = match frequency {
            Frequency::Once => "ONCE",
            Frequency::Daily { repeat_every } => {
                self.every = repeat_every.to_string();
                "DAILY"
            }
            Frequency::Weekly { repeat_every, on_days } => {
                self.every = repeat_every.to_string();
                self.days = day_words(on_days);
                "WEEKLY"
            }
            Frequency::EveryWeekday => "EVERY_WEEKDAY",
            Frequency::EveryWeekendDay => "EVERY_WEEKEND_DAY",
            Frequency::Monthly { on, months } => {
                self.set_monthly(on);
                let named = months.iter().filter_map(|m| usize::try_from(m).ok()?.checked_sub(1));
                let words = named.filter_map(|m| MONTHS.get(m));
                self.months = words.map(|word| (*word).to_owned()).collect();
                "MONTHLY"
            }
            Frequency::Yearly => "YEARLY",
            Frequency::Holiday => "HOLIDAY",
        };
        word.clone_into(&mut self.frequency);
    }

    fn set_monthly(&mut self, on: MonthlyOn) {
        match on {
            MonthlyOn::DateOfMonth(date) => {
                "DATE".clone_into(&mut self.monthly);
                self.date = match date {
                    DayOfMonth::Day(day) => day.to_string(),
                    DayOfMonth::Last => "LAST".to_owned(),
                };
            }
            MonthlyOn::DayOfWeek { classifier, day } => {
                "WEEKDAY".clone_into(&mut self.monthly);
                let nth = CLASSIFIERS.iter().find(|(one, _)| *one == classifier);
                nth.map_or("", |(_, word)| *word).clone_into(&mut self.nth);
                let weekday = DAYS.iter().find(|(one, _)| *one == day);
                weekday.map_or("", |(_, word)| *word).clone_into(&mut self.weekday);
            }
        }
    }

    fn set_end(&mut self, end: RecurrenceEnd, zone: &Zone) {
        let word = match end {
            RecurrenceEnd::Never => "NEVER",
            RecurrenceEnd::Date(at) => {
                self.until = local::date_field(zone.local(at).date());
                "DATE"
            }
            RecurrenceEnd::Repetitions(times) => {
                self.times = times.to_string();
                "REPETITIONS"
            }
        };
        word.clone_into(&mut self.end_by);
    }

    fn set_rotation(&mut self, shift: &Shift) {
        let Some(rotation) = &shift.rotation else { return };
        let word = match rotation.kind {
            RotationType::Alerts => "ALERTS",
            RotationType::Shifts => "SHIFTS",
            RotationType::Time(IntervalUnit::Hours) => "HOURS",
            RotationType::Time(IntervalUnit::Days) => "DAYS",
            RotationType::Time(IntervalUnit::Weeks) => "WEEKS",
        };
        word.clone_into(&mut self.turn);
        let way = match rotation.direction {
            Direction::FirstToLast => "FIRST_TO_LAST",
            Direction::LastToFirst => "LAST_TO_FIRST",
        };
        way.clone_into(&mut self.way);
        self.turn_every = rotation.interval.to_string();
        self.turn_from = local::field(rotation.anchor, &rotation.zone);
    }

    /// What a button beside a member does: `add`, `up.N`, `down.N`, `drop.N`. Delays and kinds
    /// belong to places: who is moved takes only their own along.
    pub(crate) fn act(&mut self, act: &str) {
        let (verb, place) = act.split_once('.').unwrap_or((act, ""));
        let place: Option<usize> = place.parse().ok();
        match (verb, place) {
            ("add", _) if self.places.len() < MEMBERS_MAX => self.places.push(Place::blank()),
            ("up", Some(n)) => self.swap(n.checked_sub(1), n),
            ("down", Some(n)) => self.swap(Some(n), n.saturating_add(1)),
            ("drop", Some(n)) if n < self.places.len() => {
                self.places.remove(n);
                if let Some(first) = self.places.first_mut().filter(|_| n == 0) {
                    first.delay.clear();
                    EscalationType::None.word().clone_into(&mut first.kind);
                }
            }
            _ => {}
        }
    }

    fn swap(&mut self, one: Option<usize>, other: usize) {
        let Some(one) = one else { return };
        let Some((before, rest)) = self.places.split_at_mut_checked(other) else { return };
        if let (Some(a), Some(b)) = (before.get_mut(one), rest.first_mut()) {
            std::mem::swap(&mut a.who, &mut b.who);
            std::mem::swap(&mut a.turns, &mut b.turns);
        }
    }
}

fn day_words(days: WeekdaySet) -> Vec<String> {
    let on = DAYS.iter().filter(|(day, _)| days.contains(*day));
    on.map(|(_, word)| (*word).to_owned()).collect()
}
