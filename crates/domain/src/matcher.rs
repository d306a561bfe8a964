//! Label matchers, as in Prometheus Alertmanager: `=`, `!=`, `=~`, `!~`; regular expressions are
//! anchored at both ends; a missing label is the empty text.

use regex::{Regex, RegexBuilder};

/// The most bytes a compiled expression may take.
const REGEX_BYTES_MAX: usize = 64 * 1024;
/// The longest expression or value, in bytes.
const VALUE_BYTES_MAX: usize = 4096;

/// One condition on one label.
#[derive(Debug, Clone)]
pub struct Matcher {
    /// The label.
    pub name: String,
    /// The text or expression, as written.
    pub value: String,
    /// Which of the four operators.
    pub op: Op,
    regex: Option<Regex>,
}

/// The operator of a matcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Matches,
    /// `!~`
    NotMatches,
}

impl Op {
    /// The operator as written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Matches => "=~",
            Self::NotMatches => "!~",
        }
    }
}

/// Why something is not a matcher.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatcherError {
    /// The label's name is empty or too long.
    #[error("the label name must be 1 to {NAME_CHARS} characters long", NAME_CHARS = 128)]
    Name,
    /// The value is too long.
    #[error("the value must be at most {VALUE_BYTES_MAX} bytes long")]
    Value,
    /// The expression does not compile or is too large.
    #[error("the regular expression cannot be used: {0}")]
    Regex(String),
    /// The text is not of the form `label="value"`.
    #[error("expected label=\"value\" with one of = != =~ !~, found {0:?}")]
    Form(String),
}

impl Matcher {
    /// Checks and compiles a matcher.
    pub fn new(name: &str, op: Op, value: &str) -> Result<Self, MatcherError> {
        if name.is_empty() || name.chars().count() > 128 {
            return Err(MatcherError::Name);
        }
        if value.len() > VALUE_BYTES_MAX {
            return Err(MatcherError::Value);
        }
        let regex = match op {
            Op::Equal | Op::NotEqual => None,
            Op::Matches | Op::NotMatches => Some(
                RegexBuilder::new(&format!("^(?:{value})$"))
                    .size_limit(REGEX_BYTES_MAX)
                    .dot_matches_new_line(true)
                    .build()
                    .map_err(|error| MatcherError::Regex(error.to_string()))?,
            ),
        };
        Ok(Self { name: name.to_owned(), value: value.to_owned(), op, regex })
    }

    /// Reads `name="value"` and its three sisters; the quotes may be left out.
    pub fn parse(text: &str) -> Result<Self, MatcherError> {
        let form = || MatcherError::Form(crate::name::cut(text, 80));
        let at = text.find(['=', '!']).ok_or_else(form)?;
        let (name, rest) = text.split_at(at);
        let found = [Op::Matches, Op::NotMatches, Op::NotEqual, Op::Equal]
            .into_iter()
            .find_map(|op| rest.strip_prefix(op.word()).map(|value| (op, value.trim())));
        let (op, value) = found.ok_or_else(form)?;
        let value = match value.strip_prefix('"') {
            Some(quoted) => quoted.strip_suffix('"').ok_or_else(form)?.replace("\\\"", "\""),
            None => value.to_owned(),
        };
        Self::new(name.trim(), op, &value)
    }

    /// Whether a label with this value (empty when missing) satisfies the condition.
    pub fn matches(&self, label: &str) -> bool {
        match self.op {
            Op::Equal => label == self.value,
            Op::NotEqual => label != self.value,
            Op::Matches => self.regex.as_ref().is_some_and(|r| r.is_match(label)),
            Op::NotMatches => self.regex.as_ref().is_some_and(|r| !r.is_match(label)),
        }
    }
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.op, &self.value) == (&other.name, other.op, &other.value)
    }
}

impl std::fmt::Display for Matcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}\"{}\"", self.name, self.op.word(), self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_operators() {
        let table = [
            ("severity=\"critical\"", "critical", true),
            ("severity=critical", "warning", false),
            ("severity!=\"critical\"", "", true),
            ("host=~\"db-.*\"", "db-3", true),
            ("host=~\"db\"", "db-3", false),
            ("host!~\"db-.*\"", "web-1", true),
            ("host=~\"a|b\"", "xb", false),
        ];
        for (matcher, label, expected) in table {
            assert_eq!(
                Matcher::parse(matcher).expect(matcher).matches(label),
                expected,
                "{matcher} {label}"
            );
        }
    }

    #[test]
    fn what_is_no_matcher_says_why() {
        assert!(matches!(Matcher::parse("severity"), Err(MatcherError::Form(_))));
        assert!(matches!(Matcher::parse("a!b"), Err(MatcherError::Form(_))));
        assert!(matches!(Matcher::parse("a=\"b"), Err(MatcherError::Form(_))));
        assert!(matches!(Matcher::parse("=b"), Err(MatcherError::Name)));
        assert!(matches!(Matcher::parse("a=~\"(\""), Err(MatcherError::Regex(_))));
        assert!(matches!(Matcher::parse("a=~\"(x{1000}){1000}\""), Err(MatcherError::Regex(_))));
    }
}
