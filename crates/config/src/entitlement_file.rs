//! Files with entitlements, signed by an operator who runs no server of the instance: made by
//! `firebell licence sign`, read by `firebell licence import`.
//!
//! The payload is JSON; the signature (Ed25519) is over its exact bytes, so that nothing has to be
//! put into a canonical form. A file is for one instance and has a serial number: one that is for
//! another instance, or not newer than the last one used, changes nothing. Whoever sets entitlements
//! by hand afterwards takes over, and the serial numbers begin anew.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use firebell_base::{Random, Secret, Timestamp};
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::instance::InstanceId;
use firebell_domain::licence::Entitlement;
use firebell_domain::person::LicenceType;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::codec::licences::{AllotmentPart, EnforcementPart};
use crate::fault::Faults;

/// The largest file read, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024;
/// Characters of a key's name.
pub const KEY_NAME_CHARS_MAX: usize = 64;
/// The form of the payload this release reads and writes.
const VERSION: u32 = 1;
/// Signed in front of the payload, so that the signature means nothing anywhere else.
const PURPOSE: &[u8] = b"firebell entitlements 1\n";
/// Between the key's name and the serial number in [`Entitlement::signed_by`].
const SERIAL_MARK: char = '#';

/// Why a file is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It is too large to be one.
    #[error("The file is larger than {FILE_BYTES_MAX} bytes: it is no entitlement file.")]
    TooLarge,
    /// It cannot be read.
    #[error("This is no entitlement file: {0}. Ask who issued it for a new copy.")]
    Unreadable(String),
    /// Its key is not trusted here.
    #[error(
        "The file is signed with the key {0:?}, which is not trusted here. Add that key's public part to \
         the setting of trusted keys, or ask for a file signed with a trusted one."
    )]
    UnknownKey(String),
    /// Its signature is wrong.
    #[error(
        "The signature of the file is wrong: it was changed or cut after it was signed. Ask who issued it \
         for a new copy."
    )]
    BadSignature,
    /// A newer release wrote it.
    #[error("The file has form {0}; this release reads form {VERSION}. Update Firebell first.")]
    Version(u32),
    /// Something in it makes no sense.
    #[error("{field}: {problem}.")]
    Invalid {
        /// Where, such as `entitlements[1].licence`.
        field: String,
        /// What is wrong and what would be right.
        problem: String,
    },
}

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntitlementFile {
    /// For which instance.
    pub instance: InstanceId,
    /// Rises with every file for an instance; from 1.
    pub serial: u64,
    /// When it was signed.
    pub issued: Timestamp,
    /// The entitlements; each licence type once. Types that are not in it stay as they are.
    pub entitlements: Vec<Entitlement>,
}

/// The private key of an operator.
pub struct SigningKey {
    name: String,
    seed: Secret,
    pair: Ed25519KeyPair,
}

