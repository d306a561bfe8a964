//! Passwords: the rules they must meet, and their Argon2id hashes.
//!
//! Called by [`crate::authenticate`] and by whoever sets a password. Hashing takes tens of
//! milliseconds and 19 MiB on purpose: call [`hash`] and [`verify`] on a blocking thread only, and
//! bound how many run at a time. Never keeps a password.

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use firebell_base::Random;

/// Memory of one hash, in KiB (OWASP Password Storage Cheat Sheet: Argon2id, 19 MiB, t=2, p=1).
pub const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over that memory (same source).
pub const PASSES: u32 = 2;
/// Parallel lanes (same source).
pub const LANES: u32 = 1;
/// The length of a hash, in bytes.
pub const HASH_BYTES: usize = 32;
/// The length of a salt, in bytes (recommended by RFC 9106, section 3.1).
pub const SALT_BYTES: usize = 16;
/// The shortest password, in characters.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// The longest password, in characters.
pub const PASSWORD_CHARS_MAX: usize = 256;

/// A stored hash that asks for more memory than this many KiB is not followed: it may be an import
/// or a damaged row, and must not become a way to exhaust the server.
const STORED_MEMORY_KIB_MAX: u32 = 4 * MEMORY_KIB;
/// A stored hash that asks for more passes than this is not followed.
const STORED_PASSES_MAX: u32 = 8;
/// The salt of the hash that is computed for unknown users; it protects nothing.
const DUMMY_SALT: [u8; SALT_BYTES] = *b"firebell-no-user";

/// The rules in words, for pages and documents.
pub const RULES: &str =
    "At least 12 characters, at most 256. Several words are good; digits and signs are not needed.";
/// Passwords of allowed length that everybody tries first.
const KNOWN: [&str; 18] = [
    "123456789012",
    "1234567890123",
    "12345678901234567890",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "abcdefghijkl",
    "administrator",
    "changeme1234",
    "correct horse battery staple",
    "correcthorsebatterystaple",
    "firebell1234",
    "letmeinplease",
    "password1234",
    "password12345",
    "passwordpassword",
    "qwertyuiop12",
    "qwertyuiopasdf",
    "welcome12345",
];

/// Why a password may not be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Fewer than [`PASSWORD_CHARS_MIN`] characters.
    #[error("A password needs at least {PASSWORD_CHARS_MIN} characters; this one has {0}.")]
    Short(usize),
    /// More than [`PASSWORD_CHARS_MAX`] characters.
    #[error("A password has at most {PASSWORD_CHARS_MAX} characters; this one has {0}.")]
    Long(usize),
    /// One character over and over.
    #[error("A password needs more than one different character.")]
    Uniform,
    /// One that is tried first.
    #[error("This password is one of those everybody tries first. Choose another.")]
    Known,
}

/// The hash could not be computed: there was not enough memory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The password could not be hashed; free memory on the server and try again.")]
pub struct HashError;

/// Checks a password somebody wants to set. Length is what counts (NIST SP 800-63B): there are no
/// rules about digits or signs.
pub fn check(password: &str) -> Result<(), RuleError> {
    let chars = password.chars().count();
    if chars < PASSWORD_CHARS_MIN {
        return Err(RuleError::Short(chars));
    }
    if chars > PASSWORD_CHARS_MAX {
        return Err(RuleError::Long(chars));
    }
    let mut rest = password.chars();
    let first = rest.next();
    if rest.all(|c| Some(c) == first) {
        return Err(RuleError::Uniform);
    }
    if KNOWN.contains(&password.to_lowercase().as_str()) {
        return Err(RuleError::Known);
    }
    Ok(())
}

/// The PHC string (`$argon2id$v=19$m=19456,t=2,p=1$…`) to store for a password. Slow: see the
/// module.
pub fn hash(password: &str, random: &Random) -> Result<String, HashError> {
    let salt: [u8; SALT_BYTES] = random.bytes();
    hasher()?
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map(|hash: PasswordHash| hash.to_string())
        .map_err(|_| HashError)
}

