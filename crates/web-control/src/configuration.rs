//! The revisions of the instance, newest first, searched by who, what kind and a text; and how fresh this is.

use askama::Template;
use firebell_config::revisions::{Found, Listed, Named, Wanted};
use firebell_domain::directory::{Kind, Revision};
use firebell_replica::ReplicaHandle;
use firebell_ui::part::{Art, Badge, Choice, Empty, Field, Notice, Pager, Tab, Tabs};
use firebell_ui::{Answer, Area, Frame, Query, Refusal, Say, Visit, When, page};

use crate::licences::cause_words;
use crate::numbers::{Unanswered, asked_in_time};
use crate::text::{self, Link};
use crate::words::WORDS;
use crate::{ROWS, who};

/// Characters of a filter.
pub(crate) const FILTER_CHARS_MAX: usize = 200;
/// Entities named in a row.
const NAMED: usize = 2;

#[derive(Debug, Template)]
#[template(path = "configuration.html")]
struct Page {
    frame: Frame,
    t: Say,
    tabs: Tabs,
    lead: String,
    fresh: Fresh,
    notices: Vec<Notice>,
    fields: Vec<Field>,
    action: String,
    export: String,
    rows: Vec<Row>,
    empty: Option<Empty>,
    pager: Option<Pager>,
}

/// How fresh this process's copy is.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) badge: Option<Badge>,
    pub(crate) facts: Vec<(String, String)>,
}

#[derive(Debug)]
struct Row {
    revision: Link,
    when: When,
    author: Link,
    what: String,
    first: Vec<Link>,
    more: Option<String>,
    reason: String,
}

/// `GET /configuration`
pub(crate) async fn show(visit: Visit, query: Query) -> Answer {
    who::administer(&visit)?;
    let t = visit.say(&WORDS);
    let short = |name: &str| firebell_domain::name::cut(query.text(name), FILTER_CHARS_MAX);
    let wanted = Wanted {
        before: query.text("before").parse().ok(),
        author: short("who"),
        kind: kind_of(query.text("kind")),
        text: short("text"),
    };
    let fields = fields(t, &wanted);
    let filtered = !(wanted.author.is_empty() && wanted.kind.is_empty() && wanted.text.is_empty());
    let asked = visit.ui.authority.search(visit.directory.instance.no, wanted, ROWS);
    let (found, mut notices) = match asked_in_time(asked).await {
        Ok(found) => (Some(found), Vec::new()),
        Err(error) => (None, vec![unread(&visit, error)?]),
    };
    let rows: Vec<Row> =
        found.iter().flat_map(|found| &found.list).map(|listed| row(&visit, listed)).collect();
    if found.as_ref().is_some_and(|found| found.in_part) {
        notices.push(Notice::info(t.get("control-in-part"), t.get("control-in-part-text")));
    }
    let empty = found.as_ref().filter(|found| found.list.is_empty() && !found.stopped);
    let empty = empty.map(|_| nothing(t, filtered));
    Ok(page(&Page {
        frame: visit.frame(t.get("control-configuration"), Area::Configuration),
        t,
        tabs: tabs(&visit, "configuration"),
        lead: lead(&visit),
        fresh: fresh(&visit),
        notices,
        fields,
        action: visit.href("configuration"),
        export: visit.href("configuration/export"),
        pager: found.as_ref().and_then(|found| pager(&visit, &query, found)),
        rows,
        empty,
    }))
}

/// The views of the configuration; `here` is the path of the present one.
pub(crate) fn tabs(visit: &Visit, here: &str) -> Tabs {
    let t = visit.say(&WORDS);
    let tab = |label: &str, path: &str| Tab {
        label: t.get(label),
        href: visit.href(path),
        current: path == here,
    };
    let list = vec![
        tab("control-tab-history", "configuration"),
        tab("control-tab-at", "configuration/at"),
        tab("control-tab-audit", "configuration/audit"),
        tab("control-tab-check", "configuration/check"),
    ];
    Tabs::new(t.get("control-configuration"), list)
}

/// What cannot be read just now, for a page that has more to show; or the page of a fault.
pub(crate) fn unread(visit: &Visit, error: Unanswered) -> Result<Notice, Refusal> {
    let t = visit.say(&WORDS);
    match error {
        Unanswered::Failed(error) => Err(visit.refused(error)),
        Unanswered::Unsure(cause) => {
            let text = t.a("control-unread-text", &[("cause", &cause_words(t, cause))]);
            Ok(Notice::wrong(t.get("control-unread"), text))
        }
    }
}

