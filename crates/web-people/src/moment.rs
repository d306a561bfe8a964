//! Instants and revisions in sentences about licences.

use firebell_base::Timestamp;
use firebell_domain::directory::Revision;
use firebell_ui::{Visit, clock};

/// What the visitor's clock shows to the second, such as `09:41:07`.
pub(crate) fn seconds(visit: &Visit, at: Timestamp) -> String {
    at.to_zoned(visit.person.zone.rules().clone()).strftime("%H:%M:%S").to_string()
}

/// The visitor's clock and day.
pub(crate) fn day(visit: &Visit, at: Timestamp) -> String {
    clock(at, visit.now, &visit.person.zone, visit.lang)
}

/// Reads `epoch.n`, as forms bring it back.
pub(crate) fn revision(text: &str) -> Option<Revision> {
    let (epoch, n) = text.split_once('.')?;
    let number = |digits: &str| -> Option<i64> {
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten()
    };
    Some(Revision { epoch: number(epoch)?, n: number(n)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_read_as_it_was_written_and_nothing_else_is() {
        let at = Revision { epoch: 7, n: 1_041 };
        assert_eq!(revision(&at.to_string()), Some(at));
        for bad in ["", "7", "7.", ".1", "7.1.1", "-7.1", "7.+1", "x.1", "9999999999999999999999.1"]
        {
            assert_eq!(revision(bad), None, "{bad}");
        }
    }
}
