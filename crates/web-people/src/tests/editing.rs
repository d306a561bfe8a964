//! Changing somebody: the form, two editors, what is done with one press, removal.

use firebell_domain::directory::Kind;
use firebell_domain::person::{Role, Status};
use firebell_testkit::pages::{Page, Pages};
use firebell_testkit::postgres::TestEngine;

use super::pages;

/// The fields of a form as a browser would send them back, with some of them changed.
fn filled(page: &Page, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let form = page.html.split("data-once>").nth(1).unwrap();
    let mut fields = Vec::new();
    for tag in form.split('<').skip(1) {
        let attribute = |name: &str| {
            let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
            Some(tag[at..].split('"').next().unwrap().to_owned())
        };
        let Some(name) = attribute("name").filter(|_| tag.starts_with("input")) else { continue };
        let boxed = tag.contains("type=\"checkbox\"") || tag.contains("type=\"radio\"");
        if !boxed || tag.contains(" checked") {
            fields.push((name, attribute("value").unwrap_or_default()));
        }
    }
    let site =
        form.split("name=\"userSite\"").nth(1).and_then(|rest| rest.split("</select>").next());
    let chosen = site.and_then(|rest| rest.split(" selected").next());
    let site = chosen.and_then(|rest| rest.rsplit("value=\"").next()).map(|v| v.replace('"', ""));
    fields.push(("userSite".to_owned(), site.unwrap_or_default()));
    for (name, value) in changes {
        fields.retain(|(key, _)| key != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    fields
}

async fn send(pages: &Pages, path: &str, fields: &[(String, String)]) -> Page {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    pages.post("ada", path, &fields).await
}

#[tokio::test]
async fn what_is_saved_is_what_was_entered_and_nothing_else() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let bo = pages.person("bo");
        let (path, show) = (format!("/users/{bo}/edit"), format!("/users/{bo}"));
        let before = (**pages.directory().person(bo).unwrap()).clone();
        let form = pages.get("ada", &path).await;
        form.is(200).says(&["Edit Bo Ek", "value=\"bo\""]);
        // Sent back as it is: nothing changes.
        let same = send(&pages, &path, &filled(&form, &[])).await;
        assert_eq!(same.is(303).location(), format!("../../users/{bo}"));
        assert_eq!(**pages.directory().person(bo).unwrap(), before, "{engine:?}");
        let fields = filled(
            &form,
            &[
                ("targetName", "bo.ek"),
                ("roles", "Group Supervisor"),
                ("userSite", "Oslo office"),
                ("supervisors", "gil"),
            ],
        );
        send(&pages, &path, &fields).await.is(303);
        let directory = pages.directory();
        let after = directory.person(bo).unwrap();
        assert_eq!((after.target_name.as_str(), after.web_login.as_str()), ("bo.ek", "bo.ek"));
        assert_eq!(
            (&*after.roles, &*after.supervisors),
            (&[Role::GroupSupervisor][..], &[pages.person("gil")][..])
        );
        let shown = pages.get("rea", &show).await;
        shown.is(200).says(&[
            "Oslo office",
            "gil",
            "Group Supervisor",
            "bo@example.org",
            "Payments",
        ]);
        shown.is_silent_about(&["/edit", "/remove", "/deactivate"]);
        pages.get("rea", &path).await.is(403);
    }
}

#[tokio::test]
async fn the_second_editor_sees_the_difference_and_loses_nothing() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let bo = pages.person("bo");
        let path = format!("/users/{bo}/edit");
        let (mine, theirs) = (pages.get("ada", &path).await, pages.get("pia", &path).await);
        let first = filled(&theirs, &[("firstName", "Bosse"), ("lastName", "Ek-Lund")]);
        send(&pages, &path, &first).await.is(303);
        let second = filled(&mine, &[("firstName", "Bjørn")]);
        let told = send(&pages, &path, &second).await;
        told.is(409).says(&["<bdi>Bosse</bdi>", "<bdi>Bjørn</bdi>", "<bdi>Bo</bdi>", "Ek-Lund"]);
        told.says(&["value=\"Bjørn\"", "Save mine over it"]);
        let found = pages.directory();
        assert_eq!(found.person(bo).unwrap().first_name.as_str(), "Bosse", "nothing was saved");
        let newest = found.entity_revision(Kind::Person, bo.to_bytes()).unwrap().to_string();
        assert_eq!(told.field("rev"), Some(newest));
        // Once more: mine over it.
        send(&pages, &path, &filled(&told, &[])).await.is(303);
        assert_eq!(pages.directory().person(bo).unwrap().first_name.as_str(), "Bjørn");
        // Without a revision nobody knows what was seen.
        send(&pages, &path, &filled(&mine, &[("rev", "")])).await.is(422);
        // Somebody removed them meanwhile.
        pages.post("ada", &format!("/users/{bo}/remove"), &[("name", "bo")]).await.is(303);
        send(&pages, &path, &second).await.is(404);
    }
}

#[tokio::test]
async fn faults_of_an_edit_are_shown_at_their_fields() {
    let pages = pages(TestEngine::Sqlite).await;
    let bo = pages.person("bo");
    let path = format!("/users/{bo}/edit");
    let form = pages.get("ada", &path).await;
    let wrong = filled(&form, &[("firstName", "a\u{200B}b"), ("timezone", "Mars")]);
    let page = send(&pages, &path, &wrong).await;
    page.is(422).says(&["invisible character U+200B", "Time zone ", "value=\"Mars\""]);
    let ada = pages.person("ada");
    let path = format!("/users/{ada}/edit");
    let form = pages.get("ada", &path).await;
    let last = filled(&form, &[("roles", "Standard User")]);
    send(&pages, &path, &last).await.is(422).says(&["is the last active person with the role"]);
}

#[tokio::test]
async fn one_press_turns_off_and_its_undo_on_again() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let bo = pages.person("bo");
        let cookie = pages.session("bo");
        let off = pages.post("ada", &format!("/users/{bo}/deactivate"), &[]).await;
        assert_eq!(off.is(303).location(), format!("../../users/{bo}"));
        let toast = off.headers["set-cookie"].to_str().unwrap();
        assert!(toast.contains(&format!("u=users%2F{bo}%2Factivate")), "{toast}");
        assert_eq!(pages.directory().person(bo).unwrap().status, Status::Inactive);
        assert_ne!(pages.get(&cookie, "/users").await.status, 200, "their session is over");
        let page = pages.get("ada", &format!("/users/{bo}")).await;
        page.says(&["Inactive", "needs no licence", "/activate"]);
        pages.post("ada", &format!("/users/{bo}/activate"), &[]).await.is(303);
        assert_eq!(pages.directory().person(bo).unwrap().status, Status::Active);
    }
}

#[tokio::test]
async fn whoever_is_removed_was_named() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let bo = pages.person("bo");
        let path = format!("/users/{bo}/remove");
        let ask = pages.get("ada", &path).await;
        ask.is(200).says(&["Remove Bo Ek?", "1 device", "1 group", "Type bo"]);
        let wrong = pages.post("ada", &path, &[("name", "gil")]).await;
        wrong.is(422).says(&["This is not bo"]);
        assert!(pages.directory().person(bo).is_some());
        let gone = pages.post("ada", &path, &[("name", " BO ")]).await;
        assert_eq!(gone.is(303).location(), "../../users");
        let directory = pages.directory();
        assert!(directory.person(bo).is_none() && directory.devices_of(bo).count() == 0);
        let ada = pages.person("ada");
        pages.post("ada", &format!("/users/{ada}/remove"), &[("name", "ada")]).await.is(422);
    }
}
