//! The history of one entity: every revision that changed it, field by field.

use askama::Template;
use axum::extract::Path;
use firebell_base::Id;
use firebell_config::revisions::STEPS_MAX;
use firebell_domain::directory::Kind;
use firebell_ui::part::{Crumbs, Notice};
use firebell_ui::{Answer, Area, Frame, Say, Visit, When, page};

use crate::numbers::asked_in_time;
use crate::revision::{Shown, cut_notice, mention, not_now, shown};
use crate::text::{self, Link};
use crate::who;
use crate::words::WORDS;

/// Steps that are shown.
const SHOWN_MAX: usize = 50;

#[derive(Debug, Template)]
#[template(path = "entity.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    lead: String,
    way: Option<Link>,
    notice: Option<Notice>,
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    revision: Link,
    when: When,
    author: Link,
    reason: String,
    shown: Shown,
}

/// `GET /configuration/entities/{kind}/{id}`
pub(crate) async fn show(visit: Visit, Path((kind, id)): Path<(String, String)>) -> Answer {
    who::administer(&visit)?;
    let t = visit.say(&WORDS);
    let missing = || visit.missing(&t.get("control-entity"));
    let kind = Kind::from_word(&kind).ok_or_else(missing)?;
    let id: Id<()> = id.parse().map_err(|_| missing())?;
    let no = visit.directory.instance.no;
    let limit = SHOWN_MAX.min(STEPS_MAX);
    let asked = visit.ui.authority.entity_history(no, (kind, id.to_bytes()), limit);
    let steps = match asked_in_time(asked).await {
        Ok(steps) => steps,
        Err(error) => return Err(not_now(&visit, error)),
    };
    let newest = steps.first().ok_or_else(missing)?;
    let name = crate::configuration::subject(&visit, &newest.changed.subject);
    let count = steps.len();
    let cut = count >= limit;
    let rows = steps.iter().map(|step| Step {
        revision: mention(&visit, step.revision),
        when: visit.when(step.at),
        author: text::author(&visit, &step.author),
        reason: step.reason.clone(),
        shown: shown(&visit, &step.changed),
    });
    let rows = rows.collect();
    let title = format!("{}: {}", text::kind_name(t, kind.word()), name.text);
    Ok(page(&Page {
        frame: visit.frame(title, Area::Configuration),
        t,
        crumbs: Crumbs::new(vec![(t.get("control-configuration"), visit.href("configuration"))]),
        lead: t.n("control-entity-lead", count),
        way: name.href.is_some().then_some(name),
        notice: cut.then(|| cut_notice(&visit, t.n("control-entity-cut", count))),
        steps: rows,
    }))
}
