//! Slows down the guessing of passwords.
//!
//! Used by [`crate::authenticate`] only, also for requests for a new password. Failures are counted
//! per login and per client address; beyond a few free ones each further failure closes the door for
//! twice as long. An address that signed in with a login before, or set its password with a link, has
//! a counter of its own for it, so that a stranger who fails on purpose cannot lock a known client
//! out; not even one with the same address, who tries other logins. Memory is bounded; nothing readable is kept.
//!
//! API keys are not guarded: 256 random bits cannot be guessed, a check costs microseconds, and a
//! program with an outdated key must not lock out its neighbours.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use firebell_base::{Timestamp, time};
use firebell_domain::instance::InstanceNo;
use firebell_domain::name::fold;
use sha2::{Digest, Sha256};

/// Failures for one login that close nothing yet.
pub const LOGIN_FAILURES_FREE: u32 = 5;
/// Failures from one address that close nothing yet; many people may share an address.
pub const ADDRESS_FAILURES_FREE: u32 = 50;
/// Requests for a new password for one login that are taken at once.
pub const LOGIN_RESETS_FREE: u32 = 3;
/// Requests for a new password from one address that are taken at once.
pub const ADDRESS_RESETS_FREE: u32 = 20;
/// How long a login is closed after the first failure that is not free, in seconds; doubles.
pub const LOCK_SECONDS_FIRST: i64 = 2;
/// A login is never closed for longer than this, in seconds.
pub const LOGIN_LOCK_SECONDS_MAX: i64 = 15 * 60;
/// An address is never closed for longer than this, in seconds.
pub const ADDRESS_LOCK_SECONDS_MAX: i64 = 60;
/// Failures are forgotten when none was added for so long, in seconds.
pub const FORGET_SECONDS: i64 = 60 * 60;
/// How long an address stays known for a login after it signed in, in seconds.
pub const KNOWN_SECONDS: i64 = 30 * 24 * 60 * 60;
/// The most counters, and the most known clients; at about 80 bytes each.
pub const ENTRIES_MAX: usize = 50_000;
/// The part of a full table that is dropped at once, so that a flood pays for the sweep in bulk.
const SWEEP_PART: usize = 10;

/// Who tries to get in.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// Where.
    pub instance: InstanceNo,
    /// As whom.
    pub login: &'a str,
    /// From where, if that is known.
    pub client: Option<IpAddr>,
}

/// The counters.
#[derive(Default)]
pub struct Guard {
    tables: Mutex<Tables>,
}

#[derive(Default)]
struct Tables {
    failures: HashMap<Key, Failures>,
    known: HashMap<Key, Timestamp>,
}

/// A digest of what is counted: of fixed size, and unreadable.
type Key = [u8; 32];

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
    locked_until: Timestamp,
}

#[derive(Clone, Copy)]
struct Policy {
    free: u32,
    lock_seconds_max: i64,
}

const LOGIN: Policy =
    Policy { free: LOGIN_FAILURES_FREE, lock_seconds_max: LOGIN_LOCK_SECONDS_MAX };
const ADDRESS: Policy =
    Policy { free: ADDRESS_FAILURES_FREE, lock_seconds_max: ADDRESS_LOCK_SECONDS_MAX };
const LOGIN_RESET: Policy =
    Policy { free: LOGIN_RESETS_FREE, lock_seconds_max: LOGIN_LOCK_SECONDS_MAX };
const ADDRESS_RESET: Policy =
    Policy { free: ADDRESS_RESETS_FREE, lock_seconds_max: ADDRESS_LOCK_SECONDS_MAX };

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard").field("counters", &self.lock().failures.len()).finish()
    }
}

impl Guard {
    /// Whether the attempt may be made at `now`; otherwise how long to wait.
    pub fn check(&self, attempt: Attempt<'_>, now: Timestamp) -> Result<(), Duration> {
        let tables = self.lock();
        let login = tables.login_key(attempt, now);
        // A known client has a counter of its own, which is strict enough: what its neighbours do
        // behind the same proxy must not lock it out.
        let is_known = login == client_key(attempt);
        let address = attempt.client.filter(|_| !is_known).map(address_key);
        let until = [Some(login), address]
            .into_iter()
            .flatten()
            .filter_map(|key| tables.failures.get(&key))
            .map(|failures| failures.locked_until)
            .max();
        match until {
            Some(until) if until > now => Err(whole_seconds(now, until)),
            Some(_) | None => Ok(()),
        }
    }

