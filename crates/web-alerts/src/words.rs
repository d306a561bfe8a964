//! The words of these pages.

use firebell_ui::Catalogue;

/// English, German, Norwegian Bokmål.
pub(crate) static WORDS: Catalogue = Catalogue::new(&[
    ("en", include_str!("../locales/en.ftl")),
    ("de", include_str!("../locales/de.ftl")),
    ("nb", include_str!("../locales/nb.ftl")),
]);
