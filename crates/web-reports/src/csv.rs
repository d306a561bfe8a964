//! Figures as CSV (RFC 4180), made while they are sent. A text that a spreadsheet would take for a formula gets
//! an apostrophe in front.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;

/// Rows of one file.
pub(crate) const ROWS_MAX: usize = 200_000;
/// Rows made at a time.
const ROWS_AT_ONCE: usize = 500;

/// A file whose rows are made as it is sent; `name` without its extension. The first row is the head.
pub(crate) fn answer(
    name: &str,
    rows: impl Iterator<Item = Vec<String>> + Send + 'static,
) -> Response {
    let mut rows = rows.take(ROWS_MAX);
    let chunks = std::iter::from_fn(move || {
        let mut text = String::new();
        for row in rows.by_ref().take(ROWS_AT_ONCE) {
            write(&mut text, &row);
        }
        (!text.is_empty()).then(|| Ok::<_, Infallible>(Bytes::from(text)))
    });
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned());
    let name = (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\""));
    let cache = (header::CACHE_CONTROL, "no-store".to_owned());
    ([kind, name, cache], Body::from_stream(stream::iter(chunks))).into_response()
}

fn write(text: &mut String, row: &[String]) {
    for (place, field) in row.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        cell(text, field);
    }
    text.push_str("\r\n");
}

fn cell(text: &mut String, field: &str) {
    // A sign may follow blanks; full-width signs are taken for plain ones by some programs.
    let first = field.trim_start().chars().next();
    let is_formula =
        first.is_some_and(|c| "=+-@＝＋－＠".contains(c)) || field.starts_with(['\t', '\r', '\n']);
    // A number is no formula.
    let is_formula = is_formula && field.parse::<f64>().is_err();
    let needs_quotes = is_formula || field.contains([',', '"', '\r', '\n', ';']);
    if !needs_quotes {
        text.push_str(field);
        return;
    }
    text.push('"');
    if is_formula {
        text.push('\'');
    }
    text.push_str(&field.replace('"', "\"\""));
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_formulas_guarded() {
        for (field, written) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "\"'=1+1\""),
            ("  =cmd|' /C calc'!A0", "\"'  =cmd|' /C calc'!A0\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("+47 22", "\"'+47 22\""),
            ("\tx", "\"'\tx\""),
            ("＝1", "\"'＝1\""),
            ("-12.5", "-12.5"),
            ("", ""),
        ] {
            let mut text = String::new();
            cell(&mut text, field);
            assert_eq!(text, written, "{field:?}");
        }
        let mut text = String::new();
        write(&mut text, &["a".to_owned(), "b".to_owned()]);
        assert_eq!(text, "a,b\r\n");
    }
}
