//! The form of a maintenance window: what was entered, and what it means.

use firebell_base::limit::DESCRIPTION_CHARS_MAX;
use firebell_domain::directory::Kind;
use firebell_domain::integration::IntegrationId;
use firebell_domain::matcher::Matcher;
use firebell_domain::name::Name;
use firebell_domain::schedule::{Pattern, Zone};
use firebell_domain::suppression::MaintenanceWindow;
use firebell_ui::part::{Choice, Faults, Field};
use firebell_ui::{Form, Say, Visit};

use super::recurrence;
use crate::matchers::{self, Row};
use crate::words::WORDS;
use crate::{edit, local, preview};

/// Integrations that are shown to choose from; of more, names are typed.
const CHOICES_MAX: usize = 40;

/// What was entered, as it was entered.
#[derive(Debug, Clone)]
pub(crate) struct Entered {
    pub(crate) rows: Vec<Row>,
    pub(crate) name: String,
    pub(crate) of: Vec<String>,
    pub(crate) starts: String,
    pub(crate) ends: String,
    pub(crate) zone: String,
    pub(crate) recurrence: recurrence::Entered,
    pub(crate) reason: String,
    pub(crate) revision: String,
    pub(crate) days: i64,
    pub(crate) id: String,
}

/// What it means.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) name: Name,
    pub(crate) integrations: Vec<IntegrationId>,
    pub(crate) matchers: Vec<Matcher>,
    pub(crate) pattern: Pattern,
    pub(crate) reason: String,
}

impl Entered {
    pub(crate) fn new(visit: &Visit) -> Self {
        Self {
            rows: matchers::rows(&[]),
            name: String::new(),
            of: Vec::new(),
            starts: String::new(),
            ends: String::new(),
            zone: visit.person.zone.name().to_owned(),
            recurrence: recurrence::Entered::once(),
            reason: String::new(),
            revision: String::new(),
            days: preview::days(""),
            id: String::new(),
        }
    }

    pub(crate) fn from(visit: &Visit, window: &MaintenanceWindow) -> Self {
        let pattern = &window.pattern;
        let id = window.id.to_bytes();
        Self {
            rows: matchers::rows(&window.matchers),
            name: window.name.to_string(),
            of: window.integrations.iter().map(ToString::to_string).collect(),
            starts: local::shown(pattern.first_start, &pattern.zone),
            ends: local::shown(pattern.first_end, &pattern.zone),
            zone: pattern.zone.name().to_owned(),
            recurrence: recurrence::Entered::from(&pattern.recurrence, &pattern.zone),
            reason: window.comment.clone(),
            revision: edit::revision_text(&visit.directory, Kind::Window, id),
            days: preview::days(""),
            id: window.id.to_string(),
        }
    }

    /// What a form brings, and what that means; what is wrong is in `faults`.
    pub(crate) fn of(
        visit: &Visit,
        form: &Form,
        old: Option<&MaintenanceWindow>,
        faults: &mut Faults,
    ) -> (Self, Option<Wanted>) {
        let t = visit.say(&WORDS);
        let (rows, matchers) = matchers::read(form, t, faults);
        let typed = form.raw("of-names").split(['\n', ',']).map(str::trim);
        let typed = typed.filter(|name| !name.is_empty());
        let entered = Self {
            rows,
            name: form.text("name").to_owned(),
            of: form.all("of").into_iter().chain(typed).map(str::to_owned).collect(),
            starts: form.text("starts").to_owned(),
            ends: form.text("ends").to_owned(),
            zone: form.text("zone").to_owned(),
            recurrence: recurrence::Entered::of(form),
            reason: form.text("reason").to_owned(),
            revision: form.text("rev").to_owned(),
            days: preview::days(form.text("days")),
            id: form.text("id").to_owned(),
        };
        let name = edit::name(faults, t, "name", &entered.name);
        let integrations = entered.integrations(visit, faults);
        let pattern = entered.pattern(visit, old, faults);
        if entered.reason.chars().count() > DESCRIPTION_CHARS_MAX {
            faults.add("reason", t.n("signals-reason-long", DESCRIPTION_CHARS_MAX));
        }
        let parts = name.zip(integrations).zip(pattern).filter(|_| faults.is_empty());
        let reason = entered.reason.clone();
        let wanted = parts.map(|((name, integrations), pattern)| Wanted {
            name,
            integrations,
            matchers,
            pattern,
            reason,
        });
        (entered, wanted)
    }

    /// Whose events; nobody named means all.
    pub(crate) fn integrations(
        &self,
        visit: &Visit,
        faults: &mut Faults,
    ) -> Option<Vec<IntegrationId>> {
        let t = visit.say(&WORDS);
        let mut found = Vec::new();
        for text in &self.of {
            let id = text.parse::<IntegrationId>().ok();
            let named = || visit.directory.id_by_name(Kind::Integration, text);
            let id = id.or_else(|| named().map(IntegrationId::from_bytes));
            match id.and_then(|id| visit.directory.integration(id)) {
                Some(one) if found.contains(&one.id) => {}
                Some(one) => found.push(one.id),
                None => {
                    let name = edit::inert(text, 80);
                    faults.add("of", t.a("signals-integration-unknown", &[("name", &name)]));
                    return None;
                }
            }
        }
        Some(found)
    }

