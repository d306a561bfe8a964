//! Which people a list holds, and in which order.
//!
//! Filters are joined by *and*. Those by name compare whole values, whatever the case.

use std::collections::BTreeSet;
use std::sync::Arc;

use firebell_domain::device::{Address, Device};
use firebell_domain::directory::Directory;
use firebell_domain::group::GroupId;
use firebell_domain::name::fold;
use firebell_domain::person::{LicenceType, Person, PersonId, Role, Status};
use firebell_domain::recipient::Recipient;
use firebell_domain::site::SiteId;

use crate::error::ApiError;
use crate::page::Query;
use crate::xm::shape::search::{Created, Search, descending, has, same, sort, word};
use crate::xm::shape::words::{LICENCES, STATUSES};
use crate::xm::shape::{lookup, person};

/// The parameters of the list.
pub(super) const PARAMETERS: &[&str] = &[
    "search",
    "operand",
    "fields",
    "embed",
    "firstName",
    "lastName",
    "targetName",
    "webLogin",
    "emailAddress",
    "phoneNumber",
    "status",
    "licenseType",
    "roles",
    "site",
    "groups",
    "groups.exists",
    "supervisors",
    "supervisors.exists",
    "devices.exists",
    "devices.email.exists",
    "devices.failsafe.exists",
    "devices.mobile.exists",
    "devices.sms.exists",
    "devices.voice.exists",
    "devices.status",
    "propertyNames",
    "propertyValues",
    "createdFrom",
    "createdTo",
    "createdAfter",
    "createdBefore",
    "sortBy",
    "sortOrder",
    "offset",
    "limit",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    First,
    Last,
    Target,
    Login,
    Email,
    Phone,
}

const FIELDS: [(Field, &str); 6] = [
    (Field::First, "FIRST_NAME"),
    (Field::Last, "LAST_NAME"),
    (Field::Target, "TARGET_NAME"),
    (Field::Login, "WEB_LOGIN"),
    (Field::Email, "EMAIL_ADDRESS"),
    (Field::Phone, "PHONE_NUMBER"),
];

#[derive(Debug, Clone, Copy)]
enum Order {
    Name,
    Target,
    Status,
    Login,
    Site,
    Roles,
}

const ORDERS: [(Order, &str); 7] = [
    (Order::Name, "FIRST_LAST_NAME"),
    (Order::Target, "TARGET_NAME"),
    (Order::Status, "STATUS"),
    (Order::Login, "WEB_LOGIN"),
    // Sign-ins are not kept, so all are equal and the name decides.
    (Order::Name, "LAST_LOGIN"),
    (Order::Site, "SITE"),
    (Order::Roles, "ROLES"),
];

/// What a person's devices must be.
#[derive(Debug, Clone, Copy)]
enum Has {
    Any,
    Email,
    Failsafe,
    Mobile,
    Sms,
    Voice,
}

const HAS: [(Has, &str); 6] = [
    (Has::Any, "devices.exists"),
    (Has::Email, "devices.email.exists"),
    (Has::Failsafe, "devices.failsafe.exists"),
    (Has::Mobile, "devices.mobile.exists"),
    (Has::Sms, "devices.sms.exists"),
    (Has::Voice, "devices.voice.exists"),
];

/// The people a query asks for, in its order.
///
/// # Errors
/// 400 naming the parameter that is wrong.
pub(super) fn people<'d>(
    directory: &'d Directory,
    query: &Query,
) -> Result<Vec<&'d Arc<Person>>, ApiError> {
    // Devices are not tested yet, so nobody's are in a state of testing.
    query.refuse(&["devices.testStatus"])?;
    let filter = Filter::of(directory, query)?;
    let order = word(query, "sortBy", &ORDERS)?.unwrap_or(Order::Name);
    let descending = descending(query)?;
    let mut found: Vec<_> =
        directory.people().filter(|person| filter.takes(directory, person)).collect();
    sort(&mut found, descending, |person| {
        let first = match order {
            Order::Name => String::new(),
            Order::Target => person.target_name.fold(),
            Order::Status => person.status.word().to_owned(),
            Order::Login => person.web_login.fold(),
            Order::Site => person
                .site
                .and_then(|id| directory.site(id))
                .map(|s| s.name.fold())
                .unwrap_or_default(),
            Order::Roles => person.roles.first().map(|role| fold(role.word())).unwrap_or_default(),
        };
        (first, person.first_name.fold(), person.last_name.fold(), person.target_name.fold())
    });
    Ok(found)
}

