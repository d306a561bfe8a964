//! Sites: places with holidays.

use firebell_base::Id;

use crate::name::Name;
use crate::person::Status;
use crate::schedule::{Holidays, Zone};

/// The id of a site.
pub type SiteId = Id<Site>;

/// A place.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Identity.
    pub id: SiteId,
    /// Unique name.
    pub name: Name,
    /// Default language of its people.
    pub language: String,
    /// Default zone of its people, and the zone its holidays are days of.
    pub zone: Zone,
    /// Country, ISO 3166-1 alpha-3.
    pub country: String,
    /// Postal address, free text lines; empty when unknown.
    pub address: PostalAddress,
    /// People of an inactive site are not told.
    pub status: Status,
    /// Whole days on which time frames and shifts may differ.
    pub holidays: Holidays,
    /// Key in another system.
    pub external_key: Option<String>,
    /// Whether another system owns this entry.
    pub externally_owned: bool,
}

/// The postal part of a site, echoed as given.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PostalAddress {
    /// First line.
    pub address1: String,
    /// Second line.
    pub address2: String,
    /// Town.
    pub city: String,
    /// State or county.
    pub state: String,
    /// Postal code.
    pub postal_code: String,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
}
