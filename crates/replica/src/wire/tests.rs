//! Frames: whatever is not whole is refused.

use firebell_config::feed::{EntityPart, InstancePart};

use super::*;

fn head() -> Head {
    Head {
        cell: [3; 16],
        revision: Revision { epoch: 2, n: 41 },
        root: Digest::of(&[b"all"]),
        floor: Revision { epoch: 2, n: 7 },
        approved: Some(Revision { epoch: 2, n: 40 }),
    }
}

fn instance() -> InstancePart {
    let (name, region) = ("sample".to_owned(), "emea".to_owned());
    InstancePart { no: 1, id: [9; 16], name, region, created: 1_700_000_000_000_000 }
}

fn entity() -> EntityPart {
    let (kind, body) = ("site".to_owned(), r#"{"name":"Sample"}"#.to_owned());
    EntityPart { kind, id: [4; 16], body, changed: (2, 40) }
}

fn page() -> SnapshotPage {
    let part = SnapshotPart { instance: instance(), modified: (2, 40), entities: vec![entity()] };
    SnapshotPage { head: head(), parts: vec![part], next: Some(InstanceNo(17)) }
}

fn deltas() -> Deltas {
    let part = DeltaPart {
        instance: instance(),
        removed: vec![("person".to_owned(), [5; 16])],
        put: vec![entity()],
    };
    Deltas::Next(vec![Delta {
        cell: [3; 16],
        revision: Revision { epoch: 2, n: 41 },
        prev: Revision { epoch: 2, n: 40 },
        at: 1_700_000_000_000_001,
        parts: vec![part],
        root: Digest::of(&[b"all"]),
    }])
}

#[test]
fn everything_comes_out_as_it_went_in() {
    assert_eq!(decode_head(&encode_head(&head()).unwrap()), Ok(head()));
    assert_eq!(decode_page(&encode_page(&page()).unwrap()), Ok(page()));
    for deltas in [deltas(), Deltas::Gone, Deltas::Next(Vec::new())] {
        assert_eq!(decode_deltas(&encode_deltas(&deltas).unwrap()), Ok(deltas));
    }
}

#[test]
fn every_truncation_and_every_flipped_bit_is_refused() {
    let frames = [
        encode_head(&head()).unwrap(),
        encode_page(&page()).unwrap(),
        encode_deltas(&deltas()).unwrap(),
    ];
    let refused = |nth: usize, bytes: &[u8]| match nth {
        0 => decode_head(bytes).is_err(),
        1 => decode_page(bytes).is_err(),
        _ => decode_deltas(bytes).is_err(),
    };
    for (nth, frame) in frames.iter().enumerate() {
        for end in 0..frame.len() {
            assert!(refused(nth, &frame[..end]), "{nth} cut at {end}");
        }
        for bit in 0..frame.len() * 8 {
            let mut bent = frame.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            assert!(refused(nth, &bent), "{nth} with bit {bit} flipped");
        }
        let longer = [frame.as_slice(), &[0]].concat();
        assert!(refused(nth, &longer), "{nth} with something behind it");
        assert!(refused((nth + 1) % 3, frame), "{nth} taken for something else");
    }
}

#[test]
fn the_reason_is_told() {
    let frame = encode_head(&head()).unwrap();
    let with = |at: usize, byte: u8| {
        let mut bent = frame.clone();
        bent[at] = byte;
        decode_head(&bent).unwrap_err()
    };
    assert_eq!(decode_head(b"<html>, not a frame at all"), Err(WireError::Foreign));
    assert_eq!(decode_head(b""), Err(WireError::Short));
    assert_eq!(with(3, 1), WireError::Version(1));
    assert_eq!(with(5, 0xff), WireError::Long);
    assert_eq!(with(frame.len() - 1, 0), WireError::Damaged);
    assert_eq!(decode_page(&frame), Err(WireError::Kind));
    let odd = frame_of_nothing();
    assert_eq!(decode_head(&odd), Err(WireError::Content));
    let error = SourceError::from(WireError::Version(2)).to_string();
    assert!(error.contains("version 2"), "{error}");
}

/// A frame whose checksum fits, with nothing in it.
fn frame_of_nothing() -> Vec<u8> {
    frame(FrameKind::Head, &()).unwrap()
}
