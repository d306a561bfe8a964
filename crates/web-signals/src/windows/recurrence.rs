//! Recurrences in forms and in words.

use firebell_base::Timestamp;
use firebell_domain::schedule::{
    Classifier, DayOfMonth, Frequency, MonthSet, MonthlyOn, REPEAT_EVERY_MAX, Recurrence,
    RecurrenceEnd, Weekday, WeekdaySet, Zone,
};
use firebell_ui::part::{Choice, Faults, Field};
use firebell_ui::{Form, Say};

use crate::local;

/// The days in the order of a week.
const DAYS: [(Weekday, &str, &str); 7] = [
    (Weekday::Monday, "MO", "signals-day-mo"),
    (Weekday::Tuesday, "TU", "signals-day-tu"),
    (Weekday::Wednesday, "WE", "signals-day-we"),
    (Weekday::Thursday, "TH", "signals-day-th"),
    (Weekday::Friday, "FR", "signals-day-fr"),
    (Weekday::Saturday, "SA", "signals-day-sa"),
    (Weekday::Sunday, "SU", "signals-day-su"),
];
/// Which of a month's equal weekdays.
const PLACES: [(Classifier, &str, &str); 5] = [
    (Classifier::First, "1", "signals-place-1"),
    (Classifier::Second, "2", "signals-place-2"),
    (Classifier::Third, "3", "signals-place-3"),
    (Classifier::Fourth, "4", "signals-place-4"),
    (Classifier::Last, "LAST", "signals-place-last"),
];
/// How it may recur.
const KINDS: [(&str, &str); 8] = [
    ("once", "signals-recurs-once"),
    ("daily", "signals-recurs-daily"),
    ("weekly", "signals-recurs-weekly"),
    ("weekdays", "signals-recurs-weekdays"),
    ("weekends", "signals-recurs-weekends"),
    ("monthly-date", "signals-recurs-monthly-date"),
    ("monthly-day", "signals-recurs-monthly-day"),
    ("yearly", "signals-recurs-yearly"),
];
/// The months, by number.
const MONTHS: [&str; 12] = [
    "signals-month-1",
    "signals-month-2",
    "signals-month-3",
    "signals-month-4",
    "signals-month-5",
    "signals-month-6",
    "signals-month-7",
    "signals-month-8",
    "signals-month-9",
    "signals-month-10",
    "signals-month-11",
    "signals-month-12",
];

/// A recurrence as it was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entered {
    kind: String,
    every: String,
    days: Vec<String>,
    date: String,
    place: String,
    day: String,
    months: Vec<String>,
    until: String,
    until_date: String,
    until_times: String,
}

impl Entered {
    /// Once.
    pub(crate) fn once() -> Self {
        Self {
            kind: "once".to_owned(),
            every: "1".to_owned(),
            days: Vec::new(),
            date: "1".to_owned(),
            place: "1".to_owned(),
            day: "MO".to_owned(),
            months: Vec::new(),
            until: "never".to_owned(),
            until_date: String::new(),
            until_times: String::new(),
        }
    }

    /// As it is.
    pub(crate) fn from(recurrence: &Recurrence, zone: &Zone) -> Self {
        let mut entered = Self::once();
        let kind = match recurrence.frequency {
            // Windows know no holidays: such a one never comes.
            Frequency::Once | Frequency::Holiday => "once",
            Frequency::Daily { repeat_every } => {
                entered.every = repeat_every.to_string();
                "daily"
            }
            Frequency::Weekly { repeat_every, on_days } => {
                entered.every = repeat_every.to_string();
                let named = DAYS.iter().filter(|(day, _, _)| on_days.contains(*day));
                entered.days = named.map(|(_, word, _)| (*word).to_owned()).collect();
                "weekly"
            }
            Frequency::EveryWeekday => "weekdays",
            Frequency::EveryWeekendDay => "weekends",
            Frequency::Yearly => "yearly",
            Frequency::Monthly { on, months } => {
                if months != MonthSet::ALL {
                    entered.months = months.iter().map(|month| month.to_string()).collect();
                }
                entered.monthly(on)
            }
        };
        kind.clone_into(&mut entered.kind);
        match recurrence.end {
            RecurrenceEnd::Never => {}
            RecurrenceEnd::Date(at) => {
                "date".clone_into(&mut entered.until);
                entered.until_date = local::shown(at, zone);
            }
            RecurrenceEnd::Repetitions(times) => {
                "times".clone_into(&mut entered.until);
                entered.until_times = times.to_string();
            }
        }
        entered
    }

