//! A new instance: entered, shown once more with what follows from it, then made.

use askama::Template;
use axum::http::StatusCode;
use firebell_config::Intent;
use firebell_domain::instance::{Region, is_instance_name};
use firebell_ui::part::{Choice, Crumbs, Faults, Field, Notice};
use firebell_ui::write::{WriteKind, fault};
use firebell_ui::{Answer, Area, Form, Frame, Say, Visit, page, page_with};

use super::author;
use crate::who;
use crate::words::WORDS;

/// Characters of a name.
const NAME_MAX: usize = 63;
/// Characters of a reason.
const REASON_MAX: usize = 1_024;

#[derive(Debug, Template)]
#[template(path = "operator_create.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    faults: Faults,
    notice: Option<Notice>,
    action: String,
    fields: Vec<Field>,
    /// What is about to be made, if it only has to be confirmed.
    confirm: Option<Confirm>,
}

#[derive(Debug)]
struct Confirm {
    sentence: String,
    follows: Vec<String>,
    warning: Option<Notice>,
    back: String,
}

/// What was entered.
#[derive(Debug, Clone, Default)]
struct Entered {
    name: String,
    region: String,
    reason: String,
}

/// `GET /operator/new`
pub(crate) async fn show(visit: Visit) -> Answer {
    who::operate(&visit)?;
    let entered = Entered { region: Region::default().word().to_owned(), ..Entered::default() };
    Ok(page(&form(&visit, &entered, Faults::new(visit.say(&WORDS)), None)))
}

/// `POST /operator/new`
pub(crate) async fn make(visit: Visit, given: Form) -> Answer {
    who::operate_now(&visit).await?;
    let t = visit.say(&WORDS);
    let entered = Entered {
        name: given.text("name").to_owned(),
        region: given.text("region").to_owned(),
        reason: given.text("reason").to_owned(),
    };
    let mut faults = Faults::new(t);
    let name = firebell_domain::name::cut(&entered.name, NAME_MAX + 1);
    if !is_instance_name(&name) {
        faults.add("name", t.get("control-create-name-fault"));
    } else if visit.ui.snapshots.by_name(&name).is_some() {
        faults.add("name", t.get("control-create-name-taken"));
    }
    let region = Region::from_word(&entered.region);
    let Some(region) = region.filter(|_| faults.is_empty()) else {
        if region.is_none() {
            faults.add("region", t.get("control-create-region-fault"));
        }
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(page_with(status, &form(&visit, &entered, faults, None)));
    };
    if given.text("do") != "create" {
        return Ok(page(&confirmed(&visit, &entered, region)));
    }
    let reason = match entered.reason.as_str() {
        "" => t.get("control-create-reason-default"),
        given => given.to_owned(),
    };
    let by = author(&visit, &reason);
    let made =
        visit.ui.authority.create_instance(&name, region, Intent::from(&by), visit.now).await;
    match made {
        Ok(made) => {
            let path = format!("operator/instances/{}", made.instance.id);
            let text = t.a("control-created-toast", &[("instance", &name)]);
            let response = visit.lead(&path);
            // Whoever made the second instance may not operate the server any more.
            let operates = who::operate(&visit).is_ok();
            let response = if operates { response } else { visit.lead("licences") };
            Ok(visit.toast(response, text))
        }
        Err(error) => {
            let refused = fault(&visit, error);
            if refused.kind != WriteKind::Invalid {
                let notice = Notice::wrong(refused.word, refused.text);
                let shown = form(&visit, &entered, faults, Some(notice));
                return Ok(page_with(refused.status, &shown));
            }
            for (field, message) in refused.fields {
                faults.add(field, message);
            }
            Ok(page_with(refused.status, &form(&visit, &entered, faults, None)))
        }
    }
}

fn form(visit: &Visit, entered: &Entered, faults: Faults, notice: Option<Notice>) -> Page {
    let t = visit.say(&WORDS);
    let regions = [Region::Apac, Region::Emea, Region::Na]
        .into_iter()
        .map(|one| Choice::new(one.word(), region_name(t, one), entered.region == one.word()));
    let fields = vec![
        Field::text("name", t.get("control-create-name"))
            .value(entered.name.clone())
            .hint(t.get("control-create-name-hint"))
            .error(faults.of("name"))
            .max(NAME_MAX)
            .required()
            .mono(),
        Field::one("region", t.get("control-region"), regions.collect()).error(faults.of("region")),
        Field::text("reason", t.get("control-reason"))
            .value(entered.reason.clone())
            .max(REASON_MAX),
    ];
    Page { faults, notice, fields, ..bare(visit) }
}

fn confirmed(visit: &Visit, entered: &Entered, region: Region) -> Page {
    let t = visit.say(&WORDS);
    let name = &entered.name;
    let region_name = region_name(t, region);
    let warning = visit.ui.operator_instance.is_none().then(|| {
        let own = visit.directory.instance.name.to_string();
        let text = t.a("control-create-warning", &[("instance", &own)]);
        Notice::wrong(t.get("control-create-warning-word"), text)
    });
    let fields = vec![
        Field::hidden("name", name.clone()),
        Field::hidden("region", region.word()),
        Field::hidden("reason", entered.reason.clone()),
        Field::hidden("do", "create"),
    ];
    let confirm = Confirm {
        sentence: t.a("control-create-sentence", &[("instance", name), ("region", &region_name)]),
        follows: vec![
            t.get("control-create-follows-licences"),
            t.a("control-create-follows-people", &[("instance", name)]),
            t.get("control-create-follows-name"),
        ],
        warning,
        back: visit.href("operator/new"),
    };
    Page { fields, confirm: Some(confirm), ..bare(visit) }
}

fn bare(visit: &Visit) -> Page {
    let t = visit.say(&WORDS);
    Page {
        frame: visit.frame(t.get("control-create"), Area::Operator),
        t,
        crumbs: Crumbs::new(vec![(t.get("control-operator"), visit.href("operator"))]),
        faults: Faults::new(t),
        notice: None,
        action: visit.href("operator/new"),
        fields: Vec::new(),
        confirm: None,
    }
}

/// A region in words.
pub(crate) fn region_name(t: Say, region: Region) -> String {
    t.get(match region {
        Region::Apac => "control-region-apac",
        Region::Emea => "control-region-emea",
        Region::Na => "control-region-na",
    })
}
