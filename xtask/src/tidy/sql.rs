//! One SQL text on two engines: nothing that only one of them understands or that asks the server
//! for time or chance, and migrations in pairs.

use std::collections::BTreeMap;

use super::source::{self, split};
use super::tree::{Fault, Tree};

/// What a statement must not contain, and why.
const BANS: [(&str, &str); 4] = [
    ("now()", "time is a bound parameter"),
    ("ilike", "SQLite has none: store a folded column"),
    ("::", "SQLite has none: write `cast(x as type)`"),
    ("random()", "randomness is a bound parameter"),
];

const ENGINES: [&str; 2] = ["sqlite", "postgres"];

/// The string literals of the store keep to the SQL both engines share.
pub(super) fn portable(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in tree.sources().filter(|(path, _)| path.starts_with("crates/store/src/")) {
        for (index, line) in split(text).strings.lines().enumerate() {
            let line = line.to_lowercase();
            for (needle, reason) in BANS.iter().filter(|(needle, _)| source::has(&line, needle)) {
                faults.push(Fault::new(path, index + 1, format!("`{needle}` in SQL: {reason}")));
            }
        }
    }
    faults
}

/// Migrations are called `NNNN_name.sql`, count from 0001 without gaps and exist for each engine.
pub(super) fn migrations(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut names: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (path, _) in tree.files() {
        let Some(rest) = path.strip_prefix("crates/store/migrations/") else {
            continue;
        };
        let Some((engine, name)) = rest.split_once('/').filter(|(e, _)| ENGINES.contains(e)) else {
            faults.push(Fault::new(path, 1, "migrations live in `sqlite/` and `postgres/` only"));
            continue;
        };
        if number(name).is_none() {
            faults.push(Fault::new(path, 1, "a migration is called `NNNN_name.sql`"));
            continue;
        }
        names.entry(name).or_default().insert(engine, path);
    }
    let mut expected = 1;
    for (name, engines) in &names {
        let Some(&path) = engines.values().next() else {
            continue;
        };
        if let Some(&missing) = ENGINES.iter().find(|engine| !engines.contains_key(*engine)) {
            let message = format!("`{missing}` has no migration of this name");
            faults.push(Fault::new(path, 1, message));
        }
        if number(name) != Some(expected) {
            let message = format!("the number is {expected:04} here: no gaps, none twice");
            faults.push(Fault::new(path, 1, message));
        }
        expected += 1;
    }
    faults
}

fn number(name: &str) -> Option<u32> {
    let (digits, rest) = name.strip_suffix(".sql")?.split_once('_')?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let shaped = digits.len() == 4 && !rest.is_empty() && rest.chars().all(plain);
    shaped.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::super::tree::expect;
    use super::*;

    #[test]
    fn sql_of_one_engine_is_a_fault() {
        let bad = "//! X.\nconst A: &str = \"select Now()\n  where a ILIKE ?1 and b::text = ''\";\n\
                   const B: &str = r\"select random()\";\n";
        let good =
            "//! Never now().\nuse a::b;\nlet n = now();\nconst A: &str = \"select known()\";\n";
        expect(
            portable,
            &[
                ("crates/store/src/bad.rs", bad),
                ("crates/store/src/good.rs", good),
                ("crates/sql/src/postgres.rs", bad),
            ],
            &["bad.rs:2: `now()`", "bad.rs:3: `ilike`", "bad.rs:3: `::`", "bad.rs:4: `random()`"],
        );
    }

    #[test]
    fn migrations_come_in_pairs_without_gaps() {
        let at = |rest: &str| format!("crates/store/migrations/{rest}");
        let all = ["sqlite/0001_start.sql", "postgres/0001_start.sql"].map(at);
        let pair: Vec<(&str, &str)> = all.iter().map(|path| (path.as_str(), "")).collect();
        expect(migrations, &pair, &[]);
        let more = [
            "sqlite/0003_gap.sql",
            "postgres/0003_gap.sql",
            "sqlite/0004_one.sql",
            "mysql/0001_start.sql",
            "sqlite/5_short.sql",
        ]
        .map(at);
        let files: Vec<_> = pair.into_iter().chain(more.iter().map(|p| (p.as_str(), ""))).collect();
        expect(
            migrations,
            &files,
            &[
                "mysql/0001_start.sql:1: migrations live in",
                "sqlite/5_short.sql:1: a migration is called",
                "0003_gap.sql:1: the number is 0002 here",
                "sqlite/0004_one.sql:1: `postgres` has no migration",
                "sqlite/0004_one.sql:1: the number is 0003 here",
            ],
        );
    }
}
