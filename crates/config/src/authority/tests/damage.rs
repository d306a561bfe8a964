//! Databases that went back, and rows that cannot be read.

use firebell_store::configuration::EntityRow;

use super::*;
use crate::loading;

#[tokio::test]
async fn a_database_that_went_back_is_noticed_and_what_is_known_stays() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        let newest = process.put(entities()).await.unwrap().revision;
        let old = Revision { epoch: 1, n: 1 };
        let back = move |tx: &mut WriteTx<'_>| {
            let head = rows::Head { revision: old, ..rows::lock_head(tx)? };
            rows::set_head(tx, &head)
        };
        process.db.write("test", back).await.unwrap();
        let refused = process.refresh().await.unwrap_err();
        assert!(
            matches!(refused, ConfigError::WentBack { held, found }
            if held == newest && found == old),
            "{engine:?}"
        );
        let refused = process.put(vec![Entity::Person(person(50, "cy"))]).await.unwrap_err();
        assert!(matches!(refused, ConfigError::WentBack { .. }), "{engine:?} {refused}");
        assert_eq!(process.seen().revision, newest);
        assert_eq!(process.db.read("test", rows::head).await.unwrap(), old);
    }
}

/// Spoils a row as another release would, under a new revision.
async fn spoil(process: &Process, kind: &'static str, n: u128, body: &'static str) {
    let spoil = move |tx: &mut WriteTx<'_>| {
        let head = rows::lock_head(tx)?;
        let at = Revision { n: head.revision.n + 1, ..head.revision };
        let row = EntityRow {
            kind: kind.to_owned(),
            id: n.to_be_bytes(),
            name_key: "spoiled".to_owned(),
            body: body.to_owned(),
            changed: at,
        };
        rows::put_entities(tx, ACME, vec![row])?;
        rows::touch_instances(tx, &[(ACME, at, [0; 32])])?;
        let view = loading::anew(tx, &rows::Head { revision: at, ..head })?;
        let digest = view.held(ACME).unwrap().digest();
        rows::touch_instances(tx, &[(ACME, at, digest.to_bytes())])?;
        rows::set_head(tx, &rows::Head { revision: at, root: view.root().to_bytes(), ..head })
    };
    process.db.write("test", spoil).await.unwrap();
}

#[tokio::test]
async fn a_row_that_cannot_be_read_stops_nothing_and_is_reported() {
    for engine in TestEngine::ALL {
        for (kind, body, reason) in [
            ("person", "{\"v\":9}", "v: the body has version 9, this release reads version 1"),
            ("person", "garbage", "the body cannot be read"),
            ("robot", "{\"v\":1,\"entity\":{}}", "this release does not know this kind of entry"),
        ] {
            let (process, _guard) = acme(engine).await;
            let good = process.put(entities()).await.unwrap();
            spoil(&process, kind, ANN, body).await;

            assert!(process.refresh().await.unwrap());
            assert_eq!(process.seen().revision, good.revision, "{engine:?}: the old one stays");
            let health = process.authority.snapshots().health();
            assert_eq!(health.len(), 1);
            assert_eq!((health[0].kind.as_str(), health[0].name.as_str()), (kind, "acme"));
            assert!(health[0].reason.starts_with(reason), "{}", health[0].reason);
            assert!(health[0].to_string().starts_with("instance acme, "), "{}", health[0]);
            assert!(!process.refresh().await.unwrap());

            let refused = process.put(vec![Entity::Person(person(50, "cy"))]).await.unwrap_err();
            assert!(matches!(refused, ConfigError::Damaged(_)), "{engine:?} {refused}");

            let restarted = Process::start(&process.db).await;
            assert_eq!(restarted.authority.snapshots().health(), health);
            assert!(restarted.seen().form(id(FORM)).is_some(), "the others are there");
            assert_eq!(restarted.seen().person(id(ANN)).is_none(), kind == "person");
            let refused = restarted.change(Vec::new()).await.unwrap_err();
            assert!(matches!(refused, ConfigError::Damaged(_)), "{engine:?} {refused}");
        }
    }
}
