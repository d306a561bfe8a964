//! All lines of a table to changes, and what becomes of each line.

use std::collections::{BTreeMap, BTreeSet};

use firebell_base::{Random, Timestamp};
use firebell_domain::device::Address;
use firebell_domain::directory::{Directory, Entity, Kind, Revision};
use firebell_domain::licence::held_by;
use firebell_domain::name::cut;
use firebell_domain::person::{LicenceType, Person, PersonId};

use super::Refusal;
use super::columns::{Column, Head, email_of, heads};
use super::csv::{self, Record};
use super::reader::{Made, Reader, target};
use crate::change::{Change, applied};
use crate::check;
use crate::digest::Digest;
use crate::fault::Fault;
use crate::people::{Difference, differences, put};

/// How often what is left is checked after wrong lines were taken out.
const ROUNDS_MAX: usize = 8;

/// For whom a table is read, and what it stands on.
pub struct Importer<'a> {
    /// The newest configuration.
    pub directory: &'a Directory,
    /// Who imports: new people are theirs.
    pub by: PersonId,
    /// When.
    pub now: Timestamp,
    /// Where new ids come from.
    pub random: &'a Random,
    /// Whether they may; otherwise why not.
    pub allow: &'a dyn Fn(Act<'_>) -> Result<(), String>,
}

impl std::fmt::Debug for Importer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Importer").field("by", &self.by).finish_non_exhaustive()
    }
}

/// What somebody must be allowed to do.
#[derive(Debug, Clone, Copy)]
pub enum Act<'a> {
    /// Make a person what they are after.
    Person {
        /// What they were; none for somebody new.
        before: Option<&'a Person>,
        /// What they become.
        after: &'a Person,
    },
    /// Say where a person's mail goes.
    Mail {
        /// Whose.
        owner: &'a Person,
    },
}

/// What a table would change.
#[derive(Debug, Clone)]
pub struct Plan {
    /// On which revision it stands.
    pub revision: Revision,
    /// Of the file and of what becomes of each line. Two plans with the same digest do the same.
    pub digest: Digest,
    /// Names of columns that are not read.
    pub ignored: Vec<String>,
    /// What becomes of each line, in the order of the file.
    pub lines: Vec<Line>,
    /// What keeps all of it from being done.
    pub obstacles: Vec<Refusal>,
    /// What the lines that are not refused change.
    pub changes: Vec<Change>,
    /// Licences that change hands, by type, in the order shown.
    pub seats: Vec<Seats>,
}

/// Licences of a type that change hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seats {
    /// Of which type.
    pub licence: LicenceType,
    /// People who begin to hold one.
    pub taken: u32,
    /// People who no longer do.
    pub released: u32,
}

/// A line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: usize,
    /// Whom it is about: the target name as it was written, cut.
    pub name: String,
    /// The person, if they are there already.
    pub known: Option<PersonId>,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Somebody is added, with these fields.
    Added(Vec<Difference>),
    /// Somebody is changed so.
    Changed(Vec<Difference>),
    /// All is so already.
    Unchanged,
    /// Nothing is done, for these reasons.
    Refused(Vec<Refusal>),
}

impl Plan {
    /// How many lines are added, changed, unchanged and refused.
    pub fn counts(&self) -> [usize; 4] {
        let mut counts = [0; 4];
        for line in &self.lines {
            let [added, changed, unchanged, refused] = &mut counts;
            *match line.fate {
                Fate::Added(_) => added,
                Fate::Changed(_) => changed,
                Fate::Unchanged => unchanged,
                Fate::Refused(_) => refused,
            } += 1;
        }
        counts
    }

    /// Whether there is anything that could be done.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() || !self.obstacles.is_empty()
    }

    fn nothing(text: &str, importer: &Importer<'_>, obstacles: Vec<Refusal>) -> Self {
        let mut plan = Self {
            revision: importer.directory.revision,
            digest: Digest::ZERO,
            ignored: Vec::new(),
            lines: Vec::new(),
            obstacles,
            changes: Vec::new(),
            seats: Vec::new(),
        };
        plan.digest = digest(text, &plan);
        plan
    }
}

