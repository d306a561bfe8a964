//! One instance, as operators see it.

use askama::Template;
use axum::extract::Path;
use firebell_domain::person::LicenceType;
use firebell_ui::part::{Button, Crumbs, Notice};
use firebell_ui::{Answer, Area, Frame, Say, Visit, page};

use super::create::region_name;
use super::instance_of;
use crate::licences::{Card, card, lead, unconfirmed};
use crate::numbers::numbers;
use crate::who;
use crate::words::WORDS;

#[derive(Debug, Template)]
#[template(path = "operator_instance.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    lead: String,
    notice: Option<Notice>,
    facts: Vec<(String, String)>,
    cards: Vec<(Card, Button)>,
    audit: String,
}

/// `GET /operator/instances/{id}`
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Answer {
    who::operate(&visit)?;
    let t = visit.say(&WORDS);
    let directory = instance_of(&visit, &id)?;
    let numbers = numbers(&visit, &directory).await?;
    let instance = &directory.instance;
    let name = instance.name.to_string();
    let facts = vec![
        (t.get("control-instance-id"), instance.id.to_string()),
        (t.get("control-region"), region_name(t, instance.region)),
        (t.get("control-created"), visit.when(instance.created).clock),
        (t.get("control-revision"), directory.revision.to_string()),
        (t.get("control-people"), directory.people().len().to_string()),
        (t.get("control-groups"), directory.groups().len().to_string()),
    ];
    let change = |licence: LicenceType| {
        let href = format!("operator/instances/{}/{}", instance.id, licence.word());
        let label = crate::text::licence_name(t, licence);
        Button::link(t.get("control-change-entitlement"), visit.href(&href))
            .label(t.a("control-change-entitlement-of", &[("type", &label)]))
    };
    let cards = numbers
        .quotas
        .list
        .iter()
        .map(|quota| (card(&visit, quota, &numbers), change(quota.licence)))
        .collect();
    Ok(page(&Page {
        frame: visit.frame(name.clone(), Area::Operator),
        t,
        crumbs: Crumbs::new(vec![(t.get("control-operator"), visit.href("operator"))]),
        lead: lead(&visit, &numbers),
        notice: unconfirmed(&visit, &numbers),
        facts,
        cards,
        audit: visit.href(&format!("operator/audit?instance={name}")),
    }))
}
