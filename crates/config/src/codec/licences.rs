//! Entitlements as stored; signed files write allotment and enforcement the same way. An allotment must be
//! there: nothing here has a default that would be a number.

use firebell_base::Timestamp;
use firebell_domain::directory::Entity;
use firebell_domain::licence::{Allotment, Enforcement, Entitlement};
use firebell_domain::person::LicenceType;
use serde::{Deserialize, Serialize};

use crate::parts::{Part, instant, wrong};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EntitlementBody {
    licence: String,
    allotment: AllotmentPart,
    enforcement: EnforcementPart,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
    grace_days: u16,
    contract: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signed_by: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum AllotmentPart {
    Limited(u32),
    Unlimited,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum EnforcementPart {
    Hard,
    Soft { percent: u8, floor: u32, days: u16 },
    TrueUp,
}

impl AllotmentPart {
    pub(crate) const fn of(allotment: Allotment) -> Self {
        match allotment {
            Allotment::Limited(most) => Self::Limited(most),
            Allotment::Unlimited => Self::Unlimited,
        }
    }

    pub(crate) const fn to_domain(&self) -> Allotment {
        match *self {
            Self::Limited(most) => Allotment::Limited(most),
            Self::Unlimited => Allotment::Unlimited,
        }
    }
}

impl EnforcementPart {
    pub(crate) const fn of(enforcement: Enforcement) -> Self {
        match enforcement {
            Enforcement::Hard => Self::Hard,
            Enforcement::Soft { percent, floor, days } => Self::Soft { percent, floor, days },
            Enforcement::TrueUp => Self::TrueUp,
        }
    }

    pub(crate) const fn to_domain(&self) -> Enforcement {
        match *self {
            Self::Hard => Enforcement::Hard,
            Self::Soft { percent, floor, days } => Enforcement::Soft { percent, floor, days },
            Self::TrueUp => Enforcement::TrueUp,
        }
    }
}

impl EntitlementBody {
    pub(super) fn from_domain(e: &Entitlement) -> Self {
        Self {
            licence: e.licence.word().to_owned(),
            allotment: AllotmentPart::of(e.allotment),
            enforcement: EnforcementPart::of(e.enforcement),
            valid_from: e.valid_from.map(|at| at.to_string()),
            valid_until: e.valid_until.map(|at| at.to_string()),
            grace_days: e.grace_days,
            contract: e.contract.clone(),
            signed_by: e.signed_by.clone(),
        }
    }

    pub(super) fn into_domain(self, own: [u8; 16]) -> Part<Entity> {
        let unknown = || wrong("licence", format!("{:?} is not a licence type", self.licence));
        let licence = LicenceType::from_word(&self.licence).ok_or_else(unknown)?;
        if licence.id() != own {
            return Err(wrong("licence", "is not the type that belongs to this id"));
        }
        Ok(Entity::Entitlement(Entitlement {
            licence,
            allotment: self.allotment.to_domain(),
            enforcement: self.enforcement.to_domain(),
            valid_from: moment("validFrom", self.valid_from.as_deref())?,
            valid_until: moment("validUntil", self.valid_until.as_deref())?,
            grace_days: self.grace_days,
            contract: self.contract,
            signed_by: self.signed_by,
        }))
    }
}

fn moment(field: &str, text: Option<&str>) -> Part<Option<Timestamp>> {
    text.map(|text| instant(field, text)).transpose()
}
