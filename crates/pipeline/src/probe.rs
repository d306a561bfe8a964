//! Tries devices: sends a test message over the very channel alerts take, and a code that shows that whoever
//! reads what arrives is the one who asked for it.
//!
//! Called by the pages of one's own devices, which decide who may ask. What is sent here is no alert: it has
//! no notification, is tried once, and its result is told at once. It is bounded per person and per device,
//! because the address is whatever somebody entered. A device that nobody verified is used for alerts all the
//! same: a message too many is better than an alert nobody hears. Nothing here changes configuration.

mod words;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use firebell_access::keys;
use firebell_base::time::{add_minutes, add_seconds, micros_between};
use firebell_base::{Clock, Random, Timestamp};
use firebell_channels::{Message, Registry, SendError};
use firebell_config::Snapshots;
use firebell_domain::device::{Address as DeviceAddress, Device, DeviceId};
use firebell_domain::directory::Directory;
use firebell_domain::instance::InstanceNo;
use firebell_domain::name::cut;
use firebell_domain::person::PersonId;
use firebell_sql::{Db, Error};
use firebell_store::device_checks::{self as rows, Check, Sends, Tried};
use tokio::time::timeout;

use crate::render::address;
use words::{Purpose, texts};

/// How long a code counts, in minutes: mail may be slow.
pub const CODE_MINUTES: i64 = 15;
/// Wrong codes after which another one has to be sent.
pub const CODE_FAILURES_MAX: u32 = 5;
/// Messages one person may have sent in an hour, to all their devices.
pub const SENDS_PER_HOUR_MAX: u32 = 20;
/// Seconds between two messages of a person.
pub const SENDS_EVERY_SECONDS: i64 = 10;
/// The longest a provider is waited for; what it does after that is not known.
pub const SEND_MAX: Duration = Duration::from_secs(15);
/// Devices of one person that are looked at.
const DEVICES_MAX: i64 = 1_000;
/// Characters of what a provider said.
const DETAIL_CHARS_MAX: usize = 300;
const HOUR_SECONDS: i64 = 3_600;

/// Tries devices. A handle that is cloned freely.
#[derive(Clone)]
pub struct Prober(Arc<Inner>);

struct Inner {
    db: Db,
    snapshots: Snapshots,
    registry: Registry,
    clock: Clock,
    random: Random,
}

/// Whether this server can send to devices of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It can.
    Sends,
    /// It keeps such messages, because no mail server is configured.
    Keeps,
    /// It has no channel for them.
    Cannot,
}

/// What is known of a device's present address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// Since when it is verified.
    pub verified: Option<Timestamp>,
    /// Until when the code that is out counts.
    pub code_until: Option<Timestamp>,
    /// The last message that was sent to try it: when, what became of it, and a public sentence.
    pub tried: Option<(Timestamp, Tried, String)>,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// In one word.
    pub outcome: Tried,
    /// A public sentence.
    pub detail: String,
}

/// Why nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// There is no such device.
    #[error("there is no such device")]
    NoDevice,
    /// No channel serves it, or only one that keeps messages and the message was a code.
    #[error("this server cannot send to such a device")]
    Cannot(Reach),
    /// Too much was sent lately.
    #[error("too many messages were sent; try again in {} s", .0.as_secs())]
    TooMany(Duration),
    /// The database does not answer.
    #[error("the database does not answer")]
    Store(#[from] Error),
}

/// What a code that was entered is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entered {
    /// The right one: the device is verified.
    Right,
    /// A wrong one; so many more may be tried.
    Wrong(u32),
    /// None is out, or not any more: too old, guessed too often, or for another address.
    Over,
}

enum Kind {
    Test,
    Code(String),
}

impl std::fmt::Debug for Prober {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Prober")
    }
}

impl Prober {
    /// Puts it together. The registry is its own: what it sends takes no place of an alert.
    pub fn new(
        db: Db,
        snapshots: Snapshots,
        registry: Registry,
        (clock, random): (Clock, Random),
    ) -> Self {
        Self(Arc::new(Inner { db, snapshots, registry, clock, random }))
    }

