//! The list of alerts on the pages: filters and counts. Never used by the pipeline.
//!
//! However many alerts there are, a page looks at a window of them only: the newest that the filter's best
//! index leads to, or those before the alert at which the last page ended. So filters without an index of
//! their own (words, priority) stay fast, and the page says how far it looked.

use std::collections::BTreeMap;

use firebell_base::{Id, Timestamp};
use firebell_domain::alert::{Alert, AlertId, Priority, State};
use firebell_domain::group::GroupId;
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::PersonId;
use firebell_sql::{Error, ReadTx, Statement, Value};

use crate::alert_rows::{first_id, last_id};
use crate::alerts;
use crate::codec::{at, get_id, id};

/// Alerts that one page looks through at most.
const WINDOW: i64 = 5_000;
/// Notifications of one person or group that one page looks through at most: their alerts lie far apart.
const WINDOW_OF_SOMEBODY: i64 = 2_000;
/// Counts end here: more is said as "1,000+".
pub const COUNT_MAX: i64 = 1_000;
/// Open alerts that are looked through for who needs to act.
const NEEDS_WINDOW: i64 = 2_000;

// ?1 instance, ?2 and ?3 first and last of the window, ?4 to ?7 states, ?8 to ?10 priorities, ?11 words, ?12
// and ?13 opened from and before, ?14 whether ?15 (a person) was told, ?16 whether ?17 (a group) was.
macro_rules! wanted {
    () => {
        " and a.state in (?4, ?5, ?6, ?7) and a.priority in (?8, ?9, ?10) \
         and (lower(a.summary) like ?11 escape '!' \
              or lower(coalesce(a.dedup_key, '')) like ?11 escape '!') \
         and a.created_at >= ?12 and a.created_at < ?13 \
         and (cast(?14 as bigint) = 0 or exists (select 1 from notifications p \
              where p.instance_no = ?1 and p.person_id = ?15 and p.alert_id = a.id)) \
         and (cast(?16 as bigint) = 0 or exists (select 1 from notifications g \
              where g.instance_no = ?1 and g.group_id = ?17 and g.alert_id = a.id))"
    };
}
macro_rules! from_open {
    () => {
        " from alerts a where a.instance_no = ?1 and a.closed_at is null \
         and a.number >= ?2 and a.number <= ?3"
    };
}
macro_rules! from_all {
    () => {
        " from alerts a where a.instance_no = ?1 and a.number >= ?2 and a.number <= ?3"
    };
}
macro_rules! from_person {
    () => {
        " from alerts a where a.instance_no = ?1 and a.id in (select n.alert_id \
         from notifications n where n.instance_no = ?1 and n.person_id = ?15 \
         and n.alert_id >= ?2 and n.alert_id <= ?3)"
    };
}
macro_rules! from_group {
    () => {
        " from alerts a where a.instance_no = ?1 and a.id in (select n.alert_id \
         from notifications n where n.instance_no = ?1 and n.group_id = ?17 \
         and n.alert_id >= ?2 and n.alert_id <= ?3)"
    };
}
macro_rules! keys {
    () => {
        "select a.id, a.number, a.priority"
    };
}
macro_rules! statements {
    ($name:literal, $from:ident, $number:literal) => {
        Source {
            down: Statement::new(
                concat!("alert_search.", $name, "_down"),
                concat!(keys!(), $from!(), wanted!(), " order by ", $number, " desc limit ?18"),
            ),
            up: Statement::new(
                concat!("alert_search.", $name, "_up"),
                concat!(keys!(), $from!(), wanted!(), " order by ", $number, " limit ?18"),
            ),
            any: Statement::new(
                concat!("alert_search.", $name, "_any"),
                concat!(keys!(), $from!(), wanted!(), " limit ?18"),
            ),
        }
    };
}

/// The statements over one way of finding candidates.
struct Source {
    down: Statement,
    up: Statement,
    any: Statement,
}

const OPEN: Source = statements!("open", from_open, "a.number");
const EVERY: Source = statements!("every", from_all, "a.number");
// The plus keeps SQLite from walking through all alerts in order, instead of through the few of a person.
const PERSON: Source = statements!("person", from_person, "+a.number");
const GROUP: Source = statements!("group", from_group, "+a.number");

