//! The workspace's manifests and lint configuration: what is decided once is decided in the root.

use super::manifest;
use super::tree::{Fault, Tree};

/// What a member inherits from `[workspace.package]`.
const INHERITED: [&str; 5] = ["version", "edition", "rust-version", "license", "publish"];

/// Members inherit lints, package facts and the versions of dependencies from the root.
pub(super) fn manifests(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (_, path, text) in manifest::members(tree) {
        let entries = manifest::entries(text);
        let inherits = |table: &str, key: &str| {
            entries.iter().any(|e| e.table == table && e.key == key && e.value.starts_with("true"))
        };
        if !inherits("lints", "workspace") {
            faults.push(Fault::new(
                path,
                1,
                "the workspace's lints are not on: add `[lints] workspace = true`",
            ));
        }
        for key in INHERITED {
            if !inherits("package", &format!("{key}.workspace")) {
                let message = format!("`{key}` is the workspace's: write `{key}.workspace = true`");
                faults.push(Fault::new(path, 1, message));
            }
        }
        for entry in &entries {
            let Some(name) = entry.dependency() else {
                continue;
            };
            let inherited = entry.key == format!("{name}.workspace")
                || entry.value.contains("workspace = true")
                || (entry.value.contains("path =") && !entry.value.contains("version ="));
            if !inherited {
                let message = format!(
                    "declare `{name}` as `{name}.workspace = true`: the version lives in the root"
                );
                faults.push(Fault::new(path, entry.line, message));
            }
        }
    }
    faults
}

/// The root has a list of banned functions, and no nested file silently replaces it.
pub(super) fn clippy_config(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    if tree.text("clippy.toml").is_none() {
        faults.push(Fault::new("clippy.toml", 1, "the file is missing"));
    }
    let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
    for (path, text) in tree.files() {
        let configures = matches!(name(path).as_deref(), Some("clippy.toml" | ".clippy.toml"));
        let banned = manifest::entries(text)
            .iter()
            .any(|entry| entry.key == "disallowed-methods" && entry.value != "[]");
        if configures && !banned {
            let message = "no `disallowed-methods`: the clock, the environment and tokio::spawn \
                           would be free for all";
            faults.push(Fault::new(path, 1, message));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::super::tree::expect;
    use super::*;

    const GOOD: &str = "[package]\nname = \"firebell-x\"\nversion.workspace = true\n\
        edition.workspace = true\nrust-version.workspace = true\nlicense.workspace = true\n\
        publish.workspace = true\n[lints]\nworkspace = true\n[dependencies]\na.workspace = true\n\
        b = { workspace = true, features = [\"c\"] }\n";

    #[test]
    fn a_member_inherits_from_the_root() {
        expect(manifests, &[("crates/x/Cargo.toml", GOOD), ("Cargo.toml", "[workspace]")], &[]);
        let versions = format!("{GOOD}d = \"1\"\n[dev-dependencies.e]\nversion = \"2\"\n");
        let bad = GOOD
            .replace("[lints]\nworkspace = true\n", "")
            .replace("license.workspace = true", "license = \"MIT\"");
        expect(
            manifests,
            &[("crates/x/Cargo.toml", &versions), ("xtask/Cargo.toml", &bad)],
            &[
                "crates/x/Cargo.toml:13: declare `d` as `d.workspace = true`",
                "crates/x/Cargo.toml:15: declare `e` as",
                "xtask/Cargo.toml:1: the workspace's lints are not on",
                "xtask/Cargo.toml:1: `license` is the workspace's",
            ],
        );
    }

    #[test]
    fn banned_functions_stay_banned() {
        let good = "disallowed-methods = [\n  { path = \"std::thread::sleep\" },\n]\n";
        expect(clippy_config, &[("clippy.toml", good)], &[]);
        expect(clippy_config, &[], &["clippy.toml:1: the file is missing"]);
        expect(
            clippy_config,
            &[("clippy.toml", good), ("crates/x/clippy.toml", "too-many-lines-threshold = 9\n")],
            &["crates/x/clippy.toml:1: no `disallowed-methods`"],
        );
    }
}