    /// Whether this server can send to such an address.
    pub fn reach(&self, to: &DeviceAddress) -> Reach {
        match self.0.registry.pick(&address(to)) {
            Some(channel) if channel.name() == "outbox" => Reach::Keeps,
            Some(_) => Reach::Sends,
            None => Reach::Cannot,
        }
    }

    /// What is known of a person's devices; nothing of one whose address is another one by now.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn known(
        &self,
        directory: &Directory,
        person: PersonId,
    ) -> Result<BTreeMap<DeviceId, Known>, Error> {
        let (no, now) = (directory.instance.no, self.0.clock.now());
        let read =
            move |tx: &mut firebell_sql::ReadTx<'_>| rows::of_person(tx, no, person, DEVICES_MAX);
        let found = self.0.db.read("probe.known", read).await?;
        let current = found.into_iter().filter(|check| {
            directory.device(check.device).is_some_and(|d| digest(&d.address) == check.address)
        });
        Ok(current.map(|check| (check.device, known(check, now))).collect())
    }

    /// Sends a test message.
    ///
    /// # Errors
    /// [`ProbeError`]; a message that a provider refused is no error.
    pub async fn test(&self, no: InstanceNo, device: DeviceId) -> Result<Sent, ProbeError> {
        self.send(no, device, Kind::Test).await
    }

    /// Sends a code; the one that was out does not count any more.
    ///
    /// # Errors
    /// [`ProbeError`]; a message that a provider refused is no error.
    pub async fn send_code(&self, no: InstanceNo, device: DeviceId) -> Result<Sent, ProbeError> {
        let code = format!("{:06}", self.0.random.below(1_000_000));
        self.send(no, device, Kind::Code(code)).await
    }

    /// Takes a code that somebody entered.
    ///
    /// # Errors
    /// [`ProbeError::NoDevice`] and [`ProbeError::Store`].
    pub async fn confirm(
        &self,
        no: InstanceNo,
        device: DeviceId,
        entered: &str,
    ) -> Result<Entered, ProbeError> {
        let (_, found) = self.find(no, device)?;
        let (now, address) = (self.0.clock.now(), digest(&found.address));
        // People copy blanks along, and type them between groups of digits.
        let code: String = entered.chars().filter(|c| !c.is_whitespace()).take(64).collect();
        let confirm = move |tx: &mut firebell_sql::WriteTx<'_>| {
            let Some(mut check) = rows::lock(tx, no, device)? else { return Ok(Entered::Over) };
            let counts = check.address == address
                && check.code_until.is_some_and(|until| now < until)
                && check.failures < CODE_FAILURES_MAX;
            let Some(stored) = check.code.filter(|_| counts) else { return Ok(Entered::Over) };
            let entered = if keys::matches(&salted(device, &code), &stored) {
                check.verified = Some(now);
                check.code = None;
                check.code_until = None;
                Entered::Right
            } else {
                check.failures += 1;
                Entered::Wrong(CODE_FAILURES_MAX.saturating_sub(check.failures))
            };
            rows::put(tx, no, &check)?;
            Ok::<_, Error>(entered)
        };
        Ok(self.0.db.write("probe.confirm", confirm).await?)
    }

    async fn send(&self, no: InstanceNo, device: DeviceId, kind: Kind) -> Result<Sent, ProbeError> {
        let (directory, found) = self.find(no, device)?;
        let reach = self.reach(&found.address);
        // A code that is kept here would verify nothing but access to this server.
        let can = match kind {
            Kind::Test => reach != Reach::Cannot,
            Kind::Code(_) => reach == Reach::Sends,
        };
        if !can {
            return Err(ProbeError::Cannot(reach));
        }
        let now = self.0.clock.now();
        self.book(no, &found, &kind, now).await?;
        let sent = self.deliver(&directory, &found, &kind, now).await;
        let (outcome, detail) = (sent.outcome, sent.detail.clone());
        let told = move |tx: &mut firebell_sql::WriteTx<'_>| {
            rows::result(tx, no, device, (now, outcome, &detail))
        };
        if let Err(error) = self.0.db.write("probe.result", told).await {
            tracing::warn!(%error, cause = error.cause(), "a test's result was not written down");
        }
        Ok(sent)
    }

    fn find(
        &self,
        no: InstanceNo,
        device: DeviceId,
    ) -> Result<(Arc<Directory>, Arc<Device>), ProbeError> {
        let directory = self.0.snapshots.instance(no).ok_or(ProbeError::NoDevice)?;
        let found = directory.device(device).cloned().ok_or(ProbeError::NoDevice)?;
        Ok((directory, found))
    }

    /// Counts the message, and keeps its code, before it is sent: who breaks off gains nothing.
    async fn book(
        &self,
        no: InstanceNo,
        found: &Device,
        kind: &Kind,
        now: Timestamp,
    ) -> Result<(), ProbeError> {
        let (device, person, address) = (found.id, found.owner, digest(&found.address));
        let code = match kind {
            Kind::Test => None,
            Kind::Code(code) => Some(keys::hash(&salted(device, code))),
        };
        let book = move |tx: &mut firebell_sql::WriteTx<'_>| {
            let sends = rows::lock_sends(tx, no, person)?;
            let sends = match counted(sends, now) {
                Ok(sends) => sends,
                Err(wait) => return Ok(Err(wait)),
            };
            rows::count_sends(tx, no, person, sends)?;
            let known = rows::lock(tx, no, device)?.filter(|check| check.address == address);
            let mut check = known.unwrap_or_else(|| blank(device, person, address));
            check.person = person;
            check.tried = Some(now);
            check.outcome = Tried::Open;
            check.detail = String::new();
            if let Some(code) = code {
                check.code = Some(code);
                check.code_until = Some(add_minutes(now, CODE_MINUTES));
                check.failures = 0;
            }
            rows::put(tx, no, &check)?;
            Ok::<_, Error>(Ok(()))
        };
        let booked = self.0.db.write("probe.book", book).await?;
        booked.map_err(ProbeError::TooMany)
    }

    async fn deliver(
        &self,
        directory: &Directory,
        device: &Device,
        kind: &Kind,
        now: Timestamp,
    ) -> Sent {
        let message = self.message(directory, device, kind, now);
        let Some(channel) = self.0.registry.pick(&message.to) else {
            return failed("No channel is configured for it.");
        };
        match timeout(SEND_MAX, channel.send(&message)).await {
            Ok(Ok(receipt)) => Sent {
                outcome: if channel.name() == "outbox" { Tried::Kept } else { Tried::Accepted },
                detail: cut(&receipt.detail, DETAIL_CHARS_MAX),
            },
            Ok(Err(SendError::Temporary { reason, .. } | SendError::Permanent { reason })) => {
                failed(&reason)
            }
            Err(_) => failed("The provider did not answer in time; it may arrive all the same."),
        }
    }

    fn message(
        &self,
        directory: &Directory,
        device: &Device,
        kind: &Kind,
        now: Timestamp,
    ) -> Message {
        let person = directory.person(device.owner);
        let name = person.map(|person| person.display_name()).unwrap_or_default();
        let language = person.map_or_else(|| "en".to_owned(), |person| person.language.clone());
        let instance = directory.instance.name.to_string();
        let purpose = match kind {
            Kind::Test => Purpose::Test,
            Kind::Code(code) => Purpose::Code(code),
        };
        let names = (name.as_str(), device.name.as_str(), instance.as_str());
        let (subject, text) = texts(&language, names, purpose, CODE_MINUTES);
        Message {
            key: format!("probe-{}", self.0.random.uuid(now)),
            alert_number: 0,
            to: address(&device.address),
            recipient_name: name,
            language,
            subject,
            text,
            html: None,
            json: None,
            options: Vec::new(),
            thread: None,
            sent_at: now,
            instance,
        }
    }
}

