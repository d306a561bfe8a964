//! What hides events: one form with two kinds, silences and maintenance windows.
//!
//! | module | is |
//! |---|---|
//! | [`entered`] | what was entered, as it was entered: what both kinds ask for, and what only one does |
//! | [`page`] | the form laid out, and what a second editor is shown |
//! | [`save`] | the handlers: new, show, preview, make, save |
//!
//! A kind says what only it has through [`Hides`]: `silences::form` and `windows::form`. Ending, taking
//! back and removing are not alike and stay with the kinds.

pub(crate) mod entered;
pub(crate) mod page;
pub(crate) mod save;

use std::sync::Arc;

use firebell_base::Timestamp;
use firebell_config::Change;
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::matcher::Matcher;
use firebell_pipeline::preview::Candidate;
use firebell_ui::part::{Faults, Field};
use firebell_ui::{Form, Refusal, Say, Visit};

use entered::Entered;
use page::Fields;

/// What stays the same for all of a kind.
pub(crate) struct Texts {
    /// Where they are, from the root: `silences`.
    pub(crate) place: &'static str,
    /// How they are called together, a key of the catalogue.
    pub(crate) all: &'static str,
    /// What the button says that makes one, a key of the catalogue.
    pub(crate) submit: &'static str,
    /// Why configuration changes, for its log: one is made.
    pub(crate) made: &'static str,
    /// One is changed.
    pub(crate) changed: &'static str,
}

/// A kind of what hides events.
pub(crate) trait Hides: Sized + Send + Sync + 'static {
    /// What only this kind's form asks for, as it was entered.
    type Own: Send + Sync;
    /// What was entered, understood.
    type Wanted: Send + Sync + 'static;

    /// The kind of its entities.
    const KIND: Kind;
    /// What stays the same for all of them.
    const TEXTS: Texts;

    /// The one with this id.
    fn find(directory: &Directory, id: [u8; 16]) -> Option<&Arc<Self>>;
    /// The one of a path, in the visitor's instance; 404 without.
    fn known(visit: &Visit, id: &str) -> Result<Arc<Self>, Refusal>;
    /// Its id.
    fn id(&self) -> [u8; 16];
    /// Its id as paths have it.
    fn word(&self) -> String;
    /// As the configuration holds it.
    fn entity(self) -> Entity;

    /// An empty form's own part.
    fn blank() -> Self::Own;
    /// A sent form's own part.
    fn posted(form: &Form) -> Self::Own;
    /// A form that shows what is there.
    fn shown(&self, visit: &Visit) -> Entered<Self>;
    /// What the entries mean; what is wrong is in `faults`.
    fn wanted(
        entered: &Entered<Self>,
        visit: &Visit,
        matchers: Vec<Matcher>,
        old: Option<&Self>,
        faults: &mut Faults,
    ) -> Option<Self::Wanted>;
    /// One that hides what is entered, whatever its times, to look through.
    fn candidate(
        entered: &Entered<Self>,
        visit: &Visit,
        matchers: Vec<Matcher>,
        faults: &mut Faults,
    ) -> Option<Candidate>;

    /// A new one.
    fn make(visit: &Visit, wanted: Self::Wanted) -> Self;
    /// The one there is, changed.
    fn over(&self, wanted: &Self::Wanted, now: Timestamp) -> Self;

    /// The title and the first sentence of a form for a new one.
    fn head_of_new(t: Say) -> (String, String);
    /// The title and the first sentence of the form of this one.
    fn head(&self, visit: &Visit, t: Say) -> (String, String);
    /// What is said when it was made.
    fn welcome(&self, t: Say) -> String;
    /// Whether there is anything to end.
    fn may_end(&self, now: Timestamp) -> bool;
    /// The field in which its name is typed to remove it, if it can be removed by hand.
    fn removal(&self, t: Say) -> Option<Field>;
    /// The fields of the form.
    fn fields(entered: &Entered<Self>, visit: &Visit, t: Say, faults: &Faults) -> Fields;
    /// Labels and what was entered, in the form's order, for whoever compares two.
    fn facts(entered: &Entered<Self>, visit: &Visit, t: Say) -> Vec<(String, String)>;
    /// The field of the form by the one of the configuration.
    fn field(named: &str) -> Option<&'static str>;

    /// The way to it, from the root.
    fn path(&self) -> String {
        format!("{}/{}", Self::TEXTS.place, self.word())
    }

    /// The change that puts it in its place.
    fn put(self) -> Change {
        Change::Put(self.entity())
    }
}
