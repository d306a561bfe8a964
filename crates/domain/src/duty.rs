//! Who is on call over a window: the shifts of a group cut where the answer changes.
//!
//! Called by calendar pages, feeds and previews. [`crate::oncall`] answers for one instant; this
//! module asks it once between two cuts, so both always agree. A group that is a place counts as
//! manned while somebody of it is on call. Pure: no clock, no I/O.

mod difference;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ops::Bound;

use firebell_base::Timestamp;

pub use difference::{Difference, difference};

use crate::directory::Directory;
use crate::group::{Group, GroupId, GroupType};
use crate::oncall::{self, Cover, Place};
use crate::person::{PersonId, Status};
use crate::recipient::Recipient;
use crate::schedule::{Occurrence, coverage};
use crate::shift::{Shift, ShiftId};

/// Most spans of one shift in one window; a month of hourly rotations has 744.
pub const SPANS_MAX: usize = 10_000;

/// The time looked at, `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant inside.
    pub from: Timestamp,
    /// The first instant after.
    pub to: Timestamp,
}

/// A part of an occurrence in which the same people answer in the same order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Of which shift.
    pub shift: ShiftId,
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after.
    pub end: Timestamp,
    /// The occurrence it is a part of.
    pub occurrence: Occurrence,
    /// Every place, first to last, and who answers for it.
    pub answers: Vec<Answer>,
}

/// A place of a shift, and who answers for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The place.
    pub place: Place,
    /// Who answers. A group as a place is present or vacant.
    pub cover: Cover,
}

/// Somebody an escalation would come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reached {
    /// Minutes after the first.
    pub after_minutes: u32,
    /// Who.
    pub who: Recipient,
}

/// A part of the window in which the same spans run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch<'a> {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after.
    pub end: Timestamp,
    /// What runs, in the order of the argument.
    pub spans: Vec<&'a Span>,
}

/// A time in which nobody is on call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after.
    pub end: Timestamp,
    /// Why.
    pub reason: GapReason,
}

/// Why nobody is on call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapReason {
    /// No shift is held.
    NoShift,
    /// A shift is held that has no members.
    Empty,
    /// Whoever should answer is away, inactive or gone.
    Away,
}

impl Answer {
    /// Who answers, if somebody does.
    pub const fn who(&self) -> Option<Recipient> {
        match self.cover {
            Cover::Present => Some(self.place.member),
            Cover::ReplacedBy(person) => Some(Recipient::Person(person)),
            Cover::Vacant | Cover::Inactive => None,
        }
    }
}

impl Span {
    /// Whom an escalation would come to, and when: places where nobody answers are passed over and
    /// their delays are not waited for, as in [`crate::escalation`].
    pub fn reached(&self) -> Vec<Reached> {
        let mut reached: Vec<Reached> = Vec::new();
        for answer in &self.answers {
            let Some(who) = answer.who() else { continue };
            let after_minutes = match reached.last() {
                None => 0,
                Some(before) => before.after_minutes + u32::from(answer.place.delay_minutes),
            };
            reached.push(Reached { after_minutes, who });
        }
        reached
    }

    /// Whether somebody answers.
    pub fn is_manned(&self) -> bool {
        self.answers.iter().any(|answer| answer.who().is_some())
    }

    /// Whether it contains an instant.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }
}

/// The spans of one shift, ascending and without overlap. `shift` need not be in the directory:
/// it may be what somebody is about to save. Alerts are not counted against rotations.
pub fn of_shift(directory: &Directory, group: &Group, shift: &Shift, window: Window) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    if group.group_type == GroupType::Broadcast || group.status == Status::Inactive {
        return spans;
    }
    let holidays = directory.holidays(group.site);
    let cuts = cuts(directory, group.id, shift, window);
    let segments = coverage(&[&shift.pattern], window.from, window.to, holidays);
    for segment in segments {
        let Some((_, occurrence)) = segment.active.first() else { continue };
        let mut start = segment.start;
        while start < segment.end && spans.len() < SPANS_MAX {
            let step = shift.rotation.as_ref().and_then(|rotation| rotation.next_step(start));
            let cut = cuts.range((Bound::Excluded(start), Bound::Unbounded)).next().copied();
            let next = [step, cut].into_iter().flatten().filter(|at| *at > start).min();
            let end = next.map_or(segment.end, |next| next.min(segment.end));
            let places = oncall::places(shift, occurrence, start, holidays, 0);
            let answers = places
                .into_iter()
                .map(|place| Answer { place, cover: cover(directory, place, group.id, start) })
                .collect();
            let span = Span { shift: shift.id, start, end, occurrence: *occurrence, answers };
            push(&mut spans, span);
            start = end;
        }
    }
    spans
}

