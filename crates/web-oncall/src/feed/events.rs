//! What stands in a calendar: when a person is on call, or who is for a group.

use std::sync::Arc;

use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_domain::directory::Directory;
use firebell_domain::duty::{self, Span, Window};
use firebell_domain::group::{Group, GroupId, GroupType};
use firebell_domain::person::{PersonId, Status};
use firebell_domain::recipient::Recipient;
use firebell_domain::schedule::Zone;
use firebell_domain::shift::Shift;
use firebell_ui::Say;

use crate::board::answers;
use crate::calendar::Reader;
use crate::ical::Event;

/// How far back and ahead a calendar goes, in seconds.
const BACK_SECONDS: i64 = 7 * DAY_SECONDS;
const AHEAD_SECONDS: i64 = 180 * DAY_SECONDS;
const DAY_SECONDS: i64 = 24 * 60 * 60;
/// Entries of one calendar.
const EVENTS_MAX: usize = 5_000;
/// Shifts that are looked at for one person.
const SHIFTS_MAX: usize = 500;

/// Makes the entries.
pub(super) struct Teller<'a> {
    pub(super) directory: &'a Directory,
    pub(super) t: Say,
    /// The owner's, for times in texts.
    pub(super) zone: &'a Zone,
    /// Where people reach the server.
    pub(super) base: &'a str,
    pub(super) now: Timestamp,
}

impl Teller<'_> {
    /// From whole days on, so that a calendar stays the same for a day if nothing changes.
    fn window(&self) -> Window {
        let today = self.now.as_second().div_euclid(DAY_SECONDS) * DAY_SECONDS;
        let today = Timestamp::from_second(today).unwrap_or(self.now);
        Window { from: add_seconds(today, -BACK_SECONDS), to: add_seconds(today, AHEAD_SECONDS) }
    }

    fn reader<'r>(&'r self, group: &'r Group) -> Reader<'r> {
        Reader {
            directory: self.directory,
            group,
            zone: self.zone,
            now: self.now,
            t: self.t,
            edited: None,
        }
    }

    /// When this person answers, in whatever group.
    pub(super) fn of_person(&self, person: PersonId) -> Vec<Event> {
        let window = self.window();
        let mut events = Vec::new();
        for (group, shift) in self.shifts_of(person) {
            let spans = duty::of_shift(self.directory, group, shift, window);
            let whole = spans.iter().filter(|span| span.start > window.from);
            for span in whole.filter(|span| answers(self.directory, span, person)) {
                let place = span.reached();
                let own = place.iter().find(|reached| match reached.who {
                    Recipient::Person(id) => id == person,
                    Recipient::Device(id) => {
                        self.directory.device(id).is_some_and(|device| device.owner == person)
                    }
                    Recipient::Group(_) => false,
                });
                let after = own.map_or(0, |reached| reached.after_minutes);
                let (name, shift) = (group.target_name.as_str(), shift.name.as_str());
                let args = [("group", name), ("shift", shift)];
                let summary = match after {
                    0 => self.t.a("oncall-feed-event-first", &args),
                    after => self.t.na("oncall-feed-event-later", after, &args),
                };
                events.push(self.event(group, span, summary));
            }
        }
        finished(events)
    }

    /// Who answers for a group.
    pub(super) fn of_group(&self, group: GroupId) -> Vec<Event> {
        let Some(group) = self.directory.group(group) else { return Vec::new() };
        let window = self.window();
        let spans = duty::of_group(self.directory, group, window);
        let event = |span: &Span| {
            let first = span.reached().first().map(|reached| reached.who);
            let name = match first {
                Some(who) => crate::names::shown(self.directory, who),
                None => self.t.get("oncall-nobody"),
            };
            let args = [("group", group.target_name.as_str()), ("name", name.as_str())];
            self.event(group, span, self.t.a("oncall-feed-event-group", &args))
        };
        // What runs across the edge would begin at another instant tomorrow: it is left out.
        finished(spans.iter().filter(|span| span.start > window.from).map(event).collect())
    }

    fn event(&self, group: &Group, span: &Span, summary: String) -> Event {
        let base = self.base.trim_end_matches('/');
        let shift = self.directory.shift(span.shift);
        Event {
            uid: format!("{}-{}@firebell", span.shift, span.start.as_second()),
            start: span.start,
            end: span.end,
            stamp: shift.map_or(span.start, |shift| shift.created),
            summary,
            description: self.reader(group).story(span),
            url: format!("{base}/groups/{}", group.id),
        }
    }

    /// The shifts in which somebody has a place, or may stand in for somebody who has one.
    fn shifts_of(&self, person: PersonId) -> Vec<(&Arc<Group>, &Arc<Shift>)> {
        let directory = self.directory;
        let mut stands_in: Vec<PersonId> = vec![person];
        // Whoever stands in may be replaced in turn: as deep as chains go.
        for _ in 0..firebell_domain::schedule::absence::REPLACEMENTS_MAX {
            let more: Vec<PersonId> = directory
                .absences()
                .filter(|a| a.replacement.is_some_and(|by| stands_in.contains(&by)))
                .map(|absence| absence.member)
                .filter(|member| !stands_in.contains(member))
                .collect();
            if more.is_empty() {
                break;
            }
            stands_in.extend(more);
            stands_in.sort_unstable();
            stands_in.dedup();
        }
        let has = |recipient: Recipient| match recipient {
            Recipient::Person(id) => stands_in.contains(&id),
            Recipient::Device(id) => {
                directory.device(id).is_some_and(|device| stands_in.contains(&device.owner))
            }
            Recipient::Group(_) => false,
        };
        let theirs = directory
            .shifts()
            .filter(|shift| shift.members.iter().any(|member| has(member.recipient)))
            .filter_map(|shift| Some((directory.group(shift.group)?, shift)))
            .filter(|(group, _)| {
                group.status == Status::Active && group.group_type == GroupType::OnCall
            });
        theirs.take(SHIFTS_MAX).collect()
    }
}

/// In order, and bounded.
fn finished(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_by(|a, b| (a.start, &a.uid).cmp(&(b.start, &b.uid)));
    events.truncate(EVENTS_MAX);
    events
}
