//! A walk as JSON text, as stored between its turns.

use firebell_base::Timestamp;
use firebell_base::time::from_micros;
use firebell_domain::escalation::{Step, Walk};
use firebell_domain::recipient::Recipient;
use firebell_domain::shift::{EndNotice, EscalationType, RepeatEscalation};
use firebell_store::escalations::Escalation;
use serde::{Deserialize, Serialize};

/// A stored walk that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the stored escalation is damaged: {0}")]
pub(crate) struct DamagedWalk(String);

#[derive(Serialize, Deserialize)]
struct Wire {
    v: u8,
    steps: Vec<WireStep>,
    next: usize,
    round: u16,
    told: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repeat: Option<(u16, u16)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notice: Option<(WireRecipient, u16)>,
    /// Since when being told counts as told, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<i64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    once: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    all_devices: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    all_at_once: bool,
    /// Whether the walk waits because its alert is suspended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    paused: bool,
}

#[derive(Serialize, Deserialize)]
struct WireStep {
    who: WireRecipient,
    delay: u16,
    kind: u8,
    position: u16,
}

#[derive(Serialize, Deserialize)]
enum WireRecipient {
    #[serde(rename = "p")]
    Person(String),
    #[serde(rename = "d")]
    Device(String),
    #[serde(rename = "g")]
    Group(String),
}

/// The walk as text. `paused`: it waits for its alert to be resumed.
pub(crate) fn encode(walk: &Walk, paused: bool) -> String {
    let wire = Wire {
        v: 1,
        steps: walk
            .steps
            .iter()
            .map(|step| WireStep {
                who: recipient(step.member),
                delay: step.delay_minutes,
                kind: match step.escalation {
                    EscalationType::None => 0,
                    EscalationType::Peer => 1,
                    EscalationType::Management => 2,
                },
                position: step.position,
            })
            .collect(),
        next: walk.next,
        round: walk.round,
        told: walk.told_in_round,
        repeat: walk.repeat.map(|r| (r.repetitions, r.delay_minutes)),
        notice: walk.end_notice.as_ref().map(|n| (recipient(n.recipient), n.delay_minutes)),
        since: walk.since.map(Timestamp::as_microsecond),
        once: walk.once,
        all_devices: walk.override_device_restrictions,
        all_at_once: walk.escalation_override,
        paused,
    };
    // Plain structs of numbers and texts always have a JSON form.
    serde_json::to_string(&wire).unwrap_or_default()
}

/// The walk of a stored row, and whether it is paused.
pub(crate) fn decode(row: &Escalation) -> Result<(Walk, bool), DamagedWalk> {
    let wire: Wire =
        serde_json::from_str(&row.walk).map_err(|error| DamagedWalk(error.to_string()))?;
    if wire.v != 1 {
        return Err(DamagedWalk(format!("unknown version {}", wire.v)));
    }
    let steps = wire.steps.iter().map(read_step).collect::<Result<_, _>>()?;
    let notice = wire
        .notice
        .map(|(who, delay_minutes)| {
            Ok(EndNotice { recipient: read_recipient(&who)?, delay_minutes })
        })
        .transpose()?;
    let walk = Walk {
        group: row.group,
        shift: row.shift,
        steps,
        next: wire.next,
        round: wire.round,
        told_in_round: wire.told,
        since: wire.since.map(from_micros),
        once: wire.once,
        override_device_restrictions: wire.all_devices,
        escalation_override: wire.all_at_once,
        repeat: wire
            .repeat
            .map(|(repetitions, delay_minutes)| RepeatEscalation { repetitions, delay_minutes }),
        end_notice: notice,
        due: row.due.map(|due| from_micros(due.as_microsecond())),
    };
    Ok((walk, wire.paused))
}

fn read_step(step: &WireStep) -> Result<Step, DamagedWalk> {
    Ok(Step {
        member: read_recipient(&step.who)?,
        delay_minutes: step.delay,
        escalation: match step.kind {
            0 => EscalationType::None,
            1 => EscalationType::Peer,
            2 => EscalationType::Management,
            other => return Err(DamagedWalk(format!("unknown escalation type {other}"))),
        },
        position: step.position,
    })
}

fn recipient(who: Recipient) -> WireRecipient {
    match who {
        Recipient::Person(id) => WireRecipient::Person(id.to_string()),
        Recipient::Device(id) => WireRecipient::Device(id.to_string()),
        Recipient::Group(id) => WireRecipient::Group(id.to_string()),
    }
}

fn read_recipient(who: &WireRecipient) -> Result<Recipient, DamagedWalk> {
    let bad = |_| DamagedWalk("a recipient's id".to_owned());
    match who {
        WireRecipient::Person(id) => id.parse().map(Recipient::Person).map_err(bad),
        WireRecipient::Device(id) => id.parse().map(Recipient::Device).map_err(bad),
        WireRecipient::Group(id) => id.parse().map(Recipient::Group).map_err(bad),
    }
}

#[cfg(test)]
mod tests {
    use firebell_base::{Id, Random};
    use firebell_domain::instance::InstanceNo;

    use super::*;

    #[test]
    fn walks_round_trip() {
        let random = Random::seeded(5);
        let now = from_micros(1_700_000_000_000_000);
        let step = |member, position| Step {
            member,
            delay_minutes: 5,
            escalation: EscalationType::Peer,
            position,
        };
        let walk = Walk {
            group: Id::new(&random, now),
            shift: Id::new(&random, now),
            steps: vec![
                step(Recipient::Person(Id::new(&random, now)), 1),
                step(Recipient::Group(Id::new(&random, now)), 2),
            ],
            next: 1,
            round: 2,
            told_in_round: true,
            since: Some(now),
            once: true,
            override_device_restrictions: true,
            escalation_override: true,
            repeat: Some(RepeatEscalation { repetitions: 3, delay_minutes: 10 }),
            end_notice: Some(EndNotice {
                recipient: Recipient::Device(Id::new(&random, now)),
                delay_minutes: 1,
            }),
            due: Some(now),
        };
        let row = Escalation {
            instance: InstanceNo(1),
            alert: Id::new(&random, now),
            shift: walk.shift,
            group: walk.group,
            due: walk.due,
            walk: encode(&walk, true),
        };
        assert_eq!(decode(&row).expect("reads"), (walk, true));
        let damaged = Escalation { walk: "{\"v\":1}".to_owned(), due: None::<Timestamp>, ..row };
        assert!(decode(&damaged).is_err());
    }
}