    /// Counts a request for a new password, or says how long to wait with it. Whether the login exists
    /// makes no difference, and neither these requests nor failures to sign in count for the other.
    pub fn ask_reset(&self, attempt: Attempt<'_>, now: Timestamp) -> Result<(), Duration> {
        let mut tables = self.lock();
        let known = tables.is_known(attempt, now);
        // What strangers ask for must not keep a known client from asking.
        let own = attempt.client.filter(|_| known).map(network);
        let login = digest(
            b"reset",
            attempt.instance,
            attempt.login,
            own.as_ref().map_or(&[], |own| own.as_slice()),
        );
        let address = attempt
            .client
            .filter(|_| !known)
            .map(|client| digest(b"reset address", InstanceNo(0), "", &network(client)));
        let locks = [Some(login), address].into_iter().flatten();
        let until = locks.filter_map(|key| tables.failures.get(&key)).map(|f| f.locked_until).max();
        if let Some(until) = until.filter(|until| *until > now) {
            return Err(whole_seconds(now, until));
        }
        tables.count(login, LOGIN_RESET, now);
        if let Some(address) = address {
            tables.count(address, ADDRESS_RESET, now);
        }
        Ok(())
    }

    /// Counts a failure at `now`.
    pub fn failed(&self, attempt: Attempt<'_>, now: Timestamp) {
        let mut tables = self.lock();
        let login = tables.login_key(attempt, now);
        tables.count(login, LOGIN, now);
        if let Some(client) = attempt.client {
            tables.count(address_key(client), ADDRESS, now);
        }
    }

    /// Forgets the login's failures as this client sees them, and knows the client from now on. The
    /// address' failures stay: owning one account must not give free guesses at the others.
    pub fn succeeded(&self, attempt: Attempt<'_>, now: Timestamp) {
        let mut tables = self.lock();
        let login = tables.login_key(attempt, now);
        tables.failures.remove(&login);
        if attempt.client.is_some() {
            let known = client_key(attempt);
            if tables.known.len() >= ENTRIES_MAX && !tables.known.contains_key(&known) {
                sweep(&mut tables.known, |since| *since);
            }
            tables.known.insert(known, now);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    /// The counter that stands for the login: the client's own one when the client is known.
    fn login_key(&self, attempt: Attempt<'_>, now: Timestamp) -> Key {
        if self.is_known(attempt, now) {
            client_key(attempt)
        } else {
            digest(b"login", attempt.instance, attempt.login, &[])
        }
    }

    /// Whether this client showed before that the login is theirs.
    fn is_known(&self, attempt: Attempt<'_>, now: Timestamp) -> bool {
        let since = self.known.get(&client_key(attempt));
        since.is_some_and(|since| now < time::add_seconds(*since, KNOWN_SECONDS))
    }

    fn count(&mut self, key: Key, policy: Policy, now: Timestamp) {
        if self.failures.len() >= ENTRIES_MAX && !self.failures.contains_key(&key) {
            sweep(&mut self.failures, |f| (f.locked_until, f.count, f.last));
        }
        let entry = self.failures.entry(key).or_insert(Failures {
            count: 0,
            last: now,
            locked_until: Timestamp::MIN,
        });
        if now >= time::add_seconds(entry.last, FORGET_SECONDS) {
            entry.count = 0;
        }
        entry.count = entry.count.saturating_add(1);
        entry.last = now;
        if let Some(beyond) = entry.count.checked_sub(policy.free + 1) {
            let seconds = LOCK_SECONDS_FIRST << beyond.min(20);
            entry.locked_until = time::add_seconds(now, seconds.min(policy.lock_seconds_max));
        }
    }
}

/// Drops the lowest part of a full table.
fn sweep<V: Copy, O: Ord>(table: &mut HashMap<Key, V>, order: impl Fn(&V) -> O) {
    let mut all: Vec<(O, Key)> = table.iter().map(|(key, value)| (order(value), *key)).collect();
    all.sort_unstable();
    for (_, key) in all.into_iter().take(ENTRIES_MAX / SWEEP_PART) {
        table.remove(&key);
    }
}

fn whole_seconds(now: Timestamp, until: Timestamp) -> Duration {
    let micros = u64::try_from(time::micros_between(now, until)).unwrap_or(0);
    Duration::from_secs(micros.div_ceil(1_000_000).max(1))
}

fn client_key(attempt: Attempt<'_>) -> Key {
    let network = attempt.client.map_or([0; 16], network);
    digest(b"known", attempt.instance, attempt.login, &network)
}

fn address_key(client: IpAddr) -> Key {
    digest(b"address", InstanceNo(0), "", &network(client))
}

/// The address as one party sees it: an IPv6 customer owns at least a /64.
fn network(client: IpAddr) -> [u8; 16] {
    match client.to_canonical() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => (u128::from(v6) & !u128::from(u64::MAX)).to_be_bytes(),
    }
}

fn digest(tag: &[u8], instance: InstanceNo, login: &str, rest: &[u8]) -> Key {
    let mut hasher = Sha256::new();
    hasher.update(tag);
    hasher.update([0]);
    hasher.update(instance.0.to_be_bytes());
    hasher.update(rest);
    hasher.update(fold(login).as_bytes());
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    fn at(seconds: i64) -> Timestamp {
        time::add_seconds(Timestamp::UNIX_EPOCH, seconds)
    }

    fn from(client: impl Into<Option<IpAddr>>, login: &str) -> Attempt<'_> {
        Attempt { instance: InstanceNo(1), login, client: client.into() }
    }

