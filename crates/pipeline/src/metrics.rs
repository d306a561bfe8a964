//! Counters of the event's way, in Prometheus text form.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($name:ident $metric:literal $help:literal;)*) => {
        /// The counters of one process.
        #[derive(Debug, Default)]
        pub struct Counters {
            $(#[doc = $help] pub $name: Counter,)*
        }

        impl Counters {
            /// All counters as Prometheus text (format 0.0.4).
            pub fn text(&self) -> String {
                let mut out = String::new();
                $(
                    out.push_str(concat!("# HELP ", $metric, " ", $help, "\n"));
                    out.push_str(concat!("# TYPE ", $metric, " counter\n"));
                    line(&mut out, $metric, self.$name.get());
                )*
                out
            }
        }
    };
}

counters! {
    requests_accepted "firebell_intake_requests_accepted_total"
        "Requests answered 2xx after their events were durable.";
    events_accepted "firebell_intake_events_accepted_total"
        "Events durable in the journal.";
    requests_refused "firebell_intake_requests_refused_total"
        "Requests refused because of their content.";
    requests_shed "firebell_intake_requests_shed_total"
        "Requests asked to come again: rate limit or full queue.";
    events_opened "firebell_correlate_events_opened_total"
        "Events that opened an alert.";
    events_folded "firebell_correlate_events_folded_total"
        "Events counted into an open alert.";
    events_suppressed "firebell_correlate_events_suppressed_total"
        "Events hidden by a silence or a maintenance window.";
    events_unmatched "firebell_correlate_events_unmatched_total"
        "Acknowledge or resolve events without an open alert.";
    events_refused "firebell_correlate_events_refused_total"
        "Events whose integration or form was gone.";
    records_damaged "firebell_correlate_records_damaged_total"
        "Journal records set aside because they could not be read.";
    nobody_told "firebell_route_nobody_told_total"
        "Alerts for which nobody could be told.";
    turns_taken "firebell_escalate_turns_total"
        "Turns of escalations taken.";
    notified "firebell_notify_notifications_total"
        "Notifications decided.";
    delivered "firebell_deliver_delivered_total"
        "Notifications taken by a channel.";
    delivery_retries "firebell_deliver_retries_total"
        "Attempts that failed and are repeated.";
    delivery_failures "firebell_deliver_failures_total"
        "Notifications given up.";
    delivered_late "firebell_deliver_late_total"
        "Notifications sent more than a minute after they were due.";
    responses "firebell_respond_responses_total"
        "Responses recorded.";
    engine_failures "firebell_engine_failures_total"
        "Turns of the engine that failed and are repeated.";
}

/// A number that only rises.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds `n`.
    pub fn add(&self, n: usize) {
        self.0.fetch_add(u64::try_from(n).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The number so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A shared handle on a process's counters.
pub type Metrics = Arc<Counters>;

/// Writes one sample line.
pub fn line(out: &mut String, name: &str, value: impl std::fmt::Display) {
    // Writing to a String cannot fail.
    if writeln!(out, "{name} {value}").is_err() {
        debug_assert!(false, "a String took no text");
    }
}
