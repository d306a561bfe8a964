//! Recipients by name, one per line or with commas.

use firebell_base::limit::RECIPIENTS_MAX;
use firebell_domain::directory::Directory;
use firebell_domain::name::cut;
use firebell_domain::recipient::{Pointer, Recipient};
use firebell_ui::Say;
use firebell_ui::part::Faults;

/// Reads names; `None` if any is wrong, which is a fault of the field then.
pub(crate) fn read(
    directory: &Directory,
    t: Say,
    text: &str,
    field: &str,
    faults: &mut Faults,
) -> Option<Vec<Recipient>> {
    let names = text.split(['\n', ',']).map(str::trim).filter(|name| !name.is_empty());
    let mut found = Vec::new();
    let mut is_good = true;
    for name in names {
        if found.len() >= RECIPIENTS_MAX {
            faults.add(field, t.n("signals-recipients-many", RECIPIENTS_MAX));
            return None;
        }
        match directory.resolve(&Pointer(name.to_owned())) {
            Some(recipient) if found.contains(&recipient) => {}
            Some(recipient) => found.push(recipient),
            None => {
                if is_good {
                    let name = crate::edit::inert(&cut(name, 80), 80);
                    faults.add(field, t.a("signals-recipient-unknown", &[("name", &name)]));
                }
                is_good = false;
            }
        }
    }
    is_good.then_some(found)
}

/// The names, one per line.
pub(crate) fn lines(directory: &Directory, recipients: &[Recipient]) -> String {
    let names: Vec<String> =
        recipients.iter().map(|recipient| directory.recipient_name(*recipient)).collect();
    names.join("\n")
}
