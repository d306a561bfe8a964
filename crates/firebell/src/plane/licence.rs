//! `licence`: what instances are entitled to, who holds a licence, and why.
//!
//! Numbers come from the authority, confirmed; what a replica remembers is never shown here.

mod shown;

use std::sync::Arc;

use firebell_base::Timestamp;
use firebell_config::entitlement_file::EntitlementFile;
use firebell_config::guard::Held;
use firebell_config::licences::{LicenceExplanation, Quotas, Reconcile, Reconciliation};
use firebell_config::{Confirmed, EntitlementChange, Intent};
use firebell_domain::directory::{Directory, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_domain::licence::{Allotment, Enforcement, Entitlement, Phase};
use firebell_domain::person::{LicenceType, PersonId};
use serde_json::{Value, json};

use self::shown::{
    in_words, person_object, print, print_person, quota_object, reconciliation, row, terms,
};
use super::{signed, when};
use crate::Context;
use crate::admin::{Desk, at_desk, author, refused};
use crate::cli::{
    EnforcementArg, ExplainLicenceArgs, LicenceCommand, ReconcileArgs, SetLicenceArgs,
    ShowLicenceArgs,
};
use crate::failure::{Exit, Failure};
use crate::output::{Output, Style, Table, clean};
use crate::place::Schema;

/// Runs one of the commands.
pub(crate) fn run(context: &Context, command: LicenceCommand) -> Result<(), Failure> {
    match command {
        LicenceCommand::Set(args) => {
            at_desk(context, Schema::Current, async |desk| set(context, &desk, &args).await)
        }
        LicenceCommand::Show(args) => {
            at_desk(context, Schema::Current, async |desk| show(context, &desk, &args).await)
        }
        LicenceCommand::Explain(args) => {
            at_desk(context, Schema::Current, async |desk| explain(context, &desk, &args).await)
        }
        LicenceCommand::Reconcile(args) => {
            at_desk(context, Schema::Current, async |desk| reconcile(context, &desk, &args).await)
        }
        LicenceCommand::Key(args) => signed::key(context, &args),
        LicenceCommand::Sign(args) => signed::sign(context, &args),
        LicenceCommand::Import(args) => at_desk(context, Schema::Current, async |desk| {
            signed::import(context, &desk, &args).await
        }),
    }
}

/// What one instance has and gets.
pub(super) struct Step {
    pub(super) directory: Arc<Directory>,
    pub(super) licence: LicenceType,
    /// None removes it.
    pub(super) after: Option<Entitlement>,
}

impl Step {
    fn before(&self) -> Option<&Arc<Entitlement>> {
        self.directory.entitlement(self.licence)
    }

    fn change(&self) -> (InstanceNo, EntitlementChange) {
        let change = match &self.after {
            Some(after) => EntitlementChange::Set(after.clone()),
            None => EntitlementChange::Remove(self.licence),
        };
        (self.directory.instance.no, change)
    }

    fn changes(&self) -> bool {
        self.before().map(AsRef::as_ref) != self.after.as_ref()
    }

    fn object(&self) -> Value {
        json!({
            "instance": self.directory.instance.name.as_str(),
            "type": self.licence.word(),
            "before": self.before().map(|one| terms(one)),
            "after": self.after.as_ref().map(terms),
        })
    }

    /// What to say if it counts for nobody now, and how to change that.
    fn caution(&self, now: Timestamp) -> Option<String> {
        let after = self.after.as_ref()?;
        let (what, option) = match after.phase(now) {
            Phase::NotYet(from) => (format!("begins only at {}", when(from)), "--from none"),
            Phase::Expired(end) => (format!("has ended at {}", when(end)), "--until none"),
            Phase::Valid | Phase::Grace(_) => return None,
        };
        let remedy = match after.signed_by {
            None => format!("To change that, set it again with {option}."),
            Some(_) => "To change that, import a file that was signed with other dates.".to_owned(),
        };
        let (name, licence) = (&self.directory.instance.name, self.licence.word());
        Some(format!("{name}  {licence}: this {what}; nobody new gets a licence now. {remedy}"))
    }

    fn line(&self, out: &Output) -> String {
        let name = out.paint(Style::Bold, self.directory.instance.name.as_str());
        let shown = |one: Option<&Entitlement>| one.map_or_else(|| "(none)".to_owned(), in_words);
        let (before, after) = (shown(self.before().map(AsRef::as_ref)), shown(self.after.as_ref()));
        format!("{name}  {}: {before} → {after}", self.licence.word())
    }
}

async fn set(context: &Context, desk: &Desk, args: &SetLicenceArgs) -> Result<(), Failure> {
    let instances = if args.instances.is_empty() {
        vec![desk.instance(None)?]
    } else {
        args.instances.iter().map(|name| desk.instance(Some(name))).collect::<Result<_, _>>()?
    };
    let step = |directory: Arc<Directory>| {
        let after = args.allotment.map(|allotment| {
            let before = directory.entitlement(args.licence).map(AsRef::as_ref);
            meant(args, allotment, before)
        });
        Step { directory, licence: args.licence, after }
    };
    let steps: Vec<Step> = instances.into_iter().map(step).collect();
    carry_out(context, desk, steps, How::of("licence set", args.approve.clone(), args.dry_run))
        .await
}

/// In which manner entitlements are set.
pub(super) struct How {
    command: &'static str,
    approve: Option<String>,
    dry_run: bool,
}

impl How {
    pub(super) const fn of(command: &'static str, approve: Option<String>, dry_run: bool) -> Self {
        Self { command, approve, dry_run }
    }

    fn intent(&self) -> Intent {
        let mut by = author(self.command);
        if let Some(reason) = &self.approve {
            by.reason.clone_from(reason);
        }
        Intent { approval: self.approve.clone(), ..Intent::from(&by) }
    }
}

/// Sets entitlements, all in one revision, or tells what it would do.
pub(super) async fn carry_out(
    context: &Context,
    desk: &Desk,
    steps: Vec<Step>,
    how: How,
) -> Result<(), Failure> {
    let now = context.clock.now();
    let changes: Vec<(InstanceNo, EntitlementChange)> = steps.iter().map(Step::change).collect();
    let done = if how.dry_run {
        let held = desk.authority.try_entitlements(changes, how.intent()).await.map_err(refused)?;
        Outcome::Tried(held)
    } else {
        let done = desk.authority.set_entitlements(changes, how.intent(), now).await;
        Outcome::Set(done.map_err(refused)?.revision)
    };
    tell(context, &steps, &done);
    Ok(())
}

/// The same for what a signed file says, which looks at the newest configuration once more.
pub(super) async fn carry_out_signed(
    context: &Context,
    desk: &Desk,
    (no, file): (InstanceNo, EntitlementFile),
    steps: Vec<Step>,
    how: How,
) -> Result<(), Failure> {
    if how.dry_run {
        return carry_out(context, desk, steps, how).await;
    }
    let decide = move |newest: &Directory| file.changes(newest);
    let done = desk.authority.change(no, how.intent(), context.clock.now(), decide).await;
    tell(context, &steps, &Outcome::Set(done.map_err(refused)?.revision));
    Ok(())
}

/// What came of it.
enum Outcome {
    /// They are set as of this revision.
    Set(Revision),
    /// Nothing was changed; the guards would hold this.
    Tried(Vec<Held>),
}

fn tell(context: &Context, steps: &[Step], done: &Outcome) {
    let changing: Vec<&Step> = steps.iter().filter(|step| step.changes()).collect();
    let objects: Vec<Value> = changing.iter().map(|step| step.object()).collect();
    let (revision, held) = match done {
        Outcome::Set(revision) => (Some(revision.to_string()), None),
        Outcome::Tried(held) => (None, Some(held)),
    };
    let guards: Vec<Value> = held
        .into_iter()
        .flatten()
        .map(|one| json!({"guard": one.guard, "what": one.what}))
        .collect();
    let object = json!({
        "dryRun": held.is_some(),
        "changes": objects,
        "guards": guards,
        "revision": revision,
    });
    context.out.either(&object, |out| {
        let now = context.clock.now();
        let cautions: Vec<String> = steps.iter().filter_map(|step| step.caution(now)).collect();
        if changing.is_empty() {
            out.line("Nothing to change.");
        }
        for step in &changing {
            out.line(&step.line(out));
        }
        for one in held.into_iter().flatten() {
            out.line(&format!("{} It needs --approve \"REASON\".", one.what));
        }
        match &revision {
            _ if changing.is_empty() => {}
            Some(revision) => out.note(&format!("Set as of revision {revision}.")),
            None => out.note("Dry run: nothing was changed."),
        }
        for text in &cautions {
            out.note(text);
        }
    });
}

/// What the arguments make of an entitlement: what is not given stays as it was.
fn meant(args: &SetLicenceArgs, allotment: Allotment, before: Option<&Entitlement>) -> Entitlement {
    let soft = (args.soft_percent, args.soft_floor, args.soft_days);
    // How strict an unlimited allotment would be, nobody has ever said.
    let known = before.filter(|one| one.allotment != Allotment::Unlimited);
    let enforcement = match (args.enforcement, known) {
        (Some(given), _) => strictness(given, soft),
        (None, Some(known)) => known.enforcement,
        (None, None) => strictness(EnforcementArg::Soft, soft),
    };
    let new = Entitlement::unlimited(args.licence);
    let before = before.unwrap_or(&new);
    Entitlement {
        licence: args.licence,
        allotment,
        enforcement,
        valid_from: args.from.map_or(before.valid_from, |end| end.0),
        valid_until: args.until.map_or(before.valid_until, |end| end.0),
        grace_days: args.grace_days.unwrap_or(before.grace_days),
        contract: args.contract.as_ref().unwrap_or(&before.contract).clone(),
        signed_by: None,
    }
}

/// What the words of the command line mean.
pub(super) const fn strictness(arg: EnforcementArg, soft: (u8, u32, u16)) -> Enforcement {
    match arg {
        EnforcementArg::Hard => Enforcement::Hard,
        EnforcementArg::Soft => Enforcement::Soft { percent: soft.0, floor: soft.1, days: soft.2 },
        EnforcementArg::TrueUp => Enforcement::TrueUp,
    }
}

async fn show(context: &Context, desk: &Desk, args: &ShowLicenceArgs) -> Result<(), Failure> {
    let directories = if args.all {
        desk.snapshots.all()
    } else {
        vec![desk.instance(args.instance.as_deref())?]
    };
    let now = context.clock.now();
    let mut found = Vec::with_capacity(directories.len());
    for directory in directories {
        let quotas = desk.authority.quotas(directory.instance.no, now).await.map_err(refused)?;
        found.push((directory, quotas));
    }
    let objects: Vec<Value> =
        found.iter().map(|(directory, quotas)| confirmed(directory, quotas)).collect();
    context.out.either(&json!({"instances": objects}), |out| {
        let mut table = Table::new(&[
            "INSTANCE",
            "TYPE",
            "ALLOTTED",
            "ENFORCEMENT",
            "HELD",
            "FREE",
            "VALID",
            "SINCE",
            "REMARK",
        ]);
        for (directory, quotas) in &found {
            for quota in &quotas.value().list {
                row(&mut table, directory, quota);
            }
        }
        out.text(&table.render(out));
        if let Some((_, quotas)) = found.last() {
            let evidence = quotas.evidence();
            out.note(&format!(
                "Confirmed at {} as of revision {}.",
                when(evidence.at),
                evidence.revision
            ));
        }
    });
    Ok(())
}

fn confirmed(directory: &Directory, quotas: &Confirmed<Quotas>) -> Value {
    let evidence = quotas.evidence();
    json!({
        "instance": directory.instance.name.as_str(),
        "licences": quotas.value().list.iter().map(quota_object).collect::<Vec<_>>(),
        "freshness": "confirmed",
        "revision": evidence.revision.to_string(),
        "confirmedAt": evidence.at.to_string(),
    })
}

async fn explain(context: &Context, desk: &Desk, args: &ExplainLicenceArgs) -> Result<(), Failure> {
    let directory = desk.instance(args.instance.as_deref())?;
    let person = args.user.as_ref().map(|user| person(&directory, user)).transpose()?;
    let now = context.clock.now();
    let told = desk.authority.explain(directory.instance.no, person, now).await.map_err(refused)?;
    let (LicenceExplanation { quotas, person }, evidence) = (told.value(), told.evidence());
    let object = json!({
        "instance": directory.instance.name.as_str(),
        "licences": quotas.list.iter().map(quota_object).collect::<Vec<_>>(),
        "person": person.as_ref().map(person_object),
        "freshness": "confirmed",
        "revision": evidence.revision.to_string(),
        "confirmedAt": evidence.at.to_string(),
    });
    context.out.either(&object, |out| {
        out.line(&out.paint(Style::Bold, directory.instance.name.as_str()));
        for quota in &quotas.list {
            print(out, quota);
        }
        if let Some(person) = person {
            print_person(out, person);
        }
        let (at, revision) = (when(evidence.at), evidence.revision);
        out.note(&format!("Confirmed at {at} as of revision {revision}."));
    });
    Ok(())
}

fn person(directory: &Directory, user: &str) -> Result<PersonId, Failure> {
    directory.person_by_name(user).map(|person| person.id).ok_or_else(|| {
        let what = format!("There is no person {user} in {}.", directory.instance.name);
        Failure::new(Exit::NotFound, what)
    })
}

async fn reconcile(context: &Context, desk: &Desk, args: &ReconcileArgs) -> Result<(), Failure> {
    let directory = desk.instance(args.instance.as_deref())?;
    let what = if args.repair { Reconcile::Repair } else { Reconcile::Check };
    let (no, now) = (directory.instance.no, context.clock.now());
    let intent = author("licence reconcile");
    let done = desk.authority.reconcile(no, what, &intent, now).await.map_err(refused)?;
    let agree = agrees(&done);
    context.out.either(&reconciliation(&directory, &done), |out| {
        let mut table = Table::new(&["TYPE", "COUNT", "LEDGER", "ACTIVE PEOPLE"]);
        for (licence, tally) in &done.found {
            let numbers = [tally.counter, tally.ledger, tally.people].map(|n| n.to_string());
            let [counter, ledger, people] = numbers;
            table.row(&[licence.word().to_owned(), counter, ledger, people]);
        }
        out.text(&table.render(out));
        for one in &done.differences {
            let name = directory.person(one.person).map(|p| p.target_name.as_str().to_owned());
            let name = name.unwrap_or_else(|| one.person.to_string());
            let ledger = one.ledger.as_deref().unwrap_or("none");
            let wanted = one.configuration.unwrap_or("none");
            out.line(&format!(
                "  {}: ledger {}, configuration {wanted}",
                clean(&name),
                clean(ledger)
            ));
        }
        out.note(match (agree, done.repaired) {
            (true, _) => "All agree.",
            (false, true) => "They differed; ledger and count follow the people now.",
            (false, false) => "They differ.",
        });
    });
    if agree || done.repaired {
        return Ok(());
    }
    let what = format!("The books of {} differ.", directory.instance.name);
    Err(Failure::new(Exit::Unconfirmed, what)
        .effect("Nobody is denied a licence until they agree.")
        .remedy("firebell licence reconcile --repair"))
}

fn agrees(done: &Reconciliation) -> bool {
    done.differing == 0 && done.found.iter().all(|(_, tally)| tally.agrees())
}