struct Filter {
    search: Option<Search<Field>>,
    first_name: Option<String>,
    last_name: Option<String>,
    target_name: Option<String>,
    web_login: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    status: Option<Status>,
    licence: Option<LicenceType>,
    roles: Option<BTreeSet<Role>>,
    /// Empty: a site that is not there, so nobody is at it.
    site: Option<Vec<SiteId>>,
    /// People who are in one of the groups asked for.
    members: Option<BTreeSet<PersonId>>,
    /// Who is in any group at all, and whether that is wanted.
    grouped: Option<(bool, BTreeSet<PersonId>)>,
    supervisors: Option<BTreeSet<PersonId>>,
    supervised: Option<bool>,
    devices: Vec<(Has, bool)>,
    device_status: Option<Status>,
    /// Names and values, folded.
    properties: BTreeSet<(String, String)>,
    created: Created,
}

impl Filter {
    fn of(directory: &Directory, query: &Query) -> Result<Self, ApiError> {
        let mut devices = Vec::new();
        for (what, parameter) in HAS {
            devices.extend(query.flag(parameter)?.map(|wanted| (what, wanted)));
        }
        let supervisors = query.has("supervisors").then(|| {
            let texts = query.list("supervisors");
            texts.iter().filter_map(|t| lookup::person(directory, t)).map(|p| p.id).collect()
        });
        let members = query.has("groups").then(|| {
            let texts = query.list("groups");
            let groups = texts.iter().filter_map(|t| lookup::group(directory, t)).map(|g| g.id);
            // Each once, however often it was named.
            members_of(directory, groups.collect::<BTreeSet<_>>().into_iter())
        });
        let everybody = || members_of(directory, directory.groups().map(|group| group.id));
        Ok(Self {
            search: Search::of(query, &FIELDS)?,
            first_name: query.get("firstName"),
            last_name: query.get("lastName"),
            target_name: query.get("targetName"),
            web_login: query.get("webLogin"),
            email: query.get("emailAddress"),
            phone: query.get("phoneNumber"),
            status: word(query, "status", &STATUSES)?,
            licence: word(query, "licenseType", &LICENCES)?,
            roles: query.has("roles").then(|| {
                query.list("roles").iter().filter_map(|text| person::role_named(text)).collect()
            }),
            site: query
                .get("site")
                .map(|text| lookup::site(directory, &text).map(|s| s.id).into_iter().collect()),
            members,
            grouped: query.flag("groups.exists")?.map(|wanted| (wanted, everybody())),
            supervisors,
            supervised: query.flag("supervisors.exists")?,
            devices,
            device_status: word(query, "devices.status", &STATUSES)?,
            properties: properties(query),
            created: Created::of(query)?,
        })
    }

    fn takes(&self, directory: &Directory, person: &Person) -> bool {
        same(self.first_name.as_ref(), person.first_name.as_str())
            && same(self.last_name.as_ref(), person.last_name.as_str())
            && same(self.target_name.as_ref(), person.target_name.as_str())
            && same(self.web_login.as_ref(), person.web_login.as_str())
            && self.status.is_none_or(|status| person.status == status)
            && self.licence.is_none_or(|licence| person.licence == licence)
            && self.roles.as_ref().is_none_or(|all| all.iter().any(|r| person.roles.contains(r)))
            && self.site.as_ref().is_none_or(|s| person.site.is_some_and(|id| s.contains(&id)))
            && self.members.as_ref().is_none_or(|members| members.contains(&person.id))
            && self.grouped.as_ref().is_none_or(|(is, all)| all.contains(&person.id) == *is)
            && self
                .supervisors
                .as_ref()
                .is_none_or(|all| person.supervisors.iter().any(|id| all.contains(id)))
            && self.supervised.is_none_or(|is| person.supervisors.is_empty() != is)
            && self.created.takes(person.created)
            && self.properties.iter().all(|(name, value)| has_property(person, name, value))
            && self.takes_devices(directory, person)
            && self.search.as_ref().is_none_or(|search| {
                search.finds(|field, term| field_has(directory, person, field, term))
            })
    }

