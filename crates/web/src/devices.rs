//! The pages of one's own devices: the list with its order, adding and changing, trying and verifying.
//!
//! Only one's own: another's id is unknown here, whatever it is. Whoever may change them is decided by
//! `access`; what is sent is bounded by the pipeline's prober. A new e-mail address needs the password: a link
//! to a new password is sent there, and a browser that was left open must not become the account.

mod entered;
mod edit;
mod list;
mod removed;
mod verify;

pub(crate) use edit::{add, change, edit, new};
pub(crate) use list::show;
pub(crate) use removed::{Removed, remove, restore};
pub(crate) use verify::{code, confirm, test, verification};

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use firebell_access::{Permission, Scope};
use firebell_config::{Change, Faults as Wrong};
use firebell_domain::device::{Address, Device, DeviceId};
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::person::PersonId;
use firebell_pipeline::probe::{ProbeError, Reach};
use firebell_ui::{Answer, Refusal, Say, Visit};

use crate::Web;
use crate::words::WORDS;

/// Where the list is, from the root.
const LIST: &str = "account/devices";

/// What a device is, by what reaches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Email,
    Sms,
    Voice,
    Webhook,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Email, Self::Sms, Self::Voice, Self::Webhook];

    const fn of(address: &Address) -> Self {
        match address {
            Address::Email(_) => Self::Email,
            Address::Sms(_) => Self::Sms,
            Address::Voice(_) => Self::Voice,
            Address::Webhook { .. } => Self::Webhook,
        }
    }

    /// The word in forms and queries.
    const fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Voice => "voice",
            Self::Webhook => "webhook",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    fn name(self, t: Say) -> String {
        match self {
            Self::Email => t.get("web-device-email"),
            Self::Sms => t.get("web-device-sms"),
            Self::Voice => t.get("web-device-voice"),
            Self::Webhook => t.get("web-device-webhook"),
        }
    }

    /// A device of this kind that leads to `text`.
    fn address(self, text: &str) -> Address {
        let text = text.to_owned();
        match self {
            Self::Email => Address::Email(text),
            Self::Sms => Address::Sms(text),
            Self::Voice => Address::Voice(text),
            Self::Webhook => Address::Webhook { url: text, secret: None },
        }
    }

    /// Whether this server can send to devices of this kind.
    fn reach(self, web: &Web) -> Reach {
        let example = match self {
            Self::Email => "somebody@example.org",
            Self::Sms | Self::Voice => "+4722334455",
            Self::Webhook => "https://example.org/",
        };
        web.prober.reach(&self.address(example))
    }
}

/// Where a device leads, as shown to its owner.
fn place(device: &Device) -> String {
    match &device.address {
        Address::Email(text) | Address::Voice(text) | Address::Sms(text) => text.clone(),
        Address::Webhook { url, .. } => url.clone(),
    }
}

/// Whether the visitor may change their devices.
fn require(visit: &Visit) -> Result<(), Refusal> {
    visit.require(Permission::WriteOwnDevices, &Scope::Person(&visit.person))
}

/// The visitor's device with this id.
fn own(visit: &Visit, id: &str) -> Result<Arc<Device>, Refusal> {
    let id: Option<DeviceId> = id.parse().ok();
    let found = id.and_then(|id| visit.directory.device(id));
    let found = found.filter(|device| device.owner == visit.person.id).cloned();
    found.ok_or_else(|| visit.missing(&visit.say(&WORDS).get("web-device-this")))
}

/// A person's devices in their order.
fn in_order(directory: &Directory, person: PersonId) -> Vec<Device> {
    directory.devices_of(person).map(|device| device.as_ref().clone()).collect()
}

/// These devices numbered from 1.
fn numbered(devices: Vec<Device>) -> Vec<Change> {
    let numbered = devices.into_iter().zip(1..).map(|(mut device, sequence)| {
        device.sequence = sequence;
        Change::Put(Entity::Device(device))
    });
    numbered.collect()
}

/// `POST /account/devices/{device}/up`
pub(crate) async fn up(visit: Visit, Path(id): Path<String>) -> Answer {
    shift(&visit, &id, true).await
}

/// `POST /account/devices/{device}/down`
pub(crate) async fn down(visit: Visit, Path(id): Path<String>) -> Answer {
    shift(&visit, &id, false).await
}

async fn shift(visit: &Visit, id: &str, up: bool) -> Answer {
    require(visit)?;
    let (device, person) = (own(visit, id)?.id, visit.person.id);
    let decide = move |directory: &Directory| {
        let mut all = in_order(directory, person);
        let here = all.iter().position(|one| one.id == device);
        let there = here.and_then(|here| if up { here.checked_sub(1) } else { Some(here + 1) });
        if let (Some(here), Some(there)) = (here, there)
            && there < all.len()
        {
            all.swap(here, there);
        }
        Ok::<_, Wrong>(numbered(all))
    };
    let author = visit.author("own devices reordered");
    let changed = visit.ui.authority.change(visit.claims.instance, &author, visit.now, decide);
    changed.await.map_err(|error| visit.refused(error))?;
    // Where the focus was, so that a key can be pressed again.
    let button = if up { "up" } else { "down" };
    let response = visit.lead(&format!("{LIST}#{button}-{device}"));
    Ok(visit.toast(response, visit.say(&WORDS).get("web-device-moved")))
}

/// What becomes of an answer of the prober that nothing was sent.
fn unsent(visit: &Visit, error: ProbeError) -> Unsent {
    let t = visit.say(&WORDS);
    match error {
        ProbeError::NoDevice => Unsent::Gone,
        ProbeError::Cannot(Reach::Keeps) => {
            Unsent::Said(StatusCode::CONFLICT, t.get("web-device-reach-keeps"))
        }
        ProbeError::Cannot(_) => Unsent::Said(StatusCode::CONFLICT, t.get("web-device-cannot")),
        ProbeError::TooMany(wait) => {
            let text = t.n("web-device-too-many", wait.as_secs());
            Unsent::Said(StatusCode::TOO_MANY_REQUESTS, text)
        }
        ProbeError::Store(error) => Unsent::Store(error),
    }
}

enum Unsent {
    /// The device was removed.
    Gone,
    /// This is said.
    Said(StatusCode, String),
    /// The database does not answer.
    Store(firebell_store::Error),
}
