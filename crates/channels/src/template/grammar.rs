//! What a customer's template may contain, checked before the engine sees it.
//!
//! The engine knows more than is wanted here: assignments and joining of texts can double a
//! value with each step and so fill the memory within the step limit, and calls reach into
//! values. This check admits a small grammar instead of forbidding single tricks. It also bounds
//! how deep things nest: the engine's parser recurses and would overflow the stack.

use super::TemplateError;

/// Statements a template may use.
const STATEMENTS: [&str; 6] = ["if", "elif", "else", "endif", "for", "endfor"];
/// Filters a template may use.
const FILTERS: [&str; 6] = ["upper", "lower", "trim", "truncate", "default", "json"];
/// Signs that may stand outside of quoted text inside a tag.
const SIGNS: &str = "_.|(),[]=!<>-";

/// Longest tag, in tokens.
const TOKENS_MAX: usize = 100;
/// How deep `if`, `elif` and `for` may nest; an `elif` counts until its `endif`.
const BLOCKS_MAX: usize = 16;
/// How deep brackets may nest.
const BRACKETS_MAX: usize = 8;
/// Words after which a bracket groups and does not call.
const BEFORE_BRACKETS: [&str; 7] = ["if", "elif", "else", "and", "or", "not", "in"];

/// One word, text or sign inside a tag.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    Text,
    Sign(char),
}

/// Checks every tag of the template.
pub(super) fn check(source: &str) -> Result<(), TemplateError> {
    let mut rest = source;
    let mut open = Vec::new();
    while let Some(start) = rest.find('{') {
        let line = line_at(source, rest, start);
        let tag = rest.get(start..).unwrap_or_default();
        rest = match tag.get(1..2) {
            Some("{") => placeholder(tag, line)?,
            Some("%") => statement(tag, line, &mut open)?,
            Some("#") => comment(tag, line)?,
            Some(_) | None => tag.get(1..).unwrap_or_default(),
        };
    }
    Ok(())
}

fn line_at(source: &str, rest: &str, start: usize) -> usize {
    let before = source.len() - rest.len() + start;
    source.bytes().take(before).filter(|&b| b == b'\n').count() + 1
}

fn placeholder(tag: &str, line: usize) -> Result<&str, TemplateError> {
    let (tokens, rest) = tokens(tag, "}}", line)?;
    if tokens.is_empty() {
        return Err(TemplateError::new(line, "the placeholder is empty: write {{ name }}"));
    }
    expression(&tokens, line)?;
    Ok(rest)
}

/// Checks one statement; `open` holds for each open block how deep it makes the parser go.
fn statement<'a>(
    tag: &'a str,
    line: usize,
    open: &mut Vec<usize>,
) -> Result<&'a str, TemplateError> {
    let (tokens, rest) = tokens(tag, "%}", line)?;
    let word = match tokens.iter().find(|t| !matches!(t, Token::Sign('-'))) {
        Some(Token::Word(word)) if STATEMENTS.contains(word) => *word,
        Some(_) | None => {
            let known = STATEMENTS.join(", ");
            let message = format!("only these statements are available: {known}");
            return Err(TemplateError::new(line, message));
        }
    };
    match word {
        "if" | "for" => open.push(1),
        "elif" => {
            if let Some(depth) = open.last_mut() {
                *depth += 1;
            }
        }
        "endif" | "endfor" => drop(open.pop()),
        _ => {}
    }
    if open.iter().sum::<usize>() > BLOCKS_MAX {
        let message = format!("if, elif and for nest deeper than {BLOCKS_MAX}");
        return Err(TemplateError::new(line, message));
    }
    expression(&tokens, line)?;
    Ok(rest)
}

fn comment(tag: &str, line: usize) -> Result<&str, TemplateError> {
    match tag.get(2..).and_then(|inside| inside.split_once("#}")) {
        Some((_, rest)) => Ok(rest),
        None => Err(TemplateError::new(line, "the comment has no end: write #}")),
    }
}

/// Filters by name, and no calls but theirs.
fn expression(tokens: &[Token<'_>], line: usize) -> Result<(), TemplateError> {
    let mut before = [Token::Sign(' '); 2];
    let mut depth = 0_usize;
    for &token in tokens {
        match token {
            Token::Sign('(' | '[') => depth += 1,
            Token::Sign(')' | ']') => depth = depth.saturating_sub(1),
            Token::Sign(_) | Token::Word(_) | Token::Text => {}
        }
        if depth > BRACKETS_MAX {
            let message = format!("brackets nest deeper than {BRACKETS_MAX}");
            return Err(TemplateError::new(line, message));
        }
        match (before, token) {
            ([_, Token::Sign('|')], Token::Word(name)) if !FILTERS.contains(&name) => {
                let known = FILTERS.join(", ");
                let message = format!("there is no filter `{name}`; available are {known}");
                return Err(TemplateError::new(line, message));
            }
            (_, Token::Word(name @ ("is" | "recursive"))) => {
                let message = format!("`{name}` is not available; write {{% if name %}}");
                return Err(TemplateError::new(line, message));
            }
            ([Token::Sign('|'), Token::Word(_)], Token::Sign('(')) => {}
            ([_, Token::Word(word)], Token::Sign('(')) if BEFORE_BRACKETS.contains(&word) => {}
            ([_, Token::Word(_) | Token::Text | Token::Sign(')' | ']')], Token::Sign('(')) => {
                return Err(TemplateError::new(line, "functions are not available; use filters"));
            }
            _ => {}
        }
        before = [before[1], token];
    }
    Ok(())
}

/// Cuts the inside of a tag into tokens, up to its end.
fn tokens<'a>(
    tag: &'a str,
    end: &str,
    line: usize,
) -> Result<(Vec<Token<'a>>, &'a str), TemplateError> {
    let mut found = Vec::new();
    let mut rest = tag.get(2..).unwrap_or_default();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(end) {
            return Ok((found, after));
        }
        if found.len() >= TOKENS_MAX {
            let message = format!("the tag has more than {TOKENS_MAX} words and signs");
            return Err(TemplateError::new(line, message));
        }
        let Some(first) = rest.chars().next() else {
            let message = format!("the tag has no end: write {end}");
            return Err(TemplateError::new(line, message));
        };
        let length = if first == '"' || first == '\'' {
            found.push(Token::Text);
            quoted(rest, first)
                .ok_or_else(|| TemplateError::new(line, "the quoted text has no end"))?
        } else if first.is_ascii_alphanumeric() || first == '_' {
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            found.push(Token::Word(rest.get(..length).unwrap_or_default()));
            length
        } else if SIGNS.contains(first) {
            found.push(Token::Sign(first));
            1
        } else {
            return Err(TemplateError::new(line, unexpected(first)));
        };
        rest = rest.get(length..).unwrap_or_default();
    }
}

fn unexpected(sign: char) -> String {
    match sign {
        ':' => "`:` cannot stand here; write the filter's argument in brackets: \
                default(\"text\"), truncate(80)"
            .to_owned(),
        _ => format!("`{sign}` cannot stand in a tag outside of quotes"),
    }
}

/// Length of a quoted text with both quotes, in bytes.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}
