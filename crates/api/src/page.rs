//! Queries and pages, as xMatters clients write and read them.

use std::fmt::Write as _;

use axum::extract::FromRequestParts;
use firebell_base::limit::{PAGE_DEFAULT, PAGE_MAX};
use firebell_domain::name::cut;
use http::request::Parts;
use serde_json::{Map, Value, json};

use crate::door::Prefix;
use crate::error::ApiError;

/// The most parameters of one query.
pub const PARAMETERS_MAX: usize = 200;
/// The longest query, in bytes.
pub const QUERY_BYTES_MAX: usize = 16 * 1024;
/// The most items of an embedded collection.
pub const EMBEDDED_MAX: usize = 100;
/// The furthest a page may begin.
const OFFSET_MAX: usize = 100_000_000;

/// The parameters of a request, in their order. Tolerates leading and doubled `&`, empty queries
/// and repeated names; `+` is a space. An extractor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Decoded names, values as sent: lists are split before they are decoded.
    pairs: Vec<(String, String)>,
    /// What stood before `/api` in the path, for links.
    prefix: String,
}

impl Query {
    /// Reads the part of a URL after the question mark.
    ///
    /// # Errors
    /// 400 when it is too long or not UTF-8.
    pub fn parse(raw: &str) -> Result<Self, ApiError> {
        let long = || {
            let message = format!(
                "The query has more than {QUERY_BYTES_MAX} bytes or {PARAMETERS_MAX} parameters."
            );
            ApiError::bad_request("validation.common.query.too_long", message, &[])
        };
        if raw.len() > QUERY_BYTES_MAX {
            return Err(long());
        }
        let mut pairs = Vec::new();
        for part in raw.split('&').filter(|part| !part.is_empty()) {
            if pairs.len() >= PARAMETERS_MAX {
                return Err(long());
            }
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let name = decode(name, "a parameter's name")?;
            decode(value, &name)?;
            pairs.push((name, value.to_owned()));
        }
        Ok(Self { pairs, prefix: String::new() })
    }

    /// The first value with this name; none when it is empty.
    pub fn get(&self, name: &str) -> Option<String> {
        let (_, raw) = self.pairs.iter().find(|(known, _)| known == name)?;
        decode(raw, name).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Whether the name was given, even with an empty value.
    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(known, _)| known == name)
    }

    /// All values with this name, comma lists taken apart; a comma inside a value is `%2C`.
    pub fn list(&self, name: &str) -> Vec<String> {
        self.pairs
            .iter()
            .filter(|(known, _)| known == name)
            .flat_map(|(_, raw)| raw.split(','))
            .filter_map(|piece| decode(piece, name).ok())
            .map(|piece| piece.trim().to_owned())
            .filter(|piece| !piece.is_empty())
            .collect()
    }

    /// A comma list of words that may come encoded as a whole (`a%2Cb`): for `embed` and the like,
    /// whose words hold no commas.
    pub fn words(&self, name: &str) -> Vec<String> {
        self.list(name)
            .iter()
            .flat_map(|piece| piece.split(','))
            .map(|word| word.trim().to_owned())
            .filter(|word| !word.is_empty())
            .collect()
    }

    /// Whether `embed` asks for this.
    pub fn embeds(&self, what: &str) -> bool {
        self.words("embed").iter().any(|word| word.eq_ignore_ascii_case(what))
    }

    /// A truth value; none when not given.
    ///
    /// # Errors
    /// 400 for anything but `true` and `false`.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.get(name).map(|text| text.to_lowercase()).as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => Err(ApiError::field(
                name,
                format!("must be true or false, not {:?}.", cut(other, 40)),
            )),
        }
    }

    /// A whole number in a range; none when not given.
    ///
    /// # Errors
    /// 400 for anything else.
    pub fn number(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<usize>,
    ) -> Result<Option<usize>, ApiError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.map(Some).ok_or_else(|| {
            let (from, to) = (range.start(), range.end());
            let given = cut(&text, 40);
            ApiError::field(name, format!("must be a number from {from} to {to}, not {given:?}."))
        })
    }

    /// The first of these parameters that was given, as a 400: what would change the result may not
    /// be ignored silently.
    ///
    /// # Errors
    /// 400 naming it.
    pub fn refuse(&self, names: &[&str]) -> Result<(), ApiError> {
        match names.iter().find(|name| self.has(name)) {
            None => Ok(()),
            Some(name) => {
                let message = format!("{name} is not supported here; leave it out.");
                let subcode = "validation.common.parameter.unsupported";
                Err(ApiError::bad_request(subcode, message, &[name]))
            }
        }
    }

    /// Sets a parameter, for links that say what was not asked.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.pairs.retain(|(known, _)| known != name);
        self.pairs.push((name.to_owned(), encode(value)));
        self
    }

    /// What stood before `/api` in the path: nothing, or `/t/…`.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// `path?query` with this page instead of the one asked for.
    fn link(&self, path: &str, page: Page) -> String {
        let mut link = format!("{}{path}?", self.prefix);
        for (name, raw) in &self.pairs {
            if name != "offset" && name != "limit" {
                let value = decode(raw, name).unwrap_or_default();
                write(&mut link, format_args!("{}={}&", encode(name), encode(&value)));
            }
        }
        write(&mut link, format_args!("offset={}&limit={}", page.offset, page.limit));
        link
    }
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut query = Self::parse(parts.uri.query().unwrap_or_default())?;
        if let Some(Prefix(prefix)) = parts.extensions.get() {
            query.prefix.clone_from(prefix);
        }
        Ok(query)
    }
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many items to leave out.
    pub offset: usize,
    /// How many items to show, 1 to 1000.
    pub limit: usize,
}

