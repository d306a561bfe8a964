//! Being away, being replaced, coming back early.

use super::*;

const FORM: [(&str, &str); 5] = [
    ("who", "bo"),
    ("from", "2026-03-02T09:30"),
    ("to", "2026-03-02T18:00"),
    ("by", "ada"),
    ("group", ""),
];

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = FORM.to_vec();
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    form
}

#[tokio::test]
async fn somebody_is_replaced_and_comes_back() {
    let pages = pages().await;
    let group = group_id(&pages, "Payments").to_string();
    let form = with(&[("group", &group), ("then", "group")]);
    let done = pages.post("bo", "/absences", &form).await;
    done.is(303);
    assert_eq!(done.location(), format!("./groups/{group}"));
    pages.get("bo", "/on-call").await.says(&["<bdi>Ada Admin</bdi>", "until 18:00, then Bo Ek"]);
    let prefilled = format!("/absences?group={group}&to=2026-03-02T18:00");
    let blank = pages.get("bo", &prefilled).await;
    assert_eq!(blank.field("to").as_deref(), Some("2026-03-02T18:00"));
    assert_eq!(blank.field("who").as_deref(), Some("bo"));
    let list = pages.get("bo", "/absences").await;
    list.says(&["1 is away now", "Mon 2 Mar 09:30–18:00", "Ada Admin", "Payments", "Away now"]);
    let directory = pages.directory();
    let absence = directory.absences().next().unwrap().id;
    let path = format!("/absences/{absence}/end");
    pages.post("bo", &path, &[]).await.is(303);
    pages.get("bo", "/on-call").await.says(&["<bdi>Bo Ek</bdi>"]);
    assert_eq!(pages.directory().absences().len(), 0, "it had just begun: nothing is left of it");
    pages.post("bo", &path, &[]).await.is(404);
}

#[tokio::test]
async fn an_absence_under_way_is_ended_and_not_removed() {
    let pages = pages().await;
    pages.post("bo", "/absences", &with(&[("from", "2026-03-02T08:00")])).await.is(303);
    let directory = pages.directory();
    let absence = directory.absences().next().unwrap().id;
    let ended = pages.post("bo", &format!("/absences/{absence}/end"), &[]).await;
    ended.is(303);
    let directory = pages.directory();
    let left = directory.absence(absence).unwrap();
    assert_eq!(left.end, pages.world.now());
    let toast = ended.headers.get("set-cookie").unwrap().to_str().unwrap().to_owned();
    assert!(toast.contains("u=absences&"), "it can be undone: {toast}");
}

#[tokio::test]
async fn what_is_wrong_is_said_at_the_field_and_what_was_typed_stays() {
    let pages = pages().await;
    for (field, value, fault) in [
        ("who", "", "There is no such user."),
        ("who", "Payments", "There is no such user."),
        ("who", "<b>x</b>", "There is no such user."),
        ("from", "yesterday", "Give a day and a time"),
        ("to", "2026-03-02T09:30", "Must be after the start."),
        ("to", "", "Give a day and a time"),
        ("by", "bo", "Must be somebody else"),
        ("by", "\u{202e}ob", "There is no such user."),
        ("group", "00000000-0000-7000-8000-000000000000", "There is no such group."),
    ] {
        let page = pages.post("bo", "/absences", &with(&[(field, value)])).await;
        page.is(422).says(&[fault, "value=\"2026-03-02T"]).is_silent_about(&["<b>x</b>"]);
    }
    let past = with(&[("from", "2026-03-01T00:00"), ("to", "2026-03-02T00:00")]);
    pages.post("bo", "/absences", &past).await.is(422).says(&["Must be in the future."]);
    let long = with(&[("to", "2099-01-01T00:00")]);
    pages
        .post("bo", "/absences", &long)
        .await
        .is(422)
        .says(&["days after the start. Enter a shorter absence"]);
    assert_eq!(pages.directory().absences().len(), 0);
}

#[tokio::test]
async fn only_own_absences_or_in_supervised_groups() {
    let pages = pages().await;
    let group = group_id(&pages, "Payments").to_string();
    for (who, fields, status) in [
        ("sten", with(&[]), 403),
        ("rea", with(&[("who", "rea")]), 403),
        // Gil supervises Payments, but not everything Bo does.
        ("gil", with(&[]), 403),
        ("gil", with(&[("group", &group)]), 303),
        ("gil", with(&[("who", "gil"), ("by", "")]), 303),
        ("pia", with(&[]), 303),
        ("ada", with(&[]), 303),
    ] {
        pages.post(who, "/absences", &fields).await.is(status);
    }
    let of_gil = pages.directory().absences().find(|a| a.replacement.is_none()).unwrap().id;
    let path = format!("/absences/{of_gil}/end");
    pages.post("bo", &path, &[]).await.is(403);
    pages.post("gil", &path, &[]).await.is(303);
    pages.post("", "/absences", &with(&[])).await.is(401).says(&["who=bo"]);
}

#[tokio::test]
async fn lists_are_one_s_own_or_everybody_s() {
    let pages = pages().await;
    pages.post("ada", "/absences", &with(&[("who", "pia"), ("by", "")])).await.is(303);
    pages.get("bo", "/absences").await.says(&["Nobody is away"]);
    pages.get("bo", "/absences?show=all").await.says(&["Pia People"]);
    pages.get("pia", "/absences?show=mine").await.says(&["Pia People", "End now"]);
    pages.get("bo", "/absences?show=all").await.is_silent_about(&["End now"]);
}
