//! The last-known-good file: every way in which it can be bad is refused.

use std::os::unix::fs::PermissionsExt as _;

use firebell_base::Id;
use firebell_config::codec;
use firebell_domain::directory::Entity;
use firebell_domain::name::Name;
use firebell_domain::person::Status;
use firebell_domain::schedule::Zone;
use firebell_domain::site::{PostalAddress, Site};
use tempfile::TempDir;

use super::*;

const CELL: [u8; 16] = [6; 16];

/// A sample instance with a few sites.
fn part(no: i64, sites: u8) -> SnapshotPart {
    let instance = InstancePart {
        no,
        id: [u8::try_from(no % 256).unwrap(); 16],
        name: format!("sample-{no}"),
        region: "emea".to_owned(),
        created: 1_700_000_000_000_000 + no,
    };
    let entities = (1..=sites).map(|n| {
        let site = Site {
            id: Id::from_bytes([n; 16]),
            name: Name::parse(&format!("Site {n}")).unwrap(),
            language: "en".to_owned(),
            zone: Zone::parse("Europe/Oslo").unwrap(),
            country: "NOR".to_owned(),
            address: PostalAddress::default(),
            status: Status::Active,
            holidays: std::iter::empty().collect(),
            external_key: None,
            externally_owned: false,
        };
        let body = codec::encode(&Entity::Site(site));
        EntityPart { kind: "site".to_owned(), id: [n; 16], body, changed: (1, no) }
    });
    SnapshotPart { instance, modified: (1, no), entities: entities.collect() }
}

fn view(parts: Vec<SnapshotPart>) -> View {
    let revision = Revision { epoch: 1, n: 900 };
    let page = SnapshotPage { head: page_head(CELL, revision, Digest::ZERO), parts, next: None };
    let built = View::building(CELL).with_page(&page).unwrap();
    let root = built.root();
    built.verified(root).unwrap()
}

fn keeping(dir: &TempDir) -> Keeping {
    let keys = [("link".to_owned(), vec![42; 32])].into();
    Keeping { path: dir.path().join("lkg"), keys: Keys(keys) }
}

fn now() -> Timestamp {
    from_micros(1_772_440_200_000_000)
}

#[test]
fn what_was_kept_comes_back() {
    let dir = TempDir::new().unwrap();
    let keeping = keeping(&dir);
    // More than two pages.
    let view = view((1..=250).map(|no| part(no, 3)).collect());
    write(&keeping, &view, now()).unwrap();
    let kept = read(&keeping.path, Some(CELL)).unwrap();
    assert_eq!(kept.view.root(), view.root());
    assert_eq!(kept.view.fingerprint(), view.fingerprint());
    assert_eq!(kept.view.revision(), view.revision());
    assert!(kept.view.is_whole() && kept.view.len() == 250);
    assert_eq!((&kept.keys, kept.written), (&keeping.keys, now()));
    let site = kept.view.directory(InstanceNo(7)).unwrap();
    assert_eq!(site.sites().count(), 3);
    assert_eq!(format!("{:?}", kept.keys), r#"{"link"}"#, "keys are not shown");
    assert_eq!(read(&keeping.path, None).unwrap().view.root(), view.root());
}

#[test]
fn members_and_kinds_of_a_newer_release_come_back_too() {
    let dir = TempDir::new().unwrap();
    let keeping = keeping(&dir);
    let mut newer = part(1, 1);
    let body = &mut newer.entities[0].body;
    assert_eq!(body.pop(), Some('}'));
    body.push_str(r#","of_a_newer_release":{"a":[1,2]}}"#);
    let whole = view(vec![newer.clone()]);
    assert_eq!(whole.nack(), None);
    write(&keeping, &whole, now()).unwrap();
    assert_eq!(read(&keeping.path, None).unwrap().view.root(), whole.root());

    // What cannot be read is not kept, and the file before stays.
    newer.entities[0].kind = "of-a-newer-release".to_owned();
    let damaged = view(vec![newer]);
    assert!(matches!(write(&keeping, &damaged, now()), Err(LkgError::Unsound(_))));
    assert_eq!(read(&keeping.path, None).unwrap().view.root(), whole.root());
}

#[test]
fn every_truncation_and_every_flipped_byte_is_refused() {
    let dir = TempDir::new().unwrap();
    let keeping = keeping(&dir);
    write(&keeping, &view(vec![part(1, 2), part(2, 0)]), now()).unwrap();
    let bytes = std::fs::read(&keeping.path).unwrap();
    assert!(bytes.len() < 4_000, "{}", bytes.len());
    let bent = dir.path().join("bent");
    let refused = |bytes: &[u8]| {
        std::fs::write(&bent, bytes).unwrap();
        match read(&bent, None) {
            Err(LkgError::Refused(_, refusal)) => !refusal.to_string().is_empty(),
            Ok(_) | Err(_) => false,
        }
    };
    for end in 0..bytes.len() {
        assert!(refused(&bytes[..end]), "cut at {end}");
    }
    for at in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bent = bytes.clone();
            bent[at] ^= flip;
            assert!(refused(&bent), "byte {at} with {flip:#x} flipped");
        }
    }
    assert!(refused(&[bytes.as_slice(), b"x"].concat()), "something behind it");
}