/// The public key of an operator whose files count here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKey {
    name: String,
    public: [u8; 32],
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Envelope {
    firebell_entitlements: u32,
    key: String,
    payload: String,
    signature: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Payload {
    version: u32,
    instance: String,
    serial: u64,
    issued: String,
    entitlements: Vec<Item>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Item {
    licence: String,
    allotment: AllotmentPart,
    enforcement: EnforcementPart,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
    grace_days: u16,
    contract: String,
}

impl EntitlementFile {
    /// Signs it: the file's text.
    ///
    /// # Errors
    /// [`FileError::Invalid`] for what [`EntitlementFile::open`] would refuse.
    pub fn sign(&self, key: &SigningKey) -> Result<String, FileError> {
        self.check()?;
        let payload = Payload {
            version: VERSION,
            instance: self.instance.to_string(),
            serial: self.serial,
            issued: self.issued.to_string(),
            entitlements: self.entitlements.iter().map(Item::of).collect(),
        };
        let payload = serde_json::to_vec(&payload).map_err(unreadable)?;
        let envelope = Envelope {
            firebell_entitlements: VERSION,
            key: key.name.clone(),
            signature: STANDARD.encode(key.pair.sign(&signed(&payload)).as_ref()),
            payload: STANDARD.encode(&payload),
        };
        let mut text = serde_json::to_string_pretty(&envelope).map_err(unreadable)?;
        text.push('\n');
        Ok(text)
    }

    /// Reads a file: first its signature, then what it says.
    ///
    /// # Errors
    /// [`FileError`]; nothing of a file with a wrong signature is looked at.
    pub fn open(text: &str, trusted: &[TrustedKey]) -> Result<Self, FileError> {
        if text.len() > FILE_BYTES_MAX {
            return Err(FileError::TooLarge);
        }
        let envelope: Envelope = serde_json::from_str(text).map_err(unreadable)?;
        if envelope.firebell_entitlements != VERSION {
            return Err(FileError::Version(envelope.firebell_entitlements));
        }
        let Some(key) = trusted.iter().find(|key| key.name == envelope.key) else {
            return Err(FileError::UnknownKey(
                envelope.key.chars().take(KEY_NAME_CHARS_MAX).collect(),
            ));
        };
        let payload = STANDARD.decode(&envelope.payload).map_err(unreadable)?;
        let signature = STANDARD.decode(&envelope.signature).map_err(unreadable)?;
        UnparsedPublicKey::new(&ED25519, key.public)
            .verify(&signed(&payload), &signature)
            .map_err(|_| FileError::BadSignature)?;
        let payload: Payload = serde_json::from_slice(&payload).map_err(unreadable)?;
        if payload.version != VERSION {
            return Err(FileError::Version(payload.version));
        }
        Self::of(payload, key)
    }

    /// What it changes: pass this to [`Authority::change`](crate::Authority::change), which looks at the
    /// newest configuration.
    ///
    /// # Errors
    /// [`Faults`] if it is for another instance, or not newer than the last one.
    pub fn changes(&self, directory: &Directory) -> Result<Vec<Change>, Faults> {
        if directory.instance.id != self.instance {
            let message = format!(
                "is for the instance with the id {}; this one has {}: ask for a file of its own",
                self.instance, directory.instance.id
            );
            return Err(Faults::one("instance", message, "validation.entitlement.other_instance"));
        }
        match last_serial(directory) {
            Some(last) if self.serial <= last => {
                let message = format!(
                    "is {}, but a file with the serial number {last} was used already: only a newer one \
                     counts",
                    self.serial
                );
                Err(Faults::one("serial", message, "validation.entitlement.replayed"))
            }
            Some(_) | None => {
                let put = |one: &Entitlement| Change::Put(Entity::Entitlement(one.clone()));
                Ok(self.entitlements.iter().map(put).collect())
            }
        }
    }

    fn of(payload: Payload, key: &TrustedKey) -> Result<Self, FileError> {
        let id = payload.instance.parse();
        let instance = id.map_err(|_| invalid("instance", "must be an instance's id, a UUID"))?;
        let signed_by = format!("{}{SERIAL_MARK}{}", key.name, payload.serial);
        let read = |(i, item): (usize, Item)| {
            item.into_domain(&signed_by)
                .map_err(|(field, problem)| invalid(format!("entitlements[{i}].{field}"), problem))
        };
        let file = Self {
            instance,
            serial: payload.serial,
            issued: moment(&payload.issued).map_err(|problem| invalid("issued", problem))?,
            entitlements: payload
                .entitlements
                .into_iter()
                .enumerate()
                .map(read)
                .collect::<Result<_, _>>()?,
        };
        file.check()?;
        Ok(file)
    }

    fn check(&self) -> Result<(), FileError> {
        if self.serial == 0 {
            return Err(invalid("serial", "must be at least 1"));
        }
        if self.entitlements.is_empty() {
            return Err(invalid("entitlements", "must have at least one entry"));
        }
        for (i, one) in self.entitlements.iter().enumerate() {
            if self.entitlements.iter().take(i).any(|other| other.licence == one.licence) {
                let problem = format!("has {} twice; leave one out", one.licence.word());
                return Err(invalid("entitlements", problem));
            }
        }
        Ok(())
    }
}

/// The serial number of the last file an instance's entitlements come from, if they do.
pub fn last_serial(directory: &Directory) -> Option<u64> {
    directory
        .entitlements()
        .filter_map(|one| one.signed_by.as_ref()?.rsplit_once(SERIAL_MARK)?.1.parse().ok())
        .max()
}

impl SigningKey {
    /// A new key.
    ///
    /// # Errors
    /// [`FileError::Invalid`] for a name that is not 1 to 64 lower-case letters, digits, `-`, `_`, `.`.
    pub fn new(name: &str, random: &Random) -> Result<Self, FileError> {
        Self::from_seed(name, &random.bytes::<32>())
    }

    /// The key in this text, as [`SigningKey::secret`] gives it: `name:base64`.
    ///
    /// # Errors
    /// [`FileError::Invalid`]; the text is not repeated.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let (name, seed) = named_bytes(text)?;
        Self::from_seed(&name, &seed)
    }

    /// Its text, for the operator's safe.
    pub const fn secret(&self) -> &Secret {
        &self.seed
    }

    /// Its public part.
    pub fn public(&self) -> TrustedKey {
        let bytes = self.pair.public_key().as_ref();
        let public = std::array::from_fn(|i| bytes.get(i).copied().unwrap_or_default());
        TrustedKey { name: self.name.clone(), public }
    }

    fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, FileError> {
        check_name(name)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(seed)
            .map_err(|_| invalid("key", "is no Ed25519 key"))?;
        let text = format!("{name}:{}", STANDARD.encode(seed));
        Ok(Self { name: name.to_owned(), seed: Secret::new(text), pair })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.name)
    }
}

