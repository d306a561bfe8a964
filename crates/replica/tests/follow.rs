//! Replicas of one process follow an authority on both engines, and through a source that fails.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use firebell_base::{Clock, Random, Timestamp};
use firebell_config::feed::{Deltas, Head, SnapshotPage, Source, SourceError};
use firebell_config::view::NackCode;
use firebell_config::{Author, Authority, Change, Snapshots};
use firebell_domain::directory::{Entity, Revision};
use firebell_domain::instance::{InstanceNo, Region};
use firebell_domain::name::Name;
use firebell_domain::person::Status;
use firebell_domain::schedule::Zone;
use firebell_domain::site::{PostalAddress, Site};
use firebell_replica::report::{self, Node};
use firebell_replica::{Keeping, Replica, ReplicaHandle, Settings, SqlSource, State, lkg};
use firebell_sql::{Db, migrate};
use firebell_store::migrations::migrations;
use firebell_store::nodes;
use firebell_testkit::postgres::{DbGuard, TestEngine, fresh_db};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// Longer than anything here may take.
const LONG: Duration = Duration::from_secs(30);

fn now() -> Timestamp {
    Clock::System.now()
}

fn by() -> Author {
    Author::new("test", "a test")
}

async fn database(engine: TestEngine) -> (Db, DbGuard, Authority) {
    let (db, guard) = fresh_db(engine);
    migrate(&db, migrations(), now().as_microsecond()).unwrap();
    let snapshots = Snapshots::load(&db).await.unwrap();
    let authority = Authority::new(db.clone(), snapshots, Random::System);
    (db, guard, authority)
}

async fn instance(authority: &Authority, name: &str) -> InstanceNo {
    let made = authority.create_instance(name, Region::Emea, &by(), now()).await;
    made.unwrap().instance.no
}

/// Adds a sample site.
async fn commit(authority: &Authority, no: InstanceNo, name: &str) -> Revision {
    let site = Site {
        id: firebell_base::Id::new(&Random::System, now()),
        name: Name::parse(name).unwrap(),
        language: "en".to_owned(),
        zone: Zone::utc(),
        country: "NOR".to_owned(),
        address: PostalAddress::default(),
        status: Status::Active,
        holidays: std::iter::empty().collect(),
        external_key: None,
        externally_owned: false,
    };
    let put = move |_: &_| Ok(vec![Change::Put(Entity::Site(site.clone()))]);
    authority.change(no, &by(), now(), put).await.unwrap().revision
}

/// A replica that runs until this is dropped.
struct Running {
    snapshots: Snapshots,
    handle: ReplicaHandle,
    tasks: JoinSet<()>,
    stop: oneshot::Sender<()>,
}

fn run<S: Source>(snapshots: Snapshots, source: S, settings: Settings) -> Running {
    start(snapshots, source, settings, None)
}

fn start<S: Source>(
    snapshots: Snapshots,
    source: S,
    settings: Settings,
    keeping: Option<Keeping>,
) -> Running {
    let (clock, random) = (Clock::System, Random::System);
    let mut replica = Replica::new(snapshots.clone(), source, clock, &random, settings);
    if let Some(keeping) = keeping {
        replica = replica.keeping(keeping);
    }
    let handle = replica.handle();
    let (stop, stopped) = oneshot::channel::<()>();
    let mut tasks = JoinSet::new();
    tasks.spawn(replica.run(async { drop(stopped.await) }));
    Running { snapshots, handle, tasks, stop }
}

/// Waits until the status is as wanted.
async fn until(handle: &ReplicaHandle, what: impl Fn(&ReplicaHandle) -> bool) {
    let mut facts = handle.watch();
    let waiting = async {
        while !what(handle) {
            facts.changed().await.unwrap();
        }
    };
    let waited = tokio::time::timeout(LONG, waiting).await;
    assert!(waited.is_ok(), "{:?}", handle.status());
}