    fn monthly(&mut self, on: MonthlyOn) -> &'static str {
        match on {
            MonthlyOn::DateOfMonth(DayOfMonth::Day(day)) => {
                self.date = day.to_string();
                "monthly-date"
            }
            MonthlyOn::DateOfMonth(DayOfMonth::Last) => {
                "LAST".clone_into(&mut self.date);
                "monthly-date"
            }
            MonthlyOn::DayOfWeek { classifier, day } => {
                let place = PLACES.iter().find(|(one, _, _)| *one == classifier);
                place.map_or("1", |(_, word, _)| word).clone_into(&mut self.place);
                let named = DAYS.iter().find(|(one, _, _)| *one == day);
                named.map_or("MO", |(_, word, _)| word).clone_into(&mut self.day);
                "monthly-day"
            }
        }
    }

    /// What a form brings.
    pub(crate) fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        let all = |name: &str| form.all(name).into_iter().map(str::to_owned).collect();
        Self {
            kind: text("recurs"),
            every: text("every"),
            days: all("day"),
            date: text("date"),
            place: text("place"),
            day: text("weekday"),
            months: all("month"),
            until: text("until"),
            until_date: text("until-date"),
            until_times: text("until-times"),
        }
    }

    /// What it means; what is wrong is in `faults`.
    pub(crate) fn read(&self, t: Say, zone: &Zone, faults: &mut Faults) -> Option<Recurrence> {
        let frequency = match self.kind.as_str() {
            "once" => return Some(Recurrence::ONCE),
            "daily" => self.every(t, faults).map(|repeat_every| Frequency::Daily { repeat_every }),
            "weekly" => {
                let on_days: WeekdaySet =
                    self.days.iter().filter_map(|word| weekday(word)).collect();
                if on_days.is_empty() {
                    faults.add("day", t.get("signals-days-needed"));
                    return None;
                }
                let every = self.every(t, faults);
                every.map(|repeat_every| Frequency::Weekly { repeat_every, on_days })
            }
            "weekdays" => Some(Frequency::EveryWeekday),
            "weekends" => Some(Frequency::EveryWeekendDay),
            "monthly-date" => self.by_date(t, faults).map(|on| self.in_months(on)),
            "monthly-day" => self.by_day(t, faults).map(|on| self.in_months(on)),
            "yearly" => Some(Frequency::Yearly),
            _ => {
                faults.add("recurs", t.get("signals-recurs-fault"));
                None
            }
        };
        let end = match self.until.as_str() {
            "date" => {
                let at = local::read(faults, t, "until-date", &self.until_date, zone);
                if at.is_none() && faults.of("until-date").is_none() {
                    faults.add("until-date", t.get("signals-until-needed"));
                }
                at.map(RecurrenceEnd::Date)
            }
            "times" => match self.until_times.parse::<u32>() {
                Ok(times) if times > 0 => Some(RecurrenceEnd::Repetitions(times)),
                Ok(_) | Err(_) => {
                    faults.add("until-times", t.get("signals-times-needed"));
                    None
                }
            },
            _ => Some(RecurrenceEnd::Never),
        };
        Some(Recurrence { frequency: frequency?, end: end? })
    }

    fn every(&self, t: Say, faults: &mut Faults) -> Option<u16> {
        let every = match self.every.as_str() {
            "" => Some(1),
            text => text.parse().ok().filter(|n| (1..=REPEAT_EVERY_MAX).contains(n)),
        };
        if every.is_none() {
            faults.add("every", t.n("signals-every-fault", i64::from(REPEAT_EVERY_MAX)));
        }
        every
    }

    fn by_date(&self, t: Say, faults: &mut Faults) -> Option<MonthlyOn> {
        let day = match self.date.as_str() {
            "LAST" => Some(DayOfMonth::Last),
            text => text.parse().ok().filter(|n| (1..=31).contains(n)).map(DayOfMonth::Day),
        };
        if day.is_none() {
            faults.add("date", t.get("signals-date-fault"));
        }
        day.map(MonthlyOn::DateOfMonth)
    }

    fn by_day(&self, t: Say, faults: &mut Faults) -> Option<MonthlyOn> {
        let place = PLACES.iter().find(|(_, word, _)| *word == self.place);
        let Some(((classifier, _, _), day)) = place.zip(weekday(&self.day)) else {
            faults.add("weekday", t.get("signals-weekday-fault"));
            return None;
        };
        Some(MonthlyOn::DayOfWeek { classifier: *classifier, day })
    }

    /// All months unless some are named.
    fn in_months(&self, on: MonthlyOn) -> Frequency {
        let named = self.months.iter().filter_map(|month| month.parse::<i8>().ok());
        let named = MonthSet::from_numbers(named).filter(|months| !months.is_empty());
        Frequency::Monthly { on, months: named.unwrap_or(MonthSet::ALL) }
    }

    /// How it recurs, and until when: the fields that always stand there.
    pub(crate) fn fields(&self, t: Say, faults: &Faults) -> Vec<Field> {
        let kind = |(word, key): (&str, &str)| Choice::new(word, t.get(key), word == self.kind);
        let until = |word: &str, key: &str| Choice::new(word, t.get(key), word == self.until);
        vec![
            Field::select("recurs", t.get("signals-recurs"), KINDS.map(kind).to_vec())
                .error(faults.of("recurs"))
                .with("data-recurs", ""),
            Field::select(
                "until",
                t.get("signals-until-label"),
                vec![
                    until("never", "signals-until-never"),
                    until("date", "signals-until-date"),
                    until("times", "signals-until-times"),
                ],
            )
            .error(faults.of("until")),
            Field::datetime("until-date", t.get("signals-until-date-label"))
                .value(&self.until_date)
                .error(faults.of("until-date")),
            Field::number("until-times", t.get("signals-until-times-label"))
                .value(&self.until_times)
                .inputmode("numeric")
                .error(faults.of("until-times")),
        ]
    }

    /// What belongs to some ways of recurring only, with the ways.
    pub(crate) fn special(&self, t: Say, faults: &Faults) -> Vec<(&'static str, Vec<Field>)> {
        let is = |list: &[String], word: &str| list.iter().any(|one| one == word);
        let day = |(_, word, key): (Weekday, &str, &str)| {
            Choice::new(word, t.get(key), is(&self.days, word))
        };
        let weekday =
            |(_, word, key): (Weekday, &str, &str)| Choice::new(word, t.get(key), word == self.day);
        let place = |(_, word, key): (Classifier, &str, &str)| {
            Choice::new(word, t.get(key), word == self.place)
        };
        let dates = (1..=31_u8).map(|n| n.to_string()).chain(["LAST".to_owned()]);
        let date = |word: String| {
            let label =
                if word == "LAST" { t.get("signals-date-last") } else { format!("{word}.") };
            let chosen = word == self.date;
            Choice::new(word, label, chosen)
        };
        let month = |(i, key): (usize, &&str)| {
            let word = (i + 1).to_string();
            let chosen = is(&self.months, &word);
            Choice::new(word, t.get(key), chosen)
        };
        vec![
            (
                "daily weekly",
                vec![
                    Field::number("every", t.get("signals-every"))
                        .value(&self.every)
                        .hint(t.get("signals-every-hint"))
                        .inputmode("numeric")
                        .error(faults.of("every")),
                ],
            ),
            (
                "weekly",
                vec![
                    Field::many("day", t.get("signals-on-days"), DAYS.map(day).to_vec())
                        .error(faults.of("day")),
                ],
            ),
            (
                "monthly-date",
                vec![
                    Field::select("date", t.get("signals-date"), dates.map(date).collect())
                        .error(faults.of("date")),
                ],
            ),
            (
                "monthly-day",
                vec![
                    Field::select("place", t.get("signals-place"), PLACES.map(place).to_vec()),
                    Field::select("weekday", t.get("signals-weekday"), DAYS.map(weekday).to_vec())
                        .error(faults.of("weekday")),
                ],
            ),
            (
                "monthly-date monthly-day",
                vec![
                    Field::many(
                        "month",
                        t.get("signals-months"),
                        MONTHS.iter().enumerate().map(month).collect(),
                    )
                    .hint(t.get("signals-months-hint")),
                ],
            ),
        ]
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    DAYS.iter().find(|(_, one, _)| *one == word).map(|(day, _, _)| *day)
}

