//! Why something is refused, in the visitor's language: what they may not, and what the configuration does not take.
//!
//! Called by [`crate::visit`] and [`crate::write`]. In English it says what the errors themselves say, word by word, so
//! that a page and the API never differ. Decides nothing.

use firebell_access::principal::{Deed, Operators, Permission, Why};
use firebell_config::fresh::Cause;
use firebell_config::{ConfigError, Denial, Evidence};
use firebell_domain::licence::{Allotment, Limit, Phase};
use firebell_domain::person::{LicenceType, Role};

use crate::words::Say;

/// Why somebody may not do something.
pub(crate) fn forbidden(t: Say, why: &Why) -> String {
    match why {
        Why::Licence(permission) => t.a("ui-why-licence", &[("not", &may_not(t, *permission))]),
        Why::Link(permission) => t.a("ui-why-link", &[("not", &may_not(t, *permission))]),
        Why::Roles(permission, roles) => {
            let not = may_not(t, *permission);
            t.a("ui-why-role", &[("not", &not), ("roles", &either(t, roles))])
        }
        Why::Server(operators) => {
            let not = may_not(t, Permission::Operate);
            let key = match operators {
                Some(Operators::Of(_)) => "ui-why-operators-others",
                Some(Operators::NotSet) => "ui-why-operators-not-set",
                Some(Operators::NotThere) => "ui-why-operators-not-there",
                None => "ui-why-operators-none",
            };
            t.a(key, &[("not", &not)])
        }
        Why::Beyond(deed, role) => {
            let key = match deed {
                Deed::Give => "ui-not-give-role",
                Deed::SetPassword => "ui-not-set-password",
                Deed::SetMail => "ui-not-set-mail",
            };
            let not = t.a(key, &[("role", role.word())]);
            let mut enough = vec![*role];
            if *role != Role::FullAccessUser {
                enough.push(Role::FullAccessUser);
            }
            t.a("ui-why-role", &[("not", &not), ("roles", &either(t, &enough))])
        }
    }
}

/// "You may not …", without an end.
fn may_not(t: Say, permission: Permission) -> String {
    t.get(match permission {
        Permission::ReadConfiguration => "ui-not-read-configuration",
        Permission::WritePeople => "ui-not-write-people",
        Permission::WriteOwnDevices => "ui-not-write-devices",
        Permission::WriteGroups => "ui-not-write-groups",
        Permission::WriteSites => "ui-not-write-sites",
        Permission::WriteIntegrations => "ui-not-write-integrations",
        Permission::ReadAlerts => "ui-not-read-alerts",
        Permission::Respond => "ui-not-respond",
        Permission::ChangeAlert => "ui-not-change-alerts",
        Permission::SendEvents => "ui-not-send-events",
        Permission::WriteSilences => "ui-not-write-silences",
        Permission::Administer => "ui-not-administer",
        Permission::Operate => "ui-not-operate",
    })
}

/// "A, B or C". Roles have one name in all languages.
fn either(t: Say, roles: &[Role]) -> String {
    let words: Vec<&str> = roles.iter().map(|role| role.word()).collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => t.a("ui-either", &[("rest", &rest.join(", ")), ("last", last)]),
        None => String::new(),
    }
}

/// Why a change of configuration was refused.
pub(crate) fn change(t: Say, error: &ConfigError) -> String {
    match error {
        ConfigError::Invalid(_) => t.get("ui-invalid-text"),
        ConfigError::Store(_) => t.get("ui-unavailable-text"),
        ConfigError::Unknown(name) => t.a("ui-unknown-text", &[("name", &format!("{name:?}"))]),
        ConfigError::Damaged(damage) => t.a("ui-damaged-text", &[("what", &damage.to_string())]),
        ConfigError::WentBack { held, found } => {
            let (held, found) = (held.to_string(), found.to_string());
            t.a("ui-went-back-text", &[("held", &held), ("found", &found)])
        }
        ConfigError::Changed { kind, found: Some(found) } => {
            let found = found.to_string();
            t.a("ui-changed-text", &[("kind", kind), ("revision", &found)])
        }
        ConfigError::Changed { kind, found: None } => t.a("ui-gone-text", &[("kind", kind)]),
        ConfigError::Denied(denial) => denied(t, denial),
        ConfigError::Unconfirmed(cause) => t.get(unconfirmed(*cause)),
        ConfigError::NeedsApproval(held) => t.a("ui-approval-text", &[("what", &held.what)]),
    }
}

const fn unconfirmed(cause: Cause) -> &'static str {
    match cause {
        Cause::TimedOut => "ui-cause-timed-out",
        Cause::Unreachable => "ui-cause-unreachable",
        Cause::WentBack => "ui-cause-went-back",
        Cause::Damaged => "ui-cause-damaged",
        Cause::Drift => "ui-cause-drift",
        Cause::NoEntitlement => "ui-cause-no-entitlement",
        Cause::RootMismatch => "ui-cause-root-mismatch",
        Cause::NotLoaded => "ui-cause-not-loaded",
    }
}

fn denied(t: Say, denial: &Denial) -> String {
    let check = denial.check();
    let what = t.get(match check.licence {
        LicenceType::FullUser => "ui-licence-full",
        LicenceType::StakeholderUser => "ui-licence-stakeholder",
    });
    let why = match (check.phase, check.limit) {
        (Phase::NotYet(from), _) => {
            t.a("ui-denied-not-yet", &[("what", &what), ("at", &from.to_string())])
        }
        (Phase::Expired(end), _) => {
            t.a("ui-denied-expired", &[("what", &what), ("at", &end.to_string())])
        }
        (Phase::Valid | Phase::Grace(_), Limit::AtMost(limit)) => {
            let (allotted, room) = match check.allotment {
                Allotment::Limited(allotted) => (allotted, limit.saturating_sub(allotted)),
                Allotment::Unlimited => (limit, 0),
            };
            let beyond = match room {
                0 => String::new(),
                room => t.n("ui-denied-beyond", room),
            };
            let comma = if room == 0 { "" } else { "," };
            let (allotted, held) = (allotted.to_string(), check.held.to_string());
            let key = if check.held < limit { "ui-denied-wanted" } else { "ui-denied-all" };
            let texts = [
                ("allotted", allotted.as_str()),
                ("what", &what),
                ("beyond", &beyond),
                ("comma", comma),
                ("held", &held),
            ];
            t.na(key, check.wanted, &texts)
        }
        (Phase::Valid | Phase::Grace(_), Limit::None) => {
            t.a("ui-denied-otherwise", &[("what", &what)])
        }
    };
    let Evidence { revision, at, .. } = denial.evidence();
    let (revision, at) = (revision.to_string(), at.to_string());
    t.a("ui-denied-text", &[("why", &why), ("at", &at), ("revision", &revision)])
}
