//! What people wait for: adding somebody when the authority confirms that a licence is free, and signing in,
//! alone and beside connections that read history in a loop.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use firebell_access::{keys, password};
use firebell_base::{Clock, Id, Random};
use firebell_config::{Authority, Change, EntitlementChange, Intent, Snapshots};
use firebell_domain::credential::{ApiKey, Password};
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::instance::InstanceNo;
use firebell_domain::licence::{Allotment, Enforcement, Entitlement};
use firebell_domain::person::{LicenceType, Role};
use firebell_sql::Db;
use firebell_testkit::http::{Connection, Reply};

use super::ask;
use super::stock::{author, rename};
use crate::Effort;
use crate::generate::percentile;
use crate::memory;
use crate::report::Report;
use crate::serve::{Processing, Server, start};
use crate::world::{self, Kind, Place, Plan};

/// People who sign in, alone and beside readers; each once, so that every password is computed.
const PEOPLE: usize = 200;
/// People who sign in before that: what the first ones bring into memory is not counted.
const FIRST: usize = 10;
/// People who are added.
const ADDED: usize = 400;
/// Alerts, and revisions of the configuration, whose history is read.
const ALERTS: usize = 20_000;
const REVISIONS: usize = 500;
/// Connections that read history.
const READERS: u32 = 16;
/// Everybody's password, and the secret of the administrator's key.
const PASSWORD: &str = "correct horse battery";
const SECRET: &str = "fbs_sample_secret_of_the_bench";
/// The pages of history from which the heaviest is taken.
const HISTORY: [&str; 6] = [
    "/api/firebell/1/alerts?limit=1000&search=nowhere",
    "/api/firebell/1/alerts?limit=1000",
    "/api/xm/1/events?limit=1000&search=nowhere",
    "/api/xm/1/events?limit=1000&embed=recipients,properties",
    "/api/firebell/1/configuration/history?limit=200",
    "/api/firebell/1/audit?limit=1000",
];

/// A server, and how its administrator speaks to it.
struct Desk {
    server: Server,
    authorization: String,
    connection: Connection,
}

/// Measures.
pub(super) fn measure(report: &mut Report, effort: Effort, kind: Kind) -> Result<()> {
    let place = Place::new(kind)?;
    let (db, text) = place.fresh(&Random::System)?;
    let part = |count: usize| if effort.quick { count / 10 } else { count };
    let started =
        world::runtime()?.block_on(furnish(&db, FIRST + 2 * part(PEOPLE), part(REVISIONS)))?;
    memory::fill(&db, started, part(ALERTS))?;
    db.close();
    let mut desk = Desk::open(start(&text, Processing::Off)?)?;
    add(report, &mut desk, kind, part(ADDED))?;
    sign_in(report, &mut desk, kind, part(PEOPLE))
}

/// An instance with people who can sign in, an administrator with a key, more licences than are needed, and a
/// history.
async fn furnish(db: &Db, people: usize, revisions: usize) -> Result<InstanceNo> {
    let plan = Plan { people, told: 3, webhook: None };
    let (snapshots, no) = world::furnish(db, &plan).await?;
    let now = Clock::System.now();
    let hash = password::hash(PASSWORD, &Random::System)?;
    let directory = snapshots.instance(no).context("the instance")?;
    let all = directory.people().map(|person| person.id);
    let mut changes: Vec<Change> = all
        .map(|person| Change::Put(Entity::Password(Password { person, hash: hash.clone() })))
        .collect();
    let mut admin = world::person(world::numbered(3, people), people, now)?;
    admin.roles = vec![Role::FullAccessUser];
    changes.push(Change::Put(Entity::ApiKey(ApiKey {
        id: Id::from_bytes([7; 16]),
        owner: admin.id,
        name: world::name("Bench")?,
        secret_hash: keys::hash(SECRET),
        created: now,
    })));
    changes.push(Change::Put(Entity::Person(admin)));
    let authority = Authority::new(db.clone(), Snapshots::load(db).await?, Random::System);
    let put = move |_: &Directory| Ok(changes.clone());
    authority.change(no, &author(), now, put).await?;
    let entitlement = Entitlement {
        allotment: Allotment::Limited(1_000_000),
        enforcement: Enforcement::Hard,
        ..Entitlement::unlimited(LicenceType::FullUser)
    };
    let intent = Intent { approval: Some("a measurement".to_owned()), ..Intent::from(&author()) };
    let set = vec![(no, EntitlementChange::Set(entitlement))];
    authority.set_entitlements(set, intent, now).await?;
    for nth in 0..revisions {
        authority.change(no, &author(), Clock::System.now(), rename(nth)).await?;
    }
    Ok(no)
}

