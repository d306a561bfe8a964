//! Who is told on which devices, and when: from routing's decision to notifications and what the timeline tells.

use std::collections::BTreeMap;

use firebell_base::time::micros_between;
use firebell_base::{Id, Timestamp};
use firebell_domain::alert::AlertId;
use firebell_domain::devices::{DevicePlan, Use};
use firebell_domain::directory::Directory;
use firebell_domain::escalation::Tell;
use firebell_domain::notification::{Notification, NotificationState};
use firebell_domain::person::PersonId;
use firebell_domain::routing::{self, Handling};
use firebell_domain::timeline::{Entry, Step, Telling, Used};

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
        let name = words::person(directory, person);
        let entry = |what: Telling| {
            Entry::new(now, Step::Notify, what).person(person).group(tell.path.group)
        };
        let why = words::why(directory, &tell.path, tell.escalation);
        match told.get(&person) {
            Some(LastTold::NoMore) => {
                decided.entries.push(entry(Telling::NoMore { person: name }));
                continue;
            }
            Some(LastTold::At(last))
                if tell.since.is_none_or(|since| *last >= since)
                    && !allows_duplicates(directory, tell) =>
            {
                decided.entries.push(entry(Telling::Before { person: name, why }));
                continue;
            }
            Some(LastTold::At(_)) | None => {}
        }
        let skipped = words::skipped(directory, &plan.skipped);
        if plan.uses.is_empty() {
            decided.entries.push(entry(Telling::NoDevice { person: name, why, skipped }));
            continue;
        }
        told.insert(person, LastTold::At(now));
        let uses = uses(directory, &plan, now);
        decided.entries.push(entry(Telling::Told { person: name, why, uses, skipped }));
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

fn uses(directory: &Directory, plan: &DevicePlan, now: Timestamp) -> Vec<Used> {
    let one = |used: &Use| Used {
        device: words::device(directory, used.device),
        after: match micros_between(now, used.due) {
            ..=0 => None,
            wait => Some(wait / 1_000_000),
        },
    };
    plan.uses.iter().map(one).collect()
}
