//! The configuration's history, its past, its audit.

use firebell_base::Id;
use firebell_config::{Author, Change};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::name::Name;
use firebell_sql::Statement;
use firebell_store::{Error, WriteTx};
use firebell_testkit::pages::Pages;
use firebell_testkit::postgres::TestEngine;

use super::{HOSTILE, pages, second};

/// Secrets of the sample below.
const SECRETS: [&str; 4] =
    ["whsec_c2FtcGxlLXNlY3JldC0wMTIzNDU2Nzg5", "t0ken-in-the-path", "keyHash", "secretHash"];

const DOCUMENT: &str = r#"
version: 1
people:
  - targetName: bo
    firstName: Bo
    lastName: Ek
    roles: [Standard User]
    timezone: Europe/Oslo
    devices:
      - { name: Hook, deviceType: GENERIC, url: "https://hooks.example.org/t0ken-in-the-path" }
"#;

async fn put(pages: &Pages, who: &str, reason: &str, entities: Vec<Entity>) {
    let by = Author::new(who, reason);
    let decide =
        move |_: &Directory| Ok(entities.iter().cloned().map(Change::Put).collect::<Vec<_>>());
    let now = pages.world.now();
    pages.world.authority.change(pages.world.no, &by, now, decide).await.unwrap();
}

async fn rename(pages: &Pages, who: &str, reason: &str, last: &str) {
    let mut bo = (**pages.directory().person_by_name("bo").unwrap()).clone();
    bo.last_name = Name::parse(last).unwrap();
    put(pages, who, reason, vec![Entity::Person(bo)]).await;
}

#[tokio::test]
async fn history_says_who_what_when_and_why_and_is_searched() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        rename(&pages, "ada", "he married", "Ek-Berg").await;
        let mut group = (**pages.directory().group_by_name("Payments").unwrap()).clone();
        group.description = "new words".to_owned();
        put(&pages, "pia", HOSTILE, vec![Entity::Group(group)]).await;
        let shown = pages.get("ada", "/configuration").await;
        shown.is(200).says(&[
            "he married",
            "1 person",
            "1 group",
            "Payments",
            "7 people and 2 groups",
        ]);
        shown.says(&[&format!("users/{}", pages.person("ada")), "Newest revision here"]);
        shown.is_silent_about(&[HOSTILE]);

        let shown = pages.get("ada", "/configuration?who=ADA").await;
        shown.says(&["he married"]).is_silent_about(&["1 group,", ">1 group<"]);
        let shown = pages.get("ada", "/configuration?kind=group").await;
        shown.is_silent_about(&["he married"]).says(&["Payments"]);
        for text in ["ek-berg", "MARRIED", "Ek-B"] {
            let shown = pages.get("ada", &format!("/configuration?text={text}")).await;
            shown.says(&["he married"]).is_silent_about(&["Payments"]);
        }
        // The name of a field is no value, and a pattern is no text.
        for text in ["lastName", "zzz", "%25"] {
            let shown = pages.get("ada", &format!("/configuration?text={text}")).await;
            shown.is(200).says(&["Nothing found"]);
        }
        let before = pages.directory().revision;
        let older = pages.get("ada", &format!("/configuration?before={before}")).await;
        older.says(&["he married"]).is_silent_about(&["&#60;script"]);
        pages.get("ada", "/configuration?before=x&kind=nonsense").await.is(200);
    }
}

#[tokio::test]
async fn a_revision_is_shown_field_by_field_with_its_neighbours() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        rename(&pages, "ada", "he married", "Ek-Berg").await;
        let at = pages.directory().revision;
        rename(&pages, "ada", HOSTILE, "Ek").await;
        let shown = pages.get("ada", &format!("/configuration/revisions/{at}")).await;
        shown.is(200).says(&["he married", "last name", "Ek-Berg", "Changed", "1 person"]);
        shown.says(&["After: 1.", "Before: 1.", "Its whole history"]);
        let newest = pages.directory().revision;
        let shown = pages.get("ada", &format!("/configuration/revisions/{newest}")).await;
        shown.is(200).says(&["&#60;script"]).is_silent_about(&[HOSTILE, "After: "]);
        for wrong in ["9.9", "x", "1", "1.99999", "-1.2"] {
            pages.get("ada", &format!("/configuration/revisions/{wrong}")).await.is(404);
        }
        let bo = pages.person("bo");
        let shown = pages.get("ada", &format!("/configuration/entities/person/{bo}")).await;
        shown.is(200).says(&["Changed by 3 revisions", "Ek-Berg", "Added", "Bo Ek"]);
        for wrong in ["person/x", "nonsense/1", &format!("group/{bo}")] {
            pages.get("ada", &format!("/configuration/entities/{wrong}")).await.is(404);
        }
    }
}

