//! What operators do to the configuration as a whole: begin an epoch, approve a snapshot, verify and repair.

use firebell_base::Timestamp;
use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use firebell_sql::{ReadTx, WriteTx};
use firebell_store::configuration::{self as rows, Head};
use firebell_store::feed::SNAPSHOT;

use super::{Authority, cleaned, write};
use crate::audit::{self, Act};
use crate::change::Intent;
use crate::digest::Digest;
use crate::error::ConfigError;
use crate::fault::Faults;
use crate::feed::SNAPSHOT_PAGE_MAX;
use crate::loading::{self, Damage};
use crate::view::View;

/// How far above the database's epoch another may be. Nobody begins that many, and epochs must not run out
/// because a process reports nonsense.
const EPOCHS_AHEAD_MAX: i64 = 1_000_000;
/// Differences one verification lists.
const WRONG_MAX: usize = 1_000;

/// What a look at everything that is stored found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// As of which revision.
    pub revision: Revision,
    /// How many instances there are.
    pub instances: usize,
    /// How many entities they have.
    pub entities: usize,
    /// The digest that is stored with the head.
    pub stored: Digest,
    /// The digest of what is there.
    pub computed: Digest,
    /// What is not as it should be; at most 1,000 entries.
    pub wrong: Vec<Wrong>,
    /// Entries that cannot be read.
    pub damage: Vec<Damage>,
    /// The revision with which it was repaired.
    pub repaired: Option<Revision>,
}

/// Something whose stored digest is not the digest of what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrong {
    /// The instance; none for the head.
    pub instance: Option<InstanceNo>,
    /// The digest that is stored.
    pub stored: Digest,
    /// The digest of what is there.
    pub computed: Digest,
}

/// Everything as it is stored.
struct Stock {
    head: Head,
    view: View,
    wrong: Vec<(Wrong, Revision)>,
}

impl Verification {
    /// Whether everything is as it should be.
    pub fn is_good(&self) -> bool {
        self.wrong.is_empty() && self.damage.is_empty()
    }
}

impl Authority {
    /// Begins an epoch above this one and above the database's: what anybody knows of older ones is no
    /// longer compared with what comes now, and everybody takes a whole snapshot. Operators do that after
    /// an older database was restored.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] for an epoch that nobody can have reached; [`ConfigError::Store`].
    pub async fn new_epoch(
        &self,
        above: i64,
        by: impl Into<Intent>,
        now: Timestamp,
    ) -> Result<Revision, ConfigError> {
        let intent = cleaned(by.into());
        let begin = move |tx: &mut WriteTx<'_>| {
            let head = rows::lock_head(tx)?;
            if above.saturating_sub(head.revision.epoch) > EPOCHS_AHEAD_MAX {
                let message = format!(
                    "is {above}, far above the database's epoch {}: some process reports an epoch \
                     that cannot be; find it among the nodes, and wait until it is forgotten",
                    head.revision.epoch
                );
                return Err(Faults::one("above", message, "validation.config.epoch").into());
            }
            let next = begun(&head, above);
            let act = act(&intent, now, "config.epoch", &format!("after {}", head.revision));
            audit::append(tx, &Act { revision: next.revision, ..act })?;
            rows::set_head(tx, &next)?;
            Ok(next.revision)
        };
        self.db.write("config.new_epoch", begin).await
    }

    /// Lets replicas take a snapshot of unusual size, up to the newest revision.
    ///
    /// # Errors
    /// [`ConfigError::Store`].
    pub async fn approve_snapshot(
        &self,
        by: impl Into<Intent>,
        now: Timestamp,
    ) -> Result<Revision, ConfigError> {
        let intent = cleaned(by.into());
        let approve = move |tx: &mut WriteTx<'_>| {
            let revision = rows::lock_head(tx)?.revision;
            write::approve(tx, &intent, SNAPSHOT, revision, now)?;
            let subject = format!("snapshots up to {revision}");
            let act = act(&intent, now, "config.approve_snapshot", &subject);
            audit::append(tx, &Act { revision, ..act })?;
            Ok(revision)
        };
        self.db.write("config.approve_snapshot", approve).await
    }

    /// Reads everything that is stored, and compares its digests with the stored ones.
    ///
    /// # Errors
    /// [`ConfigError::Store`].
    pub async fn verify(&self) -> Result<Verification, ConfigError> {
        let verify = |tx: &mut ReadTx<'_>| Ok(stock(tx)?.report(None));
        self.db.read("config.verify", verify).await
    }

    /// The same, and takes what is stored for true if its digests differ: they are written anew, and an
    /// epoch begins, so that everybody takes a whole snapshot.
    ///
    /// # Errors
    /// [`ConfigError::Store`].
    pub async fn repair(
        &self,
        by: impl Into<Intent>,
        now: Timestamp,
    ) -> Result<Verification, ConfigError> {
        let intent = cleaned(by.into());
        let repair = move |tx: &mut WriteTx<'_>| {
            rows::lock_head(tx)?;
            let stock = stock(tx)?;
            if stock.wrong.is_empty() {
                return Ok(stock.report(None));
            }
            let digests = stock.wrong.iter().filter_map(|(wrong, modified)| {
                Some((wrong.instance?, *modified, wrong.computed.to_bytes()))
            });
            rows::touch_instances(tx, &digests.collect::<Vec<_>>())?;
            let next = Head { root: stock.view.root().to_bytes(), ..begun(&stock.head, 0) };
            let subject = format!("{} wrong digests", stock.wrong.len());
            let act = act(&intent, now, "config.repair", &subject);
            let detail =
                format!("{} -> {}", Digest::from_bytes(stock.head.root), stock.view.root());
            audit::append(tx, &Act { revision: next.revision, detail, ..act })?;
            rows::set_head(tx, &next)?;
            Ok(stock.report(Some(next.revision)))
        };
        self.db.write("config.repair", repair).await
    }
}

