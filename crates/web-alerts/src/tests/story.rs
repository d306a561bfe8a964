//! The page of one alert.

use firebell_domain::alert::State;
use firebell_testkit::postgres::TestEngine;

use super::pages;

#[tokio::test]
async fn one_story_from_top_to_bottom() {
    for engine in TestEngine::ALL {
        let mut pages = pages(engine, 1).await;
        let alert = pages.world.alert().await;
        let path = format!("/alerts/{}", alert.id);
        let seen = pages.get("bo", &path).await;
        seen.is(200).says(&[
            "Disk 1 is full",
            "Alert 1",
            "Bo Ek told, no answer yet.",
            "on call for Payments · shift Always, place 1",
            "Work Email",
            "delivered",
            "disk/1",
            "Monitor",
            // What happens next: Gil, in five minutes, as explain says it.
            "If nobody answers",
            "Gil Group",
            "in 5 min",
            "Event accepted from Monitor",
            "value=\"acknowledge\"",
            "value=\"escalate\"",
        ]);
        assert!(seen.html.len() < 40 * 1024, "{} bytes", seen.html.len());
        // By its number, too.
        let by_number = pages.get("bo", "/alerts/1").await;
        by_number.is(303);
        assert_eq!(by_number.location(), format!("../alerts/{}", alert.id));
        pages.get("bo", "/alerts/2").await.is(404);
        pages.get("bo", "/alerts/x%00").await.is(404);
        pages.world.advance(5).await;
        let seen = pages.get("bo", &path).await;
        seen.says(&["Bo Ek, Gil Group told, no answer yet.", "escalates to the next place"]);
        seen.says(&["Nobody else is told. The alert ends by itself in 2 h 55 min."]);
    }
}

#[tokio::test]
async fn answers_with_comments() {
    for engine in TestEngine::ALL {
        let pages = pages(engine, 1).await;
        let alert = pages.world.alert().await;
        let path = format!("/alerts/{}", alert.id);
        let act = |who: &'static str, what: &'static str, comment: &'static str| {
            let (pages, path) = (&pages, &path);
            async move { pages.post(who, path, &[("do", what), ("comment", comment)]).await }
        };
        act("gil", "comment", "The <b>disk</b> again").await.is(303);
        act("gil", "comment", "").await.is(303);
        act("bo", "acknowledge", "on my way").await.is(303);
        let seen = pages.get("bo", &path).await;
        seen.says(&["You have it; nobody else is told.", "The &#60;b&#62;disk&#60;/b&#62; again"]);
        seen.says(&["on my way", "value=\"resolve\"", "Nothing more is sent: somebody has it."]);
        seen.is_silent_about(&["value=\"acknowledge\"", "value=\"escalate\"", "value=\"take\""]);
        assert_eq!(seen.html.matches("<blockquote>").count(), 2, "{engine:?}");
        pages.get("gil", &path).await.says(&["Bo Ek has it", "value=\"take\""]);
        act("gil", "take", "").await.is(303);
        assert_eq!(pages.world.alert().await.owner, Some(pages.person("gil")));
        let suspended = act("bo", "suspend", "until noon").await;
        let toast = suspended.is(303).headers["set-cookie"].to_str().expect("a toast");
        assert!(toast.contains("f.do=resume"), "it can be undone: {toast}");
        assert_eq!(pages.world.alert().await.state, State::Suspended);
        pages.get("bo", &path).await.says(&["Suspended: nothing is sent", "until noon"]);
        act("bo", "resume", "").await.is(303);
        act("bo", "resolve", "").await.is(303);
        let seen = pages.get("bo", &path).await;
        seen.says(&["Resolved by Bo Ek after 0 s.", "Nothing: it is over."]);
        seen.is_silent_about(&["value=\"resolve\""]);
        act("bo", "suspend", "").await.is(409);
        act("bo", "acknowledge", "").await.is(303);
        assert_eq!(pages.world.alert().await.state, State::Closed, "late answers change nothing");
        act("bo", "option-77", "").await.is(422);
        act("bo", "explode", "").await.is(303);
    }
}

#[tokio::test]
async fn who_may_only_read_is_told_why() {
    let pages = pages(TestEngine::Sqlite, 1).await;
    let alert = pages.world.alert().await;
    let path = format!("/alerts/{}", alert.id);
    for who in ["rea", "sten"] {
        let seen = pages.get(who, &path).await;
        seen.is(200).says(&["You can read this alert", "You may not change alerts"]);
        seen.is_silent_about(&["name=\"do\""]);
        for what in
            ["acknowledge", "resolve", "escalate", "suspend", "resume", "comment", "option-1"]
        {
            let refused = pages.post(who, &path, &[("do", what), ("comment", "x")]).await;
            refused.is(403);
        }
    }
    assert_eq!(pages.world.alert().await.state, State::Open);
    let long = "x".repeat(2_001);
    pages.post("bo", &path, &[("do", "comment"), ("comment", &long)]).await.is(422);
}

#[tokio::test]
async fn a_rule_that_hides_repetitions_is_shown() {
    let pages = pages(TestEngine::Sqlite, 1).await;
    let silence = "version: 1\nmaintenanceWindows:\n  - { name: Nightly work, comment: x, start: \
                   \"2026-03-02T08:00:00Z\", end: \"2026-03-02T10:00:00Z\", timezone: Europe/Oslo }\n";
    pages.world.apply(silence).await;
    let alert = pages.world.alert().await;
    let seen = pages.get("bo", &format!("/alerts/{}", alert.id)).await;
    seen.is(200).says(&["Repetitions are hidden", "Nightly work", "../windows"]);
}

#[tokio::test]
async fn german_and_norwegian_readers_read_their_own() {
    let pages = pages(TestEngine::Sqlite, 1).await;
    let people = "version: 1\npeople:\n  - { targetName: dora, firstName: Dora, lastName: D, roles: \
                  [Standard User], language: de, timezone: Europe/Berlin }\n  - { targetName: nina, \
                  firstName: Nina, lastName: N, roles: [Standard User], language: nb, timezone: \
                  Europe/Oslo }\n";
    pages.world.apply(people).await;
    let path = format!("/alerts/{}", pages.world.alert().await.id);
    pages.get("dora", &path).await.is(200).says(&[
        "lang=\"de\"",
        "Bo Ek benachrichtigt, noch keine Antwort.",
        "Übernehmen",
        "Wenn niemand antwortet",
    ]);
    pages
        .get("nina", &path)
        .await
        .is(200)
        .says(&["Bo Ek varslet, ikke noe svar ennå.", "Eskaler nå"]);
    pages.get("nina", "/alerts").await.is(200).says(&["Ingenting trenger deg · 1 åpne"]);
    pages.get("dora", "/alerts").await.is(200).says(&["Nichts braucht dich · 1 offen"]);
}
