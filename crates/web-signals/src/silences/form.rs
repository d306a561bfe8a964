//! What the form of a silence has of its own: it begins now unless told otherwise, lasts as long as is
//! chosen, and says why. The form itself is `hiding`.

use std::sync::Arc;

use firebell_base::time::add_minutes;
use firebell_base::{Id, Timestamp};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::matcher::Matcher;
use firebell_domain::suppression::Silence;
use firebell_pipeline::preview::Candidate;
use firebell_ui::part::{Choice, Faults, Field};
use firebell_ui::{Form, Refusal, Say, Visit};

use super::{Standing, known};
use crate::hiding::entered::Entered;
use crate::hiding::page::Fields;
use crate::hiding::{Hides, Texts};
use crate::words::WORDS;
use crate::{edit, local, matchers};

/// How long a silence may be made to last without naming its end, in minutes.
const LASTS: [i64; 6] = [30, 60, 120, 240, 480, 1_440];
/// Unless told otherwise.
const LASTS_DEFAULT: i64 = 120;

/// What only this form asks for.
#[derive(Debug, Clone)]
pub(crate) struct Own {
    lasts: String,
    /// Times that were sent along as instants, as undo does, are kept to the microsecond: the first, if
    /// one is named, and the first after.
    exact: Option<(Option<Timestamp>, Timestamp)>,
}

/// What was entered, understood.
#[derive(Debug)]
pub(crate) struct Wanted {
    matchers: Vec<Matcher>,
    starts: Option<Timestamp>,
    ends: Timestamp,
    reason: String,
}

impl Hides for Silence {
    type Own = Own;
    type Wanted = Wanted;

    const KIND: Kind = Kind::Silence;
    const TEXTS: Texts = Texts {
        place: "silences",
        all: "signals-silences",
        submit: "signals-silence-make",
        made: "silence made",
        changed: "silence changed",
    };

    fn find(directory: &Directory, id: [u8; 16]) -> Option<&Arc<Self>> {
        directory.silence(Id::from_bytes(id))
    }

    fn known(visit: &Visit, id: &str) -> Result<Arc<Self>, Refusal> {
        known(visit, id)
    }

    fn id(&self) -> [u8; 16] {
        self.id.to_bytes()
    }

    fn word(&self) -> String {
        self.id.to_string()
    }

    fn entity(self) -> Entity {
        Entity::Silence(self)
    }

    fn blank() -> Own {
        Own { lasts: LASTS_DEFAULT.to_string(), exact: None }
    }

    fn posted(form: &Form) -> Own {
        let exact = local::micros(form.text("ends-at"));
        let exact = exact.map(|ends| (local::micros(form.text("starts-at")), ends));
        Own { lasts: form.text("lasts").to_owned(), exact }
    }

    fn shown(&self, visit: &Visit) -> Entered<Self> {
        let zone = &visit.person.zone;
        Entered {
            rows: matchers::rows(&self.matchers),
            starts: local::shown(self.starts, zone),
            ends: local::shown(self.ends, zone),
            reason: self.comment.clone(),
            own: Own { lasts: String::new(), exact: None },
            ..Entered::new(visit)
        }
    }

    fn wanted(
        entered: &Entered<Self>,
        visit: &Visit,
        matchers: Vec<Matcher>,
        old: Option<&Self>,
        faults: &mut Faults,
    ) -> Option<Wanted> {
        let t = visit.say(&WORDS);
        needed(t, &matchers, faults);
        let times = times(entered, visit, old, faults);
        if entered.reason.is_empty() {
            faults.add("reason", t.get("signals-reason-needed"));
        }
        let (starts, ends) = times?;
        Some(Wanted { matchers, starts, ends, reason: entered.reason.clone() })
    }

    fn candidate(
        _: &Entered<Self>,
        visit: &Visit,
        matchers: Vec<Matcher>,
        faults: &mut Faults,
    ) -> Option<Candidate> {
        needed(visit.say(&WORDS), &matchers, faults);
        Some(Candidate::Silence(Self {
            id: Id::new(&visit.ui.random, visit.now),
            matchers,
            starts: visit.now,
            ends: add_minutes(visit.now, 1),
            created_by: String::new(),
            comment: String::new(),
            updated: visit.now,
        }))
    }

    fn make(visit: &Visit, wanted: Wanted) -> Self {
        let now = visit.now;
        Self {
            id: Id::new(&visit.ui.random, now),
            matchers: wanted.matchers,
            // As in Alertmanager: nothing is hidden after the fact.
            starts: wanted.starts.map_or(now, |at| at.max(now)),
            ends: wanted.ends,
            created_by: visit.person.target_name.to_string(),
            comment: wanted.reason,
            updated: now,
        }
    }