// The last candidate of a window that ends at ?2; ?3 candidates further.
const EDGE_OPEN: Statement = Statement::new(
    "alert_search.edge_open",
    "select number from alerts where instance_no = ?1 and closed_at is null and number <= ?2 \
     order by number desc limit 1 offset ?3",
);
const EDGE_OPEN_UP: Statement = Statement::new(
    "alert_search.edge_open_up",
    "select number from alerts where instance_no = ?1 and closed_at is null and number >= ?2 \
     order by number limit 1 offset ?3",
);
const EDGE_EVERY: Statement = Statement::new(
    "alert_search.edge_every",
    "select number from alerts where instance_no = ?1 and number <= ?2 \
     order by number desc limit 1 offset ?3",
);
const EDGE_EVERY_UP: Statement = Statement::new(
    "alert_search.edge_every_up",
    "select number from alerts where instance_no = ?1 and number >= ?2 \
     order by number limit 1 offset ?3",
);
const EDGE_PERSON: Statement = Statement::new(
    "alert_search.edge_person",
    "select alert_id from notifications where instance_no = ?1 and person_id = ?4 \
     and alert_id <= ?2 order by alert_id desc limit 1 offset ?3",
);
const EDGE_PERSON_UP: Statement = Statement::new(
    "alert_search.edge_person_up",
    "select alert_id from notifications where instance_no = ?1 and person_id = ?4 \
     and alert_id >= ?2 order by alert_id limit 1 offset ?3",
);
const EDGE_GROUP: Statement = Statement::new(
    "alert_search.edge_group",
    "select alert_id from notifications where instance_no = ?1 and group_id = ?4 \
     and alert_id <= ?2 order by alert_id desc limit 1 offset ?3",
);
const EDGE_GROUP_UP: Statement = Statement::new(
    "alert_search.edge_group_up",
    "select alert_id from notifications where instance_no = ?1 and group_id = ?4 \
     and alert_id >= ?2 order by alert_id limit 1 offset ?3",
);

const COUNT_OPEN: Statement = Statement::new(
    "alert_search.count_open",
    "select count(*) from (select 1 as one from alerts \
     where instance_no = ?1 and closed_at is null limit ?2) bounded",
);
const COUNT_NEEDS: Statement = Statement::new(
    "alert_search.count_needs",
    "select count(*) from (select 1 as one from alerts a \
     where a.instance_no = ?1 and a.closed_at is null and a.number >= ?2 and a.state = 0 \
     and exists (select 1 from notifications n where n.instance_no = ?1 and n.person_id = ?3 \
     and n.alert_id = a.id) limit ?4) bounded",
);
const COUNT_CLOSED: Statement = Statement::new(
    "alert_search.count_closed",
    "select count(*) from (select 1 as one from alerts \
     where instance_no = ?1 and closed_at >= ?2 limit ?3) bounded",
);
/// Every statement of this module.
pub const ALL: &[Statement] = &[
    OPEN.down,
    OPEN.up,
    OPEN.any,
    EVERY.down,
    EVERY.up,
    EVERY.any,
    PERSON.down,
    PERSON.up,
    PERSON.any,
    GROUP.down,
    GROUP.up,
    GROUP.any,
    EDGE_OPEN,
    EDGE_OPEN_UP,
    EDGE_EVERY,
    EDGE_EVERY_UP,
    EDGE_PERSON,
    EDGE_PERSON_UP,
    EDGE_GROUP,
    EDGE_GROUP_UP,
    COUNT_OPEN,
    COUNT_NEEDS,
    COUNT_CLOSED,
];

/// Which alerts are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only these states; empty means all.
    pub states: Vec<State>,
    /// Only these priorities; empty means all.
    pub priorities: Vec<Priority>,
    /// Only what this person was told of.
    pub person: Option<PersonId>,
    /// Only what somebody was told of through this group.
    pub group: Option<GroupId>,
    /// The summary or the dedup key contains this, whatever the case; empty means any.
    pub words: String,
    /// Opened at or after.
    pub from: Option<Timestamp>,
    /// Opened before.
    pub to: Option<Timestamp>,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// The most urgent first, among those the newest.
    Urgent,
}

/// A page of alerts.
#[derive(Debug, Clone)]
pub struct Found {
    /// The alerts, in order.
    pub alerts: Vec<Alert>,
    /// How many there are in the window, at most [`COUNT_MAX`] + 1.
    pub total: i64,
    /// The number of the alert at which the window ends, when there are more behind it.
    pub edge: Option<i64>,
    /// How many alerts a window has at most.
    pub window: i64,
}

