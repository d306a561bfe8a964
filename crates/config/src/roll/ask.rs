//! What is asked of a roll, and what it answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use firebell_domain::directory::{Directory, Revision};
use firebell_domain::group::GroupId;
use firebell_domain::name::fold;
use firebell_domain::person::{LicenceType, Person, PersonId, Role, Status};
use firebell_domain::recipient::Recipient;
use firebell_domain::site::SiteId;

use super::order::Order;
use super::{Roll, Row};

/// Characters of a search that count.
pub const SEARCH_CHARS_MAX: usize = 200;
/// Words of a search that count.
pub const SEARCH_TERMS_MAX: usize = 8;

/// Which people, in which order, and which part of them. Without anything: all, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// Words that all have to be in a name, a login, an e-mail address or a telephone number.
    pub search: String,
    /// Only of this status.
    pub status: Option<Status>,
    /// Only with this type of licence.
    pub licence: Option<LicenceType>,
    /// Only with this role.
    pub role: Option<Role>,
    /// Only at this place.
    pub site: Option<Place>,
    /// Only members of this group, in person or with a device.
    pub group: Option<GroupId>,
    /// Only those whom this person supervises.
    pub supervisor: Option<PersonId>,
    /// By what they are sorted.
    pub sort: Sort,
    /// From the last to the first.
    pub descending: bool,
    /// How many are passed over.
    pub offset: usize,
    /// How many are wanted.
    pub rows: usize,
}

/// Where people are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At this site.
    At(SiteId),
    /// At none.
    Nowhere,
}

/// By what people are sorted; among equals by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// First and last name.
    #[default]
    Name,
    /// Target name.
    Target,
    /// Web login.
    Login,
    /// Active people first.
    Status,
    /// Type of licence.
    Licence,
    /// The greatest role.
    Role,
    /// The site's name; without a site last.
    Site,
    /// When they were added.
    Created,
    /// When they were last changed.
    Updated,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Found {
    /// The part that was wanted.
    pub people: Vec<Arc<Person>>,
    /// How many there are in all.
    pub total: usize,
    /// As of which revision.
    pub revision: Revision,
}

impl Sort {
    /// Every one, with its word.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::Name, "name"),
        (Self::Target, "target"),
        (Self::Login, "login"),
        (Self::Status, "status"),
        (Self::Licence, "licence"),
        (Self::Role, "role"),
        (Self::Site, "site"),
        (Self::Created, "created"),
        (Self::Updated, "updated"),
    ];
}

impl Ask {
    /// Whether everybody is asked for.
    fn is_of_all(&self) -> bool {
        self.status.is_none()
            && self.licence.is_none()
            && self.role.is_none()
            && self.site.is_none()
            && self.group.is_none()
            && self.supervisor.is_none()
            && self.terms().is_empty()
    }

    fn terms(&self) -> Vec<String> {
        let short: String = self.search.chars().take(SEARCH_CHARS_MAX).collect();
        fold(&short).split_whitespace().take(SEARCH_TERMS_MAX).map(str::to_owned).collect()
    }
}

impl Roll {
    /// The people asked for.
    pub fn find(&self, ask: &Ask) -> Found {
        let order = match ask.sort {
            Sort::Target => Order::Target,
            Sort::Login => Order::Login,
            Sort::Name
            | Sort::Status
            | Sort::Licence
            | Sort::Role
            | Sort::Site
            | Sort::Created
            | Sort::Updated => Order::Name,
        };
        let list = self.list(order);
        let kept = matches!(ask.sort, Sort::Name | Sort::Target | Sort::Login);
        if kept && ask.is_of_all() {
            return self.part(list.iter().copied(), list.len(), ask);
        }
        let filter = Filter::of(&self.directory, ask);
        let taken = |n: &u32| self.row(*n).is_some_and(|row| filter.takes(row));
        let mut found: Vec<u32> = list.iter().copied().filter(taken).collect();
        if !kept {
            self.sort(&mut found, ask);
        }
        let total = found.len();
        self.part(found.into_iter(), total, ask)
    }

