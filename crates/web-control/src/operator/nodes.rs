//! The processes that read configuration: what each has, how sure it is, and what it refused.

use askama::Template;
use axum::http::StatusCode;
use firebell_base::time::micros_between;
use firebell_config::digest::Digest;
use firebell_config::{Verification, Wrong};
use firebell_domain::directory::Revision;
use firebell_store::configuration::{self as rows, Head};
use firebell_store::nodes::{self, NodeRow};
use firebell_store::{Error, ReadTx};
use firebell_ui::part::{Badge, Button, Empty, Notice, Tabs};
use firebell_ui::{Answer, Area, Frame, Say, Visit, When, page, page_with};
use tokio::sync::Semaphore;

use super::tabs;
use crate::configuration::{Fresh, fresh};
use crate::text::{self, DIGITS};
use crate::who;
use crate::words::WORDS;

/// A node that said nothing for longer than this is gone, or cannot reach the database, in microseconds.
const SILENT_MICROS: i64 = 30_000_000;
/// Differences of a verification that are listed.
const WRONG_SHOWN_MAX: usize = 50;
/// Verifications at the same time in this process: each reads everything.
static VERIFICATIONS: Semaphore = Semaphore::const_new(1);

#[derive(Debug, Template)]
#[template(path = "operator_nodes.html")]
struct Page {
    frame: Frame,
    t: Say,
    tabs: Tabs,
    notice: Option<Notice>,
    wrong: Vec<String>,
    verify: Button,
    part: Part,
}

/// What is asked for again every few seconds.
#[derive(Debug, Template)]
#[template(path = "operator_nodes_part.html")]
struct Part {
    t: Say,
    lead: String,
    again: String,
    fresh: Fresh,
    rows: Vec<Row>,
    empty: Option<Empty>,
}

impl askama::filters::HtmlSafe for Part {}

#[derive(Debug)]
struct Row {
    id: String,
    role: String,
    version: String,
    badge: Badge,
    applied: String,
    proven: String,
    lag: String,
    root: String,
    /// Whether it has the newest revision with another digest.
    differs: bool,
    fingerprint: String,
    lease: String,
    heard: When,
    reason: String,
}

/// `GET /operator/nodes`
pub(crate) async fn show(visit: Visit) -> Answer {
    who::operate(&visit)?;
    let part = part(&visit).await?;
    if visit.partial {
        return Ok(page(&part));
    }
    Ok(page(&whole(&visit, part, None)))
}

/// `POST /operator/nodes`: reads everything that is stored, and compares its digests.
pub(crate) async fn verify(visit: Visit) -> Answer {
    who::operate_now(&visit).await?;
    let t = visit.say(&WORDS);
    let Ok(_turn) = VERIFICATIONS.try_acquire() else {
        let notice = Notice::info(t.get("control-check-busy"), t.get("control-check-busy-text"));
        let shown = whole(&visit, part(&visit).await?, Some((notice, Vec::new())));
        return Ok(page_with(StatusCode::TOO_MANY_REQUESTS, &shown));
    };
    let found = visit.ui.authority.verify().await.map_err(|error| visit.refused(error))?;
    Ok(page(&whole(&visit, part(&visit).await?, Some(verified(&visit, &found)))))
}

fn verified(visit: &Visit, found: &Verification) -> (Notice, Vec<String>) {
    let t = visit.say(&WORDS);
    let (revision, root) = (found.revision.to_string(), found.computed.to_string());
    let instances = found.instances.to_string();
    if found.is_good() {
        let args = [("revision", revision.as_str()), ("root", &root), ("instances", &instances)];
        let text = t.na("control-verified-text", found.entities, &args);
        return (Notice::good(t.get("control-check-good"), text), Vec::new());
    }
    let name = |one: &Wrong| match one.instance {
        Some(no) => {
            let known = visit.ui.snapshots.instance(no);
            known.map_or_else(|| no.0.to_string(), |found| found.instance.name.to_string())
        }
        None => t.get("control-head"),
    };
    let digits = |digest: Digest| digest.to_string().chars().take(DIGITS).collect::<String>();
    let wrong = found.wrong.iter().map(|one| {
        let (stored, computed) = (digits(one.stored), digits(one.computed));
        let args = [("name", name(one)), ("stored", stored), ("computed", computed)];
        let args = args.each_ref().map(|(name, text)| (*name, text.as_str()));
        t.a("control-wrong-digest", &args)
    });
    let damage = found
        .damage
        .iter()
        .map(|one| format!("{} {} {}: {}", one.name, one.kind, one.id, one.reason));
    let list = wrong.chain(damage).take(WRONG_SHOWN_MAX).collect();
    (Notice::wrong(t.get("control-check-bad"), t.get("control-verified-bad-text")), list)
}

