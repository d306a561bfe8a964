//! Who is interrupted how often, by day and by night, and how evenly that is shared; with a group, also who was
//! on call for how long.

use std::collections::BTreeMap;

use askama::Template;
use axum::Extension;
use firebell_domain::directory::Directory;
use firebell_domain::person::PersonId;
use firebell_ui::part::{Empty, Pager};
use firebell_ui::{Answer, Area, Frame, Query, Say, Visit, page};

use crate::ask::{Asked, Top};
use crate::chart::Share;
use crate::figures::{Figures, Load, Part, gini};
use crate::hours::Minutes;
use crate::response::{Card, empty};
use crate::shelf::{Age, Shelf};
use crate::text::{count, hours, share};
use crate::words::WORDS;

/// People of one page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "load.html")]
struct Page {
    frame: Frame,
    t: Say,
    top: Top,
    lead: String,
    empty: Option<Empty>,
    cards: Vec<Card>,
    has_hours: bool,
    too_much: bool,
    rows: Vec<Row>,
    pager: Pager,
    csv: Vec<(String, String)>,
}

struct Row {
    name: String,
    href: Option<String>,
    bar: Share,
    alerts: String,
    share: String,
    night: String,
    asleep: String,
    first: String,
    behind: String,
}

/// A person's load and hours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Carried {
    pub(crate) person: PersonId,
    pub(crate) load: Load,
    pub(crate) minutes: Minutes,
}

/// `GET /reports/load`.
pub(crate) async fn show(visit: Visit, query: Query, Extension(shelf): Extension<Shelf>) -> Answer {
    let asked = Asked::read(&visit, &query)?;
    let answer = asked.answer(&visit, &shelf, (Part::Load, Age::Shown)).await?;
    let t = visit.say(&WORDS);
    let top = asked.top(&visit, Part::Load, answer.as_ref());
    let none = Figures::default();
    let figures = answer.as_ref().map_or(&none, |answer| &answer.figures);
    let carried = carried(figures);
    let total: u32 = carried.iter().map(|one| one.load.alerts).sum();
    let at = query.page(ROWS);
    let shown: Vec<&Carried> = carried.iter().skip(at.offset).take(ROWS).collect();
    let most = carried.first().map_or(0, |one| one.load.alerts);
    let people = u32::try_from(carried.len()).unwrap_or(u32::MAX);
    let equal = f64::from(total) / f64::from(people.max(1));
    let row = |one: &&Carried| row(&visit, one, (most, total, equal), t);
    let rows: Vec<Row> = shown.iter().map(row).collect();
    let is_empty = carried.is_empty();
    Ok(page(&Page {
        frame: visit.frame(t.get("reports-title"), Area::Reports),
        lead: lead(&carried, total, t),
        empty: if is_empty { empty(&none, answer.is_some(), t) } else { None },
        cards: cards(&carried, total, t),
        has_hours: figures.on_call.is_some(),
        too_much: asked.group.is_some() && figures.on_call.is_none(),
        pager: Pager::new(&visit, &query, at, Some(carried.len()), rows.len()),
        rows,
        csv: vec![(t.get("reports-csv-people"), visit.href(&asked.path("reports/csv/people")))],
        top,
        t,
    }))
}

/// Everybody who was interrupted, or on call for the group: the most interrupted first.
pub(crate) fn carried(figures: &Figures) -> Vec<Carried> {
    let none = BTreeMap::new();
    let on_call = figures.on_call.as_ref().unwrap_or(&none);
    let of = |person| on_call.get(&person).copied().unwrap_or_default();
    let mut all: Vec<Carried> = figures
        .people
        .iter()
        .map(|(id, load)| {
            let person = PersonId::from_bytes(*id);
            Carried { person, load: *load, minutes: of(person) }
        })
        .collect();
    let told: std::collections::BTreeSet<PersonId> = all.iter().map(|one| one.person).collect();
    let quiet = on_call.iter().filter(|(person, _)| !told.contains(*person));
    all.extend(quiet.map(|(person, minutes)| Carried {
        person: *person,
        load: Load::default(),
        minutes: *minutes,
    }));
    all
}

fn lead(carried: &[Carried], total: u32, t: Say) -> String {
    if total == 0 {
        return t.get("reports-load-lead-none");
    }
    let people = count(u32::try_from(carried.len()).unwrap_or(u32::MAX));
    let night: u32 = carried.iter().map(|one| one.load.night).sum();
    let args = [("people", people), ("night", share(night, total)), ("total", count(total))];
    let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
    t.na("reports-load-lead", i64::try_from(carried.len()).unwrap_or(i64::MAX), &args)
}

fn cards(carried: &[Carried], total: u32, t: Say) -> Vec<Card> {
    let shares: Vec<u32> = carried.iter().map(|one| one.load.alerts).collect();
    let gini = gini(&shares);
    let night: u32 = carried.iter().map(|one| one.load.night).sum();
    let asleep: u32 = carried.iter().map(|one| one.load.asleep).sum();
    let word = gini.map_or("reports-fair-unknown", |gini| match gini {
        ..0.2 => "reports-fair-even",
        0.2..0.4 => "reports-fair-some",
        _ => "reports-fair-uneven",
    });
    let part = |label: &str, n: u32| Card {
        label: t.get(label),
        value: share(n, total),
        more: t.a("reports-of-interruptions", &[("count", &count(n)), ("all", &count(total))]),
    };
    vec![
        Card {
            label: t.get("reports-gini"),
            value: gini.map_or("–".to_owned(), |gini| format!("{gini:.2}")),
            more: t.get(word),
        },
        part("reports-at-night", night),
        part("reports-asleep", asleep),
    ]
}

fn row(visit: &Visit, one: &Carried, (most, total, equal): (u32, u32, f64), t: Say) -> Row {
    let Carried { person, load, minutes } = one;
    let found = visit.directory.person(*person);
    Row {
        name: person_name(&visit.directory, *person, t),
        href: found.map(|_| visit.href(&format!("users/{person}"))),
        bar: Share::new(load.alerts.into(), most.into(), Some(equal)),
        alerts: count(load.alerts),
        share: share(load.alerts, total),
        night: count(load.night),
        asleep: count(load.asleep),
        first: hours(minutes.first),
        behind: hours(minutes.behind),
    }
}

/// What a person is called.
pub(crate) fn person_name(directory: &Directory, person: PersonId, t: Say) -> String {
    let found = directory.person(person);
    found.map_or_else(|| t.get("reports-gone-person"), |person| person.display_name())
}