/// A recurrence in words.
pub(crate) fn words(t: Say, recurrence: &Recurrence) -> String {
    let day_name = |day: Weekday| {
        let key = DAYS.iter().find(|(one, _, _)| *one == day).map(|(_, _, key)| *key);
        key.map(|key| t.get(key)).unwrap_or_default()
    };
    match recurrence.frequency {
        Frequency::Once => t.get("signals-recurs-once"),
        Frequency::Daily { repeat_every } => t.n("signals-says-daily", i64::from(repeat_every)),
        Frequency::Weekly { repeat_every, on_days } => {
            let days: Vec<String> = DAYS
                .iter()
                .filter(|(day, _, _)| on_days.contains(*day))
                .map(|(_, _, key)| t.get(key))
                .collect();
            let args = [("days", days.join(", "))];
            let args = args.each_ref().map(|(name, text)| (*name, text.as_str()));
            t.na("signals-says-weekly", i64::from(repeat_every), &args)
        }
        Frequency::EveryWeekday => t.get("signals-recurs-weekdays"),
        Frequency::EveryWeekendDay => t.get("signals-recurs-weekends"),
        Frequency::Yearly => t.get("signals-recurs-yearly"),
        Frequency::Holiday => t.get("signals-says-holiday"),
        Frequency::Monthly { on, .. } => match on {
            MonthlyOn::DateOfMonth(DayOfMonth::Day(day)) => {
                t.a("signals-says-monthly", &[("day", &day.to_string())])
            }
            MonthlyOn::DateOfMonth(DayOfMonth::Last) => t.get("signals-says-monthly-last"),
            MonthlyOn::DayOfWeek { classifier, day } => {
                let place = PLACES.iter().find(|(one, _, _)| *one == classifier);
                let place = place.map(|(_, _, key)| t.get(key)).unwrap_or_default();
                t.a("signals-says-monthly-day", &[("place", &place), ("day", &day_name(day))])
            }
        },
    }
}

