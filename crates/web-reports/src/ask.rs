//! What every page of reports begins with: the period and the group from the URL, the form to change them, and
//! the figures.

use std::sync::Arc;

use firebell_access::{Permission, Scope};
use firebell_domain::directory::Revision;
use firebell_domain::group::Group;
use firebell_ui::part::{Choice, Field, Notice, Tab, Tabs};
use firebell_ui::{Query, Refusal, Say, Visit, clock};

use crate::figures::{Figures, Part, Question};
use crate::period::{Fault, OFFERED, Period};
use crate::shelf::{Age, Found, Shelf};
use crate::words::WORDS;

/// What is asked on a page.
pub(crate) struct Asked {
    /// Which time.
    pub(crate) period: Period,
    /// Which group; none for all.
    pub(crate) group: Option<Arc<Group>>,
    /// A group that is not there.
    unknown: Option<String>,
}

/// What stands above the figures of every page.
pub(crate) struct Top {
    pub(crate) tabs: Tabs,
    pub(crate) fields: Vec<Field>,
    /// Which time this is, in words.
    pub(crate) period: String,
    /// Which group, if one.
    pub(crate) group: Option<String>,
    pub(crate) notices: Vec<Notice>,
}

impl Asked {
    /// Reads the URL; refuses who may not read alerts.
    pub(crate) fn read(visit: &Visit, query: &Query) -> Result<Self, Refusal> {
        visit.require(Permission::ReadAlerts, &Scope::Instance)?;
        let period = Period::read(query, &visit.person.zone, visit.now);
        let name = query.text("group");
        let group = visit.directory.group_by_name(name).cloned();
        let unknown = (group.is_none() && !name.is_empty()).then(|| name.to_owned());
        Ok(Self { period, group, unknown })
    }

    /// The figures of a part; none of a group that is not there.
    pub(crate) async fn answer(
        &self,
        visit: &Visit,
        shelf: &Shelf,
        (part, age): (Part, Age),
    ) -> Result<Option<Found>, Refusal> {
        if self.unknown.is_some() {
            return Ok(None);
        }
        let of_group = part == Part::Load && self.group.is_some();
        let question = Question {
            from: self.period.from,
            to: self.period.to,
            group: self.group.as_ref().map(|group| group.id.to_bytes()),
            zone: visit.person.zone.clone(),
            part,
            revision: if of_group { visit.directory.revision } else { Revision::default() },
        };
        let when = (age, visit.now);
        Ok(Some(shelf.answer(&visit.ui.db, &visit.directory, question, when).await?))
    }

    /// The same question of another page, as a way from the root.
    pub(crate) fn path(&self, page: &str) -> String {
        let mut pairs = self.period.pairs();
        if let Some(group) = &self.group {
            pairs.push(("group", group.target_name.to_string()));
        }
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (*k, v.as_str())).collect();
        format!("{page}{}", Query::default().with(&pairs))
    }

    /// What stands above the figures.
    pub(crate) fn top(&self, visit: &Visit, part: Part, answer: Option<&Found>) -> Top {
        let t = visit.say(&WORDS);
        let pages = [
            (Part::Response, "reports", t.get("reports-tab-response")),
            (Part::Load, "reports/load", t.get("reports-tab-load")),
            (Part::Delivery, "reports/delivery", t.get("reports-tab-delivery")),
            (Part::Noise, "reports/noise", t.get("reports-tab-noise")),
        ];
        let tab = |(one, page, label): (Part, &str, String)| Tab {
            label,
            href: visit.href(&self.path(page)),
            current: one == part,
        };
        let words = |at| clock(at, visit.now, &visit.person.zone, visit.lang);
        let (from, to) = (words(self.period.from), words(self.period.to));
        let mut period = t.a("reports-period", &[("from", &from), ("to", &to)]);
        if let Some(at) = answer.and_then(|answer| answer.as_of) {
            let at = visit.person.zone.local(at).strftime("%H:%M:%S").to_string();
            period = t.a("reports-as-of", &[("period", &period), ("at", &at)]);
        }
        Top {
            tabs: Tabs::new(t.get("reports-title"), pages.into_iter().map(tab).collect()),
            fields: self.fields(t),
            period,
            group: self.group.as_ref().map(|group| group.target_name.to_string()),
            notices: self.notices(visit, t, answer),
        }
    }

    fn fields(&self, t: Say) -> Vec<Field> {
        let own = self.period.days.is_none();
        let offered = OFFERED.iter().map(|days| {
            let label = t.n("reports-last-days", i64::from(*days));
            Choice::new(days.to_string(), label, self.period.days == Some(*days))
        });
        let choices = offered.chain([Choice::new("", t.get("reports-own-days"), own)]);
        let fault = self.period.fault.map(|fault| match fault {
            Fault::NoDay => t.get("reports-fault-day"),
            Fault::Reversed => t.get("reports-fault-reversed"),
            Fault::TooLong => t.get("reports-fault-long"),
        });
        let group = self.group.as_ref().map(|group| group.target_name.to_string());
        let unknown = self.unknown.as_ref().map(|_| t.get("reports-fault-group"));
        let group = group.or_else(|| self.unknown.clone()).unwrap_or_default();
        vec![
            Field::select("days", t.get("reports-days-label"), choices.collect()),
            Field::date("from", t.get("reports-from"))
                .value(self.period.first.to_string())
                .error(fault),
            Field::date("to", t.get("reports-to")).value(self.period.last.to_string()),
            Field::text("group", t.get("reports-group"))
                .value(group)
                .placeholder(t.get("reports-all-groups"))
                .max(200)
                .error(unknown),
        ]
    }

    fn notices(&self, visit: &Visit, t: Say, answer: Option<&Found>) -> Vec<Notice> {
        let mut notices = Vec::new();
        let first = self.period.from.as_second().div_euclid(3600);
        let Some(kept) = answer.map(|answer| answer.kept) else { return notices };
        if kept.since_hour > first {
            let since =
                kept.since_hour.saturating_mul(3_600_000_000).min(visit.now.as_microsecond());
            let at = firebell_base::time::from_micros(since);
            let since = clock(at, visit.now, &visit.person.zone, visit.lang);
            let text = t.a("reports-adding-text", &[("since", &since)]);
            notices.push(Notice::info(t.get("reports-adding"), text));
        } else if !kept.is_current {
            notices.push(Notice::info(t.get("reports-adding"), t.get("reports-behind-text")));
        }
        notices
    }
}

/// Whether there is nothing to show.
pub(crate) fn is_empty(figures: &Figures) -> bool {
    figures.all.alerts == 0
}
