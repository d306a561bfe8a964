//! Finds what a path, a query or a body names: a UUID first, then a name, whatever the case.
//!
//! Used with the directory of the moment: the caller's for reads, the transaction's for writes.

use std::sync::Arc;

use firebell_base::Id;
use firebell_domain::device::Device;
use firebell_domain::directory::{Directory, Kind};
use firebell_domain::group::{Group, GroupId};
use firebell_domain::person::Person;
use firebell_domain::recipient::{Pointer, Recipient};
use firebell_domain::shift::Shift;
use firebell_domain::site::Site;

use crate::error::ApiError;

/// The person with this id or target name.
pub(crate) fn person<'d>(directory: &'d Directory, text: &str) -> Option<&'d Arc<Person>> {
    match text.trim().parse() {
        Ok(id) => directory.person(id),
        Err(_) => directory.person_by_name(text),
    }
}

/// The device with this id, or written `user|Device Name`.
pub(crate) fn device<'d>(directory: &'d Directory, text: &str) -> Option<&'d Arc<Device>> {
    match text.trim().parse() {
        Ok(id) => directory.device(id),
        Err(_) => directory.device_by_name(text),
    }
}

/// The group with this id or name.
pub(crate) fn group<'d>(directory: &'d Directory, text: &str) -> Option<&'d Arc<Group>> {
    match text.trim().parse() {
        Ok(id) => directory.group(id),
        Err(_) => directory.group_by_name(text),
    }
}

/// The site with this id or name.
pub(crate) fn site<'d>(directory: &'d Directory, text: &str) -> Option<&'d Arc<Site>> {
    match text.trim().parse() {
        Ok(id) => directory.site(id),
        Err(_) => directory.site(Id::from_bytes(directory.id_by_name(Kind::Site, text)?)),
    }
}

/// The shift of this group with this id or name.
pub(crate) fn shift<'d>(
    directory: &'d Directory,
    group: GroupId,
    text: &str,
) -> Option<&'d Arc<Shift>> {
    let by_name = || {
        let key = format!("{group}|{text}");
        directory.id_by_name(Kind::Shift, &key).map(Id::from_bytes)
    };
    let id = text.trim().parse().ok().or_else(by_name)?;
    directory.shift(id).filter(|shift| shift.group == group)
}

/// The person, group or device with this id or name.
pub(crate) fn recipient(directory: &Directory, text: &str) -> Option<Recipient> {
    directory.resolve(&Pointer(text.to_owned()))
}

/// The group a path names.
///
/// # Errors
/// 404.
pub(crate) fn known_group<'d>(
    directory: &'d Directory,
    text: &str,
) -> Result<&'d Arc<Group>, ApiError> {
    group(directory, text).ok_or_else(|| ApiError::not_found("group", text))
}

/// The shift a path names.
///
/// # Errors
/// 404.
pub(crate) fn known_shift<'d>(
    directory: &'d Directory,
    group: GroupId,
    text: &str,
) -> Result<&'d Arc<Shift>, ApiError> {
    shift(directory, group, text).ok_or_else(|| ApiError::not_found("shift", text))
}

/// The person a path names.
///
/// # Errors
/// 404.
pub(crate) fn known_person<'d>(
    directory: &'d Directory,
    text: &str,
) -> Result<&'d Arc<Person>, ApiError> {
    person(directory, text).ok_or_else(|| ApiError::not_found("person", text))
}
