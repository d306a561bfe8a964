//! Contrast of the style sheet's colours, computed as WCAG 2.2 defines it, in both sets.

use std::collections::BTreeMap;

use crate::asset::APP as STYLE;

/// Text on its ground, at least 4.5 : 1.
const TEXTS: &[(&str, &[&str])] = &[
    ("paper", &["ink", "ink-2", "ink-3", "high", "medium", "low", "ok"]),
    ("paper-2", &["ink", "ink-2", "ink-3", "high", "medium", "low", "ok"]),
    ("paper-3", &["ink", "ink-2", "ink-3"]),
    ("act", &["act-ink"]),
    ("plain", &["plain-ink"]),
];
/// Borders of controls, focus rings and filled buttons on the page, at least 3 : 1.
const SHAPES: &[(&str, &[&str])] =
    &[("paper", &["edge", "accent", "act", "plain"]), ("paper-2", &["edge", "accent"])];

#[derive(Debug, Clone, Copy)]
struct Colour {
    lightness: f64,
    chroma: f64,
    hue: f64,
}

impl Colour {
    /// Linear sRGB, by Björn Ottosson's matrices (the ones CSS Color 4 uses).
    fn linear(self) -> [f64; 3] {
        let (sin, cos) = self.hue.to_radians().sin_cos();
        let lab = [self.lightness, self.chroma * cos, self.chroma * sin];
        let cones = [
            [1.0, 0.396_337_777_4, 0.215_803_757_3],
            [1.0, -0.105_561_345_8, -0.063_854_172_8],
            [1.0, -0.089_484_177_5, -1.291_485_548],
        ];
        let rgb = [
            [4.076_741_662_1, -3.307_711_591_3, 0.230_969_929_2],
            [-1.268_438_004_6, 2.609_757_401_1, -0.341_319_396_5],
            [-0.004_196_086_3, -0.703_418_614_7, 1.707_614_701],
        ];
        let dot = |row: [f64; 3], v: [f64; 3]| row[0] * v[0] + row[1] * v[1] + row[2] * v[2];
        let lms = cones.map(|row| dot(row, lab).powi(3));
        rgb.map(|row| dot(row, lms))
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.linear().map(|x| x.clamp(0.0, 1.0));
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (one.luminance(), other.luminance());
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// `oklch(98.4% 0.006 75)`, as the tokens have it.
fn colour(text: &str) -> Colour {
    let inside = text.trim().strip_prefix("oklch(").unwrap().strip_suffix(')').unwrap();
    let part = |part: &str| part.trim_end_matches('%').parse().unwrap();
    let parts: Vec<f64> = inside.split_whitespace().map(part).collect();
    let [lightness, chroma, hue] = parts[..] else { panic!("{text}") };
    Colour { lightness: lightness / 100.0, chroma, hue }
}

/// The custom properties that are colours: each says what it is in light and in dark.
fn sets() -> [(&'static str, BTreeMap<String, Colour>); 2] {
    let block = STYLE.split_once(":root").unwrap().1.split_once('}').unwrap().0;
    let (mut light, mut dark) = (BTreeMap::new(), BTreeMap::new());
    for line in block.lines() {
        let Some((name, value)) = line.trim().strip_prefix("--").and_then(|l| l.split_once(": "))
        else {
            continue;
        };
        let Some(both) = value.strip_prefix("light-dark(") else {
            assert!(!value.starts_with("oklch("), "{name} is the same by day and by night");
            continue;
        };
        let (one, other) = both.strip_suffix(");").unwrap().split_once(", ").unwrap();
        light.insert(name.to_owned(), colour(one));
        dark.insert(name.to_owned(), colour(other));
    }
    [("light", light), ("dark", dark)]
}

fn check(pairs: &[(&str, &[&str])], least: f64) {
    for (set, colours) in sets() {
        for (ground, inks) in pairs {
            for ink in *inks {
                let ratio = contrast(colours[*ground], colours[*ink]);
                assert!(ratio >= least, "{set}: {ink} on {ground} is {ratio:.2}");
            }
        }
    }
}

#[test]
fn known_contrasts_come_out_right() {
    let grey = |lightness| Colour { lightness, chroma: 0.0, hue: 0.0 };
    assert!((contrast(grey(0.0), grey(1.0)) - 21.0).abs() < 0.01);
    // sRGB red is oklch(62.8% 0.2577 29.23); on white it is 4.00 : 1.
    let red = Colour { lightness: 0.6280, chroma: 0.2577, hue: 29.23 };
    assert!((contrast(red, grey(1.0)) - 4.0).abs() < 0.02);
}

#[test]
fn texts_can_be_read_in_both_sets() {
    check(TEXTS, 4.5);
}

#[test]
fn controls_can_be_seen_in_both_sets() {
    check(SHAPES, 3.0);
}

#[test]
fn each_colour_stands_once_and_can_be_shown() {
    let [(_, light), (_, dark)] = sets();
    for (name, colour) in light.iter().chain(&dark) {
        let channels = colour.linear();
        assert!(channels.iter().all(|x| (-0.002..=1.002).contains(x)), "{name}: {channels:?}");
        let token = format!("--{name}:");
        assert_eq!(STYLE.matches(&token).count(), 1, "{name}");
    }
    for theme in ["light", "dark"] {
        let rule = format!(":root[data-theme=\"{theme}\"] {{ color-scheme: {theme}; }}");
        assert!(STYLE.contains(&rule), "{theme} can be chosen");
    }
}

#[test]
fn the_night_is_warm_and_never_black() {
    let [_, (_, dark)] = sets();
    let paper = dark["paper"];
    assert!(paper.lightness >= 0.15 && paper.lightness <= 0.25 && paper.chroma > 0.0);
    assert!((40.0..100.0).contains(&paper.hue));
}
