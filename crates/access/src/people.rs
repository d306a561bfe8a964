//! Who may make or change whom: the one place that says so for forms, imports and the API.

use firebell_domain::person::Person;

use crate::principal::{
    Forbidden, Permission, Principal, Scope, allows, may_change_roles, may_set_mail,
};

/// Whether the principal may make `after` of `before`; somebody new has no `before`.
///
/// # Errors
/// [`Forbidden`], with the role or licence it needs.
pub fn may_write_person(
    principal: &Principal,
    before: Option<&Person>,
    after: &Person,
) -> Result<(), Forbidden> {
    if let Some(before) = before {
        allows(principal, Permission::WritePeople, &Scope::Person(before))?;
    }
    allows(principal, Permission::WritePeople, &Scope::Person(after))?;
    let roles = before.map_or(&[][..], |before| &before.roles);
    may_change_roles(principal, roles, &after.roles)
}

/// Whether the principal may give a person an e-mail device, or change where it leads.
///
/// # Errors
/// [`Forbidden`], with the role or licence it needs.
pub fn may_write_mail(principal: &Principal, owner: &Person) -> Result<(), Forbidden> {
    allows(principal, Permission::WriteOwnDevices, &Scope::Person(owner))?;
    may_set_mail(principal, owner)
}
