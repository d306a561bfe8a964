//! The pages of somebody's devices: the list with its order, adding and changing, trying and verifying.
//!
//! The same pages for one's own and for those of users whom one looks after; `whose` says which. A device of
//! anybody else is unknown here, whatever its id. Whoever may change them is decided by `access`; what is sent is
//! bounded by the pipeline's prober. A new e-mail address of one's own needs the password: a link to a new password
//! is sent there, and a browser that was left open must not become the account. Verifying is for the owner alone:
//! it shows that whoever reads what arrives is the one who asked for it.

mod entered;
mod edit;
mod list;
mod removed;
mod verify;
mod whose;

pub(crate) use removed::Removed;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use firebell_config::{Change, Faults as Wrong};
use firebell_domain::device::{Address, Device};
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::person::PersonId;
use firebell_pipeline::probe::{ProbeError, Reach};
use firebell_ui::{Answer, Say, Visit};

use crate::Web;
use crate::words::WORDS;
use whose::Whose;

/// Where the list of one's own is, from the root.
const LIST: &str = "account/devices";

/// The pages of devices: one's own, and those of others.
pub(crate) fn router() -> Router<Web> {
    let own = Router::new()
        .route("/{device}/code", post(verify::code))
        .route("/{device}/verify", get(verify::verification).post(verify::confirm))
        .merge(anybodys());
    Router::new().nest("/account/devices", own).nest("/users/{id}/devices", anybodys())
}

/// What the owner and others can do.
fn anybodys() -> Router<Web> {
    Router::new()
        .route("/", get(list::show))
        .route("/new", get(edit::new).post(edit::add))
        .route("/restore", post(removed::restore))
        .route("/{device}", get(edit::edit).post(edit::change))
        .route("/{device}/up", post(up))
        .route("/{device}/down", post(down))
        .route("/{device}/remove", post(removed::remove))
        .route("/{device}/test", post(verify::test))
}

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

/// Where a device leads, as shown to whoever may change it.
fn place(device: &Device) -> String {
    match &device.address {
        Address::Email(text) | Address::Voice(text) | Address::Sms(text) => text.clone(),
        Address::Webhook { url, .. } => url.clone(),
    }
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

/// `POST …/devices/{device}/up`
async fn up(whose: Whose) -> Answer {
    shift(&whose, true).await
}

/// `POST …/devices/{device}/down`
async fn down(whose: Whose) -> Answer {
    shift(&whose, false).await
}

async fn shift(whose: &Whose, up: bool) -> Answer {
    whose.require()?;
    let (visit, still) = (&whose.visit, whose.still());
    let (device, person) = (whose.device()?.id, whose.owner.id);
    let decide = move |directory: &Directory| {
        still(directory, None)?;
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
    let author = whose.author("devices reordered");
    let changed = visit.ui.authority.change(visit.claims.instance, &author, visit.now, decide);
    changed.await.map_err(|error| whose.refused(error))?;
    // Where the focus was, so that a key can be pressed again.
    let button = if up { "up" } else { "down" };
    let response = visit.lead(&format!("{}#{button}-{device}", whose.list));
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
