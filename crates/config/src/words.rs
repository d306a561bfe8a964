//! Words for closed lists of values, read back from text with an error that names the choice.

use firebell_domain::alert::Priority;
use firebell_domain::form::{Action, Contribution};
use firebell_domain::group::GroupType;
use firebell_domain::integration::Format;
use firebell_domain::matcher::Op;
use firebell_domain::person::{LicenceType, Role, Status};
use firebell_domain::schedule::rotation::{Direction, IntervalUnit};
use firebell_domain::schedule::{Classifier, Weekday};
use firebell_domain::shift::EscalationType;

/// Days as in the API, from Sunday.
pub(crate) const DAYS: [(Weekday, &str); 7] = [
    (Weekday::Sunday, "SU"),
    (Weekday::Monday, "MO"),
    (Weekday::Tuesday, "TU"),
    (Weekday::Wednesday, "WE"),
    (Weekday::Thursday, "TH"),
    (Weekday::Friday, "FR"),
    (Weekday::Saturday, "SA"),
];
/// Months as in the API, from January.
pub(crate) const MONTHS: [(i8, &str); 12] = [
    (1, "JAN"),
    (2, "FEB"),
    (3, "MAR"),
    (4, "APR"),
    (5, "MAY"),
    (6, "JUN"),
    (7, "JUL"),
    (8, "AUG"),
    (9, "SEP"),
    (10, "OCT"),
    (11, "NOV"),
    (12, "DEC"),
];
/// Places of a weekday in its month.
pub(crate) const CLASSIFIERS: [(Classifier, &str); 5] = [
    (Classifier::First, "FIRST"),
    (Classifier::Second, "SECOND"),
    (Classifier::Third, "THIRD"),
    (Classifier::Fourth, "FOURTH"),
    (Classifier::Last, "LAST"),
];
/// Directions of a rotation.
pub(crate) const DIRECTIONS: [(Direction, &str); 2] =
    [(Direction::FirstToLast, "FIRST_TO_LAST"), (Direction::LastToFirst, "LAST_TO_FIRST")];
/// Units of a rotation by time.
pub(crate) const UNITS: [(IntervalUnit, &str); 3] =
    [(IntervalUnit::Hours, "HOURS"), (IntervalUnit::Days, "DAYS"), (IntervalUnit::Weeks, "WEEKS")];
/// Operators of a matcher.
pub(crate) const OPERATORS: [(Op, &str); 4] =
    [(Op::Equal, "="), (Op::NotEqual, "!="), (Op::Matches, "=~"), (Op::NotMatches, "!~")];

/// The value with this word, whatever the case.
pub(crate) fn pick<T: Copy>(list: &[(T, &str)], text: &str) -> Result<T, String> {
    let found = list.iter().find(|(_, word)| word.eq_ignore_ascii_case(text.trim()));
    found.map(|(value, _)| *value).ok_or_else(|| {
        let words: Vec<&str> = list.iter().map(|(_, word)| *word).collect();
        let text = firebell_domain::name::cut(text, 40);
        format!("must be one of {}, not {text:?}", words.join(", "))
    })
}

/// The word of a value of a list that has them all.
pub(crate) fn word<T: PartialEq>(list: &[(T, &'static str)], value: &T) -> &'static str {
    list.iter().find(|(v, _)| v == value).map_or("", |(_, word)| word)
}

macro_rules! readers {
    ($($name:ident $type:ty: $all:expr;)*) => {
        $(pub(crate) fn $name(text: &str) -> Result<$type, String> {
            pick(&$all.map(|value| (value, value.word())), text)
        })*
    };
}

readers! {
    status Status: [Status::Active, Status::Inactive];
    licence LicenceType: [LicenceType::FullUser, LicenceType::StakeholderUser];
    role Role: Role::ALL;
    group_type GroupType: [GroupType::OnCall, GroupType::Broadcast];
    escalation EscalationType:
        [EscalationType::None, EscalationType::Peer, EscalationType::Management];
    priority Priority: Priority::ALL;
    action Action: Action::ALL;
    contribution Contribution: Contribution::ALL;
    format Format: Format::ALL;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_word_names_the_choice() {
        assert_eq!(status("active"), Ok(Status::Active));
        assert_eq!(status("off"), Err("must be one of ACTIVE, INACTIVE, not \"off\"".to_owned()));
        assert_eq!(word(&DAYS, &Weekday::Friday), "FR");
    }
}
