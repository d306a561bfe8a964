//! `/styleguide`: the design system to look at. Tokens and parts, as pages use them.

use askama::Template;
use axum::response::Response;
use firebell_domain::alert::Priority;

use crate::frame::{Area, Frame};
use crate::page::page;
use crate::part::{
    Art, Badge, Button, Choice, Conflict, Difference, Empty, Faults, Field, Notice, Pager,
};
use crate::part::{Reason, Sort, Tab, Tabs, Tip};
use crate::query::{Page, Query};
use crate::shape::Shape;
use crate::visit::Visit;
use crate::when::When;
use crate::words::{Say, WORDS};

/// The colours, by their custom property.
const COLOURS: [&str; 14] = [
    "ink", "ink-2", "ink-3", "paper", "paper-2", "paper-3", "line", "edge", "accent", "high",
    "medium", "low", "ok", "act",
];
/// The sizes of type, in pixels.
const SIZES: [u8; 7] = [12, 13, 14, 16, 20, 26, 34];
/// The steps of the grid, in pixels.
const STEPS: [u8; 7] = [4, 8, 12, 16, 24, 32, 48];

#[derive(Template)]
#[template(path = "styleguide.html")]
struct Guide {
    frame: Frame,
    t: Say,
    colours: [&'static str; 14],
    sizes: [u8; 7],
    steps: [u8; 7],
    shapes: Vec<(&'static str, Shape)>,
    badges: Vec<Badge>,
    buttons: Vec<Button>,
    notices: Vec<Notice>,
    fields: Vec<Field>,
    faults: Faults,
    tip: Tip,
    when: When,
    tabs: Tabs,
    sort: Vec<Sort>,
    pager: Pager,
    empty: Empty,
    conflict: Conflict,
}

/// `GET /styleguide`
pub(crate) async fn show(visit: Visit, query: Query) -> Response {
    let t = visit.say(&WORDS);
    let frame = visit.frame(t.get("ui-styleguide"), Area::None);
    let mut faults = Faults::new(t);
    faults.add("sample-wrong", "Enter a user name of 1 to 100 characters.");
    page(&Guide {
        frame,
        t,
        colours: COLOURS,
        sizes: SIZES,
        steps: STEPS,
        shapes: shapes(),
        badges: badges(t),
        buttons: buttons(&visit),
        notices: vec![
            Notice::good("Saved", "The group is changed as of revision 7.1042."),
            Notice::wrong("Not saved", "Nothing was saved. Try again in a moment.")
                .link("Why", "#"),
            Notice::info("Good to know", "Shifts of this group end on Friday."),
        ],
        fields: fields(&faults),
        faults,
        tip: Tip::new("grace", "Licences stay usable for so many days after their end."),
        when: visit.when(visit.now),
        tabs: Tabs::new(
            "Sample",
            vec![
                Tab { label: "Open".to_owned(), href: "#".to_owned(), current: true },
                Tab { label: "Closed".to_owned(), href: "#".to_owned(), current: false },
            ],
        ),
        sort: vec![Sort::head(&query, "name", "Name"), Sort::head(&query, "since", "Since")],
        pager: Pager::new(&visit, &query, Page { number: 2, offset: 50, rows: 50 }, Some(312), 50),
        empty: Empty::new("No integrations yet", "Connect Prometheus in one minute.")
            .art(Art::Plug)
            .action("Add an integration", "#"),
        conflict: Conflict::new(
            &visit,
            vec![Difference {
                field: "Time zone".to_owned(),
                was: Some("Europe/Oslo".to_owned()),
                theirs: "Europe/Berlin".to_owned(),
                yours: "Europe/London".to_owned(),
            }],
            "#",
        ),
    })
}

fn shapes() -> Vec<(&'static str, Shape)> {
    vec![
        ("High", Shape::Triangle),
        ("Medium", Shape::Square),
        ("Low", Shape::Circle),
        ("Done", Shape::Check),
        ("Waiting", Shape::Ring),
        ("Cannot", Shape::Slash),
        ("Know", Shape::Info),
        ("Bell", Shape::Bell),
        ("Calendar", Shape::Calendar),
        ("People", Shape::People),
        ("Person", Shape::Person),
        ("Plug", Shape::Plug),
        ("Chart", Shape::Chart),
        ("Key", Shape::Key),
        ("Cog", Shape::Cog),
        ("Mute", Shape::Mute),
        ("History", Shape::Clock),
        ("Globe", Shape::Globe),
        ("Search", Shape::Search),
        ("Add", Shape::Plus),
        ("On", Shape::Arrow),
        ("More", Shape::Dots),
        ("Close", Shape::Cross),
        ("Phone", Shape::Phone),
        ("Mail", Shape::Mail),
        ("Theme", Shape::Half),
    ]
}

fn badges(t: Say) -> Vec<Badge> {
    let mut all: Vec<Badge> =
        [Priority::High, Priority::Medium, Priority::Low].map(|p| Badge::priority(p, t)).into();
    all.push(Badge::new("ok", Shape::Check, "Resolved"));
    all.push(Badge::new("waits", Shape::Ring, "Waiting"));
    all.push(Badge::new("muted", Shape::Slash, "Ended"));
    all
}

fn buttons(visit: &Visit) -> Vec<Button> {
    let why = Reason {
        text: "All 150 full-user licences are in use.".to_owned(),
        detail: vec!["Confirmed 09:41:07 at revision 7.1041.".to_owned()],
        links: vec![("See who holds them".to_owned(), visit.href("licences"))],
    };
    vec![
        Button::link("The main thing", "#").main(),
        Button::link("Another", "#"),
        Button::link("Small", "#").small(),
        Button::link("Quiet", "#").quiet(),
        Button::link("Remove", "#").danger(),
        Button::refused("Add User", why).main().id("sample-refused"),
    ]
}

fn fields(faults: &Faults) -> Vec<Field> {
    let choices = || vec![Choice::new("a", "First", true), Choice::new("b", "Second", false)];
    vec![
        Field::text("sample-text", "Name")
            .hint("As colleagues know it")
            .value("Sample group")
            .max(100),
        Field::text("sample-wrong", "User name").required().error(faults.of("sample-wrong")),
        Field::select("sample-select", "Language", choices()),
        Field::one("sample-one", "Licence", choices()),
        Field::many("sample-many", "Roles", choices()),
        Field::check("sample-check", "Tell me when a shift begins", true),
        Field::datetime("sample-datetime", "From"),
        Field::zone("sample-zone", "Time zone").value("Europe/Oslo"),
        Field::area("sample-area", "Comment").max(2000),
    ]
}