/// Whether `password` is the one behind the `stored` PHC string. Slow, and as slow when there is no
/// stored hash (an unknown user) or when it cannot be used.
pub fn verify(password: &str, stored: Option<&str>) -> bool {
    #[cfg(test)]
    runs::count();
    if let Some(stored) = stored.and_then(usable) {
        Argon2::default().verify_password(password.as_bytes(), &stored).is_ok()
    } else {
        waste_as_much(password);
        false
    }
}

/// The stored hash, if it is one that this server is willing to compute.
fn usable(stored: &str) -> Option<PasswordHash> {
    let hash = PasswordHash::new(stored).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let complete = hash.salt.is_some() && hash.hash.is_some();
    let affordable = params.m_cost() <= STORED_MEMORY_KIB_MAX
        && params.t_cost() <= STORED_PASSES_MAX
        && params.p_cost() <= LANES;
    let right_kind = Algorithm::try_from(hash.algorithm.as_str()) == Ok(Algorithm::Argon2id);
    (complete && affordable && right_kind).then_some(hash)
}

/// Computes a hash for nothing, so that an unknown user takes as long as a wrong password.
fn waste_as_much(password: &str) {
    let mut out = [0_u8; HASH_BYTES];
    if let Ok(hasher) = hasher() {
        let wasted = hasher.hash_password_into(password.as_bytes(), &DUMMY_SALT, &mut out);
        std::hint::black_box((wasted.is_ok(), out));
    }
}

fn hasher() -> Result<Argon2<'static>, HashError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES)).map_err(|_| HashError)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// How many verifications a test's thread ran: they all cost the same.
#[cfg(test)]
pub(crate) mod runs {
    use std::cell::Cell;

    thread_local! {
        static RUNS: Cell<u32> = const { Cell::new(0) };
    }

    pub(crate) fn count() {
        RUNS.set(RUNS.get() + 1);
    }

    pub(crate) fn so_far() -> u32 {
        RUNS.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "correct horse battery";

    #[test]
    fn the_right_password_verifies_and_others_do_not() {
        let stored = hash(GOOD, &Random::seeded(1)).expect("hashes");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify(GOOD, Some(&stored)));
        assert!(!verify("correct horse batterz", Some(&stored)));
        assert!(!verify("", Some(&stored)));
        assert!(!verify(GOOD, None));
    }

    #[test]
    fn every_hash_has_its_own_salt() {
        let random = Random::seeded(2);
        assert_ne!(hash(GOOD, &random), hash(GOOD, &random));
    }

    #[test]
    fn hashes_that_are_damaged_weak_or_too_costly_are_not_followed() {
        let stored = hash(GOOD, &Random::seeded(3)).expect("hashes");
        for bad in [
            String::new(),
            "plain text".to_owned(),
            stored.replace("argon2id", "argon2i"),
            stored.replace("m=19456", "m=4194304"),
            stored.replace("t=2", "t=100000"),
            stored.rsplit_once('$').expect("has a hash").0.to_owned(),
        ] {
            assert!(usable(&bad).is_none(), "{bad}");
            assert!(!verify(GOOD, Some(&bad)), "{bad}");
        }
        assert!(usable(&stored).is_some());
    }

    #[test]
    fn rules_count_characters_not_bytes() {
        assert_eq!(check("elevenchars"), Err(RuleError::Short(11)));
        assert_eq!(check("twelve chars"), Ok(()));
        assert_eq!(check(&"øy".repeat(5)), Err(RuleError::Short(10)));
        assert_eq!(check(&"øy".repeat(128)), Ok(()));
        assert_eq!(check(&"ab".repeat(129)), Err(RuleError::Long(258)));
        assert_eq!(check(&"x".repeat(12)), Err(RuleError::Uniform));
        assert_eq!(check("Password1234"), Err(RuleError::Known));
        for known in KNOWN {
            assert!(known.chars().count() >= PASSWORD_CHARS_MIN && known == known.to_lowercase());
        }
        for bound in [PASSWORD_CHARS_MIN, PASSWORD_CHARS_MAX] {
            assert!(RULES.contains(&bound.to_string()));
        }
        assert!(check("short").expect_err("short").to_string().contains("at least 12"));
    }
}
