//! "Did you mean": the known word nearest to an unknown one.

/// Longer words are not compared: the cost grows with the square of the length.
const CHARS_MAX: usize = 64;

/// The remedy for an unknown word: the nearest known one, or the list of all.
pub(super) fn remedy(unknown: &str, known: &[&str]) -> String {
    let nearest = known.iter().map(|word| (distance(unknown, word), *word)).min();
    match nearest {
        // At most a third of the word may be wrong.
        Some((steps, word)) if steps * 3 <= word.chars().count().max(3) => {
            format!("did you mean {word}?")
        }
        _ => format!("known are {}", known.join(", ")),
    }
}

/// The number of characters to insert, remove or replace (Levenshtein), case ignored.
fn distance(a: &str, b: &str) -> usize {
    let [a, b] = [a, b].map(|text| text.to_lowercase().chars().take(CHARS_MAX).collect::<Vec<_>>());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        let mut left = i + 1;
        for ((to, above), diagonal) in b.iter().zip(row.iter().skip(1)).zip(&row) {
            let replaced = diagonal + usize::from(from != to);
            left = replaced.min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, expected) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("AB", "ab", 0),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn the_nearest_word_or_all_of_them() {
        let known = ["targetName", "firstName", "lastName"];
        assert_eq!(remedy("targetname", &known), "did you mean targetName?");
        assert_eq!(remedy("fristName", &known), "did you mean firstName?");
        assert_eq!(remedy("x", &known), "known are targetName, firstName, lastName");
    }
}
