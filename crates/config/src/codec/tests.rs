//! What is written is what is read, and damage is named.

mod strategies;

use proptest::prelude::*;

use super::*;
use crate::samples;

#[test]
fn every_kind_round_trips() {
    let mut kinds = std::collections::BTreeSet::new();
    for entity in samples::entities() {
        let body = encode(&entity);
        assert!(body.starts_with("{\"v\":1,"), "{body}");
        assert_eq!(decode(entity.kind(), entity.id(), &body), Ok(entity.clone()), "{body}");
        kinds.insert(entity.kind());
    }
    assert_eq!(kinds.len(), Kind::ALL.len());
}

#[test]
fn every_truncation_is_an_error_and_never_a_panic() {
    for entity in samples::entities() {
        let body = encode(&entity);
        for end in (0..body.len()).filter(|end| body.is_char_boundary(*end)) {
            let error = decode(entity.kind(), entity.id(), &body[..end]).unwrap_err();
            assert_eq!(error.kind, entity.kind().word());
            assert_eq!(error.id, uuid_text(entity.id()));
        }
    }
}

/// Every member of every body, replaced by something else or taken away.
#[test]
fn a_damaged_member_is_an_error_and_never_a_panic() {
    for entity in samples::entities() {
        let body: Value = serde_json::from_str(&encode(&entity)).unwrap();
        let Some(members) = body["entity"].as_object() else { panic!("{body}") };
        for name in members.keys() {
            let mut damaged = body.clone();
            damaged["entity"][name] = serde_json::json!({ "x": [1] });
            let found = decode(entity.kind(), entity.id(), &damaged.to_string());
            let tolerated = name == "address" && matches!(entity, Entity::Site(_))
                || name == "properties"
                || name == "templates";
            assert!(found.is_err() || tolerated, "{name} of {damaged}");

            let mut missing = body.clone();
            missing["entity"].as_object_mut().unwrap().remove(name);
            let found = decode(entity.kind(), entity.id(), &missing.to_string());
            if let Err(error) = found {
                assert!(error.reason.contains(name.as_str()), "{name}: {error}");
            } else {
                // Only what may be missing: fields that can be none.
                let optional = [
                    "externalKey",
                    "phoneLogin",
                    "site",
                    "group",
                    "replacement",
                    "rotation",
                    "repeat",
                    "endNotice",
                    "ratePerMinute",
                ];
                assert!(optional.contains(&name.as_str()), "{name} of {missing}");
            }
        }
    }
}

#[test]
fn versions_are_checked_and_unknown_fields_of_a_known_one_are_skipped() {
    let entity = samples::entities().remove(0);
    let body = encode(&entity);
    let read = |body: &str| decode(entity.kind(), entity.id(), body);
    let newer = read(&body.replacen("\"v\":1", "\"v\":2", 1)).unwrap_err();
    assert_eq!(newer.reason, "v: the body has version 2, this release reads version 1");
    let none = read(&body.replacen("\"v\":1,", "", 1)).unwrap_err();
    assert_eq!(none.reason, "v: the body has no version");
    let more = body.replacen("\"name\"", "\"colour\":\"red\",\"name\"", 1);
    assert_eq!(read(&more), Ok(entity.clone()));
}

#[test]
fn bad_words_and_references_name_the_field() {
    let cases = [
        ("person", "\"ACTIVE\"", "\"ASLEEP\"", "status"),
        ("person", "\"UTC\"", "\"Mars/Base\"", "timezone"),
        ("person", "\"Sample\"", "\"\"", "firstName"),
        ("device", "\"LOW\"", "\"LOWER\"", "priorityThreshold"),
        ("shift", "PERSON:", "PIGEON:", "members.recipient"),
        ("integration", "\"generic\"", "\"morse\"", "format"),
        ("absence", "\"2026-03-05T08:00:00Z\"", "\"soon\"", "end"),
        ("api_key", "0707", "07zz", "secretHash"),
        ("silence", "\"=~\"", "\"~\"", "matchers.op"),
    ];
    for (kind, from, to, field) in cases {
        let all = samples::entities();
        let entity = all.iter().rfind(|entity| entity.kind().word() == kind).unwrap();
        let body = encode(entity);
        assert!(body.contains(from), "{kind}: {body}");
        let error = decode(entity.kind(), entity.id(), &body.replacen(from, to, 1)).unwrap_err();
        assert!(error.reason.starts_with(&format!("{field}: ")), "{field}: {error}");
        assert!(error.to_string().starts_with(kind), "{error}");
    }
}

#[test]
fn the_log_has_no_secrets() {
    let mut log = String::new();
    for entity in samples::entities() {
        log.push_str(&encode_for_log(&entity));
    }
    for secret in ["whsec_", "argon2", "secret-path", "token=xyz", "0707", "abc?"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    let hash = hex(&crate::key::hash("the sample key of Monitoring"));
    assert!(!log.contains(&hash), "the key's hash is in the log");
    assert!(log.contains("https://hooks.example/…") && log.contains("ann@mail.example"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_is_written_is_read(
        entity in prop_oneof![
            strategies::person(),
            strategies::device(),
            strategies::shift(),
            strategies::form(),
            strategies::suppression(),
            strategies::small(),
        ],
    ) {
        let body = encode(&entity);
        prop_assert_eq!(decode(entity.kind(), entity.id(), &body), Ok(entity.clone()), "{}", body);
    }

    #[test]
    fn whatever_is_in_a_row_never_panics(body in "\\PC{0,200}", kind in 0..12_usize) {
        prop_assert!(decode(Kind::ALL[kind], [0; 16], &body).is_err());
    }
}
