//! The list: what it shows, filters, hostile input, several at once, export.

use std::sync::Arc;

use firebell_config::{Author, Change};
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::name::Name;
use firebell_domain::person::{Person, Status};
use firebell_testkit::pages::Pages;
use firebell_testkit::postgres::TestEngine;

use super::pages;

/// Gives a person other fields, past the pages.
async fn alter(pages: &Pages, name: &str, change: fn(&mut Person)) {
    let id = pages.person(name);
    let decide = move |directory: &Directory| {
        let mut person = (**directory.person(id).unwrap()).clone();
        change(&mut person);
        Ok(vec![Change::Put(Entity::Person(person))])
    };
    let now = pages.ui.clock.now();
    let by = Author::new("test", "test");
    pages.ui.authority.change(pages.world.no, &by, now, decide).await.unwrap();
}

#[tokio::test]
async fn the_list_says_the_licences_first_and_shows_people_in_order() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let page = pages.get("ada", "/users").await;
        page.is(200).says(&[
            "<h1>Users</h1>",
            "7 of 7 users",
            "full-user licences held",
            "Add User",
        ]);
        page.says(&["at revision ", "Ada Admin", "Oslo", "No Access User"]);
        let at = |name: &str| page.html.find(&format!("<bdi>{name}</bdi>")).unwrap();
        assert!(at("Ada Admin") < at("Bo Ek") && at("Bo Ek") < at("Sten Stake"));
        // Whoever only reads adds nobody and chooses nobody.
        let reader = pages.get("rea", "/users").await;
        reader.is(200).is_silent_about(&["Add User", "name=\"id\"", "users/bulk"]);
    }
}

#[tokio::test]
async fn filters_live_in_the_url_and_a_script_gets_the_table_only() {
    let pages = pages(TestEngine::Sqlite).await;
    for (query, shown, not) in [
        ("q=bo%40example", "Bo Ek", "Ada Admin"),
        ("status=INACTIVE", "Old Hand", "Bo Ek"),
        ("licence=STAKEHOLDER_USER", "Sten Stake", "Bo Ek"),
        ("role=Person+Supervisor", "Pia People", "Bo Ek"),
        ("group=payments", "Gil Group", "Ada Admin"),
        ("site=-&role=Full+Access+User", "Ada Admin", "Bo Ek"),
    ] {
        let part = pages.part("rea", &format!("/users?{query}")).await;
        let (shown, not) = (format!("<bdi>{shown}</bdi>"), format!("<bdi>{not}</bdi>"));
        part.is(200).says(&[&shown]).is_silent_about(&[&not, "<h1>"]);
    }
    let part = pages.part("rea", "/users?q=bo&status=&licence=").await;
    assert_eq!(part.headers["hx-push-url"], "users?q=bo");
    let unknown = pages.get("rea", "/users?group=nobodys").await;
    unknown.is(200).says(&["There is no group nobodys", "0 of 7 users", "Show everybody"]);
    let down = pages.part("rea", "/users?sort=-name").await;
    let at = |name: &str| down.html.find(&format!("<bdi>{name}</bdi>")).unwrap();
    assert!(at("Sten Stake") < at("Ada Admin"));
    down.says(&["aria-sort=\"descending\""]);
    let columns = pages.part("rea", "/users?cols=zone&cols=email&cols=groups").await;
    columns.says(&["America/New_York", "gil@example.org", "<bdi>Payments</bdi>"]);
    columns.is_silent_about(&["Read-only User"]);
    pages.part("rea", "/users?page=99").await.is(200).says(&["Ada Admin"]);
    let names = pages.part("rea", "/users/suggest?supervisors=ada&supervisors=gil").await;
    assert_eq!(names.html.trim(), "<option value=\"gil\">Gil Group</option>");
    pages.part("rea", "/users/suggest?group=pay").await.says(&["Payments"]);
}

