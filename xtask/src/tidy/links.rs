//! Every relative link of our documents leads to a file or folder of the checkout.
//!
//! Only the file is checked, not the heading after `#`; addresses on the web are left alone.

use super::tree::{Fault, Tree, has_extension};

const DOCUMENTS: [&str; 4] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];

pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let ours = |path: &str| {
        DOCUMENTS.contains(&path) || (path.starts_with("docs/") && has_extension(path, "md"))
    };
    let mut faults = Vec::new();
    for (path, text) in tree.files().filter(|(path, _)| ours(path)) {
        for (line, target) in links(text) {
            if !resolve(path, target).is_some_and(|file| tree.has(&file)) {
                faults.push(Fault::new(path, line, format!("`{target}` leads nowhere")));
            }
        }
    }
    faults
}

/// The relative targets of `[text](target)` and `[label]: target` with their lines.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        // Text between single backquotes is code: every second part.
        for prose in line.split('`').step_by(2) {
            let inline = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            let label = prose.starts_with('[').then(|| prose.split_once("]: ")).flatten();
            let targets = inline.chain(label.map(|(_, target)| target));
            found.extend(targets.filter_map(relative).map(|target| (index + 1, target)));
        }
    }
    found
}

/// The path of a target without title and heading; `None` if it leads to the web or to a heading.
fn relative(target: &str) -> Option<&str> {
    let path = target.split_whitespace().next()?.trim_matches(['<', '>']);
    let path = path.split('#').next()?;
    let web = path.contains("://") || path.starts_with("mailto:");
    (!web && !path.is_empty()).then_some(path)
}

/// The target seen from the root of the checkout; `None` if it leaves it.
fn resolve(document: &str, target: &str) -> Option<String> {
    let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (base, target) = match target.strip_prefix('/') {
        Some(absolute) => ("", absolute),
        None => (folder, target),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(target.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::super::tree::expect;
    use super::*;

    #[test]
    fn a_link_leads_to_a_file() {
        let readme = "[a](docs/a.md) ![p](docs/p.svg \"title\") [w](https://example.com/x)\n\
                      [here](#here) [crates](crates/) `[code](none.md)`\n\
                      ```\n[code](none.md)\n```\n[gone](docs/gone.md#x)\n";
        let a = "[up](../README.md) [out](../../x.md)\n[label]: b.md\n";
        expect(
            check,
            &[
                ("CONTRIBUTING.md", "[root](/docs/a.md) [none](/a.md)\n"),
                ("README.md", readme),
                ("crates/x/README.md", "[not](checked.md)\n"),
                ("docs/a.md", a),
                ("docs/p.svg", ""),
            ],
            &[
                "CONTRIBUTING.md:1: `/a.md` leads nowhere",
                "README.md:6: `docs/gone.md` leads nowhere",
                "docs/a.md:1: `../../x.md` leads nowhere",
                "docs/a.md:2: `b.md` leads nowhere",
            ],
        );
    }
}
