//! `instance`: makes instances and lists them.

use firebell_domain::person::Role;
use serde_json::json;

use super::user::{Described, new_key, put, show_key};
use super::{Desk, at_desk, author, hashed, name, read_password, refused};
use crate::Context;
use crate::cli::{InstanceCommand, NewInstanceArgs};
use crate::failure::Failure;
use crate::output::{Style, Table};
use crate::place::Schema;

/// Runs one of the commands.
pub(crate) fn run(context: &Context, command: InstanceCommand) -> Result<(), Failure> {
    match command {
        // The first thing somebody types: it makes the database too.
        InstanceCommand::Create(args) => {
            at_desk(context, Schema::Migrate, async |desk| create(context, &desk, args).await)
        }
        InstanceCommand::List => at_desk(context, Schema::Current, async |desk| {
            list(context, &desk);
            Ok(())
        }),
    }
}

async fn create(context: &Context, desk: &Desk, args: NewInstanceArgs) -> Result<(), Failure> {
    let (random, now) = (&context.random, context.clock.now());
    // Everything that can be refused is looked at before the instance exists.
    let admin = Described {
        target_name: &args.admin_name,
        first_name: "Instance",
        last_name: "Administrator",
        roles: vec![Role::FullAccessUser],
        time_zone: &args.time_zone,
        language: "en",
        email: args.admin_email.as_deref(),
    };
    let (id, mut entities) = admin.entities(random, now)?;
    if let Some(path) = &args.password_file {
        entities.push(hashed(id, &read_password(path)?, random)?);
    }
    let (key, shown) = new_key(id, name("The key", "instance create")?, random, now);
    entities.push(key);
    let made = desk
        .authority
        .create_instance(&args.name, args.region, &author("instance create"), now)
        .await
        .map_err(refused)?;
    put(desk, made.instance.no, "instance create", entities, now).await?;
    let object = json!({
        "instance": args.name,
        "region": args.region.word(),
        "admin": args.admin_name,
        "apiKey": shown.expose(),
    });
    context.out.either(&object, |out| {
        let name = out.paint(Style::Bold, &args.name);
        out.line(&format!("Made instance {name} with {} as administrator.", args.admin_name));
        show_key(out, &shown);
        out.note("Next: firebell apply -f FILE describes people, groups and integrations.");
    });
    Ok(())
}

fn list(context: &Context, desk: &Desk) {
    let mut table =
        Table::new(&["INSTANCE", "REGION", "PEOPLE", "GROUPS", "INTEGRATIONS", "REVISION"]);
    let mut objects = Vec::new();
    for one in desk.snapshots.all() {
        let counts = [one.people().len(), one.groups().len(), one.integrations().len()];
        let [people, groups, integrations] = counts;
        objects.push(json!({
            "name": one.instance.name.as_str(),
            "id": one.instance.id.to_string(),
            "region": one.instance.region.word(),
            "created": one.instance.created.to_string(),
            "revision": one.revision.to_string(),
            "people": people,
            "groups": groups,
            "integrations": integrations,
        }));
        let [people, groups, integrations] = counts.map(|count| count.to_string());
        let name = one.instance.name.to_string();
        let (region, revision) = (one.instance.region.word().to_owned(), one.revision.to_string());
        table.row(&[name, region, people, groups, integrations, revision]);
    }
    context.out.either(&json!({"instances": objects}), |out| {
        if table.len() == 0 {
            out.note("There is no instance yet: firebell instance create NAME");
        } else {
            out.text(&table.render(out));
        }
    });
}
