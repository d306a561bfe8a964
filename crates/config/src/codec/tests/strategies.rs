//! Arbitrary entities: everything the domain can hold, valid or not.

use std::collections::BTreeMap;

use firebell_base::{Secret, Timestamp};
use firebell_domain::absence::TemporaryAbsence;
use firebell_domain::alert::Priority;
use firebell_domain::credential::{ApiKey, Password};
use firebell_domain::device::Address;
use firebell_domain::directory::Entity;
use firebell_domain::form::{Action, Contribution, ResponseOption};
use firebell_domain::integration::{Format, Integration};
use firebell_domain::matcher::{Matcher, Op};
use firebell_domain::name::Name;
use firebell_domain::person::{LicenceType, Person, Role, Status};
use firebell_domain::property::Value as Property;
use firebell_domain::recipient::Recipient;
use firebell_domain::schedule::rotation::{Direction, IntervalUnit, Rotation, RotationType};
use firebell_domain::schedule::{
    Classifier, DayOfMonth, Exclusion, Frequency, MonthSet, MonthlyOn, Pattern, Recurrence,
    RecurrenceEnd, WeekdaySet, Zone,
};
use firebell_domain::suppression::{MaintenanceWindow, Silence};
use proptest::prelude::*;

use crate::samples;
use crate::words::{CLASSIFIERS, DAYS};

fn text() -> impl Strategy<Value = String> {
    "[ -~æøåß€🔥\n]{0,20}"
}

fn name_of() -> impl Strategy<Value = Name> {
    "[a-zA-Z0-9|\"'\\\\æøå🔥 ]{0,20}".prop_map(|text| Name::parse(&format!("n{text}")).unwrap())
}

fn instant() -> impl Strategy<Value = Timestamp> {
    (0_i64..7_000_000_000_000_000).prop_map(firebell_base::time::from_micros)
}

fn zone() -> impl Strategy<Value = Zone> {
    prop::sample::select(vec!["UTC", "Europe/Oslo", "America/New_York", "Asia/Kolkata"])
        .prop_map(|name| Zone::parse(name).unwrap())
}

fn person_or_group() -> impl Strategy<Value = Recipient> {
    (0..3_u8, any::<u128>()).prop_map(|(kind, n)| match kind {
        0 => Recipient::Person(samples::id(n)),
        1 => Recipient::Group(samples::id(n)),
        _ => Recipient::Device(samples::id(n)),
    })
}

fn frequency() -> impl Strategy<Value = Frequency> {
    let months = prop::collection::btree_set(1..=12_i8, 1..12)
        .prop_map(|months| MonthSet::from_numbers(months).unwrap());
    let days = prop::collection::vec(prop::sample::select(DAYS.to_vec()), 1..7)
        .prop_map(|days| days.into_iter().map(|(day, _)| day).collect::<WeekdaySet>());
    let on = prop_oneof![
        (1..=28_u8).prop_map(|day| MonthlyOn::DateOfMonth(DayOfMonth::Day(day))),
        Just(MonthlyOn::DateOfMonth(DayOfMonth::Last)),
        (prop::sample::select(CLASSIFIERS.to_vec()), prop::sample::select(DAYS.to_vec())).prop_map(
            |((classifier, _), (day, _)): ((Classifier, _), _)| {
                MonthlyOn::DayOfWeek { classifier, day }
            }
        ),
    ];
    prop_oneof![
        Just(Frequency::Once),
        (1..=999_u16).prop_map(|repeat_every| Frequency::Daily { repeat_every }),
        (1..=999_u16, days)
            .prop_map(|(repeat_every, on_days)| Frequency::Weekly { repeat_every, on_days }),
        Just(Frequency::EveryWeekday),
        Just(Frequency::EveryWeekendDay),
        (on, months).prop_map(|(on, months)| Frequency::Monthly { on, months }),
        Just(Frequency::Yearly),
        Just(Frequency::Holiday),
    ]
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let end = prop_oneof![
        Just(RecurrenceEnd::Never),
        (1..u32::MAX).prop_map(RecurrenceEnd::Repetitions),
        (7_000_000_000_000_000_i64..7_100_000_000_000_000)
            .prop_map(|at| RecurrenceEnd::Date(firebell_base::time::from_micros(at))),
    ];
    let exclusions = prop::collection::vec(instant().prop_map(|start| Exclusion { start }), 0..4);
    (instant(), 1..31_000_000_000_000_i64, zone(), frequency(), end, exclusions).prop_map(
        |(start, length, zone, frequency, end, exclusions)| {
            let first_end = firebell_base::time::add_micros(start, length);
            let recurrence = Recurrence { frequency, end };
            Pattern::new(start, first_end, zone, recurrence, exclusions).unwrap()
        },
    )
}