/// A line that is on its way.
struct Draft<'a> {
    record: &'a Record,
    name: String,
    id: Option<PersonId>,
    made: Option<Made>,
    refusals: Vec<Refusal>,
}

/// What a table would change. Takes time in proportion to the table and, once, to the instance.
pub fn plan(text: &str, importer: &Importer<'_>) -> Plan {
    let records = match csv::read(text) {
        Ok(records) => records,
        Err(refusal) => return Plan::nothing(text, importer, vec![refusal]),
    };
    let Some((first, records)) = records.split_first() else {
        let empty = Refusal::of(1, "", "there is nothing in it; the template shows what is needed");
        return Plan::nothing(text, importer, vec![empty]);
    };
    let heads = match heads(first) {
        Ok(heads) => heads,
        Err(refusals) => return Plan::nothing(text, importer, refusals),
    };
    let (mut drafts, named) = name_all(importer, &heads, records);
    for draft in &mut drafts {
        fill(importer, &heads, &named, draft);
    }
    refuse_taken_logins(importer.directory, &mut drafts);
    let obstacles = settle(importer, &mut drafts);
    let mut plan = Plan::nothing(text, importer, obstacles);
    let ignored = heads.into_iter().filter_map(|head| match head {
        Head::Ignored(name) => Some(name),
        Head::Known(_) | Head::Property(_) => None,
    });
    plan.ignored = ignored.collect();
    plan.seats = seats(importer.directory, &drafts);
    plan.changes = changes(importer, &drafts);
    // New people are supervised by new people: their names are in what will be.
    let after = applied(importer.directory, &plan.changes, importer.directory.revision);
    plan.lines = drafts.into_iter().map(|draft| line(importer, &after, draft)).collect();
    plan.digest = digest(text, &plan);
    plan
}

/// Says for each line whom it is about; a person is in a table once.
fn name_all<'a>(
    importer: &Importer<'_>,
    heads: &[Head],
    records: &'a [Record],
) -> (Vec<Draft<'a>>, BTreeMap<String, PersonId>) {
    let mut named: BTreeMap<String, PersonId> = BTreeMap::new();
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    let mut drafts = Vec::with_capacity(records.len());
    for record in records {
        let mut draft =
            Draft { record, name: String::new(), id: None, made: None, refusals: Vec::new() };
        match target(heads, record) {
            Err(refusal) => draft.refusals.push(refusal),
            Ok(name) => {
                let folded = name.fold();
                draft.name = name.to_string();
                if let Some(earlier) = lines.get(&folded) {
                    let message = format!("is in line {earlier} already; join the two lines");
                    let word = Column::Target.word();
                    draft.refusals.push(Refusal::of(record.line, word, message));
                } else {
                    let known = importer.directory.person_by_name(name.as_str());
                    let new = || PersonId::new(importer.random, importer.now);
                    let id = known.map_or_else(new, |person| person.id);
                    lines.insert(folded.clone(), record.line);
                    named.insert(folded, id);
                    draft.id = Some(id);
                }
            }
        }
        if record.torn {
            let message = "text follows a closing quotation mark; put the whole cell into \
                           quotation marks, and write those inside of it twice";
            draft.refusals.push(Refusal::of(record.line, "", message));
        }
        if record.cells.len() > heads.len() {
            let message = "has more cells than the first line names columns; put cells with \
                           separators in them into quotation marks";
            draft.refusals.push(Refusal::of(record.line, "", message));
        }
        if record.cells.iter().any(|cell| cell.contains('\u{FFFD}')) {
            let message = "has characters that cannot be read; save the file as CSV UTF-8";
            draft.refusals.push(Refusal::of(record.line, "", message));
        }
        drafts.push(draft);
    }
    (drafts, named)
}

