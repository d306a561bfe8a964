//! Who covers for a member who is away.
//!
//! `oncall` asks for an instant ([`resolve_at`]), calendar pages and the on-call API for a whole
//! occurrence ([`pieces`], [`resolve`]). Generic over the identity of a member, because this
//! module knows neither people nor groups: the caller hands in the absences that count for the
//! shift.
//!
//! - A1. An absence is the half-open interval `[start, end)`; one that is empty has no effect.
//! - A2. Of absences of one member that overlap, the one later in the passed order wins: callers
//!   pass them in the order of their creation, and the latest wish holds.
//! - A3. A replacement who is away at that time is replaced in turn, up to [`REPLACEMENTS_MAX`]
//!   times. A chain that is longer, or comes back to somebody who is already in it, leaves the
//!   place vacant: nobody is told in place of somebody who said they are away.
//! - A4. The pieces of an interval are ordered, never empty, meet without gap or overlap and cover
//!   exactly the interval; neighbours differ in who covers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

/// Longest chain of replacements that is followed.
pub const REPLACEMENTS_MAX: usize = 8;

/// A time somebody is away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence<P> {
    /// The first instant away.
    pub start: Timestamp,
    /// The first instant back.
    pub end: Timestamp,
    /// What happens meanwhile.
    pub kind: AbsenceKind<P>,
}

/// What an absence does to the member's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AbsenceKind<P> {
    /// Nobody stands in.
    Vacancy,
    /// This one stands in.
    Replacement(P),
}

/// Who covers a member's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cover<P> {
    /// The member: not away.
    Member,
    /// Somebody else.
    Replacement(P),
    /// Nobody.
    Vacant,
}

/// A part of an interval with the same cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece<P> {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after.
    pub end: Timestamp,
    /// Who covers it.
    pub cover: Cover<P>,
}

impl<P> Absence<P> {
    fn covers(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }
}

/// Cuts `[start, end)` by one member's own absences, without asking whether replacements are away.
/// Empty when the interval is.
pub fn pieces<P: Clone + Eq>(
    start: Timestamp,
    end: Timestamp,
    absences: &[Absence<P>],
) -> Vec<Piece<P>> {
    let mut pieces = Vec::new();
    if start >= end {
        return pieces;
    }
    let mut changes: BTreeMap<Timestamp, Vec<(usize, bool)>> = BTreeMap::new();
    for (place, absence) in absences.iter().enumerate() {
        if absence.start < absence.end && absence.start < end && start < absence.end {
            changes.entry(absence.start.max(start)).or_default().push((place, true));
            changes.entry(absence.end.min(end)).or_default().push((place, false));
        }
    }
    let mut away: BTreeSet<usize> = BTreeSet::new();
    let mut begun = start;
    for (at, changes) in changes {
        push(&mut pieces, begun, at, in_force(absences, &away));
        for (place, begins) in changes {
            if begins {
                away.insert(place);
            } else {
                away.remove(&place);
            }
        }
        begun = at;
    }
    push(&mut pieces, begun, end, in_force(absences, &away));
    pieces
}

/// Cuts `[start, end)` by the absences of `member` and of whoever stands in, so that every piece
/// says who really covers. `absences_of` answers the absences of one member in order of creation.
pub fn resolve<'a, P: Clone + Ord + 'a>(
    member: &P,
    start: Timestamp,
    end: Timestamp,
    absences_of: &impl Fn(&P) -> &'a [Absence<P>],
) -> Vec<Piece<P>> {
    let mut resolved = Vec::new();
    follow(&mut vec![member.clone()], start, end, absences_of, &mut resolved);
    resolved
}

/// Who covers for `member` at one instant: [`resolve`] where `away` answers which absence of a
/// member is in force then (see [`in_force_at`]).
pub fn resolve_at<P: Clone + PartialEq>(
    member: &P,
    away: impl Fn(&P) -> Option<AbsenceKind<P>>,
) -> Cover<P> {
    let mut chain = Vec::new();
    let mut who = member.clone();
    loop {
        match away(&who) {
            None if chain.is_empty() => return Cover::Member,
            None => return Cover::Replacement(who),
            Some(AbsenceKind::Vacancy) => return Cover::Vacant,
            Some(AbsenceKind::Replacement(next)) => {
                let again = next == who || chain.contains(&next);
                chain.push(who);
                if again || chain.len() > REPLACEMENTS_MAX {
                    return Cover::Vacant;
                }
                who = next;
            }
        }
    }
}

/// The absence in force at `at`: of those that overlap, the latest created (A2).
pub fn in_force_at<P>(absences: &[Absence<P>], at: Timestamp) -> Option<&Absence<P>> {
    absences.iter().rfind(|absence| absence.covers(at))
}

/// Resolves an interval that the last of `chain` covers for the first. Calls itself once per
/// piece and link; the chain is bounded by [`REPLACEMENTS_MAX`].
fn follow<'a, P: Clone + Ord + 'a>(
    chain: &mut Vec<P>,
    start: Timestamp,
    end: Timestamp,
    absences_of: &impl Fn(&P) -> &'a [Absence<P>],
    resolved: &mut Vec<Piece<P>>,
) {
    let Some(who) = chain.last().cloned() else {
        return;
    };
    for piece in pieces(start, end, absences_of(&who)) {
        match piece.cover {
            Cover::Member if chain.len() > 1 => {
                push(resolved, piece.start, piece.end, Cover::Replacement(who.clone()));
            }
            Cover::Replacement(next)
                if chain.len() <= REPLACEMENTS_MAX && !chain.contains(&next) =>
            {
                chain.push(next);
                follow(chain, piece.start, piece.end, absences_of, resolved);
                chain.pop();
            }
            Cover::Member => push(resolved, piece.start, piece.end, Cover::Member),
            Cover::Replacement(_) | Cover::Vacant => {
                push(resolved, piece.start, piece.end, Cover::Vacant);
            }
        }
    }
}

/// What the latest created of the absences in `away` says.
fn in_force<P: Clone>(absences: &[Absence<P>], away: &BTreeSet<usize>) -> Cover<P> {
    match away.last().and_then(|place| absences.get(*place)).map(|absence| &absence.kind) {
        None => Cover::Member,
        Some(AbsenceKind::Vacancy) => Cover::Vacant,
        Some(AbsenceKind::Replacement(who)) => Cover::Replacement(who.clone()),
    }
}

/// Adds a piece, or lengthens the last one if the cover is the same.
fn push<P: Eq>(pieces: &mut Vec<Piece<P>>, start: Timestamp, end: Timestamp, cover: Cover<P>) {
    if start >= end {
        return;
    }
    match pieces.last_mut() {
        Some(last) if last.end == start && last.cover == cover => last.end = end,
        Some(_) | None => pieces.push(Piece { start, end, cover }),
    }
}