/// Which part of the list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Part {
    /// In which order.
    pub order: Order,
    /// Where the window begins: the number of an alert; none at the beginning of the list.
    pub start: Option<i64>,
    /// Rows.
    pub rows: i64,
    /// Rows before.
    pub offset: i64,
}

impl Filter {
    /// Whether closed alerts are out of the question.
    fn only_open(&self) -> bool {
        !self.states.is_empty() && !self.states.contains(&State::Closed)
    }

    fn params(&self, window: (Value, Value)) -> Vec<Value> {
        let mut params = vec![window.0, window.1];
        let states = if self.states.is_empty() { &State::ALL[..] } else { &self.states };
        let code = |state: Option<&State>| Value::Int(state.map_or(-1, |state| state.code()));
        params.extend((0..4).map(|place| code(states.get(place))));
        let all = &Priority::ALL[..];
        let priorities = if self.priorities.is_empty() { all } else { &self.priorities };
        let code = |one: Option<&Priority>| Value::Int(one.map_or(-1, |one| one.code()));
        params.extend((0..3).map(|place| code(priorities.get(place))));
        let none = Id::<()>::from_bytes([0; 16]);
        params.extend([
            Value::Text(format!("%{}%", escape_like(&self.words.to_lowercase()))),
            self.from.map_or(Value::Int(i64::MIN), at),
            self.to.map_or(Value::Int(i64::MAX), at),
            Value::Int(i64::from(self.person.is_some())),
            self.person.map_or_else(|| id(none), id),
            Value::Int(i64::from(self.group.is_some())),
            self.group.map_or_else(|| id(none), id),
        ]);
        params
    }

    /// Whether an alert that changed belongs to the list. `told` and `groups`: who was told, and through which.
    pub fn takes(&self, alert: &Alert, told: &[PersonId], groups: &[GroupId]) -> bool {
        let words = self.words.to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&words);
        (self.states.is_empty() || self.states.contains(&alert.state))
            && (self.priorities.is_empty() || self.priorities.contains(&alert.priority))
            && self.person.is_none_or(|person| told.contains(&person))
            && self.group.is_none_or(|group| groups.contains(&group))
            && (words.is_empty()
                || has(&alert.summary)
                || alert.dedup_key.as_deref().is_some_and(has))
            && self.from.is_none_or(|from| alert.created >= from)
            && self.to.is_none_or(|to| alert.created < to)
    }
}

/// A page of the list. What matches is found and counted by narrow rows; whole alerts are read for the page.
pub fn find(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    filter: &Filter,
    part: Part,
) -> Result<Found, Error> {
    let Window { source, from, to, edge, size } = window(tx, no, filter, part)?;
    let mut params = vec![Value::Int(no.0)];
    params.extend(filter.params((from, to)));
    let end = part.offset.saturating_add(part.rows);
    let (statement, limit) = match part.order {
        Order::Newest => (&source.down, end.max(COUNT_MAX + 1)),
        Order::Oldest => (&source.up, end.max(COUNT_MAX + 1)),
        Order::Urgent => (&source.any, size),
    };
    params.push(Value::Int(limit));
    let key = |row: &firebell_sql::Row| {
        Ok(Key { id: get_id(row, 0)?, number: row.get(1)?, priority: row.get(2)? })
    };
    let rows = tx.query(statement, &params)?;
    let mut keys: Vec<Key> = rows.iter().map(key).collect::<Result<_, Error>>()?;
    if part.order == Order::Urgent {
        keys.sort_by_key(|key| std::cmp::Reverse((key.priority, key.number)));
    }
    let total = i64::try_from(keys.len()).unwrap_or(i64::MAX).min(COUNT_MAX + 1);
    let place = |n: i64| usize::try_from(n).unwrap_or(0).min(keys.len());
    let page = keys.get(place(part.offset)..place(end)).unwrap_or_default();
    let ids: Vec<AlertId> = page.iter().map(|key| key.id).collect();
    let mut found: BTreeMap<AlertId, Alert> =
        alerts::by_ids(tx, no, &ids)?.into_iter().map(|alert| (alert.id, alert)).collect();
    let alerts = ids.iter().filter_map(|id| found.remove(id)).collect();
    Ok(Found { alerts, total, edge, window: size })
}

/// What is read of each alert that matches.
struct Key {
    id: AlertId,
    number: i64,
    priority: i64,
}

