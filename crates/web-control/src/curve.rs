//! How many licences were held and allotted over time: from the ledger and from the configuration log.

use askama::Template;
use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_config::revisions::AllotmentStep;
use firebell_config::seat_history::Curve;
use firebell_domain::licence::Allotment;
use firebell_domain::person::LicenceType;
use firebell_ui::part::{Notice, Tab, Tabs};
use firebell_ui::{Answer, Area, Frame, Query, Say, Visit, When, page};

use crate::licences::{cause_words, tabs};
use crate::numbers::{Unanswered, asked_in_time};
use crate::svg::CurveDrawing;
use crate::text::{self, Link};
use crate::who;
use crate::words::WORDS;

/// Days that can be looked at.
const DAYS: [u16; 3] = [30, 90, 365];
/// Steps of an allotment that are listed.
const STEPS_MAX: usize = 50;
const DAY_SECONDS: i64 = 86_400;

#[derive(Debug, Template)]
#[template(path = "curve.html")]
struct Page {
    frame: Frame,
    t: Say,
    tabs: Tabs,
    spans: Tabs,
    lead: String,
    notice: Option<Notice>,
    types: Vec<Type>,
}

/// One type of licences.
#[derive(Debug)]
struct Type {
    name: String,
    sentence: String,
    drawing: CurveDrawing,
    steps: Vec<Step>,
}

/// A change of the allotment.
#[derive(Debug)]
struct Step {
    revision: Link,
    when: When,
    author: Link,
    reason: String,
    terms: String,
}

/// `GET /licences/history`
pub(crate) async fn show(visit: Visit, query: Query) -> Answer {
    who::administer(&visit)?;
    let t = visit.say(&WORDS);
    let days = query.text("days").parse().ok().filter(|days| DAYS.contains(days)).unwrap_or(90);
    let (types, notice) = match asked_in_time(read(&visit, days)).await {
        Ok(found) => {
            let types = found.iter().map(|(curve, steps)| one(&visit, curve, steps, days));
            (types.collect(), None)
        }
        Err(Unanswered::Failed(error)) => return Err(visit.refused(error)),
        Err(Unanswered::Unsure(cause)) => {
            let text = t.a("control-curve-unsure", &[("cause", &cause_words(t, cause))]);
            (Vec::new(), Some(Notice::info(t.get("control-unconfirmed"), text)))
        }
    };
    let spans = DAYS.into_iter().map(|span| Tab {
        label: t.n("control-days", i64::from(span)),
        href: query.with(&[("days", &span.to_string())]),
        current: span == days,
    });
    Ok(page(&Page {
        frame: visit.frame(t.get("control-tab-curve"), Area::Licences),
        t,
        tabs: tabs(&visit, "licences/history"),
        spans: Tabs::new(t.get("control-span"), spans.collect()),
        lead: t.n("control-curve-lead", i64::from(days)),
        notice,
        types,
    }))
}

async fn read(
    visit: &Visit,
    days: u16,
) -> Result<Vec<(Curve, Vec<AllotmentStep>)>, firebell_config::ConfigError> {
    let (authority, no) = (&visit.ui.authority, visit.directory.instance.no);
    let mut found = Vec::new();
    for curve in authority.seat_curves(no, days, visit.now).await? {
        let steps = authority.allotments(no, curve.licence, STEPS_MAX).await?;
        found.push((curve, steps));
    }
    Ok(found)
}

fn one(visit: &Visit, curve: &Curve, steps: &[AllotmentStep], days: u16) -> Type {
    let t = visit.say(&WORDS);
    let name = licence(t, curve.licence);
    let begin = add_seconds(visit.now, -i64::from(days) * DAY_SECONDS);
    let allotted: Vec<Option<u32>> = (0..=i64::from(days))
        .map(|day| allotted_at(steps, add_seconds(begin, day * DAY_SECONDS)))
        .collect();
    let number = |n: Option<&u32>| n.copied().unwrap_or(0).to_string();
    let (first, last) = (number(curve.held.first()), number(curve.held.last()));
    let (taken, released) = (curve.taken.to_string(), curve.released.to_string());
    let args = [
        ("first", first.as_str()),
        ("last", last.as_str()),
        ("taken", taken.as_str()),
        ("released", released.as_str()),
    ];
    let sentence = t.na("control-curve-sentence", i64::from(days), &args);
    let ends = (visit.when(begin).clock, t.get("control-now"));
    Type {
        drawing: CurveDrawing::new(format!("{name}: {sentence}"), &curve.held, &allotted, ends),
        name,
        sentence,
        steps: steps.iter().map(|one| step(visit, one)).collect(),
    }
}

/// How many were allotted then; none if that was unlimited, or nobody knows.
fn allotted_at(steps: &[AllotmentStep], at: Timestamp) -> Option<u32> {
    let step = steps.iter().find(|step| step.at <= at)?;
    match step.entitlement.as_ref()?.allotment {
        Allotment::Limited(most) => Some(most),
        Allotment::Unlimited => None,
    }
}

fn step(visit: &Visit, one: &AllotmentStep) -> Step {
    let href = Some(text::revision_href(visit, one.revision));
    Step {
        revision: Link { text: one.revision.to_string(), href },
        when: visit.when(one.at),
        author: text::author(visit, &one.author),
        reason: one.reason.clone(),
        terms: text::terms(visit, one.entitlement.as_ref()),
    }
}

fn licence(t: Say, licence: LicenceType) -> String {
    text::licence_name(t, licence)
}

#[cfg(test)]
mod tests {
    use firebell_domain::directory::Revision;
    use firebell_domain::licence::Entitlement;

    use super::*;

    #[test]
    fn what_was_allotted_at_an_instant() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let step = |time: &str, allotment: Option<Allotment>| AllotmentStep {
            revision: Revision::default(),
            at: at(time),
            author: String::new(),
            reason: String::new(),
            entitlement: allotment.map(|allotment| Entitlement {
                allotment,
                ..Entitlement::unlimited(LicenceType::FullUser)
            }),
        };
        let steps = [
            step("2026-04-01T00:00:00Z", None),
            step("2026-03-01T00:00:00Z", Some(Allotment::Limited(5))),
            step("2026-02-01T00:00:00Z", Some(Allotment::Unlimited)),
        ];
        for (time, expected) in [
            ("2026-01-01T00:00:00Z", None),
            ("2026-02-10T00:00:00Z", None),
            ("2026-03-01T00:00:00Z", Some(5)),
            ("2026-03-31T00:00:00Z", Some(5)),
            ("2026-04-01T00:00:00Z", None),
        ] {
            assert_eq!(allotted_at(&steps, at(time)), expected, "{time}");
        }
    }
}
