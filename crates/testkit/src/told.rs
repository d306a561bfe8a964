//! One of everything that can happen to an alert, with every reason: for tests that hold storage and catalogues
//! against the timeline's own words.

use std::collections::BTreeSet;

use firebell_domain::alert::Priority;
use firebell_domain::devices::Skip;
use firebell_domain::response::{Standing, Via};
use firebell_domain::shift::EscalationType;
use firebell_domain::timeline::{
    Answering, Called, Correlation, Detail, Escalating, Kind, Passed, Routing, Sending, Skipped,
    Telling, TemplatePart, Used, What, Why,
};

/// Everything that can happen.
pub fn everything() -> Vec<What> {
    let parts = [correlation(), routing(), escalating(), telling(), sending(), answering()];
    let all: Vec<What> = parts.into_iter().flatten().collect();
    let seen: BTreeSet<usize> = all.iter().map(kind).collect();
    assert!(seen.into_iter().eq(0..KINDS), "an example of each");
    all
}

/// How many things can happen.
const KINDS: usize = 43;

/// A number of its own for each thing. Whoever adds one counts it here and gives an example below.
fn kind(what: &What) -> usize {
    match what {
        What::Said(_) => 0,
        What::Correlation(what) => match what {
            Correlation::Accepted { .. } => 1,
            Correlation::Opened { .. } => 2,
            Correlation::Repeated { .. } => 3,
            Correlation::Raised { .. } => 4,
            Correlation::Acknowledged { .. } => 5,
            Correlation::Resolved { .. } => 6,
            Correlation::RanOut => 7,
            Correlation::WouldRunOut => 8,
        },
        What::Routing(what) => match what {
            Routing::Unknown { .. } => 9,
            Routing::ShiftInForce { .. } => 10,
            Routing::Broadcast { .. } => 11,
            Routing::NobodyOnCall { .. } => 12,
            Routing::GroupInactive { .. } => 13,
            Routing::GroupAgain { .. } => 14,
            Routing::TooDeep { .. } => 15,
            Routing::Supervisor { .. } => 16,
            Routing::Inactive { .. } => 17,
            Routing::TooMany => 18,
            Routing::Nobody => 19,
        },
        What::Escalating(what) => match what {
            Escalating::NextPlace { .. } => 20,
            Escalating::NewRound { .. } => 21,
            Escalating::PassedOver { .. } => 22,
            Escalating::Ended { .. } => 23,
            Escalating::Broken { .. } => 24,
        },
        What::Telling(what) => match what {
            Telling::Told { .. } => 25,
            Telling::Before { .. } => 26,
            Telling::NoDevice { .. } => 27,
            Telling::NoMore { .. } => 28,
        },
        What::Sending(what) => match what {
            Sending::Delivered { .. } => 29,
            Sending::Retrying { .. } => 30,
            Sending::Failed { .. } => 31,
            Sending::Template { .. } => 32,
            Sending::WebhookTemplate { .. } => 33,
        },
        What::Answering(what) => match what {
            Answering::Answered { .. } => 34,
            Answering::Acknowledged { .. } => 35,
            Answering::Ended { .. } => 36,
            Answering::NoMore { .. } => 37,
            Answering::Stopped { .. } => 38,
            Answering::Escalated => 39,
            Answering::NobodyFurther => 42,
            Answering::Suspended { .. } => 40,
            Answering::Resumed { .. } => 41,
        },
    }
}

fn bo() -> Called {
    "Bo Ek".into()
}

fn pay() -> Called {
    "Payments \"SRE\"".into()
}

fn source() -> String {
    "Monitor".to_owned()
}

/// Every reason to be told.
pub fn reasons() -> Vec<Why> {
    let on_call =
        Why { group: Some(pay()), shift: Some("Nights".into()), place: Some(2), ..Why::default() };
    let peer = EscalationType::Peer;
    vec![
        Why::default(),
        on_call.clone(),
        Why { place: None, ..on_call.clone() },
        Why { shift: Some(Called::Removed(Kind::Shift)), escalation: peer, ..on_call.clone() },
        Why { stands_in_for: Some("Mia Berg".into()), ..on_call.clone() },
        Why { round: 3, ..on_call },
        Why {
            group: Some(Called::Removed(Kind::Group)),
            escalation: EscalationType::Management,
            stands_in_for: Some(Called::Removed(Kind::Person)),
            round: 1,
            ..Why::default()
        },
    ]
}

fn skipped() -> Vec<Skipped> {
    let one = |device: &str, why| Skipped { device: device.into(), why };
    let mut all = vec![
        one("Pager", Skip::Inactive),
        one("Home Email", Skip::OutsideTimeframes),
        Skipped { device: Called::Removed(Kind::Device), why: Skip::Failsafe },
    ];
    all.extend(Priority::ALL.map(|priority| one("Mobile", Skip::BelowThreshold(priority))));
    all
}

