//! What people and their programs sign in with; only hashes are kept.

use firebell_base::{Id, Timestamp};

use crate::name::Name;
use crate::person::PersonId;

/// The id of an API key: the part after `x-api-key-`.
pub type ApiKeyId = Id<ApiKey>;

/// A key with which a person's program acts as that person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Identity, spoken as user name.
    pub id: ApiKeyId,
    /// As whom it acts.
    pub owner: PersonId,
    /// What it is for.
    pub name: Name,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// When it was made.
    pub created: Timestamp,
}

/// A person's password, hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Password {
    /// Whose.
    pub person: PersonId,
    /// The Argon2id hash in PHC string form.
    pub hash: String,
}
