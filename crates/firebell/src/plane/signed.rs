//! `licence key`, `sign` and `import`: entitlement files for instances whose operator is elsewhere.
//!
//! The private key never leaves the file it was made in; what is shown is the public one.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::Arc;

use firebell_config::Change;
use firebell_config::entitlement_file::{EntitlementFile, FILE_BYTES_MAX, FileError, SigningKey};
use firebell_domain::directory::Entity;
use firebell_domain::licence::Entitlement;
use serde_json::json;

use super::licence::{How, Step, carry_out_signed, strictness};
use crate::Context;
use crate::admin::{Desk, read_text};
use crate::cli::{ImportArgs, KeyArgs, SignArgs};
use crate::failure::{Exit, Failure};
use crate::output::clean;

/// Read and write for the owner, nothing for others.
const PRIVATE_MODE: u32 = 0o600;
/// A larger key file is none, in bytes.
const KEY_BYTES_MAX: u64 = 4096;
/// Head-room of files that say soft: as `licence set` has it.
const SOFT: (u8, u32, u16) = (10, 1, 14);

/// Makes a key.
pub(super) fn key(context: &Context, args: &KeyArgs) -> Result<(), Failure> {
    let key = SigningKey::new(&args.name, &context.random)
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let mut options = File::options();
    let file = options.write(true).create_new(true).mode(PRIVATE_MODE).open(&args.file);
    let written = file.and_then(|mut file| {
        writeln!(file, "{}", key.secret().expose())?;
        file.sync_all()
    });
    written.map_err(|error| {
        let what = format!("{} cannot be made: {error}.", args.file.display());
        Failure::new(Exit::Refused, what).effect("No key was made.")
    })?;
    let public = key.public().to_string();
    let object = json!({"file": args.file.display().to_string(), "public": public});
    context.out.either(&object, |out| {
        out.line(&public);
        out.note(&format!("The private key is in {}; keep it safe.", args.file.display()));
        out.note("Servers that shall trust it name the line above in licences.trusted_keys.");
    });
    Ok(())
}

/// Prints a signed file.
pub(super) fn sign(context: &Context, args: &SignArgs) -> Result<(), Failure> {
    let usage = |error: FileError| Failure::new(Exit::Usage, error.to_string());
    let text = read_text(&args.key, KEY_BYTES_MAX)?;
    let key = SigningKey::parse(text.trim()).map_err(usage)?;
    let one = |(licence, allotment): &(_, _)| Entitlement {
        licence: *licence,
        allotment: *allotment,
        enforcement: strictness(args.enforcement, SOFT),
        valid_from: args.from,
        valid_until: args.until,
        grace_days: args.grace_days,
        contract: args.contract.clone(),
        signed_by: None,
    };
    let file = EntitlementFile {
        instance: args.instance_id,
        serial: u64::from(args.serial),
        issued: context.clock.now(),
        entitlements: args.entitlements.iter().map(one).collect(),
    };
    let signed = file.sign(&key).map_err(usage)?;
    context.out.text(&signed);
    Ok(())
}

/// Sets what a file says.
pub(super) async fn import(
    context: &Context,
    desk: &Desk,
    args: &ImportArgs,
) -> Result<(), Failure> {
    let text = read_text(&args.file, FILE_BYTES_MAX as u64)?;
    let name = args.file.display().to_string();
    let refused = |details: Vec<String>| {
        Failure::new(Exit::Refused, format!("{} cannot be imported.", clean(&name)))
            .details(details)
            .effect("Nothing was changed.")
    };
    let file = EntitlementFile::open(&text, &desk.settings.plane.trusted_keys)
        .map_err(|error| refused(vec![error.to_string()]))?;
    let directory = desk.instance(args.instance.as_deref())?;
    let changes = file
        .changes(&directory)
        .map_err(|faults| refused(faults.0.iter().map(ToString::to_string).collect()))?;
    let steps = changes.into_iter().filter_map(|change| match change {
        Change::Put(Entity::Entitlement(after)) => {
            let licence = after.licence;
            Some(Step { directory: Arc::clone(&directory), licence, after: Some(after) })
        }
        Change::Put(_) | Change::Remove(..) => None,
    });
    let how = How::of("licence import", args.approve.clone(), args.dry_run);
    carry_out_signed(context, desk, (directory.instance.no, file), steps.collect(), how).await
}
