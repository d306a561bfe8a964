//! Entitlements, and the guards that hold them without an approval.

use firebell_domain::licence::{Allotment, Enforcement};
use firebell_store::feed as deltas;

use super::*;
use crate::audit;

const FULL: LicenceType = LicenceType::FullUser;

fn limited(most: u32) -> EntitlementChange {
    EntitlementChange::Set(Entitlement {
        allotment: Allotment::Limited(most),
        ..Entitlement::unlimited(FULL)
    })
}

fn approved() -> Intent {
    Intent { approval: Some("the customer asked for it".to_owned()), ..Intent::from(&author()) }
}

impl Process {
    async fn entitle(
        &self,
        list: Vec<(InstanceNo, EntitlementChange)>,
        intent: Intent,
    ) -> Result<Entitled, ConfigError> {
        self.authority.set_entitlements(list, intent, now()).await
    }

    fn allotment(&self, no: InstanceNo) -> Option<Allotment> {
        let directory = self.authority.snapshots().instance(no).unwrap();
        directory.entitlement(FULL).map(|one| one.allotment)
    }
}

#[tokio::test]
async fn each_guard_holds_without_an_approval_and_lets_pass_with_one() {
    use EntitlementChange::Remove;
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        let plain = || Intent::from(&author());
        for n in [2, 3] {
            let name = format!("other{n}");
            process.authority.create_instance(&name, Region::Na, &author(), now()).await.unwrap();
        }
        process.entitle(vec![(ACME, limited(100))], plain()).await.unwrap();
        let many = || vec![(InstanceNo(2), limited(9)), (InstanceNo(3), limited(9))];
        for (guard, list) in [
            ("allotment_drop", vec![(ACME, limited(49))]),
            ("allotment_to_zero", vec![(ACME, limited(0))]),
            ("allotment_removed", vec![(ACME, Remove(FULL))]),
            ("many_instances", many()),
        ] {
            let before = process.db.read("test", rows::head).await.unwrap();
            let held = process.authority.try_entitlements(list.clone(), plain()).await.unwrap();
            assert_eq!(held[0].guard, guard, "{engine:?}");
            let refused = process.entitle(list.clone(), plain()).await.unwrap_err();
            let ConfigError::NeedsApproval(held) = refused else { panic!("{refused:?}") };
            assert_eq!(held.guard, guard);
            let blank = Intent { approval: Some(" \u{200b}".to_owned()), ..plain() };
            let refused = process.entitle(list.clone(), blank).await.unwrap_err();
            assert!(matches!(refused, ConfigError::NeedsApproval(_)), "{engine:?}");
            assert_eq!(process.db.read("test", rows::head).await.unwrap(), before);

            let done = process.entitle(list, approved()).await.unwrap();
            assert_eq!(done.revision.n, before.n + 1, "{engine:?} {guard}");
            assert_eq!(done.passed[0].guard, guard);
            let of = move |tx: &mut firebell_sql::ReadTx<'_>| deltas::approved(tx, guard);
            assert_eq!(process.db.read("test", of).await.unwrap(), Some(done.revision));
            let newest =
                process.db.read("test", |tx| audit::page(tx, None, None, 1)).await.unwrap();
            assert_eq!(
                (newest[0].act.as_str(), newest[0].revision),
                ("licence.set", done.revision)
            );
            let detail = format!("approved: the customer asked for it; {}", done.passed[0].what);
            assert_eq!(newest[0].detail, detail, "{engine:?}");
        }
        assert_eq!(process.allotment(ACME), None);
        assert_eq!(process.allotment(InstanceNo(3)), Some(Allotment::Limited(9)));
        let restarted = Process::start(&process.db).await;
        assert_eq!(restarted.allotment(ACME), None);
        assert!(restarted.authority.verify().await.unwrap().is_good(), "{engine:?}");
    }
}

#[tokio::test]
async fn an_ordinary_change_of_entitlements_passes_the_same_guards() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        let change = Change::Remove(Kind::Entitlement, FULL.id());
        let refused = process.change(vec![change.clone()]).await.unwrap_err();
        assert!(matches!(refused, ConfigError::NeedsApproval(held)
            if held.guard == "allotment_removed"));
        let decide = move |_: &Directory| Ok(vec![change.clone()]);
        process.authority.change(ACME, approved(), now(), decide).await.unwrap();
        assert_eq!(process.allotment(ACME), None, "{engine:?}");
    }
}

#[tokio::test]
async fn what_makes_no_difference_makes_no_revision() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        let same = EntitlementChange::Set(Entitlement::unlimited(FULL));
        let before = process.db.read("test", rows::head).await.unwrap();
        let done = process.entitle(vec![(ACME, same)], Intent::from(&author())).await.unwrap();
        assert_eq!((done.revision, done.instances.len()), (before, 0), "{engine:?}");
        let nobody = process.entitle(vec![(InstanceNo(9), limited(1))], approved()).await;
        assert!(matches!(nobody, Err(ConfigError::Unknown(no)) if no == "9"));
    }
}

#[tokio::test]
async fn all_or_none_of_many_instances_change() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        process.authority.create_instance("globex", Region::Na, &author(), now()).await.unwrap();
        let soft = EntitlementChange::Set(Entitlement {
            allotment: Allotment::Limited(7),
            enforcement: Enforcement::Soft { percent: 10, floor: 1, days: 14 },
            ..Entitlement::unlimited(FULL)
        });
        let list = vec![(ACME, soft.clone()), (InstanceNo(7), soft.clone())];
        let refused = process.entitle(list, approved()).await;
        assert!(matches!(refused, Err(ConfigError::Unknown(_))), "{engine:?}");
        assert_eq!(process.allotment(ACME), Some(Allotment::Unlimited));
        let list = vec![(ACME, soft.clone()), (InstanceNo(2), soft)];
        let done = process.entitle(list, approved()).await.unwrap();
        assert_eq!(done.instances, [ACME, InstanceNo(2)]);
        for no in done.instances {
            let directory = process.authority.snapshots().instance(no).unwrap();
            assert_eq!(directory.revision, done.revision);
            assert_eq!(process.allotment(no), Some(Allotment::Limited(7)), "{engine:?}");
        }
    }
}
