//! The writer of configuration as every part of the program uses it: message templates are checked
//! with the very language that renders them. Nothing else in this crate makes an authority.

use firebell_base::Random;
use firebell_channels::template::{self, Format};
use firebell_config::{Authority, Snapshots, TemplateKind};
use firebell_sql::Db;

/// The writer of this database's configuration.
pub(crate) fn authority(db: &Db, snapshots: &Snapshots, random: &Random) -> Authority {
    Authority::new(db.clone(), snapshots.clone(), random.clone())
        .with_template_check(check_template)
}

/// Whether a message template can be used; otherwise why not.
pub(crate) fn check_template(source: &str, kind: TemplateKind) -> Result<(), String> {
    let format = match kind {
        TemplateKind::Text => Format::Text,
        TemplateKind::Json => Format::Json,
    };
    template::check(source, format).map_err(|error| error.to_string())
}
