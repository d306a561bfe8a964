//! For tests: a description of a schema that reads the same on both engines, and a check that
//! prepares statements without running them.

use std::collections::BTreeMap;

use crate::{Db, Engine, Error, Preparable, ReadTx, Row, Statement};

/// A statement the engine refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrepareFailure {
    /// The statement's name.
    pub name: &'static str,
    /// What the engine said.
    pub cause: String,
}

/// Prepares each statement on the engine and returns those that were refused. It takes
/// [`Statement`]s, [`BlobSet`](crate::BlobSet)s, [`BulkInsert`](crate::BulkInsert)s and
/// [`BulkUpdate`](crate::BulkUpdate)s.
///
/// # Errors
/// [`Error::Unavailable`] if the database is out of reach.
pub fn prepare_check<P: Preparable>(
    db: &Db,
    statements: &[&P],
) -> Result<Vec<PrepareFailure>, Error> {
    let mut failures = Vec::new();
    for statement in statements {
        let (name, text) = (statement.name(), statement.sql(db.engine()));
        // One transaction each: a refused statement ends PostgreSQL's.
        match db.read_blocking("prepare_check", move |tx| tx.prepare(name, &text)) {
            Ok(()) => {}
            Err(error @ Error::Unavailable { .. }) => return Err(error),
            Err(error) => {
                failures.push(PrepareFailure { name, cause: error.cause().to_owned() });
            }
        }
    }
    Ok(failures)
}

/// Describes the schema: columns with type class and nullability, primary keys, indexes and
/// unique constraints, foreign keys. Check constraints and the values of defaults are left out.
///
/// Truth values count as `int`, which is what SQLite stores; columns of a primary key count as
/// `not null`. The facade's own `schema_migrations` is left out.
///
/// # Errors
/// What the engine reports.
pub fn describe_schema(db: &Db) -> Result<String, Error> {
    db.read_blocking("describe_schema", |tx| {
        let (columns, indexes, references) = match tx.engine() {
            Engine::Sqlite => (&SQLITE_COLUMNS, &SQLITE_INDEXES, &SQLITE_REFERENCES),
            Engine::Postgres => (&PG_COLUMNS, &PG_INDEXES, &PG_REFERENCES),
        };
        let mut tables = BTreeMap::new();
        describe_columns(&tx.query(columns, &[])?, &mut tables)?;
        describe_groups(tx, indexes, &mut tables, describe_index)?;
        describe_groups(tx, references, &mut tables, describe_reference)?;
        let tables = tables.into_iter().map(|(table, mut lines)| {
            lines.sort();
            format!("{table}\n  {}\n", lines.join("\n  "))
        });
        Ok(tables.collect())
    })
}

type Tables = BTreeMap<String, Vec<String>>;

// table, column, type, not null, has default, place in the primary key (0: none)
const SQLITE_COLUMNS: Statement = Statement::new(
    "describe.columns",
    "select t.name, c.name, lower(c.type), c.\"notnull\", c.dflt_value is not null, c.pk \
     from sqlite_master t join pragma_table_info(t.name) c \
     where t.type = 'table' and t.name not like 'sqlite!_%' escape '!' \
     and t.name <> 'schema_migrations' order by t.name, c.cid",
);
const PG_COLUMNS: Statement = Statement::new(
    "describe.columns",
    "select cast(c.relname as text), cast(a.attname as text), format_type(a.atttypid, null), \
     a.attnotnull, a.atthasdef, \
     coalesce(array_position(cast(p.conkey as int[]), cast(a.attnum as int)), 0) \
     from pg_class c join pg_namespace s on s.oid = c.relnamespace \
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped \
     left join pg_constraint p on p.conrelid = c.oid and p.contype = 'p' \
     where c.relkind in ('r', 'p') and s.nspname = current_schema() \
     and c.relname <> 'schema_migrations' order by c.relname, a.attnum",
);

// table, group, shown name (empty for a constraint), unique, partial, column (null for an
// expression), descending
const SQLITE_INDEXES: Statement = Statement::new(
    "describe.indexes",
    "select t.name, i.name, case when i.origin = 'c' then i.name else '' end, i.\"unique\", \
     i.partial, x.name, x.\"desc\" \
     from sqlite_master t join pragma_index_list(t.name) i join pragma_index_xinfo(i.name) x \
     where t.type = 'table' and i.origin <> 'pk' and x.key = 1 \
     and t.name <> 'schema_migrations' order by t.name, i.name, x.seqno",
);
const PG_INDEXES: Statement = Statement::new(
    "describe.indexes",
    "select cast(c.relname as text), cast(i.relname as text), \
     case when exists (select 1 from pg_constraint p where p.conindid = x.indexrelid \
     and p.contype = 'u') then '' else cast(i.relname as text) end, \
     x.indisunique, x.indpred is not null, cast(a.attname as text), \
     coalesce(pg_index_column_has_property(x.indexrelid, cast(k.n as int), 'desc'), false) \
     from pg_index x join pg_class i on i.oid = x.indexrelid \
     join pg_class c on c.oid = x.indrelid join pg_namespace s on s.oid = c.relnamespace \
     cross join lateral unnest(cast(x.indkey as int2[])) with ordinality as k(attnum, n) \
     left join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum and k.attnum > 0 \
     where s.nspname = current_schema() and not x.indisprimary and k.n <= x.indnkeyatts \
     and c.relname <> 'schema_migrations' order by c.relname, i.relname, k.n",
);

