//! The form of the response page: one optional comment, bounded before it is read.

use axum::body::{Body, to_bytes};

/// The largest form body, in bytes: the longest comment fits four times over when every character
/// is one byte, and is cut when percent-encoding makes it larger.
pub(crate) const FORM_BYTES_MAX: usize = 16 * 1024;

/// The body was larger than [`FORM_BYTES_MAX`], or broke off.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// The comment that came with an answer; none when the field is empty or missing.
pub(crate) async fn comment(body: Body) -> Result<Option<String>, TooLarge> {
    let bytes = to_bytes(body, FORM_BYTES_MAX).await.map_err(|_| TooLarge)?;
    Ok(field(&bytes, b"comment"))
}

/// The first value of a field of an `application/x-www-form-urlencoded` body.
fn field(body: &[u8], name: &[u8]) -> Option<String> {
    body.split(|b| *b == b'&').find_map(|pair| {
        let value = pair.strip_prefix(name)?.strip_prefix(b"=")?;
        let text = String::from_utf8_lossy(&decoded(value)).trim().to_owned();
        (!text.is_empty()).then_some(text)
    })
}

/// Undoes `+` and `%XX`; a `%` that begins no escape stands for itself.
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
    fn fields_are_decoded() {
        let read = |body: &[u8]| field(body, b"comment");
        assert_eq!(read(b"comment=a+b%21%C3%B8"), Some("a b!ø".to_owned()));
        assert_eq!(read(b"x=1&comment=%f0%9f%94%94"), Some("🔔".to_owned()));
        assert_eq!(read(b"comment=first&comment=second"), Some("first".to_owned()));
        assert_eq!(read(b"comment=100%"), Some("100%".to_owned()));
        assert_eq!(read(b"comment=%zz%4"), Some("%zz%4".to_owned()));
        assert_eq!(read(b"comment=%ff%00x"), Some("\u{FFFD}\0x".to_owned()));
        for nothing in [b"".as_slice(), b"comment", b"comment=", b"comment=+%20", b"comments=x"] {
            assert_eq!(read(nothing), None);
        }
    }

    #[tokio::test]
    async fn bodies_are_bounded() {
        let largest = "comment=".to_owned() + &"x".repeat(FORM_BYTES_MAX - 8);
        let over = largest.clone() + "x";
        let read = comment(Body::from(largest)).await;
        assert_eq!(read.map(|c| c.map(|c| c.len())), Ok(Some(FORM_BYTES_MAX - 8)));
        assert_eq!(comment(Body::from(over)).await, Err(TooLarge));
    }
}
