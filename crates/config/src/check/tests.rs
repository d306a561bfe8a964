//! One row per rule: a change that breaks it, and the fault it gets.

mod together;

use firebell_base::Secret;
use firebell_domain::absence::TemporaryAbsence;
use firebell_domain::device::{Address, Device};
use firebell_domain::form::Form;
use firebell_domain::group::Group;
use firebell_domain::integration::Integration;
use firebell_domain::person::{Person, Role};
use firebell_domain::property::Value;
use firebell_domain::recipient::Recipient;
use firebell_domain::shift::{EscalationType, RepeatEscalation, Shift, ShiftMember};
use firebell_domain::site::Site;

use super::*;
use crate::samples::applied;
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

#[test]
fn the_sample_is_valid() {
    let changes: Vec<Change> = entities().into_iter().map(Change::Put).collect();
    let after = applied(&empty(), &changes);
    assert_eq!(check(&empty(), &after, &changes), Ok(()));
}

/// A copy with one thing changed.
fn edit<T>(mut entity: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut entity);
    entity
}

#[test]
fn sites() {
    let put = |change: fn(&mut Site), field: &str, subcode: &str| {
        one(Entity::Site(edit(site(OSLO, "Oslo"), change)), field, subcode);
    };
    put(|e| e.language = "no language".to_owned(), "language", "site.language");
    put(|e| e.country = "Norway".to_owned(), "country", "site.country");
    put(|e| e.address.latitude = Some(f64::NAN), "latitude", "site.coordinate");
    put(|e| e.address.longitude = Some(180.1), "longitude", "site.coordinate");
    put(|e| e.address.city = "x".repeat(201), "city", "site.too_long");
    put(|e| e.address.city = "a\u{202E}b".to_owned(), "city", "site.invisible_character");
    one(Entity::Site(site(77, "OSLO")), "name", "site.name_not_unique");
}

#[test]
fn people() {
    let put = |change: fn(&mut Person), field: &str, subcode: &str| {
        one(Entity::Person(edit(ann(), change)), field, subcode);
    };
    put(|e| e.site = Some(id(77)), "site", "person.site_not_exists");
    put(|e| e.supervisors = vec![id(77)], "supervisors", "person.person_not_exists");
    put(|e| e.supervisors = vec![id(BO); 2], "supervisors", "person.supervisors");
    let nothing = edit(person(BO, "bo"), |e| e.roles.clear());
    one(Entity::Person(nothing), "roles", "person.roles");
    put(|e| e.roles = vec![Role::FullAccessUser; 2], "roles", "person.roles");
    put(|e| e.phone_login = Some("12a".to_owned()), "phoneLogin", "person.phone_login");
    put(|e| e.external_key = Some(" ".to_owned()), "externalKey", "person.empty");
    let infinite = || [("p".to_owned(), Value::Real(f64::INFINITY))].into();
    one(
        Entity::Person(edit(ann(), |e| e.properties = infinite())),
        "properties.p",
        "person.property",
    );
    put(|e| e.web_login = name("BO"), "webLogin", "person.web_login_not_unique");
    put(|e| e.target_name = name("a|b"), "targetName", "person.target_name");
    let uuid = "00000000-0000-0000-0000-000000000002";
    let named = edit(ann(), |e| e.target_name = name(uuid));
    one(Entity::Person(named), "targetName", "person.target_name");
    let twin = edit(person(77, "Ann"), |e| e.web_login = name("other"));
    one(Entity::Person(twin), "targetName", "person.name_not_unique");
}

#[test]
fn devices() {
    let put = |change: fn(&mut Device), field: &str, subcode: &str| {
        one(Entity::Device(edit(mail(), change)), field, subcode);
    };
    let reach = |address: Address, field: &str, subcode: &str| {
        one(Entity::Device(Device { address, ..mail() }), field, subcode);
    };
    reach(Address::Email("ann".to_owned()), "emailAddress", "device.email_address");
    reach(Address::Voice("123".to_owned()), "phoneNumber", "device.phone_number");
    reach(Address::Sms("+0".to_owned()), "phoneNumber", "device.phone_number");
    let hook = |url: &str, secret: Option<&str>| Address::Webhook {
        url: url.to_owned(),
        secret: secret.map(Secret::new),
    };
    reach(hook("ftp://a.example", None), "url", "device.url");
    reach(hook("https://a.example", Some("x")), "secret", "device.secret");
    put(|e| e.sequence = 0, "sequence", "device.sequence");
    put(|e| e.delay_minutes = u16::MAX, "delay", "device.delay");
    put(
        |e| e.timeframes[0].duration_minutes = 0,
        "timeframes.durationInMinutes",
        "device.timeframe",
    );
    let moved = edit(mail(), |e| {
        (e.owner, e.sequence, e.name) = (id(BO), 2, name("Moved"));
    });
    one(Entity::Device(moved), "owner", "device.owner_fixed");
    let stray = device(77, 88, 1, mail().address);
    one(Entity::Device(stray), "owner", "device.person_not_exists");
    let same_place = edit(device(77, ANN, 1, mail().address), |e| {
        e.name = name("Second");
    });
    one(Entity::Device(same_place), "sequence", "device.sequence_not_unique");
    let same_name = edit(device(77, ANN, 2, mail().address), |e| {
        e.name = name("DEVICE 1");
    });
    one(Entity::Device(same_name), "name", "device.name_not_unique");
}

