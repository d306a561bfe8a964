//! The pictures of the guide: each is made by the tests of the pages, each is shown, and none is
//! missing or too large.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use firebell_browser::pages;
use firebell_browser::pictures::{PICTURE_BYTES_MAX, PICTURES};

fn guide() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide")
}

/// The pictures that the guide's pages name.
fn shown() -> BTreeSet<String> {
    let mut shown = BTreeSet::new();
    for entry in std::fs::read_dir(guide()).expect("docs/guide") {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "md") {
            let text = std::fs::read_to_string(&path).unwrap();
            // In Markdown's way, or in HTML's where a width is given.
            let named =
                text.split("pictures/").skip(1).filter_map(|rest| rest.split([')', '"']).next());
            shown.extend(named.map(str::to_owned));
        }
    }
    shown
}

#[test]
fn the_guide_shows_the_pictures_that_the_tests_make() {
    let made: BTreeSet<String> = PICTURES.iter().map(|p| format!("{}.webp", p.file)).collect();
    assert_eq!(made.len(), PICTURES.len(), "two pictures have one name");
    assert_eq!(shown(), made, "left: shown by docs/guide; right: made here");
    for picture in PICTURES {
        // Panics if there is no such page.
        pages::named(picture.page);
    }
}

#[test]
fn the_pictures_are_there_and_small() {
    let kept: BTreeSet<String> = std::fs::read_dir(guide().join("pictures"))
        .expect("docs/guide/pictures; make them with `cargo xtask guide`")
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(
        kept,
        shown(),
        "left: the files; right: shown by docs/guide. `cargo xtask guide` makes them"
    );
    for name in kept {
        let length = std::fs::read(guide().join("pictures").join(&name)).unwrap().len();
        assert!((1..=PICTURE_BYTES_MAX).contains(&length), "{name} has {length} bytes");
    }
}
