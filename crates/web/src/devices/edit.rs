//! Adding and changing a device.

use askama::Template;
use axum::extract::{FromRequest as _, Path, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use firebell_base::Id;
use firebell_config::{Change, ConfigError, Expect, Faults as Wrong, Intent};
use firebell_domain::alert::Priority;
use firebell_domain::device::{Address, Device};
use firebell_domain::directory::{Directory, Entity, Kind as Entry, Revision};
use firebell_domain::name::Name;
use firebell_domain::person::Status;
use firebell_pipeline::probe::Reach;
use firebell_ui::part::{Conflict, Crumbs, Faults, Field, Notice, Tab, Tabs};
use firebell_ui::{Answer, Area, Form, Frame, Query, Say, Visit, page_with, write};

use super::entered::Entered;
use super::{Kind, LIST, in_order, own, require};
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

/// `GET /account/devices/new`
pub(crate) async fn new(State(web): State<Web>, visit: Visit, query: Query) -> Answer {
    require(&visit)?;
    let kind = Kind::from_word(query.text("kind")).unwrap_or(Kind::Email);
    let faults = Faults::new(visit.say(&WORDS));
    Ok(laid_out(&web, &visit, None, &Entered::blank(kind), (faults, Said::default())))
}

/// `POST /account/devices/new`
pub(crate) async fn add(State(web): State<Web>, visit: Visit, request: Request) -> Answer {
    require(&visit)?;
    let (parts, form) = read(request).await?;
    let t = visit.say(&WORDS);
    let kind = Kind::from_word(form.text("kind")).unwrap_or(Kind::Email);
    let entered = Entered::read(kind, &form);
    let mut faults = Faults::new(t);
    let blank = Device {
        id: Id::new(&visit.ui.random, visit.now),
        owner: visit.person.id,
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
    };
    let made = entered.device(t, &blank, &mut faults);
    let Some(device) = may_be(&visit, &parts, &form, (made, None), &mut faults).await else {
        return Ok(refused(&web, &visit, None, &entered, faults));
    };
    let (id, owner, name) = (device.id, device.owner, shown(device.name.as_str()));
    let decide = move |directory: &Directory| {
        let mut device = device.clone();
        let last = in_order(directory, owner).last().map_or(0, |last| last.sequence);
        device.sequence = last.saturating_add(1);
        Ok::<_, Wrong>(vec![Change::Put(Entity::Device(device))])
    };
    let author = visit.author("own device added");
    match visit.ui.authority.change(visit.claims.instance, &author, visit.now, decide).await {
        Ok(_) => {
            let can = kind.reach(&web) == Reach::Sends;
            let place = if can { format!("{LIST}/{id}/verify") } else { LIST.to_owned() };
            let key = if can { "web-device-added" } else { "web-device-saved" };
            Ok(visit.toast(visit.lead(&place), t.a(key, &[("name", &name)])))
        }
        Err(error) => Ok(failed(&web, &visit, None, &entered, (faults, error))),
    }
}

/// `GET /account/devices/{device}`
pub(crate) async fn edit(State(web): State<Web>, visit: Visit, Path(id): Path<String>) -> Answer {
    require(&visit)?;
    let device = own(&visit, &id)?;
    let faults = Faults::new(visit.say(&WORDS));
    let entered = Entered::of(&device);
    Ok(laid_out(&web, &visit, Some(&device), &entered, (faults, Said::default())))
}

/// `POST /account/devices/{device}`
pub(crate) async fn change(
    State(web): State<Web>,
    visit: Visit,
    Path(id): Path<String>,
    request: Request,
) -> Answer {
    require(&visit)?;
    let old = own(&visit, &id)?;
    let (parts, form) = read(request).await?;
    let t = visit.say(&WORDS);
    let entered = Entered::read(Kind::of(&old.address), &form);
    let mut faults = Faults::new(t);
    let made = entered.device(t, &old, &mut faults);
    let device = may_be(&visit, &parts, &form, (made, Some(&*old)), &mut faults).await;
    let Some(device) = device else {
        return Ok(refused(&web, &visit, Some(&old), &entered, faults));
    };
    let name = shown(device.name.as_str());
    let expected = Expect {
        kind: Entry::Device,
        id: device.id.to_bytes(),
        revision: revision(form.text("rev")),
    };
    let by = visit.author("own device changed");
    let intent = Intent { expects: vec![expected], ..Intent::from(&by) };
    let decide = move |directory: &Directory| {
        let mut device = device.clone();
        // Its place is changed by other buttons.
        let newest = directory.device(device.id);
        device.sequence = newest.map_or(device.sequence, |newest| newest.sequence);
        Ok::<_, Wrong>(vec![Change::Put(Entity::Device(device))])
    };
    match visit.ui.authority.change(visit.claims.instance, intent, visit.now, decide).await {
        Ok(_) => {
            let text = t.a("web-device-saved", &[("name", &name)]);
            Ok(visit.toast(visit.lead(LIST), text))
        }
        Err(error) => Ok(failed(&web, &visit, Some(&old), &entered, (faults, error))),
    }
}

/// Reads `epoch.n`.
fn revision(text: &str) -> Option<Revision> {
    let (epoch, n) = text.split_once('.')?;
    Some(Revision { epoch: epoch.parse().ok()?, n: n.parse().ok()? })
}

async fn read(request: Request) -> Result<(Parts, Form), firebell_ui::Refusal> {
    let (parts, body) = request.into_parts();
    let mut again = Request::new(body);
    again.headers_mut().clone_from(&parts.headers);
    Ok((parts, Form::from_request(again, &()).await?))
}

/// The device, if it may be so: an e-mail address that mail begins to go to needs the password.
async fn may_be(
    visit: &Visit,
    parts: &Parts,
    form: &Form,
    (made, old): (Option<Device>, Option<&Device>),
    faults: &mut Faults,
) -> Option<Device> {
    let device = made?;
    if !begins_mail(&device, old) {
        return Some(device);
    }
    let (t, entered) = (visit.say(&WORDS), form.raw("current"));
    if entered.is_empty() {
        faults.add("current", t.get("web-key-password"));
        return None;
    }
    match known(visit, parts, entered).await {
        Ok(_) => Some(device),
        Err(trouble) if trouble.status == StatusCode::FORBIDDEN => {
            faults.add("current", t.get("web-password-current-wrong"));
            None
        }
        Err(trouble) => {
            faults.add("current", trouble.notice.word());
            None
        }
    }
}

/// Whether links to a new password would go to an address that they did not go to before.
fn begins_mail(device: &Device, old: Option<&Device>) -> bool {
    let was = old.is_some_and(|old| old.address == device.address && old.status == Status::Active);
    matches!(device.address, Address::Email(_)) && device.status == Status::Active && !was
}

fn refused(
    web: &Web,
    visit: &Visit,
    old: Option<&Device>,
    entered: &Entered,
    faults: Faults,
) -> Response {
    let said = Said { status: StatusCode::UNPROCESSABLE_ENTITY, ..Said::default() };
    laid_out(web, visit, old, entered, (faults, said))
}

fn failed(
    web: &Web,
    visit: &Visit,
    old: Option<&Device>,
    entered: &Entered,
    (mut faults, error): (Faults, ConfigError),
) -> Response {
    let newest = old.and_then(|old| {
        let directory = visit.ui.snapshots.instance(visit.claims.instance)?;
        directory.device(old.id).cloned()
    });
    let is_changed = matches!(error, ConfigError::Changed { .. });
    let fault = write::fault(visit, error);
    if let (true, Some(newest)) = (is_changed, newest) {
        let rows = entered.differences(visit.say(&WORDS), &Entered::of(&newest));
        let take = visit.href(&format!("{LIST}/{}", newest.id));
        let conflict = Some(Conflict::new(visit, rows, take));
        let said = Said { status: fault.status, notice: None, conflict };
        return laid_out(web, visit, Some(&newest), entered, (faults, said));
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
    laid_out(
        web,
        visit,
        old,
        entered,
        (faults, Said { status: fault.status, notice, conflict: None }),
    )
}

fn laid_out(
    web: &Web,
    visit: &Visit,
    old: Option<&Device>,
    entered: &Entered,
    (faults, said): (Faults, Said),
) -> Response {
    let t = visit.say(&WORDS);
    let title = old.map_or_else(
        || t.get("web-device-new"),
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
        frame: visit.frame(title, Area::Account),
        crumbs: Crumbs::new(vec![
            (t.get("web-account"), visit.href("account")),
            (t.get("web-devices"), visit.href(LIST)),
        ]),
        kinds: old.is_none().then(|| kinds(visit, entered.kind)),
        reach: reach.map(|text| Notice::info(entered.kind.name(t), text)),
        notice: said.notice,
        conflict: said.conflict,
        action: visit.href(&format!("{LIST}/{path}")),
        fields: entered.fields(t, &faults, has_secret),
        frames: if old.is_some_and(Entered::is_too_much) {
            Vec::new()
        } else {
            entered.frame_fields(t, &faults)
        },
        password: password(t, old, entered, &faults),
        hidden: [
            old.is_none().then(|| Field::hidden("kind", entered.kind.word())),
            revision.map(|revision| Field::hidden("rev", revision.to_string())),
        ]
        .into_iter()
        .flatten()
        .collect(),
        back: visit.href(LIST),
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

fn kinds(visit: &Visit, here: Kind) -> Tabs {
    let t = visit.say(&WORDS);
    let tab = |kind: Kind| Tab {
        label: kind.name(t),
        href: visit.href(&format!("{LIST}/new?kind={}", kind.word())),
        current: kind == here,
    };
    Tabs::new(t.get("web-device-kind"), Kind::ALL.into_iter().map(tab).collect())
}