fn whole(visit: &Visit, part: Part, found: Option<(Notice, Vec<String>)>) -> Page {
    let t = visit.say(&WORDS);
    let (notice, wrong) = found.map_or((None, Vec::new()), |(notice, wrong)| (Some(notice), wrong));
    Page {
        frame: visit.frame(t.get("control-tab-nodes"), Area::Operator),
        t,
        tabs: tabs(visit, "operator/nodes"),
        notice,
        wrong,
        verify: Button::post(t.get("control-verify"), visit.href("operator/nodes")),
        part,
    }
}

async fn part(visit: &Visit) -> Result<Part, firebell_ui::Refusal> {
    let t = visit.say(&WORDS);
    let read = |tx: &mut ReadTx<'_>| Ok((rows::whole_head(tx)?, nodes::list(tx)?));
    let found: Result<(Head, Vec<NodeRow>), Error> = visit.ui.db.read("control.nodes", read).await;
    // Whoever looks here may look because the database is away.
    let (head, list) = match found {
        Ok((head, list)) => (Some(head), list),
        Err(error) => {
            tracing::warn!(%error, cause = error.cause(), "the nodes cannot be read");
            (None, Vec::new())
        }
    };
    let shown: Vec<Row> =
        head.iter().flat_map(|head| list.iter().map(|node| row(visit, node, head))).collect();
    let empty = (head.is_some() && shown.is_empty())
        .then(|| Empty::new(t.get("control-nodes-none"), t.get("control-nodes-none-text")));
    Ok(Part {
        t,
        lead: lead(visit, head.as_ref(), &list),
        again: visit.href("operator/nodes"),
        fresh: fresh(visit),
        rows: shown,
        empty,
    })
}

fn lead(visit: &Visit, head: Option<&Head>, list: &[NodeRow]) -> String {
    let t = visit.say(&WORDS);
    let Some(head) = head else { return t.get("control-nodes-unread") };
    let good = list.iter().filter(|node| state(visit, node) == "ready").count();
    let (good, revision) = (good.to_string(), head.revision.to_string());
    t.na("control-nodes-lead", list.len(), &[("good", &good), ("revision", &revision)])
}

/// What it said, or that it says nothing any more.
fn state<'a>(visit: &Visit, node: &'a NodeRow) -> &'a str {
    if micros_between(node.heard, visit.now) > SILENT_MICROS { "silent" } else { &node.state }
}

fn row(visit: &Visit, node: &NodeRow, head: &Head) -> Row {
    let t = visit.say(&WORDS);
    // As it was when it spoke: nodes speak less often than leases last.
    let lease = match state(visit, node) {
        "silent" => 0,
        _ => u128::try_from(node.lease_ms).unwrap_or(0),
    };
    let digits = |bytes: [u8; 32]| {
        Digest::from_bytes(bytes).to_string().chars().take(DIGITS).collect::<String>()
    };
    let none = Revision::default();
    Row {
        id: node.id.clone(),
        role: node.role.clone(),
        version: node.version.clone(),
        badge: text::state_badge(t, state(visit, node)),
        applied: node.applied.to_string(),
        proven: if node.proven == none { "–".to_owned() } else { node.proven.to_string() },
        lag: match (node.applied.epoch == head.revision.epoch)
            .then(|| (head.revision.n - node.applied.n).max(0))
        {
            Some(lag) => t.n("control-lag", lag),
            None => t.get("control-not-known"),
        },
        root: digits(node.root),
        differs: node.applied == head.revision && node.root != head.root,
        fingerprint: digits(node.fingerprint),
        lease: if lease == 0 { t.get("control-no-lease") } else { text::span(lease) },
        heard: visit.when(node.heard),
        reason: node.nack.clone().unwrap_or_else(|| node.reason.clone()),
    }
}