/// One more message, unless there were too many; then how long to wait.
fn counted(sends: Sends, now: Timestamp) -> Result<Sends, Duration> {
    let seconds = |from: Timestamp, to: Timestamp| {
        let whole = micros_between(from, to).max(0).div_euclid(1_000_000).saturating_add(1);
        Duration::from_secs(u64::try_from(whole).unwrap_or(1))
    };
    let next = add_seconds(sends.last, SENDS_EVERY_SECONDS);
    // A clock that went back does not close the door for longer than the bounds say.
    if sends.sent > 0 && now < next && now >= sends.last {
        return Err(seconds(now, next));
    }
    let ends = add_seconds(sends.began, HOUR_SECONDS);
    if now >= ends || now < sends.began {
        return Ok(Sends { began: now, sent: 1, last: now });
    }
    if sends.sent >= SENDS_PER_HOUR_MAX {
        return Err(seconds(now, ends));
    }
    Ok(Sends { sent: sends.sent + 1, last: now, ..sends })
}

fn failed(reason: &str) -> Sent {
    Sent { outcome: Tried::Failed, detail: cut(reason, DETAIL_CHARS_MAX) }
}

fn blank(device: DeviceId, person: PersonId, address: [u8; 32]) -> Check {
    Check {
        device,
        person,
        address,
        verified: None,
        code: None,
        code_until: None,
        failures: 0,
        tried: None,
        outcome: Tried::Open,
        detail: String::new(),
    }
}

