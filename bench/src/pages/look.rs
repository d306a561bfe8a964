//! How long pages take on the server, over loopback and one connection, and what they weigh.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use firebell_base::{Clock, Id};

use super::Size;
use super::house::{House, Visitor};
use crate::Effort;
use crate::generate::{as_f64, percentile, seconds};
use crate::report::Report;
use crate::world::numbered;

/// Requests for each page.
const REQUESTS: usize = 300;
/// Requests before that: what the first ones bring into memory is not counted.
const FIRST: usize = 5;
/// Microseconds a page is asked for, at most.
const LONGEST_MICROS: u64 = 6_000_000;
/// Milliseconds a page may take, 99 of 100 times.
const GOAL_MS: f64 = 50.0;
/// Kibibytes a page may weigh, packed: by itself, and with everything it names.
const WEIGHT_KIB: (f64, f64) = (20.0, 100.0);
/// Looks for the reports to have added up the past.
const LOOKS_MAX: usize = 6_000;

/// Asks for every page.
pub(super) fn measure(
    report: &mut Report,
    effort: Effort,
    house: &House,
    size: Size,
    engine: &str,
) -> Result<()> {
    let mut visitor = Visitor::sign_in(house.port, super::estate::ADMINISTRATOR)?;
    added_up(report, &mut visitor, engine)?;
    let mut heaviest = ((0.0, String::new()), (0.0, String::new()));
    let mut weights = Vec::new();
    for (name, path) in paths(&mut visitor, size)? {
        let (sorted, slowest) = times(&mut visitor, &path, effort)?;
        let (median, p99) = (percentile(&sorted, 50) / 1e3, percentile(&sorted, 99) / 1e3);
        report.at_most(&format!("{name}, {engine}: p99, ms"), p99, GOAL_MS);
        let weight = weigh(&mut visitor, &path)?;
        report.note(
            &format!("{name}, {engine}"),
            &format!(
                "{median:.1} ms (median), {p99:.1} ms (p99), {:.1} ms (first), {} requests; \
                 {:.1} KiB packed, {:.1} KiB with its files",
                f64::from(slowest) / 1e3,
                sorted.len(),
                weight.0,
                weight.1
            ),
        );
        if weight.0 > heaviest.0.0 {
            heaviest.0 = (weight.0, name.clone());
        }
        if weight.1 > heaviest.1.0 {
            heaviest.1 = (weight.1, name.clone());
        }
        weights.push((name, weight));
    }
    let (own, all) = heaviest;
    report.at_most(
        &format!("heaviest page ({}), {engine}: KiB packed", own.1),
        own.0,
        WEIGHT_KIB.0,
    );
    let name = format!("heaviest page with its files ({}), {engine}: KiB packed", all.1);
    report.at_most(&name, all.0, WEIGHT_KIB.1);
    Ok(())
}

