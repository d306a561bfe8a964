//! Absences: tables, and laws over random ones.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::super::absence::{
    Absence, AbsenceKind, Cover, Piece, REPLACEMENTS_MAX, in_force_at, pieces, resolve, resolve_at,
};
use super::utc;

type All = BTreeMap<u8, Vec<Absence<u8>>>;

fn hour(hour: i64) -> Timestamp {
    utc("2026-03-02T00:00Z") + SignedDuration::from_hours(hour)
}

fn away(start: i64, end: i64, by: Option<u8>) -> Absence<u8> {
    let kind = by.map_or(AbsenceKind::Vacancy, AbsenceKind::Replacement);
    Absence { start: hour(start), end: hour(end), kind }
}

fn at_instant<'a>(
    member: u8,
    at: Timestamp,
    absences_of: impl Fn(&u8) -> &'a [Absence<u8>],
) -> Cover<u8> {
    resolve_at(&member, |who| in_force_at(absences_of(who), at).map(|absence| absence.kind.clone()))
}

/// `0-3 member, 3-5 2, 5-8 vacant`.
fn text(pieces: &[Piece<u8>]) -> String {
    let at = |t: Timestamp| t.duration_since(hour(0)).as_hours();
    let one = |piece: &Piece<u8>| {
        let cover = match piece.cover {
            Cover::Member => "member".to_owned(),
            Cover::Vacant => "vacant".to_owned(),
            Cover::Replacement(who) => who.to_string(),
        };
        format!("{}-{} {cover}", at(piece.start), at(piece.end))
    };
    pieces.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn own_absences_cut_an_occurrence() {
    for (rule, absences, expect) in [
        ("A4", vec![], "0-8 member"),
        ("A1", vec![away(2, 4, Some(2))], "0-2 member, 2-4 2, 4-8 member"),
        ("A1 touching only", vec![away(-2, 0, Some(2)), away(8, 9, None)], "0-8 member"),
        ("A1 empty and negative", vec![away(3, 3, None), away(5, 4, None)], "0-8 member"),
        ("A4 beyond both ends", vec![away(-5, 50, None)], "0-8 vacant"),
        (
            "A2",
            vec![away(1, 6, Some(2)), away(3, 4, None)],
            "0-1 member, 1-3 2, 3-4 vacant, 4-6 2, 6-8 member",
        ),
        ("A2", vec![away(3, 4, None), away(1, 6, Some(2))], "0-1 member, 1-6 2, 6-8 member"),
        (
            "A4 neighbours differ",
            vec![away(1, 3, Some(2)), away(3, 5, Some(2))],
            "0-1 member, 1-5 2, 5-8 member",
        ),
    ] {
        assert_eq!(text(&pieces(hour(0), hour(8), &absences)), expect, "{rule}");
    }
    assert!(pieces(hour(8), hour(8), &[away(0, 9, None)]).is_empty());
    assert!(pieces(hour(9), hour(8), &[away(0, 19, None)]).is_empty());
}

fn of<'a>(all: &'a All) -> impl Fn(&u8) -> &'a [Absence<u8>] {
    move |who| all.get(who).map_or(&[], Vec::as_slice)
}

#[test]
fn chains_are_followed_to_a_bound() {
    let all: All = [
        (1, vec![away(0, 6, Some(2))]),
        (2, vec![away(2, 4, Some(3)), away(5, 7, Some(1))]),
        (3, vec![away(3, 9, None)]),
    ]
    .into();
    assert_eq!(
        text(&resolve(&1, hour(0), hour(8), &of(&all))),
        "0-2 2, 2-3 3, 3-4 vacant, 4-5 2, 5-6 vacant, 6-8 member",
        "A3, and the cycle of 1 and 2 from 5 to 6"
    );
    let own: All = [(1, vec![away(0, 9, Some(1))])].into();
    assert_eq!(at_instant(1, hour(1), of(&own)), Cover::Vacant, "A3 a cycle of one");

    let max = u8::try_from(REPLACEMENTS_MAX).unwrap();
    let line = |links: u8| (0..links).map(|n| (n, vec![away(0, 9, Some(n + 1))])).collect::<All>();
    assert_eq!(at_instant(0, hour(1), of(&line(max))), Cover::Replacement(max), "A3");
    assert_eq!(at_instant(0, hour(1), of(&line(max + 1))), Cover::Vacant, "A3");
    assert_eq!(text(&resolve(&0, hour(0), hour(8), &of(&line(max)))), format!("0-8 {max}"));
    assert_eq!(text(&resolve(&0, hour(0), hour(8), &of(&line(max + 1)))), "0-8 vacant");
}

fn absences() -> impl Strategy<Value = Vec<Absence<u8>>> {
    let one = (-4_i64..44, 0_i64..20, prop::option::of(0_u8..6));
    prop::collection::vec(one.prop_map(|(start, length, by)| away(start, start + length, by)), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 128, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn pieces_partition_and_agree_with_the_instant(
        all in prop::collection::btree_map(0_u8..6, absences(), 0..6),
    ) {
        let own = all.get(&0).map_or(&[][..], Vec::as_slice);
        for (found, resolved) in [
            (pieces(hour(0), hour(40), own), false),
            (resolve(&0, hour(0), hour(40), &of(&all)), true),
        ] {
            let mut at = hour(0);
            for (i, piece) in found.iter().enumerate() {
                prop_assert_eq!(piece.start, at);
                prop_assert!(piece.start < piece.end);
                prop_assert!(i == 0 || found[i - 1].cover != piece.cover);
                at = piece.end;
            }
            prop_assert_eq!(at, hour(40));
            for at in (0..40).map(hour) {
                let piece = found.iter().find(|p| p.start <= at && at < p.end).unwrap();
                let expect = if resolved {
                    at_instant(0, at, of(&all))
                } else {
                    match own.iter().rfind(|a| a.start <= at && at < a.end).map(|a| &a.kind) {
                        None => Cover::Member,
                        Some(AbsenceKind::Vacancy) => Cover::Vacant,
                        Some(AbsenceKind::Replacement(who)) => Cover::Replacement(*who),
                    }
                };
                prop_assert_eq!(&piece.cover, &expect);
            }
        }
    }
}
