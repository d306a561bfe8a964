//! Calendars as other programs read them (RFC 5545): a pure writer.
//!
//! Instants are written in UTC, so no program needs to know our zones. Text is escaped and lines
//! are folded at 75 bytes, never inside a character. Called by `feed`; it knows nothing of shifts.

use std::fmt::Write as _;

use firebell_base::Timestamp;

/// Bytes of one line without its end, as the standard demands.
const LINE_BYTES_MAX: usize = 75;

/// One entry of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// The same for the same entry whenever the calendar is read.
    pub(crate) uid: String,
    /// First instant.
    pub(crate) start: Timestamp,
    /// First instant after.
    pub(crate) end: Timestamp,
    /// When what it says was decided.
    pub(crate) stamp: Timestamp,
    pub(crate) summary: String,
    pub(crate) description: String,
    /// Where more is to be seen.
    pub(crate) url: String,
}

/// The text of a calendar with this name.
pub(crate) fn write(name: &str, events: &[Event]) -> String {
    let mut out = String::new();
    for (property, value) in
        [("BEGIN", "VCALENDAR"), ("VERSION", "2.0"), ("PRODID", "-//Firebell//On call//EN")]
    {
        line(&mut out, property, value);
    }
    line(&mut out, "CALSCALE", "GREGORIAN");
    line(&mut out, "X-WR-CALNAME", &escaped(name));
    line(&mut out, "REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    for event in events {
        line(&mut out, "BEGIN", "VEVENT");
        line(&mut out, "UID", &escaped(&event.uid));
        line(&mut out, "DTSTAMP", &utc(event.stamp));
        line(&mut out, "DTSTART", &utc(event.start));
        line(&mut out, "DTEND", &utc(event.end));
        line(&mut out, "SUMMARY", &escaped(&event.summary));
        line(&mut out, "DESCRIPTION", &escaped(&event.description));
        line(&mut out, "URL", &event.url);
        line(&mut out, "TRANSP", "TRANSPARENT");
        line(&mut out, "END", "VEVENT");
    }
    line(&mut out, "END", "VCALENDAR");
    out
}

/// One property, folded.
fn line(out: &mut String, property: &str, value: &str) {
    let mut used = 0;
    for c in property.chars().chain([':']).chain(value.chars()) {
        if used + c.len_utf8() > LINE_BYTES_MAX {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(c);
        used += c.len_utf8();
    }
    out.push_str("\r\n");
}

/// Text as a value: no character of it is taken for syntax, and control characters are dropped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

fn utc(at: Timestamp) -> String {
    let local = jiff::tz::Offset::UTC.to_datetime(at);
    let (date, time) = (local.date(), local.time());
    let mut text = String::new();
    let written = write!(
        text,
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        date.year(),
        date.month(),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    );
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(summary: &str) -> Event {
        Event {
            uid: "shift-1@firebell".to_owned(),
            start: "2026-03-29T00:30:00Z".parse().expect("an instant"),
            end: "2026-03-29T06:00:00.5Z".parse().expect("an instant"),
            stamp: "2026-01-01T00:00:00Z".parse().expect("an instant"),
            summary: summary.to_owned(),
            description: "Then Mia Berg;\nafter 5 min".to_owned(),
            url: "https://firebell.example/groups/x".to_owned(),
        }
    }

    /// What a reader makes of a calendar: lines unfolded, then values unescaped.
    fn read(text: &str) -> Vec<(String, String)> {
        let unfolded = text.replace("\r\n ", "");
        let lines = unfolded.split("\r\n").filter(|line| !line.is_empty());
        lines
            .map(|line| {
                let (name, value) = line.split_once(':').expect("a property");
                let mut out = String::new();
                let mut chars = value.chars();
                while let Some(c) = chars.next() {
                    match c {
                        '\\' => match chars.next() {
                            Some('n') => out.push('\n'),
                            Some(other) => out.push(other),
                            None => panic!("a lonely backslash in {line}"),
                        },
                        c => out.push(c),
                    }
                }
                (name.to_owned(), out)
            })
            .collect()
    }

    #[test]
    fn a_calendar_in_full() {
        let text = write("Payments", &[event("On call: Bo Ek, Nights")]);
        let lines: Vec<&str> = text.split("\r\n").collect();
        for expected in [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "X-WR-CALNAME:Payments",
            "DTSTART:20260329T003000Z",
            "DTEND:20260329T060000Z",
            "DTSTAMP:20260101T000000Z",
            "SUMMARY:On call: Bo Ek\\, Nights",
            "DESCRIPTION:Then Mia Berg\\;\\nafter 5 min",
            "END:VCALENDAR",
        ] {
            assert!(lines.contains(&expected), "{expected} is missing in {text}");
        }
        assert!(text.ends_with("END:VCALENDAR\r\n"));
    }

    #[test]
    fn nobody_can_add_a_property_through_a_name() {
        let text = write("x", &[event("Bo\r\nATTACH:file:///etc/passwd\r\nX")]);
        assert!(!text.contains("\r\nATTACH"), "{text}");
        assert!(text.contains("Bo\\nATTACH:file"), "{text}");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(summary in "\\PC{0,200}|[\\\\;,øé🚨\n]{0,120}") {
            let text = write("x", &[event(&summary)]);
            for line in text.split("\r\n") {
                prop_assert!(line.len() <= LINE_BYTES_MAX, "{line}");
            }
            let found = read(&text);
            let read = found.iter().find(|(name, _)| name == "SUMMARY").expect("a summary");
            prop_assert_eq!(&read.1, &summary);
            prop_assert_eq!(found.len(), 17, "6 of the calendar before, 10 of the entry, 1 after");
        }
    }
}
