//! The sentences, word by word: API, command line and *explain* have shown them since the first release.

use super::*;
use crate::alert::Priority;
use crate::timeline::Used;

fn name(text: &str) -> Called {
    text.into()
}

fn bo() -> Called {
    name("Bo Ek")
}

fn pay() -> Called {
    name("Payments")
}

fn check(table: Vec<(What, &str)>) {
    for (what, text) in table {
        assert_eq!(what.to_string(), text);
    }
}

#[test]
fn events_and_time() {
    let source = || "Monitor".to_owned();
    check(vec![
        (What::Said("As it was.".to_owned()), "As it was."),
        (Correlation::Accepted { source: source() }.into(), "Event accepted from Monitor"),
        (
            Correlation::Opened { number: 7, priority: Priority::High }.into(),
            "Alert 7 opened, priority HIGH",
        ),
        (
            Correlation::Repeated { count: 10, source: source() }.into(),
            "10 events so far, the newest from Monitor",
        ),
        (
            Correlation::Raised { priority: Priority::Medium }.into(),
            "Priority raised to MEDIUM by a later event",
        ),
        (
            Correlation::Acknowledged { source: source() }.into(),
            "Acknowledged by the source, Monitor",
        ),
        (Correlation::Resolved { source: source() }.into(), "Resolved by the source, Monitor"),
        (Correlation::RanOut.into(), "Ended: its time ran out"),
        (Correlation::WouldRunOut.into(), "The alert would end here if nobody had answered"),
    ]);
}

#[test]
fn routing() {
    let shift = |places| Routing::ShiftInForce {
        group: pay(),
        shift: name("Nights"),
        zone: "Europe/Oslo".to_owned(),
        places,
    };
    check(vec![
        (
            Routing::Unknown { names: vec!["nobody".to_owned(), "ghost|Pager".to_owned()] }.into(),
            "The event names recipients that do not exist: nobody, ghost|Pager",
        ),
        (shift(1).into(), "Routed to Payments · shift Nights (Europe/Oslo) · 1 place"),
        (shift(3).into(), "Routed to Payments · shift Nights (Europe/Oslo) · 3 places"),
        (
            Routing::Broadcast { group: pay(), members: 2 }.into(),
            "Routed to Payments · broadcast to 2 members",
        ),
        (
            Routing::NobodyOnCall { group: pay() }.into(),
            "No shift of Payments is in force: nobody is on call",
        ),
        (
            Routing::GroupInactive { group: Called::Removed(Kind::Group) }.into(),
            "Not told: (removed group) is inactive or removed",
        ),
        (
            Routing::GroupAgain { group: pay() }.into(),
            "Payments was reached before: it is told once",
        ),
        (Routing::TooDeep { group: pay() }.into(), "Payments is nested too deep: it is not told"),
        (
            Routing::Supervisor { group: pay(), person: bo() }.into(),
            "Nobody of Payments can be told, so its supervisor Bo Ek is",
        ),
        (Routing::Inactive { who: bo() }.into(), "Not told: Bo Ek is inactive, away or removed"),
        (Routing::TooMany.into(), "More recipients than one alert may tell: the rest is not told"),
        (Routing::Nobody.into(), "Nobody could be told about this alert"),
    ]);
}

#[test]
fn escalations() {
    let passed = |why| Escalating::PassedOver { place: 2, member: bo(), why }.into();
    check(vec![
        (
            Escalating::NextPlace { group: pay() }.into(),
            "No answer yet: Payments escalates to the next place",
        ),
        (
            Escalating::NewRound { group: pay() }.into(),
            "Nobody answered: the escalation of Payments starts again",
        ),
        (passed(Passed::Vacant), "Place 2: Bo Ek is away, and nobody stands in"),
        (passed(Passed::Inactive), "Place 2: Bo Ek is inactive or removed"),
        (
            passed(Passed::NoDevice(name("Mia Berg"))),
            "Place 2: Bo Ek is passed over: Mia Berg has no device that may be used now",
        ),
        (passed(Passed::UnusableDevice), "Place 2: Bo Ek may not be used now"),
        (passed(Passed::NobodyThere), "Place 2: Bo Ek has nobody who can be told now"),
        (
            Escalating::Ended { group: pay(), notice: None }.into(),
            "The escalation of Payments is at its end",
        ),
        (
            Escalating::Ended { group: pay(), notice: Some(bo()) }.into(),
            "The escalation of Payments is at its end; Bo Ek hears that nobody answered",
        ),
        (
            Escalating::Broken { reason: "damaged".to_owned() }.into(),
            "The escalation ends here: damaged",
        ),
    ]);
}

#[test]
fn who_is_told_and_who_is_not() {
    let why = || Why {
        group: Some(pay()),
        shift: Some(name("Nights")),
        place: Some(1),
        ..Why::default()
    };
    let skipped = || {
        vec![
            Skipped { device: name("Pager"), why: Skip::Inactive },
            Skipped { device: name("Mobile"), why: Skip::BelowThreshold(Priority::High) },
            Skipped { device: name("Home Email"), why: Skip::OutsideTimeframes },
            Skipped { device: Called::Removed(Kind::Device), why: Skip::Failsafe },
        ]
    };
    let reasons = "Pager (inactive), Mobile (only for priority HIGH and above), Home Email (outside \
                   its time frames), (removed device) (failsafe, not needed)";
    let uses = vec![
        Used { device: name("Work Email"), after: None },
        Used { device: name("Mobile"), after: Some(300) },
    ];
    let told = |uses, skipped| Telling::Told { person: bo(), why: why(), uses, skipped };
    let on_call = "Bo Ek (on call for Payments · shift Nights, place 1)";
    let no_device = |skipped| Telling::NoDevice { person: bo(), why: Why::default(), skipped };
    check(vec![
        (
            told(uses.clone(), Vec::new()).into(),
            &format!("{on_call} is told on Work Email; Mobile after 5 min"),
        ),
        (
            told(uses, skipped()).into(),
            &format!("{on_call} is told on Work Email; Mobile after 5 min; not on {reasons}"),
        ),
        (
            Telling::Before { person: bo(), why: why() }.into(),
            &format!("{on_call} was told before"),
        ),
        (no_device(skipped()).into(), &format!("Not told: Bo Ek (named directly): {reasons}")),
        (no_device(Vec::new()).into(), "Not told: Bo Ek (named directly): no device"),
        (
            Telling::NoMore { person: bo() }.into(),
            "Not told: Bo Ek asked not to be told about this alert",
        ),
    ]);
}

