//! `/on-call` and the calendar of a group.

use std::fmt::Write as _;

use firebell_base::time::add_minutes;

use super::*;

#[tokio::test]
async fn own_groups_come_first_and_nobody_is_red() {
    let pages = pages().await;
    let page = pages.get("bo", "/on-call").await;
    page.is(200).says(&[
        "You are on call for Payments.",
        "1 of 2 groups has nobody on call.",
        "Your groups",
        "<bdi>Bo Ek</bdi>",
        "escalates to Gil Group after 5 min",
        "Nobody is on call now",
    ]);
    page.says(&["absences?group=", "to=#new"]);
    let (own, other) = (page.html.find("Payments").unwrap(), page.html.find("Platform").unwrap());
    assert!(own < other);
    let page = pages.get("ada", "/on-call").await;
    page.says(&["is-nobody"]).is_silent_about(&["You are on call for"]);
    let mine = page.html.find("<bdi>Platform").unwrap();
    assert!(mine < page.html.find("<bdi>Payments").unwrap(), "ada is on the roster of Platform");
    pages.get("ada", "/on-call?show=nobody").await.is_silent_about(&["<bdi>Payments"]);
    pages
        .get("ada", "/on-call?q=PAY")
        .await
        .says(&["<bdi>Payments"])
        .is_silent_about(&["<bdi>Platform"]);
    pages.get("ada", "/on-call?q=zzz&page=99999999999").await.is(200).says(&["No such group"]);
}

#[tokio::test]
async fn the_end_of_a_stay_and_who_comes_then_are_told() {
    let pages = pages().await;
    pages
        .world
        .apply(
            "version: 1
groups:
  - targetName: Nights
    members: [bo, gil]
    shifts:
      - name: Night
        start: '2026-03-01T19:00:00Z'
        end: '2026-03-02T09:00:00Z'
        timezone: Europe/Oslo
        recurrence: { frequency: DAILY }
        members: [{ recipient: bo }]
      - name: Day
        start: '2026-03-01T09:00:00Z'
        end: '2026-03-01T19:00:00Z'
        timezone: Europe/Oslo
        recurrence: { frequency: DAILY }
        members: [{ recipient: gil }]
",
        )
        .await;
    // 09:30 in Oslo.
    let page = pages.get("bo", "/on-call?q=nights").await;
    page.says(&["<bdi>Bo Ek</bdi>", "until 10:00, then Gil Group"]);
    pages.world.clock.set(add_minutes(pages.world.now(), 60));
    let page = pages.get("bo", "/on-call?q=nights").await;
    page.says(&["<bdi>Gil Group</bdi>", "until 20:00, then Bo Ek"]);
}

#[tokio::test]
async fn who_may_not_read_the_configuration_sees_nothing() {
    let pages = pages().await;
    pages
        .world
        .apply(
            "version: 1
people:
  - { targetName: nobody, firstName: No, lastName: Body, roles: [No Access User] }
",
        )
        .await;
    let group = group_path(&pages, "Payments");
    for path in ["/on-call", "/groups", "/absences", "/calendar", &group] {
        pages.get("nobody", path).await.is(403).is_silent_about(&["Bo Ek"]);
        pages.get("", path).await.is(303);
    }
}

#[tokio::test]
async fn a_group_shows_calendar_gaps_and_hand_overs() {
    let pages = pages().await;
    let path = group_path(&pages, "Payments");
    let page = pages.get("bo", &path).await;
    page.is(200).says(&[
        "Bo Ek is on call",
        "No gaps in the next 4 weeks.",
        "<svg class=\"chart\"",
        "2–8 Mar 2026",
        "at once",
        "after 5 min",
        "Gil Group",
        "Every day, 08:00–08:00 (Europe/Oslo)",
    ]);
    // The week in which the clocks change, for somebody in New York: there they changed already.
    let page = pages.get("gil", &format!("{path}?from=2026-03-25")).await;
    page.says(&["23–29 Mar 2026", "03:00 clocks go forward 60 min", "Oslo", "New York"]);
    let page = pages.get("gil", &format!("{path}?view=month&from=2026-03-25")).await;
    page.says(&["March 2026"]);
    assert_eq!(page.html.matches("clocks go forward").count() / 3, 2, "both zones change in March");
    for bad in ["from=zzz", "view=decade&from=-1", "from=9999-12-31", "shift=x&at=y", "at=1"] {
        pages.get("bo", &format!("{path}?{bad}")).await.is(200);
    }
}