/// How fresh this process's copy of the configuration is.
pub(crate) fn fresh(visit: &Visit) -> Fresh {
    let t = visit.say(&WORDS);
    let fact = |key: &str, value: String| (t.get(key), value);
    let own = fact("control-fresh-instance", visit.directory.revision.to_string());
    let shown = fact("control-fresh-shown", visit.ui.snapshots.revision().to_string());
    let Some(status) = visit.ui.replica.as_ref().map(ReplicaHandle::status) else {
        return Fresh { badge: None, facts: vec![shown, own] };
    };
    let age = match status.age.map(|age| text::span(age.as_millis())) {
        Some(age) => t.a("control-fresh-ago", &[("age", &age)]),
        None => t.get("control-not-known"),
    };
    let mut facts = vec![
        shown,
        fact("control-fresh-age", age),
        fact("control-fresh-lease", text::span(status.lease_left.as_millis())),
        own,
    ];
    if let Some(lag) = status.lag.filter(|lag| *lag > 0) {
        facts.push(fact("control-fresh-lag", lag.to_string()));
    }
    if status.state.word() != "ready" && !status.reason.is_empty() && sees_reasons(visit) {
        facts.push(fact("control-fresh-reason", status.reason));
    }
    Fresh { badge: Some(text::state_badge(t, status.state.word())), facts }
}

/// Words about what was refused may name what another instance has.
fn sees_reasons(visit: &Visit) -> bool {
    visit.ui.snapshots.view().len() <= 1 || who::operate(visit).is_ok()
}

fn lead(visit: &Visit) -> String {
    let t = visit.say(&WORDS);
    let directory = &visit.directory;
    let revision = directory.revision.to_string();
    let (people, groups) = (directory.people().len(), directory.groups().len());
    let (people, groups) = (
        text::kind_count(t, Kind::Person.word(), u64::try_from(people).unwrap_or(0)),
        text::kind_count(t, Kind::Group.word(), u64::try_from(groups).unwrap_or(0)),
    );
    let args = [("revision", revision.as_str()), ("people", &people), ("groups", &groups)];
    t.a("control-configuration-lead", &args)
}

fn kind_of(word: &str) -> String {
    let known = Kind::from_word(word).map(|kind| kind.word().to_owned());
    known.unwrap_or_default()
}

fn fields(t: Say, wanted: &Wanted) -> Vec<Field> {
    let any = Choice::new("", t.get("control-any-kind"), wanted.kind.is_empty());
    let kinds = Kind::ALL.into_iter().map(|kind| {
        let word = kind.word();
        Choice::new(word, text::kind_name(t, word), wanted.kind == word)
    });
    vec![
        Field::search("text", t.get("control-search-text"))
            .value(wanted.text.clone())
            .max(FILTER_CHARS_MAX),
        Field::search("who", t.get("control-col-who"))
            .value(wanted.author.clone())
            .max(FILTER_CHARS_MAX),
        Field::select("kind", t.get("control-kind"), [any].into_iter().chain(kinds).collect()),
    ]
}

fn nothing(t: Say, filtered: bool) -> Empty {
    let text = if filtered { "control-history-none-found" } else { "control-history-none" };
    Empty::new(t.get("control-history-empty"), t.get(text)).art(Art::Search)
}

fn pager(visit: &Visit, query: &Query, found: &Found) -> Option<Pager> {
    let t = visit.say(&WORDS);
    let first = found.list.first().map(|one| one.revision.to_string());
    let last = found.list.last().map(|one| one.revision.to_string());
    let range = match (first.zip(last), found.stopped, found.next) {
        (_, true, Some(next)) => t.a("control-searched", &[("revision", &next.to_string())]),
        (Some((first, last)), _, _) => t.a("control-range", &[("first", &first), ("last", &last)]),
        (None, _, _) => return None,
    };
    let next = found.next.map(|next| query.with(&[("before", &next.to_string())]));
    let newest = query.has("before").then(|| query.with(&[("before", "")]));
    Some(Pager::of(visit, range, newest, next))
}

fn row(visit: &Visit, listed: &Listed) -> Row {
    let t = visit.say(&WORDS);
    let all: u64 = listed.kinds.iter().map(|(_, count)| count).sum();
    let first: Vec<Link> = listed.first.iter().take(NAMED).map(|one| subject(visit, one)).collect();
    let rest = all.saturating_sub(u64::try_from(first.len()).unwrap_or(0));
    Row {
        revision: revision_link(visit, listed.revision),
        when: visit.when(listed.at),
        author: text::author(visit, &listed.author),
        what: kinds_in_words(t, &listed.kinds),
        more: (rest > 0 && !first.is_empty()).then(|| t.n("control-and-more", rest)),
        first,
        reason: listed.reason.clone(),
    }
}

/// "2 people, 1 device".
pub(crate) fn kinds_in_words(t: Say, kinds: &[(String, u64)]) -> String {
    let words = kinds.iter().map(|(kind, count)| text::kind_count(t, kind, *count));
    words.collect::<Vec<_>>().join(", ")
}

pub(crate) fn subject(visit: &Visit, one: &Named) -> Link {
    text::subject(visit, &one.kind, one.id, &one.name)
}

pub(crate) fn revision_link(visit: &Visit, revision: Revision) -> Link {
    Link { text: revision.to_string(), href: Some(text::revision_href(visit, revision)) }
}
