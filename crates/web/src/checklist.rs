//! What an administrator does before the first real alert: a checklist that ends with a test alert that really
//! rings, through the intake and the whole pipeline, on the administrator's own devices.

mod ring;

pub(crate) use ring::ring;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_pipeline::probe::Known;
use firebell_ui::part::{Badge, Button, Notice};
use firebell_ui::{Answer, Area, Frame, Query, Say, Shape, Visit, page};

use crate::Web;
use crate::words::WORDS;
use ring::Rung;

/// Where this page is, from the root.
const HERE: &str = "start/checklist";

#[derive(Debug, Template)]
#[template(path = "checklist.html")]
struct Page {
    frame: Frame,
    t: Say,
    line: String,
    welcome: Option<Notice>,
    steps: Vec<Step>,
    rung: Option<Rung>,
    go_on: Button,
}

/// One thing to do.
#[derive(Debug)]
struct Step {
    done: bool,
    badge: Badge,
    title: String,
    text: String,
    button: Button,
}

/// Which steps the configuration says are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Done {
    person: bool,
    group: bool,
    integration: bool,
}

impl Done {
    fn of(visit: &Visit) -> Self {
        let directory = &visit.directory;
        let shift = directory.shifts().any(|shift| !shift.members.is_empty());
        let real = |name: &str| name != ring::NAME;
        Self {
            person: directory.people().len() > 1,
            group: shift,
            integration: directory.integrations().any(|one| real(one.name.as_str())),
        }
    }

    const fn all(self) -> bool {
        self.person && self.group && self.integration
    }
}

/// Whether the visitor looks after an instance whose set-up is not finished, as far as is known at once.
pub(crate) fn is_open(visit: &Visit) -> bool {
    visit.may(Permission::Administer, &Scope::Instance) && !Done::of(visit).all()
}

/// `GET /start/checklist`
pub(crate) async fn show(State(web): State<Web>, visit: Visit, query: Query) -> Answer {
    visit.require(Permission::Administer, &Scope::Instance)?;
    let known = web.prober.known(&visit.directory, visit.person.id).await?;
    let rung = ring::look(&visit, query.text("ring")).await?;
    let verified = |known: &Known| known.verified.is_some();
    let verified = known.values().any(verified);
    let answered = match &rung {
        Some(rung) => rung.answered,
        None => ring::was_answered(&visit).await?,
    };
    Ok(laid_out(&visit, (verified, answered), rung))
}

fn laid_out(visit: &Visit, (verified, answered): (bool, bool), rung: Option<Rung>) -> Response {
    let t = visit.say(&WORDS);
    let done = Done::of(visit);
    let table = [
        (
            verified,
            "web-step-device",
            "web-step-device-text",
            "web-step-device-link",
            "account/devices",
        ),
        (
            done.person,
            "web-step-person",
            "web-step-person-text",
            "web-step-person-link",
            "users/new",
        ),
        (done.group, "web-step-group", "web-step-group-text", "web-step-group-link", "groups"),
        (
            done.integration,
            "web-step-integration",
            "web-step-integration-text",
            "web-step-integration-link",
            "integrations",
        ),
    ];
    let mut steps: Vec<Step> = table
        .into_iter()
        .map(|(done, title, text, label, path)| {
            let button = Button::link(t.get(label), visit.href(path)).small();
            step(t, done, (t.get(title), t.get(text)), button)
        })
        .collect();
    let label = if rung.is_some() { t.get("web-ring-again") } else { t.get("web-ring") };
    let button = Button::post(label, visit.href("start/ring"));
    let button = if rung.is_some() { button.small() } else { button.main() };
    steps.push(step(t, answered, (t.get("web-step-ring"), t.get("web-step-ring-text")), button));
    let left = steps.iter().filter(|step| !step.done).count();
    let page_of = Page {
        frame: visit.frame(t.get("web-checklist"), Area::None),
        line: t.n("web-checklist-line", left),
        welcome: (visit.directory.people().len() == 1 && rung.is_none()).then(|| {
            let instance = visit.directory.instance.name.to_string();
            let text = t.a("web-start-welcome", &[("instance", &instance)]);
            Notice::good(t.get("web-step-first"), text)
        }),
        steps,
        rung,
        go_on: Button::link(t.get("web-checklist-link"), visit.href("alerts")).quiet(),
        t,
    };
    page(&page_of)
}

fn step(t: Say, done: bool, (title, text): (String, String), button: Button) -> Step {
    let badge = if done {
        Badge::new("ok", Shape::Check, t.get("web-checklist-done"))
    } else {
        Badge::new("waits", Shape::Ring, t.get("web-checklist-open"))
    };
    Step { done, badge, title, text, button }
}
