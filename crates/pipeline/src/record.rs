//! The journal's record: a version byte, then events as length-prefixed postcard. Written by *intake*, read by
//! the engine; a record may outlive an update, so a new layout gets a new version byte and the old one stays
//! readable for a release.
//!
//! Records of several events are packed with LZ4: an event's texts stand in its payload once more, and events of one
//! storm are much alike: the disk, and PostgreSQL's connection, have less to take.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use firebell_base::Id;
use firebell_base::time::from_micros;
use firebell_domain::alert::Priority;
use firebell_domain::event::{Draft, Event, EventAction};
use firebell_domain::instance::InstanceNo;
use firebell_domain::property::Value;
use firebell_domain::recipient::Pointer;
use serde::{Deserialize, Serialize};

const PLAIN: u8 = 1;
/// The length of what was packed follows, then the LZ4 block.
const PACKED: u8 = 2;
/// Records of so many bytes are packed: smaller ones fit in a page of the database anyway, and packing larger ones
/// would keep a thread that serves requests busy for milliseconds.
const PACKED_BYTES: RangeInclusive<usize> = 2 * 1024..=1024 * 1024;
/// Room for what an encoded event has besides its texts: no bound.
const ENCODED_BYTES: usize = 256;

/// An accepted event in the journal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Accepted {
    /// Whose.
    pub(crate) instance: InstanceNo,
    /// What.
    pub(crate) event: Event,
    /// What the sender sent; with the first event of a request only.
    pub(crate) payload: Option<Vec<u8>>,
}

/// A record that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the journal record is damaged: {0}")]
pub(crate) struct Damaged(String);

#[derive(Serialize, Deserialize)]
struct Wire {
    instance: i64,
    id: [u8; 16],
    request: [u8; 16],
    integration: [u8; 16],
    received: i64,
    action: u8,
    dedup_key: Option<String>,
    summary: String,
    priority: Option<u8>,
    properties: Vec<(String, WireValue)>,
    recipients: Vec<String>,
    expiration_minutes: Option<u32>,
    override_device_restrictions: Option<bool>,
    escalation_override: Option<bool>,
    payload: Option<Bytes>,
}

#[derive(Serialize, Deserialize)]
enum WireValue {
    Text(String),
    Bool(bool),
    Int(i64),
    Real(f64),
    List(Vec<String>),
}

/// Bytes in one piece instead of one by one.
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        <&[u8]>::deserialize(from).map(|bytes| Self(bytes.to_vec()))
    }
}

/// Encodes one event; records are made of these by [`join`].
pub(crate) fn encode(accepted: Accepted) -> Result<Vec<u8>, Damaged> {
    let Accepted { instance, event, payload } = accepted;
    // What was read from the payload is about as long again.
    let bytes = 2 * payload.as_ref().map_or(0, Vec::len) + ENCODED_BYTES;
    let draft = event.draft;
    let wire = Wire {
        instance: instance.0,
        id: event.id.to_bytes(),
        request: event.request.to_bytes(),
        integration: event.integration.to_bytes(),
        received: event.received.as_microsecond(),
        action: match draft.action {
            EventAction::Trigger => 0,
            EventAction::Acknowledge => 1,
            EventAction::Resolve => 2,
        },
        dedup_key: draft.dedup_key,
        summary: draft.summary,
        priority: draft.priority.and_then(|p| u8::try_from(p.code()).ok()),
        properties: draft.properties.into_iter().map(|(name, v)| (name, v.into())).collect(),
        recipients: draft.recipients.into_iter().map(|pointer| pointer.0).collect(),
        expiration_minutes: draft.expiration_minutes,
        override_device_restrictions: draft.override_device_restrictions,
        escalation_override: draft.escalation_override,
        payload: payload.map(Bytes),
    };
    postcard::to_extend(&wire, Vec::with_capacity(bytes)).map_err(|e| Damaged(e.to_string()))
}

/// Puts encoded events together into one record.
pub(crate) fn join(events: &[Vec<u8>]) -> Vec<u8> {
    let bytes: usize = events.iter().map(|event| event.len() + 4).sum();
    let mut record = Vec::with_capacity(bytes + 1);
    record.push(PLAIN);
    for event in events {
        record.extend_from_slice(&length(event).to_le_bytes());
        record.extend_from_slice(event);
    }
    match record.split_first() {
        Some((_, plain)) if PACKED_BYTES.contains(&plain.len()) => pack(plain).unwrap_or(record),
        _ => record,
    }
}

