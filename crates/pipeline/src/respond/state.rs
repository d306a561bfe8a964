//! Changing an alert's state by hand: suspend, resume, end.

use std::collections::BTreeMap;

use firebell_base::Timestamp;
use firebell_domain::alert::{Alert, AlertId, CloseCause, Closed, State};
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::PersonId;
use firebell_domain::timeline::{Answering, Called, Entry, Step};
use firebell_sql::{Error, WriteTx};
use firebell_store::{alerts, escalations, notifications, timeline};

use super::{RespondError, Responder, walk, words};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateChange {
    /// Send nothing until resumed; answers still count.
    Suspend,
    /// Go on where it was suspended.
    Resume,
    /// End.
    End,
}

impl Responder {
    /// Changes an alert's state; returns the alert, and whether anything changed.
    pub async fn change_state(
        &self,
        no: InstanceNo,
        id: AlertId,
        change: StateChange,
        by: PersonId,
    ) -> Result<(Alert, bool), RespondError> {
        let directory = self.snapshots.instance(no).ok_or(RespondError::NoInstance)?;
        let (now, random) = (self.clock.now(), self.random.clone());
        let name = words::person(&directory, by);
        let changed = self
            .db
            .write("respond.change_state", move |tx| {
                let alert = alerts::lock(tx, no, id)?.ok_or(RespondError::NoAlert)?;
                let asked = Asked { no, change, by, now, name: &name };
                let Some((alert, what)) = asked.apply(tx, alert)? else {
                    let alert = alerts::get(tx, no, id)?.ok_or(RespondError::NoAlert)?;
                    return Ok((alert, false));
                };
                alerts::update(tx, &[(no, &alert)])?;
                let entry = Entry::new(now, Step::Respond, what).person(by);
                let entries = BTreeMap::from([((no, alert.id), vec![entry])]);
                timeline::insert(tx, &entries, now, &random)?;
                Ok::<_, RespondError>((alert, true))
            })
            .await?;
        self.ring(no, id);
        Ok(changed)
    }
}

/// What is asked for, and by whom.
struct Asked<'a> {
    no: InstanceNo,
    change: StateChange,
    by: PersonId,
    now: Timestamp,
    name: &'a Called,
}

impl Asked<'_> {
    /// The alert after the change and what the timeline says of it; none when it is so already.
    fn apply(
        &self,
        tx: &mut WriteTx<'_>,
        mut alert: Alert,
    ) -> Result<Option<(Alert, Answering)>, RespondError> {
        let Asked { no, change, by, now, name } = *self;
        let person = name.clone();
        let what = match (change, alert.state) {
            (StateChange::Suspend | StateChange::Resume, State::Closed) => {
                return Err(RespondError::Closed);
            }
            (StateChange::End, State::Closed)
            | (StateChange::Suspend, State::Suspended)
            | (StateChange::Resume, State::Open | State::Acknowledged) => return Ok(None),
            (StateChange::Suspend, State::Open | State::Acknowledged) => {
                alert.state = State::Suspended;
                notifications::park(tx, no, alert.id)?;
                pause(tx, no, alert.id)?;
                Answering::Suspended { person }
            }
            (StateChange::Resume, State::Suspended) => {
                // Acknowledged by the source, it has no owner.
                let acknowledged = alert.acknowledged.is_some();
                alert.state = if acknowledged { State::Acknowledged } else { State::Open };
                notifications::unpark(tx, no, alert.id, now)?;
                resume(tx, no, alert.id, now)?;
                Answering::Resumed { person }
            }
            (StateChange::End, State::Open | State::Acknowledged | State::Suspended) => {
                alert.state = State::Closed;
                alert.closed = Some(Closed { at: now, cause: CloseCause::Person, by: Some(by) });
                notifications::cancel_alerts(tx, no, &[alert.id], now)?;
                escalations::stop(tx, no, &[alert.id])?;
                Answering::Ended { person }
            }
        };
        alert.updated = now;
        Ok(Some((alert, what)))
    }
}

/// Marks the running walks as paused.
fn pause(tx: &mut WriteTx<'_>, no: InstanceNo, alert: AlertId) -> Result<(), Error> {
    let mut paused = Vec::new();
    for mut row in escalations::of_alert(tx, no, alert)? {
        if let (Some(_), Ok((walk, _))) = (row.due, walk::decode(&row)) {
            row.due = None;
            row.walk = walk::encode(&walk, true);
            paused.push(row);
        }
    }
    escalations::update(tx, &paused)
}

/// Lets the paused walks take their next turn now.
fn resume(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    alert: AlertId,
    now: Timestamp,
) -> Result<(), Error> {
    let mut resumed = Vec::new();
    for mut row in escalations::of_alert(tx, no, alert)? {
        if let Ok((walk, true)) = walk::decode(&row) {
            row.due = Some(now);
            row.walk = walk::encode(&walk, false);
            resumed.push(row);
        }
    }
    escalations::update(tx, &resumed)
}
