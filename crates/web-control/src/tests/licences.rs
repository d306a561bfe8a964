//! Licences: numbers with their proof, and honesty without one.

use firebell_base::time::add_seconds;
use firebell_config::{Author, Change, EntitlementChange};
use firebell_domain::directory::Entity;
use firebell_domain::licence::{Allotment, Enforcement, Entitlement};
use firebell_domain::name::Name;
use firebell_domain::person::{LicenceType, Status};
use firebell_sql::Statement;
use firebell_store::{Error, WriteTx};
use firebell_testkit::pages::Pages;
use firebell_testkit::postgres::TestEngine;

use super::{HOSTILE, away, blocked, entitle, limited, pages};

async fn change_person(
    pages: &Pages,
    name: &str,
    change: impl Fn(&mut firebell_domain::person::Person),
) {
    let mut person = (**pages.directory().person_by_name(name).unwrap()).clone();
    change(&mut person);
    let by = Author::new("ada", "a change of a person");
    let decide = move |_: &firebell_domain::directory::Directory| {
        Ok(vec![Change::Put(Entity::Person(person.clone()))])
    };
    let now = pages.world.now();
    pages.world.authority.change(pages.world.no, &by, now, decide).await.unwrap();
}

#[tokio::test]
async fn the_first_line_is_the_number_with_its_proof() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        entitle(&pages, EntitlementChange::Set(limited(8))).await;
        let revision = pages.directory().revision.to_string();
        let shown = pages.get("ada", "/licences").await;
        // Ada, Bo, Gil, Pia and Rea are active full users; half past nine in Oslo.
        let lead =
            format!("5 of 8 full-user licences held, confirmed 09:30:00 at revision {revision}.");
        shown.is(200).says(&[&lead, "3 are free.", "5 of 8 held", "hard: nobody more"]);
        shown.says(&[
            "<svg class=\"seat-bar\"",
            "1 held, unlimited",
            "As many as you like are free.",
        ]);
        shown.says(&[&format!("/configuration/revisions/{revision}")[1..]]);
        shown.is_silent_about(&["Not confirmed"]);

        entitle(&pages, EntitlementChange::Set(limited(5))).await;
        let shown = pages.get("ada", "/licences").await;
        shown.says(&["None is free.", "Everybody who holds a licence keeps it."]);

        let soft = Entitlement {
            enforcement: Enforcement::Soft { percent: 10, floor: 2, days: 14 },
            contract: HOSTILE.to_owned(),
            ..limited(4)
        };
        entitle(&pages, EntitlementChange::Set(soft)).await;
        let shown = pages.get("ada", "/licences").await;
        shown.says(&["5 of 4 held", "2 more for a limited time; above the allotment since"]);
        shown.says(&["soft: 10 % more, at least 2, for 14 days"]).is_silent_about(&[HOSTILE]);
    }
}

#[tokio::test]
async fn what_nobody_set_is_not_zero_and_ends_are_told() {
    let pages = pages(TestEngine::Sqlite).await;
    entitle(&pages, EntitlementChange::Remove(LicenceType::FullUser)).await;
    let shown = pages.get("ada", "/licences").await;
    shown.is(200).says(&["how many there are is not known", "Nobody has set how many licences"]);
    shown.says(&["5 held of an unknown number", "How many are free is not certain now."]);
    shown.is_silent_about(&["None is free", "of 0"]);

    let now = pages.world.now();
    let ended = Entitlement { valid_until: Some(now), ..limited(9) };
    entitle(&pages, EntitlementChange::Set(ended.clone())).await;
    pages.get("ada", "/licences").await.says(&["The entitlement has ended", "nobody new gets one"]);
    let grace = Entitlement { grace_days: 30, ..ended.clone() };
    entitle(&pages, EntitlementChange::Set(grace)).await;
    pages.get("ada", "/licences").await.says(&["In its grace", "4 are free."]);
    let later = Some(add_seconds(now, 3_600));
    let coming = Entitlement { valid_from: later, valid_until: None, ..ended };
    entitle(&pages, EntitlementChange::Set(coming)).await;
    pages.get("ada", "/licences").await.says(&["has not begun", "only from 10:30 CET"]);
}

