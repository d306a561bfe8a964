//! From recipients to people: the decision of the *route* step. Groups are opened up; on-call groups start
//! walks, broadcast groups tell everybody; a group that contains itself is entered once.

use std::collections::BTreeSet;

use firebell_base::Timestamp;

use crate::alert::Priority;
use crate::devices::{self, DevicePlan, Rules};
use crate::directory::Directory;
use crate::escalation::{Passed, Step, Tell, Turn, Walk};
use crate::group::{Group, GroupId, GroupType};
use crate::notification::Path;
use crate::oncall;
use crate::person::{PersonId, Status};
use crate::recipient::Recipient;
use crate::shift::{EscalationType, ShiftId};

/// How deep groups may contain groups.
pub const GROUP_DEPTH_MAX: usize = 8;
/// The most people one alert tells in one step; the rest is named in the timeline.
pub const TELLS_MAX: usize = 10_000;

/// How an alert is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handling {
    /// Its priority.
    pub priority: Priority,
    /// Ignore device time frames and delays.
    pub override_device_restrictions: bool,
    /// Ignore shift delays.
    pub escalation_override: bool,
}

/// What routing decides.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Routed {
    /// Whom to tell now.
    pub tell: Vec<Tell>,
    /// Walks that have started; their first turn is already taken and part of `tell`.
    pub walks: Vec<Walk>,
    /// What the timeline should say about it, in order.
    pub notes: Vec<Note>,
}

/// Something routing noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// A shift is on call for a group; `places` of it.
    ShiftInForce(GroupId, ShiftId, usize),
    /// A broadcast group tells its whole roster.
    Broadcast(GroupId, usize),
    /// No shift of the group is in force.
    NobodyOnCall(GroupId),
    /// The group is inactive or removed.
    GroupInactive(GroupId),
    /// The group's escalation runs already, or the group was met again inside itself.
    GroupAgain(GroupId),
    /// The group is a member of a member of … a member, deeper than [`GROUP_DEPTH_MAX`].
    TooDeep(GroupId),
    /// The supervisor is told because nobody is on call.
    SupervisorInstead(GroupId, PersonId),
    /// A person or a device is inactive or removed.
    RecipientInactive(Recipient),
    /// A place in a group's shift was passed over.
    PassedOver(GroupId, Step, Passed),
    /// A walk came to its end without an answer; who hears it.
    WalkEnded(GroupId, Option<Recipient>),
    /// More people than one alert may tell.
    TooMany,
}

/// Opens up recipients at one instant.
pub struct Router<'a> {
    directory: &'a Directory,
    at: Timestamp,
    handling: Handling,
    alerts_so_far: &'a dyn Fn(ShiftId) -> u64,
    entered: BTreeSet<GroupId>,
    round: Round,
    routed: Routed,
}

/// What groups inherit from the walk that reaches them.
#[derive(Debug, Clone, Copy, Default)]
struct Round {
    /// Since when being told counts as told.
    since: Option<Timestamp>,
    /// Whether their walks are [`Walk::once`].
    once: bool,
}

impl<'a> Router<'a> {
    /// A router for an alert at `at`. `entered` are groups already entered for this alert.
    /// `alerts_so_far` counts the alerts that reached a shift since its rotation's anchor.
    pub fn new(
        directory: &'a Directory,
        at: Timestamp,
        handling: Handling,
        entered: BTreeSet<GroupId>,
        alerts_so_far: &'a dyn Fn(ShiftId) -> u64,
    ) -> Self {
        let (round, routed) = (Round::default(), Routed::default());
        Self { directory, at, handling, alerts_so_far, entered, round, routed }
    }

    /// Routes to these recipients.
    pub fn route(mut self, recipients: &[Recipient]) -> Routed {
        for recipient in recipients {
            self.open(*recipient, Path::default(), EscalationType::None, 0);
        }
        self.routed
    }

    /// Takes the due turn of a walk, opening groups it reaches; the walk itself comes back updated.
    pub fn turn(mut self, walk: &mut Walk) -> (Turn, Routed) {
        let turn = self.take_turn(walk, 0);
        (turn, self.routed)
    }

