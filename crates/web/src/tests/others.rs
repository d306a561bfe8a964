//! Devices of others: who may change them, what an administrator does with them, and who is told to have done it.

use firebell_config::{Author, Authority, Change, Snapshots};
use firebell_domain::device::Address;
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::instance::Region;
use firebell_domain::person::Role;
use firebell_testkit::pages::Page;
use firebell_testkit::postgres::TestEngine;

use super::own::{Own, PASSWORD};

fn list(own: &Own, who: &str) -> String {
    format!("/users/{}/devices", own.pages.person(who))
}

fn fields<'a>(kind: &'a str, name: &'a str, place: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("kind", kind),
        ("name", name),
        ("place", place),
        ("delay", "3"),
        ("threshold", "HIGH"),
        ("active", "yes"),
    ]
}

async fn add(own: &Own, who: &str, whose: &str, (kind, place): (&str, &str)) -> Page {
    let path = format!("{}/new", list(own, whose));
    own.post(who, &path, &fields(kind, "Second", place)).await
}

/// Gives somebody a role, through another process of the same database.
async fn promote_elsewhere(own: &Own, who: &str, role: Role) {
    let (ui, no) = (&own.pages.ui, own.pages.world.no);
    let snapshots = Snapshots::load(&ui.db).await.unwrap();
    let authority = Authority::new(ui.db.clone(), snapshots, ui.random.clone());
    let id = own.pages.person(who);
    let decide = move |directory: &Directory| {
        let mut person = (**directory.person(id).unwrap()).clone();
        person.roles = vec![role];
        Ok(vec![Change::Put(Entity::Person(person))])
    };
    authority.change(no, &Author::new("test", "sample"), ui.clock.now(), decide).await.unwrap();
}

#[tokio::test]
async fn an_administrator_adds_changes_moves_tries_removes_and_takes_back() {
    for engine in TestEngine::ALL {
        let own = Own::new(engine).await;
        let list = list(&own, "bo");
        let page = own.get("ada", &list).await;
        page.is(200).says(&["Devices of Bo Ek", "One device; 0 verified", "Send a test"]);
        page.is_silent_about(&["Your devices", "/verify", "Send me"]);
        own.get("ada", &format!("{list}/new")).await.is(200).says(&["Add a device for Bo Ek"]);
        own.get("ada", &format!("{list}/new")).await.is_silent_about(&["name=\"current\""]);
        // The address needs no password of the administrator, and is not verified by that.
        let added = add(&own, "ada", "bo", ("email", "bo@private.example")).await;
        assert_eq!(added.is(303).location(), format!("../../..{list}"), "{engine:?}");
        let second = own.devices("bo")[1].clone();
        assert_eq!(second.owner, own.pages.person("bo"));
        own.get("ada", &list).await.says(&["2 devices; 0 verified", "Not verified", "Second"]);

        let path = format!("{list}/{}", second.id);
        own.post("ada", &format!("{path}/up"), &[]).await.is(303);
        assert_eq!(own.devices("bo")[0].id, second.id, "{engine:?}");
        own.post("ada", &format!("{path}/down"), &[]).await.is(303);
        assert_eq!(own.devices("bo")[1].id, second.id);

        // Both edit it; the second one is shown the difference, and loses nothing.
        let form = own.get("ada", &path).await;
        form.is(200).says(&["Edit Second", "Devices of Bo Ek", "bo@private.example"]);
        let rev = form.field("rev").unwrap();
        let mut change = fields("", "Night", "bo@private.example");
        change.push(("rev", rev.as_str()));
        own.post("bo", &format!("/account/devices/{}", second.id), &change).await.is(303);
        let mut mine = fields("", "Day", "bo@day.example");
        mine.push(("rev", rev.as_str()));
        let stale = own.post("ada", &path, &mine).await;
        stale.is(409).says(&["bo@private.example", "bo@day.example", "Night"]);
        stale.says(&[&format!("href=\"../../..{path}\"")]);
        let newest = stale.field("rev").unwrap();
        let mut again = fields("", "Day", "bo@day.example");
        again.push(("rev", newest.as_str()));
        assert_eq!(
            own.post("ada", &path, &again).await.is(303).location(),
            format!("../../..{list}")
        );
        let changed = own.devices("bo")[1].clone();
        assert_eq!(changed.address, Address::Email("bo@day.example".to_owned()), "{engine:?}");

        own.post("ada", &format!("{path}/test"), &[]).await.is(303);
        let sent = own.pages.world.sent.messages();
        assert_eq!(sent.len(), 1, "{engine:?}");
        own.get("ada", &list).await.says(&["Last try"]);

        own.post("ada", &format!("{path}/remove"), &[]).await.is(303);
        assert_eq!(own.devices("bo").len(), 1, "{engine:?}");
        let id = second.id.to_string();
        let restore = [("device", id.as_str())];
        // Who did not remove it does not bring it back, were it the owner.
        own.post("bo", "/account/devices/restore", &restore).await.is(409);
        own.post("ada", &format!("{list}/restore"), &restore).await.is(303);
        assert_eq!(own.devices("bo")[1], changed, "{engine:?}");
        own.post("ada", &format!("{list}/restore"), &restore).await.is(409);
    }
}

