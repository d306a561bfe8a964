//! What was entered into the form of a silence or a maintenance window, as it was entered.

use firebell_base::limit::DESCRIPTION_CHARS_MAX;
use firebell_ui::part::{Faults, Field};
use firebell_ui::{Form, Say, Visit};

use super::Hides;
use crate::matchers::{self, Row};
use crate::words::WORDS;
use crate::{edit, preview};

/// What both kinds ask for, and what only this one does.
#[derive(Debug)]
pub(crate) struct Entered<K: Hides> {
    pub(crate) rows: Vec<Row>,
    pub(crate) starts: String,
    pub(crate) ends: String,
    pub(crate) zone: String,
    pub(crate) reason: String,
    /// As of which revision the form was filled in; empty for a new one.
    pub(crate) revision: String,
    /// How many days are looked through.
    pub(crate) days: i64,
    /// Which one it is; empty for a new one.
    pub(crate) id: String,
    pub(crate) own: K::Own,
}

impl<K: Hides> Entered<K> {
    /// Nothing yet.
    pub(crate) fn new(visit: &Visit) -> Self {
        Self {
            rows: matchers::rows(&[]),
            starts: String::new(),
            ends: String::new(),
            zone: visit.person.zone.name().to_owned(),
            reason: String::new(),
            revision: String::new(),
            days: preview::days(""),
            id: String::new(),
            own: K::blank(),
        }
    }

    /// What is there.
    pub(crate) fn of_known(visit: &Visit, known: &K) -> Self {
        Self {
            revision: edit::revision_text(&visit.directory, K::KIND, known.id()),
            id: known.word(),
            ..known.shown(visit)
        }
    }

    /// What a form brings, and what that means; what is wrong is in `faults`.
    pub(crate) fn read(
        visit: &Visit,
        form: &Form,
        old: Option<&K>,
        faults: &mut Faults,
    ) -> (Self, Option<K::Wanted>) {
        let t = visit.say(&WORDS);
        let (rows, matchers) = matchers::read(form, t, faults);
        let text = |name: &str| form.text(name).to_owned();
        let entered = Self {
            rows,
            starts: text("starts"),
            ends: text("ends"),
            zone: text("zone"),
            reason: text("reason"),
            revision: text("rev"),
            days: preview::days(form.text("days")),
            id: text("id"),
            own: K::posted(form),
        };
        let wanted = K::wanted(&entered, visit, matchers, old, faults);
        if entered.reason.chars().count() > DESCRIPTION_CHARS_MAX {
            faults.add("reason", t.n("signals-reason-long", DESCRIPTION_CHARS_MAX));
        }
        (entered, wanted.filter(|_| faults.is_empty()))
    }

    /// The fields for when: start, end, time zone.
    pub(crate) fn times(&self, t: Say, faults: &Faults) -> [Field; 3] {
        let field = |field: Field, value: &str, name| field.value(value).error(faults.of(name));
        [
            field(Field::datetime("starts", t.get("signals-starts")), &self.starts, "starts"),
            field(Field::datetime("ends", t.get("signals-ends")), &self.ends, "ends"),
            field(Field::zone("zone", t.get("signals-zone")), &self.zone, "zone").required(),
        ]
    }

    /// The field for why.
    pub(crate) fn reason_field(&self, t: Say, faults: &Faults) -> Field {
        Field::area("reason", t.get("signals-reason"))
            .value(&self.reason)
            .max(DESCRIPTION_CHARS_MAX)
            .error(faults.of("reason"))
    }

    /// The matchers in one line, as they were entered.
    pub(crate) fn matchers_line(&self) -> String {
        let said = self.rows.iter().filter(|row| !row.field.is_empty());
        let said: Vec<String> =
            said.map(|row| format!("{}{}\"{}\"", row.field, row.op, row.value)).collect();
        said.join(", ")
    }
}
