//! What the instance is entitled to: allotted, held and free for each type, and how sure that is.

use askama::Template;
use firebell_config::fresh::Cause;
use firebell_config::licences::{Free, Quota, Terms};
use firebell_domain::licence::{Allotment, Limit, Phase};
use firebell_domain::person::LicenceType;
use firebell_ui::part::{Notice, Tab, Tabs};
use firebell_ui::{Answer, Area, Frame, Say, Visit, page};

use crate::numbers::{How, Numbers, numbers};
use crate::svg::Bar;
use crate::text::{self, Link};
use crate::who;
use crate::words::WORDS;

#[derive(Debug, Template)]
#[template(path = "licences.html")]
struct Page {
    frame: Frame,
    t: Say,
    tabs: Tabs,
    lead: String,
    notice: Option<Notice>,
    cards: Vec<Card>,
    ask: String,
    why: String,
}

/// One type of licences.
#[derive(Debug)]
pub(crate) struct Card {
    pub(crate) name: String,
    pub(crate) numbers: String,
    pub(crate) free: String,
    pub(crate) bar: Option<Bar>,
    pub(crate) facts: Vec<(String, Link)>,
    pub(crate) notice: Option<Notice>,
    pub(crate) holders: String,
}

/// `GET /licences`
pub(crate) async fn show(visit: Visit) -> Answer {
    who::administer(&visit)?;
    let t = visit.say(&WORDS);
    let numbers = numbers(&visit, &visit.directory).await?;
    let cards = numbers.quotas.list.iter().map(|quota| card(&visit, quota, &numbers)).collect();
    Ok(page(&Page {
        frame: visit.frame(t.get("control-licences"), Area::Licences),
        t,
        tabs: tabs(&visit, "licences"),
        lead: lead(&visit, &numbers),
        notice: unconfirmed(&visit, &numbers),
        cards,
        ask: visit.href("licences/ask"),
        why: visit.href("licences/why"),
    }))
}

/// The views of licences; `here` is the path of the present one.
pub(crate) fn tabs(visit: &Visit, here: &str) -> Tabs {
    let t = visit.say(&WORDS);
    let tab = |label: &str, path: &str| Tab {
        label: t.get(label),
        href: visit.href(path),
        current: path == here,
    };
    let list = vec![
        tab("control-tab-numbers", "licences"),
        tab("control-tab-holders", "licences/holders"),
        tab("control-tab-curve", "licences/history"),
        tab("control-tab-why", "licences/why"),
        tab("control-tab-ask", "licences/ask"),
    ];
    Tabs::new(t.get("control-licences"), list)
}

/// The page's first sentence.
pub(crate) fn lead(visit: &Visit, numbers: &Numbers) -> String {
    let t = visit.say(&WORDS);
    let Some(quota) = numbers.quotas.of_type(LicenceType::FullUser) else {
        return t.get("control-lead-nothing");
    };
    let (held, known) = (quota.held().to_string(), numbers.known(visit));
    let all = match quota.allotment() {
        Some(Allotment::Limited(all)) => Some(all.to_string()),
        Some(Allotment::Unlimited) | None => None,
    };
    let mut args = vec![("held", held.as_str()), ("known", known.as_str())];
    args.extend(all.as_deref().map(|all| ("all", all)));
    match (quota.allotment(), numbers.is_confirmed()) {
        (Some(Allotment::Limited(_)), true) => t.a("control-lead", &args),
        (Some(Allotment::Limited(_)), false) => t.a("control-lead-unsure", &args),
        (Some(Allotment::Unlimited), true) => t.a("control-lead-unlimited", &args),
        (Some(Allotment::Unlimited), false) => t.a("control-lead-unlimited-unsure", &args),
        (None, _) => t.a("control-lead-unknown", &args),
    }
}

/// What to know of numbers that nobody confirmed.
pub(crate) fn unconfirmed(visit: &Visit, numbers: &Numbers) -> Option<Notice> {
    let How::LastKnown { cause, .. } = numbers.how else { return None };
    let t = visit.say(&WORDS);
    let text = t.a("control-unconfirmed-text", &[("cause", &cause_words(t, cause))]);
    Some(Notice::info(t.get("control-unconfirmed"), text))
}

/// Why something is not confirmed.
pub(crate) fn cause_words(t: Say, cause: Cause) -> String {
    t.get(match cause {
        Cause::TimedOut => "control-cause-timed-out",
        Cause::Unreachable => "control-cause-unreachable",
        Cause::WentBack => "control-cause-went-back",
        Cause::Damaged => "control-cause-damaged",
        Cause::Drift => "control-cause-drift",
        Cause::NoEntitlement => "control-cause-no-entitlement",
        Cause::RootMismatch => "control-cause-root",
        Cause::NotLoaded => "control-cause-not-loaded",
    })
}

