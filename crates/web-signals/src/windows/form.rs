//! What the form of a maintenance window has of its own: a name, whose events, and how it recurs. The form
//! itself is `hiding`.

use std::sync::Arc;

use firebell_base::time::add_minutes;
use firebell_base::{Id, Timestamp};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::integration::{Integration, IntegrationId};
use firebell_domain::matcher::Matcher;
use firebell_domain::name::Name;
use firebell_domain::schedule::{Pattern, Recurrence, Zone};
use firebell_domain::suppression::{MaintenanceWindow, WindowId};
use firebell_pipeline::preview::Candidate;
use firebell_ui::part::{Choice, Faults, Field};
use firebell_ui::{Form, Refusal, Say, Visit};

use super::{Standing, known, recurrence};
use crate::hiding::entered::Entered;
use crate::hiding::page::Fields;
use crate::hiding::{Hides, Texts};
use crate::words::WORDS;
use crate::{edit, local, matchers};

/// Integrations that are shown to choose from; of more, names are typed.
const CHOICES_MAX: usize = 40;

/// What only this form asks for.
#[derive(Debug, Clone)]
pub(crate) struct Own {
    name: String,
    of: Vec<String>,
    recurrence: recurrence::Entered,
}

/// What was entered, understood.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    name: Name,
    integrations: Vec<IntegrationId>,
    matchers: Vec<Matcher>,
    pattern: Pattern,
    reason: String,
}

impl Wanted {
    fn window(self, id: WindowId) -> MaintenanceWindow {
        let Self { name, integrations, matchers, pattern, reason } = self;
        MaintenanceWindow { id, name, integrations, matchers, pattern, comment: reason }
    }
}

impl Hides for MaintenanceWindow {
    type Own = Own;
    type Wanted = Wanted;

    const KIND: Kind = Kind::Window;
    const TEXTS: Texts = Texts {
        place: "windows",
        all: "signals-windows",
        submit: "signals-window-make",
        made: "maintenance window made",
        changed: "maintenance window changed",
    };

    fn find(directory: &Directory, id: [u8; 16]) -> Option<&Arc<Self>> {
        directory.window(Id::from_bytes(id))
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
        Entity::Window(Box::new(self))
    }

    fn blank() -> Own {
        let recurrence = recurrence::Entered::once();
        Own { name: String::new(), of: Vec::new(), recurrence }
    }

    fn posted(form: &Form) -> Own {
        let typed = form.raw("of-names").split(['\n', ',']).map(str::trim);
        let typed = typed.filter(|name| !name.is_empty());
        Own {
            name: form.text("name").to_owned(),
            of: form.all("of").into_iter().chain(typed).map(str::to_owned).collect(),
            recurrence: recurrence::Entered::of(form),
        }
    }

