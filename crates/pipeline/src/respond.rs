//! Answers: from one-tap links, the API and the command line. What an answer does is `domain::response`'s
//! decision; here it meets the database, under the alert's lock.
//!
//! Every answer is recorded, also the second and the late one, and none of them is an error: whoever answers
//! is told politely where the alert stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use firebell_base::limit::COMMENT_CHARS_MAX;
use firebell_base::{Clock, Id, Random, Timestamp};
use firebell_config::Snapshots;
use firebell_domain::alert::{Alert, AlertId, CloseCause, Closed, State};
use firebell_domain::directory::Directory;
use firebell_domain::form::{Action, Contribution, ResponseOption};
use firebell_domain::instance::InstanceNo;
use firebell_domain::name::cut;
use firebell_domain::notification::{Notification, NotificationId, NotificationState};
use firebell_domain::person::PersonId;
use firebell_domain::response::{Effect, Response, Via, decide};
use firebell_domain::timeline::{Answering, Entry, Step};
use firebell_sql::{Db, Error, ReadTx, Retryable, WriteTx};
use firebell_store::{alerts, escalations, notifications, responses, timeline};
use tokio::sync::Notify;

use crate::live::Live;
use crate::metrics::Metrics;
use crate::{walk, words};

mod state;

pub use state::StateChange;

/// Why an answer could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum RespondError {
    /// There is no such alert (any more).
    #[error("this alert does not exist, or was removed after its retention time")]
    NoAlert,
    /// The alert's form has no such option.
    #[error("this alert cannot be answered with option {0}")]
    NoOption(u8),
    /// The instance is not known here.
    #[error("this instance does not exist")]
    NoInstance,
    /// The state cannot be reached from the present one.
    #[error("the alert is closed, and nothing opens it again")]
    Closed,
    /// The database failed: nothing was recorded.
    #[error("{0}")]
    Store(#[from] Error),
}

impl Retryable for RespondError {
    fn sql_error(&self) -> Option<&Error> {
        match self {
            Self::Store(error) => Some(error),
            Self::NoAlert | Self::NoOption(_) | Self::NoInstance | Self::Closed => None,
        }
    }
}

/// Which answer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The form's option with this number.
    Option(u8),
    /// An action by itself, as pages, API and command line offer it: the form's option that does it, or a
    /// plain one.
    Action(Action),
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// In which instance.
    pub instance: InstanceNo,
    /// To which alert.
    pub alert: AlertId,
    /// To which notification, when it came from one.
    pub notification: Option<NotificationId>,
    /// By whom.
    pub person: PersonId,
    /// Which.
    pub choice: Choice,
    /// What was said with it; cut at the limit.
    pub comment: Option<String>,
    /// Through which door.
    pub via: Via,
}

/// What an answer did.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The record.
    pub response: Response,
    /// The alert as it is now.
    pub alert: Alert,
    /// Whether it was acknowledged, ended, … by this very answer.
    pub changed: bool,
}

/// Takes answers.
#[derive(Clone)]
pub struct Responder {
    db: Db,
    snapshots: Snapshots,
    clock: Clock,
    random: Random,
    metrics: Metrics,
    bells: Bells,
}

/// Whom an answer rings.
#[derive(Clone)]
pub struct Bells {
    /// The engine: something may be due now.
    pub wake: Arc<Notify>,
    /// Open pages: an alert changed.
    pub live: Live,
}

/// What the page behind a one-tap link shows.
#[derive(Debug, Clone)]
pub struct LinkView {
    /// The alert.
    pub alert: Alert,
    /// To whom the link was sent.
    pub person: PersonId,
    /// Whom a message about the alert has reached, in the order it did.
    pub told: Vec<PersonId>,
    /// The answers given so far, oldest first.
    pub responses: Vec<Response>,
}

/// The most answers of one alert that are shown.
const RESPONSES_SHOWN_MAX: i64 = 200;
/// The most notifications of one alert that are looked through for who was reached.
const TOLD_SHOWN_MAX: i64 = 200;

/// Whom a message about the alert has reached.
fn told(tx: &mut ReadTx<'_>, no: InstanceNo, alert: &Alert) -> Result<Vec<PersonId>, Error> {
    let mut told = Vec::new();
    for notification in notifications::of_alert(tx, no, alert.id, TOLD_SHOWN_MAX)? {
        let reached = match notification.state {
            NotificationState::Delivered | NotificationState::Responded => true,
            NotificationState::Pending
            | NotificationState::Failed
            | NotificationState::Cancelled => false,
        };
        if reached && !told.contains(&notification.person) {
            told.push(notification.person);
        }
    }
    Ok(told)
}

impl Responder {
    /// A door on this database; [`Pipeline::open`](crate::Pipeline::open) makes the one of a running
    /// pipeline.
    pub fn new(
        db: Db,
        snapshots: Snapshots,
        clock: Clock,
        random: Random,
        metrics: Metrics,
        bells: Bells,
    ) -> Self {
        Self { db, snapshots, clock, random, metrics, bells }
    }

