//! Databases, a sample configuration, and bodies of the measured size.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use firebell_access::link::LinkKey;
use firebell_base::{Clock, Id, Random, Timestamp};
use firebell_channels::{Registry, registry};
use firebell_config::{Author, Authority, Change, Snapshots, key};
use firebell_domain::alert::Priority;
use firebell_domain::device::{Address, Device, DeviceId};
use firebell_domain::directory::Entity;
use firebell_domain::form::{Form, FormId, Templates, default_options};
use firebell_domain::instance::{InstanceNo, Region};
use firebell_domain::integration::{Format, Integration, IntegrationId};
use firebell_domain::name::Name;
use firebell_domain::person::{LicenceType, Person, PersonId, Role, Status};
use firebell_domain::recipient::Recipient;
use firebell_domain::schedule::Zone;
use firebell_pipeline::{Links, Parts, Pipeline};
use firebell_sql::{Config, Db, Target, migrate};
use firebell_store::migrations::migrations;
use firebell_testkit::postgres::{FsyncMode, TempPostgres};
use tempfile::TempDir;

/// The sample integrations' keys; they open nothing but a database in a temporary directory.
pub(crate) const EVENT_KEY: &str = "fbk_samplesamplesamplesamplesampleev";
/// The key of the integration that speaks Alertmanager.
pub(crate) const ALERTMANAGER_KEY: &str = "fbk_samplesamplesamplesamplesampleam";
/// Bytes of a measured event.
pub(crate) const EVENT_BYTES: usize = 500;
/// Digits that make an event its own: the generator writes them into the body.
pub(crate) const MARK_DIGITS: usize = 20;
/// Stands for the digits in a body.
pub(crate) const MARK: &str = "00000000000000000000";

/// An engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// A file.
    Sqlite,
    /// PostgreSQL with fsync on.
    Postgres,
}

impl Kind {
    /// The name in the table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// Where fresh databases come from, durable as in production.
pub(crate) enum Place {
    /// Files in a temporary directory.
    Sqlite(TempDir),
    /// A private server.
    Postgres(TempPostgres),
}

impl Place {
    /// A place for databases of this kind, on a disk that has nothing left to do: what was measured before must not
    /// weigh on what is measured now.
    pub(crate) fn new(kind: Kind) -> Result<Self> {
        rustix::fs::sync();
        match kind {
            Kind::Sqlite => Ok(Self::Sqlite(TempDir::new()?)),
            Kind::Postgres => Ok(Self::Postgres(TempPostgres::start(FsyncMode::On)?)),
        }
    }

    /// An empty database with the schema, and the text by which another process finds it.
    pub(crate) fn fresh(&self, random: &Random) -> Result<(Db, String)> {
        let text = match self {
            Self::Sqlite(dir) => {
                let file = format!("{:016x}.db", u64::from_le_bytes(random.bytes()));
                format!("sqlite:{}", dir.path().join(file).display())
            }
            Self::Postgres(server) => server.fresh_database()?,
        };
        let db = open(&text)?;
        migrate(&db, migrations(), Clock::System.now().as_microsecond())?;
        Ok((db, text))
    }
}

/// Opens a database by its text.
pub(crate) fn open(text: &str) -> Result<Db> {
    Ok(Db::open(&Config::new(Target::parse(text)?))?)
}

/// What an instance is made of.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// How many people there are.
    pub(crate) people: usize,
    /// How many of them an event tells.
    pub(crate) told: usize,
    /// Where they are told; e-mail kept in the outbox when none.
    pub(crate) webhook: Option<String>,
}

/// The integrations of the sample instance, by their fixed ids.
pub(crate) fn integration_id(format: Format) -> IntegrationId {
    Id::from_bytes(match format {
        Format::Generic => [1; 16],
        Format::Alertmanager => [2; 16],
        Format::PagerDuty => [3; 16],
        Format::Opsgenie => [4; 16],
    })
}

/// Makes the sample instance.
pub(crate) async fn furnish(db: &Db, plan: &Plan) -> Result<(Snapshots, InstanceNo)> {
    let now = Clock::System.now();
    let snapshots = Snapshots::load(db).await?;
    let authority = Authority::new(db.clone(), snapshots.clone(), Random::System);
    let author = Author::new("bench", "sample data");
    let no = authority.create_instance("bench", Region::Emea, &author, now).await?.instance.no;
    let changes = entities(plan, now)?.into_iter().map(Change::Put).collect::<Vec<_>>();
    authority.change(no, &author, now, move |_| Ok(changes.clone())).await?;
    Ok((snapshots, no))
}

/// The pipeline on a furnished database.
pub(crate) async fn pipeline(db: &Db, snapshots: &Snapshots) -> Result<Pipeline> {
    let mut settings = registry::Settings::default();
    // The receivers of the measurements listen on 127.0.0.1.
    settings.webhook.allow_private = true;
    let registry = Registry::from_settings(&settings)
        .map_err(|faults| anyhow::anyhow!("channels: {}", faults.join("; ")))?;
    let parts = Parts {
        db: db.clone(),
        snapshots: snapshots.clone(),
        registry,
        links: Links {
            public_url: "http://firebell.example".to_owned(),
            key: LinkKey::new([7; 32]),
        },
        clock: Clock::System,
        random: Random::System,
        owner: "bench".to_owned(),
    };
    Ok(Pipeline::open(parts).await?)
}