    fn shown(&self, visit: &Visit) -> Entered<Self> {
        let pattern = &self.pattern;
        Entered {
            rows: matchers::rows(&self.matchers),
            starts: local::shown(pattern.first_start, &pattern.zone),
            ends: local::shown(pattern.first_end, &pattern.zone),
            zone: pattern.zone.name().to_owned(),
            reason: self.comment.clone(),
            own: Own {
                name: self.name.to_string(),
                of: self.integrations.iter().map(ToString::to_string).collect(),
                recurrence: recurrence::Entered::from(&pattern.recurrence, &pattern.zone),
            },
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
        let name = edit::name(faults, visit.say(&WORDS), "name", &entered.own.name);
        let integrations = integrations(&entered.own.of, visit, faults);
        let pattern = pattern(entered, visit, old, faults);
        let reason = entered.reason.clone();
        let (name, integrations, pattern) = (name?, integrations?, pattern?);
        Some(Wanted { name, integrations, matchers, pattern, reason })
    }

    fn candidate(
        entered: &Entered<Self>,
        visit: &Visit,
        matchers: Vec<Matcher>,
        faults: &mut Faults,
    ) -> Option<Candidate> {
        let integrations = integrations(&entered.own.of, visit, faults)?;
        let (now, zone) = (visit.now, zone_or_utc(&entered.zone));
        let once = Recurrence::ONCE;
        let pattern = Pattern::new(now, add_minutes(now, 1), zone, once, Vec::new()).ok()?;
        let (name, reason) = (Name::parse("preview").ok()?, String::new());
        let wanted = Wanted { name, integrations, matchers, pattern, reason };
        Some(Candidate::Window(Box::new(wanted.window(Id::new(&visit.ui.random, now)))))
    }

    fn make(visit: &Visit, wanted: Wanted) -> Self {
        wanted.window(Id::new(&visit.ui.random, visit.now))
    }

    fn over(&self, wanted: &Wanted, _: Timestamp) -> Self {
        wanted.clone().window(self.id)
    }

    fn head_of_new(t: Say) -> (String, String) {
        (t.get("signals-window-new"), t.get("signals-window-new-lead"))
    }

    fn head(&self, visit: &Visit, t: Say) -> (String, String) {
        let recurs = recurrence::words(t, &self.pattern.recurrence);
        let says = |key: &str, at| {
            let when = visit.when(at);
            let when = format!("{} ({})", when.clock, when.ago);
            t.a(key, &[("when", &when), ("recurs", &recurs)])
        };
        let lead = match Standing::of(self, visit.now) {
            Standing::Active(now) => says("signals-window-active", now.end),
            Standing::Upcoming(next) => says("signals-window-upcoming", next.start),
            Standing::Over => t.get("signals-window-over"),
        };
        (t.a("signals-window-named", &[("name", self.name.as_str())]), lead)
    }

    fn welcome(&self, t: Say) -> String {
        t.a("signals-window-made", &[("name", self.name.as_str())])
    }

    fn may_end(&self, now: Timestamp) -> bool {
        matches!(Standing::of(self, now), Standing::Active(_))
    }

    fn removal(&self, t: Say) -> Option<Field> {
        let label = t.a("signals-remove-type", &[("name", self.name.as_str())]);
        Some(Field::text("typed", label).autocomplete("off").required().max(100))
    }

    fn fields(entered: &Entered<Self>, visit: &Visit, t: Say, faults: &Faults) -> Fields {
        let name = Field::text("name", t.get("signals-name"))
            .value(&entered.own.name)
            .required()
            .max(100)
            .placeholder(t.get("signals-window-example"))
            .error(faults.of("name"));
        let [starts, ends, zone] = entered.times(t, faults);
        let mut after = vec![starts.required(), ends.required(), zone];
        after.extend(entered.own.recurrence.fields(t, faults));
        Fields {
            before: vec![name, of_field(&entered.own.of, visit, t, faults)],
            after,
            special: entered.own.recurrence.special(t, faults),
            rest: vec![entered.reason_field(t, faults)],
        }
    }

    fn facts(entered: &Entered<Self>, visit: &Visit, t: Say) -> Vec<(String, String)> {
        let zone = zone_or_utc(&entered.zone);
        let recurs = entered.own.recurrence.read(t, &zone, &mut Faults::new(t));
        let recurs = recurs.map(|rule| recurrence::words(t, &rule)).unwrap_or_default();
        vec![
            (t.get("signals-name"), entered.own.name.clone()),
            (t.get("signals-window-of"), names(&entered.own.of, visit).join(", ")),
            (t.get("signals-matchers"), entered.matchers_line()),
            (t.get("signals-starts"), entered.starts.clone()),
            (t.get("signals-ends"), entered.ends.clone()),
            (t.get("signals-zone"), entered.zone.clone()),
            (t.get("signals-recurs"), recurs),
            (t.get("signals-reason"), entered.reason.clone()),
        ]
    }

    fn field(named: &str) -> Option<&'static str> {
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
}

/// Whose events; nobody named means all.
fn integrations(
    named: &[String],
    visit: &Visit,
    faults: &mut Faults,
) -> Option<Vec<IntegrationId>> {
    let t = visit.say(&WORDS);
    let mut found = Vec::new();
    for text in named {
        let id = text.parse::<IntegrationId>().ok();
        let by_name = || visit.directory.id_by_name(Kind::Integration, text);
        let id = id.or_else(|| by_name().map(IntegrationId::from_bytes));
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

/// The integrations by name, where what was entered is their id.
fn names(of: &[String], visit: &Visit) -> Vec<String> {
    let name = |text: &String| {
        let found = text.parse().ok().and_then(|id| visit.directory.integration(id));
        found.map_or_else(|| text.clone(), |one| one.name.to_string())
    };
    of.iter().map(name).collect()
}

fn of_field(of: &[String], visit: &Visit, t: Say, faults: &Faults) -> Field {
    let label = t.get("signals-window-of");
    let mut all: Vec<_> = visit.directory.integrations().take(CHOICES_MAX + 1).collect();
    if all.len() > CHOICES_MAX {
        let field = Field::area("of-names", label).value(names(of, visit).join("\n"));
        return field.hint(t.get("signals-window-of-names")).error(faults.of("of"));
    }
    all.sort_by_cached_key(|one| one.name.fold());
    let choice = |one: &Arc<Integration>| {
        let id = one.id.to_string();
        let chosen = of.contains(&id);
        Choice::new(id, one.name.as_str(), chosen)
    };
    let choices = all.into_iter().map(choice).collect();
    let hint = t.get("signals-window-of-hint");
    Field::many("of", label, choices).hint(hint).error(faults.of("of"))
}

fn pattern(
    entered: &Entered<MaintenanceWindow>,
    visit: &Visit,
    old: Option<&MaintenanceWindow>,
    faults: &mut Faults,
) -> Option<Pattern> {
    let t = visit.say(&WORDS);
    let zone = local::zone(faults, "zone", &entered.zone)?;
    let starts = local::read(faults, t, "starts", &entered.starts, &zone);
    let ends = local::read(faults, t, "ends", &entered.ends, &zone);
    for (field, at) in [("starts", starts), ("ends", ends)] {
        if at.is_none() && faults.of(field).is_none() {
            faults.add(field, t.get("signals-time-needed"));
        }
    }
    let recurrence = entered.own.recurrence.read(t, &zone, faults);
    let was = old.map(|old| &old.pattern);
    let starts = local::unmoved(starts?, was.map(|was| was.first_start), &zone);
    let ends = local::unmoved(ends?, was.map(|was| was.first_end), &zone);
    let exclusions = was.map(|was| was.exclusions.clone()).unwrap_or_default();
    match Pattern::new(starts, ends, zone, recurrence?, exclusions) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            let message = error.to_string();
            let message = message.split_once(": ").map_or(message.as_str(), |(_, rest)| rest);
            faults.add(MaintenanceWindow::field(error.field()).unwrap_or(""), message);
            None
        }
    }
}

/// The zone that is entered, or UTC: for looking at what would be hidden.
fn zone_or_utc(text: &str) -> Zone {
    Zone::parse(text).unwrap_or(Zone::utc())
}
