//! What others did between a form and its saving: a role that was taken away counts at once, in every
//! process, and a form that does not say what it was filled in for saves nothing.

use firebell_config::Snapshots;

use super::*;

/// The same pages, in a process that has not heard of what happens from now on.
async fn behind(pages: Pages) -> Pages {
    let snapshots = Snapshots::load(&pages.world.db).await.expect("snapshots");
    pages.with(crate::router(), |parts| parts.snapshots = snapshots)
}

async fn take_role(pages: &Pages, person: &str) {
    let document = format!(
        "version: 1\npeople:\n  - {{ targetName: {person}, firstName: Was, lastName: More, \
         roles: [Standard User], timezone: Europe/Oslo }}\n"
    );
    pages.world.apply(&document).await;
}

type Fields<'f> = Vec<(&'f str, &'f str)>;

fn silence(rev: &str) -> Fields<'_> {
    vec![
        ("field", "host"),
        ("op", "="),
        ("value", "db-1"),
        ("ends", "2026-03-02T20:00"),
        ("zone", "Europe/Oslo"),
        ("reason", "known"),
        ("rev", rev),
    ]
}

fn window(rev: &str) -> Fields<'_> {
    vec![
        ("name", "Patching"),
        ("starts", "2026-03-02T08:00"),
        ("ends", "2026-03-02T20:00"),
        ("zone", "Europe/Oslo"),
        ("recurs", "once"),
        ("reason", "planned"),
        ("rev", rev),
    ]
}

#[tokio::test]
async fn whoever_lost_the_role_meanwhile_hides_nothing() {
    let pages = open(TestEngine::Sqlite).await;
    pages.post("gil", "/silences", &silence("")).await.is(303);
    pages.post("gil", "/windows", &window("")).await.is(303);
    let directory = pages.directory();
    let (of_silence, of_window) = (
        format!("/silences/{}", directory.silences().next().expect("made").id),
        format!("/windows/{}", directory.windows().next().expect("made").id),
    );
    let pages = behind(pages).await;
    let rev = |page: firebell_testkit::pages::Page| page.is(200).field("rev").expect("a revision");
    let silence_rev = rev(pages.get("gil", &of_silence).await);
    let window_rev = rev(pages.get("gil", &of_window).await);
    take_role(&pages, "gil").await;
    let before = pages.directory().revision;
    let restore = [("ends", "1803556800000000"), ("start", "1"), ("end", "2")];
    let attempts: [(String, Fields<'_>); 9] = [
        ("/silences".to_owned(), silence("")),
        (of_silence.clone(), silence(&silence_rev)),
        (format!("{of_silence}/end"), Vec::new()),
        (format!("{of_silence}/restore"), restore.to_vec()),
        ("/windows".to_owned(), window("")),
        (of_window.clone(), window(&window_rev)),
        (format!("{of_window}/end"), Vec::new()),
        (format!("{of_window}/restore"), restore.to_vec()),
        (format!("{of_window}/remove"), vec![("typed", "Patching")]),
    ];
    for (path, fields) in attempts {
        let page = pages.post("gil", &path, &fields).await;
        page.is(403).says(&["Not allowed", "You may not change silences"]);
    }
    assert_eq!(pages.directory().revision, before, "nothing was changed");
}

#[tokio::test]
async fn whoever_lost_the_role_meanwhile_changes_no_door() {
    let pages = open(TestEngine::Sqlite).await;
    let more = "version: 1\npeople:\n  - { targetName: eve, firstName: Eve, lastName: More, \
                roles: [Full Access User], timezone: Europe/Oslo }\n";
    pages.world.apply(more).await;
    let pages = behind(pages).await;
    let own = door(&pages, "Monitor");
    let (path, form) = (format!("/integrations/{}", own.id), own.form.to_string());
    let of_form = format!("/integrations/forms/{form}");
    let rev = pages.get("eve", &format!("{path}/edit")).await.field("rev").expect("a revision");
    let form_rev = pages.get("eve", &of_form).await.field("rev").expect("a revision");
    take_role(&pages, "eve").await;
    let named = |rev| vec![("name", "More"), ("format", "generic"), ("form", &*form), ("rev", rev)];
    let asked = |rev| {
        vec![
            ("name", "Other"),
            ("recipients", "Payments"),
            ("priority", "HIGH"),
            ("minutes", "60"),
            ("rev", rev),
        ]
    };
    let attempts: [(String, Fields<'_>); 7] = [
        ("/integrations".to_owned(), named("")),
        (path.clone(), named(&rev)),
        (format!("{path}/key"), vec![("rev", &rev)]),
        (format!("{path}/deactivate"), Vec::new()),
        (format!("{path}/remove"), vec![("typed", "Monitor")]),
        ("/integrations/forms".to_owned(), asked("")),
        (of_form, asked(&form_rev)),
    ];
    for (path, fields) in attempts {
        let page = pages.post("eve", &path, &fields).await;
        page.is(403).says(&["Not allowed", "You may not change integrations"]);
    }
    let gone = "version: 1\npeople:\n  - { targetName: eve, firstName: Eve, lastName: More, \
                roles: [Full Access User], status: INACTIVE, timezone: Europe/Oslo }\n";
    let kept = pages.session("eve");
    pages.world.apply(gone).await;
    let page = pages.post(&kept, &format!("{path}/deactivate"), &[]).await;
    page.is(403).says(&["You are no active user any more"]);
    assert_eq!(pages.directory().integrations().count(), 1);
    assert_eq!(*door(&pages, "Monitor"), *own);
}

#[tokio::test]
async fn a_form_without_its_revision_saves_nothing() {
    let pages = open(TestEngine::Sqlite).await;
    pages.post("ada", "/silences", &silence("")).await.is(303);
    pages.post("ada", "/windows", &window("")).await.is(303);
    let directory = pages.directory();
    let own = door(&pages, "Monitor");
    let form = own.form.to_string();
    let before = directory.revision;
    let integration =
        |rev| vec![("name", "More"), ("format", "generic"), ("form", &*form), ("rev", rev)];
    let asked = |rev| {
        vec![
            ("name", "Other"),
            ("recipients", "Payments"),
            ("priority", "HIGH"),
            ("minutes", "60"),
            ("rev", rev),
        ]
    };
    let ada = pages.session("ada");
    for rev in ["", "7", "new", "1.x", "-", "1.2.3"] {
        for (path, fields) in [
            (format!("/silences/{}", directory.silences().next().expect("made").id), silence(rev)),
            (format!("/windows/{}", directory.windows().next().expect("made").id), window(rev)),
            (format!("/integrations/{}", own.id), integration(rev)),
            (format!("/integrations/{}/key", own.id), vec![("rev", rev)]),
            (format!("/integrations/forms/{form}"), asked(rev)),
        ] {
            let mut without = fields.clone();
            without.retain(|(name, _)| *name != "rev");
            for fields in [fields, without] {
                let page = pages.post(&ada, &path, &fields).await;
                page.is(422).says(&[
                    "does not say which state",
                    "Nothing was saved",
                    "Open it again",
                ]);
            }
        }
    }
    // One that never was is no way around either.
    let odd = format!("/silences/{}", directory.silences().next().expect("made").id);
    pages.post("ada", &odd, &silence("0.0")).await.is(409);
    assert_eq!(pages.directory().revision, before);
}
