//! One row per rule: a change that breaks it, and the fault it gets.

use firebell_base::Secret;
use firebell_domain::absence::TemporaryAbsence;
use firebell_domain::device::{Address, Device};
use firebell_domain::form::Form;
use firebell_domain::group::Group;
use firebell_domain::integration::Integration;
use firebell_domain::person::{Person, Role};
use firebell_domain::property::Value;
use firebell_domain::recipient::Recipient;
use firebell_domain::schedule::Frequency;
use firebell_domain::shift::{EscalationType, RepeatEscalation, Shift, ShiftMember};
use firebell_domain::site::{PostalAddress, Site};

use super::*;
use crate::cascade;
use crate::change::applied;
use crate::samples::*;

fn faults(changes: &[Change]) -> Vec<Fault> {
    let before = acme();
    let after = applied(&before, changes);
    check(&before, &after, changes).err().unwrap_or_default().0
}

/// Field and subcode of each fault.
fn found(changes: &[Change]) -> Vec<(String, String)> {
    let rest = |subcode: &str| subcode.trim_start_matches("validation.").to_owned();
    faults(changes).into_iter().map(|f| (f.field, rest(&f.subcode))).collect()
}

fn one(entity: Entity, field: &str, subcode: &str) {
    let all = found(&[Change::Put(entity)]);
    assert_eq!(all, [(field.to_owned(), subcode.to_owned())]);
}

fn ann() -> Person {
    (**acme().person(id(ANN)).unwrap()).clone()
}

fn mail() -> Device {
    (**acme().device(id(ANN_MAIL)).unwrap()).clone()
}

fn team() -> Group {
    (**acme().group(id(TEAM)).unwrap()).clone()
}

fn days() -> Shift {
    (**acme().shift(id(DAYS)).unwrap()).clone()
}

fn outage() -> Form {
    (**acme().form(id(FORM)).unwrap()).clone()
}

fn long(chars: usize) -> String {
    "x".repeat(chars)
}

#[test]
fn the_sample_is_valid() {
    let changes: Vec<Change> = entities().into_iter().map(Change::Put).collect();
    let after = applied(&empty(), &changes);
    assert_eq!(check(&empty(), &after, &changes), Ok(()));
}

#[test]
fn sites() {
    let base = || site(OSLO, "Oslo");
    one(Entity::Site(Site { language: "no language".to_owned(), ..base() }), "language", "site.language");
    one(Entity::Site(Site { country: "Norway".to_owned(), ..base() }), "country", "site.country");
    let address = PostalAddress { latitude: Some(f64::NAN), ..PostalAddress::default() };
    one(Entity::Site(Site { address, ..base() }), "latitude", "site.coordinate");
    let address = PostalAddress { city: long(201), ..PostalAddress::default() };
    one(Entity::Site(Site { address, ..base() }), "city", "site.too_long");
    one(Entity::Site(site(77, "OSLO")), "name", "site.name_not_unique");
}

#[test]
fn people() {
    let put = |person: Person, field: &str, subcode: &str| one(Entity::Person(person), field, subcode);
    put(Person { site: Some(id(77)), ..ann() }, "site", "person.site_not_exists");
    put(Person { supervisors: vec![id(77)], ..ann() }, "supervisors", "person.person_not_exists");
    put(Person { supervisors: vec![id(BO), id(BO)], ..ann() }, "supervisors", "person.supervisors");
    put(Person { roles: Vec::new(), ..ann() }, "roles", "person.roles");
    put(Person { roles: vec![Role::StandardUser; 2], ..ann() }, "roles", "person.roles");
    put(Person { phone_login: Some("12a".to_owned()), ..ann() }, "phoneLogin", "person.phone_login");
    put(Person { external_key: Some(" ".to_owned()), ..ann() }, "externalKey", "person.empty");
    let properties = [("p".to_owned(), Value::Real(f64::INFINITY))].into();
    put(Person { properties, ..ann() }, "properties.p", "person.property");
    put(Person { web_login: name("BO"), ..ann() }, "webLogin", "person.web_login_not_unique");
    put(Person { target_name: name("a|b"), ..ann() }, "targetName", "person.target_name");
    let uuid = name("00000000-0000-0000-0000-000000000002");
    put(Person { target_name: uuid, ..ann() }, "targetName", "person.target_name");
    let twin = Person { web_login: name("other"), ..person(77, "Ann") };
    put(twin, "targetName", "person.name_not_unique");
}