    fn over(&self, wanted: &Wanted, now: Timestamp) -> Self {
        let starts = wanted.starts.unwrap_or(self.starts);
        Self {
            matchers: wanted.matchers.clone(),
            // What has begun began when it did; what has not may not begin in the past.
            starts: if self.starts <= now { self.starts } else { starts.max(now) },
            ends: wanted.ends,
            comment: wanted.reason.clone(),
            updated: now,
            ..self.clone()
        }
    }

    fn head_of_new(t: Say) -> (String, String) {
        (t.get("signals-silence-new"), t.get("signals-silence-new-lead"))
    }

    fn head(&self, _: &Visit, t: Say) -> (String, String) {
        let by = edit::inert(&self.created_by, 100);
        (t.get("signals-silence-title"), t.a("signals-silence-lead", &[("by", &by)]))
    }

    fn welcome(&self, t: Say) -> String {
        t.get("signals-silence-made")
    }

    fn may_end(&self, now: Timestamp) -> bool {
        Standing::of(self, now) != Standing::Ended
    }

    /// It ends by itself, and stays with what it hid.
    fn removal(&self, _: Say) -> Option<Field> {
        None
    }

    fn fields(entered: &Entered<Self>, _: &Visit, t: Say, faults: &Faults) -> Fields {
        let [starts, ends, zone] = entered.times(t, faults);
        let mut after = vec![
            starts.hint(t.get("signals-starts-hint")),
            ends.hint(t.get("signals-ends-hint")),
            zone,
        ];
        if entered.id.is_empty() {
            after.insert(1, lasts(&entered.own.lasts, t));
        }
        let reason = entered.reason_field(t, faults).hint(t.get("signals-reason-hint")).required();
        Fields { before: Vec::new(), after, special: Vec::new(), rest: vec![reason] }
    }

    fn facts(entered: &Entered<Self>, _: &Visit, t: Say) -> Vec<(String, String)> {
        vec![
            (t.get("signals-matchers"), entered.matchers_line()),
            (t.get("signals-starts"), entered.starts.clone()),
            (t.get("signals-ends"), entered.ends.clone()),
            (t.get("signals-reason"), entered.reason.clone()),
        ]
    }

    fn field(named: &str) -> Option<&'static str> {
        match named {
            "matchers" => Some("field"),
            "startsAt" => Some("starts"),
            "endsAt" => Some("ends"),
            "comment" => Some("reason"),
            _ => None,
        }
    }
}

/// A silence without matchers would hide everything.
fn needed(t: Say, matchers: &[Matcher], faults: &mut Faults) {
    if matchers.is_empty() && faults.of("field").is_none() {
        faults.add("field", t.get("signals-matchers-needed"));
    }
}

/// First instant, if one is named, and the first instant after.
fn times(
    entered: &Entered<Silence>,
    visit: &Visit,
    old: Option<&Silence>,
    faults: &mut Faults,
) -> Option<(Option<Timestamp>, Timestamp)> {
    let t = visit.say(&WORDS);
    if entered.own.exact.is_some() {
        return entered.own.exact;
    }
    let zone = match entered.zone.as_str() {
        "" => Some(visit.person.zone.clone()),
        text => local::zone(faults, "zone", text),
    }?;
    let starts = local::read(faults, t, "starts", &entered.starts, &zone);
    let starts = starts.map(|at| local::unmoved(at, old.map(|old| old.starts), &zone));
    let ends = local::read(faults, t, "ends", &entered.ends, &zone);
    let ends = ends.map(|at| local::unmoved(at, old.map(|old| old.ends), &zone));
    let lasts = entered.own.lasts.parse().ok().filter(|minutes| LASTS.contains(minutes));
    let from = starts.unwrap_or(visit.now).max(visit.now);
    let ends = ends.or_else(|| lasts.map(|minutes| add_minutes(from, minutes)));
    match ends {
        None if faults.of("ends").is_none() => faults.add("ends", t.get("signals-end-needed")),
        Some(ends) if ends <= visit.now => faults.add("ends", t.get("signals-end-past")),
        Some(ends) if starts.is_some_and(|starts| ends <= starts) => {
            faults.add("ends", t.get("signals-end-before"));
        }
        None | Some(_) => {}
    }
    Some((starts, ends?))
}

/// The field for how long it lasts.
fn lasts(chosen: &str, t: Say) -> Field {
    let last = |minutes: i64| {
        let label = match minutes {
            30 => t.get("signals-lasts-half"),
            minutes => t.n("signals-lasts", minutes / 60),
        };
        Choice::new(minutes.to_string(), label, chosen == minutes.to_string())
    };
    let choices = std::iter::once(Choice::new("", t.get("signals-lasts-none"), false));
    let choices = choices.chain(LASTS.into_iter().map(last)).collect();
    Field::select("lasts", t.get("signals-lasts-label"), choices)
}
