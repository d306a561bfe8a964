//! A recurring interval of time and its occurrences.
//!
//! Built by the edge and the store through [`Pattern::new`], asked by `oncall`, by calendar pages
//! and by maintenance windows. The rules it follows are numbered in [`super`]; the comments here
//! name them as S1, S2 and so on. It never reads a clock: every instant is an argument.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};

use super::calendar::{Calendar, Slot, day_after, days_later};
use super::recurrence::{REPEAT_EVERY_MAX, Recurrence, RecurrenceEnd};
use super::sets::Holidays;
use super::zone::Zone;

/// Longest occurrence, in days.
pub const DURATION_DAYS_MAX: i64 = 366;

/// Most deleted occurrences one pattern keeps.
pub const EXCLUSIONS_MAX: usize = 1_000;

/// Most occurrences one call of [`Pattern::occurrences`] yields: 270 years of a daily shift.
pub const OCCURRENCES_MAX: usize = 100_000;

/// First and last year a pattern may start in, as seen in UTC.
pub const START_YEARS: std::ops::RangeInclusive<i16> = 1970..=2199;

/// Days looked at before the earliest date that could matter by plain subtraction: one for the
/// time of day, one for clock changes (the largest one known skipped a whole day).
const LOOK_BACK_DAYS: i64 = 2;

/// When something recurs: the first occurrence and the rule for the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Start of the first occurrence; also the template for the local start of all others.
    pub first_start: Timestamp,
    /// End of the first occurrence.
    pub first_end: Timestamp,
    /// Whose clock the rule is read on.
    pub zone: Zone,
    /// Which dates, until when.
    pub recurrence: Recurrence,
    /// The deleted occurrences.
    pub exclusions: Vec<Exclusion>,
}

/// One deleted occurrence, named by the instant it starts at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exclusion {
    /// Start of the deleted occurrence.
    pub start: Timestamp,
}

/// One time a pattern is held: the half-open interval `[start, end)`. Never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Occurrence {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after.
    pub end: Timestamp,
    /// The how-manieth date of the rule this is, from 0; deleted ones count.
    pub index: u64,
}

impl Occurrence {
    /// Whether `at` lies inside.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }
}

/// Why a pattern was refused. Each message starts with the field that must change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// The first start is outside [`START_YEARS`].
    #[error("start: must be in the years 1970 to 2199")]
    StartOutOfRange,
    /// The first occurrence is empty or negative.
    #[error("end: must be after start")]
    EndNotAfterStart,
    /// The first occurrence is longer than [`DURATION_DAYS_MAX`].
    #[error("end: must be at most {DURATION_DAYS_MAX} days after start")]
    TooLong,
    /// Zero or above [`REPEAT_EVERY_MAX`].
    #[error("recurrence.repeatEvery: must be 1 to {REPEAT_EVERY_MAX}, not {0}")]
    RepeatEvery(u16),
    /// Weekly on no day.
    #[error("recurrence.onDays: name at least one of SU, MO, TU, WE, TH, FR, SA")]
    NoDays,
    /// Monthly in no month.
    #[error("recurrence.months: name at least one of JAN to DEC")]
    NoMonths,
    /// Not a day of any month.
    #[error("recurrence.on.dateOfMonth: must be 1 to 31 or LAST, not {0}")]
    DateOfMonth(u8),
    /// None of the named months ever has this day.
    #[error("recurrence.on.dateOfMonth: none of the months has a day {0}; use LAST")]
    DateInNoMonth(u8),
    /// The recurrence ends before it starts.
    #[error("recurrence.end.date: must not be before start")]
    EndDateBeforeStart,
    /// A recurrence of zero times.
    #[error("recurrence.end.repetitions: must be at least 1")]
    NoRepetitions,
    /// More than [`EXCLUSIONS_MAX`].
    #[error("exclusions: at most {EXCLUSIONS_MAX} occurrences of a shift can be deleted; end it")]
    TooManyExclusions,
}

