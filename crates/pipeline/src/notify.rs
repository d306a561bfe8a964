//! Who is told on which devices, and when: from routing's decision to notifications and sentences.

use std::collections::BTreeMap;

use firebell_base::time::micros_between;
use firebell_base::{Id, Timestamp};
use firebell_domain::alert::AlertId;
use firebell_domain::devices::DevicePlan;
use firebell_domain::directory::Directory;
use firebell_domain::escalation::Tell;
use firebell_domain::notification::{Notification, NotificationState};
use firebell_domain::person::PersonId;
use firebell_domain::routing::{self, Handling};
use firebell_domain::timeline::{Entry, Step};

use crate::moment::Moment;
use crate::words;

/// Who has been told about one alert.
pub(crate) type Told = BTreeMap<PersonId, LastTold>;

/// How a person stands to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LastTold {
    /// Told then.
    At(Timestamp),
    /// They answered that they want to hear no more about it.
    NoMore,
}

/// What was decided for one alert.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    /// New notifications.
    pub(crate) notifications: Vec<Notification>,
    /// What the timeline says about it.
    pub(crate) entries: Vec<Entry>,
}

/// Turns "tell these" into notifications. A person who was told already is not told again in the same
/// round, unless the group allows it, and never after asking not to be; `told` is brought up to date.
pub(crate) fn decide(
    moment: Moment<'_>,
    alert: AlertId,
    tells: &[Tell],
    handling: Handling,
    told: &mut Told,
) -> Decided {
    let Moment { directory, now, random } = moment;
    let mut decided = Decided::default();
    for tell in tells {
        let Some((person, plan)) = routing::devices_for(directory, tell, now, handling) else {
            continue;
        };
        let why = words::why(directory, &tell.path, tell.escalation);
        let name = words::person(directory, person);
        let entry = |text: String| {
            Entry::new(now, Step::Notify, text).person(person).group(tell.path.group)
        };
        match told.get(&person) {
            Some(LastTold::NoMore) => {
                let text = format!("Not told: {name} asked not to be told about this alert");
                decided.entries.push(entry(text));
                continue;
            }
            Some(LastTold::At(last))
                if tell.since.is_none_or(|since| *last >= since)
                    && !allows_duplicates(directory, tell) =>
            {
                decided.entries.push(entry(format!("{name} ({why}) was told before")));
                continue;
            }
            Some(LastTold::At(_)) | None => {}
        }
        if plan.uses.is_empty() {
            let reasons = words::skipped(directory, &plan.skipped);
            let reasons = if reasons.is_empty() { "no device".to_owned() } else { reasons };
            decided.entries.push(entry(format!("Not told: {name} ({why}): {reasons}")));
            continue;
        }
        told.insert(person, LastTold::At(now));
        let text = format!("{name} ({why}) is told on {}", devices(directory, &plan, now));
        decided.entries.push(entry(text));
        decided.notifications.extend(plan.uses.iter().map(|used| Notification {
            id: Id::new(random, now),
            alert,
            person,
            device: used.device,
            path: tell.path,
            state: NotificationState::Pending,
            due: used.due,
            attempts: 0,
            created: now,
            finished: None,
        }));
    }
    decided
}

fn allows_duplicates(directory: &Directory, tell: &Tell) -> bool {
    tell.path.group.and_then(|id| directory.group(id)).is_some_and(|g| g.allow_duplicates)
}

/// "Work Email; Mobile after 5 min; not on Pager (inactive)".
fn devices(directory: &Directory, plan: &DevicePlan, now: Timestamp) -> String {
    let mut parts: Vec<String> = plan
        .uses
        .iter()
        .map(|used| {
            let name = words::device(directory, used.device);
            match micros_between(now, used.due) {
                ..=0 => name,
                wait => format!("{name} after {}", words::duration(wait)),
            }
        })
        .collect();
    if !plan.skipped.is_empty() {
        parts.push(format!("not on {}", words::skipped(directory, &plan.skipped)));
    }
    parts.join("; ")
}
