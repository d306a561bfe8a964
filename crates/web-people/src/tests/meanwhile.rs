//! A role that was taken away between a form and its saving counts at once, in every process.

use firebell_config::Snapshots;

use super::*;

#[tokio::test]
async fn whoever_lost_the_role_meanwhile_changes_nobody() {
    let pages = pages(TestEngine::Sqlite).await;
    // The same pages, in a process that has not heard of what happens from now on.
    let snapshots = Snapshots::load(&pages.world.db).await.expect("snapshots");
    let pages = pages.with(router(), |parts| parts.snapshots = snapshots);
    let pia = pages.person("pia");
    let path = |act: &str| format!("/users/{pia}/{act}");
    let rev = pages.get("ada", &path("edit")).await.is(200).field("rev").expect("a revision");
    pages
        .world
        .apply(
            "version: 1
people:
  - { targetName: bo, firstName: Bo, lastName: Ek, roles: [Full Access User] }
  - { targetName: ada, firstName: Ada, lastName: Admin, roles: [Read-only User] }
",
        )
        .await;
    let newest = || pages.world.snapshots.instance(pages.world.no).expect("it").revision;
    let before = newest();
    let new = [
        ("targetName", "new.one"),
        ("firstName", "New"),
        ("lastName", "One"),
        ("roles", "Standard User"),
        ("userStatus", "ACTIVE"),
        ("licenseType", "FULL_USER"),
        ("supervisors", "bo"),
    ];
    let edited = [&new[1..], &[("targetName", "pia"), ("rev", &rev)]].concat();
    let id = pia.to_string();
    let some = [("do", "deactivate"), ("id", &*id)];
    let attempts: [(String, &[(&str, &str)]); 5] = [
        (path("edit"), &edited),
        (path("deactivate"), &[]),
        (path("remove"), &[("name", "pia")]),
        ("/users/bulk".to_owned(), &some),
        ("/users/new".to_owned(), &new),
    ];
    for (path, fields) in attempts {
        let page = pages.post("ada", &path, fields).await;
        assert!([403, 409, 422].contains(&page.status.as_u16()), "{path}: {}", page.status);
    }
    assert_eq!(newest(), before, "nothing was changed");
}
