//! Cutting and cleaning of text that comes from outside, before it is shown or put in a header.
//!
//! Called by every channel. Must never panic on any input, whatever its length or script.

/// Longest reason or detail we keep, in characters.
pub(crate) const SENTENCE_CHARS_MAX: usize = 300;

/// One line without control characters: runs of white space and controls become one space.
///
/// Direction overrides are dropped too: they can make a subject read as something else.
pub(crate) fn one_line(input: &str, chars_max: usize) -> String {
    let mut out = String::new();
    let mut gap = false;
    for c in input.chars() {
        if is_direction_override(c) {
            continue;
        }
        if c.is_control() || c.is_whitespace() {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push(' ');
            gap = false;
        }
        out.push(c);
        if out.len() > chars_max.saturating_mul(4) {
            break;
        }
    }
    truncate(&out, chars_max)
}

/// At most `chars_max` characters; a cut text ends in `…`.
pub(crate) fn truncate(input: &str, chars_max: usize) -> String {
    let Some((cut, _)) = input.char_indices().nth(chars_max) else {
        return input.to_owned();
    };
    let kept = input.get(..cut).unwrap_or_default();
    let mut out: String = kept.chars().take(chars_max.saturating_sub(1)).collect();
    out.push('…');
    out
}

/// A key as it may stand in a header or a Message-ID: ASCII letters, digits, `-`, `_`, `.`.
pub(crate) fn header_token(key: &str) -> String {
    /// Longest key in bytes; RFC 5322 lines end at 998.
    const TOKEN_BYTES_MAX: usize = 200;
    let clean = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }
    };
    let token: String = key.chars().take(TOKEN_BYTES_MAX).map(clean).collect();
    let token = token.trim_matches('.').replace("..", "._");
    if token.is_empty() { "unnamed".to_owned() } else { token }
}

fn is_direction_override(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_has_no_controls() {
        let table = [
            ("Disk full\r\nBcc: x@example.org", "Disk full Bcc: x@example.org"),
            ("  a\t\u{0}b  ", "a b"),
            ("a\u{202e}b\u{85}c\u{2028}d", "ab c d"),
            ("", ""),
        ];
        for (input, expect) in table {
            assert_eq!(one_line(input, 100), expect, "{input:?}");
        }
        assert_eq!(one_line(&"é".repeat(50_000), 10), "ééééééééé…");
    }

    #[test]
    fn truncate_counts_characters() {
        assert_eq!(truncate("äöü", 3), "äöü");
        assert_eq!(truncate("äöüß", 3), "äö…");
        assert_eq!(truncate("abc", 0), "…");
    }

    #[test]
    fn header_tokens_are_plain() {
        assert_eq!(header_token("n-1.2_x"), "n-1.2_x");
        assert_eq!(header_token("a b\r\n<c>@d"), "a_b___c__d");
        assert_eq!(header_token(".."), "unnamed");
        assert_eq!(header_token("a..b"), "a._b");
    }
}
