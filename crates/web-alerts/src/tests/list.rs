//! The list: filters, counts, acts on several alerts, kept filters.

use firebell_domain::alert::{Alert, State};
use firebell_pipeline::respond::StateChange;
use firebell_store::alert_search::{self, Filter, Order, Part};
use firebell_testkit::pages::Pages;
use firebell_testkit::postgres::TestEngine;

use super::pages;

#[tokio::test]
async fn the_first_line_says_what_needs_the_reader() {
    for engine in TestEngine::ALL {
        let pages = pages(engine, 3).await;
        let seen = pages.get("bo", "/alerts").await;
        seen.is(200).says(&[
            "3 need you · 3 open · 0 resolved today",
            "Disk 1 is full",
            "Disk 3 is full",
            "Payments",
            "Bo Ek told",
            "escalates",
            "1–3 of 3",
        ]);
        // Gil is not told yet; Ada never is.
        pages.get("gil", "/alerts").await.is(200).says(&["Nothing needs you · 3 open"]);
        pages.get("ada", "/alerts/counts").await.is(200).says(&["Nothing needs you · 3 open"]);
        // Newest first.
        let at = |text: &str| seen.html.find(text).expect(text);
        assert!(at("Disk 3 is full") < at("Disk 1 is full"), "{engine:?}");
        pages.get("", "/alerts").await.is(303);
    }
}

