//! What the browser tests stand on: Debian's Chromium, driven through WebDriver, in front of the
//! real binary with sample data. For tests only: what fails here panics with the reason.
//!
//! | module | is |
//! |---|---|
//! | [`keep`] | a program that ends with the tests, however they end |
//! | [`driver`] | chromedriver, and WebDriver's protocol |
//! | [`tab`] | what a person does in a browser and sees there |
//! | [`keyboard`] | the same with keys alone |
//! | [`access`] | what assistive technology hears: the accessibility tree, and axe-core |
//! | [`inspect`] | what must not happen on any page: errors, refused sources, failed requests |
//! | [`pool`] | browsers that wait for the next test |
//! | [`other_site`] | a site that is not ours |
//! | [`mod@line`] | the line to the server, which can be cut |
//! | [`installation`] | a server with a database of its own |
//! | [`server`] | the server of all tests, and who is signed in there |
//! | [`sample`] | the sample instances |
//! | [`pages`] | every page there is, in one table |
//! | [`look`] | a page on every screen, light and dark |
//! | [`pictures`] | where screenshots are kept, and which of them the guide shows |
//!
//! Nothing is left out when a program is missing: the test fails and says how to install it.
#![expect(clippy::expect_used, clippy::panic, reason = "test support: what fails is the test")]

pub mod keep;
pub mod driver;
pub mod tab;
pub mod keyboard;
pub mod access;
pub mod inspect;
pub mod pool;
pub mod other_site;
pub mod line;
pub mod installation;
pub mod server;
pub mod sample;
pub mod pages;
pub mod look;
pub mod pictures;
