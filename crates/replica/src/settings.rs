//! How a replica paces itself. Every default is here, with its reason.

use std::time::Duration;

/// The pace of a replica. [`Settings::default`] is for a source that is asked (a database);
/// [`Settings::held`] for one that holds the question until there is something new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How long after one question about the head the next is asked. 25 ms: a change of another
    /// process is here within 50 ms in the middle, for 40 reads of one row a second.
    pub poll: Duration,
    /// The same while there is something to load: then each question delays the load.
    pub ping: Duration,
    /// Whether the source holds a question for deltas until there are some. The head is then asked
    /// for every `ping`.
    pub held: bool,
    /// How long what was heard counts as fresh, from when the question was asked. 3 s: three pings.
    pub lease: Duration,
    /// How long after its lease a replica is only `lagging`, before it is `stale_serving`.
    pub lagging: Duration,
    /// How far the wall clock may move against the monotonic one until a lease is dropped: a
    /// machine that slept, or whose clock was set, does not know how old its lease is.
    pub jump: Duration,
    /// How long a head may take. Longer than that it would be no use for the lease.
    pub head_limit: Duration,
    /// How long one page, or one answer with deltas, may take. Not a total: each answer is progress.
    pub answer_limit: Duration,
    /// The shortest wait after a failure; each further failure doubles the longest one.
    pub retry_first: Duration,
    /// The longest wait after a failure. 2 s, so that a replica is back within 10 s of the end of
    /// any fault: one answer's limit, two waits, and time to load.
    pub retry_max: Duration,
    /// A refused load is repeated after this many times what it cost to compute: a configuration
    /// that cannot be read takes a fifth of one processor at most.
    pub reload_rest: u32,
    /// The longest wait because of `reload_rest`.
    pub reload_max: Duration,
    /// How long a revision has to serve before it is proven.
    pub proving: Duration,
    /// How many requests have to be answered from it before it is proven. If there are fewer,
    /// as many decisions are computed.
    pub evaluations: u64,
    /// Whether proven configuration is written to disk.
    pub keeps: bool,
    /// How long after one writing to disk comes the next, at least.
    pub keep_every: Duration,
    /// Everything in memory is computed again from what was decoded once in this time, or as fast
    /// as a tenth of one processor can.
    pub recheck_cycle: Duration,
    /// How many instances are computed again at a time.
    pub recheck_slice: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            poll: Duration::from_millis(25),
            ping: Duration::from_secs(1),
            held: false,
            lease: Duration::from_secs(3),
            lagging: Duration::from_secs(30),
            jump: Duration::from_secs(1),
            head_limit: Duration::from_secs(2),
            answer_limit: Duration::from_secs(5),
            retry_first: Duration::from_millis(200),
            retry_max: Duration::from_secs(2),
            reload_rest: 4,
            reload_max: Duration::from_mins(1),
            proving: Duration::from_mins(1),
            evaluations: 100,
            keeps: false,
            keep_every: Duration::from_mins(1),
            recheck_cycle: Duration::from_mins(1),
            recheck_slice: 64,
        }
    }
}

impl Settings {
    /// For a source that holds questions for deltas, such as a server asked over HTTP.
    pub fn held() -> Self {
        Self { held: true, ..Self::default() }
    }
}