fn property() -> impl Strategy<Value = Property> {
    prop_oneof![
        text().prop_map(Property::Text),
        any::<bool>().prop_map(Property::Bool),
        any::<i64>().prop_map(Property::Int),
        prop::num::f64::NORMAL.prop_map(Property::Real),
        prop::collection::vec(text(), 0..3).prop_map(Property::List),
    ]
}

pub(super) fn person() -> impl Strategy<Value = Entity> {
    let names = (name_of(), name_of(), name_of(), name_of());
    let texts = (prop::option::of(text()), text(), prop::option::of(text()), zone());
    let lists = (
        prop::collection::vec(any::<u128>(), 0..3),
        prop::collection::vec(prop::sample::select(Role::ALL.to_vec()), 0..3),
        prop::collection::btree_map(text(), property(), 0..4),
    );
    let rest =
        (any::<u128>(), prop::option::of(any::<u128>()), any::<bool>(), instant(), instant());
    (names, texts, lists, rest).prop_map(|(names, texts, lists, rest)| {
        Entity::Person(Person {
            id: samples::id(rest.0),
            target_name: names.0,
            first_name: names.1,
            last_name: names.2,
            web_login: names.3,
            phone_login: texts.0,
            language: texts.1,
            zone: texts.3,
            site: rest.1.map(samples::id),
            supervisors: lists.0.into_iter().map(samples::id).collect(),
            roles: lists.1,
            status: if rest.2 { Status::Active } else { Status::Inactive },
            licence: if rest.2 { LicenceType::StakeholderUser } else { LicenceType::FullUser },
            properties: lists.2.into_iter().collect::<BTreeMap<_, _>>(),
            external_key: texts.2,
            externally_owned: rest.2,
            created: rest.3,
            updated: rest.4,
        })
    })
}

pub(super) fn shift() -> impl Strategy<Value = Entity> {
    let rotation = (0..5_u8, 1..=999_u16, instant(), zone()).prop_map(|(kind, n, at, zone)| {
        let (kind, direction) = match kind {
            0 => (RotationType::Alerts, Direction::FirstToLast),
            1 => (RotationType::Shifts, Direction::LastToFirst),
            2 => (RotationType::Time(IntervalUnit::Hours), Direction::FirstToLast),
            3 => (RotationType::Time(IntervalUnit::Days), Direction::LastToFirst),
            _ => (RotationType::Time(IntervalUnit::Weeks), Direction::FirstToLast),
        };
        Rotation::new(kind, direction, n, at, zone).unwrap()
    });
    let members = prop::collection::vec((person_or_group(), any::<u16>()), 0..4);
    (name_of(), text(), pattern(), members, prop::option::of(rotation)).prop_map(
        |(name, description, pattern, members, rotation)| {
            let members = members.into_iter().map(|(who, delay)| samples::member(who, delay));
            let mut shift = samples::shift(1, 2, "x", members.collect());
            (shift.name, shift.description, shift.pattern) = (name, description, pattern);
            shift.rotation = rotation;
            Entity::Shift(Box::new(shift))
        },
    )
}

pub(super) fn device() -> impl Strategy<Value = Entity> {
    let address = prop_oneof![
        text().prop_map(Address::Email),
        text().prop_map(Address::Voice),
        text().prop_map(Address::Sms),
        (text(), prop::option::of(text()))
            .prop_map(|(url, secret)| Address::Webhook { url, secret: secret.map(Secret::new) }),
    ];
    (address, any::<u16>(), any::<u16>(), name_of()).prop_map(|(address, sequence, delay, name)| {
        let mut device = samples::device(1, 2, sequence, address);
        (device.delay_minutes, device.name) = (delay, name);
        Entity::Device(device)
    })
}