#[test]
fn two_new_people_must_not_share_a_name_either() {
    let other = Person { web_login: name("cy2"), ..person(78, "CY") };
    let changes = [Entity::Person(person(77, "cy")), Entity::Person(other)].map(Change::Put);
    let expected = ("targetName".to_owned(), "person.name_not_unique".to_owned());
    assert_eq!(found(&changes), [expected]);
}

#[test]
fn names_can_be_swapped_and_taken_over_from_what_is_removed() {
    let before = acme();
    let rename = |n: u128, to: &str| {
        let old = (**before.person(id(n)).unwrap()).clone();
        let new = Person { target_name: name(to), web_login: name(to), ..old };
        Change::Put(Entity::Person(new))
    };
    let swap = [rename(ANN, "bo"), rename(BO, "ann")];
    assert_eq!(found(&swap), []);
    let after = applied(&before, &swap);
    assert_eq!(after.person_by_name("bo").unwrap().id, id(ANN));
    assert_eq!(after.person_by_name("ann").unwrap().id, id(BO));
    assert_eq!(after.entities().len(), before.entities().len());

    let mut changes = cascade::remove_person(&before, id(BO));
    changes.push(Change::Put(Entity::Person(person(77, "bo"))));
    assert_eq!(found(&changes), []);
    assert_eq!(applied(&before, &changes).person_by_name("bo").unwrap().id, id(77));
}

#[test]
fn devices() {
    let put = |device: Device, field: &str, subcode: &str| one(Entity::Device(device), field, subcode);
    put(Device { address: Address::Email("ann".to_owned()), ..mail() }, "emailAddress", "device.email_address");
    put(Device { address: Address::Voice("123".to_owned()), ..mail() }, "phoneNumber", "device.phone_number");
    put(Device { address: Address::Sms("+0".to_owned()), ..mail() }, "phoneNumber", "device.phone_number");
    let hook = |url: &str, secret: Option<&str>| Address::Webhook {
        url: url.to_owned(),
        secret: secret.map(Secret::new),
    };
    put(Device { address: hook("ftp://a.example", None), ..mail() }, "url", "device.url");
    put(Device { address: hook("https://a.example", Some("x")), ..mail() }, "secret", "device.secret");
    put(Device { sequence: 0, ..mail() }, "sequence", "device.sequence");
    put(Device { delay_minutes: u16::MAX, ..mail() }, "delay", "device.delay");
    put(Device { owner: id(BO), sequence: 2, name: name("Moved"), ..mail() }, "owner", "device.owner_fixed");
    put(device(77, 88, 1, mail().address), "owner", "device.person_not_exists");
    let mut same_place = device(77, ANN, 1, mail().address);
    same_place.name = name("Second");
    put(same_place, "sequence", "device.sequence_not_unique");
    let same_name = Device { sequence: 2, name: name("DEVICE 1"), ..device(77, ANN, 1, mail().address) };
    put(same_name, "name", "device.name_not_unique");
    let mut frame = mail();
    frame.timeframes[0].duration_minutes = 0;
    put(frame, "timeframes.durationInMinutes", "device.timeframe");
}

#[test]
fn groups() {
    let put = |group: Group, field: &str, subcode: &str| one(Entity::Group(group), field, subcode);
    let with = |members| Group { members, ..team() };
    put(with(vec![person_ref(77)]), "members", "group.person_not_exists");
    put(with(vec![Recipient::Device(id(77))]), "members", "group.device_not_exists");
    put(with(vec![group_ref(77)]), "members", "group.group_not_exists");
    put(with(vec![person_ref(ANN), person_ref(ANN)]), "members", "group.members");
    put(Group { supervisors: vec![id(77)], ..team() }, "supervisors", "group.person_not_exists");
    put(Group { description: long(1025), ..team() }, "description", "group.too_long");
    put(Group { site: Some(id(77)), ..team() }, "site", "group.site_not_exists");
}

