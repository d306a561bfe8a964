//! Files that are used, and files that are not.

use firebell_domain::directory::Kind;

use firebell_domain::licence::{Allotment, Enforcement};

use super::*;
use crate::change::applied;
use crate::samples::{acme, at, now, random};

fn key(name: &str) -> SigningKey {
    SigningKey::new(name, &random()).unwrap()
}

fn other_key(name: &str) -> SigningKey {
    SigningKey::new(name, &Random::seeded(7)).unwrap()
}

fn file(serial: u64) -> EntitlementFile {
    let mut full = Entitlement::unlimited(LicenceType::FullUser);
    full.allotment = Allotment::Limited(150);
    full.enforcement = Enforcement::Soft { percent: 10, floor: 2, days: 14 };
    full.valid_until = Some(at("2027-01-01T00:00:00Z"));
    full.contract = "sample contract 7".to_owned();
    let mut stakeholders = Entitlement::unlimited(LicenceType::StakeholderUser);
    stakeholders.enforcement = Enforcement::TrueUp;
    EntitlementFile {
        instance: acme().instance.id,
        serial,
        issued: now(),
        entitlements: vec![full, stakeholders],
    }
}

fn open(text: &str) -> Result<EntitlementFile, FileError> {
    EntitlementFile::open(text, &[other_key("other").public(), key("sales").public()])
}

#[test]
fn what_was_signed_comes_back_and_says_by_whom() {
    let text = file(3).sign(&key("sales")).unwrap();
    let read = open(&text).unwrap();
    let mut expected = file(3);
    for one in &mut expected.entitlements {
        one.signed_by = Some("sales#3".to_owned());
    }
    assert_eq!(read, expected);
}

#[test]
fn every_changed_bit_is_noticed() {
    let text = file(3).sign(&key("sales")).unwrap();
    let bytes = text.as_bytes();
    let mut tried = 0;
    for i in 0..bytes.len() {
        let mut changed = bytes.to_vec();
        changed[i] ^= 1;
        let Ok(changed) = String::from_utf8(changed) else { continue };
        // White space between members may change without harm.
        if changed.split_whitespace().eq(text.split_whitespace()) {
            continue;
        }
        tried += 1;
        assert!(open(&changed).is_err(), "bit of byte {i}");
    }
    assert!(tried > 500, "{tried}");
    for cut in 0..text.trim_end().len() {
        assert!(open(&text[..cut]).is_err(), "cut at {cut}");
    }
}

#[test]
fn a_signature_counts_only_by_its_own_key() {
    let stolen = file(3).sign(&other_key("sales")).unwrap();
    assert_eq!(open(&stolen), Err(FileError::BadSignature));
    let unknown = file(3).sign(&key("nobody")).unwrap();
    assert_eq!(open(&unknown), Err(FileError::UnknownKey("nobody".to_owned())));
    assert_eq!(EntitlementFile::open(&unknown, &[]), open(&unknown));
    assert_eq!(open(&" ".repeat(FILE_BYTES_MAX + 1)), Err(FileError::TooLarge));
}

/// Signs any payload with the trusted key.
fn signed_payload(payload: &str) -> String {
    let signature = key("sales").pair.sign(&signed(payload.as_bytes()));
    let envelope = Envelope {
        firebell_entitlements: 1,
        key: "sales".to_owned(),
        payload: STANDARD.encode(payload),
        signature: STANDARD.encode(signature.as_ref()),
    };
    serde_json::to_string(&envelope).unwrap()
}

#[test]
fn what_is_missing_is_no_number() {
    let id = acme().instance.id;
    let item = r#""licence":"FULL_USER","enforcement":"hard","graceDays":0,"contract":"""#;
    let whole = |items: &str| {
        format!(
            r#"{{"version":1,"instance":"{id}","serial":1,"issued":"2026-01-01T00:00:00Z","entitlements":[{items}]}}"#
        )
    };
    let good = whole(&format!(r#"{{{item},"allotment":"unlimited"}}"#));
    assert!(open(&signed_payload(&good)).is_ok());
    for (bad, says) in [
        (whole(&format!("{{{item}}}")), "missing field `allotment`"),
        (whole(&format!(r#"{{{item},"allotment":null}}"#)), "expected"),
        (whole(&format!(r#"{{{item},"allotment":{{"limited":-1}}}}"#)), "invalid value"),
        (whole(&format!(r#"{{{item},"allotment":"unlimited","extra":1}}"#)), "unknown field"),
        (whole(""), "entitlements: must have at least one entry"),
        (good.replace("FULL_USER", "GOLD"), "entitlements[0].licence: must be FULL_USER"),
        (good.replace("\"serial\":1", "\"serial\":0"), "serial: must be at least 1"),
        (good.replace("2026-01-01T", "2026-13-01T"), "issued: must be an instant"),
        (good.replace("\"version\":1", "\"version\":2"), "form 2"),
        (good.replace(&id.to_string(), "acme"), "instance: must be an instance's id"),
    ] {
        let error = open(&signed_payload(&bad)).unwrap_err().to_string();
        assert!(error.contains(says), "{bad}: {error}");
    }
    let twice = EntitlementFile {
        entitlements: vec![Entitlement::unlimited(LicenceType::FullUser); 2],
        ..file(1)
    };
    assert!(matches!(twice.sign(&key("sales")), Err(FileError::Invalid { .. })));
}

#[test]
fn older_files_and_those_of_others_change_nothing() {
    let mut directory = acme();
    for licence in LicenceType::ALL {
        directory.remove(Kind::Entitlement, licence.id());
    }
    assert_eq!(last_serial(&directory), None);
    let read = |serial| open(&file(serial).sign(&key("sales")).unwrap()).unwrap();
    let changes = read(9).changes(&directory).unwrap();
    assert_eq!(changes.len(), 2);
    let after = applied(&directory, &changes, directory.revision);
    assert_eq!(last_serial(&after), Some(9));
    for serial in [1, 8, 9] {
        let faults = read(serial).changes(&after).unwrap_err();
        assert_eq!(faults.0[0].subcode, "validation.entitlement.replayed", "{serial}");
    }
    assert!(read(10).changes(&after).is_ok());

    let mut elsewhere = directory.clone();
    elsewhere.instance.id = InstanceId::from_bytes([9; 16]);
    let faults = read(9).changes(&elsewhere).unwrap_err();
    assert_eq!(faults.0[0].subcode, "validation.entitlement.other_instance");
}

#[test]
fn keys_are_text_and_secret_ones_are_not_shown() {
    let signing = key("sales");
    let again = SigningKey::parse(signing.secret().expose()).unwrap();
    assert_eq!(again.public(), signing.public());
    let public = signing.public();
    assert_eq!(TrustedKey::parse(&public.to_string()).unwrap(), public);
    let seed = signing.secret().expose().split_once(':').unwrap().1.to_owned();
    assert!(!format!("{signing:?}").contains(&seed));
    for bad in ["", "x", "Sales:AAAA", "sales:AAAA", ":AAAA", &format!("a#1:{seed}")] {
        let error = TrustedKey::parse(bad).unwrap_err().to_string();
        assert!(error.starts_with("key: "), "{bad}: {error}");
        assert!(!error.contains(&seed));
        assert!(SigningKey::parse(bad).is_err());
    }
}
