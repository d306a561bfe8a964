//! Every limit that more than one crate must know, with its unit. A limit used by one crate lives there.

/// The largest event payload accepted, in bytes (xMatters: 200,000).
pub const EVENT_BODY_BYTES_MAX: usize = 200_000;
/// The largest body of any other API request, in bytes.
pub const API_BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// The longest name of a person, group, device, site, shift, … in characters (xMatters: 100).
pub const NAME_CHARS_MAX: usize = 100;
/// The longest description, in characters.
pub const DESCRIPTION_CHARS_MAX: usize = 1024;
/// The longest dedup key, in characters; longer ones are refused (PagerDuty: 255, Opsgenie: 512).
pub const DEDUP_KEY_CHARS_MAX: usize = 512;
/// The longest summary of an alert, in characters; longer ones are cut and marked (PagerDuty: 1024).
pub const SUMMARY_CHARS_MAX: usize = 1024;
/// The most properties of one event.
pub const PROPERTIES_MAX: usize = 256;
/// The most recipients one event may name.
pub const RECIPIENTS_MAX: usize = 1000;
/// The longest comment of a response, in characters.
pub const COMMENT_CHARS_MAX: usize = 2000;
/// The default page of a list.
pub const PAGE_DEFAULT: usize = 100;
/// The largest page of a list.
pub const PAGE_MAX: usize = 1000;