impl Page {
    /// `offset` and `limit` of a query.
    ///
    /// # Errors
    /// 400 naming the parameter.
    pub fn of(query: &Query) -> Result<Self, ApiError> {
        Ok(Self {
            offset: query.number("offset", 0..=OFFSET_MAX)?.unwrap_or(0),
            limit: query.number("limit", 1..=PAGE_MAX)?.unwrap_or(PAGE_DEFAULT),
        })
    }

    /// The items of this page.
    pub fn cut<T>(self, items: impl IntoIterator<Item = T>) -> Vec<T> {
        items.into_iter().skip(self.offset).take(self.limit).collect()
    }

    /// `(limit, offset)` for the database.
    pub fn bounds(self) -> (i64, i64) {
        let number = |n| i64::try_from(n).unwrap_or(i64::MAX);
        (number(self.limit), number(self.offset))
    }
}

/// A page of a list. `path` is the collection's path from `/api`; `total` counts the whole list.
pub fn envelope(path: &str, query: &Query, page: Page, total: usize, data: Vec<Value>) -> Value {
    let mut links = json!({ "self": query.link(path, page) });
    if let Value::Object(links) = &mut links {
        let after = page.offset.saturating_add(page.limit);
        if after < total {
            let next = query.link(path, Page { offset: after, ..page });
            links.insert("next".to_owned(), Value::String(next));
        }
        if page.offset > 0 {
            let before = Page { offset: page.offset.saturating_sub(page.limit), ..page };
            links.insert("previous".to_owned(), Value::String(query.link(path, before)));
        }
    }
    collection(total, data, links)
}

/// Moves the items into a page: `json!` would copy them.
fn collection(total: usize, data: Vec<Value>, links: Value) -> Value {
    let mut page = Map::new();
    page.insert("count".to_owned(), json!(data.len()));
    page.insert("total".to_owned(), json!(total));
    page.insert("data".to_owned(), Value::Array(data));
    page.insert("links".to_owned(), links);
    Value::Object(page)
}

/// A collection inside an object: its first hundred items. `path` is where the rest is.
pub fn embedded(path: &str, data: Vec<Value>) -> Value {
    let total = data.len();
    let data: Vec<Value> = data.into_iter().take(EMBEDDED_MAX).collect();
    let mut links = json!({ "self": format!("{path}?offset=0&limit={EMBEDDED_MAX}") });
    if let (true, Value::Object(links)) = (total > EMBEDDED_MAX, &mut links) {
        let next = format!("{path}?offset={EMBEDDED_MAX}&limit={EMBEDDED_MAX}");
        links.insert("next".to_owned(), Value::String(next));
    }
    collection(total, data, links)
}

