//! `integration`: the doors for events.

use serde_json::{Value, json};

use super::alert::native;
use super::http::Http;
use super::text;
use crate::Context;
use crate::cli::IntegrationCommand;
use crate::failure::Failure;
use crate::output::Table;

/// Runs the command.
pub(crate) async fn run(context: &Context, command: IntegrationCommand) -> Result<(), Failure> {
    let IntegrationCommand::List(args) = command;
    let http = Http::connect(&args.connection)?;
    let all = http.all(&native(&["integrations"]), &[]).await?;
    context.out.either(&json!({"integrations": all}), |out| {
        if all.is_empty() {
            return out.note("No integrations; firebell apply makes them.");
        }
        out.text(&table(&all).render(out));
    });
    Ok(())
}

fn table(all: &[Value]) -> Table {
    let mut table = Table::new(&["NAME", "FORMAT", "FORM", "STATUS", "EVENTS GO TO"]);
    for one in all {
        table.row(
            &["name", "format", "form/name", "status", "triggerPath"].map(|path| text(one, path)),
        );
    }
    table
}
