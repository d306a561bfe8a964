//! The lines of a `Cargo.toml` with their tables: as much of TOML as our manifests use. Used by the
//! checks on arrows and manifests.

/// One `key = value` of a manifest. Of a value over several lines only the first line is kept.
#[derive(Debug, PartialEq)]
pub(super) struct Entry<'a> {
    /// Counts from 1.
    pub(super) line: usize,
    pub(super) table: &'a str,
    pub(super) key: &'a str,
    pub(super) value: &'a str,
}

impl Entry<'_> {
    /// The dependency's name if this declares one: `name`, `name.workspace` or a table of its own.
    pub(super) fn dependency(&self) -> Option<&str> {
        if is_dependencies(self.table) {
            return self.key.split('.').next();
        }
        let (parent, name) = self.table.rsplit_once('.')?;
        is_dependencies(parent).then_some(name)
    }

    /// Whether only tests see it.
    pub(super) fn is_dev(&self) -> bool {
        self.table.contains("dev-dependencies")
    }
}

fn is_dependencies(table: &str) -> bool {
    let last = table.rsplit('.').next().unwrap_or(table);
    table != "workspace.dependencies"
        && ["dependencies", "dev-dependencies", "build-dependencies"].contains(&last)
}

pub(super) fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    let mut table = "";
    let mut depth = 0_usize;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        let open = depth > 0;
        if !open && line.starts_with('[') {
            table = line.trim_matches(['[', ']']);
            continue;
        }
        if line.starts_with('#') {
            continue;
        }
        depth = (depth + line.matches(['[', '{']).count())
            .saturating_sub(line.matches([']', '}']).count());
        if let (false, Some((key, value))) = (open, line.split_once('=')) {
            let (key, value) = (key.trim(), value.trim());
            entries.push(Entry { line: index + 1, table, key, value });
        }
    }
    entries
}

/// Manifests of the workspace's members: the folder and the path of each.
pub(super) fn members(tree: &super::Tree) -> impl Iterator<Item = (&str, &str, &str)> {
    tree.files().filter_map(|(path, text)| {
        let folder = path.strip_suffix("/Cargo.toml")?;
        let name = folder.strip_prefix("crates/").unwrap_or(folder);
        let member = !name.contains('/') && (folder != name || ["xtask", "bench"].contains(&name));
        member.then_some((name, path, text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_know_their_table_and_line() {
        let text = "[package]\nname = \"x\"\n\n[dependencies]\na.workspace = true\n\
                    b = { workspace = true, features = [\n  \"c = 1\",\n] }\n# d = 1\n\
                    [dev-dependencies.e]\nversion = \"1\"\n";
        let found = entries(text);
        let names: Vec<_> = found.iter().map(|e| (e.line, e.dependency(), e.is_dev())).collect();
        let expected =
            [(2, None, false), (5, Some("a"), false), (6, Some("b"), false), (11, Some("e"), true)];
        assert_eq!(names, expected);
    }
}