fn option() -> impl Strategy<Value = ResponseOption> {
    let actions = prop::sample::select(Action::ALL.to_vec());
    let contributions = prop::sample::select(Contribution::ALL.to_vec());
    (any::<u8>(), text(), text(), actions, contributions, any::<bool>()).prop_map(
        |(number, text, description, action, contribution, allow_comments)| ResponseOption {
            number,
            text,
            description,
            action,
            contribution,
            allow_comments,
        },
    )
}

pub(super) fn form() -> impl Strategy<Value = Entity> {
    let options = prop::collection::vec(option(), 0..5);
    let recipients = prop::collection::vec(person_or_group(), 0..4);
    let priorities = prop::sample::select(Priority::ALL.to_vec());
    let template = || prop::option::of(text());
    let rest = (priorities, any::<u32>(), any::<bool>(), any::<bool>());
    (name_of(), options, recipients, (template(), template(), template()), rest).prop_map(
        |(name, options, recipients, templates, rest)| {
            let mut form = samples::form(1, "x", recipients);
            (form.name, form.options) = (name, options);
            form.templates.email_subject = templates.0;
            form.templates.email_text = templates.1;
            form.templates.webhook_json = templates.2;
            form.priority = rest.0;
            form.expiration_minutes = rest.1;
            form.override_device_restrictions = rest.2;
            form.escalation_override = rest.3;
            Entity::Form(form)
        },
    )
}

fn matcher() -> impl Strategy<Value = Matcher> {
    let ops = prop::sample::select(vec![Op::Equal, Op::NotEqual, Op::Matches, Op::NotMatches]);
    ("[a-z=!\" ]{1,10}", ops, "[a-z0-9 \"é]{0,10}")
        .prop_map(|(name, op, value)| Matcher::new(&name, op, &value).unwrap())
}

pub(super) fn suppression() -> impl Strategy<Value = Entity> {
    let matchers = || prop::collection::vec(matcher(), 0..4);
    let silence = (matchers(), instant(), instant(), text(), text(), instant()).prop_map(
        |(matchers, starts, ends, created_by, comment, updated)| {
            let id = samples::id(1);
            Entity::Silence(Silence { id, matchers, starts, ends, created_by, comment, updated })
        },
    );
    let ids = prop::collection::vec(any::<u128>(), 0..4);
    let window = (name_of(), ids, matchers(), pattern(), text()).prop_map(
        |(name, ids, matchers, pattern, comment)| {
            let integrations = ids.into_iter().map(samples::id).collect();
            let id = samples::id(1);
            let window = MaintenanceWindow { id, name, integrations, matchers, pattern, comment };
            Entity::Window(Box::new(window))
        },
    );
    prop_oneof![silence, window]
}

pub(super) fn small() -> impl Strategy<Value = Entity> {
    let n = any::<u128>;
    let absence = (n(), prop::option::of(n()), instant(), instant(), prop::option::of(n()))
        .prop_map(|(member, group, start, end, replacement)| {
            Entity::Absence(TemporaryAbsence {
                id: samples::id(1),
                member: samples::id(member),
                group: group.map(samples::id),
                start,
                end,
                replacement: replacement.map(samples::id),
                created: start,
            })
        });
    let key = (n(), name_of(), any::<[u8; 32]>(), instant()).prop_map(|(own, name, hash, at)| {
        let owner = samples::id(own);
        Entity::ApiKey(ApiKey { id: samples::id(1), owner, name, secret_hash: hash, created: at })
    });
    let password =
        text().prop_map(|hash| Entity::Password(Password { person: samples::id(1), hash }));
    let format = prop::sample::select(Format::ALL.to_vec());
    let door = (name_of(), any::<[u8; 32]>(), prop::option::of(any::<u32>()), format);
    let door = door.prop_map(|(name, key_hash, rate_per_minute, format)| {
        Entity::Integration(Integration {
            name,
            key_hash,
            rate_per_minute,
            format,
            ..samples::integration(1, "x", 2)
        })
    });
    let group = (name_of(), text(), prop::collection::vec(person_or_group(), 0..5)).prop_map(
        |(name, description, members)| {
            let mut group = samples::group(1, "x", members);
            (group.target_name, group.description) = (name, description);
            Entity::Group(group)
        },
    );
    prop_oneof![absence, key, password, door, group]
}
