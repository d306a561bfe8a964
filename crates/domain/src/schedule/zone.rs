//! A named time zone, and the one rule that turns local times into instants.
//!
//! Everything in `schedule` that needs a wall clock asks here, so the treatment of missing and
//! doubled hours cannot differ between shifts, rotations and time frames. The zone database is
//! compiled in; nothing here reads a file or the environment.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// Longest accepted zone name, in bytes; the longest real one has 30.
pub const ZONE_NAME_BYTES_MAX: usize = 64;

/// Zone transitions looked at to find the end of one gap. A gap is ended by the transition that
/// opened it, which is the next one; the spare covers transitions that change only a name.
const GAP_TRANSITIONS_MAX: usize = 4;

/// A time zone known by its IANA name, such as `Europe/Oslo`. Compared by name.
#[derive(Clone)]
pub struct Zone {
    rules: TimeZone,
}

/// Why a zone name was refused. The field is `timezone` wherever the text comes from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// Nothing was given.
    #[error("timezone: is empty; give an IANA name such as Europe/Oslo")]
    Empty,
    /// More than [`ZONE_NAME_BYTES_MAX`] bytes.
    #[error("timezone: is longer than {ZONE_NAME_BYTES_MAX} bytes; give an IANA name")]
    TooLong,
    /// No zone has this name.
    #[error("timezone: {0:?} is not a known time zone; give an IANA name such as Europe/Oslo")]
    Unknown(String),
}

impl ZoneError {
    /// The name of the field that must change.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Empty | Self::TooLong | Self::Unknown(_) => "timezone",
        }
    }
}

impl Zone {
    /// Coordinated universal time, for owners that never chose a zone.
    pub const fn utc() -> Self {
        Self { rules: TimeZone::UTC }
    }

    /// Reads an IANA name; case does not matter, [`Zone::name`] then answers the official case.
    /// Older names such as `US/Eastern` are accepted and kept.
    ///
    /// # Errors
    /// [`ZoneError`] for an empty, overlong or unknown name.
    pub fn parse(name: &str) -> Result<Self, ZoneError> {
        let name = name.trim();
        if name.is_empty() {
            return Err(ZoneError::Empty);
        }
        if name.len() > ZONE_NAME_BYTES_MAX {
            return Err(ZoneError::TooLong);
        }
        match TimeZone::get(name) {
            Ok(rules) if !rules.is_unknown() && rules.iana_name().is_some() => Ok(Self { rules }),
            Ok(_) | Err(_) => Err(ZoneError::Unknown(name.to_owned())),
        }
    }

    /// The names of all zones of the IANA database with a region, sorted: what there is to choose from.
    pub fn names() -> Vec<String> {
        let all = jiff::tz::db().available().map(|name| name.as_str().to_owned());
        let mut names: Vec<String> = all
            .filter(|name| name == "UTC" || (name.contains('/') && !name.starts_with("Etc/")))
            .collect();
        names.sort_unstable();
        names
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        // `parse` refuses zones without a name, so the fallback is only for the type.
        self.rules.iana_name().unwrap_or("UTC")
    }

    /// The rules behind the name, for callers that format times.
    pub const fn rules(&self) -> &TimeZone {
        &self.rules
    }

    /// What a clock in this zone shows at `at`.
    pub fn local(&self, at: Timestamp) -> DateTime {
        self.rules.to_datetime(at)
    }

    /// The instant a local time stands for: the first instant at which a clock in this zone shows
    /// `local` or a later time.
    ///
    /// A doubled local time is its earlier instant, and a local time that is skipped is the
    /// instant of the jump. The answer never decreases when `local` grows, which is what
    /// makes neighbouring shifts meet on every day. `None` only at the edge of representable time.
    pub fn instant(&self, local: DateTime) -> Option<Timestamp> {
        // Offsets of a doubled or skipped time are checked against what the clock shows: where a
        // zone's listed changes end and its yearly rule takes over, the library can take a change
        // of the rule for real that never was (2023-10-28T23:00 in America/Nuuk).
        match self.rules.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(local).ok(),
            AmbiguousOffset::Fold { before, after } => {
                self.showing(local, before).or_else(|| after.to_timestamp(local).ok())
            }
            AmbiguousOffset::Gap { before, after } => self
                .showing(local, after)
                .or_else(|| self.showing(local, before))
                .or_else(|| self.jump_over(local, before, after)),
        }
    }

    /// `local` read with `offset`, if the clock then really shows it.
    fn showing(&self, local: DateTime, offset: Offset) -> Option<Timestamp> {
        offset.to_timestamp(local).ok().filter(|at| self.local(*at) == local)
    }

    /// The instant at which the clock jumps over `local`.
    fn jump_over(&self, local: DateTime, before: Offset, after: Offset) -> Option<Timestamp> {
        // Read with the offset that comes after the jump, a skipped time lies before the jump;
        // read with the one before, it lies at or after it.
        let ahead = after.to_timestamp(local).ok()?;
        let behind = before.to_timestamp(local).ok()?;
        let jump = self
            .rules
            .following(ahead)
            .take(GAP_TRANSITIONS_MAX)
            .find(|t| t.offset() == after && t.timestamp() <= behind);
        Some(jump.map_or(behind, |t| t.timestamp()))
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_and_brought_to_official_case() {
        assert_eq!(Zone::parse(" europe/oslo ").unwrap().name(), "Europe/Oslo");
        assert_eq!(Zone::parse("US/Eastern").unwrap().name(), "US/Eastern");
        assert_eq!(Zone::parse("UTC").unwrap(), Zone::utc());
        assert_eq!(Zone::parse("  "), Err(ZoneError::Empty));
        assert_eq!(Zone::parse(&"x".repeat(65)), Err(ZoneError::TooLong));
        for bad in ["Mars/Olympus", "Etc/Unknown", "+02:00", "CET-1CEST", "../etc/passwd"] {
            assert_eq!(Zone::parse(bad), Err(ZoneError::Unknown(bad.to_owned())), "{bad}");
        }
        let error = Zone::parse("Mars/Olympus").unwrap_err();
        assert!(error.to_string().starts_with(error.field()), "{error}");
    }
}