#[tokio::test]
async fn hostile_names_and_questions_are_inert() {
    let pages = pages(TestEngine::Sqlite).await;
    alter(&pages, "bo", |person| {
        person.first_name = Name::parse("<script>alert(1)</script>").unwrap();
        person.last_name = Name::parse("\"><img src=x onerror=alert(2)>𝔘").unwrap();
        person.external_key = Some("javascript:alert(3)".to_owned());
    })
    .await;
    let id = pages.person("bo");
    let (show, edit) = (format!("/users/{id}"), format!("/users/{id}/edit"));
    for path in [
        "/users",
        "/users?q=%3Cscript%3Ealert(4)%3C%2Fscript%3E&site=%22%3E%3Cscript%3E&sort=%22%3E%3Cb",
        "/users?group=%3Cscript%3E&back=%22%3E%3Cscript%3E&cols=%3Cscript%3E",
        &show,
        &edit,
    ] {
        let page = pages.get("ada", path).await;
        page.is(200).is_silent_about(&["<script>alert", "<img src", "\"><script"]);
    }
    let long = "x".repeat(7_000);
    pages.get("ada", &format!("/users?q={long}&page=99999999999999999999")).await.is(200);
    pages.get("ada", "/users?q=%FF%00%E2%80%AE").await.is(200);
}

#[tokio::test]
async fn several_are_deactivated_at_once_and_brought_back() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let (bo, gil) = (pages.person("bo").to_string(), pages.person("gil").to_string());
        let fields = [
            ("do", "deactivate"),
            ("id", bo.as_str()),
            ("id", gil.as_str()),
            ("back", "?q=x&page=2"),
        ];
        let done = pages.post("ada", "/users/bulk", &fields).await;
        assert_eq!(
            (done.is(303).location(), status(&pages, "bo")),
            ("../users?q=x&page=2", Status::Inactive)
        );
        let toast = done.headers["set-cookie"].to_str().unwrap();
        assert!(toast.contains("2+users+deactivated") && toast.contains("users%2Fbulk"), "{toast}");
        let ids = toast.split("f.ids=").nth(1).unwrap().split([';', '&']).next().unwrap();
        let back = pages.post("ada", "/users/bulk", &[("do", "activate"), ("ids", ids)]).await;
        assert_eq!((back.is(303).location(), status(&pages, "gil")), ("../users", Status::Active));
    }
}

fn status(pages: &Pages, name: &str) -> Status {
    let directory = pages.directory();
    directory.person_by_name(name).unwrap().status
}

#[tokio::test]
async fn nobody_locks_themselves_out_or_reaches_above_themselves() {
    let pages = pages(TestEngine::Sqlite).await;
    let (ada, pia, bo) = (pages.person("ada"), pages.person("pia"), pages.person("bo"));
    let (ada_text, bo_text) = (ada.to_string(), bo.to_string());
    let both = [("do", "deactivate"), ("id", ada_text.as_str()), ("id", bo_text.as_str())];
    pages.post("ada", "/users/bulk", &both).await.is(422).says(&["yourself"]);
    // A Person Supervisor changes nobody with full access, and then nobody at all.
    pages.post("pia", "/users/bulk", &both).await.is(422).says(&["You may not change this person"]);
    assert_eq!(status(&pages, "bo"), Status::Active);
    pages.post("rea", "/users/bulk", &both).await.is(403);
    for act in ["activate", "deactivate", "remove", "password-mail"] {
        let path = format!("/users/{ada}/{act}");
        pages.post("pia", &path, &[("name", "ada")]).await.is(403);
        pages.post("bo", &path, &[("name", "ada")]).await.is(403);
    }
    let own = format!("/users/{pia}/deactivate");
    pages.post("pia", &own, &[]).await.is(422);
    let many: Vec<String> = (0..201_u8)
        .map(|n| firebell_domain::person::PersonId::from_bytes([n; 16]).to_string())
        .collect();
    let many: Vec<(&str, &str)> = std::iter::once(("do", "activate"))
        .chain(many.iter().map(|id| ("id", id.as_str())))
        .collect();
    pages.post("ada", "/users/bulk", &many).await.is(422).says(&["At most 200"]);
    pages.post("ada", "/users/bulk", &[("do", "explode"), ("id", &bo_text)]).await.is(422);
    pages.post("ada", "/users/bulk", &[("do", "activate")]).await.is(303);
}

