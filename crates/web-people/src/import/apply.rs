//! Carries out a table that was shown.
//!
//! It is planned on what this process has, outside of the change: all other writers wait for a change. Inside of it
//! is only asked whether the plan stands on the newest configuration; if not, it is planned once more.

use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse as _, Response};
use firebell_access::Principal;
use firebell_access::people::{may_write_mail, may_write_person};
use firebell_base::time::{add_seconds, micros_between};
use firebell_base::{Random, Timestamp};
use firebell_config::import::{Act, Importer, Plan, plan};
use firebell_config::{ConfigError, Faults};
use firebell_domain::directory::Directory;
use firebell_domain::person::{Person, PersonId};
use firebell_ui::part::Notice;
use firebell_ui::{Answer, Asker, Say, Visit};
use http::StatusCode;
use tokio::sync::Semaphore;

use super::{busy, previewed_again};
use crate::change::{Failed, change_within};
use crate::licence;
use crate::words::WORDS;

/// Seconds from the request on for which a visitor waits in all, below what the server allows a request by itself: ten
/// thousand new users are planned and written in seconds.
const PATIENCE_SECONDS: i64 = if cfg!(test) { 5 } else { 25 };
/// How long of it another import is waited for.
const TURN_PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 5 });
/// How often is planned anew because somebody else was faster.
pub(super) const ATTEMPTS_MAX: usize = 3;
/// Tables that are previewed at the same time: each takes a processor for seconds.
const PREVIEWS_MAX: usize = 2;
/// Tables that are carried out at the same time: each would make the other plan anew.
const IMPORTS_MAX: usize = 1;

/// Why a change was not made: the plan does not stand on the newest configuration.
const OUTDATED: &str = "import.outdated";

/// What is planned at the same time in this process.
#[derive(Debug)]
pub(crate) struct Turns {
    pub(crate) previews: Semaphore,
    pub(crate) imports: Semaphore,
}

impl Default for Turns {
    fn default() -> Self {
        let (previews, imports) = (Semaphore::new(PREVIEWS_MAX), Semaphore::new(IMPORTS_MAX));
        Self { previews, imports }
    }
}

/// What a plan needs besides the directory.
#[derive(Clone)]
pub(super) struct Planner {
    text: Arc<str>,
    by: PersonId,
    asker: Asker,
    now: Timestamp,
    random: Random,
    t: Say,
}

impl Planner {
    pub(super) fn of(visit: &Visit, text: &str) -> Self {
        Self {
            text: text.into(),
            by: visit.person.id,
            asker: visit.asker(),
            now: visit.now,
            random: visit.ui.random.clone(),
            t: visit.say(&WORDS),
        }
    }

    pub(super) fn plan(&self, directory: &Directory) -> Plan {
        // With the roles they have in this very configuration: the plan is carried out on no other.
        let who = self.asker.principal(directory);
        let allow = |act: Act<'_>| {
            let who = who.as_ref().map_err(|decision| decision.0.clone())?;
            self.not_oneself(act)?;
            match act {
                Act::Person { before, after } => may_write_person(who, before, after),
                Act::Mail { owner } => may_write_mail(who, owner),
            }
            .map_err(|forbidden| forbidden.message)
        };
        let (by, now, random) = (self.by, self.now, &self.random);
        plan(&self.text, &Importer { directory, by, now, random, allow: &allow })
    }

    /// How one signs in oneself, and where links to a new password go, is changed where the password is asked for: a
    /// browser that was left open must not become the account.
    fn not_oneself(&self, act: Act<'_>) -> Result<(), String> {
        let sign_in =
            |person: &Person| (person.web_login.clone(), person.phone_login.clone(), person.status);
        match act {
            Act::Mail { owner } if owner.id == self.by => Err(self.t.get("people-import-own-mail")),
            Act::Person { before: Some(before), after }
                if after.id == self.by && sign_in(before) != sign_in(after) =>
            {
                Err(self.t.get("people-import-own-sign-in"))
            }
            Act::Mail { .. } | Act::Person { .. } => Ok(()),
        }
    }
}

