//! Hours on call of the people of a group, from its shifts as they are now. Pure; bounded by the pieces looked at.

use std::collections::BTreeMap;

use firebell_base::Timestamp;
use firebell_base::time::{add_minutes, micros_between};
use firebell_domain::directory::Directory;
use firebell_domain::group::{Group, GroupId};
use firebell_domain::oncall::{self, Cover};
use firebell_domain::person::PersonId;
use firebell_domain::recipient::Recipient;

/// Minutes of a piece of an occurrence: rotations and absences are looked up at its middle.
const PIECE_MINUTES: i64 = 60;
/// Pieces looked at, at most: a year of twelve shifts at a time.
const PIECES_MAX: usize = 12 * 366 * 24;

/// Minutes on call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Minutes {
    /// First to be told.
    pub(crate) first: i64,
    /// Somewhere behind the first.
    pub(crate) behind: i64,
}

/// Minutes on call in `[from, to)` by person; whoever stands in for somebody has their place. None when there
/// is too much to look at.
pub(crate) fn on_call(
    directory: &Directory,
    group: GroupId,
    from: Timestamp,
    to: Timestamp,
) -> Option<BTreeMap<PersonId, Minutes>> {
    let mut sums = BTreeMap::new();
    let Some(group) = directory.group(group) else { return Some(sums) };
    let mut pieces = 0;
    for shift in directory.shifts_of(group.id) {
        let holidays = directory.holidays(group.site);
        for occurrence in shift.pattern.occurrences(from, to, holidays) {
            let end = occurrence.end.min(to);
            let mut start = occurrence.start.max(from);
            while start < end {
                pieces += 1;
                if pieces > PIECES_MAX {
                    return None;
                }
                let next = add_minutes(start, PIECE_MINUTES).min(end);
                let minutes = micros_between(start, next) / 60_000_000;
                let middle = add_minutes(start, minutes / 2);
                // Where occurrences overlap, only the latest started is in force.
                let in_force = shift.pattern.active_at(middle, holidays);
                if in_force.is_some_and(|active| active.start == occurrence.start) {
                    let places = oncall::places(shift, &occurrence, middle, holidays, 0);
                    count(&mut sums, directory, group, &places, (middle, minutes));
                }
                start = next;
            }
        }
    }
    Some(sums)
}

fn count(
    sums: &mut BTreeMap<PersonId, Minutes>,
    directory: &Directory,
    group: &Group,
    places: &[oncall::Place],
    (at, minutes): (Timestamp, i64),
) {
    let mut is_first = true;
    for place in places {
        let member = match place.member {
            Recipient::Person(person) => person,
            Recipient::Device(device) => match directory.device(device) {
                Some(device) => device.owner,
                None => continue,
            },
            Recipient::Group(_) => continue,
        };
        let who = match oncall::cover(directory, member, group.id, at) {
            Cover::Present => member,
            Cover::ReplacedBy(stand_in) => stand_in,
            Cover::Vacant | Cover::Inactive => continue,
        };
        let sum = sums.entry(who).or_default();
        if is_first {
            sum.first += minutes;
        } else {
            sum.behind += minutes;
        }
        // Places without a delay are told together.
        is_first = is_first
            && places.get(usize::from(place.position)).is_some_and(|p| p.delay_minutes == 0);
    }
}
