//! The audit across instances, with its chain and the newest hash to note elsewhere.

use askama::Template;
use firebell_domain::instance::InstanceNo;
use firebell_ui::part::{Field, Notice, Tabs};
use firebell_ui::{Answer, Area, Frame, Query, Say, Visit, page};

use super::tabs;
use crate::audit::{List, Place, list};
use crate::chain::answer;
use crate::who;
use crate::words::WORDS;

#[derive(Debug, Template)]
#[template(path = "operator_audit.html")]
struct Page {
    frame: Frame,
    t: Say,
    tabs: Tabs,
    notice: Option<Notice>,
    list: List,
}

/// `GET /operator/audit`
pub(crate) async fn show(visit: Visit, query: Query) -> Answer {
    who::operate(&visit)?;
    let t = visit.say(&WORDS);
    let given = query.text("instance");
    let known = visit.ui.snapshots.by_name(given).map(|found| found.instance.no);
    let (instance, notice) = match (given.is_empty(), known) {
        (true, _) => (None, None),
        (false, Some(no)) => (Some(no), None),
        (false, None) => {
            let text = t.get("control-acts-no-instance-text");
            let notice = Notice::info(t.get("control-acts-no-instance"), text);
            // No instance has the number 0: nothing is found.
            (Some(InstanceNo(0)), Some(notice))
        }
    };
    let name = |no: Option<InstanceNo>| match no {
        None => t.get("control-all-instances"),
        Some(no) => {
            let known = visit.ui.snapshots.instance(no);
            known.map_or_else(|| no.0.to_string(), |found| found.instance.name.to_string())
        }
    };
    let place =
        Place { action: "operator/audit", chain: "operator/audit/chain", instance, name: &name };
    let field = Field::search("instance", t.get("control-instance")).value(given).max(63);
    let list = list(&visit, &query, &place, vec![field]).await?;
    Ok(page(&Page {
        frame: visit.frame(t.get("control-tab-acts"), Area::Operator),
        t,
        tabs: tabs(&visit, "operator/audit"),
        notice,
        list,
    }))
}

/// `GET /operator/audit/chain`
pub(crate) async fn chain(visit: Visit) -> Answer {
    who::operate(&visit)?;
    answer(&visit, Area::Operator, "operator/audit", true).await
}
