//! How long to wait before the next attempt.

use std::time::Duration;

use crate::random::Random;

/// Exponential back-off with full jitter over its upper half: after attempt `n` (from 1) the wait lies
/// between half and the whole of `first × 2^(n−1)`, capped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The whole wait after the first attempt.
    pub first: Duration,
    /// No wait is longer than this.
    pub cap: Duration,
    /// After this many attempts there is no next one.
    pub attempts_max: u32,
}

impl Backoff {
    /// The wait after attempt number `attempt` (from 1), or `None` when it was the last.
    pub fn after(&self, attempt: u32, random: &Random) -> Option<Duration> {
        if attempt >= self.attempts_max {
            return None;
        }
        let doublings = attempt.saturating_sub(1).min(31);
        let whole = self.first.saturating_mul(1_u32 << doublings).min(self.cap);
        let half = whole / 2;
        let spread = u64::try_from(half.as_micros()).unwrap_or(u64::MAX).saturating_add(1);
        Some(whole.saturating_sub(half) + Duration::from_micros(random.below(spread)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap_and_end() {
        let backoff = Backoff {
            first: Duration::from_secs(10),
            cap: Duration::from_mins(1),
            attempts_max: 6,
        };
        let random = Random::seeded(1);
        for (attempt, low, high) in [(1, 5, 10), (2, 10, 20), (3, 20, 40), (4, 30, 60), (5, 30, 60)]
        {
            let wait = backoff.after(attempt, &random).expect("not the last");
            assert!(
                wait >= Duration::from_secs(low) && wait <= Duration::from_secs(high),
                "{wait:?}"
            );
        }
        assert_eq!(backoff.after(6, &random), None);
    }
}
