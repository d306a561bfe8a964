//! What an instance is entitled to: entered, previewed with what the guards hold, and set. Nobody loses a
//! licence by it, however few there are then.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use firebell_config::guard::Held;
use firebell_config::{ConfigError, EntitlementChange, Expect, Intent};
use firebell_domain::directory::{Directory, Kind};
use firebell_domain::licence::{Entitlement, Phase, held_in};
use firebell_domain::person::LicenceType;
use firebell_ui::part::{Conflict, Crumbs, Difference, Faults, Field, Notice};
use firebell_ui::write::fault;
use firebell_ui::{Answer, Area, Form, Frame, Refusal, Say, Visit, page, page_with};

use super::{author, instance_of};
use crate::text;
use crate::who;
use crate::words::WORDS;

mod entered;

use entered::Entered;

#[derive(Debug, Template)]
#[template(path = "operator_entitlement.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    lead: String,
    faults: Faults,
    notices: Vec<Notice>,
    conflict: Option<Conflict>,
    preview: Option<Preview>,
    action: String,
    fields: Vec<Field>,
    soft: Vec<Field>,
    dates: Vec<Field>,
    last: Vec<Field>,
}

/// What would change.
#[derive(Debug)]
struct Preview {
    before: String,
    after: String,
    changes: bool,
    held: Vec<String>,
}

/// One entitlement of one instance, on one page.
struct Place {
    directory: Arc<Directory>,
    licence: LicenceType,
}

impl Place {
    fn of(visit: &Visit, id: &str, licence: &str) -> Result<Self, Refusal> {
        let t = visit.say(&WORDS);
        let directory = instance_of(visit, id)?;
        let licence = LicenceType::from_word(licence);
        let licence = licence.ok_or_else(|| visit.missing(&t.get("control-type")))?;
        Ok(Self { directory, licence })
    }

    fn now(&self) -> Option<&Entitlement> {
        self.directory.entitlement(self.licence).map(AsRef::as_ref)
    }

    /// The revision that last changed it; empty if there is none.
    fn rev(&self) -> String {
        let known = self.directory.entity_revision(Kind::Entitlement, self.licence.id());
        known.map(|revision| revision.to_string()).unwrap_or_default()
    }

    fn path(&self) -> String {
        format!("operator/instances/{}/{}", self.directory.instance.id, self.licence.word())
    }
}

/// `GET /operator/instances/{id}/{licence}`
pub(crate) async fn show(visit: Visit, Path((id, licence)): Path<(String, String)>) -> Answer {
    who::operate(&visit)?;
    let place = Place::of(&visit, &id, &licence)?;
    let entered = Entered::of(&visit, place.now(), place.rev());
    Ok(page(&shown(&visit, &place, &entered, Faults::new(visit.say(&WORDS)))))
}

/// `POST /operator/instances/{id}/{licence}`
pub(crate) async fn set(
    visit: Visit,
    Path((id, licence)): Path<(String, String)>,
    given: Form,
) -> Answer {
    who::operate_now(&visit).await?;
    let t = visit.say(&WORDS);
    let place = Place::of(&visit, &id, &licence)?;
    let mut entered = Entered::read(&given);
    let mut faults = Faults::new(t);
    let after = entered.entitlement(&visit, place.licence, &mut faults);
    let Some(after) = after.filter(|_| faults.is_empty()) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(page_with(status, &shown(&visit, &place, &entered, faults)));
    };
    if entered.rev != place.rev() {
        return Ok(conflict(&visit, &place, entered, after.as_ref()));
    }
    if given.text("do") == "set" {
        return carry_out(&visit, &place, entered, after).await;
    }
    let change = change(place.licence, after.clone());
    let no = place.directory.instance.no;
    let tried =
        visit.ui.authority.try_entitlements(vec![(no, change)], intent(&visit, &place, &entered));
    match tried.await {
        Ok(held) => {
            entered.approval_wanted = !held.is_empty();
            let mut shown = shown(&visit, &place, &entered, faults);
            shown.preview = Some(preview(&visit, &place, after.as_ref(), &held));
            shown.notices.extend(cautions(&visit, &place, after.as_ref()));
            Ok(page(&shown))
        }
        Err(error) => Ok(refused(&visit, &place, entered, after.as_ref(), error)),
    }
}

fn change(licence: LicenceType, after: Option<Entitlement>) -> EntitlementChange {
    after.map_or(EntitlementChange::Remove(licence), EntitlementChange::Set)
}

fn intent(visit: &Visit, place: &Place, entered: &Entered) -> Intent {
    let t = visit.say(&WORDS);
    let reason = match (entered.approval.as_str(), entered.reason.as_str()) {
        ("", "") => t.get("control-set-reason-default"),
        (approval, "") => approval.to_owned(),
        (_, reason) => reason.to_owned(),
    };
    let by = author(visit, &reason);
    let id = place.licence.id();
    let seen = entered.rev.parse().ok();
    let expects =
        seen.map(|revision| Expect { kind: Kind::Entitlement, id, revision: Some(revision) });
    let approval = Some(entered.approval.clone()).filter(|text| !text.is_empty());
    Intent { approval, expects: expects.into_iter().collect(), ..Intent::from(&by) }
}