fn known(check: Check, now: Timestamp) -> Known {
    let counts = check.code.is_some() && check.failures < CODE_FAILURES_MAX;
    Known {
        verified: check.verified,
        code_until: check.code_until.filter(|until| counts && now < *until),
        tried: check.tried.map(|at| (at, check.outcome, check.detail)),
    }
}

/// The code as it is kept: bound to its device.
fn salted(device: DeviceId, code: &str) -> String {
    format!("{device}:{code}")
}

/// What stands for an address; a webhook's secret is no part of where it leads.
fn digest(address: &DeviceAddress) -> [u8; 32] {
    let place = match address {
        DeviceAddress::Email(text) | DeviceAddress::Voice(text) | DeviceAddress::Sms(text) => text,
        DeviceAddress::Webhook { url, .. } => url,
    };
    keys::hash(&format!("{}:{place}", address.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_767_225_600 + seconds).unwrap()
    }

    #[test]
    fn messages_are_bounded_by_pace_and_by_hour() {
        let never = Sends { began: Timestamp::UNIX_EPOCH, sent: 0, last: Timestamp::UNIX_EPOCH };
        let mut sends = counted(never, at(0)).unwrap();
        assert_eq!(sends, Sends { began: at(0), sent: 1, last: at(0) });
        let early = counted(sends, at(SENDS_EVERY_SECONDS - 1)).unwrap_err();
        assert!(early <= Duration::from_secs(2) && !early.is_zero(), "{early:?}");
        for n in 1..SENDS_PER_HOUR_MAX {
            sends = counted(sends, at(i64::from(n) * SENDS_EVERY_SECONDS)).unwrap();
        }
        let full = counted(sends, at(1_000)).unwrap_err();
        assert_eq!(full, Duration::from_secs(2_601));
        assert_eq!(counted(sends, at(HOUR_SECONDS)).unwrap().sent, 1);
        // A clock that went back closes nothing for longer.
        assert_eq!(counted(sends, at(-10_000)).unwrap().sent, 1);
    }

    #[test]
    fn a_code_is_bound_to_its_device_and_an_address_to_its_kind() {
        let (one, other) = (DeviceId::from_bytes([1; 16]), DeviceId::from_bytes([2; 16]));
        let kept = keys::hash(&salted(one, "123456"));
        assert!(keys::matches(&salted(one, "123456"), &kept));
        assert!(!keys::matches(&salted(other, "123456"), &kept));
        let number = "+4722334455".to_owned();
        let (voice, sms) = (DeviceAddress::Voice(number.clone()), DeviceAddress::Sms(number));
        assert_ne!(digest(&voice), digest(&sms));
        let hook = |secret: &str| DeviceAddress::Webhook {
            url: "https://example.org/".to_owned(),
            secret: Some(firebell_base::Secret::new(secret)),
        };
        assert_eq!(digest(&hook("a")), digest(&hook("b")));
    }
}
