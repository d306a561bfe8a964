//! Who gets in, who does not, and that refusals cannot be told apart.

use std::net::Ipv4Addr;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use firebell_base::time;
use firebell_domain::alert::Priority;
use firebell_domain::credential::{ApiKey, ApiKeyId, Password};
use firebell_domain::device::{Address, Device, DeviceId};
use firebell_domain::directory::{Entity, Revision};
use firebell_domain::instance::{Instance, InstanceId, Region};
use firebell_domain::name::Name;
use firebell_domain::person::{LicenceType, Person, PersonId, Role, Status};
use firebell_domain::property::Properties;
use firebell_domain::schedule::Zone;

use super::*;
use crate::token::TokenKind;

const AKIRA: PersonId = PersonId::from_bytes([1; 16]);
const GOOD: &str = "correct horse: battery";

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

/// An empty instance, number 7.
pub(crate) fn directory() -> Directory {
    let instance = Instance {
        id: InstanceId::from_bytes([9; 16]),
        no: InstanceNo(7),
        name: name("acme"),
        region: Region::Emea,
        created: Timestamp::UNIX_EPOCH,
    };
    Directory::new(instance, Revision::default())
}

/// An active person with a full licence.
pub(crate) fn person(id: PersonId, login: &str, roles: &[Role]) -> Person {
    Person {
        id,
        target_name: name(login),
        first_name: name("Sample"),
        last_name: name("Person"),
        web_login: name(login),
        phone_login: None,
        language: "en".to_owned(),
        zone: Zone::utc(),
        site: None,
        supervisors: Vec::new(),
        roles: roles.to_vec(),
        status: Status::Active,
        licence: LicenceType::FullUser,
        properties: Properties::new(),
        external_key: None,
        externally_owned: false,
        created: Timestamp::UNIX_EPOCH,
        updated: Timestamp::UNIX_EPOCH,
    }
}

struct World {
    directory: Directory,
    door: Authenticator,
    key: ApiKeyId,
    key_secret: Secret,
}

fn world() -> World {
    let random = Random::seeded(11);
    let mut directory = directory();
    directory.put(Entity::Person(person(AKIRA, "Akira", &[Role::StandardUser])));
    let hash = password::hash(GOOD, &random).expect("hashes");
    directory.put(Entity::Password(Password { person: AKIRA, hash }));
    let new = keys::new_api_secret(&random);
    let key = ApiKeyId::from_bytes([5; 16]);
    directory.put(Entity::ApiKey(ApiKey {
        id: key,
        owner: AKIRA,
        name: name("script"),
        secret_hash: new.hash,
        created: Timestamp::UNIX_EPOCH,
    }));
    World { directory, door: Authenticator::new(&random), key, key_secret: new.secret }
}

