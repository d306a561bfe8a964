//! Random histories: rows that are read and deltas that are applied give the same view.

use super::*;

const BROKEN: [&str; 4] = [
    "garbage",
    "{\"v\":9}",
    "{\"v\":1,\"requires\":[\"telepathy\"],\"entity\":{}}",
    "{\"v\":1,\"entity\":{\"somethingElse\":1}}",
];

fn entity() -> impl Strategy<Value = Entity> {
    let number = 1..40_u128;
    prop_oneof![
        // Names are unique, as the database makes sure.
        4 => (number.clone(), "[a-d]").prop_map(|(n, text)| {
            Entity::Person(person(n, &format!("{text}{n}")))
        }),
        2 => (number, "[a-d]").prop_map(|(n, text)| {
            Entity::Integration(integration(n, &format!("{text}{n}"), 10))
        }),
        2 => prop::sample::select(entities()),
        1 => (0..3_u32).prop_map(|most| {
            let mut one = Entitlement::unlimited(LicenceType::FullUser);
            one.allotment = firebell_domain::licence::Allotment::Limited(most);
            Entity::Entitlement(one)
        }),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let kind = prop::sample::select(Kind::ALL.to_vec());
    prop_oneof![
        8 => entity().prop_map(Act::Put),
        2 => (entity(), 0..3_u8).prop_map(|(entity, n)| Act::PutNewer(entity, n)),
        4 => (kind.clone(), 1..40_u128).prop_map(|(kind, id)| Act::Remove(kind, id)),
        1 => (kind, 1..15_u128, prop::sample::select(BROKEN.to_vec()))
            .prop_map(|(kind, id, body)| Act::Spoil(kind, id, body)),
    ]
}

type History = Vec<Vec<(i64, Vec<Act>)>>;

fn history(max: usize) -> impl Strategy<Value = History> {
    let acts = prop::collection::vec(act(), 0..5);
    let revision = prop::collection::btree_map(1..7_i64, acts, 1..3);
    let revision = revision.prop_map(|acts| acts.into_iter().collect());
    prop::collection::vec(revision, 1..max)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn rows_and_deltas_give_the_same_view(history in history(8)) {
        let mut rows = Rows::of([1, 2, 4]);
        let mut view = rows.anew();
        for acts in &history {
            let delta = rows.act(acts);
            let next = view.with_delta(&delta).unwrap();
            let by_parts = view.with_parts(delta.revision, &delta.parts);
            let spoilt = delta.parts.iter().any(|part| {
                next.held(InstanceNo(part.instance.no)).is_none_or(|held| !held.is_whole())
            });
            match by_parts {
                Ok(by_parts) => assert_same(&by_parts, &next),
                Err(nack) => prop_assert!(spoilt, "{}", nack),
            }
            view = next;
            assert_same(&view, &rows.anew());
            // What other processes did, read from rows.
            let since = view.with_rows(&rows.head(), &rows.page(3, 10).parts);
            assert_same(&since, &view);
        }
    }

    #[test]
    fn a_snapshot_in_pages_catches_up_with_what_happened_meanwhile(
        history in history(10),
        pages in prop::collection::vec((1..4_usize, 0..3_usize, any::<bool>()), 12),
    ) {
        let mut rows = Rows::of([1, 2, 4, 5]);
        let mut view = View::building(CELL);
        let mut acts = history.iter();
        let mut deltas = Vec::new();
        let mut next = Some(InstanceNo(0));
        for (count, changes, catch_up) in pages.iter().cycle() {
            let Some(from) = next else { break };
            let page = rows.page(from.0, *count);
            next = page.next;
            view = view.with_page(&page).unwrap();
            deltas.retain(|delta: &Delta| delta.prev >= view.revision());
            deltas.extend(acts.by_ref().take(*changes).map(|acts| rows.act(acts)));
            if *catch_up {
                for delta in deltas.drain(..) {
                    view = view.with_delta(&delta).unwrap();
                }
            }
        }
        for delta in deltas {
            view = view.with_delta(&delta).unwrap();
        }
        let view = view.verified(rows.head().root).unwrap();
        prop_assert!(view.is_whole());
        assert_same(&view, &rows.anew());
    }

    #[test]
    fn whatever_is_broken_in_a_delta_is_refused_or_stays_in_its_instance(
        history in history(3),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0..7_u8), 1..3),
    ) {
        let rows = Rows::of([1, 2]);
        let view = rows.anew();
        for acts in &history {
            let mut delta = rows.clone().act(acts);
            let mut bodies = delta.parts.iter_mut().flat_map(|part| &mut part.put);
            let Some(part) = bodies.next() else { continue };
            for (index, bit) in &flips {
                let mut bytes = part.body.clone().into_bytes();
                let place = index.index(bytes.len());
                bytes[place] ^= 1 << bit;
                if let Ok(body) = String::from_utf8(bytes) {
                    part.body = body;
                }
            }
            let found = view.with_delta(&delta);
            if let Ok(found) = found {
                prop_assert_eq!(found.root(), delta.root);
            }
            assert_same(&view, &rows.anew());
        }
    }
}
