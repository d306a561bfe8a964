//! Whose devices a request is about: the visitor's own, or those of a user whose devices they may change.
//!
//! The rule is the one of the API: the permission for the owner's devices, and for where mail goes also that
//! the owner may no more than the visitor. It is asked before a page is made, and again of the newest
//! configuration inside of every change. Whoever takes the way of other users to their own devices is treated
//! like on their own pages.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use firebell_access::people::may_write_mail;
use firebell_access::{Forbidden, Permission, Scope, allows};
use firebell_config::{Author, ConfigError, Faults as Wrong};
use firebell_domain::device::{Address, Device, DeviceId};
use firebell_domain::directory::Directory;
use firebell_domain::person::{Person, PersonId, Status};
use firebell_ui::part::Crumbs;
use firebell_ui::{Area, MayNot, Refusal, Visit};

use super::LIST;
use crate::Web;
use crate::seen::shown;
use crate::words::WORDS;

/// How a decision says that there is nothing to change any more.
pub(super) const GONE: &str = "device.gone";

/// Whose devices a request is about, and who asks.
pub(crate) struct Whose {
    pub(super) visit: Visit,
    pub(super) owner: Arc<Person>,
    /// Whether the owner is the visitor.
    pub(super) own: bool,
    /// Where the list is, from the root.
    pub(super) list: String,
    /// The device that the path names, as it is written there.
    device: String,
}

impl FromRequestParts<Web> for Whose {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let visit = Visit::from_request_parts(parts, web).await?;
        let named = RawPathParams::from_request_parts(parts, web).await.ok();
        let of = |name: &str| {
            let mut all = named.iter().flatten();
            all.find(|(one, _)| *one == name).map(|(_, value)| value.to_owned())
        };
        let device = of("device").unwrap_or_default();
        Self::of(visit, of("id").as_deref(), device).map_err(Refusal::into_response)
    }
}

impl Whose {
    fn of(visit: Visit, id: Option<&str>, device: String) -> Result<Self, Refusal> {
        let mut owner = Arc::clone(&visit.person);
        if let Some(id) = id {
            visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
            let found = id.parse::<PersonId>().ok().and_then(|id| visit.directory.person(id));
            let missing = || visit.missing(&visit.say(&WORDS).get("web-device-user"));
            owner = Arc::clone(found.ok_or_else(missing)?);
        }
        let own = owner.id == visit.person.id;
        let list = if own { LIST.to_owned() } else { format!("users/{}/devices", owner.id) };
        Ok(Self { visit, owner, own, list, device })
    }

    /// Whether the visitor may change these devices.
    pub(super) fn require(&self) -> Result<(), Refusal> {
        self.visit.require(Permission::WriteOwnDevices, &Scope::Person(&self.owner))
    }

    /// The device that the path names, if it is one of these.
    pub(super) fn device(&self) -> Result<Arc<Device>, Refusal> {
        let id: Option<DeviceId> = self.device.parse().ok();
        let found = id.and_then(|id| self.visit.directory.device(id));
        let found = found.filter(|device| device.owner == self.owner.id).cloned();
        found.ok_or_else(|| self.no_device())
    }

    fn no_device(&self) -> Refusal {
        self.visit.missing(&self.visit.say(&WORDS).get("web-device-this"))
    }

    /// The question that every decision asks first, of the newest configuration: whether the visitor may still. With
    /// a device, whether it may become so.
    pub(super) fn still(
        &self,
    ) -> impl Fn(&Directory, Option<&Device>) -> Result<(), Wrong> + Send + Sync + use<> {
        let (asker, owner) = (self.visit.asker(), self.owner.id);
        move |directory, new| {
            let who = asker.principal(directory)?;
            let Some(owner) = directory.person(owner) else {
                return Err(Wrong::one("", "the user was removed meanwhile", GONE));
            };
            let mail =
                new.is_some_and(|new| sets_mail(directory.device(new.id).map(AsRef::as_ref), new));
            let allowed = if mail {
                may_write_mail(&who, owner)
            } else {
                allows(&who, Permission::WriteOwnDevices, &Scope::Person(owner))
            };
            Ok(allowed.map_err(MayNot::from)?)
        }
    }

    /// Whether the visitor may make this of a device.
    pub(super) fn may_mail(&self, old: Option<&Device>, new: &Device) -> Result<(), Forbidden> {
        if sets_mail(old, new) {
            may_write_mail(&self.visit.principal, &self.owner)
        } else {
            Ok(())
        }
    }

    /// A failed change that has no form to go back to.
    pub(super) fn refused(&self, error: ConfigError) -> Refusal {
        if is_gone(&error) { self.no_device() } else { self.visit.refused(error) }
    }

    /// Who does what, for the log: `what` such as "device added".
    pub(super) fn author(&self, what: &str) -> Author {
        let target = &self.owner.target_name;
        let reason = if self.own { format!("own {what}") } else { format!("{what} for {target}") };
        self.visit.author(&reason)
    }

    /// The owner's name as it is shown.
    pub(super) fn name(&self) -> String {
        shown(&self.owner.display_name())
    }

    /// A sentence to the owner, or the one about them, which is told `user`.
    pub(super) fn text(&self, own: &str, other: &str) -> String {
        let t = self.visit.say(&WORDS);
        if self.own { t.get(own) } else { t.a(other, &[("user", &self.name())]) }
    }

    /// A way below the list, from here.
    pub(super) fn href(&self, path: &str) -> String {
        self.visit.href(&format!("{}/{path}", self.list))
    }

    pub(super) fn area(&self) -> Area {
        if self.own { Area::Account } else { Area::Users }
    }

    /// The way here, `below` the list or at it.
    pub(super) fn crumbs(&self, below: bool) -> Crumbs {
        let (visit, t) = (&self.visit, self.visit.say(&WORDS));
        let mut way = if self.own {
            vec![(t.get("web-account"), visit.href("account"))]
        } else {
            let person = visit.href(&format!("users/{}", self.owner.id));
            vec![(t.get("web-device-users"), visit.href("users")), (self.name(), person)]
        };
        if below {
            let label = if self.own { t.get("web-devices") } else { t.get("web-tab-devices") };
            way.push((label, visit.href(&self.list)));
        }
        Crumbs::new(way)
    }
}

/// Whether a decision found nothing to change any more.
pub(super) fn is_gone(error: &ConfigError) -> bool {
    matches!(error, ConfigError::Invalid(wrong) if wrong.0.iter().any(|one| one.subcode == GONE))
}

/// Whether this says where the owner's mail goes; the rule of the API.
fn sets_mail(old: Option<&Device>, new: &Device) -> bool {
    let same = old.is_some_and(|old| {
        let on = old.status == Status::Active || new.status != Status::Active;
        old.address == new.address && on
    });
    matches!(new.address, Address::Email(_)) && !same
}
