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
fn versions_are_checked_and_unknown_members_are_skipped_or_kept() {
    let entity = samples::entities().remove(0);
    let body = encode(&entity);
    let typed = |body: &str| decode(entity.kind(), entity.id(), body);
    let newer = typed(&body.replacen("\"v\":1", "\"v\":2", 1)).unwrap_err();
    assert_eq!(newer.reason, "v: the body has version 2, this release reads version 1");
    let none = typed(&body.replacen("\"v\":1,", "", 1)).unwrap_err();
    assert_eq!(none.reason, "v: the body has no version");
    let more = body.replacen("\"name\"", "\"colour\":\"red\",\"name\"", 1);
    assert_eq!(typed(&more), Ok(entity.clone()));
    let kept = read(entity.kind(), entity.id(), &more).unwrap();
    assert_eq!(kept.entity, entity);
    let again = encode_keeping(&entity, kept.kept.as_ref());
    assert_eq!(read(entity.kind(), entity.id(), &again).unwrap().canonical, kept.canonical);
    assert_eq!(canonical(&entity, kept.kept.as_ref()), kept.canonical);
    assert_eq!(canonical_stored(&more), kept.canonical);
    assert_ne!(canonical(&entity, None), kept.canonical);
}

#[test]
fn what_a_body_requires_must_be_known() {
    let entity = samples::entities().remove(0);
    let body = encode(&entity);
    let with = |requires: &str| body.replacen("\"v\":1", &format!("\"v\":1,{requires}"), 1);
    for bad in ["\"requires\":[\"telepathy\"]", "\"requires\":[7]", "\"requires\":\"x\""] {
        for found in [
            decode(entity.kind(), entity.id(), &with(bad)).unwrap_err(),
            read(entity.kind(), entity.id(), &with(bad)).unwrap_err(),
        ] {
            assert!(found.requires && found.reason.starts_with("requires: "), "{found}");
        }
    }
    let none = read(entity.kind(), entity.id(), &with("\"requires\":[]")).unwrap();
    assert_eq!(none.entity, entity);
    assert!(!decode(entity.kind(), entity.id(), "{}").unwrap_err().requires);
}

/// In every object of every body, something that this release does not know.
#[test]
fn unknown_members_are_kept_wherever_they_are() {
    for entity in samples::entities() {
        let body: Value = serde_json::from_str(&encode(&entity)).unwrap();
        let mut places = Vec::new();
        objects(&body, String::new(), &mut places);
        for place in places {
            let mut more = body.clone();
            let new = serde_json::json!({ "deep": ["x", 1.5, null] });
            more.pointer_mut(&place).unwrap()["somethingNew"] = new.clone();
            let (kind, id) = (entity.kind(), entity.id());
            let read = read(kind, id, &more.to_string());
            // Custom fields are free, but not that free; a choice has one member.
            if place.ends_with("/properties") || place.ends_with("/allotment") {
                assert!(read.is_err(), "{place}");
                continue;
            }
            let read = read.unwrap();
            assert_eq!(read.entity, entity, "{place}");
            let again: Value =
                serde_json::from_str(&encode_keeping(&entity, read.kept.as_ref())).unwrap();
            assert_eq!(again, more, "{place}");
            assert_eq!(read.canonical, canonical_stored(&more.to_string()), "{place}");
        }
    }
}

fn objects(value: &Value, place: String, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                objects(member, format!("{place}/{name}"), out);
            }
            out.push(place);
        }
        Value::Array(list) => {
            for (i, item) in list.iter().enumerate() {
                objects(item, format!("{place}/{i}"), out);
            }
        }
        _ => {}
    }
}

#[test]
fn what_would_not_come_out_as_it_went_in_is_refused() {
    for (kind, from, to, field) in [
        ("person", "\"ACTIVE\"", "\"active\"", "status"),
        ("person", "\"Sample\"", "\" Sample\"", "firstName"),
        ("device", "\"08:00\"", "\"8:00:00\"", ""),
        ("absence", "2026-03-05T08:00:00Z", "2026-03-05T09:00:00+01:00", "end"),
        ("site", "\"2026-12-25\"]", "\"2026-12-25\",\"2026-12-25\"]", "holidays"),
        ("group", "\"members\"", "\"Members\"", "members"),
    ] {
        let all = samples::entities();
        let entity = all.iter().rfind(|entity| entity.kind().word() == kind).unwrap();
        let body = encode(entity);
        assert!(body.contains(from), "{kind}: {body}");
        let found = read(entity.kind(), entity.id(), &body.replacen(from, to, 1));
        let error = found.unwrap_err();
        assert!(error.reason.contains(field), "{field}: {error}");
    }
}

/// A flipped bit is another digest, whether the body can still be read or not.
#[test]
fn every_byte_of_a_body_counts() {
    let mut readable = 0;
    for entity in samples::entities() {
        let body = encode(&entity);
        let whole = canonical(&entity, None);
        for place in 0..body.len() {
            for bit in [0, 1, 5] {
                let mut bytes = body.clone().into_bytes();
                bytes[place] ^= 1 << bit;
                let Ok(flipped) = String::from_utf8(bytes) else { continue };
                let same = |text: &str| serde_json::from_str::<Value>(text).ok();
                match read(entity.kind(), entity.id(), &flipped) {
                    // Digits beyond what a number can hold say nothing.
                    Ok(_) if same(&flipped) == same(&body) => assert!(flipped.contains("59.3000")),
                    Ok(found) => {
                        readable += 1;
                        assert_ne!(found.canonical, whole, "{flipped}");
                        assert_eq!(found.canonical, canonical_stored(&flipped), "{flipped}");
                    }
                    Err(_) => assert_ne!(canonical_stored(&flipped), whole, "{flipped}"),
                }
            }
        }
    }
    assert!(readable > 1_000, "{readable} could be read");
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
        let whole = read(entity.kind(), entity.id(), &body).unwrap();
        prop_assert_eq!(&whole.entity, &entity);
        prop_assert_eq!(whole.kept, None);
        prop_assert_eq!(&whole.canonical, &canonical(&entity, None));
        prop_assert_eq!(whole.canonical, canonical_stored(&body));
    }

    #[test]
    fn whatever_is_in_a_row_never_panics(body in "\\PC{0,200}", kind in 0..Kind::ALL.len()) {
        prop_assert!(decode(Kind::ALL[kind], [0; 16], &body).is_err());
    }
}
