//! Drawings are looked at as text: what is where, and that nothing foreign gets out of its place.

use askama::Template as _;

use super::*;
use crate::local::Days;

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn zone(name: &str) -> Zone {
    Zone::parse(name).expect("a zone")
}

fn block(start: &str, end: &str, text: &str) -> Block {
    Block {
        start: at(start),
        end: at(end),
        look: Look::Person(0),
        text: text.to_owned(),
        more: String::new(),
        story: format!("{text} is on call"),
        href: Some("?at=1#story".to_owned()),
    }
}

fn drawing(viewer: &str, date: jiff::civil::Date, row: &str, blocks: Vec<Block>) -> String {
    let (viewer, row) = (zone(viewer), zone(row));
    let plan = Plan {
        id: "calendar",
        label: "Payments".to_owned(),
        description: "2 gaps".to_owned(),
        viewer: &viewer,
        weeks: Days::containing(date, false).weeks(&viewer),
        now: at("2026-01-01T00:00:00Z"),
        plot: WIDE,
        is_tall: true,
        holes: None,
        rows: vec![Row { name: "Nights".to_owned(), zone: &row, blocks }],
        now_label: "now".to_owned(),
        change_label: &|minutes| format!("clock {minutes:+} min"),
    };
    draw(&plan).render().expect("a drawing")
}

fn day(month: i8, day: i8) -> jiff::civil::Date {
    jiff::civil::date(2026, month, day)
}

#[test]
fn time_is_drawn_to_scale() {
    let svg = drawing(
        "UTC",
        day(3, 2),
        "UTC",
        vec![block("2026-03-02T00:00:00Z", "2026-03-05T12:00:00Z", "Bo Ek")],
    );
    // Half of the week is half of the plot, less the air between neighbours.
    assert!(svg.contains(r#"<rect x="140" y="48" width="489" height="36""#), "{svg}");
    assert!(svg.contains("<text aria-hidden=\"true\" x=\"145\" y=\"70\">Bo Ek</text>"), "{svg}");
    assert!(!svg.contains("notch"), "UTC never changes");
    assert!(!svg.contains("own-hour"), "one clock is enough");
}

#[test]
fn clock_changes_are_notches_with_labels() {
    let svg = drawing("Europe/Oslo", day(3, 29), "Europe/Oslo", Vec::new());
    assert!(svg.contains(r#"aria-label="03:00 clock +60 min""#), "{svg}");
    // Six days of 24 hours and two hours, of 167.
    assert!(svg.contains(r#"transform="translate(996.7 32)""#), "{svg}");
    let svg = drawing("UTC", day(4, 5), "Australia/Lord_Howe", Vec::new());
    assert!(svg.contains(r#"aria-label="01:30 clock -30 min""#), "{svg}");
    assert!(svg.contains("Lord Howe") && svg.contains("own-hour"), "its own clock is below");
}

#[test]
fn a_zone_on_the_same_clock_needs_no_second_axis() {
    let svg = drawing("Europe/Oslo", day(3, 29), "Europe/Rome", Vec::new());
    assert!(!svg.contains("own-hour") && !svg.contains("Rome"), "{svg}");
}

#[test]
fn foreign_text_stays_text() {
    let hostile = "\"><script>alert(1)</script><g onload='x'>]]>&amp;\u{1F6A8}";
    let mut evil = block("2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z", hostile);
    evil.href = Some("?x=\"onfocus=alert(1) #".to_owned());
    let svg = drawing("UTC", day(3, 2), "UTC", vec![evil]);
    assert!(!svg.contains("<script") && !svg.contains("<g onload"), "{svg}");
    assert!(!svg.contains("\"onfocus"), "{svg}");
    assert!(!svg.contains("style="), "the policy forbids inline styles: {svg}");
    assert!(svg.contains("&#60;script&#62;") || svg.contains("&lt;script&gt;"), "{svg}");
}

#[test]
fn blocks_outside_the_week_are_not_drawn_and_the_edges_are_cut() {
    let svg = drawing(
        "UTC",
        day(3, 2),
        "UTC",
        vec![
            block("2026-02-20T00:00:00Z", "2026-02-23T00:00:00Z", "Before"),
            block("2026-02-28T00:00:00Z", "2026-03-03T00:00:00Z", "Across"),
            block("2026-03-04T00:00:00Z", "2026-03-04T00:01:00Z", "Short"),
        ],
    );
    assert!(!svg.contains("Before") && svg.contains(">Across</text>"), "{svg}");
    assert!(svg.contains(r#"width="2.4""#), "even a minute is seen");
    assert!(svg.contains("Short is on call") && !svg.contains(">Short</text>"), "{svg}");
}

#[test]
fn texts_fit_their_blocks() {
    assert_eq!(fitting("Bo Ek", units(100)), Some("Bo Ek".to_owned()));
    assert_eq!(fitting("Bartholomew Featherstone", units(90)).as_deref(), Some("Bartholome…"));
    assert_eq!(fitting("Bo Ek", units(15)), None);
    assert_eq!(fitting("東京太郎", units(50)).as_deref(), Some("東京…"));
    assert_eq!(Tenths(-125).to_string(), "-12.5");
}
