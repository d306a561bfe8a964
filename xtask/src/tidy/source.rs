//! A Rust source taken apart into code, comments and string literals, so that a rule about code
//! does not stumble over a sentence. Used by the checks on text and SQL.
//!
//! It is a lexer for exactly that distinction and must never be asked about anything finer.

/// Three texts of the same shape as the source: what belongs elsewhere is blank, lines stay lines.
#[derive(Debug, Default)]
pub(super) struct Split {
    pub(super) code: String,
    pub(super) comments: String,
    pub(super) strings: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Code,
    Comment,
    String,
}

pub(super) fn split(source: &str) -> Split {
    let mut split = Split::default();
    let mut rest = source;
    while !rest.is_empty() {
        let (kind, length) = token(rest);
        let (text, tail) = rest.split_at(length);
        split.push(kind, text);
        rest = tail;
    }
    split
}

/// Whether `line` has `needle` as a whole: no part of a longer word.
pub(super) fn has(line: &str, needle: &str) -> bool {
    line.match_indices(needle).any(|(start, _)| {
        let (before, found) = line.split_at(start);
        let after = found.strip_prefix(needle).unwrap_or_default();
        let longer_left = needle.starts_with(is_word) && before.ends_with(is_word);
        let longer_right = needle.ends_with(is_word) && after.starts_with(is_word);
        !longer_left && !longer_right
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

impl Split {
    fn push(&mut self, kind: Kind, text: &str) {
        let blank = |c: char| if c == '\n' { c } else { ' ' };
        for (buffer, of) in [
            (&mut self.code, Kind::Code),
            (&mut self.comments, Kind::Comment),
            (&mut self.strings, Kind::String),
        ] {
            if kind == of {
                buffer.push_str(text);
            } else {
                buffer.extend(text.chars().map(blank));
            }
        }
    }
}

/// The kind and the length in bytes of what `rest` begins with. Code comes one character at a time.
fn token(rest: &str) -> (Kind, usize) {
    if rest.starts_with("//") {
        return (Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, block_comment(rest));
    }
    if rest.starts_with('"') {
        return (Kind::String, quoted(rest, '"'));
    }
    if let Some(length) = raw_string(rest) {
        return (Kind::String, length);
    }
    if let Some(length) = character(rest) {
        return (Kind::String, length);
    }
    (Kind::Code, rest.chars().next().map_or(1, char::len_utf8))
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut position = 0;
    while let Some(here) = rest.get(position..).filter(|here| !here.is_empty()) {
        let step = match here {
            _ if here.starts_with("/*") => {
                depth += 1;
                2
            }
            _ if here.starts_with("*/") => {
                depth -= 1;
                2
            }
            _ => here.chars().next().map_or(1, char::len_utf8),
        };
        position += step;
        if depth == 0 {
            break;
        }
    }
    position
}

/// From the opening to the closing `quote`, with escapes between.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (index, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return index + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#` and their byte and C relatives.
fn raw_string(rest: &str) -> Option<usize> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        rest.strip_prefix(prefix).is_some_and(|after| after.starts_with(['"', '#']))
    })?;
    let after = rest.strip_prefix(prefix)?;
    let body = after.trim_start_matches('#');
    let hashes = after.len() - body.len();
    let body = body.strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let start = rest.len() - body.len();
    Some(body.find(&close).map_or(rest.len(), |end| start + end + close.len()))
}

/// A character literal, but not a lifetime.
fn character(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('\'')?;
    if body.starts_with('\\') {
        return Some(quoted(rest, '\''));
    }
    let first = body.chars().next()?;
    body.strip_prefix(first)?.starts_with('\'').then_some(2 + first.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        text.split_whitespace().collect()
    }

    #[test]
    fn code_comments_and_strings_come_apart() {
        let split = split(concat!(
            "fn f<'a>() { // it's \"no\" string\n",
            "  let s = \"a // b \\\" c\"; /* x /* y */ z */ g('\"', '\\'', b'x');\n",
            "  let r = r#\"raw \"quoted\" text\"#; for_r(\"end\")\n}",
        ));
        assert_eq!(
            words(&split.comments),
            ["//", "it's", "\"no\"", "string", "/*", "x", "/*", "y", "*/", "z", "*/"]
        );
        assert!(split.strings.contains(r#""a // b \" c""#), "{}", split.strings);
        assert!(split.strings.contains(r##"r#"raw "quoted" text"#"##), "{}", split.strings);
        assert!(split.strings.contains("\"end\""), "{}", split.strings);
        assert!(split.code.contains("fn f<'a>() {"), "{}", split.code);
        assert!(split.code.contains("for_r("), "{}", split.code);
        assert!(!split.code.contains('"'), "{}", split.code);
        assert_eq!(split.code.lines().count(), 4);
    }

    #[test]
    fn an_unclosed_literal_ends_with_the_file() {
        for source in ["\"open", "r#\"open\"", "/* open", "'\\"] {
            assert_eq!(split(source).code.trim(), "", "{source}");
        }
    }

    #[test]
    fn a_needle_is_a_whole_word() {
        assert!(has("x ilike y", "ilike"));
        assert!(!has("silike", "ilike"));
        assert!(!has("ilikes", "ilike"));
        assert!(has("silike ilike", "ilike"));
        assert!(has("a::b", "::"));
        assert!(!has("knows now_at()", "now()"));
    }
}
