//! Adding and changing a device.

use askama::Template;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use firebell_base::Id;
use firebell_config::{Change, ConfigError, Expect, Faults as Wrong, Intent};
use firebell_domain::alert::Priority;
use firebell_domain::device::{Address, Device};
use firebell_domain::directory::{Directory, Entity, Kind as Entry};
use firebell_domain::name::Name;
use firebell_domain::person::Status;
use firebell_pipeline::probe::Reach;
use firebell_ui::part::{Conflict, Crumbs, Faults, Field, Notice, Tab, Tabs};
use firebell_ui::{Answer, Form, Frame, MayNot, Query, Refusal, Say, page_with, write};

use super::entered::Entered;
use super::whose::{Whose, is_gone};
use super::{Kind, in_order};
use crate::Web;
use crate::password::known;
use crate::seen::shown;
use crate::words::WORDS;

#[derive(Debug, Template)]
#[template(path = "device.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    lead: Option<String>,
    kinds: Option<Tabs>,
    notice: Option<Notice>,
    reach: Option<Notice>,
    conflict: Option<Conflict>,
    faults: Faults,
    action: String,
    fields: Vec<Field>,
    frames: Vec<(String, Vec<Field>)>,
    password: Option<Field>,
    hidden: Vec<Field>,
    back: String,
}

/// What is said above a form.
#[derive(Default)]
struct Said {
    status: StatusCode,
    notice: Option<Notice>,
    conflict: Option<Conflict>,
}

/// `GET …/devices/new`
pub(super) async fn new(State(web): State<Web>, whose: Whose, query: Query) -> Answer {
    whose.require()?;
    let kind = Kind::from_word(query.text("kind")).unwrap_or(Kind::Email);
    let faults = Faults::new(whose.visit.say(&WORDS));
    Ok(laid_out(&web, &whose, None, &Entered::blank(kind), (faults, Said::default())))
}

/// `POST …/devices/new`
pub(super) async fn add(State(web): State<Web>, whose: Whose, request: Request) -> Answer {
    whose.require()?;
    let (parts, form) = read(request).await?;
    let (visit, still) = (&whose.visit, whose.still());
    let t = visit.say(&WORDS);
    let kind = Kind::from_word(form.text("kind")).unwrap_or(Kind::Email);
    let entered = Entered::read(kind, &form);
    let mut faults = Faults::new(t);
    let blank = blank(&whose, kind)?;
    let made = entered.device(t, &blank, &mut faults);
    let device = match may_be(&whose, &parts, &form, (made, None), &mut faults).await {
        Ok(device) => device,
        Err(status) => return Ok(refused(&web, &whose, None, &entered, (faults, status))),
    };
    let (id, owner, name) = (device.id, device.owner, shown(device.name.as_str()));
    let decide = move |directory: &Directory| {
        still(directory, Some(&device))?;
        let mut device = device.clone();
        let last = in_order(directory, owner).last().map_or(0, |last| last.sequence);
        device.sequence = last.saturating_add(1);
        Ok::<_, Wrong>(vec![Change::Put(Entity::Device(device))])
    };
    let author = whose.author("device added");
    if let Err(error) =
        visit.ui.authority.change(visit.claims.instance, &author, visit.now, decide).await
    {
        return failed(&web, &whose, None, &entered, (faults, error));
    }
    let can = kind.reach(&web) == Reach::Sends;
    if can && !whose.own {
        let args = [("name", name.as_str()), ("user", &*whose.name())];
        return Ok(visit.toast(visit.lead(&whose.list), t.a("web-device-of-added", &args)));
    }
    let place = if can { format!("{}/{id}/verify", whose.list) } else { whose.list.clone() };
    let key = if can { "web-device-added" } else { "web-device-saved" };
    Ok(visit.toast(visit.lead(&place), t.a(key, &[("name", &name)])))
}

/// A device of which nothing is known yet.
fn blank(whose: &Whose, kind: Kind) -> Result<Device, Refusal> {
    let visit = &whose.visit;
    Ok(Device {
        id: Id::new(&visit.ui.random, visit.now),
        owner: whose.owner.id,
        name: Name::parse("Device").map_err(|_| visit.missing("device"))?,
        address: kind.address(""),
        sequence: 1,
        delay_minutes: 0,
        priority_threshold: Priority::Low,
        timeframes: Vec::new(),
        default_device: false,
        status: Status::Active,
        external_key: None,
        externally_owned: false,
    })
}

