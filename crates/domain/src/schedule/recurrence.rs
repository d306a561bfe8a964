//! How a shift repeats, in the words of the API, and what of it is refused.
//!
//! Built from requests by the edge and from rows by the store; read by [`super::Pattern`].
//! Values here say *which dates*, never which instants.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};

use super::pattern::PatternError;
use super::sets::{MonthSet, WeekdaySet};

/// Largest `repeatEvery`, in days or weeks.
pub const REPEAT_EVERY_MAX: u16 = 999;

/// The rule that yields the dates of a shift, and where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recurrence {
    /// Which dates.
    pub frequency: Frequency,
    /// Until when. `Once` ignores it.
    pub end: RecurrenceEnd,
}

/// Which dates a shift starts on. The dates are local dates in the pattern's zone and never lie
/// before the date of the first start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frequency {
    /// Only the first occurrence.
    Once,
    /// Every `repeat_every` days, counted from the first start.
    Daily {
        /// Days from one occurrence to the next, 1 to [`REPEAT_EVERY_MAX`].
        repeat_every: u16,
    },
    /// On the named days of every `repeat_every`-th week.
    Weekly {
        /// Weeks from one week of occurrences to the next, 1 to [`REPEAT_EVERY_MAX`].
        repeat_every: u16,
        /// At least one day.
        on_days: WeekdaySet,
    },
    /// Monday to Friday.
    EveryWeekday,
    /// Saturday and Sunday.
    EveryWeekendDay,
    /// One date in each of the named months.
    Monthly {
        /// Which date of the month.
        on: MonthlyOn,
        /// At least one month.
        months: MonthSet,
    },
    /// The same date every year.
    Yearly,
    /// The holidays of the group's site.
    Holiday,
}

/// One date of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonthlyOn {
    /// By its number.
    DateOfMonth(DayOfMonth),
    /// By weekday, such as the second Tuesday.
    DayOfWeek {
        /// Which of the month's four or five.
        classifier: Classifier,
        /// The weekday.
        day: Weekday,
    },
}

/// A day of the month by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOfMonth {
    /// 1 to 31; a month without this day has no occurrence.
    Day(u8),
    /// The last day, whatever its number.
    Last,
}

/// Which one of a month's equal weekdays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Classifier {
    /// The first.
    First,
    /// The second.
    Second,
    /// The third.
    Third,
    /// The fourth.
    Fourth,
    /// The last: the fourth or fifth.
    Last,
}

/// Where a recurrence ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecurrenceEnd {
    /// Nowhere.
    Never,
    /// Occurrences that start after this instant are not held; one that starts exactly then is,
    /// in full.
    Date(Timestamp),
    /// After this many dates of the rule, at least 1; deleted occurrences count.
    Repetitions(u32),
}

impl Recurrence {
    /// Held once.
    pub const ONCE: Self = Self { frequency: Frequency::Once, end: RecurrenceEnd::Never };

    /// Every week on all seven days, for ever: what a shift made by name alone gets.
    pub const EVERY_DAY: Self = Self {
        frequency: Frequency::Weekly { repeat_every: 1, on_days: WeekdaySet::ALL },
        end: RecurrenceEnd::Never,
    };

    pub(super) fn check(&self, first_start: Timestamp) -> Result<(), PatternError> {
        match self.frequency {
            Frequency::Daily { repeat_every } => check_repeat_every(repeat_every)?,
            Frequency::Weekly { repeat_every, on_days } => {
                check_repeat_every(repeat_every)?;
                if on_days.is_empty() {
                    return Err(PatternError::NoDays);
                }
            }
            Frequency::Monthly { on, months } => check_monthly(on, months)?,
            Frequency::Once
            | Frequency::EveryWeekday
            | Frequency::EveryWeekendDay
            | Frequency::Yearly
            | Frequency::Holiday => {}
        }
        match self.end {
            RecurrenceEnd::Date(end) if end < first_start => Err(PatternError::EndDateBeforeStart),
            RecurrenceEnd::Repetitions(0) => Err(PatternError::NoRepetitions),
            RecurrenceEnd::Never | RecurrenceEnd::Date(_) | RecurrenceEnd::Repetitions(_) => Ok(()),
        }
    }
}

impl MonthlyOn {
    /// The date in this month, if the month has it.
    pub(super) fn date_in(self, year: i16, month: i8) -> Option<Date> {
        let first = Date::new(year, month, 1).ok()?;
        match self {
            Self::DateOfMonth(DayOfMonth::Day(day)) => {
                Date::new(year, month, i8::try_from(day).ok()?).ok()
            }
            Self::DateOfMonth(DayOfMonth::Last) => Some(first.last_of_month()),
            Self::DayOfWeek { classifier, day } => {
                first.nth_weekday_of_month(classifier.nth(), day).ok()
            }
        }
    }
}

impl Classifier {
    /// As the calendar library counts: from the front, or -1 from the back.
    const fn nth(self) -> i8 {
        match self {
            Self::First => 1,
            Self::Second => 2,
            Self::Third => 3,
            Self::Fourth => 4,
            Self::Last => -1,
        }
    }
}

const fn check_repeat_every(repeat_every: u16) -> Result<(), PatternError> {
    if repeat_every == 0 || repeat_every > REPEAT_EVERY_MAX {
        return Err(PatternError::RepeatEvery(repeat_every));
    }
    Ok(())
}

/// A year with a 29 February, to ask whether a date exists in any year at all.
const SOME_LEAP_YEAR: i16 = 2024;

fn check_monthly(on: MonthlyOn, months: MonthSet) -> Result<(), PatternError> {
    if months.is_empty() {
        return Err(PatternError::NoMonths);
    }
    if let MonthlyOn::DateOfMonth(DayOfMonth::Day(day)) = on {
        if !(1..=31).contains(&day) {
            return Err(PatternError::DateOfMonth(day));
        }
        if !months.iter().any(|month| on.date_in(SOME_LEAP_YEAR, month).is_some()) {
            return Err(PatternError::DateInNoMonth(day));
        }
    }
    Ok(())
}