#[test]
fn reasons() {
    let all = Why {
        group: Some(pay()),
        shift: Some(Called::Removed(Kind::Shift)),
        place: None,
        escalation: EscalationType::Peer,
        stands_in_for: Some(name("Mia Berg")),
        round: 1,
    };
    let text = "on call for Payments · shift (removed shift) · peer escalation · standing in for Mia \
                Berg · round 2";
    assert_eq!(all.to_string(), text);
    let management = Why { shift: None, escalation: EscalationType::Management, ..all };
    let text = "of Payments · management escalation · standing in for Mia Berg · round 2";
    assert_eq!(management.to_string(), text);
}

#[test]
fn messages() {
    let failed = |detail| Sending::Failed { person: bo(), device: name("Pager"), detail }.into();
    let said = || Detail::Said("250 taken.".to_owned());
    check(vec![
        (
            Sending::Delivered { person: bo(), device: name("Pager"), detail: said() }.into(),
            "Bo Ek · Pager: delivered. 250 taken.",
        ),
        (
            Sending::Retrying { person: bo(), device: name("Pager"), seconds: 75, detail: said() }
                .into(),
            "Bo Ek · Pager: not delivered, again in 1 min 15 s. 250 taken.",
        ),
        (
            Sending::Delivered { person: bo(), device: name("Pager"), detail: Detail::Kept }.into(),
            "Bo Ek · Pager: delivered. No mail server is configured: the message was not sent and is \
             kept visible in the outbox.",
        ),
        (failed(said()), "Bo Ek · Pager: could not be delivered. 250 taken."),
        (
            failed(Detail::InstanceRemoved),
            "Bo Ek · Pager: could not be delivered. The instance was removed.",
        ),
        (
            failed(Detail::RecipientRemoved),
            "Bo Ek · Pager: could not be delivered. Not sent: the person or the device was removed.",
        ),
        (
            failed(Detail::DeviceInactive),
            "Bo Ek · Pager: could not be delivered. Not sent: the device is inactive.",
        ),
        (
            failed(Detail::NoChannel("phone".to_owned())),
            "Bo Ek · Pager: could not be delivered. No channel for phone is configured.",
        ),
        (
            failed(Detail::ChannelFailed),
            "Bo Ek · Pager: could not be delivered. The channel failed unexpectedly.",
        ),
        (
            Sending::Template { part: TemplatePart::Subject, error: "e".to_owned() }.into(),
            "The form's subject template cannot be used: e",
        ),
        (
            Sending::Template { part: TemplatePart::Body, error: "e".to_owned() }.into(),
            "The form's body template cannot be used: e",
        ),
        (
            Sending::WebhookTemplate { error: "e".to_owned() }.into(),
            "The form's webhook template failed, the default was used: e",
        ),
    ]);
}

#[test]
fn answers() {
    let answered = |via, standing, comment: Option<&str>| {
        Answering::Answered {
            person: bo(),
            answer: "On it".to_owned(),
            via,
            standing,
            comment: comment.map(str::to_owned),
        }
        .into()
    };
    check(vec![
        (answered(Via::Link, Standing::Counted, None), "Bo Ek answered “On it” by a link"),
        (
            answered(Via::Api, Standing::Repeated, None),
            "Bo Ek answered “On it” by the API (given before)",
        ),
        (
            answered(Via::Page, Standing::Late, Some("soon")),
            "Bo Ek answered “On it” by a page (the alert was over): “soon”",
        ),
        (
            Answering::Acknowledged { person: Called::Removed(Kind::Person) }.into(),
            "Acknowledged by (removed person): nobody else is told",
        ),
        (Answering::Ended { person: bo() }.into(), "Ended by Bo Ek"),
        (
            Answering::NoMore { person: bo(), cancelled: 2 }.into(),
            "Bo Ek is not told again about this alert (2 cancelled)",
        ),
        (Answering::Stopped { who: pay() }.into(), "Payments is told no more"),
        (Answering::Escalated.into(), "Escalated to the next place at once"),
        (Answering::NobodyFurther.into(), "Nobody further to escalate to"),
        (
            Answering::Suspended { person: bo() }.into(),
            "Suspended by Bo Ek: nothing is sent until it is resumed",
        ),
        (Answering::Resumed { person: bo() }.into(), "Resumed by Bo Ek"),
    ]);
}

#[test]
fn durations_in_words() {
    let table = [
        (-1, "0 s"),
        (0, "0 s"),
        (45, "45 s"),
        (300, "5 min"),
        (301, "5 min 1 s"),
        (3600, "1 h"),
        (7800, "2 h 10 min"),
    ];
    for (seconds, words) in table {
        assert_eq!(span(seconds), words);
    }
}
