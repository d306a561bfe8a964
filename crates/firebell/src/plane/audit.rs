//! `audit`: administrative acts, and whether their chain is whole.

use firebell_config::audit::{self, Entry};
use firebell_sql::Error;
use serde_json::json;

use super::{instance_name, scope, unread, when};
use crate::Context;
use crate::admin::{Desk, at_desk};
use crate::cli::{AuditCommand, AuditListArgs};
use crate::failure::{Exit, Failure};
use crate::output::Table;
use crate::place::Schema;

/// Runs one of the commands.
pub(crate) fn run(context: &Context, command: AuditCommand) -> Result<(), Failure> {
    match command {
        AuditCommand::List(args) => {
            at_desk(context, Schema::Current, async |desk| list(context, &desk, &args).await)
        }
        AuditCommand::Verify => {
            at_desk(context, Schema::Current, async |desk| verify(context, &desk).await)
        }
    }
}

async fn list(context: &Context, desk: &Desk, args: &AuditListArgs) -> Result<(), Failure> {
    let no = scope(desk, args.all, args.instance.as_deref())?;
    let (before, limit) = (args.before, i64::from(args.limit));
    let read = desk.db.read("audit.list", move |tx| audit::page(tx, no, before, limit));
    let entries: Vec<Entry> = read.await.map_err(|error: Error| unread(&error))?;
    let objects: Vec<_> = entries.iter().map(|entry| object(desk, entry)).collect();
    context.out.either(&json!({"acts": objects}), |out| {
        if entries.is_empty() {
            out.note("Nothing was done yet.");
            return;
        }
        let mut table =
            Table::new(&["NO", "WHEN", "INSTANCE", "WHO", "ACT", "SUBJECT", "REVISION", "REASON"]);
        for entry in &entries {
            table.row(&[
                entry.seq.to_string(),
                when(entry.at),
                instance_name(desk, entry.instance),
                entry.actor.clone(),
                entry.act.clone(),
                entry.subject.clone(),
                entry.revision.to_string(),
                entry.reason.clone(),
            ]);
        }
        out.text(&table.render(out));
    });
    Ok(())
}

fn object(desk: &Desk, entry: &Entry) -> serde_json::Value {
    json!({
        "no": entry.seq,
        "at": entry.at.to_string(),
        "instance": entry.instance.map(|no| instance_name(desk, Some(no))),
        "actor": entry.actor,
        "act": entry.act,
        "subject": entry.subject,
        "reason": entry.reason,
        "detail": entry.detail,
        "revision": entry.revision.to_string(),
        "hash": entry.hash.to_string(),
    })
}

async fn verify(context: &Context, desk: &Desk) -> Result<(), Failure> {
    let read = desk.db.read("audit.verify", audit::verify);
    let chain = read.await.map_err(|error: Error| unread(&error))?;
    if let Some(broken) = &chain.broken {
        let what = format!("The audit is not whole: at entry {}, {}.", broken.seq, broken.what);
        return Err(Failure::new(Exit::Refused, what)
            .effect("Nothing was changed.")
            .remedy("compare with a backup; somebody changed the database by hand"));
    }
    let object = json!({"entries": chain.entries, "head": chain.head.to_string(), "whole": true});
    context.out.either(&object, |out| {
        out.line(&format!("{} acts, unbroken. The newest hash: {}", chain.entries, chain.head));
        out.note("Note the hash elsewhere: it proves later that nothing before it was changed.");
    });
    Ok(())
}
