//! The parts pages are made of. Each is a template of its own: a page writes `{{ field }}`, and what is
//! inside has been escaped once already.

mod badge;
mod button;
mod conflict;
mod field;
mod list;
mod notice;

pub use badge::{Badge, Tip};
pub use button::{Button, Reason};
pub use conflict::{Conflict, Difference};
pub use field::{Choice, Faults, Field};
pub use list::{Art, Crumbs, Empty, Pager, Sort, Tab, Tabs};
pub use notice::Notice;
