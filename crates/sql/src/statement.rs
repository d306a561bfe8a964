//! Statements as constants, and their text for each engine.
//!
//! `store` declares them; nothing here takes input from a user. Parameters are written `?1 ?2 …`
//! and may repeat or come in any order.

use std::borrow::Cow;

/// The database engine behind a handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    /// The bundled SQLite.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// Words that only PostgreSQL understands; SQLite has one writer and needs none of them.
const FRAGMENTS: [(&str, &str); 2] =
    [("{skip_locked}", "for update skip locked"), ("{for_update}", "for update")];

/// One SQL statement for both engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// A dotted name for logs and errors, such as `alert.get`.
    pub name: &'static str,
    /// The text, with parameters `?1 ?2 …` and the fragments `{skip_locked}`, `{for_update}`.
    pub text: &'static str,
}

impl Statement {
    /// Declares a statement.
    pub const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text }
    }
}

/// A lookup of many keys at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobSet {
    /// A dotted name for logs and errors.
    pub name: &'static str,
    /// The text for SQLite: one key as the last parameter; it runs once per key.
    pub sqlite: &'static str,
    /// The text for PostgreSQL: all keys as an array in the last parameter (`= any(?2)`).
    pub postgres: &'static str,
}

/// A [`BlobSet`] whose keys are texts.
pub type TextSet = BlobSet;

/// The type of a column in a bulk statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// A truth value.
    Bool,
    /// A whole number of any width.
    Int,
    /// A floating point number.
    Real,
    /// Text.
    Text,
    /// Bytes.
    Blob,
}

impl ColumnType {
    fn array(self) -> &'static str {
        match self {
            Self::Bool => "boolean[]",
            Self::Int => "bigint[]",
            Self::Real => "double precision[]",
            Self::Text => "text[]",
            Self::Blob => "bytea[]",
        }
    }
}

/// An insert of many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkInsert {
    /// A dotted name for logs and errors.
    pub name: &'static str,
    /// The table.
    pub table: &'static str,
    /// The columns in the order of each row's values.
    pub columns: &'static [(&'static str, ColumnType)],
    /// Empty, or a clause such as `on conflict do nothing`.
    pub on_conflict: &'static str,
}

/// An update of many rows by key. The keys of one call must be distinct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkUpdate {
    /// A dotted name for logs and errors.
    pub name: &'static str,
    /// The table.
    pub table: &'static str,
    /// The key columns: the first values of each row.
    pub key: &'static [(&'static str, ColumnType)],
    /// The columns to set: the values after the key.
    pub set: &'static [(&'static str, ColumnType)],
    /// Empty, or a condition on the table's own columns such as `state = 1`; `{column}` stands
    /// for the new value of a key or set column.
    pub guard: &'static str,
}

/// Something with a name and a text for each engine that can be checked by preparing it.
pub trait Preparable: Copy + Send + Sync + 'static {
    /// The statement's name.
    fn name(&self) -> &'static str;
    /// The statement's text as the engine gets it.
    fn sql(&self, engine: Engine) -> Cow<'static, str>;
}

impl Preparable for Statement {
    fn name(&self) -> &'static str {
        self.name
    }

    fn sql(&self, engine: Engine) -> Cow<'static, str> {
        render(self.text, engine)
    }
}

impl Preparable for BlobSet {
    fn name(&self) -> &'static str {
        self.name
    }

    fn sql(&self, engine: Engine) -> Cow<'static, str> {
        match engine {
            Engine::Sqlite => render(self.sqlite, engine),
            Engine::Postgres => render(self.postgres, engine),
        }
    }
}

impl Preparable for BulkInsert {
    fn name(&self) -> &'static str {
        self.name
    }

    fn sql(&self, engine: Engine) -> Cow<'static, str> {
        let columns = join(self.columns.iter().map(|(name, _)| *name));
        let count = 1..=self.columns.len();
        let source = match engine {
            Engine::Sqlite => format!("values ({})", join(count.map(|i| format!("?{i}")))),
            Engine::Postgres => format!("select * from unnest({})", arrays(self.columns)),
        };
        let Self { table, on_conflict, .. } = self;
        Cow::Owned(format!("insert into {table} ({columns}) {source} {on_conflict}"))
    }
}

