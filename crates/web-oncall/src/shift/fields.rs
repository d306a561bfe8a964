//! The fields of a shift's form, laid out.

use firebell_base::limit::{DESCRIPTION_CHARS_MAX, NAME_CHARS_MAX};
use firebell_domain::shift::EscalationType;
use firebell_ui::Say;
use firebell_ui::part::{Choice, Faults, Field};

use super::entered::{Entered, Place};
use crate::phrase::{self, CLASSIFIERS, DAYS, MONTHS};

/// Groups of fields, each shown where it matters.
pub(crate) struct Fields {
    pub(crate) what: Vec<Field>,
    pub(crate) when: Vec<Field>,
    pub(crate) every: Field,
    pub(crate) days: Field,
    pub(crate) monthly: Vec<Field>,
    pub(crate) end_by: Field,
    pub(crate) until: Field,
    pub(crate) times: Field,
    pub(crate) members: Vec<Member>,
    pub(crate) turn: Field,
    pub(crate) turns: Vec<Field>,
    pub(crate) after: Vec<Field>,
}

/// The fields of one member.
pub(crate) struct Member {
    pub(crate) number: usize,
    pub(crate) legend: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) up: Option<String>,
    pub(crate) down: Option<String>,
    pub(crate) drop: String,
}

impl Fields {
    /// With what was entered and what is wrong with it.
    pub(crate) fn of(t: Say, entered: &Entered, faults: &Faults) -> Self {
        let sheet = Sheet { t, entered, faults };
        Self {
            what: sheet.what(),
            when: sheet.when(),
            every: sheet.number("every", "oncall-shift-every", &entered.every, "1"),
            days: sheet.days(),
            monthly: sheet.monthly(),
            end_by: sheet.end_by(),
            until: sheet.plain(
                Field::date("until", t.get("oncall-shift-until")),
                &entered.until,
                "until",
            ),
            times: sheet.number("times", "oncall-shift-times", &entered.times, "1"),
            members: sheet.members(),
            turn: sheet.turn(),
            turns: sheet.turns(),
            after: sheet.after(),
        }
    }
}

struct Sheet<'a> {
    t: Say,
    entered: &'a Entered,
    faults: &'a Faults,
}