#[tokio::test]
async fn gaps_and_empty_shifts_are_red_and_said() {
    let pages = pages().await;
    pages
        .world
        .apply(
            "version: 1
groups:
  - targetName: Holes
    members: [bo]
    shifts:
      - name: Day
        start: '2026-03-01T07:00:00Z'
        end: '2026-03-01T19:00:00Z'
        timezone: Europe/Oslo
        recurrence: { frequency: DAILY }
        members: [{ recipient: bo }]
      - name: Evening
        start: '2026-03-01T19:00:00Z'
        end: '2026-03-01T21:00:00Z'
        timezone: Europe/Oslo
        recurrence: { frequency: DAILY }
        members: []
",
        )
        .await;
    let page = pages.get("bo", &group_path(&pages, "Holes")).await;
    page.says(&[
        "block gap",
        "fill=\"url(#calendar-hatch)\"",
        "block empty",
        "Nobody on call Mon 2 Mar 20:00–22:00. The shift has no members.",
        "Nobody on call Mon 2 Mar 22:00 – Tue 3 Mar 08:00. No shift is held.",
        "is-gap",
    ]);
    let page = pages.get("bo", "/on-call?q=holes").await;
    page.says(&["until 20:00, then nobody"]);
}

#[tokio::test]
async fn the_story_of_a_block_has_its_form_for_who_may() {
    let pages = pages().await;
    let path = group_path(&pages, "Payments");
    let shift = shift_id(&pages, "Payments", "Always");
    let at = pages.world.now().as_microsecond();
    let story = format!("{path}?shift={shift}&at={at}");
    let page = pages.get("bo", &story).await;
    page.says(&[
        "id=\"story\"",
        "Bo Ek is on call in Always",
        "Save absence",
        "value=\"2026-03-03T08:00\"",
    ]);
    assert_eq!(page.field("from").as_deref(), Some("2026-03-02T09:30"), "from now on");
    pages.get("rea", &story).await.says(&["id=\"story\""]).is_silent_about(&["Save absence"]);
    // A shift of another group, and one that is none.
    let other = format!("{}?shift={shift}&at={at}", group_path(&pages, "Platform"));
    pages.get("bo", &other).await.is(200).is_silent_about(&["id=\"story\""]);
}

#[tokio::test]
async fn names_that_attack_stay_text_in_pages_and_drawings() {
    let pages = pages().await;
    pages
        .world
        .apply(
            "version: 1
people:
  - targetName: evil
    firstName: '<script>alert(1)</script>'
    lastName: '\"><svg onload=x>'
    roles: [Standard User]
groups:
  - targetName: '<img src=x onerror=alert(2)>'
    description: '</textarea><script>3</script>'
    members: [evil]
    shifts:
      - name: '\"><g onload=alert(4)>'
        start: '2026-03-01T07:00:00Z'
        end: '2026-03-02T07:00:00Z'
        timezone: Europe/Oslo
        recurrence: { frequency: DAILY }
        members: [{ recipient: evil }]
",
        )
        .await;
    let group = group_path(&pages, "<img src=x onerror=alert(2)>");
    let shift = shift_path(&pages, "<img src=x onerror=alert(2)>", "\"><g onload=alert(4)>");
    let at = pages.world.now().as_microsecond();
    let id = shift.rsplit('/').next().unwrap().to_owned();
    for path in [
        "/on-call".to_owned(),
        "/groups".to_owned(),
        group.clone(),
        format!("{group}?shift={id}&at={at}"),
        format!("{group}/edit"),
        shift.clone(),
        format!("{shift}/remove"),
        "/on-call?q=%22%3E%3Cscript%3Ealert(5)%3C/script%3E".to_owned(),
    ] {
        let page = pages.get("ada", &path).await;
        page.is(200).is_silent_about(&[
            "<script>alert",
            "<img src",
            "<g onload",
            "<svg onload",
            "<script>3",
            "style=\"",
            "onclick=",
        ]);
    }
}

#[tokio::test]
async fn many_groups_are_paged() {
    let pages = pages().await;
    let mut document = String::from("version: 1\ngroups:\n");
    for n in 0..120 {
        writeln!(document, "  - {{ targetName: 'G{n:03}', members: [bo] }}").unwrap();
    }
    pages.world.apply(&document).await;
    let page = pages.get("ada", "/on-call").await;
    assert_eq!(page.html.matches("now-card").count(), 50);
    let last = pages.get("ada", "/on-call?page=3").await;
    assert_eq!(last.html.matches("now-card").count(), 22);
    let list = pages.get("ada", "/groups?sort=-name").await;
    list.says(&["G119", "There are 122 groups"]).is_silent_about(&["G001"]);
}