#[test]
fn groups() {
    let put = |change: fn(&mut Group), field: &str, subcode: &str| {
        one(Entity::Group(edit(team(), change)), field, subcode);
    };
    put(|e| e.members = vec![person_ref(77)], "members", "group.person_not_exists");
    put(|e| e.members = vec![Recipient::Device(id(77))], "members", "group.device_not_exists");
    put(|e| e.members = vec![group_ref(77)], "members", "group.group_not_exists");
    put(|e| e.members = vec![person_ref(ANN); 2], "members", "group.members");
    put(|e| e.supervisors = vec![id(77)], "supervisors", "group.person_not_exists");
    put(|e| e.description = "x".repeat(1025), "description", "group.too_long");
    put(|e| e.site = Some(id(77)), "site", "group.site_not_exists");
}

#[test]
fn shifts() {
    let put = |change: fn(&mut Shift), field: &str, subcode: &str| {
        one(Entity::Shift(Box::new(edit(days(), change))), field, subcode);
    };
    let members = |members: Vec<ShiftMember>, field: &str, subcode: &str| {
        one(Entity::Shift(Box::new(Shift { members, ..days() })), field, subcode);
    };
    let first = || member(person_ref(ANN), 0);
    let peer = |recipient, delay_minutes| ShiftMember {
        escalation: EscalationType::Peer,
        ..member(recipient, delay_minutes)
    };
    let field = "members.escalationType";
    members(vec![peer(person_ref(ANN), 0)], field, "shift.first_member");
    members(vec![first(), peer(person_ref(BO), 0)], field, "shift.escalation_without_delay");
    members(vec![first(), member(person_ref(ANN), 5)], "members", "shift.duplicate_member");
    members(vec![member(person_ref(77), 0)], "members.recipient", "shift.person_not_exists");
    members(vec![first(), member(person_ref(BO), 10_081)], "members.delay", "shift.delay");
    put(|e| e.group = id(77), "group", "shift.group_not_exists");
    let stranger = |e: &mut Shift| e.end_notice.as_mut().unwrap().recipient = person_ref(77);
    put(stranger, "notifyEndOfEscalation.recipient", "shift.person_not_exists");
    let still = |e: &mut Shift| e.rotation.as_mut().unwrap().interval = 0;
    put(still, "rotation.interval", "shift.rotation");
    put(|e| e.pattern.first_end = e.pattern.first_start, "end", "shift.pattern");
    let twin = shift(77, TEAM, "DAYS", Vec::new());
    one(Entity::Shift(Box::new(twin)), "name", "shift.name_not_unique");
}

#[test]
fn repetitions_of_shifts() {
    let repeat = |repetitions, delay_minutes, field: &str| {
        let repeat = Some(RepeatEscalation { repetitions, delay_minutes });
        one(Entity::Shift(Box::new(Shift { repeat, ..days() })), field, "shift.repeat");
    };
    repeat(0, 1, "repeatEscalation.repetitions");
    repeat(101, 1, "repeatEscalation.repetitions");
    repeat(1, 0, "repeatEscalation.delay");
}

#[test]
fn a_shift_may_only_have_so_many_members() {
    let many = (0..501).map(|_| member(person_ref(ANN), 0)).collect();
    let many = Entity::Shift(Box::new(Shift { members: many, ..days() }));
    let open = Entity::Group(edit(team(), |e| e.allow_duplicates = true));
    let all = found(&[open, many].map(Change::Put));
    assert_eq!(all, [("members".to_owned(), "shift.too_many_members".to_owned())]);
}

#[test]
fn absences() {
    let away = || (**acme().absence(id(AWAY)).unwrap()).clone();
    let put = |change: fn(&mut TemporaryAbsence), field: &str, subcode: &str| {
        one(Entity::Absence(edit(away(), change)), field, subcode);
    };
    put(|e| e.member = id(77), "member", "absence.person_not_exists");
    put(|e| e.group = Some(id(77)), "group", "absence.group_not_exists");
    put(|e| e.replacement = Some(id(77)), "replacement", "absence.person_not_exists");
    put(|e| e.replacement = Some(id(BO)), "replacement", "absence.replacement");
    put(|e| e.end = e.start, "end", "absence.end");
    put(|e| e.end = at("2040-01-01T00:00:00Z"), "end", "absence.end");
}

