//! Integration keys: made here, shown once, kept as hashes.

use firebell_base::{Random, Secret};
use firebell_domain::integration::INTEGRATION_KEY_PREFIX;
use sha2::{Digest as _, Sha256};

/// Fewest bytes of a key somebody brings along: shorter ones can be guessed.
pub const KEY_BYTES_MIN: usize = 20;
/// Most bytes of a key.
pub const KEY_BYTES_MAX: usize = 200;

/// A new key: `fbk_` and 32 hexadecimal digits (128 random bits).
pub fn new_key(random: &Random) -> Secret {
    let digits = u128::from_be_bytes(random.bytes());
    Secret::new(format!("{INTEGRATION_KEY_PREFIX}{digits:032x}"))
}

/// The SHA-256 of a key. Keys are long and random, so a plain hash is enough.
pub fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// Whether a text can be a key.
pub fn is_key(text: &str) -> bool {
    (KEY_BYTES_MIN..=KEY_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_long_random_and_hashed() {
        let one = new_key(&Random::seeded(1));
        let two = new_key(&Random::seeded(2));
        assert!(one.expose().starts_with("fbk_") && one.expose().len() == 36);
        assert!(is_key(one.expose()) && one != two);
        // Published test value (FIPS 180-2, "abc").
        assert_eq!(hash("abc")[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert!(!is_key("short") && !is_key("with blanks in the middle of it"));
    }
}
