//! Making, changing and removing a group.
//!
//! A new on-call group begins without shifts; its page then asks for the first one. Removing one
//! cannot be taken back, so its name has to be typed.

mod remove;

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use firebell_access::{Permission, Principal, Scope};
use firebell_base::Id;
use firebell_base::limit::{DESCRIPTION_CHARS_MAX, NAME_CHARS_MAX};
use firebell_config::{Change, ConfigError, Intent};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::group::{Group, GroupId, GroupType};
use firebell_domain::name::Name;
use firebell_domain::person::{PersonId, Status};
use firebell_domain::site::SiteId;
use firebell_ui::part::{Button, Choice, Conflict, Crumbs, Difference, Faults, Field, Notice};
use firebell_ui::write::{WriteKind, fault};
use firebell_ui::{Answer, Area, Form, Frame, Refusal, Say, Visit, page_with};

use crate::change::{change, gone, may_write, seen};
use crate::group::{revision_text, scope, writable};
use crate::names;
use crate::undo::Undos;
use crate::words::WORDS;

pub(crate) use self::remove::{ask as ask_remove, remove};

/// Supervisors one group may have, as the configuration has it.
const SUPERVISORS_MAX: usize = 100;
/// Sites to choose from.
const SITES_MAX: usize = 1_000;

#[derive(Template)]
#[template(path = "group_form.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    title: String,
    action: String,
    notice: Option<Notice>,
    conflict: Option<Conflict>,
    faults: Faults,
    fields: Vec<Field>,
    cancel: String,
    remove: Option<Button>,
}

/// What was entered.
#[derive(Clone, Default)]
struct Entered {
    name: String,
    description: String,
    kind: String,
    status: String,
    supervisors: String,
    site: String,
    duplicates: bool,
    default_devices: bool,
    rev: String,
}

impl Entered {
    fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        Self {
            name: text("name"),
            description: form.raw("description").trim().to_owned(),
            kind: text("type"),
            status: text("status"),
            supervisors: text("supervisors"),
            site: text("site"),
            duplicates: form.has("duplicates"),
            default_devices: form.has("default_devices"),
            rev: text("rev"),
        }
    }

    fn from(directory: &Directory, group: &Group) -> Self {
        let supervisors: Vec<String> = group
            .supervisors
            .iter()
            .filter_map(|id| directory.person(*id))
            .map(|person| person.target_name.to_string())
            .collect();
        Self {
            name: group.target_name.to_string(),
            description: group.description.clone(),
            kind: group.group_type.word().to_owned(),
            status: group.status.word().to_owned(),
            supervisors: supervisors.join(", "),
            site: group.site.map(|id| id.to_string()).unwrap_or_default(),
            duplicates: group.allow_duplicates,
            default_devices: group.use_default_devices,
            rev: revision_text(directory, Kind::Group, group.id.to_bytes()),
        }
    }
}

/// What is to be said above the form.
#[derive(Default)]
struct Above {
    status: StatusCode,
    notice: Option<Notice>,
    conflict: Option<Conflict>,
}

/// `GET /groups/new`
pub(crate) async fn blank(visit: Visit) -> Answer {
    require_new(&visit)?;
    let entered = Entered {
        kind: GroupType::OnCall.word().to_owned(),
        status: Status::Active.word().to_owned(),
        supervisors: visit.person.target_name.to_string(),
        default_devices: true,
        ..Entered::default()
    };
    let faults = Faults::new(visit.say(&WORDS));
    Ok(form_page(&visit, None, &entered, faults, Above::default()))
}

/// A new group is looked after by whoever makes it.
fn require_new(visit: &Visit) -> Result<(), Refusal> {
    let own = [visit.person.id];
    visit.require(Permission::WriteGroups, &Scope::Group { supervisors: &own })
}

/// `GET /groups/{id}/edit`
pub(crate) async fn edit(visit: Visit, Path(id): Path<String>) -> Answer {
    let group = writable(&visit, &id)?;
    let entered = Entered::from(&visit.directory, group);
    let faults = Faults::new(visit.say(&WORDS));
    Ok(form_page(&visit, Some(group), &entered, faults, Above::default()))
}

