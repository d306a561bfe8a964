//! Names people give to things, checked once at the edge.

use firebell_base::limit::NAME_CHARS_MAX;

/// A visible text of 1 to 100 characters without control or direction-changing characters, and
/// without white space at its ends. Unique per kind and instance when folded ([`Name::fold`]).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing, or only white space.
    #[error("must not be empty")]
    Empty,
    /// Longer than the limit.
    #[error("must be at most {NAME_CHARS_MAX} characters long, not {0}")]
    Long(usize),
    /// A control character, or one that changes the direction or hides text.
    #[error("must not contain the invisible character U+{0:04X}")]
    Invisible(u32),
}

impl Name {
    /// Checks and trims `text`.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        let chars = text.chars().count();
        if chars > NAME_CHARS_MAX {
            return Err(NameError::Long(chars));
        }
        match text.chars().find(|c| is_invisible(*c)) {
            Some(c) => Err(NameError::Invisible(u32::from(c))),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which names are compared: lower case.
    pub fn fold(&self) -> String {
        fold(&self.0)
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The form in which names are compared and indexed: trimmed, lower case.
pub fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Control characters, and the Unicode characters that hide text or change its direction
/// (Trojan Source, CVE-2021-42574).
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c), 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x2069 | 0xFEFF)
}

/// `text` cut to at most `chars_max` characters, the last one replaced by … when something was cut.
pub fn cut(text: &str, chars_max: usize) -> String {
    // No character is shorter than a byte: most texts need no counting.
    if text.len() <= chars_max || text.chars().nth(chars_max).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_checked() {
        assert_eq!(Name::parse("  Bo Ek ").map(|n| n.fold()), Ok("bo ek".to_owned()));
        assert_eq!(Name::parse(" \t"), Err(NameError::Empty));
        assert_eq!(Name::parse(&"x".repeat(101)), Err(NameError::Long(101)));
        assert_eq!(Name::parse("a\u{202E}b"), Err(NameError::Invisible(0x202E)));
        assert_eq!(Name::parse("a\nb"), Err(NameError::Invisible(10)));
        assert!(Name::parse(&"ø".repeat(100)).is_ok());
    }

    #[test]
    fn cut_counts_characters_and_marks() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("øøøø", 3), "øø…");
    }
}
