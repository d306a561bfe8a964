//! The written form of patterns and their recurrences.

use std::fmt;

use firebell_domain::schedule::{
    DayOfMonth, Exclusion, Frequency, MonthSet, MonthlyOn, Pattern, Recurrence, RecurrenceEnd,
    WeekdaySet,
};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Part, day_words, days, in_field, instant_in, without_field, wrong, zone};
use crate::words::{CLASSIFIERS, DAYS, MONTHS, pick, word};

/// When something recurs: the first occurrence and the rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PatternPart {
    pub(crate) start: String,
    pub(crate) end: String,
    pub(crate) timezone: String,
    pub(crate) recurrence: RecurrencePart,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) exclusions: Vec<String>,
}

/// The rule of a recurrence.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecurrencePart {
    frequency: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repeat_every: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_days: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text_or_number")]
    date_of_month: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    day_of_week_classifier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    day_of_week: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    months: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<EndPart>,
}

/// Where a recurrence ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EndPart {
    end_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repetitions: Option<u32>,
}

impl PatternPart {
    pub(crate) fn from_domain(pattern: &Pattern) -> Self {
        Self {
            start: pattern.first_start.to_string(),
            end: pattern.first_end.to_string(),
            timezone: pattern.zone.name().to_owned(),
            recurrence: RecurrencePart::from_domain(&pattern.recurrence),
            exclusions: pattern.exclusions.iter().map(|e| e.start.to_string()).collect(),
        }
    }

    pub(crate) fn to_domain(&self) -> Part<Pattern> {
        let zone = zone("timezone", &self.timezone)?;
        let start = instant_in("start", &self.start, &zone)?;
        let end = instant_in("end", &self.end, &zone)?;
        let recurrence =
            self.recurrence.to_domain(|text| instant_in("recurrence.end.date", text, &zone))?;
        let exclusions = self.exclusions.iter();
        let exclusions: Vec<Exclusion> = exclusions
            .map(|text| Ok(Exclusion { start: instant_in("exclusions", text, &zone)? }))
            .collect::<Part<_>>()?;
        Pattern::new(start, end, zone, recurrence, exclusions)
            .map_err(|error| wrong(error.field(), without_field(&error.to_string(), error.field())))
    }
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

impl RecurrencePart {
    pub(crate) fn from_domain(recurrence: &Recurrence) -> Self {
        let mut part = Self::default();
        let frequency = match recurrence.frequency {
            Frequency::Once => "ONCE",
            Frequency::Daily { repeat_every } => {
                part.repeat_every = Some(repeat_every);
                "DAILY"
            }
            Frequency::Weekly { repeat_every, on_days } => {
                part.repeat_every = Some(repeat_every);
                part.on_days = Some(day_words(on_days));
                "WEEKLY"
            }
            Frequency::EveryWeekday => "EVERY_WEEKDAY",
            Frequency::EveryWeekendDay => "EVERY_WEEKEND_DAY",
            Frequency::Monthly { on, months } => {
                part.write_month(on, months);
                "MONTHLY"
            }
            Frequency::Yearly => "YEARLY",
            Frequency::Holiday => "HOLIDAY",
        };
        frequency.clone_into(&mut part.frequency);
        part.end = EndPart::from_domain(recurrence.end);
        part
    }

    fn write_month(&mut self, on: MonthlyOn, months: MonthSet) {
        match on {
            MonthlyOn::DateOfMonth(day) => {
                self.on = Some("DATE_OF_MONTH".to_owned());
                self.date_of_month = Some(match day {
                    DayOfMonth::Day(day) => day.to_string(),
                    DayOfMonth::Last => "LAST".to_owned(),
                });
            }
            MonthlyOn::DayOfWeek { classifier, day } => {
                self.on = Some("DAY_OF_WEEK".to_owned());
                self.day_of_week_classifier = Some(word(&CLASSIFIERS, &classifier).to_owned());
                self.day_of_week = Some(word(&DAYS, &day).to_owned());
            }
        }
        self.months = Some(months.iter().map(|m| word(&MONTHS, &m).to_owned()).collect());
    }

    fn to_domain(
        &self,
        instant: impl Fn(&str) -> Part<firebell_base::Timestamp>,
    ) -> Part<Recurrence> {
        let repeat_every = self.repeat_every.unwrap_or(1);
        let frequency = match in_field("recurrence.frequency", pick(&FREQUENCIES, &self.frequency))?
        {
            Word::Once => Frequency::Once,
            Word::Daily => Frequency::Daily { repeat_every },
            Word::Weekly => {
                let on_days = self.on_days.as_deref().unwrap_or_default();
                let on_days: WeekdaySet = days("recurrence.onDays", on_days)?;
                Frequency::Weekly { repeat_every, on_days }
            }
            Word::EveryWeekday => Frequency::EveryWeekday,
            Word::EveryWeekendDay => Frequency::EveryWeekendDay,
            Word::Monthly => Frequency::Monthly { on: self.on()?, months: self.months()? },
            Word::Yearly => Frequency::Yearly,
            Word::Holiday => Frequency::Holiday,
        };
        let end = match &self.end {
            None => RecurrenceEnd::Never,
            Some(end) => end.to_domain(instant)?,
        };
        Ok(Recurrence { frequency, end })
    }

