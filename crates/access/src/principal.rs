//! Who acts, and what they may do: the only place where roles mean something.
//!
//! Called by the API and the pages before every act. Never asks anything but the principal and the
//! scope it is given.
//!
//! # Who may do what
//!
//! | permission | Full | Group Sup. | Person Sup. | Standard | Read-only | REST | No |
//! |---|---|---|---|---|---|---|---|
//! | read configuration | yes | yes | yes | yes | yes | yes | no |
//! | write people | yes | no | not Full | no | no | no | no |
//! | write devices, own absences | yes | own | not Full's | own | no | no | no |
//! | write groups, shifts, absences | yes | supervised | no | no | no | no | no |
//! | write sites | yes | no | no | no | no | no | no |
//! | write integrations and forms | yes | no | no | no | no | no | no |
//! | read alerts | yes | yes | yes | yes | yes | yes | no |
//! | respond | yes | yes | yes | yes | no | no | no |
//! | change alerts | yes | yes | yes | yes | no | yes | no |
//! | send events | yes | yes | yes | yes | no | yes | no |
//! | write silences and maintenance | yes | yes | no | no | no | no | no |
//! | administer | yes | no | no | no | no | no | no |
//! | operate | of one instance | no | no | no | no | no | no |
//!
//! The columns are the roles of [`Role::ALL`] in order (Full Access User, Group Supervisor, …).
//! "not Full": everybody but Full Access Users, whom one could otherwise become; "supervised":
//! groups that name them as supervisor. Several roles add up. Whoever holds a stakeholder licence
//! may not respond, change alerts or send events, whatever the roles. Standard users may send
//! events: who is on call must be able to call for help.
//!
//! Who operates the whole server is one instance's matter: its Full Access Users may, and those of all
//! others may not ([`Operators`]). Nothing but [`Scope::Server`] can be operated.
//!
//! Roles are for those who sign in. A link from a message lets whoever was told respond, whatever
//! their roles, and nothing else. Nobody gives, takes or takes over (with a new password, or with an
//! e-mail device to which a link to one is sent) a role that may more than they may.

use std::fmt::Write as _;

use firebell_domain::credential::ApiKeyId;
use firebell_domain::directory::Directory;
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::{LicenceType, Person, PersonId, Role, Status};
use firebell_domain::session::SessionId;

/// Somebody who was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Where.
    pub instance: InstanceNo,
    /// Who.
    pub person: PersonId,
    /// What they may do.
    pub roles: Vec<Role>,
    /// Which licence they hold.
    pub licence: LicenceType,
    /// How they got in.
    pub via: Via,
}

/// How somebody got in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// With a password in an `Authorization` header.
    Basic,
    /// With an API key of theirs.
    ApiKey(ApiKeyId),
    /// With a session cookie of the pages.
    Session(SessionId),
    /// With an access token of this session.
    Bearer(SessionId),
    /// With a signed link from a message to them.
    Link,
}

impl Principal {
    /// This person, if they exist and are active; inactive people are nobody.
    pub fn of(directory: &Directory, person: PersonId, via: Via) -> Option<Self> {
        let person = directory.person(person)?;
        (person.status == Status::Active).then(|| Self {
            instance: directory.instance.no,
            person: person.id,
            roles: person.roles.clone(),
            licence: person.licence,
            via,
        })
    }
}

