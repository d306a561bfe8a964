//! The kinds of things an instance's configuration is made of, as one type: what is stored, compared, logged
//! and replaced.

use crate::absence::TemporaryAbsence;
use crate::credential::{ApiKey, Password};
use crate::device::Device;
use crate::form::Form;
use crate::group::Group;
use crate::integration::Integration;
use crate::licence::Entitlement;
use crate::person::Person;
use crate::shift::Shift;
use crate::site::Site;
use crate::suppression::{MaintenanceWindow, Silence};

/// Anything an instance's configuration is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Entity {
    /// A site.
    Site(Site),
    /// A person.
    Person(Person),
    /// A device.
    Device(Device),
    /// A group.
    Group(Group),
    /// A shift.
    Shift(Box<Shift>),
    /// An absence.
    Absence(TemporaryAbsence),
    /// A form.
    Form(Form),
    /// An integration.
    Integration(Integration),
    /// A silence.
    Silence(Silence),
    /// A maintenance window.
    Window(Box<MaintenanceWindow>),
    /// An API key.
    ApiKey(ApiKey),
    /// A password.
    Password(Password),
    /// An entitlement.
    Entitlement(Entitlement),
}

/// The kinds of entities, in the order in which a configuration can be built without dangling references.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A site.
    Site,
    /// A person.
    Person,
    /// A device.
    Device,
    /// A group.
    Group,
    /// A shift.
    Shift,
    /// An absence.
    Absence,
    /// A form.
    Form,
    /// An integration.
    Integration,
    /// A silence.
    Silence,
    /// A maintenance window.
    Window,
    /// An API key.
    ApiKey,
    /// A password.
    Password,
    /// An entitlement.
    Entitlement,
}

impl Kind {
    /// Every kind, in building order.
    pub const ALL: [Self; 13] = [
        Self::Site,
        Self::Person,
        Self::Device,
        Self::Group,
        Self::Shift,
        Self::Absence,
        Self::Form,
        Self::Integration,
        Self::Silence,
        Self::Window,
        Self::ApiKey,
        Self::Password,
        Self::Entitlement,
    ];

    /// The word in the database and in messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Person => "person",
            Self::Device => "device",
            Self::Group => "group",
            Self::Shift => "shift",
            Self::Absence => "absence",
            Self::Form => "form",
            Self::Integration => "integration",
            Self::Silence => "silence",
            Self::Window => "window",
            Self::ApiKey => "api_key",
            Self::Password => "password",
            Self::Entitlement => "entitlement",
        }
    }

    /// The kind with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl Entity {
    /// What it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Site(_) => Kind::Site,
            Self::Person(_) => Kind::Person,
            Self::Device(_) => Kind::Device,
            Self::Group(_) => Kind::Group,
            Self::Shift(_) => Kind::Shift,
            Self::Absence(_) => Kind::Absence,
            Self::Form(_) => Kind::Form,
            Self::Integration(_) => Kind::Integration,
            Self::Silence(_) => Kind::Silence,
            Self::Window(_) => Kind::Window,
            Self::ApiKey(_) => Kind::ApiKey,
            Self::Password(_) => Kind::Password,
            Self::Entitlement(_) => Kind::Entitlement,
        }
    }

    /// Its id; a password has its person's, an entitlement its licence type's.
    pub const fn id(&self) -> [u8; 16] {
        match self {
            Self::Site(e) => e.id.to_bytes(),
            Self::Person(e) => e.id.to_bytes(),
            Self::Device(e) => e.id.to_bytes(),
            Self::Group(e) => e.id.to_bytes(),
            Self::Shift(e) => e.id.to_bytes(),
            Self::Absence(e) => e.id.to_bytes(),
            Self::Form(e) => e.id.to_bytes(),
            Self::Integration(e) => e.id.to_bytes(),
            Self::Silence(e) => e.id.to_bytes(),
            Self::Window(e) => e.id.to_bytes(),
            Self::ApiKey(e) => e.id.to_bytes(),
            Self::Password(e) => e.person.to_bytes(),
            Self::Entitlement(e) => e.licence.id(),
        }
    }

    /// The folded name that must be unique among its kind in the instance; its id where it has no name.
    pub fn name_key(&self) -> String {
        match self {
            Self::Site(e) => e.name.fold(),
            Self::Person(e) => e.target_name.fold(),
            Self::Device(e) => format!("{}|{}", e.owner, e.name.fold()),
            Self::Group(e) => e.target_name.fold(),
            Self::Shift(e) => format!("{}|{}", e.group, e.name.fold()),
            Self::Absence(e) => e.id.to_string(),
            Self::Form(e) => e.name.fold(),
            Self::Integration(e) => e.name.fold(),
            Self::Silence(e) => e.id.to_string(),
            Self::Window(e) => e.name.fold(),
            Self::ApiKey(e) => e.id.to_string(),
            Self::Password(e) => e.person.to_string(),
            Self::Entitlement(e) => e.licence.word().to_lowercase(),
        }
    }
}