    fn on(&self) -> Part<MonthlyOn> {
        let kinds = [(true, "DATE_OF_MONTH"), (false, "DAY_OF_WEEK")];
        let by_date = match &self.on {
            Some(text) => in_field("recurrence.on", pick(&kinds, text))?,
            None => self.day_of_week.is_none(),
        };
        if !by_date {
            let classifier = self.day_of_week_classifier.as_deref().unwrap_or_default();
            let classifier = pick(&CLASSIFIERS, classifier);
            let day = pick(&DAYS, self.day_of_week.as_deref().unwrap_or_default());
            return Ok(MonthlyOn::DayOfWeek {
                classifier: in_field("recurrence.dayOfWeekClassifier", classifier)?,
                day: in_field("recurrence.dayOfWeek", day)?,
            });
        }
        let text = self.date_of_month.as_deref().unwrap_or_default().trim();
        if text.eq_ignore_ascii_case("LAST") {
            return Ok(MonthlyOn::DateOfMonth(DayOfMonth::Last));
        }
        let day =
            text.parse().map_err(|_| wrong("recurrence.dateOfMonth", "must be 1 to 31 or LAST"))?;
        Ok(MonthlyOn::DateOfMonth(DayOfMonth::Day(day)))
    }

    fn months(&self) -> Part<MonthSet> {
        let Some(list) = &self.months else {
            return Ok(MonthSet::ALL);
        };
        let numbers: Vec<i8> = list
            .iter()
            .map(|month| in_field("recurrence.months", pick(&MONTHS, month)))
            .collect::<Part<_>>()?;
        MonthSet::from_numbers(numbers).ok_or_else(|| wrong("recurrence.months", "must be months"))
    }
}

impl EndPart {
    fn from_domain(end: RecurrenceEnd) -> Option<Self> {
        match end {
            RecurrenceEnd::Never => None,
            RecurrenceEnd::Date(at) => Some(Self {
                end_by: "DATE".to_owned(),
                date: Some(at.to_string()),
                repetitions: None,
            }),
            RecurrenceEnd::Repetitions(count) => Some(Self {
                end_by: "REPETITIONS".to_owned(),
                date: None,
                repetitions: Some(count),
            }),
        }
    }

    fn to_domain(
        &self,
        instant: impl Fn(&str) -> Part<firebell_base::Timestamp>,
    ) -> Part<RecurrenceEnd> {
        let kinds = [(0_u8, "NEVER"), (1, "DATE"), (2, "REPETITIONS")];
        match in_field("recurrence.end.endBy", pick(&kinds, &self.end_by))? {
            0 => Ok(RecurrenceEnd::Never),
            1 => Ok(RecurrenceEnd::Date(instant(self.date.as_deref().unwrap_or_default())?)),
            _ => Ok(RecurrenceEnd::Repetitions(self.repetitions.unwrap_or(0))),
        }
    }
}

/// `dateOfMonth` is a text in the API, but everybody writes 15.
fn text_or_number<'de, D: Deserializer<'de>>(source: D) -> Result<Option<String>, D::Error> {
    struct Either;
    impl Visitor<'_> for Either {
        type Value = Option<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a day of the month or LAST")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(text.to_owned()))
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Some(number.to_string()))
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
            Ok(Some(number.to_string()))
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }
    source.deserialize_any(Either)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Part<Pattern> {
        serde_json::from_str::<PatternPart>(json).unwrap().to_domain()
    }

    fn with(recurrence: &str) -> String {
        format!(
            "{{\"start\":\"2026-03-02T09:00\",\"end\":\"2026-03-02T17:00\",\
             \"timezone\":\"Europe/Oslo\",\"recurrence\":{recurrence}}}"
        )
    }

    #[test]
    fn faults_name_the_field_of_the_api() {
        let table = [
            (r#"{"frequency":"OFTEN"}"#, "recurrence.frequency"),
            (r#"{"frequency":"WEEKLY"}"#, "recurrence.onDays"),
            (r#"{"frequency":"WEEKLY","onDays":["XX"]}"#, "recurrence.onDays"),
            (r#"{"frequency":"DAILY","repeatEvery":0}"#, "recurrence.repeatEvery"),
            (r#"{"frequency":"MONTHLY","dateOfMonth":"x"}"#, "recurrence.dateOfMonth"),
            (r#"{"frequency":"MONTHLY","on":"DAY_OF_WEEK"}"#, "recurrence.dayOfWeekClassifier"),
            (r#"{"frequency":"MONTHLY","dateOfMonth":1,"months":["X"]}"#, "recurrence.months"),
            (r#"{"frequency":"YEARLY","end":{"endBy":"DATE"}}"#, "recurrence.end.date"),
            (r#"{"frequency":"YEARLY","end":{"endBy":"SOON"}}"#, "recurrence.end.endBy"),
            (
                r#"{"frequency":"YEARLY","end":{"endBy":"REPETITIONS"}}"#,
                "recurrence.end.repetitions",
            ),
        ];
        for (recurrence, field) in table {
            assert_eq!(read(&with(recurrence)).unwrap_err().field, field, "{recurrence}");
        }
        assert!(read(&with(r#"{"frequency":"MONTHLY","dateOfMonth":15}"#)).is_ok());
        assert!(read(&with(r#"{"frequency":"MONTHLY","dateOfMonth":"LAST"}"#)).is_ok());
    }
}
