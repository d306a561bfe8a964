//! Rows to directories. Called inside transactions by `snapshots` and `authority`.
//!
//! It never fails for what a row says: an entity that cannot be read is left out and reported as
//! [`Damage`]; the caller decides whether what is left may be used.

use std::fmt;

use firebell_base::Id;
use firebell_base::time::from_micros;
use firebell_domain::directory::{Directory, Kind};
use firebell_domain::instance::{Instance, InstanceNo, Region};
use firebell_domain::name::Name;
use firebell_sql::{Error, ReadTx};
use firebell_store::configuration::{self as rows, EntityRow, InstanceRow};

use crate::codec;

/// The most damaged entries reported per instance.
const DAMAGE_MAX: usize = 100;

/// A stored entry that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Whose configuration.
    pub instance: InstanceNo,
    /// The instance's name.
    pub name: String,
    /// The kind's word; `instance` for the instance's own row.
    pub kind: String,
    /// Which entity.
    pub id: String,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "instance {}, {} {}: {}", self.name, self.kind, self.id, self.reason)
    }
}

/// An instance's configuration as far as it can be read.
pub(crate) struct Loaded {
    pub(crate) directory: Directory,
    pub(crate) damage: Vec<Damage>,
}

/// Reads an instance's configuration.
///
/// # Errors
/// The outer error is the database's; the inner one is an instance row that cannot be read.
pub(crate) fn load(
    tx: &mut ReadTx<'_>,
    row: &InstanceRow,
) -> Result<Result<Loaded, Damage>, Error> {
    let instance = match instance(row) {
        Ok(instance) => instance,
        Err(damage) => return Ok(Err(damage)),
    };
    let mut loaded =
        Loaded { directory: Directory::new(instance, row.modified), damage: Vec::new() };
    let mut last: Option<(String, [u8; 16])> = None;
    // Keys only rise, so this ends; each turn reads one bounded page.
    loop {
        let after = last.as_ref().map(|(kind, id)| (kind.as_str(), *id));
        let page = rows::entities(tx, row.no, after)?;
        let is_last = i64::try_from(page.len()).is_ok_and(|len| len < rows::ENTITY_PAGE);
        last = page.last().map(|entity| (entity.kind.clone(), entity.id));
        for entity in page {
            loaded.take(row, &entity);
        }
        if is_last {
            return Ok(Ok(loaded));
        }
    }
}

impl Loaded {
    fn take(&mut self, instance: &InstanceRow, row: &EntityRow) {
        let decoded = match Kind::from_word(&row.kind) {
            Some(kind) => codec::decode(kind, row.id, &row.body).map_err(|error| error.reason),
            None => Err("this release does not know this kind of entry".to_owned()),
        };
        match decoded {
            Ok(entity) => self.directory.put(entity),
            Err(reason) if self.damage.len() < DAMAGE_MAX => self.damage.push(Damage {
                instance: instance.no,
                name: instance.name.clone(),
                kind: row.kind.clone(),
                id: codec::uuid_text(row.id),
                reason,
            }),
            Err(_) => {}
        }
    }
}

fn instance(row: &InstanceRow) -> Result<Instance, Damage> {
    let damage = |reason: String| Damage {
        instance: row.no,
        name: row.name.clone(),
        kind: "instance".to_owned(),
        id: codec::uuid_text(row.id),
        reason,
    };
    let region = Region::from_word(&row.region);
    Ok(Instance {
        id: Id::from_bytes(row.id),
        no: row.no,
        name: Name::parse(&row.name).map_err(|error| damage(format!("name: {error}")))?,
        region: region.ok_or_else(|| damage(format!("region: {:?} is unknown", row.region)))?,
        created: from_micros(row.created),
    })
}
