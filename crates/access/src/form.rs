//! The fields of a form, which may hold passwords: read once, bounded, never shown.
//!
//! Called by the pages and by the token endpoint of the API. The caller bounds the body.

use firebell_base::Secret;

/// Fields of one form; more are not read.
pub const FIELDS_MAX: usize = 100;

/// The fields of an `application/x-www-form-urlencoded` body or query, in their order.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, Secret)>);

impl Fields {
    /// Reads a body. What is not UTF-8 is replaced; a `%` that begins no escape stands for itself.
    pub fn read(body: &[u8]) -> Self {
        let pairs = body.split(|b| *b == b'&').filter(|pair| !pair.is_empty()).take(FIELDS_MAX);
        let read = pairs.map(|pair| {
            let cut = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at(cut);
            (decode(name), Secret::new(decode(value.get(1..).unwrap_or_default())))
        });
        Self(read.collect())
    }

    /// The first value with this name, as it was sent; none when it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.expose()).filter(|value| !value.is_empty())
    }

    /// The same without white space around it; none when nothing is left.
    pub fn word(&self, name: &str) -> Option<&str> {
        self.get(name).map(str::trim).filter(|word| !word.is_empty())
    }

    /// A name that is there twice.
    pub fn repeated(&self) -> Option<&str> {
        let mut names: Vec<&str> = self.0.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.windows(2).find_map(|two| match two {
            [one, other] if one == other => Some(*one),
            _ => None,
        })
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The text of one encoded name or value. What is not UTF-8 is replaced.
pub fn decode(coded: &[u8]) -> String {
    String::from_utf8_lossy(&decoded(coded)).into_owned()
}

/// Undoes `+` and `%XX`.
fn decoded(mut rest: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(rest.len());
    while let Some((first, tail)) = rest.split_first() {
        let escaped = match (first, tail) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)),
            _ => None,
        };
        match (escaped, first) {
            (Some((high, low)), _) => out.push(high << 4 | low),
            (None, b'+') => out.push(b' '),
            (None, other) => out.push(*other),
        }
        rest = if escaped.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    out
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded_and_a_password_keeps_its_spaces() {
        let fields = Fields::read(b"user=a+b%21%C3%B8&&password=+x%20&user=second&empty=&flag");
        assert_eq!(fields.get("user"), Some("a b!ø"));
        assert_eq!(fields.get("password"), Some(" x "));
        assert_eq!(fields.word("password"), Some("x"));
        assert_eq!(
            (fields.get("empty"), fields.get("flag"), fields.get("none")),
            (None, None, None)
        );
        assert_eq!(fields.repeated(), Some("user"));
        assert_eq!(Fields::read(b"a=1&b=1").repeated(), None);
        assert_eq!(Fields::read(b"x=%zz%4").get("x"), Some("%zz%4"));
        assert_eq!(Fields::read(b"x=%ff%00y=").get("x"), Some("\u{FFFD}\0y="));
        assert!(Fields::read(b"").is_empty());
    }

    #[test]
    fn many_fields_are_not_read_and_none_is_shown() {
        let many = "a=1&".repeat(FIELDS_MAX) + "password=hunter2";
        assert_eq!(Fields::read(many.as_bytes()).get("password"), None);
        assert!(!format!("{:?}", Fields::read(b"password=hunter2")).contains("hunter2"));
    }
}
