//! Bodies of groups, shifts and absences.

use firebell_domain::Id;
use firebell_domain::absence::TemporaryAbsence;
use firebell_domain::directory::Entity;
use firebell_domain::group::Group;
use firebell_domain::shift::{EndNotice, RepeatEscalation, Shift, ShiftMember};
use serde::{Deserialize, Serialize};

use super::{id, ids, name, recipient, recipient_text, recipients, texts};
use crate::parts::{Part, PatternPart, RotationPart, in_field, instant};
use crate::words;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GroupBody {
    target_name: String,
    description: String,
    group_type: String,
    status: String,
    members: Vec<String>,
    supervisors: Vec<String>,
    observed_by_all: bool,
    site: Option<String>,
    allow_duplicates: bool,
    use_default_devices: bool,
    external_key: Option<String>,
    externally_owned: bool,
    created: String,
}

impl GroupBody {
    pub(super) fn from_domain(e: &Group) -> Self {
        Self {
            target_name: e.target_name.to_string(),
            description: e.description.clone(),
            group_type: e.group_type.word().to_owned(),
            status: e.status.word().to_owned(),
            members: e.members.iter().map(|r| recipient_text(*r)).collect(),
            supervisors: texts(&e.supervisors),
            observed_by_all: e.observed_by_all,
            site: e.site.map(|site| site.to_string()),
            allow_duplicates: e.allow_duplicates,
            use_default_devices: e.use_default_devices,
            external_key: e.external_key.clone(),
            externally_owned: e.externally_owned,
            created: e.created.to_string(),
        }
    }

    pub(super) fn into_domain(self, own: [u8; 16]) -> Part<Entity> {
        Ok(Entity::Group(Group {
            id: Id::from_bytes(own),
            target_name: name("targetName", &self.target_name)?,
            description: self.description,
            group_type: in_field("groupType", words::group_type(&self.group_type))?,
            status: in_field("status", words::status(&self.status))?,
            members: recipients("members", &self.members)?,
            supervisors: ids("supervisors", &self.supervisors)?,
            observed_by_all: self.observed_by_all,
            site: self.site.map(|text| id("site", &text)).transpose()?,
            allow_duplicates: self.allow_duplicates,
            use_default_devices: self.use_default_devices,
            external_key: self.external_key,
            externally_owned: self.externally_owned,
            created: instant("created", &self.created)?,
        }))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShiftBody {
    group: String,
    name: String,
    description: String,
    pattern: PatternPart,
    members: Vec<MemberBody>,
    rotation: Option<RotationPart>,
    repeat: Option<RepeatBody>,
    end_notice: Option<NoticeBody>,
    created: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MemberBody {
    recipient: String,
    delay: u16,
    escalation_type: String,
    in_rotation: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RepeatBody {
    repetitions: u16,
    delay: u16,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NoticeBody {
    recipient: String,
    delay: u16,
}

impl ShiftBody {
    pub(super) fn from_domain(e: &Shift) -> Self {
        Self {
            group: e.group.to_string(),
            name: e.name.to_string(),
            description: e.description.clone(),
            pattern: PatternPart::from_domain(&e.pattern),
            members: e.members.iter().map(MemberBody::from_domain).collect(),
            rotation: e.rotation.as_ref().map(RotationPart::from_domain),
            repeat: e.repeat.map(|repeat| RepeatBody {
                repetitions: repeat.repetitions,
                delay: repeat.delay_minutes,
            }),
            end_notice: e.end_notice.as_ref().map(|notice| NoticeBody {
                recipient: recipient_text(notice.recipient),
                delay: notice.delay_minutes,
            }),
            created: e.created.to_string(),
        }
    }

    pub(super) fn into_domain(self, own: [u8; 16]) -> Part<Entity> {
        let pattern = self.pattern.to_domain()?;
        let rotation = self.rotation.map(|part| part.to_domain(&pattern.zone)).transpose()?;
        let notice = |part: NoticeBody| {
            let recipient = recipient("endNotice.recipient", &part.recipient)?;
            Ok(EndNotice { recipient, delay_minutes: part.delay })
        };
        Ok(Entity::Shift(Box::new(Shift {
            id: Id::from_bytes(own),
            group: id("group", &self.group)?,
            name: name("name", &self.name)?,
            description: self.description,
            pattern,
            members: self.members.iter().map(MemberBody::to_domain).collect::<Part<_>>()?,
            rotation,
            repeat: self.repeat.map(|part| RepeatEscalation {
                repetitions: part.repetitions,
                delay_minutes: part.delay,
            }),
            end_notice: self.end_notice.map(notice).transpose()?,
            created: instant("created", &self.created)?,
        })))
    }
}

impl MemberBody {
    fn from_domain(member: &ShiftMember) -> Self {
        Self {
            recipient: recipient_text(member.recipient),
            delay: member.delay_minutes,
            escalation_type: member.escalation.word().to_owned(),
            in_rotation: member.in_rotation,
        }
    }

    fn to_domain(&self) -> Part<ShiftMember> {
        let escalation = words::escalation(&self.escalation_type);
        Ok(ShiftMember {
            recipient: recipient("members.recipient", &self.recipient)?,
            delay_minutes: self.delay,
            escalation: in_field("members.escalationType", escalation)?,
            in_rotation: self.in_rotation,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AbsenceBody {
    member: String,
    group: Option<String>,
    start: String,
    end: String,
    replacement: Option<String>,
    created: String,
}

impl AbsenceBody {
    pub(super) fn from_domain(e: &TemporaryAbsence) -> Self {
        Self {
            member: e.member.to_string(),
            group: e.group.map(|group| group.to_string()),
            start: e.start.to_string(),
            end: e.end.to_string(),
            replacement: e.replacement.map(|person| person.to_string()),
            created: e.created.to_string(),
        }
    }

    pub(super) fn into_domain(self, own: [u8; 16]) -> Part<Entity> {
        Ok(Entity::Absence(TemporaryAbsence {
            id: Id::from_bytes(own),
            member: id("member", &self.member)?,
            group: self.group.map(|text| id("group", &text)).transpose()?,
            start: instant("start", &self.start)?,
            end: instant("end", &self.end)?,
            replacement: self.replacement.map(|text| id("replacement", &text)).transpose()?,
            created: instant("created", &self.created)?,
        }))
    }
}
