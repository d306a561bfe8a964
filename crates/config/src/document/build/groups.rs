//! Groups and their shifts.

use std::sync::Arc;

use firebell_base::Id;
use firebell_domain::group::{Group, GroupId, GroupType};
use firebell_domain::person::Status;
use firebell_domain::schedule::{Pattern, Recurrence, Zone};
use firebell_domain::shift::{EndNotice, EscalationType, RepeatEscalation, Shift, ShiftMember};

use super::{Base, Builder, Times, put};
use crate::document::names::Claim;
use crate::document::shape::{GroupShape, MemberShape, ShiftShape};
use crate::parts::{PartError, in_field, zone};
use crate::words;

impl Builder<'_> {
    pub(super) fn group(&mut self, at: &Claim<'_>, e: &GroupShape) -> Group {
        let old = self.directory.group(Id::from_bytes(at.id)).map(|old| (**old).clone());
        let mut group = old.unwrap_or_else(|| Group {
            id: Id::from_bytes(at.id),
            target_name: at.name.clone(),
            description: String::new(),
            group_type: GroupType::OnCall,
            status: Status::Active,
            members: Vec::new(),
            supervisors: Vec::new(),
            observed_by_all: true,
            site: None,
            allow_duplicates: false,
            use_default_devices: true,
            external_key: None,
            externally_owned: false,
            created: self.now,
        });
        group.target_name = at.name.clone();
        put(&mut group.description, e.description.as_ref());
        put(&mut group.observed_by_all, e.observed_by_all.as_ref());
        put(&mut group.allow_duplicates, e.allow_duplicates.as_ref());
        put(&mut group.use_default_devices, e.use_default_devices.as_ref());
        put(&mut group.externally_owned, e.externally_owned.as_ref());
        put(&mut group.external_key, e.external_key.as_ref());
        let kind = |text: &String| in_field("groupType", words::group_type(text));
        self.set(at, &mut group.group_type, e.group_type.as_ref().map(kind));
        let status = |text: &String| in_field("status", words::status(text));
        self.set(at, &mut group.status, e.status.as_ref().map(status));
        if let Some(site) = &e.site {
            group.site = self.site_id(at, site.as_ref());
        }
        if let Some(list) = &e.supervisors {
            group.supervisors = self.supervisors(at, list);
        }
        if let Some(list) = &e.members {
            group.members = self.recipients(at, "members", list);
        }
        group
    }

    pub(super) fn shift(
        &mut self,
        at: &Claim<'_>,
        e: &ShiftShape,
        group: GroupId,
    ) -> Option<Shift> {
        let old = self.directory.shift(Id::from_bytes(at.id)).map(|old| (**old).clone());
        let times = Times {
            start: e.start.as_ref(),
            end: e.end.as_ref(),
            timezone: e.timezone.as_ref(),
            recurrence: e.recurrence.as_ref(),
            exclusions: e.exclusions.as_ref(),
        };
        let pattern = if let Some(old) = &old {
            self.pattern(at, &times, Base::Existing(&old.pattern))?
        } else {
            let always = self.always(at, e, group)?;
            self.pattern(at, &times, Base::Default(&always))?
        };
        let mut shift = old.unwrap_or_else(|| Shift {
            id: Id::from_bytes(at.id),
            group,
            name: at.name.clone(),
            description: String::new(),
            pattern: pattern.clone(),
            members: Vec::new(),
            rotation: None,
            repeat: None,
            end_notice: None,
            created: self.now,
        });
        shift.name = at.name.clone();
        put(&mut shift.description, e.description.as_ref());
        if let Some(list) = &e.members {
            shift.members = self.members(at, list);
        }
        if let Some(part) = &e.rotation {
            let zone = pattern.zone.clone();
            let given = part.as_ref().map(|part| part.to_domain(&zone)).transpose();
            self.set(at, &mut shift.rotation, Some(given));
        }
        if let Some(part) = &e.repeat_escalation {
            shift.repeat = part.as_ref().map(|part| RepeatEscalation {
                repetitions: part.repetitions.unwrap_or(1),
                delay_minutes: part.delay.unwrap_or(0),
            });
        }
        if let Some(part) = &e.notify_end_of_escalation {
            shift.end_notice = part.as_ref().and_then(|part| {
                let field = "notifyEndOfEscalation.recipient";
                let json = part.recipient.clone().unwrap_or_default();
                let recipient = self.recipient(at, field, &json)?;
                Some(EndNotice { recipient, delay_minutes: part.delay.unwrap_or(0) })
            });
        }
        shift.pattern = pattern;
        Some(shift)
    }

    /// What a shift made by name alone gets: every day from midnight to midnight, from today on,
    /// in the zone of the group's site.
    fn always(&mut self, at: &Claim<'_>, e: &ShiftShape, group: GroupId) -> Option<Pattern> {
        let site = self.draft.group(group).and_then(|group| group.site);
        let site = site.and_then(|id| self.draft.site(id)).map(Arc::clone);
        let given = e.timezone.as_deref().map(|text| zone("timezone", text)).transpose();
        let zone = match given {
            Ok(given) => given.or_else(|| site.map(|site| site.zone.clone())),
            Err(PartError { field, message }) => {
                self.fault(at, &field, message);
                return None;
            }
        };
        let zone = zone.unwrap_or_else(Zone::utc);
        let today = zone.local(self.now).date();
        let midnight = |date: jiff::civil::Date| zone.instant(date.at(0, 0, 0, 0));
        let tomorrow = today.tomorrow().ok();
        let (start, end) = (midnight(today), tomorrow.and_then(midnight));
        let pattern = start.zip(end).and_then(|(start, end)| {
            Pattern::new(start, end, zone.clone(), Recurrence::EVERY_DAY, Vec::new()).ok()
        });
        if pattern.is_none() {
            self.fault(at, "start", "is required: today is not a day a shift can begin on");
        }
        pattern
    }

    fn members(&mut self, at: &Claim<'_>, list: &[MemberShape]) -> Vec<ShiftMember> {
        let mut members = Vec::new();
        for (i, e) in list.iter().enumerate() {
            let field = format!("members[{i}]");
            let json = e.recipient.clone().unwrap_or_default();
            let recipient = self.recipient(at, &format!("{field}.recipient"), &json);
            let delay_minutes = e.delay.unwrap_or(0);
            let mut escalation = if i > 0 && delay_minutes > 0 {
                EscalationType::Peer
            } else {
                EscalationType::None
            };
            let given = |text: &String| {
                in_field(&format!("{field}.escalationType"), words::escalation(text))
            };
            self.set(at, &mut escalation, e.escalation_type.as_ref().map(given));
            let in_rotation = e.in_rotation.unwrap_or(true);
            members.extend(recipient.map(|recipient| ShiftMember {
                recipient,
                delay_minutes,
                escalation,
                in_rotation,
            }));
        }
        members
    }
}
