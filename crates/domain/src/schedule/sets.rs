//! Small sets the calendar rules are made of: weekdays, months and holiday dates.
//!
//! Plain values without behaviour of their own; they never know a time zone.

use std::fmt;

use jiff::civil::{Date, Weekday};

/// A set of weekdays. Iterates from Sunday to Saturday, the order of the API's `SU…SA`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct WeekdaySet(u8);

impl WeekdaySet {
    /// No day.
    pub const EMPTY: Self = Self(0);
    /// All seven days.
    pub const ALL: Self = Self(0b111_1111);
    /// Monday to Friday.
    pub const WORKDAYS: Self = Self(0b011_1110);
    /// Saturday and Sunday.
    pub const WEEKEND: Self = Self(0b100_0001);

    /// This set and `day`.
    #[must_use]
    pub const fn with(self, day: Weekday) -> Self {
        Self(self.0 | Self::bit(day))
    }

    /// Whether `day` is in the set.
    pub const fn contains(self, day: Weekday) -> bool {
        self.0 & Self::bit(day) != 0
    }

    /// Whether no day is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The number of days in the set.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// The days, from Sunday to Saturday.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        Weekday::Sunday.cycle_forward().take(7).filter(move |day| self.contains(*day))
    }

    /// How many days of the set come before `day` in a week that starts on Sunday.
    pub(super) const fn rank(self, day: Weekday) -> u32 {
        (self.0 & (Self::bit(day) - 1)).count_ones()
    }

    const fn bit(day: Weekday) -> u8 {
        1 << day.to_sunday_zero_offset()
    }
}

impl FromIterator<Weekday> for WeekdaySet {
    fn from_iter<I: IntoIterator<Item = Weekday>>(days: I) -> Self {
        days.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl fmt::Debug for WeekdaySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// A set of months, numbered 1 (January) to 12 (December).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MonthSet(u16);

impl MonthSet {
    /// No month.
    pub const EMPTY: Self = Self(0);
    /// All twelve months.
    pub const ALL: Self = Self(0b1_1111_1111_1110);

    /// The set of these months; `None` if one of them is not 1 to 12.
    pub fn from_numbers(months: impl IntoIterator<Item = i8>) -> Option<Self> {
        months.into_iter().try_fold(Self::EMPTY, |set, month| {
            (1..=12).contains(&month).then(|| Self(set.0 | 1 << month))
        })
    }

    /// Whether the month, 1 to 12, is in the set.
    pub fn contains(self, month: i8) -> bool {
        (1..=12).contains(&month) && self.0 & (1 << month) != 0
    }

    /// Whether no month is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The months in ascending order, as numbers 1 to 12.
    pub fn iter(self) -> impl Iterator<Item = i8> {
        (1..=12).filter(move |month| self.contains(*month))
    }
}

impl fmt::Debug for MonthSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// The holidays of a group's site: calendar dates, as people there write them.
///
/// A holiday is a label, not an interval: whoever asks decides in which zone the date is read
/// (a shift in its own zone, a time frame in its owner's).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holidays {
    /// Ascending, without repeats.
    dates: Vec<Date>,
}

impl Holidays {
    /// No holidays: the group has no site, or the site has none.
    pub const fn none() -> Self {
        Self { dates: Vec::new() }
    }

    /// Whether `date` is a holiday.
    pub fn contains(&self, date: Date) -> bool {
        self.dates.binary_search(&date).is_ok()
    }

    /// The dates in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = Date> {
        self.dates.iter().copied()
    }

    /// How many holidays lie before `date`.
    pub(super) fn count_before(&self, date: Date) -> usize {
        self.dates.partition_point(|holiday| *holiday < date)
    }

    /// The first holiday that is not before `date`.
    pub(super) fn first_from(&self, date: Date) -> Option<Date> {
        self.dates.get(self.count_before(date)).copied()
    }
}

impl FromIterator<Date> for Holidays {
    fn from_iter<I: IntoIterator<Item = Date>>(dates: I) -> Self {
        let mut dates: Vec<Date> = dates.into_iter().collect();
        dates.sort_unstable();
        dates.dedup();
        Self { dates }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn weekday_sets_start_on_sunday() {
        use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
        assert_eq!(
            WeekdaySet::ALL.iter().collect::<Vec<_>>(),
            [Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday]
        );
        assert_eq!(WeekdaySet::from_iter([Saturday, Sunday]), WeekdaySet::WEEKEND);
        assert_eq!(
            WeekdaySet::from_iter([Monday, Tuesday, Wednesday, Thursday, Friday]),
            WeekdaySet::WORKDAYS
        );
        let days = WeekdaySet::EMPTY.with(Friday).with(Monday);
        assert_eq!((days.len(), days.is_empty()), (2, false));
        assert_eq!([Sunday, Monday, Friday, Saturday].map(|d| days.rank(d)), [0, 0, 1, 2]);
    }

    #[test]
    fn month_sets_refuse_numbers_that_are_no_month() {
        assert_eq!(MonthSet::from_numbers(1..=12), Some(MonthSet::ALL));
        assert_eq!(MonthSet::from_numbers([0]), None);
        assert_eq!(MonthSet::from_numbers([13]), None);
        let set = MonthSet::from_numbers([12, 2]).unwrap();
        assert_eq!(set.iter().collect::<Vec<_>>(), [2, 12]);
        assert!(!set.contains(0) && !set.contains(16) && !set.contains(-1));
    }

    #[test]
    fn holidays_are_sorted_and_unique() {
        let days = [date(2026, 12, 25), date(2026, 1, 1), date(2026, 12, 25)];
        let holidays: Holidays = days.into_iter().collect();
        assert_eq!(holidays.iter().collect::<Vec<_>>(), [date(2026, 1, 1), date(2026, 12, 25)]);
        assert_eq!(holidays.first_from(date(2026, 1, 2)), Some(date(2026, 12, 25)));
        assert_eq!(holidays.first_from(date(2026, 12, 26)), None);
        assert!(holidays.contains(date(2026, 1, 1)) && !Holidays::none().contains(days[0]));
    }
}
