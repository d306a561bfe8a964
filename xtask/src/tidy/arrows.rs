//! Who may depend on whom. [`RULES`] is the table of ARCHITECTURE.md; a new arrow is a decision and
//! changes both. Dev-dependencies are free: a test may use anything.

use super::manifest;
use super::tree::{Fault, Tree};

/// What one member of the workspace may see.
struct Rule {
    folder: &'static str,
    ours: Ours,
    /// Libraries it must never know; `serde` stands for `serde_json` too.
    bans: &'static [&'static str],
}

/// Which of our own crates.
enum Ours {
    Any,
    Only(&'static [&'static str]),
}

use Ours::{Any, Only};

const RULES: [Rule; 25] = [
    Rule { folder: "base", ours: Only(&[]), bans: &["tokio", "serde", "rusqlite", "axum"] },
    Rule {
        folder: "domain",
        ours: Only(&["base"]),
        bans: &["tokio", "serde", "rusqlite", "postgres", "axum", "tracing"],
    },
    Rule { folder: "sql", ours: Only(&[]), bans: &["axum", "serde"] },
    Rule { folder: "store", ours: Only(&["base", "domain", "sql"]), bans: &["tokio", "axum"] },
    Rule {
        folder: "config",
        ours: Only(&["base", "domain", "sql", "store"]),
        bans: &["axum", "rusqlite", "postgres"],
    },
    Rule {
        folder: "replica",
        ours: Only(&["base", "domain", "sql", "store", "config"]),
        bans: &["axum", "rusqlite", "postgres"],
    },
    Rule { folder: "access", ours: Only(&["base", "domain"]), bans: &["axum", "tokio"] },
    Rule { folder: "channels", ours: Only(&["base", "domain"]), bans: &["axum"] },
    Rule {
        folder: "pipeline",
        ours: Only(&["base", "domain", "sql", "store", "config", "access", "channels"]),
        bans: &["axum", "askama", "rusqlite", "postgres"],
    },
    Rule {
        folder: "http",
        ours: Only(&["api", "channels", "pipeline"]),
        bans: &["rusqlite", "postgres", "askama"],
    },
    Rule { folder: "api", ours: EDGE, bans: &["rusqlite", "postgres", "askama"] },
    Rule { folder: "web", ours: PAGES, bans: &["rusqlite", "postgres"] },
    Rule { folder: "ui", ours: EDGE, bans: &["rusqlite", "postgres"] },
    Rule { folder: "web-alerts", ours: PAGES, bans: &["rusqlite", "postgres"] },
    Rule { folder: "web-control", ours: PAGES, bans: &["rusqlite", "postgres"] },
    Rule { folder: "web-oncall", ours: PAGES, bans: &["rusqlite", "postgres"] },
    Rule { folder: "web-people", ours: PAGES, bans: &["rusqlite", "postgres"] },
    Rule { folder: "web-reports", ours: PAGES, bans: &["rusqlite", "postgres"] },
    Rule { folder: "web-signals", ours: PAGES, bans: &["rusqlite", "postgres"] },
    Rule { folder: "testkit", ours: Any, bans: &[] },
    Rule { folder: "stories", ours: Any, bans: &[] },
    Rule { folder: "browser", ours: Any, bans: &[] },
    Rule { folder: "firebell", ours: Any, bans: &[] },
    Rule { folder: "bench", ours: Any, bans: &[] },
    Rule { folder: "xtask", ours: Only(&[]), bans: &["tokio", "serde"] },
];

/// The doors see everything below them but SQL, and not each other.
const EDGE: Ours = Only(&["base", "domain", "config", "replica", "access", "pipeline", "store"]);

/// Pages stand on the kit besides; they never see each other.
const PAGES: Ours =
    Only(&["base", "domain", "config", "replica", "access", "pipeline", "store", "ui"]);

/// Only programs with a command line of their own parse one.
const MAY_USE_CLAP: [&str; 2] = ["firebell", "bench"];

pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (folder, path, text) in manifest::members(tree) {
        let Some(rule) = RULES.iter().find(|rule| rule.folder == folder) else {
            let remedy = "add it to RULES in xtask/src/tidy/arrows.rs and to ARCHITECTURE.md";
            faults.push(Fault::new(
                path,
                1,
                format!("no rule says what `{folder}` may use: {remedy}"),
            ));
            continue;
        };
        for entry in manifest::entries(text).iter().filter(|entry| !entry.is_dev()) {
            if let Some(message) = entry.dependency().and_then(|name| rule.objection(name)) {
                faults.push(Fault::new(path, entry.line, message));
            }
        }
    }
    faults
}

impl Rule {
    fn objection(&self, dependency: &str) -> Option<String> {
        let folder = self.folder;
        if let Some(ours) = dependency.strip_prefix("firebell-") {
            return match self.ours {
                Only(allowed) if !allowed.contains(&ours) => {
                    let allowed =
                        if allowed.is_empty() { "none".to_owned() } else { allowed.join(", ") };
                    Some(format!("`{folder}` must not use `{ours}`; of ours it may use: {allowed}"))
                }
                Any | Only(_) => None,
            };
        }
        let is = |banned: &str| {
            dependency
                .strip_prefix(banned)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
        };
        if self.bans.iter().any(|banned| is(banned)) {
            return Some(format!("`{folder}` must never know `{dependency}`"));
        }
        (is("clap") && !MAY_USE_CLAP.contains(&folder))
            .then(|| format!("`{folder}` must not use `{dependency}`: only firebell and bench do"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::expect;
    use super::*;

    #[test]
    fn an_arrow_outside_the_table_is_a_fault() {
        let api =
            "[dependencies]\nfirebell-store.workspace = true\nfirebell-sql.workspace = true\n";
        let domain = "[dependencies]\nserde_json.workspace = true\njiff.workspace = true\n\
                      [dev-dependencies]\nfirebell-testkit.workspace = true\ntokio = \"1\"\n";
        let store =
            "[dependencies]\nclap_complete.workspace = true\nfirebell-sql.workspace = true\n";
        expect(
            check,
            &[
                ("crates/api/Cargo.toml", api),
                ("crates/domain/Cargo.toml", domain),
                ("crates/extra/Cargo.toml", ""),
                ("crates/firebell/Cargo.toml", "[dependencies]\nfirebell-api = 1\nclap = 1\n"),
                ("crates/store/Cargo.toml", store),
                ("fuzz/Cargo.toml", "[dependencies]\nfirebell-api = 1\n"),
            ],
            &[
                "crates/api/Cargo.toml:3: `api` must not use `sql`; of ours it may use: base,",
                "crates/domain/Cargo.toml:2: `domain` must never know `serde_json`",
                "crates/extra/Cargo.toml:1: no rule says what `extra` may use",
                "crates/store/Cargo.toml:2: `store` must not use `clap_complete`",
            ],
        );
    }

    #[test]
    fn the_allowed_arrows_have_no_cycle() {
        for rule in &RULES {
            assert!(!reaches(rule.folder, rule.folder), "{} reaches itself", rule.folder);
        }
    }

    fn reaches(from: &str, to: &str) -> bool {
        RULES.iter().filter(|rule| rule.folder == from).any(|rule| match rule.ours {
            Only(allowed) => allowed.iter().any(|&next| next == to || reaches(next, to)),
            Any => false,
        })
    }
}
