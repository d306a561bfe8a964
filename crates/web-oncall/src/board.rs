//! Every group of an instance in order, with whether somebody is on call: what the list of who is
//! on call is cut from.
//!
//! Asking 10,000 groups takes tens of milliseconds, so the answer is kept for a few seconds, as
//! long as the configuration is the same. What a page then shows of a group is asked for anew: the
//! board only decides the order.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_domain::directory::Directory;
use firebell_domain::duty::{self, Answer, Span, Window};
use firebell_domain::group::{Group, GroupId, GroupType};
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::{PersonId, Status};
use firebell_domain::recipient::Recipient;

/// Seconds a board counts.
const SECONDS: i64 = 15;
/// Boards that are kept, one for each instance.
const BOARDS_MAX: usize = 64;

/// How a group stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Somebody is on call.
    Manned,
    /// Nobody is.
    Nobody,
    /// It tells everybody.
    Broadcast,
    /// It tells nobody.
    Inactive,
}

/// A group on a board.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: GroupId,
    /// Its name, folded.
    pub(crate) folded: String,
    pub(crate) standing: Standing,
}

/// Every group by name, as of an instant.
#[derive(Debug)]
pub(crate) struct Board {
    directory: Arc<Directory>,
    at: Timestamp,
    pub(crate) entries: Vec<Entry>,
}

impl Board {
    /// Asks every group.
    pub(crate) fn make(directory: &Arc<Directory>, at: Timestamp) -> Self {
        let entry = |group: &Arc<Group>| Entry {
            id: group.id,
            folded: group.target_name.fold(),
            standing: standing(directory, group, at),
        };
        let mut entries: Vec<Entry> = directory.groups().map(entry).collect();
        entries.sort_by(|a, b| a.folded.cmp(&b.folded));
        Self { directory: Arc::clone(directory), at, entries }
    }

    fn counts(&self, directory: &Arc<Directory>, now: Timestamp) -> bool {
        Arc::ptr_eq(&self.directory, directory)
            && self.at <= now
            && now < add_seconds(self.at, SECONDS)
    }
}

/// How a group stands at an instant.
pub(crate) fn standing(directory: &Directory, group: &Group, at: Timestamp) -> Standing {
    match (group.status, group.group_type) {
        (Status::Inactive, _) => Standing::Inactive,
        (Status::Active, GroupType::Broadcast) => Standing::Broadcast,
        (Status::Active, GroupType::OnCall) if duty::is_manned(directory, group, at) => {
            Standing::Manned
        }
        (Status::Active, GroupType::OnCall) => Standing::Nobody,
    }
}

/// The groups somebody looks after, is a member of, or is in a shift of.
pub(crate) fn groups_of(directory: &Directory, person: PersonId) -> Vec<GroupId> {
    let is = |recipient: Recipient| match recipient {
        Recipient::Person(id) => id == person,
        Recipient::Device(id) => directory.device(id).is_some_and(|device| device.owner == person),
        Recipient::Group(_) => false,
    };
    let mine = |group: &&Arc<Group>| {
        group.supervisors.contains(&person)
            || group.members.iter().any(|member| is(*member))
            || directory
                .shifts_of(group.id)
                .any(|shift| shift.members.iter().any(|member| is(member.recipient)))
    };
    directory.groups().filter(mine).map(|group| group.id).collect()
}

/// Whether an escalation that begins now would come to this person.
pub(crate) fn is_on_call(
    directory: &Directory,
    group: &Group,
    person: PersonId,
    at: Timestamp,
) -> bool {
    let second = Window { from: at, to: add_seconds(at, 1) };
    let spans = duty::of_group(directory, group, second);
    spans.iter().filter(|span| span.contains(at)).any(|span| answers(directory, span, person))
}

/// Whether this person answers in a span, themselves or for somebody.
pub(crate) fn answers(directory: &Directory, span: &Span, person: PersonId) -> bool {
    span.answers.iter().filter_map(Answer::who).any(|who| match who {
        Recipient::Person(id) => id == person,
        Recipient::Device(id) => directory.device(id).is_some_and(|d| d.owner == person),
        Recipient::Group(_) => false,
    })
}

/// The boards of a process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Boards(Arc<Mutex<BTreeMap<InstanceNo, Arc<Board>>>>);

impl Boards {
    /// The board of an instance, if it still counts.
    pub(crate) fn known(&self, directory: &Arc<Directory>, now: Timestamp) -> Option<Arc<Board>> {
        let boards = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let board = boards.get(&directory.instance.no)?;
        board.counts(directory, now).then(|| Arc::clone(board))
    }

    /// Keeps a board for the next reader.
    pub(crate) fn keep(&self, board: &Arc<Board>) {
        let mut boards = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let no = board.directory.instance.no;
        if boards.len() >= BOARDS_MAX && !boards.contains_key(&no) {
            let oldest = boards.iter().min_by_key(|(_, board)| board.at).map(|(no, _)| *no);
            oldest.map(|no| boards.remove(&no));
        }
        boards.insert(no, Arc::clone(board));
    }
}
