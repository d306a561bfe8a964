//! How fast alerts are taken and ended, how many there are, when, and whose.

use askama::Template;
use axum::Extension;
use firebell_domain::alert::Priority;
use firebell_domain::directory::Directory;
use firebell_domain::group::GroupId;
use firebell_domain::integration::IntegrationId;
use firebell_ui::part::{Art, Badge, Empty};
use firebell_ui::{Answer, Area, Frame, Query, Say, Visit, page};

use crate::ask::{Asked, Top, is_empty};
use crate::chart::{Day, Days, Share, Week};
use crate::figures::{Counts, Figures, Part, Times};
use crate::shelf::{Age, Shelf};
use crate::text::{count, mean_span, share, span};
use crate::words::WORDS;

/// Groups and integrations that are listed; the file has them all.
const ROWS: usize = 25;

/// The page.
#[derive(Template)]
#[template(path = "response.html")]
struct Page {
    frame: Frame,
    t: Say,
    top: Top,
    lead: String,
    empty: Option<Empty>,
    cards: Vec<Card>,
    days: Option<Days>,
    day_rows: Vec<[String; 3]>,
    week: Option<Week>,
    week_rows: Vec<(String, Vec<u32>)>,
    priorities: Vec<PriorityRow>,
    sources: Vec<NamedRow>,
    groups: Vec<NamedRow>,
    more_groups: Option<String>,
    csv: Vec<(String, String)>,
}

/// A number with what it means.
pub(crate) struct Card {
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) more: String,
}

struct PriorityRow {
    badge: Badge,
    alerts: String,
    acknowledged: [String; 3],
    closed: [String; 3],
    escalated: String,
}

struct NamedRow {
    name: String,
    href: Option<String>,
    bar: Share,
    alerts: String,
    share: String,
    acknowledged: String,
    escalated: String,
    unattended: String,
}

/// `GET /reports`.
pub(crate) async fn show(visit: Visit, query: Query, Extension(shelf): Extension<Shelf>) -> Answer {
    let asked = Asked::read(&visit, &query)?;
    let answer = asked.answer(&visit, &shelf, (Part::Response, Age::Shown)).await?;
    let t = visit.say(&WORDS);
    let top = asked.top(&visit, Part::Response, answer.as_ref());
    let frame = visit.frame(t.get("reports-title"), Area::Reports);
    let none = Figures::default();
    let figures = answer.as_ref().map_or(&none, |answer| &answer.figures);
    let is_asked = answer.is_some();
    let shown = |rows: &Vec<_>| rows.len().min(ROWS);
    let most = figures.by_group.first().map_or(0, |(_, counts)| counts.alerts);
    let groups = figures.by_group.iter().take(shown(&figures.by_group));
    let groups = groups.map(|(id, counts)| {
        let (name, href) = group_name(&visit, &asked, *id, t);
        named(name, href, counts, most, figures.all.alerts)
    });
    let most = figures.by_source.first().map_or(0, |(_, counts)| counts.alerts);
    let sources = figures.by_source.iter().take(ROWS).map(|(id, counts)| {
        let (name, href) = source_name(&visit, *id, t);
        named(name, href, counts, most, figures.all.alerts)
    });
    let more = i64::try_from(figures.by_group.len().saturating_sub(ROWS)).unwrap_or(0);
    let export = |key: &str, figure: &str| {
        (t.get(key), visit.href(&asked.path(&format!("reports/csv/{figure}"))))
    };
    Ok(page(&Page {
        lead: lead(figures, t),
        empty: empty(figures, is_asked, t),
        cards: cards(figures, t),
        days: (figures.by_day.len() > 1).then(|| days(figures, &asked, t)),
        day_rows: day_rows(figures),
        week: (!is_empty(figures)).then(|| week(figures, t)),
        week_rows: week_rows(figures, t),
        priorities: priorities(figures, t),
        sources: sources.collect(),
        groups: groups.collect(),
        more_groups: (more > 0).then(|| t.n("reports-more-groups", more)),
        csv: vec![
            export("reports-csv-summary", "summary"),
            export("reports-csv-days", "days"),
            export("reports-csv-week", "week"),
            export("reports-csv-sources", "sources"),
            export("reports-csv-groups", "groups"),
        ],
        frame,
        t,
        top,
    }))
}

/// In place of figures when there are none.
pub(crate) fn empty(figures: &Figures, is_asked: bool, t: Say) -> Option<Empty> {
    let text = if is_asked { "reports-none-text" } else { "reports-unknown-text" };
    is_empty(figures).then(|| Empty::new(t.get("reports-none"), t.get(text)).art(Art::Chart))
}

fn lead(figures: &Figures, t: Say) -> String {
    let all = &figures.all;
    if all.alerts == 0 {
        return t.get("reports-lead-none");
    }
    if figures.acknowledged.count == 0 {
        return t.na("reports-lead-nobody", all.alerts, &[("count", &count(all.alerts))]);
    }
    let median = span(t, figures.acknowledged.median);
    let escalated = share(all.escalated, all.alerts);
    let args = [
        ("count", count(all.alerts)),
        ("median", median),
        ("acknowledged", share(all.acknowledged, all.alerts)),
        ("escalated", escalated),
    ];
    let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
    t.na("reports-lead", all.alerts, &args)
}