/// `GET …/devices/{device}`
pub(super) async fn edit(State(web): State<Web>, whose: Whose) -> Answer {
    whose.require()?;
    let device = whose.device()?;
    let faults = Faults::new(whose.visit.say(&WORDS));
    let entered = Entered::of(&device);
    Ok(laid_out(&web, &whose, Some(&device), &entered, (faults, Said::default())))
}

/// `POST …/devices/{device}`
pub(super) async fn change(State(web): State<Web>, whose: Whose, request: Request) -> Answer {
    whose.require()?;
    let (visit, old, still) = (&whose.visit, whose.device()?, whose.still());
    let (parts, form) = read(request).await?;
    let t = visit.say(&WORDS);
    let entered = Entered::read(Kind::of(&old.address), &form);
    let mut faults = Faults::new(t);
    let made = entered.device(t, &old, &mut faults);
    let device = match may_be(&whose, &parts, &form, (made, Some(&*old)), &mut faults).await {
        Ok(device) => device,
        Err(status) => return Ok(refused(&web, &whose, Some(&old), &entered, (faults, status))),
    };
    let name = shown(device.name.as_str());
    let expected = Expect {
        kind: Entry::Device,
        id: device.id.to_bytes(),
        revision: form.text("rev").parse().ok(),
    };
    let by = whose.author("device changed");
    let intent = Intent { expects: vec![expected], ..Intent::from(&by) };
    let decide = move |directory: &Directory| {
        still(directory, Some(&device))?;
        let mut device = device.clone();
        // Its place is changed by other buttons.
        let newest = directory.device(device.id);
        device.sequence = newest.map_or(device.sequence, |newest| newest.sequence);
        Ok::<_, Wrong>(vec![Change::Put(Entity::Device(device))])
    };
    match visit.ui.authority.change(visit.claims.instance, intent, visit.now, decide).await {
        Ok(_) => {
            let text = t.a("web-device-saved", &[("name", &name)]);
            Ok(visit.toast(visit.lead(&whose.list), text))
        }
        Err(error) => failed(&web, &whose, Some(&old), &entered, (faults, error)),
    }
}

async fn read(request: Request) -> Result<(Parts, Form), Refusal> {
    let (parts, body) = request.into_parts();
    let mut again = Request::new(body);
    again.headers_mut().clone_from(&parts.headers);
    Ok((parts, Form::from_request(again, &()).await?))
}

/// The device, if it may be so: an e-mail address of one's own that mail begins to go to needs the password, one of
/// somebody else that they may no more than the visitor.
///
/// # Errors
/// What to answer with.
async fn may_be(
    whose: &Whose,
    parts: &Parts,
    form: &Form,
    (made, old): (Option<Device>, Option<&Device>),
    faults: &mut Faults,
) -> Result<Device, StatusCode> {
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let device = made.ok_or(wrong)?;
    if let Err(forbidden) = whose.may_mail(old, &device) {
        faults.add("place", forbidden.message);
        return Err(StatusCode::FORBIDDEN);
    }
    if !whose.own || !begins_mail(&device, old) {
        return Ok(device);
    }
    let (t, entered) = (whose.visit.say(&WORDS), form.raw("current"));
    if entered.is_empty() {
        faults.add("current", t.get("web-key-password"));
        return Err(wrong);
    }
    match known(&whose.visit, parts, entered).await {
        Ok(_) => return Ok(device),
        Err(trouble) if trouble.status == StatusCode::FORBIDDEN => {
            faults.add("current", t.get("web-password-current-wrong"));
        }
        Err(trouble) => faults.add("current", trouble.notice.word()),
    }
    Err(wrong)
}

/// Whether links to a new password would go to an address that they did not go to before.
fn begins_mail(device: &Device, old: Option<&Device>) -> bool {
    let was = old.is_some_and(|old| old.address == device.address && old.status == Status::Active);
    matches!(device.address, Address::Email(_)) && device.status == Status::Active && !was
}

fn refused(
    web: &Web,
    whose: &Whose,
    old: Option<&Device>,
    entered: &Entered,
    (faults, status): (Faults, StatusCode),
) -> Response {
    let said = Said { status, ..Said::default() };
    laid_out(web, whose, old, entered, (faults, said))
}

