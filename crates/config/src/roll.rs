//! The roll: the people of an instance in order, to be searched, filtered and paged from memory.
//!
//! Called by the pages of users. It is made once per instance and process and follows the
//! directory: what a revision changed is found by comparing pointers, and only that is sorted in
//! again. It shows a revision the process has; it decides nothing.

mod ask;
mod order;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use firebell_domain::device::Address;
use firebell_domain::directory::{Directory, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_domain::name::fold;
use firebell_domain::person::{Person, PersonId};

pub use ask::{Ask, Found, Place, SEARCH_CHARS_MAX, SEARCH_TERMS_MAX, Sort};
use order::Order;

/// Instances whose rolls a process keeps; the least recently used one goes first.
const ROLLS_MAX: usize = 64;
/// People a revision may change before everything is sorted anew: moving one costs about 20 µs.
const MOVED_MAX: usize = 500;

/// The rolls of a process.
#[derive(Debug, Default)]
pub struct Rolls {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Rises with every use.
    uses: u64,
    rolls: BTreeMap<InstanceNo, (u64, Arc<RwLock<Roll>>)>,
}

/// The people of one instance as of one revision.
#[derive(Debug)]
pub struct Roll {
    directory: Arc<Directory>,
    /// Places keep their number while their person is there.
    rows: Vec<Option<Row>>,
    places: BTreeMap<PersonId, u32>,
    /// Numbers that may be given again.
    unused: Vec<u32>,
    by_name: Vec<u32>,
    by_target: Vec<u32>,
    by_login: Vec<u32>,
}

#[derive(Debug)]
struct Row {
    person: Arc<Person>,
    /// What a search looks into, folded: names, logins and addresses, one to a line.
    text: Box<str>,
}

impl Rolls {
    /// Asks the roll of a directory's instance. It may be newer than the directory, never older.
    /// Takes milliseconds for a large instance: not for a thread that serves.
    pub fn find(&self, directory: &Arc<Directory>, ask: &Ask) -> Found {
        let roll = self.roll(directory);
        {
            let known = roll.read().unwrap_or_else(PoisonError::into_inner);
            if known.is_of(directory) {
                return known.find(ask);
            }
        }
        let mut known = roll.write().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have followed while this waited.
        if !known.is_of(directory) {
            known.follow(directory);
        }
        known.find(ask)
    }

    fn roll(&self, directory: &Arc<Directory>) -> Arc<RwLock<Roll>> {
        let no = directory.instance.no;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.uses += 1;
        let now = kept.uses;
        if let Some((used, roll)) = kept.rolls.get_mut(&no) {
            *used = now;
            return Arc::clone(roll);
        }
        if kept.rolls.len() >= ROLLS_MAX {
            let oldest = kept.rolls.iter().min_by_key(|(_, (used, _))| *used).map(|(no, _)| *no);
            oldest.and_then(|no| kept.rolls.remove(&no));
        }
        // Empty as of nothing: whoever comes first fills it, outside of this lock.
        let nothing = Directory::new(directory.instance.clone(), Revision { epoch: -1, n: -1 });
        let roll = Arc::new(RwLock::new(Roll::of(&Arc::new(nothing))));
        kept.rolls.insert(no, (now, Arc::clone(&roll)));
        roll
    }
}

impl Roll {
    /// The roll of a directory, sorted from nothing.
    pub fn of(directory: &Arc<Directory>) -> Self {
        let rows: Vec<Option<Row>> =
            directory.people().map(|person| Some(Row::of(directory, person))).collect();
        let numbers = || 0..u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let mut places = BTreeMap::new();
        for (row, n) in rows.iter().flatten().zip(numbers()) {
            places.insert(row.person.id, n);
        }
        let sorted = |order: Order| {
            let mut list: Vec<u32> = numbers().collect();
            list.sort_by_cached_key(|n| key_of(&rows, *n, order));
            list
        };
        let (by_name, by_target) = (sorted(Order::Name), sorted(Order::Target));
        let by_login = sorted(Order::Login);
        Self {
            directory: Arc::clone(directory),
            rows,
            places,
            unused: Vec::new(),
            by_name,
            by_target,
            by_login,
        }
    }

    /// As of which revision.
    pub fn revision(&self) -> Revision {
        self.directory.revision
    }

    /// Whether it has everything that this directory has.
    fn is_of(&self, directory: &Arc<Directory>) -> bool {
        Arc::ptr_eq(&self.directory, directory)
            || (self.directory.revision >= directory.revision
                && self.directory.instance.no == directory.instance.no)
    }

    /// Becomes the roll of another directory of the same instance.
    pub fn follow(&mut self, directory: &Arc<Directory>) {
        let changed = changed(&self.directory, directory);
        if changed.len() > MOVED_MAX {
            *self = Self::of(directory);
            return;
        }
        for id in &changed {
            self.leave(*id);
        }
        self.directory = Arc::clone(directory);
        for id in changed {
            if let Some(person) = directory.person(id) {
                self.enter(Row::of(directory, person));
            }
        }
    }

    fn leave(&mut self, id: PersonId) {
        let Some(n) = self.places.get(&id).copied() else { return };
        for order in Order::ALL {
            let at = self.find_place(n, order);
            let list = self.list_mut(order);
            if let Some(at) = at.filter(|at| list.get(*at) == Some(&n)) {
                list.remove(at);
            } else {
                // Cannot be, for keys are unique; if it were, slow is better than wrong.
                list.retain(|other| *other != n);
            }
        }
        self.places.remove(&id);
        if let Some(row) = usize::try_from(n).ok().and_then(|n| self.rows.get_mut(n)) {
            *row = None;
        }
        self.unused.push(n);
    }

    fn enter(&mut self, row: Row) {
        let id = row.person.id;
        let n = match self.unused.pop() {
            Some(n) => n,
            None => u32::try_from(self.rows.len()).unwrap_or(u32::MAX),
        };
        match usize::try_from(n).ok().and_then(|n| self.rows.get_mut(n)) {
            Some(place) => *place = Some(row),
            None => self.rows.push(Some(row)),
        }
        self.places.insert(id, n);
        for order in Order::ALL {
            if let Some(at) = self.find_place(n, order) {
                let list = self.list_mut(order);
                list.insert(at.min(list.len()), n);
            }
        }
    }

    /// Where a person is in an order, or would be.
    fn find_place(&self, n: u32, order: Order) -> Option<usize> {
        let key = key_of(&self.rows, n, order)?;
        let before = |other: &u32| {
            *other != n && key_of(&self.rows, *other, order).is_some_and(|other| other < key)
        };
        Some(self.list(order).partition_point(before))
    }

    fn list(&self, order: Order) -> &[u32] {
        match order {
            Order::Name => &self.by_name,
            Order::Target => &self.by_target,
            Order::Login => &self.by_login,
        }
    }

    fn list_mut(&mut self, order: Order) -> &mut Vec<u32> {
        match order {
            Order::Name => &mut self.by_name,
            Order::Target => &mut self.by_target,
            Order::Login => &mut self.by_login,
        }
    }

    fn row(&self, n: u32) -> Option<&Row> {
        row_of(&self.rows, n)
    }
}

impl Row {
    fn of(directory: &Directory, person: &Arc<Person>) -> Self {
        let Person { first_name, last_name, target_name, web_login, .. } = person.as_ref();
        let mut text = format!("{first_name} {last_name}\n{target_name}");
        if web_login != target_name {
            text.push('\n');
            text.push_str(web_login.as_str());
        }
        for device in directory.devices_of(person.id) {
            match &device.address {
                Address::Email(address) | Address::Voice(address) | Address::Sms(address) => {
                    text.push('\n');
                    text.push_str(address);
                }
                // A webhook's address may be a password.
                Address::Webhook { .. } => {}
            }
        }
        Self { person: Arc::clone(person), text: fold(&text).into_boxed_str() }
    }
}

fn row_of(rows: &[Option<Row>], n: u32) -> Option<&Row> {
    usize::try_from(n).ok().and_then(|n| rows.get(n)).and_then(Option::as_ref)
}

fn key_of(rows: &[Option<Row>], n: u32, order: Order) -> Option<order::Key> {
    row_of(rows, n).map(|row| order.key(&row.person))
}

/// The people of whom two directories of an instance say different things, their devices included.
fn changed(old: &Directory, new: &Directory) -> BTreeSet<PersonId> {
    let mut found = BTreeSet::new();
    let differ = |a: &Arc<Person>, b: &Arc<Person>| a.id.cmp(&b.id);
    each_difference(old.people(), new.people(), differ, |person| {
        found.insert(person.id);
    });
    let differ = |a: &Arc<firebell_domain::device::Device>,
                  b: &Arc<firebell_domain::device::Device>| { a.id.cmp(&b.id) };
    each_difference(old.devices(), new.devices(), differ, |device| {
        found.insert(device.owner);
    });
    found
}

/// Calls `f` with what is in only one of two sequences that are sorted alike. What is shared is
/// recognised by its address, without looking at it.
fn each_difference<'a, T: 'a>(
    old: impl Iterator<Item = &'a Arc<T>>,
    new: impl Iterator<Item = &'a Arc<T>>,
    compare: impl Fn(&Arc<T>, &Arc<T>) -> std::cmp::Ordering,
    mut f: impl FnMut(&T),
) {
    let (mut old, mut new) = (old.peekable(), new.peekable());
    loop {
        let next = match (old.peek(), new.peek()) {
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) => None,
            (Some(a), Some(b)) => Some(compare(a, b)),
            (Some(_), None) => Some(std::cmp::Ordering::Less),
            (None, Some(_)) => Some(std::cmp::Ordering::Greater),
            (None, None) => return,
        };
        if next.is_none_or(std::cmp::Ordering::is_le) {
            let one = old.next();
            next.and(one).into_iter().for_each(|one| f(one));
        }
        if next.is_none_or(std::cmp::Ordering::is_ge) {
            let one = new.next();
            next.and(one).into_iter().for_each(|one| f(one));
        }
    }
}