fn is_at(handle: &ReplicaHandle, revision: Revision) -> bool {
    let status = handle.status();
    status.state == State::Ready && status.applied >= revision
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_follow_an_authority_on_both_engines() {
    for engine in TestEngine::ALL {
        let (db, _guard, authority) = database(engine).await;
        let no = instance(&authority, "first").await;
        // One begins with nothing, one with what is there, and one is the authority's own.
        let settings = Settings::default();
        let loaded = Snapshots::load(&db).await.unwrap();
        let replicas = [
            run(Snapshots::empty(), SqlSource::new(db.clone()), settings),
            run(loaded, SqlSource::new(db.clone()), settings),
            run(authority.snapshots().clone(), SqlSource::new(db.clone()), settings),
        ];
        let mut newest = authority.snapshots().revision();
        for n in 0..20 {
            newest = commit(&authority, no, &format!("Site {n}")).await;
            if n == 7 {
                instance(&authority, "second").await;
            }
        }
        for replica in &replicas {
            assert!(replica.handle.wait_for(newest, LONG).await, "{engine:?}");
            until(&replica.handle, |handle| is_at(handle, newest)).await;
            let status = replica.handle.status();
            let (view, own) = (replica.snapshots.view(), authority.snapshots().view());
            assert_eq!((view.root(), view.fingerprint()), (own.root(), own.fingerprint()));
            assert_eq!((status.root, status.lag, status.nack), (own.root(), Some(0), None));
            assert!(replica.handle.is_fresh() && status.lease_left <= settings.lease);
            assert!(replica.handle.freshness_age().unwrap() < Duration::from_secs(3));
            assert_eq!(view.directory(no).unwrap().sites().count(), 20);
            assert_eq!(status.counters.quarantines, 0, "{engine:?}");
        }
        assert_eq!(replicas[0].handle.status().counters.snapshots, 1, "{engine:?}");
        assert_eq!(replicas[1].handle.status().counters.snapshots, 0, "{engine:?}");
        let never = Revision { n: newest.n + 1, ..newest };
        assert!(!replicas[0].handle.wait_for(never, Duration::from_millis(1)).await);
        replicas[1].handle.resync();
        until(&replicas[1].handle, |handle| handle.status().counters.snapshots == 1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_says_how_it_is_and_is_forgotten_in_time() {
    for engine in TestEngine::ALL {
        let (db, _guard, authority) = database(engine).await;
        let no = instance(&authority, "sample").await;
        let replica = run(Snapshots::empty(), SqlSource::new(db.clone()), Settings::default());
        let newest = commit(&authority, no, "Sample").await;
        until(&replica.handle, |handle| is_at(handle, newest)).await;
        let node = Node {
            id: "node-1".to_owned(),
            boot: [5; 16],
            role: "serve".to_owned(),
            version: "0.0.0".to_owned(),
        };
        let row = report::row(&node, &replica.handle.status(), now());
        assert_eq!((row.state.as_str(), row.applied, &row.nack), ("ready", newest, &None));
        assert!(row.lease_ms > 0 && row.lease_ms <= 3_000);
        nodes::put(&db, row.clone()).await.unwrap();
        let other = nodes::NodeRow { state: "lagging".to_owned(), heard: now(), ..row.clone() };
        nodes::put(&db, other.clone()).await.unwrap();
        let list = db.read("test", nodes::list).await.unwrap();
        assert_eq!(list, [other], "one row per node, {engine:?}");
        let before = firebell_base::time::add_seconds(now(), -3_600);
        let forgotten = db.write("test", move |tx| nodes::forget(tx, before)).await.unwrap();
        assert_eq!(forgotten, 0);
        let after = firebell_base::time::add_seconds(now(), 1);
        let forgotten = db.write("test", move |tx| nodes::forget(tx, after)).await.unwrap();
        assert_eq!((forgotten, db.read("test", nodes::list).await.unwrap().len()), (1, 0));

        // And by itself, when it begins and when something changes.
        let (stop, stopped) = oneshot::channel::<()>();
        let mut tasks = JoinSet::new();
        let stopped = async { drop(stopped.await) };
        let clock = Clock::System;
        tasks.spawn(report::run(db.clone(), node, replica.handle.clone(), clock, stopped));
        let newest = commit(&authority, no, "Another").await;
        let told = async {
            let mut applied = Revision::default();
            while applied < newest {
                let list = db.read("test", nodes::list).await.unwrap();
                applied = list.first().map(|row| row.applied).unwrap_or_default();
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(LONG, told).await.unwrap();
        drop(stop);
        tasks.join_next().await.unwrap().unwrap();
    }
}

/// What a source does wrong with its next answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Away,
    Slow,
    OtherCell,
    Dropped,
    Bent,
    Older,
}

/// A database behind something that fails.
#[derive(Clone)]
struct Faulty {
    source: SqlSource,
    wrong: Arc<Mutex<Option<Wrong>>>,
    first: Arc<Mutex<Option<Head>>>,
}

impl Faulty {
    fn new(db: Db) -> Self {
        let source = SqlSource::new(db);
        Self { source, wrong: Arc::default(), first: Arc::default() }
    }

    fn set(&self, wrong: Option<Wrong>) {
        *self.wrong.lock().unwrap() = wrong;
    }

    fn now(&self) -> Option<Wrong> {
        *self.wrong.lock().unwrap()
    }

    fn failure(&self) -> Result<(), SourceError> {
        let error = match self.now() {
            Some(Wrong::Away) => SourceError::Failed("It is away.".to_owned()),
            Some(Wrong::Slow) => SourceError::TimedOut,
            _ => return Ok(()),
        };
        Err(error)
    }
}

impl Source for Faulty {
    async fn head(&self) -> Result<Head, SourceError> {
        self.failure()?;
        let mut head = self.source.head().await?;
        let first = *self.first.lock().unwrap().get_or_insert(head);
        match self.now() {
            Some(Wrong::OtherCell) => {
                head.cell = [1; 16];
            }
            Some(Wrong::Older) => {
                head = first;
            }
            _ => {}
        }
        Ok(head)
    }

    async fn snapshot(&self, from: InstanceNo) -> Result<SnapshotPage, SourceError> {
        self.failure()?;
        let mut page = self.source.snapshot(from).await?;
        match self.now() {
            Some(Wrong::OtherCell) => page.head.cell = [1; 16],
            Some(Wrong::Dropped) => {
                page.parts.iter_mut().for_each(|part| drop(part.entities.pop()));
            }
            Some(Wrong::Bent) => page.parts.iter_mut().for_each(|part| {
                for entity in &mut part.entities {
                    entity.body = entity.body.replace("Oslo", "Ohio").replace("Site", "Cite");
                }
            }),
            _ => {}
        }
        Ok(page)
    }

    async fn deltas(&self, after: Revision) -> Result<Deltas, SourceError> {
        self.failure()?;
        let mut deltas = self.source.deltas(after).await?;
        if let Deltas::Next(deltas) = &mut deltas {
            match self.now() {
                Some(Wrong::Dropped) if !deltas.is_empty() => {
                    drop(deltas.remove(0));
                }
                Some(Wrong::Bent) => {
                    for part in deltas.iter_mut().flat_map(|delta| &mut delta.parts) {
                        for entity in &mut part.put {
                            entity.body = entity.body.replace("Site", "Cite");
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(deltas)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_faults_the_one_before_is_served_and_then_it_converges() {
    let (db, _guard, authority) = database(TestEngine::Sqlite).await;
    let no = instance(&authority, "sample").await;
    let source = Faulty::new(db.clone());
    let settings = Settings {
        retry_first: Duration::from_millis(20),
        retry_max: Duration::from_millis(100),
        ping: Duration::from_millis(100),
        ..Settings::default()
    };
    let replica = run(Snapshots::empty(), source.clone(), settings);
    let mut served = commit(&authority, no, "Site 0").await;
    until(&replica.handle, |handle| is_at(handle, served)).await;
    let faults =
        [Wrong::Away, Wrong::Slow, Wrong::OtherCell, Wrong::Dropped, Wrong::Bent, Wrong::Older];
    for wrong in faults {
        source.set(Some(wrong));
        let before = replica.handle.status().counters;
        let newest = commit(&authority, no, &format!("Site {wrong:?}")).await;
        let here = replica.handle.clone();
        until(&here, |handle| {
            let counters = handle.status().counters;
            counters.timeouts + counters.failures + counters.nacks
                > before.timeouts + before.failures + before.nacks
        })
        .await;
        let status = replica.handle.status();
        assert!(status.applied <= served, "{wrong:?}: {status:?}");
        let sites = replica.snapshots.instance(no).unwrap().sites().count();
        assert!(sites >= 1, "what was served is served on");
        let code = status.nack.map(|nack| nack.code);
        match wrong {
            Wrong::OtherCell => assert_eq!(code, Some(NackCode::OtherCell)),
            Wrong::Older => assert_eq!(code, Some(NackCode::WentBack)),
            Wrong::Bent => assert_eq!(code, Some(NackCode::RootMismatch)),
            Wrong::Dropped => assert!(code.is_some()),
            Wrong::Away | Wrong::Slow => {}
        }
        source.set(None);
        until(&here, |handle| is_at(handle, newest)).await;
        let (view, own) = (replica.snapshots.view(), authority.snapshots().view());
        assert_eq!(view.root(), own.root(), "{wrong:?}");
        assert_eq!(replica.handle.status().nack, None, "{wrong:?}");
        served = newest;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_has_proven_itself_is_kept_and_a_node_without_its_database_serves_it() {
    let (db, _guard, authority) = database(TestEngine::Sqlite).await;
    let no = instance(&authority, "sample").await;
    let newest = commit(&authority, no, "Site 1").await;
    let dir = TempDir::new().unwrap();
    let keys = lkg::Keys([("link".to_owned(), vec![3; 32])].into());
    let keeping = Keeping { path: dir.path().join("lkg"), keys };
    let settings = Settings { proving: Duration::from_millis(300), ..Settings::default() };
    let source = SqlSource::new(db.clone());
    let replica = start(Snapshots::empty(), source, settings, Some(keeping.clone()));
    until(&replica.handle, |handle| is_at(handle, newest)).await;
    assert!(matches!(lkg::read(&keeping.path, None), Err(lkg::LkgError::Missing(_))));
    until(&replica.handle, |handle| handle.status().proven == newest).await;
    // Writing follows proving; a later change wakes whoever waits for the next fact.
    let kept = async {
        loop {
            if let Ok(kept) = lkg::read(&keeping.path, None) {
                return kept;
            }
            tokio::task::yield_now().await;
        }
    };
    let kept = tokio::time::timeout(LONG, kept).await.unwrap();
    assert_eq!(kept.view.root(), authority.snapshots().view().root());
    assert_eq!(kept.keys, keeping.keys);
    drop(replica);

    // A start without the database.
    let snapshots = Snapshots::empty();
    assert!(snapshots.swap(kept.view));
    let source = Faulty::new(db);
    source.set(Some(Wrong::Away));
    let cold = run(snapshots, source.clone(), settings);
    until(&cold.handle, |handle| handle.status().counters.failures > 0).await;
    let status = cold.handle.status();
    assert_eq!((status.state, status.applied), (State::StaleServing, newest));
    assert!(!cold.handle.is_fresh() && cold.handle.freshness_age().is_none());
    assert_eq!(cold.snapshots.instance(no).unwrap().sites().count(), 1);
    source.set(None);
    until(&cold.handle, |handle| is_at(handle, newest)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_ends_when_it_is_told_to() {
    let (db, _guard, authority) = database(TestEngine::Sqlite).await;
    let no = instance(&authority, "sample").await;
    let replica = run(Snapshots::empty(), SqlSource::new(db), Settings::default());
    let newest = commit(&authority, no, "Site 1").await;
    until(&replica.handle, |handle| is_at(handle, newest)).await;
    let Running { snapshots, mut tasks, stop, .. } = replica;
    drop(stop);
    tokio::time::timeout(LONG, tasks.join_next()).await.unwrap().unwrap().unwrap();
    assert_eq!(snapshots.revision(), newest, "what is served stays served");
}