/// What somebody may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// See people, devices, groups, shifts, sites, forms, who is on call.
    ReadConfiguration,
    /// Make, change and remove people.
    WritePeople,
    /// Make, change and remove devices of the person in scope, and that person's absences; of oneself
    /// also language and time zone.
    WriteOwnDevices,
    /// Make, change and remove the group in scope, its shifts and its members' absences.
    WriteGroups,
    /// Make, change and remove sites.
    WriteSites,
    /// Make, change and remove integrations and forms.
    WriteIntegrations,
    /// See alerts and their timelines.
    ReadAlerts,
    /// Answer an alert one was told of.
    Respond,
    /// Acknowledge, close, suspend and annotate alerts.
    ChangeAlert,
    /// Start alerts by hand or through the API.
    SendEvents,
    /// Make, change and end silences and maintenance windows.
    WriteSilences,
    /// Everything about the instance itself: roles, API keys of others, licences, the audit log.
    Administer,
    /// Everything about all instances: make them, say what they are entitled to, see every node and
    /// the whole audit. Only in [`Scope::Server`].
    Operate,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 13] = [
        Self::ReadConfiguration,
        Self::WritePeople,
        Self::WriteOwnDevices,
        Self::WriteGroups,
        Self::WriteSites,
        Self::WriteIntegrations,
        Self::ReadAlerts,
        Self::Respond,
        Self::ChangeAlert,
        Self::SendEvents,
        Self::WriteSilences,
        Self::Administer,
        Self::Operate,
    ];

    /// What it allows, after "may not".
    const fn verb(self) -> &'static str {
        match self {
            Self::ReadConfiguration => "see the configuration",
            Self::WritePeople => "change this person",
            Self::WriteOwnDevices => "change this person's devices",
            Self::WriteGroups => "change this group",
            Self::WriteSites => "change sites",
            Self::WriteIntegrations => "change integrations and forms",
            Self::ReadAlerts => "see alerts",
            Self::Respond => "respond to alerts",
            Self::ChangeAlert => "change alerts",
            Self::SendEvents => "send events",
            Self::WriteSilences => "change silences and maintenance windows",
            Self::Administer => "administer this instance",
            Self::Operate => "operate this server",
        }
    }
}

/// On what somebody wants to act.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// Nothing in particular.
    Instance,
    /// This person, or this person's devices.
    Person(&'a Person),
    /// The group that these people supervise; for a new group the ones it would have.
    Group {
        /// Who looks after it.
        supervisors: &'a [PersonId],
    },
    /// All instances of the server, which these operate.
    Server(Operators),
}

/// Whose Full Access Users operate the whole server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operators {
    /// Those of this instance.
    Of(InstanceNo),
    /// Nobody: there are several instances, and it was not set which.
    NotSet,
    /// Nobody: there is no instance of the name that was set.
    NotThere,
}

impl Operators {
    /// Who they are by the setting: the people of the instance of that name, if there is one.
    pub const fn named(instance: Option<InstanceNo>) -> Self {
        match instance {
            Some(no) => Self::Of(no),
            None => Self::NotThere,
        }
    }

    /// Who they are without the setting: the people of the only instance. `all` are the instances there
    /// are, whether they can be read or not.
    pub fn unnamed(all: impl IntoIterator<Item = InstanceNo>) -> Self {
        let mut all = all.into_iter();
        match (all.next(), all.next()) {
            (Some(only), None) => Self::Of(only),
            (None, _) | (Some(_), Some(_)) => Self::NotSet,
        }
    }

    fn include(self, principal: &Principal) -> bool {
        self == Self::Of(principal.instance)
    }
}

/// It is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Forbidden {
    /// A sentence for people in English, that names the role or licence that is needed.
    pub message: String,
    /// The same for those who say it in other languages.
    pub why: Why,
}

/// Why something is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It needs a full user licence.
    Licence(Permission),
    /// A link from a message is not enough for it.
    Link(Permission),
    /// It needs one of these roles, the strongest last.
    Roles(Permission, Vec<Role>),
    /// It is for those who operate the server; they are these. None: it was no question of the server.
    Server(Option<Operators>),
    /// It is about somebody with this role, which may more than the principal.
    Beyond(Deed, Role),
}

/// What nobody does to a role that may more than their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Give or take it.
    Give,
    /// Set the password of whoever has it.
    SetPassword,
    /// Set an e-mail address of whoever has it.
    SetMail,
}

impl Deed {
    /// What it is, after "may not" and before the role.
    const fn verb(self) -> &'static str {
        match self {
            Self::Give => "give or take the role",
            Self::SetPassword => "set the password of somebody with the role",
            Self::SetMail => "set an e-mail address of somebody with the role",
        }
    }
}