    /// What the page behind a link shows; nothing is changed.
    pub async fn view(
        &self,
        no: InstanceNo,
        notification: NotificationId,
    ) -> Result<LinkView, RespondError> {
        self.db
            .read("respond.view", move |tx| {
                let notification =
                    notifications::get(tx, no, notification)?.ok_or(RespondError::NoAlert)?;
                let alert =
                    alerts::get(tx, no, notification.alert)?.ok_or(RespondError::NoAlert)?;
                let responses = responses::of_alert(tx, no, alert.id, RESPONSES_SHOWN_MAX)?;
                let told = told(tx, no, &alert)?;
                Ok(LinkView { alert, person: notification.person, told, responses })
            })
            .await
    }

    /// Takes the answer of a link.
    pub async fn answer_link(
        &self,
        no: InstanceNo,
        notification: NotificationId,
        option: u8,
        comment: Option<String>,
    ) -> Result<Answered, RespondError> {
        let view = self.view(no, notification).await?;
        self.answer(Answer {
            instance: no,
            alert: view.alert.id,
            notification: Some(notification),
            person: view.person,
            choice: Choice::Option(option),
            comment,
            via: Via::Link,
        })
        .await
    }

    /// Takes an answer.
    pub async fn answer(&self, answer: Answer) -> Result<Answered, RespondError> {
        let directory = self.snapshots.instance(answer.instance).ok_or(RespondError::NoInstance)?;
        let now = self.clock.now();
        let random = self.random.clone();
        let id = Id::new(&random, now);
        let (no, alert) = (answer.instance, answer.alert);
        let answered = self
            .db
            .write("respond.answer", move |tx| {
                let mut taking = Taking { tx, directory: &directory, now, random: &random };
                taking.take(&answer, id)
            })
            .await?;
        self.metrics.responses.add(1);
        self.ring(no, alert);
        Ok(answered)
    }

    fn ring(&self, no: InstanceNo, alert: AlertId) {
        self.bells.wake.notify_one();
        self.bells.live.publish(no, &[alert]);
    }
}

/// One answer inside its transaction.
struct Taking<'a, 'tx> {
    tx: &'a mut WriteTx<'tx>,
    directory: &'a Directory,
    now: Timestamp,
    random: &'a Random,
}

impl Taking<'_, '_> {
    fn take(&mut self, answer: &Answer, id: Id<Response>) -> Result<Answered, RespondError> {
        let no = self.directory.instance.no;
        let mut alert = alerts::lock(self.tx, no, answer.alert)?.ok_or(RespondError::NoAlert)?;
        let option = self.option(&alert, answer.choice)?;
        let notification = self.mark_responded(answer)?;
        // Asked again in a later round, the same answer is a new one.
        let asked = notification.as_ref().map_or(Timestamp::MIN, |n| n.created);
        let given = responses::given(self.tx, no, alert.id, answer.person, &option, asked)?;
        // Who took it before, and lost it to somebody else since, may take it again.
        let lost = option.action == Action::AssignToUser && alert.owner != Some(answer.person);
        let given = given && !lost;
        let (standing, effect) = decide(alert.state, option.action, given);
        let comment = answer.comment.as_deref().map(|c| cut(&clean(c), COMMENT_CHARS_MAX));
        let response = Response {
            id,
            alert: alert.id,
            notification: notification.as_ref().map(|n| n.id),
            person: answer.person,
            option,
            comment: comment.filter(|c| !c.is_empty()),
            via: answer.via,
            at: self.now,
            standing,
        };
        responses::insert(self.tx, no, &response)?;
        let mut entries = vec![self.said(&response)];
        let before = alert.state;
        self.apply(effect, &mut alert, &response, notification.as_ref(), &mut entries)?;
        let all = BTreeMap::from([((no, alert.id), entries)]);
        timeline::insert(self.tx, &all, self.now, self.random)?;
        let changed = alert.state != before;
        Ok(Answered { response, alert, changed })
    }

    fn option(&self, alert: &Alert, choice: Choice) -> Result<ResponseOption, RespondError> {
        let form = self.directory.form(alert.form);
        let options = form.map(|f| f.options.as_slice()).unwrap_or_default();
        match choice {
            Choice::Option(number) => {
                let found = options.iter().find(|option| option.number == number);
                found.cloned().ok_or(RespondError::NoOption(number))
            }
            Choice::Action(action) => {
                let found = options.iter().find(|option| option.action == action);
                Ok(found.cloned().unwrap_or_else(|| plain(action)))
            }
        }
    }

    fn mark_responded(&mut self, answer: &Answer) -> Result<Option<Notification>, Error> {
        let Some(id) = answer.notification else {
            return Ok(None);
        };
        let found = notifications::get(self.tx, answer.instance, id)?;
        let found = found.filter(|notification| notification.alert == answer.alert);
        if found.is_some() {
            notifications::responded(self.tx, answer.instance, id, self.now)?;
        }
        Ok(found)
    }

