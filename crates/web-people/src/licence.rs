//! What is known of free licences when a page is shown, and the button that adds somebody.
//!
//! The authority is asked for each page anew, for a short time: a page does not wait for a slow
//! database. Only a denial that this very question brought back refuses the button; what a replica
//! believes is shown as what was last known, and refuses nothing.

use std::sync::Arc;
use std::time::Duration;

use firebell_config::fresh::Freshness;
use firebell_config::licences::{Free, Quota, Quotas, last_known};
use firebell_config::{Denial, DenialReason, Evidence, Room};
use firebell_domain::licence::{Allotment, Limit, Phase};
use firebell_domain::person::LicenceType;
use firebell_replica::ReplicaHandle;
use firebell_ui::part::{Button, Reason};
use firebell_ui::{Say, Visit};

use crate::moment::{day, seconds};
use crate::words::{self, WORDS};

/// How long a page waits for the authority.
const PATIENCE: Duration = Duration::from_millis(200);

/// What is known of an instance's licences.
#[derive(Debug)]
pub(crate) enum Standing {
    /// The authority read it for this page.
    Confirmed(Room),
    /// As this process last knew it. Only to be shown.
    LastKnown(Quotas, Duration),
    /// Nobody knows just now.
    Unknown,
}

/// Asks the authority, but not for long.
pub(crate) async fn standing(visit: &Visit) -> Standing {
    standing_for(visit, 1).await
}

/// The same, for so many more people.
pub(crate) async fn standing_for(visit: &Visit, wanted: u32) -> Standing {
    let no = visit.directory.instance.no;
    let asked = visit.ui.authority.room(no, wanted, visit.now);
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(room)) => return Standing::Confirmed(room),
        Ok(Err(error)) => tracing::warn!(%error, "licences are not confirmed on a page"),
        Err(_) => tracing::warn!("licences were not confirmed in time for a page"),
    }
    let Some(age) = visit.ui.replica.as_ref().and_then(ReplicaHandle::freshness_age) else {
        return Standing::Unknown;
    };
    let (directory, now) = (Arc::clone(&visit.directory), visit.now);
    // Counting the holders of a large instance takes milliseconds.
    let counted = tokio::task::spawn_blocking(move || last_known(Some(&directory), age, now));
    match counted.await {
        Ok(Freshness::LastKnown { value, age, .. }) => Standing::LastKnown(value, age),
        Ok(Freshness::Confirmed(_) | Freshness::Unknown(_)) | Err(_) => Standing::Unknown,
    }
}

impl Standing {
    /// The numbers, however sure they are.
    pub(crate) fn quotas(&self) -> Option<&Quotas> {
        match self {
            Self::Confirmed(room) => Some(room.quotas.value()),
            Self::LastKnown(quotas, _) => Some(quotas),
            Self::Unknown => None,
        }
    }

    /// The denial that stands for a type. Only the authority makes one.
    pub(crate) fn denial(&self, licence: LicenceType) -> Option<&Denial> {
        match self {
            Self::Confirmed(room) => room.denial(licence),
            Self::LastKnown(..) | Self::Unknown => None,
        }
    }

    /// Whether somebody new would surely get a licence of this type.
    fn is_free(&self, licence: LicenceType) -> bool {
        let Self::Confirmed(room) = self else { return false };
        let quota = room.quotas.value().of_type(licence);
        let free = quota.filter(|one| one.unsure().is_none()).and_then(Quota::free);
        matches!(free, Some(Free::Seats(1..) | Free::Unlimited))
    }

    /// The sentence in the head of the list.
    pub(crate) fn sentence(&self, visit: &Visit) -> String {
        let t = visit.say(&WORDS);
        let Some(quotas) = self.quotas() else { return t.get("people-unknown") };
        let held: Vec<String> = quotas.list.iter().filter_map(|one| held(t, one)).collect();
        let held = held.join(", ");
        match self {
            Self::Confirmed(room) => {
                let Evidence { revision, at, .. } = room.quotas.evidence();
                let (time, revision) = (seconds(visit, *at), revision.to_string());
                let args = [("held", &*held), ("time", &*time), ("revision", &*revision)];
                t.a("people-held-confirmed", &args)
            }
            Self::LastKnown(_, age) => {
                let args = [("held", held.as_str())];
                t.na("people-held-last-known", age.as_secs(), &args)
            }
            Self::Unknown => t.get("people-unknown"),
        }
    }

    /// The buttons that add somebody: for whoever may, and each refused only by what is confirmed.
    pub(crate) fn buttons(&self, visit: &Visit) -> Vec<Button> {
        let t = visit.say(&WORDS);
        let [full, stakeholder] = LicenceType::ALL;
        let (new, target) = (visit.href("users/new"), "#panel");
        let Some(denial) = self.denial(full) else {
            let add = Button::link(t.get("people-add"), new.clone()).main().id("add-user");
            return vec![add.shortcut("n").into_part(new, target)];
        };
        let mut reason = reason(visit, denial);
        let other = visit.href("users/new?licenseType=STAKEHOLDER_USER");
        let mut buttons = Vec::new();
        if let Some(other) = self.denial(stakeholder) {
            reason.detail.push(sentence(visit, other));
        } else {
            if self.is_free(stakeholder) {
                reason.detail.push(t.get("people-stakeholder-free"));
            }
            let add = Button::link(t.get("people-add-stakeholder"), other.clone());
            buttons.push(add.id("add-stakeholder").into_part(other, target));
        }
        buttons.push(Button::refused(t.get("people-add"), reason).main().id("add-user"));
        buttons
    }
}