impl Sheet<'_> {
    fn plain(&self, field: Field, value: &str, name: &str) -> Field {
        field.value(value).error(self.faults.of(name))
    }

    fn number(&self, name: &'static str, key: &str, value: &str, least: &str) -> Field {
        let field = Field::number(name, self.t.get(key)).with("min", least).inputmode("numeric");
        self.plain(field, value, name)
    }

    fn choices(&self, all: &[(&str, &str)], chosen: &str) -> Vec<Choice> {
        let choice =
            |(value, key): &(&str, &str)| Choice::new(*value, self.t.get(key), *value == chosen);
        all.iter().map(choice).collect()
    }

    fn people(field: Field) -> Field {
        field.autocomplete("off").max(300).with("list", "people")
    }

    fn what(&self) -> Vec<Field> {
        let (t, entered) = (self.t, self.entered);
        let name = Field::text("name", t.get("oncall-groups-name")).max(NAME_CHARS_MAX).required();
        let description = Field::area("description", t.get("oncall-group-description"))
            .max(DESCRIPTION_CHARS_MAX);
        vec![
            self.plain(name.autocomplete("off"), &entered.name, "name"),
            self.plain(description, &entered.description, "description"),
        ]
    }

    fn when(&self) -> Vec<Field> {
        let (t, entered) = (self.t, self.entered);
        let zone =
            Field::zone("zone", t.get("oncall-shift-zone")).hint(t.get("oncall-shift-zone-hint"));
        let start = Field::datetime("start", t.get("oncall-shift-start")).required();
        let end = Field::datetime("end", t.get("oncall-shift-end")).required();
        let frequencies = [
            ("ONCE", "oncall-freq-once"),
            ("DAILY", "oncall-freq-daily"),
            ("WEEKLY", "oncall-freq-weekly"),
            ("EVERY_WEEKDAY", "oncall-freq-weekdays"),
            ("EVERY_WEEKEND_DAY", "oncall-freq-weekends"),
            ("MONTHLY", "oncall-freq-monthly"),
            ("YEARLY", "oncall-freq-yearly"),
            ("HOLIDAY", "oncall-freq-holiday"),
        ];
        let choices = self.choices(&frequencies, &entered.frequency);
        let frequency = Field::select("frequency", t.get("oncall-shift-frequency"), choices);
        vec![
            self.plain(start.hint(t.get("oncall-shift-start-hint")), &entered.start, "start"),
            self.plain(end, &entered.end, "end"),
            self.plain(zone.required(), &entered.zone, "zone"),
            frequency.error(self.faults.of("frequency")),
        ]
    }

    fn days(&self) -> Field {
        let choice = |(day, word): &(firebell_domain::schedule::Weekday, &str)| {
            let chosen = self.entered.days.iter().any(|one| one == word);
            Choice::new(*word, phrase::weekday(self.t, *day), chosen)
        };
        Field::many("days", self.t.get("oncall-shift-days"), DAYS.iter().map(choice).collect())
            .error(self.faults.of("days"))
    }

    fn monthly(&self) -> Vec<Field> {
        let (t, entered) = (self.t, self.entered);
        let kinds = [("DATE", "oncall-monthly-date"), ("WEEKDAY", "oncall-monthly-weekday")];
        let nths = CLASSIFIERS.iter().map(|(nth, word)| {
            Choice::new(*word, phrase::classifier(t, *nth), *word == entered.nth)
        });
        let days = DAYS.iter().map(|(day, word)| {
            Choice::new(*word, phrase::weekday(t, *day), *word == entered.weekday)
        });
        let months = MONTHS.iter().zip(1_usize..).map(|(word, number)| {
            let chosen = entered.months.iter().any(|one| one == word);
            Choice::new(*word, phrase::month(t, number), chosen)
        });
        let date = Field::text("date", t.get("oncall-monthly-date-field"))
            .hint(t.get("oncall-monthly-date-hint"));
        vec![
            Field::one(
                "monthly",
                t.get("oncall-monthly-on"),
                self.choices(&kinds, &entered.monthly),
            ),
            self.plain(date.max(4), &entered.date, "date"),
            Field::select("nth", t.get("oncall-monthly-nth"), nths.collect())
                .error(self.faults.of("nth")),
            Field::select("weekday", t.get("oncall-monthly-day"), days.collect())
                .error(self.faults.of("weekday")),
            Field::many("months", t.get("oncall-monthly-months"), months.collect())
                .error(self.faults.of("months")),
        ]
    }

    fn end_by(&self) -> Field {
        let kinds = [
            ("NEVER", "oncall-end-never"),
            ("DATE", "oncall-end-date"),
            ("REPETITIONS", "oncall-end-repetitions"),
        ];
        let choices = self.choices(&kinds, &self.entered.end_by);
        Field::select("end_by", self.t.get("oncall-shift-end-by"), choices)
            .error(self.faults.of("end_by"))
    }

    fn members(&self) -> Vec<Member> {
        let count = self.entered.places.len();
        let places = self.entered.places.iter().enumerate();
        places.map(|(n, place)| self.member(n, count, place)).collect()
    }

    fn member(&self, n: usize, count: usize, place: &Place) -> Member {
        let t = self.t;
        let name = |what: &str| format!("{what}.{n}");
        let fault = |what: &str| self.faults.of(&name(what));
        let who = Self::people(Field::text(name("who"), t.get("oncall-member-who")));
        let delay = Field::number(name("delay"), t.get("oncall-member-delay")).with("min", "0");
        let kinds = [EscalationType::None, EscalationType::Peer, EscalationType::Management];
        let kinds = kinds.map(|kind| {
            Choice::new(kind.word(), phrase::escalation(t, kind), kind.word() == place.kind)
        });
        let kind = Field::select(name("kind"), t.get("oncall-member-kind"), kinds.into());
        let mut fields = vec![who.value(place.who.as_str()).error(fault("who"))];
        if n == 0 {
            // The first is told at once: there is nothing to wait for, and nobody before them.
            fields.push(Field::hidden(name("delay"), place.delay.as_str()));
            fields.push(Field::hidden(name("kind"), EscalationType::None.word()));
        } else {
            fields.push(delay.value(place.delay.as_str()).error(fault("delay")));
            fields.push(kind.error(fault("kind")));
        }
        fields.push(Field::check(name("turns"), t.get("oncall-member-turns"), place.turns));
        Member {
            number: n,
            legend: t.n("oncall-member-place", n.saturating_add(1)),
            fields,
            up: (n > 0).then(|| format!("up.{n}")),
            down: (n + 1 < count).then(|| format!("down.{n}")),
            drop: format!("drop.{n}"),
        }
    }

    fn turn(&self) -> Field {
        let kinds = [
            ("", "oncall-turn-none"),
            ("DAYS", "oncall-turn-by-days"),
            ("WEEKS", "oncall-turn-by-weeks"),
            ("HOURS", "oncall-turn-by-hours"),
            ("SHIFTS", "oncall-turn-by-shifts"),
            ("ALERTS", "oncall-turn-by-alerts"),
        ];
        let choices = self.choices(&kinds, &self.entered.turn);
        Field::select("turn", self.t.get("oncall-shift-rotation"), choices)
            .error(self.faults.of("turn"))
    }

    fn turns(&self) -> Vec<Field> {
        let (t, entered) = (self.t, self.entered);
        let ways = [
            ("FIRST_TO_LAST", "oncall-turn-first-to-last"),
            ("LAST_TO_FIRST", "oncall-turn-last-to-first"),
        ];
        let from = Field::datetime("turn_from", t.get("oncall-shift-turn-from"));
        vec![
            self.number("turn_every", "oncall-shift-turn-every", &entered.turn_every, "1"),
            self.plain(
                from.hint(t.get("oncall-shift-turn-from-hint")),
                &entered.turn_from,
                "turn_from",
            ),
            Field::one("way", t.get("oncall-shift-way"), self.choices(&ways, &entered.way))
                .error(self.faults.of("way")),
        ]
    }

    fn after(&self) -> Vec<Field> {
        let (t, entered) = (self.t, self.entered);
        let who = Self::people(Field::text("notice_who", t.get("oncall-shift-notice-who")));
        let who = who.hint(t.get("oncall-shift-notice-hint"));
        vec![
            self.number("repeat_times", "oncall-shift-repeat-times", &entered.repeat_times, "0"),
            self.number("repeat_delay", "oncall-shift-repeat-delay", &entered.repeat_delay, "1"),
            self.plain(who, &entered.notice_who, "notice_who"),
            self.number("notice_delay", "oncall-shift-notice-delay", &entered.notice_delay, "0"),
        ]
    }
}
