//! `replica follow`: a node without a database. It follows a server's configuration over HTTP and
//! answers from it: who may sign in, who is on call. What it has proven it keeps on disk, and
//! starts from that when its source is away.
//!
//! | module | does |
//! |---|---|
//! | [`source`] | asks the server for head, snapshot and deltas |
//! | [`word`] | tells the server how this node is |
//!
//! Events, changes and history need a database: here they are answered with 503 and when to come
//! again.

mod source;
mod word;

use std::net::SocketAddr;
use std::sync::Arc;

use firebell_access::Authenticator;
use firebell_access::session::Sessions;
use firebell_pipeline::Stop;
use firebell_replica::{Replica, report};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::Context;
use crate::cli::FollowArgs;
use crate::failure::{Exit, Failure};
use crate::output::Style;
use crate::serve::ground;
use crate::serve::house::House;
use crate::serve::node::usual_name;
use crate::serve::server::{FINISH_MAX, bind, unexpected};
use crate::serve::tasks::Tasks;
use crate::serve::{Signals, raise_open_files, runtime, start_log};
use crate::settings::Settings;
use firebell_http::{Bounds, Doors};
use source::HttpSource;
use word::Word;

const HTTP: &str = "http server";
const REPLICA: &str = "replica";
const WORD: &str = "word to the source";
const WAITING: &str = "waiting journal writer";

/// Runs the node.
pub(crate) fn run(context: &Context, args: &FollowArgs) -> Result<(), Failure> {
    let settings = Settings::load(&context.sources)?;
    start_log(&settings);
    raise_open_files();
    let runtime = runtime()?;
    let ended = runtime.block_on(follow(context, &settings, args));
    runtime.shutdown_background();
    ended
}

async fn follow(context: &Context, settings: &Settings, args: &FollowArgs) -> Result<(), Failure> {
    let mut signals = Signals::listen()?;
    let token = settings.plane.feed_token.clone().ok_or_else(|| {
        Failure::new(Exit::Settings, "Following needs the setting feed.token, the source's own.")
            .effect("Nothing was started.")
            .remedy("--set feed.token=…, or FIREBELL_FEED__TOKEN")
    })?;
    let source = HttpSource::new(&args.source, token)?;
    let ground = ground::lay_following(context, settings).await?;
    let (listener, address) = bind(settings.listen).await?;
    let node = Following::start(context, settings, (source, ground), (listener, address));
    let url = node.url.clone();
    let object = json!({
        "listening": address.to_string(),
        "url": url,
        "source": args.source,
        "revision": node.house.snapshots.revision().to_string(),
    });
    context.out.either(&object, |out| {
        let (url, source) = (out.paint(Style::Bold, &url), crate::output::clean(&args.source));
        out.line(&format!("Firebell follows {source} and listens on {address} ({url})"));
    });
    node.run(&mut signals).await
}

/// A node that runs.
struct Following {
    tasks: Tasks,
    stop_http: watch::Sender<bool>,
    stop_rest: watch::Sender<bool>,
    house: Arc<House>,
    url: String,
    grace: std::time::Duration,
}

impl Following {
    fn start(
        context: &Context,
        settings: &Settings,
        (source, ground): (HttpSource, ground::Ground),
        (listener, address): (TcpListener, SocketAddr),
    ) -> Self {
        let pace = firebell_replica::Settings {
            proving: settings.plane.proving,
            ..firebell_replica::Settings::held()
        };
        let (clock, random) = (context.clock.clone(), context.random.clone());
        let snapshots = ground.snapshots;
        let replica = Replica::new(snapshots.clone(), source.clone(), clock.clone(), &random, pace);
        let replica = match ground.keeping {
            Some(keeping) => replica.keeping(keeping),
            None => replica,
        };
        let (handle, fresh) = (replica.handle(), replica.handle());
        let authenticator = Authenticator::new(&random)
            .with_sessions(Sessions::new(&ground.link_key))
            .with_freshness(Arc::new(move || fresh.is_fresh()));
        let house = House {
            settings: settings.clone(),
            snapshots,
            link_key: ground.link_key,
            authenticator: Arc::new(authenticator),
            replica: handle.clone(),
            first_run: firebell_access::first_run::FirstRun::over(),
            url: settings.public_url.clone().unwrap_or_else(|| format!("http://{address}")),
            clock: clock.clone(),
            random: random.clone(),
        };
        let (front, writer) = house.waiting();
        let (stop_http, http_stops) = Stop::new();
        let (stop_rest, rest) = Stop::new();
        let mut tasks = Tasks::default();
        let mut stop = rest.clone();
        tasks.start(WAITING, async move {
            writer.run().await;
            stop.wait().await;
            Ok(())
        });
        let mut stop = rest.clone();
        tasks.start(REPLICA, async move {
            replica.run(async { stop.wait().await }).await;
            Ok(())
        });
        let named = settings.plane.node.clone().unwrap_or_else(|| usual_name(address));
        let node = report::Node {
            id: named,
            boot: random.bytes(),
            role: "follow".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let word = Word { source, node, replica: handle, clock };
        tasks.start(WORD, word.keep_telling(rest));
        let bounds = Bounds { limits: settings.limits, proxies: settings.trusted_proxies.clone() };
        let serving = firebell_http::serve(listener, Doors::new(front), bounds, http_stops);
        tasks.start(HTTP, async {
            serving.await;
            Ok(())
        });
        let url = house.url.clone();
        let grace = settings.limits.grace;
        Self { tasks, stop_http, stop_rest, house: Arc::new(house), url, grace }
    }

    async fn run(mut self, signals: &mut Signals) -> Result<(), Failure> {
        let ended = tokio::select! {
            signal = signals.next() => {
                tracing::info!(signal, "told to stop");
                Ok(())
            }
            ended = self.tasks.next() => Err(unexpected(ended)),
        };
        self.stop_http.send_replace(true);
        let mut in_time = self.tasks.wait_for(HTTP, self.grace + FINISH_MAX).await;
        self.stop_rest.send_replace(true);
        for name in [REPLICA, WORD, WAITING] {
            in_time &= self.tasks.wait_for(name, FINISH_MAX).await;
        }
        if !in_time {
            tracing::warn!("not every part finished in time");
        }
        tracing::info!("stopped");
        ended
    }
}