/// "120 of 150 full-user licences held"; nothing for a type that nobody has and nobody may have.
fn held(t: Say, quota: &Quota) -> Option<String> {
    let held = quota.held();
    let full = quota.licence == LicenceType::FullUser;
    let few = matches!(quota.allotment(), Some(Allotment::Limited(1..)));
    if !full && held == 0 && !few {
        return None;
    }
    Some(match (quota.allotment(), full) {
        (Some(Allotment::Limited(all)), true) => {
            t.na("people-held-full", all, &[("held", &held.to_string())])
        }
        (Some(Allotment::Limited(all)), false) => {
            t.na("people-held-stakeholder", all, &[("held", &held.to_string())])
        }
        (Some(Allotment::Unlimited), true) => t.n("people-held-full-unlimited", held),
        (Some(Allotment::Unlimited), false) => t.n("people-held-stakeholder-unlimited", held),
        (None, true) => t.n("people-held-full-unset", held),
        (None, false) => t.n("people-held-stakeholder-unset", held),
    })
}

/// Why nobody new gets a licence of a type, with ways on.
pub(crate) fn reason(visit: &Visit, denial: &Denial) -> Reason {
    let t = visit.say(&WORDS);
    let check = denial.check();
    let mut detail = Vec::new();
    if let Allotment::Limited(allotted) = check.allotment
        && check.held > allotted
    {
        detail.push(t.n("people-denied-held", check.held));
    }
    let holders = format!("users?status=ACTIVE&licence={}", check.licence.word());
    let links = vec![
        (t.get("people-see-holders"), visit.href(&holders)),
        (t.get("people-ask-operator"), visit.href("users/more-licences")),
    ];
    Reason { text: sentence(visit, denial), detail, links }
}

/// "All 150 full-user licences are in use (confirmed 09:41:07 at revision 7.1041)".
pub(crate) fn sentence(visit: &Visit, denial: &Denial) -> String {
    let t = visit.say(&WORDS);
    let (check, Evidence { revision, at, .. }) = (denial.check(), denial.evidence());
    let (time, revision) = (seconds(visit, *at), revision.to_string());
    let licence = words::licence(t, check.licence).to_lowercase().replace(' ', "-");
    let args = |more: &str| {
        let texts = [("time", &time), ("revision", &revision), ("licence", &licence)];
        let mut args: Vec<(&'static str, String)> =
            texts.into_iter().map(|(name, text)| (name, text.clone())).collect();
        args.push(("more", more.to_owned()));
        args
    };
    let said = |key: &str, n: u32, more: &str| {
        let args = args(more);
        let args: Vec<(&str, &str)> = args.iter().map(|(name, text)| (*name, &**text)).collect();
        t.na(key, n, &args)
    };
    match (denial.reason(), check.phase, check.allotment, check.limit) {
        (DenialReason::NotYetValid, Phase::NotYet(from), _, _) => {
            said("people-denied-not-yet", 0, &day(visit, from))
        }
        (DenialReason::Expired, Phase::Expired(end), _, _) => {
            said("people-denied-expired", 0, &day(visit, end))
        }
        (_, _, Allotment::Limited(0), Limit::AtMost(0)) => said("people-denied-none", 0, ""),
        (_, _, Allotment::Limited(all), Limit::AtMost(most)) if most > all => {
            said("people-denied-beyond", all, &(most - all).to_string())
        }
        (_, _, Allotment::Limited(all), _) => said("people-denied", all, ""),
        (_, _, Allotment::Unlimited, _) => said("people-denied", check.held, ""),
    }
}

/// How many more of a type may be held, as a sentence; and whether so many are surely too many.
pub(crate) fn free(visit: &Visit, standing: &Standing, licence: LicenceType) -> String {
    let t = visit.say(&WORDS);
    let quota = standing.quotas().and_then(|quotas| quotas.of_type(licence));
    match (standing, quota.filter(|one| one.unsure().is_none()).and_then(Quota::free)) {
        (Standing::Confirmed(room), Some(Free::Seats(free))) => {
            let time = seconds(visit, room.quotas.evidence().at);
            t.na("people-free-confirmed", free, &[("time", &time)])
        }
        (Standing::Confirmed(_), Some(Free::Unlimited)) => t.get("people-free-unlimited"),
        (Standing::LastKnown(..) | Standing::Unknown, _) | (Standing::Confirmed(_), None) => {
            t.get("people-free-unconfirmed")
        }
    }
}
