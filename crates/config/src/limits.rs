//! How much configuration one instance may have. Enforced by `check`; far above what the largest
//! known customers of comparable products have.

use firebell_domain::directory::Kind;

/// Entities one change may touch.
pub const CHANGES_MAX: usize = 500_000;
/// Characters of an author's name in the log.
pub const AUTHOR_CHARS_MAX: usize = 200;
/// Characters of a reason in the log.
pub const REASON_CHARS_MAX: usize = 1_024;
/// Members of one roster.
pub const ROSTER_MAX: usize = 10_000;
/// Supervisors of one person or group.
pub const SUPERVISORS_MAX: usize = 100;
/// Devices of one person.
pub const DEVICES_PER_PERSON_MAX: usize = 50;
/// Time frames of one device.
pub const TIMEFRAMES_MAX: usize = 50;
/// Holidays of one site.
pub const HOLIDAYS_MAX: usize = 5_000;
/// API keys of one person.
pub const API_KEYS_PER_PERSON_MAX: usize = 20;
/// Matchers of one silence or maintenance window.
pub const MATCHERS_MAX: usize = 64;
/// Integrations one maintenance window names.
pub const WINDOW_INTEGRATIONS_MAX: usize = 1_000;
/// Custom fields of one person.
pub const PERSON_PROPERTIES_MAX: usize = 200;
/// Characters of a custom field's name, and bytes of its value.
pub const PROPERTY_NAME_CHARS_MAX: usize = 100;
/// Bytes of the value of a custom field.
pub const PROPERTY_VALUE_BYTES_MAX: usize = 20_000;
/// Characters of a key in another system, of an address line, of a language.
pub const SHORT_TEXT_CHARS_MAX: usize = 200;
/// Bytes of one message template: the longest that the channels compile.
pub const TEMPLATE_BYTES_MAX: usize = 32 * 1024;
/// Bytes of a webhook's URL.
pub const URL_BYTES_MAX: usize = 4_096;
/// Bytes of a webhook's signing secret.
pub const SECRET_BYTES_MAX: usize = 1_024;
/// Days an absence may last.
pub const ABSENCE_DAYS_MAX: i64 = 5 * 366;
/// Digits of a telephone sign-in.
pub const PHONE_LOGIN_DIGITS_MAX: usize = 30;
/// Events per minute an integration may be allowed.
pub const RATE_PER_MINUTE_MAX: u32 = 10_000_000;

/// How many entities of a kind one instance may have.
pub const fn entities_max(kind: Kind) -> usize {
    match kind {
        Kind::Site | Kind::Silence | Kind::Integration => 10_000,
        Kind::Person | Kind::Password => 200_000,
        Kind::Device => 500_000,
        Kind::Group => 20_000,
        Kind::Shift | Kind::ApiKey => 50_000,
        Kind::Absence => 100_000,
        Kind::Form | Kind::Window => 5_000,
        Kind::Entitlement => 10,
    }
}