#[tokio::test]
async fn the_audit_names_who_did_it_and_to_whom() {
    for engine in TestEngine::ALL {
        let own = Own::new(engine).await;
        add(&own, "ada", "bo", ("webhook", "https://h.example/x")).await.is(303);
        let id = own.devices("bo")[1].id;
        own.post("ada", &format!("{}/{id}/remove", list(&own, "bo")), &[]).await.is(303);
        let no = own.pages.world.no;
        let read = move |tx: &mut firebell_sql::ReadTx<'_>| {
            firebell_config::audit::page(tx, Some(no), None, 2)
        };
        let entries = own.pages.ui.db.read("test.audit", read).await.unwrap();
        let told: Vec<_> =
            entries.iter().map(|one| (one.actor.as_str(), one.reason.as_str())).collect();
        let expected = [("ada", "device removed for bo"), ("ada", "device added for bo")];
        assert_eq!(told, expected, "{engine:?}");
    }
}

#[tokio::test]
async fn who_may_not_change_the_owner_changes_no_device() {
    let own = Own::new(TestEngine::Sqlite).await;
    let (adas, list) = (list(&own, "ada"), list(&own, "bo"));
    let id = own.devices("bo")[0].id;
    for who in ["gil", "rea", "sten"] {
        for path in ["", "/new", &format!("/{id}")] {
            let page = own.get(who, &format!("{list}{path}")).await;
            page.is(403).is_silent_about(&["bo@example.org"]);
        }
        add(&own, who, "bo", ("webhook", "https://h.example/x")).await.is(403);
        for path in ["", "/up", "/down", "/remove", "/test"] {
            own.post(who, &format!("{list}/{id}{path}"), &[]).await.is(403);
        }
        own.post(who, &format!("{list}/restore"), &[("device", &id.to_string())]).await.is(403);
    }
    assert_eq!(own.devices("bo").len(), 1);
    assert!(own.pages.world.sent.messages().is_empty());
    // Supervisors of people look after those below full access.
    own.get("pia", &list).await.is(200);
    own.get("pia", &adas).await.is(403);
    add(&own, "pia", "ada", ("webhook", "https://h.example/x")).await.is(403);
    // Codes are the owner's alone.
    own.post("ada", &format!("{list}/{id}/code"), &[]).await.is(404);
    own.get("ada", &format!("{list}/{id}/verify")).await.is(404);
}

#[tokio::test]
async fn mail_of_those_who_may_more_is_not_led_elsewhere() {
    let own = Own::new(TestEngine::Sqlite).await;
    // Gil supervises groups, which Pia does not: Pia may give a webhook, and no address.
    add(&own, "pia", "gil", ("webhook", "https://h.example/x")).await.is(303);
    let refused = add(&own, "pia", "gil", ("email", "thief@example.net")).await;
    refused.is(403).says(&["Group Supervisor", "thief@example.net", "Second"]);
    let mail = own.devices("gil")[0].clone();
    let path = format!("{}/{}", list(&own, "gil"), mail.id);
    let rev = own.get("pia", &path).await.field("rev").unwrap();
    let mut change = fields("", "Work Email", "thief@example.net");
    change.push(("rev", rev.as_str()));
    own.post("pia", &path, &change).await.is(403);
    assert_eq!(own.devices("gil")[0].address, mail.address);
    // What they may not set they may take away, and bring back as it was.
    own.post("pia", &format!("{path}/remove"), &[]).await.is(303);
    let restore = [("device", &*mail.id.to_string())];
    own.post("pia", &format!("{}/restore", list(&own, "gil")), &restore).await.is(303);
    assert_eq!(own.devices("gil")[0], mail);
}

#[tokio::test]
async fn the_newest_configuration_decides_who_may() {
    for engine in TestEngine::ALL {
        let own = Own::new(engine).await;
        let (list, id) = (list(&own, "bo"), own.devices("bo")[0].id);
        let cookie = own.pages.session("pia");
        let rev = own.get(&cookie, &format!("{list}/{id}")).await.field("rev").unwrap();
        promote_elsewhere(&own, "bo", Role::FullAccessUser).await;
        let mut change = fields("", "Work Email", "bo@example.org");
        change.push(("rev", rev.as_str()));
        let changed = own.post(&cookie, &format!("{list}/{id}"), &change).await;
        changed.is(403).says(&["Full Access User"]);
        assert_eq!(own.devices("bo")[0].delay_minutes, 0, "{engine:?}");
    }
}

