//! The words of these pages.

use firebell_ui::Catalogue;

/// English.
pub(crate) static WORDS: Catalogue = Catalogue::new(&[("en", include_str!("../locales/en.ftl"))]);