/// The spans of these shifts of a group, by start and then in the order of the argument.
pub fn of_shifts<'a>(
    directory: &Directory,
    group: &Group,
    shifts: impl IntoIterator<Item = &'a Shift>,
    window: Window,
) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for shift in shifts {
        spans.extend(of_shift(directory, group, shift, window));
    }
    spans.sort_by_key(|span| span.start);
    spans
}

/// The spans of all shifts of a group, by start and then by the shift's name.
pub fn of_group(directory: &Directory, group: &Group, window: Window) -> Vec<Span> {
    of_shifts(directory, group, directory.shifts_of(group.id).map(AsRef::as_ref), window)
}

/// Whether somebody of a group can be told at an instant: on call, or on the roster of a broadcast.
pub fn is_manned(directory: &Directory, group: &Group, at: Timestamp) -> bool {
    manned(directory, group, at, &mut BTreeSet::new())
}

/// Cuts the window where spans begin and end. The stretches meet and cover the window.
pub fn stretches(spans: &[Span], window: Window) -> Vec<Stretch<'_>> {
    let inside = |at: &Timestamp| window.from < *at && *at < window.to;
    let ends = spans.iter().flat_map(|span| [span.start, span.end]).filter(inside);
    let mut points: BTreeSet<Timestamp> = ends.collect();
    points.insert(window.from);
    points.insert(window.to);
    // Spans by start: each is entered once, and leaves when it is over.
    let mut coming: Vec<(usize, &Span)> = spans.iter().enumerate().collect();
    coming.sort_by_key(|(_, span)| span.start);
    let mut coming = coming.into_iter().peekable();
    let mut running: Vec<(usize, &Span)> = Vec::new();
    let mut stretches = Vec::new();
    for (start, end) in points.iter().zip(points.iter().skip(1)) {
        while let Some(next) = coming.next_if(|(_, span)| span.start <= *start) {
            running.push(next);
        }
        running.retain(|(_, span)| span.end > *start);
        running.sort_by_key(|(place, _)| *place);
        let spans = running.iter().map(|(_, span)| *span).collect();
        stretches.push(Stretch { start: *start, end: *end, spans });
    }
    stretches
}

/// When nobody is on call: the stretches in which nobody answers, joined where the reason stays.
pub fn gaps(spans: &[Span], window: Window) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    for stretch in stretches(spans, window) {
        if stretch.spans.iter().any(|span| span.is_manned()) {
            continue;
        }
        let reason = match stretch.spans.as_slice() {
            [] => GapReason::NoShift,
            some if some.iter().all(|span| span.answers.is_empty()) => GapReason::Empty,
            _ => GapReason::Away,
        };
        match gaps.last_mut() {
            Some(last) if last.end == stretch.start && last.reason == reason => {
                last.end = stretch.end;
            }
            Some(_) | None => gaps.push(Gap { start: stretch.start, end: stretch.end, reason }),
        }
    }
    gaps
}

/// Adds a span, or lengthens the last one if the same people answer in the same occurrence.
fn push(spans: &mut Vec<Span>, span: Span) {
    match spans.last_mut() {
        Some(last)
            if last.end == span.start
                && last.occurrence == span.occurrence
                && last.answers == span.answers =>
        {
            last.end = span.end;
        }
        Some(_) | None => spans.push(span),
    }
}