fn cards(figures: &Figures, t: Say) -> Vec<Card> {
    let all = &figures.all;
    let timed = |label: &str, times: &Times| Card {
        label: t.get(label),
        value: if times.count == 0 { "–".to_owned() } else { span(t, times.median) },
        more: if times.count == 0 {
            String::new()
        } else {
            let (p90, mean) = (span(t, times.p90), mean_span(t, times.mean));
            t.a(
                "reports-p90-mean",
                &[("p90", &p90), ("mean", &mean), ("count", &count(times.count))],
            )
        },
    };
    let part = |label: &str, n: u32| Card {
        label: t.get(label),
        value: share(n, all.alerts),
        more: t.a("reports-of-alerts", &[("count", &count(n)), ("all", &count(all.alerts))]),
    };
    vec![
        timed("reports-mtta", &figures.acknowledged),
        timed("reports-mttr", &figures.closed),
        part("reports-acknowledged", all.acknowledged),
        part("reports-escalated", all.escalated),
        part("reports-unattended", all.unattended),
        part("reports-missed", all.missed),
    ]
}

fn days(figures: &Figures, asked: &Asked, t: Say) -> Days {
    let mut days = Vec::new();
    let mut date = asked.period.first;
    while date <= asked.period.last {
        let (whole, part) = figures.by_day.get(&date).copied().unwrap_or_default();
        let (label, all, high) = (date.to_string(), count(whole), count(part));
        let tip = t.a("reports-day-tip", &[("day", &label), ("count", &all), ("high", &high)]);
        days.push(Day { label, whole, part, tip });
        match date.tomorrow() {
            Ok(next) => date = next,
            Err(_) => break,
        }
    }
    Days::new(t.get("reports-days-chart"), &days)
}

fn day_rows(figures: &Figures) -> Vec<[String; 3]> {
    let row = |(date, (all, high)): (&jiff::civil::Date, &(u32, u32))| {
        [date.to_string(), count(*all), count(*high)]
    };
    figures.by_day.iter().map(row).collect()
}

/// The names of the days from Monday.
pub(crate) fn weekdays(t: Say) -> Vec<String> {
    t.get("reports-weekdays").split_whitespace().map(str::to_owned).collect()
}

fn week(figures: &Figures, t: Say) -> Week {
    Week::new(t.get("reports-week-chart"), &weekdays(t), &figures.week, |day, hour, n| {
        let hour = format!("{hour:02}:00");
        t.a("reports-week-tip", &[("day", day), ("hour", &hour), ("count", &count(n))])
    })
}

fn week_rows(figures: &Figures, t: Say) -> Vec<(String, Vec<u32>)> {
    weekdays(t).into_iter().zip(figures.week.iter().map(|hours| hours.to_vec())).collect()
}

fn priorities(figures: &Figures, t: Say) -> Vec<PriorityRow> {
    let three = |times: &Times| match times.count {
        0 => ["–", "–", "–"].map(str::to_owned),
        _ => [span(t, times.median), span(t, times.p90), mean_span(t, times.mean)],
    };
    let all = [Priority::High, Priority::Medium, Priority::Low].into_iter();
    all.zip(&figures.by_priority)
        .map(|(priority, (counts, acknowledged, closed))| PriorityRow {
            badge: Badge::priority(priority, t),
            alerts: count(counts.alerts),
            acknowledged: three(acknowledged),
            closed: three(closed),
            escalated: share(counts.escalated, counts.alerts),
        })
        .collect()
}

fn named(name: String, href: Option<String>, counts: &Counts, most: u32, all: u32) -> NamedRow {
    NamedRow {
        name,
        href,
        bar: Share::new(counts.alerts.into(), most.into(), None),
        alerts: count(counts.alerts),
        share: share(counts.alerts, all),
        acknowledged: share(counts.acknowledged, counts.alerts),
        escalated: share(counts.escalated, counts.alerts),
        unattended: share(counts.unattended, counts.alerts),
    }
}

/// A group's name, and the way to its own report.
fn group_name(
    visit: &Visit,
    asked: &Asked,
    id: Option<[u8; 16]>,
    t: Say,
) -> (String, Option<String>) {
    let Some(id) = id else { return (t.get("reports-no-group"), None) };
    let Some(group) = visit.directory.group(GroupId::from_bytes(id)) else {
        return (t.get("reports-gone-group"), None);
    };
    let mut pairs = asked.period.pairs();
    pairs.push(("group", group.target_name.to_string()));
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let query = Query::default().with(&pairs);
    (group.target_name.to_string(), Some(visit.href(&format!("reports{query}"))))
}

fn source_name(visit: &Visit, id: [u8; 16], t: Say) -> (String, Option<String>) {
    let id = IntegrationId::from_bytes(id);
    match visit.directory.integration(id) {
        Some(found) => (found.name.to_string(), Some(visit.href(&format!("integrations/{id}")))),
        None => (t.get("reports-gone-source"), None),
    }
}

/// What a group is called in a file.
pub(crate) fn plain_group(directory: &Directory, id: Option<[u8; 16]>, t: Say) -> String {
    match id {
        None => t.get("reports-no-group"),
        Some(id) => directory
            .group(GroupId::from_bytes(id))
            .map_or_else(|| t.get("reports-gone-group"), |group| group.target_name.to_string()),
    }
}

/// What an integration is called in a file.
pub(crate) fn plain_source(directory: &Directory, id: [u8; 16], t: Say) -> String {
    let found = directory.integration(IntegrationId::from_bytes(id));
    found.map_or_else(|| t.get("reports-gone-source"), |found| found.name.to_string())
}
