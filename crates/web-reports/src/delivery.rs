//! What became of notifications, by channel.

use askama::Template;
use axum::Extension;
use firebell_ui::part::Empty;
use firebell_ui::{Answer, Area, Frame, Query, Say, Visit, page};

use crate::ask::{Asked, Top};
use crate::chart::Share;
use crate::facts::Channel;
use crate::figures::{Figures, Part, Sent};
use crate::response::empty;
use crate::shelf::{Age, Shelf};
use crate::text::{count, share, tenths};
use crate::words::WORDS;

#[derive(Template)]
#[template(path = "delivery.html")]
struct Page {
    frame: Frame,
    t: Say,
    top: Top,
    lead: String,
    empty: Option<Empty>,
    rows: Vec<Row>,
    csv: Vec<(String, String)>,
}

struct Row {
    name: String,
    bar: Share,
    rate: String,
    sent: String,
    delivered: String,
    failed: String,
    cancelled: String,
    pending: String,
    median: String,
    p90: String,
}

/// `GET /reports/delivery`.
pub(crate) async fn show(visit: Visit, query: Query, Extension(shelf): Extension<Shelf>) -> Answer {
    let asked = Asked::read(&visit, &query)?;
    let answer = asked.answer(&visit, &shelf, (Part::Delivery, Age::Shown)).await?;
    let t = visit.say(&WORDS);
    let none = Figures::default();
    let figures = answer.as_ref().map_or(&none, |answer| &answer.figures);
    let all = figures.channels.iter().fold((0, 0), |(delivered, failed), sent| {
        (delivered + sent.delivered, failed + sent.failed)
    });
    let lead = match all {
        (0, 0) => t.get("reports-delivery-lead-none"),
        (delivered, failed) => {
            let (rate, sent) = (share(delivered, delivered + failed), count(delivered + failed));
            t.a(
                "reports-delivery-lead",
                &[("rate", &rate), ("sent", &sent), ("failed", &count(failed))],
            )
        }
    };
    let used = Channel::ALL.into_iter().zip(&figures.channels);
    let rows: Vec<Row> = used
        .filter(|(_, sent)| **sent != Sent::default())
        .map(|(channel, sent)| row(channel, sent, t))
        .collect();
    let is_empty = rows.is_empty();
    Ok(page(&Page {
        frame: visit.frame(t.get("reports-title"), Area::Reports),
        top: asked.top(&visit, Part::Delivery, answer.as_ref()),
        lead,
        empty: if is_empty { empty(&none, answer.is_some(), t) } else { None },
        rows,
        csv: vec![(t.get("reports-csv-channels"), visit.href(&asked.path("reports/csv/channels")))],
        t,
    }))
}

fn row(channel: Channel, sent: &Sent, t: Say) -> Row {
    let ended = sent.delivered + sent.failed;
    Row {
        name: channel_name(channel, t),
        bar: Share::new(sent.delivered.into(), ended.into(), None),
        rate: share(sent.delivered, ended),
        sent: count(ended),
        delivered: count(sent.delivered),
        failed: count(sent.failed),
        cancelled: count(sent.cancelled),
        pending: count(sent.pending),
        median: tenths(t, sent.median),
        p90: tenths(t, sent.p90),
    }
}

/// What a channel is called.
pub(crate) fn channel_name(channel: Channel, t: Say) -> String {
    t.get(match channel {
        Channel::Email => "reports-channel-email",
        Channel::Webhook => "reports-channel-webhook",
        Channel::Sms => "reports-channel-sms",
        Channel::Voice => "reports-channel-voice",
        Channel::Gone => "reports-channel-gone",
    })
}
