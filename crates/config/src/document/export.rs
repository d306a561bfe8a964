//! A directory as a document: everything in it that documents speak of, without secrets.

use std::sync::Arc;

use firebell_domain::device::Device;
use firebell_domain::directory::Directory;
use firebell_domain::form::Form;
use firebell_domain::group::Group;
use firebell_domain::integration::Integration;
use firebell_domain::matcher::Matcher;
use firebell_domain::name::Name;
use firebell_domain::person::Person;
use firebell_domain::recipient::Recipient;
use firebell_domain::shift::Shift;
use firebell_domain::site::Site;
use firebell_domain::suppression::MaintenanceWindow;
use serde_json::{Value as Json, json};

use super::Document;
use super::shape::{
    DeviceShape, FormShape, GroupShape, IntegrationShape, MemberShape, NoticeShape, PersonShape,
    RepeatShape, Root, ShiftShape, SiteShape, VERSION, WindowShape,
};
use crate::codec::people::properties_to_json;
use crate::parts::{
    OptionPart, PatternPart, PostalPart, ReachPart, RotationPart, TemplatesPart, TimeframePart,
};

/// Writes an instance's configuration as a document: applying it changes nothing. Signing secrets
/// of webhooks and keys of integrations are not in it.
pub fn export(directory: &Directory) -> Document {
    let people = sorted(directory.people(), |e| &e.target_name);
    let people = people.iter().map(|e| {
        let devices = directory.devices_of(e.id).map(|device| device_shape(device)).collect();
        PersonShape { devices: Some(devices), ..person_shape(directory, e) }
    });
    let groups = sorted(directory.groups(), |e| &e.target_name);
    let groups = groups.iter().map(|e| {
        let shifts = directory.shifts_of(e.id).map(|shift| shift_shape(directory, shift)).collect();
        GroupShape { shifts: Some(shifts), ..group_shape(directory, e) }
    });
    let sites = sorted(directory.sites(), |e| &e.name);
    let forms = sorted(directory.forms(), |e| &e.name);
    let integrations = sorted(directory.integrations(), |e| &e.name);
    let windows = sorted(directory.windows(), |e| &e.name);
    Document(Root {
        version: Some(VERSION),
        sites: Some(sites.iter().map(|e| site_shape(e)).collect()),
        people: Some(people.collect()),
        groups: Some(groups.collect()),
        forms: Some(forms.iter().map(|e| form_shape(directory, e)).collect()),
        integrations: Some(integrations.iter().map(|e| integration_shape(directory, e)).collect()),
        maintenance_windows: Some(windows.iter().map(|e| window_shape(directory, e)).collect()),
    })
}

fn sorted<'a, T>(
    list: impl Iterator<Item = &'a Arc<T>>,
    name: impl Fn(&T) -> &Name,
) -> Vec<&'a Arc<T>> {
    let mut list: Vec<&Arc<T>> = list.collect();
    list.sort_by_cached_key(|entity| name(entity).fold());
    list
}

pub(super) fn site_shape(e: &Site) -> SiteShape {
    SiteShape {
        name: Some(e.name.to_string()),
        language: Some(e.language.clone()),
        timezone: Some(e.zone.name().to_owned()),
        country: Some(e.country.clone()),
        address: Some(PostalPart::from_domain(&e.address)),
        status: Some(e.status.word().to_owned()),
        holidays: Some(e.holidays.iter().map(|date| date.to_string()).collect()),
        externally_owned: Some(e.externally_owned),
        external_key: e.external_key.clone().map(Some),
    }
}

pub(super) fn person_shape(directory: &Directory, e: &Person) -> PersonShape {
    PersonShape {
        target_name: Some(e.target_name.to_string()),
        first_name: Some(e.first_name.to_string()),
        last_name: Some(e.last_name.to_string()),
        web_login: Some(e.web_login.to_string()),
        language: Some(e.language.clone()),
        timezone: Some(e.zone.name().to_owned()),
        supervisors: Some(people_names(directory, &e.supervisors)),
        roles: Some(e.roles.iter().map(|role| role.word().to_owned()).collect()),
        status: Some(e.status.word().to_owned()),
        license_type: Some(e.licence.word().to_owned()),
        properties: Some(properties_to_json(&e.properties)),
        externally_owned: Some(e.externally_owned),
        devices: None,
        phone_login: e.phone_login.clone().map(Some),
        site: site_name(directory, e.site),
        external_key: e.external_key.clone().map(Some),
    }
}

fn people_names(directory: &Directory, list: &[firebell_domain::person::PersonId]) -> Vec<String> {
    list.iter().map(|id| directory.recipient_name(Recipient::Person(*id))).collect()
}

#[expect(clippy::option_option, reason = "null and a field that is left out are different")]
fn site_name(
    directory: &Directory,
    site: Option<firebell_domain::site::SiteId>,
) -> Option<Option<String>> {
    site.and_then(|id| directory.site(id)).map(|site| Some(site.name.to_string()))
}

pub(super) fn device_shape(e: &Device) -> DeviceShape {
    let reach = ReachPart::from_domain(&e.address);
    DeviceShape {
        name: Some(e.name.to_string()),
        device_type: Some(reach.device_type),
        email_address: reach.email_address,
        phone_number: reach.phone_number,
        url: reach.url,
        delay: Some(e.delay_minutes),
        priority_threshold: Some(e.priority_threshold.word().to_owned()),
        timeframes: Some(e.timeframes.iter().map(TimeframePart::from_domain).collect()),
        default_device: Some(e.default_device),
        status: Some(e.status.word().to_owned()),
        externally_owned: Some(e.externally_owned),
        secret: None,
        external_key: e.external_key.clone().map(Some),
    }
}