#[test]
fn forms() {
    let put = |change: fn(&mut Form), field: &str, subcode: &str| {
        one(Entity::Form(edit(outage(), change)), field, subcode);
    };
    put(|e| e.recipients = vec![group_ref(77)], "recipients", "form.group_not_exists");
    put(|e| e.recipients = vec![group_ref(TEAM); 2], "recipients", "form.recipients");
    put(|e| e.expiration_minutes = 0, "expirationMinutes", "form.expiration");
    put(|e| e.expiration_minutes = 43_201, "expirationMinutes", "form.expiration");
    put(|e| e.options[0].number = 0, "responseOptions.number", "form.option_number");
    put(|e| e.options[0].number = 10, "responseOptions.number", "form.option_number");
    put(|e| e.options[0].number = 2, "responseOptions.number", "form.option_number_not_unique");
    put(|e| e.options[0].text = " ".to_owned(), "responseOptions.text", "form.option_text");
    let same = |e: &mut Form| e.options[0].text = "RESOLVED".to_owned();
    put(same, "responseOptions.text", "form.option_text_not_unique");
    let large = |e: &mut Form| e.templates.email_text = Some("x".repeat(32_769));
    put(large, "templates.emailText", "form.template");
    let informational = edit(outage(), |e| e.options.clear());
    assert_eq!(found(&[Change::Put(Entity::Form(informational))]), []);
}

#[test]
fn changed_templates_have_to_pass_the_check_that_was_handed_over() {
    let found = |changes: &[Change], templates: Option<TemplateCheck>| -> Vec<(String, String)> {
        let after = applied(&acme(), changes);
        let faults = check_with(&acme(), &after, changes, templates).err().unwrap_or_default();
        assert!(faults.0.iter().all(|fault| fault.subcode == "validation.form.template"));
        faults.0.into_iter().map(|fault| (fault.field, fault.message)).collect()
    };
    let refuse: TemplateCheck = |source, kind| Err(format!("{kind:?} {source}"));
    let put = |change: fn(&mut Form)| [Change::Put(Entity::Form(edit(outage(), change)))];
    let all = put(|e| {
        e.templates.email_subject = Some("{{ a".to_owned());
        e.templates.email_text = Some("{{ b".to_owned());
        e.templates.webhook_json = Some("{{ c".to_owned());
    });
    let expected = [
        ("templates.emailSubject", "Text {{ a"),
        ("templates.emailText", "Text {{ b"),
        ("templates.webhookJson", "Json {{ c"),
    ];
    let expected = expected.map(|(field, message)| (field.to_owned(), message.to_owned()));
    assert_eq!(found(&all, Some(refuse)), expected);
    assert_eq!(found(&all, None), []);
    assert_eq!(found(&all, Some(|_, _| Ok(()))), []);
    assert_eq!(found(&put(|e| e.expiration_minutes = 9), Some(refuse)), [], "the old one stays");
    assert_eq!(found(&put(|e| e.templates.email_subject = None), Some(refuse)), []);
    let large = put(|e| e.templates.email_text = Some("x".repeat(32_769)));
    let message = "must be at most 32768 bytes long".to_owned();
    assert_eq!(found(&large, Some(refuse)), [("templates.emailText".to_owned(), message)]);
    let new = Change::Put(Entity::Form(form(77, "New", Vec::new())));
    assert_eq!(found(&[new], Some(refuse)).len(), 1, "all of a new form is new");
}

#[test]
fn integrations_silences_and_windows() {
    let door = || (**acme().integration(id(DOOR)).unwrap()).clone();
    let put = |change: fn(&mut Integration), field: &str, subcode: &str| {
        one(Entity::Integration(edit(door(), change)), field, subcode);
    };
    put(|e| e.form = id(77), "form", "integration.form_not_exists");
    put(|e| e.rate_per_minute = Some(0), "ratePerMinute", "integration.rate");
    put(|e| (e.id, e.name) = (id(77), name("Twin")), "key", "integration.key_not_unique");

    let silence = || (**acme().silence(id(SILENCE)).unwrap()).clone();
    let all = edit(silence(), |e| e.matchers.clear());
    one(Entity::Silence(all), "matchers", "silence.no_matchers");
    let ended = edit(silence(), |e| e.ends = e.starts);
    one(Entity::Silence(ended), "endsAt", "silence.end");

    let window = (**acme().window(id(WINDOW)).unwrap()).clone();
    let window = edit(window, |e| e.integrations.push(id(77)));
    one(Entity::Window(Box::new(window)), "integrations", "window.integration_not_exists");
}

#[test]
fn credentials() {
    let key = (**acme().api_key(id(KEY)).unwrap()).clone();
    let key = edit(key, |e| e.owner = id(77));
    one(Entity::ApiKey(key), "owner", "api_key.person_not_exists");
    let password = (**acme().password(id(ANN)).unwrap()).clone();
    let password = edit(password, |e| e.hash = "hunter2".to_owned());
    one(Entity::Password(password), "password", "password.hash");
}
