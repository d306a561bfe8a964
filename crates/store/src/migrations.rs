//! The schema's history, embedded. Called by the binary at start and by tests.
//!
//! A script that was ever released is never edited: add the next number, in both folders.

use firebell_sql::Migration;

const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "configuration",
        sqlite: include_str!("../migrations/sqlite/0001_configuration.sql"),
        postgres: include_str!("../migrations/postgres/0001_configuration.sql"),
    },
    Migration {
        number: 2,
        name: "operations",
        sqlite: include_str!("../migrations/sqlite/0002_operations.sql"),
        postgres: include_str!("../migrations/postgres/0002_operations.sql"),
    },
    Migration {
        number: 3,
        name: "plane",
        sqlite: include_str!("../migrations/sqlite/0003_plane.sql"),
        postgres: include_str!("../migrations/postgres/0003_plane.sql"),
    },
];

/// Every migration, in order.
pub fn migrations() -> &'static [Migration] {
    MIGRATIONS
}
