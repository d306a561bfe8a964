//! The walk through a shift until somebody answers: the decision of the *escalate* step.
//!
//! # Semantics
//!
//! 1. The order of the places and their delays are fixed when the walk starts: editing the shift later does
//!    not move a walk that is under way. Who answers *for* a place (absence, replacement, inactive) is
//!    asked when its time comes.
//! 2. A place's delay is waited after the place before it was told. Places with delay 0 are told together
//!    with the place before.
//! 3. A place where nobody can be told (vacant, inactive, no usable device) is passed over, and its delay is
//!    not waited for: the place after it takes over *its own* delay, counted from whoever was told last.
//! 4. While nobody at all has been told in a round, nothing is waited for: the first place that can be told is
//!    told at once.
//! 5. After the last place the walk repeats, if the shift says so, after the repetition's delay; then it ends,
//!    and the end notice goes out after its own delay.
//! 6. A new round tells everybody again, also in groups that are members: who was told before the round began
//!    does not count as told. A walk [once](Walk::once) through a group that hears that nobody answered neither
//!    repeats nor tells anybody about its own end, so that notices never go in circles.
//! 7. A walk that comes late (the process was down) does not catch up by telling everybody at once: delays are
//!    counted from the moment somebody is really told.

use firebell_base::Timestamp;
use firebell_base::time::add_minutes;

use crate::directory::Directory;
use crate::group::GroupId;
use crate::notification::Path;
use crate::oncall::{self, Cover, OnCall};
use crate::person::PersonId;
use crate::recipient::Recipient;
use crate::shift::{EndNotice, EscalationType, RepeatEscalation, ShiftId};

/// A walk under way: everything needed to take its next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// Through which group.
    pub group: GroupId,
    /// Through which of its shifts.
    pub shift: ShiftId,
    /// The places, first to last.
    pub steps: Vec<Step>,
    /// Which place comes next; `steps.len()` means the round is over.
    pub next: usize,
    /// Which round, from 0.
    pub round: u16,
    /// Whether somebody was told in this round.
    pub told_in_round: bool,
    /// Since when being told counts as told: when this round, or the one that led here, began; none before
    /// any round was repeated.
    pub since: Option<Timestamp>,
    /// Whether it answers an end notice: no repetitions, no notice of its own, nor of groups it reaches.
    pub once: bool,
    /// Whether device time frames and delays are ignored.
    pub override_device_restrictions: bool,
    /// Whether shift delays are ignored.
    pub escalation_override: bool,
    /// Whether and how it repeats; `repetitions` counts those left.
    pub repeat: Option<RepeatEscalation>,
    /// Who hears that nobody answered.
    pub end_notice: Option<EndNotice>,
    /// When the next place's turn is; none when the walk has ended.
    pub due: Option<Timestamp>,
}

/// A place of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Whose place.
    pub member: Recipient,
    /// Minutes after the place before.
    pub delay_minutes: u16,
    /// What kind of escalation it is.
    pub escalation: EscalationType,
    /// The place's number in the shift, from 1.
    pub position: u16,
}

/// What one turn of a walk does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Turn {
    /// Whom to tell now.
    pub tell: Vec<Tell>,
    /// Groups that are members and have their turn now.
    pub groups: Vec<(GroupId, Step)>,
    /// Places passed over, and why.
    pub passed: Vec<(Step, Passed)>,
    /// Whether a new round began with this turn.
    pub new_round: bool,
    /// Whether the walk came to its end with this turn.
    pub ended: bool,
    /// When it has: who hears it.
    pub end_notice: Option<Recipient>,
}

/// A person (or one device of theirs) to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tell {
    /// The person or the device.
    pub recipient: Recipient,
    /// How they came to be told.
    pub path: Path,
    /// What kind of escalation it is.
    pub escalation: EscalationType,
    /// Whoever was told at or after this instant is told already; none: whoever was told at all.
    pub since: Option<Timestamp>,
}

/// Why a place was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passed {
    /// The member is away and nobody stands in.
    Vacant,
    /// The member (or who stands in) is inactive or removed.
    Inactive,
    /// The person has no device that may be used now.
    NoDevice(PersonId),
    /// The device may not be used now.
    UnusableDevice,
    /// Nobody of the group can be told now.
    NobodyThere,
}

impl Walk {
    /// A walk through a shift in force, whose first turn is at `at`.
    pub fn start(group: GroupId, on_call: &OnCall<'_>, at: Timestamp, all_at_once: bool) -> Self {
        let steps = on_call
            .places
            .iter()
            .map(|place| Step {
                member: place.member,
                delay_minutes: if all_at_once { 0 } else { place.delay_minutes },
                escalation: place.escalation,
                position: place.position,
            })
            .collect();
        Self {
            group,
            shift: on_call.shift.id,
            steps,
            next: 0,
            round: 0,
            told_in_round: false,
            since: None,
            once: false,
            override_device_restrictions: false,
            escalation_override: all_at_once,
            repeat: on_call.shift.repeat,
            end_notice: on_call.shift.end_notice.clone(),
            due: Some(at),
        }
    }