    fn other(n: u32) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from_bits(0x0A00_0000 + n))
    }

    #[test]
    fn the_sixth_failure_closes_the_login_and_the_time_doubles() {
        let guard = Guard::default();
        let attempt = from(None, "akira");
        let mut now = at(0);
        for n in 0..LOGIN_FAILURES_FREE {
            assert_eq!(guard.check(attempt, now), Ok(()), "failure {n} is free");
            guard.failed(attempt, now);
        }
        for seconds in [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            assert_eq!(guard.check(attempt, now), Ok(()));
            guard.failed(attempt, now);
            assert_eq!(guard.check(attempt, now), Err(Duration::from_secs(seconds)));
            assert_eq!(guard.check(from(None, " AKIRA "), now), Err(Duration::from_secs(seconds)));
            assert_eq!(guard.check(from(None, "bo"), now), Ok(()), "others are not touched");
            now = time::add_seconds(now, i64::try_from(seconds).expect("small"));
        }
        assert_eq!(guard.check(Attempt { instance: InstanceNo(2), ..attempt }, at(0)), Ok(()));
    }

    #[test]
    fn success_and_time_forget() {
        for client in [None, Some(HOME)] {
            let guard = Guard::default();
            let attempt = from(client, "akira");
            for _ in 0..5 {
                guard.failed(attempt, at(0));
            }
            guard.succeeded(attempt, at(1));
            for _ in 0..5 {
                guard.failed(attempt, at(1));
            }
            assert_eq!(guard.check(attempt, at(1)), Ok(()));
            guard.failed(attempt, at(1 + FORGET_SECONDS));
            assert_eq!(guard.check(attempt, at(1 + FORGET_SECONDS)), Ok(()));
        }
    }

    #[test]
    fn a_stranger_cannot_lock_out_a_known_client() {
        let guard = Guard::default();
        guard.succeeded(from(HOME, "akira"), at(0));
        for n in 0..100 {
            guard.failed(from(other(n), "akira"), at(1));
        }
        assert!(guard.check(from(other(1000), "akira"), at(1)).is_err(), "strangers wait");
        assert_eq!(guard.check(from(HOME, "akira"), at(1)), Ok(()), "the known client does not");
        for _ in 0..6 {
            guard.failed(from(HOME, "akira"), at(1));
        }
        assert!(guard.check(from(HOME, "akira"), at(1)).is_err(), "but it has a limit too");
    }

    #[test]
    fn an_address_that_tries_many_logins_is_slowed_down() {
        let guard = Guard::default();
        for n in 0..=ADDRESS_FAILURES_FREE {
            assert_eq!(guard.check(from(HOME, "x"), at(0)), Ok(()));
            guard.failed(from(HOME, &format!("user{n}")), at(0));
        }
        assert_eq!(guard.check(from(HOME, "x"), at(0)), Err(Duration::from_secs(2)));
        guard.succeeded(from(HOME, "mine"), at(0));
        assert!(guard.check(from(HOME, "x"), at(0)).is_err(), "one good account changes nothing");
        for _ in 0..40 {
            guard.failed(from(HOME, "x2"), at(0));
        }
        let wait = guard.check(from(HOME, "x3"), at(0)).expect_err("closed");
        assert_eq!(wait, Duration::from_mins(1), "never longer than a minute");
    }

    #[test]
    fn a_known_client_is_not_locked_out_by_its_neighbours() {
        // Behind a proxy everybody has one address.
        let guard = Guard::default();
        guard.succeeded(from(HOME, "akira"), at(0));
        for n in 0..100 {
            guard.failed(from(HOME, &format!("guess{n}")), at(1));
        }
        assert!(guard.check(from(HOME, "bo"), at(1)).is_err(), "whoever is not known waits");
        assert_eq!(guard.check(from(HOME, "akira"), at(1)), Ok(()));
    }

    #[test]
    fn requests_for_new_passwords_are_slowed_down_by_login_and_by_address() {
        let guard = Guard::default();
        for _ in 0..=LOGIN_RESETS_FREE {
            assert_eq!(guard.ask_reset(from(None, "akira"), at(0)), Ok(()));
        }
        let closed = Err(Duration::from_secs(2));
        assert_eq!(guard.ask_reset(from(None, " AKIRA"), at(0)), closed);
        assert_eq!(guard.check(from(None, "akira"), at(0)), Ok(()), "signing in is another matter");
        assert_eq!(guard.ask_reset(from(None, "akira"), at(2)), Ok(()));
        for n in 0..=ADDRESS_RESETS_FREE {
            assert_eq!(guard.ask_reset(from(HOME, &format!("user{n}")), at(0)), Ok(()));
        }
        assert_eq!(guard.ask_reset(from(HOME, "bo"), at(0)), closed);
        assert_eq!(guard.check(from(HOME, "bo"), at(0)), Ok(()));
    }

    #[test]
    fn strangers_who_ask_for_new_passwords_do_not_keep_a_known_client_from_asking() {
        let guard = Guard::default();
        guard.succeeded(from(HOME, "akira"), at(0));
        let refused = (0..100)
            .map(|n| (n, format!("guess{n}")))
            .map(|(n, guess)| {
                [from(other(n), "akira"), from(HOME, &guess)]
                    .map(|attempt| guard.ask_reset(attempt, at(1)).is_err())
            })
            .filter(|refused| *refused == [true; 2]);
        assert!(refused.count() > 50, "both are closed");
        assert!(guard.ask_reset(from(other(1000), "akira"), at(1)).is_err(), "strangers wait");
        for _ in 0..=LOGIN_RESETS_FREE {
            assert_eq!(guard.ask_reset(from(HOME, "akira"), at(1)), Ok(()));
        }
        assert!(guard.ask_reset(from(HOME, "akira"), at(1)).is_err(), "but it has a limit too");
    }

    #[test]
    fn one_ipv6_customer_is_one_party() {
        let a: IpAddr = "2001:db8::1".parse::<Ipv6Addr>().expect("address").into();
        let b: IpAddr = "2001:db8::ffff:1".parse::<Ipv6Addr>().expect("address").into();
        let c: IpAddr = "2001:db8:0:1::1".parse::<Ipv6Addr>().expect("address").into();
        let mapped: IpAddr = "::ffff:192.0.2.1".parse::<Ipv6Addr>().expect("address").into();
        assert_eq!(network(a), network(b));
        assert_ne!(network(a), network(c));
        assert_eq!(network(mapped), network(HOME));
    }

    #[test]
    fn memory_is_bounded_and_locked_logins_survive_a_flood() {
        let guard = Guard::default();
        for _ in 0..8 {
            guard.failed(from(None, "victim"), at(0));
        }
        for n in 0..ENTRIES_MAX + 100 {
            guard.failed(from(None, &n.to_string()), at(0));
        }
        assert!(guard.lock().failures.len() <= ENTRIES_MAX);
        assert!(guard.check(from(None, "victim"), at(0)).is_err());
    }
}
