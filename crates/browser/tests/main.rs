//! The pages in a real browser, in front of the real binary. One server and a few browsers serve all
//! tests; what is missing on the machine is a failure that says how to install it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests: what fails is the test"
)]

mod watchers;
mod pages;
mod sign_in;
mod answer;
mod alerts;
mod users;
mod shifts;
mod first_run;
mod attacks;
mod frame;
mod offline;
mod tongues;
mod speed;
mod guide;
