//! Changes somebody. A second editor is shown what the first one changed, and loses nothing.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use firebell_access::people::may_write_person;
use firebell_access::{Permission, Principal, Scope};
use firebell_config::history::Moment;
use firebell_config::people::put;
use firebell_config::{ConfigError, Expect, Intent};
use firebell_domain::directory::{Directory, Kind, Revision};
use firebell_domain::person::{Person, PersonId};
use firebell_ui::part::{Faults as FormFaults, Field, Notice};
use firebell_ui::{Answer, Form, MayNot, Refusal, Visit, page, page_with};

use crate::change::{Failed, change};
use crate::entry::Entry;
use crate::form::{About, FormPart, conflict, faults, form, page_of, told};
use crate::licence::{Standing, standing};
use crate::words::WORDS;

/// How long the look into the past may take that tells what a field was.
const PAST_PATIENCE: Duration = Duration::from_secs(2);

/// The person a path names, in the visitor's instance.
pub(crate) fn person<'v>(visit: &'v Visit, id: &str) -> Result<&'v Arc<Person>, Refusal> {
    let t = visit.say(&WORDS);
    let known = id.parse::<PersonId>().ok().and_then(|id| visit.directory.person(id));
    known.ok_or_else(|| visit.missing(&t.get("people-user")))
}

/// `GET /users/{id}/edit`
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Answer {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let old = person(&visit, &id)?;
    visit.require(Permission::WritePeople, &Scope::Person(old))?;
    let entry = Entry::of(&visit.directory, old);
    let t = visit.say(&WORDS);
    let standing = standing(&visit).await;
    let rev = visit.directory.entity_revision(Kind::Person, old.id.to_bytes());
    let part = filled(&visit, old, &entry, FormFaults::new(t), &standing, rev);
    if visit.partial {
        return Ok(page(&part));
    }
    Ok(page(&page_of(&visit, part)))
}

fn filled(
    visit: &Visit,
    old: &Person,
    entry: &Entry,
    faults: FormFaults,
    standing: &Standing,
    rev: Option<Revision>,
) -> FormPart {
    let t = visit.say(&WORDS);
    let mut part = form(visit, About::Known, entry, faults, standing);
    let name = old.display_name();
    part.title = t.a("people-edit-title", &[("name", &name)]);
    part.lead = t.get("people-edit-lead");
    part.action = visit.href(&format!("users/{}/edit", old.id));
    part.cancel = visit.href(&format!("users/{}", old.id));
    part.submit = t.get("people-save");
    let rev = rev.map(|rev| rev.to_string()).unwrap_or_default();
    part.hidden = vec![Field::hidden("rev", rev)];
    part
}

/// `POST /users/{id}/edit`
pub(crate) async fn save(visit: Visit, Path(id): Path<String>, posted: Form) -> Answer {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let old = Arc::clone(person(&visit, &id)?);
    visit.require(Permission::WritePeople, &Scope::Person(&old))?;
    let entry = Entry::read(&posted);
    let t = visit.say(&WORDS);
    let Ok(rev) = posted.text("rev").parse::<Revision>() else {
        // Without the revision nobody knows what the editor saw.
        let notice = Notice::wrong(t.get("people-not-possible"), t.get("people-no-revision"));
        return Err(visit.notice(StatusCode::UNPROCESSABLE_ENTITY, notice));
    };
    let mut intent = Intent::from(&visit.author("user changed"));
    let subject = old.id.to_bytes();
    intent.expects = vec![Expect { kind: Kind::Person, id: subject, revision: Some(rev) }];
    let (mine, now) = (entry.clone(), visit.now);
    // What was entered, as the newest configuration reads it: for the page of a conflict.
    let decide = move |directory: &Directory, who: &Principal| {
        let Some(old) = directory.person(PersonId::from_bytes(subject)) else {
            return Ok(Vec::new());
        };
        let new = mine.changed(directory, old)?;
        may_write_person(who, Some(old), &new).map_err(|no| MayNot::from(no).at("roles"))?;
        Ok(put(Some(old), new, now).into_iter().collect())
    };
    match change(&visit, intent, decide).await {
        Ok(committed) => {
            let name =
                committed.directory.person(old.id).map_or_else(String::new, |p| p.display_name());
            let said = if committed.changed == 0 { "people-same" } else { "people-saved" };
            let response = visit.lead(&format!("users/{}", old.id));
            Ok(visit.toast(response, t.a(said, &[("name", &name)])))
        }
        Err(Failed::Refused(ConfigError::Changed { found: Some(found), .. })) => {
            second(&visit, &old, &entry, rev, found).await
        }
        Err(Failed::Refused(ConfigError::Changed { found: None, .. })) => {
            Err(visit.missing(&t.get("people-user")))
        }
        Err(failed) => Ok(again(&visit, &old, &entry, rev, failed).await),
    }
}

/// The form once more, with what was entered and why nothing was saved.
async fn again(
    visit: &Visit,
    old: &Person,
    entry: &Entry,
    rev: Revision,
    failed: Failed,
) -> Response {
    let standing = standing(visit).await;
    let said = ["people-unconfirmed-save", "people-unknown-save", "people-denied-save"];
    let (status, notice, found) = told(visit, failed, said);
    let listed = !found.is_empty();
    let mut part = filled(visit, old, entry, found, &standing, Some(rev));
    if !listed {
        part.notices.push(notice);
    }
    page_with(status, &page_of(visit, part))
}

/// The form for a second editor: what is there now, what was entered, and the newest revision.
async fn second(
    visit: &Visit,
    old: &Person,
    entry: &Entry,
    rev: Revision,
    found: Revision,
) -> Answer {
    let t = visit.say(&WORDS);
    let no = visit.directory.instance.no;
    // Somebody else's change may not have reached this process yet.
    let refreshed = visit.ui.snapshots.refresh(&visit.ui.db);
    if let Ok(Err(error)) = tokio::time::timeout(PAST_PATIENCE, refreshed).await {
        tracing::warn!(%error, "the newest configuration could not be read");
    }
    let newest = visit.ui.snapshots.instance(no).unwrap_or_else(|| Arc::clone(&visit.directory));
    let theirs = newest.person(old.id).ok_or_else(|| visit.missing(&t.get("people-user")))?;
    let past = visit.ui.authority.past(no, Moment::Revision(rev));
    let past = tokio::time::timeout(PAST_PATIENCE, past).await;
    let past = past.ok().and_then(Result::ok).flatten();
    let was = past.as_ref().and_then(|past| past.person(old.id)).map(AsRef::as_ref);
    let mut found_faults = FormFaults::new(t);
    let yours = match entry.changed(&newest, theirs) {
        Ok(yours) => yours,
        Err(wrong) => {
            let list = wrong.0.into_iter().map(|fault| (fault.field, fault.message)).collect();
            found_faults = faults(t, list);
            (**theirs).clone()
        }
    };
    // Of what is shown, which may be older than what was found: then saving tells so once more.
    let rev = newest.entity_revision(Kind::Person, old.id.to_bytes()).unwrap_or(found);
    let standing = standing(visit).await;
    let mut part = filled(visit, theirs, entry, found_faults, &standing, Some(rev));
    let difference = conflict(visit, &newest, was, theirs, &yours);
    if !difference.is_empty() {
        part.submit = t.get("people-save-over");
        part.conflict = Some(difference);
    }
    Ok(page_with(StatusCode::CONFLICT, &page_of(visit, part)))
}