/// The best way to candidates, the first and last of them, and where they end.
struct Window {
    source: Source,
    from: Value,
    to: Value,
    edge: Option<i64>,
    size: i64,
}

fn window(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    filter: &Filter,
    part: Part,
) -> Result<Window, Error> {
    let up = part.order == Order::Oldest;
    let who = filter.person.map(|person| (PERSON, EDGE_PERSON, EDGE_PERSON_UP, id(person)));
    let who = who.or_else(|| filter.group.map(|g| (GROUP, EDGE_GROUP, EDGE_GROUP_UP, id(g))));
    let numbered = |source, down, other| (source, if up { other } else { down });
    let (source, edge) = match who.filter(|_| !filter.only_open()) {
        Some((source, down, other, key)) => {
            let statement = if up { other } else { down };
            return by_id(tx, no, part, (source, statement, key));
        }
        None if filter.only_open() => numbered(OPEN, EDGE_OPEN, EDGE_OPEN_UP),
        None => numbered(EVERY, EDGE_EVERY, EDGE_EVERY_UP),
    };
    let start = part.start.unwrap_or(if up { i64::MIN } else { i64::MAX });
    let params = [Value::Int(no.0), Value::Int(start), Value::Int(WINDOW)];
    let end = tx.query_opt(&edge, &params)?.map(|row| row.get::<i64>(0)).transpose()?;
    let other = if up { i64::MAX } else { i64::MIN };
    let (a, b) = (Value::Int(start), Value::Int(end.unwrap_or(other)));
    let (from, to) = if up { (a, b) } else { (b, a) };
    Ok(Window { source, from, to, edge: end, size: WINDOW })
}

/// The same, through the notifications of a person or a group, which know alerts by id. Ids of one millisecond
/// are in no order: the window begins and ends with whole ones.
fn by_id(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    part: Part,
    (source, statement, key): (Source, Statement, Value),
) -> Result<Window, Error> {
    let up = part.order == Order::Oldest;
    let (lowest, highest) = ([0; 16], [0xff; 16]);
    let bound = |found: Option<&Alert>, first: bool| match found {
        Some(alert) if first => first_id(alert.created),
        Some(alert) => last_id(alert.created),
        None if first => lowest,
        None => highest,
    };
    let start = match part.start {
        Some(number) => alerts::by_number(tx, no, number)?,
        None => None,
    };
    let start = bound(start.as_ref(), up);
    let size = Value::Int(WINDOW_OF_SOMEBODY);
    let params = [Value::Int(no.0), Value::Id(start), size, key];
    let end: Option<AlertId> =
        tx.query_opt(&statement, &params)?.map(|row| get_id(&row, 0)).transpose()?;
    let last = match end {
        Some(end) => alerts::get(tx, no, end)?,
        None => None,
    };
    let edge = last.as_ref().map(|alert| alert.number);
    let (a, b) = (Value::Id(start), Value::Id(bound(last.as_ref(), !up)));
    let (from, to) = if up { (a, b) } else { (b, a) };
    Ok(Window { source, from, to, edge, size: WINDOW_OF_SOMEBODY })
}

/// The numbers in the first line of the list, each at most [`COUNT_MAX`] + 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Open alerts that nobody has taken and of which the reader was told.
    pub need_you: i64,
    /// Alerts that are not closed.
    pub open: i64,
    /// Alerts closed since an instant.
    pub closed: i64,
}

/// Counts for a person.
pub fn counts(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    person: PersonId,
    since: Timestamp,
) -> Result<Counts, Error> {
    let (no, limit) = (Value::Int(no.0), Value::Int(COUNT_MAX + 1));
    let open = tx.query_one(&COUNT_OPEN, &[no.clone(), limit.clone()])?.get(0)?;
    let closed = tx.query_one(&COUNT_CLOSED, &[no.clone(), at(since), limit.clone()])?.get(0)?;
    let edge = [no.clone(), Value::Int(i64::MAX), Value::Int(NEEDS_WINDOW)];
    let edge = tx.query_opt(&EDGE_OPEN, &edge)?.map(|row| row.get::<i64>(0)).transpose()?;
    let needs = [no, Value::Int(edge.unwrap_or(i64::MIN)), id(person), limit];
    let need_you = tx.query_one(&COUNT_NEEDS, &needs)?.get(0)?;
    Ok(Counts { need_you, open, closed })
}

/// `%` and `_` stand for themselves in what people type.
fn escape_like(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}
