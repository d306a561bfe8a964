//! Making, changing and removing groups; their members.

use firebell_config::Author;
use firebell_domain::instance::Region;

use super::*;

fn form<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("name", "Web"),
        ("description", ""),
        ("type", "ON_CALL"),
        ("status", "ACTIVE"),
        ("supervisors", "ada, gil"),
        ("site", ""),
        ("default_devices", "yes"),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    fields
}

#[tokio::test]
async fn a_group_is_added_changed_and_removed() {
    let pages = pages().await;
    pages.get("ada", "/groups/new").await.is(200).says(&["value=\"ada\""]);
    let done = pages.post("ada", "/groups", &form(&[])).await;
    done.is(303);
    let path = group_path(&pages, "Web");
    assert_eq!(done.location(), format!(".{path}"));
    pages.get("ada", &path).await.says(&["No shifts yet", "Gil Group"]);
    let edit = pages.get("ada", &format!("{path}/edit")).await;
    let rev = edit.field("rev").unwrap();
    let changed = form(&[("name", "Web shop"), ("type", "BROADCAST"), ("rev", &rev)]);
    pages.post("ada", &format!("{path}/edit"), &changed).await.is(303);
    pages.get("ada", &path).await.says(&["Web shop", "Broadcast"]);
    let ask = pages.get("ada", &format!("{path}/remove")).await;
    let rev = ask.field("rev").unwrap();
    let remove = format!("{path}/remove");
    let wrong = pages.post("ada", &remove, &[("rev", &rev), ("sure", "Web")]).await;
    wrong.is(422).says(&["That is not the name."]);
    pages.post("ada", &remove, &[("rev", &rev), ("sure", "web SHOP ")]).await.is(303);
    pages.get("ada", &path).await.is(404);
}

#[tokio::test]
async fn bad_input_is_refused_at_its_field_and_kept() {
    let pages = pages().await;
    let long = "x".repeat(101);
    let wide = "ø".repeat(1_025);
    for (field, value, fault) in [
        ("name", "", "must not be empty"),
        ("name", long.as_str(), "at most 100 characters"),
        ("name", "a\u{202e}b", "invisible character"),
        ("name", "payments", "another one with this name"),
        ("description", wide.as_str(), "at most"),
        ("type", "DYNAMIC", "Choose one"),
        ("status", "", "Choose one"),
        ("supervisors", "ada, nemo", "no user “nemo”"),
        ("site", "00000000-0000-7000-8000-000000000000", "Choose one"),
    ] {
        let page = pages.post("ada", "/groups", &form(&[(field, value)])).await;
        page.is(422).says(&[fault, "value=\"ada, "]);
    }
    let emoji = form(&[("name", "\u{1F6A8} <b>&amp;")]);
    pages.post("ada", "/groups", &emoji).await.is(303);
    pages.get("ada", "/groups").await.says(&["\u{1F6A8} &#60;b&#62;&#38;amp;"]);
}

#[tokio::test]
async fn the_second_editor_sees_the_difference_and_loses_nothing() {
    let pages = pages().await;
    let path = format!("{}/edit", group_path(&pages, "Payments"));
    let rev = pages.get("gil", &path).await.field("rev").unwrap();
    let one = form(&[("name", "Payments EU"), ("supervisors", "gil"), ("rev", &rev)]);
    pages.post("gil", &path, &one).await.is(303);
    let two = form(&[("name", "Payments US"), ("supervisors", "gil"), ("rev", &rev)]);
    let refused = pages.post("gil", &path, &two).await;
    refused.is(409).says(&["Payments EU", "value=\"Payments US\""]);
    let newest = refused.field("rev").unwrap();
    assert_ne!(newest, rev);
    let again = form(&[("name", "Payments US"), ("supervisors", "gil"), ("rev", &newest)]);
    pages.post("gil", &path, &again).await.is(303);
    assert!(pages.directory().group_by_name("Payments US").is_some());
    // No revision at all never overwrites.
    let blind = form(&[("supervisors", "gil"), ("rev", "")]);
    pages.post("gil", &path, &blind).await.is(409);
}

