//! When something recurs, read from and written to the wire (section 6.2 of the API reference).
//!
//! Used for shifts and for maintenance windows. The rules themselves are the domain's.

use firebell_base::Timestamp;
use firebell_domain::schedule::{
    DayOfMonth, Frequency, MonthSet, MonthlyOn, Pattern, Recurrence, RecurrenceEnd, WeekdaySet,
    Zone,
};
use serde_json::{Value, json};

use super::input::{Input, Patch};
use super::words::{CLASSIFIERS, DAYS, MONTHS, day, word};
use crate::time::format_time;

/// Reads `start`, `end`, `timezone` and `recurrence`. What is not said stays as in `old`; without
/// an old pattern, neither `start` nor `end` means every day from local midnight to midnight, and
/// `start` and `end` alone mean once. `None` if something is wrong; `input` knows what.
pub(crate) fn read_pattern(
    input: &mut Input<'_>,
    old: Option<&Pattern>,
    default_zone: &Zone,
    now: Timestamp,
) -> Option<Pattern> {
    let zone = input.zone("timezone").or(old.map_or(default_zone, |old| &old.zone).clone());
    let start = input.instant("start").given();
    let end = input.instant("end").given();
    let recurrence = read_recurrence(input);
    let (start, end, fallback) = match (old, start, end) {
        (Some(old), start, end) => {
            let first_start = start.unwrap_or(old.first_start);
            // A moved start takes its end along.
            let length = old.first_end.duration_since(old.first_start);
            let moved = first_start.checked_add(length).unwrap_or(old.first_end);
            (first_start, end.unwrap_or(moved), old.recurrence)
        }
        (None, None, None) => {
            let (start, end) = whole_day(&zone, now)?;
            (start, end, Recurrence::EVERY_DAY)
        }
        (None, start, end) => {
            let start = input.require("start", start);
            let end = input.require("end", end);
            (start?, end?, Recurrence::ONCE)
        }
    };
    let recurrence = recurrence?.or_default(fallback, Recurrence::ONCE);
    let exclusions = old.map(|old| old.exclusions.clone()).unwrap_or_default();
    match Pattern::new(start, end, zone, recurrence, exclusions) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            // The domain's messages begin with the field.
            let message = error.to_string();
            let message = message.split_once(": ").map_or(message.as_str(), |(_, rest)| rest);
            input.fault(error.field(), "pattern", message);
            None
        }
    }
}

/// From the midnight before `now` to the next one.
pub(crate) fn whole_day(zone: &Zone, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let today = zone.local(now).date();
    let midnight = jiff::civil::Time::midnight();
    let start = zone.instant(today.to_datetime(midnight))?;
    let end = zone.instant(today.tomorrow().ok()?.to_datetime(midnight))?;
    Some((start, end))
}

#[derive(Clone, Copy)]
enum Word {
    Once,
    Daily,
    Weekly,
    EveryWeekday,
    EveryWeekendDay,
    Monthly,
    Yearly,
    Holiday,
}

const FREQUENCIES: [(Word, &str); 8] = [
    (Word::Once, "ONCE"),
    (Word::Daily, "DAILY"),
    (Word::Weekly, "WEEKLY"),
    (Word::EveryWeekday, "EVERY_WEEKDAY"),
    (Word::EveryWeekendDay, "EVERY_WEEKEND_DAY"),
    (Word::Monthly, "MONTHLY"),
    (Word::Yearly, "YEARLY"),
    (Word::Holiday, "HOLIDAY"),
];

/// `None` if the recurrence is wrong.
fn read_recurrence(input: &mut Input<'_>) -> Option<Patch<Recurrence>> {
    match input.object("recurrence") {
        Patch::Keep => Some(Patch::Keep),
        Patch::Clear => Some(Patch::Clear),
        Patch::Set(fields) => input.within("recurrence", fields, read_rule).map(Patch::Set),
    }
}

fn read_rule(input: &mut Input<'_>) -> Option<Recurrence> {
    let word = input.word("frequency", &FREQUENCIES).given();
    let word = input.require("frequency", word);
    let repeat_every = input.count("repeatEvery").or(1);
    let end = read_end(input);
    let frequency = match word? {
        Word::Once => Frequency::Once,
        Word::Daily => Frequency::Daily { repeat_every },
        Word::Weekly => Frequency::Weekly { repeat_every, on_days: read_days(input, "onDays")? },
        Word::EveryWeekday => Frequency::EveryWeekday,
        Word::EveryWeekendDay => Frequency::EveryWeekendDay,
        Word::Monthly => {
            let (on, months) = (read_on(input), read_months(input));
            Frequency::Monthly { on: on?, months: months? }
        }
        Word::Yearly => Frequency::Yearly,
        Word::Holiday => Frequency::Holiday,
    };
    Some(Recurrence { frequency, end: end? })
}