    fn part(&self, found: impl DoubleEndedIterator<Item = u32>, total: usize, ask: &Ask) -> Found {
        let one = |n: u32| self.row(n).map(|row| Arc::clone(&row.person));
        let kept = matches!(ask.sort, Sort::Name | Sort::Target | Sort::Login);
        let people = if ask.descending && kept {
            found.rev().skip(ask.offset).take(ask.rows).filter_map(one).collect()
        } else {
            found.skip(ask.offset).take(ask.rows).filter_map(one).collect()
        };
        Found { people, total, revision: self.revision() }
    }

    /// By small numbers, and where they are the same in the order there was.
    fn sort(&self, found: &mut [u32], ask: &Ask) {
        let sites = match ask.sort {
            Sort::Site => ranks(&self.directory),
            _ => BTreeMap::new(),
        };
        let number = |n: &u32| {
            let Some(Row { person, .. }) = self.row(*n) else { return i64::MAX };
            let rank = |at: usize| i64::try_from(at).unwrap_or(i64::MAX);
            let number = match ask.sort {
                Sort::Status => i64::from(person.status != Status::Active),
                Sort::Licence => i64::from(person.licence != LicenceType::FullUser),
                Sort::Role => {
                    let of = |role: &Role| Role::ALL.iter().position(|one| one == role);
                    person.roles.iter().filter_map(of).min().map_or(i64::MAX, rank)
                }
                Sort::Site => {
                    let site = person.site.and_then(|site| sites.get(&site));
                    site.map_or(i64::MAX, |at| rank(*at))
                }
                Sort::Created => person.created.as_microsecond(),
                Sort::Updated => person.updated.as_microsecond(),
                Sort::Name | Sort::Target | Sort::Login => 0,
            };
            if ask.descending { number.saturating_neg() } else { number }
        };
        found.sort_by_cached_key(number);
    }
}

/// The places of all sites in the order of their names.
fn ranks(directory: &Directory) -> BTreeMap<SiteId, usize> {
    let mut sites: Vec<(String, SiteId)> =
        directory.sites().map(|site| (site.name.fold(), site.id)).collect();
    sites.sort();
    sites.into_iter().enumerate().map(|(at, (_, id))| (id, at)).collect()
}

struct Filter<'a> {
    ask: &'a Ask,
    terms: Vec<String>,
    members: Option<BTreeSet<PersonId>>,
}

impl<'a> Filter<'a> {
    fn of(directory: &Directory, ask: &'a Ask) -> Self {
        let members = ask.group.map(|group| members_of(directory, group));
        Self { ask, terms: ask.terms(), members }
    }

    fn takes(&self, row: &Row) -> bool {
        let (ask, person) = (self.ask, row.person.as_ref());
        ask.status.is_none_or(|status| person.status == status)
            && ask.licence.is_none_or(|licence| person.licence == licence)
            && ask.role.is_none_or(|role| person.roles.contains(&role))
            && ask.site.is_none_or(|place| match place {
                Place::At(site) => person.site == Some(site),
                Place::Nowhere => person.site.is_none(),
            })
            && ask.supervisor.is_none_or(|one| person.supervisors.contains(&one))
            && self.members.as_ref().is_none_or(|members| members.contains(&person.id))
            && self.terms.iter().all(|term| row.text.contains(term.as_str()))
    }
}

/// The people in a group's roster, in person or with a device; not those of groups inside of it.
fn members_of(directory: &Directory, group: GroupId) -> BTreeSet<PersonId> {
    let members = directory.group(group).map(|group| group.members.as_slice());
    let person = |member: &Recipient| match member {
        Recipient::Person(id) => Some(*id),
        Recipient::Device(id) => directory.device(*id).map(|device| device.owner),
        Recipient::Group(_) => None,
    };
    members.unwrap_or_default().iter().filter_map(person).collect()
}
