//! One row of the list: what is known about an alert at a glance. Read for a page at a time, and laid out the
//! same for the page and for live updates: it depends on the language and on nothing else of the reader.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use askama::Template;
use askama::filters::HtmlSafe;
use firebell_base::Timestamp;
use firebell_domain::alert::{Alert, AlertId, CloseCause, State};
use firebell_domain::directory::Directory;
use firebell_domain::group::GroupId;
use firebell_domain::instance::InstanceNo;
use firebell_domain::notification::NotificationState;
use firebell_domain::person::PersonId;
use firebell_domain::schedule::Zone;
use firebell_store::alert_rows::{self, Next, ROW_NOTIFICATIONS_MAX, Told};
use firebell_store::{Error, ReadTx};
use firebell_ui::part::Badge;
use firebell_ui::{Lang, Say, Shape, When, when};

use crate::words::WORDS;

/// People named in a row; the others are counted.
const NAMES_MAX: usize = 2;
/// Groups named in a row.
const GROUPS_MAX: usize = 2;

/// An alert, and what a row says about it.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) alert: Alert,
    pub(crate) told: Vec<Told>,
    pub(crate) next: Vec<Next>,
}

impl Facts {
    /// Reads what belongs to these alerts; their order is kept.
    pub(crate) fn of(
        tx: &mut ReadTx<'_>,
        no: InstanceNo,
        alerts: Vec<Alert>,
    ) -> Result<Vec<Self>, Error> {
        let ids: Vec<AlertId> = alerts.iter().map(|alert| alert.id).collect();
        let mut told: BTreeMap<AlertId, Vec<Told>> = BTreeMap::new();
        for one in alert_rows::told(tx, no, &ids)? {
            told.entry(one.alert).or_default().push(one);
        }
        let mut next: BTreeMap<AlertId, Vec<Next>> = BTreeMap::new();
        // Nobody waits for the escalation of an alert that is taken or over, and its group is known.
        for one in alert_rows::next(tx, no, &ids)? {
            next.entry(one.alert).or_default().push(one);
        }
        let facts = |alert: Alert| {
            let (told, next) = (told.remove(&alert.id), next.remove(&alert.id));
            Self { alert, told: told.unwrap_or_default(), next: next.unwrap_or_default() }
        };
        Ok(alerts.into_iter().map(facts).collect())
    }

    /// Who was or is to be told.
    pub(crate) fn people(&self) -> Vec<PersonId> {
        self.told.iter().map(|told| told.person).collect()
    }

    /// Through which groups.
    pub(crate) fn groups(&self) -> Vec<GroupId> {
        let told = self.told.iter().filter_map(|told| told.group);
        let all: BTreeSet<GroupId> = told.chain(self.next.iter().map(|next| next.group)).collect();
        all.into_iter().collect()
    }

