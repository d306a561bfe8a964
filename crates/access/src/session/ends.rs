//! Tells that sessions ended. Told by [`super::Sessions`]; asked by what was begun for a session and goes on, such as
//! streams to open pages. It never says which sessions: whoever hears it asks whether theirs still counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Tells.
#[derive(Debug, Default)]
pub(super) struct Teller(Arc<AtomicU64>);

/// Hears.
#[derive(Debug)]
pub struct Ends {
    told: Arc<AtomicU64>,
    heard: u64,
}

impl Teller {
    pub(super) fn tell(&self) {
        // Whoever sees the count sees the sessions as they are.
        self.0.fetch_add(1, Ordering::Release);
    }

    pub(super) fn ends(&self) -> Ends {
        Ends { told: Arc::clone(&self.0), heard: self.0.load(Ordering::Acquire) }
    }
}

impl Ends {
    /// Whether sessions ended since this was asked last, or since it was made.
    pub fn is_new(&mut self) -> bool {
        let told = self.told.load(Ordering::Acquire);
        std::mem::replace(&mut self.heard, told) != told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_is_new_once_and_for_each() {
        let teller = Teller::default();
        teller.tell();
        let (mut one, mut other) = (teller.ends(), teller.ends());
        assert!(!one.is_new(), "what was before is not new");
        teller.tell();
        teller.tell();
        assert!(one.is_new() && other.is_new());
        assert!(!one.is_new() && !other.is_new());
    }
}
