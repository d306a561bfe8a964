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
//! 6. A walk that comes late (the process was down) does not catch up by telling everybody at once: delays are
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
            repeat: on_call.shift.repeat,
            end_notice: on_call.shift.end_notice.clone(),
            due: Some(at),
        }
    }

    /// Takes the turn that is due, at `now`. `reachable` says whether a person could be told now or at the
    /// given instant: whether they have a usable device.
    pub fn turn(
        &mut self,
        directory: &Directory,
        now: Timestamp,
        reachable: &dyn Fn(PersonId, Timestamp) -> bool,
    ) -> Turn {
        let mut turn = Turn::default();
        self.due = None;
        if self.next >= self.steps.len() && !self.begin_round_or_end(&mut turn) {
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
        turn.tell.push(Tell { recipient, path: path(stands_in_for), escalation });
    }

    fn who(
        &self,
        directory: &Directory,
        step: Step,
        at: Timestamp,
        reachable: &dyn Fn(PersonId, Timestamp) -> bool,
    ) -> Result<Who, Passed> {
        let person = match step.member {
            Recipient::Group(group) => {
                return directory.group(group).map(|_| Who::Group(group)).ok_or(Passed::Inactive);
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
            Who::StandIn { person, .. } => person,
            Who::Member | Who::Group(_) => person,
        };
        if reachable(answering, at) { Ok(who) } else { Err(Passed::NoDevice(answering)) }
    }

    /// At the end of a round: starts the next one (true), or says that the walk has ended (false).
    fn begin_round_or_end(&mut self, turn: &mut Turn) -> bool {
        match self.repeat.as_mut() {
            Some(repeat) if repeat.repetitions > 0 => {
                repeat.repetitions -= 1;
                self.next = 0;
                self.round = self.round.saturating_add(1);
                self.told_in_round = false;
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