    /// Takes the turn that is due, at `now`. `reachable` says whether a recipient could be told at the given
    /// instant: whether a person has a usable device, the device may be used, somebody of the group is there.
    pub fn turn(
        &mut self,
        directory: &Directory,
        now: Timestamp,
        reachable: &dyn Fn(Recipient, Timestamp) -> bool,
    ) -> Turn {
        let mut turn = Turn::default();
        self.due = None;
        if self.next >= self.steps.len() && !self.begin_round_or_end(now, &mut turn) {
            return turn;
        }
        let mut told_now = false;
        while let Some(step) = self.steps.get(self.next).copied() {
            let waits = step.delay_minutes > 0 && self.told_in_round;
            let at =
                if waits && told_now { add_minutes(now, step.delay_minutes.into()) } else { now };
            match self.who(directory, step, at, reachable) {
                Err(passed) => turn.passed.push((step, passed)),
                Ok(_) if waits && told_now => {
                    self.due = Some(at);
                    return turn;
                }
                Ok(who) => {
                    self.tell(step, who, &mut turn);
                    told_now = true;
                    self.told_in_round = true;
                }
            }
            self.next += 1;
        }
        self.after_last(now, &mut turn);
        turn
    }

    fn tell(&self, step: Step, who: Who, turn: &mut Turn) {
        let path = |stands_in_for| Path {
            group: Some(self.group),
            shift: Some(self.shift),
            position: Some(step.position),
            stands_in_for,
            round: self.round,
        };
        let (recipient, stands_in_for) = match who {
            Who::Group(group) => {
                turn.groups.push((group, step));
                return;
            }
            Who::Member => (step.member, None),
            Who::StandIn { person, absent } => (Recipient::Person(person), Some(absent)),
        };
        let escalation = step.escalation;
        let since = self.since;
        turn.tell.push(Tell { recipient, path: path(stands_in_for), escalation, since });
    }

    fn who(
        &self,
        directory: &Directory,
        step: Step,
        at: Timestamp,
        reachable: &dyn Fn(Recipient, Timestamp) -> bool,
    ) -> Result<Who, Passed> {
        let person = match step.member {
            Recipient::Group(group) => {
                directory.group(group).ok_or(Passed::Inactive)?;
                let somebody = reachable(step.member, at);
                return if somebody { Ok(Who::Group(group)) } else { Err(Passed::NobodyThere) };
            }
            Recipient::Person(person) => person,
            Recipient::Device(device) => directory.device(device).ok_or(Passed::Inactive)?.owner,
        };
        let who = match oncall::cover(directory, person, self.group, at) {
            Cover::Vacant => return Err(Passed::Vacant),
            Cover::Inactive => return Err(Passed::Inactive),
            Cover::Present => Who::Member,
            Cover::ReplacedBy(stand_in) => Who::StandIn { person: stand_in, absent: person },
        };
        let answering = match who {
            Who::StandIn { person, .. } => Recipient::Person(person),
            Who::Member | Who::Group(_) => step.member,
        };
        match answering {
            _ if reachable(answering, at) => Ok(who),
            Recipient::Person(person) => Err(Passed::NoDevice(person)),
            Recipient::Device(_) | Recipient::Group(_) => Err(Passed::UnusableDevice),
        }
    }

    /// At the end of a round: starts the next one (true), or says that the walk has ended (false).
    fn begin_round_or_end(&mut self, now: Timestamp, turn: &mut Turn) -> bool {
        match self.repeat.as_mut() {
            Some(repeat) if repeat.repetitions > 0 => {
                repeat.repetitions -= 1;
                self.next = 0;
                self.round = self.round.saturating_add(1);
                self.told_in_round = false;
                self.since = Some(now);
                turn.new_round = true;
                true
            }
            Some(_) | None => {
                self.end(turn);
                false
            }
        }
    }

    fn end(&self, turn: &mut Turn) {
        turn.ended = true;
        turn.end_notice = self.end_notice.as_ref().map(|notice| notice.recipient);
    }

    /// After the last place: when the next round, or the end, is due.
    fn after_last(&mut self, now: Timestamp, turn: &mut Turn) {
        let repeats = self.repeat.is_some_and(|r| r.repetitions > 0);
        if !self.told_in_round && !repeats {
            // Nobody could be told in this round and there is none left: say so at once.
            self.end(turn);
            return;
        }
        let delay = match (self.repeat, &self.end_notice) {
            (Some(repeat), _) if repeats => repeat.delay_minutes,
            (_, Some(notice)) => notice.delay_minutes,
            (_, None) => {
                turn.ended = true;
                return;
            }
        };
        self.due = Some(add_minutes(now, delay.into()));
    }
}

#[derive(Clone, Copy)]
enum Who {
    Member,
    StandIn { person: PersonId, absent: PersonId },
    Group(GroupId),
}