#[tokio::test]
async fn filters_choose() {
    for engine in TestEngine::ALL {
        let mut pages = pages(engine, 2).await;
        pages.world.send("Monitor", r#"{"summary": "Quiet one", "priority": "LOW"}"#).await;
        let group = pages.directory().group_by_name("Payments").expect("the group").id;
        let platform = pages.directory().group_by_name("Platform").expect("the group").id;
        let table = [
            ("/alerts?q=disk+1".to_owned(), vec!["Disk 1"], vec!["Disk 2", "Quiet"]),
            ("/alerts?q=disk%2F2".to_owned(), vec!["Disk 2"], vec!["Disk 1"]),
            ("/alerts?q=%25".to_owned(), vec![], vec!["Disk 1", "Quiet"]),
            ("/alerts?priority=low".to_owned(), vec!["Quiet"], vec!["Disk 1"]),
            ("/alerts?who=me".to_owned(), vec!["Quiet", "Disk 1"], vec![]),
            ("/alerts?who=me&status=all".to_owned(), vec!["Quiet", "Disk 1"], vec![]),
            (format!("/alerts?group={group}"), vec!["Disk 2", "Quiet"], vec![]),
            (
                format!("/alerts?status=all&group={group}&sort=oldest"),
                vec!["Disk 2", "Quiet"],
                vec![],
            ),
            (format!("/alerts?status=all&group={platform}"), vec![], vec!["Disk 2", "Quiet"]),
            ("/alerts?group=nobody".to_owned(), vec![], vec!["Disk 1"]),
            ("/alerts?status=closed".to_owned(), vec!["No such alerts"], vec!["Disk 1"]),
            ("/alerts?age=1h&sort=priority".to_owned(), vec!["Disk 1", "Quiet"], vec![]),
        ];
        for (path, there, away) in table {
            let seen = pages.get("bo", &path).await;
            let rows = seen.html.split("id=\"alerts\"").nth(1).expect(&path).to_owned();
            for text in there {
                assert!(rows.contains(text), "{engine:?} {path}: {text} is missing\n{rows}");
            }
            for text in away {
                assert!(!rows.contains(text), "{engine:?} {path}: {text} is there");
            }
        }
        let part = pages.part("bo", "/alerts?priority=low").await;
        part.is(200).says(&["Quiet", "hx-swap-oob"]).is_silent_about(&["<html", "Saved views"]);
    }
}

#[tokio::test]
async fn several_are_acknowledged_and_resolved_at_once() {
    for engine in TestEngine::ALL {
        let pages = pages(engine, 3).await;
        let alerts = pages.world.alerts().await;
        let id = |place: usize| alerts[place].id.to_string();
        let (one, two) = (id(0), id(1));
        let fields = [
            ("do", "acknowledge"),
            ("alert", one.as_str()),
            ("alert", &two),
            ("back", "q=disk&page=1"),
        ];
        let done = pages.post("bo", "/alerts/bulk", &fields).await;
        done.is(303);
        assert_eq!(done.location(), "../alerts?q=disk&page=1");
        let states = |alerts: Vec<Alert>| alerts.into_iter().map(|a| a.state).collect::<Vec<_>>();
        let now = states(pages.world.alerts().await);
        assert_eq!(now, [State::Acknowledged, State::Acknowledged, State::Open], "{engine:?}");
        let fields = [("do", "resolve"), ("alert", one.as_str())];
        pages.post("bo", "/alerts/bulk", &fields).await.is(303);
        assert_eq!(states(pages.world.alerts().await)[0], State::Closed);
        let seen = pages.get("bo", "/alerts?status=closed").await;
        seen.is(200).says(&["1 needs you · 2 open · 1 resolved today", "Disk 1", "Resolved"]);
        // Late, unknown, too many, nothing: said, and nothing breaks.
        for fields in [
            vec![("do", "resolve"), ("alert", one.as_str())],
            vec![("do", "resolve"), ("alert", "01234567-89ab-7def-8123-456789abcdef")],
            vec![("do", "resolve"), ("alert", "x")],
            vec![("do", "explode"), ("alert", one.as_str())],
            vec![("alert", "x"); 300],
        ] {
            pages.post("bo", "/alerts/bulk", &fields).await.is(303);
        }
        // Only reading, or a stakeholder's licence, is not enough.
        for who in ["rea", "sten"] {
            let refused =
                pages.post(who, "/alerts/bulk", &[("do", "resolve"), ("alert", &two)]).await;
            refused.is(403).says(&["You may not change alerts"]);
            pages.get(who, "/alerts").await.is(200).is_silent_about(&["name=\"do\""]);
        }
        assert_eq!(states(pages.world.alerts().await)[1], State::Acknowledged);
    }
}

#[tokio::test]
async fn the_way_back_stays_here() {
    let pages = pages(TestEngine::Sqlite, 0).await;
    for back in ["//evil.example", "https://evil.example/", "\r\nx: y", "../../x"] {
        let done = pages.post("bo", "/alerts/bulk", &[("do", "resolve"), ("back", back)]).await;
        assert!(done.location().starts_with("../alerts"), "{:?}", done.location());
        assert!(!done.location().contains("//evil"), "{:?}", done.location());
    }
}

#[tokio::test]
async fn filters_are_kept_renamed_and_forgotten() {
    for engine in TestEngine::ALL {
        let pages = pages(engine, 0).await;
        let keep = |name: &'static str, query: &'static str| {
            let pages = &pages;
            async move { pages.post("bo", "/alerts/views", &[("name", name), ("query", query)]).await }
        };
        keep("My disks", "q=disk&page=7&evil=%22%3E").await.is(303);
        let seen = pages.get("bo", "/alerts").await;
        seen.is(200).says(&["My disks", "alerts?q=disk&#38;evil=%22%3E"]);
        pages.get("gil", "/alerts").await.is_silent_about(&["My disks"]);
        keep("My disks", "q=other").await.is(303);
        keep("", "q=x").await.is(303);
        keep("a\u{202e}b", "q=x").await.is(303);
        keep("Nothing", "").await.is(303);
        let seen = pages.get("bo", "/alerts").await;
        assert_eq!(seen.html.matches("/rename\"").count(), 1, "{engine:?}");
        let view = seen.html.split("alerts/views/").nth(2).and_then(|rest| rest.split_once('/'));
        let view = view.expect("a view").0.to_owned();
        let path = format!("/alerts/views/{view}");
        pages.post("bo", &format!("{path}/rename"), &[("name", "Disks & <b>")]).await.is(303);
        pages.get("bo", "/alerts").await.says(&["Disks &#38; &#60;b&#62;"]);
        // It is Bo's alone.
        pages.post("gil", &format!("{path}/rename"), &[("name", "x")]).await.is(404);
        pages.post("gil", &format!("{path}/delete"), &[]).await.is(404);
        pages.post("bo", &format!("{path}/delete"), &[]).await.is(303);
        pages.post("bo", &format!("{path}/delete"), &[]).await.is(404);
        let bo = pages.session("bo");
        for n in 0..40 {
            let name = format!("View {n}");
            pages.post(&bo, "/alerts/views", &[("name", &name), ("query", "q=x")]).await.is(303);
        }
        let seen = pages.get("bo", "/alerts").await;
        assert_eq!(seen.html.matches("/rename\"").count(), 30, "{engine:?}");
    }
}

#[tokio::test]
async fn hostile_text_is_inert() {
    for engine in TestEngine::ALL {
        let mut pages = pages(engine, 0).await;
        let body = serde_json::json!({
            "summary": "<script>alert(1)</script>\u{202e}😀",
            "dedupKey": "\"><img src=x onerror=alert(2)>",
            "properties": {"<b>": "javascript:alert(3)</script><script>"},
        });
        pages.world.send("Monitor", &body.to_string()).await;
        let alert = pages.world.alert().await;
        for path in ["/alerts".to_owned(), format!("/alerts/{}", alert.id)] {
            let seen = pages.get("bo", &path).await;
            seen.is(200).says(&["&#60;script&#62;", "😀"]);
            seen.is_silent_about(&["<script>alert", "<img src", "\u{202e}", "<b>\""]);
        }
        let hostile =
            "/alerts?q=%22%3E%3Cscript%3E&group=%22%3E%3Cscript%3E&who=%3Cscript%3E&sort=%22";
        pages.get("bo", hostile).await.is(200).is_silent_about(&["<script>\"", "\"><script"]);
    }
}

#[tokio::test]
async fn the_list_is_paged_and_stays_in_its_instance() {
    for engine in TestEngine::ALL {
        let pages = pages(engine, 0).await;
        let bodies: Vec<String> =
            (1..=60).map(|n| format!(r#"{{"summary": "Number {n}."}}"#)).collect();
        let mut pages = pages;
        for body in &bodies {
            pages.world.accept("Monitor", body).await.expect("accepted");
        }
        pages.world.settle().await;
        let first = pages.get("bo", "/alerts").await;
        first
            .is(200)
            .says(&["1–50 of 60", "Number 60.", "page=2"])
            .is_silent_about(&["Number 10."]);
        let second = pages.get("bo", "/alerts?page=2").await;
        second.is(200).says(&["51–60 of 60", "Number 10.", "Number 1."]);
        second.is_silent_about(&["Number 11."]);
        others_see_nothing(&pages).await;
    }
}

/// Another instance has the same people by name, and none of the alerts.
async fn others_see_nothing(pages: &Pages) {
    use firebell_config::Author;
    use firebell_domain::instance::Region;
    let by = Author::new("test", "another tenant");
    let now = pages.world.now();
    let other = pages.world.authority.create_instance("other", Region::Emea, &by, now).await;
    let no = other.expect("an instance").instance.no;
    let document = firebell_testkit::pages::SAMPLE;
    let document = firebell_config::document::Document::parse(document).expect("a document");
    let mode = firebell_config::document::Mode::Keep;
    firebell_config::document::apply(&pages.world.authority, no, &by, document, mode, now)
        .await
        .expect("applied");
    let directory = pages.world.snapshots.instance(no).expect("the instance");
    let cookie = pages.session_in(&directory, "ada");
    pages.get(&cookie, "/alerts").await.is(200).says(&["All quiet"]).is_silent_about(&["Number"]);
    let alert = pages.world.alerts().await[0].id;
    pages.get(&cookie, &format!("/alerts/{alert}")).await.is(404);
    pages.post(&cookie, &format!("/alerts/{alert}"), &[("do", "resolve")]).await.is(404);
    pages.get(&cookie, "/alerts/1").await.is(404);
    let fields = [("do", "resolve"), ("alert", &alert.to_string())];
    pages.post(&cookie, "/alerts/bulk", &fields).await.is(303);
    assert_eq!(pages.world.alerts().await[0].state, State::Open);
}

#[tokio::test]
async fn what_lies_behind_the_window_is_reached() {
    for engine in TestEngine::ALL {
        let mut pages = pages(engine, 1).await;
        for n in 2..=6 {
            // Ids rise with the clock.
            pages.world.advance(1).await;
            let body = format!(r#"{{"summary": "Disk {n} is full"}}"#);
            pages.world.send("Monitor", &body).await;
        }
        let alerts = pages.world.alerts().await;
        let no = pages.world.no;
        let (id, by) = (alerts[5].id, pages.person("bo"));
        pages.world.responder.change_state(no, id, StateChange::End, by).await.expect("ended");
        let bo = pages.person("bo");
        let group = pages.directory().group_by_name("Payments").map(|group| group.id);
        let filters = [
            Filter::default(),
            Filter { states: vec![State::Open], ..Filter::default() },
            Filter { person: Some(bo), ..Filter::default() },
            Filter { group, ..Filter::default() },
            Filter { group, person: Some(bo), states: vec![State::Open], ..Filter::default() },
        ];
        for filter in filters {
            let open = filter.states.len() == 1;
            for (order, expected) in [
                (Order::Newest, [4, 3, 2, 1]),
                (Order::Oldest, [3, 4, 5, 6]),
                (Order::Urgent, [4, 3, 2, 1]),
            ] {
                let start = if order == Order::Oldest { Some(3) } else { Some(4) };
                let part = Part { order, start, rows: 10, offset: 0 };
                let asked = filter.clone();
                let find = move |tx: &mut firebell_store::ReadTx<'_>| {
                    alert_search::find(tx, no, &asked, part)
                };
                let found = pages.ui.db.read("test", find).await.expect("found");
                let numbers: Vec<i64> = found.alerts.iter().map(|alert| alert.number).collect();
                let mut expected = expected.to_vec();
                expected.retain(|number| !open || *number != 6);
                assert_eq!(numbers, expected, "{engine:?} {order:?} {filter:?}");
                assert_eq!(found.edge, None);
            }
        }
    }
}
