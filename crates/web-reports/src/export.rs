//! The figures as files.

use std::sync::Arc;

use axum::Extension;
use axum::extract::Path;
use firebell_domain::directory::Directory;
use firebell_ui::{Answer, Query, Say, Visit};

use crate::ask::Asked;
use crate::csv;
use crate::delivery::channel_name;
use crate::facts::Channel;
use crate::figures::{Counts, Figures, Part, Times};
use crate::load::{carried, person_name};
use crate::noise::{key_of, samples};
use crate::response::{plain_group, plain_source, weekdays};
use crate::shelf::{Age, Found, Shelf};
use crate::words::WORDS;

type Rows = Box<dyn Iterator<Item = Vec<String>> + Send>;

/// `GET /reports/csv/{figure}`.
pub(crate) async fn send(
    visit: Visit,
    query: Query,
    Path(figure): Path<String>,
    Extension(shelf): Extension<Shelf>,
) -> Answer {
    let asked = Asked::read(&visit, &query)?;
    let t = visit.say(&WORDS);
    let part = match figure.as_str() {
        "summary" | "days" | "week" | "sources" | "groups" => Part::Response,
        "people" => Part::Load,
        "channels" => Part::Delivery,
        "keys" => Part::Noise,
        _ => return Err(visit.missing(&t.get("reports-figure"))),
    };
    let answer = asked.answer(&visit, &shelf, (part, Age::Newest)).await?;
    let Some(Found { figures, .. }) = answer else {
        return Err(visit.missing(&t.get("reports-a-group")));
    };
    let directory = Arc::clone(&visit.directory);
    let rows: Rows = match figure.as_str() {
        "summary" => summary(&figures),
        "days" => days(&figures),
        "week" => week(&figures, t),
        "sources" => sources(&figures, directory, t),
        "groups" => groups(&figures, directory, t),
        "people" => people(&figures, directory, t),
        "channels" => channels(&figures, t),
        _ => keys(&visit, &figures, t).await?,
    };
    Ok(csv::answer(&format!("firebell-{figure}"), rows))
}

