//! The form of a shift: what it reads, what it refuses, what it shows before saving.

use firebell_domain::schedule::rotation::{IntervalUnit, RotationType};
use firebell_domain::schedule::{Frequency, RecurrenceEnd};
use firebell_domain::shift::EscalationType;

use super::*;

/// The form of a shift for Bo and then Gil, with changes.
pub(super) fn form<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("name", "Nights"),
        ("description", ""),
        ("start", "2026-03-02T20:00"),
        ("end", "2026-03-03T08:00"),
        ("zone", "Europe/Oslo"),
        ("frequency", "DAILY"),
        ("every", "1"),
        ("monthly", "DATE"),
        ("date", "1"),
        ("nth", "FIRST"),
        ("weekday", "MO"),
        ("end_by", "NEVER"),
        ("who.0", "bo"),
        ("delay.0", ""),
        ("kind.0", "NONE"),
        ("turns.0", "yes"),
        ("who.1", "gil"),
        ("delay.1", "10"),
        ("kind.1", "MANAGEMENT"),
        ("turn", ""),
        ("way", "FIRST_TO_LAST"),
        ("turn_every", "1"),
        ("turn_from", ""),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    fields
}

type Fields<'a> = &'a [(&'a str, &'a str)];

async fn with_new() -> (Pages, String) {
    let pages = pages().await;
    let path = format!("{}/shifts/new", group_path(&pages, "Platform"));
    (pages, path)
}

#[tokio::test]
async fn a_shift_is_made_and_its_members_join_the_roster() {
    let (pages, path) = with_new().await;
    pages.get("ada", &path).await.is(200).says(&["value=\"2026-03-02T00:00\"", "Europe/Oslo"]);
    pages.post("ada", &path, &form(&[])).await.is(303);
    let directory = pages.directory();
    let shift = directory.shift(shift_id(&pages, "Platform", "Nights")).unwrap();
    assert_eq!(shift.pattern.first_start.to_string(), "2026-03-02T19:00:00Z");
    assert_eq!(shift.members.len(), 2);
    assert_eq!((shift.members[1].delay_minutes, shift.members[1].in_rotation), (10, false));
    assert_eq!(shift.members[1].escalation, EscalationType::Management);
    let group = directory.group_by_name("Platform").unwrap();
    assert_eq!(group.members.len(), 3);
    let page = pages.get("ada", &shift_path(&pages, "Platform", "Nights")).await;
    page.is(200).says(&["value=\"2026-03-02T20:00\"", "value=\"gil\"", "value=\"10\""]);
}

