//! `user`: people who sign in, their passwords and API keys.

use firebell_access::keys;
use firebell_base::{Id, Random, Secret, Timestamp};
use firebell_config::{Change, ConfigError, Faults};
use firebell_domain::alert::Priority;
use firebell_domain::credential::ApiKey;
use firebell_domain::device::{Address, Device, is_email};
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::instance::InstanceNo;
use firebell_domain::name::Name;
use firebell_domain::person::{LicenceType, Person, PersonId, Role, Status};
use firebell_domain::property::Properties;
use firebell_domain::schedule::Zone;
use serde_json::{Value, json};

use super::{Desk, at_desk, author, hashed, name, read_password, refused};
use crate::Context;
use crate::cli::{NewUserArgs, PasswordArgs, UserCommand, UserNameArgs};
use crate::failure::{Exit, Failure};
use crate::output::{Output, Style};
use crate::place::Schema;

/// Runs one of the commands.
pub(crate) fn run(context: &Context, command: UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Create(args) => {
            at_desk(context, Schema::Current, async |desk| create(context, &desk, args).await)
        }
        UserCommand::Password(args) => {
            at_desk(context, Schema::Current, async |desk| set(context, &desk, args).await)
        }
        UserCommand::Key(args) => {
            at_desk(context, Schema::Current, async |desk| key(context, &desk, args).await)
        }
    }
}

/// A person as the command line describes them.
pub(crate) struct Described<'a> {
    pub(crate) target_name: &'a str,
    pub(crate) first_name: &'a str,
    pub(crate) last_name: &'a str,
    pub(crate) roles: Vec<Role>,
    pub(crate) time_zone: &'a str,
    pub(crate) language: &'a str,
    pub(crate) email: Option<&'a str>,
}

impl Described<'_> {
    /// The person, and their e-mail device.
    pub(crate) fn entities(
        &self,
        random: &Random,
        now: Timestamp,
    ) -> Result<(PersonId, Vec<Entity>), Failure> {
        let usage = |what: String| Failure::new(Exit::Usage, what).effect("Nothing was changed.");
        let zone =
            Zone::parse(self.time_zone).map_err(|error| usage(format!("--time-zone: {error}.")))?;
        let target_name = name("The user name", self.target_name)?;
        let id = Id::new(random, now);
        let person = Person {
            id,
            web_login: target_name.clone(),
            target_name,
            first_name: name("--first-name", self.first_name)?,
            last_name: name("--last-name", self.last_name)?,
            phone_login: None,
            language: self.language.to_owned(),
            zone,
            site: None,
            supervisors: Vec::new(),
            roles: self.roles.clone(),
            status: Status::Active,
            licence: LicenceType::FullUser,
            properties: Properties::default(),
            external_key: None,
            externally_owned: false,
            created: now,
            updated: now,
        };
        let mut entities = vec![Entity::Person(person)];
        if let Some(email) = self.email {
            if !is_email(email) {
                return Err(usage(format!("{email} is not an e-mail address.")));
            }
            entities.push(Entity::Device(Device {
                id: Id::new(random, now),
                owner: id,
                name: name("The device", "Work Email")?,
                address: Address::Email(email.to_owned()),
                sequence: 1,
                delay_minutes: 0,
                priority_threshold: Priority::Low,
                timeframes: Vec::new(),
                default_device: true,
                status: Status::Active,
                external_key: None,
                externally_owned: false,
            }));
        }
        Ok((id, entities))
    }
}

/// A new API key of a person, and how its holder presents it.
pub(crate) fn new_key(
    owner: PersonId,
    label: Name,
    random: &Random,
    now: Timestamp,
) -> (Entity, Secret) {
    let made = keys::new_api_secret(random);
    let id = Id::new(random, now);
    let presented = Secret::new(format!("{}:{}", keys::api_key_user(id), made.secret.expose()));
    let key = ApiKey { id, owner, name: label, secret_hash: made.hash, created: now };
    (Entity::ApiKey(key), presented)
}