#[test]
fn frames_of_two_files_do_not_make_one() {
    let dir = TempDir::new().unwrap();
    let keeping = keeping(&dir);
    let mut files = Vec::new();
    for sites in [1, 2] {
        write(&keeping, &view(vec![part(1, sites)]), now()).unwrap();
        let bytes = std::fs::read(&keeping.path).unwrap();
        let mut frames = Vec::new();
        let mut rest = bytes.as_slice();
        while let Some(header) = rest.first_chunk::<HEADER_BYTES>() {
            let (_, length) = wire::frame_head(header).unwrap();
            let (frame, more) = rest.split_at(HEADER_BYTES + length + HASH_BYTES);
            frames.push(frame.to_vec());
            rest = more;
        }
        assert_eq!(frames.len(), 3);
        files.push(frames);
    }
    for mixed in 1..7_u8 {
        let frames = (0..3).map(|nth| files[usize::from(mixed >> nth & 1)][nth].clone());
        std::fs::write(&keeping.path, frames.collect::<Vec<_>>().concat()).unwrap();
        let refusal = read(&keeping.path, None).unwrap_err();
        assert!(matches!(refusal, LkgError::Refused(..)), "{mixed:b}");
    }
    let twice = [&files[0][0], &files[0][1], &files[0][1], &files[0][2]];
    std::fs::write(&keeping.path, twice.map(Vec::as_slice).concat()).unwrap();
    assert!(read(&keeping.path, None).is_err());
}

#[test]
fn a_file_of_another_database_and_none_at_all_are_told_apart() {
    let dir = TempDir::new().unwrap();
    let keeping = keeping(&dir);
    assert!(matches!(read(&keeping.path, None), Err(LkgError::Missing(_))));
    write(&keeping, &view(vec![part(1, 1)]), now()).unwrap();
    let error = read(&keeping.path, Some([1; 16])).unwrap_err();
    assert!(matches!(error, LkgError::Refused(_, Refusal::OtherCell)));
    assert!(error.to_string().contains("belongs to another database"), "{error}");
}

#[test]
fn it_is_replaced_as_a_whole_and_only_its_owner_reads_it() {
    let dir = TempDir::new().unwrap();
    let keeping = keeping(&dir);
    write(&keeping, &view(vec![part(1, 1)]), now()).unwrap();
    let mode = std::fs::metadata(&keeping.path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // Somebody was interrupted while writing: the file is as before, and the rest is no harm.
    std::fs::write(part_path(&keeping.path), b"half").unwrap();
    assert!(read(&keeping.path, None).is_ok());
    let newer = view(vec![part(1, 1), part(2, 1)]);
    write(&keeping, &newer, now()).unwrap();
    assert_eq!(read(&keeping.path, None).unwrap().view.root(), newer.root());
    let names = std::fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(names, 1, "nothing is left lying about");
    // A folder that is not there: an error, and nothing else.
    let nowhere = Keeping { path: dir.path().join("no").join("lkg"), keys: Keys::default() };
    assert!(matches!(write(&nowhere, &newer, now()), Err(LkgError::Io(..))));
}

#[test]
fn keys_have_a_limit() {
    let dir = TempDir::new().unwrap();
    let long = Keys([("long".to_owned(), vec![0; KEYS_BYTES_MAX])].into());
    let keeping = Keeping { keys: long, ..keeping(&dir) };
    assert!(matches!(write(&keeping, &view(Vec::new()), now()), Err(LkgError::Keys)));
}
