//! Every file of the fuzzers' corpora goes through every parser here too, so that what they once
//! found stays found without them.

use std::path::Path;

use super::hostile::survive;

#[test]
fn the_fuzzers_corpora_are_survived() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for target in ["generic", "alertmanager_webhook", "alertmanager_v2", "pagerduty", "opsgenie"] {
        let folder = corpora.join(target);
        let files = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut count = 0;
        for file in files {
            let path = file.expect("readable").path();
            survive(&std::fs::read(&path).expect("readable"));
            count += 1;
        }
        assert!(count >= 5, "{} has {count} files", folder.display());
    }
}
