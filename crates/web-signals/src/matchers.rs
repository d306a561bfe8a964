//! Matchers in forms: rows of a field, an operator and a value.

use firebell_config::limits::MATCHERS_MAX;
use firebell_domain::matcher::{Matcher, Op};
use firebell_ui::part::Faults;
use firebell_ui::{Form, Query, Say};

/// Characters of matchers in one line.
const LINE_CHARS_MAX: usize = 400;
/// Rows a form offers beyond those that are filled in.
const SPARE: usize = 2;
/// The operators, as they are written.
const OPS: [Op; 4] = [Op::Equal, Op::NotEqual, Op::Matches, Op::NotMatches];

/// A row as it was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// The label.
    pub(crate) field: String,
    /// The operator, as written.
    pub(crate) op: String,
    /// The value or expression.
    pub(crate) value: String,
    /// What is wrong with it.
    pub(crate) error: Option<String>,
}

impl Row {
    fn blank() -> Self {
        Self { field: String::new(), op: "=".to_owned(), value: String::new(), error: None }
    }

    /// The operators to choose from, and whether each is chosen.
    pub(crate) fn ops(&self, t: Say) -> Vec<(&'static str, String, bool)> {
        let words = ["signals-op-equal", "signals-op-not", "signals-op-like", "signals-op-unlike"];
        let each = OPS.iter().zip(words);
        each.map(|(op, word)| (op.word(), t.get(word), op.word() == self.op)).collect()
    }
}

/// Rows for these matchers, and some to fill in.
pub(crate) fn rows(matchers: &[Matcher]) -> Vec<Row> {
    let mut rows: Vec<Row> = matchers
        .iter()
        .map(|matcher| Row {
            field: matcher.name.clone(),
            op: matcher.op.word().to_owned(),
            value: matcher.value.clone(),
            error: None,
        })
        .collect();
    with_spare(&mut rows);
    rows
}

fn with_spare(rows: &mut Vec<Row>) {
    let wanted = (rows.len() + SPARE).clamp(3, MATCHERS_MAX);
    rows.resize_with(wanted.max(rows.len()), Row::blank);
}

/// What a link brings along: `matcher=host="db-1"`, several times.
pub(crate) fn linked(query: &Query) -> Vec<Matcher> {
    let texts = query.all("matcher").into_iter().take(MATCHERS_MAX);
    texts.filter_map(|text| Matcher::parse(text).ok()).collect()
}

/// The rows of a form, the matchers they are, and what is wrong with them.
pub(crate) fn read(form: &Form, t: Say, faults: &mut Faults) -> (Vec<Row>, Vec<Matcher>) {
    let mut rows = entered(form);
    let mut matchers = Vec::new();
    if rows.len() > MATCHERS_MAX {
        faults.add("field", t.n("signals-matchers-many", MATCHERS_MAX));
        rows.truncate(MATCHERS_MAX);
    }
    for row in &mut rows {
        let op = OPS.into_iter().find(|op| op.word() == row.op).unwrap_or(Op::Equal);
        match Matcher::new(&row.field, op, &row.value) {
            Ok(matcher) => matchers.push(matcher),
            Err(error) => {
                let message = error.to_string();
                if faults.of("field").is_none() {
                    faults.add("field", message.clone());
                }
                row.error = Some(message);
            }
        }
    }
    with_spare(&mut rows);
    (rows, matchers)
}

/// The rows that hold anything. Undo sends whole matchers instead, as texts.
fn entered(form: &Form) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (key, value) in form.pairs() {
        match (key.as_str(), rows.last_mut()) {
            ("field", _) => {
                rows.push(Row { field: value.trim().to_owned(), ..Row::blank() });
            }
            ("op", Some(row)) => row.op.clone_from(value),
            ("value", Some(row)) => row.value.clone_from(value),
            ("matcher", _) => {
                if let Ok(matcher) = Matcher::parse(value) {
                    rows.extend(self::rows(&[matcher]).into_iter().take(1));
                }
            }
            _ => {}
        }
    }
    rows.retain(|row| !row.field.is_empty() || !row.value.is_empty());
    rows
}

/// Matchers in one line.
pub(crate) fn line(matchers: &[Matcher]) -> String {
    let texts: Vec<String> = matchers.iter().map(Matcher::to_string).collect();
    crate::edit::inert(&texts.join(", "), LINE_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use firebell_ui::Lang;

    use super::*;
    use crate::words::WORDS;

    fn say() -> Say {
        Say::new(&WORDS, Lang::English)
    }

    #[test]
    fn rows_become_matchers_and_back() {
        let body =
            b"field=host&op=%3D~&value=db-.*&field=&op=%3D&value=&field=team&op=!%3D&value=web";
        let mut faults = Faults::new(say());
        let (entered, matchers) = read(&Form::of(body), say(), &mut faults);
        assert!(faults.is_empty());
        assert_eq!(line(&matchers), "host=~\"db-.*\", team!=\"web\"");
        assert_eq!(entered, rows(&matchers));
        assert_eq!(entered.len(), 4, "with rows to fill in");
    }

    #[test]
    fn wrong_rows_are_named_and_kept() {
        let mut faults = Faults::new(say());
        let body = b"field=host&op=%3D~&value=%28&field=&op=%3D&value=x";
        let (rows, matchers) = read(&Form::of(body), say(), &mut faults);
        assert!(matchers.is_empty() && faults.of("field").is_some());
        assert!(rows[0].error.as_ref().is_some_and(|text| text.contains("regular expression")));
        assert_eq!(rows[0].value, "(");
        assert!(rows[1].error.is_some(), "a value without a field");
        let many = "field=a&op=%3D&value=b&".repeat(MATCHERS_MAX + 1);
        let mut faults = Faults::new(say());
        let (rows, _) = read(&Form::of(many.as_bytes()), say(), &mut faults);
        assert!(faults.of("field").is_some() && rows.len() == MATCHERS_MAX);
    }

    #[test]
    fn links_and_undo_bring_whole_matchers() {
        let query = Query::read("matcher=host%3D%22db-1%22&matcher=nonsense");
        assert_eq!(line(&linked(&query)), "host=\"db-1\"");
        let mut faults = Faults::new(say());
        let form = Form::of(b"matcher=host%3D%22db-1%22&matcher=a%3D~%22b%22");
        let (_, matchers) = read(&form, say(), &mut faults);
        assert_eq!(matchers.len(), 2);
    }
}
