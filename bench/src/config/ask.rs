//! A process whose connections ask for one page in a loop, each as soon as it was answered. It says `going` once
//! every connection was answered, and is ended by whoever started it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::{Sender, channel};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use firebell_testkit::http::Connection;

use crate::child::{self, Running};

/// What to ask, and how.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    #[arg(long)]
    port: u16,
    #[arg(long)]
    path: String,
    #[arg(long)]
    authorization: String,
    #[arg(long)]
    connections: u32,
}

/// Starts it, and waits until every connection was answered.
pub(super) fn start(
    port: u16,
    path: &str,
    authorization: &str,
    connections: u32,
) -> Result<Running> {
    let arguments = [
        "ask".to_owned(),
        format!("--port={port}"),
        format!("--path={path}"),
        format!("--authorization={authorization}"),
        format!("--connections={connections}"),
    ];
    let mut asking = Running::itself(&arguments)?;
    let line = asking.line()?;
    ensure!(line == "going", "it said {line:?}");
    Ok(asking)
}

/// Its own process.
pub(crate) fn run(options: &Options) -> Result<()> {
    let (sender, answered) = channel();
    let mut threads = Vec::new();
    for _ in 0..options.connections {
        let (options, sender) = (options.clone(), sender.clone());
        threads.push(std::thread::spawn(move || repeat(&options, &sender)));
    }
    drop(sender);
    for _ in &threads {
        answered.recv().context("a connection failed before its first answer")?;
    }
    child::say("going")?;
    for thread in threads {
        thread.join().map_err(|_| anyhow::anyhow!("a connection panicked"))??;
    }
    Ok(())
}

fn repeat(options: &Options, answered: &Sender<()>) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    let mut connection = Connection::open(address)?;
    let headers = [("Authorization", options.authorization.as_str())];
    let mut is_first = true;
    loop {
        let reply = connection.send("GET", &options.path, &headers, b"")?;
        ensure!(reply.status == 200 || reply.status == 503, "{}: {}", reply.status, reply.body);
        if std::mem::take(&mut is_first) {
            answered.send(()).context("nobody waits for the first answer")?;
        }
    }
}