/// A list of days; none when it is absent, which is refused where days are needed.
pub(crate) fn read_days(input: &mut Input<'_>, field: &str) -> Option<WeekdaySet> {
    let words = input.pointers(field).given().unwrap_or_default();
    let days: Vec<_> = words.iter().map(|word| input.pick(field, word, &DAYS)).collect();
    days.into_iter().collect()
}

fn read_months(input: &mut Input<'_>) -> Option<MonthSet> {
    let Some(words) = input.pointers("months").given() else { return Some(MonthSet::ALL) };
    let months: Vec<_> = words.iter().map(|word| input.pick("months", word, &MONTHS)).collect();
    MonthSet::from_numbers(months.into_iter().collect::<Option<Vec<i8>>>()?)
}

fn read_on(input: &mut Input<'_>) -> Option<MonthlyOn> {
    let kinds = [(true, "DATE_OF_MONTH"), (false, "DAY_OF_WEEK")];
    let by_date = input.word("on", &kinds).or(!input.has("dayOfWeek"));
    if !by_date {
        let classifier = input.word("dayOfWeekClassifier", &CLASSIFIERS).given();
        let classifier = input.require("dayOfWeekClassifier", classifier);
        let day = input.word("dayOfWeek", &DAYS).given();
        let day = input.require("dayOfWeek", day);
        return Some(MonthlyOn::DayOfWeek { classifier: classifier?, day: day? });
    }
    let given = input.text_or_number("dateOfMonth").given();
    let text = input.require("dateOfMonth", given)?;
    if text.trim().eq_ignore_ascii_case("LAST") {
        return Some(MonthlyOn::DateOfMonth(DayOfMonth::Last));
    }
    let Ok(day) = text.trim().parse() else {
        input.fault("dateOfMonth", "recurrence", "must be 1 to 31 or LAST");
        return None;
    };
    Some(MonthlyOn::DateOfMonth(DayOfMonth::Day(day)))
}

fn read_end(input: &mut Input<'_>) -> Option<RecurrenceEnd> {
    let Some(fields) = input.object("end").given() else { return Some(RecurrenceEnd::Never) };
    let kinds = [(0_u8, "NEVER"), (1, "DATE"), (2, "REPETITIONS")];
    input.within("end", fields, |input| match input.word("endBy", &kinds).or(0) {
        0 => Some(RecurrenceEnd::Never),
        1 => {
            let date = input.instant("date").given();
            input.require("date", date).map(RecurrenceEnd::Date)
        }
        _ => {
            let count = input.count("repetitions").given();
            input.require("repetitions", count).map(RecurrenceEnd::Repetitions)
        }
    })
}

/// A recurrence as answers have it.
pub(crate) fn recurrence(recurrence: &Recurrence) -> Value {
    let mut shape = match recurrence.frequency {
        Frequency::Once => return json!({"frequency": "ONCE"}),
        Frequency::Daily { repeat_every } => {
            json!({"frequency": "DAILY", "repeatEvery": repeat_every})
        }
        Frequency::Weekly { repeat_every, on_days } => {
            let days: Vec<&str> = on_days.iter().map(day).collect();
            json!({"frequency": "WEEKLY", "repeatEvery": repeat_every, "onDays": days})
        }
        Frequency::EveryWeekday => json!({"frequency": "EVERY_WEEKDAY"}),
        Frequency::EveryWeekendDay => json!({"frequency": "EVERY_WEEKEND_DAY"}),
        Frequency::Monthly { on, months } => monthly(on, months),
        Frequency::Yearly => json!({"frequency": "YEARLY"}),
        Frequency::Holiday => json!({"frequency": "HOLIDAY"}),
    };
    let end = match recurrence.end {
        RecurrenceEnd::Never => json!({"endBy": "NEVER"}),
        RecurrenceEnd::Date(at) => json!({"endBy": "DATE", "date": format_time(at)}),
        RecurrenceEnd::Repetitions(count) => {
            json!({"endBy": "REPETITIONS", "repetitions": count})
        }
    };
    if let Some(fields) = shape.as_object_mut() {
        fields.insert("end".to_owned(), end);
    }
    shape
}

