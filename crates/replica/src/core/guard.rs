//! The guards of the core by name, so that tests can switch each off and see their checks fail.

/// A rule that keeps a copy right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    /// What was not heard is not known. (In tests only: the rule is that there is no code.)
    #[cfg(test)]
    TimeOut,
    /// Only one database is followed.
    Cell,
    /// Nothing older is taken.
    WentBack,
    /// A delta must follow what is here.
    Order,
    /// The digest after a change must be the authority's.
    Root,
    /// A snapshot of unusual size waits for an operator.
    Size,
    /// A lease does not outlive a jump of the clock.
    Jump,
    /// Nothing is adopted before its whole snapshot is here.
    Whole,
    /// Only what has proven itself is kept on disk.
    #[cfg(test)]
    Proven,
}

impl Guard {
    /// Every guard.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 9] = [
        Self::TimeOut,
        Self::Cell,
        Self::WentBack,
        Self::Order,
        Self::Root,
        Self::Size,
        Self::Jump,
        Self::Whole,
        Self::Proven,
    ];
}
