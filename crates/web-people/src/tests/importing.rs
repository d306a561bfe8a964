//! Imports: the preview, doing exactly what it said, and what comes in between.

use std::fmt::Write as _;
use std::sync::Arc;

use firebell_domain::device::Address;
use firebell_domain::person::LicenceType;
use firebell_testkit::pages::{Page, Pages};
use firebell_testkit::postgres::TestEngine;

use super::{Hanging, entitle, hard, pages};
use crate::import::Turns;
use crate::with_turns;

const TABLE: &str = "user_id;first_name;last_name;email;property:desk\r\n\
                     bo;Bo;Lund;;7\r\n\
                     new.one;Zoë;\"One; of two\";new.one@example.org;\r\n\
                     new.two;;Two;;\r\n\
                     gil;;;;\r\n";

async fn preview(pages: &Pages, table: &str) -> Page {
    pages.post("ada", "/users/import", &[("table", table)]).await
}

async fn apply(pages: &Pages, table: &str, page: &Page) -> Page {
    let digest = page.field("digest").unwrap();
    pages.post("ada", "/users/import", &[("table", table), ("digest", &digest)]).await
}

#[tokio::test]
async fn what_was_shown_is_done_and_only_that() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        entitle(&pages, hard(LicenceType::FullUser, 10)).await;
        pages.get("ada", "/users/import").await.is(200).says(&["user_id", "Template"]);
        let shown = preview(&pages, TABLE).await;
        shown.is(200).says(&["1 added, 1 changed, 1 unchanged, 1 refused", "first_name"]);
        shown.says(&["is missing; new users need one", "<bdi>Lund</bdi>", "One; of two"]);
        shown.says(&["Full user: 1 needed, 0 given back, 5 free, confirmed", "Import 2 users"]);
        assert_eq!(pages.directory().people().len(), 7, "a preview changes nothing");
        let done = apply(&pages, TABLE, &shown).await;
        assert_eq!(done.is(303).location(), "../users?sort=-updated");
        let directory = pages.directory();
        assert_eq!(directory.people().len(), 8, "{engine:?}");
        let one = directory.person_by_name("new.one").unwrap();
        assert_eq!(one.last_name.as_str(), "One; of two");
        assert_eq!(directory.devices_of(one.id).count(), 1);
        assert_eq!(directory.person_by_name("bo").unwrap().last_name.as_str(), "Lund");
        // The same once more: there is nothing left of it.
        let again = apply(&pages, TABLE, &shown).await;
        again.is(409).says(&["Changed meanwhile", "0 added, 0 changed, 3 unchanged, 1 refused"]);
    }
}

#[tokio::test]
async fn a_plan_that_would_do_something_else_by_now_is_shown_anew() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let shown = preview(&pages, TABLE).await;
        let bo = pages.person("bo");
        pages.post("ada", &format!("/users/{bo}/deactivate"), &[]).await.is(303);
        // That does not touch what the table says of Bo.
        let name = [("name", "bo")];
        pages.post("ada", &format!("/users/{bo}/remove"), &name).await.is(303);
        let moved = apply(&pages, TABLE, &shown).await;
        moved.is(409).says(&["Changed meanwhile", "2 added, 0 changed", "new.one"]);
        assert!(pages.directory().person_by_name("new.one").is_none());
        // Another table under the same digest is not done either.
        let other = TABLE.replace("Lund", "Evil");
        apply(&pages, &other, &moved).await.is(409);
        apply(&pages, TABLE, &moved).await.is(303);
    }
}

#[tokio::test]
async fn too_few_licences_import_nobody() {
    let pages = pages(TestEngine::Sqlite).await;
    entitle(&pages, hard(LicenceType::FullUser, 6)).await;
    let table = "user_id,first_name,last_name\nx.one,X,One\nx.two,X,Two\n";
    let shown = preview(&pages, table).await;
    shown.says(&["2 needed, 0 given back, 1 free, confirmed"]);
    let denied = apply(&pages, table, &shown).await;
    denied.is(409).says(&["full-user licences", "Nobody was added or changed", "x.two"]);
    assert_eq!(pages.directory().people().len(), 7);
}

#[tokio::test]
async fn a_database_that_hangs_is_said_and_the_table_is_kept() {
    let pages = pages(TestEngine::Sqlite).await;
    let cookie = pages.session("ada");
    let shown = preview(&pages, TABLE).await;
    let digest = shown.field("digest").unwrap();
    let hanging = Hanging::of(&pages.world.db);
    let fields = [("table", TABLE), ("digest", digest.as_str())];
    let page = pages.post(&cookie, "/users/import", &fields).await;
    page.is(503).says(&["so nobody was added or changed", "new.one@example.org"]);
    drop(hanging);
    assert_eq!(pages.directory().people().len(), 7);
}

#[tokio::test]
async fn two_tables_are_read_at_a_time_and_the_others_are_told() {
    let turns = Arc::new(Turns::default());
    let pages = Pages::new(TestEngine::Sqlite, with_turns(Arc::clone(&turns))).await;
    let cookie = pages.session("ada");
    let shown = preview(&pages, TABLE).await;
    let first = turns.previews.acquire().await.unwrap();
    preview(&pages, TABLE).await.is(200);
    let second = turns.previews.acquire().await.unwrap();
    let busy = preview(&pages, TABLE).await;
    busy.is(429).says(&["Others are importing", "new.one@example.org"]);
    assert_eq!(busy.field("digest"), None);
    // What was shown is imported all the same, one at a time.
    let digest = shown.field("digest").unwrap();
    let fields = [("table", TABLE), ("digest", digest.as_str())];
    let import = turns.imports.acquire().await.unwrap();
    let waiting = pages.post(&cookie, "/users/import", &fields).await;
    waiting.is(429).says(&["Others are importing", "new.one@example.org"]);
    assert_eq!(pages.directory().people().len(), 7);
    drop(import);
    pages.post(&cookie, "/users/import", &fields).await.is(303);
    // Nothing is left of it: that is said without a preview while others are at it.
    let again = pages.post(&cookie, "/users/import", &fields).await;
    again.is(409).says(&["Changed meanwhile"]);
    assert_eq!(again.field("digest"), None);
    drop((first, second));
    preview(&pages, TABLE).await.is(200).says(&["3 unchanged"]);
}