#[test]
fn groups_must_not_contain_themselves_by_any_way() {
    let itself = Group { members: vec![group_ref(TEAM)], ..team() };
    let all = faults(&[Change::Put(Entity::Group(itself))]);
    assert_eq!(all.len(), 1);
    assert!(all[0].message.contains("Payments SRE → Payments SRE"), "{}", all[0].message);

    // Everyone contains the team by its roster, and now the team Everyone.
    let through = Group { members: vec![group_ref(ALL)], ..team() };
    let all = faults(&[Change::Put(Entity::Group(through))]);
    assert_eq!(all.len(), 1);
    let message = "Payments SRE → Everyone → Payments SRE";
    assert!(all[0].message.contains(message), "{}", all[0].message);

    // By a shift.
    let members = vec![member(group_ref(ALL), 0)];
    let all = found(&[Change::Put(Entity::Shift(Box::new(Shift { members, ..days() })))]);
    assert_eq!(all, [("members".to_owned(), "group.contains_itself".to_owned())]);

    // Twice the same group below one is no circle, however deep.
    let mut changes: Vec<Change> = (0..200)
        .map(|n| {
            let below = if n == 0 { vec![] } else { vec![group_ref(1000 + n - 1)] };
            Change::Put(Entity::Group(group(1000 + n, &format!("g{n}"), below)))
        })
        .collect();
    let both = vec![group_ref(1198), group_ref(1199)];
    changes.push(Change::Put(Entity::Group(group(2000, "top", both))));
    assert_eq!(found(&changes), []);
    changes[0] = Change::Put(Entity::Group(group(1000, "g0", vec![group_ref(2000)])));
    assert_eq!(found(&changes).len(), 1);
}

#[test]
fn shifts() {
    let put = |shift: Shift, field: &str, subcode: &str| {
        one(Entity::Shift(Box::new(shift)), field, subcode);
    };
    let with = |members: Vec<ShiftMember>| Shift { members, ..days() };
    let peer = |recipient, delay_minutes| ShiftMember {
        escalation: EscalationType::Peer,
        ..member(recipient, delay_minutes)
    };
    put(with(vec![peer(person_ref(ANN), 0)]), "members.escalationType", "shift.first_member");
    let second = vec![member(person_ref(ANN), 0), peer(person_ref(BO), 0)];
    put(with(second), "members.escalationType", "shift.escalation_without_delay");
    let twice = vec![member(person_ref(ANN), 0), member(person_ref(ANN), 5)];
    put(with(twice), "members", "shift.duplicate_member");
    put(with(vec![member(person_ref(77), 0)]), "members.recipient", "shift.person_not_exists");
    let late = vec![member(person_ref(ANN), 0), member(person_ref(BO), 10_081)];
    put(with(late), "members.delay", "shift.delay");
    put(Shift { group: id(77), ..days() }, "group", "shift.group_not_exists");
    let repeat = RepeatEscalation { repetitions: 0, delay_minutes: 1 };
    put(Shift { repeat: Some(repeat), ..days() }, "repeatEscalation.repetitions", "shift.repeat");
    let repeat = RepeatEscalation { repetitions: 1, delay_minutes: 0 };
    put(Shift { repeat: Some(repeat), ..days() }, "repeatEscalation.delay", "shift.repeat");
    let mut notice = days();
    notice.end_notice.as_mut().unwrap().recipient = person_ref(77);
    put(notice, "notifyEndOfEscalation.recipient", "shift.person_not_exists");
    let mut rotation = days();
    rotation.rotation.as_mut().unwrap().interval = 0;
    put(rotation, "rotation.interval", "shift.rotation");
    let mut reversed = days();
    reversed.pattern.first_end = reversed.pattern.first_start;
    put(reversed, "end", "shift.pattern");
    put(shift(77, TEAM, "DAYS", Vec::new()), "name", "shift.name_not_unique");

    let many = (0..501).map(|_| member(person_ref(ANN), 0)).collect();
    let open = Change::Put(Entity::Group(Group { allow_duplicates: true, ..team() }));
    let all = found(&[open, Change::Put(Entity::Shift(Box::new(with(many))))]);
    assert_eq!(all, [("members".to_owned(), "shift.too_many_members".to_owned())]);
}