fn monthly(on: MonthlyOn, months: MonthSet) -> Value {
    let months: Vec<&str> = months.iter().map(|month| word(&MONTHS, &month)).collect();
    match on {
        MonthlyOn::DateOfMonth(date) => {
            let date = match date {
                DayOfMonth::Day(day) => day.to_string(),
                DayOfMonth::Last => "LAST".to_owned(),
            };
            json!({
                "frequency": "MONTHLY",
                "on": "DATE_OF_MONTH",
                "dateOfMonth": date,
                "months": months,
            })
        }
        MonthlyOn::DayOfWeek { classifier, day } => json!({
            "frequency": "MONTHLY",
            "on": "DAY_OF_WEEK",
            "dayOfWeekClassifier": word(&CLASSIFIERS, &classifier),
            "dayOfWeek": word(&DAYS, &day),
            "months": months,
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: &Value) -> Option<Pattern> {
        let mut input = Input::new("shift", body.as_object().unwrap());
        let now = "2026-03-02T12:00:00Z".parse().unwrap();
        read_pattern(&mut input, None, &Zone::parse("Europe/Oslo").unwrap(), now)
    }

    fn with(rule: &Value) -> Value {
        json!({
            "start": "2026-03-02T07:00:00.000Z",
            "end": "2026-03-02T15:00:00Z",
            "recurrence": rule,
        })
    }

    #[test]
    fn what_was_sent_is_answered() {
        let end = json!({"endBy": "NEVER"});
        for rule in [
            json!({"frequency": "ONCE"}),
            json!({"frequency": "DAILY", "repeatEvery": 3, "end": end}),
            json!({"frequency": "WEEKLY", "repeatEvery": 2, "onDays": ["MO", "FR"], "end": end}),
            json!({"frequency": "EVERY_WEEKDAY",
                   "end": {"endBy": "REPETITIONS", "repetitions": 9}}),
            json!({"frequency": "EVERY_WEEKEND_DAY", "end": end}),
            json!({"frequency": "MONTHLY", "on": "DATE_OF_MONTH", "dateOfMonth": "15",
                   "months": ["JAN", "DEC"], "end": end}),
            json!({"frequency": "MONTHLY", "on": "DATE_OF_MONTH", "dateOfMonth": "LAST",
                   "months": ["FEB"], "end": end}),
            json!({"frequency": "MONTHLY", "on": "DAY_OF_WEEK", "dayOfWeekClassifier": "SECOND",
                   "dayOfWeek": "TU", "months": ["MAR"], "end": end}),
            json!({"frequency": "YEARLY",
                   "end": {"endBy": "DATE", "date": "2030-01-01T00:00:00.000Z"}}),
            json!({"frequency": "HOLIDAY", "end": end}),
        ] {
            let pattern = read(&with(&rule)).unwrap_or_else(|| panic!("{rule}"));
            assert_eq!(recurrence(&pattern.recurrence), rule);
        }
    }

    #[test]
    fn a_name_alone_means_every_local_day() {
        let pattern = read(&json!({})).unwrap();
        assert_eq!(pattern.first_start.to_string(), "2026-03-01T23:00:00Z");
        assert_eq!(pattern.first_end.to_string(), "2026-03-02T23:00:00Z");
        assert_eq!(pattern.recurrence, Recurrence::EVERY_DAY);
        let once = json!({"start": "2026-03-02T07:00:00Z", "end": "2026-03-02T08:00:00Z"});
        assert_eq!(read(&once).unwrap().recurrence, Recurrence::ONCE);
    }

    #[test]
    fn faults_name_the_field() {
        let table = [
            (json!({"frequency": "OFTEN"}), "recurrence.frequency"),
            (json!({"frequency": "WEEKLY"}), "recurrence.onDays"),
            (json!({"frequency": "WEEKLY", "onDays": ["XX"]}), "recurrence.onDays"),
            (json!({"frequency": "DAILY", "repeatEvery": 0}), "recurrence.repeatEvery"),
            (json!({"frequency": "MONTHLY", "dateOfMonth": "x"}), "recurrence.dateOfMonth"),
            (json!({"frequency": "YEARLY", "end": {"endBy": "DATE"}}), "recurrence.end.date"),
        ];
        for (rule, field) in table {
            let body = with(&rule);
            let mut input = Input::new("shift", body.as_object().unwrap());
            let pattern = read_pattern(&mut input, None, &Zone::utc(), Timestamp::UNIX_EPOCH);
            assert_eq!(pattern, None, "{rule}");
            let error = input.finish().unwrap_err();
            assert_eq!(error.arguments.first().map(String::as_str), Some(field), "{rule}");
        }
    }

    #[test]
    fn a_moved_start_keeps_the_length() {
        let old = read(&with(&json!({"frequency": "DAILY"}))).unwrap();
        let body = json!({"start": "2026-03-02T09:00:00Z"});
        let mut input = Input::new("shift", body.as_object().unwrap());
        let new = read_pattern(&mut input, Some(&old), &Zone::utc(), Timestamp::UNIX_EPOCH);
        let new = new.unwrap();
        assert_eq!(new.first_end.to_string(), "2026-03-02T17:00:00Z");
        assert_eq!((&new.zone, new.recurrence), (&old.zone, old.recurrence));
    }
}
