//! What tests share: a temporary PostgreSQL, both engines, a world with a fake clock.

pub mod postgres;