    fn said(&self, response: &Response) -> Entry {
        let answered = Answering::Answered {
            person: words::person(self.directory, response.person),
            answer: response.option.text.clone(),
            via: response.via,
            standing: response.standing,
            comment: response.comment.clone(),
        };
        let entry = Entry::new(self.now, Step::Respond, answered).person(response.person);
        match response.notification {
            Some(id) => entry.notification(id),
            None => entry,
        }
    }

    fn apply(
        &mut self,
        effect: Effect,
        alert: &mut Alert,
        response: &Response,
        notification: Option<&Notification>,
        entries: &mut Vec<Entry>,
    ) -> Result<(), Error> {
        let no = self.directory.instance.no;
        let person = response.person;
        let name = words::person(self.directory, person);
        let group = notification.and_then(|n| n.path.group);
        let now = self.now;
        let mut note = |what: Answering| entries.push(Entry::new(now, Step::Respond, what));
        match effect {
            Effect::Nothing => return Ok(()),
            Effect::StopPerson => {
                let cancelled =
                    notifications::cancel_person(self.tx, no, alert.id, person, self.now)?;
                note(Answering::NoMore { person: name, cancelled });
                return Ok(());
            }
            Effect::StopTarget => {
                if let Some(group) = group {
                    notifications::cancel_group(self.tx, no, alert.id, group, now)?;
                    self.set_due(alert.id, None, |e| e.group == group)?;
                    note(Answering::Stopped { who: words::group(self.directory, group) });
                } else {
                    notifications::cancel_person(self.tx, no, alert.id, person, now)?;
                    note(Answering::Stopped { who: name });
                }
                return Ok(());
            }
            Effect::EscalateNow => {
                notifications::cancel_person(self.tx, no, alert.id, person, self.now)?;
                let of_group = |e: &escalations::Escalation| group.is_none_or(|g| e.group == g);
                let moved = self.set_due(alert.id, Some(self.now), of_group)?;
                let further = moved > 0;
                note(if further { Answering::Escalated } else { Answering::NobodyFurther });
                return Ok(());
            }
            Effect::Acknowledge => {
                alert.state = State::Acknowledged;
                alert.owner = Some(person);
                alert.acknowledged.get_or_insert(self.now);
                note(Answering::Acknowledged { person: name });
            }
            Effect::Close => {
                alert.state = State::Closed;
                let cause = CloseCause::Response;
                alert.closed = Some(Closed { at: self.now, cause, by: Some(person) });
                note(Answering::Ended { person: name });
            }
        }
        alert.updated = self.now;
        self.stop_all(alert.id)?;
        alerts::update(self.tx, &[(no, &*alert)])
    }

    fn stop_all(&mut self, alert: AlertId) -> Result<(), Error> {
        let no = self.directory.instance.no;
        notifications::cancel_alerts(self.tx, no, &[alert], self.now)?;
        escalations::stop(self.tx, no, &[alert]).map(drop)
    }

    /// Moves the next turn of the running walks that `which` names, or stops them; returns how many.
    fn set_due(
        &mut self,
        alert: AlertId,
        due: Option<Timestamp>,
        which: impl Fn(&escalations::Escalation) -> bool,
    ) -> Result<usize, Error> {
        let no = self.directory.instance.no;
        let mut moved = Vec::new();
        for mut row in escalations::of_alert(self.tx, no, alert)?.into_iter().filter(|e| which(e)) {
            let paused = walk::decode(&row).ok().filter(|(_, paused)| *paused);
            match (row.due, paused) {
                (Some(_), _) => row.due = due,
                // Stopped while the alert is suspended: resuming it must not start the walk again.
                (None, Some((walk, _))) if due.is_none() => row.walk = walk::encode(&walk, false),
                (None, _) => continue,
            }
            moved.push(row);
        }
        escalations::update(self.tx, &moved)?;
        Ok(moved.len())
    }
}

/// An action offered without a form's option.
fn plain(action: Action) -> ResponseOption {
    let (text, contribution) = match action {
        Action::RecordResponse => ("Noted", Contribution::Neutral),
        Action::StopNotifyingUser => ("Stop telling me", Contribution::Neutral),
        Action::StopNotifyingTarget => ("Stop telling my group", Contribution::Neutral),
        Action::Escalate => ("Escalate", Contribution::Negative),
        Action::AssignToUser => ("Acknowledge", Contribution::Positive),
        Action::End => ("Resolve", Contribution::Positive),
    };
    ResponseOption {
        number: 0,
        text: text.to_owned(),
        description: String::new(),
        action,
        contribution,
        allow_comments: true,
    }
}

/// A comment without control characters; line breaks become spaces.
fn clean(comment: &str) -> String {
    let visible = comment.trim().chars();
    visible
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !firebell_domain::name::is_invisible(*c))
        .collect()
}
