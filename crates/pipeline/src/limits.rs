//! The bounds of the pipeline, with their units.

use std::time::Duration;

use firebell_base::backoff::Backoff;

/// Requests that may wait for the journal's next commit; more are told to come again.
pub const INTAKE_WAITING_MAX: usize = 4096;
/// Events in one journal record.
pub const JOURNAL_EVENTS_MAX: usize = 1024;
/// Bytes in one journal record (a single larger event still makes one).
pub const JOURNAL_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Journal records processed in one turn: with many senders a record holds many events, with few it holds one.
pub const RECORDS_PER_TURN_MAX: i64 = 256;
/// Bytes of journal records processed in one turn, about 2,000 small events (a single larger record still is one).
pub const RECORD_BYTES_PER_TURN_MAX: i64 = 2 * 1024 * 1024;
/// Due walks and run-out alerts processed in one turn, each.
pub const DUE_PER_TURN_MAX: i64 = 256;
/// Due notifications of one instance leased in one turn.
pub const LEASED_PER_TURN_MAX: usize = 256;
/// Messages being sent or waiting to be sent in this process.
pub const SENDING_MAX: usize = 1024;
/// Messages of one instance being sent or waiting to be sent in this process: its flood must leave room for
/// others.
pub const SENDING_PER_INSTANCE_MAX: usize = 256;
/// Messages being sent at the same moment.
pub const IN_FLIGHT_MAX: usize = 128;
/// Messages of one instance being sent at the same moment: a slow receiver of one customer must not
/// take every place.
pub const IN_FLIGHT_PER_INSTANCE_MAX: usize = 64;
/// Results of sendings recorded in one transaction.
pub const RESULTS_PER_RECORD_MAX: usize = 512;
/// How long a sender has before the notification is given to another: longer than any channel's time-out.
pub const LEASE: Duration = Duration::from_mins(5);
/// A message that goes out this late says so.
pub const LATE_AFTER: Duration = Duration::from_mins(1);
/// A message that waited this long for its turn is checked again before it is sent: it may be answered.
pub const RECHECK_AFTER: Duration = Duration::from_secs(2);
/// How often the engine looks without a hint.
pub const POLL: Duration = Duration::from_millis(500);
/// Turns of walks that *explain* follows.
pub const EXPLAIN_TURNS_MAX: usize = 200;
/// Events of one instance and integration per minute, unless the integration says otherwise. A full minute may
/// come at once.
pub const EVENTS_PER_MINUTE_DEFAULT: u32 = 60_000;
/// Attempts to deliver a notification: over about 20 minutes.
pub const DELIVERY_BACKOFF: Backoff =
    Backoff { first: Duration::from_secs(5), cap: Duration::from_mins(5), attempts_max: 9 };
/// The longest wait before the next attempt that a provider may ask for.
pub const RETRY_AFTER_MAX: Duration = Duration::from_mins(15);
