//! The token with which somebody sets an installation up that has nobody yet.
//!
//! Made by `serve`, which prints it once on its own terminal; kept here as a hash, in memory only. It is good
//! for the present run of the process, and for a day. Whether there is somebody already is decided by the
//! configuration's authority, not here.
//!
//! Wrong tokens are counted by the minute. After [`WRONG_PER_MINUTE_MAX`] further ones are told to wait until it is
//! over; the right one is let in also then. What keeps strangers out is that there are 2^120 tokens, and a lock would
//! only let whoever knows the address keep out whoever has the token.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use firebell_base::{Random, Secret, Timestamp, time};

use crate::keys;

/// The token begins so.
pub const PREFIX: &str = "fbi_";
/// The random part of the token, in bytes: nothing to guess, and short enough to type.
pub const TOKEN_BYTES: usize = 15;
/// How long a token is good, in hours.
pub const HOURS: i64 = 24;
/// Wrong tokens in a minute after which further ones are told to wait.
pub const WRONG_PER_MINUTE_MAX: u32 = 100;
const MINUTE_MICROS: i64 = 60 * 1_000_000;

/// Lets one person set up, once. Clones share one state.
#[derive(Clone, Default)]
pub struct FirstRun(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// None where nobody may set up.
    hash: Option<[u8; 32]>,
    until: Timestamp,
    /// When the minute began whose wrong tokens are counted.
    minute: Timestamp,
    wrong: u32,
    /// Somebody is at it.
    taken: bool,
}

/// Why somebody may not set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There is nothing to set up, or it is done.
    Over,
    /// The token is too old: a restart makes a new one.
    Spent,
    /// The token is wrong.
    Wrong,
    /// The token is wrong, as so many were in this minute, which is over after so long.
    TooMany(Duration),
    /// Somebody else is at it this very moment.
    Busy,
}

/// The right to set up; given back when it is dropped.
#[derive(Debug)]
pub struct Taken(FirstRun);

impl std::fmt::Debug for FirstRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FirstRun").field("open", &self.is_open()).finish_non_exhaustive()
    }
}

impl FirstRun {
    /// For an installation that has somebody.
    pub fn over() -> Self {
        Self::default()
    }

    /// For one that has nobody, and the token to print.
    pub fn open(random: &Random, now: Timestamp) -> (Self, Secret) {
        let bytes: [u8; TOKEN_BYTES] = random.bytes();
        let token = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        let state = State {
            hash: Some(keys::hash(&token)),
            until: time::add_minutes(now, HOURS * 60),
            minute: now,
            wrong: 0,
            taken: false,
        };
        (Self(Arc::new(Mutex::new(state))), Secret::new(token))
    }

    /// Whether somebody may set up, if they have the token.
    pub fn is_open(&self) -> bool {
        self.lock().hash.is_some()
    }

    /// Lets whoever has the token set up; everybody else has to wait until this is given back.
    ///
    /// # Errors
    /// [`Refused`]; a wrong token is counted.
    pub fn take(&self, token: &str, now: Timestamp) -> Result<Taken, Refused> {
        let mut state = self.lock();
        let hash = state.hash.ok_or(Refused::Over)?;
        if now >= state.until {
            return Err(Refused::Spent);
        }
        if !keys::matches(token.trim(), &hash) {
            return Err(state.refuse_wrong(now));
        }
        if std::mem::replace(&mut state.taken, true) {
            return Err(Refused::Busy);
        }
        drop(state);
        Ok(Taken(self.clone()))
    }

    /// Somebody is there now: the token is worth nothing any more.
    pub fn finish(&self) {
        self.lock().hash = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Counts a wrong token.
    fn refuse_wrong(&mut self, now: Timestamp) -> Refused {
        let mut passed = time::micros_between(self.minute, now);
        if !(0..MINUTE_MICROS).contains(&passed) {
            (self.minute, self.wrong, passed) = (now, 0, 0);
        }
        if self.wrong >= WRONG_PER_MINUTE_MAX {
            let left = u64::try_from(MINUTE_MICROS - passed).unwrap_or_default();
            return Refused::TooMany(Duration::from_micros(left));
        }
        self.wrong += 1;
        Refused::Wrong
    }
}

impl Taken {
    /// It is done.
    pub fn finish(self) {
        self.0.finish();
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.lock().taken = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn open() -> (FirstRun, String) {
        let (run, token) = FirstRun::open(&Random::seeded(5), at(0));
        (run, token.expose().to_owned())
    }

    #[test]
    fn the_token_works_once() {
        let (run, token) = open();
        assert!(run.is_open() && token.starts_with(PREFIX) && token.len() == 24, "{token}");
        let taken = run.take(&format!(" {token}\n"), at(1)).unwrap();
        taken.finish();
        assert!(!run.is_open());
        assert_eq!(run.take(&token, at(2)).unwrap_err(), Refused::Over);
        assert_eq!(FirstRun::over().take("", at(0)).unwrap_err(), Refused::Over);
    }

    #[test]
    fn one_at_a_time_and_again_after_a_failure() {
        let (run, token) = open();
        let taken = run.take(&token, at(1)).unwrap();
        assert_eq!(run.take(&token, at(1)).unwrap_err(), Refused::Busy);
        assert_eq!(run.clone().take("fbi_wrong", at(1)).unwrap_err(), Refused::Wrong);
        drop(taken);
        run.take(&token, at(2)).unwrap().finish();
    }

    #[test]
    fn after_many_wrong_tokens_there_is_a_pause_for_wrong_ones() {
        let (run, token) = open();
        let wrong = |second: i64| run.take("fbi_wrong", at(second)).unwrap_err();
        for _ in 0..WRONG_PER_MINUTE_MAX {
            assert_eq!(wrong(15), Refused::Wrong);
        }
        assert_eq!(wrong(15), Refused::TooMany(Duration::from_secs(45)));
        assert_eq!(wrong(59), Refused::TooMany(Duration::from_secs(1)));
        // Nobody is kept out by what others try.
        drop(run.take(&token, at(59)).unwrap());
        assert_eq!(wrong(60), Refused::Wrong, "and then it goes on by itself");
        for _ in 1..WRONG_PER_MINUTE_MAX {
            assert_eq!(wrong(100), Refused::Wrong);
        }
        assert_eq!(wrong(119), Refused::TooMany(Duration::from_secs(1)));
        // A clock that went back does not close it for longer.
        assert_eq!(wrong(30), Refused::Wrong);
    }

    #[test]
    fn time_is_bounded() {
        let (run, token) = open();
        assert_eq!(run.take(&token, at(HOURS * 3600)).unwrap_err(), Refused::Spent);
        assert!(run.take(&token, at(HOURS * 3600 - 1)).is_ok());
    }

    #[test]
    fn nothing_shows_the_token() {
        let (run, token) = open();
        assert!(!format!("{run:?}").contains(&token));
    }
}
