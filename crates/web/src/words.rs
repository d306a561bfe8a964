//! The sentences of these pages; see `firebell_ui::Catalogue`.

use axum::http::HeaderMap;
use firebell_ui::{Catalogue, Lang, Say};

/// English, German and Norwegian Bokmål: all of it, because responders read it at night.
pub(crate) static WORDS: Catalogue = Catalogue::new(&[
    ("en", include_str!("../locales/en.ftl")),
    ("de", include_str!("../locales/de.ftl")),
    ("nb", include_str!("../locales/nb.ftl")),
]);

/// Says sentences in a language.
pub(crate) const fn say(lang: Lang) -> Say {
    Say::new(&WORDS, lang)
}

/// Says sentences in the language a visitor's browser asks for.
pub(crate) fn for_visitor(headers: &HeaderMap) -> Say {
    say(Lang::of_browser(headers))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn every_sentence_is_there_in_every_language_and_used() {
        assert_eq!(WORDS.faults(), Vec::<String>::new());
        let faults = firebell_testkit::words::audit(env!("CARGO_MANIFEST_DIR"), "web-", |tag| {
            WORDS.text(tag)
        });
        assert_eq!(faults, Vec::<String>::new());
        let english = placeables(WORDS.text("en").unwrap());
        for tag in ["de", "nb"] {
            assert_eq!(placeables(WORDS.text(tag).unwrap()), english, "{tag}");
        }
    }

    /// What each sentence is told, by key.
    fn placeables(text: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut key = String::new();
        for line in text.lines() {
            if line.starts_with("web-") {
                key = line.split_once(" =").unwrap().0.to_owned();
                all.entry(key.clone()).or_default();
            }
            let names = line.split('$').skip(1).map(|rest| {
                rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>()
            });
            all.entry(key.clone()).or_default().extend(names);
        }
        all
    }
}