fn fill(
    importer: &Importer<'_>,
    heads: &[Head],
    named: &BTreeMap<String, PersonId>,
    draft: &mut Draft<'_>,
) {
    let (Some(id), true) = (draft.id, draft.refusals.is_empty()) else { return };
    let old = importer.directory.person(id).map(AsRef::as_ref);
    let refusals = Vec::new();
    let mut reader = Reader { importer, heads, record: draft.record, named, refusals };
    let Ok(target) = target(heads, draft.record) else { return };
    // Whoever is found keeps the name as it is written there, whatever the case here.
    let target = old.map_or(target, |old| old.target_name.clone());
    draft.made = reader.person(id, &target, old);
    draft.refusals.append(&mut reader.refusals);
    let Some(made) = &draft.made else { return };
    let acts = [
        (old != Some(&made.person)).then_some(Act::Person { before: old, after: &made.person }),
        made.device.as_ref().map(|_| Act::Mail { owner: old.unwrap_or(&made.person) }),
    ];
    for act in acts.into_iter().flatten() {
        if let Err(message) = (importer.allow)(act) {
            draft.refusals.push(Refusal::of(draft.record.line, "", message));
        }
    }
}

/// Two people cannot sign in with the same name. [`check`] says that too, but only of so many.
fn refuse_taken_logins(directory: &Directory, drafts: &mut [Draft<'_>]) {
    let changed: BTreeSet<PersonId> = drafts.iter().filter_map(|draft| draft.id).collect();
    let mut taken: BTreeMap<String, PersonId> = BTreeMap::new();
    for draft in drafts {
        let Some(person) = draft.made.as_ref().map(|made| &made.person) else { continue };
        let login = person.web_login.fold();
        let there = directory.person_by_login(&login).map(|person| person.id);
        let there = there.filter(|id| !changed.contains(id));
        if there.or_else(|| taken.insert(login, person.id)).is_some_and(|id| id != person.id) {
            let message = "somebody else signs in with this name; choose another one";
            let column = Column::Login.word();
            draft.refusals.push(Refusal::of(draft.record.line, column, message));
        }
    }
}

/// Takes out lines until what is left is valid. What is wrong without a line is an obstacle.
fn settle(importer: &Importer<'_>, drafts: &mut [Draft<'_>]) -> Vec<Refusal> {
    let before = importer.directory;
    for _ in 0..ROUNDS_MAX {
        let changes = changes(importer, drafts);
        let after = applied(before, &changes, before.revision);
        let Err(faults) = check::check(before, &after, &changes) else { return Vec::new() };
        let mut by_subject: BTreeMap<(Kind, [u8; 16]), Vec<Fault>> = BTreeMap::new();
        for fault in faults.0 {
            let Some(subject) = fault.subject else {
                return vec![Refusal::of(1, "", fault.to_string())];
            };
            by_subject.entry(subject).or_default().push(fault);
        }
        for draft in drafts.iter_mut() {
            let Some(made) = &draft.made else { continue };
            let person = (Kind::Person, made.person.id.to_bytes());
            let device = made.device.as_ref().map(|one| (Kind::Device, one.id.to_bytes()));
            for subject in std::iter::once(person).chain(device) {
                for fault in by_subject.remove(&subject).unwrap_or_default() {
                    draft.refusals.push(refusal(draft.record.line, fault));
                }
            }
        }
        if let Some(fault) = by_subject.into_values().flatten().next() {
            return vec![Refusal::of(1, "", fault.to_string())];
        }
    }
    let message = "too many lines are wrong for the rest to be judged; mend them first";
    vec![Refusal::of(1, "", message)]
}

fn refusal(line: usize, fault: Fault) -> Refusal {
    let column = column_of(&fault.field);
    // That one is named by an id nobody has seen.
    if column == Column::Supervisors.word() && fault.subcode.ends_with("person_not_exists") {
        return Refusal::of(line, &column, "names somebody whose line is refused; mend that first");
    }
    Refusal::of(line, &column, fault.message)
}

