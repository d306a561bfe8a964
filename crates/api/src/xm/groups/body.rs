//! What the body of `POST /groups` makes of a group.
//!
//! `supervisors`: absent on a new group means the caller, `null` and `[]` nobody. `null` clears the
//! site and the external key, and means the default for `description` and truth values.

use firebell_base::Id;
use firebell_config::Change;
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::group::{Group, GroupId, GroupType};
use firebell_domain::name::Name;
use firebell_domain::person::Status;
use firebell_domain::schedule::{Pattern, Recurrence, Zone};
use firebell_domain::shift::Shift;
use serde_json::{Map, Value};

use super::require_group;
use crate::xm::shape::change::{Context, Decision, decided, resolve, resolve_one, subject};
use crate::xm::shape::input::{Input, Patch};
use crate::xm::shape::lookup;
use crate::xm::shape::recurrence::whole_day;
use crate::xm::shape::words::{GROUP_TYPES, STATUSES};

/// The fields of the body; `*` after those a new group needs.
pub(super) const FIELDS: &[&str] = &[
    "id",
    "targetName*",
    "groupType",
    "description",
    "status",
    "supervisors",
    "observedByAll",
    "observers",
    "site",
    "allowDuplicates",
    "useDefaultDevices",
    "externalKey",
    "externallyOwned",
    "properties",
    "recipientType",
];

/// The shift every new on-call group gets; clients remove it by this name.
const DEFAULT_SHIFT: &str = "Default Shift";

/// What becomes of which group: its id, and whether it is new.
pub(super) fn decide(
    directory: &Directory,
    context: &Context,
    body: &Map<String, Value>,
) -> Decision<(GroupId, bool)> {
    let mut input = Input::new("group", body);
    let known = |text: &str| lookup::group(directory, text).map(|g| g.id);
    let subject = subject(&mut input, context.fresh, known);
    let old = subject.known().and_then(|id| directory.group(id));
    let group = match old {
        Some(old) => Some(read_changes(directory, &mut input, old)),
        None => read_new(directory, context, &mut input, subject.id()),
    };
    let group = input.finish_with(group)?;
    // A new group is looked after by whom it names.
    require_group(context, old.map_or(&group, |old| old))?;
    let mut changes = Vec::new();
    if old.is_none() && group.group_type == GroupType::OnCall {
        changes.extend(
            default_shift(directory, context, &group)
                .map(|shift| Change::Put(Entity::Shift(Box::new(shift)))),
        );
    }
    changes.push(Change::Put(Entity::Group(group)));
    decided(subject.about(Kind::Group), changes, (subject.id(), old.is_none()))
}

/// The zone of the group's site, or the caller's.
pub(crate) fn zone_of(directory: &Directory, context: &Context, group: &Group) -> Zone {
    let site = group.site.and_then(|id| directory.site(id)).map(|site| &site.zone);
    let own = || directory.person(context.who.person).map(|caller| &caller.zone);
    site.or_else(own).cloned().unwrap_or(Zone::utc())
}

fn default_shift(directory: &Directory, context: &Context, group: &Group) -> Option<Shift> {
    let zone = zone_of(directory, context, group);
    let (start, end) = whole_day(&zone, context.now)?;
    Some(Shift {
        id: Id::from_uuid(context.second.uuid()),
        group: group.id,
        name: Name::parse(DEFAULT_SHIFT).ok()?,
        description: String::new(),
        pattern: Pattern::new(start, end, zone, Recurrence::EVERY_DAY, Vec::new()).ok()?,
        members: Vec::new(),
        rotation: None,
        repeat: None,
        end_notice: None,
        created: context.now,
    })
}

fn read_new(
    directory: &Directory,
    context: &Context,
    input: &mut Input<'_>,
    id: GroupId,
) -> Option<Group> {
    let name = input.name("targetName").given();
    let name = input.require("targetName", name);
    let blank = Group {
        id,
        target_name: name?,
        description: String::new(),
        group_type: GroupType::OnCall,
        status: Status::Active,
        members: Vec::new(),
        supervisors: vec![context.who.person],
        observed_by_all: true,
        site: None,
        allow_duplicates: false,
        use_default_devices: true,
        external_key: None,
        externally_owned: false,
        created: context.now,
    };
    Some(read_changes(directory, input, &blank))
}

fn read_changes(directory: &Directory, input: &mut Input<'_>, old: &Group) -> Group {
    let supervisors = match input.pointers("supervisors") {
        Patch::Keep => old.supervisors.clone(),
        Patch::Clear => Vec::new(),
        Patch::Set(texts) => {
            let known = |text: &str| lookup::person(directory, text).map(|p| p.id);
            resolve(input, "supervisors", "person", &texts, known)
        }
    };
    let site = resolve_one(input, "site", "site", |t| lookup::site(directory, t).map(|s| s.id));
    Group {
        id: old.id,
        target_name: input.name("targetName").or(old.target_name.clone()),
        description: input.text("description").or_default(old.description.clone(), String::new()),
        group_type: read_type(input).or(old.group_type),
        status: input.word("status", &STATUSES).or(old.status),
        members: old.members.clone(),
        supervisors,
        observed_by_all: input.flag("observedByAll").or_default(old.observed_by_all, true),
        site: site.optional(old.site),
        allow_duplicates: input.flag("allowDuplicates").or_default(old.allow_duplicates, false),
        use_default_devices: input
            .flag("useDefaultDevices")
            .or_default(old.use_default_devices, true),
        external_key: input.filled("externalKey").optional(old.external_key.clone()),
        externally_owned: input.flag("externallyOwned").or_default(old.externally_owned, false),
        created: old.created,
    }
}

fn read_type(input: &mut Input<'_>) -> Patch<GroupType> {
    let dynamic = |text: String| text.trim().eq_ignore_ascii_case("DYNAMIC");
    if input.filled("groupType").given().is_some_and(dynamic) {
        let message = "DYNAMIC is not supported yet; use ON_CALL or BROADCAST";
        input.fault("groupType", "group_type_unsupported", message);
        return Patch::Keep;
    }
    input.word("groupType", &GROUP_TYPES)
}