impl Desk {
    fn open(server: Server) -> Result<Self> {
        let user = keys::api_key_user(Id::from_bytes([7; 16]));
        let authorization = format!("Basic {}", STANDARD.encode(format!("{user}:{SECRET}")));
        let connection = Connection::open(SocketAddr::from((Ipv4Addr::LOCALHOST, server.port)))?;
        Ok(Self { server, authorization, connection })
    }

    /// Asks as the administrator; returns the microseconds it took too.
    fn send(&mut self, method: &str, path: &str, body: &str) -> Result<(Reply, u32)> {
        let headers =
            [("Authorization", self.authorization.as_str()), ("Content-Type", "application/json")];
        let began = Clock::System.monotonic_micros();
        let reply = self.connection.send(method, path, &headers, body.as_bytes())?;
        Ok((reply, u32::try_from(Clock::System.monotonic_micros() - began)?))
    }
}

fn add(report: &mut Report, desk: &mut Desk, kind: Kind, count: usize) -> Result<()> {
    let mut micros = Vec::new();
    for n in 0..count {
        let body = format!(
            r#"{{"targetName": "added{n}", "firstName": "Sample", "lastName": "Added {n}",
                "roles": ["Standard User"]}}"#
        );
        let (reply, took) = desk.send("POST", "/api/xm/1/people", &body)?;
        ensure!(reply.status == 201, "{}: {}", reply.status, reply.body);
        micros.push(took);
    }
    micros.sort_unstable();
    let name = format!("a person added with a confirmed licence, {}", kind.name());
    let (median, p99) = (percentile(&micros, 50) / 1e3, percentile(&micros, 99) / 1e3);
    if let Kind::Sqlite = kind {
        report.at_most(&format!("{name}: median, ms"), median, 5.0);
    }
    report.note(&name, &format!("{median:.2} ms (median), {p99:.2} ms (p99)"));
    Ok(())
}

fn sign_in(report: &mut Report, desk: &mut Desk, kind: Kind, people: usize) -> Result<()> {
    let (path, alone_micros) = heaviest(desk)?;
    round(desk, 0..FIRST)?;
    let alone = round(desk, FIRST..FIRST + people)?;
    let readers = ask::start(desk.server.port, path, &desk.authorization, READERS)?;
    let beside = round(desk, FIRST + people..FIRST + 2 * people)?;
    let lives = lives(desk, people)?;
    drop(readers);
    let name = format!("sign-in beside {READERS} readers of history, {}", kind.name());
    report.at_most(&format!("{name}: p99 against alone"), beside.1 / alone.1, 2.0);
    report.note(
        &name,
        &format!(
            "alone {:.1} ms (median), {:.1} ms (p99); beside {:.1} ms (median), {:.1} ms (p99); \
             beside, /livez takes {:.1} ms (median), {:.1} ms (p99); the readers ask for {path}, \
             which takes {:.1} ms alone",
            alone.0,
            alone.1,
            beside.0,
            beside.1,
            lives.0,
            lives.1,
            f64::from(alone_micros) / 1e3
        ),
    );
    Ok(())
}

/// The page of history that takes longest, and how long.
fn heaviest(desk: &mut Desk) -> Result<(&'static str, u32)> {
    let mut most = None;
    for path in HISTORY {
        // Twice: what the first request brings into memory is not counted.
        desk.send("GET", path, "")?;
        let (reply, took) = desk.send("GET", path, "")?;
        ensure!(reply.status == 200, "{path}: {}: {}", reply.status, reply.body);
        if most.is_none_or(|(_, longest)| took > longest) {
            most = Some((path, took));
        }
    }
    most.context("a page of history")
}

/// What a request waits for that does nothing; milliseconds: median and p99.
fn lives(desk: &mut Desk, count: usize) -> Result<(f64, f64)> {
    let mut micros = Vec::new();
    for _ in 0..count {
        micros.push(desk.send("GET", "/livez", "")?.1);
    }
    micros.sort_unstable();
    Ok((percentile(&micros, 50) / 1e3, percentile(&micros, 99) / 1e3))
}

/// These people sign in; milliseconds: median and p99.
fn round(desk: &mut Desk, people: Range<usize>) -> Result<(f64, f64)> {
    let mut micros = Vec::new();
    for n in people {
        let body = format!(r#"{{"login": "sample{n}", "password": "{PASSWORD}"}}"#);
        let (reply, took) = desk.send("POST", "/api/firebell/1/sign-in", &body)?;
        ensure!(reply.status == 200, "sample{n}: {}: {}", reply.status, reply.body);
        micros.push(took);
    }
    micros.sort_unstable();
    Ok((percentile(&micros, 50) / 1e3, percentile(&micros, 99) / 1e3))
}