#[tokio::test]
async fn whoever_is_put_first_in_a_shift_changes_nobody_else() {
    let pages = pages(TestEngine::Sqlite).await;
    let directory = pages.directory();
    let group = directory.group_by_name("Payments").unwrap().id;
    let mut shift = (**directory.shifts_of(group).next().unwrap()).clone();
    let mut first = shift.members[0].clone();
    first.recipient = firebell_domain::recipient::Recipient::Person(pages.person("ada"));
    shift.members.insert(0, first);
    put(&pages, "ada", "ada helps", vec![Entity::Shift(Box::new(shift))]).await;
    let at = pages.directory().revision;
    let shown = pages.get("ada", &format!("/configuration/revisions/{at}")).await;
    shown.is(200).says(&["Ada Admin", "members › 1", "Payments: Always"]);
    shown.is_silent_about(&["members › 2", "Gil Group"]);
}

#[tokio::test]
async fn large_revisions_are_paged() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let model = (**pages.directory().person_by_name("rea").unwrap()).clone();
        let many = (0..120_u8).map(|n| {
            let mut one = model.clone();
            one.id = Id::from_bytes([n + 1; 16]);
            one.target_name = Name::parse(&format!("many{n}")).unwrap();
            one.web_login = one.target_name.clone();
            one.external_key = None;
            Entity::Person(one)
        });
        put(&pages, "ada", "many", many.collect()).await;
        let at = pages.directory().revision;
        let path = format!("/configuration/revisions/{at}");
        let first = pages.get("ada", &path).await;
        first.is(200).says(&["120 people", "50 of 120 entries"]);
        let (_, rest) = first.html.split_once("?after=").unwrap();
        let (after, _) = rest.split_once('"').unwrap();
        let after = after.replace("%7E", "~");
        let second = pages.get("ada", &format!("{path}?after={after}")).await;
        second.is(200).says(&["50 of 120 entries", "many50"]).is_silent_about(&["many49<"]);
        pages.get("ada", "/configuration").await.says(&["120 people", "and 118 more"]);
    }
}

#[tokio::test]
async fn secrets_are_nowhere() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        pages.world.apply(DOCUMENT).await;
        let at = pages.directory().revision;
        let hash = firebell_config::key::hash("a key");
        let mut integration = (**pages.directory().integrations().next().unwrap()).clone();
        integration.key_hash = hash;
        put(&pages, "ada", "another key", vec![Entity::Integration(integration)]).await;
        let keyed = pages.directory().revision;
        let hook = pages.directory().id_by_name(Kind::Person, "bo").unwrap();
        let hook = Id::<()>::from_bytes(hook);
        for path in [
            format!("/configuration/revisions/{at}"),
            format!("/configuration/revisions/{keyed}"),
            format!("/configuration/entities/person/{hook}"),
            format!("/configuration/at?revision={at}"),
            "/configuration".to_owned(),
            "/configuration?text=t0ken".to_owned(),
            "/configuration/audit".to_owned(),
            "/operator/audit".to_owned(),
        ] {
            let shown = pages.get("ada", &path).await;
            let shown = shown.is(200);
            for secret in &SECRETS[..2] {
                assert!(!shown.html.contains(secret), "{engine:?} {secret} on {path}");
            }
        }
        let shown = pages.get("ada", &format!("/configuration/revisions/{at}")).await;
        shown.says(&["https://hooks.example.org/"]);
        let shown = pages.get("ada", &format!("/configuration/revisions/{keyed}")).await;
        shown.says(&["Only what is secret was changed."]).is_silent_about(&SECRETS);
    }
}

