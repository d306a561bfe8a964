//! The schedule calculus: when shifts are held, who covers, in which order, and when devices may be
//! used. Pure functions of their arguments: no clock, no I/O, no randomness, no serialisation.
//!
//! | part | answers |
//! |---|---|
//! | [`Pattern`] | at which instants is a recurring shift held |
//! | [`coverage()`] | how do several shifts fill a window, and where are gaps |
//! | [`rotation`] | in which order are the members asked (rules R1 to R6 there) |
//! | [`absence`] | who stands in for whom (rules A1 to A4 there) |
//! | [`timeframe`] | may this device be used now (rules T1 to T5 there) |
//! | [`Zone`] | which instant is a local time |
//!
//! # Semantics of a pattern
//!
//! Tests in `schedule/tests` name the rule they hold down.
//!
//! - **S1. Half-open.** An occurrence is `[start, end)`: at `end` it is over. A window `[from,
//!   to)` contains an occurrence that overlaps it, not one that merely touches it.
//! - **S2. Local.** The rule is read on the wall clock of the pattern's zone: the local date and
//!   time of the first start, derived with the zone rules known now, give the earliest date and
//!   the time of day of every occurrence. 09:00 stays 09:00 across clock changes.
//! - **S3. First occurrence.** The first start's date is held only if the rule yields it: every
//!   weekday from a Sunday begins on Monday. If it is held, it is exactly the two instants given.
//! - **S4. Length.** Every other occurrence lasts from its local start to the local time that is
//!   later by the *wall-clock* length of the first one (local end minus local start), both turned
//!   into instants by S5 and S6. 09:00–17:00 stays so on every day, midnight to midnight is 23 or
//!   25 hours long on days with a clock change, a night shift is an hour shorter or longer. Should
//!   the first one end at an earlier local time than it starts (20 minutes within a doubled hour),
//!   its elapsed length is used.
//! - **S5. Skipped local times** (the hour missing in spring) are the instant of the jump. Not
//!   "moved on by the length of the gap": a shift to 02:30 and one from 02:30 to 03:15 would then
//!   overlap the one from 03:15.
//! - **S6. Doubled local times** (the hour repeated in autumn) are the earlier instant. The second
//!   pass belongs to whatever is held at the end of the first.
//! - **S7. Neighbours meet.** S5 and S6 are one rule, "the first instant at which the clock shows
//!   this time or a later one", which never decreases. So two shifts, or two days of one, that
//!   share a local boundary share the instant: 24-hour shifts cover every instant once, in every
//!   zone.
//! - **S8. Nothing left.** An occurrence that has no instant left (02:15–02:45 on the day that
//!   skips that hour; 09:00–17:00 on 30 December 2011 in Samoa, a date that did not exist) is not
//!   held but keeps its number. One that reaches beyond the jump is held for what is left of it.
//! - **S9. Daily**: every n-th date counted from the first start.
//! - **S10. Weekly**: the named days of every n-th week counted from the week of the first start.
//!   Weeks start on Sunday, as in the API's list of days; this matters only for n > 1.
//! - **S11. Every weekday** is Monday to Friday, **every weekend day** Saturday and Sunday,
//!   everywhere.
//! - **S12. Monthly**: on a date by number, months without it have no occurrence ("LAST" is how to
//!   ask for the end of each month, so 31 means 31); "LAST" is the month's last date; a weekday by
//!   place, where "LAST" is the fourth or fifth.
//! - **S13. Yearly**: the first start's date; 29 February is held on 28 February in years without
//!   one. There is no other way to ask for it, and somebody should be on call.
//! - **S14. Holiday**: every holiday that is not before the first start's date, read as a date of
//!   the pattern's zone, between the local times of the first occurrence. The first start's own
//!   date is held only if it is a holiday.
//! - **S15. End.** `Date`: occurrences that start after it are not held; one that starts by then
//!   is held in full. `Repetitions(n)`: the first n dates of the rule, whether held, deleted or
//!   empty.
//! - **S16. Deleted occurrences** are named by their exact start. They keep their number.
//! - **S17. Overlap.** When occurrences of one pattern overlap (a daily shift of 30 hours), all
//!   are listed, and the latest started is in force.
//! - **S18. Next change** is the first instant at which another occurrence, or none, comes into
//!   force; two that meet are a change.
//! - **S19. New zone rules** move later occurrences with the wall clock. The first occurrence and
//!   the stored starts of deleted ones are instants and do not move.

pub mod absence;
pub mod rotation;
pub mod timeframe;
mod calendar;
mod coverage;
mod pattern;
mod recurrence;
mod sets;
mod zone;

#[cfg(test)]
mod tests;

pub use coverage::{COVERAGE_DAYS_MAX, Segment, coverage};
pub use jiff::civil::Weekday;
pub use pattern::{
    DURATION_DAYS_MAX, EXCLUSIONS_MAX, Exclusion, OCCURRENCES_MAX, Occurrence, Pattern,
    PatternError, START_YEARS,
};
pub use recurrence::{
    Classifier, DayOfMonth, Frequency, MonthlyOn, REPEAT_EVERY_MAX, Recurrence, RecurrenceEnd,
};
pub use sets::{Holidays, MonthSet, WeekdaySet};
pub use zone::{ZONE_NAME_BYTES_MAX, Zone, ZoneError};
