//! What one genuine link leads to, read once per request: the alert, the answers so far, and the
//! configuration that gives them names. Turns them into the texts of a page.
//!
//! Senders' and responders' texts may be hostile: what hides or turns text is taken out here, and
//! the templates escape the rest.

use std::sync::Arc;

use firebell_access::link::LinkClaims;
use firebell_base::Timestamp;
use firebell_domain::alert::{Alert, Priority, State};
use firebell_domain::directory::Directory;
use firebell_domain::form::{Contribution, ResponseOption};
use firebell_domain::name::{cut, is_invisible};
use firebell_domain::person::PersonId;
use firebell_domain::response::Response;
use firebell_domain::schedule::Zone;
use firebell_pipeline::respond::LinkView;
use firebell_ui::{Lang, Say, Shape, clock, when};

use crate::page::{Facts, Mark, Offer, Offers, Said};
use crate::wording::{self, Holder};
use crate::words::say;

/// Answers listed on the page; older ones are counted.
const SAID_SHOWN_MAX: usize = 5;
/// People named as told; more are counted.
const TOLD_SHOWN_MAX: usize = 4;
/// Characters of a comment shown with an answer.
const COMMENT_SHOWN_CHARS_MAX: usize = 280;
/// Properties shown in the second line of context, and characters of each.
const PROPERTIES_SHOWN_MAX: usize = 3;
/// Characters of one property shown.
const PROPERTY_SHOWN_CHARS_MAX: usize = 60;

/// What a link leads to.
pub(crate) struct Seen {
    pub(crate) directory: Arc<Directory>,
    pub(crate) view: LinkView,
    pub(crate) claims: LinkClaims,
    /// Whether the reader may answer; stakeholders are told and do not.
    pub(crate) may_answer: bool,
    pub(crate) now: Timestamp,
    /// What the reader's browser asks for, for readers of a language no page is written in.
    pub(crate) browser: Lang,
}

impl Seen {
    /// The answers the alert's form offers.
    pub(crate) fn options(&self) -> &[ResponseOption] {
        let form = self.directory.form(self.view.alert.form);
        form.map(|form| form.options.as_slice()).unwrap_or_default()
    }

    /// The option with this number.
    pub(crate) fn option(&self, number: u8) -> Option<&ResponseOption> {
        self.options().iter().find(|option| option.number == number)
    }

    /// The reader's newest answer.
    pub(crate) fn own_answer(&self) -> Option<&Response> {
        self.view.responses.iter().rev().find(|r| r.person == self.view.person)
    }

    /// The reader's zone; UTC when the reader was removed.
    pub(crate) fn zone(&self) -> Zone {
        let person = self.directory.person(self.view.person);
        person.map_or_else(Zone::utc, |person| person.zone.clone())
    }

    /// The reader's language.
    pub(crate) fn lang(&self) -> Lang {
        let person = self.directory.person(self.view.person);
        person.and_then(|person| Lang::of_tag(&person.language)).unwrap_or(self.browser)
    }

    /// In the reader's language.
    pub(crate) fn t(&self) -> Say {
        say(self.lang())
    }

    /// A person's name as shown to people.
    fn name(&self, id: PersonId) -> String {
        let person = self.directory.person(id);
        person.map_or_else(|| self.t().get("web-removed"), |p| shown(&p.display_name()))
    }

