//! What a silence or a maintenance window would hide: the open alerts and the events of the last days
//! it is about, by the very functions that hide events. Nothing is kept.
//!
//! Called by the pages before something is saved. [`read`] runs in a transaction, [`of`] outside of
//! it. Both are bounded: where there is more than can be looked at, the answer says how far it goes.

use std::collections::BTreeSet;

use firebell_base::Timestamp;
use firebell_domain::alert::{Alert, AlertId, Priority};
use firebell_domain::directory::Directory;
use firebell_domain::event::{Draft, EventAction};
use firebell_domain::instance::InstanceNo;
use firebell_domain::integration::{Format, IntegrationId};
use firebell_domain::suppression::{MaintenanceWindow, Silence};
use firebell_sql::{Error, ReadTx};
use firebell_store::alert_list;
use firebell_store::signals::{self, Sent};

use crate::payload::{self, alertmanager_v2};

/// Open alerts that are looked at, the newest.
pub const OPEN_MAX: i64 = 1_000;
/// Stored events that are looked at, the newest.
pub const EVENTS_MAX: usize = 5_000;
/// Bytes of payloads that are looked at, all together.
pub const BYTES_MAX: usize = 8 * 1024 * 1024;
/// The largest payload that is looked at, in bytes.
pub const PAYLOAD_BYTES_MAX: i64 = 256 * 1024;
/// Events and alerts that are named.
pub const NAMED_MAX: usize = 10;
/// Events read at once.
const PAGE: i64 = 250;

/// What might hide events.
#[derive(Debug, Clone)]
pub enum Candidate {
    /// A silence.
    Silence(Silence),
    /// A maintenance window.
    Window(Box<MaintenanceWindow>),
}

impl Candidate {
    /// Whether it is about this event.
    fn covers(&self, integration: IntegrationId, draft: &Draft) -> bool {
        match self {
            Self::Silence(silence) => silence.covers(draft),
            Self::Window(window) => window.covers(integration, draft),
        }
    }
}

/// What was read to look at.
#[derive(Debug, Clone)]
pub struct Past {
    open: Vec<Alert>,
    sent: Vec<Sent>,
    /// Everything since then was read.
    since: Timestamp,
    is_whole: bool,
}

/// What would be hidden.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// Open alerts it is about; they go on.
    pub open: usize,
    /// The newest of them.
    pub open_named: Vec<OpenAlert>,
    /// Whether there are more open alerts than were looked at.
    pub more_open: bool,
    /// Trigger events that it would have hidden.
    pub hidden: usize,
    /// Different things those speak of: events with one dedup key are one.
    pub things: usize,
    /// Trigger events that were looked at.
    pub seen: usize,
    /// The newest that it would have hidden.
    pub named: Vec<HiddenEvent>,
    /// Requests that could not be looked at: too large, or in a format they were not sent in.
    pub unread: usize,
    /// Since when events were looked at.
    pub since: Timestamp,
    /// Whether that is as far back as was asked.
    pub is_whole: bool,
}

/// An open alert a rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAlert {
    /// Which.
    pub id: AlertId,
    /// Its number in the instance.
    pub number: i64,
    /// Its one line.
    pub summary: String,
    /// How urgent it is.
    pub priority: Priority,
}

/// An event a rule would have hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenEvent {
    /// When it was accepted.
    pub at: Timestamp,
    /// Through which door.
    pub integration: IntegrationId,
    /// Its one line.
    pub summary: String,
}

