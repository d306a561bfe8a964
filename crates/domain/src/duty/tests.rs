//! Spans agree with who is on call at every instant; differences are what differs.

use firebell_base::time::{add_minutes, add_seconds};
use firebell_base::{Id, Random, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::absence::TemporaryAbsence;
use crate::directory::{Entity, Revision};
use crate::instance::{Instance, InstanceNo, Region};
use crate::name::Name;
use crate::person::{LicenceType, Person, Role};
use crate::property::Properties;
use crate::schedule::rotation::{Direction, IntervalUnit, Rotation, RotationType};
use crate::schedule::{Frequency, Pattern, Recurrence, RecurrenceEnd, WeekdaySet, Zone};
use crate::shift::{EscalationType, ShiftMember};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

struct World {
    directory: Directory,
    random: Random,
    group: GroupId,
}

impl World {
    fn new() -> Self {
        let random = Random::seeded(5);
        let now = at("2026-03-02T08:00:00Z");
        let instance = Instance {
            id: Id::new(&random, now),
            no: InstanceNo(1),
            name: name("sample"),
            region: Region::Emea,
            created: now,
        };
        let directory = Directory::new(instance, Revision { epoch: 1, n: 1 });
        let mut world = Self { directory, group: Id::new(&random, now), random };
        world.group = world.group("Payments");
        world
    }

    fn id<T>(&self) -> Id<T> {
        Id::new(&self.random, at("2026-03-02T08:00:00Z"))
    }

    fn group(&mut self, title: &str) -> GroupId {
        let id = self.id();
        self.directory.put(Entity::Group(Group {
            id,
            target_name: name(title),
            description: String::new(),
            group_type: GroupType::OnCall,
            status: Status::Active,
            members: Vec::new(),
            supervisors: Vec::new(),
            observed_by_all: true,
            site: None,
            allow_duplicates: false,
            use_default_devices: true,
            external_key: None,
            externally_owned: false,
            created: Timestamp::UNIX_EPOCH,
        }));
        id
    }

    fn person(&mut self, title: &str) -> PersonId {
        let id = self.id();
        self.directory.put(Entity::Person(Person {
            id,
            target_name: name(title),
            first_name: name(title),
            last_name: name("Sample"),
            web_login: name(title),
            phone_login: None,
            language: "en".to_owned(),
            zone: Zone::utc(),
            site: None,
            supervisors: Vec::new(),
            roles: vec![Role::StandardUser],
            status: Status::Active,
            licence: LicenceType::FullUser,
            properties: Properties::new(),
            external_key: None,
            externally_owned: false,
            created: Timestamp::UNIX_EPOCH,
            updated: Timestamp::UNIX_EPOCH,
        }));
        id
    }

    fn shift(&self, zone: &str, from: &str, to: &str, members: &[(Recipient, u16)]) -> Shift {
        let zone = Zone::parse(zone).expect("a zone");
        let local = |text: &str| zone.instant(text.parse().expect("a local time")).expect("exists");
        let recurrence = Recurrence {
            frequency: Frequency::Daily { repeat_every: 1 },
            end: RecurrenceEnd::Never,
        };
        let pattern = Pattern::new(local(from), local(to), zone.clone(), recurrence, Vec::new());
        Shift {
            id: self.id(),
            group: self.group,
            name: name(from),
            description: String::new(),
            pattern: pattern.expect("a pattern"),
            members: members.iter().map(|(who, delay)| member(*who, *delay)).collect(),
            rotation: None,
            repeat: None,
            end_notice: None,
            created: Timestamp::UNIX_EPOCH,
        }
    }

    fn absent(&mut self, who: PersonId, from: Timestamp, to: Timestamp, by: Option<PersonId>) {
        let (id, created) = (self.id(), add_seconds(from, 1));
        let (member, replacement) = (who, by);
        let absence = TemporaryAbsence {
            id,
            member,
            group: None,
            start: from,
            end: to,
            replacement,
            created,
        };
        self.directory.put(Entity::Absence(absence));
    }

    fn put(&mut self, shift: &Shift) {
        self.directory.put(Entity::Shift(Box::new(shift.clone())));
    }

    fn spans(&self, shifts: &[Shift], window: Window) -> Vec<Span> {
        let group = self.directory.group(self.group).expect("there");
        of_shifts(&self.directory, group, shifts, window)
    }
}

fn member(recipient: Recipient, delay_minutes: u16) -> ShiftMember {
    ShiftMember { recipient, delay_minutes, escalation: EscalationType::None, in_rotation: true }
}

fn week() -> Window {
    Window { from: at("2026-03-23T00:00:00Z"), to: at("2026-03-30T00:00:00Z") }
}

/// Whom an alert would come to, asked in the way of the pipeline and not of this module.
fn reached_at(world: &World, shifts: &[Shift], when: Timestamp) -> Vec<Reached> {
    let mut copy = world.directory.clone();
    let old: Vec<_> = copy.shifts_of(world.group).map(|shift| shift.id).collect();
    for id in old {
        copy.remove(crate::directory::Kind::Shift, id.to_bytes());
    }
    for shift in shifts {
        copy.put(Entity::Shift(Box::new(shift.clone())));
    }
    let group = copy.group(world.group).expect("there");
    let mut all = Vec::new();
    for on_call in oncall::on_call(&copy, group, when, &|_| 0) {
        let mut passed = None;
        for place in &on_call.places {
            let Recipient::Person(person) = place.member else { continue };
            let who = match oncall::cover(&copy, person, group.id, when) {
                Cover::Present => person,
                Cover::ReplacedBy(other) => other,
                Cover::Vacant | Cover::Inactive => continue,
            };
            let after = passed.map_or(0, |passed| passed + u32::from(place.delay_minutes));
            passed = Some(after);
            all.push(Reached { after_minutes: after, who: Recipient::Person(who) });
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

#[test]
fn spans_are_cut_by_absences_and_rotations_and_nothing_else() {
    let mut world = World::new();
    let [a, b, c] = ["a", "b", "c"].map(|n| world.person(n));
    let [ra, rb] = [a, b].map(Recipient::Person);
    let mut shift = world.shift("UTC", "2026-03-01T00:00", "2026-03-02T00:00", &[(ra, 0), (rb, 5)]);
    let whole = world.spans(std::slice::from_ref(&shift), week());
    assert_eq!(whole.len(), 7, "one for each day");
    assert_eq!(whole[0].reached().len(), 2);
    let (from, to) = (at("2026-03-24T10:00:00Z"), at("2026-03-24T12:00:00Z"));
    world.absent(a, from, to, Some(c));
    let cut = world.spans(std::slice::from_ref(&shift), week());
    assert_eq!(cut.len(), 9);
    let standing_in = cut.iter().find(|span| span.contains(from)).expect("a span");
    assert_eq!((standing_in.start, standing_in.end), (from, to));
    assert_eq!(standing_in.answers[0].who(), Some(Recipient::Person(c)));
    assert_eq!(standing_in.answers[0].place.member, ra);
    let anchor = at("2026-03-25T15:00:00Z");
    let kind = RotationType::Time(IntervalUnit::Weeks);
    let rotation = Rotation::new(kind, Direction::FirstToLast, 1, anchor, Zone::utc());
    shift.rotation = Some(rotation.expect("a rotation"));
    let turned = world.spans(std::slice::from_ref(&shift), week());
    assert_eq!(turned.len(), 10);
    let after = turned.iter().find(|span| span.start == anchor).expect("a cut");
    assert_eq!(after.answers[0].who(), Some(rb));
    assert_eq!(after.answers[1].place.delay_minutes, 5, "delays stay with the places");
}

#[test]
fn gaps_say_why() {
    let mut world = World::new();
    let a = world.person("a");
    let ra = Recipient::Person(a);
    let day = world.shift("UTC", "2026-03-01T00:00", "2026-03-01T12:00", &[(ra, 0)]);
    let evening = world.shift("UTC", "2026-03-01T12:00", "2026-03-01T18:00", &[]);
    world.absent(a, at("2026-03-23T02:00:00Z"), at("2026-03-23T02:30:00Z"), None);
    let window = Window { to: at("2026-03-24T00:00:00Z"), ..week() };
    let found = gaps(&world.spans(&[day, evening], window), window);
    let gap = |start: &str, end: &str, reason| Gap { start: at(start), end: at(end), reason };
    assert_eq!(
        found,
        [
            gap("2026-03-23T02:00:00Z", "2026-03-23T02:30:00Z", GapReason::Away),
            gap("2026-03-23T12:00:00Z", "2026-03-23T18:00:00Z", GapReason::Empty),
            gap("2026-03-23T18:00:00Z", "2026-03-24T00:00:00Z", GapReason::NoShift),
        ]
    );
    assert_eq!(gaps(&[], window).len(), 1);
}

#[test]
fn a_day_with_a_clock_change_has_no_gap_between_neighbours() {
    let mut world = World::new();
    let ra = Recipient::Person(world.person("a"));
    for (zone, from, to, hours) in [
        ("Europe/Oslo", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23),
        ("Europe/Oslo", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25),
    ] {
        let day = world.shift(zone, "2026-01-01T02:30", "2026-01-01T14:00", &[(ra, 0)]);
        let night = world.shift(zone, "2026-01-01T14:00", "2026-01-02T02:30", &[(ra, 0)]);
        let window = Window { from: at(from), to: at(to) };
        let spans = world.spans(&[day, night], window);
        assert_eq!(gaps(&spans, window), []);
        let held: i64 = spans.iter().map(|s| s.end.as_second() - s.start.as_second()).sum();
        assert_eq!(held, hours * 3600, "{zone}");
    }
    // Half an hour on Lord Howe Island: the night of the change is 11:30 or 12:30 hours long.
    let shift =
        world.shift("Australia/Lord_Howe", "2026-01-01T20:00", "2026-01-02T08:00", &[(ra, 0)]);
    let lengths = |from: &str, to: &str| -> Vec<i64> {
        let window = Window { from: at(from), to: at(to) };
        let spans = world.spans(std::slice::from_ref(&shift), window);
        spans.iter().map(|s| (s.end.as_second() - s.start.as_second()) / 60).collect()
    };
    assert!(lengths("2026-04-03T00:00:00Z", "2026-04-06T00:00:00Z").contains(&750));
    assert!(lengths("2026-10-02T00:00:00Z", "2026-10-05T00:00:00Z").contains(&690));
}

#[test]
fn a_group_as_a_place_counts_while_somebody_of_it_is_on_call() {
    let mut world = World::new();
    let ra = Recipient::Person(world.person("a"));
    let inner = world.group("Inner");
    let mut office = world.shift("UTC", "2026-03-01T08:00", "2026-03-01T16:00", &[(ra, 0)]);
    office.group = inner;
    world.put(&office);
    let place = (Recipient::Group(inner), 0);
    let outer = world.shift("UTC", "2026-03-01T00:00", "2026-03-02T00:00", &[place]);
    let window = Window { to: at("2026-03-24T00:00:00Z"), ..week() };
    let spans = world.spans(std::slice::from_ref(&outer), window);
    let manned: Vec<bool> = spans.iter().map(Span::is_manned).collect();
    assert_eq!(manned, [false, true, false]);
    assert_eq!(spans[1].start, at("2026-03-23T08:00:00Z"));
    let hours: Vec<_> = gaps(&spans, window).iter().map(|gap| gap.reason).collect();
    assert_eq!(hours, [GapReason::Away, GapReason::Away]);
    let inner = world.directory.group(inner).expect("there");
    assert!(is_manned(&world.directory, inner, at("2026-03-23T08:00:00Z")));
    assert!(!is_manned(&world.directory, inner, at("2026-03-23T16:00:00Z")));
}

#[test]
fn inactive_and_broadcast_groups_have_no_spans() {
    let mut world = World::new();
    let ra = Recipient::Person(world.person("a"));
    let shift = world.shift("UTC", "2026-03-01T00:00", "2026-03-02T00:00", &[(ra, 0)]);
    let group = (**world.directory.group(world.group).expect("there")).clone();
    for changed in [
        Group { status: Status::Inactive, ..group.clone() },
        Group { group_type: GroupType::Broadcast, ..group.clone() },
    ] {
        assert_eq!(of_shift(&world.directory, &changed, &shift, week()), []);
    }
    assert!(!of_shift(&world.directory, &group, &shift, week()).is_empty());
}

#[test]
fn a_difference_names_both_sides() {
    let mut world = World::new();
    let [ra, rb] = ["a", "b"].map(|n| Recipient::Person(world.person(n)));
    let old = world.shift("UTC", "2026-03-01T08:00", "2026-03-01T16:00", &[(ra, 0)]);
    let mut new = old.clone();
    new.members = vec![member(rb, 0)];
    let window = Window { to: at("2026-03-24T00:00:00Z"), ..week() };
    let before = world.spans(std::slice::from_ref(&old), window);
    let after = world.spans(std::slice::from_ref(&new), window);
    let found = difference(&before, &after, window);
    let reached = |who| vec![Reached { after_minutes: 0, who }];
    assert_eq!(
        found,
        [Difference {
            start: at("2026-03-23T08:00:00Z"),
            end: at("2026-03-23T16:00:00Z"),
            before: reached(ra),
            after: reached(rb),
        }]
    );
    assert_eq!(difference(&before, &[], window)[0].after, []);
    assert_eq!(difference(&before, &before, window), []);
}

/// First hour, half hours, who after how many minutes, weekdays, hours per turn and the first turn.
type Sketch = (i64, i64, Vec<(usize, u16)>, u8, Option<(u16, i64)>);

prop_compose! {
    /// A shift: first hour, length in half hours, who in which order with which delay, weekdays.
    fn some_shift()(
        hour in 0_i64..48,
        halves in 1_i64..60,
        order in Just([0_usize, 1, 2]).prop_shuffle(),
        count in 0_usize..4,
        delays in prop::collection::vec(0_u16..3, 3),
        days in 1_u8..128,
        turning in prop::option::of((1_u16..4, 0_i64..48)),
    ) -> Sketch {
        let members = order.into_iter().zip(delays).take(count).collect();
        (hour, halves, members, days, turning)
    }
}

fn made(
    world: &World,
    people: &[PersonId],
    (hour, halves, members, days, turning): &Sketch,
    id: ShiftId,
) -> Shift {
    let start = add_minutes(at("2026-03-20T00:00:00Z"), hour * 60);
    let weekdays = [
        crate::schedule::Weekday::Monday,
        crate::schedule::Weekday::Tuesday,
        crate::schedule::Weekday::Wednesday,
        crate::schedule::Weekday::Thursday,
        crate::schedule::Weekday::Friday,
        crate::schedule::Weekday::Saturday,
        crate::schedule::Weekday::Sunday,
    ];
    let on_days: WeekdaySet = weekdays
        .into_iter()
        .enumerate()
        .filter(|(n, _)| days >> n & 1 == 1)
        .map(|(_, d)| d)
        .collect();
    let recurrence = Recurrence {
        frequency: Frequency::Weekly { repeat_every: 1, on_days },
        end: RecurrenceEnd::Never,
    };
    let zone = Zone::parse("Europe/Oslo").expect("a zone");
    let end = add_minutes(start, halves * 30);
    let pattern = Pattern::new(start, end, zone.clone(), recurrence, Vec::new());
    let rotation = turning.map(|(interval, hour)| {
        let anchor = add_minutes(at("2026-03-27T00:00:00Z"), hour * 60);
        let kind = RotationType::Time(IntervalUnit::Hours);
        Rotation::new(kind, Direction::FirstToLast, interval, anchor, zone.clone())
            .expect("a rotation")
    });
    Shift {
        id,
        group: world.group,
        name: name("Shift"),
        description: String::new(),
        pattern: pattern.expect("a pattern"),
        members: members
            .iter()
            .map(|(who, delay)| member(Recipient::Person(people[*who]), *delay))
            .collect(),
        rotation,
        repeat: None,
        end_notice: None,
        created: Timestamp::UNIX_EPOCH,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The week with the clock change in Oslo, asked every half hour.
    #[test]
    fn the_difference_is_empty_exactly_where_nothing_changes(
        old in some_shift(),
        new in some_shift(),
        same in prop::bool::weighted(0.2),
        away in prop::option::of((0_i64..96, 1_i64..40, prop::bool::ANY)),
    ) {
        let mut world = World::new();
        let people = ["a", "b", "c"].map(|n| world.person(n));
        let window = Window { from: at("2026-03-27T00:00:00Z"), to: at("2026-03-31T00:00:00Z") };
        if let Some((from, halves, replaced)) = away {
            let from = add_minutes(window.from, from * 30);
            let to = add_minutes(from, halves * 30);
            world.absent(people[0], from, to, replaced.then_some(people[1]));
        }
        let id = world.id();
        let new = if same { &old } else { &new };
        let [old, new] = [&old, new].map(|shift| made(&world, &people, shift, id));
        let (old, new) = ([old], [new]);
        let (before, after) = (world.spans(&old, window), world.spans(&new, window));
        let found = difference(&before, &after, window);
        let mut when = window.from;
        let mut any = false;
        while when < window.to {
            let (was, is) = (reached_at(&world, &old, when), reached_at(&world, &new, when));
            let differs = found.iter().find(|d| d.start <= when && when < d.end);
            prop_assert_eq!(differs.is_some(), was != is, "{}", when);
            if let Some(differs) = differs {
                any = true;
                prop_assert_eq!(&differs.before, &was);
                prop_assert_eq!(&differs.after, &is);
            }
            let manned = after.iter().any(|span| span.contains(when) && span.is_manned());
            prop_assert_eq!(manned, !is.is_empty());
            when = add_minutes(when, 30);
        }
        prop_assert_eq!(any, !found.is_empty());
        prop_assert!(found.iter().all(|d| d.start < d.end && d.before != d.after));
        prop_assert!(found.windows(2).all(|two| two[0].end <= two[1].start));
    }
}