fn begun(head: &Head, above: i64) -> Head {
    let epoch = head.revision.epoch.max(above).saturating_add(1);
    Head { revision: Revision { epoch, n: 0 }, floor: 0, ..*head }
}

fn act(intent: &Intent, now: Timestamp, act: &'static str, subject: &str) -> Act {
    Act {
        at: now,
        instance: None,
        actor: intent.by.name.clone(),
        act,
        subject: subject.to_owned(),
        reason: intent.by.reason.clone(),
        detail: String::new(),
        revision: Revision::default(),
    }
}

/// Reads everything, as a replica that begins anew would.
fn stock(tx: &mut ReadTx<'_>) -> Result<Stock, ConfigError> {
    let head = rows::whole_head(tx)?;
    let mut view = View::building(head.cell);
    let (mut from, mut wrong) = (Some(InstanceNo(0)), Vec::new());
    // Pages only go forward, so this ends.
    while let Some(begin) = from {
        let page = loading::snapshot_page(tx, begin)?;
        view = view.with_page(&page).map_err(|nack| {
            firebell_sql::Error::broken("The configuration cannot be read as a whole.", nack)
        })?;
        from = page.next;
    }
    let mut next = InstanceNo(0);
    let limit = i64::try_from(SNAPSHOT_PAGE_MAX).unwrap_or(i64::MAX);
    loop {
        let page = rows::instances_from(tx, next, limit)?;
        let Some(last) = page.last() else { break };
        next = InstanceNo(last.no.0 + 1);
        for row in page {
            let computed = view.held(row.no).map(|held| held.digest()).unwrap_or_default();
            let stored = Digest::from_bytes(row.digest);
            if computed != stored {
                let one = Wrong { instance: Some(row.no), stored, computed };
                wrong.push((one, row.modified));
            }
        }
    }
    let (stored, computed) = (Digest::from_bytes(head.root), view.root());
    if stored != computed {
        wrong.push((Wrong { instance: None, stored, computed }, head.revision));
    }
    Ok(Stock { head, view, wrong })
}

impl Stock {
    fn report(&self, repaired: Option<Revision>) -> Verification {
        Verification {
            revision: self.head.revision,
            instances: self.view.len(),
            entities: self.view.entities(),
            stored: Digest::from_bytes(self.head.root),
            computed: self.view.root(),
            wrong: self.wrong.iter().take(WRONG_MAX).map(|(wrong, _)| *wrong).collect(),
            damage: self.view.damage(),
            repaired,
        }
    }
}