/// One type in a card. `numbers` says how sure it is.
pub(crate) fn card(visit: &Visit, quota: &Quota, numbers: &Numbers) -> Card {
    let t = visit.say(&WORDS);
    let (held, known) = (quota.held().to_string(), numbers.known(visit));
    let sure = numbers.is_confirmed();
    let shown = match quota.allotment() {
        Some(Allotment::Limited(all)) => {
            t.a("control-held-of", &[("held", &held), ("all", &all.to_string())])
        }
        Some(Allotment::Unlimited) => t.a("control-held-unlimited", &[("held", &held)]),
        None => t.a("control-held-unknown", &[("held", &held)]),
    };
    let mut facts = Vec::new();
    if let Some(terms) = &quota.terms {
        terms_facts(visit, quota, terms, &mut facts);
    }
    facts.push((t.get("control-fact-known"), Link::plain(known.clone())));
    Card {
        name: text::licence_name(t, quota.licence),
        free: free(t, quota, sure),
        bar: bar(quota, &format!("{shown}. {known}.")),
        numbers: shown,
        facts,
        notice: caution(visit, quota, sure),
        holders: visit.href(&format!("licences/holders?type={}", quota.licence.word())),
    }
}

fn bar(quota: &Quota, label: &str) -> Option<Bar> {
    let terms = quota.terms.as_ref()?;
    let Allotment::Limited(all) = terms.entitlement.allotment else { return None };
    let room = match terms.limit {
        Limit::AtMost(limit) => limit.saturating_sub(all),
        Limit::None => 0,
    };
    Some(Bar::new(label.to_owned(), quota.held(), Some(all), room))
}

/// How many more may hold one: only what is confirmed may be nothing.
fn free(t: Say, quota: &Quota, sure: bool) -> String {
    if !sure || quota.unsure().is_some() {
        return t.get("control-free-unsure");
    }
    match quota.free() {
        None => t.get("control-free-unsure"),
        Some(Free::Unlimited) => t.get("control-free-unlimited"),
        Some(Free::Seats(seats)) => t.n("control-free", i64::from(seats)),
    }
}

fn terms_facts(visit: &Visit, quota: &Quota, terms: &Terms, facts: &mut Vec<(String, Link)>) {
    let t = visit.say(&WORDS);
    let one = &terms.entitlement;
    let mut fact = |label: &str, link: Link| facts.push((t.get(label), link));
    fact("control-fact-allotted", Link::plain(text::allotment(t, one.allotment)));
    fact("control-fact-enforcement", Link::plain(text::enforcement(t, one)));
    if let (Allotment::Limited(all), Limit::AtMost(limit)) = (one.allotment, terms.limit)
        && limit > all
    {
        let room = (limit - all).to_string();
        let words = match quota.tally.over_since {
            Some(since) => {
                let since = visit.when(since).clock;
                t.a("control-room-since", &[("room", &room), ("since", &since)])
            }
            None => t.a("control-room", &[("room", &room)]),
        };
        fact("control-fact-room", Link::plain(words));
    }
    fact("control-fact-validity", Link::plain(text::validity(visit, one, terms.phase)));
    let href = Some(text::revision_href(visit, terms.since));
    fact("control-fact-since", Link { text: terms.since.to_string(), href });
    if !one.contract.is_empty() {
        fact("control-fact-contract", Link::plain(one.contract.clone()));
    }
    if let Some(key) = &one.signed_by {
        fact("control-fact-signed", Link::plain(key.clone()));
    }
}

/// What an administrator should know of this type, if anything.
fn caution(visit: &Visit, quota: &Quota, sure: bool) -> Option<Notice> {
    let t = visit.say(&WORDS);
    if let Some(cause) = quota.unsure() {
        let text = t.a("control-unsure-text", &[("cause", &cause_words(t, cause))]);
        return Some(Notice::info(t.get("control-unsure"), text));
    }
    let terms = quota.terms.as_ref()?;
    let at = |at| visit.when(at).clock;
    match terms.phase {
        Phase::Expired(end) => {
            let text = t.a("control-expired-text", &[("at", &at(end))]);
            return Some(Notice::wrong(t.get("control-expired"), text));
        }
        Phase::NotYet(from) => {
            let text = t.a("control-not-yet-text", &[("at", &at(from))]);
            return Some(Notice::info(t.get("control-not-yet"), text));
        }
        Phase::Grace(end) => {
            let text = t.a("control-grace-text", &[("at", &at(end))]);
            return Some(Notice::info(t.get("control-grace"), text));
        }
        Phase::Valid => {}
    }
    let full = sure && quota.free() == Some(Free::Seats(0));
    full.then(|| {
        let text = t.get("control-full-text");
        Notice::info(t.get("control-full"), text)
            .link(t.get("control-tab-ask"), visit.href("licences/ask"))
    })
}
