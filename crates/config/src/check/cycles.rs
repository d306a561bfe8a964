//! Groups must not contain themselves, directly or through others.

use std::collections::{BTreeMap, BTreeSet};

use firebell_domain::directory::{Directory, Entity};
use firebell_domain::group::GroupId;
use firebell_domain::recipient::Recipient;

use super::Checker;
use crate::change::Change;

/// Looks for circles that pass through a changed group or a group with a changed shift: before
/// the change there were none, so every circle passes through one of these.
pub(super) fn check(checker: &mut Checker<'_>, changes: &[Change]) {
    let starts: BTreeSet<GroupId> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Put(Entity::Group(group)) => Some(group.id),
            Change::Put(Entity::Shift(shift)) => Some(shift.group),
            Change::Put(_) | Change::Remove(..) => None,
        })
        .collect();
    let mut walk = Walk { directory: checker.after, done: BTreeSet::new() };
    let mut circles = Vec::new();
    for start in starts {
        circles.extend(walk.from(start));
    }
    for circle in circles {
        let Some(group) = circle.first().and_then(|id| checker.after.group(*id)) else {
            continue;
        };
        let entity = Entity::Group((**group).clone());
        let names = circle.iter().map(|id| checker.after.recipient_name(Recipient::Group(*id)));
        let path = names.collect::<Vec<_>>().join(" → ");
        let message = format!("a group must not contain itself: {path}; take one of them out");
        checker.fault(&entity, "members", "contains_itself", message);
    }
}

/// A walk in depth without recursion: customers choose how deep groups are nested.
struct Walk<'a> {
    directory: &'a Directory,
    /// Groups whose contents are known to be free of circles, or whose circle is reported.
    done: BTreeSet<GroupId>,
}

impl Walk<'_> {
    /// The first circle found from here, as the groups on it with the first one repeated.
    fn from(&mut self, start: GroupId) -> Option<Vec<GroupId>> {
        let mut path: Vec<(GroupId, Vec<GroupId>)> = Vec::new();
        let mut places: BTreeMap<GroupId, usize> = BTreeMap::new();
        let mut next = Some(start);
        let mut found = None;
        loop {
            match next.take() {
                Some(group) if self.done.contains(&group) => {}
                Some(group) => {
                    if let Some(place) = places.get(&group) {
                        let circle = path.iter().skip(*place).map(|(id, _)| *id);
                        found = found.or_else(|| Some(circle.chain([group]).collect()));
                    } else {
                        places.insert(group, path.len());
                        path.push((group, contents(self.directory, group)));
                    }
                }
                None => {}
            }
            let Some((group, left)) = path.last_mut() else {
                return found;
            };
            next = left.pop();
            if next.is_none() {
                self.done.insert(*group);
                places.remove(group);
                path.pop();
            }
        }
    }
}

fn contents(directory: &Directory, group: GroupId) -> Vec<GroupId> {
    let roster = directory.group(group).into_iter().flat_map(|group| group.members.iter().copied());
    let shifts = directory.shifts_of(group).flat_map(|shift| shift.members.iter());
    let inside: BTreeSet<GroupId> = roster
        .chain(shifts.map(|member| member.recipient))
        .filter_map(|recipient| match recipient {
            Recipient::Group(id) => Some(id),
            Recipient::Person(_) | Recipient::Device(_) => None,
        })
        .collect();
    // Taken from the back: the first by id is looked at first.
    inside.into_iter().rev().collect()
}