    fn pattern(
        &self,
        visit: &Visit,
        old: Option<&MaintenanceWindow>,
        faults: &mut Faults,
    ) -> Option<Pattern> {
        let t = visit.say(&WORDS);
        let zone = local::zone(faults, "zone", &self.zone)?;
        let starts = local::read(faults, t, "starts", &self.starts, &zone);
        let ends = local::read(faults, t, "ends", &self.ends, &zone);
        for (field, at) in [("starts", starts), ("ends", ends)] {
            if at.is_none() && faults.of(field).is_none() {
                faults.add(field, t.get("signals-time-needed"));
            }
        }
        let recurrence = self.recurrence.read(t, &zone, faults);
        let same = |at, was: fn(&Pattern) -> firebell_base::Timestamp| {
            let was = old.filter(|old| old.pattern.zone == zone).map(|old| was(&old.pattern));
            was.filter(|was| local::shown(*was, &zone) == local::shown(at, &zone)).unwrap_or(at)
        };
        // What was shown to the minute and not changed is the instant it was.
        let starts = same(starts?, |pattern| pattern.first_start);
        let ends = same(ends?, |pattern| pattern.first_end);
        let exclusions = old.map(|old| old.pattern.exclusions.clone()).unwrap_or_default();
        match Pattern::new(starts, ends, zone, recurrence?, exclusions) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                let message = error.to_string();
                let message = message.split_once(": ").map_or(message.as_str(), |(_, rest)| rest);
                faults.add(field(error.field()).unwrap_or(""), message);
                None
            }
        }
    }

    /// The fields but for matchers and recurrence.
    pub(crate) fn fields(&self, visit: &Visit, t: Say, faults: &Faults) -> Vec<Field> {
        vec![
            Field::text("name", t.get("signals-name"))
                .value(&self.name)
                .required()
                .max(100)
                .placeholder(t.get("signals-window-example"))
                .error(faults.of("name")),
            self.of_field(visit, t, faults),
        ]
    }

    fn of_field(&self, visit: &Visit, t: Say, faults: &Faults) -> Field {
        let label = t.get("signals-window-of");
        let hint = t.get("signals-window-of-hint");
        let mut all: Vec<_> = visit.directory.integrations().take(CHOICES_MAX + 1).collect();
        if all.len() > CHOICES_MAX {
            let name = |text: &String| {
                let id = text.parse::<IntegrationId>().ok();
                let found = id.and_then(|id| visit.directory.integration(id));
                found.map_or_else(|| text.clone(), |one| one.name.to_string())
            };
            let names: Vec<String> = self.of.iter().map(name).collect();
            let field = Field::area("of-names", label).value(names.join("\n"));
            return field.hint(t.get("signals-window-of-names")).error(faults.of("of"));
        }
        all.sort_by_cached_key(|one| one.name.fold());
        let choice = |one: &std::sync::Arc<firebell_domain::integration::Integration>| {
            let id = one.id.to_string();
            let chosen = self.of.contains(&id);
            Choice::new(id, one.name.as_str(), chosen)
        };
        let choices = all.into_iter().map(choice).collect();
        Field::many("of", label, choices).hint(hint).error(faults.of("of"))
    }

    /// The fields for when.
    pub(crate) fn times(&self, t: Say, faults: &Faults) -> Vec<Field> {
        vec![
            Field::datetime("starts", t.get("signals-starts"))
                .value(&self.starts)
                .required()
                .error(faults.of("starts")),
            Field::datetime("ends", t.get("signals-ends"))
                .value(&self.ends)
                .required()
                .error(faults.of("ends")),
            Field::zone("zone", t.get("signals-zone"))
                .value(&self.zone)
                .required()
                .error(faults.of("zone")),
        ]
    }

    /// The fields below everything.
    pub(crate) fn rest(&self, t: Say, faults: &Faults) -> Vec<Field> {
        vec![
            Field::area("reason", t.get("signals-reason"))
                .value(&self.reason)
                .max(DESCRIPTION_CHARS_MAX)
                .error(faults.of("reason")),
            Field::hidden("rev", &self.revision),
            Field::hidden("id", &self.id),
        ]
    }
}

/// The fields of the page by those of the configuration.
pub(crate) fn field(named: &str) -> Option<&'static str> {
    match named {
        "name" => Some("name"),
        "integrations" => Some("of"),
        "matchers" => Some("field"),
        "start" => Some("starts"),
        "end" => Some("ends"),
        "timezone" => Some("zone"),
        "recurrence.repeatEvery" => Some("every"),
        "recurrence.onDays" => Some("day"),
        "recurrence.months" => Some("month"),
        "recurrence.on.dateOfMonth" => Some("date"),
        "recurrence.end.date" => Some("until-date"),
        "recurrence.end.repetitions" => Some("until-times"),
        "comment" => Some("reason"),
        _ => None,
    }
}

/// The zone that is entered, or UTC: for looking at what would be hidden.
pub(crate) fn zone_or_utc(text: &str) -> Zone {
    Zone::parse(text).unwrap_or(Zone::utc())
}