fn form_page(
    visit: &Visit,
    group: Option<&Arc<Group>>,
    entered: &Entered,
    faults: Faults,
    above: Above,
) -> Response {
    let t = visit.say(&WORDS);
    let title = match group {
        Some(group) => t.a("oncall-group-edit-title", &[("name", group.target_name.as_str())]),
        None => t.get("oncall-group-add"),
    };
    let back = group.map_or_else(|| "groups".to_owned(), |group| format!("groups/{}", group.id));
    let mut crumbs = vec![(t.get("oncall-groups-title"), visit.href("groups"))];
    crumbs.extend(group.map(|group| (group.target_name.to_string(), visit.href(&back))));
    let status = match above.status {
        StatusCode::OK if !faults.is_empty() => StatusCode::UNPROCESSABLE_ENTITY,
        status => status,
    };
    page_with(
        status,
        &Page {
            frame: visit.frame(title.as_str(), Area::Groups),
            crumbs: Crumbs::new(crumbs),
            title,
            action: match group {
                Some(group) => visit.href(&format!("groups/{}/edit", group.id)),
                None => visit.href("groups"),
            },
            notice: above.notice,
            conflict: above.conflict,
            fields: fields(visit, t, entered, &faults),
            faults,
            cancel: visit.href(&back),
            remove: group.map(|group| {
                let href = visit.href(&format!("groups/{}/remove", group.id));
                Button::link(t.get("oncall-group-remove"), href).danger()
            }),
            t,
        },
    )
}

fn fields(visit: &Visit, t: Say, entered: &Entered, faults: &Faults) -> Vec<Field> {
    let choice = |value: &str, key: &str, now: &str| Choice::new(value, t.get(key), value == now);
    let mut sites: Vec<_> = visit.directory.sites().take(SITES_MAX).collect();
    sites.sort_by_cached_key(|site| site.name.fold());
    let mut site_choices =
        vec![Choice::new("", t.get("oncall-group-no-site"), entered.site.is_empty())];
    site_choices.extend(sites.iter().map(|site| {
        let id = site.id.to_string();
        let chosen = id == entered.site;
        Choice::new(id, site.name.as_str(), chosen)
    }));
    vec![
        Field::hidden("rev", entered.rev.as_str()),
        Field::text("name", t.get("oncall-groups-name"))
            .value(entered.name.as_str())
            .max(NAME_CHARS_MAX)
            .required()
            .autocomplete("off")
            .error(faults.of("name")),
        Field::area("description", t.get("oncall-group-description"))
            .value(entered.description.as_str())
            .max(DESCRIPTION_CHARS_MAX)
            .error(faults.of("description")),
        Field::one(
            "type",
            t.get("oncall-groups-type"),
            vec![
                choice("ON_CALL", "oncall-group-type-on-call-long", &entered.kind),
                choice("BROADCAST", "oncall-group-type-broadcast-long", &entered.kind),
            ],
        )
        .error(faults.of("type")),
        Field::one(
            "status",
            t.get("oncall-group-status"),
            vec![
                choice("ACTIVE", "oncall-group-active", &entered.status),
                choice("INACTIVE", "oncall-group-inactive-long", &entered.status),
            ],
        )
        .error(faults.of("status")),
        Field::text("supervisors", t.get("oncall-group-supervisors"))
            .hint(t.get("oncall-group-supervisors-hint"))
            .value(entered.supervisors.as_str())
            .autocomplete("off")
            .error(faults.of("supervisors")),
        Field::select("site", t.get("oncall-group-site"), site_choices)
            .hint(t.get("oncall-group-site-hint"))
            .error(faults.of("site")),
        Field::check("duplicates", t.get("oncall-group-duplicates"), entered.duplicates),
        Field::check(
            "default_devices",
            t.get("oncall-group-default-devices"),
            entered.default_devices,
        ),
    ]
}

/// What was entered, read.
#[derive(Clone)]
struct Read {
    name: Name,
    description: String,
    kind: GroupType,
    status: Status,
    supervisors: Vec<PersonId>,
    site: Option<SiteId>,
    duplicates: bool,
    default_devices: bool,
}