impl Preparable for BulkUpdate {
    fn name(&self) -> &'static str {
        self.name
    }

    fn sql(&self, engine: Engine) -> Cow<'static, str> {
        let all: Vec<_> = self.key.iter().chain(self.set).copied().collect();
        let fresh = |i: usize| match engine {
            Engine::Sqlite => format!("?{}", i + 1),
            Engine::Postgres => format!("bulk.bulk_{}", i + 1),
        };
        let table = self.table;
        let keys = self.key.len();
        let set = join(
            self.set
                .iter()
                .enumerate()
                .map(|(i, (name, _))| format!("{name} = {}", fresh(keys + i))),
        );
        let mut parts = vec![format!("update {table} set {set}")];
        if engine == Engine::Postgres {
            let names = join((1..=all.len()).map(|i| format!("bulk_{i}")));
            parts.push(format!("from unnest({}) as bulk ({names})", arrays(&all)));
        }
        for (i, (name, _)) in self.key.iter().enumerate() {
            let word = if i == 0 { "where" } else { "and" };
            parts.push(format!("{word} {table}.{name} = {}", fresh(i)));
        }
        if !self.guard.is_empty() {
            let mut guard = self.guard.to_owned();
            for (i, (name, _)) in all.iter().enumerate() {
                guard = guard.replace(&format!("{{{name}}}"), &fresh(i));
            }
            parts.push(format!("and ({guard})"));
        }
        Cow::Owned(parts.join(" "))
    }
}

fn arrays(columns: &[(&'static str, ColumnType)]) -> String {
    join(columns.iter().enumerate().map(|(i, (_, kind))| format!("${}::{}", i + 1, kind.array())))
}

fn join<T: AsRef<str>>(parts: impl Iterator<Item = T>) -> String {
    let mut out = String::new();
    for part in parts {
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(part.as_ref());
    }
    out
}

fn render(text: &'static str, engine: Engine) -> Cow<'static, str> {
    match engine {
        Engine::Sqlite if !text.contains('{') => Cow::Borrowed(text),
        Engine::Sqlite => Cow::Owned(
            FRAGMENTS.iter().fold(text.to_owned(), |out, (from, _)| out.replace(from, "")),
        ),
        Engine::Postgres => Cow::Owned(numbered(text)),
    }
}

/// `?3` becomes `$3`, fragments become their words; text inside single quotes stays as it is.
fn numbered(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut quoted = false;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\'' {
            quoted = !quoted;
        }
        let digit_follows = chars.peek().is_some_and(|(_, next)| next.is_ascii_digit());
        if c == '?' && !quoted && digit_follows {
            out.push('$');
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        let fragment = FRAGMENTS.iter().find(|(name, _)| c == '{' && rest.starts_with(name));
        if let Some((name, words)) = fragment {
            out.push_str(words);
            for _ in 1..name.len() {
                chars.next();
            }
            continue;
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_fragments_become_the_engines_own() {
        let statement =
            Statement::new("t", "select '?1 {x}', ?2, ?10 from t where a = ?2 {skip_locked}");
        assert_eq!(
            statement.sql(Engine::Postgres),
            "select '?1 {x}', $2, $10 from t where a = $2 for update skip locked"
        );
        assert_eq!(statement.sql(Engine::Sqlite), "select '?1 {x}', ?2, ?10 from t where a = ?2 ");
    }

    #[test]
    fn bulk_statements_are_written_per_engine() {
        let insert = BulkInsert {
            name: "t.add",
            table: "t",
            columns: &[("a", ColumnType::Blob), ("b", ColumnType::Int)],
            on_conflict: "on conflict do nothing",
        };
        assert_eq!(
            insert.sql(Engine::Sqlite),
            "insert into t (a, b) values (?1, ?2) on conflict do nothing"
        );
        assert_eq!(
            insert.sql(Engine::Postgres),
            "insert into t (a, b) select * from unnest($1::bytea[], $2::bigint[]) \
             on conflict do nothing"
        );
        let update = BulkUpdate {
            name: "t.move",
            table: "t",
            key: &[("a", ColumnType::Blob)],
            set: &[("b", ColumnType::Int)],
            guard: "b < {b}",
        };
        assert_eq!(update.sql(Engine::Sqlite), "update t set b = ?2 where t.a = ?1 and (b < ?2)");
        assert_eq!(
            update.sql(Engine::Postgres),
            "update t set b = bulk.bulk_2 from unnest($1::bytea[], $2::bigint[]) as bulk \
             (bulk_1, bulk_2) where t.a = bulk.bulk_1 and (b < bulk.bulk_2)"
        );
    }
}
