//! The list's filters, as the URL's query says them. Used by the list and by live updates, so that both show the
//! same alerts. What is not understood is left out: a link from anywhere shows a list.

use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_domain::alert::{Priority, State};
use firebell_domain::directory::Directory;
use firebell_domain::group::GroupId;
use firebell_domain::name::cut;
use firebell_domain::person::PersonId;
use firebell_store::alert_search::{Filter, Order, Part};
use firebell_ui::{Page, Query};

/// Rows of a page.
pub(crate) const ROWS: usize = 50;
/// Characters of a search that are read.
const WORDS_MAX: usize = 200;
/// The last page within a window: what is further is reached by searching older alerts.
const PAGES_MAX: usize = 200;

/// The query's words for states, what they are called, and what they stand for.
pub(crate) const STATUSES: [(&str, &str, &[State]); 6] = [
    ("", "alerts-status-current", &[State::Open, State::Acknowledged, State::Suspended]),
    ("open", "alerts-status-open", &[State::Open]),
    ("acknowledged", "alerts-status-acknowledged", &[State::Acknowledged]),
    ("suspended", "alerts-status-suspended", &[State::Suspended]),
    ("closed", "alerts-status-closed", &[State::Closed]),
    ("all", "alerts-status-all", &[]),
];
/// The query's words for ages, what they are called, and their seconds.
pub(crate) const AGES: [(&str, &str, i64); 4] = [
    ("1h", "alerts-age-1h", 3_600),
    ("24h", "alerts-age-24h", 86_400),
    ("7d", "alerts-age-7d", 604_800),
    ("30d", "alerts-age-30d", 2_592_000),
];
/// The query's words for priorities, and what they are called.
pub(crate) const PRIORITIES: [(&str, &str); 4] = [
    ("", "alerts-priority-any"),
    ("high", "alerts-priority-high"),
    ("medium", "alerts-priority-medium"),
    ("low", "alerts-priority-low"),
];

/// What the query asks for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Which alerts.
    pub(crate) filter: Filter,
    /// In which order, from where.
    pub(crate) part: Part,
    /// Which page.
    pub(crate) page: Page,
    /// The query's word for the states.
    pub(crate) status: &'static str,
    /// The query's word for the age.
    pub(crate) age: &'static str,
}

impl Asked {
    /// Reads a query for a visitor.
    pub(crate) fn of(query: &Query, directory: &Directory, me: PersonId, now: Timestamp) -> Self {
        let status = query.text("status");
        let (status, _, states) =
            STATUSES.into_iter().find(|(word, ..)| *word == status).unwrap_or(STATUSES[0]);
        let age = query.text("age");
        let age = AGES.into_iter().find(|(word, ..)| *word == age);
        let filter = Filter {
            states: states.to_vec(),
            priorities: query.all("priority").into_iter().filter_map(Priority::from_word).collect(),
            person: match query.text("who") {
                "me" => Some(me),
                id => id.parse().ok(),
            },
            group: group(directory, query.text("group")),
            words: cut(query.text("q"), WORDS_MAX),
            from: age.map(|(_, _, seconds)| add_seconds(now, -seconds)),
            to: None,
        };
        let order = match query.text("sort") {
            "oldest" => Order::Oldest,
            "priority" => Order::Urgent,
            _ => Order::Newest,
        };
        let mut page = query.page(ROWS);
        page.number = page.number.min(PAGES_MAX);
        page.offset = (page.number - 1) * ROWS;
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let start = query.text("start").parse().ok();
        let part = Part { order, start, rows: count(ROWS), offset: count(page.offset) };
        Self { filter, part, page, status, age: age.map_or("", |(word, ..)| word) }
    }

    /// Whether new alerts belong at the top of this page.
    pub(crate) fn is_head(&self) -> bool {
        self.part.order == Order::Newest && self.page.number == 1 && self.part.start.is_none()
    }
}

/// A group by id or name. A name that nobody has finds no alerts, instead of all of them.
fn group(directory: &Directory, text: &str) -> Option<GroupId> {
    if text.is_empty() {
        return None;
    }
    let named = || directory.group_by_name(text).map(|group| group.id);
    let known = text.parse().ok().or_else(named);
    Some(known.unwrap_or_else(|| GroupId::from_bytes([0; 16])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use firebell_base::Id;
    use firebell_domain::directory::Revision;
    use firebell_domain::instance::{Instance, InstanceNo, Region};
    use firebell_domain::name::Name;

    fn asked(query: &str) -> Asked {
        let me = PersonId::from_bytes([7; 16]);
        let instance = Instance {
            id: Id::from_bytes([1; 16]),
            no: InstanceNo(1),
            name: Name::parse("acme").expect("a name"),
            region: Region::Emea,
            created: Timestamp::UNIX_EPOCH,
        };
        let directory = Directory::new(instance, Revision::default());
        Asked::of(&Query::read(query), &directory, me, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn filters_live_in_the_url() {
        let plain = asked("");
        assert_eq!(plain.filter.states.len(), 3);
        assert!(plain.is_head() && plain.filter.person.is_none() && plain.filter.group.is_none());
        let query =
            "status=closed&priority=high&priority=LOW&who=me&q=disk&age=24h&sort=priority&page=3";
        let all = asked(query);
        assert_eq!(all.filter.states, [State::Closed]);
        assert_eq!(all.filter.priorities, [Priority::High, Priority::Low]);
        assert_eq!(all.filter.person, Some(PersonId::from_bytes([7; 16])));
        assert_eq!((all.filter.words.as_str(), all.age), ("disk", "24h"));
        assert_eq!((all.part.order, all.part.offset, all.is_head()), (Order::Urgent, 100, false));
        assert_eq!(all.filter.from, Some(add_seconds(Timestamp::UNIX_EPOCH, -86_400)));
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        let odd =
            asked("status=%00&priority=urgent&who=somebody&age=1y&sort=x&start=x&page=999999");
        assert_eq!((odd.status, odd.age), ("", ""));
        assert!(odd.filter.priorities.is_empty() && odd.filter.person.is_none());
        assert_eq!(odd.part.offset, 199 * 50);
        // But not a group: an unknown one has no alerts.
        assert!(asked("group=nobody").filter.group.is_some());
        assert_eq!(asked(&format!("q={}", "x".repeat(900))).filter.words.chars().count(), 200);
    }
}
