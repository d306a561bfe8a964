//! In which order the members of a shift are asked, as a function of how far the rotation has come.
//!
//! `oncall` asks for the order at an instant. Nothing is stored but the anchor: the same question
//! gets the same answer on every node and in every preview of next month.
//!
//! - R1. The order of the shift's members as configured holds until the first step.
//! - R2. A step with [`Direction::FirstToLast`] moves the first rotating member behind the last
//!   rotating one, with [`Direction::LastToFirst`] the last before the first. Members that are not
//!   in rotation keep their places; the others move among the places that remain. With fewer than
//!   two rotating members nothing moves.
//! - R3. By time: the first step is at the anchor, the others every `interval` hours, days or
//!   weeks of the zone's wall clock after it: a rotation on Monday 09:00 stays on Monday 09:00. A
//!   boundary in a skipped hour is at the jump, one in a doubled hour is at its earlier instant,
//!   so that a rotation by hours has as many steps on a day of 23 or 25 hours as on any other.
//! - R4. By shifts: the first step is at the first occurrence that starts at or after the anchor,
//!   the others at every `interval`-th occurrence after it. Deleted occurrences count.
//! - R5. By alerts: a step after every `interval` alerts counted since the anchor; none at the
//!   anchor itself. The counter is the caller's.
//! - R6. Before the anchor nothing has moved.

use jiff::{SignedDuration, Timestamp};

use super::pattern::{Occurrence, Pattern};
use super::sets::Holidays;
use super::zone::Zone;

/// Largest interval, in units of its kind.
pub const INTERVAL_MAX: u16 = 999;

/// Hours that clocks may have been turned back between two instants, for an upper estimate.
const CLOCK_CHANGE_HOURS_MAX: i64 = 26;

/// How the order of a shift's members changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// What drives it.
    pub kind: RotationType,
    /// Which way.
    pub direction: Direction,
    /// Alerts, occurrences or units of time per step, 1 to [`INTERVAL_MAX`].
    pub interval: u16,
    /// When the first step is (`nextRotationTime` as given by the client).
    pub anchor: Timestamp,
    /// Whose wall clock a rotation by time follows: the shift's zone.
    pub zone: Zone,
}

/// What drives a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationType {
    /// Alerts that reached the shift.
    Alerts,
    /// Completed occurrences of the shift.
    Shifts,
    /// Time on the wall.
    Time(IntervalUnit),
}

/// The unit of a rotation by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalUnit {
    /// Wall-clock hours.
    Hours,
    /// Days.
    Days,
    /// Weeks.
    Weeks,
}

/// Which way members move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The first becomes the last, the second the first.
    FirstToLast,
    /// The last becomes the first.
    LastToFirst,
}

/// What a rotation that is not driven by time has to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// The number of the occurrence asked about ([`super::Occurrence::index`]).
    pub occurrence_index: u64,
    /// The number of the first occurrence at or after the anchor
    /// ([`super::Pattern::index_from`]).
    pub anchor_index: u64,
    /// Alerts that reached the shift since the anchor.
    pub alerts: u64,
}

impl Progress {
    /// The progress of `rotation` at an occurrence of its shift; `alerts` counted since the anchor.
    pub fn at(
        rotation: &Rotation,
        pattern: &Pattern,
        occurrence: &Occurrence,
        holidays: &Holidays,
        alerts: u64,
    ) -> Self {
        let anchor = match rotation.kind {
            RotationType::Shifts => pattern.index_from(rotation.anchor, holidays),
            // Not asked for, so not computed.
            RotationType::Alerts | RotationType::Time(_) => None,
        };
        Self {
            occurrence_index: occurrence.index,
            // No occurrence after the anchor: none ever reaches it.
            anchor_index: anchor.unwrap_or(u64::MAX),
            alerts,
        }
    }
}

/// Why a rotation was refused. The message starts with the field that must change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RotationError {
    /// Zero or above [`INTERVAL_MAX`].
    #[error("rotation.interval: must be 1 to {INTERVAL_MAX}, not {0}")]
    Interval(u16),
}

impl RotationError {
    /// The name of the field that must change, as in the API.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Interval(_) => "rotation.interval",
        }
    }
}

