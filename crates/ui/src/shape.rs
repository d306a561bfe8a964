//! Shapes that stand for states, so that colour is never alone, and the icons of controls.

/// A drawing of 20 units square, in the colour of the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// High priority.
    Triangle,
    /// Medium priority.
    Square,
    /// Low priority.
    Circle,
    /// Done.
    Check,
    /// Waiting.
    Ring,
    /// Cannot.
    Slash,
    /// Something to know.
    Info,
    /// A bell.
    Bell,
    /// A calendar.
    Calendar,
    /// People.
    People,
    /// One person.
    Person,
    /// A plug.
    Plug,
    /// A chart.
    Chart,
    /// A key.
    Key,
    /// A cog.
    Cog,
    /// Silence.
    Mute,
    /// A history.
    Clock,
    /// All instances.
    Globe,
    /// Search.
    Search,
    /// Add.
    Plus,
    /// Leads on.
    Arrow,
    /// More.
    Dots,
    /// Close.
    Cross,
    /// A phone.
    Phone,
    /// A letter.
    Mail,
    /// Light and dark.
    Half,
}

impl Shape {
    /// The drawing; it is ours, not input.
    #[expect(clippy::too_many_lines, reason = "a table of drawings")]
    pub const fn svg(self) -> &'static str {
        macro_rules! svg {
            ($inner:literal) => {
                concat!(
                    r#"<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" "#,
                    r#"focusable="false">"#,
                    $inner,
                    "</svg>"
                )
            };
        }
        macro_rules! line {
            ($inner:literal) => {
                concat!(
                    r#"<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" "#,
                    r#"focusable="false" fill="none" stroke="currentColor" stroke-width="1.5" "#,
                    r#"stroke-linecap="round" stroke-linejoin="round">"#,
                    $inner,
                    "</svg>"
                )
            };
        }
        match self {
            Self::Triangle => svg!(r#"<path fill="currentColor" d="M10 2.5 18.5 17h-17z"/>"#),
            Self::Square => {
                svg!(r#"<rect x="3" y="3" width="14" height="14" rx="1.5" fill="currentColor"/>"#)
            }
            Self::Circle => svg!(r#"<circle cx="10" cy="10" r="7" fill="currentColor"/>"#),
            Self::Check => svg!(
                r#"<path d="m4 10.5 4 4 8-9" fill="none" stroke="currentColor" stroke-width="2"
 stroke-linecap="round" stroke-linejoin="round"/>"#
            ),
            Self::Ring => {
                line!(r#"<circle cx="10" cy="10" r="6.5"/><path d="M10 6.5V10l2.5 1.5"/>"#)
            }
            Self::Slash => line!(r#"<circle cx="10" cy="10" r="6.5"/><path d="m5.5 14.5 9-9"/>"#),
            Self::Info => {
                line!(r#"<circle cx="10" cy="10" r="7"/><path d="M10 9v4.5M10 6.2v.1"/>"#)
            }
            Self::Bell => line!(
                r#"<path d="M4 14.5h12L14.6 12V8.6a4.6 4.6 0 0 0-9.2 0V12zM8.2 17.2a2 2 0 0 0 3.6 0"/>"#
            ),
            Self::Calendar => line!(
                r#"<rect x="3" y="4.5" width="14" height="12" rx="2"/><path d="M3 8.5h14M7 2.5v4M13 2.5v4"/>"#
            ),
            Self::People => line!(
                r#"<circle cx="7.5" cy="7" r="3"/><path d="M2 16.5c0-3 2.4-5 5.5-5s5.5 2 5.5 5
M13 4.3a3 3 0 0 1 0 5.4M15 12c1.9.7 3 2.3 3 4.5"/>"#
            ),
            Self::Person => line!(
                r#"<circle cx="10" cy="7" r="3.2"/><path d="M4 17c0-3.3 2.6-5.5 6-5.5s6 2.2 6 5.5"/>"#
            ),
            Self::Plug => {
                line!(r#"<path d="M7 2.5v4M13 2.5v4M5 6.5h10v3a5 5 0 0 1-10 0zM10 14.5v3"/>"#)
            }
            Self::Chart => line!(r#"<path d="M3 17h14M5.5 14v-4M10 14V4.5M14.5 14V8"/>"#),
            Self::Key => line!(
                r#"<circle cx="6.5" cy="13.5" r="3.5"/><path d="m9 11 7.5-7.5M13 7l2.5 2.5"/>"#
            ),
            Self::Cog => line!(
                r#"<circle cx="10" cy="10" r="2.6"/><path d="M10 2.5v2.2M10 15.3v2.2M2.5 10h2.2M15.3 10h2.2
M4.7 4.7l1.6 1.6M13.7 13.7l1.6 1.6M4.7 15.3l1.6-1.6M13.7 6.3l1.6-1.6"/>"#
            ),
            Self::Mute => line!(
                r#"<path d="M5.4 9.5V12L4 14.5h9.5M7 5.2A4.6 4.6 0 0 1 14.6 8.6V12M8.2 17.2a2 2 0 0 0 3.6 0
M3 3l14 14"/>"#
            ),
            Self::Clock => line!(
                r#"<path d="M3.5 10a6.5 6.5 0 1 0 2-4.7L3 7.5M3 3.5v4h4M10 6.5V10l2.5 1.5"/>"#
            ),
            Self::Globe => line!(
                r#"<circle cx="10" cy="10" r="7"/><path d="M3 10h14
M10 3c2.5 2 3 5 3 7s-.5 5-3 7c-2.5-2-3-5-3-7s.5-5 3-7"/>"#
            ),
            Self::Search => {
                line!(r#"<circle cx="8.5" cy="8.5" r="5"/><path d="m12.5 12.5 4.5 4.5"/>"#)
            }
            Self::Plus => line!(r#"<path d="M10 4v12M4 10h12"/>"#),
            Self::Arrow => line!(r#"<path d="m8 5 5 5-5 5"/>"#),
            Self::Dots => svg!(
                r#"<path fill="currentColor" d="M3.5 8.5h3v3h-3zM8.5 8.5h3v3h-3zM13.5 8.5h3v3h-3z"/>"#
            ),
            Self::Cross => line!(r#"<path d="m5 5 10 10M15 5 5 15"/>"#),
            Self::Phone => {
                line!(r#"<rect x="6" y="2.5" width="8" height="15" rx="2"/><path d="M9 15h2"/>"#)
            }
            Self::Mail => line!(
                r#"<rect x="2.5" y="4.5" width="15" height="11" rx="2"/><path d="m3 6 7 5 7-5"/>"#
            ),
            Self::Half => svg!(
                r#"<circle cx="10" cy="10" r="6.5" fill="none" stroke="currentColor" stroke-width="1.5"/>
<path fill="currentColor" d="M10 3.5a6.5 6.5 0 0 1 0 13z"/>"#
            ),
        }
    }
}