impl TrustedKey {
    /// The key in this text: `name:base64`.
    ///
    /// # Errors
    /// [`FileError::Invalid`].
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let (name, public) = named_bytes(text)?;
        Ok(Self { name, public })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for TrustedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, STANDARD.encode(self.public))
    }
}

impl Item {
    fn of(e: &Entitlement) -> Self {
        Self {
            licence: e.licence.word().to_owned(),
            allotment: AllotmentPart::of(e.allotment),
            enforcement: EnforcementPart::of(e.enforcement),
            valid_from: e.valid_from.map(|at| at.to_string()),
            valid_until: e.valid_until.map(|at| at.to_string()),
            grace_days: e.grace_days,
            contract: e.contract.clone(),
        }
    }

    fn into_domain(self, signed_by: &str) -> Result<Entitlement, (&'static str, String)> {
        let instant = |field: &'static str, text: Option<String>| {
            text.map(|text| moment(&text)).transpose().map_err(|problem| (field, problem))
        };
        let licence = LicenceType::from_word(&self.licence)
            .ok_or_else(|| ("licence", "must be FULL_USER or STAKEHOLDER_USER".to_owned()))?;
        Ok(Entitlement {
            licence,
            allotment: self.allotment.to_domain(),
            enforcement: self.enforcement.to_domain(),
            valid_from: instant("validFrom", self.valid_from)?,
            valid_until: instant("validUntil", self.valid_until)?,
            grace_days: self.grace_days,
            contract: self.contract,
            signed_by: Some(signed_by.to_owned()),
        })
    }
}

fn signed(payload: &[u8]) -> Vec<u8> {
    [PURPOSE, payload].concat()
}

fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "must be an instant such as 2026-01-31T00:00:00Z".to_owned())
}

/// `name:base64` of 32 bytes. What is wrong is said without repeating the text: it may be a secret.
fn named_bytes(text: &str) -> Result<(String, [u8; 32]), FileError> {
    let wrong = || invalid("key", "must be written name:base64, with 32 bytes in base64");
    let (name, encoded) = text.trim().split_once(':').ok_or_else(wrong)?;
    check_name(name)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| wrong())?;
    Ok((name.to_owned(), bytes.try_into().map_err(|_| wrong())?))
}

fn check_name(name: &str) -> Result<(), FileError> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    if name.is_empty() || name.len() > KEY_NAME_CHARS_MAX || !name.chars().all(fits) {
        let problem = "the name must have 1 to 64 lower-case letters, digits, '-', '_' and '.'";
        return Err(invalid("key", problem));
    }
    Ok(())
}

fn invalid(field: impl Into<String>, problem: impl Into<String>) -> FileError {
    FileError::Invalid { field: field.into(), problem: problem.into() }
}

fn unreadable(error: impl fmt::Display) -> FileError {
    FileError::Unreadable(error.to_string())
}

#[cfg(test)]
mod tests;
