//! Every page of alerts in German and in Norwegian: all of it, and nothing of it in English but what others said.

use std::collections::BTreeMap;

use firebell_channels::SendError;
use firebell_domain::timeline::{Entry, Step, What};
use firebell_store::timeline;
use firebell_testkit::pages::{Page, Pages};
use firebell_testkit::postgres::TestEngine;
use firebell_testkit::told as sample;
use firebell_ui::{Lang, told};

use super::pages;

/// Words of English sentences that neither German nor Norwegian has, nor the sample's data.
const ENGLISH: [&str; 23] = [
    "the", "of", "and", "told", "nobody", "you", "your", "this", "with", "from", "is", "are",
    "alert", "open", "opened", "closed", "again", "not", "who", "nothing", "call", "ended", "by",
];
/// The readers, and the words of the list that are words of theirs.
const READERS: [(&str, Lang, &[&str]); 2] =
    [("dora", Lang::German, &[]), ("nina", Lang::Norwegian, &["by"])];

/// A German and a Norwegian who answer, and two who may only read.
const PEOPLE: &str = "version: 1
people:
  - { targetName: dora, firstName: Dora, lastName: D, roles: [Standard User], language: de }
  - { targetName: nina, firstName: Nina, lastName: N, roles: [Standard User], language: nb }
  - { targetName: nils, firstName: Nils, lastName: N, roles: [Read-only User], language: nb }
  - targetName: dirk
    firstName: Dirk
    lastName: D
    roles: [Standard User]
    licenseType: STAKEHOLDER_USER
    language: de
";

async fn world(engine: TestEngine) -> Pages {
    let mut pages = pages(engine, 0).await;
    pages.world.apply(PEOPLE).await;
    pages.world.send("Monitor", r#"{"summary": "Disk 1", "dedupKey": "disk/1"}"#).await;
    pages
}

/// What a page says to people: without tags, scripts, and what is marked as English.
fn text(page: &Page) -> String {
    let mut text = String::new();
    let main = page.html.split_once("<main").map_or("", |(_, rest)| rest);
    let main = main.split_once("</main>").map_or(main, |(main, _)| main);
    let mut rest = main;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
        for label in ["title=\"", "aria-label=\"", "placeholder=\"", "data-tip=\""] {
            let said = tag.split_once(label).and_then(|(_, rest)| rest.split_once('"'));
            text.push_str(said.map_or("", |(said, _)| said));
            text.push(' ');
        }
        rest = after;
        if tag.contains("lang=\"en\"") {
            rest = rest.split_once('<').map_or("", |(_, rest)| rest);
            rest = rest.split_once('>').map_or("", |(_, rest)| rest);
        }
    }
    text + rest
}

#[track_caller]
fn is_all_in(page: &Page, lang: Lang, own: &[&str]) {
    assert!(page.html.contains(&format!("lang=\"{}\"", lang.tag())), "{}", page.html);
    let text = text(page);
    assert!(text.split_whitespace().count() > 5, "{text}");
    let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    let english: Vec<String> = words
        .filter(|word| ENGLISH.contains(&word.as_str()) && !own.contains(&word.as_str()))
        .collect();
    assert!(english.is_empty(), "{lang:?}: {english:?} in {text}");
}

#[tokio::test]
async fn every_page_is_all_in_the_readers_language() {
    for engine in TestEngine::ALL {
        let mut pages = world(engine).await;
        let alert = format!("/alerts/{}", pages.world.alert().await.id);
        let everywhere = async |pages: &Pages| {
            for (who, lang, own) in READERS {
                let all = ["/alerts", "/alerts?status=all", "/alerts?status=closed", "/alerts/new"];
                for path in all.into_iter().chain([alert.as_str()]) {
                    let page = pages.get(who, path).await;
                    is_all_in(page.is(200), lang, own);
                }
                is_all_in(pages.get(who, "/alerts/99").await.is(404), lang, own);
            }
            for (who, (_, lang, own)) in ["dirk", "nils"].into_iter().zip(READERS) {
                is_all_in(pages.get(who, &alert).await.is(200), lang, own);
            }
        };
        everywhere(&pages).await;
        pages.world.advance(5).await;
        everywhere(&pages).await;
        for deed in ["suspend", "resume", "escalate", "acknowledge", "resolve"] {
            pages.post("bo", &alert, &[("do", deed)]).await.is(303);
            pages.world.settle().await;
            everywhere(&pages).await;
        }
        for (who, lang, own) in READERS {
            let wrong = [("do", "send"), ("summary", ""), ("door", "x"), ("properties", "a")];
            let page = pages.post(who, "/alerts/new", &wrong).await;
            is_all_in(page.is(422), lang, own);
        }
    }
}

