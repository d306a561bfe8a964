//! Keys that programs present: API keys of people, made and checked here, and keys of
//! integrations, which `config` makes.
//!
//! Called by [`crate::authenticate`], by intake, and by whoever makes a key. A key is long and
//! random, so one SHA-256 is enough to store it safely (there is nothing to guess), and the cost
//! of a check is microseconds. The secret is returned once, by the function that makes it, and
//! never kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use firebell_base::{Random, Secret};
use firebell_domain::credential::ApiKeyId;
pub use firebell_domain::integration::INTEGRATION_KEY_PREFIX;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A Basic user name that begins so names an API key, as in xMatters.
pub const API_KEY_USER_PREFIX: &str = "x-api-key-";
/// The secret of an API key begins so, so that leaked ones can be found by scanners.
pub const API_SECRET_PREFIX: &str = "fbs_";
/// The random part of a key, in bytes.
pub const KEY_BYTES: usize = 32;
/// A presented key longer than this many bytes is wrong without being hashed.
pub const PRESENTED_BYTES_MAX: usize = 256;

/// A key that was just made: show the secret once, store the hash.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// What its holder presents.
    pub secret: Secret,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
}

/// A new secret for an API key, `fbs_…`.
pub fn new_api_secret(random: &Random) -> NewKey {
    let bytes: [u8; KEY_BYTES] = random.bytes();
    let secret = format!("{API_SECRET_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
    NewKey { hash: hash(&secret), secret: Secret::new(secret) }
}

/// The stored form of a secret: SHA-256 of all its characters, prefix included.
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Whether the presented secret is the one behind the stored hash, in time that does not depend on
/// where they differ.
pub fn matches(presented: &str, stored: &[u8; 32]) -> bool {
    presented.len() <= PRESENTED_BYTES_MAX && bool::from(hash(presented).ct_eq(stored))
}

/// The Basic user name of an API key.
pub fn api_key_user(id: ApiKeyId) -> String {
    format!("{API_KEY_USER_PREFIX}{id}")
}

/// What a Basic user name names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BasicUser<'a> {
    /// A web login.
    Login(&'a str),
    /// An API key.
    Key(ApiKeyId),
    /// It begins like an API key, but there is no id behind.
    BadKey,
}

/// Reads a Basic user name.
pub fn basic_user(user: &str) -> BasicUser<'_> {
    match user.strip_prefix(API_KEY_USER_PREFIX) {
        None => BasicUser::Login(user),
        Some(id) => id.parse().map_or(BasicUser::BadKey, BasicUser::Key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_matches_its_own_hash_only() {
        let random = Random::seeded(5);
        let api = new_api_secret(&random);
        let other = new_api_secret(&random);
        assert!(api.secret.expose().starts_with("fbs_") && api.secret.expose().len() == 47);
        assert!(matches(api.secret.expose(), &api.hash));
        assert!(!matches(other.secret.expose(), &api.hash));
        assert!(!matches(&api.secret.expose()[4..], &api.hash), "the prefix belongs to the key");
        assert!(!matches("", &api.hash));
        assert!(
            !matches(&"x".repeat(10_000), &hash(&"x".repeat(10_000))),
            "long ones are not hashed"
        );
        assert!(!format!("{api:?}").contains(api.secret.expose()));
    }

    #[test]
    fn user_names_of_keys_are_read_back() {
        let id = ApiKeyId::from_bytes([7; 16]);
        assert_eq!(basic_user(&api_key_user(id)), BasicUser::Key(id));
        assert_eq!(basic_user("x-api-key-nonsense"), BasicUser::BadKey);
        assert_eq!(basic_user("akira"), BasicUser::Login("akira"));
    }
}
