//! The fields of a document. Every field may be left out; those in the second braces may be null,
//! which clears them.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

use crate::parts::{
    OptionPart, PostalPart, RecurrencePart, RotationPart, TemplatesPart, TimeframePart,
};

/// The version of the form this release reads and writes.
pub(super) const VERSION: u64 = 1;

macro_rules! shapes {
    ($(
        $(#[$about:meta])*
        $name:ident { $($field:ident: $kind:ty,)* } { $($null:ident: $nullable:ty,)* }
    )*) => {$(
        $(#[$about])*
        #[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub(super) struct $name {
            $(
                #[serde(skip_serializing_if = "Option::is_none")]
                pub(super) $field: Option<$kind>,
            )*
            $(
                #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "given")]
                pub(super) $null: Option<Option<$nullable>>,
            )*
        }
    )*};
}

/// Tells null from a field that is left out.
#[expect(clippy::option_option, reason = "null and a field that is left out are different")]
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    source: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(source).map(Some)
}

shapes! {
    /// The whole document.
    Root {
        version: u64,
        sites: Vec<SiteShape>,
        people: Vec<PersonShape>,
        groups: Vec<GroupShape>,
        forms: Vec<FormShape>,
        integrations: Vec<IntegrationShape>,
        maintenance_windows: Vec<WindowShape>,
    } {}

    /// A site, by `name`.
    SiteShape {
        name: String,
        language: String,
        timezone: String,
        country: String,
        address: PostalPart,
        status: String,
        holidays: Vec<String>,
        externally_owned: bool,
    } {
        external_key: String,
    }

    /// A person, by `targetName`.
    PersonShape {
        target_name: String,
        first_name: String,
        last_name: String,
        web_login: String,
        language: String,
        timezone: String,
        supervisors: Vec<String>,
        roles: Vec<String>,
        status: String,
        license_type: String,
        properties: BTreeMap<String, Json>,
        externally_owned: bool,
        devices: Vec<DeviceShape>,
    } {
        phone_login: String,
        site: String,
        external_key: String,
    }

    /// A device of a person, by `name`; their order is the order of use.
    DeviceShape {
        name: String,
        device_type: String,
        email_address: String,
        phone_number: String,
        url: String,
        delay: u16,
        priority_threshold: String,
        timeframes: Vec<TimeframePart>,
        default_device: bool,
        status: String,
        externally_owned: bool,
    } {
        secret: String,
        external_key: String,
    }

    /// A group, by `targetName`.
    GroupShape {
        target_name: String,
        description: String,
        group_type: String,
        status: String,
        members: Vec<Json>,
        supervisors: Vec<String>,
        observed_by_all: bool,
        allow_duplicates: bool,
        use_default_devices: bool,
        externally_owned: bool,
        shifts: Vec<ShiftShape>,
    } {
        site: String,
        external_key: String,
    }

    /// A shift of a group, by `name`.
    ShiftShape {
        name: String,
        description: String,
        start: String,
        end: String,
        timezone: String,
        recurrence: RecurrencePart,
        exclusions: Vec<String>,
        members: Vec<MemberShape>,
    } {
        rotation: RotationPart,
        repeat_escalation: RepeatShape,
        notify_end_of_escalation: NoticeShape,
    }

    /// A place in a shift.
    MemberShape {
        recipient: Json,
        delay: u16,
        escalation_type: String,
        in_rotation: bool,
    } {}

    /// Starting the walk again.
    RepeatShape {
        repetitions: u16,
        delay: u16,
    } {}

    /// Telling somebody that nobody answered.
    NoticeShape {
        recipient: Json,
        delay: u16,
    } {}

    /// A form, by `name`.
    FormShape {
        name: String,
        recipients: Vec<Json>,
        priority: String,
        response_options: Vec<OptionPart>,
        templates: TemplatesPart,
        expiration_minutes: u32,
        override_device_restrictions: bool,
        escalation_override: bool,
    } {}

    /// An integration, by `name`.
    IntegrationShape {
        name: String,
        format: String,
        form: String,
        key: String,
        status: String,
    } {
        rate_per_minute: u32,
    }

    /// A maintenance window, by `name`.
    WindowShape {
        name: String,
        integrations: Vec<String>,
        matchers: Vec<Json>,
        start: String,
        end: String,
        timezone: String,
        recurrence: RecurrencePart,
        exclusions: Vec<String>,
        comment: String,
    } {}
}