/// Bounded far below 4 GiB by the accepted body.
fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

/// A packed record; none if that saves nothing.
fn pack(plain: &[u8]) -> Option<Vec<u8>> {
    let head = 1 + size_of::<u32>();
    let mut record = vec![0; head + lz4_flex::block::get_maximum_output_size(plain.len())];
    let (start, block) = record.split_at_mut_checked(head)?;
    let packed = lz4_flex::block::compress_into(plain, block).ok()?;
    let (version, size) = start.split_first_mut()?;
    *version = PACKED;
    size.copy_from_slice(&length(plain).to_le_bytes());
    record.truncate(head + packed);
    (record.len() < plain.len()).then_some(record)
}

/// How long a record is when it is read, in bytes: what a turn takes of memory follows from this.
pub(crate) fn plain_bytes(record: &[u8]) -> usize {
    packed(record).map_or(record.len(), |(size, _)| size.min(*PACKED_BYTES.end()))
}

/// What a packed record says of its length, and its block.
fn packed(record: &[u8]) -> Option<(usize, &[u8])> {
    let (size, block) = record.strip_prefix(&[PACKED])?.split_first_chunk::<4>()?;
    Some((usize::try_from(u32::from_le_bytes(*size)).unwrap_or(usize::MAX), block))
}

/// The events of a record, one after the other.
fn plain(record: &[u8]) -> Result<Cow<'_, [u8]>, Damaged> {
    let damaged = |what: &str| Damaged(what.to_owned());
    match record.split_first() {
        Some((&PLAIN, plain)) => Ok(Cow::Borrowed(plain)),
        Some((&PACKED, _)) => {
            let (size, block) = packed(record).ok_or_else(|| damaged("cut short"))?;
            if size > *PACKED_BYTES.end() {
                return Err(damaged("it says that it is longer than any"));
            }
            let plain = lz4_flex::block::decompress(block, size)
                .map_err(|error| Damaged(format!("it cannot be unpacked: {error}")))?;
            if plain.len() == size { Ok(Cow::Owned(plain)) } else { Err(damaged("cut short")) }
        }
        Some((version, _)) => Err(Damaged(format!("unknown version {version}"))),
        None => Err(damaged("it is empty")),
    }
}

/// Reads a record.
pub(crate) fn decode(record: &[u8]) -> Result<Vec<Accepted>, Damaged> {
    let damaged = |what: &str| Damaged(what.to_owned());
    let plain = plain(record)?;
    let mut rest = &*plain;
    let mut events = Vec::new();
    while let Some((length, tail)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let (event, tail) = tail.split_at_checked(length).ok_or_else(|| damaged("cut short"))?;
        let wire: Wire = postcard::from_bytes(event).map_err(|e| Damaged(e.to_string()))?;
        events.push(accepted(wire)?);
        rest = tail;
    }
    if rest.is_empty() { Ok(events) } else { Err(damaged("cut short")) }
}

fn accepted(wire: Wire) -> Result<Accepted, Damaged> {
    let action = match wire.action {
        0 => EventAction::Trigger,
        1 => EventAction::Acknowledge,
        2 => EventAction::Resolve,
        other => return Err(Damaged(format!("unknown action {other}"))),
    };
    let draft = Draft {
        action,
        dedup_key: wire.dedup_key,
        summary: wire.summary,
        priority: wire.priority.and_then(|code| Priority::from_code(code.into())),
        properties: wire.properties.into_iter().map(|(name, v)| (name, v.into())).collect(),
        recipients: wire.recipients.into_iter().map(Pointer).collect(),
        expiration_minutes: wire.expiration_minutes,
        override_device_restrictions: wire.override_device_restrictions,
        escalation_override: wire.escalation_override,
    };
    let event = Event {
        id: Id::from_bytes(wire.id),
        request: Id::from_bytes(wire.request),
        integration: Id::from_bytes(wire.integration),
        received: from_micros(wire.received),
        draft,
    };
    let payload = wire.payload.map(|bytes| bytes.0);
    Ok(Accepted { instance: InstanceNo(wire.instance), event, payload })
}

impl From<Value> for WireValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text),
            Value::Bool(flag) => Self::Bool(flag),
            Value::Int(number) => Self::Int(number),
            Value::Real(number) => Self::Real(number),
            Value::List(texts) => Self::List(texts),
        }
    }
}

