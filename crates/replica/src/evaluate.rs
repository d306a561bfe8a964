//! Decisions computed from a configuration to see that it can be used: what requests would do, when
//! there are too few of them.

use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_config::decisions;
use firebell_config::view::View;
use firebell_domain::directory::Directory;
use firebell_domain::oncall;
use jiff::tz::TimeZone;

/// The most evaluations at a time.
const EVALUATIONS_MAX: u64 = 10_000;
/// Between one evaluation of an instance and the next lie so many seconds of its calendar.
const STEP_SECONDS: i64 = 3_600;

/// Computes about so many decisions over instances spread evenly: who holds licences and may sign
/// in, and who is on call in one group. Returns how many; an empty configuration has no decision
/// that could fail.
pub(crate) fn evaluate(view: &View, wanted: u64, now: Timestamp) -> u64 {
    let wanted = wanted.clamp(1, EVALUATIONS_MAX);
    let spread = view.len().div_ceil(usize::try_from(wanted).unwrap_or(1)).max(1);
    let sample = view.instances().step_by(spread).filter_map(|held| held.directory());
    let sample: Vec<_> = sample.collect();
    if sample.is_empty() {
        return wanted;
    }
    for (nth, directory) in (0..wanted).zip(sample.iter().cycle()) {
        let hours = i64::try_from(nth).unwrap_or(0);
        one(directory, add_seconds(now, hours.saturating_mul(STEP_SECONDS)), nth);
    }
    wanted
}

fn one(directory: &Directory, at: Timestamp, nth: u64) {
    let decisions = decisions::derive(directory, at.to_zoned(TimeZone::UTC).date());
    std::hint::black_box(&decisions);
    let groups = directory.groups();
    let Some(last) = groups.len().checked_sub(1) else { return };
    let which = usize::try_from(nth).unwrap_or(0) % (last + 1);
    for group in directory.groups().skip(which).take(1) {
        std::hint::black_box(&oncall::on_call(directory, group, at, &|_| 0));
    }
}
