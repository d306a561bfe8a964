//! Each page: loads without a fault, is accessible in both themes and on both screens, fits on the
//! narrowest one, and leads only to pages that are looked at here too. Pictures are kept of each.

use firebell_browser::pages::{self, PAGES, Page, Who};
use firebell_browser::pool::{Lease, nobody, signed_in};
use firebell_browser::sample::HOSTILE;
use firebell_browser::server::server;
use firebell_browser::tab::Tab;

/// One test for each page, and one that none is missing.
macro_rules! each_page {
    ($($test:ident)*) => {
        $(#[test] fn $test() { look_at(&stringify!($test).replace('_', "-")); })*

        #[test]
        fn no_page_is_left_out() {
            let tested: Vec<String> =
                vec![$(stringify!($test).replace('_', "-")),*];
            let table: Vec<&str> = PAGES.iter().map(|page| page.name).collect();
            assert_eq!(tested, table);
        }
    };
}

each_page! {
    sign_in
    reset
    sign_out
    answer
    offline
    account
    password
    devices
    device_new
    device
    keys
    alerts
    alert
    alert_new
    on_call
    groups
    group_new
    group
    group_edit
    group_remove
    shift
    shift_new
    shift_remove
    calendars
    absences
    users
    users_full
    user_new
    user_import
    user
    user_edit
    user_devices
    user_device_new
    user_device
    user_remove
    more_licences
    integrations
    integration_new
    integration
    integration_edit
    integration_test
    integration_event
    forms
    form_new
    form
    silences
    silence_new
    silence
    windows
    window_new
    window
    reports
    report_load
    report_delivery
    report_noise
    licences
    licence_holders
    licence_why
    licence_history
    licence_ask
    configuration
    revision
    entity
    past
    check
    audit
    audit_chain
    operator
    operator_instance
    operator_licence
    operator_new
    operator_nodes
    operator_audit
    operator_chain
    checklist
    jump
    styleguide
}

fn visit(page: &Page, instance: &str) -> Lease {
    let tab = match page.who.name() {
        Some(name) => signed_in(instance, name),
        None => nobody(),
    };
    tab.go(&server().path(instance, page.path));
    tab
}

fn look_at(name: &str) {
    let page = pages::named(name);
    let tab = visit(&page, page.instance);
    let expected: &[u64] = if page.status == 200 { &[] } else { &[page.status] };
    let arrived = tab.path();
    let wanted = server().path(page.instance, page.path);
    let mut faults = tab.look(page.name, expected);
    if arrived != wanted {
        faults.push(format!("leads to {arrived} instead of {wanted}"));
    }
    faults.extend(unknown_links(&tab));
    assert!(faults.is_empty(), "{name} ({wanted}):\n  {}", faults.join("\n  "));
}

fn unknown_links(tab: &Tab) -> Vec<String> {
    let links = tab.links().into_iter().filter(|path| !pages::has(path));
    links.map(|path| format!("links to {path}, which is not in the table of pages")).collect()
}

/// Every page of an instance whose names and texts would like to be scripts.
#[test]
fn hostile_texts_stay_texts() {
    let mut faults = Vec::new();
    for page in PAGES.into_iter().filter(|page| page.who != Who::Operator) {
        let tab = visit(&page, HOSTILE);
        let found = tab.mishaps(&[page.status]).into_iter().chain(live_markup(&tab));
        faults.extend(found.map(|fault| format!("{}: {fault}", page.name)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What of the hostile texts became part of the page.
fn live_markup(tab: &Tab) -> Option<String> {
    let live = tab.eval(
        "[...document.querySelectorAll('img[src=x], [onclick], [onerror], script:not([src])')]
           .filter((e) => !['application/json', 'importmap'].includes(e.type))
           .concat([...document.querySelectorAll('a[href]')].filter((a) => a.protocol === 'javascript:'))
           .map((e) => e.outerHTML).join(' ')",
    );
    let live = live.as_str().unwrap_or_default();
    (!live.is_empty()).then(|| format!("became markup: {live}"))
}
