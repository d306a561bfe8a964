//! Rosters over HTTP.

use serde_json::{Value, json};

use crate::xm::shape::testing::{Api, column, id};

#[tokio::test]
async fn rosters_hold_people_devices_and_groups() {
    let api = Api::new().await;
    let bo = api.person("bo").await;
    let mail = json!({"owner": bo, "name": "Work Email", "deviceType": "EMAIL",
                      "emailAddress": "bo@mail.example"});
    let mail = id(&api.post(201, "devices", mail).await);
    let inner = api.group("Inner").await;
    api.group("Ops").await;
    for (body, kind, member) in [
        (json!({"id": "bo", "recipientType": "PERSON"}), "PERSON", &bo),
        (json!({"id": "bo|work email"}), "DEVICE", &mail),
        (json!({"id": inner, "recipientType": "GROUP"}), "GROUP", &inner),
        (json!({"id": "bo"}), "PERSON", &bo),
    ] {
        let added = api.post(200, "groups/Ops/members", body).await;
        assert_eq!((&added["recipientType"], &added["id"]), (&json!(kind), &json!(member)));
    }
    api.post(201, "groups/Ops/shifts", json!({"name": "Days", "members": [{"recipient": bo}]}))
        .await;
    let page = api.get("groups/Ops/members?embed=shifts").await;
    assert_eq!(column(&page, "/member/recipientType"), ["PERSON", "DEVICE", "GROUP"]);
    assert_eq!(page["data"][0]["shifts"]["data"][0]["name"], "Days");
    assert_eq!(page["data"][1]["shifts"]["total"], 0);
    // Some clients expect a text there.
    assert!(page["data"][1]["member"].get("sequence").is_none());
    let (status, error) = api.try_get("groups/Ops/members?devices.exists=true").await;
    assert_eq!((status, &error["arguments"]), (400, &json!(["devices.exists"])));
    assert_eq!(api.get("groups/Ops/recipients").await["data"][1]["sequence"], 1);
}

#[tokio::test]
async fn whoever_leaves_the_roster_leaves_the_shifts() {
    let api = Api::new().await;
    let (bo, cy) = (api.person("bo").await, api.person("cy").await);
    api.group("Ops").await;
    let members =
        json!([{"recipient": bo}, {"recipient": cy, "delay": 5, "escalationType": "Peer"}]);
    api.post(201, "groups/Ops/shifts", json!({"name": "Days", "members": members})).await;
    assert_eq!(column(&api.get("groups/Ops/members").await, "/member/id"), [bo.as_str(), &cy]);
    let (status, gone) = api.delete("groups/Ops/members/bo").await;
    assert_eq!(
        (status, &gone["member"]["id"], &gone["group"]["targetName"]),
        (200, &json!(bo), &json!("Ops"))
    );
    let left = api.get("groups/Ops/shifts/Days/members").await;
    assert_eq!(column(&left, "/recipient/id"), [cy.as_str()]);
    assert_eq!(
        (&left["data"][0]["delay"], &left["data"][0]["escalationType"]),
        (&json!(0), &json!("None"))
    );
    assert_eq!(api.delete("groups/Ops/members/bo").await, (204, Value::Null));
    assert_eq!(api.delete("groups/Nobody/members/bo").await.0, 404);
}

#[tokio::test]
async fn no_group_contains_itself() {
    let api = Api::new().await;
    api.group("Ops").await;
    api.group("Inner").await;
    assert_eq!(api.try_post("groups/Ops/members", json!({"id": "Ops"})).await.0, 409);
    api.post(200, "groups/Ops/members", json!({"id": "Inner"})).await;
    let (status, error) = api.try_post("groups/Inner/members", json!({"id": "Ops"})).await;
    assert_eq!((status, &error["subcode"]), (409, &json!("validation.group.contains_itself")));
    let (status, error) = api.try_post("groups/Ops/members", json!({"id": "nobody"})).await;
    assert_eq!((status, &error["subcode"]), (400, &json!("validation.group.recipient_not_exists")));
    assert_eq!(api.try_post("groups/Ops/members", json!({})).await.0, 400);
}