/// Until when, in words; nothing if for good.
pub(crate) fn until(
    t: Say,
    recurrence: &Recurrence,
    clock: impl Fn(Timestamp) -> String,
) -> String {
    match (recurrence.frequency, recurrence.end) {
        (Frequency::Once, _) | (_, RecurrenceEnd::Never) => String::new(),
        (_, RecurrenceEnd::Date(at)) => t.a("signals-says-until", &[("when", &clock(at))]),
        (_, RecurrenceEnd::Repetitions(times)) => t.n("signals-says-times", i64::from(times)),
    }
}

#[cfg(test)]
mod tests {
    use firebell_ui::Lang;

    use super::*;
    use crate::words::WORDS;

    fn say() -> Say {
        Say::new(&WORDS, Lang::English)
    }

    #[test]
    fn every_recurrence_survives_its_form() {
        let end = [
            RecurrenceEnd::Never,
            RecurrenceEnd::Repetitions(7),
            RecurrenceEnd::Date("2026-12-24T10:30:00Z".parse().unwrap()),
        ];
        let days = WeekdaySet::from_iter([Weekday::Sunday, Weekday::Tuesday]);
        let winter = MonthSet::from_numbers([1, 12]).unwrap();
        let date = MonthlyOn::DateOfMonth;
        let frequencies = [
            Frequency::Daily { repeat_every: 3 },
            Frequency::Weekly { repeat_every: 2, on_days: days },
            Frequency::EveryWeekday,
            Frequency::EveryWeekendDay,
            Frequency::Yearly,
            Frequency::Monthly { on: date(DayOfMonth::Day(31)), months: MonthSet::ALL },
            Frequency::Monthly { on: date(DayOfMonth::Last), months: winter },
            Frequency::Monthly {
                on: MonthlyOn::DayOfWeek { classifier: Classifier::Last, day: Weekday::Friday },
                months: winter,
            },
        ];
        let zone = Zone::parse("Europe/Oslo").unwrap();
        for frequency in frequencies {
            for end in end {
                let recurrence = Recurrence { frequency, end };
                let mut faults = Faults::new(say());
                let again = Entered::from(&recurrence, &zone).read(say(), &zone, &mut faults);
                assert_eq!(again, Some(recurrence), "{:?}", faults.list());
                assert!(!words(say(), &recurrence).contains("signals-"));
                let until = until(say(), &recurrence, |at| at.to_string());
                assert_eq!(until.is_empty(), end == RecurrenceEnd::Never);
            }
        }
        let once = Entered::once().read(say(), &zone, &mut Faults::new(say()));
        assert_eq!(once, Some(Recurrence::ONCE));
    }

    #[test]
    fn what_is_wrong_is_named_by_its_field() {
        for (body, field) in [
            ("recurs=weekly&every=1&until=never", "day"),
            ("recurs=daily&every=0&until=never", "every"),
            ("recurs=daily&every=x&until=never", "every"),
            ("recurs=monthly-date&date=32", "date"),
            ("recurs=monthly-day&place=9&weekday=MO", "weekday"),
            ("recurs=sometimes", "recurs"),
            ("recurs=daily&until=times&until-times=0", "until-times"),
            ("recurs=daily&until=date&until-date=", "until-date"),
            ("recurs=daily&until=date&until-date=tomorrow", "until-date"),
        ] {
            let mut faults = Faults::new(say());
            let entered = Entered::of(&Form::of(body.as_bytes()));
            assert_eq!(entered.read(say(), &Zone::utc(), &mut faults), None, "{body}");
            assert!(faults.of(field).is_some(), "{body}: {:?}", faults.list());
        }
    }
}
