//! `explain`: who would be told what, when, on which device, and why not the others. The server
//! answers through the very functions its pipeline runs.

use firebell_base::limit::EVENT_BODY_BYTES_MAX;
use serde_json::{Value, json};

use super::alert::{native, print_timeline};
use super::http::Http;
use super::{list, person_name, text};
use crate::Context;
use crate::admin::read_text;
use crate::cli::ExplainArgs;
use crate::failure::{Exit, Failure};
use crate::output::{Output, Style, Table, clean};

/// Runs the command.
pub(crate) async fn run(context: &Context, args: ExplainArgs) -> Result<(), Failure> {
    let http = Http::connect(&args.connection)?;
    let event = read_text(&args.event, EVENT_BODY_BYTES_MAX as u64)?;
    let event: Value = serde_json::from_str(&event).map_err(|error| {
        let what = format!("{} is not JSON: {error}.", args.event.display());
        Failure::new(Exit::Usage, what)
    })?;
    let mut question = json!({"integration": args.integration, "payload": event});
    if let (Some(at), Some(fields)) = (args.at, question.as_object_mut()) {
        fields.insert("at".to_owned(), json!(at.to_string()));
    }
    let answer = http.question(&native(&["explain"]), question.to_string()).await?;
    context.out.either(&answer, |out| print(out, &answer));
    Ok(())
}

fn print(out: &Output, answer: &Value) {
    // A payload may hold several events; each is explained by itself.
    let events = list(answer, "events");
    for one in events {
        print_one(out, one);
    }
    let total = super::number(answer, "total");
    if i64::try_from(events.len()).is_ok_and(|shown| shown < total) {
        out.note(&format!("{} of {total} events are explained.", events.len()));
    }
}

fn print_one(out: &Output, answer: &Value) {
    let summary = clean(text(answer, "event/summary"));
    out.line(&out.paint(Style::Bold, &summary));
    out.line(&format!("{}.", clean(text(answer, "outcome"))));
    let told = list(answer, "told");
    if !told.is_empty() {
        let mut table = Table::new(&["WHEN", "WHO", "DEVICE", "WHY"]);
        for one in told {
            let who = one.get("person").map(person_name).unwrap_or_default();
            let device = text(one, "device/name");
            table.row(&[text(one, "at"), &who, device, text(one, "why")]);
        }
        out.line("");
        out.text(&table.render(out));
    }
    let entries = list(answer, "timeline");
    if !entries.is_empty() {
        out.line("");
        print_timeline(out, entries);
    }
    if answer.get("cutOff").and_then(Value::as_bool) == Some(true) {
        out.note("It would go on; the explanation ends here.");
    }
}
