//! `config`: the configuration's revisions. (`config show` and `config example`, about settings,
//! are elsewhere.)

use firebell_config::Intent;
use firebell_config::history::{Diff, Difference, Entry, Line, Moment as Point, What};
use firebell_sql::Error;
use firebell_store::nodes::{self, NodeRow};
use serde_json::{Map, Value, json};

use super::{instance_name, past, scope, when};
use crate::Context;
use crate::admin::{Desk, at_desk, author, refused};
use crate::cli::{ApproveArgs, ConfigCommand, DiffArgs, HistoryArgs, VerifyArgs};
use crate::failure::{Exit, Failure};
use crate::output::{Output, Style, Table, clean, hex};
use crate::place::Schema;
use crate::settings::{self, Settings};

/// Runs one of the commands.
pub(crate) fn run(context: &Context, command: ConfigCommand) -> Result<(), Failure> {
    const CURRENT: Schema = Schema::Current;
    match command {
        ConfigCommand::Example => {
            context.out.text(&settings::example());
            Ok(())
        }
        ConfigCommand::Show => {
            settings::show(&settings::read(&context.sources), &context.out);
            Settings::load(&context.sources).map(drop)
        }
        ConfigCommand::Head => at_desk(context, CURRENT, async |desk| {
            head(context, &desk);
            Ok(())
        }),
        ConfigCommand::History(args) => {
            at_desk(context, CURRENT, async |desk| history(context, &desk, &args).await)
        }
        ConfigCommand::Diff(args) => {
            at_desk(context, CURRENT, async |desk| diff(context, &desk, &args).await)
        }
        ConfigCommand::Get(args) => {
            at_desk(context, CURRENT, async |desk| past::get(context, &desk, &args).await)
        }
        ConfigCommand::Verify(args) => {
            at_desk(context, CURRENT, async |desk| verify(context, &desk, &args).await)
        }
        ConfigCommand::NewEpoch(args) => {
            at_desk(context, CURRENT, async |desk| new_epoch(context, &desk, &args).await)
        }
        ConfigCommand::ApproveSnapshot(args) => {
            at_desk(context, CURRENT, async |desk| approve(context, &desk, &args).await)
        }
    }
}

fn head(context: &Context, desk: &Desk) {
    let view = desk.snapshots.view();
    let cell = hex(&view.cell());
    let damaged = desk.snapshots.health().len();
    let object = json!({
        "revision": view.revision().to_string(),
        "root": view.root().to_string(),
        "fingerprint": view.fingerprint().to_string(),
        "cell": cell,
        "instances": view.instances().count(),
        "entities": view.entities(),
        "damaged": damaged,
    });
    context.out.either(&object, |out| {
        let line = |name: &str, value: String| out.line(&format!("{name:<12} {value}"));
        line("revision", out.paint(Style::Bold, &view.revision().to_string()));
        line("root", view.root().to_string());
        line("fingerprint", view.fingerprint().to_string());
        line("cell", cell);
        line("instances", view.instances().count().to_string());
        line("entries", view.entities().to_string());
        if damaged > 0 {
            line("unreadable", damaged.to_string());
        }
    });
}

async fn history(context: &Context, desk: &Desk, args: &HistoryArgs) -> Result<(), Failure> {
    let no = scope(desk, args.all, args.instance.as_deref())?;
    let limit = usize::from(args.limit);
    let entries = desk.authority.history(no, args.before, limit).await.map_err(refused)?;
    let objects: Vec<Value> = entries.iter().map(|entry| entry_object(desk, entry)).collect();
    context.out.either(&json!({"revisions": objects}), |out| {
        if entries.is_empty() {
            out.note("There is no such revision.");
            return;
        }
        let mut table = Table::new(&["REVISION", "WHEN", "INSTANCE", "WHO", "CHANGED", "WHY"]);
        for entry in &entries {
            table.row(&[
                entry.revision.to_string(),
                when(entry.at),
                instance_name(desk, Some(entry.instance)),
                entry.author.clone(),
                summary(entry),
                entry.reason.clone(),
            ]);
        }
        out.text(&table.render(out));
    });
    Ok(())
}

