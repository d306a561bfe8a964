//! Search and sorting of lists, as every list of configuration has them (section 1.7 of the API
//! reference). Works on what is in memory; never shapes anything.

use std::cmp::Ordering;

use firebell_base::Timestamp;
use firebell_domain::name::fold;

use crate::error::ApiError;
use crate::page::Query;
use crate::time::time_in;

/// Characters all search terms must have together.
const SEARCH_CHARS_MIN: usize = 2;
/// Search terms that are looked at; more are refused.
const TERMS_MAX: usize = 20;

/// `search`, `operand` and `fields` of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Search<F> {
    terms: Vec<String>,
    all: bool,
    fields: Vec<F>,
}

impl<F: Copy + PartialEq> Search<F> {
    /// Reads the query; `fields` are the ones that can be searched, with their words.
    ///
    /// # Errors
    /// 400 for a search that is too short or too long, an operand other than `AND` and `OR`, or an
    /// unknown field.
    pub(crate) fn of(query: &Query, fields: &[(F, &str)]) -> Result<Option<Self>, ApiError> {
        let Some(text) = query.get("search") else { return Ok(None) };
        let separators = |c: char| c.is_whitespace() || c == '+';
        let terms: Vec<String> =
            text.split(separators).filter(|term| !term.is_empty()).map(fold).collect();
        let chars: usize = terms.iter().map(|term| term.chars().count()).sum();
        if chars < SEARCH_CHARS_MIN || terms.len() > TERMS_MAX {
            let rule = format!(
                "must have at least {SEARCH_CHARS_MIN} characters and at most {TERMS_MAX} terms"
            );
            return Err(ApiError::field("search", rule));
        }
        let all = match query.get("operand").as_deref() {
            None | Some("OR") => false,
            Some("AND") => true,
            Some(other) => return Err(not_one_of("operand", other, &["AND", "OR"])),
        };
        let mut wanted = Vec::new();
        for word in query.words("fields") {
            wanted.push(pick("fields", &word, fields)?);
        }
        if wanted.is_empty() {
            wanted = fields.iter().map(|(field, _)| *field).collect();
        }
        Ok(Some(Self { terms, all, fields: wanted }))
    }

    /// Whether the terms are in the texts of the fields that are searched.
    pub(crate) fn finds(&self, text_has: impl Fn(F, &str) -> bool) -> bool {
        let found = |term: &String| self.fields.iter().any(|field| text_has(*field, term));
        if self.all { self.terms.iter().all(found) } else { self.terms.iter().any(found) }
    }
}

/// Whether `text` has the lower-case `term` in it, whatever its case.
pub(crate) fn has(text: &str, term: &str) -> bool {
    if text.is_ascii() && term.is_ascii() {
        let (text, term) = (text.as_bytes(), term.as_bytes());
        return term.is_empty()
            || text.windows(term.len()).any(|part| part.eq_ignore_ascii_case(term));
    }
    text.to_lowercase().contains(term)
}

/// Whether two texts are the same, whatever the case; no filter lets everything through.
pub(crate) fn same(filter: Option<&String>, text: &str) -> bool {
    filter.is_none_or(|wanted| fold(wanted) == fold(text))
}

/// The value of a word in a query, whatever the case.
///
/// # Errors
/// 400 naming the choice.
pub(crate) fn pick<T: Copy>(
    parameter: &str,
    text: &str,
    list: &[(T, &str)],
) -> Result<T, ApiError> {
    let found = list.iter().find(|(_, word)| word.eq_ignore_ascii_case(text.trim()));
    found.map(|(value, _)| *value).ok_or_else(|| {
        let words: Vec<&str> = list.iter().map(|(_, word)| *word).collect();
        not_one_of(parameter, text, &words)
    })
}