#[tokio::test]
async fn ones_own_way_in_is_not_changed_by_a_table() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let before = pages.directory();
        let ada = (**before.person_by_name("ada").unwrap()).clone();
        for (columns, cells, told) in [
            ("email", "ada@elsewhere.example", "where you are asked for your password"),
            ("web_login", "someone.new", "how, or whether, you sign in yourself"),
            ("phone_login", "4711", "how, or whether, you sign in yourself"),
            ("status", "INACTIVE", "how, or whether, you sign in yourself"),
        ] {
            let table = format!("user_id,last_name,{columns}\nada,Changed,{cells}\nbo,Lund,\n");
            let shown = preview(&pages, &table).await;
            shown.is(200).says(&["0 added, 1 changed, 0 unchanged, 1 refused", told]);
        }
        let table = "user_id,last_name,email\nada,Changed,ada@elsewhere.example\nbo,Lund,\n";
        let shown = preview(&pages, table).await;
        apply(&pages, table, &shown).await.is(303);
        let after = pages.directory();
        assert_eq!(**after.person(ada.id).unwrap(), ada, "{engine:?}");
        let mail = &after.devices_of(ada.id).next().unwrap().address;
        assert_eq!(*mail, Address::Email("ada@example.org".to_owned()));
        assert_eq!(after.person_by_name("bo").unwrap().last_name.as_str(), "Lund");
        // Anything else of oneself, and the same address, may be in it.
        let table = "user_id,last_name,email\nada,Changed,ada@example.org\n";
        preview(&pages, table).await.says(&["0 added, 1 changed, 0 unchanged, 0 refused"]);
        // Addresses of others as before.
        let table = "user_id,email\nbo,bo@elsewhere.example\n";
        preview(&pages, table).await.says(&["0 added, 1 changed, 0 unchanged, 0 refused"]);
    }
}

#[tokio::test]
async fn hostile_tables_are_refused_or_inert() {
    let pages = pages(TestEngine::Sqlite).await;
    let table = "\u{FEFF}user_id,first_name,last_name,<script>alert(1)</script>\n\
                 \"<img src=x>\",\"=1+1\",</textarea><script>alert(2)</script>,x\n\
                 a\u{202E}b,A,B,\n";
    let page = preview(&pages, table).await;
    page.is(200)
        .says(&["1 added, 0 changed, 0 unchanged, 1 refused", "These columns are not read"]);
    page.is_silent_about(&["<script>alert", "<img src", "</textarea><script"]);
    for (table, told) in [
        ("", "There is no table"),
        ("first_name\nBo\n", "one of them must be user_id"),
        ("user_id,x\nbo,\"open\n", "a quotation mark is opened here and never closed"),
    ] {
        let page = preview(&pages, table).await;
        page.says(&[told]);
        assert_eq!(page.field("digest"), None, "{table:?}");
    }
    let huge = "x".repeat(17 * 1024 * 1024);
    let page = pages.ask(http::Method::POST, "ada", "/users/import", &huge, &[]).await;
    page.is(413).says(&["larger than 4 MiB"]);
    let five = format!("table={}", "x".repeat(5 * 1024 * 1024));
    let page = pages.ask(http::Method::POST, "ada", "/users/import", &five, &[]).await;
    page.is(200).says(&["at most 4 MiB"]);
}

#[tokio::test]
async fn the_template_is_a_table_that_can_be_imported() {
    let pages = pages(TestEngine::Sqlite).await;
    let template = pages.get("ada", "/users/import/template.csv").await;
    template.is(200);
    let shown = preview(&pages, &template.html).await;
    shown.says(&["2 added, 0 changed, 0 unchanged, 0 refused"]);
    apply(&pages, &template.html, &shown).await.is(303);
    assert!(pages.directory().person_by_name("sample.two").is_some());
}

/// Told, not asserted: how long ten thousand new users take.
#[tokio::test]
async fn the_time_of_a_large_import_is_told() {
    const LINES: usize = if cfg!(debug_assertions) { 300 } else { 10_000 };
    let pages = pages(TestEngine::Sqlite).await;
    let mut table = "user_id,first_name,last_name,email\n".to_owned();
    for n in 0..LINES {
        writeln!(table, "sample.{n},Sample,Number {n},sample.{n}@example.org").unwrap();
    }
    let clock = firebell_base::Clock::System;
    let began = clock.now();
    let shown = preview(&pages, &table).await;
    let planned = clock.now();
    let done = apply(&pages, &table, &shown).await;
    let ended = clock.now();
    println!(
        "{LINES} lines: previewed in {} ms ({} bytes), imported in {} ms",
        (planned.as_microsecond() - began.as_microsecond()) / 1_000,
        shown.html.len(),
        (ended.as_microsecond() - planned.as_microsecond()) / 1_000
    );
    assert_eq!(done.is(303).location(), "../users?sort=-updated");
    assert_eq!(pages.directory().people().len(), LINES + 7);
}
