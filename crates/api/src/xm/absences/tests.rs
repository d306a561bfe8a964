//! Absences over HTTP.

use serde_json::{Value, json};

use crate::xm::shape::testing::{Api, assert_echoes, column, id};

const START: &str = "2026-03-03T09:00:00.000Z";
const END: &str = "2026-03-04T09:00:00.000Z";

#[tokio::test]
async fn absences_are_entered_listed_and_removed() {
    let api = Api::new().await;
    let (bo, cy) = (api.person("bo").await, api.person("cy").await);
    let group = api.group("Ops").await;
    let sent = json!({"id": "0192d0c0-0000-7000-8000-00000000abcd", "absenceType": "REPLACEMENT",
                      "start": START, "end": END});
    let mut body = sent.clone();
    body["member"] = json!({"id": bo});
    body["replacement"] = json!(cy);
    body["group"] = json!("Ops");
    let made = api.post(201, "temporary-absences", body.clone()).await;
    assert_echoes(&sent, &made);
    assert_eq!((&made["member"]["id"], &made["replacement"]["id"]), (&json!(bo), &json!(cy)));
    assert_eq!(made["group"]["id"], json!(group));
    assert_eq!(api.try_post("temporary-absences", body).await.0, 409);
    let vacancy = json!({"absenceType": "VACANCY", "member": "cy", "start": "2026-03-02T10:00:00Z",
                         "end": "2026-03-02T14:00:00Z"});
    let vacancy = api.post(201, "temporary-absences", vacancy).await;
    assert!(vacancy.get("replacement").is_none() && vacancy.get("group").is_none());
    let who = async |query: &str| {
        column(&api.get(&format!("temporary-absences?{query}")).await, "/member/targetName")
    };
    assert_eq!(who("").await, ["cy", "bo"]);
    assert_eq!(who("member=bo").await, ["bo"]);
    assert_eq!(who("absenceType=VACANCY").await, ["cy"]);
    assert_eq!(who("groups=Ops").await, ["cy", "bo"]);
    assert_eq!(
        who("from=2026-03-03T00:00:00Z&to=2026-03-03T08:00:00Z").await,
        Vec::<String>::new()
    );
    assert_eq!(who("to=2026-03-03T00:00:00Z").await, ["cy"]);
    api.clock.set("2026-03-02T14:00:00Z".parse().unwrap());
    assert_eq!(who("").await, ["bo"]);
    let path = format!("temporary-absences/{}", id(&made));
    assert_eq!(api.get(&path).await, made);
    assert_eq!(api.delete(&path).await, (200, made));
    assert_eq!(api.delete(&path).await, (204, Value::Null));
}

#[tokio::test]
async fn wrong_absences_are_refused_with_the_field() {
    let api = Api::new().await;
    api.person("bo").await;
    let body = |field: &str, value: Value| {
        let mut body = json!({"absenceType": "REPLACEMENT", "member": "bo", "replacement": "boss",
                              "start": START, "end": END});
        body[field] = value;
        body
    };
    for (field, value) in [
        ("absenceType", json!("HOLIDAY")),
        ("absenceType", Value::Null),
        ("member", json!("nobody")),
        ("replacement", Value::Null),
        ("replacement", json!("bo")),
        ("end", json!(START)),
        ("end", json!("2026-03-02T11:00:00Z")),
        ("group", json!("nothing")),
        ("includeDirectNotifications", json!(true)),
    ] {
        let (status, error) = api.try_post("temporary-absences", body(field, value)).await;
        assert_eq!((status, &error["arguments"][0]), (400, &json!(field)), "{error}");
    }
    let (status, error) =
        api.try_post("temporary-absences", body("absenceType", json!("VACANCY"))).await;
    assert_eq!((status, &error["arguments"][0]), (400, &json!("replacement")));
}

#[tokio::test]
async fn people_enter_their_own_and_supervisors_those_of_their_groups() {
    let api = Api::new().await;
    api.person("bo").await;
    api.person("cy").await;
    let lead = json!({"targetName": "lead", "firstName": "L", "lastName": "S",
                      "roles": ["Group Supervisor"]});
    api.post(201, "people", lead).await;
    api.post(201, "groups", json!({"targetName": "Ops", "supervisors": ["lead"]})).await;
    let body = |group: Value| {
        json!({"absenceType": "VACANCY", "member": "bo", "group": group,
                                     "start": START, "end": END})
    };
    let (bo, cy, lead) = (api.caller("bo").await, api.caller("cy").await, api.caller("lead").await);
    let own = bo.post(201, "temporary-absences", body(Value::Null)).await;
    let path = format!("temporary-absences/{}", id(&own));
    assert_eq!(cy.try_post("temporary-absences", body(Value::Null)).await.0, 403);
    assert_eq!(cy.delete(&path).await.0, 403);
    assert_eq!(lead.try_post("temporary-absences", body(Value::Null)).await.0, 403);
    let theirs = lead.post(201, "temporary-absences", body(json!("Ops"))).await;
    assert_eq!(lead.delete(&format!("temporary-absences/{}", id(&theirs))).await.0, 200);
    assert_eq!(bo.delete(&path).await.0, 200);
}