    /// Who has the alert, or ended it.
    pub(crate) fn with_holder<T>(&self, say: impl FnOnce(Holder<'_>) -> T) -> T {
        let alert = &self.view.alert;
        let who = match alert.state {
            State::Closed => alert.closed.and_then(|closed| closed.by),
            State::Open | State::Acknowledged | State::Suspended => alert.owner,
        };
        match who {
            None => say(Holder::Nobody),
            Some(id) if id == self.view.person => say(Holder::You),
            Some(id) => say(Holder::Other(&self.name(id))),
        }
    }

    /// The alert, for the page.
    pub(crate) fn facts(&self) -> Facts {
        let (alert, zone, lang) = (&self.view.alert, self.zone(), self.lang());
        let responses = &self.view.responses;
        let earlier = responses.len().saturating_sub(SAID_SHOWN_MAX);
        let since = match alert.state {
            State::Open | State::Suspended => None,
            State::Acknowledged => alert.acknowledged,
            State::Closed => alert.closed.map(|closed| closed.at),
        };
        Facts {
            priority: priority(self.t(), alert),
            title: shown(&alert.summary),
            context: self.context(),
            opened: when(alert.created, self.now, &zone, lang),
            standing: self.standing(),
            since: since.map(|at| when(at, self.now, &zone, lang)),
            told: self.told(),
            said: responses.iter().skip(earlier).map(|r| self.said(r, &zone)).collect(),
            earlier: (earlier > 0).then(|| self.t().n("web-earlier", earlier)),
        }
    }

    /// Two lines: where it comes from, and the first things the sender told.
    fn context(&self) -> Vec<String> {
        let alert = &self.view.alert;
        let mut first = vec![format!("#{}", alert.number)];
        if let Some(integration) = self.directory.integration(alert.integration) {
            let name = shown(integration.name.as_str());
            first.push(self.t().a("web-from", &[("name", &name)]));
        }
        if let Some(form) = self.directory.form(alert.form) {
            first.push(shown(form.name.as_str()));
        }
        if alert.count > 1 {
            first.push(self.t().n("web-events", alert.count));
        }
        let second = alert.properties.iter().take(PROPERTIES_SHOWN_MAX);
        let second: Vec<String> = second
            .map(|(name, value)| shown(&format!("{name}: {value}")))
            .map(|text| cut(&text, PROPERTY_SHOWN_CHARS_MAX))
            .collect();
        let lines = [first, second];
        lines.into_iter().filter(|l| !l.is_empty()).map(|l| l.join(" · ")).collect()
    }

    /// Who else was told: "Also told: Bo Ek, Mia Berg"; nothing when nobody was.
    fn told(&self) -> Option<String> {
        let others = self.view.told.iter().filter(|id| **id != self.view.person);
        let names: Vec<String> =
            others.clone().take(TOLD_SHOWN_MAX).map(|id| self.name(*id)).collect();
        let more = others.count().saturating_sub(names.len());
        let (t, names) = (self.t(), names.join(", "));
        (!names.is_empty()).then(|| match more {
            0 => t.a("web-told", &[("names", &names)]),
            more => t.na("web-told-more", more, &[("names", &names)]),
        })
    }

    fn standing(&self) -> Mark {
        let alert = &self.view.alert;
        let anybody = !self.view.responses.is_empty();
        let text = self.with_holder(|holder| wording::standing(self.t(), alert, holder, anybody));
        let (class, shape) = match alert.state {
            State::Open => ("waits", Shape::Ring),
            State::Acknowledged | State::Closed => ("ok", Shape::Check),
            State::Suspended => ("muted", Shape::Slash),
        };
        Mark { class, shape, text }
    }

    fn said(&self, response: &Response, zone: &Zone) -> Said {
        let who = if response.person == self.view.person {
            self.t().get("web-you")
        } else {
            self.name(response.person)
        };
        let comment = response.comment.as_deref();
        Said {
            who,
            what: shown(&response.option.text),
            comment: comment.map(|c| cut(&shown(c), COMMENT_SHOWN_CHARS_MAX)),
            when: when(response.at, self.now, zone, self.lang()),
        }
    }

    /// The answers that can be given, the chosen one first; none when the alert is over.
    pub(crate) fn offers(
        &self,
        action: String,
        chosen: Choice,
        comment: Option<String>,
    ) -> Option<Offers> {
        let alert = &self.view.alert;
        if alert.state == State::Closed || !self.may_answer {
            return None;
        }
        let (loud, lead) = match chosen {
            Choice::Confirm(number) => (Some(number), self.t().get("web-or-answer")),
            Choice::Open => {
                let first =
                    self.options().iter().find(|o| o.contribution != Contribution::Negative);
                (first.map(|o| o.number), String::new())
            }
            Choice::After(_) => (None, self.t().get("web-or-change")),
        };
        let options: Vec<&ResponseOption> =
            self.options().iter().filter(|option| chosen != Choice::After(option.number)).collect();
        let takes_comment = options.iter().any(|option| option.allow_comments);
        let (main, others): (Vec<_>, Vec<_>) =
            options.into_iter().partition(|option| Some(option.number) == loud);
        let main = main.first().map(|option| Offer {
            class: match option.contribution {
                Contribution::Positive => "loud ok",
                Contribution::None | Contribution::Neutral | Contribution::Negative => "loud",
            },
            ..self.offer(option)
        });
        let others: Vec<Offer> = others.into_iter().map(|option| self.offer(option)).collect();
        let first = main.iter().chain(&others).map(|offer| offer.number).next()?;
        let comment = takes_comment.then(|| comment.unwrap_or_default());
        Some(Offers { action, first, main, lead, others, comment })
    }

    fn offer(&self, option: &ResponseOption) -> Offer {
        let state = self.view.alert.state;
        Offer {
            number: option.number,
            label: shown(&option.text),
            next: self.with_holder(|who| wording::next(self.t(), option.action, state, who)),
            class: "",
        }
    }

    /// Whose link it is, and for how long.
    pub(crate) fn footnote(&self) -> String {
        let name = self.name(self.view.person);
        let until = clock(self.claims.expires, self.now, &self.zone(), self.lang());
        self.t().a("web-footnote", &[("name", &name), ("until", &until)])
    }
}

/// How the answers are presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The link named this one: it is to be confirmed.
    Confirm(u8),
    /// The link named none.
    Open,
    /// This one was just given.
    After(u8),
}

/// A priority's shape, colour and word; without colour once nobody is needed.
fn priority(t: Say, alert: &Alert) -> Mark {
    let (class, shape, text) = match alert.priority {
        Priority::High => ("high", Shape::Triangle, t.get("web-priority-high")),
        Priority::Medium => ("medium", Shape::Square, t.get("web-priority-medium")),
        Priority::Low => ("low", Shape::Circle, t.get("web-priority-low")),
    };
    let class = if alert.state == State::Closed { "muted" } else { class };
    Mark { class, shape, text }
}

/// A text of somebody else's without what hides or turns text; white space becomes plain spaces.
pub(crate) fn shown(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !is_invisible(*c))
        .collect()
}