fn read(visit: &Visit, t: Say, entered: &Entered, faults: &mut Faults) -> Option<Read> {
    let directory = &*visit.directory;
    let name = match Name::parse(&entered.name) {
        Ok(name) => Some(name),
        Err(error) => {
            faults.add("name", t.a("oncall-fault-name", &[("why", &error.to_string())]));
            None
        }
    };
    let kind = match entered.kind.as_str() {
        "ON_CALL" => Some(GroupType::OnCall),
        "BROADCAST" => Some(GroupType::Broadcast),
        _ => None,
    };
    let status = match entered.status.as_str() {
        "ACTIVE" => Some(Status::Active),
        "INACTIVE" => Some(Status::Inactive),
        _ => None,
    };
    for (field, missing) in [("type", kind.is_none()), ("status", status.is_none())] {
        if missing {
            faults.add(field, t.get("oncall-fault-choose"));
        }
    }
    let mut supervisors = Vec::new();
    let texts = entered.supervisors.split([',', ';', '\n']).map(str::trim);
    for text in texts.filter(|text| !text.is_empty()).take(SUPERVISORS_MAX) {
        match names::person_named(directory, text) {
            Some(person) if supervisors.contains(&person) => {}
            Some(person) => supervisors.push(person),
            None => {
                let text = firebell_domain::name::cut(text, 60);
                faults.add("supervisors", t.a("oncall-fault-person-named", &[("name", &text)]));
            }
        }
    }
    let site: Option<SiteId> = entered.site.parse().ok().filter(|id| directory.site(*id).is_some());
    if !entered.site.is_empty() && site.is_none() {
        faults.add("site", t.get("oncall-fault-choose"));
    }
    Some(Read {
        name: name?,
        description: entered.description.clone(),
        kind: kind?,
        status: status?,
        supervisors,
        site,
        duplicates: entered.duplicates,
        default_devices: entered.default_devices,
    })
}

impl Read {
    /// Over what is there already: the roster and what other systems keep stay.
    fn over(&self, old: &Group) -> Group {
        Group {
            target_name: self.name.clone(),
            description: self.description.clone(),
            group_type: self.kind,
            status: self.status,
            supervisors: self.supervisors.clone(),
            allow_duplicates: self.duplicates,
            use_default_devices: self.default_devices,
            site: self.site,
            ..old.clone()
        }
    }

    fn new_group(&self, id: GroupId, created: firebell_base::Timestamp) -> Group {
        self.over(&Group {
            id,
            target_name: self.name.clone(),
            description: String::new(),
            group_type: self.kind,
            status: self.status,
            members: Vec::new(),
            supervisors: Vec::new(),
            observed_by_all: true,
            site: None,
            allow_duplicates: false,
            use_default_devices: true,
            external_key: None,
            externally_owned: false,
            created,
        })
    }
}

/// `POST /groups`
pub(crate) async fn add(visit: Visit, form: Form) -> Answer {
    require_new(&visit)?;
    let t = visit.say(&WORDS);
    let entered = Entered::of(&form);
    let mut faults = Faults::new(t);
    let read = read(&visit, t, &entered, &mut faults);
    let Some(read) = read.filter(|_| faults.is_empty()) else {
        return Ok(form_page(&visit, None, &entered, faults, Above::default()));
    };
    let id: GroupId = Id::new(&visit.ui.random, visit.now);
    let group = read.new_group(id, visit.now);
    visit.require(Permission::WriteGroups, &scope(&group))?;
    let intent = Intent::from(&visit.author("group added"));
    let decide = move |_: &Directory, who: &Principal| {
        may_write(who, &group)?;
        Ok(vec![Change::Put(Entity::Group(group.clone()))])
    };
    match change(&visit, intent, decide).await {
        Ok(_) => {
            let text = t.a("oncall-group-added", &[("name", read.name.as_str())]);
            Ok(visit.toast(visit.lead(&format!("groups/{id}")), text))
        }
        Err(error) => Ok(refused(&visit, None, &entered, faults, error)),
    }
}