#[tokio::test]
async fn other_instances_are_invisible() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let other = second(&pages).await;
        let theirs = other.revision;
        let eve = pages.session_in(&other, "eve");
        pages.get(&eve, &format!("/configuration/revisions/{theirs}")).await.is(200);
        for path in [
            format!("/configuration/revisions/{theirs}"),
            format!("/configuration/entities/person/{}", other.person_by_name("eve").unwrap().id),
            format!("/configuration/entities/entitlement/{}", Id::<()>::from_bytes([9; 16])),
        ] {
            pages.get("ada", &path).await.is(404);
        }
        for path in ["/configuration", "/configuration/audit", "/configuration/at?revision=1.99"] {
            let shown = pages.get("ada", path).await;
            shown.is(200).is_silent_about(&["a second instance", ">eve<", "Elsewhere", ">other<"]);
            pages.get(&eve, path).await.is(200).is_silent_about(&["Bo Ek", "Payments"]);
        }
        let shown = pages.get("ada", "/configuration?text=eve").await;
        shown.says(&["Nothing found"]);
        // As of their revision, ours is what it was before.
        let shown = pages.get("ada", &format!("/configuration/at?revision={theirs}")).await;
        shown.is(200).is_silent_about(&["Elsewhere"]);
    }
}

#[tokio::test]
async fn the_past_has_who_was_on_call() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let then = pages.directory().revision;
        rename(&pages, "ada", "he married", "Ek-Berg").await;
        let shown = pages.get("ada", &format!("/configuration/at?revision={then}")).await;
        shown.is(200).says(&["Always: Bo Ek → Gil Group", "Platform", "no shift in force"]);
        shown.is_silent_about(&["Ek-Berg"]);
        let shown = pages.get("ada", "/configuration/at?instant=2026-03-02T09:30").await;
        shown.is(200).says(&["Ek-Berg"]);
        let shown = pages.get("ada", "/configuration/at?instant=2020-03-02T09:30").await;
        shown.is(200).says(&["Before the beginning"]);
        let wrong = pages.get("ada", "/configuration/at?instant=tomorrow&revision=x").await;
        wrong.is(200).says(&["This is no time", "This is no revision", "value=\"tomorrow\""]);
        let future = pages.get("ada", "/configuration/at?instant=2030-03-02T09:30").await;
        future.says(&["lies in the future"]);
    }
}

#[tokio::test]
async fn the_export_and_the_check() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let file = pages.get("ada", "/configuration/export").await;
        file.is(200).says(&["targetName: bo", "version: 1"]);
        let place = file.headers["content-disposition"].to_str().unwrap();
        assert!(place.starts_with("attachment; filename=\"sample-1."), "{place}");
        let good = pages.post("ada", "/configuration/check", &[]).await;
        good.is(200).says(&["Everything is as it was written"]);
        let write = |tx: &mut WriteTx<'_>| {
            let s = Statement::new(
                "test.tamper",
                "update config_entities set body = replace(body, 'Ek', 'Xx') where kind = 'person'",
            );
            tx.execute(&s, &[])
        };
        let done: Result<u64, Error> = pages.world.db.write("test.tamper", write).await;
        assert!(done.unwrap() > 0);
        let bad = pages.post("ada", "/configuration/check", &[]).await;
        bad.is(200).says(&["What is stored is not what was written"]);
    }
}

#[tokio::test]
async fn the_audit_is_filtered_and_its_chain_followed() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        rename(&pages, "ada", "he married", "Ek-Berg").await;
        let shown = pages.get("ada", "/configuration/audit").await;
        shown.is(200).says(&["Configuration changed", "Instance made", "he married"]);
        shown.says(&["hx-get=\"../configuration/audit/chain\""]);
        let shown = pages.get("ada", "/configuration/audit?who=ada&act=config.change").await;
        shown.says(&["he married"]).is_silent_about(&["set up"]);
        pages.get("ada", "/configuration/audit?text=zzz").await.says(&["Nothing found"]);
        let shown = pages.part("ada", "/configuration/audit/chain").await;
        shown.is(200).says(&["Unbroken"]).is_silent_about(&["<html", "acts"]);
        let shown = pages.get("ada", "/operator/audit/chain").await;
        shown.is(200).says(&["3 acts", "newest hash"]);
        let write = |tx: &mut WriteTx<'_>| {
            let s = Statement::new("test.tamper", "update audit set reason = 'x' where seq = 2");
            tx.execute(&s, &[])
        };
        let done: Result<u64, Error> = pages.world.db.write("test.tamper", write).await;
        assert_eq!(done.unwrap(), 1);
        // A look counts for a minute.
        pages.part("ada", "/configuration/audit/chain").await.says(&["Unbroken"]);
        pages.world.clock.set(firebell_base::time::add_seconds(pages.world.now(), 61));
        let shown = pages.part("ada", "/configuration/audit/chain").await;
        shown.says(&["Broken", "Tell your operator"]);
        pages.get("ada", "/operator/audit/chain").await.says(&["broken at act 2"]);
    }
}
