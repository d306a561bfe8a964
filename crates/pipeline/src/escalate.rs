//! The next turn of a walk that is due. The rules are `domain::escalation`'s.

use std::collections::BTreeSet;

use firebell_domain::alert::Alert;
use firebell_domain::escalation::Walk;
use firebell_domain::group::GroupId;
use firebell_domain::routing::{Handling, Router};
use firebell_domain::shift::ShiftId;
use firebell_domain::timeline::{Entry, Escalating, Step};

use crate::moment::Moment;
use crate::notify::{self, Decided, Told};
use crate::route;
use crate::words;

/// What a turn decided.
pub(crate) struct Taken {
    /// Walks that started because a place is a group.
    pub(crate) started: Vec<Walk>,
    /// Who is told, and what the timeline says.
    pub(crate) decided: Decided,
}

/// What a turn is taken with.
pub(crate) struct Setting<'a> {
    /// The configuration and the instant of the turn.
    pub(crate) moment: Moment<'a>,
    /// The alert.
    pub(crate) alert: &'a Alert,
    /// Groups whose walks run for this alert: they are not entered again.
    pub(crate) running: BTreeSet<GroupId>,
}

/// Takes the due turn of `walk`, which is brought up to date.
pub(crate) fn take(
    setting: Setting<'_>,
    walk: &mut Walk,
    told: &mut Told,
    counts: &dyn Fn(ShiftId) -> u64,
) -> Taken {
    let Setting { moment, alert, running } = setting;
    // As it was when the walk began: an event may have said so.
    let handling = Handling {
        priority: alert.priority,
        override_device_restrictions: walk.override_device_restrictions,
        escalation_override: walk.escalation_override,
    };
    let Moment { directory, now, .. } = moment;
    let router = Router::new(directory, now, handling, running, counts);
    let (turn, routed) = router.turn(walk);
    let mut decided = notify::decide(moment, alert.id, &routed.tell, handling, told);
    let mut entries = Vec::new();
    let group = words::group(directory, walk.group);
    let what = if turn.new_round {
        Some(Escalating::NewRound { group })
    } else if !turn.tell.is_empty() || !turn.groups.is_empty() {
        Some(Escalating::NextPlace { group })
    } else {
        None
    };
    entries.extend(what.map(|what| Entry::new(now, Step::Escalate, what).group(Some(walk.group))));
    entries.extend(route::note_entries(directory, &routed.notes, now));
    entries.append(&mut decided.entries);
    decided.entries = entries;
    Taken { started: routed.walks, decided }
}