impl From<WireValue> for Value {
    fn from(value: WireValue) -> Self {
        match value {
            WireValue::Text(text) => Self::Text(text),
            WireValue::Bool(flag) => Self::Bool(flag),
            WireValue::Int(number) => Self::Int(number),
            WireValue::Real(number) => Self::Real(number),
            WireValue::List(texts) => Self::List(texts),
        }
    }
}

#[cfg(test)]
mod tests {
    use firebell_base::Random;
    use firebell_domain::property::Properties;

    use super::*;

    fn sample() -> Accepted {
        let random = Random::seeded(1);
        let now = from_micros(1_700_000_000_000_000);
        Accepted {
            instance: InstanceNo(7),
            event: Event {
                id: Id::new(&random, now),
                request: Id::new(&random, now),
                integration: Id::new(&random, now),
                received: now,
                draft: Draft {
                    action: EventAction::Resolve,
                    dedup_key: Some("db-3/disk".to_owned()),
                    summary: "Disk almost full".to_owned(),
                    priority: Some(Priority::High),
                    properties: Properties::from([
                        ("a".to_owned(), Value::Real(0.5)),
                        ("b".to_owned(), Value::List(vec!["x".to_owned()])),
                    ]),
                    recipients: vec![Pointer("akira".to_owned())],
                    expiration_minutes: Some(5),
                    override_device_restrictions: Some(true),
                    escalation_override: None,
                },
            },
            payload: Some(vec![0, 159, 146, 150]),
        }
    }

    #[test]
    fn records_round_trip() {
        let events = [encode(sample()).expect("encodes"), encode(sample()).expect("encodes")];
        assert_eq!(decode(&join(&events)).expect("reads"), vec![sample(), sample()]);
    }

    #[test]
    fn records_of_several_events_are_packed_and_come_out_as_they_went_in() {
        let events: Vec<Vec<u8>> = (0..40).map(|_| encode(sample()).expect("encodes")).collect();
        let plain: usize = events.iter().map(|event| event.len() + 4).sum();
        let record = join(&events);
        assert_eq!(record[0], PACKED);
        assert!(record.len() * 2 < plain, "{} of {plain} bytes", record.len());
        assert_eq!(plain_bytes(&record), plain);
        assert_eq!(decode(&record).expect("reads"), vec![sample(); 40]);
        let small = join(&events[..1]);
        assert_eq!((small[0], plain_bytes(&small)), (PLAIN, small.len()));
    }

    #[test]
    fn what_cannot_be_packed_is_not() {
        let noise: Vec<u8> =
            (0..500_u32).flat_map(|n| n.wrapping_mul(0x9E37_79B1).to_le_bytes()).collect();
        let payload = Some([noise, Random::seeded(3).bytes::<4_096>().to_vec()].concat());
        let events = [encode(Accepted { payload, ..sample() }).expect("encodes")];
        assert_eq!(join(&events)[0], PLAIN);
        let long = Accepted { payload: Some(vec![b'x'; 2 * 1024 * 1024]), ..sample() };
        let record = join(&[encode(long.clone()).expect("encodes")]);
        assert_eq!(record[0], PLAIN, "too long to be packed where requests are served");
        assert_eq!(decode(&record).expect("reads"), [long]);
    }

    #[test]
    fn a_record_that_claims_to_be_huge_takes_no_memory() {
        let mut record = join(&vec![encode(sample()).expect("encodes"); 40]);
        record[1..5].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(decode(&record).is_err());
        assert!(plain_bytes(&record) <= 1024 * 1024);
        for size in [2_048_u32, 1_000_000] {
            record[1..5].copy_from_slice(&size.to_le_bytes());
            assert!(decode(&record).is_err(), "another length than it has");
        }
    }

    #[test]
    fn damaged_records_are_errors_and_never_panics() {
        let one = encode(sample()).expect("encodes");
        for good in [join(std::slice::from_ref(&one)), join(&vec![one; 20])] {
            damage(&good);
        }
    }

    fn damage(good: &[u8]) {
        assert!(decode(&[]).is_err());
        assert!(decode(&[9, 0, 0]).is_err());
        for end in 1..good.len() {
            if end > 1 {
                assert!(decode(&good[..end]).is_err(), "cut at {end}");
            }
        }
        for at in 0..good.len() {
            let mut bad = good.to_vec();
            bad[at] ^= 0x40;
            // Some flips only change a text; none may panic.
            drop(decode(&bad));
        }
    }
}
