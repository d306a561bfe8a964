//! `alert`: the list, one alert with its timeline, and the answers.

use serde_json::{Value, json};

use super::http::Http;
use super::{list, number, person_name, text, watch};
use crate::Context;
use crate::cli::{AlertCommand, AnswerArgs, ListArgs, ShowArgs, StateArg};
use crate::failure::Failure;
use crate::output::{Output, Style, Table, clean};

/// Where Firebell's own API is.
pub(crate) const NATIVE: [&str; 3] = ["api", "firebell", "1"];

/// Runs one of the commands.
pub(crate) async fn run(context: &Context, command: AlertCommand) -> Result<(), Failure> {
    let out = &context.out;
    match command {
        AlertCommand::List(args) => show_list(out, &args).await,
        AlertCommand::Show(args) => show(out, &args).await,
        AlertCommand::Ack(args) => answer(out, &args, "acknowledge").await,
        AlertCommand::Resolve(args) => answer(out, &args, "resolve").await,
        AlertCommand::Escalate(args) => answer(out, &args, "escalate").await,
        AlertCommand::Suspend(args) => answer(out, &args, "suspend").await,
        AlertCommand::Resume(args) => answer(out, &args, "resume").await,
        AlertCommand::Watch(args) => watch::run(out, &args).await,
    }
}

/// A path below Firebell's own API.
pub(crate) fn native<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    NATIVE.iter().chain(rest).copied().collect()
}

/// The states of the API that belong to a word of the command line.
pub(crate) const fn states(state: StateArg) -> &'static str {
    match state {
        StateArg::Active => "OPEN,ACKNOWLEDGED",
        StateArg::Open => "OPEN",
        StateArg::Acknowledged => "ACKNOWLEDGED",
        StateArg::Suspended => "SUSPENDED",
        StateArg::Closed => "CLOSED",
        StateArg::All => "OPEN,ACKNOWLEDGED,SUSPENDED,CLOSED",
    }
}

/// Asks for the newest alerts.
pub(crate) async fn newest(http: &Http, states: &str, limit: &str) -> Result<Value, Failure> {
    // Each state by itself: the API splits lists at commas before it undoes escapes.
    let mut query: Vec<(&str, &str)> = states.split(',').map(|state| ("state", state)).collect();
    query.push(("limit", limit));
    http.get(&native(&["alerts"]), &query).await
}

/// Alerts as a table.
pub(crate) fn table(alerts: &[Value]) -> Table {
    let mut table =
        Table::new(&["NO", "STATE", "PRIORITY", "COUNT", "OWNER", "CREATED", "SUMMARY"]);
    for alert in alerts {
        let owner = alert.get("owner").map_or_else(|| "-".to_owned(), person_name);
        table.row(&[
            number(alert, "number").to_string(),
            text(alert, "state").to_owned(),
            text(alert, "priority").to_owned(),
            number(alert, "count").to_string(),
            owner,
            text(alert, "created").to_owned(),
            text(alert, "summary").to_owned(),
        ]);
    }
    table
}

async fn show_list(out: &Output, args: &ListArgs) -> Result<(), Failure> {
    let http = Http::connect(&args.connection)?;
    let answer = newest(&http, states(args.state), &args.limit.to_string()).await?;
    out.either(&answer, |out| {
        let alerts = list(&answer, "data");
        if alerts.is_empty() {
            return out.note("No alerts.");
        }
        out.text(&table(alerts).render(out));
        let (shown, total) = (alerts.len(), number(&answer, "total"));
        if i64::try_from(shown).is_ok_and(|shown| shown < total) {
            out.note(&format!("{shown} of {total}; --limit shows more."));
        }
    });
    Ok(())
}

async fn show(out: &Output, args: &ShowArgs) -> Result<(), Failure> {
    let http = Http::connect(&args.connection)?;
    let one = [&NATIVE[..], &["alerts", &args.alert]].concat();
    let alert = http.get(&one, &[]).await?;
    let timeline = http.all(&[&one[..], &["timeline"]].concat(), &[]).await?;
    out.either(&json!({"alert": alert, "timeline": timeline}), |out| {
        print(out, &alert);
        out.line("");
        print_timeline(out, &timeline);
    });
    Ok(())
}

fn print(out: &Output, alert: &Value) {
    let head = format!("#{}  {}", number(alert, "number"), clean(text(alert, "summary")));
    out.line(&out.paint(Style::Bold, &head));
    let field = |name: &str, value: &str| {
        if !value.is_empty() {
            out.line(&format!("{name:<13}{}", clean(value)));
        }
    };
    field("state", text(alert, "state"));
    field("priority", text(alert, "priority"));
    field("count", &number(alert, "count").to_string());
    field("owner", &alert.get("owner").map(person_name).unwrap_or_default());
    field("integration", text(alert, "integration/name"));
    field("dedup key", text(alert, "dedupKey"));
    field("created", text(alert, "created"));
    field("closed", text(alert, "closed"));
    field("id", text(alert, "id"));
    for option in list(alert, "responseOptions") {
        field("answers", &format!("{} {}", number(option, "number"), text(option, "text")));
    }
}

/// Prints what happened, oldest first.
pub(crate) fn print_timeline(out: &Output, timeline: &[Value]) {
    for entry in timeline {
        let at = text(entry, "at");
        // The time of day is enough within a story; the date stands at its head.
        let time = at.split_once('T').map_or(at, |(_, time)| time);
        let step = out.paint(
            step_style(text(entry, "step")),
            &format!("{:<9}", text(entry, "step").to_lowercase()),
        );
        let time = out.paint(Style::Dim, &clean(time));
        out.line(&format!("  {time}  {step}  {}", clean(text(entry, "text"))));
    }
}

/// The colour of a step of the event's way.
pub(crate) fn step_style(step: &str) -> Style {
    match step.to_lowercase().as_str() {
        "intake" | "correlate" => Style::Blue,
        "route" | "escalate" => Style::Magenta,
        "notify" | "deliver" => Style::Yellow,
        "respond" => Style::Green,
        _ => Style::Cyan,
    }
}

async fn answer(out: &Output, args: &AnswerArgs, deed: &str) -> Result<(), Failure> {
    let http = Http::connect(&args.connection)?;
    let path = [&NATIVE[..], &["alerts", &args.alert, deed]].concat();
    let body = args.comment.as_ref().map_or_else(|| json!({}), |text| json!({"comment": text}));
    let answer = http.post(&path, &[], body.to_string()).await?;
    out.either(&answer, |out| {
        let (number, state) = (number(&answer, "alert/number"), text(&answer, "alert/state"));
        let changed = answer.get("changed").and_then(Value::as_bool).unwrap_or(false);
        let so = if changed { "is now" } else { "was already" };
        let owner = answer.pointer("/alert/owner").map(person_name);
        let owner = owner.map_or_else(String::new, |owner| format!(", owned by {}", clean(&owner)));
        out.line(&format!("Alert #{number} {so} {}{owner}.", state.to_lowercase()));
    });
    Ok(())
}