#[tokio::test]
async fn every_kind_of_rule_is_read_and_shown_again() {
    let (pages, path) = with_new().await;
    let table: [(&str, Fields<'_>, &str); 9] = [
        ("Once", &[("frequency", "ONCE")], "Once, Mon 2 Mar 20:00"),
        ("Third", &[("every", "3")], "Every 3 days, 20:00–08:00"),
        (
            "Week",
            &[("frequency", "WEEKLY"), ("every", "2"), ("days", "FR")],
            "Every 2 weeks on Fri",
        ),
        ("Work", &[("frequency", "EVERY_WEEKDAY")], "Monday to Friday"),
        (
            "End",
            &[("frequency", "EVERY_WEEKEND_DAY"), ("end_by", "REPETITIONS"), ("times", "4")],
            "Saturday and Sunday, 20:00–08:00 (Europe/Oslo), 4 times",
        ),
        (
            "Last",
            &[("frequency", "MONTHLY"), ("date", "last"), ("months", "FEB")],
            "last day of Feb",
        ),
        (
            "Second",
            &[
                ("frequency", "MONTHLY"),
                ("monthly", "WEEKDAY"),
                ("nth", "SECOND"),
                ("weekday", "TU"),
                ("months", "MAR"),
            ],
            "second Tue of Mar",
        ),
        ("Year", &[("frequency", "YEARLY")], "Every year"),
        ("Until", &[("end_by", "DATE"), ("until", "2026-05-01")], "until Fri 1 May"),
    ];
    for (name, changes, words) in table {
        let changes = [&[("name", name)], changes].concat();
        pages.post("ada", &path, &form(&changes)).await.is(303);
        let of = shift_path(&pages, "Platform", name);
        let page = pages.get("ada", &of).await;
        page.says(&[words]);
        // What the form shows is what is there: saving it changes nothing.
        let directory = pages.directory();
        let shift = directory.shift(shift_id(&pages, "Platform", name)).unwrap();
        let entered = crate::shift::reread(&directory, shift, pages.world.now());
        assert_eq!(entered.as_ref(), Some(&**shift), "{name}");
    }
    let directory = pages.directory();
    let until = directory.shift(shift_id(&pages, "Platform", "Until")).unwrap();
    let RecurrenceEnd::Date(end) = until.pattern.recurrence.end else { panic!("no date") };
    assert_eq!(end.to_string(), "2026-05-01T21:59:59.999999Z", "the whole day counts");
    let once = directory.shift(shift_id(&pages, "Platform", "Once")).unwrap();
    assert_eq!(once.pattern.recurrence.frequency, Frequency::Once);
}

#[tokio::test]
async fn rotations_repetitions_and_notices_are_kept() {
    let (pages, path) = with_new().await;
    let fields = form(&[
        ("turn", "WEEKS"),
        ("turn_every", "2"),
        ("turn_from", "2026-03-09T09:00"),
        ("way", "LAST_TO_FIRST"),
        ("repeat_times", "3"),
        ("repeat_delay", "15"),
        ("notice_who", "ada"),
        ("notice_delay", "5"),
    ]);
    pages.post("ada", &path, &fields).await.is(303);
    let directory = pages.directory();
    let shift = directory.shift(shift_id(&pages, "Platform", "Nights")).unwrap();
    let rotation = shift.rotation.clone().unwrap();
    assert_eq!(rotation.kind, RotationType::Time(IntervalUnit::Weeks));
    assert_eq!(rotation.anchor.to_string(), "2026-03-09T08:00:00Z");
    assert_eq!(shift.repeat.unwrap().repetitions, 3);
    assert_eq!(shift.end_notice.clone().unwrap().delay_minutes, 5);
    let entered = crate::shift::reread(&directory, shift, pages.world.now());
    assert_eq!(entered.as_ref(), Some(&**shift));
    let words = pages.get("rea", &shift_path(&pages, "Platform", "Nights")).await;
    words.is(200).says(&[
        "Rotates every 2 weeks, the last becomes the first, first on Mon 9 Mar 09:00",
        "Starts again 3 times, after 15 min",
        "Ada Admin hears that nobody answered, after 5 min",
    ]);
    words.is_silent_about(&["<form class=\"form wide"]);
}

#[tokio::test]
async fn faults_are_said_at_the_field_and_nothing_typed_is_lost() {
    let (pages, path) = with_new().await;
    let long = "x".repeat(101);
    let table: [(Fields<'_>, &str); 24] = [
        (&[("name", "")], "must not be empty"),
        (&[("name", long.as_str())], "at most 100"),
        (&[("name", "a\u{200b}b")], "invisible"),
        (&[("zone", "Mars/Olympus")], "There is no such time zone"),
        (&[("start", "soon")], "Give a day and a time"),
        (&[("end", "2026-03-02T20:00")], "Must be after the start"),
        (&[("end", "2027-12-31T20:00")], "at most 366 days"),
        (&[("start", "1969-12-31T20:00")], "Give a day and a time"),
        (&[("frequency", "OFTEN")], "Choose one"),
        (&[("frequency", "HOLIDAY")], "a group with a site"),
        (&[("every", "0")], "whole number from 1 to 999"),
        (&[("every", "99999999999999999999")], "whole number from 1 to 999"),
        (&[("frequency", "WEEKLY")], "Choose at least one day"),
        (&[("frequency", "MONTHLY")], "Choose at least one month"),
        (&[("frequency", "MONTHLY"), ("months", "FEB"), ("date", "30")], "use LAST"),
        (&[("end_by", "DATE"), ("until", "2020-01-01")], "Must not be before the first start"),
        (&[("end_by", "REPETITIONS"), ("times", "0")], "whole number from 1"),
        (&[("who.0", "nemo")], "nobody called “nemo”"),
        (&[("who.1", "bo")], "in this shift already"),
        (&[("kind.0", "PEER")], "The first is told at once"),
        (&[("delay.1", "0")], "told without a delay"),
        (&[("delay.1", "-5")], "whole number from 0"),
        (&[("turn", "DAYS")], "Give a day and a time"),
        (&[("repeat_times", "3")], "whole number from 1"),
    ];
    for (changes, fault) in table {
        let fields = form(changes);
        let page = pages.post("ada", &path, &fields).await;
        page.is(422).says(&[fault, "value=\"2026-03-0"]);
    }
    assert_eq!(pages.directory().shifts_of(group_id(&pages, "Platform")).count(), 0);
    let script = pages.post("ada", &path, &form(&[("who.0", "<script>x</script>")])).await;
    script.is(422).is_silent_about(&["<script>x"]);
}

#[tokio::test]
async fn the_difference_is_shown_before_anything_is_saved() {
    let pages = pages().await;
    let path = shift_path(&pages, "Payments", "Always");
    let rev = pages.get("gil", &path).await.field("rev").unwrap();
    let preview = format!("{path}/preview");
    let whole = [
        ("name", "Always"),
        ("start", "2026-01-05T08:00"),
        ("end", "2026-01-06T08:00"),
        ("rev", rev.as_str()),
    ];
    let swapped = [
        &whole[..],
        &[
            ("who.0", "gil"),
            ("who.1", "bo"),
            ("delay.1", "5"),
            ("kind.1", "PEER"),
            ("turns.1", "yes"),
        ],
    ]
    .concat();
    let page = pages.post("gil", &preview, &form(&swapped)).await;
    page.is(200).says(&[
        "<h1>",
        "1 change in who is on call",
        "Bo Ek, Gil Group after 5 min → Gil Group, Bo Ek after 5 min",
        "block removed",
        "block added",
        "value=\"gil\"",
        "No new gaps.",
    ]);
    let part = pages
        .ask(
            axum::http::Method::POST,
            "gil",
            &preview,
            &firebell_testkit::pages::encoded(&form(&swapped)),
            &[("hx-request", "true")],
        )
        .await;
    part.is(200).says(&["block added"]).is_silent_about(&["<h1>", "<html"]);
    // Gil is in New York: the day has its hours there.
    let shorter = [
        &whole[..],
        &[("end", "2026-01-05T20:00"), ("delay.1", "5"), ("kind.1", "PEER"), ("turns.1", "yes")],
    ]
    .concat();
    let page = pages.post("bo", &preview, &form(&shorter)).await;
    page.is(403);
    let page = pages.post("ada", &preview, &form(&shorter)).await;
    page.says(&[
        "Mon 2 Mar 20:00 – Tue 3 Mar 08:00 and 34 more times: Bo Ek,",
        "Gil Group after 5 min → nobody",
        "Nobody would be on call:",
        "Mon 2 Mar 20:00 – Tue 3 Mar 08:00 and 34 more times. No shift is held.",
    ]);
    let same = [&whole[..], &[("delay.1", "5"), ("kind.1", "PEER"), ("turns.1", "yes")]].concat();
    pages.post("gil", &preview, &form(&same)).await.says(&["Nobody’s time on call changes"]);
    let bad = pages.post("gil", &preview, &form(&[("zone", "x")])).await;
    bad.is(422).says(&["There is no such time zone"]);
    let directory = pages.directory();
    let shift = directory.shift(shift_id(&pages, "Payments", "Always")).unwrap();
    assert_eq!(directory.recipient_name(shift.members[0].recipient), "bo", "nothing was saved");
}

#[tokio::test]
async fn a_change_far_ahead_is_found() {
    let pages = pages().await;
    let path = format!("{}/shifts/new/preview", group_path(&pages, "Platform"));
    let later = form(&[("start", "2026-06-01T08:00"), ("end", "2026-06-01T16:00")]);
    let page = pages.post("ada", &path, &later).await;
    page.says(&["Mon 1 Jun 08:00–16:00 and "]);
}

#[tokio::test]
async fn the_preview_of_the_week_with_the_clock_change_has_its_hours() {
    let pages = pages().await;
    let path = format!("{}/shifts/new/preview", group_path(&pages, "Platform"));
    let nights =
        form(&[("start", "2026-03-28T22:00"), ("end", "2026-03-29T06:00"), ("frequency", "ONCE")]);
    let page = pages.post("ada", &path, &nights).await;
    page.says(&["Sat 28 Mar 22:00 – Sun 29 Mar 06:00: nobody → Bo Ek"]);
    page.says(&["clocks go forward 60 min"]);
    let howe = form(&[
        ("zone", "Australia/Lord_Howe"),
        ("start", "2026-04-04T20:00"),
        ("end", "2026-04-05T08:00"),
        ("frequency", "ONCE"),
    ]);
    let page = pages.post("ada", &path, &howe).await;
    // 20:00 to 08:00 with half an hour twice: 11:00 to 23:30 in Oslo.
    page.says(&["Sat 4 Apr 11:00–23:30: nobody → Bo Ek", "clocks go back 30 min", "Lord Howe"]);
}

#[tokio::test]
async fn places_are_moved_without_saving() {
    let pages = pages().await;
    let path = format!("{}/shifts/new/preview", group_path(&pages, "Platform"));
    let page = pages.post("ada", &path, &form(&[("act", "up.1")])).await;
    page.is(200);
    assert_eq!(page.field("who.0").as_deref(), Some("gil"));
    assert_eq!(page.field("who.1").as_deref(), Some("bo"));
    assert_eq!(page.field("delay.1").as_deref(), Some("10"), "delays belong to places");
    let page = pages.post("ada", &path, &form(&[("act", "add")])).await;
    assert_eq!(page.field("who.2").as_deref(), Some(""));
    let page = pages.post("ada", &path, &form(&[("act", "drop.0")])).await;
    assert_eq!(page.field("who.0").as_deref(), Some("gil"));
    assert_eq!(page.field("who.1"), None);
    for odd in ["up.0", "up.99999", "down.1", "drop.9", "x", "up.-1"] {
        pages.post("ada", &path, &form(&[("act", odd)])).await.is(200);
    }
}

#[tokio::test]
async fn the_second_editor_of_a_shift_sees_the_difference() {
    let pages = pages().await;
    let path = shift_path(&pages, "Payments", "Always");
    let rev = pages.get("gil", &path).await.field("rev").unwrap();
    let one = form(&[("name", "Round the clock"), ("rev", &rev)]);
    pages.post("gil", &path, &one).await.is(303);
    let two = form(&[("name", "All day"), ("who.0", "ada"), ("rev", &rev)]);
    let refused = pages.post("ada", &path, &two).await;
    refused.is(409).says(&["Round the clock", "value=\"All day\"", "value=\"ada\"", "1. Bo Ek"]);
    let newest = refused.field("rev").unwrap();
    let again = form(&[("name", "All day"), ("who.0", "ada"), ("rev", &newest)]);
    pages.post("ada", &path, &again).await.is(303);
    assert_eq!(shift_path(&pages, "Payments", "All day"), path, "the same shift");
    // Somebody removes it while another edits.
    let ask = pages.get("gil", &format!("{path}/remove")).await;
    ask.says(&["Nobody would be on call:"]);
    let fresh = ask.field("rev").unwrap();
    let remove = format!("{path}/remove");
    pages.post("gil", &remove, &[("rev", &fresh), ("sure", "no")]).await.is(422);
    pages.post("gil", &remove, &[("rev", &fresh), ("sure", "all day")]).await.is(303);
    let late = pages.post("gil", &path, &form(&[("name", "Late"), ("rev", &fresh)])).await;
    late.is(409).says(&["The shift was removed meanwhile", "value=\"Late\""]);
    assert_eq!(late.field("rev").as_deref(), Some(""));
    pages.post("gil", &path, &form(&[("name", "Late"), ("rev", "")])).await.is(303);
    shift_id(&pages, "Payments", "Late");
}

#[tokio::test]
async fn shifts_are_changed_by_supervisors_only_and_found_in_their_group_only() {
    let pages = pages().await;
    let path = shift_path(&pages, "Payments", "Always");
    let rev = pages.get("gil", &path).await.field("rev").unwrap();
    for who in ["bo", "rea", "pia", "sten"] {
        pages.get(who, &path).await.is(200).is_silent_about(&["name=\"rev\""]);
        pages.post(who, &path, &form(&[("rev", &rev)])).await.is(403);
        pages.post(who, &format!("{path}/preview"), &form(&[])).await.is(403);
        pages.post(who, &format!("{path}/remove"), &[("sure", "Always")]).await.is(403);
        pages.get(who, &format!("{}/shifts/new", group_path(&pages, "Payments"))).await.is(403);
    }
    let shift = shift_id(&pages, "Payments", "Always");
    let elsewhere = format!("{}/shifts/{shift}", group_path(&pages, "Platform"));
    pages.get("ada", &elsewhere).await.is(404);
    pages.post("ada", &elsewhere, &form(&[("rev", &rev)])).await.is(404);
    pages.get("ada", &format!("{}/shifts/x", group_path(&pages, "Platform"))).await.is(404);
}
