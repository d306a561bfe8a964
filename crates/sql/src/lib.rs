//! One SQL text on two engines: SQLite and PostgreSQL behind synchronous closures.
//!
//! `store` writes each statement once, in the subset both engines share, and runs it inside
//! [`Db::read`] or [`Db::write`]. The closure runs on a thread that owns a connection; the
//! future that comes back is what async code awaits. A closure is `Fn`, because it is run again
//! when the engine reports contention: inside it, only the database may be touched.
//!
//! This crate knows no domain words, never builds SQL from input and never shows a database URL
//! in an error or a log line.
//!
//! Cast: [`Db`] owns two `lane`s of threads (readers and writers); each thread owns a
//! `session`, which is a SQLite or a PostgreSQL connection and runs transactions
//! ([`ReadTx`], [`WriteTx`]) of [`Statement`]s over [`Value`]s; [`migrate`] brings the schema up
//! to date; [`describe_schema`] and [`prepare_check`] are for tests that compare the engines.

mod value;
mod error;
mod statement;
mod tx;
mod config;
mod db;
mod lane;
mod session;
mod sqlite;
mod pg;
mod pg_codec;
mod pg_tls;
mod migration;
mod describe;

pub use config::{Config, Target};
pub use db::{Db, Stats};
pub use describe::{PrepareFailure, describe_schema, prepare_check};
pub use error::{Error, Retryable};
pub use migration::{Applied, Migration, migrate, schema_version};
pub use statement::{
    BlobSet, BulkInsert, BulkUpdate, ColumnType, Engine, Preparable, Statement, TextSet,
};
pub use tx::{ReadTx, WriteTx};
pub use value::{FromValue, Row, Value};
