//! Whether what is stored of one instance is what its digest says: the part of *verify* that concerns one
//! tenant, and tells nothing of the others.
//!
//! Asked by administrators of the instance. It reads the whole instance, so the caller sees to it that this is
//! not done all the time. Nothing here writes or repairs.

use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use firebell_sql::ReadTx;
use firebell_store::configuration as rows;

use crate::authority::Authority;
use crate::digest::Digest;
use crate::error::ConfigError;
use crate::loading::{self, Damage};

/// Entries that cannot be read that are listed; all are counted.
pub const DAMAGES_MAX: usize = 100;

/// What a look at everything that is stored of an instance found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceCheck {
    /// The revision that last changed it.
    pub revision: Revision,
    /// The newest revision of the server at that read.
    pub head: Revision,
    /// How many entities it has.
    pub entities: usize,
    /// The digest that is stored with it.
    pub stored: Digest,
    /// The digest of what is there.
    pub computed: Digest,
    /// Entries that cannot be read, at most [`DAMAGES_MAX`].
    pub damage: Vec<Damage>,
    /// How many there are.
    pub damaged: usize,
}

impl InstanceCheck {
    /// Whether everything is as it should be.
    pub fn is_good(&self) -> bool {
        self.stored == self.computed && self.damaged == 0
    }
}

impl Authority {
    /// Reads everything that is stored of an instance, and compares its digest with the stored one. On the
    /// thread that yields to everything else.
    ///
    /// # Errors
    /// [`ConfigError::Unknown`], [`ConfigError::Store`].
    pub async fn check_instance(&self, no: InstanceNo) -> Result<InstanceCheck, ConfigError> {
        let read = move |tx: &mut ReadTx<'_>| check(tx, no);
        self.db().read_patiently("config.check_instance", read, |found| found).await
    }
}

fn check(tx: &mut ReadTx<'_>, no: InstanceNo) -> Result<InstanceCheck, ConfigError> {
    let unknown = || ConfigError::Unknown(no.0.to_string());
    let row = rows::instance(tx, no)?.ok_or_else(unknown)?;
    let head = rows::head(tx)?;
    let view = loading::one(tx, &row)?;
    let held = view.held(no).ok_or_else(unknown)?;
    let damage: Vec<Damage> = held.damage().cloned().collect();
    Ok(InstanceCheck {
        revision: row.modified,
        head,
        entities: held.entities(),
        stored: Digest::from_bytes(row.digest),
        computed: held.digest(),
        damaged: damage.len(),
        damage: damage.into_iter().take(DAMAGES_MAX).collect(),
    })
}
