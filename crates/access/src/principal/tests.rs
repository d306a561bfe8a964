//! The whole table of roles and permissions, written out a second time.

use firebell_domain::name::Name;
use firebell_domain::property::Properties;

use super::*;
use crate::authenticate::tests::{directory, person};

const ME: PersonId = PersonId::from_bytes([1; 16]);

fn principal(roles: &[Role], licence: LicenceType) -> Principal {
    let instance = InstanceNo(1);
    Principal { instance, person: ME, roles: roles.to_vec(), licence, via: Via::Basic }
}

fn may(roles: &[Role], permission: Permission, scope: &Scope<'_>) -> bool {
    allows(&principal(roles, LicenceType::FullUser), permission, scope).is_ok()
}

/// In an instance: nobody operates the server there. y = everywhere, b = but not people with full
/// access, o = own, n = no; in the order of `Permission::ALL`.
const TABLE: [(Role, &str); 7] = [
    (Role::FullAccessUser, "yyyyyyyyyyyyn"),
    (Role::GroupSupervisor, "ynoonnyyyyynn"),
    (Role::PersonSupervisor, "ybbnnnyyyynnn"),
    (Role::StandardUser, "ynonnnyyyynnn"),
    (Role::ReadOnlyUser, "ynnnnnynnnnnn"),
    (Role::RestWebServiceUser, "ynnnnnynyynnn"),
    (Role::NoAccessUser, "nnnnnnnnnnnnn"),
];

#[test]
fn every_role_may_exactly_what_the_table_says() {
    let me = person(ME, "me", &[Role::StandardUser]);
    let colleague = person(PersonId::from_bytes([2; 16]), "colleague", &[Role::StandardUser]);
    let chief = person(PersonId::from_bytes([3; 16]), "chief", &[Role::FullAccessUser]);
    let mine = Scope::Group { supervisors: &[chief.id, ME] };
    let theirs = Scope::Group { supervisors: &[chief.id] };
    for (role, row) in TABLE {
        assert_eq!(row.len(), Permission::ALL.len());
        for (permission, letter) in Permission::ALL.into_iter().zip(row.chars()) {
            let check = |scope: &Scope<'_>, expected: bool| {
                let got = may(&[role], permission, scope);
                assert_eq!(got, expected, "{role:?} {permission:?} {scope:?}");
            };
            check(&Scope::Instance, matches!(letter, 'y' | 'b'));
            check(&Scope::Person(&me), matches!(letter, 'y' | 'b' | 'o'));
            check(&Scope::Person(&colleague), matches!(letter, 'y' | 'b'));
            check(&Scope::Person(&chief), letter == 'y');
            check(&mine, matches!(letter, 'y' | 'b' | 'o'));
            check(&theirs, matches!(letter, 'y' | 'b'));
        }
    }
}

#[test]
fn stakeholders_may_not_respond_change_or_send_whatever_their_roles() {
    let stakeholder = principal(&Role::ALL, LicenceType::StakeholderUser);
    let all = Permission::ALL.into_iter().filter(|one| *one != Permission::Operate);
    for permission in all {
        let refused = matches!(
            permission,
            Permission::Respond | Permission::ChangeAlert | Permission::SendEvents
        );
        let answer = allows(&stakeholder, permission, &Scope::Instance);
        assert_eq!(answer.is_err(), refused, "{permission:?}");
        if let Err(forbidden) = answer {
            assert!(forbidden.message.contains("full user licence"), "{forbidden}");
        }
    }
}

#[test]
fn roles_add_up_and_no_role_is_nothing() {
    let roles = [Role::NoAccessUser, Role::ReadOnlyUser, Role::RestWebServiceUser];
    assert!(may(&roles, Permission::SendEvents, &Scope::Instance));
    assert!(!may(&roles, Permission::WriteSites, &Scope::Instance));
    for permission in Permission::ALL {
        assert!(!may(&[], permission, &Scope::Instance));
    }
}

#[test]
fn the_refusal_names_the_roles_that_would_do() {
    let standard = principal(&[Role::StandardUser], LicenceType::FullUser);
    let message = |permission, scope: &Scope<'_>| {
        allows(&standard, permission, scope).expect_err("forbidden").to_string()
    };
    assert_eq!(
        message(Permission::WriteSites, &Scope::Instance),
        "You may not change sites: this needs the role Full Access User."
    );
    assert_eq!(
        message(Permission::WriteGroups, &Scope::Group { supervisors: &[ME] }),
        "You may not change this group: this needs the role Group Supervisor or Full Access User."
    );
    assert_eq!(
        message(Permission::WriteGroups, &Scope::Group { supervisors: &[] }),
        "You may not change this group: this needs the role Full Access User."
    );
}

#[test]
fn only_full_access_users_make_or_unmake_full_access_users() {
    let supervisor = principal(&[Role::PersonSupervisor], LicenceType::FullUser);
    let chief = principal(&[Role::FullAccessUser], LicenceType::FullUser);
    let standard = [Role::StandardUser];
    let full = [Role::StandardUser, Role::FullAccessUser];
    assert!(may_change_roles(&supervisor, &standard, &full).is_err());
    assert!(may_change_roles(&supervisor, &full, &standard).is_err());
    assert!(may_change_roles(&chief, &standard, &full).is_ok());
}

