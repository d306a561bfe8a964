//! `event send`: one event to an integration.

use firebell_base::Secret;
use firebell_base::limit::EVENT_BODY_BYTES_MAX;
use serde_json::{Map, Value, json};

use super::http::Http;
use super::text;
use crate::Context;
use crate::admin::read_text;
use crate::cli::{EventCommand, SendArgs};
use crate::failure::{Exit, Failure};

/// Runs the command.
pub(crate) async fn run(context: &Context, command: EventCommand) -> Result<(), Failure> {
    let EventCommand::Send(args) = command;
    let http = Http::connect(&args.connection)?;
    let door = door(&args)?;
    if door.key.is_none() && !http.has_credentials() {
        return Err(Failure::new(Exit::Usage, "An event needs a key.")
            .effect("Nothing was sent.")
            .remedy(
                "give --integration-key (FIREBELL_INTEGRATION_KEY), or --integration with --key",
            ));
    }
    let body = body(&args)?;
    let answer = send(&http, &door, body).await?;
    context.out.either(&answer, |out| {
        out.line(&format!("Accepted as request {}.", text(&answer, "requestId")));
    });
    Ok(())
}

/// Where an event goes in.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    /// The integration's id or name.
    pub(crate) integration: String,
    /// Its key; none when a person sends.
    pub(crate) key: Option<Secret>,
}

/// Sends an event.
pub(crate) async fn send(http: &Http, door: &Door, body: String) -> Result<Value, Failure> {
    let path = ["api", "integration", "1", "functions", &door.integration, "triggers"];
    let key = door.key.as_ref().map(|key| ("apiKey", key.expose()));
    http.post(&path, key.as_slice(), body).await
}

/// The integration, named by itself or in its key.
fn door(args: &SendArgs) -> Result<Door, Failure> {
    let presented = args.integration_key.as_ref().map(Secret::expose).filter(|key| !key.is_empty());
    // As `apply` prints it: the id, a colon, the key.
    let (id, key) = match presented.map(|both| both.split_once(':').unwrap_or(("", both))) {
        None => (None, None),
        Some((id, key)) => ((!id.is_empty()).then(|| id.to_owned()), Some(Secret::new(key))),
    };
    let integration = args.integration.clone().or(id).ok_or_else(|| {
        Failure::new(Exit::Usage, "It is not said which integration the event is for.")
            .effect("Nothing was sent.")
            .remedy("give --integration NAME, or --integration-key as ID:KEY")
    })?;
    Ok(Door { integration, key })
}

fn body(args: &SendArgs) -> Result<String, Failure> {
    if let Some(file) = &args.file {
        return read_text(file, EVENT_BODY_BYTES_MAX as u64);
    }
    let mut body = Map::new();
    let fields = [
        ("summary", &args.summary),
        ("priority", &args.priority),
        ("dedupKey", &args.dedup_key),
        ("action", &args.action),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            body.insert(name.to_owned(), json!(value));
        }
    }
    if !args.recipients.is_empty() {
        body.insert("recipients".to_owned(), json!(args.recipients));
    }
    let mut properties = Map::new();
    for property in &args.properties {
        let Some((name, value)) = property.split_once('=').filter(|(name, _)| !name.is_empty())
        else {
            let what = format!("--property needs NAME=VALUE, not {property}.");
            return Err(Failure::new(Exit::Usage, what).effect("Nothing was sent."));
        };
        properties.insert(name.to_owned(), json!(value));
    }
    if !properties.is_empty() {
        body.insert("properties".to_owned(), Value::Object(properties));
    }
    if body.is_empty() {
        return Err(Failure::new(Exit::Usage, "The event says nothing.")
            .effect("Nothing was sent.")
            .remedy("give --summary TEXT, or --file FILE"));
    }
    Ok(Value::Object(body).to_string())
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches as _;

    use super::*;
    use crate::cli::{Cli, Command, command};

    fn parse(words: &[&str]) -> SendArgs {
        let words = ["firebell", "event", "send"].iter().chain(words);
        let cli = Cli::from_arg_matches(&command().get_matches_from(words)).unwrap();
        match cli.command {
            Command::Event(EventCommand::Send(args)) => args,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn fields_become_the_body() {
        let words = [
            "--summary",
            "Disk full",
            "--priority",
            "high",
            "--recipient",
            "a",
            "--property",
            "x=1=2",
        ];
        let body: Value = serde_json::from_str(&body(&parse(&words)).unwrap()).unwrap();
        let wanted = json!({"summary": "Disk full", "priority": "high", "recipients": ["a"],
            "properties": {"x": "1=2"}});
        assert_eq!(body, wanted);
    }

    #[test]
    fn an_event_that_says_nothing_or_goes_nowhere_is_not_sent() {
        assert_eq!(body(&parse(&[])).unwrap_err().exit(), Exit::Usage);
        assert_eq!(body(&parse(&["--property", "x"])).unwrap_err().exit(), Exit::Usage);
        assert_eq!(door(&parse(&["--integration-key", "k"])).unwrap_err().exit(), Exit::Usage);
    }

    #[test]
    fn the_integration_is_named_by_itself_or_in_its_key() {
        let both = door(&parse(&["--integration-key", "id:k"])).unwrap();
        assert_eq!((both.integration.as_str(), both.key.unwrap().expose()), ("id", "k"));
        let apart = door(&parse(&["--integration", "i", "--integration-key", "k"])).unwrap();
        assert_eq!((apart.integration.as_str(), apart.key.unwrap().expose()), ("i", "k"));
        assert!(door(&parse(&["--integration", "i"])).unwrap().key.is_none());
    }
}