fn head(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn with_head(names: &[&str], rows: impl Iterator<Item = Vec<String>> + Send + 'static) -> Rows {
    Box::new(std::iter::once(head(names)).chain(rows))
}

const COUNTS: [&str; 7] = [
    "alerts",
    "acknowledged",
    "escalated",
    "ended_by_source_unacknowledged",
    "expired_unacknowledged",
    "open",
    "events",
];

fn counted(name: String, counts: &Counts) -> Vec<String> {
    let Counts { alerts, acknowledged, escalated, unattended, missed, open, events } = counts;
    let all = [alerts, acknowledged, escalated, unattended, missed, open, events];
    std::iter::once(name).chain(all.map(u32::to_string)).collect()
}

fn summary(figures: &Figures) -> Rows {
    let timed = |times: &Times| {
        let Times { count, median, p90, mean } = times;
        if *count == 0 {
            return vec!["0".to_owned(), String::new(), String::new(), String::new()];
        }
        vec![count.to_string(), median.to_string(), p90.to_string(), format!("{mean:.1}")]
    };
    let row = |name: &str, counts: &Counts, to_ack: &Times, to_end: &Times| {
        [counted(name.to_owned(), counts), timed(to_ack), timed(to_end)].concat()
    };
    let mut rows = vec![row("all", &figures.all, &figures.acknowledged, &figures.closed)];
    for (name, (counts, to_ack, to_end)) in
        ["high", "medium", "low"].iter().zip(&figures.by_priority)
    {
        rows.push(row(name, counts, to_ack, to_end));
    }
    let times = [
        "timed_to_acknowledge",
        "seconds_to_acknowledge_median",
        "seconds_to_acknowledge_p90",
        "seconds_to_acknowledge_mean",
        "timed_to_end",
        "seconds_to_end_median",
        "seconds_to_end_p90",
        "seconds_to_end_mean",
    ];
    let names = [&["priority"][..], &COUNTS, &times].concat();
    with_head(&names, rows.into_iter())
}

fn days(figures: &Figures) -> Rows {
    let rows = figures.by_day.clone().into_iter();
    let row = |(day, (all, high)): (jiff::civil::Date, (u32, u32))| {
        vec![day.to_string(), all.to_string(), high.to_string()]
    };
    with_head(&["day", "alerts", "high_priority"], rows.map(row))
}

fn week(figures: &Figures, t: Say) -> Rows {
    let rows = weekdays(t).into_iter().zip(figures.week).flat_map(|(day, hours)| {
        let row = move |(hour, count): (usize, u32)| {
            vec![day.clone(), hour.to_string(), count.to_string()]
        };
        hours.into_iter().enumerate().map(row)
    });
    with_head(&["weekday", "hour", "alerts"], rows)
}

fn sources(figures: &Figures, directory: Arc<Directory>, t: Say) -> Rows {
    let row =
        move |(id, counts): ([u8; 16], Counts)| counted(plain_source(&directory, id, t), &counts);
    let names = [&["integration"][..], &COUNTS].concat();
    with_head(&names, figures.by_source.clone().into_iter().map(row))
}

fn groups(figures: &Figures, directory: Arc<Directory>, t: Say) -> Rows {
    let row = move |(id, counts): (Option<[u8; 16]>, Counts)| {
        counted(plain_group(&directory, id, t), &counts)
    };
    let names = [&["group"][..], &COUNTS].concat();
    with_head(&names, figures.by_group.clone().into_iter().map(row))
}

fn people(figures: &Figures, directory: Arc<Directory>, t: Say) -> Rows {
    let has_hours = figures.on_call.is_some();
    let rows = carried(figures).into_iter().map(move |one| {
        let found = directory.person(one.person);
        let login = found.map(|person| person.target_name.to_string()).unwrap_or_default();
        let hour = |minutes: i64| if has_hours { minutes.to_string() } else { String::new() };
        vec![
            person_name(&directory, one.person, t),
            login,
            one.load.alerts.to_string(),
            one.load.night.to_string(),
            one.load.asleep.to_string(),
            hour(one.minutes.first),
            hour(one.minutes.behind),
        ]
    });
    let names = [
        "name",
        "user",
        "interruptions",
        "at_night",
        "in_hours_of_sleep",
        "minutes_first_on_call",
        "minutes_behind_the_first",
    ];
    with_head(&names, rows)
}

fn channels(figures: &Figures, t: Say) -> Rows {
    let rows = Channel::ALL.into_iter().zip(figures.channels).map(move |(channel, sent)| {
        let seconds = |tenths: u32| format!("{}.{}", tenths / 10, tenths % 10);
        vec![
            channel_name(channel, t),
            (sent.delivered + sent.failed).to_string(),
            sent.delivered.to_string(),
            sent.failed.to_string(),
            sent.cancelled.to_string(),
            sent.pending.to_string(),
            seconds(sent.median),
            seconds(sent.p90),
        ]
    });
    let names = [
        "channel",
        "sent",
        "delivered",
        "failed",
        "called_off",
        "waiting",
        "seconds_median",
        "seconds_p90",
    ];
    with_head(&names, rows)
}

async fn keys(visit: &Visit, figures: &Figures, t: Say) -> Result<Rows, firebell_ui::Refusal> {
    let samples = samples(visit, &figures.keys).await?;
    let rows = figures.keys.clone().into_iter().zip(samples).map(move |(key, alert)| {
        vec![
            key_of(alert.as_ref(), t),
            alert.map(|alert| alert.summary).unwrap_or_default(),
            key.alerts.to_string(),
            key.events.to_string(),
            key.number.to_string(),
        ]
    });
    Ok(with_head(&["dedup_key", "newest_summary", "alerts", "events", "newest_alert"], rows))
}