/// The pages by name.
fn paths(visitor: &mut Visitor, size: Size) -> Result<Vec<(String, String)>> {
    let list = visitor.get("/alerts", false)?.text();
    let open = list.split("alerts/").skip(1).find_map(|rest| {
        let id = rest.get(..36)?;
        id.parse::<Id<()>>().ok().map(|id| id.to_string())
    });
    let open = open.context("no alert on the list of alerts")?;
    let group: Id<()> = numbered(6, 17 % size.groups);
    let shift: Id<()> = numbered(8, 2 * (17 % size.groups));
    let person: Id<()> = numbered(3, 4_321 % size.people);
    let integration = super::estate::integration_id(3);
    let all = [
        ("alerts", "/alerts".to_owned()),
        ("alerts, all", "/alerts?status=all".to_owned()),
        ("alerts, closed, high", "/alerts?status=closed&priority=HIGH".to_owned()),
        ("alerts, search", "/alerts?status=all&q=host-4321".to_owned()),
        ("alerts, search in vain", "/alerts?status=all&q=nowhere+to+be+found".to_owned()),
        ("alerts of a group", format!("/alerts?status=all&group={group}")),
        ("alerts of mine", "/alerts?status=all&who=me".to_owned()),
        ("an alert", format!("/alerts/{open}")),
        ("users", "/users".to_owned()),
        ("users, search", "/users?q=person+9999".to_owned()),
        ("users, sorted, last page", format!("/users?sort=-login&page={}", size.people / 50)),
        ("a user", format!("/users/{person}")),
        ("on call", "/on-call".to_owned()),
        ("on call, search", "/on-call?q=group+999".to_owned()),
        ("groups", "/groups".to_owned()),
        ("groups, search", "/groups?q=group+999".to_owned()),
        ("a group, week", format!("/groups/{group}")),
        ("a group, month", format!("/groups/{group}?view=month")),
        ("a shift", format!("/groups/{group}/shifts/{shift}")),
        ("absences", "/absences".to_owned()),
        ("integrations", "/integrations".to_owned()),
        ("an integration", format!("/integrations/{integration}")),
        ("silences", "/silences".to_owned()),
        ("maintenance windows", "/windows".to_owned()),
        ("licences", "/licences".to_owned()),
        ("licences, holders", "/licences/holders".to_owned()),
        ("configuration history", "/configuration".to_owned()),
        ("reports, 30 days", "/reports".to_owned()),
        ("reports, 90 days", "/reports?days=90".to_owned()),
        ("reports of a group", "/reports?days=90&group=Sample+Group+3".to_owned()),
        ("reports, load", "/reports/load?days=90".to_owned()),
        ("reports, load of a group", "/reports/load?days=90&group=Sample+Group+3".to_owned()),
        ("reports, delivery", "/reports/delivery?days=90".to_owned()),
        ("reports, noise", "/reports/noise?days=90".to_owned()),
        ("operator", "/operator".to_owned()),
        ("own account", "/account".to_owned()),
    ];
    let mut there = Vec::new();
    for (name, path) in all {
        let page = visitor.get(&path, false)?;
        ensure!(page.status != 401 && page.status != 303, "{path} leads to {}", page.head);
        ensure!(page.status == 200, "{path} answered {}: {}", page.status, page.text());
        there.push((name.to_owned(), path));
    }
    Ok(there)
}

/// Sorted microseconds of the requests, and those of the first.
fn times(visitor: &mut Visitor, path: &str, effort: Effort) -> Result<(Vec<u32>, u32)> {
    let count = if effort.quick { REQUESTS / 10 } else { REQUESTS };
    let first = visitor.get(path, true)?.micros;
    for _ in 1..FIRST {
        visitor.get(path, true)?;
    }
    let end = Clock::System.monotonic_micros() + LONGEST_MICROS;
    let mut micros = Vec::new();
    while micros.len() < count && Clock::System.monotonic_micros() < end {
        let page = visitor.get(path, true)?;
        ensure!(page.status == 200, "{path} answered {}", page.status);
        micros.push(page.micros);
    }
    micros.sort_unstable();
    Ok((micros, first))
}

/// Kibibytes of a page as it is sent, and with the styles, scripts and pictures it names.
fn weigh(visitor: &mut Visitor, path: &str) -> Result<(f64, f64)> {
    let own = visitor.get(path, true)?.body.len();
    let text = visitor.get(path, false)?.text();
    let files: BTreeSet<&str> = text
        .split("assets/")
        .skip(1)
        .filter_map(|rest| rest.split(['"', '\'', ')', ' ', '>']).next())
        .collect();
    let mut all = own;
    for file in files {
        all += visitor.get(&format!("/assets/{file}"), true)?.body.len();
    }
    Ok((as_f64(own) / 1024.0, as_f64(all) / 1024.0))
}

/// Lets the reports take up the past, which they do once.
fn added_up(report: &mut Report, visitor: &mut Visitor, engine: &str) -> Result<()> {
    let began = Clock::System.monotonic_micros();
    for _ in 0..LOOKS_MAX {
        let page = visitor.get("/reports?days=90", false)?;
        ensure!(page.status == 200, "/reports answered {}: {}", page.status, page.text());
        if !page.text().contains("Still adding up") {
            let took = seconds(Clock::System.monotonic_micros() - began);
            let text = format!("{took:.1} s, once, behind the pages' backs");
            report.note(&format!("reports take up the past, {engine}"), &text);
            return Ok(());
        }
        std::thread::park_timeout(std::time::Duration::from_millis(50));
    }
    anyhow::bail!("the reports did not come to an end")
}
