//! Forms, bounded before they are read.

use axum::body::{Body, to_bytes};
use firebell_access::form::Fields;

/// The largest form body, in bytes: the longest comment fits four times over when every character
/// is one byte, and is cut when percent-encoding makes it larger.
pub(crate) const FORM_BYTES_MAX: usize = 16 * 1024;

/// The body was larger than [`FORM_BYTES_MAX`], or broke off.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// The comment that came with an answer; none when the field is empty or missing.
pub(crate) async fn comment(body: Body) -> Result<Option<String>, TooLarge> {
    Ok(fields(body).await?.word("comment").map(str::to_owned))
}

/// The fields of a form.
pub(crate) async fn fields(body: Body) -> Result<Fields, TooLarge> {
    let bytes = to_bytes(body, FORM_BYTES_MAX).await.map_err(|_| TooLarge)?;
    Ok(Fields::read(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_comment_is_decoded_and_an_empty_one_is_none() {
        let read = async |body: &'static str| comment(Body::from(body)).await;
        assert_eq!(read("x=1&comment=+a+b%21%C3%B8%0A").await, Ok(Some("a b!ø".to_owned())));
        assert_eq!(read("comment=first&comment=second").await, Ok(Some("first".to_owned())));
        for nothing in ["", "comment", "comment=", "comment=+%20", "comments=x"] {
            assert_eq!(read(nothing).await, Ok(None));
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
