//! Who is on call in one group now, until when, and what comes then: the sentences of a now-card.

use std::sync::Arc;

use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_domain::directory::Directory;
use firebell_domain::duty::{self, Reached, Span, Window};
use firebell_domain::group::Group;
use firebell_domain::oncall::takes_part;
use firebell_domain::recipient::Recipient;
use firebell_domain::schedule::Zone;
use firebell_domain::shift::ShiftId;
use firebell_ui::Say;

use crate::board::{Standing, standing};
use crate::local;
use crate::names;

/// How far ahead the next hand-over is looked for first, and then, in seconds.
const SOON_SECONDS: i64 = 2 * DAY_SECONDS;
const LATER_SECONDS: i64 = 15 * DAY_SECONDS;
const DAY_SECONDS: i64 = 24 * 60 * 60;
/// Steps of an escalation that a card names.
const STEPS_MAX: usize = 3;

/// What a card says.
#[derive(Debug)]
pub(crate) struct Card {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) standing: Standing,
    /// One for each shift in force.
    pub(crate) lines: Vec<Line>,
    /// Where the visitor, who is on call here, says that they are away.
    pub(crate) away: Option<String>,
    /// When no shift is: what is to know.
    pub(crate) note: String,
}

/// A shift in force.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) shift: String,
    /// The first who is told; none if nobody is.
    pub(crate) who: Option<String>,
    /// "until 09:00, then Akira Sole"
    pub(crate) then: String,
    /// "escalates to Mia Berg after 5 min"
    pub(crate) escalates: Option<String>,
    /// When somebody else comes, if that is known.
    pub(crate) end: Option<Timestamp>,
}

/// What is needed to say it.
pub(crate) struct Teller<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) now: Timestamp,
    pub(crate) zone: &'a Zone,
    pub(crate) t: Say,
}

/// The first of each shift while it stays the same.
struct Stay {
    end: Timestamp,
    /// Who comes then; none if nobody.
    next: Option<Recipient>,
    /// Whether anything was found to come.
    is_known: bool,
}

impl Teller<'_> {
    /// The card of a group.
    pub(crate) fn card(&self, group: &Arc<Group>, href: String) -> Card {
        let standing = standing(self.directory, group, self.now);
        let lines = match standing {
            Standing::Manned | Standing::Nobody => self.lines(group),
            Standing::Broadcast | Standing::Inactive => Vec::new(),
        };
        Card {
            name: group.target_name.to_string(),
            href,
            standing,
            note: self.note(group, standing, lines.is_empty()),
            lines,
            away: None,
        }
    }

    fn note(&self, group: &Group, standing: Standing, is_bare: bool) -> String {
        match standing {
            Standing::Inactive => self.t.get("oncall-card-inactive"),
            Standing::Broadcast => self.t.n("oncall-card-broadcast", group.members.len()),
            Standing::Manned => String::new(),
            Standing::Nobody => {
                let next = if is_bare { self.next_start(group) } else { None };
                let mut note = next.map_or_else(String::new, |at| {
                    let at = local::day_time(at, self.zone);
                    self.t.a("oncall-card-next-shift", &[("time", &at)])
                });
                let told = group.supervisors.iter().find(|id| takes_part(self.directory, **id));
                if let Some(told) = told {
                    let name = names::person(self.directory, *told);
                    note.push(' ');
                    note.push_str(&self.t.a("oncall-card-supervisor", &[("name", &name)]));
                }
                note
            }
        }
    }

    fn next_start(&self, group: &Group) -> Option<Timestamp> {
        let holidays = self.directory.holidays(group.site);
        let shifts = self.directory.shifts_of(group.id);
        let starts = shifts.filter_map(|shift| shift.pattern.next_start(self.now, holidays));
        starts.map(|occurrence| occurrence.start).min()
    }

    fn lines(&self, group: &Arc<Group>) -> Vec<Line> {
        let soon = self.window(SOON_SECONDS);
        let spans = duty::of_group(self.directory, group, soon);
        let running: Vec<&Span> = spans.iter().filter(|span| span.contains(self.now)).collect();
        running.iter().map(|span| self.line(group, span, &spans, soon)).collect()
    }

    fn window(&self, seconds: i64) -> Window {
        Window { from: self.now, to: add_seconds(self.now, seconds) }
    }

    fn line(&self, group: &Arc<Group>, span: &Span, spans: &[Span], soon: Window) -> Line {
        let reached = span.reached();
        let first = reached.first().map(|reached| reached.who);
        let mut stay = stay(span.shift, first, spans, soon);
        if !stay.is_known {
            let later = self.window(LATER_SECONDS);
            let more = duty::of_group(self.directory, group, later);
            stay = self::stay(span.shift, first, &more, later);
        }
        let shift = self.directory.shift(span.shift).map(|shift| shift.name.to_string());
        Line {
            shift: shift.unwrap_or_default(),
            who: first.map(|who| names::shown(self.directory, who)),
            then: self.then(&stay),
            escalates: self.escalates(&reached),
            end: stay.is_known.then_some(stay.end),
        }
    }

    fn then(&self, stay: &Stay) -> String {
        if !stay.is_known {
            return self.t.get("oncall-card-on");
        }
        let time = local::until(stay.end, self.now, self.zone);
        match stay.next {
            Some(next) => {
                let name = names::shown(self.directory, next);
                self.t.a("oncall-card-until", &[("time", &time), ("name", &name)])
            }
            None => self.t.a("oncall-card-until-nobody", &[("time", &time)]),
        }
    }

    /// "escalates to Mia Berg after 5 min, to Akira Sole after 15 min"
    fn escalates(&self, reached: &[Reached]) -> Option<String> {
        let steps: Vec<String> = reached
            .iter()
            .skip(1)
            .take(STEPS_MAX)
            .map(|step| {
                let name = names::shown(self.directory, step.who);
                self.t.na("oncall-card-step", step.after_minutes, &[("name", &name)])
            })
            .collect();
        let list = steps.join(", ");
        (!steps.is_empty()).then(|| self.t.a("oncall-card-escalates", &[("list", &list)]))
    }
}

/// How long `first` stays the first of a shift from the window's begin on, and who comes then: in
/// the same shift, or in whatever of the group begins when it is over.
fn stay(shift: ShiftId, first: Option<Recipient>, spans: &[Span], window: Window) -> Stay {
    let first_of = |span: &Span| span.reached().first().map(|reached| reached.who);
    let mut end = window.from;
    for span in spans.iter().filter(|span| span.shift == shift) {
        if span.start > end || (span.contains(end) && first_of(span) != first) {
            break;
        }
        if first_of(span) == first {
            end = end.max(span.end);
        }
    }
    let then = spans.iter().filter(|span| span.contains(end));
    let next = then.clone().find(|span| span.shift == shift).or_else(|| then.clone().next());
    Stay { end, next: next.and_then(first_of), is_known: end < window.to }
}
