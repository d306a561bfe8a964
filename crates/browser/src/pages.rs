//! Every page there is, in one table. A page that links lead to and that is not here fails the
//! tests of the page with the link, so that nothing is forgotten.

use crate::sample::{ACME, ADMIN, FULL, HOUSE, RESPONDER};

/// Who looks at a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Nobody is signed in.
    Nobody,
    /// The person with full access.
    Admin,
    /// Somebody who answers alerts.
    Responder,
    /// Whoever runs the installation.
    Operator,
}

impl Who {
    /// Their user name.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Nobody => None,
            Self::Admin | Self::Operator => Some(ADMIN),
            Self::Responder => Some(RESPONDER),
        }
    }
}

/// A page.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Its name in tests and pictures.
    pub name: &'static str,
    /// Its path, with `{…}` for the ids of an instance.
    pub path: &'static str,
    /// Who looks at it.
    pub who: Who,
    /// In which instance.
    pub instance: &'static str,
    /// The status that is right.
    pub status: u64,
}

const fn page(name: &'static str, path: &'static str, who: Who) -> Page {
    // Whoever runs the installation looks at all instances, from their own.
    let instance = if matches!(who, Operator) { HOUSE } else { ACME };
    Page { name, path, who, instance, status: 200 }
}

use Who::{Admin, Nobody, Operator, Responder};

/// All pages.
pub const PAGES: [Page; 77] = [
    page("sign-in", "/sign-in", Nobody),
    // Without a mail server it says so; the form itself is looked at with the first run.
    Page { status: 501, ..page("reset", "/reset", Nobody) },
    page("sign-out", "/sign-out", Responder),
    page("answer", "/r/{link}", Nobody),
    page("offline", "/offline", Nobody),
    page("account", "/account", Responder),
    page("password", "/account/password", Responder),
    page("devices", "/account/devices", Responder),
    page("device-new", "/account/devices/new", Responder),
    page("device", "/account/devices/{device}", Responder),
    page("keys", "/account/keys", Responder),
    page("alerts", "/alerts", Admin),
    page("alert", "/alerts/{alert}", Admin),
    page("alert-new", "/alerts/new", Admin),
    page("on-call", "/on-call", Admin),
    page("groups", "/groups", Admin),
    page("group-new", "/groups/new", Admin),
    page("group", "/groups/{group}", Admin),
    page("group-edit", "/groups/{group}/edit", Admin),
    page("group-remove", "/groups/{group}/remove", Admin),
    page("shift", "/groups/{group}/shifts/{shift}", Admin),
    page("shift-new", "/groups/{group}/shifts/new", Admin),
    page("shift-remove", "/groups/{group}/shifts/{shift}/remove", Admin),
    page("calendars", "/calendar", Admin),
    page("absences", "/absences", Admin),
    page("users", "/users", Admin),
    Page { instance: FULL, ..page("users-full", "/users", Admin) },
    page("user-new", "/users/new", Admin),
    page("user-import", "/users/import", Admin),
    page("user", "/users/{person}", Admin),
    page("user-edit", "/users/{person}/edit", Admin),
    page("user-devices", "/users/{person}/devices", Admin),
    page("user-device-new", "/users/{person}/devices/new", Admin),
    page("user-device", "/users/{person}/devices/{device}", Admin),
    page("user-remove", "/users/{person}/remove", Admin),
    page("more-licences", "/users/more-licences", Admin),
    page("integrations", "/integrations", Admin),
    page("integration-new", "/integrations/new", Admin),
    page("integration", "/integrations/{integration}", Admin),
    page("integration-edit", "/integrations/{integration}/edit", Admin),
    page("integration-test", "/integrations/{integration}/test", Admin),
    page("integration-event", "/integrations/{integration}/events/{event}", Admin),
    page("forms", "/integrations/forms", Admin),
    page("form-new", "/integrations/forms/new", Admin),
    page("form", "/integrations/forms/{form}", Admin),
    page("silences", "/silences", Admin),
    page("silence-new", "/silences/new", Admin),
    page("silence", "/silences/{silence}", Admin),
    page("windows", "/windows", Admin),
    page("window-new", "/windows/new", Admin),
    page("window", "/windows/{window}", Admin),
    page("reports", "/reports", Admin),
    page("report-load", "/reports/load", Admin),
    page("report-delivery", "/reports/delivery", Admin),
    page("report-noise", "/reports/noise", Admin),
    page("licences", "/licences", Admin),
    page("licence-holders", "/licences/holders", Admin),
    page("licence-why", "/licences/why", Admin),
    page("licence-history", "/licences/history", Admin),
    page("licence-ask", "/licences/ask", Admin),
    page("configuration", "/configuration", Admin),
    page("revision", "/configuration/revisions/{revision}", Admin),
    page("entity", "/configuration/entities/person/{person}", Admin),
    page("past", "/configuration/at", Admin),
    page("check", "/configuration/check", Admin),
    page("audit", "/configuration/audit", Admin),
    page("audit-chain", "/configuration/audit/chain", Admin),
    page("operator", "/operator", Operator),
    page("operator-instance", "/operator/instances/{instance}", Operator),
    page("operator-licence", "/operator/instances/{instance}/FULL_USER", Operator),
    page("operator-new", "/operator/new", Operator),
    page("operator-nodes", "/operator/nodes", Operator),
    page("operator-audit", "/operator/audit", Operator),
    page("operator-chain", "/operator/audit/chain", Operator),
    page("checklist", "/start/checklist", Admin),
    page("jump", "/jump?q=pay", Admin),
    page("styleguide", "/styleguide", Admin),
];

/// Links that lead to no page: downloads, feeds, and pages that need what the table cannot give.
pub const ELSEWHERE: [&str; 14] = [
    "/operator/instances/{instance}/STAKEHOLDER_USER",
    "/",
    "/livez",
    "/api/openapi.json",
    "/reset/{token}",
    "/r/{link}/{option}",
    "/users/export.csv",
    "/users/import/template.csv",
    "/configuration/export",
    "/reports/csv/{figure}",
    "/calendar/{token}",
    "/alerts/new/find",
    "/configuration/entities/{kind}/{id}",
    "/start",
];

/// The page of this name.
///
/// # Panics
/// When there is none.
pub fn named(name: &str) -> Page {
    *PAGES.iter().find(|page| page.name == name).unwrap_or_else(|| panic!("no page {name}"))
}

/// Whether the table has a page like this path: with ids in place of ids.
pub fn has(path: &str) -> bool {
    let patterns = PAGES.iter().map(|page| page.path).chain(ELSEWHERE);
    patterns.map(|pattern| pattern.split(['?', '#']).next().unwrap_or_default()).any(|pattern| {
        let (mut of, mut parts) = (path.split('/'), pattern.split('/'));
        loop {
            match (of.next(), parts.next()) {
                (None, None) => return true,
                (Some(part), Some(like)) if part == like => {}
                (Some(part), Some(like)) if like.contains('{') && !part.is_empty() => {}
                _ => return false,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_there_once_and_paths_are_known_by_their_shape() {
        for page in PAGES {
            let same = PAGES.iter().filter(|other| other.name == page.name).count();
            assert_eq!(same, 1, "{}", page.name);
            let path = page.path.split('?').next().unwrap_or_default();
            assert!(has(path), "{path}");
        }
        assert!(has("/r/abc"));
        assert!(!has("/r/abc/def/ghi"));
        assert!(!has("/nowhere"));
        assert!(!has("/r/"));
    }
}