#[tokio::test]
async fn an_own_address_needs_the_password_by_this_way_too() {
    let own = Own::new(TestEngine::Sqlite).await;
    let page = own.get("ada", &list(&own, "ada")).await;
    page.is(200).says(&["Your devices"]);
    let path = format!("{}/new", list(&own, "ada"));
    own.get("ada", &path).await.is(200).says(&["name=\"current\""]);
    let mut mail = fields("email", "Private", "ada@private.example");
    own.post("ada", &path, &mail).await.is(422).says(&["Enter your password."]);
    mail.push(("current", PASSWORD));
    own.post("ada", &path, &mail).await.is(303);
    assert_eq!(own.devices("ada").len(), 2);
}

#[tokio::test]
async fn what_is_not_there_is_not_there() {
    let own = Own::new(TestEngine::Sqlite).await;
    let (bo, ada) = (own.devices("bo")[0].id, own.devices("ada")[0].id);
    let list = list(&own, "bo");
    for user in ["nobody", "00000000-0000-7000-8000-000000000000"] {
        own.get("ada", &format!("/users/{user}/devices")).await.is(404).says(&["no such user"]);
        own.post("ada", &format!("/users/{user}/devices/{bo}/remove"), &[]).await.is(404);
    }
    // A device of somebody else is none of this user's.
    for device in ["nonsense", &ada.to_string()] {
        own.get("ada", &format!("{list}/{device}")).await.is(404);
        for path in ["", "/up", "/down", "/remove", "/test"] {
            own.post("ada", &format!("{list}/{device}{path}"), &[]).await.is(404);
        }
    }
    // Another instance.
    let (ui, by) = (&own.pages.ui, Author::new("test", "sample"));
    let now = ui.clock.now();
    let other = ui.authority.create_instance("other", Region::Emea, &by, now).await.unwrap();
    let eve = (**own.pages.directory().person_by_name("ada").unwrap()).clone();
    let eve = firebell_domain::person::Person {
        id: firebell_domain::person::PersonId::from_bytes([9; 16]),
        supervisors: Vec::new(),
        ..eve
    };
    let decide = move |_: &Directory| Ok(vec![Change::Put(Entity::Person(eve.clone()))]);
    ui.authority.change(other.instance.no, &by, now, decide).await.unwrap();
    let there = ui.snapshots.instance(other.instance.no).unwrap();
    let stranger = own.pages.session_in(&there, "ada");
    own.get(&stranger, &list).await.is(404).is_silent_about(&["Bo Ek", "bo@"]);
    own.get(&stranger, &format!("{list}/{bo}")).await.is(404);
    for path in ["", "/up", "/down", "/remove", "/test"] {
        own.post(&stranger, &format!("{list}/{bo}{path}"), &[]).await.is(404);
    }
    own.post(&stranger, &format!("{list}/new"), &fields("sms", "X", "+4722334455")).await.is(404);
    assert_eq!((own.devices("bo").len(), own.devices("ada").len()), (1, 1));
}

#[tokio::test]
async fn hostile_names_are_inert_in_every_language() {
    let own = Own::new(TestEngine::Sqlite).await;
    let mut bo = (**own.pages.directory().person_by_name("bo").unwrap()).clone();
    bo.first_name = firebell_domain::name::Name::parse("<img src=x>'\"").unwrap();
    own.put(Entity::Person(bo)).await;
    let mut device = own.devices("bo")[0].clone();
    device.name = firebell_domain::name::Name::parse("<script>alert(1)</script>").unwrap();
    let id = device.id;
    own.put(Entity::Device(device)).await;
    let list = list(&own, "bo");
    for language in ["en", "de", "nb"] {
        let mut ada = (**own.pages.directory().person_by_name("ada").unwrap()).clone();
        ada.language = language.to_owned();
        own.put(Entity::Person(ada)).await;
        for path in ["", "/new", &format!("/{id}")] {
            let page = own.get("ada", &format!("{list}{path}")).await;
            page.is(200).says(&["&#60;img src=x&#62;"]);
            page.is_silent_about(&["<img src=x", "<script>alert", "{ $user }"]);
        }
    }
    let evil = fields("webhook", "<b>x</b>", "javascript:alert(1)");
    let page = own.post("ada", &format!("{list}/new"), &evil).await;
    page.is(422).says(&["&#60;b&#62;"]).is_silent_about(&["<b>x</b>"]);
}
