//! Who holds a licence: from memory, by name, searched and paged; since when, from the ledger.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Extension;
use firebell_config::roll::{Ask, Found, Rolls};
use firebell_domain::directory::{Kind, Revision};
use firebell_domain::person::{LicenceType, Person, PersonId, Status};
use firebell_store::seats::{self, LiveSeat};
use firebell_store::{Error, ReadTx};
use firebell_ui::part::{Art, Choice, Empty, Field, Notice, Pager, Tabs};
use firebell_ui::{Answer, Area, Frame, Query, Say, Visit, When, page};

use crate::licences::tabs;
use crate::text::{Link, entity_href, revision_href};
use crate::words::WORDS;
use crate::{ROWS, who};

#[derive(Debug, Template)]
#[template(path = "holders.html")]
struct Page {
    frame: Frame,
    t: Say,
    tabs: Tabs,
    lead: String,
    notice: Option<Notice>,
    fields: Vec<Field>,
    action: String,
    rows: Vec<Row>,
    empty: Option<Empty>,
    pager: Pager,
}

#[derive(Debug)]
struct Row {
    name: Link,
    target: String,
    since: Option<(When, Link)>,
    why: String,
}

/// `GET /licences/holders`
pub(crate) async fn show(
    visit: Visit,
    Extension(rolls): Extension<Arc<Rolls>>,
    query: Query,
) -> Answer {
    who::administer(&visit)?;
    let t = visit.say(&WORDS);
    let licence = LicenceType::from_word(query.text("type")).unwrap_or_default();
    let asked = query.page(ROWS);
    let wanted = Ask {
        search: query.text("q").to_owned(),
        status: Some(Status::Active),
        licence: Some(licence),
        offset: asked.offset,
        rows: asked.rows,
        ..Ask::default()
    };
    let found = find(&visit, rolls, wanted).await;
    let seats = seats_of(&visit, &found.people).await;
    let notice = seats.is_none().then(|| {
        Notice::info(t.get("control-unconfirmed"), t.get("control-holders-without-ledger"))
    });
    let seats = seats.unwrap_or_default();
    let rows: Vec<Row> =
        found.people.iter().map(|one| row(&visit, one, seats.get(&one.id))).collect();
    let choices = LicenceType::ALL
        .into_iter()
        .map(|one| Choice::new(one.word(), crate::text::licence_name(t, one), one == licence));
    let fields = vec![
        Field::search("q", t.get("control-search-people")).value(query.text("q")).max(200),
        Field::select("type", t.get("control-type"), choices.collect()),
    ];
    let lead = match query.text("q") {
        "" => t.n("control-holders-lead", found.total),
        _ => t.n("control-holders-found", found.total),
    };
    let empty = rows.is_empty().then(|| {
        Empty::new(t.get("control-holders-none"), t.get("control-holders-none-text"))
            .art(Art::People)
    });
    Ok(page(&Page {
        frame: visit.frame(t.get("control-tab-holders"), Area::Licences),
        t,
        tabs: tabs(&visit, "licences/holders"),
        lead,
        notice,
        fields,
        action: visit.href("licences/holders"),
        pager: Pager::new(&visit, &query, asked, Some(found.total), rows.len()),
        rows,
        empty,
    }))
}

/// Milliseconds for a large instance: not on a serving thread.
pub(crate) async fn find(visit: &Visit, rolls: Arc<Rolls>, ask: Ask) -> Found {
    let directory = Arc::clone(&visit.directory);
    let nothing = Found { people: Vec::new(), total: 0, revision: directory.revision };
    let work = tokio::task::spawn_blocking(move || rolls.find(&directory, &ask));
    work.await.unwrap_or_else(|error| {
        tracing::error!(%error, "people could not be searched");
        nothing
    })
}

/// The seats of the people on a page; none if the ledger cannot be asked.
async fn seats_of(visit: &Visit, people: &[Arc<Person>]) -> Option<BTreeMap<PersonId, LiveSeat>> {
    let no = visit.directory.instance.no;
    let ids: Vec<PersonId> = people.iter().take(ROWS).map(|person| person.id).collect();
    let read = move |tx: &mut ReadTx<'_>| {
        let mut found = BTreeMap::new();
        for id in &ids {
            if let Some(seat) = seats::of_person(tx, no, id.to_bytes())? {
                found.insert(*id, seat);
            }
        }
        Ok(found)
    };
    let asked = visit.ui.db.read("control.seats", read);
    let found: Result<Result<_, Error>, _> =
        tokio::time::timeout(crate::numbers::ASK_MAX, asked).await;
    match found {
        Ok(Ok(found)) => Some(found),
        Ok(Err(error)) => {
            tracing::warn!(%error, cause = error.cause(), "the ledger of seats cannot be read");
            None
        }
        Err(_) => None,
    }
}

fn row(visit: &Visit, person: &Person, seat: Option<&LiveSeat>) -> Row {
    let id = person.id;
    let since = seat.map(|seat| {
        let at = firebell_base::time::from_micros(seat.at);
        (visit.when(at), revision_link(visit, seat.since))
    });
    Row {
        name: Link {
            text: person.display_name(),
            href: entity_href(visit, Kind::Person, id.to_bytes()),
        },
        target: person.target_name.to_string(),
        since,
        why: visit.href(&format!("licences/why?person={id}")),
    }
}

fn revision_link(visit: &Visit, revision: Revision) -> Link {
    Link { text: revision.to_string(), href: Some(revision_href(visit, revision)) }
}
