//! Taking back what was done to a group: exactly, once, for a moment, and never over what others did.

use std::sync::Arc;

use firebell_base::time::add_seconds;
use firebell_domain::group::Group;
use firebell_domain::shift::Shift;
use firebell_testkit::pages::Page;

use super::shifts::form;
use super::*;

/// What the button sends, as the cookie of the toast has it.
fn undo_of(page: &Page) -> (String, String) {
    page.is(303);
    let cookie = page.headers.get("set-cookie").expect("a toast").to_str().unwrap().to_owned();
    let value = cookie.split_once('=').unwrap().1.split(';').next().unwrap();
    let part = |name: &str| value.split('&').find_map(|part| part.strip_prefix(name));
    let action = part("u=").unwrap_or_else(|| panic!("no undo in {value}")).replace("%2F", "/");
    (format!("/{action}"), part("f.act=").expect("the act").to_owned())
}

async fn press(pages: &Pages, who: &str, (path, act): &(String, String)) -> Page {
    pages.post(who, path, &[("act", act)]).await
}

/// The group Payments with its shifts, as they are.
fn state(pages: &Pages) -> (Arc<Group>, Vec<Arc<Shift>>) {
    let directory = pages.directory();
    let group = Arc::clone(directory.group_by_name("Payments").unwrap());
    let shifts = directory.shifts_of(group.id).map(Arc::clone).collect();
    (group, shifts)
}

async fn rev(pages: &Pages, path: &str) -> String {
    pages.get("gil", path).await.is(200).field("rev").unwrap()
}

#[tokio::test]
async fn every_act_on_shifts_and_rosters_is_taken_back_exactly() {
    let pages = pages().await;
    let group = group_path(&pages, "Payments");
    let shift = shift_path(&pages, "Payments", "Always");
    let before = state(&pages);
    let (add, out, edit) =
        (format!("{group}/members"), format!("{group}/members/remove"), format!("{group}/edit"));
    let whole = [("name", "Payments"), ("description", "Other"), ("type", "ON_CALL")];
    let whole = [&whole[..], &[("status", "ACTIVE"), ("supervisors", "gil")]].concat();
    // Where it is sent, with what, and the form whose revision goes along.
    let acts = [
        // Ada joins the roster with the shift.
        (shift.clone(), form(&[("name", "Nights"), ("who.0", "ada")]), Some(&shift)),
        (format!("{group}/shifts/new"), form(&[("name", "More"), ("who.1", "rea")]), None),
        (format!("{shift}/remove"), vec![("sure", "always")], Some(&shift)),
        (add, vec![("member", "pia")], None),
        (out, vec![("member", "bo"), ("sure", "yes")], None),
        (edit.clone(), whole, Some(&edit)),
    ];
    for (path, mut sent, seen) in acts {
        let seen = match seen {
            Some(path) => rev(&pages, path).await,
            None => String::new(),
        };
        sent.push(("rev", &seen));
        let undo = undo_of(&pages.post("gil", &path, &sent).await);
        assert_ne!(state(&pages), before, "{path} did something");
        assert!(undo.0.starts_with(&group), "{path}");
        let undone = press(&pages, "gil", &undo).await;
        undone.is(303);
        assert_eq!(undone.location(), format!("../../{}", &group[1..]));
        assert_eq!(state(&pages), before, "{path}");
        // Once.
        press(&pages, "gil", &undo).await.is(409).says(&["Not undone", "Nothing was changed now"]);
        assert_eq!(state(&pages), before, "{path}");
    }
}

#[tokio::test]
async fn what_others_changed_since_stays() {
    let pages = pages().await;
    let group = group_path(&pages, "Payments");
    let shift = shift_path(&pages, "Payments", "Always");
    let one = form(&[("name", "Mine")]);
    let seen = rev(&pages, &shift).await;
    let undo = undo_of(&pages.post("gil", &shift, &[&one[..], &[("rev", &*seen)]].concat()).await);
    // Another shift of the group is no reason not to.
    pages.post("ada", &format!("{group}/shifts/new"), &form(&[("name", "Other")])).await.is(303);
    let seen = rev(&pages, &shift).await;
    let two = form(&[("name", "Theirs")]);
    let theirs =
        undo_of(&pages.post("ada", &shift, &[&two[..], &[("rev", &*seen)]].concat()).await);
    let before = pages.directory().revision;
    let late = press(&pages, "gil", &undo).await;
    late.is(409).says(&["Mine was changed again since then", "Nothing was undone", "Back"]);
    assert_eq!(pages.directory().revision, before);
    // As soon as that is taken back there is nothing in the way.
    press(&pages, "ada", &theirs).await.is(303);
    press(&pages, "gil", &undo).await.is(303);
    shift_id(&pages, "Payments", "Always");
    shift_id(&pages, "Payments", "Other");
    // What was removed and made again under its name is another one.
    let seen = rev(&pages, &shift).await;
    let sure = [("sure", "always"), ("rev", &*seen)];
    let undo = undo_of(&pages.post("gil", &format!("{shift}/remove"), &sure).await);
    let gone = [("sure", "Payments"), ("rev", &*rev(&pages, &format!("{group}/edit")).await)];
    pages.post("gil", &format!("{group}/remove"), &gone).await.is(303);
    press(&pages, "gil", &undo).await.is(404);
}

#[tokio::test]
async fn only_whoever_did_it_takes_it_back_and_only_for_a_moment() {
    let pages = pages().await;
    let group = group_path(&pages, "Payments");
    let add = [("member", "pia")];
    let undo = undo_of(&pages.post("gil", &format!("{group}/members"), &add).await);
    press(&pages, "ada", &undo).await.is(409).says(&["Not undone"]);
    press(&pages, "bo", &undo).await.is(403);
    let elsewhere = format!("{}/undo", group_path(&pages, "Platform"));
    pages.post("ada", &elsewhere, &[("act", &undo.1)]).await.is(409);
    for act in ["", "0", "\u{202e}", &"f".repeat(5_000)] {
        pages.post("gil", &undo.0, &[("act", act)]).await.is(409);
    }
    assert_eq!(state(&pages).0.members.len(), 3);
    pages.world.clock.set(add_seconds(pages.world.now(), 121));
    press(&pages, "gil", &undo).await.is(409).says(&["in the first two minutes"]);
    assert_eq!(state(&pages).0.members.len(), 3);
    // What changes nothing offers nothing.
    let same = pages.post("gil", &format!("{group}/members"), &add).await;
    let cookie = same.is(303).headers.get("set-cookie").unwrap().to_str().unwrap();
    assert!(!cookie.contains("u=groups"), "{cookie}");
}
