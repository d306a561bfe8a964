//! What happened, as JSON: `["code", argument, …]`, optional arguments at the end left out. A hot path: nothing is
//! made in between, everything is written where it ends up. Read back by `take`.

use std::fmt::Write as _;

use firebell_domain::devices::Skip;
use firebell_domain::shift::EscalationType;
use firebell_domain::timeline::{
    Answering, Called, Correlation, Detail, Escalating, Kind, Passed, Routing, Sending, Skipped,
    Telling, TemplatePart, Used, What, Why,
};

/// Writes what happened.
pub(super) fn put(what: &What, out: &mut String) {
    let mut to = Json(out);
    match what {
        // As it was stored when only sentences were: a text by itself.
        What::Said(text) => {
            to.quoted(text);
        }
        What::Correlation(what) => correlation(&mut to, what).close(),
        What::Routing(what) => routing(&mut to, what).close(),
        What::Escalating(what) => escalating(&mut to, what).close(),
        What::Telling(what) => telling(&mut to, what).close(),
        What::Sending(what) => sending(&mut to, what).close(),
        What::Answering(what) => answering(&mut to, what).close(),
    }
}

fn correlation<'j, 'o>(to: &'j mut Json<'o>, what: &Correlation) -> &'j mut Json<'o> {
    match what {
        Correlation::Accepted { source } => to.open("ev").text(source),
        Correlation::Opened { number, priority } => {
            to.open("op").number(*number).number(priority.code())
        }
        Correlation::Repeated { count, source } => to.open("re").number(*count).text(source),
        Correlation::Raised { priority } => to.open("pr").number(priority.code()),
        Correlation::Acknowledged { source } => to.open("as").text(source),
        Correlation::Resolved { source } => to.open("rs").text(source),
        Correlation::RanOut => to.open("ro"),
        Correlation::WouldRunOut => to.open("wr"),
    }
}

fn routing<'j, 'o>(to: &'j mut Json<'o>, what: &Routing) -> &'j mut Json<'o> {
    match what {
        Routing::Unknown { names } => {
            let to = to.open("un");
            names.iter().fold(to, |to, name| to.text(name))
        }
        Routing::ShiftInForce { group, shift, zone, places } => {
            to.open("sf").called(group).called(shift).text(zone).number(signed(*places))
        }
        Routing::Broadcast { group, members } => {
            to.open("bc").called(group).number(signed(*members))
        }
        Routing::NobodyOnCall { group } => to.open("nc").called(group),
        Routing::GroupInactive { group } => to.open("gi").called(group),
        Routing::GroupAgain { group } => to.open("ga").called(group),
        Routing::TooDeep { group } => to.open("gd").called(group),
        Routing::Supervisor { group, person } => to.open("su").called(group).called(person),
        Routing::Inactive { who } => to.open("in").called(who),
        Routing::TooMany => to.open("tm"),
        Routing::Nobody => to.open("no"),
    }
}

fn escalating<'j, 'o>(to: &'j mut Json<'o>, what: &Escalating) -> &'j mut Json<'o> {
    match what {
        Escalating::NextPlace { group } => to.open("np").called(group),
        Escalating::NewRound { group } => to.open("nr").called(group),
        Escalating::PassedOver { place, member, why } => {
            let to = to.open("po").number(i64::from(*place)).called(member);
            match why {
                Passed::Vacant => to.number(0),
                Passed::Inactive => to.number(1),
                Passed::UnusableDevice => to.number(2),
                Passed::NobodyThere => to.number(3),
                Passed::NoDevice(who) => to.number(4).called(who),
            }
        }
        Escalating::Ended { group, notice } => {
            let to = to.open("ee").called(group);
            notice.iter().fold(to, |to, who| to.called(who))
        }
        Escalating::Broken { reason } => to.open("eb").text(reason),
    }
}

fn telling<'j, 'o>(to: &'j mut Json<'o>, what: &Telling) -> &'j mut Json<'o> {
    match what {
        Telling::Told { person, why, uses, skipped } => {
            let to = to.open("td").called(person).why(why).begin();
            let to = uses.iter().fold(to, |to, used| to.used(used)).end();
            if skipped.is_empty() { to } else { to.skipped(skipped) }
        }
        Telling::Before { person, why } => to.open("tb").called(person).why(why),
        Telling::NoDevice { person, why, skipped } => {
            to.open("nd").called(person).why(why).skipped(skipped)
        }
        Telling::NoMore { person } => to.open("nm").called(person),
    }
}

fn sending<'j, 'o>(to: &'j mut Json<'o>, what: &Sending) -> &'j mut Json<'o> {
    match what {
        Sending::Delivered { person, device, detail } => {
            to.open("dl").called(person).called(device).detail(detail)
        }
        Sending::Retrying { person, device, seconds, detail } => {
            to.open("rt").called(person).called(device).number(*seconds).detail(detail)
        }
        Sending::Failed { person, device, detail } => {
            to.open("fl").called(person).called(device).detail(detail)
        }
        Sending::Template { part, error } => {
            let part = TemplatePart::ALL.iter().position(|one| one == part);
            to.open("tp").number(signed(part.unwrap_or(0))).text(error)
        }
        Sending::WebhookTemplate { error } => to.open("wt").text(error),
    }
}