fn cover(directory: &Directory, place: Place, group: GroupId, at: Timestamp) -> Cover {
    match place.member {
        Recipient::Person(person) => oncall::cover(directory, person, group, at),
        Recipient::Device(id) => match directory.device(id) {
            Some(device) => oncall::cover(directory, device.owner, group, at),
            None => Cover::Inactive,
        },
        Recipient::Group(id) => match directory.group(id) {
            Some(inner) if inner.status == Status::Inactive => Cover::Inactive,
            Some(inner) if is_manned(directory, inner, at) => Cover::Present,
            Some(_) => Cover::Vacant,
            None => Cover::Inactive,
        },
    }
}

/// `asked` are the groups that were looked at: none is looked at twice, however they are nested.
fn manned(
    directory: &Directory,
    group: &Group,
    at: Timestamp,
    asked: &mut BTreeSet<GroupId>,
) -> bool {
    if group.status == Status::Inactive || !asked.insert(group.id) {
        return false;
    }
    let mut answers = |member: Recipient| match member {
        Recipient::Person(person) => is_there(oncall::cover(directory, person, group.id, at)),
        Recipient::Device(id) => directory
            .device(id)
            .is_some_and(|device| is_there(oncall::cover(directory, device.owner, group.id, at))),
        Recipient::Group(id) => {
            directory.group(id).is_some_and(|inner| manned(directory, inner, at, asked))
        }
    };
    match group.group_type {
        GroupType::Broadcast => group.members.iter().any(|member| answers(*member)),
        GroupType::OnCall => {
            let holidays = directory.holidays(group.site);
            // Everybody of a shift counts, so the order does not matter here.
            directory
                .shifts_of(group.id)
                .filter(|shift| shift.pattern.active_at(at, holidays).is_some())
                .any(|shift| shift.members.iter().any(|member| answers(member.recipient)))
        }
    }
}

const fn is_there(cover: Cover) -> bool {
    matches!(cover, Cover::Present | Cover::ReplacedBy(_))
}

/// The instants inside the window at which who answers for a member of the shift may change.
fn cuts(
    directory: &Directory,
    group: GroupId,
    shift: &Shift,
    window: Window,
) -> BTreeSet<Timestamp> {
    let (at, asked) = (BTreeSet::new(), BTreeSet::new());
    let mut cuts = Cuts { directory, window, at, asked };
    for member in &shift.members {
        cuts.member(member.recipient, group);
    }
    cuts.at
}

struct Cuts<'a> {
    directory: &'a Directory,
    window: Window,
    at: BTreeSet<Timestamp>,
    /// Groups that were looked at.
    asked: BTreeSet<GroupId>,
}

impl Cuts<'_> {
    fn member(&mut self, member: Recipient, group: GroupId) {
        match member {
            Recipient::Person(person) => self.person(person, group),
            Recipient::Device(id) => {
                if let Some(device) = self.directory.device(id) {
                    self.person(device.owner, group);
                }
            }
            Recipient::Group(id) => self.group(id),
        }
    }

    /// The absences of a person, and of whoever may stand in.
    fn person(&mut self, person: PersonId, group: GroupId) {
        let mut seen = BTreeSet::new();
        let mut open = vec![person];
        while let Some(who) = open.pop() {
            if !seen.insert(who) {
                continue;
            }
            let applies = |of: Option<GroupId>| of.is_none_or(|of| of == group);
            for absence in self.directory.absences_of(who).filter(|a| applies(a.group)) {
                if absence.start < self.window.to && self.window.from < absence.end {
                    self.at.insert(absence.start);
                    self.at.insert(absence.end);
                    open.extend(absence.replacement);
                }
            }
        }
    }

    /// When a group's shifts are held, and what counts for their members.
    fn group(&mut self, id: GroupId) {
        let directory = self.directory;
        let Some(group) = directory.group(id).filter(|_| self.asked.insert(id)) else { return };
        if group.group_type == GroupType::Broadcast {
            for member in &group.members {
                self.member(*member, id);
            }
            return;
        }
        let holidays = directory.holidays(group.site);
        for shift in directory.shifts_of(id) {
            let held = coverage(&[&shift.pattern], self.window.from, self.window.to, holidays);
            self.at.extend(held.iter().flat_map(|segment| [segment.start, segment.end]));
            for member in &shift.members {
                self.member(member.recipient, id);
            }
        }
    }
}
