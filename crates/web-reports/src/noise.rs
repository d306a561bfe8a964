//! What speaks most: the keys with the most alerts, and how much ends without anybody.

use askama::Template;
use axum::Extension;
use firebell_domain::alert::Alert;
use firebell_store::{Error, ReadTx, alerts};
use firebell_ui::part::Empty;
use firebell_ui::{Answer, Area, Frame, Query, Refusal, Say, Visit, page};

use crate::ask::{Asked, Top};
use crate::chart::Share;
use crate::figures::{Figures, Key, Part};
use crate::response::{Card, empty};
use crate::shelf::{Age, Shelf};
use crate::text::{count, share};
use crate::words::WORDS;

/// Keys of the page; the file has more.
const ROWS: usize = 25;

#[derive(Template)]
#[template(path = "noise.html")]
struct Page {
    frame: Frame,
    t: Say,
    top: Top,
    lead: String,
    empty: Option<Empty>,
    cards: Vec<Card>,
    rows: Vec<Row>,
    csv: Vec<(String, String)>,
}

struct Row {
    key: String,
    summary: String,
    href: Option<String>,
    bar: Share,
    alerts: String,
    events: String,
}

/// `GET /reports/noise`.
pub(crate) async fn show(visit: Visit, query: Query, Extension(shelf): Extension<Shelf>) -> Answer {
    let asked = Asked::read(&visit, &query)?;
    let answer = asked.answer(&visit, &shelf, (Part::Noise, Age::Shown)).await?;
    let t = visit.say(&WORDS);
    let none = Figures::default();
    let figures = answer.as_ref().map_or(&none, |answer| &answer.figures);
    let keys: Vec<Key> = figures.keys.iter().take(ROWS).copied().collect();
    let samples = samples(&visit, &keys).await?;
    let most = keys.first().map_or(0, |key| key.alerts);
    let top_alerts: u32 = keys.iter().take(10).map(|key| key.alerts).sum();
    let row = |(key, alert): (&Key, &Option<Alert>)| Row {
        key: key_of(alert.as_ref(), t),
        summary: alert.as_ref().map(|alert| alert.summary.clone()).unwrap_or_default(),
        href: alert.as_ref().map(|alert| visit.href(&format!("alerts/{}", alert.id))),
        bar: Share::new(key.alerts.into(), most.into(), None),
        alerts: count(key.alerts),
        events: count(key.events),
    };
    let lead = match figures.all.alerts {
        0 => t.get("reports-lead-none"),
        all => {
            t.a("reports-noise-lead", &[("share", &share(top_alerts, all)), ("count", &count(all))])
        }
    };
    Ok(page(&Page {
        frame: visit.frame(t.get("reports-title"), Area::Reports),
        top: asked.top(&visit, Part::Noise, answer.as_ref()),
        lead,
        empty: empty(figures, answer.is_some(), t),
        cards: cards(figures, t),
        rows: keys.iter().zip(&samples).map(row).collect(),
        csv: vec![(t.get("reports-csv-keys"), visit.href(&asked.path("reports/csv/keys")))],
        t,
    }))
}

/// The newest alert of each key; none for those that are not kept any more.
pub(crate) async fn samples(visit: &Visit, keys: &[Key]) -> Result<Vec<Option<Alert>>, Refusal> {
    let (no, numbers) = (visit.claims.instance, keys.to_vec());
    let read = move |tx: &mut ReadTx<'_>| {
        let one = |key: &Key| alerts::by_number(tx, no, i64::from(key.number));
        numbers.iter().map(one).collect::<Result<Vec<_>, Error>>()
    };
    Ok(visit.ui.db.read("reports.samples", read).await?)
}

/// The key an alert speaks under.
pub(crate) fn key_of(alert: Option<&Alert>, t: Say) -> String {
    let key = alert.and_then(|alert| alert.dedup_key.clone());
    key.unwrap_or_else(|| t.get("reports-gone-key"))
}

fn cards(figures: &Figures, t: Say) -> Vec<Card> {
    let all = &figures.all;
    let folded = all.events.saturating_sub(all.alerts);
    vec![
        Card {
            label: t.get("reports-unattended"),
            value: share(all.unattended, all.alerts),
            more: t.a(
                "reports-of-alerts",
                &[("count", &count(all.unattended)), ("all", &count(all.alerts))],
            ),
        },
        Card {
            label: t.get("reports-folded"),
            value: share(folded, all.events),
            more: t
                .a("reports-of-events", &[("count", &count(folded)), ("all", &count(all.events))]),
        },
    ]
}
