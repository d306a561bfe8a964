//! Whether the sentences that pages use are in the catalogue, and the other way round.
#![expect(clippy::expect_used, reason = "test support: what fails is the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regex::Regex;

/// What is wrong with the words of a crate: keys (which begin with `prefix`) that the sources or templates name and
/// the English file lacks, keys nobody names, and keys of other languages that English does not have.
pub fn audit(
    crate_folder: &str,
    prefix: &str,
    text: impl Fn(&str) -> Option<&'static str>,
) -> Vec<String> {
    let folder = Path::new(crate_folder);
    let used_key =
        Regex::new(&format!(r#""({}[a-z0-9-]+)""#, regex::escape(prefix))).expect("a pattern");
    let mut used = BTreeSet::new();
    for place in ["src", "templates"] {
        visit(&folder.join(place), &mut |source| {
            for found in used_key.captures_iter(source) {
                used.insert(found[1].to_owned());
            }
        });
    }
    let english = keys(text("en").unwrap_or_default());
    let mut faults: Vec<String> =
        used.difference(&english).map(|key| format!("{key} is not in en.ftl")).collect();
    faults.extend(english.difference(&used).map(|key| format!("{key} is not used")));
    for tag in ["de", "nb"] {
        let there = keys(text(tag).unwrap_or_default());
        let more = there.difference(&english);
        faults.extend(more.map(|key| format!("{key} is in {tag}.ftl only")));
    }
    faults
}

/// The keys of a file.
pub fn keys(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    lines.filter_map(|line| Some(line.split_once('=')?.0.trim().to_owned())).collect()
}

fn visit(folder: &Path, each: &mut dyn FnMut(&str)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            visit(&path, each);
        } else if path.extension().is_some_and(|e| e == "rs" || e == "html") {
            each(&fs::read_to_string(&path).expect("a text"));
        }
    }
}