fn answering<'j, 'o>(to: &'j mut Json<'o>, what: &Answering) -> &'j mut Json<'o> {
    match what {
        Answering::Answered { person, answer, via, standing, comment } => {
            let to = to.open("an").called(person).text(answer);
            let to = to.number(via.code()).number(standing.code());
            comment.iter().fold(to, |to, comment| to.text(comment))
        }
        Answering::Acknowledged { person } => to.open("ak").called(person),
        Answering::Ended { person } => to.open("en").called(person),
        Answering::NoMore { person, cancelled } => {
            let cancelled = i64::try_from(*cancelled).unwrap_or(i64::MAX);
            to.open("nt").called(person).number(cancelled)
        }
        Answering::Stopped { who } => to.open("st").called(who),
        Answering::Escalated => to.open("ea"),
        Answering::NobodyFurther => to.open("nf"),
        Answering::Suspended { person } => to.open("sp").called(person),
        Answering::Resumed { person } => to.open("rm").called(person),
    }
}

fn signed(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A JSON array that is being written.
struct Json<'a>(&'a mut String);

impl Json<'_> {
    fn open(&mut self, code: &str) -> &mut Self {
        self.0.push_str("[\"");
        self.0.push_str(code);
        self.0.push('"');
        self
    }

    fn close(&mut self) {
        self.0.push(']');
    }

    /// Begins an array inside of the array.
    fn begin(&mut self) -> &mut Self {
        self.comma();
        self.0.push('[');
        self
    }

    fn end(&mut self) -> &mut Self {
        self.0.push(']');
        self
    }

    fn comma(&mut self) {
        if !self.0.ends_with('[') {
            self.0.push(',');
        }
    }

    fn number(&mut self, n: i64) -> &mut Self {
        self.comma();
        let written = write!(self.0, "{n}");
        debug_assert!(written.is_ok(), "a String takes everything");
        self
    }

    fn null(&mut self) -> &mut Self {
        self.comma();
        self.0.push_str("null");
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.comma();
        self.quoted(text)
    }

    fn quoted(&mut self, text: &str) -> &mut Self {
        let written = quote(text, self.0);
        debug_assert!(written.is_ok(), "a String takes everything");
        self
    }

    /// A name, or the number of what was removed.
    fn called(&mut self, called: &Called) -> &mut Self {
        match called {
            Called::Name(name) => self.text(name),
            Called::Removed(kind) => {
                let code = Kind::ALL.iter().position(|one| one == kind);
                self.number(signed(code.unwrap_or(0)))
            }
        }
    }

    /// `[group, shift, place, escalation, stands in for, round]`, what says nothing at its end left out.
    fn why(&mut self, why: &Why) -> &mut Self {
        let Why { group, shift, place, escalation, stands_in_for, round } = why;
        let escalation = match escalation {
            EscalationType::None => 0,
            EscalationType::Peer => 1,
            EscalationType::Management => 2,
        };
        let said = [
            group.is_some(),
            shift.is_some(),
            place.is_some(),
            escalation > 0,
            stands_in_for.is_some(),
            *round > 0,
        ];
        let length = said.iter().rposition(|said| *said).map_or(0, |last| last + 1);
        let to = self.begin();
        for part in 0..length {
            match part {
                0 => to.maybe(group.as_ref()),
                1 => to.maybe(shift.as_ref()),
                2 => match place {
                    Some(place) => to.number(i64::from(*place)),
                    None => to.null(),
                },
                3 => to.number(escalation),
                4 => to.maybe(stands_in_for.as_ref()),
                _ => to.number(i64::from(*round)),
            };
        }
        to.end()
    }

    fn maybe(&mut self, called: Option<&Called>) -> &mut Self {
        match called {
            Some(called) => self.called(called),
            None => self.null(),
        }
    }

    /// A device; with its delay `[device, seconds]`.
    fn used(&mut self, used: &Used) -> &mut Self {
        match used.after {
            None => self.called(&used.device),
            Some(seconds) => self.begin().called(&used.device).number(seconds).end(),
        }
    }

    /// `[[device, reason], …]`.
    fn skipped(&mut self, skipped: &[Skipped]) -> &mut Self {
        let to = self.begin();
        for Skipped { device, why } in skipped {
            let one = to.begin().called(device);
            match why {
                Skip::Inactive => one.number(0),
                Skip::OutsideTimeframes => one.number(1),
                Skip::Failsafe => one.number(2),
                Skip::BelowThreshold(priority) => one.number(3).number(priority.code()),
            }
            .end();
        }
        to.end()
    }

    /// A text, or the number of a reason.
    fn detail(&mut self, detail: &Detail) -> &mut Self {
        match detail {
            Detail::Said(text) => self.text(text),
            Detail::InstanceRemoved => self.number(0),
            Detail::RecipientRemoved => self.number(1),
            Detail::DeviceInactive => self.number(2),
            Detail::ChannelFailed => self.number(3),
            Detail::NoChannel(kind) => self.number(4).text(kind),
            Detail::Kept => self.number(5),
        }
    }
}

/// A JSON string (RFC 8259 section 7).
fn quote(text: &str, out: &mut String) -> std::fmt::Result {
    out.push('"');
    let mut plain = text;
    while let Some(at) = plain.find(|c: char| c < ' ' || c == '"' || c == '\\') {
        let (before, rest) = plain.split_at(at);
        out.push_str(before);
        let mut chars = rest.chars();
        match chars.next() {
            Some(c @ ('"' | '\\')) => {
                out.push('\\');
                out.push(c);
            }
            Some(c) => write!(out, "\\u{:04x}", u32::from(c))?,
            None => {}
        }
        plain = chars.as_str();
    }
    out.push_str(plain);
    out.push('"');
    Ok(())
}