/// No page may call it a limit, a zero, or a denial because nobody answered.
fn is_honest(html: &str) {
    for lie in ["None is free", "0 are free", " limit", "are in use", "0 of"] {
        let at = html.find(lie).map(|at| html.get(at.saturating_sub(60)..at + 60));
        assert_eq!(at, None, "{lie:?}");
    }
}

#[tokio::test]
async fn a_database_that_is_away_is_told_and_is_no_limit() {
    let pages = pages(TestEngine::Sqlite).await;
    entitle(&pages, EntitlementChange::Set(limited(5))).await;
    let revision = pages.directory().revision.to_string();
    let pages = away(pages);
    let shown = pages.get("ada", "/licences").await;
    let known = format!("not confirmed: as of revision {revision}, of unknown age");
    shown.is(200).says(&[&known, "Not confirmed just now", "The database cannot be reached."]);
    shown.says(&["5 of 5 held", "How many are free is not certain now."]);
    is_honest(&shown.html);
    let shown = pages.get("ada", "/licences/holders").await;
    shown.is(200).says(&["Bo Ek", "The ledger could not be asked", "not known"]);
    let shown = pages.get("ada", "/licences/why?person=bo").await;
    shown.is(200).says(&["Bo Ek should hold a licence", "the ledger could not be asked"]);
    is_honest(&shown.html);
    let shown = pages.get("ada", "/licences/history").await;
    shown.is(200).says(&["could not be asked"]);
    let shown = pages.get("ada", "/licences/ask").await;
    shown.is(200).says(&["not confirmed: as of revision", "licence set full 15"]);
    // Nothing of how the database is reached.
    shown.is_silent_about(&["127.0.0.1", "secret@"]);
    pages.get("ada", "/configuration").await.is(200).says(&["cannot be read just now"]);
    pages.get("ada", "/configuration/revisions/1.2").await.is(503);
    pages.get("ada", "/configuration/audit").await.is(503);
    pages.get("ada", "/operator").await.is(200).says(&["The database could not be asked"]);
    pages.get("ada", "/operator/nodes").await.is(200).says(&["The nodes cannot be read"]);
    pages.post("ada", "/operator/new", &[("name", "x"), ("region", "emea")]).await.is(503);
}

#[tokio::test]
async fn a_database_that_is_slow_is_told_and_not_waited_for() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        entitle(&pages, EntitlementChange::Set(limited(5))).await;
        let cookie = pages.session("ada");
        let held = blocked(&pages);
        // Without an end to waiting this would last for ever.
        let shown = pages.get(&cookie, "/licences").await;
        shown.is(200).says(&["The database did not answer in time.", "not confirmed: as of"]);
        is_honest(&shown.html);
        drop(held);
        pages.get(&cookie, "/licences").await.says(&["confirmed 09:30:00"]);
    }
}

#[tokio::test]
async fn books_that_differ_are_told_and_nobody_is_told_a_limit() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        entitle(&pages, EntitlementChange::Set(limited(5))).await;
        let write = |tx: &mut WriteTx<'_>| {
            let s = Statement::new(
                "test.drift",
                "update seat_counters set held = 9 where licence = 'FULL_USER'",
            );
            tx.execute(&s, &[])
        };
        let moved: Result<u64, Error> = pages.world.db.write("test.drift", write).await;
        assert_eq!(moved.unwrap(), 1);
        let shown = pages.get("ada", "/licences").await;
        shown.is(200).says(&["These numbers are not certain", "differ", "is not certain now"]);
        is_honest(&shown.html);
    }
}

