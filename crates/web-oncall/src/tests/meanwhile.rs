//! A role that was taken away between a form and its saving counts at once, in every process.

use firebell_config::Snapshots;

use super::shifts::form;
use super::*;

/// The same pages, in a process that has not heard of what happens from now on.
async fn behind(pages: Pages) -> Pages {
    let snapshots = Snapshots::load(&pages.world.db).await.expect("snapshots");
    pages.with(crate::router(), |parts| parts.snapshots = snapshots)
}

#[tokio::test]
async fn whoever_lost_the_role_meanwhile_changes_nothing() {
    let pages = pages().await;
    let away = [("who", "gil"), ("from", "2026-03-02T03:00"), ("to", "2026-03-02T18:00")];
    let of_group = group_id(&pages, "Payments").to_string();
    let fields = [&away[..], &[("group", &of_group)]].concat();
    pages.post("gil", "/absences", &fields).await.is(303);
    let absence = pages.directory().absences().next().unwrap().id;
    let pages = behind(pages).await;
    let (group, shift) = (group_path(&pages, "Payments"), shift_path(&pages, "Payments", "Always"));
    let rev = async |path: &str| pages.get("gil", path).await.is(200).field("rev").unwrap();
    let (of_shift, of_form) = (rev(&shift).await, rev(&format!("{group}/edit")).await);
    let own = [("name", "New"), ("type", "ON_CALL"), ("status", "ACTIVE"), ("supervisors", "gil")];
    let more = [("member", "pia")];
    let undo = pages.post("gil", &format!("{group}/members"), &more).await;
    let cookie = undo.is(303).headers.get("set-cookie").unwrap().to_str().unwrap().to_owned();
    let act = cookie.split("f.act=").nth(1).unwrap().split(';').next().unwrap().to_owned();
    // The roster was changed: its form was filled in for what there is now.
    let directory = pages.directory();
    let changed = directory.group(group_id(&pages, "Payments")).unwrap();
    let of_group = directory
        .entity_revision(firebell_domain::directory::Kind::Group, changed.id.to_bytes())
        .unwrap()
        .to_string();
    assert_ne!(of_form, of_group);
    pages
        .world
        .apply(
            "version: 1
people:
  - { targetName: gil, firstName: Gil, lastName: Group, roles: [Read-only User], timezone: America/New_York }
",
        )
        .await;
    let before = pages.directory().revision;
    let shift_form = form(&[("name", "Mine"), ("rev", &of_shift)]);
    let added = form(&[("name", "New")]);
    let edited = [&own[..], &[("rev", &*of_group)]].concat();
    let sure = [("sure", "always"), ("rev", &*of_shift)];
    let sure_group = [("sure", "payments"), ("rev", &*of_group)];
    let undone = [("act", &*act)];
    let attempts: [(String, &[(&str, &str)]); 11] = [
        ("/groups".to_owned(), &own),
        (format!("{group}/edit"), &edited),
        (format!("{group}/members"), &[("member", "rea")]),
        (format!("{group}/members/remove"), &[("member", "bo"), ("sure", "yes")]),
        (format!("{group}/undo"), &undone),
        (shift.clone(), &shift_form),
        (format!("{group}/shifts/new"), &added),
        (format!("{shift}/remove"), &sure),
        (format!("{group}/remove"), &sure_group),
        ("/absences".to_owned(), &fields),
        (format!("/absences/{absence}/end"), &[]),
    ];
    for (path, fields) in attempts {
        let page = pages.post("gil", &path, fields).await;
        page.is(403).says(&["Not allowed", "You may not"]);
    }
    assert_eq!(pages.directory().revision, before, "nothing was changed");
}
