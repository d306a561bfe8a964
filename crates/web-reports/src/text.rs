//! Numbers in words: durations, shares, counts.

use firebell_ui::Say;

/// "45 s", "3 min 20 s", "2 h 5 min", "3 days 4 h".
pub(crate) fn span(t: Say, seconds: u32) -> String {
    const MINUTE: u32 = 60;
    const HOUR: u32 = 60 * MINUTE;
    const DAY: u32 = 24 * HOUR;
    let two = |whole: String, rest: u32, unit: &str| {
        if rest == 0 { whole } else { format!("{whole} {rest} {unit}") }
    };
    match seconds {
        0..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR => two(format!("{} min", seconds / MINUTE), seconds % MINUTE, "s"),
        HOUR..DAY => two(format!("{} h", seconds / HOUR), seconds / MINUTE % 60, "min"),
        _ => two(t.n("reports-days", i64::from(seconds / DAY)), seconds / HOUR % 24, "h"),
    }
}

/// The same for the mean.
pub(crate) fn mean_span(t: Say, seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut at the ends")]
    let whole = seconds.round() as u32;
    span(t, whole)
}

/// "0.4 s", "12 s", from tenths.
pub(crate) fn tenths(t: Say, tenths: u32) -> String {
    if tenths < 100 { format!("{}.{} s", tenths / 10, tenths % 10) } else { span(t, tenths / 10) }
}

/// "12 %" of a whole; a dash of nothing.
pub(crate) fn share(part: u32, whole: u32) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let percent = f64::from(part) / f64::from(whole) * 100.0;
    if percent > 0.0 && percent < 0.95 {
        return format!("{percent:.1} %");
    }
    format!("{percent:.0} %")
}

/// "12 345": groups of three, with a thin space that does not break.
pub(crate) fn count(n: u32) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// "12.5 h", from minutes.
pub(crate) fn hours(minutes: i64) -> String {
    let tenths = minutes.saturating_mul(10) / 60;
    if tenths % 10 == 0 {
        format!("{} h", tenths / 10)
    } else {
        format!("{}.{} h", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::WORDS;

    #[test]
    fn numbers_read_well() {
        let t = Say::new(&WORDS, firebell_ui::Lang::English);
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (200, "3 min 20 s"),
            (7_500, "2 h 5 min"),
            (86_400, "1 day"),
            (187_200, "2 days 4 h"),
        ] {
            assert_eq!(span(t, seconds), text);
        }
        assert_eq!([tenths(t, 4), tenths(t, 99), tenths(t, 612)], ["0.4 s", "9.9 s", "1 min 1 s"]);
        assert_eq!(
            [share(1, 8), share(1, 200), share(0, 0), share(0, 9)],
            ["12 %", "0.5 %", "–", "0 %"]
        );
        assert_eq!([count(7), count(1_234_567)], ["7", "1\u{202f}234\u{202f}567"]);
        assert_eq!([hours(750), hours(720)], ["12.5 h", "12 h"]);
    }
}
