//! What is wrong with a configuration, in words people can act on.
//!
//! Made by `check` and `document`; the API turns them into its error envelope, the command line
//! prints them. All faults of a request are reported together, up to a limit.

use std::fmt;

use firebell_domain::directory::Kind;

/// The most faults reported at once.
pub const FAULTS_MAX: usize = 100;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field's name as in the API, such as `recurrence.onDays`; in a document its path.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
    /// A stable key for programs, such as `validation.person.site_not_exists`.
    pub subcode: String,
    /// Kind and name of the entity, such as `person jdoe`.
    pub entity: String,
    /// The entity itself, for callers who have to find it in their input.
    pub subject: Option<(Kind, [u8; 16])>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dot = if self.field.is_empty() || self.entity.is_empty() { "" } else { ", " };
        write!(f, "{}{dot}{}: {}", self.entity, self.field, self.message)
    }
}

/// Everything that is wrong, at most [`FAULTS_MAX`] faults.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// One fault that belongs to no entity.
    pub fn one(field: &str, message: impl Into<String>, subcode: &str) -> Self {
        let mut faults = Self::default();
        faults.push(Fault {
            field: field.to_owned(),
            message: message.into(),
            subcode: subcode.to_owned(),
            entity: String::new(),
            subject: None,
        });
        faults
    }

    /// Adds a fault unless there are enough.
    pub fn push(&mut self, fault: Fault) {
        if self.0.len() < FAULTS_MAX {
            self.0.push(fault);
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `value` if nothing is wrong.
    ///
    /// # Errors
    /// The faults.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { "\n" };
            write!(f, "{separator}{fault}")?;
        }
        if self.0.len() == FAULTS_MAX {
            f.write_str("\n(there may be more)")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_bounded() {
        let mut faults = Faults::default();
        for i in 0..FAULTS_MAX + 7 {
            let one = Faults::one(&format!("f{i}"), "wrong", "validation.common.test");
            one.0.into_iter().for_each(|fault| faults.push(fault));
        }
        assert_eq!(faults.0.len(), FAULTS_MAX);
        assert!(faults.to_string().ends_with("(there may be more)"));
    }
}