#[tokio::test]
async fn only_supervisors_and_administrators_may() {
    let pages = pages().await;
    let path = group_path(&pages, "Payments");
    for who in ["bo", "rea", "sten", "pia"] {
        pages
            .get(who, "/groups")
            .await
            .is(200)
            .says(&["aria-disabled=\"true\"", "Full Access User"]);
        pages.get(who, "/groups/new").await.is(403);
        pages.post(who, "/groups", &form(&[])).await.is(403);
        for rest in ["edit", "remove"] {
            pages.get(who, &format!("{path}/{rest}")).await.is(403);
            pages.post(who, &format!("{path}/{rest}"), &form(&[])).await.is(403);
        }
        pages.post(who, &format!("{path}/members"), &[("member", "ada")]).await.is(403);
        pages.post(who, &format!("{path}/members/remove"), &[("member", "bo")]).await.is(403);
    }
    pages.get("gil", &format!("{path}/edit")).await.is(200);
    let other = group_path(&pages, "Platform");
    pages.get("gil", &format!("{other}/edit")).await.is(403);
    // Nobody makes a group that they may not look after.
    pages.post("gil", "/groups", &form(&[("supervisors", "ada")])).await.is(403);
    pages.post("gil", "/groups", &form(&[])).await.is(303);
}

#[tokio::test]
async fn groups_of_other_instances_are_not_there() {
    let pages = pages().await;
    let by = Author::new("test", "set up");
    let now = pages.world.now();
    let authority = &pages.world.authority;
    let other = authority.create_instance("other", Region::Emea, &by, now).await.expect("made");
    let text = "version: 1
people:
  - { targetName: eve, firstName: Eve, lastName: Else, roles: [Full Access User] }
groups:
  - { targetName: Theirs, members: [eve] }
";
    let document = firebell_config::document::Document::parse(text).unwrap();
    let mode = firebell_config::document::Mode::Keep;
    let no = other.instance.no;
    firebell_config::document::apply(authority, no, &by, document, mode, now).await.unwrap();
    let directory = pages.world.snapshots.instance(no).unwrap();
    let theirs = directory.group_by_name("Theirs").unwrap().id;
    let ours = group_path(&pages, "Payments");
    for path in [format!("/groups/{theirs}"), format!("/groups/{theirs}/edit")] {
        pages.get("ada", &path).await.is(404).is_silent_about(&["Theirs"]);
    }
    pages.post("ada", &format!("/groups/{theirs}/remove"), &[("sure", "Theirs")]).await.is(404);
    let eve = pages.session_in(&directory, "eve");
    pages.get(&eve, &ours).await.is(404);
    pages.get(&eve, "/on-call").await.is(200).says(&["Theirs"]).is_silent_about(&["Payments"]);
    for bad in ["/groups/x", "/groups/00000000-0000-7000-8000-000000000000", "/groups/%00"] {
        pages.get("ada", bad).await.is(404);
    }
}

#[tokio::test]
async fn members_come_and_go() {
    let pages = pages().await;
    let path = group_path(&pages, "Payments");
    let add = format!("{path}/members");
    let remove = format!("{path}/members/remove");
    let unknown = pages.post("gil", &add, &[("member", "nemo")]).await;
    unknown.is(422).says(&["Nobody has that name"]);
    pages.post("gil", &add, &[("member", "ada")]).await.is(303);
    pages.post("gil", &add, &[("member", "ada")]).await.is(303);
    pages.get("gil", &path).await.says(&["<bdi>Ada Admin</bdi>"]);
    let itself = pages.post("gil", &add, &[("member", "Payments")]).await;
    itself.is(422).says(&["must not contain itself"]);
    pages.post("gil", &remove, &[("member", "ada")]).await.is(303);
    pages.get("gil", &path).await.is_silent_about(&["<bdi>Ada Admin</bdi>"]);
    // Bo is in a shift: what becomes different is shown first.
    let ask = pages.post("gil", &remove, &[("member", "bo")]).await;
    ask.is(200)
        .says(&["Bo Ek is in shifts of this group", "Bo Ek, Gil Group after 5 min → Gil Group"]);
    assert!(pages.directory().group_by_name("Payments").unwrap().members.len() == 2);
    pages.post("gil", &remove, &[("member", "bo"), ("sure", "yes")]).await.is(303);
    let directory = pages.directory();
    let shift = directory.shift(shift_id(&pages, "Payments", "Always")).unwrap();
    assert_eq!(shift.members.len(), 1);
    assert_eq!(shift.members[0].delay_minutes, 0, "whoever is first is told at once");
}
