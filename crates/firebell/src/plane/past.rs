//! `config get`: the configuration as it was, and who was on call in it.

use std::sync::Arc;

use firebell_base::{Id, Timestamp};
use firebell_config::history::Moment as Point;
use firebell_config::{codec, document};
use firebell_domain::directory::{Directory, Entity, Kind, Revision};
use firebell_domain::group::Group;
use firebell_domain::oncall::{Cover, OnCall, cover, on_call};
use firebell_domain::recipient::Recipient;
use serde_json::{Value, json};

use crate::Context;
use crate::admin::{Desk, refused};
use crate::cli::{GetArgs, Moment};
use crate::failure::{Exit, Failure};
use crate::output::{Output, Style, clean};

/// Shows it.
pub(super) async fn get(context: &Context, desk: &Desk, args: &GetArgs) -> Result<(), Failure> {
    let newest = desk.instance(args.instance.as_deref())?;
    let directory = match args.at {
        None => newest,
        Some(at) => Arc::new(then(desk, &newest, at).await?),
    };
    if let Some(group) = &args.on_call {
        let at = match args.at {
            Some(Moment::Time(at)) => at,
            Some(Moment::Revision(_)) | None => context.clock.now(),
        };
        return was_on_call(&context.out, &directory, group, at);
    }
    if let Some(kind) = args.kind {
        return entries(&context.out, &directory, kind, args.name.as_deref());
    }
    let document = document::export(&directory);
    let text = if context.out.is_json() { document.to_json() } else { document.to_yaml() };
    let text = text.map_err(|faults| Failure::new(Exit::Refused, faults.to_string()))?;
    if !context.out.is_json() {
        let name = directory.instance.name.as_str();
        context.out.note(&format!("# {name} as of revision {}", directory.revision));
    }
    context.out.text(text.trim_end());
    context.out.line("");
    Ok(())
}

async fn then(desk: &Desk, newest: &Directory, at: Moment) -> Result<Directory, Failure> {
    let point = match at {
        Moment::Revision(revision) => Point::Revision(revision),
        Moment::Time(at) => Point::Instant(at),
    };
    let found = desk.authority.past(newest.instance.no, point).await.map_err(refused)?;
    found.ok_or_else(|| {
        let what = match at {
            Moment::Revision(revision) => format!("at revision {revision}"),
            Moment::Time(at) => format!("at {at}"),
        };
        let what = format!("Instance {} was not there yet {what}.", newest.instance.name);
        Failure::new(Exit::NotFound, what).remedy("firebell config history")
    })
}

/// Entries of a kind, as they are stored but without secrets.
fn entries(
    out: &Output,
    directory: &Directory,
    kind: Kind,
    name: Option<&str>,
) -> Result<(), Failure> {
    let wanted = name.map(|name| id_of(directory, kind, name)).transpose()?;
    let found: Vec<Entity> = directory
        .entities()
        .into_iter()
        .filter(|entity| entity.kind() == kind && wanted.is_none_or(|id| entity.id() == id))
        .collect();
    let objects: Vec<Value> = found.iter().map(|entity| object(directory, entity)).collect();
    let all = json!({
        "instance": directory.instance.name.as_str(),
        "revision": directory.revision.to_string(),
        "kind": kind.word(),
        "entries": objects,
    });
    out.either(&all, |out| {
        for one in &objects {
            let (id, changed) =
                (crate::client::text(one, "id"), crate::client::text(one, "changed"));
            let head = out.paint(Style::Bold, &format!("{} {id}", kind.word()));
            out.line(&format!("{head}  changed at {changed}"));
            if let Some(body) = one.get("body") {
                out.line(&clean_lines(&format!("{body:#}")));
            }
        }
        if objects.is_empty() {
            out.note(&format!(
                "There is no {} as of revision {}.",
                kind.word(),
                directory.revision
            ));
        }
    });
    Ok(())
}

fn clean_lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}

fn object(directory: &Directory, entity: &Entity) -> Value {
    let changed: Option<Revision> = directory.entity_revision(entity.kind(), entity.id());
    let body = codec::encode_for_log(entity);
    json!({
        "id": Id::<()>::from_bytes(entity.id()).to_string(),
        "changed": changed.unwrap_or(directory.revision).to_string(),
        "body": serde_json::from_str::<Value>(&body).unwrap_or(Value::Null),
    })
}

fn id_of(directory: &Directory, kind: Kind, name: &str) -> Result<[u8; 16], Failure> {
    let by_name = || directory.id_by_name(kind, name);
    let by_id = || name.parse::<Id<()>>().ok().map(Id::to_bytes);
    let found = by_name().or_else(by_id).filter(|id| directory.entity(kind, *id).is_some());
    found.ok_or_else(|| {
        let what = format!(
            "There is no {} {name} in {} as of revision {}.",
            kind.word(),
            directory.instance.name,
            directory.revision
        );
        Failure::new(Exit::NotFound, what)
    })
}

/// Who was on call at an instant, by the configuration as of then.
fn was_on_call(
    out: &Output,
    directory: &Directory,
    name: &str,
    at: Timestamp,
) -> Result<(), Failure> {
    let group = directory.group_by_name(name).ok_or_else(|| {
        let what = format!("There was no group {name} in {} then.", directory.instance.name);
        Failure::new(Exit::NotFound, what).remedy("firebell config get group --at WHEN")
    })?;
    // Rotations that count alerts are shown as they stood at their beginning: alerts are not
    // configuration.
    let shifts = on_call(directory, group, at, &|_| 0);
    let objects: Vec<Value> = shifts.iter().map(|one| shift(directory, group, one, at)).collect();
    let all = json!({
        "instance": directory.instance.name.as_str(),
        "revision": directory.revision.to_string(),
        "at": at.to_string(),
        "group": group.target_name.as_str(),
        "onCall": objects,
    });
    out.either(&all, |out| {
        if objects.is_empty() {
            out.note(&format!("Nobody was on call in {} at {at}.", group.target_name));
        }
        for one in &objects {
            let text = |path| clean(crate::client::text(one, path));
            let (name, start, end) = (text("shift"), text("start"), text("end"));
            out.line(&format!("{}  {start} to {end}", out.paint(Style::Bold, &name)));
            for place in crate::client::list(one, "members") {
                let position = crate::client::number(place, "position");
                let who = clean(crate::client::text(place, "who"));
                out.line(&format!("  {position}. {who}"));
            }
        }
        out.note(&format!("By the configuration as of revision {}.", directory.revision));
    });
    Ok(())
}

fn shift(directory: &Directory, group: &Group, one: &OnCall<'_>, at: Timestamp) -> Value {
    let members = one.places.iter().map(|place| {
        let name = directory.recipient_name(place.member);
        let covered = match place.member {
            Recipient::Person(person) => Some(cover(directory, person, group.id, at)),
            Recipient::Device(_) | Recipient::Group(_) => None,
        };
        let who = match covered {
            None | Some(Cover::Present) => name,
            Some(Cover::ReplacedBy(other)) => {
                format!(
                    "{name} (replaced by {})",
                    directory.recipient_name(Recipient::Person(other))
                )
            }
            Some(Cover::Vacant) => format!("{name} (away, nobody stands in)"),
            Some(Cover::Inactive) => format!("{name} (inactive)"),
        };
        json!({"position": place.position, "who": who, "delayMinutes": place.delay_minutes})
    });
    json!({
        "shift": one.shift.name.as_str(),
        "start": one.occurrence.start.to_string(),
        "end": one.occurrence.end.to_string(),
        "members": members.collect::<Vec<_>>(),
    })
}