    /// Two readings that look the same have the same.
    pub(crate) fn look(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let alert = &self.alert;
        let closed = alert.closed.map(|closed| closed.at);
        (alert.state.code(), alert.priority.code(), alert.count).hash(&mut hasher);
        (&alert.summary, alert.owner, alert.acknowledged, closed).hash(&mut hasher);
        for told in &self.told {
            (told.person, told.group, told.state.code()).hash(&mut hasher);
        }
        for next in &self.next {
            (next.group, next.due).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// When the escalation goes on, if it does.
    fn escalates(&self) -> Option<Timestamp> {
        let due = self.next.iter().filter_map(|next| next.due).min();
        due.filter(|_| self.alert.state == State::Open)
    }
}

/// A row, laid out.
#[derive(Debug, Template)]
#[template(path = "alerts/row.html")]
pub(crate) struct Row {
    t: Say,
    id: AlertId,
    number: i64,
    state: State,
    priority: Badge,
    summary: String,
    count: i64,
    groups: String,
    badge: Badge,
    who: String,
    until: Option<When>,
    opened: When,
}

impl HtmlSafe for Row {}

impl Row {
    /// For readers of one language. Without a zone the times' tips are in UTC; the page's script says them in
    /// the browser's own.
    pub(crate) fn new(
        directory: &Directory,
        facts: &Facts,
        now: Timestamp,
        zone: &Zone,
        lang: Lang,
    ) -> Self {
        let t = Say::new(&WORDS, lang);
        let alert = &facts.alert;
        let groups = facts.groups();
        let names = groups.iter().filter_map(|id| directory.group(*id));
        let names: Vec<String> = names.map(|group| group.target_name.to_string()).collect();
        let (badge, who) = standing(directory, facts, t);
        Self {
            id: alert.id,
            number: alert.number,
            state: alert.state,
            priority: Badge::priority(alert.priority, t),
            summary: one_line(&alert.summary),
            count: alert.count,
            groups: listed(&names, names.len(), GROUPS_MAX, t),
            badge,
            who,
            until: facts.escalates().map(|at| when(at, now, zone, lang)),
            opened: when(alert.created, now, zone, lang),
            t,
        }
    }
}

/// The state as a badge, and who is concerned.
fn standing(directory: &Directory, facts: &Facts, t: Say) -> (Badge, String) {
    let alert = &facts.alert;
    let name = |id| person(directory, id, t);
    match (alert.state, alert.closed) {
        (State::Open, _) => {
            let (told, failed) = reached(facts);
            let names: Vec<String> = told.iter().take(NAMES_MAX).map(|id| name(*id)).collect();
            let badge = Badge::new("waits", Shape::Ring, t.get("alerts-state-open"));
            let cut = facts.told.len() >= ROW_NOTIFICATIONS_MAX;
            let who = match (told.is_empty(), failed, facts.escalates()) {
                (false, _, _) => {
                    let names = listed(&names, told.len(), NAMES_MAX, t);
                    let names = if cut { format!("{names}+") } else { names };
                    t.a("alerts-who-told", &[("names", &names)])
                }
                (true, true, _) => t.get("alerts-who-failed"),
                (true, false, Some(_)) => t.get("alerts-who-soon"),
                (true, false, None) if !facts.told.is_empty() => t.get("alerts-who-soon"),
                (true, false, None) => t.get("alerts-who-nobody"),
            };
            (badge, who)
        }
        (State::Acknowledged, _) => {
            let badge = Badge::new("ok", Shape::Check, t.get("alerts-state-acknowledged"));
            (badge, alert.owner.map_or_else(|| t.get("alerts-who-source"), name))
        }
        (State::Suspended, _) => {
            let badge = Badge::new("muted", Shape::Mute, t.get("alerts-state-suspended"));
            (badge, t.get("alerts-who-suspended"))
        }
        (State::Closed, closed) => {
            let badge = Badge::new("muted", Shape::Check, t.get("alerts-state-closed"));
            let by = closed.and_then(|closed| closed.by).map(name);
            let cause = closed.map(|closed| closed.cause);
            let who = match (by, cause) {
                (Some(name), _) => name,
                (None, Some(CloseCause::Expired)) => t.get("alerts-who-expired"),
                (None, _) => t.get("alerts-who-source"),
            };
            (badge, who)
        }
    }
}

/// Whom a message has reached or is on its way to, in the order of sending; and whether all failed.
fn reached(facts: &Facts) -> (Vec<PersonId>, bool) {
    let mut people = Vec::new();
    let mut failed = false;
    for told in &facts.told {
        match told.state {
            NotificationState::Delivered | NotificationState::Responded => {
                if !people.contains(&told.person) {
                    people.push(told.person);
                }
            }
            NotificationState::Failed => failed = true,
            NotificationState::Pending | NotificationState::Cancelled => {}
        }
    }
    (people, failed)
}

/// A person's name; the person may have been removed since.
pub(crate) fn person(directory: &Directory, id: PersonId, t: Say) -> String {
    directory.person(id).map_or_else(|| t.get("alerts-removed-person"), |p| p.display_name())
}

/// "Payments, Web +3".
fn listed(names: &[String], total: usize, shown: usize, t: Say) -> String {
    let mut text = names.iter().take(shown).cloned().collect::<Vec<_>>().join(", ");
    if total > shown {
        text.push(' ');
        text.push_str(&t.n("alerts-more", total - shown));
    }
    text
}

/// A summary without line breaks and characters nobody sees.
pub(crate) fn one_line(text: &str) -> String {
    let plain = |c: char| if c.is_whitespace() { ' ' } else { c };
    let text: String =
        text.chars().map(plain).filter(|c| !firebell_domain::name::is_invisible(*c)).collect();
    text.trim().to_owned()
}