/// `POST /groups/{id}/edit`
pub(crate) async fn save(
    visit: Visit,
    Extension(undos): Extension<Undos>,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    let group = Arc::clone(writable(&visit, &id)?);
    let t = visit.say(&WORDS);
    let entered = Entered::of(&form);
    let mut faults = Faults::new(t);
    let read = read(&visit, t, &entered, &mut faults);
    let Some(read) = read.filter(|_| faults.is_empty()) else {
        return Ok(form_page(&visit, Some(&group), &entered, faults, Above::default()));
    };
    let target = group.id;
    let intent = Intent {
        expects: vec![seen(Kind::Group, target.to_bytes(), &entered.rev)],
        ..Intent::from(&visit.author("group changed"))
    };
    let name = read.name.to_string();
    let decide = move |directory: &Directory, who: &Principal| {
        let old = directory.group(target).ok_or_else(|| gone(t))?;
        may_write(who, old)?;
        Ok(vec![Change::Put(Entity::Group(read.over(old)))])
    };
    match change(&visit, intent, decide).await {
        Ok(entries) => {
            let text = t.a("oncall-group-saved", &[("name", &name)]);
            let response = visit.lead(&format!("groups/{target}"));
            Ok(undos.toast(&visit, response, text, (target, &name), entries))
        }
        Err(error) => Ok(refused(&visit, Some(&group), &entered, faults, error)),
    }
}

/// The form again, with what was entered and why it was not saved.
fn refused(
    visit: &Visit,
    group: Option<&Arc<Group>>,
    entered: &Entered,
    mut faults: Faults,
    error: ConfigError,
) -> Response {
    let t = visit.say(&WORDS);
    let newest = visit.ui.snapshots.instance(visit.claims.instance);
    let newest = newest.unwrap_or_else(|| Arc::clone(&visit.directory));
    let fault = fault(visit, error);
    for (field, message) in fault.fields {
        faults.add(field_of(&field), message);
    }
    let mut entered = entered.clone();
    let mut conflict = None;
    let there = group.and_then(|group| newest.group(group.id));
    if let (WriteKind::Changed, Some(there)) = (&fault.kind, there) {
        let theirs = Entered::from(&newest, there);
        let take = visit.href(&format!("groups/{}/edit", there.id));
        conflict = Some(Conflict::new(visit, differences(t, &theirs, &entered), take));
        entered.rev.clone_from(&theirs.rev);
    }
    let notice = match conflict {
        Some(_) => None,
        None => Some(Notice::wrong(fault.word, fault.text)),
    };
    let above = Above { status: fault.status, notice, conflict };
    form_page(visit, group, &entered, faults, above)
}

fn differences(t: Say, theirs: &Entered, yours: &Entered) -> Vec<Difference> {
    let yes = |is: bool| t.get(if is { "oncall-yes" } else { "oncall-no" });
    let row = |key: &str, theirs: String, yours: String| Difference {
        field: t.get(key),
        was: None,
        theirs,
        yours,
    };
    vec![
        row("oncall-groups-name", theirs.name.clone(), yours.name.clone()),
        row("oncall-group-description", theirs.description.clone(), yours.description.clone()),
        row("oncall-groups-type", theirs.kind.clone(), yours.kind.clone()),
        row("oncall-group-status", theirs.status.clone(), yours.status.clone()),
        row("oncall-group-supervisors", theirs.supervisors.clone(), yours.supervisors.clone()),
        row("oncall-group-site", theirs.site.clone(), yours.site.clone()),
        row("oncall-group-duplicates", yes(theirs.duplicates), yes(yours.duplicates)),
        row(
            "oncall-group-default-devices",
            yes(theirs.default_devices),
            yes(yours.default_devices),
        ),
    ]
}

/// The form's name of a field of the API.
fn field_of(field: &str) -> &'static str {
    match field {
        "targetName" => "name",
        "description" => "description",
        "groupType" | "recurrence.frequency" => "type",
        "supervisors" => "supervisors",
        "site" => "site",
        "members" => "duplicates",
        _ => "",
    }
}
