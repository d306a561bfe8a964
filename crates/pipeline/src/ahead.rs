//! What happens next to an alert if nobody answers: its stored walks, followed by the very functions the engine
//! takes its turns with. Called by the alert's page; writes nothing.
//!
//! Where *explain* begins with an event that might come, this begins where an alert stands.

use std::collections::BTreeSet;

use firebell_base::{Random, Timestamp};
use firebell_domain::alert::{Alert, State};
use firebell_domain::directory::Directory;
use firebell_domain::escalation::Walk;
use firebell_domain::event::{Draft, EventAction};
use firebell_domain::notification::Notification;
use firebell_domain::person::PersonId;
use firebell_domain::suppression::Rule;
use firebell_domain::timeline::Entry;
use firebell_store::escalations::Escalation;

use crate::escalate::{self, Setting};
use crate::explain::{self, ToldThen};
use crate::moment::Moment;
use crate::notify::{LastTold, Told};
use crate::{correlate, walk};

/// Turns that are followed: what comes after is said to come, not told.
pub const AHEAD_TURNS_MAX: usize = 20;

/// Where an alert stands.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The alert.
    pub alert: &'a Alert,
    /// Its walks.
    pub walks: &'a [Escalation],
    /// What was decided so far.
    pub notifications: &'a [Notification],
    /// Who asked not to be told any more.
    pub no_more: &'a [PersonId],
}

/// What happens next.
#[derive(Debug, Clone, Default)]
pub struct Ahead {
    /// Who would be told, in order of time.
    pub told: Vec<ToldThen>,
    /// What would be decided, in order of time, as the timeline would say it.
    pub entries: Vec<Entry>,
    /// When the next turn is.
    pub next: Option<Timestamp>,
    /// Whether there is more after [`AHEAD_TURNS_MAX`] turns.
    pub cut_off: bool,
}

/// Follows the walks of an open alert until its time runs out.
pub fn ahead(directory: &Directory, standing: Standing<'_>, now: Timestamp) -> Ahead {
    let Standing { alert, walks, notifications, no_more } = standing;
    let mut ahead = Ahead::default();
    if alert.state != State::Open {
        return ahead;
    }
    let running = walks.iter().filter(|row| row.due.is_some());
    let decoded = running.filter_map(|row| walk::decode(row).ok().map(|(walk, _)| walk));
    let mut walks: Vec<Walk> = decoded.collect();
    let mut told: Told = Told::new();
    for notification in notifications {
        let at = LastTold::At(notification.created);
        let last = told.entry(notification.person).or_insert(at);
        *last = at.max(*last);
    }
    told.extend(no_more.iter().map(|person| (*person, LastTold::NoMore)));
    ahead.next = earliest(&walks).map(|(_, due)| due.max(now));
    // Ids of what does not exist need no randomness worth the name.
    let random = Random::seeded(0);
    for turns in 0.. {
        let next = earliest(&walks).filter(|(_, due)| *due < alert.expires);
        let Some((place, due)) = next else { break };
        if turns >= AHEAD_TURNS_MAX {
            ahead.cut_off = true;
            break;
        }
        let running: BTreeSet<_> =
            walks.iter().filter(|w| w.due.is_some()).map(|w| w.group).collect();
        let moment = Moment { directory, now: due.max(now), random: &random };
        let Some(walk) = walks.get_mut(place) else { break };
        let mut taken = escalate::take(Setting { moment, alert, running }, walk, &mut told, &|_| 0);
        ahead.entries.append(&mut taken.decided.entries);
        ahead.told.extend(taken.decided.notifications.iter().map(|n| ToldThen {
            at: n.due,
            person: n.person,
            device: n.device,
            why: explain::why(directory, &n.path),
        }));
        walks.append(&mut taken.started);
    }
    ahead.told.sort_by_key(|told| told.at);
    ahead
}

/// The silence or maintenance window that would hide a repetition of the alert's event.
pub fn hidden_now(directory: &Directory, alert: &Alert, now: Timestamp) -> Option<Rule> {
    let draft = Draft {
        action: EventAction::Trigger,
        dedup_key: alert.dedup_key.clone(),
        summary: alert.summary.clone(),
        priority: Some(alert.priority),
        properties: alert.properties.clone(),
        ..Draft::default()
    };
    correlate::hidden_by(directory, alert.integration, &draft, now)
}

fn earliest(walks: &[Walk]) -> Option<(usize, Timestamp)> {
    let due = walks.iter().enumerate().filter_map(|(place, walk)| Some((place, walk.due?)));
    due.min_by_key(|(_, due)| *due)
}