// table, group, referenced table, action on delete, column
const SQLITE_REFERENCES: Statement = Statement::new(
    "describe.references",
    "select t.name, cast(f.id as text), f.\"table\", lower(f.on_delete), f.\"from\" \
     from sqlite_master t join pragma_foreign_key_list(t.name) f \
     where t.type = 'table' order by t.name, f.id, f.seq",
);
const PG_REFERENCES: Statement = Statement::new(
    "describe.references",
    "select cast(c.relname as text), cast(p.conname as text), cast(r.relname as text), \
     case p.confdeltype when 'c' then 'cascade' when 'n' then 'set null' \
     when 'd' then 'set default' when 'r' then 'restrict' else 'no action' end, \
     cast(a.attname as text) \
     from pg_constraint p join pg_class c on c.oid = p.conrelid \
     join pg_class r on r.oid = p.confrelid join pg_namespace s on s.oid = c.relnamespace \
     cross join lateral unnest(p.conkey) with ordinality as k(attnum, n) \
     join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum \
     where p.contype = 'f' and s.nspname = current_schema() \
     order by c.relname, p.conname, k.n",
);

fn describe_columns(rows: &[Row], tables: &mut Tables) -> Result<(), Error> {
    let mut keys: BTreeMap<String, BTreeMap<i64, String>> = BTreeMap::new();
    for row in rows {
        let (table, column) = (row.get::<String>(0)?, row.get::<String>(1)?);
        let place: i64 = row.get(5)?;
        let null = if row.get(3)? || place > 0 { "not null" } else { "null" };
        let default = if row.get(4)? && place == 0 { " default" } else { "" };
        let declared: String = row.get(2)?;
        let class = class(&declared);
        let lines = tables.entry(table.clone()).or_default();
        lines.push(format!("column {column} {class} {null}{default}"));
        if place > 0 {
            keys.entry(table).or_default().insert(place, column);
        }
    }
    for (table, columns) in keys {
        let columns: Vec<String> = columns.into_values().collect();
        let lines = tables.entry(table).or_default();
        lines.push(format!("primary key ({})", columns.join(", ")));
    }
    Ok(())
}

/// Describes rows that belong together by their first two columns, in one line per group.
fn describe_groups(
    tx: &mut ReadTx<'_>,
    statement: &Statement,
    tables: &mut Tables,
    line: fn(&[Row]) -> Result<String, Error>,
) -> Result<(), Error> {
    let mut groups: BTreeMap<(String, String), Vec<Row>> = BTreeMap::new();
    for row in tx.query(statement, &[])? {
        groups.entry((row.get(0)?, row.get(1)?)).or_default().push(row);
    }
    for ((table, _), rows) in groups {
        tables.entry(table).or_default().push(line(&rows)?);
    }
    Ok(())
}

fn describe_index(rows: &[Row]) -> Result<String, Error> {
    let mut columns = Vec::new();
    let mut head = String::new();
    for row in rows {
        let unique = if row.get(3)? { "unique " } else { "" };
        let partial = if row.get(4)? { " partial" } else { "" };
        let name: String = row.get(2)?;
        head = if name.is_empty() {
            "unique constraint".to_owned()
        } else {
            format!("{unique}index {name}{partial}")
        };
        let column = row.get::<Option<String>>(5)?.unwrap_or_else(|| "<expression>".to_owned());
        let order = if row.get(6)? { " desc" } else { "" };
        columns.push(format!("{column}{order}"));
    }
    Ok(format!("{head} ({})", columns.join(", ")))
}

fn describe_reference(rows: &[Row]) -> Result<String, Error> {
    let mut columns = Vec::new();
    let mut tail = String::new();
    for row in rows {
        let (table, action) = (row.get::<String>(2)?, row.get::<String>(3)?);
        tail = format!("references {table} on delete {action}");
        columns.push(row.get::<String>(4)?);
    }
    Ok(format!("foreign key ({}) {tail}", columns.join(", ")))
}

fn class(declared: &str) -> &str {
    match declared {
        "integer" | "int" | "bigint" | "smallint" | "boolean" | "bool" => "int",
        "text" | "character varying" | "varchar" => "text",
        "blob" | "bytea" => "blob",
        "real" | "double precision" => "real",
        other => other,
    }
}