/// Plans on a thread of its own.
///
/// # Errors
/// A failed plan is told as "not made".
pub(super) async fn planned(
    plan: Arc<dyn Fn(&Directory) -> Plan + Send + Sync>,
    directory: Arc<Directory>,
) -> Result<Plan, Failed> {
    let work = tokio::task::spawn_blocking(move || plan(&directory));
    work.await.map_err(|error| {
        tracing::error!(%error, "an import could not be planned");
        Failed::NotMade
    })
}

/// Why nothing was imported.
#[derive(Debug)]
pub(super) enum Stopped {
    /// It would do something else than what was shown.
    Moved,
    /// Others changed configuration each time between the plan and the change.
    Overtaken,
    /// The change was not made.
    Failed(Failed),
}

/// Does what was shown, and says how many lines of each fate there were.
pub(super) async fn carry_out(
    visit: &Visit,
    plan: Arc<dyn Fn(&Directory) -> Plan + Send + Sync>,
    shown: &str,
    until: Timestamp,
) -> Result<[usize; 4], Stopped> {
    let no = visit.directory.instance.no;
    for attempt in 1..=ATTEMPTS_MAX {
        // A change that found something newer has made it known to this process.
        let newest = visit.ui.snapshots.instance(no);
        let newest = newest.unwrap_or_else(|| Arc::clone(&visit.directory));
        let plan = planned(Arc::clone(&plan), newest).await.map_err(Stopped::Failed)?;
        if plan.digest.to_string() != shown || plan.is_empty() {
            return Err(Stopped::Moved);
        }
        let left = u64::try_from(micros_between(visit.ui.clock.now(), until)).unwrap_or(0);
        if left == 0 {
            tracing::warn!(attempt, "an import took too long to be planned");
            return Err(Stopped::Failed(Failed::NotMade));
        }
        let left = Duration::from_micros(left);
        let (revision, counts, changes) = (plan.revision, plan.counts(), plan.changes);
        let decide = move |directory: &Directory, _: &Principal| {
            if directory.revision != revision {
                return Err(Faults::one("", "the configuration is newer by now", OUTDATED));
            }
            Ok(changes.clone())
        };
        let author = visit.author("users imported");
        match change_within(left, visit, &author, decide).await {
            Ok(_) => return Ok(counts),
            Err(Failed::Refused(ConfigError::Invalid(faults))) if is_outdated(&faults) => {
                tracing::info!(attempt, "an import was overtaken by another change");
            }
            Err(failed) => return Err(Stopped::Failed(failed)),
        }
    }
    Err(Stopped::Overtaken)
}

fn is_outdated(faults: &Faults) -> bool {
    faults.0.iter().any(|fault| fault.subcode == OUTDATED)
}

/// `POST /users/import` with the digest of what was shown.
pub(super) async fn apply(visit: &Visit, turns: &Turns, text: String, shown: &str) -> Answer {
    let t = visit.say(&WORDS);
    let until = add_seconds(visit.now, PATIENCE_SECONDS);
    let turn = tokio::time::timeout(TURN_PATIENCE, turns.imports.acquire()).await;
    let Ok(Ok(turn)) = turn else { return Ok(busy(visit, text)) };
    let planner = Planner::of(visit, &text);
    let plan = Arc::new(move |directory: &Directory| planner.plan(directory));
    let done = carry_out(visit, plan, shown, until).await;
    drop(turn);
    match done {
        Ok([added, changed, ..]) => Ok(imported(visit, t, added, changed)),
        Err(stopped) => {
            let (status, notice) = refused(visit, t, stopped);
            previewed_again(visit, turns, text, status, notice).await
        }
    }
}

fn imported(visit: &Visit, t: Say, added: usize, changed: usize) -> Response {
    let (added, changed) = (t.n("people-n-added", added), t.n("people-n-changed", changed));
    let said = t.a("people-imported", &[("added", &added), ("changed", &changed)]);
    visit.toast(visit.lead("users?sort=-updated"), said).into_response()
}