/// Reads what is to be looked at: open alerts, and what was sent since `from`.
///
/// # Errors
/// What the database reports.
pub fn read(tx: &mut ReadTx<'_>, no: InstanceNo, from: Timestamp) -> Result<Past, Error> {
    let open = alert_list::open(tx, no, OPEN_MAX + 1, 0)?;
    let mut sent: Vec<Sent> = Vec::new();
    let (mut rows, mut bytes, mut before) = (0_usize, 0_usize, None);
    let mut since = from;
    let mut is_whole = false;
    while rows < EVENTS_MAX && bytes < BYTES_MAX {
        let page = signals::payloads(tx, no, before, from, PAYLOAD_BYTES_MAX, PAGE)?;
        let (count, last) = (page.len(), page.last().map(|one| (one.event, one.received)));
        for one in page {
            rows += 1;
            bytes += one.payload.as_ref().map_or(0, Vec::len);
            if one.bytes > 0 {
                sent.push(one);
            }
        }
        match last {
            Some((event, received)) if i64::try_from(count).unwrap_or(0) == PAGE => {
                before = Some(event);
                since = received;
            }
            Some(_) | None => {
                is_whole = true;
                since = from;
                break;
            }
        }
    }
    Ok(Past { open, sent, since, is_whole })
}

/// What the candidate would hide of that.
pub fn of(directory: &Directory, past: &Past, candidate: &Candidate) -> Preview {
    let open_max = usize::try_from(OPEN_MAX).unwrap_or(usize::MAX);
    let mut preview = Preview {
        open: 0,
        open_named: Vec::new(),
        more_open: past.open.len() > open_max,
        hidden: 0,
        things: 0,
        seen: 0,
        named: Vec::new(),
        unread: 0,
        since: past.since,
        is_whole: past.is_whole,
    };
    for alert in past.open.iter().take(open_max) {
        if candidate.covers(alert.integration, &told_by(alert)) {
            preview.open += 1;
            if preview.open_named.len() < NAMED_MAX {
                preview.open_named.push(OpenAlert {
                    id: alert.id,
                    number: alert.number,
                    summary: alert.summary.clone(),
                    priority: alert.priority,
                });
            }
        }
    }
    let mut things = BTreeSet::new();
    for sent in &past.sent {
        let Some(drafts) = again(directory, sent) else {
            preview.unread += 1;
            continue;
        };
        for draft in drafts.iter().filter(|draft| draft.action == EventAction::Trigger) {
            preview.seen += 1;
            if !candidate.covers(sent.integration, draft) {
                continue;
            }
            preview.hidden += 1;
            match &draft.dedup_key {
                Some(key) => drop(things.insert((sent.integration, key.clone()))),
                None => preview.things += 1,
            }
            if preview.named.len() < NAMED_MAX {
                preview.named.push(HiddenEvent {
                    at: sent.received,
                    integration: sent.integration,
                    summary: draft.summary.clone(),
                });
            }
        }
    }
    preview.things += things.len();
    preview
}

/// The drafts of what was sent, as intake made them; none if they cannot be made again.
pub fn again(directory: &Directory, sent: &Sent) -> Option<Vec<Draft>> {
    let format = directory.integration(sent.integration)?.format;
    let payload = sent.payload.as_ref()?;
    // Alertmanager's own API is open to the keys of every integration.
    if payload.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return Some(alertmanager_v2::parse(payload, sent.received).drafts);
    }
    match (payload::parse(format, payload, sent.received), format) {
        (Ok(drafts), _) => Some(drafts),
        // What is to become of an alert is no alert: nothing of it could be hidden.
        (Err(_), Format::Opsgenie) => Some(Vec::new()),
        (Err(_), Format::Generic | Format::Alertmanager | Format::PagerDuty) => None,
    }
}

/// An alert's newest event, as far as matchers see it.
fn told_by(alert: &Alert) -> Draft {
    Draft {
        dedup_key: alert.dedup_key.clone(),
        summary: alert.summary.clone(),
        priority: Some(alert.priority),
        properties: alert.properties.clone(),
        ..Draft::default()
    }
}

#[cfg(test)]
mod tests {
    use firebell_base::Id;
    use firebell_base::time::from_micros;
    use firebell_domain::directory::{Entity, Revision};
    use firebell_domain::instance::{Instance, Region};
    use firebell_domain::integration::Integration;
    use firebell_domain::matcher::Matcher;
    use firebell_domain::name::Name;
    use firebell_domain::person::Status;
    use firebell_domain::suppression::Rule;