#[test]
fn a_changed_group_can_break_its_shifts() {
    let mut holiday = days();
    holiday.pattern.recurrence.frequency = Frequency::Holiday;
    holiday.members = vec![member(person_ref(ANN), 0), member(person_ref(ANN), 5)];
    let open = Group { allow_duplicates: true, ..team() };
    let changes = [Entity::Group(open.clone()), Entity::Shift(Box::new(holiday))].map(Change::Put);
    let before = applied(&acme(), &changes);
    assert_eq!(found(&changes), []);

    let closed = [Change::Put(Entity::Group(Group { allow_duplicates: false, site: None, ..open }))];
    let all = check(&before, &applied(&before, &closed), &closed).unwrap_err();
    let subcodes: Vec<&str> = all.0.iter().map(|f| f.subcode.as_str()).collect();
    let expected = ["validation.shift.duplicate_member", "validation.shift.holiday_without_site"];
    assert_eq!(subcodes, expected);
    assert!(all.0.iter().all(|f| f.entity == "shift Payments SRE|Days"));
}

#[test]
fn absences() {
    let base = || (**acme().absence(id(AWAY)).unwrap()).clone();
    let put = |absence: TemporaryAbsence, field: &str, subcode: &str| {
        one(Entity::Absence(absence), field, subcode);
    };
    put(TemporaryAbsence { member: id(77), ..base() }, "member", "absence.person_not_exists");
    put(TemporaryAbsence { group: Some(id(77)), ..base() }, "group", "absence.group_not_exists");
    put(TemporaryAbsence { replacement: Some(id(77)), ..base() }, "replacement", "absence.person_not_exists");
    put(TemporaryAbsence { replacement: Some(id(BO)), ..base() }, "replacement", "absence.replacement");
    put(TemporaryAbsence { end: base().start, ..base() }, "end", "absence.end");
    put(TemporaryAbsence { end: at("2040-01-01T00:00:00Z"), ..base() }, "end", "absence.end");
}

#[test]
fn forms() {
    let put = |form: Form, field: &str, subcode: &str| one(Entity::Form(form), field, subcode);
    put(Form { recipients: vec![group_ref(77)], ..outage() }, "recipients", "form.group_not_exists");
    put(Form { expiration_minutes: 0, ..outage() }, "expirationMinutes", "form.expiration");
    put(Form { expiration_minutes: 43_201, ..outage() }, "expirationMinutes", "form.expiration");
    let option = |number: u8, text: &str| {
        let mut form = outage();
        form.options[0].number = number;
        form.options[0].text = text.to_owned();
        form
    };
    put(option(0, "x"), "responseOptions.number", "form.option_number");
    put(option(10, "x"), "responseOptions.number", "form.option_number");
    put(option(2, "x"), "responseOptions.number", "form.option_number_not_unique");
    put(option(1, " "), "responseOptions.text", "form.option_text");
    put(option(1, "RESOLVED"), "responseOptions.text", "form.option_text_not_unique");
    let mut large = outage();
    large.templates.email_text = Some(long(65_537));
    put(large, "templates.emailText", "form.template");
    assert_eq!(found(&[Change::Put(Entity::Form(Form { options: vec![], ..outage() }))]), []);
}

#[test]
fn integrations_silences_and_windows() {
    let door = || (**acme().integration(id(DOOR)).unwrap()).clone();
    let put = |door: Integration, field: &str, subcode: &str| {
        one(Entity::Integration(door), field, subcode);
    };
    put(Integration { form: id(77), ..door() }, "form", "integration.form_not_exists");
    put(Integration { rate_per_minute: Some(0), ..door() }, "ratePerMinute", "integration.rate");
    let twin = Integration { id: id(77), name: name("Twin"), ..door() };
    put(twin, "key", "integration.key_not_unique");

    let mut silence = (**acme().silence(id(SILENCE)).unwrap()).clone();
    silence.matchers.clear();
    one(Entity::Silence(silence.clone()), "matchers", "silence.no_matchers");
    let mut ended = (**acme().silence(id(SILENCE)).unwrap()).clone();
    ended.ends = ended.starts;
    one(Entity::Silence(ended), "endsAt", "silence.end");

    let mut window = (**acme().window(id(WINDOW)).unwrap()).clone();
    window.integrations.push(id(77));
    one(Entity::Window(Box::new(window)), "integrations", "window.integration_not_exists");
}

