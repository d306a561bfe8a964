//! Groups over HTTP.

use serde_json::{Value, json};

use crate::xm::shape::testing::{Api, assert_echoes, column, id};

#[tokio::test]
async fn what_was_sent_is_answered() {
    let api = Api::new().await;
    let bo = api.person("bo").await;
    let sent = json!({
        "targetName": "Pay + Ops", "description": "Cards", "groupType": "BROADCAST",
        "status": "INACTIVE", "observedByAll": false, "allowDuplicates": true,
        "useDefaultDevices": false, "externalKey": "g-1", "externallyOwned": true,
    });
    let mut body = sent.clone();
    body["supervisors"] = json!([{"id": bo}, "boss"]);
    let made = api.post(201, "groups", body).await;
    assert_echoes(&sent, &made);
    assert_eq!(column(&made["supervisors"], "/targetName"), ["bo", "boss"]);
    for path in [format!("groups/{}", id(&made)), "groups/pay%20%2B%20ops".to_owned()] {
        let read = api.get(&format!("{path}?embed=supervisors,%20observers")).await;
        assert_echoes(&sent, &read);
        assert_eq!(
            (&read["supervisors"]["total"], &read["observers"]["total"]),
            (&json!(2), &json!(0))
        );
    }
    let supervisors = api.get("groups/Pay%20%2B%20Ops/supervisors").await;
    assert_eq!(column(&supervisors, "/id").first(), Some(&bo));
    // Broadcast groups have no shifts.
    assert_eq!(api.get("groups/Pay%20%2B%20Ops/shifts").await["total"], 0);
    let (status, error) = api.try_post("groups/Pay%20%2B%20Ops/shifts", json!({"name": "x"})).await;
    assert_eq!((status, &error["subcode"]), (400, &json!("validation.shift.group_type")));
}

#[tokio::test]
async fn a_new_on_call_group_has_a_default_shift_that_can_be_removed() {
    let api = Api::new().await;
    let made = api.post(201, "groups", json!({"targetName": "Ops", "site": null})).await;
    assert_echoes(
        &json!({"groupType": "ON_CALL", "status": "ACTIVE", "observedByAll": true}),
        &made,
    );
    assert_eq!(column(&made["supervisors"], "/targetName"), ["boss"]);
    let shift = api.get("groups/Ops/shifts/default%20shift").await;
    assert_echoes(
        &json!({
            "name": "Default Shift", "timezone": "Europe/Oslo",
            "start": "2026-03-01T23:00:00.000Z", "end": "2026-03-02T23:00:00.000Z",
            "recurrence": {"frequency": "WEEKLY", "repeatEvery": 1, "end": {"endBy": "NEVER"},
                           "onDays": ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]},
        }),
        &shift,
    );
    assert_eq!(api.delete("groups/Ops/shifts/Default%20Shift").await.0, 200);
    assert_eq!(api.delete("groups/Ops/shifts/Default%20Shift").await, (204, Value::Null));
    assert_eq!(api.get("groups/Ops/shifts").await["total"], 0);
    // Changing the group does not bring it back.
    api.post(200, "groups", json!({"id": id(&made), "description": "x"})).await;
    assert_eq!(api.get("groups/Ops/shifts").await["total"], 0);
}

#[tokio::test]
async fn absent_fields_stay_and_null_clears() {
    let api = Api::new().await;
    let site =
        json!({"name": "Oslo", "country": "NOR", "language": "nb", "timezone": "Europe/Oslo"});
    let site = id(&api.post(201, "sites", site).await);
    let body = json!({"targetName": "Ops", "site": site, "supervisors": null, "description": "x",
                      "externalKey": "k"});
    let made = api.post(201, "groups", body).await;
    assert_eq!((&made["site"]["id"], &made["supervisors"]["total"]), (&json!(site), &json!(0)));
    let changed = api.post(200, "groups", json!({"id": "Ops", "targetName": "Operations"})).await;
    assert_echoes(
        &json!({"id": id(&made), "targetName": "Operations", "description": "x"}),
        &changed,
    );
    let body = json!({"id": id(&made), "site": null, "externalKey": null, "description": null});
    let changed = api.post(200, "groups", body).await;
    assert!(changed.get("site").is_none() && changed.get("externalKey").is_none());
    assert_eq!(changed["description"], "");
}

#[tokio::test]
async fn wrong_groups_are_refused() {
    let api = Api::new().await;
    api.group("Ops").await;
    for (body, status, subcode) in [
        (json!({"targetName": "ops"}), 409, "validation.group.name_not_unique"),
        (
            json!({"targetName": "x", "groupType": "DYNAMIC"}),
            400,
            "validation.group.group_type_unsupported",
        ),
        (
            json!({"targetName": "x", "supervisors": ["nobody"]}),
            400,
            "validation.group.person_not_exists",
        ),
        (json!({"targetName": "x", "site": "nowhere"}), 400, "validation.group.site_not_exists"),
        (json!({}), 400, "validation.group.missing_required_field"),
        (json!({"targetName": "x", "status": "gone"}), 400, "validation.common.field.invalid.enum"),
    ] {
        let (got, error) = api.try_post("groups", body).await;
        assert_eq!((got, &error["subcode"]), (status, &json!(subcode)), "{error}");
    }
}

#[tokio::test]
async fn lists_are_filtered_and_sorted() {
    let api = Api::new().await;
    let bo = api.person("bo").await;
    api.group("Web").await;
    let body =
        json!({"targetName": "Alpha", "groupType": "BROADCAST", "description": "of the web"});
    api.post(201, "groups", body).await;
    api.post(200, "groups/Web/members", json!({"id": bo})).await;
    let names =
        async |query: &str| column(&api.get(&format!("groups?{query}")).await, "/targetName");
    assert_eq!(names("").await, ["Alpha", "Web"]);
    assert_eq!(names("sortBy=GROUPTYPE&sortOrder=descending").await, ["Web", "Alpha"]);
    assert_eq!(names("search=web").await, ["Alpha", "Web"]);
    assert_eq!(names("search=web&fields=NAME").await, ["Web"]);
    assert_eq!(names("groupType=BROADCAST").await, ["Alpha"]);
    assert_eq!(names("members=bo").await, ["Web"]);
    assert_eq!(names("supervisors=bo").await, Vec::<String>::new());
}

#[tokio::test]
async fn group_supervisors_look_after_their_own_groups() {
    let api = Api::new().await;
    let lead = json!({"targetName": "lead", "firstName": "L", "lastName": "S",
                      "roles": ["Group Supervisor"]});
    api.post(201, "people", lead).await;
    api.group("Ops").await;
    let lead = api.caller("lead").await;
    assert_eq!(lead.try_post("groups", json!({"id": "Ops", "description": "x"})).await.0, 403);
    assert_eq!(lead.delete("groups/Ops").await.0, 403);
    let body = json!({"targetName": "Mine", "supervisors": []});
    assert_eq!(lead.try_post("groups", body).await.0, 403);
    lead.post(201, "groups", json!({"targetName": "Mine"})).await;
    lead.post(200, "groups/Mine/members", json!({"id": "lead"})).await;
    assert_eq!(lead.delete("groups/Mine").await.0, 200);
    assert_eq!(lead.delete("groups/Mine").await.0, 204);
    assert_eq!(lead.try_get("groups/Mine").await.0, 404);
}
