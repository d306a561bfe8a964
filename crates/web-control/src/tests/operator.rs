//! The operator console, and attempts to get into it.

use firebell_config::{Author, EntitlementChange};
use firebell_domain::instance::Region;
use firebell_domain::licence::Allotment;
use firebell_testkit::pages::Pages;
use firebell_testkit::postgres::TestEngine;

use super::{HOSTILE, allotted, entitle, limited, operated_by, pages, places, second};

/// Everything that can be posted there, with what would do harm.
fn posts(pages: &Pages) -> Vec<(String, Vec<(&'static str, &'static str)>)> {
    let id = pages.directory().instance.id;
    let terms = vec![
        ("many", "limited"),
        ("seats", "1"),
        ("strict", "hard"),
        ("approval", "because"),
        ("rev", "1.1"),
        ("do", "set"),
    ];
    vec![
        ("/operator/new".to_owned(), vec![("name", "mine"), ("region", "na"), ("do", "create")]),
        (format!("/operator/instances/{id}/FULL_USER"), terms),
        ("/operator/nodes".to_owned(), vec![]),
    ]
}

async fn is_shut(pages: &Pages, who: &str, what: &str) {
    let (_, all) = places(pages);
    for path in all {
        pages.get(who, &path).await.is(403).is_silent_about(&["<table", "Set it"]);
        pages.part(who, &path).await.is(403);
    }
    for (path, fields) in posts(pages) {
        pages.post(who, &path, &fields).await.is(403);
    }
    assert_eq!(allotted(pages, pages.world.no), Some(Allotment::Unlimited), "{what}");
    assert!(pages.world.snapshots.by_name("mine").is_none(), "{what}");
}

#[tokio::test]
async fn nobody_gets_in_who_does_not_operate() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        for who in ["bo", "gil", "pia", "rea", "sten"] {
            is_shut(&pages, who, who).await;
        }
        for (path, fields) in posts(&pages) {
            pages.post("", &path, &fields).await.is(401);
        }
        // With a second instance nobody operates until it is set.
        let other = second(&pages).await;
        let eve = pages.session_in(&other, "eve");
        is_shut(&pages, "ada", "not set").await;
        is_shut(&pages, &eve, "not set").await;
        let told = pages.get("ada", "/operator").await;
        told.says(&["Nobody operates this server yet", "FIREBELL_OPERATOR_INSTANCE"]);
        pages.get("bo", "/operator").await.is_silent_about(&["FIREBELL_OPERATOR_INSTANCE"]);

        let pages = operated_by(pages, "nowhere");
        is_shut(&pages, "ada", "not there").await;
        pages.get("ada", "/operator").await.says(&["names an instance that is not there"]);

        // An administrator of another instance is none of this one.
        let pages = operated_by(pages, "sample");
        let eve = pages.session_in(&other, "eve");
        is_shut(&pages, &eve, "another instance").await;
        pages.get("ada", "/operator").await.is(200).says(&["other", "sample", "2 instances"]);
        let theirs = format!("/operator/instances/{}", other.instance.id);
        pages.get("ada", &theirs).await.is(200).says(&["other", "1 held, unlimited"]);
    }
}

#[tokio::test]
async fn a_process_that_missed_the_second_instance_changes_nothing() {
    let pages = pages(TestEngine::Sqlite).await;
    // Another process makes it: this one's snapshots do not know.
    let fresh = firebell_config::Snapshots::load(&pages.world.db).await.unwrap();
    let random = firebell_base::Random::seeded(3);
    let elsewhere = firebell_config::Authority::new(pages.world.db.clone(), fresh, random);
    let by = Author::new("test", "elsewhere");
    elsewhere.create_instance("other", Region::Na, &by, pages.world.now()).await.unwrap();
    assert_eq!(pages.world.snapshots.all().len(), 1);
    for (path, fields) in posts(&pages) {
        pages.post("ada", &path, &fields).await.is(403);
    }
    assert_eq!(allotted(&pages, pages.world.no), Some(Allotment::Unlimited));
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let pages = pages(TestEngine::Sqlite).await;
    for (path, fields) in posts(&pages) {
        let body = firebell_testkit::pages::encoded(&fields);
        let headers = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
        let answer = pages.ask(axum::http::Method::POST, "ada", &path, &body, &headers).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
    }
    assert_eq!(allotted(&pages, pages.world.no), Some(Allotment::Unlimited));
    assert!(pages.world.snapshots.by_name("mine").is_none());
}