/// What a revision did, in a few words: the first entries by name.
fn summary(entry: &Entry) -> String {
    const NAMED: usize = 2;
    let named = entry.changes.iter().take(NAMED);
    let mut words: Vec<String> =
        named.map(|one| format!("{}{} {}", sign(one.what), one.kind, one.name)).collect();
    let more = entry.count.saturating_sub(words.len() as u64);
    if more > 0 {
        words.push(format!("{more} more"));
    }
    words.join(", ")
}

const fn sign(what: What) -> &'static str {
    match what {
        What::Added => "+",
        What::Changed => "~",
        What::Removed => "-",
    }
}

const fn word(what: What) -> &'static str {
    match what {
        What::Added => "added",
        What::Changed => "changed",
        What::Removed => "removed",
    }
}

fn entry_object(desk: &Desk, entry: &Entry) -> Value {
    json!({
        "revision": entry.revision.to_string(),
        "instance": instance_name(desk, Some(entry.instance)),
        "at": entry.at.to_string(),
        "author": entry.author,
        "reason": entry.reason,
        "count": entry.count,
        "changes": entry.changes.iter().map(difference).collect::<Vec<_>>(),
    })
}

fn difference(one: &Difference) -> Value {
    let field =
        |line: &Line| (line.field.clone(), json!({"before": line.before, "after": line.after}));
    json!({
        "change": word(one.what),
        "kind": one.kind,
        "name": one.name,
        "fields": one.lines.iter().map(field).collect::<Map<String, Value>>(),
    })
}

async fn diff(context: &Context, desk: &Desk, args: &DiffArgs) -> Result<(), Failure> {
    let no = desk.instance(args.instance.as_deref())?.instance.no;
    let to = args.to.unwrap_or_else(|| desk.snapshots.revision());
    let (from, to) = (Point::Revision(args.from), Point::Revision(to));
    let found = desk.authority.diff(no, from, to).await.map_err(refused)?;
    let object = json!({
        "from": found.from.to_string(),
        "to": found.to.to_string(),
        "changes": found.entries.iter().map(difference).collect::<Vec<_>>(),
        "leftOut": found.left_out,
    });
    context.out.either(&object, |out| print(out, &found));
    Ok(())
}

fn print(out: &Output, found: &Diff) {
    if found.entries.is_empty() {
        out.line(&format!("Nothing differs between {} and {}.", found.from, found.to));
        return;
    }
    for one in &found.entries {
        let style = match one.what {
            What::Added => Style::Green,
            What::Changed => Style::Yellow,
            What::Removed => Style::Red,
        };
        let head = format!("{} {} {}", sign(one.what), clean(&one.kind), clean(&one.name));
        out.line(&out.paint(style, &head));
        if one.what != What::Changed {
            continue;
        }
        for line in &one.lines {
            let shown = |value: &Option<String>| {
                value.as_ref().map_or_else(|| "(none)".to_owned(), |text| clean(text))
            };
            let (before, after) = (shown(&line.before), shown(&line.after));
            out.line(&format!("    {}: {before} → {after}", clean(&line.field)));
        }
    }
    if found.left_out > 0 {
        out.note(&format!("{} more entries differ.", found.left_out));
    }
    out.note(&format!("From revision {} to {}.", found.from, found.to));
}