#[tokio::test]
async fn the_export_has_the_same_people_and_no_formulas() {
    let pages = pages(TestEngine::Sqlite).await;
    alter(&pages, "bo", |person| {
        person.last_name = Name::parse("=cmd|' /C calc'!A0").unwrap();
        person.properties.insert("desk".to_owned(), firebell_domain::property::Value::Int(7));
    })
    .await;
    let page = pages.get("rea", "/users/export.csv").await;
    page.is(200).says(&["user_id,first_name", "'=cmd|", "property:desk", "bo@example.org"]);
    assert_eq!(page.html.lines().count(), 8);
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
    let some = pages.get("rea", "/users/export.csv?q=gil").await;
    assert_eq!(some.is(200).html.lines().count(), 2);
    // Everybody comes back unchanged.
    let table = [("table", page.html.as_str())];
    let back = pages.post("ada", "/users/import", &table).await;
    back.is(200).says(&["0 added, 0 changed, 7 unchanged, 0 refused"]);
}

#[tokio::test]
async fn a_page_of_another_instance_is_not_there() {
    let pages = pages(TestEngine::Sqlite).await;
    let by = Author::new("test", "test");
    let now = pages.ui.clock.now();
    let region = firebell_domain::instance::Region::Emea;
    let other = pages.ui.authority.create_instance("other", region, &by, now).await.unwrap();
    let mut person = (**pages.directory().person_by_name("bo").unwrap()).clone();
    person.id = firebell_domain::person::PersonId::from_bytes([9; 16]);
    (person.supervisors, person.site) = (Vec::new(), None);
    let id = person.id;
    let decide = move |_: &Directory| Ok(vec![Change::Put(Entity::Person(person.clone()))]);
    pages.ui.authority.change(other.instance.no, &by, now, decide).await.unwrap();
    for path in ["", "/edit", "/remove"] {
        pages
            .get("ada", &format!("/users/{id}{path}"))
            .await
            .is(404)
            .says(&["There is no such user"]);
    }
    for path in ["/edit", "/remove", "/activate", "/deactivate", "/password-mail"] {
        pages.post("ada", &format!("/users/{id}{path}"), &[("rev", "1.1")]).await.is(404);
    }
    pages.get("ada", "/users/not-an-id").await.is(404);
    let id = id.to_string();
    let fields = [("do", "deactivate"), ("id", id.as_str())];
    pages.post("ada", "/users/bulk", &fields).await.is(303);
    let there = pages.ui.snapshots.instance(other.instance.no).unwrap();
    assert!(there.people().all(|person| person.status == Status::Active));
}

/// Told, not asserted: the time a list of 100,000 takes in the server, in a release build.
#[tokio::test]
async fn the_time_of_a_page_of_a_large_instance_is_told() {
    const PEOPLE: usize = if cfg!(debug_assertions) { 500 } else { 100_000 };
    let pages = pages(TestEngine::Sqlite).await;
    let sample = pages.directory();
    let like = Arc::clone(sample.person_by_name("bo").unwrap());
    let random = pages.ui.random.clone();
    let now = pages.ui.clock.now();
    let changes: Vec<Change> = (0..PEOPLE)
        .map(|n| {
            let name = |text: String| Name::parse(&text).unwrap();
            let target = name(format!("sample.{n}"));
            Change::Put(Entity::Person(Person {
                id: firebell_domain::person::PersonId::new(&random, now),
                first_name: name(format!("Sample{}", n % 977)),
                last_name: name(format!("Person{n}")),
                web_login: target.clone(),
                target_name: target,
                ..(*like).clone()
            }))
        })
        .collect();
    let decide = move |_: &Directory| Ok(changes.clone());
    let by = Author::new("test", "test");
    pages.ui.authority.change(pages.world.no, &by, now, decide).await.unwrap();
    let cookie = pages.session("ada");
    let clock = firebell_base::Clock::System;
    for path in ["/users", "/users?q=person99", "/users?sort=-updated&page=7", "/users?cols=groups"]
    {
        let mut times = Vec::new();
        for _ in 0..if cfg!(debug_assertions) { 3 } else { 100 } {
            let began = clock.now();
            pages.get(&cookie, path).await.is(200);
            times.push(clock.now().as_microsecond() - began.as_microsecond());
        }
        let first = times[0];
        times.sort_unstable();
        let (p50, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
        println!("{path}: first {first} us, p50 {p50} us, p99 {p99} us, {PEOPLE} people");
    }
}