#[test]
fn credentials() {
    let mut key = (**acme().api_key(id(KEY)).unwrap()).clone();
    key.owner = id(77);
    one(Entity::ApiKey(key), "owner", "api_key.person_not_exists");
    let mut password = (**acme().password(id(ANN)).unwrap()).clone();
    password.hash = "hunter2".to_owned();
    one(Entity::Password(password), "password", "password.hash");
}

#[test]
fn what_is_referred_to_is_not_removed_and_the_fault_says_by_whom() {
    let table = [
        (Kind::Site, OSLO, 2),
        (Kind::Form, FORM, 1),
        (Kind::Integration, DOOR, 1),
        (Kind::Group, TEAM, 4),
        (Kind::Device, BO_HOOK, 1),
    ];
    for (kind, n, users) in table {
        let all = faults(&[Change::Remove(kind, bytes(n))]);
        assert_eq!(all.len(), users, "{kind:?} {all:#?}");
        assert!(all.iter().all(|f| f.subcode.ends_with("in_use")), "{all:#?}");
        assert!(all.iter().all(|f| f.subject == Some((kind, bytes(n)))));
    }
    let form = &faults(&[Change::Remove(Kind::Form, bytes(FORM))])[0];
    assert_eq!(form.entity, "form Outage");
    assert!(form.message.contains("integration Monitoring refers to it"), "{}", form.message);
    for (kind, n) in [(Kind::Window, WINDOW), (Kind::Silence, SILENCE), (Kind::ApiKey, KEY)] {
        assert_eq!(found(&[Change::Remove(kind, bytes(n))]), []);
    }
}

#[test]
fn cascades_leave_a_valid_configuration() {
    let before = acme();
    let kept = |changes: &[Change]| {
        assert_eq!(found(changes), []);
        applied(&before, changes)
    };
    let after = kept(&cascade::remove_person(&before, id(ANN)));
    assert!(after.person(id(ANN)).is_none() && after.device(id(ANN_MAIL)).is_none());
    assert!(after.api_key(id(KEY)).is_none() && after.password(id(ANN)).is_none());
    assert!(after.person(id(BO)).unwrap().supervisors.is_empty());
    assert_eq!(after.absence(id(AWAY)).unwrap().replacement, None);
    let shift = after.shift(id(DAYS)).unwrap();
    assert_eq!(shift.members, [member(person_ref(BO), 0)], "the first is told at once");
    assert_eq!(shift.end_notice, None);

    let after = kept(&cascade::remove_person(&before, id(BO)));
    assert!(after.absence(id(AWAY)).is_none() && after.device(id(BO_HOOK)).is_none());
    assert_eq!(after.group(id(ALL)).unwrap().members, [group_ref(TEAM)]);

    let after = kept(&cascade::remove_group(&before, id(TEAM)));
    assert!(after.shift(id(DAYS)).is_none() && after.absence(id(AWAY)).is_none());
    assert!(after.form(id(FORM)).unwrap().recipients.is_empty());

    let after = kept(&cascade::remove_site(&before, id(OSLO)));
    assert_eq!(after.person(id(ANN)).unwrap().site, None);
    assert_eq!(after.group(id(TEAM)).unwrap().site, None);

    let after = kept(&cascade::remove_device(&before, id(BO_HOOK)));
    assert_eq!(after.group(id(ALL)).unwrap().members, [group_ref(TEAM)]);
}

#[test]
fn there_may_only_be_so_many() {
    let many = entities_max(Kind::Form);
    let changes: Vec<Change> = (0..many)
        .map(|n| Change::Put(Entity::Form(form(1000 + n as u128, &format!("f{n}"), vec![]))))
        .collect();
    let all = found(&changes);
    assert_eq!(all, [(String::new(), "form.too_many".to_owned())]);
    assert_eq!(found(&changes[1..]), []);
}

#[test]
fn faults_of_many_entities_come_together() {
    let broken = |n: u128, called: &str| {
        Change::Put(Entity::Person(Person {
            site: Some(id(77)),
            roles: Vec::new(),
            ..person(n, called)
        }))
    };
    let all = faults(&[broken(100, "cy"), broken(101, "di")]);
    let shown: Vec<String> = all.iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), 4, "{shown:#?}");
    assert!(shown[0].starts_with("person cy, site: there is no site"), "{}", shown[0]);
}
