//! The example file: every setting with its meaning and default, as comments. Printed by
//! `firebell config example`; a test reads it back.

use super::key::{KEYS, Key, SECTIONS};

/// What stands above everything.
const HEAD: &str = "\
# Settings of Firebell. Every line that is commented out shows the default, or, where there
# is none, an example. Flags win over the environment, the environment over this file.
# In the environment a setting is FIREBELL_ and its name in capitals, with two underscores
# for the dot: FIREBELL_LOG__FORMAT=json.
";

/// The text of the example file.
pub(crate) fn example() -> String {
    let sections = SECTIONS.into_iter().map(|(name, about)| {
        let heading = if name.is_empty() { String::new() } else { format!("[{name}]\n") };
        let keys: Vec<String> =
            KEYS.iter().filter(|key| key.section() == name).map(setting).collect();
        format!("\n# {about}\n{heading}{}", keys.concat())
    });
    format!("{HEAD}{}", sections.collect::<Vec<_>>().concat())
}

fn setting(key: &Key) -> String {
    let about: Vec<String> = key.about.lines().map(|line| format!("# {line}\n")).collect();
    format!("\n{}#{} = {}\n", about.concat(), key.short(), key.sample)
}