/// How far a role carries; what carries further is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// Nowhere.
    No,
    /// To oneself, or to the groups one supervises.
    Own,
    /// Everywhere but to people with full access, whom it could otherwise become.
    Below,
    /// Everywhere.
    All,
}

/// Whether the principal may do this to that.
pub fn allows(
    principal: &Principal,
    permission: Permission,
    scope: &Scope<'_>,
) -> Result<(), Forbidden> {
    if principal.licence == LicenceType::StakeholderUser && needs_full_licence(permission) {
        let verb = permission.verb();
        return Err(Forbidden {
            message: format!(
                "You may not {verb}: this needs a full user licence, not a stakeholder's."
            ),
            why: Why::Licence(permission),
        });
    }
    if principal.via == Via::Link {
        return match permission {
            Permission::Respond => Ok(()),
            _ => Err(Forbidden {
                message: format!(
                    "You may not {} with a link from a message: sign in.",
                    permission.verb()
                ),
                why: Why::Link(permission),
            }),
        };
    }
    if permission == Permission::Operate {
        operates(principal, scope)?;
    }
    let carried =
        principal.roles.iter().any(|role| covers(reach(*role, permission), principal, scope));
    if carried { Ok(()) } else { Err(forbidden(principal, permission, scope)) }
}

/// Whether the principal's instance is the one whose people operate the server.
fn operates(principal: &Principal, scope: &Scope<'_>) -> Result<(), Forbidden> {
    let why = match scope {
        Scope::Server(operators) if operators.include(principal) => return Ok(()),
        Scope::Server(Operators::Of(_)) => "this is for the instance that operates it.",
        Scope::Server(Operators::NotSet) => {
            "there are several instances, and operator_instance does not say which one operates it."
        }
        Scope::Server(Operators::NotThere) => {
            "there is no instance of the name that operator_instance gives."
        }
        Scope::Instance | Scope::Person(_) | Scope::Group { .. } => {
            "that is about the server and not about an instance."
        }
    };
    let of = match scope {
        Scope::Server(operators) => Some(*operators),
        Scope::Instance | Scope::Person(_) | Scope::Group { .. } => None,
    };
    let message = format!("You may not {}: {why}", Permission::Operate.verb());
    Err(Forbidden { message, why: Why::Server(of) })
}

/// Whether the principal may change a person's roles so: nobody gives or takes a role that may more
/// than they may themselves.
pub fn may_change_roles(
    principal: &Principal,
    before: &[Role],
    after: &[Role],
) -> Result<(), Forbidden> {
    let given = after.iter().filter(|role| !before.contains(role));
    let mut changed = given.chain(before.iter().filter(|role| !after.contains(role)));
    match changed.find(|role| !is_within(**role, principal)) {
        None => Ok(()),
        Some(role) => Err(beyond(Deed::Give, *role)),
    }
}

/// Whether the principal may set a person's password, and so become them: only of those who may no
/// more than they may themselves.
pub fn may_set_password(principal: &Principal, person: &Person) -> Result<(), Forbidden> {
    match person.roles.iter().find(|role| !is_within(**role, principal)) {
        None => Ok(()),
        Some(role) => Err(beyond(Deed::SetPassword, *role)),
    }
}

/// Whether the principal may say where somebody else's mail goes. A link to a new password is sent
/// there, so this is as good as setting the password.
pub fn may_set_mail(principal: &Principal, owner: &Person) -> Result<(), Forbidden> {
    if owner.id == principal.person {
        return Ok(());
    }
    match owner.roles.iter().find(|role| !is_within(**role, principal)) {
        None => Ok(()),
        Some(role) => Err(beyond(Deed::SetMail, *role)),
    }
}

