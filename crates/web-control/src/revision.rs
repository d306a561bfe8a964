//! One revision of the instance: who, when, why, and every entity field by field.

use askama::Template;
use axum::extract::Path;
use firebell_base::Id;
use firebell_config::revisions::{Changed, ENTITIES_PAGE_MAX, One};
use firebell_domain::directory::Kind;
use firebell_ui::part::{Badge, Button, Crumbs, Notice, Pager};
use firebell_ui::{Answer, Area, Frame, Query, Say, Visit, When, page};

use crate::configuration::{kinds_in_words, revision_link, subject, unread};
use crate::numbers::asked_in_time;
use crate::text::{self, Link};
use crate::words::WORDS;
use crate::{ROWS, who};

#[derive(Debug, Template)]
#[template(path = "revision.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    lead: String,
    when: When,
    author: Link,
    reason: String,
    entities: Vec<Shown>,
    ways: Vec<Button>,
    pager: Option<Pager>,
}

/// What became of an entity, to be shown.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) badge: Badge,
    pub(crate) kind: String,
    pub(crate) name: Link,
    pub(crate) lines: Vec<Line>,
    /// In place of lines.
    pub(crate) nothing: Option<String>,
    pub(crate) left_out: Option<String>,
    pub(crate) history: Option<String>,
}

/// A field before and after.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) field: String,
    pub(crate) before: Option<Link>,
    pub(crate) after: Option<Link>,
}

/// `GET /configuration/revisions/{revision}`
pub(crate) async fn show(visit: Visit, Path(given): Path<String>, query: Query) -> Answer {
    who::administer(&visit)?;
    let t = visit.say(&WORDS);
    let missing = || visit.missing(&t.get("control-revision"));
    let at = given.parse().map_err(|_| missing())?;
    let after = query.text("after").split_once('~').and_then(|(kind, id)| {
        Some((Kind::from_word(kind)?.word().to_owned(), id.parse::<Id<()>>().ok()?.to_bytes()))
    });
    let no = visit.directory.instance.no;
    let asked = visit.ui.authority.one_revision(no, at, after, ROWS.min(ENTITIES_PAGE_MAX));
    let one = match asked_in_time(asked).await {
        Ok(one) => one.ok_or_else(missing)?,
        Err(error) => return Err(not_now(&visit, error)),
    };
    let title = t.a("control-revision-title", &[("revision", &at.to_string())]);
    Ok(page(&Page {
        frame: visit.frame(title, Area::Configuration),
        t,
        crumbs: Crumbs::new(vec![(t.get("control-configuration"), visit.href("configuration"))]),
        lead: kinds_in_words(t, &one.kinds),
        when: visit.when(one.at),
        author: text::author(&visit, &one.author),
        reason: one.reason.clone(),
        entities: one.entities.iter().map(|changed| shown(&visit, changed)).collect(),
        ways: ways(&visit, &one),
        pager: pager(&visit, &query, &one),
    }))
}

/// A page that cannot be read just now.
pub(crate) fn not_now(visit: &Visit, error: crate::numbers::Unanswered) -> firebell_ui::Refusal {
    match unread(visit, error) {
        Ok(notice) => visit.notice(axum::http::StatusCode::SERVICE_UNAVAILABLE, notice),
        Err(refusal) => refusal,
    }
}

fn ways(visit: &Visit, one: &One) -> Vec<Button> {
    let t = visit.say(&WORDS);
    let at = visit.href(&format!("configuration/at?revision={}", one.revision));
    let mut ways = vec![Button::link(t.get("control-see-at"), at).main()];
    let link = |key: &str, revision| {
        let words = t.a(key, &[("revision", &format!("{revision}"))]);
        Button::link(words, text::revision_href(visit, revision))
    };
    ways.extend(one.older.map(|older| link("control-older", older)));
    ways.extend(one.newer.map(|newer| link("control-newer", newer)));
    ways
}

fn pager(visit: &Visit, query: &Query, one: &One) -> Option<Pager> {
    let t = visit.say(&WORDS);
    let next = one.next.as_ref().map(|(kind, id)| {
        let key = format!("{kind}~{}", Id::<()>::from_bytes(*id));
        query.with(&[("after", &key)])
    });
    let first = query.has("after").then(|| query.with(&[("after", "")]));
    if next.is_none() && first.is_none() {
        return None;
    }
    let all: u64 = one.kinds.iter().map(|(_, count)| count).sum();
    let words = t.na("control-part-of", one.entities.len(), &[("all", &all.to_string())]);
    Some(Pager::of(visit, words, first, next))
}

/// What became of an entity.
pub(crate) fn shown(visit: &Visit, changed: &Changed) -> Shown {
    let t = visit.say(&WORDS);
    let one = &changed.subject;
    let line = |line: &firebell_config::fields::FieldLine| Line {
        field: text::field_name(&line.path),
        before: line.before.as_deref().map(|value| text::value(visit, value)),
        after: line.after.as_deref().map(|value| text::value(visit, value)),
    };
    let known = Kind::from_word(&one.kind);
    let id = Id::<()>::from_bytes(one.id);
    let nothing = changed.lines.is_empty().then(|| match known {
        None => t.get("control-instance-made"),
        Some(_) => t.get("control-only-secret"),
    });
    let more = i64::try_from(changed.left_out).ok().filter(|more| *more > 0);
    Shown {
        badge: text::what_badge(t, one.what),
        kind: text::kind_name(t, &one.kind),
        name: subject(visit, one),
        lines: changed.lines.iter().map(line).collect(),
        nothing,
        left_out: more.map(|more| t.n("control-more-lines", more)),
        history: known
            .map(|kind| visit.href(&format!("configuration/entities/{}/{id}", kind.word()))),
    }
}

/// A revision that a page mentions.
pub(crate) fn mention(visit: &Visit, revision: firebell_domain::directory::Revision) -> Link {
    revision_link(visit, revision)
}

/// A notice that a list is cut.
pub(crate) fn cut_notice(visit: &Visit, text: String) -> Notice {
    Notice::info(visit.say(&WORDS).get("control-cut"), text)
}