async fn carry_out(
    visit: &Visit,
    place: &Place,
    entered: Entered,
    after: Option<Entitlement>,
) -> Answer {
    let t = visit.say(&WORDS);
    let changes = vec![(place.directory.instance.no, change(place.licence, after.clone()))];
    let intent = intent(visit, place, &entered);
    match visit.ui.authority.set_entitlements(changes, intent, visit.now).await {
        Ok(done) => {
            let name = place.directory.instance.name.to_string();
            let revision = done.revision.to_string();
            let text = if done.instances.is_empty() {
                t.get("control-set-nothing")
            } else {
                t.a("control-set-done", &[("instance", &name), ("revision", &revision)])
            };
            let path = format!("operator/instances/{}", place.directory.instance.id);
            Ok(visit.toast(visit.lead(&path), text))
        }
        Err(error) => Ok(refused(visit, place, entered, after.as_ref(), error)),
    }
}

/// The form once more, with why nothing was set; what was entered is kept.
fn refused(
    visit: &Visit,
    place: &Place,
    mut entered: Entered,
    after: Option<&Entitlement>,
    error: ConfigError,
) -> axum::response::Response {
    let t = visit.say(&WORDS);
    let mut faults = Faults::new(t);
    if let ConfigError::Changed { .. } = error {
        let directory = visit.ui.snapshots.instance(place.directory.instance.no);
        let directory = directory.unwrap_or_else(|| Arc::clone(&place.directory));
        let newest = Place { directory, licence: place.licence };
        return conflict(visit, &newest, entered, after);
    }
    if let ConfigError::NeedsApproval(held) = &error {
        entered.approval_wanted = true;
        faults.add("approval", t.get("control-approval-fault"));
        let mut shown = shown(visit, place, &entered, faults);
        shown.preview = Some(preview(visit, place, after, std::slice::from_ref(held)));
        return page_with(StatusCode::CONFLICT, &shown);
    }
    let refused = fault(visit, error);
    for (field, message) in refused.fields {
        faults.add(Entered::field_of(&field), message);
    }
    let mut shown = shown(visit, place, &entered, faults);
    shown.notices.push(Notice::wrong(refused.word, refused.text));
    page_with(refused.status, &shown)
}

/// Somebody else set it meanwhile: both are shown, and what was entered is kept.
fn conflict(
    visit: &Visit,
    place: &Place,
    mut entered: Entered,
    after: Option<&Entitlement>,
) -> axum::response::Response {
    let t = visit.say(&WORDS);
    let row = Difference {
        field: text::licence_name(t, place.licence),
        was: None,
        theirs: text::terms(visit, place.now()),
        yours: text::terms(visit, after),
    };
    entered.rev = place.rev();
    let mut shown = shown(visit, place, &entered, Faults::new(t));
    shown.conflict = Some(Conflict::new(visit, vec![row], visit.href(&place.path())));
    page_with(StatusCode::CONFLICT, &shown)
}

fn preview(visit: &Visit, place: &Place, after: Option<&Entitlement>, held: &[Held]) -> Preview {
    Preview {
        before: text::terms(visit, place.now()),
        after: text::terms(visit, after),
        changes: place.now() != after,
        held: held.iter().map(|one| one.what.clone()).collect(),
    }
}

/// What an operator should know before it is set.
fn cautions(visit: &Visit, place: &Place, after: Option<&Entitlement>) -> Vec<Notice> {
    let t = visit.say(&WORDS);
    let mut list = Vec::new();
    let mut say = |word: &str, text: String| list.push(Notice::info(t.get(word), text));
    if place.now().is_some_and(|now| now.signed_by.is_some()) {
        say("control-caution-signed", t.get("control-caution-signed-text"));
    }
    let Some(after) = after else {
        say("control-caution-none", t.get("control-caution-none-text"));
        return list;
    };
    let held = held_in(&place.directory, place.licence);
    if let firebell_domain::licence::Allotment::Limited(all) = after.allotment
        && all < held
    {
        let args = [("all", all.to_string()), ("held", held.to_string())];
        let args = args.each_ref().map(|(name, text)| (*name, text.as_str()));
        say("control-caution-below", t.a("control-caution-below-text", &args));
    }
    match after.phase(visit.now) {
        Phase::NotYet(from) => {
            let at = visit.when(from).clock;
            say("control-not-yet", t.a("control-not-yet-text", &[("at", &at)]));
        }
        Phase::Expired(end) => {
            let at = visit.when(end).clock;
            say("control-expired", t.a("control-expired-text", &[("at", &at)]));
        }
        Phase::Valid | Phase::Grace(_) => {}
    }
    list
}

fn shown(visit: &Visit, place: &Place, entered: &Entered, faults: Faults) -> Page {
    let t = visit.say(&WORDS);
    let (instance, licence) = (&place.directory.instance, text::licence_name(t, place.licence));
    let name = instance.name.to_string();
    let title = t.a("control-entitlement-title", &[("type", &licence), ("instance", &name)]);
    let now = text::terms(visit, place.now());
    let parts = entered.fields(visit, &faults);
    Page {
        frame: visit.frame(title, Area::Operator).with_script("control.js"),
        t,
        crumbs: Crumbs::new(vec![
            (t.get("control-operator"), visit.href("operator")),
            (name, visit.href(&format!("operator/instances/{}", instance.id))),
        ]),
        lead: t.a("control-entitlement-lead", &[("terms", &now)]),
        faults,
        notices: Vec::new(),
        conflict: None,
        preview: None,
        action: visit.href(&place.path()),
        fields: parts.first,
        soft: parts.soft,
        dates: parts.dates,
        last: parts.last,
    }
}
