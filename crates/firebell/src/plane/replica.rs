//! `replica`: the processes that read the configuration, as each last said.

use firebell_base::Timestamp;
use firebell_base::time::micros_between;
use firebell_domain::directory::Revision;
use firebell_sql::Error;
use firebell_store::configuration;
use firebell_store::nodes::{self, NodeRow};
use serde_json::{Value, json};

use super::{SECOND, ago, unread, when};
use crate::Context;
use crate::admin::{Desk, at_desk};
use crate::cli::{NodeArgs, ReplicaCommand};
use crate::client;
use crate::client::http::Http;
use crate::failure::{Exit, Failure};
use crate::output::{Output, Style, Table, clean, hex};
use crate::place::Schema;
use crate::settings::Settings;

/// A node that said nothing for longer than this is gone, or cannot reach the database, in seconds:
/// it speaks every ten.
const SILENT_SECONDS: i64 = 30;
/// Hexadecimal digits of a digest in tables.
const DIGITS: usize = 12;

/// Runs one of the commands; `replica follow` is a server and runs elsewhere.
pub(crate) fn run(context: &Context, command: ReplicaCommand) -> Result<(), Failure> {
    match command {
        ReplicaCommand::Ls => {
            at_desk(context, Schema::Current, async |desk| ls(context, &desk).await)
        }
        ReplicaCommand::Show(args) => {
            at_desk(context, Schema::Current, async |desk| show(context, &desk, &args).await)
        }
        ReplicaCommand::Resync(args) => client::run(resync(context, &args.url)),
        ReplicaCommand::Follow(args) => crate::follow::run(context, &args),
    }
}

/// The nodes, and the newest revision.
async fn read(desk: &Desk) -> Result<(Vec<NodeRow>, Revision), Failure> {
    let both = desk.db.read("replica.ls", |tx| Ok((nodes::list(tx)?, configuration::head(tx)?)));
    both.await.map_err(|error: Error| unread(&error))
}

async fn ls(context: &Context, desk: &Desk) -> Result<(), Failure> {
    let (nodes, head) = read(desk).await?;
    let now = context.clock.now();
    let objects: Vec<Value> = nodes.iter().map(|node| object(node, head, now)).collect();
    context.out.either(&json!({"head": head.to_string(), "replicas": objects}), |out| {
        if nodes.is_empty() {
            out.note("No process reads this database's configuration now: firebell serve");
            return;
        }
        out.text(&table(&nodes, head, now).render(out));
        out.note(&format!("The newest revision is {head}."));
    });
    Ok(())
}

/// In the manner of other planes' status tables: one line for each process.
fn table(nodes: &[NodeRow], head: Revision, now: Timestamp) -> Table {
    let mut table = Table::new(&[
        "NODE",
        "ROLE",
        "VERSION",
        "STATE",
        "APPLIED",
        "PROVEN",
        "LAG",
        "ROOT",
        "FINGERPRINT",
        "LEASE",
        "HEARD",
        "REASON",
    ]);
    for node in nodes {
        table.row(&[
            node.id.clone(),
            node.role.clone(),
            node.version.clone(),
            state(node, now).to_owned(),
            node.applied.to_string(),
            if node.proven == Revision::default() {
                "-".to_owned()
            } else {
                node.proven.to_string()
            },
            lag(node.applied, head).map_or_else(|| "?".to_owned(), |lag| lag.to_string()),
            digits(&node.root),
            digits(&node.fingerprint),
            lease(node.lease_ms),
            ago(node.heard, now),
            node.nack.clone().unwrap_or_else(|| node.reason.clone()),
        ]);
    }
    table
}

/// What it said, or that it says nothing any more.
fn state(node: &NodeRow, now: Timestamp) -> &str {
    if micros_between(node.heard, now) > SILENT_SECONDS * SECOND { "silent" } else { &node.state }
}

/// How many revisions a node is behind; none across epochs, which cannot be counted.
fn lag(applied: Revision, head: Revision) -> Option<i64> {
    (applied.epoch == head.epoch).then_some((head.n - applied.n).max(0))
}

fn lease(millis: i64) -> String {
    if millis <= 0 {
        "-".to_owned()
    } else {
        format!("{}.{} s", millis / 1000, millis % 1000 / 100)
    }
}

fn digits(digest: &[u8]) -> String {
    hex(digest).chars().take(DIGITS).collect()
}

