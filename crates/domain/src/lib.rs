//! The language and the rules of on-call alerting. Pure and synchronous: no clock (time is an
//! argument), no I/O, no serde, no SQL, no HTTP, no tracing.
//!
//! # Glossary
//!
//! One word per concept, in code, SQL, API, pages, logs and documents. Where xMatters has a word, it is used.
//!
//! | word | means |
//! |---|---|
//! | **instance** | one customer: the tenant. Everything below belongs to exactly one |
//! | **person** | somebody who can be told; has a *target name*, roles, a licence type |
//! | **device** | one way to reach a person: an e-mail address, a webhook, later a phone |
//! | **time frame** | when a device may be used |
//! | **site** | a place with a time zone, a language and holidays |
//! | **group** | people, devices and other groups told together: on-call (through shifts) or broadcast |
//! | **shift** | a recurring time in which some members of a group are on call, in order |
//! | **occurrence** | one time a shift is held: `[start, end)` |
//! | **absence** | a time in which a member is not there: a vacancy, or replaced by somebody |
//! | **integration** | a door for one sender, with its key and its form |
//! | **form** | what an alert from an integration says, to whom, and what may be answered |
//! | **recipient** | who an event or a form names: a person, a device, a group |
//! | **event** | what a sender sent: trigger, acknowledge or resolve |
//! | **alert** | what Firebell makes of it: open, acknowledged, suspended, closed; has a number |
//! | **dedup key** | what makes two events speak of the same alert |
//! | **escalation** | the walk through the members of a shift until somebody answers |
//! | **notification** | one alert for one person on one device; has an id that is its idempotency key |
//! | **delivery** | one attempt to send a notification |
//! | **response** | an answer to an alert: one of the form's *response options* |
//! | **silence** | hides matching events for a time (matchers as in Alertmanager) |
//! | **maintenance window** | hides the events of integrations during planned work |
//! | **timeline** | what happened to an alert, in order, as values; sentences are made for whoever reads |
//! | **licence** | what a person holds while active: of a *licence type*, full user or stakeholder |
//! | **entitlement** | how many people of an instance may hold a licence type; set by operators |
//! | **allotment** | the number in an entitlement, or unlimited |
//! | **seat** | one held licence, in the ledger |
//! | **session** | that somebody signed in, on the pages or over the API, and until when it counts |
//! | **operator** | somebody who runs Firebell, across instances |
//! | **directory** | the configuration of an instance as of one revision, in memory |
//! | **revision** | `(epoch, n)`: which change of the configuration |
//! | **replica** | a process's copy of all configuration, with the proof of how fresh it is |

#![warn(clippy::wildcard_enum_match_arm)]

pub mod schedule;
pub mod name;
pub mod property;
pub mod person;
pub mod device;
pub mod site;
pub mod group;
pub mod shift;
pub mod absence;
pub mod form;
pub mod integration;
pub mod credential;
pub mod session;
pub mod licence;
pub mod matcher;
pub mod suppression;
pub mod event;
pub mod alert;
pub mod notification;
pub mod response;
pub mod timeline;
pub mod instance;
pub mod recipient;
pub mod entity;
pub mod directory;
pub mod oncall;
pub mod duty;
pub mod escalation;
pub mod devices;
pub mod routing;

#[cfg(test)]
mod tests;

pub use firebell_base::{Id, Timestamp};