async fn verify(context: &Context, desk: &Desk, args: &VerifyArgs) -> Result<(), Failure> {
    let found = if args.repair {
        desk.authority.repair(&author("config verify"), context.clock.now()).await
    } else {
        desk.authority.verify().await
    };
    let found = found.map_err(refused)?;
    let name = |no| instance_name(desk, no);
    let mut faults: Vec<String> = found
        .wrong
        .iter()
        .map(|wrong| {
            let of = wrong.instance.map_or_else(
                || "the whole".to_owned(),
                |no| format!("instance {}", name(Some(no))),
            );
            format!("{of}: stored digest {}, computed {}", wrong.stored, wrong.computed)
        })
        .collect();
    faults.extend(found.damage.iter().map(ToString::to_string));
    let object = json!({
        "revision": found.revision.to_string(),
        "instances": found.instances,
        "entities": found.entities,
        "stored": found.stored.to_string(),
        "computed": found.computed.to_string(),
        "good": found.is_good(),
        "repaired": found.repaired.map(|revision| revision.to_string()),
        "faults": faults,
    });
    context.out.either(&object, |out| {
        let (revision, root) = (found.revision, found.computed);
        let (instances, entities) = (found.instances, found.entities);
        out.line(&format!(
            "Revision {revision}, {instances} instances, {entities} entries: {root}"
        ));
        for fault in &faults {
            out.line(&format!("  - {}", clean(fault)));
        }
        if found.is_good() {
            out.note("Everything stored is what its digests say.");
        } else if let Some(revision) = found.repaired {
            out.note(&format!("The digests were set to what is stored, at revision {revision}."));
        }
    });
    if found.is_good() || (found.repaired.is_some() && found.damage.is_empty()) {
        return Ok(());
    }
    let effect = match found.repaired {
        Some(_) => "The digests were set; entries that cannot be read stay as they are.",
        None => "Nothing was changed.",
    };
    Err(Failure::new(Exit::Unconfirmed, "The stored configuration is not what its digests say.")
        .effect(effect)
        .remedy("find out who changed the database; then firebell config verify --repair"))
}

async fn new_epoch(context: &Context, desk: &Desk, args: &ApproveArgs) -> Result<(), Failure> {
    let before = desk.snapshots.revision();
    if args.dry_run {
        let object = json!({"before": before.to_string(), "dryRun": true});
        context.out.either(&object, |out| {
            out.line(&format!(
                "The configuration at {before} would begin a new epoch: every process would take \
                 it in place of what it knows, even if that is newer."
            ));
            out.note("Dry run: nothing was changed.");
        });
        return Ok(());
    }
    // Processes that ran on go on saying what they know: the new epoch has to be above that.
    let nodes = desk.db.read("config.seen", nodes::list).await;
    let nodes: Vec<NodeRow> = nodes.map_err(|error: Error| super::unread(&error))?;
    let seen = nodes.iter().map(|node| node.applied.epoch.max(node.proven.epoch)).max();
    let (intent, now) = (approved("config new-epoch", &args.approve), context.clock.now());
    let above = seen.unwrap_or(0);
    let after = desk.authority.new_epoch(above, intent, now).await.map_err(refused)?;
    let object = json!({"before": before.to_string(), "revision": after.to_string()});
    context.out.either(&object, |out| {
        out.line(&format!("The configuration begins a new epoch at revision {after}."));
        out.note("Every process takes it within seconds: firebell replica ls");
    });
    Ok(())
}

async fn approve(context: &Context, desk: &Desk, args: &ApproveArgs) -> Result<(), Failure> {
    let upto = desk.snapshots.revision();
    if !args.dry_run {
        let intent = approved("config approve-snapshot", &args.approve);
        let done = desk.authority.approve_snapshot(intent, context.clock.now()).await;
        done.map_err(refused)?;
    }
    let object = json!({"upTo": upto.to_string(), "dryRun": args.dry_run});
    context.out.either(&object, |out| {
        let entities = desk.snapshots.view().entities();
        out.line(&format!(
            "Replicas may take a snapshot of any size up to revision {upto}; it has {entities} \
             entries now."
        ));
        if args.dry_run {
            out.note("Dry run: nothing was changed.");
        }
    });
    Ok(())
}

/// An intent with the operator's reason, which is the approval too.
fn approved(command: &str, reason: &str) -> Intent {
    let mut by = author(command);
    reason.clone_into(&mut by.reason);
    Intent { approval: Some(reason.to_owned()), ..Intent::from(&by) }
}