#[test]
fn nobody_gives_takes_or_takes_over_more_than_they_may() {
    let supervisor = principal(&[Role::PersonSupervisor], LicenceType::FullUser);
    let both = principal(&[Role::PersonSupervisor, Role::GroupSupervisor], LicenceType::FullUser);
    let standard = [Role::StandardUser];
    let lead = [Role::StandardUser, Role::GroupSupervisor];
    assert!(may_change_roles(&supervisor, &standard, &lead).is_err());
    assert!(may_change_roles(&supervisor, &lead, &standard).is_err());
    // What does not change is nobody's business.
    let read_only = [Role::ReadOnlyUser, Role::GroupSupervisor];
    assert!(may_change_roles(&supervisor, &lead, &read_only).is_ok());
    assert!(may_change_roles(&both, &standard, &lead).is_ok());
    for role in Role::ALL {
        let is_more = matches!(role, Role::FullAccessUser | Role::GroupSupervisor);
        let answer = may_set_password(&supervisor, &person(ME, "x", &[role]));
        assert_eq!(answer.is_err(), is_more, "{role:?}");
    }
    let refused = may_set_password(&supervisor, &person(ME, "x", &lead)).expect_err("forbidden");
    assert_eq!(
        refused.to_string(),
        "You may not set the password of somebody with the role Group Supervisor: this needs the \
         role Group Supervisor or Full Access User."
    );
}

#[test]
fn whoever_may_not_set_a_password_may_not_have_a_link_to_a_new_one_mailed_to_them() {
    let other = PersonId::from_bytes([77; 16]);
    for role in Role::ALL {
        let supervisor = principal(&[Role::PersonSupervisor], LicenceType::FullUser);
        let person = person(other, "x", &[role]);
        let password = may_set_password(&supervisor, &person);
        assert_eq!(may_set_mail(&supervisor, &person).is_err(), password.is_err(), "{role:?}");
    }
    let own = principal(&[Role::StandardUser], LicenceType::FullUser);
    assert_eq!(may_set_mail(&own, &person(ME, "x", &[Role::FullAccessUser])), Ok(()));
}

#[test]
fn a_link_answers_and_does_nothing_else() {
    for role in Role::ALL {
        for licence in [LicenceType::FullUser, LicenceType::StakeholderUser] {
            let told = Principal { via: Via::Link, ..principal(&[role], licence) };
            for permission in Permission::ALL {
                let expected =
                    permission == Permission::Respond && licence == LicenceType::FullUser;
                let answer = allows(&told, permission, &Scope::Instance);
                assert_eq!(answer.is_ok(), expected, "{role:?} {licence:?} {permission:?}");
            }
        }
    }
}

#[test]
fn inactive_and_unknown_people_are_nobody() {
    let mut directory = directory();
    let mut sleeper = person(ME, "sleeper", &[Role::FullAccessUser]);
    directory.put(firebell_domain::directory::Entity::Person(sleeper.clone()));
    assert!(Principal::of(&directory, ME, Via::Basic).is_some());
    sleeper.status = Status::Inactive;
    sleeper.properties = Properties::new();
    sleeper.first_name = Name::parse("S").expect("a name");
    directory.put(firebell_domain::directory::Entity::Person(sleeper));
    assert_eq!(Principal::of(&directory, ME, Via::Basic), None);
    assert_eq!(Principal::of(&directory, PersonId::from_bytes([8; 16]), Via::Basic), None);
}

#[test]
fn the_server_is_operated_by_one_instance_and_by_its_full_access_users_only() {
    let here = InstanceNo(1);
    for (operators, expected) in [
        (Operators::Of(here), true),
        (Operators::Of(InstanceNo(2)), false),
        (Operators::NotSet, false),
        (Operators::NotThere, false),
    ] {
        for role in Role::ALL {
            let may = may(&[role], Permission::Operate, &Scope::Server(operators));
            assert_eq!(may, expected && role == Role::FullAccessUser, "{operators:?} {role:?}");
        }
        // No other permission reaches over all instances for who does not operate them.
        for permission in Permission::ALL {
            let scope = Scope::Server(operators);
            let may = may(&[Role::FullAccessUser], permission, &scope);
            assert_eq!(may, expected, "{operators:?} {permission:?}");
        }
    }
    let server = Scope::Server(Operators::Of(here));
    let linked = Principal { via: Via::Link, ..principal(&Role::ALL, LicenceType::FullUser) };
    assert!(allows(&linked, Permission::Operate, &server).is_err());
    let stakeholder = principal(&[Role::FullAccessUser], LicenceType::StakeholderUser);
    assert!(allows(&stakeholder, Permission::Operate, &server).is_ok());
}

#[test]
fn who_operates_is_set_or_the_only_instance_or_nobody() {
    let all = [InstanceNo(4), InstanceNo(7)];
    for (count, expected) in
        [(0, Operators::NotSet), (1, Operators::Of(InstanceNo(4))), (2, Operators::NotSet)]
    {
        assert_eq!(Operators::unnamed(all.into_iter().take(count)), expected, "{count}");
    }
    assert_eq!(Operators::named(Some(InstanceNo(7))), Operators::Of(InstanceNo(7)));
    assert_eq!(Operators::named(None), Operators::NotThere);
}

#[test]
fn the_refusal_to_operate_says_why() {
    let chief = principal(&[Role::FullAccessUser], LicenceType::FullUser);
    let told = |scope: &Scope<'_>| {
        allows(&chief, Permission::Operate, scope).expect_err("forbidden").to_string()
    };
    let server = |operators| Scope::Server(operators);
    assert!(told(&server(Operators::NotSet)).contains("operator_instance does not say"));
    assert!(told(&server(Operators::NotThere)).contains("no instance of the name"));
    assert!(told(&server(Operators::Of(InstanceNo(2)))).contains("the instance that operates it"));
    assert!(told(&Scope::Instance).contains("about the server"));
    let standard = principal(&[Role::StandardUser], LicenceType::FullUser);
    let refused = allows(&standard, Permission::Operate, &server(Operators::Of(InstanceNo(1))));
    let refused = refused.expect_err("forbidden").to_string();
    assert_eq!(refused, "You may not operate this server: this needs the role Full Access User.");
}
