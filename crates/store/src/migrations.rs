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
    Migration {
        number: 4,
        name: "assets",
        sqlite: include_str!("../migrations/sqlite/0004_assets.sql"),
        postgres: include_str!("../migrations/postgres/0004_assets.sql"),
    },
    Migration {
        number: 5,
        name: "views",
        sqlite: include_str!("../migrations/sqlite/0005_views.sql"),
        postgres: include_str!("../migrations/postgres/0005_views.sql"),
    },
    Migration {
        number: 6,
        name: "calendars",
        sqlite: include_str!("../migrations/sqlite/0006_calendars.sql"),
        postgres: include_str!("../migrations/postgres/0006_calendars.sql"),
    },
    Migration {
        number: 7,
        name: "devices",
        sqlite: include_str!("../migrations/sqlite/0007_devices.sql"),
        postgres: include_str!("../migrations/postgres/0007_devices.sql"),
    },
    Migration {
        number: 8,
        name: "reports",
        sqlite: include_str!("../migrations/sqlite/0008_reports.sql"),
        postgres: include_str!("../migrations/postgres/0008_reports.sql"),
    },
    Migration {
        number: 9,
        name: "signals",
        sqlite: include_str!("../migrations/sqlite/0009_signals.sql"),
        postgres: include_str!("../migrations/postgres/0009_signals.sql"),
    },
    Migration {
        number: 10,
        name: "storage",
        sqlite: include_str!("../migrations/sqlite/0010_storage.sql"),
        postgres: include_str!("../migrations/postgres/0010_storage.sql"),
    },
];

/// Every migration, in order.
pub fn migrations() -> &'static [Migration] {
    MIGRATIONS
}
