//! Why somebody does or does not hold a licence.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use firebell_config::licences::{LicenceExplanation, PersonLicence, Why};
use firebell_config::roll::{Ask, Rolls};
use firebell_domain::directory::Kind;
use firebell_domain::licence::held_by;
use firebell_domain::person::{LicenceType, PersonId};
use firebell_ui::part::{Field, Notice, Tabs};
use firebell_ui::{Answer, Area, Frame, Query, Say, Visit, page};

use crate::licences::{cause_words, tabs};
use crate::numbers::{How, Unanswered, asked_in_time, known};
use crate::text::{Link, entity_href, licence_name, named, revision_href};
use crate::who;
use crate::words::WORDS;

/// People who are offered when several may be meant.
const OFFERED_MAX: usize = 20;

#[derive(Debug, Template)]
#[template(path = "why.html")]
struct Page {
    frame: Frame,
    t: Say,
    tabs: Tabs,
    action: String,
    field: Field,
    answer: Option<Told>,
    offered: Vec<(Link, String)>,
    notice: Option<Notice>,
}

/// The answer about one person.
#[derive(Debug)]
struct Told {
    name: Link,
    sentence: String,
    reason: String,
    facts: Vec<(String, Link)>,
    history: Option<String>,
}

/// Whom somebody means.
enum Meant {
    Nobody,
    One(PersonId),
    Several(Vec<(Link, String)>),
}

/// `GET /licences/why`
pub(crate) async fn show(
    visit: Visit,
    Extension(rolls): Extension<Arc<Rolls>>,
    query: Query,
) -> Answer {
    who::administer(&visit)?;
    let t = visit.say(&WORDS);
    let text = query.text("person");
    let mut shown = Page {
        frame: visit.frame(t.get("control-tab-why"), Area::Licences),
        t,
        tabs: tabs(&visit, "licences/why"),
        action: visit.href("licences/why"),
        field: Field::search("person", t.get("control-why-person"))
            .value(name_of(&visit, text))
            .hint(t.get("control-why-hint"))
            .max(200)
            .required(),
        answer: None,
        offered: Vec::new(),
        notice: None,
    };
    if !text.is_empty() {
        match meant(&visit, rolls, text).await {
            Meant::One(id) => (shown.answer, shown.notice) = told(&visit, id).await?,
            Meant::Several(list) => shown.offered = list,
            Meant::Nobody => {
                let given = firebell_domain::name::cut(text, 60);
                let sentence = t.a("control-why-nobody-text", &[("text", &given)]);
                shown.notice = Some(Notice::info(t.get("control-why-nobody"), sentence));
            }
        }
    }
    Ok(page(&shown))
}

/// What stands in the field: an id from a link is not what somebody typed.
fn name_of(visit: &Visit, text: &str) -> String {
    let id = text.parse::<PersonId>().ok();
    let person = id.and_then(|id| visit.directory.person(id));
    person.map_or_else(|| text.to_owned(), |person| person.target_name.to_string())
}

async fn meant(visit: &Visit, rolls: Arc<Rolls>, text: &str) -> Meant {
    let directory = &visit.directory;
    if let Ok(id) = text.parse::<PersonId>() {
        return Meant::One(id);
    }
    let exact = directory.person_by_name(text).or_else(|| directory.person_by_login(text));
    if let Some(person) = exact {
        return Meant::One(person.id);
    }
    let ask = Ask { search: text.to_owned(), rows: OFFERED_MAX, ..Ask::default() };
    let found = crate::holders::find(visit, rolls, ask).await;
    match found.people.as_slice() {
        [] => Meant::Nobody,
        [one] => Meant::One(one.id),
        list => Meant::Several(
            list.iter()
                .map(|person| {
                    let href = visit.href(&format!("licences/why?person={}", person.id));
                    let link = Link { text: person.display_name(), href: Some(href) };
                    (link, person.target_name.to_string())
                })
                .collect(),
        ),
    }
}