fn failed(
    web: &Web,
    whose: &Whose,
    old: Option<&Device>,
    entered: &Entered,
    (mut faults, error): (Faults, ConfigError),
) -> Answer {
    if is_gone(&error) || MayNot::of(&error).is_some() {
        return Err(whose.refused(error));
    }
    let visit = &whose.visit;
    let newest = old.and_then(|old| {
        let directory = visit.ui.snapshots.instance(visit.claims.instance)?;
        directory.device(old.id).cloned()
    });
    let is_changed = matches!(error, ConfigError::Changed { .. });
    let fault = write::fault(visit, error);
    if let (true, Some(newest)) = (is_changed, newest) {
        let rows = entered.differences(visit.say(&WORDS), &Entered::of(&newest));
        let take = whose.href(&newest.id.to_string());
        let conflict = Some(Conflict::new(visit, rows, take));
        let said = Said { status: fault.status, notice: None, conflict };
        return Ok(laid_out(web, whose, Some(&newest), entered, (faults, said)));
    }
    for (field, message) in fault.fields {
        let field = match field.as_str() {
            "emailAddress" | "phoneNumber" | "url" => "place",
            "name" | "secret" | "delay" => field.as_str(),
            "priorityThreshold" => "threshold",
            _ => "",
        };
        faults.add(field, message);
    }
    let notice = faults.is_empty().then(|| Notice::wrong(fault.word, fault.text));
    let said = Said { status: fault.status, notice, conflict: None };
    Ok(laid_out(web, whose, old, entered, (faults, said)))
}

fn laid_out(
    web: &Web,
    whose: &Whose,
    old: Option<&Device>,
    entered: &Entered,
    (faults, said): (Faults, Said),
) -> Response {
    let visit = &whose.visit;
    let t = visit.say(&WORDS);
    let title = old.map_or_else(
        || whose.text("web-device-new", "web-device-of-new"),
        |old| t.a("web-device-edit-of", &[("name", &shown(old.name.as_str()))]),
    );
    let reach = match entered.kind.reach(web) {
        Reach::Sends => None,
        Reach::Keeps => Some(t.get("web-device-reach-keeps")),
        Reach::Cannot => Some(t.get("web-device-reach-cannot")),
    };
    let has_secret =
        matches!(old.map(|old| &old.address), Some(Address::Webhook { secret: Some(_), .. }));
    let path = old.map_or_else(|| "new".to_owned(), |old| old.id.to_string());
    let revision = old.and_then(|old| {
        // The newest: what was refused may be saved over it.
        let directory = visit.ui.snapshots.instance(visit.claims.instance)?;
        directory.entity_revision(Entry::Device, old.id.to_bytes())
    });
    let page = Page {
        frame: visit.frame(title, whose.area()),
        crumbs: whose.crumbs(true),
        lead: match old {
            None => Some(whose.text("web-device-new-text", "web-device-of-new-text")),
            Some(_) => (!whose.own).then(|| whose.text("web-devices", "web-devices-of")),
        },
        kinds: old.is_none().then(|| kinds(whose, entered.kind)),
        reach: reach.map(|text| Notice::info(entered.kind.name(t), text)),
        notice: said.notice,
        conflict: said.conflict,
        action: whose.href(&path),
        fields: entered.fields(t, &faults, has_secret),
        frames: if old.is_some_and(Entered::is_too_much) {
            Vec::new()
        } else {
            entered.frame_fields(t, &faults)
        },
        password: if whose.own { password(t, old, entered, &faults) } else { None },
        hidden: [
            old.is_none().then(|| Field::hidden("kind", entered.kind.word())),
            revision.map(|revision| Field::hidden("rev", revision.to_string())),
        ]
        .into_iter()
        .flatten()
        .collect(),
        back: visit.href(&whose.list),
        faults,
        t,
    };
    page_with(said.status, &page)
}

/// The field for the password, where mail may begin to go to another address.
fn password(t: Say, old: Option<&Device>, entered: &Entered, faults: &Faults) -> Option<Field> {
    let field = Field::password("current", t.get("web-password-current"))
        .hint(if old.is_some() {
            t.get("web-password-current-mail-hint")
        } else {
            t.get("web-password-current-hint")
        })
        .error(faults.of("current"))
        .autocomplete("current-password")
        .max(1024);
    (entered.kind == Kind::Email).then(|| if old.is_none() { field.required() } else { field })
}

fn kinds(whose: &Whose, here: Kind) -> Tabs {
    let t = whose.visit.say(&WORDS);
    let tab = |kind: Kind| Tab {
        label: kind.name(t),
        href: whose.href(&format!("new?kind={}", kind.word())),
        current: kind == here,
    };
    Tabs::new(t.get("web-device-kind"), Kind::ALL.into_iter().map(tab).collect())
}