/// The column a field of the API is in.
fn column_of(field: &str) -> String {
    let column = match field {
        "targetName" => Column::Target,
        "firstName" => Column::First,
        "lastName" => Column::Last,
        "webLogin" => Column::Login,
        "status" => Column::Status,
        "licenseType" => Column::Licence,
        "roles" => Column::Roles,
        "language" => Column::Language,
        "timezone" => Column::Zone,
        "site" => Column::Site,
        "supervisors" => Column::Supervisors,
        "emailAddress" => Column::Email,
        "phoneLogin" => Column::PhoneLogin,
        "externalKey" => Column::ExternalKey,
        other => return other.replacen("properties.", super::PROPERTY_PREFIX, 1),
    };
    column.word().to_owned()
}

/// What the lines that are not refused change.
fn changes(importer: &Importer<'_>, drafts: &[Draft<'_>]) -> Vec<Change> {
    let mut changes = Vec::new();
    for made in drafts.iter().filter_map(accepted) {
        let old = importer.directory.person(made.person.id).map(AsRef::as_ref);
        changes.extend(put(old, made.person.clone(), importer.now));
        changes.extend(made.device.clone().map(Entity::Device).map(Change::Put));
    }
    changes
}

fn accepted<'d>(draft: &'d Draft<'_>) -> Option<&'d Made> {
    draft.made.as_ref().filter(|_| draft.refusals.is_empty())
}

fn seats(directory: &Directory, drafts: &[Draft<'_>]) -> Vec<Seats> {
    let mut seats = LicenceType::ALL.map(|licence| Seats { licence, taken: 0, released: 0 });
    for made in drafts.iter().filter_map(accepted) {
        let before = directory.person(made.person.id).and_then(|old| held_by(old));
        let after = held_by(&made.person);
        if before == after {
            continue;
        }
        for one in &mut seats {
            one.released += u32::from(before == Some(one.licence));
            one.taken += u32::from(after == Some(one.licence));
        }
    }
    seats.into()
}

fn line(importer: &Importer<'_>, after: &Directory, draft: Draft<'_>) -> Line {
    let old = draft.id.and_then(|id| importer.directory.person(id)).map(AsRef::as_ref);
    let fate = match (&draft.made, draft.refusals.is_empty()) {
        (Some(made), true) => fate(importer.directory, after, old, made),
        (Some(_) | None, _) => Fate::Refused(draft.refusals),
    };
    Line {
        number: draft.record.line,
        name: cut(&draft.name, 100),
        known: old.map(|old| old.id),
        fate,
    }
}

fn fate(before: &Directory, after: &Directory, old: Option<&Person>, made: &Made) -> Fate {
    let email = |device: Option<&Address>| match device {
        Some(Address::Email(address)) => address.clone(),
        Some(Address::Voice(_) | Address::Sms(_) | Address::Webhook { .. }) | None => String::new(),
    };
    let mut found = match old {
        Some(old) => differences(after, old, &made.person),
        None => crate::people::FIELDS
            .into_iter()
            .map(|name| Difference {
                field: name.to_owned(),
                before: String::new(),
                after: crate::people::field(after, &made.person, name),
            })
            .chain(made.person.properties.iter().map(|(name, value)| Difference {
                field: format!("properties.{name}"),
                before: String::new(),
                after: value.to_string(),
            }))
            .filter(|one| !one.after.is_empty() && one.after != "false")
            .collect(),
    };
    if let Some(device) = &made.device {
        let held = email_of(before, &made.person).map(|device| &device.address);
        found.push(Difference {
            field: "emailAddress".to_owned(),
            before: email(held),
            after: email(Some(&device.address)),
        });
    }
    match old {
        None => Fate::Added(found),
        Some(_) if found.is_empty() => Fate::Unchanged,
        Some(_) => Fate::Changed(found),
    }
}

fn digest(text: &str, plan: &Plan) -> Digest {
    let mut parts: Vec<String> = vec![text.to_owned()];
    for refusal in &plan.obstacles {
        parts.push(format!("{refusal:?}"));
    }
    for line in &plan.lines {
        // Ids of new people are made anew each time; all else is what people see.
        parts.push(format!("{} {:?} {:?} {:?}", line.number, line.name, line.known, line.fate));
    }
    let parts: Vec<&[u8]> = parts.iter().map(String::as_bytes).collect();
    Digest::of(&parts)
}