fn at(seconds: i64) -> Timestamp {
    time::add_seconds(Timestamp::UNIX_EPOCH, seconds)
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

impl World {
    fn enter(&self, header: &str, now: Timestamp) -> Result<Principal, AuthError> {
        self.door.authenticate(&self.directory, Some(header), None, now)
    }
}

#[test]
fn a_password_lets_in_whatever_the_case_of_the_login_and_scheme() {
    let world = world();
    let principal = world.enter(&basic("aKIRA", GOOD), at(0)).expect("lets in");
    assert_eq!((principal.person, principal.instance), (AKIRA, InstanceNo(7)));
    assert_eq!((principal.via, &principal.roles), (Via::Basic, &vec![Role::StandardUser]));
    let lower = basic("akira", GOOD).replace("Basic ", "bAsIc   ");
    assert!(world.enter(&lower, at(0)).is_ok());
}

#[test]
fn an_api_key_lets_in_as_its_owner_without_a_slow_step() {
    let world = world();
    let user = keys::api_key_user(world.key);
    let header = basic(&user, world.key_secret.expose());
    let prepared = world.door.prepare(&world.directory, Some(&header), None, at(0));
    let Ok(Prepared::Done(principal)) = prepared else { panic!("not at once: {prepared:?}") };
    assert_eq!((principal.person, principal.via), (AKIRA, Via::ApiKey(world.key)));
    for header in [
        basic(&user, GOOD),
        basic("x-api-key-00000000-0000-0000-0000-000000000000", world.key_secret.expose()),
        basic("x-api-key-", world.key_secret.expose()),
        basic("akira", world.key_secret.expose()),
    ] {
        assert_eq!(world.enter(&header, at(0)), Err(AuthError::Wrong));
    }
}

#[test]
fn unknown_users_and_wrong_passwords_take_the_same_way() {
    let mut world = world();
    let mut asleep = person(PersonId::from_bytes([2; 16]), "asleep", &[Role::StandardUser]);
    asleep.status = Status::Inactive;
    let hash = password::hash(GOOD, &Random::seeded(12)).expect("hashes");
    world.directory.put(Entity::Password(Password { person: asleep.id, hash }));
    world.directory.put(Entity::Person(asleep));
    let fresh = person(PersonId::from_bytes([3; 16]), "fresh", &[Role::StandardUser]);
    world.directory.put(Entity::Person(fresh));
    let mut sentences = Vec::new();
    for header in [
        basic("nobody", GOOD),
        basic("akira", "wrong"),
        basic("akira", ""),
        basic("asleep", GOOD),
        basic("fresh", GOOD),
    ] {
        let before = (world.door.argon2_runs(), password::runs::so_far());
        let prepared = world.door.prepare(&world.directory, Some(&header), None, at(0));
        let Ok(Prepared::Pending(pending)) = prepared else {
            panic!("answered early: {prepared:?}")
        };
        let error = world.door.verify(&pending, at(0)).expect_err("refused");
        let runs = (world.door.argon2_runs(), password::runs::so_far());
        assert_eq!(runs, (before.0 + 1, before.1 + 1), "one hash, whatever is wrong");
        sentences.push(error.to_string());
    }
    sentences.dedup();
    assert_eq!(sentences, ["The user name or the password is wrong."]);
}

#[test]
fn the_second_time_is_answered_from_the_cache_until_the_password_changes() {
    let mut world = world();
    let header = basic("akira", GOOD);
    let at_once = |world: &World, now| {
        let prepared = world.door.prepare(&world.directory, Some(&header), None, now);
        matches!(prepared, Ok(Prepared::Done(_)))
    };
    assert!(!at_once(&world, at(0)));
    world.enter(&header, at(0)).expect("lets in");
    assert!(at_once(&world, at(299)));
    assert!(!at_once(&world, at(300)));
    world.enter(&header, at(300)).expect("lets in");
    let hash = password::hash("another password", &Random::seeded(12)).expect("hashes");
    world.directory.put(Entity::Password(Password { person: AKIRA, hash }));
    assert!(!at_once(&world, at(301)));
    assert_eq!(world.enter(&header, at(301)), Err(AuthError::Wrong));
}

#[test]
fn inactive_people_are_refused_even_when_the_cache_knows_them() {
    let mut world = world();
    world.enter(&basic("akira", GOOD), at(0)).expect("lets in");
    let mut akira = person(AKIRA, "akira", &[Role::FullAccessUser]);
    world.directory.put(Entity::Person(akira.clone()));
    let now_chief = world.enter(&basic("akira", GOOD), at(1)).expect("lets in");
    assert_eq!(now_chief.roles, [Role::FullAccessUser], "roles are not cached");
    akira.status = Status::Inactive;
    world.directory.put(Entity::Person(akira));
    assert_eq!(world.enter(&basic("akira", GOOD), at(2)), Err(AuthError::Wrong));
    let key = basic(&keys::api_key_user(world.key), world.key_secret.expose());
    assert_eq!(world.enter(&key, at(2)), Err(AuthError::Wrong));
}

#[test]
fn failures_lock_out_for_a_while_also_guesses_that_were_already_waiting() {
    let world = world();
    let wrong = basic("akira", "wrong");
    let waiting = world.door.prepare(&world.directory, Some(&basic("akira", GOOD)), None, at(0));
    let Ok(Prepared::Pending(waiting)) = waiting else { panic!("{waiting:?}") };
    for _ in 0..=guard::LOGIN_FAILURES_FREE {
        assert_eq!(world.enter(&wrong, at(0)), Err(AuthError::Wrong));
    }
    let locked = AuthError::LockedOut { retry_after: Duration::from_secs(2) };
    assert_eq!(world.enter(&basic("akira", GOOD), at(0)), Err(locked.clone()));
    assert_eq!(world.door.verify(&waiting, at(0)), Err(locked.clone()));
    assert_eq!(locked.to_string(), "Too many failed attempts. Try again in 2 s.");
    assert!(world.enter(&basic("akira", GOOD), at(2)).is_ok());
}

#[test]
fn an_address_that_fails_is_slowed_down_for_every_login() {
    let world = world();
    let client = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    for n in 0..=guard::ADDRESS_FAILURES_FREE {
        let attempt = guard::Attempt { instance: InstanceNo(7), login: &n.to_string(), client };
        world.door.guard.failed(attempt, at(0));
    }
    let header = basic("akira", GOOD);
    let answer = world.door.authenticate(&world.directory, Some(&header), client, at(0));
    assert!(matches!(answer, Err(AuthError::LockedOut { .. })));
    assert!(world.enter(&header, at(0)).is_ok(), "from elsewhere it works");
}

#[test]
fn headers_that_are_not_basic_are_malformed() {
    let world = world();
    let nothing = world.door.authenticate(&world.directory, None, None, at(0));
    assert_eq!(nothing, Err(AuthError::Missing));
    for bad in [
        String::new(),
        "Basic".to_owned(),
        "Basic !!!".to_owned(),
        "Bearer abc".to_owned(),
        format!("Basic {}", STANDARD.encode("no colon")),
        format!("Basic {}", STANDARD.encode([0xFF, b':', 0xFE])),
        basic("akira", &"x".repeat(HEADER_BYTES_MAX)),
    ] {
        assert_eq!(world.enter(&bad, at(0)), Err(AuthError::Malformed), "{bad:.40}");
    }
}

#[test]
fn nothing_shows_the_password() {
    let world = world();
    let header = basic("akira", GOOD);
    let prepared = world.door.prepare(&world.directory, Some(&header), None, at(0));
    assert!(!format!("{prepared:?} {:?}", world.door).contains("horse"));
}

/// An e-mail device.
fn mailbox(n: u8, owner: PersonId, address: &str) -> Device {
    Device {
        id: DeviceId::from_bytes([n; 16]),
        owner,
        name: name(&format!("Mail {n}")),
        address: Address::Email(address.to_owned()),
        sequence: u16::from(n),
        delay_minutes: 0,
        priority_threshold: Priority::Low,
        timeframes: Vec::new(),
        default_device: false,
        status: Status::Active,
        external_key: None,
        externally_owned: false,
    }
}

#[test]
fn a_link_to_a_new_password_goes_to_known_people_only_and_nobody_can_tell() {
    let mut world = world();
    let mut off = mailbox(1, AKIRA, "old@example.org");
    off.status = Status::Inactive;
    for device in [off, mailbox(3, AKIRA, "b@example.org"), mailbox(2, AKIRA, "a@example.org")] {
        world.directory.put(Entity::Device(device));
    }
    let sent: Arc<Mutex<Vec<ResetMail>>> = Arc::default();
    let mails = Arc::clone(&sent);
    let mailer: Mailer = Arc::new(move |mail| mails.lock().expect("unpoisoned").push(mail));
    assert!(!world.door.can_mail());
    let door = Authenticator::new(&Random::seeded(11)).with_mailer(mailer);
    assert!(door.can_mail());
    for login in ["nobody", "aKIRA "] {
        assert_eq!(door.request_reset(&world.directory, login, None, at(0)), Ok(()));
    }
    let mail = sent.lock().expect("unpoisoned").pop().expect("one message");
    assert!(sent.lock().expect("unpoisoned").is_empty(), "none to nobody");
    assert_eq!(mail.to, ["a@example.org", "b@example.org"]);
    let token = mail.token.expose().to_owned();
    let text = mail.text("https://firebell.example");
    assert!(text.expose().contains(&format!("\n\nhttps://firebell.example/reset/{token}\n\n")));
    assert!(!format!("{mail:?} {text:?} {}", mail.subject()).contains(&token));
    let claims = door.sessions().read(TokenKind::Reset, &token, at(0)).expect("genuine");
    assert_eq!(door.sessions().admit_reset(&world.directory, &claims), Ok(AKIRA));
    for _ in 0..guard::LOGIN_RESETS_FREE {
        door.request_reset(&world.directory, "akira", None, at(0)).expect("free");
    }
    let closed = door.request_reset(&world.directory, "akira", None, at(0));
    assert!(matches!(closed, Err(AuthError::LockedOut { .. })));
}

#[test]
fn refusals_count_as_confirmed_unless_somebody_says_otherwise() {
    assert!(world().door.is_confirmed());
    let fresh = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&fresh);
    let door = world().door.with_freshness(Arc::new(move || asked.load(Ordering::Relaxed)));
    assert!(!door.is_confirmed());
    fresh.store(true, Ordering::Relaxed);
    assert!(door.is_confirmed());
}