#[tokio::test]
async fn who_holds_one_is_paged_searched_and_explained() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let shown = pages.get("ada", "/licences/holders").await;
        shown.is(200).says(&["5 active people hold", "Ada Admin", "Rea Reader", "1–5 of 5"]);
        shown.is_silent_about(&["Sten Stake", "Old Hand"]);
        let shown = pages.get("ada", "/licences/holders?type=STAKEHOLDER_USER").await;
        shown.says(&["Sten Stake"]).is_silent_about(&["Bo Ek"]);
        let shown = pages.get("ada", "/licences/holders?q=ek").await;
        shown.says(&["1 person", "Bo Ek"]).is_silent_about(&["Gil Group"]);
        pages.get("ada", "/licences/holders?q=zzz").await.says(&["Nobody here"]);

        let bo = pages.person("bo");
        let why = pages.get("ada", "/licences/why?person=bo").await;
        why.is(200).says(&["Bo Ek holds a licence (Full users).", "Active people hold a licence"]);
        why.says(&[&format!("users/{bo}"), "confirmed 09:30:00", "revision 1."]);
        let why = pages.get("ada", "/licences/why?person=old").await;
        why.says(&["Old Hand holds no licence.", "Inactive people need no licence."]);
        let why = pages.get("ada", "/licences/why?person=e").await;
        why.says(&["Several people may be meant", "Bo Ek"]);
        pages.get("ada", "/licences/why?person=zzz").await.is(200).says(&["Nobody found"]);
        let hostile =
            pages.get("ada", "/licences/why?person=%3Cscript%3Ealert(1)%3C/script%3E").await;
        hostile.is(200).is_silent_about(&[HOSTILE]);
        let nobody = "/licences/why?person=01a20455-09f7-728f-a9d0-e0ca3fd1c9a3";
        pages.get("ada", nobody).await.is(404);
    }
}

#[tokio::test]
async fn somebody_of_another_instance_is_nobody() {
    let pages = pages(TestEngine::Sqlite).await;
    let other = super::second(&pages).await;
    let eve = other.person_by_name("eve").unwrap().id;
    pages.get("ada", &format!("/licences/why?person={eve}")).await.is(404);
    pages.get("ada", &format!("/configuration/entities/person/{eve}")).await.is(404);
    pages.get("ada", "/licences/why?person=eve").await.says(&["Nobody found"]);
}

#[tokio::test]
async fn the_curve_follows_the_ledger_and_the_log() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        entitle(&pages, EntitlementChange::Set(limited(8))).await;
        pages.world.clock.set(add_seconds(pages.world.now(), 10 * 86_400));
        change_person(&pages, "bo", |person| person.status = Status::Inactive).await;
        pages.world.clock.set(add_seconds(pages.world.now(), 86_400 + 60));
        let shown = pages.get("ada", "/licences/history?days=30").await;
        shown.is(200).says(&["0 held 30 days ago, 4 now; 5 given and 1 released in between."]);
        shown.says(&["<svg class=\"seat-curve\"", "sample contract", "8 · hard: nobody more"]);
        pages.get("ada", "/licences/history?days=7").await.is(200).says(&["last 90 days"]);
    }
}

#[tokio::test]
async fn what_to_send_to_the_operator() {
    let pages = pages(TestEngine::Sqlite).await;
    entitle(&pages, EntitlementChange::Set(limited(8))).await;
    let id = pages.directory().instance.id.to_string();
    let shown = pages.get("ada", "/licences/ask?more=4").await;
    shown.is(200).says(&["allot us 4 more licences: 12 altogether", &id, "Ada Admin"]);
    shown.says(&[
        "firebell licence set full 12 --instance sample",
        "mailto:?subject=More%20licences",
    ]);
    // The only instance's administrator is the operator.
    shown.says(&[&format!("operator/instances/{id}/FULL_USER")]);
    let shown = pages.get("ada", "/licences/ask?more=-1&type=x").await;
    shown.is(200).says(&["18 altogether"]);
    super::second(&pages).await;
    pages.get("ada", "/licences/ask").await.is(200).is_silent_about(&["operator/instances"]);
}

#[tokio::test]
async fn hostile_names_are_inert() {
    let pages = pages(TestEngine::Sqlite).await;
    change_person(&pages, "bo", |person| person.last_name = Name::parse("<b>\"x\"</b>").unwrap())
        .await;
    for path in [
        "/licences/holders",
        "/licences/why?person=bo",
        "/configuration",
        "/configuration/revisions/1.3",
        "/configuration/audit",
    ] {
        let shown = pages.get("ada", path).await;
        shown.is(200).is_silent_about(&["<b>\"x\"", "&lt;b&gt;\"x"]);
    }
    assert_eq!(super::allotted(&pages, pages.world.no), Some(Allotment::Unlimited));
}