fn object(node: &NodeRow, head: Revision, now: Timestamp) -> Value {
    json!({
        "node": node.id,
        "role": node.role,
        "version": node.version,
        "boot": hex(&node.boot),
        "state": state(node, now),
        "reason": node.reason,
        "applied": node.applied.to_string(),
        "proven": node.proven.to_string(),
        "head": head.to_string(),
        "lag": lag(node.applied, head),
        "root": hex(&node.root),
        "fingerprint": hex(&node.fingerprint),
        "nack": node.nack,
        "leaseMillis": node.lease_ms,
        "heard": node.heard.to_string(),
    })
}

async fn show(context: &Context, desk: &Desk, args: &NodeArgs) -> Result<(), Failure> {
    let (nodes, head) = read(desk).await?;
    let now = context.clock.now();
    let names = || nodes.iter().map(|node| node.id.as_str());
    let node = nodes.iter().find(|node| node.id == args.node).ok_or_else(|| {
        let near = crate::settings::nearest(&args.node, names());
        let hint = near.map_or_else(String::new, |near| format!(" Did you mean {near}?"));
        Failure::new(Exit::NotFound, format!("There is no node {}.{hint}", args.node))
            .remedy("firebell replica ls")
    })?;
    context.out.either(&object(node, head, now), |out| print(out, node, head, now));
    Ok(())
}

fn print(out: &Output, node: &NodeRow, head: Revision, now: Timestamp) {
    let (name, state) = (out.paint(Style::Bold, &clean(&node.id)), state(node, now));
    out.line(&format!("{name}  {} {}, {state}: {}", node.role, node.version, node.reason));
    let behind = lag(node.applied, head)
        .map_or_else(|| "in another epoch".to_owned(), |lag| format!("{lag} behind"));
    let lines = [
        ("applied", format!("{} ({behind}; the newest is {head})", node.applied)),
        ("proven", node.proven.to_string()),
        ("root", hex(&node.root)),
        ("fingerprint", hex(&node.fingerprint)),
        ("lease", lease(node.lease_ms)),
        ("refused", node.nack.clone().unwrap_or_else(|| "-".to_owned())),
        ("heard", format!("{} ({} ago)", when(node.heard), ago(node.heard, now))),
        ("boot", hex(&node.boot)),
    ];
    for (name, value) in lines {
        out.line(&format!("  {name:<12} {}", clean(&value)));
    }
}

/// Asks a process itself: a snapshot is a matter of its memory.
async fn resync(context: &Context, url: &str) -> Result<(), Failure> {
    let settings = Settings::load(&context.sources)?;
    let token = settings.plane.feed_token.ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            "This needs the setting feed.token, the same as that process has.",
        )
        .effect("Nothing was changed.")
        .remedy("--set feed.token=…, or FIREBELL_FEED__TOKEN")
    })?;
    let http = Http::to(url)?.with_bearer(token);
    let path = client::alert::native(&["replica", "resync"]);
    let answer = http.post(&path, &[], "{}".to_owned()).await?;
    context.out.either(&answer, |out| {
        out.line("It takes a whole snapshot now; firebell replica ls shows how far it is.");
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Color;

    fn node(applied: (i64, i64), heard: &str) -> NodeRow {
        let revision = |(epoch, n)| Revision { epoch, n };
        NodeRow {
            id: "a:8420".to_owned(),
            boot: [1; 16],
            role: "serve".to_owned(),
            version: "0.1.0".to_owned(),
            state: "ready".to_owned(),
            reason: "up to date".to_owned(),
            applied: revision(applied),
            proven: Revision::default(),
            root: [0xab; 32],
            fingerprint: [0xcd; 32],
            nack: None,
            lease_ms: 2_750,
            heard: heard.parse().unwrap(),
        }
    }

    #[test]
    fn a_line_for_each_node() {
        let now: Timestamp = "2026-03-29T12:00:00Z".parse().unwrap();
        let head = Revision { epoch: 1, n: 9 };
        let nodes = [node((1, 7), "2026-03-29T11:59:58Z"), node((2, 1), "2026-03-29T11:50:00Z")];
        let out = Output::new(false, false, Color::Never, true);
        let text = table(&nodes, head, now).render(&out);
        let lines: Vec<Vec<&str>> =
            text.lines().map(|line| line.split("  ").filter(|c| !c.is_empty()).collect()).collect();
        assert_eq!(
            lines[1].iter().map(|cell| cell.trim()).collect::<Vec<_>>(),
            [
                "a:8420",
                "serve",
                "0.1.0",
                "ready",
                "1.7",
                "-",
                "2",
                "abababababab",
                "cdcdcdcdcdcd",
                "2.7 s",
                "2 s",
                "up to date"
            ]
        );
        assert_eq!((lines[2][3].trim(), lines[2][6].trim()), ("silent", "?"));
    }
}
