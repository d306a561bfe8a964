//! Files of pages, by a name made from their content.
//!
//! A browser that shows a page of one release asks another release's process for the page's files; they are
//! found here. What is kept is what our own processes wrote; whoever serves it verifies content against name.

use firebell_base::Timestamp;
use firebell_sql::{Error, ReadTx, Row, Statement, WriteTx};

/// Files of one release; more is not written.
const FILES_MAX: usize = 64;

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its name, with a hash of the content.
    pub name: String,
    /// As in the header.
    pub content_type: String,
    /// The content.
    pub body: Vec<u8>,
}

const KEEP: Statement = Statement::new(
    "assets.keep",
    "insert into assets (name, content_type, body, had_at) values (?1, ?2, ?3, ?4)
     on conflict (name) do update set had_at = excluded.had_at",
);

const FIND: Statement =
    Statement::new("assets.find", "select content_type, body from assets where name = ?1");

const FORGET: Statement =
    Statement::new("assets.forget_before", "delete from assets where had_at < ?1");

/// Every statement of this module.
pub const ALL: &[Statement] = &[KEEP, FIND, FORGET];

/// Keeps files, or notes that they are still had.
///
/// # Errors
/// The database's.
pub fn keep(tx: &mut WriteTx<'_>, files: &[Asset], now: Timestamp) -> Result<(), Error> {
    for file in files.iter().take(FILES_MAX) {
        let row = [
            file.name.as_str().into(),
            file.content_type.as_str().into(),
            file.body.clone().into(),
            now.as_microsecond().into(),
        ];
        tx.execute(&KEEP, &row)?;
    }
    Ok(())
}

/// The file with this name.
///
/// # Errors
/// The database's.
pub fn find(tx: &mut ReadTx<'_>, name: &str) -> Result<Option<Asset>, Error> {
    let read = |row: Row| {
        Ok(Asset { name: name.to_owned(), content_type: row.get(0)?, body: row.get(1)? })
    };
    tx.query_opt(&FIND, &[name.into()])?.map(read).transpose()
}

/// Removes what no process has had since then.
///
/// # Errors
/// The database's.
pub fn forget_before(tx: &mut WriteTx<'_>, at: Timestamp) -> Result<(), Error> {
    tx.execute(&FORGET, &[at.as_microsecond().into()]).map(drop)
}
