//! What to send to the operator for more licences: the numbers, how sure they are, and the command.

use std::fmt::Write as _;

use askama::Template;
use firebell_config::licences::Quota;
use firebell_domain::licence::Allotment;
use firebell_domain::person::LicenceType;
use firebell_ui::part::{Choice, Field, Tabs};
use firebell_ui::{Answer, Area, Frame, Query, Say, Visit, page};

use crate::licences::tabs;
use crate::numbers::{Numbers, numbers};
use crate::text;
use crate::who;
use crate::words::WORDS;

/// The most that can be asked for at once.
const MORE_MAX: u32 = 1_000_000;
/// What is asked for unless said otherwise.
const MORE: u32 = 10;

#[derive(Debug, Template)]
#[template(path = "ask.html")]
struct Page {
    frame: Frame,
    t: Say,
    tabs: Tabs,
    action: String,
    fields: Vec<Field>,
    subject: String,
    message: String,
    command: String,
    mail: String,
    /// The operator console, for operators.
    console: Option<String>,
}

/// `GET /licences/ask`
pub(crate) async fn show(visit: Visit, query: Query) -> Answer {
    who::administer(&visit)?;
    let t = visit.say(&WORDS);
    let licence = LicenceType::from_word(query.text("type")).unwrap_or_default();
    let more: u32 = query.text("more").parse().unwrap_or(MORE).clamp(1, MORE_MAX);
    let numbers = numbers(&visit, &visit.directory).await?;
    let instance = &visit.directory.instance;
    let name = instance.name.to_string();
    let quota = numbers.quotas.of_type(licence);
    let subject = t.a("control-ask-subject", &[("instance", &name)]);
    let message = message(&visit, &numbers, licence, more);
    let choices = LicenceType::ALL
        .into_iter()
        .map(|one| Choice::new(one.word(), text::licence_name(t, one), one == licence));
    let fields = vec![
        Field::select("type", t.get("control-type"), choices.collect()),
        Field::number("more", t.get("control-ask-more")).value(more.to_string()).with("min", "1"),
    ];
    Ok(page(&Page {
        frame: visit.frame(t.get("control-tab-ask"), Area::Licences).with_script("control.js"),
        t,
        tabs: tabs(&visit, "licences/ask"),
        action: visit.href("licences/ask"),
        fields,
        mail: format!("mailto:?subject={}&body={}", encoded(&subject), encoded(&message)),
        subject,
        message,
        command: command(&name, licence, quota, more),
        console: who::operate(&visit)
            .is_ok()
            .then(|| visit.href(&format!("operator/instances/{}/{}", instance.id, licence.word()))),
    }))
}

/// How many there would be; none if there is nothing to count from.
fn total(quota: Option<&Quota>, more: u32) -> Option<u32> {
    match quota?.allotment()? {
        Allotment::Limited(all) => Some(all.saturating_add(more)),
        Allotment::Unlimited => None,
    }
}

fn message(visit: &Visit, numbers: &Numbers, licence: LicenceType, more: u32) -> String {
    let t = visit.say(&WORDS);
    let instance = &visit.directory.instance;
    let quota = numbers.quotas.of_type(licence);
    let known = numbers.known(visit);
    let held = quota.map(|quota| quota.held().to_string()).unwrap_or_default();
    let now =
        text::terms(visit, quota.and_then(|q| q.terms.as_ref()).map(|t| t.entitlement.as_ref()));
    let (id, name) = (instance.id.to_string(), instance.name.to_string());
    let (kind, who) = (text::licence_name(t, licence), visit.person.display_name());
    let wanted = match total(quota, more) {
        Some(total) => {
            t.na("control-ask-wanted", i64::from(more), &[("total", &total.to_string())])
        }
        None => t.n("control-ask-wanted-open", i64::from(more)),
    };
    let line = |key: &str, value: &str| format!("{}: {value}\n", t.get(key));
    let mut out = format!("{wanted}\n\n");
    out.push_str(&line("control-ask-instance", &format!("{name} ({id})")));
    out.push_str(&line("control-type", &kind));
    out.push_str(&line("control-fact-allotted", &now));
    out.push_str(&line("control-fact-held", &held));
    out.push_str(&line("control-fact-known", &known));
    out.push_str(&line("control-ask-who", &who));
    out
}

fn command(name: &str, licence: LicenceType, quota: Option<&Quota>, more: u32) -> String {
    let word = match licence {
        LicenceType::FullUser => "full",
        LicenceType::StakeholderUser => "stakeholder",
    };
    let seats = total(quota, more).map_or_else(|| "NUMBER".to_owned(), |total| total.to_string());
    format!("firebell licence set {word} {seats} --instance {name}")
}

/// Percent-encoded for a `mailto:` link.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let written = write!(out, "%{byte:02X}");
            debug_assert!(written.is_ok(), "writing to a string cannot fail");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_is_encoded() {
        assert_eq!(encoded("a b&c\nø"), "a%20b%26c%0A%C3%B8");
    }
}
