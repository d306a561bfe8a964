//! `alert watch`: follows the open alerts by asking once a second.
//!
//! On a terminal the table is drawn anew; otherwise a line tells each change, as text or JSON.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};

use super::alert::{newest, table};
use super::http::Http;
use super::{list, number, text};
use crate::cli::WatchArgs;
use crate::failure::{Exit, Failure};
use crate::output::{Output, Style, clean};

/// How often the server is asked.
const EVERY: Duration = Duration::from_secs(1);
/// How many alerts are followed: a screen holds no more.
const ALERTS_MAX: &str = "200";
/// What is followed.
const STATES: &str = "OPEN,ACKNOWLEDGED,SUSPENDED";
/// To the upper left corner, and everything below it away.
const REDRAW: &str = "\x1b[H\x1b[2J";

/// Follows the alerts until interrupted, or until nobody reads any more.
pub(crate) async fn run(out: &Output, args: &WatchArgs) -> Result<(), Failure> {
    let http = Http::connect(&args.connection)?;
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut known = Known::default();
    let mut reached = false;
    while !out.is_closed() {
        ticks.tick().await;
        match newest(&http, STATES, ALERTS_MAX).await {
            Ok(answer) => {
                known.show(out, list(&answer, "data"), number(&answer, "total"), reached);
                reached = true;
            }
            // A server that restarts is waited for, one that was never there is not.
            Err(failure) if reached && failure.exit() == Exit::Unreachable => {
                known.lost(out, &failure);
            }
            Err(failure) => return Err(failure),
        }
        if args.once {
            break;
        }
    }
    Ok(())
}

/// The alerts as they were told last.
#[derive(Debug, Default)]
struct Known {
    alerts: BTreeMap<String, Value>,
    lost: bool,
}

impl Known {
    fn show(&mut self, out: &Output, alerts: &[Value], total: i64, redraw: bool) {
        self.lost = false;
        let changes = self.changes(alerts);
        if out.is_live() {
            let table = table(alerts).render(out);
            let begin = if redraw { REDRAW } else { "" };
            let hint = out.paint(Style::Dim, "Ctrl-C ends");
            out.text(&format!("{begin}{table}{total} open.  {hint}\n"));
            return;
        }
        for (change, alert) in changes {
            out.either(&json!({"change": change, "alert": alert}), |out| {
                let (number, state) = (number(&alert, "number"), text(&alert, "state"));
                let summary = clean(text(&alert, "summary"));
                let count = super::number(&alert, "count");
                out.line(&format!("{change:<8} #{number} {state:<12} x{count} {summary}"));
            });
        }
    }

    /// What is new, different or gone since the last time.
    fn changes(&mut self, alerts: &[Value]) -> Vec<(&'static str, Value)> {
        let mut before = std::mem::take(&mut self.alerts);
        let mut changes = Vec::new();
        for alert in alerts {
            let id = text(alert, "id").to_owned();
            match before.remove(&id) {
                None => changes.push(("new", alert.clone())),
                Some(old) if old != *alert => changes.push(("changed", alert.clone())),
                Some(_) => {}
            }
            self.alerts.insert(id, alert.clone());
        }
        changes.extend(before.into_values().map(|alert| ("closed", alert)));
        changes
    }

    fn lost(&mut self, out: &Output, failure: &Failure) {
        if !self.lost && !out.is_json() {
            out.note(&format!("{} Still trying.", failure.lines().first().map_or("", |l| l)));
        }
        self.lost = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_told_once() {
        let alert = |id: &str, count: i64| json!({"id": id, "count": count});
        let words = |changes: Vec<(&'static str, Value)>| {
            let told =
                changes.iter().map(|(change, alert)| format!("{change} {}", text(alert, "id")));
            told.collect::<Vec<_>>()
        };
        let mut known = Known::default();
        assert_eq!(words(known.changes(&[alert("a", 1), alert("b", 1)])), ["new a", "new b"]);
        assert_eq!(words(known.changes(&[alert("a", 1), alert("b", 1)])), [""; 0]);
        assert_eq!(
            words(known.changes(&[alert("b", 2), alert("c", 1)])),
            ["changed b", "new c", "closed a"]
        );
        assert_eq!(words(known.changes(&[])), ["closed b", "closed c"]);
    }
}
