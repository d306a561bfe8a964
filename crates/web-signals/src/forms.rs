//! Forms: what becomes of an integration's events: whom they tell, what messages say, what may be
//! answered.

pub(crate) mod edit;
pub(crate) mod entered;
pub(crate) mod list;
pub(crate) mod recipients;