fn correlation() -> Vec<What> {
    let mut all = vec![
        What::Said("A \"sentence\" of before.".to_owned()),
        Correlation::Accepted { source: source() }.into(),
        Correlation::Repeated { count: 10_000, source: source() }.into(),
        Correlation::Acknowledged { source: source() }.into(),
        Correlation::Resolved { source: source() }.into(),
        Correlation::RanOut.into(),
        Correlation::WouldRunOut.into(),
    ];
    for priority in Priority::ALL {
        all.push(Correlation::Opened { number: 1_234_567, priority }.into());
        all.push(Correlation::Raised { priority }.into());
    }
    all
}

fn routing() -> Vec<What> {
    let shift = |places| Routing::ShiftInForce {
        group: pay(),
        shift: "Nights".into(),
        zone: "Europe/Oslo".to_owned(),
        places,
    };
    let all = [
        Routing::Unknown { names: vec!["nobody".to_owned(), "ghost|Pager".to_owned()] },
        shift(1),
        shift(3),
        Routing::Broadcast { group: pay(), members: 1 },
        Routing::Broadcast { group: pay(), members: 2_000 },
        Routing::NobodyOnCall { group: pay() },
        Routing::GroupInactive { group: Called::Removed(Kind::Group) },
        Routing::GroupAgain { group: pay() },
        Routing::TooDeep { group: pay() },
        Routing::Supervisor { group: pay(), person: bo() },
        Routing::Inactive { who: Called::Removed(Kind::Device) },
        Routing::TooMany,
        Routing::Nobody,
    ];
    all.into_iter().map(What::from).collect()
}

fn escalating() -> Vec<What> {
    let passed = [
        Passed::Vacant,
        Passed::Inactive,
        Passed::NoDevice("Mia Berg".into()),
        Passed::UnusableDevice,
        Passed::NobodyThere,
    ];
    let passed = passed.map(|why| Escalating::PassedOver { place: 2, member: bo(), why });
    let others = [
        Escalating::NextPlace { group: pay() },
        Escalating::NewRound { group: pay() },
        Escalating::Ended { group: pay(), notice: None },
        Escalating::Ended { group: pay(), notice: Some(bo()) },
        Escalating::Broken { reason: "the stored escalation is damaged".to_owned() },
    ];
    passed.into_iter().chain(others).map(What::from).collect()
}

fn telling() -> Vec<What> {
    let uses = || {
        vec![
            Used { device: "Work Email".into(), after: None },
            Used { device: "Mobile".into(), after: Some(300) },
        ]
    };
    let mut all = Vec::new();
    for why in reasons() {
        let (person, skipped) = (bo(), Vec::new());
        all.push(Telling::Told { person, why, uses: uses(), skipped });
    }
    let (person, why) = (Called::Removed(Kind::Person), Why::default());
    all.push(Telling::Told { person, why, uses: uses(), skipped: skipped() });
    all.push(Telling::Before { person: bo(), why: Why::default() });
    for skipped in [Vec::new(), skipped()] {
        all.push(Telling::NoDevice { person: bo(), why: Why::default(), skipped });
    }
    all.push(Telling::NoMore { person: bo() });
    all.into_iter().map(What::from).collect()
}

fn sending() -> Vec<What> {
    let details = [
        Detail::Said("mx.example answered 250.".to_owned()),
        Detail::Said(String::new()),
        Detail::Kept,
        Detail::InstanceRemoved,
        Detail::RecipientRemoved,
        Detail::DeviceInactive,
        Detail::NoChannel("phone".to_owned()),
        Detail::ChannelFailed,
    ];
    let device = || Called::from("Pager");
    let mut all = Vec::new();
    for detail in details {
        let (one, other) = (detail.clone(), detail.clone());
        all.push(Sending::Delivered { person: bo(), device: device(), detail: one });
        all.push(Sending::Retrying { person: bo(), device: device(), seconds: 75, detail: other });
        all.push(Sending::Failed { person: bo(), device: device(), detail });
    }
    let error = || "line 1: unexpected end".to_owned();
    all.extend(TemplatePart::ALL.map(|part| Sending::Template { part, error: error() }));
    all.push(Sending::WebhookTemplate { error: error() });
    all.into_iter().map(What::from).collect()
}

fn answering() -> Vec<What> {
    let mut all = vec![
        Answering::Acknowledged { person: bo() },
        Answering::Ended { person: bo() },
        Answering::NoMore { person: bo(), cancelled: 2 },
        Answering::Stopped { who: pay() },
        Answering::Escalated,
        Answering::NobodyFurther,
        Answering::Suspended { person: bo() },
        Answering::Resumed { person: bo() },
    ];
    for via in Via::ALL {
        for standing in Standing::ALL {
            for comment in [None, Some("on my way".to_owned())] {
                let (person, answer) = (bo(), "On it".to_owned());
                all.push(Answering::Answered { person, answer, via, standing, comment });
            }
        }
    }
    all.into_iter().map(What::from).collect()
}