impl PatternError {
    /// The name of the field that must change, as in the API.
    pub const fn field(self) -> &'static str {
        match self {
            Self::StartOutOfRange => "start",
            Self::EndNotAfterStart | Self::TooLong => "end",
            Self::RepeatEvery(_) => "recurrence.repeatEvery",
            Self::NoDays => "recurrence.onDays",
            Self::NoMonths => "recurrence.months",
            Self::DateOfMonth(_) | Self::DateInNoMonth(_) => "recurrence.on.dateOfMonth",
            Self::EndDateBeforeStart => "recurrence.end.date",
            Self::NoRepetitions => "recurrence.end.repetitions",
            Self::TooManyExclusions => "exclusions",
        }
    }
}

impl Pattern {
    /// A pattern, if its parts make sense together. Exclusions are sorted and made unique.
    ///
    /// # Errors
    /// [`PatternError`] names the first field that is wrong.
    pub fn new(
        first_start: Timestamp,
        first_end: Timestamp,
        zone: Zone,
        recurrence: Recurrence,
        mut exclusions: Vec<Exclusion>,
    ) -> Result<Self, PatternError> {
        let year = jiff::tz::Offset::UTC.to_datetime(first_start).year();
        if !START_YEARS.contains(&year) {
            return Err(PatternError::StartOutOfRange);
        }
        if first_end <= first_start {
            return Err(PatternError::EndNotAfterStart);
        }
        if first_end.duration_since(first_start)
            > SignedDuration::from_hours(24 * DURATION_DAYS_MAX)
        {
            return Err(PatternError::TooLong);
        }
        recurrence.check(first_start)?;
        exclusions.sort_unstable();
        exclusions.dedup();
        if exclusions.len() > EXCLUSIONS_MAX {
            return Err(PatternError::TooManyExclusions);
        }
        Ok(Self { first_start, first_end, zone, recurrence, exclusions })
    }

    /// All held occurrences that overlap `[from, to)`, ascending by start; at most
    /// [`OCCURRENCES_MAX`]. The cost depends on the window, not on how long ago the pattern began.
    pub fn occurrences<'a>(
        &'a self,
        from: Timestamp,
        to: Timestamp,
        holidays: &'a Holidays,
    ) -> impl Iterator<Item = Occurrence> + 'a {
        self.dates(from, to, holidays)
            .filter(|occurrence| !self.is_excluded(occurrence.start))
            .take(OCCURRENCES_MAX)
    }

    /// The deleted occurrences that overlap `[from, to)`, ascending by start: what the rule yields
    /// and an exclusion takes away. Exclusions that match no date are not listed.
    pub fn deleted_occurrences<'a>(
        &'a self,
        from: Timestamp,
        to: Timestamp,
        holidays: &'a Holidays,
    ) -> impl Iterator<Item = Occurrence> + 'a {
        self.dates(from, to, holidays)
            .filter(|occurrence| self.is_excluded(occurrence.start))
            .take(EXCLUSIONS_MAX)
    }

    /// The occurrence that starts exactly at `start`, held or deleted: what a client means who
    /// names an occurrence by its start.
    pub fn occurrence_starting_at(
        &self,
        start: Timestamp,
        holidays: &Holidays,
    ) -> Option<Occurrence> {
        self.dates(start, just_after(start), holidays).find(|occurrence| occurrence.start == start)
    }

    /// Whether the occurrence starting at `start` is deleted.
    pub fn is_excluded(&self, start: Timestamp) -> bool {
        self.exclusions.iter().any(|exclusion| exclusion.start == start)
    }

    /// The occurrence in force at `at`: of those that contain it, the latest started (S17).
    pub fn active_at(&self, at: Timestamp, holidays: &Holidays) -> Option<Occurrence> {
        self.occurrences(at, just_after(at), holidays).last()
    }

    /// The first held occurrence that starts after `after`.
    pub fn next_start(&self, after: Timestamp, holidays: &Holidays) -> Option<Occurrence> {
        self.occurrences(after, Timestamp::MAX, holidays).find(|o| o.start > after)
    }

    /// The first instant after `after` at which the answer of [`Pattern::active_at`] changes (S18).
    pub fn next_change(&self, after: Timestamp, holidays: &Holidays) -> Option<Timestamp> {
        let end = self.active_at(after, holidays).map(|occurrence| occurrence.end);
        let start = self.next_start(after, holidays).map(|occurrence| occurrence.start);
        [end, start].into_iter().flatten().min()
    }

    /// The number of the first occurrence, held or deleted, that starts at or after `at`: the
    /// anchor a rotation by shifts counts from.
    pub fn index_from(&self, at: Timestamp, holidays: &Holidays) -> Option<u64> {
        self.dates(at, Timestamp::MAX, holidays)
            .find(|occurrence| occurrence.start >= at)
            .map(|occurrence| occurrence.index)
    }

    /// What the rule yields, deleted or not.
    fn dates<'a>(&self, from: Timestamp, to: Timestamp, holidays: &'a Holidays) -> Dates<'a, '_> {
        let template = self.template();
        let calendar =
            Calendar { anchor: template.date, frequency: self.recurrence.frequency, holidays };
        let days = template.length.as_hours().div_euclid(24) + 1 + LOOK_BACK_DAYS;
        let earliest = days_later(self.zone.local(from).date(), -days).unwrap_or(template.date);
        let next = if from < to { calendar.first_from(earliest) } else { None };
        Dates { pattern: self, template, calendar, next, from, to }
    }

    /// The local times all occurrences are made from (S2, S4). Derived on each call, so that it
    /// follows the public fields and the zone rules known now.
    fn template(&self) -> Template {
        let (start, end) = (self.zone.local(self.first_start), self.zone.local(self.first_end));
        let shown = end.duration_since(start);
        let length = if shown.is_positive() {
            shown
        } else {
            // A short first occurrence across a doubled hour can end at an earlier local time.
            self.first_end.duration_since(self.first_start)
        };
        Template { date: start.date(), time: start.time(), length }
    }
}

