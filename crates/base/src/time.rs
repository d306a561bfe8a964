//! The clock as a value, and instants as microseconds.
//!
//! Instants are [`Timestamp`]s (UTC). They are stored and compared as whole microseconds since the
//! Unix epoch, so [`Clock::now`] never returns anything finer: what is written is what is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// Where "now" comes from: the system, or a hand that tests turn.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's real-time clock.
    System,
    /// A clock that stands still until somebody moves it.
    Manual(ManualClock),
}

impl Clock {
    /// The present instant in whole microseconds.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
                let now = Timestamp::now();
                from_micros(now.as_microsecond())
            }
            Self::Manual(clock) => clock.now(),
        }
    }

    /// Microseconds on a clock that never goes back, for measuring durations only.
    pub fn monotonic_micros(&self) -> u64 {
        match self {
            Self::System => {
                use std::sync::OnceLock;
                use std::time::Instant;
                static START: OnceLock<Instant> = OnceLock::new();
                #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
                let now = Instant::now();
                let start = START.get_or_init(|| now);
                u64::try_from(now.saturating_duration_since(*start).as_micros()).unwrap_or(u64::MAX)
            }
            Self::Manual(clock) => u64::try_from(clock.now().as_microsecond()).unwrap_or(0),
        }
    }
}

/// A clock for tests: all its clones show the same time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `at`.
    pub fn at(at: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(at.as_microsecond())))
    }

    /// What the clock shows.
    pub fn now(&self) -> Timestamp {
        from_micros(self.0.load(Ordering::SeqCst))
    }

    /// Sets the clock, forwards or back.
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.as_microsecond(), Ordering::SeqCst);
    }
}

/// The instant `micros` microseconds after the Unix epoch; values outside jiff's range (years
/// −9999 to 9999) are clamped to it, so that a damaged row cannot panic a reader.
pub fn from_micros(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// `at` plus `micros` microseconds, clamped to the range of [`Timestamp`].
pub fn add_micros(at: Timestamp, micros: i64) -> Timestamp {
    from_micros(at.as_microsecond().saturating_add(micros))
}

/// `at` plus whole `seconds`, clamped.
pub fn add_seconds(at: Timestamp, seconds: i64) -> Timestamp {
    add_micros(at, seconds.saturating_mul(1_000_000))
}

/// `at` plus whole `minutes`, clamped.
pub fn add_minutes(at: Timestamp, minutes: i64) -> Timestamp {
    add_seconds(at, minutes.saturating_mul(60))
}

/// Microseconds from `earlier` to `later`; negative when the order is the other way round.
pub fn micros_between(earlier: Timestamp, later: Timestamp) -> i64 {
    later.as_microsecond().saturating_sub(earlier.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_micros_are_clamped_instead_of_panicking() {
        assert_eq!(from_micros(i64::MAX), Timestamp::MAX);
        assert_eq!(from_micros(i64::MIN), Timestamp::MIN);
        assert_eq!(add_minutes(Timestamp::MAX, 1), Timestamp::MAX);
    }

    #[test]
    fn clones_of_a_manual_clock_move_together() {
        let clock = ManualClock::at(from_micros(5));
        let other = Clock::Manual(clock.clone());
        clock.set(from_micros(9));
        assert_eq!(other.now(), from_micros(9));
    }
}
