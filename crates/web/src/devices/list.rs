//! The list of somebody's devices.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use firebell_domain::alert::Priority;
use firebell_domain::device::{Address, Device};
use firebell_domain::person::Status;
use firebell_domain::schedule::timeframe::Timeframe;
use firebell_pipeline::probe::{Known, Reach};
use firebell_store::device_checks::Tried;
use firebell_ui::part::{Art, Badge, Button, Crumbs, Empty, Reason, Tabs, Tip};
use firebell_ui::{Answer, Frame, Say, Shape, Visit, page};

use super::whose::Whose;
use super::{Kind, LIST, place};
use crate::Web;
use crate::account::tabs;
use crate::seen::shown;
use crate::words::WORDS;

#[derive(Debug, Template)]
#[template(path = "devices.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Option<Crumbs>,
    tabs: Option<Tabs>,
    line: String,
    add: Option<Button>,
    empty: Option<Empty>,
    label: String,
    rows: Vec<Row>,
}

/// A device in the list.
#[derive(Debug)]
struct Row {
    id: String,
    number: usize,
    icon: Shape,
    name: String,
    kind: String,
    place: String,
    badges: Vec<Badge>,
    unverified: Option<Tip>,
    /// When it is used, in a few words each.
    when: Vec<String>,
    frames: Vec<String>,
    /// That nothing can be sent, and why.
    warning: Option<String>,
    last: Option<String>,
    buttons: Vec<Button>,
    moves: Vec<Button>,
}

/// `GET …/devices`
pub(super) async fn show(State(web): State<Web>, whose: Whose) -> Answer {
    // One's own are shown to those who may not change them; whoever has a webhook's address may post to it.
    let may = match whose.require() {
        Err(refusal) if !whose.own => return Err(refusal),
        required => required.is_ok(),
    };
    let visit = &whose.visit;
    let known = web.prober.known(&visit.directory, whose.owner.id).await?;
    let devices: Vec<_> = visit.directory.devices_of(whose.owner.id).cloned().collect();
    let nothing = Known::default();
    let last = devices.len().saturating_sub(1);
    let rows: Vec<Row> = devices
        .iter()
        .enumerate()
        .map(|(index, device)| {
            let known = known.get(&device.id).unwrap_or(&nothing);
            let place = (index, index == last);
            row(&web, &whose, device, (known, may), place)
        })
        .collect();
    let verified = devices
        .iter()
        .filter(|device| known.get(&device.id).is_some_and(|known| known.verified.is_some()));
    Ok(laid_out(&whose, rows, verified.count(), may))
}

fn laid_out(whose: &Whose, rows: Vec<Row>, verified: usize, may: bool) -> Response {
    let visit = &whose.visit;
    let t = visit.say(&WORDS);
    let line = if rows.is_empty() {
        whose.text("web-devices-none-line", "web-devices-of-none-line")
    } else {
        let line = t.na("web-devices-line", rows.len(), &[("verified", &verified.to_string())]);
        format!("{line} {}", t.get("web-devices-order"))
    };
    let new = whose.href("new");
    let empty = rows.is_empty().then(|| {
        let text = whose.text("web-devices-empty-text", "web-devices-of-empty-text");
        let empty = Empty::new(t.get("web-devices-empty"), text);
        let empty = empty.art(Art::Bell);
        if may { empty.action(t.get("web-device-add"), new.clone()) } else { empty }
    });
    let add = Button::link(t.get("web-device-add"), new).main();
    page(&Page {
        frame: visit.frame(whose.text("web-devices", "web-devices-of"), whose.area()),
        crumbs: (!whose.own).then(|| whose.crumbs(false)),
        tabs: whose.own.then(|| tabs(visit, LIST)),
        label: whose.text("web-device-list", "web-devices-of"),
        line,
        add: (may && !rows.is_empty()).then_some(add),
        empty,
        rows,
        t,
    })
}

fn row(
    web: &Web,
    whose: &Whose,
    device: &Device,
    (known, may): (&Known, bool),
    (index, is_last): (usize, bool),
) -> Row {
    let visit = &whose.visit;
    let (t, kind) = (visit.say(&WORDS), Kind::of(&device.address));
    let reach = web.prober.reach(&device.address);
    // What cannot be sent to at all says so at the button.
    let warning = (reach == Reach::Keeps).then(|| t.get("web-device-reach-keeps"));
    let unverified = known.verified.is_none() && reach == Reach::Sends;
    let name = shown(device.name.as_str());
    Row {
        id: device.id.to_string(),
        number: index + 1,
        icon: icon(kind),
        kind: kind.name(t),
        place: shown(&place(device)),
        badges: badges(t, device, known),
        unverified: unverified.then(|| {
            let tip = whose.text("web-device-unverified-tip", "web-device-of-unverified-tip");
            Tip::new(t.get("web-device-unverified"), tip)
        }),
        when: when(t, device, (index, is_last)),
        frames: device.timeframes.iter().map(|frame| frame_text(t, frame)).collect(),
        warning,
        last: last_try(visit, known),
        buttons: if may { buttons(whose, device, (known, reach), &name) } else { Vec::new() },
        moves: if may { moves(whose, device, &name, (index == 0, is_last)) } else { Vec::new() },
        name,
    }
}

