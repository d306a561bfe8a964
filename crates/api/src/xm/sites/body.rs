//! What the body of `POST /sites` makes of a site.
//!
//! `null` clears the address, the coordinates, the holidays and the external key, and leaves what a
//! site must have as it is.

use firebell_access::{Permission, Scope};
use firebell_config::Change;
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::person::Status;
use firebell_domain::schedule::{Holidays, Zone};
use firebell_domain::site::{PostalAddress, Site, SiteId};
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::countries;
use crate::xm::shape::change::{Context, Decision, decided, subject};
use crate::xm::shape::input::{Input, Patch};
use crate::xm::shape::lookup;
use crate::xm::shape::words::STATUSES;

/// The fields of the body; `*` after those a new site needs.
pub(super) const FIELDS: &[&str] = &[
    "id",
    "name*",
    "country*",
    "language*",
    "timezone*",
    "address1",
    "address2",
    "city",
    "state",
    "postalCode",
    "latitude",
    "longitude",
    "status",
    "holidays",
    "externalKey",
    "externallyOwned",
];

/// What becomes of which site.
pub(super) fn decide(
    directory: &Directory,
    context: &Context,
    body: &Map<String, Value>,
) -> Decision<SiteId> {
    context.require(Permission::WriteSites, Scope::Instance)?;
    let mut input = Input::new("site", body);
    let known = |text: &str| lookup::site(directory, text).map(|s| s.id);
    let subject = subject(&mut input, context.fresh, known);
    let site = match subject.known().and_then(|id| directory.site(id)) {
        Some(old) => Some(read_changes(&mut input, old)),
        None => read_new(&mut input, subject.id()),
    };
    let site = input.finish_with(site)?;
    let changes = vec![Change::Put(Entity::Site(site))];
    decided(subject.about(Kind::Site), changes, subject.id())
}

fn read_new(input: &mut Input<'_>, id: SiteId) -> Option<Site> {
    let name = input.name("name").given();
    let name = input.require("name", name);
    let country = read_country(input).given();
    let country = input.require("country", country);
    let language = input.filled("language").given();
    let language = input.require("language", language);
    let zone: Option<Zone> = input.zone("timezone").given();
    let zone = input.require("timezone", zone);
    let blank = Site {
        id,
        name: name?,
        language: language?,
        zone: zone?,
        country: country?,
        address: PostalAddress::default(),
        status: Status::Active,
        holidays: Holidays::none(),
        external_key: None,
        externally_owned: false,
    };
    Some(read_changes(input, &blank))
}

fn read_changes(input: &mut Input<'_>, old: &Site) -> Site {
    let address = old.address.clone();
    let mut line = |field: &str, old: String| input.text(field).or_default(old, String::new());
    let address = PostalAddress {
        address1: line("address1", address.address1),
        address2: line("address2", address.address2),
        city: line("city", address.city),
        state: line("state", address.state),
        postal_code: line("postalCode", address.postal_code),
        latitude: input.decimal("latitude").optional(address.latitude),
        longitude: input.decimal("longitude").optional(address.longitude),
    };
    Site {
        id: old.id,
        name: input.name("name").or(old.name.clone()),
        language: input.filled("language").or(old.language.clone()),
        zone: input.zone("timezone").or(old.zone.clone()),
        country: read_country(input).or(old.country.clone()),
        address,
        status: input.word("status", &STATUSES).or(old.status),
        holidays: read_holidays(input).or_default(old.holidays.clone(), Holidays::none()),
        external_key: input.filled("externalKey").optional(old.external_key.clone()),
        externally_owned: input.flag("externallyOwned").or_default(old.externally_owned, false),
    }
}

fn read_country(input: &mut Input<'_>) -> Patch<String> {
    let text = match input.filled("country") {
        Patch::Set(text) => text,
        other => return other,
    };
    let code = countries::code(&text);
    if code.is_none() {
        let message = "must be a country's code such as NOR, or its English name";
        input.fault("country", "country", message);
    }
    code.map_or(Patch::Keep, |code| Patch::Set(code.to_owned()))
}

fn read_holidays(input: &mut Input<'_>) -> Patch<Holidays> {
    let dates = input.array("holidays").map(|items| {
        let text = |item: &Value| item.as_str().or_else(|| item.get("date")?.as_str()).map(date);
        items.iter().map(|item| text(item).flatten()).collect::<Option<Holidays>>()
    });
    match dates {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(Some(holidays)) => Patch::Set(holidays),
        Patch::Set(None) => {
            input.fault("holidays", "holidays", "must be dates such as 2026-12-25");
            Patch::Keep
        }
    }
}

/// Only the plain spelling: a time in it would be lost.
fn date(text: &str) -> Option<Date> {
    text.trim().parse().ok().filter(|_| text.trim().len() == 10)
}