    fn takes_devices(&self, directory: &Directory, person: &Person) -> bool {
        let any = |test: &dyn Fn(&Device) -> bool| directory.devices_of(person.id).any(|d| test(d));
        self.devices.iter().all(|(what, wanted)| any(&|device| is(device, *what)) == *wanted)
            && self.device_status.is_none_or(|status| any(&|device| device.status == status))
            && self.email.as_ref().is_none_or(|wanted| {
                any(&|device| email(device).is_some_and(|address| fold(address) == fold(wanted)))
            })
            && self.phone.as_ref().is_none_or(|wanted| {
                any(&|device| phone(device).is_some_and(|number| same_number(number, wanted)))
            })
    }
}

fn members_of(directory: &Directory, groups: impl Iterator<Item = GroupId>) -> BTreeSet<PersonId> {
    let rosters = groups.filter_map(|id| directory.group(id)).flat_map(|group| &group.members);
    rosters
        .filter_map(|member| match member {
            Recipient::Person(id) => Some(*id),
            Recipient::Device(id) => directory.device(*id).map(|device| device.owner),
            Recipient::Group(_) => None,
        })
        .collect()
}

const fn is(device: &Device, what: Has) -> bool {
    match what {
        Has::Any => true,
        Has::Email => matches!(device.address, Address::Email(_)),
        Has::Failsafe => device.default_device,
        // There is no app yet, so nobody has a device of it.
        Has::Mobile => false,
        Has::Sms => matches!(device.address, Address::Sms(_)),
        Has::Voice => matches!(device.address, Address::Voice(_)),
    }
}

fn email(device: &Device) -> Option<&str> {
    match &device.address {
        Address::Email(address) => Some(address),
        Address::Voice(_) | Address::Sms(_) | Address::Webhook { .. } => None,
    }
}

fn phone(device: &Device) -> Option<&str> {
    match &device.address {
        Address::Voice(number) | Address::Sms(number) => Some(number),
        Address::Email(_) | Address::Webhook { .. } => None,
    }
}

/// An unencoded `+` of a query arrives as a space.
fn same_number(number: &str, wanted: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    digits(number) == digits(wanted)
}

fn field_has(directory: &Directory, person: &Person, field: Field, term: &str) -> bool {
    let mut devices = directory.devices_of(person.id);
    match field {
        Field::First => has(person.first_name.as_str(), term),
        Field::Last => has(person.last_name.as_str(), term),
        Field::Target => has(person.target_name.as_str(), term),
        Field::Login => has(person.web_login.as_str(), term),
        Field::Email => devices.any(|d| email(d).is_some_and(|address| has(address, term))),
        Field::Phone => devices.any(|d| phone(d).is_some_and(|number| has(number, term))),
    }
}

/// `propertyNames` and `propertyValues` side by side; the older singular names mean the same.
fn properties(query: &Query) -> BTreeSet<(String, String)> {
    let both = |plural: &str, singular: &str| {
        let list = query.list(plural).into_iter().chain(query.list(singular));
        list.map(|text| fold(&text)).collect::<Vec<_>>()
    };
    let names = both("propertyNames", "propertyName");
    names.into_iter().zip(both("propertyValues", "propertyValue")).collect()
}

/// Whether the person has this folded value under this folded name.
fn has_property(person: &Person, name: &str, wanted: &str) -> bool {
    let found = person.properties.iter().find(|(known, _)| fold(known) == name);
    found.is_some_and(|(_, value)| fold(&value.to_string()) == wanted)
}