#[tokio::test]
async fn an_instance_is_made_after_it_was_confirmed() {
    for engine in TestEngine::ALL {
        let pages = operated_by(pages(engine).await, "sample");
        let long = "x".repeat(64);
        for name in ["", "Up", "a b", "-a", "a-", HOSTILE, long.as_str(), "sample", "a\u{202e}b"] {
            let again =
                pages.post("ada", "/operator/new", &[("name", name), ("region", "na")]).await;
            again.is(422).is_silent_about(&[HOSTILE]);
            if name == "Up" {
                again.says(&["A name has 1 to 63", "value=\"Up\""]);
            }
        }
        let wrong =
            pages.post("ada", "/operator/new", &[("name", "mine"), ("region", "moon")]).await;
        wrong.is(422).says(&["Choose one of the regions."]);
        let entered = [("name", "mine"), ("region", "na"), ("reason", "PO 7")];
        let asked = pages.post("ada", "/operator/new", &entered).await;
        asked.is(200).says(&["Make the instance mine in North America?", "nobody yet"]);
        assert!(pages.world.snapshots.by_name("mine").is_none());
        let done = [&entered[..], &[("do", "create")]].concat();
        let made = pages.post("ada", "/operator/new", &done).await;
        let mine = pages.world.snapshots.by_name("mine").unwrap();
        assert_eq!(made.is(303).location(), format!("../operator/instances/{}", mine.instance.id));
        let audit = pages.get("ada", "/operator/audit?act=instance.create").await;
        audit.says(&["operator ada (sample)", "PO 7", "mine"]);
        pages.post("ada", "/operator/new", &done).await.is(422).says(&["already"]);
    }
}

#[tokio::test]
async fn the_second_instance_without_the_setting_is_warned_of() {
    let pages = pages(TestEngine::Sqlite).await;
    let entered = [("name", "mine"), ("region", "na")];
    let asked = pages.post("ada", "/operator/new", &entered).await;
    asked.is(200).says(&["After this nobody can use this console", "FIREBELL_OPERATOR_INSTANCE"]);
    let made =
        pages.post("ada", "/operator/new", &[&entered[..], &[("do", "create")]].concat()).await;
    assert_eq!(made.is(303).location(), "../licences");
    pages.get("ada", "/operator").await.is(403);
}

/// A form with these, and what is there otherwise.
fn terms<'a>(rev: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("many", "limited"),
        ("seats", "8"),
        ("strict", "hard"),
        ("percent", "10"),
        ("floor", "1"),
        ("days", "14"),
        ("grace", "0"),
        ("rev", rev),
        ("do", "preview"),
    ];
    for (name, value) in more {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    fields
}

#[tokio::test]
async fn an_entitlement_is_previewed_then_set() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let id = pages.directory().instance.id;
        let path = format!("/operator/instances/{id}/FULL_USER");
        let form = pages.get("ada", &path).await;
        let rev = form.is(200).field("rev").unwrap();
        let seen = pages.post("ada", &path, &terms(&rev, &[("contract", HOSTILE)])).await;
        seen.is(200).says(&["What would change", "unlimited", "No guard holds this."]);
        seen.is_silent_about(&[HOSTILE]);
        assert_eq!(allotted(&pages, pages.world.no), Some(Allotment::Unlimited));
        let entered = terms(&rev, &[("do", "set"), ("contract", "PO 9"), ("reason", "a contract")]);
        let done = pages.post("ada", &path, &entered).await;
        assert_eq!(done.is(303).location(), format!("../../../operator/instances/{id}"));
        assert_eq!(allotted(&pages, pages.world.no), Some(Allotment::Limited(8)));
        pages.get("ada", "/configuration").await.says(&["a contract", "operator ada (sample)"]);
        // The same once more changes nothing.
        let rev = pages.get("ada", &path).await.field("rev").unwrap();
        let same = terms(&rev, &[("do", "set"), ("contract", "PO 9")]);
        pages.post("ada", &path, &same).await.is(303);
        assert_eq!(pages.get("ada", &path).await.field("rev").unwrap(), rev);
    }
}

