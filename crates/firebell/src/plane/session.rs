//! `session`: who is signed in, and ending it. A running server notices within a second.

use firebell_access::link::LinkKey;
use firebell_access::session::Sessions;
use firebell_base::Id;
use firebell_config::audit::{self, Act};
use firebell_domain::directory::{Directory, Revision};
use firebell_domain::person::Person;
use firebell_domain::session::Session;
use firebell_sql::Error;
use firebell_store::{configuration, sessions};
use serde_json::{Value, json};

use super::{unread, when};
use crate::Context;
use crate::admin::{Desk, at_desk};
use crate::cli::{EndArgs, SessionCommand, SessionListArgs};
use crate::failure::{Exit, Failure};
use crate::output::Table;
use crate::place::Schema;

/// Sessions of one person that are looked at.
const SESSIONS_MAX: i64 = 1_000;

/// Runs one of the commands.
pub(crate) fn run(context: &Context, command: SessionCommand) -> Result<(), Failure> {
    match command {
        SessionCommand::List(args) => {
            at_desk(context, Schema::Current, async |desk| list(context, &desk, &args).await)
        }
        SessionCommand::End(args) => {
            at_desk(context, Schema::Current, async |desk| end(context, &desk, &args).await)
        }
    }
}

/// What the database knows of a person's sessions. Nothing is signed here, so the key is of no use.
async fn known(
    context: &Context,
    desk: &Desk,
    directory: &Directory,
    person: &Person,
) -> Result<Sessions, Failure> {
    let (no, id) = (directory.instance.no, person.id);
    let read =
        move |tx: &mut firebell_sql::ReadTx<'_>| sessions::of_person(tx, no, id, SESSIONS_MAX);
    let rows: Vec<Session> =
        desk.db.read("session.list", read).await.map_err(|error: Error| unread(&error))?;
    let known = Sessions::new(&LinkKey::new([0; 32]));
    known.learn(&rows, context.clock.now());
    Ok(known)
}

fn person<'d>(directory: &'d Directory, user: &str) -> Result<&'d Person, Failure> {
    directory.person_by_name(user).map(AsRef::as_ref).ok_or_else(|| {
        let what = format!("There is no person {user} in {}.", directory.instance.name);
        Failure::new(Exit::NotFound, what).effect("Nothing was changed.")
    })
}

async fn list(context: &Context, desk: &Desk, args: &SessionListArgs) -> Result<(), Failure> {
    let directory = desk.instance(args.instance.as_deref())?;
    let person = person(&directory, &args.user)?;
    let known = known(context, desk, &directory, person).await?;
    let live = known.live(directory.instance.no, person.id, context.clock.now());
    let objects: Vec<Value> = live.iter().map(object).collect();
    context.out.either(&json!({"user": args.user, "sessions": objects}), |out| {
        if live.is_empty() {
            out.note(&format!("{} is not signed in.", args.user));
            return;
        }
        let mut table = Table::new(&["SESSION", "KIND", "BEGAN", "EXPIRES", "ADDRESS", "PROGRAM"]);
        for one in &live {
            table.row(&[
                one.id.to_string(),
                one.kind.word().to_owned(),
                when(one.began),
                when(one.expires),
                one.address.clone(),
                one.agent.clone(),
            ]);
        }
        out.text(&table.render(out));
    });
    Ok(())
}

fn object(one: &Session) -> Value {
    json!({
        "id": one.id.to_string(),
        "kind": one.kind.word(),
        "began": one.began.to_string(),
        "expires": one.expires.to_string(),
        "address": one.address,
        "agent": one.agent,
    })
}

async fn end(context: &Context, desk: &Desk, args: &EndArgs) -> Result<(), Failure> {
    let directory = desk.instance(args.instance.as_deref())?;
    let person = person(&directory, &args.user)?;
    let known = known(context, desk, &directory, person).await?;
    let (no, now) = (directory.instance.no, context.clock.now());
    let live = known.live(no, person.id, now).len();
    let subject = match &args.session {
        None => {
            known.end_all(no, person.id, now);
            format!("{}: every session", person.target_name)
        }
        Some(text) => {
            let id = text
                .parse::<Id<Session>>()
                .map_err(|error| Failure::new(Exit::Usage, format!("--session: {error}.")))?;
            if !known.end(no, person.id, id, now) {
                let what = format!("{} has no session {id} that is not over.", person.target_name);
                return Err(Failure::new(Exit::NotFound, what)
                    .effect("Nothing was changed.")
                    .remedy("firebell session list USER"));
            }
            format!("{}: session {id}", person.target_name)
        }
    };
    let ended = if args.session.is_some() { 1 } else { live };
    let act = Act {
        at: now,
        instance: Some(no),
        actor: "firebell session end".to_owned(),
        act: "session.end",
        subject,
        reason: args.reason.clone(),
        detail: String::new(),
        revision: Revision::default(),
    };
    let rows = known.pending();
    let write = move |tx: &mut firebell_sql::WriteTx<'_>| {
        let act = Act { revision: configuration::head(tx)?, ..act.clone() };
        sessions::put(tx, &rows, now)?;
        audit::append(tx, &act)
    };
    desk.db.write("session.end", write).await.map_err(|error: Error| unread(&error))?;
    context.out.either(&json!({"user": args.user, "ended": ended}), |out| {
        out.line(&format!(
            "Ended {ended} of {}'s sessions; servers notice within a second.",
            args.user
        ));
    });
    Ok(())
}
