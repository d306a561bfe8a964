//! The clocks above a week and below a row.

use firebell_base::Timestamp;
use firebell_domain::schedule::Zone;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{GUTTER, Item, Pen, Tenths, Week, units};
use crate::local::{clock_changes, day, time};

/// Days of one week, and the one a zone may be ahead.
const DAYS_MAX: usize = 9;
/// The zone's name below a row takes so many characters.
const ZONE_CHARS: usize = 22;

impl Pen<'_> {
    /// Days and hours of the viewer's clock.
    pub(super) fn viewer_axis(&mut self, week: Week) {
        let zone = self.plan.viewer;
        let top = self.y;
        self.text(units(0), units(top + 22), "zone-name", short(zone.name()));
        let hours: &[i8] = if self.plan.is_tall { &[6, 12, 18] } else { &[12] };
        for (date, at) in midnights(zone, week) {
            self.text(Tenths(week.x(at).0 + 30), units(top + 22), "day", day(date));
            for hour in hours.iter().copied() {
                let noon = zone.instant(date.at(hour, 0, 0, 0));
                if let Some(at) = noon.filter(|at| week.contains(*at)) {
                    self.text(week.x(at), units(top + 36), "hour", format!("{hour:02}"));
                }
            }
        }
        self.y = top + 40;
        self.notches(week, zone, top + 26);
    }

    /// Days and noons of a row's own clock, where it is another than the viewer's.
    pub(super) fn own_axis(&mut self, week: Week, zone: &Zone) {
        let top = self.y;
        self.text(units(0), units(top + 11), "zone-name", short(zone.name()));
        let hours: &[i8] = if self.plan.is_tall { &[6, 12, 18] } else { &[12] };
        for (date, at) in midnights(zone, week) {
            let x = week.x(at);
            if at > week.from {
                self.line(x, units(top), x, units(top + 5), "tick");
                self.text(x, units(top + 12), "own-hour", "00".to_owned());
            }
            for hour in hours.iter().copied() {
                let noon = zone.instant(date.at(hour, 0, 0, 0));
                if let Some(at) = noon.filter(|at| week.contains(*at)) {
                    let x = week.x(at);
                    self.line(x, units(top), x, units(top + 3), "tick");
                    self.text(x, units(top + 12), "own-hour", format!("{hour:02}"));
                }
            }
        }
        self.y = top + 16;
        self.notches(week, zone, top);
    }

    /// Where the clock of a zone changes.
    fn notches(&mut self, week: Week, zone: &Zone, y: i64) {
        for change in clock_changes(zone, week.from, week.to) {
            let label = (self.plan.change_label)(change.minutes);
            let text = format!("{} {label}", time(change.at, zone));
            let x = week.x(change.at);
            let is_at_end = x > Tenths(GUTTER * 10 + week.plot * 7);
            self.items.push(Item::Notch { x, y: units(y), text, is_at_end });
        }
    }

    /// A line where each of the viewer's days begins.
    pub(super) fn day_lines(&self, week: Week, from: i64, to: i64) -> Vec<Item> {
        let begins = midnights(self.plan.viewer, week).into_iter().map(|(_, at)| at);
        let line = |at: Timestamp| {
            let x = week.x(at);
            Item::Line { x1: x, y1: units(from), x2: x, y2: units(to), class: "day-line" }
        };
        begins.chain([week.to]).map(line).collect()
    }
}

/// The days of a zone that begin in a week, and the one it begins in, with where they begin.
fn midnights(zone: &Zone, week: Week) -> Vec<(Date, Timestamp)> {
    let mut days = Vec::new();
    let mut date = zone.local(week.from).date();
    while days.len() < DAYS_MAX {
        let Some(at) = zone.instant(date.at(0, 0, 0, 0)) else { break };
        if at >= week.to {
            break;
        }
        days.push((date, at.max(week.from)));
        let Ok(next) = date.checked_add(1.day()) else { break };
        date = next;
    }
    days
}

fn short(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    firebell_domain::name::cut(&last.replace('_', " "), ZONE_CHARS)
}
