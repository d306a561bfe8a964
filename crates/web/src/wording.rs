//! The sentences of the response page: pure functions of where the alert stands.
//!
//! Called by `page` and `answer`. They say what `domain::response` does; they decide nothing.

use firebell_domain::alert::{Alert, CloseCause, State};
use firebell_domain::form::Action;
use firebell_domain::response::Standing;
use firebell_ui::Say;

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
pub(crate) fn next(t: Say, action: Action, state: State, holder: Holder<'_>) -> String {
    match action {
        Action::AssignToUser => match (state, holder) {
            (State::Acknowledged, Holder::You) => t.get("web-next-own"),
            (State::Acknowledged, Holder::Other(name)) => t.a("web-next-over", &[("name", name)]),
            _ => t.get("web-next-take"),
        },
        Action::Escalate => match state {
            State::Open => t.get("web-next-escalate"),
            State::Acknowledged | State::Suspended | State::Closed => {
                t.a("web-next-noted", &[("more", &nobody_is_told(t, state, holder))])
            }
        },
        Action::End => t.get("web-next-end"),
        Action::StopNotifyingUser => t.get("web-next-stop-user"),
        Action::StopNotifyingTarget => t.get("web-next-stop-group"),
        Action::RecordResponse => t.get("web-next-record"),
    }
}

/// Why an escalation would reach nobody.
fn nobody_is_told(t: Say, state: State, holder: Holder<'_>) -> String {
    match (state, holder) {
        (State::Closed, _) => t.get("web-untold-closed"),
        (State::Suspended, _) => t.get("web-untold-suspended"),
        (_, Holder::You) => t.get("web-untold-own"),
        (_, Holder::Other(name)) => t.a("web-untold-other", &[("name", name)]),
        (_, Holder::Nobody) => t.get("web-untold-source"),
    }
}

/// What an answer did: a headline of a few words, and a sentence.
pub(crate) fn done(
    t: Say,
    action: Action,
    standing: Standing,
    state: State,
    holder: Holder<'_>,
) -> (String, String) {
    let both = |word: &str, text: &str| (t.get(word), t.get(text));
    match standing {
        Standing::Late => return both("web-late", "web-late-text"),
        Standing::Repeated => return both("web-again", "web-again-text"),
        Standing::Counted => {}
    }
    match action {
        Action::AssignToUser => both("web-taken", "web-taken-text"),
        Action::Escalate => match state {
            State::Open => both("web-passed", "web-passed-text"),
            State::Acknowledged | State::Suspended | State::Closed => {
                (t.get("web-noted"), nobody_is_told(t, state, holder))
            }
        },
        Action::End => both("web-ended-now", "web-ended-now-text"),
        Action::StopNotifyingUser => both("web-noted", "web-stopped-user-text"),
        Action::StopNotifyingTarget => both("web-noted", "web-stopped-group-text"),
        Action::RecordResponse => both("web-noted", "web-recorded-text"),
    }
}

/// Where the alert stands, in a sentence without a full stop.
pub(crate) fn standing(
    t: Say,
    alert: &Alert,
    holder: Holder<'_>,
    anybody_answered: bool,
) -> String {
    match alert.state {
        State::Open if anybody_answered => t.get("web-stands-unheld"),
        State::Open => t.get("web-stands-open"),
        State::Acknowledged => match holder {
            Holder::You => t.get("web-stands-own"),
            Holder::Other(name) => t.a("web-stands-other", &[("name", name)]),
            Holder::Nobody => t.get("web-stands-source"),
        },
        State::Suspended => t.get("web-stands-suspended"),
        State::Closed => ended(t, alert.closed.map(|c| c.cause), holder),
    }
}

/// How an alert ended; `by` is who did it.
fn ended(t: Say, cause: Option<CloseCause>, by: Holder<'_>) -> String {
    match (cause, by) {
        (Some(CloseCause::Source), _) => t.get("web-over-source"),
        (Some(CloseCause::Expired), _) => t.get("web-over-expired"),
        (Some(CloseCause::Response | CloseCause::Person) | None, Holder::You) => {
            t.get("web-over-own")
        }
        (Some(CloseCause::Response | CloseCause::Person) | None, Holder::Other(name)) => {
            t.a("web-over-other", &[("name", name)])
        }
        (Some(CloseCause::Response | CloseCause::Person) | None, Holder::Nobody) => {
            t.get("web-over-plain")
        }
    }
}

#[cfg(test)]
mod tests {
    use firebell_ui::Lang;

    use super::*;
    use crate::words::say;

    const T: Say = say(Lang::English);

    #[test]
    fn an_escalation_says_whether_anybody_will_be_told() {
        let open = next(T, Action::Escalate, State::Open, Holder::Nobody);
        assert_eq!(open, "The next person is told now.");
        let held = next(T, Action::Escalate, State::Acknowledged, Holder::Other("Bo Ek"));
        assert_eq!(held, "It is noted. Bo Ek has the alert, so nobody else is told.");
        let (word, text) = done(
            T,
            Action::Escalate,
            Standing::Counted,
            State::Acknowledged,
            Holder::Other("Bo Ek"),
        );
        assert_eq!(word, "Noted");
        assert_eq!(text, "Bo Ek has the alert, so nobody else is told.");
    }

    #[test]
    fn taking_over_names_who_had_it() {
        let text = next(T, Action::AssignToUser, State::Acknowledged, Holder::Other("Bo Ek"));
        assert_eq!(text, "You take it over from Bo Ek.");
        let own = next(T, Action::AssignToUser, State::Acknowledged, Holder::You);
        assert_eq!(own, "You have it already.");
    }

    #[test]
    fn late_and_repeated_answers_never_claim_an_effect() {
        for lang in Lang::ALL {
            let t = say(lang);
            for action in Action::ALL {
                let late = done(t, action, Standing::Late, State::Closed, Holder::Nobody);
                assert_eq!(late.0, t.get("web-late"));
                let again = done(t, action, Standing::Repeated, State::Open, Holder::Nobody);
                assert_eq!(again.0, t.get("web-again"));
            }
        }
        assert_ne!(say(Lang::German).get("web-late"), T.get("web-late"));
        assert_ne!(say(Lang::Norwegian).get("web-late"), T.get("web-late"));
    }
}