/// The same for a parameter that may be left out.
///
/// # Errors
/// 400 naming the choice.
pub(crate) fn word<T: Copy>(
    query: &Query,
    parameter: &str,
    list: &[(T, &str)],
) -> Result<Option<T>, ApiError> {
    query.get(parameter).map(|text| pick(parameter, &text, list)).transpose()
}

fn not_one_of(parameter: &str, given: &str, words: &[&str]) -> ApiError {
    let (given, choice) = (firebell_domain::name::cut(given, 40), words.join(", "));
    let message = format!("{parameter} must be one of {choice}, not {given:?}.");
    let subcode = "validation.common.field.invalid.enum";
    ApiError::bad_request(subcode, message, &[parameter, &given, &choice])
}

/// Whether `sortOrder` asks for the reverse.
///
/// # Errors
/// 400 for anything but `ASCENDING` and `DESCENDING`.
pub(crate) fn descending(query: &Query) -> Result<bool, ApiError> {
    let orders = [(false, "ASCENDING"), (true, "DESCENDING")];
    Ok(word(query, "sortOrder", &orders)?.unwrap_or(false))
}

/// Sorts by a key that is made once per item; `descending` turns it round.
pub(crate) fn sort<T, K: Ord>(items: &mut [T], descending: bool, key: impl Fn(&T) -> K) {
    items.sort_by_cached_key(|item| Directed { key: key(item), descending });
}

struct Directed<K> {
    key: K,
    descending: bool,
}

impl<K: Ord> Ord for Directed<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = self.key.cmp(&other.key);
        if self.descending { order.reverse() } else { order }
    }
}
impl<K: Ord> PartialOrd for Directed<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K: Ord> PartialEq for Directed<K> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl<K: Ord> Eq for Directed<K> {}

/// `createdFrom`, `createdTo` (inclusive), `createdAfter`, `createdBefore` (exclusive).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Created {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
}

impl Created {
    /// Reads the query.
    ///
    /// # Errors
    /// 400 for what is no time.
    pub(crate) fn of(query: &Query) -> Result<Self, ApiError> {
        Ok(Self {
            from: time_in(query, "createdFrom")?,
            to: time_in(query, "createdTo")?,
            after: time_in(query, "createdAfter")?,
            before: time_in(query, "createdBefore")?,
        })
    }

    /// Whether something made then is wanted.
    pub(crate) fn takes(self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at)
            && self.to.is_none_or(|to| at <= to)
            && self.after.is_none_or(|after| after < at)
            && self.before.is_none_or(|before| at < before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [(u8, &str); 2] = [(1, "NAME"), (2, "DESCRIPTION")];

    fn finds(query: &str, name: &str, description: &str) -> Result<bool, ApiError> {
        let search = Search::of(&Query::parse(query)?, &FIELDS)?;
        Ok(search.is_none_or(|s| s.finds(|f, t| has(if f == 1 { name } else { description }, t))))
    }

    #[test]
    fn terms_are_joined_by_or_unless_said_otherwise() {
        assert_eq!(finds("search=ops+web", "Web team", ""), Ok(true));
        assert_eq!(finds("search=ops+web&operand=AND", "Web team", ""), Ok(false));
        assert_eq!(finds("search=ops+web&operand=AND", "Web team", "of OPS"), Ok(true));
        assert_eq!(finds("search=ops&fields=NAME", "Web team", "of OPS"), Ok(false));
        assert_eq!(finds("search=%C3%98RE", "Søre øre", ""), Ok(true));
        assert_eq!(finds("", "x", ""), Ok(true));
    }

    #[test]
    fn wrong_searches_are_refused() {
        for query in ["search=a", "search=ab&operand=and", "search=ab&fields=COLOUR"] {
            assert_eq!(finds(query, "", "").unwrap_err().status.as_u16(), 400, "{query}");
        }
    }

    #[test]
    fn sorting_can_be_turned_round() {
        let mut items = ["b", "A", "c"];
        sort(&mut items, true, |item| fold(item));
        assert_eq!(items, ["c", "b", "A"]);
    }
}
