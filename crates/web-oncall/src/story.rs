//! The story of one block of a calendar: who, when, in whose place, what comes then; and the form
//! with which somebody is replaced for just that time.

use firebell_base::Timestamp;
use firebell_base::time::{add_seconds, from_micros};
use firebell_domain::duty::{self, Span, Window};
use firebell_domain::recipient::Recipient;
use firebell_ui::part::{Choice, Field};
use firebell_ui::{Query, Visit};

use crate::absences::may_write;
use crate::calendar::Reader;
use crate::names::{self, Offer};
use crate::{local, phrase};

/// Seconds around the instant in which the block's begin and end are looked for: a month.
const AROUND_SECONDS: i64 = 31 * 24 * 60 * 60;

/// What is told of a block.
pub(crate) struct Story {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) places: Vec<String>,
    pub(crate) shift_href: String,
    /// Replaces somebody; none where the visitor may not.
    pub(crate) form: Option<Replace>,
}

/// The form.
pub(crate) struct Replace {
    pub(crate) action: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) offers: Vec<Offer>,
}

/// The story of the block that the query names (`shift`, `at`), if there is one.
pub(crate) fn of_query(visit: &Visit, reader: &Reader<'_>, query: &Query) -> Option<Story> {
    let shift = reader.directory.shift(query.text("shift").parse().ok()?)?;
    let at: Timestamp = from_micros(query.text("at").parse().ok()?);
    if shift.group != reader.group.id {
        return None;
    }
    let window =
        Window { from: add_seconds(at, -AROUND_SECONDS), to: add_seconds(at, AROUND_SECONDS) };
    let spans = duty::of_shift(reader.directory, reader.group, shift, window);
    let span = spans.into_iter().find(|span| span.contains(at))?;
    let places = span.answers.iter().map(|answer| {
        let who = reader.answer(answer.place.member, answer.cover);
        let after = match answer.place.delay_minutes {
            0 => reader.t.get("oncall-walk-at-once"),
            delay => reader.t.n("oncall-member-after", delay),
        };
        let kind = phrase::escalation(reader.t, answer.place.escalation);
        let args = [("name", who.as_str()), ("when", &after), ("kind", &kind)];
        reader.t.a("oncall-story-place", &args)
    });
    let time = local::range(span.start, span.end, reader.zone);
    Some(Story {
        title: reader.t.a("oncall-story-title", &[("shift", shift.name.as_str()), ("time", &time)]),
        text: reader.story(&span),
        places: places.collect(),
        shift_href: visit.href(&format!("groups/{}/shifts/{}", reader.group.id, shift.id)),
        form: form(visit, reader, &span),
    })
}

fn form(visit: &Visit, reader: &Reader<'_>, span: &Span) -> Option<Replace> {
    if span.end <= reader.now {
        return None;
    }
    let t = reader.t;
    let mut people: Vec<_> = span
        .answers
        .iter()
        .filter_map(|answer| match answer.who()? {
            Recipient::Person(id) => reader.directory.person(id),
            Recipient::Device(id) => {
                let owner = reader.directory.device(id)?.owner;
                reader.directory.person(owner)
            }
            Recipient::Group(_) => None,
        })
        .filter(|person| may_write(visit, Some(reader.group), person))
        .collect();
    // One's own place first: "I'm away".
    people.sort_by_key(|person| person.id != visit.person.id);
    people.dedup_by_key(|person| person.id);
    let first = people.first()?;
    let choices = people.iter().map(|person| {
        let is_self = person.id == visit.person.id;
        let label = if is_self { t.get("oncall-absence-me") } else { person.display_name() };
        Choice::new(person.target_name.as_str(), label, person.id == first.id)
    });
    let offers: Vec<Offer> = names::colleagues(reader.directory, reader.group)
        .into_iter()
        .filter(|offer| offer.value != first.target_name.as_str())
        .collect();
    // Whoever would be told next is the likeliest to stand in.
    let next = people.get(1).filter(|next| next.id != first.id);
    let next = next.map(|person| person.target_name.to_string()).unwrap_or_default();
    let from = span.start.max(reader.now);
    Some(Replace {
        action: visit.href("absences"),
        fields: vec![
            Field::select("who", t.get("oncall-absence-who"), choices.collect()),
            Field::datetime("from", t.get("oncall-absence-from"))
                .value(local::field(from, reader.zone))
                .required(),
            Field::datetime("to", t.get("oncall-absence-to"))
                .value(local::field(span.end, reader.zone))
                .required(),
            Field::text("by", t.get("oncall-absence-by"))
                .hint(t.get("oncall-absence-by-hint"))
                .value(next)
                .autocomplete("off")
                .with("list", "people"),
            // Fields show minutes; what is not touched is exactly this turn, to the microsecond.
            Field::hidden("turn-from", from.as_microsecond().to_string()),
            Field::hidden("turn-to", span.end.as_microsecond().to_string()),
            Field::hidden("group", reader.group.id.to_string()),
            Field::hidden("then", "group"),
        ],
        offers,
    })
}