/// Takes `+` and `%xx` apart; a lone `%` stands for itself.
fn decode(raw: &str, name: &str) -> Result<String, ApiError> {
    let bytes = raw.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let pair = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        let coded = pair.filter(|p| p.bytes().all(|b| b.is_ascii_hexdigit()));
        match (byte, coded.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
    if out.contains(&0) {
        // No text holds one, and PostgreSQL refuses it.
        let message = format!("The value of {name} holds a NUL character; leave it out.");
        return Err(ApiError::bad_request("validation.common.query.nul", message, &[name]));
    }
    String::from_utf8(out).map_err(|_| {
        let message = format!("The value of {name} is not UTF-8.");
        ApiError::bad_request("validation.common.query.not_utf8", message, &[name])
    })
}

/// The form of links: `+` for a space, `%xx` for what is not plain.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            _ => write(&mut out, format_args!("%{byte:02X}")),
        }
    }
    out
}

fn write(out: &mut String, text: std::fmt::Arguments<'_>) {
    let written = out.write_fmt(text);
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_read_with_patience() {
        let query =
            Query::parse("&&embed=roles,+supervisors&a=b+c&a=d&flag=TRUE&empty=&x=50%").unwrap();
        assert_eq!(query.list("embed"), ["roles", "supervisors"]);
        assert!(query.embeds("SUPERVISORS") && !query.embeds("site"));
        assert_eq!(query.get("a").as_deref(), Some("b c"));
        assert_eq!(query.list("a"), ["b c", "d"]);
        assert_eq!(query.flag("flag"), Ok(Some(true)));
        assert_eq!((query.get("empty"), query.has("empty")), (None, true));
        assert_eq!(query.get("x").as_deref(), Some("50%"));
        assert_eq!(Query::parse("").unwrap(), Query::default());
        assert_eq!(Query::parse("q=%FF").unwrap_err().arguments, ["q"]);
    }

    #[test]
    fn lists_are_split_before_they_are_decoded() {
        let query = Query::parse("groups=Pay%2C+Ops,Web&embed=a%2Cb").unwrap();
        assert_eq!(query.list("groups"), ["Pay, Ops", "Web"]);
        assert_eq!(query.words("embed"), ["a", "b"]);
    }

    #[test]
    fn bad_pages_name_the_parameter() {
        let page = |raw: &str| Page::of(&Query::parse(raw).unwrap());
        assert_eq!(page(""), Ok(Page { offset: 0, limit: 100 }));
        assert_eq!(page("offset=5&limit=1000"), Ok(Page { offset: 5, limit: 1000 }));
        for (raw, name) in [
            ("limit=0", "limit"),
            ("limit=1001", "limit"),
            ("limit=x", "limit"),
            ("offset=-1", "offset"),
        ] {
            assert_eq!(page(raw).unwrap_err().arguments, [name], "{raw}");
        }
    }

    #[test]
    fn links_repeat_the_query_and_end_at_the_ends() {
        let query = Query::parse("embed=a,b&limit=2&search=x+y&offset=2").unwrap();
        let page = Page::of(&query).unwrap();
        let body = envelope("/api/xm/1/people", &query, page, 5, vec![json!(1), json!(2)]);
        let base = "/api/xm/1/people?embed=a%2Cb&search=x+y";
        assert_eq!(body["links"]["self"], format!("{base}&offset=2&limit=2"));
        assert_eq!(body["links"]["next"], format!("{base}&offset=4&limit=2"));
        assert_eq!(body["links"]["previous"], format!("{base}&offset=0&limit=2"));
        assert_eq!((body["count"].clone(), body["total"].clone()), (json!(2), json!(5)));
        let last = envelope("/p", &query, Page { offset: 0, limit: 5 }, 5, vec![]);
        assert!(last["links"].get("next").is_none() && last["links"].get("previous").is_none());
    }
}
