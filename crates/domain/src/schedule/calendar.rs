//! The dates of a recurrence, found by arithmetic.
//!
//! Answers one question: which is the first date of the rule that is not before a given date, and
//! the how-manieth is it. Nothing is iterated from the first start, so a shift that began in 1990
//! costs the same as one that began today. Only [`super::Pattern`] asks; no time zone is known
//! here.

use jiff::civil::Date;

use super::recurrence::{Frequency, MonthlyOn};
use super::sets::{Holidays, MonthSet, WeekdaySet};

/// Months looked at to find the next date of a monthly rule. The rarest is 29 February around a
/// century that is no leap year: 8 years.
const MONTHS_AHEAD_MAX: i64 = 8 * 12 + 1;

const SECONDS_PER_DAY: i64 = 86_400;
const EPOCH: Date = Date::constant(1970, 1, 1);

/// A date of the rule and its number, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) date: Date,
    pub(super) index: u64,
}

/// The dates of one rule, from `anchor` on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calendar<'a> {
    pub(super) anchor: Date,
    pub(super) frequency: Frequency,
    pub(super) holidays: &'a Holidays,
}

impl Calendar<'_> {
    /// The first date of the rule that is neither before `date` nor before the anchor.
    pub(super) fn first_from(&self, date: Date) -> Option<Slot> {
        let date = date.max(self.anchor);
        match self.frequency {
            Frequency::Once => (date == self.anchor).then_some(Slot { date, index: 0 }),
            Frequency::Daily { repeat_every } => self.daily(date, repeat_every),
            Frequency::Weekly { repeat_every, on_days } => self.weekly(date, repeat_every, on_days),
            Frequency::EveryWeekday => self.weekly(date, 1, WeekdaySet::WORKDAYS),
            Frequency::EveryWeekendDay => self.weekly(date, 1, WeekdaySet::WEEKEND),
            Frequency::Monthly { on, months } => self.monthly(date, on, months),
            Frequency::Yearly => self.yearly(date),
            Frequency::Holiday => self.holiday(date),
        }
    }

    fn daily(&self, date: Date, repeat_every: u16) -> Option<Slot> {
        let every = i64::from(repeat_every.max(1));
        let days = day_number(date) - day_number(self.anchor);
        let turn = days.div_euclid(every) + i64::from(days.rem_euclid(every) != 0);
        slot(date_numbered(day_number(self.anchor) + turn * every)?, turn)
    }

    fn weekly(&self, date: Date, repeat_every: u16, days: WeekdaySet) -> Option<Slot> {
        let every = i64::from(repeat_every.max(1));
        // Weeks start on Sunday, as in the API's list of days.
        let sunday = day_number(self.anchor) - sunday_offset(self.anchor);
        let ahead = day_number(date) - sunday;
        let (week, weekday) = (ahead.div_euclid(7), ahead.rem_euclid(7));
        let this_turn = week.div_euclid(every);
        let this_week = if week.rem_euclid(every) == 0 {
            days.iter().find(|day| i64::from(day.to_sunday_zero_offset()) >= weekday)
        } else {
            None
        };
        let (turn, day) = match this_week {
            Some(day) => (this_turn, day),
            None => (this_turn + 1, days.iter().next()?),
        };
        let number = sunday + turn * every * 7 + i64::from(day.to_sunday_zero_offset());
        // Days of the first week that had passed when the shift began never were its dates.
        let missed = i64::from(days.rank(self.anchor.weekday()));
        let index = turn * i64::from(days.len()) + i64::from(days.rank(day)) - missed;
        slot(date_numbered(number)?, index)
    }

    fn monthly(&self, date: Date, on: MonthlyOn, months: MonthSet) -> Option<Slot> {
        let first = month_number(date);
        let (month, found) = (first..first + MONTHS_AHEAD_MAX).find_map(|number| {
            let found = monthly_date(on, months, number)?;
            (found >= date).then_some((number, found))
        })?;
        let anchor = month_number(self.anchor);
        let missed = monthly_date(on, months, anchor).is_some_and(|d| d < self.anchor);
        let index = dates_before_month(on, months, month)
            - dates_before_month(on, months, anchor)
            - i64::from(missed);
        slot(found, index)
    }

    fn yearly(&self, date: Date) -> Option<Slot> {
        let this_year = self.yearly_date(date.year())?;
        let found = if this_year >= date {
            this_year
        } else {
            self.yearly_date(date.year().checked_add(1)?)?
        };
        slot(found, i64::from(found.year()) - i64::from(self.anchor.year()))
    }

    /// The anchor's date in `year`; 29 February is 28 February in years without one.
    fn yearly_date(&self, year: i16) -> Option<Date> {
        let (month, day) = (self.anchor.month(), self.anchor.day());
        let last = Date::new(year, month, 1).ok()?.days_in_month();
        Date::new(year, month, day.min(last)).ok()
    }

    fn holiday(&self, date: Date) -> Option<Slot> {
        let found = self.holidays.first_from(date)?;
        let before = self.holidays.count_before(found) - self.holidays.count_before(self.anchor);
        Some(Slot { date: found, index: u64::try_from(before).ok()? })
    }
}