pub(super) fn group_shape(directory: &Directory, e: &Group) -> GroupShape {
    GroupShape {
        target_name: Some(e.target_name.to_string()),
        description: Some(e.description.clone()),
        group_type: Some(e.group_type.word().to_owned()),
        status: Some(e.status.word().to_owned()),
        members: Some(e.members.iter().map(|r| recipient(directory, *r)).collect()),
        supervisors: Some(people_names(directory, &e.supervisors)),
        observed_by_all: Some(e.observed_by_all),
        allow_duplicates: Some(e.allow_duplicates),
        use_default_devices: Some(e.use_default_devices),
        externally_owned: Some(e.externally_owned),
        shifts: None,
        site: site_name(directory, e.site),
        external_key: e.external_key.clone().map(Some),
    }
}

pub(super) fn shift_shape(directory: &Directory, e: &Shift) -> ShiftShape {
    let pattern = PatternPart::from_domain(&e.pattern);
    let member = |member: &firebell_domain::shift::ShiftMember| MemberShape {
        recipient: Some(recipient(directory, member.recipient)),
        delay: Some(member.delay_minutes),
        escalation_type: Some(member.escalation.word().to_owned()),
        in_rotation: Some(member.in_rotation),
    };
    let repeat = e.repeat.map(|repeat| RepeatShape {
        repetitions: Some(repeat.repetitions),
        delay: Some(repeat.delay_minutes),
    });
    let notice = e.end_notice.as_ref().map(|notice| NoticeShape {
        recipient: Some(recipient(directory, notice.recipient)),
        delay: Some(notice.delay_minutes),
    });
    ShiftShape {
        name: Some(e.name.to_string()),
        description: Some(e.description.clone()),
        start: Some(pattern.start),
        end: Some(pattern.end),
        timezone: Some(pattern.timezone),
        recurrence: Some(pattern.recurrence),
        exclusions: Some(pattern.exclusions),
        members: Some(e.members.iter().map(member).collect()),
        rotation: e.rotation.as_ref().map(|rotation| Some(RotationPart::from_domain(rotation))),
        repeat_escalation: repeat.map(Some),
        notify_end_of_escalation: notice.map(Some),
    }
}

pub(super) fn form_shape(directory: &Directory, e: &Form) -> FormShape {
    FormShape {
        name: Some(e.name.to_string()),
        recipients: Some(e.recipients.iter().map(|r| recipient(directory, *r)).collect()),
        priority: Some(e.priority.word().to_owned()),
        response_options: Some(e.options.iter().map(OptionPart::from_domain).collect()),
        templates: Some(TemplatesPart::from_domain(&e.templates)),
        expiration_minutes: Some(e.expiration_minutes),
        override_device_restrictions: Some(e.override_device_restrictions),
        escalation_override: Some(e.escalation_override),
    }
}

pub(super) fn integration_shape(directory: &Directory, e: &Integration) -> IntegrationShape {
    IntegrationShape {
        name: Some(e.name.to_string()),
        format: Some(e.format.word().to_owned()),
        form: directory.form(e.form).map(|form| form.name.to_string()),
        key: None,
        status: Some(e.status.word().to_owned()),
        rate_per_minute: e.rate_per_minute.map(Some),
    }
}

pub(super) fn window_shape(directory: &Directory, e: &MaintenanceWindow) -> WindowShape {
    let pattern = PatternPart::from_domain(&e.pattern);
    let integrations = e.integrations.iter().filter_map(|id| directory.integration(*id));
    WindowShape {
        name: Some(e.name.to_string()),
        integrations: Some(integrations.map(|e| e.name.to_string()).collect()),
        matchers: Some(e.matchers.iter().map(matcher).collect()),
        start: Some(pattern.start),
        end: Some(pattern.end),
        timezone: Some(pattern.timezone),
        recurrence: Some(pattern.recurrence),
        exclusions: Some(pattern.exclusions),
        comment: Some(e.comment.clone()),
    }
}

/// The name, if it means the recipient; with its kind where a name means several.
fn recipient(directory: &Directory, recipient: Recipient) -> Json {
    let name = directory.recipient_name(recipient);
    let found = directory
        .person_by_name(&name)
        .map(|e| Recipient::Person(e.id))
        .or_else(|| directory.group_by_name(&name).map(|e| Recipient::Group(e.id)))
        .or_else(|| directory.device_by_name(&name).map(|e| Recipient::Device(e.id)));
    if found == Some(recipient) {
        return Json::from(name);
    }
    match recipient {
        Recipient::Person(_) => json!({ "person": name }),
        Recipient::Group(_) => json!({ "group": name }),
        Recipient::Device(_) => json!({ "device": name }),
    }
}

/// As people write matchers, unless that would be read as another one.
fn matcher(e: &Matcher) -> Json {
    let text = e.to_string();
    if Matcher::parse(&text).is_ok_and(|again| again == *e) {
        return Json::from(text);
    }
    json!({ "name": e.name, "op": e.op.word(), "value": e.value })
}