    fn open(&mut self, who: Recipient, path: Path, escalation: EscalationType, depth: usize) {
        let present = match who {
            Recipient::Person(id) => oncall::takes_part(self.directory, id),
            Recipient::Device(id) => self.directory.device(id).is_some_and(|d| {
                d.status == Status::Active && oncall::takes_part(self.directory, d.owner)
            }),
            Recipient::Group(id) => return self.open_group(id, depth),
        };
        if !present {
            self.routed.notes.push(Note::RecipientInactive(who));
        } else if self.routed.tell.len() >= TELLS_MAX {
            if self.routed.notes.last() != Some(&Note::TooMany) {
                self.routed.notes.push(Note::TooMany);
            }
        } else {
            let since = self.round.since;
            self.routed.tell.push(Tell { recipient: who, path, escalation, since });
        }
    }

    /// Whether opening the group would tell somebody, now or later. One that was entered before has been
    /// told, or is being told.
    fn somebody_there(&self, id: GroupId, at: Timestamp, depth: usize) -> bool {
        if self.entered.contains(&id) {
            return true;
        }
        let entered = self.entered.clone();
        let mut trial = Router::new(self.directory, at, self.handling, entered, self.alerts_so_far);
        trial.open_group(id, depth);
        !trial.routed.tell.is_empty() || !trial.routed.walks.is_empty()
    }

    fn open_group(&mut self, id: GroupId, depth: usize) {
        let directory = self.directory;
        let Some(group) = directory.group(id).filter(|g| g.status == Status::Active) else {
            self.routed.notes.push(Note::GroupInactive(id));
            return;
        };
        if depth >= GROUP_DEPTH_MAX {
            self.routed.notes.push(Note::TooDeep(id));
            return;
        }
        if !self.entered.insert(id) {
            self.routed.notes.push(Note::GroupAgain(id));
            return;
        }
        match group.group_type {
            GroupType::Broadcast => {
                self.routed.notes.push(Note::Broadcast(id, group.members.len()));
                let path = Path { group: Some(id), ..Path::default() };
                for member in &group.members {
                    self.open_member(group, *member, path, depth);
                }
            }
            GroupType::OnCall => self.open_on_call(group, depth),
        }
    }

    /// A broadcast reaches who stands in for an absent member, like a shift does.
    fn open_member(&mut self, group: &Group, member: Recipient, path: Path, depth: usize) {
        let cover = match member {
            Recipient::Person(person) => oncall::cover(self.directory, person, group.id, self.at),
            Recipient::Device(_) | Recipient::Group(_) => oncall::Cover::Present,
        };
        match (cover, member) {
            (oncall::Cover::ReplacedBy(stand_in), Recipient::Person(absent)) => {
                let path = Path { stands_in_for: Some(absent), ..path };
                self.open(Recipient::Person(stand_in), path, EscalationType::None, depth + 1);
            }
            (oncall::Cover::Vacant, _) => {
                self.routed.notes.push(Note::RecipientInactive(member));
            }
            (
                oncall::Cover::Present | oncall::Cover::Inactive | oncall::Cover::ReplacedBy(_),
                _,
            ) => {
                self.open(member, path, EscalationType::None, depth + 1);
            }
        }
    }

    fn open_on_call(&mut self, group: &Group, depth: usize) {
        let in_force = oncall::on_call(self.directory, group, self.at, self.alerts_so_far);
        let told_before = self.routed.tell.len();
        for on_call in &in_force {
            let note = Note::ShiftInForce(group.id, on_call.shift.id, on_call.places.len());
            self.routed.notes.push(note);
            let all_at_once = self.handling.escalation_override;
            let mut walk = Walk::start(group.id, on_call, self.at, all_at_once);
            walk.override_device_restrictions = self.handling.override_device_restrictions;
            walk.since = self.round.since;
            if self.round.once {
                (walk.once, walk.repeat, walk.end_notice) = (true, None, None);
            }
            self.take_turn(&mut walk, depth);
            if walk.due.is_some() {
                self.routed.walks.push(walk);
            }
        }
        if in_force.is_empty() {
            self.routed.notes.push(Note::NobodyOnCall(group.id));
        }
        let waiting = self.routed.walks.iter().any(|w| w.group == group.id);
        if self.routed.tell.len() == told_before && !waiting {
            self.tell_supervisors(group);
        }
    }