/// Why nothing was imported, and with which status that is said.
fn refused(visit: &Visit, t: Say, stopped: Stopped) -> (StatusCode, Notice) {
    let wrong = |word: &str, text: String| Notice::wrong(t.get(word), text);
    let failed = match stopped {
        Stopped::Moved => {
            let notice = wrong("people-import-moved", t.get("people-import-moved-text"));
            return (StatusCode::CONFLICT, notice);
        }
        Stopped::Overtaken => {
            let text = t.n("people-import-overtaken-text", ATTEMPTS_MAX);
            return (StatusCode::CONFLICT, wrong("people-import-moved", text));
        }
        Stopped::Failed(failed) => failed,
    };
    match failed {
        Failed::NotMade => (
            StatusCode::SERVICE_UNAVAILABLE,
            wrong("people-unconfirmed", t.get("people-unconfirmed-import")),
        ),
        Failed::Unknown => (
            StatusCode::SERVICE_UNAVAILABLE,
            wrong("people-unconfirmed", t.get("people-unknown-import")),
        ),
        Failed::Refused(ConfigError::Denied(denial)) => {
            let reason = licence::reason(visit, &denial);
            let text = t.a("people-denied-import", &[("text", &reason.text)]);
            let mut notice = wrong("people-no-licence", text);
            for (label, href) in reason.links {
                notice = notice.link(label, href);
            }
            (StatusCode::CONFLICT, notice)
        }
        Failed::Refused(error) => {
            let fault = firebell_ui::write::fault(visit, error);
            let list: Vec<String> = fault.fields.into_iter().map(|(_, message)| message).collect();
            let text = format!("{} {}", fault.text, list.join("; "));
            (fault.status, Notice::wrong(fault.word, text.trim_end()))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::routing::post;
    use firebell_config::{Author, Change};
    use firebell_domain::directory::Entity;
    use firebell_testkit::pages::Pages;
    use firebell_testkit::postgres::TestEngine;
    use firebell_ui::Ui;

    use super::*;

    /// Changes somebody else's name, as another visitor would between a plan and its change.
    fn meddle(visit: &Visit, n: usize) {
        let decide = move |directory: &Directory| {
            let mut person = (**directory.person_by_name("gil").unwrap()).clone();
            person.external_key = Some(format!("key-{n}"));
            Ok(vec![Change::Put(Entity::Person(person))])
        };
        let (no, by) = (visit.directory.instance.no, Author::new("test", "sample"));
        let change = visit.ui.authority.change(no, &by, visit.now, decide);
        tokio::runtime::Handle::current().block_on(change).unwrap();
    }

    /// Imports a line while others make `changes` changes, each just after a plan. Says how often it was planned.
    fn router(changes: usize) -> Router<Ui> {
        let handler = async move |visit: Visit| {
            let planner = Planner::of(&visit, "user_id,last_name\nbo,Lund\n");
            let newest = visit.ui.snapshots.instance(visit.directory.instance.no).unwrap();
            let shown = planner.plan(&newest).digest.to_string();
            let plans = Arc::new(AtomicUsize::new(0));
            let (counted, other) = (Arc::clone(&plans), visit.clone());
            let plan = move |directory: &Directory| {
                let plan = planner.plan(directory);
                let n = counted.fetch_add(1, Ordering::Relaxed);
                if n < changes {
                    meddle(&other, n);
                }
                plan
            };
            let until = add_seconds(visit.now, 60);
            let done = carry_out(&visit, Arc::new(plan), &shown, until).await;
            format!("{} {done:?}", plans.load(Ordering::Relaxed))
        };
        Router::new().route("/try", post(handler))
    }

    #[tokio::test]
    async fn a_plan_that_was_overtaken_is_made_again_a_few_times() {
        for engine in TestEngine::ALL {
            for (changes, told, name) in [
                (0, "1 Ok([0, 1, 0, 0])", "Lund"),
                (1, "2 Ok([0, 1, 0, 0])", "Lund"),
                (ATTEMPTS_MAX - 1, "3 Ok([0, 1, 0, 0])", "Lund"),
                (ATTEMPTS_MAX, "3 Err(Overtaken)", "Ek"),
            ] {
                let pages = Pages::new(engine, router(changes)).await;
                let page = pages.post("ada", "/try", &[]).await;
                assert_eq!(page.html, told, "{engine:?} {changes}");
                let directory = pages.directory();
                let bo = directory.person_by_name("bo").unwrap();
                assert_eq!(bo.last_name.as_str(), name, "{engine:?} {changes}");
            }
        }
    }
}