impl Rotation {
    /// A rotation, if its interval is within limits.
    ///
    /// # Errors
    /// [`RotationError`] names the field that is wrong.
    pub fn new(
        kind: RotationType,
        direction: Direction,
        interval: u16,
        anchor: Timestamp,
        zone: Zone,
    ) -> Result<Self, RotationError> {
        if interval == 0 || interval > INTERVAL_MAX {
            return Err(RotationError::Interval(interval));
        }
        Ok(Self { kind, direction, interval, anchor, zone })
    }

    /// The order at `at`: the entry at each position is the place, in the configured order, of the
    /// member who stands there. `in_rotation` has one entry per member, in the configured order.
    pub fn order_at(&self, in_rotation: &[bool], at: Timestamp, progress: Progress) -> Vec<usize> {
        let places = || in_rotation.iter().enumerate();
        let rotating: Vec<usize> = places().filter(|(_, moves)| **moves).map(|(i, _)| i).collect();
        let count = rotating.len();
        let steps = self.steps_at(at, progress) % u64::try_from(count.max(1)).unwrap_or(1);
        // Smaller than the number of members, so it fits.
        let steps = usize::try_from(steps).unwrap_or(0);
        let skip = match self.direction {
            Direction::FirstToLast => steps,
            Direction::LastToFirst => (count - steps) % count.max(1),
        };
        let mut moved = rotating.iter().cycle().skip(skip);
        places()
            .filter_map(|(place, moves)| if *moves { moved.next().copied() } else { Some(place) })
            .collect()
    }

    /// How many steps have been made at `at`.
    pub fn steps_at(&self, at: Timestamp, progress: Progress) -> u64 {
        if at < self.anchor {
            return 0;
        }
        let interval = u64::from(self.interval.max(1));
        match self.kind {
            RotationType::Alerts => progress.alerts / interval,
            RotationType::Shifts => progress
                .occurrence_index
                .checked_sub(progress.anchor_index)
                .map_or(0, |completed| completed / interval + 1),
            RotationType::Time(unit) => self.time_steps(unit, at),
        }
    }

    /// The first instant after `after` at which a rotation by time makes a step; `None` for the
    /// other kinds, whose steps are not known ahead.
    pub fn next_step(&self, after: Timestamp) -> Option<Timestamp> {
        match self.kind {
            RotationType::Alerts | RotationType::Shifts => None,
            RotationType::Time(_) if after < self.anchor => Some(self.anchor),
            RotationType::Time(unit) => self.boundary(unit, self.time_steps(unit, after)),
        }
    }

    /// The number of boundaries that are not after `at`, which is not before the anchor.
    fn time_steps(&self, unit: IntervalUnit, at: Timestamp) -> u64 {
        let passed = self.zone.local(at).duration_since(self.zone.local(self.anchor));
        let hours = passed.as_hours() + CLOCK_CHANGE_HOURS_MAX;
        let most = hours.max(0) / self.step_hours(unit);
        let mut last = u64::try_from(most).unwrap_or(0);
        // The estimate is too high by the clock changes at most, so this turns at most
        // twice CLOCK_CHANGE_HOURS_MAX times, and once or never for days and weeks.
        while last > 0 && self.boundary(unit, last).is_none_or(|boundary| boundary > at) {
            last -= 1;
        }
        last + 1
    }

    /// The instant of the step with this number, 0 being the one at the anchor.
    fn boundary(&self, unit: IntervalUnit, number: u64) -> Option<Timestamp> {
        if number == 0 {
            return Some(self.anchor);
        }
        let hours = i64::try_from(number).ok()?.checked_mul(self.step_hours(unit))?;
        let length = SignedDuration::try_from_hours(hours)?;
        self.zone.instant(self.zone.local(self.anchor).checked_add(length).ok()?)
    }

    fn step_hours(&self, unit: IntervalUnit) -> i64 {
        let unit = match unit {
            IntervalUnit::Hours => 1,
            IntervalUnit::Days => 24,
            IntervalUnit::Weeks => 7 * 24,
        };
        unit * i64::from(self.interval.max(1))
    }
}
