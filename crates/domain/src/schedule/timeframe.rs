//! When a device may be used: a part of the day on some days of the week.
//!
//! Asked by the choice of devices for each notification; never says what happens outside the frame.
//!
//! - T1. A frame is read in its own zone, or in its owner's if it has none.
//! - T2. It is open from `start` on the wall clock until the wall clock shows `duration_minutes`
//!   more, half-open: 08:00 with 540 minutes is open at 08:00:00 and closed at 17:00:00 on every
//!   day, also on days of 23 or 25 hours.
//! - T3. A frame that passes midnight belongs to the day it starts on: Friday 22:00 with 480
//!   minutes is open on Saturday at 05:00 although only Friday is named.
//! - T4. With `exclude_holidays` it is not open when the day it starts on is a holiday; a frame
//!   that started the day before a holiday runs to its end.
//! - T5. Skipped and doubled hours are read as for shifts (S5, S6): 1440 minutes from 00:00 on all
//!   days is open at every instant, 02:00 to 03:00 is closed on the day that skips this hour and
//!   two hours long on the day that has it twice.

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};

use super::calendar::days_later;
use super::sets::{Holidays, WeekdaySet};
use super::zone::Zone;

/// Longest name, in characters.
pub const NAME_CHARS_MAX: usize = 100;

/// Longest frame, in minutes: a day.
pub const DURATION_MINUTES_MAX: u16 = 1440;

/// Days before and after the local date at which a frame open now may have started: the day
/// before for frames over midnight, one more each way for clocks that skip or repeat a date.
const START_DAYS: std::ops::RangeInclusive<i64> = -2..=1;

/// One time frame of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeframe {
    /// What its owner calls it.
    pub name: String,
    /// Local time it opens, to the minute.
    pub start: Time,
    /// Wall-clock minutes it stays open, 1 to [`DURATION_MINUTES_MAX`].
    pub duration_minutes: u16,
    /// The days it opens on.
    pub days: WeekdaySet,
    /// Whether it stays shut on holidays of the owner's site.
    pub exclude_holidays: bool,
    /// Whose wall clock; none means the owner's.
    pub zone: Option<Zone>,
}

/// Why a time frame was refused. The message starts with the field that must change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeframeError {
    /// Empty or above [`NAME_CHARS_MAX`].
    #[error("timeframes.name: must have 1 to {NAME_CHARS_MAX} characters")]
    Name,
    /// Not a whole minute.
    #[error("timeframes.startTime: must be hours and minutes, such as 08:00")]
    Start,
    /// Zero or above [`DURATION_MINUTES_MAX`].
    #[error("timeframes.durationInMinutes: must be 1 to {DURATION_MINUTES_MAX}, not {0}")]
    Duration(u16),
    /// On no day.
    #[error("timeframes.days: name at least one of SU, MO, TU, WE, TH, FR, SA")]
    NoDays,
}

impl TimeframeError {
    /// The name of the field that must change, as in the API.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Name => "timeframes.name",
            Self::Start => "timeframes.startTime",
            Self::Duration(_) => "timeframes.durationInMinutes",
            Self::NoDays => "timeframes.days",
        }
    }
}

impl Timeframe {
    /// Whether the parts make sense; a frame built from a request must pass before it is kept.
    ///
    /// # Errors
    /// [`TimeframeError`] names the first field that is wrong.
    pub fn checked(self) -> Result<Self, TimeframeError> {
        let chars = self.name.chars().count();
        if self.name.trim().is_empty() || chars > NAME_CHARS_MAX {
            return Err(TimeframeError::Name);
        }
        if self.start.second() != 0 || self.start.subsec_nanosecond() != 0 {
            return Err(TimeframeError::Start);
        }
        if self.duration_minutes == 0 || self.duration_minutes > DURATION_MINUTES_MAX {
            return Err(TimeframeError::Duration(self.duration_minutes));
        }
        if self.days.is_empty() {
            return Err(TimeframeError::NoDays);
        }
        Ok(self)
    }

    /// Whether the frame is open at `at`. `holidays` are those of the owner's site.
    pub fn active_at(&self, at: Timestamp, owner_zone: &Zone, holidays: &Holidays) -> bool {
        let zone = self.zone.as_ref().unwrap_or(owner_zone);
        let today = zone.local(at).date();
        let length = SignedDuration::from_mins(i64::from(self.duration_minutes));
        START_DAYS.filter_map(|days| days_later(today, days)).any(|date| {
            if !self.days.contains(date.weekday())
                || (self.exclude_holidays && holidays.contains(date))
            {
                return false;
            }
            let opens = date.to_datetime(self.start);
            let closes = opens.checked_add(length).ok().and_then(|local| zone.instant(local));
            zone.instant(opens).is_some_and(|opens| opens <= at)
                && closes.is_some_and(|closes| at < closes)
        })
    }
}