    /// Nobody of the group can be told: its supervisors hear it, so that somebody does.
    fn tell_supervisors(&mut self, group: &Group) {
        for supervisor in &group.supervisors {
            if oncall::takes_part(self.directory, *supervisor) {
                self.routed.notes.push(Note::SupervisorInstead(group.id, *supervisor));
                let path = Path { group: Some(group.id), ..Path::default() };
                let recipient = Recipient::Person(*supervisor);
                let since = self.round.since;
                let escalation = EscalationType::Management;
                let tell = Tell { recipient, path, escalation, since };
                self.routed.tell.push(tell);
            }
        }
    }

    fn take_turn(&mut self, walk: &mut Walk, depth: usize) -> Turn {
        let group = self.directory.group(walk.group);
        let failsafe = group.is_none_or(|g| g.use_default_devices);
        let rules = self.rules(failsafe);
        let directory = self.directory;
        let reachable = |who: Recipient, at: Timestamp| match who {
            Recipient::Group(id) => self.somebody_there(id, at, depth + 1),
            Recipient::Person(_) | Recipient::Device(_) => {
                plan_for(directory, who, at, rules).is_some_and(|(_, plan)| !plan.uses.is_empty())
            }
        };
        let turn = walk.turn(directory, self.at, &reachable);
        let outer = self.round;
        self.round = Round { since: walk.since, once: walk.once };
        for (step, passed) in &turn.passed {
            self.routed.notes.push(Note::PassedOver(walk.group, *step, *passed));
        }
        self.routed.tell.extend(turn.tell.iter().copied());
        for (group, _) in &turn.groups {
            self.open_group(*group, depth + 1);
        }
        if turn.ended {
            self.routed.notes.push(Note::WalkEnded(walk.group, turn.end_notice));
            if let Some(recipient) = turn.end_notice {
                let path = Path {
                    group: Some(walk.group),
                    round: walk.round.saturating_add(1),
                    ..Path::default()
                };
                // Told before or not: this is news. The group itself may be told once more.
                self.round = Round { since: Some(self.at), once: true };
                self.entered.remove(&walk.group);
                self.open(recipient, path, EscalationType::Management, depth + 1);
            }
        }
        self.round = outer;
        turn
    }

    fn rules(&self, failsafe: bool) -> Rules {
        Rules {
            priority: self.handling.priority,
            override_restrictions: self.handling.override_device_restrictions,
            failsafe,
        }
    }
}

/// The devices for one [`Tell`]: all of a person's, or the one that was named.
pub fn devices_for(
    directory: &Directory,
    tell: &Tell,
    at: Timestamp,
    handling: Handling,
) -> Option<(PersonId, DevicePlan)> {
    let failsafe = tell
        .path
        .group
        .and_then(|id| directory.group(id))
        .is_none_or(|group| group.use_default_devices);
    let rules = Rules {
        priority: handling.priority,
        override_restrictions: handling.override_device_restrictions,
        failsafe,
    };
    plan_for(directory, tell.recipient, at, rules)
}

fn plan_for(
    directory: &Directory,
    who: Recipient,
    at: Timestamp,
    rules: Rules,
) -> Option<(PersonId, DevicePlan)> {
    match who {
        Recipient::Person(id) => {
            let person = directory.person(id)?;
            Some((id, devices::plan(directory, person, at, rules)))
        }
        Recipient::Device(id) => {
            let device = directory.device(id)?;
            let person = directory.person(device.owner)?;
            Some((person.id, devices::plan_one(directory, person, device, at, rules)))
        }
        Recipient::Group(_) => None,
    }
}