/// The instant after `at`, for half-open windows that hold just `at`.
fn just_after(at: Timestamp) -> Timestamp {
    at.checked_add(SignedDuration::from_nanos(1)).unwrap_or(Timestamp::MAX)
}

#[derive(Debug, Clone, Copy)]
struct Template {
    date: Date,
    time: Time,
    length: SignedDuration,
}

/// The occurrences of the rule in a window, deleted ones included.
struct Dates<'h, 'p> {
    pattern: &'p Pattern,
    template: Template,
    calendar: Calendar<'h>,
    next: Option<Slot>,
    from: Timestamp,
    to: Timestamp,
}

impl Dates<'_, '_> {
    /// Start and end of the occurrence on `date`; `None` at the edge of representable time.
    fn bounds(&self, date: Date) -> Option<(Timestamp, Timestamp)> {
        let Pattern { first_start, first_end, zone, .. } = self.pattern;
        if date == self.template.date {
            return Some((*first_start, *first_end));
        }
        let start = date.to_datetime(self.template.time);
        let end = start.checked_add(self.template.length).ok()?;
        Some((zone.instant(start)?, zone.instant(end)?))
    }

    fn is_past_the_end(&self, start: Timestamp, index: u64) -> bool {
        match self.pattern.recurrence.end {
            RecurrenceEnd::Never => false,
            RecurrenceEnd::Date(end) => start > end,
            RecurrenceEnd::Repetitions(count) => index >= u64::from(count),
        }
    }
}

impl Iterator for Dates<'_, '_> {
    type Item = Occurrence;

    // Each turn moves `next` to a later date and stops at the first start beyond the window, so
    // the loop is bounded by the days of the window and of one occurrence.
    fn next(&mut self) -> Option<Occurrence> {
        while let Some(Slot { date, index }) = self.next.take() {
            let (start, end) = self.bounds(date)?;
            // Starts never decrease from date to date, so nothing later can be inside.
            if start >= self.to || self.is_past_the_end(start, index) {
                return None;
            }
            self.next = day_after(date).and_then(|tomorrow| self.calendar.first_from(tomorrow));
            if start < end && end > self.from {
                return Some(Occurrence { start, end, index });
            }
        }
        None
    }
}