async fn create(context: &Context, desk: &Desk, args: NewUserArgs) -> Result<(), Failure> {
    let directory = desk.instance(args.who.instance.as_deref())?;
    let (random, now) = (&context.random, context.clock.now());
    let described = Described {
        target_name: &args.who.user,
        first_name: &args.first_name,
        last_name: &args.last_name,
        roles: args.roles,
        time_zone: &args.time_zone,
        language: &args.language,
        email: args.email.as_deref(),
    };
    let (id, mut entities) = described.entities(random, now)?;
    if let Some(path) = &args.password_file {
        entities.push(hashed(id, &read_password(path)?, random)?);
    }
    let key = args.api_key.then(|| label(&directory, now)).transpose()?;
    let key = key.map(|label| new_key(id, label, random, now)).map(|(entity, shown)| {
        entities.push(entity);
        shown
    });
    put(desk, directory.instance.no, "user create", entities, now).await?;
    let object = json!({
        "instance": directory.instance.name.as_str(),
        "user": args.who.user,
        "id": id.to_string(),
        "apiKey": key.as_ref().map(Secret::expose),
    });
    context.out.either(&object, |out| {
        out.note(&format!("Made {} in {}.", args.who.user, directory.instance.name));
        if let Some(key) = &key {
            show_key(out, key);
        }
    });
    Ok(())
}

async fn set(context: &Context, desk: &Desk, args: PasswordArgs) -> Result<(), Failure> {
    let directory = desk.instance(args.who.instance.as_deref())?;
    let person = person(&directory, &args.who.user)?;
    let password = hashed(person, &read_password(&args.password_file)?, &context.random)?;
    put(desk, directory.instance.no, "user password", vec![password], context.clock.now()).await?;
    let object = json!({"instance": directory.instance.name.as_str(), "user": args.who.user});
    context.out.either(&object, |out| {
        out.note(&format!("The password of {} was set.", args.who.user));
    });
    Ok(())
}

async fn key(context: &Context, desk: &Desk, args: UserNameArgs) -> Result<(), Failure> {
    let directory = desk.instance(args.instance.as_deref())?;
    let person = person(&directory, &args.user)?;
    let now = context.clock.now();
    let (entity, shown) = new_key(person, label(&directory, now)?, &context.random, now);
    put(desk, directory.instance.no, "user key", vec![entity], now).await?;
    let object: Value = json!({"user": args.user, "apiKey": shown.expose()});
    context.out.either(&object, |out| show_key(out, &shown));
    Ok(())
}

/// Prints a key that is never shown again.
pub(crate) fn show_key(out: &Output, key: &Secret) {
    out.line(&format!("API key, shown only now: {}", out.paint(Style::Bold, key.expose())));
    out.note("Use it as FIREBELL_KEY, or as user and password of HTTP Basic authentication.");
}

fn person(directory: &Directory, user: &str) -> Result<PersonId, Failure> {
    directory.person_by_name(user).map(|person| person.id).ok_or_else(|| {
        let what = format!("There is no person {user} in {}.", directory.instance.name);
        Failure::new(Exit::NotFound, what).effect("Nothing was changed.")
    })
}

/// A label for a key that is not taken yet.
fn label(directory: &Directory, now: Timestamp) -> Result<Name, Failure> {
    let taken = directory.api_keys().len();
    name("The key", &format!("command line {} {}", now.strftime("%Y-%m-%d %H:%M:%S"), taken + 1))
}

/// Adds entities; a person of that name must not exist yet.
pub(crate) async fn put(
    desk: &Desk,
    no: InstanceNo,
    command: &str,
    entities: Vec<Entity>,
    now: Timestamp,
) -> Result<(), Failure> {
    let decide = move |directory: &Directory| {
        let taken = entities.iter().find_map(|entity| match entity {
            Entity::Person(person) => directory.person_by_name(person.target_name.as_str()),
            _ => None,
        });
        if let Some(person) = taken {
            let message = format!("there is a person {} already", person.target_name);
            return Err(Faults::one("user", message, "validation.person.target_name_not_unique"));
        }
        Ok(entities.iter().cloned().map(Change::Put).collect())
    };
    let changed: Result<_, ConfigError> =
        desk.authority.change(no, &author(command), now, decide).await;
    changed.map(drop).map_err(refused)
}
