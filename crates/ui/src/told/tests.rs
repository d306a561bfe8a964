//! The catalogue is whole, and its English is the domain's.

use std::collections::BTreeSet;

use firebell_testkit::{told as sample, words};

use super::*;

#[test]
fn every_sentence_is_there_and_used() {
    assert_eq!(WORDS.faults(), Vec::<String>::new());
    let faults = words::audit(env!("CARGO_MANIFEST_DIR"), "told-", |tag| WORDS.text(tag));
    assert_eq!(faults, Vec::<String>::new());
    let keys = |tag| words::keys(WORDS.text(tag).unwrap());
    for tag in ["de", "nb"] {
        assert_eq!(keys(tag), keys("en"), "{tag}");
    }
}

#[test]
fn english_is_what_the_domain_says() {
    for what in sample::everything() {
        assert_eq!(told(Lang::English, &what).line(), what.to_string().trim_end());
    }
    for one in sample::reasons() {
        assert_eq!(why(Lang::English, &one), one.to_string());
    }
    for one in outcomes() {
        assert_eq!(foreseen(Lang::English, &one), one.to_string());
    }
}

#[test]
fn every_language_has_sentences_of_its_own_with_the_same_names() {
    let names = ["Bo Ek", "SRE", "Nights", "Mia Berg", "Pager", "Monitor", "1 min 15 s", "On it"];
    for what in sample::everything() {
        let english = told(Lang::English, &what);
        let mut seen = BTreeSet::from([english.text.clone()]);
        for lang in [Lang::German, Lang::Norwegian] {
            let own = told(lang, &what);
            assert_eq!(own.quoted, english.quoted, "others' words stay");
            let is_new = seen.insert(own.text.clone());
            assert!(is_new || own.text.is_empty(), "{lang:?}: {}", own.text);
            for name in names.iter().filter(|name| english.text.contains(**name)) {
                assert!(own.text.contains(name), "{lang:?}: {} without {name}", own.text);
            }
            assert!(!own.text.contains("told-"), "{}", own.text);
        }
    }
    for one in outcomes() {
        let all: BTreeSet<String> = Lang::ALL.map(|lang| foreseen(lang, &one)).into();
        assert_eq!(all.len(), 3, "{one}");
    }
}

#[test]
fn who_was_not_told() {
    let mut found = 0;
    for what in sample::everything() {
        let english = what.to_string();
        let rest = english.strip_prefix("Not told: ");
        let expected = rest.or_else(|| english.starts_with("Place ").then_some(&english));
        assert_eq!(not_told(Lang::English, &what).as_deref(), expected, "{what:?}");
        found += usize::from(expected.is_some());
    }
    assert!(found >= 9, "{found}");
    let away = Routing::Inactive { who: "Bo Ek".into() }.into();
    let german = "Bo Ek ist inaktiv, abwesend oder entfernt";
    assert_eq!(not_told(Lang::German, &away).as_deref(), Some(german));
}

#[test]
fn words_of_others_are_marked_and_inert() {
    let said = Detail::Said("<script>250</script>".to_owned());
    let what =
        Sending::Failed { person: "Bo".into(), device: "Pager".into(), detail: said.clone() };
    let html = told(Lang::German, &what.into()).render().unwrap();
    let quoted = "<bdi lang=\"en\">&#60;script&#62;250&#60;/script&#62;</bdi>";
    assert_eq!(html, format!("<bdi>Bo · Pager: konnte nicht zugestellt werden.</bdi> {quoted}"));
    assert_eq!(detail(Lang::German, &said).render().unwrap(), quoted);
    let own = detail(Lang::Norwegian, &Detail::ChannelFailed);
    assert_eq!(own.render().unwrap(), "<bdi>Kanalen sviktet uventet.</bdi>");
}

fn outcomes() -> Vec<Foreseen> {
    let mut all = vec![
        Foreseen::Refused,
        Foreseen::Silenced("Night work".to_owned()),
        Foreseen::InWindow("Nightly".to_owned()),
        Foreseen::Opened(0),
        Foreseen::Opened(1),
        Foreseen::Opened(2),
    ];
    all.extend(EventAction::ALL.map(Foreseen::Forwarded));
    all
}