/// Whether the principal's roles together carry at least as far as this one.
fn is_within(role: Role, principal: &Principal) -> bool {
    Permission::ALL.into_iter().all(|permission| {
        let own = principal.roles.iter().map(|own| reach(*own, permission)).max();
        reach(role, permission) <= own.unwrap_or(Reach::No)
    })
}

fn beyond(deed: Deed, role: Role) -> Forbidden {
    let what = deed.verb();
    let full = Role::FullAccessUser;
    let own = if role == full { String::new() } else { format!("{} or ", role.word()) };
    Forbidden {
        message: format!(
            "You may not {what} {}: this needs the role {own}{}.",
            role.word(),
            full.word()
        ),
        why: Why::Beyond(deed, role),
    }
}

const fn needs_full_licence(permission: Permission) -> bool {
    match permission {
        Permission::Respond | Permission::ChangeAlert | Permission::SendEvents => true,
        Permission::ReadConfiguration
        | Permission::WritePeople
        | Permission::WriteOwnDevices
        | Permission::WriteGroups
        | Permission::WriteSites
        | Permission::WriteIntegrations
        | Permission::ReadAlerts
        | Permission::WriteSilences
        | Permission::Administer
        | Permission::Operate => false,
    }
}

/// The table at the head of this module: one reach per role, in the order of [`Role::ALL`].
const fn row(permission: Permission) -> [Reach; Role::ALL.len()] {
    use Permission as P;
    use Reach::{All as A, Below as B, No as N, Own as O};
    match permission {
        // Full, Group Supervisor, Person Supervisor, Standard, Read-only, REST Web Service, No
        // Access.
        P::ReadConfiguration | P::ReadAlerts => [A, A, A, A, A, A, N],
        P::WritePeople => [A, N, B, N, N, N, N],
        P::WriteOwnDevices => [A, O, B, O, N, N, N],
        P::WriteGroups => [A, O, N, N, N, N, N],
        P::WriteSites | P::WriteIntegrations | P::Administer | P::Operate => [A, N, N, N, N, N, N],
        P::Respond => [A, A, A, A, N, N, N],
        P::ChangeAlert | P::SendEvents => [A, A, A, A, N, A, N],
        P::WriteSilences => [A, A, N, N, N, N, N],
    }
}

fn reach(role: Role, permission: Permission) -> Reach {
    Role::ALL
        .into_iter()
        .zip(row(permission))
        .find(|(of, _)| *of == role)
        .map_or(Reach::No, |(_, reach)| reach)
}

fn covers(reach: Reach, principal: &Principal, scope: &Scope<'_>) -> bool {
    match (reach, scope) {
        (Reach::No, _)
        | (Reach::Own, Scope::Instance)
        | (Reach::Own | Reach::Below, Scope::Server(_)) => false,
        // What is all instances' is nobody's by a role alone.
        (Reach::All, Scope::Server(operators)) => operators.include(principal),
        (Reach::All, _) | (Reach::Below, Scope::Instance | Scope::Group { .. }) => true,
        (Reach::Own, Scope::Person(person)) => person.id == principal.person,
        (Reach::Own, Scope::Group { supervisors }) => supervisors.contains(&principal.person),
        (Reach::Below, Scope::Person(person)) => !person.roles.contains(&Role::FullAccessUser),
    }
}

fn forbidden(principal: &Principal, permission: Permission, scope: &Scope<'_>) -> Forbidden {
    // The roles with which this very person could do this very thing, the strongest last.
    let enough: Vec<Role> = Role::ALL
        .into_iter()
        .rev()
        .filter(|role| covers(reach(*role, permission), principal, scope))
        .collect();
    let mut message = format!("You may not {}: this needs the role ", permission.verb());
    for (n, role) in enough.iter().enumerate() {
        let before = match n {
            0 => "",
            _ if n + 1 == enough.len() => " or ",
            _ => ", ",
        };
        let written = write!(message, "{before}{}", role.word());
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
    }
    message.push('.');
    Forbidden { message, why: Why::Roles(permission, enough) }
}

#[cfg(test)]
mod tests;
