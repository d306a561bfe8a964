//! The sentences of the response page: pure functions of where the alert stands.
//!
//! Called by `page` and `answer`. They say what `domain::response` does; they decide nothing.

use firebell_domain::alert::{Alert, CloseCause, State};
use firebell_domain::form::Action;
use firebell_domain::response::Standing;

/// Who has the alert, as the reader sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder<'a> {
    /// Nobody by name.
    Nobody,
    /// The reader.
    You,
    /// Somebody else.
    Other(&'a str),
}

/// What giving an answer would do now, in one sentence.
pub(crate) fn next(action: Action, state: State, holder: Holder<'_>) -> String {
    match action {
        Action::AssignToUser => match (state, holder) {
            (State::Acknowledged, Holder::You) => "You have it already.".to_owned(),
            (State::Acknowledged, Holder::Other(name)) => format!("You take it over from {name}."),
            _ => "You take it. Nobody else is told.".to_owned(),
        },
        Action::Escalate => match state {
            State::Open => "The next person is told now.".to_owned(),
            State::Acknowledged | State::Suspended | State::Closed => {
                format!("It is noted. {}", nobody_is_told(state, holder))
            }
        },
        Action::End => "The alert ends for everybody.".to_owned(),
        Action::StopNotifyingUser => "You are not told again; others still are.".to_owned(),
        Action::StopNotifyingTarget => "Your group is not told again.".to_owned(),
        Action::RecordResponse => "It is noted. Everything else goes on.".to_owned(),
    }
}

/// Why an escalation would reach nobody.
fn nobody_is_told(state: State, holder: Holder<'_>) -> String {
    match (state, holder) {
        (State::Closed, _) => "The alert is over.".to_owned(),
        (State::Suspended, _) => "The alert is suspended, so nobody is told.".to_owned(),
        (_, Holder::You) => "You have the alert, so nobody else is told.".to_owned(),
        (_, Holder::Other(name)) => format!("{name} has the alert, so nobody else is told."),
        (_, Holder::Nobody) => "The alert is acknowledged, so nobody else is told.".to_owned(),
    }
}

/// What an answer did: a headline of a few words, and a sentence.
pub(crate) fn done(
    action: Action,
    standing: Standing,
    state: State,
    holder: Holder<'_>,
) -> (&'static str, String) {
    match standing {
        Standing::Late => {
            let text = "Your answer is noted. The alert was over before it arrived.";
            return ("Already over", text.to_owned());
        }
        Standing::Repeated => {
            let text = "You gave this answer before. It stands, and nothing was done twice.";
            return ("We have your answer", text.to_owned());
        }
        Standing::Counted => {}
    }
    match action {
        Action::AssignToUser => ("You have it", "Nobody else is told. Thank you.".to_owned()),
        Action::Escalate => match state {
            State::Open => ("Passed on", "The next person is told now. Thank you.".to_owned()),
            State::Acknowledged | State::Suspended | State::Closed => {
                ("Noted", nobody_is_told(state, holder))
            }
        },
        Action::End => {
            ("Ended", "The alert is over for everybody. Nothing more is sent.".to_owned())
        }
        Action::StopNotifyingUser => {
            ("Noted", "You are not told again about this alert; others still are.".to_owned())
        }
        Action::StopNotifyingTarget => {
            ("Noted", "Your group is not told again about this alert.".to_owned())
        }
        Action::RecordResponse => {
            ("Noted", "Your answer is on the alert's timeline. Everything else goes on.".to_owned())
        }
    }
}

/// Where the alert stands, in a sentence without a full stop.
pub(crate) fn standing(alert: &Alert, holder: Holder<'_>, anybody_answered: bool) -> String {
    match alert.state {
        State::Open if anybody_answered => "Nobody has it yet".to_owned(),
        State::Open => "Nobody has answered yet".to_owned(),
        State::Acknowledged => match holder {
            Holder::You => "You have it".to_owned(),
            Holder::Other(name) => format!("{name} has it"),
            Holder::Nobody => "Acknowledged at the source".to_owned(),
        },
        State::Suspended => "Suspended: nothing is sent for now".to_owned(),
        State::Closed => ended(alert.closed.map(|c| c.cause), holder),
    }
}

/// How an alert ended; `by` is who did it.
fn ended(cause: Option<CloseCause>, by: Holder<'_>) -> String {
    match (cause, by) {
        (Some(CloseCause::Source), _) => "Over: the sender says so".to_owned(),
        (Some(CloseCause::Expired), _) => "Ended: its time ran out".to_owned(),
        (Some(CloseCause::Response | CloseCause::Person) | None, Holder::You) => {
            "Ended by you".to_owned()
        }
        (Some(CloseCause::Response | CloseCause::Person) | None, Holder::Other(name)) => {
            format!("Ended by {name}")
        }
        (Some(CloseCause::Response | CloseCause::Person) | None, Holder::Nobody) => {
            "Ended".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escalation_says_whether_anybody_will_be_told() {
        let open = next(Action::Escalate, State::Open, Holder::Nobody);
        assert_eq!(open, "The next person is told now.");
        let held = next(Action::Escalate, State::Acknowledged, Holder::Other("Bo Ek"));
        assert_eq!(held, "It is noted. Bo Ek has the alert, so nobody else is told.");
        let done =
            done(Action::Escalate, Standing::Counted, State::Acknowledged, Holder::Other("Bo Ek"));
        assert_eq!(done, ("Noted", "Bo Ek has the alert, so nobody else is told.".to_owned()));
    }

    #[test]
    fn taking_over_names_who_had_it() {
        let text = next(Action::AssignToUser, State::Acknowledged, Holder::Other("Bo Ek"));
        assert_eq!(text, "You take it over from Bo Ek.");
        assert_eq!(
            next(Action::AssignToUser, State::Acknowledged, Holder::You),
            "You have it already."
        );
    }

    #[test]
    fn late_and_repeated_answers_never_claim_an_effect() {
        for action in Action::ALL {
            let late = done(action, Standing::Late, State::Closed, Holder::Nobody);
            assert_eq!(late.0, "Already over");
            let again = done(action, Standing::Repeated, State::Open, Holder::Nobody);
            assert_eq!(again.0, "We have your answer");
        }
    }
}