async fn told(
    visit: &Visit,
    id: PersonId,
) -> Result<(Option<Told>, Option<Notice>), firebell_ui::Refusal> {
    let t = visit.say(&WORDS);
    let no = visit.directory.instance.no;
    let asked = visit.ui.authority.explain(no, Some(id), visit.now);
    match asked_in_time(asked).await {
        Ok(confirmed) => {
            let LicenceExplanation { person, .. } = confirmed.value();
            let about = person.as_ref();
            let gone = about.is_none_or(|one| one.why == Why::NotThere && one.seat.is_none());
            let Some(about) = about.filter(|_| !gone) else {
                return Err(visit.missing(&t.get("control-kind-person")));
            };
            Ok((Some(confirmed_answer(visit, about, How::of(&confirmed))), None))
        }
        Err(Unanswered::Failed(error)) => Err(visit.refused(error)),
        Err(Unanswered::Unsure(cause)) => {
            let text = t.a("control-why-unsure-text", &[("cause", &cause_words(t, cause))]);
            let notice = Notice::info(t.get("control-unconfirmed"), text);
            let how = known(visit, &visit.directory, cause).how;
            Ok((Some(likely_answer(visit, id, how)?), Some(notice)))
        }
    }
}

fn confirmed_answer(visit: &Visit, about: &PersonLicence, how: How) -> Told {
    let t = visit.say(&WORDS);
    let name = name_link(visit, about.id, about.name.as_deref());
    let held = about.seat.as_ref().map(|seat| {
        let licence = LicenceType::from_word(&seat.licence);
        licence.map_or_else(|| seat.licence.clone(), |one| licence_name(t, one))
    });
    let sentence = match &held {
        Some(held) => t.a("control-why-holds", &[("name", &name.text), ("licence", held)]),
        None => t.a("control-why-holds-none", &[("name", &name.text)]),
    };
    let mut facts = Vec::new();
    if let Some(seat) = &about.seat {
        let when = visit.when(seat.at).clock;
        let href = Some(revision_href(visit, seat.since));
        let text =
            t.a("control-since-revision", &[("at", &when), ("revision", &seat.since.to_string())]);
        facts.push((t.get("control-fact-held-since"), Link { text, href }));
    }
    facts.push((t.get("control-fact-known"), Link::plain(how.words(visit))));
    Told {
        name,
        sentence,
        reason: t.get(match about.why {
            Why::Active => "control-why-active",
            Why::Inactive => "control-why-inactive",
            Why::NotThere => "control-why-not-there",
            Why::BooksDiffer => "control-why-books",
        }),
        facts,
        history: history(visit, about.id),
    }
}

/// What follows from the configuration this process has; the ledger was not asked.
fn likely_answer(visit: &Visit, id: PersonId, how: How) -> Result<Told, firebell_ui::Refusal> {
    let t = visit.say(&WORDS);
    let person = visit.directory.person(id);
    let person = person.ok_or_else(|| visit.missing(&t.get("control-kind-person")))?;
    let name = name_link(visit, id, Some(person.target_name.as_str()));
    let (sentence, reason) = if let Some(licence) = held_by(person) {
        let licence = licence_name(t, licence);
        let args = [("name", name.text.as_str()), ("licence", &licence)];
        (t.a("control-why-should-hold", &args), t.get("control-why-active"))
    } else {
        let args = [("name", name.text.as_str())];
        (t.a("control-why-should-hold-none", &args), t.get("control-why-inactive"))
    };
    let facts = vec![(t.get("control-fact-known"), Link::plain(how.words(visit)))];
    Ok(Told { name, sentence, reason, facts, history: history(visit, id) })
}

fn name_link(visit: &Visit, id: PersonId, target: Option<&str>) -> Link {
    let bytes = id.to_bytes();
    let text = named(&visit.directory, Kind::Person, bytes);
    let text = text.or_else(|| target.map(ToOwned::to_owned)).unwrap_or_else(|| id.to_string());
    Link { text, href: entity_href(visit, Kind::Person, bytes) }
}

fn history(visit: &Visit, id: PersonId) -> Option<String> {
    visit.directory.person(id)?;
    Some(visit.href(&format!("configuration/entities/{}/{id}", Kind::Person.word())))
}