/// The day after `date`, unless the calendar ends.
pub(super) fn day_after(date: Date) -> Option<Date> {
    date.tomorrow().ok()
}

/// `date` moved by whole days, unless the calendar ends.
pub(super) fn days_later(date: Date, days: i64) -> Option<Date> {
    date_numbered(day_number(date).checked_add(days)?)
}

fn slot(date: Date, index: i64) -> Option<Slot> {
    debug_assert!(index >= 0, "the anchor is the earliest date");
    Some(Slot { date, index: u64::try_from(index).ok()? })
}

fn day_number(date: Date) -> i64 {
    date.duration_since(EPOCH).as_secs().div_euclid(SECONDS_PER_DAY)
}

fn date_numbered(number: i64) -> Option<Date> {
    let hours = number.checked_mul(24)?;
    EPOCH.checked_add(jiff::SignedDuration::try_from_hours(hours)?).ok()
}

fn sunday_offset(date: Date) -> i64 {
    i64::from(date.weekday().to_sunday_zero_offset())
}

/// Months since the year 0, January being 0.
fn month_number(date: Date) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}

/// The date of a monthly rule in the month with this number.
fn monthly_date(on: MonthlyOn, months: MonthSet, number: i64) -> Option<Date> {
    let year = i16::try_from(number.div_euclid(12)).ok()?;
    let month = i8::try_from(number.rem_euclid(12) + 1).ok()?;
    if months.contains(month) { on.date_in(year, month) } else { None }
}

/// How many dates a monthly rule has from the year 0 up to, not including, the month with this
/// number. Only the difference of two such counts means anything.
fn dates_before_month(on: MonthlyOn, months: MonthSet, number: i64) -> i64 {
    let year = number.div_euclid(12);
    let count_in = |year: i16, months_to: i64| -> i64 {
        let held = months
            .iter()
            .filter(|month| i64::from(*month) <= months_to)
            .filter(|month| on.date_in(year, *month).is_some());
        i64::try_from(held.count()).unwrap_or(0)
    };
    // Existence of a date depends on the year only through 29 February, so one year of each kind
    // stands for all of them.
    let (common, leap) = (count_in(2023, 12), count_in(2024, 12));
    let leap_years = leap_years_before(year);
    let this_year = if is_leap(year) { 2024 } else { 2023 };
    (year - leap_years) * common + leap_years * leap + count_in(this_year, number.rem_euclid(12))
}

const fn is_leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

/// Leap years from the year 1 on that are before `year`.
const fn leap_years_before(year: i64) -> i64 {
    let last = year - 1;
    last.div_euclid(4) - last.div_euclid(100) + last.div_euclid(400)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_numbers_go_both_ways() {
        for number in [-1, 0, 1, 11_016, 20_000, 60_000] {
            assert_eq!(day_number(date_numbered(number).unwrap()), number);
        }
        assert_eq!(day_number(Date::constant(2000, 2, 29)), 11_016);
        assert_eq!(date_numbered(i64::MAX), None);
    }

    #[test]
    fn leap_years_are_counted() {
        let mut count = leap_years_before(1970);
        for year in 1970..2500 {
            assert_eq!(leap_years_before(year), count, "{year}");
            let february = Date::new(i16::try_from(year).unwrap(), 2, 1).unwrap();
            assert_eq!(is_leap(year), february.in_leap_year(), "{year}");
            count += i64::from(february.in_leap_year());
        }
    }
}