#[tokio::test]
async fn guards_ask_for_a_reason_and_nobody_loses_a_licence() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let id = pages.directory().instance.id;
        let path = format!("/operator/instances/{id}/FULL_USER");
        let rev = pages.get("ada", &path).await.field("rev").unwrap();
        let seen = pages.post("ada", &path, &terms(&rev, &[("seats", "1")])).await;
        seen.is(200).says(&["A guard holds this", "less than half", "name=\"approval\""]);
        seen.says(&["Everybody keeps theirs; nobody new gets one"]);
        let refused = terms(&rev, &[("seats", "1"), ("do", "set")]);
        let held = pages.post("ada", &path, &refused).await;
        held.is(409).says(&["Say why it is meant", "value=\"1\""]);
        assert_eq!(allotted(&pages, pages.world.no), Some(Allotment::Unlimited));
        let approved = terms(&rev, &[("seats", "1"), ("do", "set"), ("approval", "they left")]);
        pages.post("ada", &path, &approved).await.is(303);
        assert_eq!(allotted(&pages, pages.world.no), Some(Allotment::Limited(1)));
        pages.get("ada", "/operator/audit").await.says(&["they left"]);
        // Five hold one, and keep it.
        pages.get("ada", "/licences").await.says(&["5 of 1 full-user licences held"]);
        pages.get("ada", "/licences/why?person=bo").await.says(&["Bo Ek holds a licence"]);
        let rev = pages.get("ada", &path).await.field("rev").unwrap();
        let none = terms(&rev, &[("many", "none")]);
        let gone = pages.post("ada", &path, &none).await;
        gone.is(200).says(&["no longer have any entitlement", "nobody is told a limit"]);
    }
}

#[tokio::test]
async fn entries_that_cannot_be_are_refused_by_field_and_kept() {
    let pages = pages(TestEngine::Sqlite).await;
    let id = pages.directory().instance.id;
    let path = format!("/operator/instances/{id}/FULL_USER");
    let rev = pages.get("ada", &path).await.field("rev").unwrap();
    for (name, value, told) in [
        ("seats", "-1", "whole number from 0"),
        ("seats", "99999999999", "whole number from 0"),
        ("many", "lots", "Choose how many"),
        ("strict", "very", "Choose what happens"),
        ("from", "soon", "This is no time"),
        ("until", "2026-13-45T00:00", "This is no time"),
        ("grace", "99999", "whole number of days"),
        ("seats", HOSTILE, "whole number from 0"),
    ] {
        let again = pages.post("ada", &path, &terms(&rev, &[(name, value), ("do", "set")])).await;
        again.is(422).says(&[told]).is_silent_about(&[HOSTILE]);
    }
    let soft = [("strict", "soft"), ("percent", "101"), ("do", "set")];
    pages.post("ada", &path, &terms(&rev, &soft)).await.is(422).says(&["from 0 to 100"]);
    let turned = [("from", "2026-05-01T00:00"), ("until", "2026-04-01T00:00"), ("do", "set")];
    let again = pages.post("ada", &path, &terms(&rev, &turned)).await;
    again.is(422).says(&["must come after the beginning", "value=\"2026-05-01T00:00\""]);
    let long = "x".repeat(201);
    let again = pages.post("ada", &path, &terms(&rev, &[("contract", &long), ("do", "set")])).await;
    again.is(422).says(&["at most 200 characters"]);
    assert_eq!(allotted(&pages, pages.world.no), Some(Allotment::Unlimited));
    for wrong in ["/operator/instances/x", "/operator/instances/x/FULL_USER"] {
        pages.get("ada", wrong).await.is(404);
    }
    pages.get("ada", &format!("/operator/instances/{id}/GOLD")).await.is(404);
}