    use super::*;
    use crate::correlate::hidden_by;

    fn id<T>(n: u8) -> Id<T> {
        Id::from_bytes([n; 16])
    }

    fn door(n: u8, format: Format) -> Entity {
        Entity::Integration(Integration {
            id: id(n),
            name: Name::parse(&format!("Sample {n}")).unwrap(),
            format,
            form: id(99),
            key_hash: [n; 32],
            status: Status::Active,
            rate_per_minute: None,
            created: from_micros(0),
        })
    }

    fn world() -> Directory {
        let instance = Instance {
            id: id(1),
            no: InstanceNo(1),
            name: Name::parse("acme").unwrap(),
            region: Region::Na,
            created: from_micros(0),
        };
        let mut directory = Directory::new(instance, Revision::default());
        directory.put(door(1, Format::Generic));
        directory.put(door(2, Format::Alertmanager));
        directory.put(door(3, Format::Opsgenie));
        directory
    }

    fn sent(door: u8, payload: &str) -> Sent {
        Sent {
            event: id(door),
            integration: id(door),
            received: from_micros(1_000_000),
            bytes: i64::try_from(payload.len()).unwrap(),
            payload: Some(payload.as_bytes().to_vec()),
        }
    }

    fn silence(matcher: &str) -> Silence {
        Silence {
            id: id(7),
            matchers: vec![Matcher::parse(matcher).unwrap()],
            starts: from_micros(0),
            ends: from_micros(10_000_000),
            created_by: "sample".to_owned(),
            comment: "sample".to_owned(),
            updated: from_micros(0),
        }
    }

    fn past(sent: Vec<Sent>) -> Past {
        Past { open: Vec::new(), sent, since: from_micros(0), is_whole: true }
    }

    #[test]
    fn it_says_what_suppression_then_does() {
        let mut directory = world();
        let past = past(vec![
            sent(1, r#"{"summary": "a", "host": "db-1", "dedupKey": "k"}"#),
            sent(1, r#"{"summary": "b", "host": "db-1", "dedupKey": "k"}"#),
            sent(1, r#"{"summary": "c", "host": "web-1"}"#),
            sent(1, r#"{"summary": "d", "host": "db-2", "action": "resolve", "dedupKey": "k"}"#),
            sent(
                2,
                r#"{"version": "4", "alerts": [{"labels": {"host": "db-3"}},
                {"labels": {"host": "web-2"}}]}"#,
            ),
            sent(2, r#"[{"labels": {"host": "db-4"}}, {"labels": {}}]"#),
            sent(3, r#"{"note": "closed by hand"}"#),
            sent(2, "not what it was"),
        ]);
        for matcher in ["host=~\"db-.*\"", "host!~\"db-.*\"", "host=\"\"", "summary=\"a\""] {
            let candidate = Candidate::Silence(silence(matcher));
            let preview = of(&directory, &past, &candidate);
            assert_eq!((preview.seen, preview.unread), (6, 1), "{matcher}");
            directory.put(Entity::Silence(silence(matcher)));
            let hidden = past.sent.iter().filter_map(|sent| Some((sent, again(&directory, sent)?)));
            let hidden = hidden.flat_map(|(sent, drafts)| {
                let triggers = drafts.into_iter().filter(|d| d.action == EventAction::Trigger);
                let rule = |d: Draft| hidden_by(&directory, sent.integration, &d, sent.received);
                triggers.filter_map(rule).collect::<Vec<Rule>>()
            });
            assert_eq!(preview.hidden, hidden.count(), "{matcher}");
        }
        let preview = of(&directory, &past, &Candidate::Silence(silence("host=~\"db-.*\"")));
        assert_eq!((preview.hidden, preview.things), (4, 3));
        assert_eq!(preview.named.first().map(|one| one.summary.as_str()), Some("a"));
    }
}
