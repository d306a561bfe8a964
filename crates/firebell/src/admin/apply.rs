//! `apply` and `export`: an instance's configuration as a file.

use std::path::Path;

use firebell_base::{Id, Secret};
use firebell_config::document::{self, DOCUMENT_BYTES_MAX, DiffLine, Document, Mode, Plan, Verb};
use firebell_domain::directory::{Directory, Kind};
use serde_json::{Map, Value, json};

use super::{Desk, at_desk, author, read_text, refused};
use crate::Context;
use crate::authority::check_template;
use crate::cli::{ApplyArgs, ExportArgs};
use crate::failure::{Exit, Failure};
use crate::output::{Output, Style, clean};
use crate::place::Schema;

/// Makes the configuration be what a file says.
pub(crate) fn run(context: &Context, args: &ApplyArgs) -> Result<(), Failure> {
    let text = read_text(&args.file, DOCUMENT_BYTES_MAX as u64)?;
    let document = Document::parse(&text).map_err(|faults| invalid(&args.file, &faults))?;
    at_desk(context, Schema::Current, async |desk| apply(context, &desk, args, document).await)
}

async fn apply(
    context: &Context,
    desk: &Desk,
    args: &ApplyArgs,
    document: Document,
) -> Result<(), Failure> {
    let directory = desk.instance(args.instance.as_deref())?;
    let mode = if args.prune { Mode::Prune } else { Mode::Keep };
    let now = context.clock.now();
    let (plan, keys) = if args.dry_run {
        let plan = document::plan_with(
            &document,
            &directory,
            (&context.random, now),
            mode,
            Some(check_template),
        )
        .map_err(|faults| invalid(&args.file, &faults))?;
        // The keys of a dry run are made up and would never hold.
        (plan, Vec::new())
    } else {
        let (no, by) = (directory.instance.no, author("apply"));
        let done = document::apply(&desk.authority, no, &by, document, mode, now).await;
        let done = done.map_err(refused)?;
        let keys = new_keys(&done.plan, &done.committed.directory);
        (done.plan, keys)
    };
    let name = directory.instance.name.as_str();
    context.out.either(&object(name, &plan, &keys, args.dry_run), |out| {
        show(out, &plan, args.dry_run);
        for new in &keys {
            let shown = out.paint(Style::Bold, &format!("{}:{}", new.id, new.key.expose()));
            out.line(&format!("Key of integration {}, shown only now: {shown}", clean(&new.name)));
        }
        if !keys.is_empty() {
            out.note("Use it as FIREBELL_INTEGRATION_KEY, or let the sender post to");
            out.note("  /api/integration/1/functions/ID/triggers?apiKey=KEY");
        }
    });
    Ok(())
}

/// A key that is never shown again.
pub(crate) struct NewKey {
    /// The integration's name.
    pub(crate) name: String,
    /// The integration's id.
    pub(crate) id: String,
    /// The key.
    pub(crate) key: Secret,
}

/// The keys that were made, with the ids they belong to.
pub(crate) fn new_keys(plan: &Plan, directory: &Directory) -> Vec<NewKey> {
    let new = plan.new_keys.iter().filter_map(|(name, key)| {
        let id = Id::<()>::from_bytes(directory.id_by_name(Kind::Integration, name)?);
        Some(NewKey { name: name.clone(), id: id.to_string(), key: key.clone() })
    });
    new.collect()
}

fn invalid(file: &Path, faults: &firebell_config::Faults) -> Failure {
    Failure::new(Exit::Refused, format!("{} cannot be applied.", file.display()))
        .details(faults.0.iter().map(ToString::to_string).collect())
        .effect("Nothing was changed.")
}

const fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "create",
        Verb::Update => "update",
        Verb::Remove => "remove",
        Verb::Unchanged => "unchanged",
    }
}

fn object(instance: &str, plan: &Plan, keys: &[NewKey], dry_run: bool) -> Value {
    let changes = plan.diff.iter().filter(|line| line.verb != Verb::Unchanged).map(|line| {
        let fields = line.fields.iter().map(|(field, before, after)| {
            (field.clone(), json!({"before": before, "after": after}))
        });
        json!({
            "change": word(line.verb),
            "kind": line.kind.word(),
            "name": line.name,
            "fields": fields.collect::<Map<String, Value>>(),
        })
    });
    let keys = keys
        .iter()
        .map(|new| json!({"integration": new.name, "id": new.id, "key": new.key.expose()}));
    json!({
        "instance": instance,
        "dryRun": dry_run,
        "changes": changes.collect::<Vec<_>>(),
        "unchanged": plan.diff.iter().filter(|line| line.verb == Verb::Unchanged).count(),
        "newKeys": keys.collect::<Vec<_>>(),
    })
}

fn show(out: &Output, plan: &Plan, dry_run: bool) {
    let mut counts = [0_usize; 3];
    for line in &plan.diff {
        let place = match line.verb {
            Verb::Create => 0,
            Verb::Update => 1,
            Verb::Remove => 2,
            Verb::Unchanged => continue,
        };
        if let Some(count) = counts.get_mut(place) {
            *count += 1;
        }
        show_line(out, line);
    }
    if counts == [0, 0, 0] {
        out.line("Nothing to change.");
        return;
    }
    let [made, changed, removed] = counts;
    out.note(&if dry_run {
        format!(
            "{made} to create, {changed} to change, {removed} to remove. Dry run: nothing was changed."
        )
    } else {
        format!("Done: {made} created, {changed} changed, {removed} removed.")
    });
}

fn show_line(out: &Output, line: &DiffLine) {
    let (sign, style) = match line.verb {
        Verb::Create => ("+", Style::Green),
        Verb::Update => ("~", Style::Yellow),
        Verb::Remove => ("-", Style::Red),
        Verb::Unchanged => return,
    };
    let head = format!("{sign} {} {}", line.kind.word(), clean(&line.name));
    out.line(&out.paint(style, &head));
    // What is new or gone is told by its name; what changed, field by field.
    if line.verb == Verb::Update {
        for (field, before, after) in &line.fields {
            let shown =
                |text: &str| if text.is_empty() { "(none)".to_owned() } else { clean(text) };
            out.line(&format!("    {field}: {} → {}", shown(before), shown(after)));
        }
    }
}

/// Prints the configuration as a file.
pub(crate) fn export(context: &Context, args: &ExportArgs) -> Result<(), Failure> {
    at_desk(context, Schema::Current, async |desk| {
        let directory = desk.instance(args.instance.as_deref())?;
        let document = document::export(&directory);
        let text = if context.out.is_json() { document.to_json() } else { document.to_yaml() };
        let text = text.map_err(|faults| Failure::new(Exit::Refused, faults.to_string()))?;
        context.out.text(text.trim_end());
        context.out.line("");
        Ok(())
    })
}