#[tokio::test]
async fn the_second_operator_is_shown_the_difference() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let id = pages.directory().instance.id;
        let path = format!("/operator/instances/{id}/FULL_USER");
        let rev = pages.get("ada", &path).await.field("rev").unwrap();
        entitle(&pages, EntitlementChange::Set(limited(20))).await;
        let met = pages.post("ada", &path, &terms(&rev, &[("do", "set"), ("seats", "15")])).await;
        met.is(409).says(&["Somebody else changed this", "20 · hard", "15 · hard", "value=\"15\""]);
        assert_eq!(allotted(&pages, pages.world.no), Some(Allotment::Limited(20)));
        let newest = met.field("rev").unwrap();
        assert_ne!(newest, rev);
        pages.post("ada", &path, &terms(&newest, &[("do", "set"), ("seats", "15")])).await.is(303);
        assert_eq!(allotted(&pages, pages.world.no), Some(Allotment::Limited(15)));
    }
}

#[tokio::test]
async fn instances_are_searched_and_sorted() {
    for engine in TestEngine::ALL {
        let pages = operated_by(pages(engine).await, "sample");
        second(&pages).await;
        let shown = pages.get("ada", "/operator").await;
        shown.is(200).says(&["2 instances", "5 of unlimited", "1 of unlimited"]);
        let place = |html: &str, name: &str| html.find(&format!("<bdi>{name}</bdi></a>")).unwrap();
        assert!(place(&shown.html, "other") < place(&shown.html, "sample"));
        let shown = pages.get("ada", "/operator?sort=-people").await;
        assert!(place(&shown.html, "sample") < place(&shown.html, "other"));
        let shown = pages.get("ada", "/operator?q=oth").await;
        shown.says(&["1–1 of 1"]).is_silent_about(&["5 of unlimited"]);
        pages.get("ada", "/operator?q=zzz").await.says(&["No such instance"]);
        let shown = pages.get("ada", "/operator/audit?instance=other").await;
        shown.is(200).says(&["a second instance"]).is_silent_about(&["set up"]);
        let shown = pages.get("ada", "/operator/audit?instance=nowhere").await;
        shown.is(200).says(&["No such instance"]).is_silent_about(&["a second instance"]);
    }
}

#[tokio::test]
async fn nodes_say_how_fresh_they_are() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        pages.get("ada", "/operator/nodes").await.is(200).says(&["No process reads"]);
        let head = pages.directory().revision;
        let node = |id: &str, state: &str, behind: i64, ago: i64| firebell_store::nodes::NodeRow {
            id: id.to_owned(),
            boot: [1; 16],
            role: "serve".to_owned(),
            version: "0.1.0".to_owned(),
            state: state.to_owned(),
            reason: HOSTILE.to_owned(),
            applied: firebell_domain::directory::Revision { n: head.n - behind, ..head },
            proven: firebell_domain::directory::Revision::default(),
            root: [7; 32],
            fingerprint: [8; 32],
            nack: None,
            lease_ms: 2_500,
            heard: firebell_base::time::add_seconds(pages.world.now(), -ago),
        };
        for row in [
            node("alpha", "ready", 0, 1),
            node("beta", "lagging", 1, 2),
            node("gamma", "ready", 0, 40),
            node("delta", "quarantined", 0, 3),
        ] {
            firebell_store::nodes::put(&pages.world.db, row).await.unwrap();
        }
        let shown = pages.get("ada", "/operator/nodes").await;
        shown.is(200).says(&["1 of 4 nodes are ready", "Lagging", "Silent", "Quarantined"]);
        shown.says(&["2.5 s", "1 revision", "up to date", "differs from the head", "070707070707"]);
        shown.is_silent_about(&[HOSTILE]);
        pages.part("ada", "/operator/nodes").await.is(200).is_silent_about(&["<html"]);
        let good = pages.post("ada", "/operator/nodes", &[]).await;
        good.is(200).says(&["Everything is as it was written", "of 1 instances"]);
    }
}