const fn icon(kind: Kind) -> Shape {
    match kind {
        Kind::Email => Shape::Mail,
        Kind::Sms | Kind::Voice => Shape::Phone,
        Kind::Webhook => Shape::Plug,
    }
}

fn badges(t: Say, device: &Device, known: &Known) -> Vec<Badge> {
    let verified = known.verified.is_some();
    let inactive = device.status == Status::Inactive;
    let signed = matches!(&device.address, Address::Webhook { secret: Some(_), .. });
    let all = [
        (verified, "ok", Shape::Check, t.get("web-device-verified")),
        (inactive, "muted", Shape::Slash, t.get("web-device-inactive")),
        (device.default_device, "muted", Shape::Ring, t.get("web-device-failsafe")),
        (signed, "muted", Shape::Key, t.get("web-device-signed")),
    ];
    let shown = all.into_iter().filter(|(is_so, ..)| *is_so);
    shown.map(|(_, class, shape, text)| Badge::new(class, shape, text)).collect()
}

/// When and for what a device is used.
fn when(t: Say, device: &Device, (index, is_last): (usize, bool)) -> Vec<String> {
    let turn = if index == 0 { t.get("web-device-first") } else { t.get("web-device-next") };
    let wait = match device.delay_minutes {
        _ if is_last => None,
        0 => Some(t.get("web-device-after-none")),
        minutes => Some(t.n("web-device-after", minutes)),
    };
    let threshold = match device.priority_threshold {
        Priority::Low => t.get("web-device-any"),
        Priority::Medium => t.get("web-device-medium"),
        Priority::High => t.get("web-device-high"),
    };
    let frames = match device.timeframes.len() {
        0 => t.get("web-device-always"),
        frames => t.n("web-device-frames", frames),
    };
    [turn, threshold, frames].into_iter().chain(wait).collect()
}

/// "Night: Mo Tu We, 22:00–06:00".
fn frame_text(t: Say, frame: &Timeframe) -> String {
    let days: Vec<String> = frame.days.iter().map(|day| super::entered::day_name(t, day)).collect();
    let minutes = i64::from(frame.duration_minutes);
    let to = frame.start.wrapping_add(jiff::SignedDuration::from_mins(minutes));
    let (from, to) = (frame.start.strftime("%H:%M"), to.strftime("%H:%M"));
    let args = [
        ("name", &*shown(&frame.name)),
        ("days", &*days.join(" ")),
        ("from", &*from.to_string()),
        ("to", &*to.to_string()),
    ];
    t.a("web-device-frame", &args)
}

fn last_try(visit: &Visit, known: &Known) -> Option<String> {
    let t = visit.say(&WORDS);
    let (at, outcome, detail) = known.tried.as_ref()?;
    let (ago, detail) = (visit.when(*at).ago, shown(detail));
    let args = [("when", ago.as_str()), ("detail", detail.as_str())];
    Some(match outcome {
        Tried::Open => t.a("web-device-last-open", &args),
        Tried::Accepted => t.a("web-device-last-accepted", &args),
        Tried::Kept => t.a("web-device-last-kept", &args),
        Tried::Failed => t.a("web-device-last-failed", &args),
    })
}

fn buttons(
    whose: &Whose,
    device: &Device,
    (known, reach): (&Known, Reach),
    name: &str,
) -> Vec<Button> {
    let t = whose.visit.say(&WORDS);
    let to = |what: &str| whose.href(&format!("{}/{what}", device.id));
    let said = |key: &str| t.a(key, &[("name", name)]);
    let label = whose.text("web-device-test", "web-device-of-test");
    let test = match reach {
        Reach::Cannot => {
            let reason = Reason { text: t.get("web-device-reach-cannot"), ..Reason::default() };
            Button::refused(label, reason).id(format!("test-{}", device.id))
        }
        Reach::Sends | Reach::Keeps => Button::post(label, to("test")),
    };
    let verify = (whose.own && known.verified.is_none() && reach == Reach::Sends).then(|| {
        let verify = Button::link(t.get("web-device-verify"), to("verify"));
        verify.small().label(said("web-device-verify-of"))
    });
    let edit = whose.href(&device.id.to_string());
    let test_of = if whose.own { "web-device-test-of" } else { "web-device-of-test-of" };
    let rest = [
        test.small().label(said(test_of)),
        Button::link(t.get("web-device-edit"), edit).small().label(said("web-device-edit-of")),
        Button::post(t.get("web-device-remove"), to("remove"))
            .quiet()
            .small()
            .label(said("web-device-remove-of")),
    ];
    verify.into_iter().chain(rest).collect()
}

fn moves(
    whose: &Whose,
    device: &Device,
    name: &str,
    (is_first, is_last): (bool, bool),
) -> Vec<Button> {
    let t = whose.visit.say(&WORDS);
    let one = |what: &str, sign: &str, label: String| {
        let action = whose.href(&format!("{}/{what}", device.id));
        let id = format!("{what}-{}", device.id);
        Button::post(sign, action).quiet().small().label(label).id(id)
    };
    let up = (!is_first).then(|| one("up", "↑", t.a("web-device-up", &[("name", name)])));
    let down = (!is_last).then(|| one("down", "↓", t.a("web-device-down", &[("name", name)])));
    [up, down].into_iter().flatten().collect()
}