#[tokio::test]
async fn everything_that_can_happen_is_told() {
    let pages = world(TestEngine::Sqlite).await;
    let (no, id) = (pages.world.no, pages.world.alert().await.id);
    let (now, random) = (pages.world.now(), pages.ui.random.clone());
    let happened = sample::everything();
    let entries = happened.iter().map(|what| Entry::new(now, Step::Notify, what.clone())).collect();
    let entries = BTreeMap::from([((no, id), entries)]);
    let written = pages
        .world
        .db
        .write("test.timeline", move |tx| timeline::insert(tx, &entries, now, &random));
    let written: Result<(), firebell_store::Error> = written.await;
    written.expect("written");
    let path = format!("/alerts/{id}");
    for (who, lang, _) in READERS {
        let page = pages.get(who, &path).await;
        for what in &happened {
            let told = told::told(lang, what);
            let said = |text: &str| {
                let text = text.replace('"', "&#34;").replace('\'', "&#39;");
                page.html.contains(&format!(">{text}</bdi>"))
            };
            assert!(told.text.is_empty() || said(&told.text), "{lang:?}: {told:?}");
            assert!(told.quoted.is_empty() || said(&told.quoted), "{lang:?}: {told:?}");
            if !matches!(what, What::Said(_)) {
                assert!(!said(&told::told(Lang::English, what).text), "{lang:?}: {what}");
            }
        }
        let inactive = told::not_told(lang, &happened_inactive()).expect("not told");
        page.says(&[&format!("<li><bdi>{inactive}</bdi></li>")]);
    }
    let english = pages.get("bo", &path).await;
    english.says(&["Nobody could be told about this alert", "<li class=\"high\">"]);
}

fn happened_inactive() -> What {
    let mut all = sample::everything().into_iter();
    let english = "Not told: (removed device) is inactive, away or removed";
    all.find(|what| what.to_string() == english).expect("an example")
}

#[tokio::test]
async fn who_was_not_told_is_said_in_the_readers_language() {
    let mut pages = world(TestEngine::Sqlite).await;
    let off = "version: 1\npeople:\n  - { targetName: gil, devices: [{ name: Work Email, status: \
               INACTIVE }] }\n";
    pages.world.apply(off).await;
    pages.world.advance(5).await;
    let path = format!("/alerts/{}", pages.world.alert().await.id);
    let page = pages.get("dora", &path).await;
    page.says(&["<li><bdi>Platz 2: Gil Group wird übergangen: "]);
    is_all_in(&page, Lang::German, &[]);
    let page = pages.get("nina", &path).await;
    page.says(&["<li><bdi>Plass 2: Gil Group hoppes over: "]);
    is_all_in(&page, Lang::Norwegian, &["by"]);
}

#[tokio::test]
async fn a_rule_that_hides_is_told_too() {
    let pages = world(TestEngine::Sqlite).await;
    let window = "version: 1\nmaintenanceWindows:\n  - { name: Nightly, comment: x, start: \
                  \"2026-03-02T08:00:00Z\", end: \"2026-03-02T10:00:00Z\", timezone: Europe/Oslo }\n";
    pages.world.apply(window).await;
    let path = format!("/alerts/{}", pages.world.alert().await.id);
    for (who, lang, own) in READERS {
        let page = pages.get(who, &path).await;
        is_all_in(page.is(200).says(&["Nightly"]), lang, own);
    }
}

#[tokio::test]
async fn what_a_receiver_said_stays_and_is_marked() {
    let mut pages = pages(TestEngine::Sqlite, 0).await;
    pages.world.apply(PEOPLE).await;
    let reason = "There is no such <mailbox>.".to_owned();
    pages.world.sent.refuse_next(SendError::Permanent { reason });
    pages.world.send("Monitor", r#"{"summary": "Disk 1"}"#).await;
    let path = format!("/alerts/{}", pages.world.alert().await.id);
    let quoted = "<bdi lang=\"en\">There is no such &#60;mailbox&#62;.</bdi>";
    for (who, lang, own) in READERS {
        let page = pages.get(who, &path).await;
        is_all_in(&page, lang, own);
        // In the timeline, and with the device.
        assert_eq!(page.html.matches(quoted).count(), 2, "{}", page.html);
    }
    let page = pages.get("dora", &path).await;
    page.says(&[
        "<bdi>Bo Ek · Work Email: konnte nicht zugestellt werden.</bdi>",
        "class=\"high\"",
    ]);
}
