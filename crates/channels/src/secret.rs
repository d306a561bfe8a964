//! Reads secrets of the channels' settings into [`Secret`], which cannot be read by itself so that
//! nothing reads or writes one by accident.

use firebell_base::Secret;
use serde::{Deserialize as _, Deserializer};

/// For `#[serde(deserialize_with)]`, together with `default`.
pub(crate) fn optional<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(Secret::new))
}

#[cfg(test)]
mod tests {
    use crate::email::Config;

    #[test]
    fn a_password_is_read_and_not_shown() {
        let read = |text: &str| serde_json::from_str::<Config>(text).unwrap();
        let config = read(r#"{"password": "hunter2"}"#);
        assert_eq!(config.password.as_ref().map(firebell_base::Secret::expose), Some("hunter2"));
        assert!(!format!("{config:?}").contains("hunter2"));
        assert_eq!((read("{}").password, read(r#"{"password": null}"#).password), (None, None));
    }
}