fn entities(plan: &Plan, now: Timestamp) -> Result<Vec<Entity>> {
    let mut all = Vec::new();
    let mut told = Vec::new();
    for n in 0..plan.people {
        let id = numbered(3, n);
        if n < plan.told {
            told.push(Recipient::Person(id));
        }
        all.push(Entity::Person(person(id, n, now)?));
        all.push(Entity::Device(device(numbered(4, n), id, n, plan.webhook.clone())?));
    }
    let form: FormId = numbered(5, 0);
    all.push(Entity::Form(Form {
        id: form,
        name: name("Bench")?,
        recipients: told,
        priority: Priority::Medium,
        options: default_options(),
        templates: Templates::default(),
        expiration_minutes: 180,
        override_device_restrictions: false,
        escalation_override: false,
    }));
    for (format, secret) in [(Format::Generic, EVENT_KEY), (Format::Alertmanager, ALERTMANAGER_KEY)]
    {
        all.push(Entity::Integration(Integration {
            id: integration_id(format),
            name: name(format.word())?,
            format,
            form,
            key_hash: key::hash(secret),
            status: Status::Active,
            rate_per_minute: Some(10_000_000),
            created: now,
        }));
    }
    Ok(all)
}

/// Somebody, with this id and a number in their names.
pub(crate) fn person(id: PersonId, n: usize, now: Timestamp) -> Result<Person> {
    Ok(Person {
        id,
        target_name: name(&format!("sample{n}"))?,
        first_name: name("Sample")?,
        last_name: name(&format!("Person {n}"))?,
        web_login: name(&format!("sample{n}"))?,
        phone_login: None,
        language: "en".to_owned(),
        zone: Zone::parse("Europe/Oslo")?,
        site: None,
        supervisors: Vec::new(),
        roles: vec![Role::StandardUser],
        status: Status::Active,
        licence: LicenceType::FullUser,
        properties: BTreeMap::new(),
        external_key: None,
        externally_owned: false,
        created: now,
        updated: now,
    })
}

/// Somebody's device, told by e-mail or by webhook.
pub(crate) fn device(
    id: DeviceId,
    owner: PersonId,
    n: usize,
    webhook: Option<String>,
) -> Result<Device> {
    let address = match webhook {
        Some(url) => Address::Webhook { url, secret: None },
        None => Address::Email(format!("sample{n}@example.org")),
    };
    Ok(Device {
        id,
        owner,
        name: name("Work")?,
        address,
        sequence: 1,
        delay_minutes: 0,
        priority_threshold: Priority::Low,
        timeframes: Vec::new(),
        default_device: false,
        status: Status::Active,
        external_key: None,
        externally_owned: false,
    })
}

/// A name, checked.
pub(crate) fn name(text: &str) -> Result<Name> {
    Name::parse(text).with_context(|| format!("{text:?} is no name"))
}

/// The same id in every run: other processes find the entities by it.
pub(crate) fn numbered<T>(kind: u8, n: usize) -> Id<T> {
    let n = u128::try_from(n).unwrap_or(u128::MAX);
    Id::from_bytes((u128::from(kind) << 120 | n).to_be_bytes())
}

/// An event as a program sends it, 500 bytes with [`MARK`] where it is its own.
pub(crate) fn event_body() -> String {
    let head = format!(
        "{{\"dedupKey\":\"{MARK}\",\"summary\":\"Disk almost full on db-3, mark {MARK}\",\
         \"priority\":\"HIGH\",\"properties\":{{\"host\":\"db-3\",\"mount\":\"/var\",\
         \"used\":93,\"team\":\"payments\",\"runbook\":\"https://runbooks.example/disk\",\
         \"note\":\""
    );
    let tail = "\"}}";
    let filler = "x".repeat(EVENT_BYTES.saturating_sub(head.len() + tail.len()));
    format!("{head}{filler}{tail}")
}

/// The same for Alertmanager's own API: a list of one alert.
pub(crate) fn alertmanager_body() -> String {
    let head = format!(
        "[{{\"labels\":{{\"alertname\":\"DiskFull\",\"instance\":\"{MARK}\",\"severity\":\
         \"critical\",\"mount\":\"/var\",\"team\":\"payments\"}},\"annotations\":{{\"summary\":\
         \"Disk almost full on db-3, mark {MARK}\",\"note\":\""
    );
    let tail = "\"},\"generatorURL\":\"http://prometheus.example/graph\"}]";
    let filler = "x".repeat(EVENT_BYTES.saturating_sub(head.len() + tail.len()));
    format!("{head}{filler}{tail}")
}

/// A body with this number at every mark.
pub(crate) fn marked(body: &str, number: u64) -> String {
    body.replace(MARK, &format!("{number:0MARK_DIGITS$}"))
}

/// A runtime for preparing and for measuring what needs no server.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}
