//! Shifts over HTTP.

use serde_json::{Value, json};

use crate::xm::shape::testing::{Api, assert_echoes, column, id};

fn days() -> Value {
    json!({
        "name": "Days + Nights", "description": "x", "timezone": "Europe/Oslo",
        "start": "2026-03-02T07:00:00.000Z", "end": "2026-03-02T15:00:00.000Z",
        "recurrence": {"frequency": "WEEKLY", "repeatEvery": 2, "onDays": ["MO", "TU"],
                       "end": {"endBy": "REPETITIONS", "repetitions": 10}},
        "rotation": {"type": "TIME", "direction": "FIRST_TO_LAST", "interval": 1,
                     "intervalUnit": "WEEKS", "nextRotationTime": "2026-03-09T07:00:00.000Z"},
    })
}

#[tokio::test]
async fn what_was_sent_is_answered() {
    let api = Api::new().await;
    let (bo, cy) = (api.person("bo").await, api.person("cy").await);
    let group = api.group("Ops").await;
    let mut body = days();
    body["members"] = json!([
        {"recipient": {"id": cy, "recipientType": "PERSON"}, "position": 2, "delay": 10,
         "escalationType": "Peer", "inRotation": false},
        {"recipient": {"id": "bo"}, "position": 1, "delay": 0, "escalationType": "NONE"},
    ]);
    body["repeatEscalation"] =
        json!({"repeatEnabled": true, "repetitions": 3, "waitInSeconds": 300});
    body["notifyEndOfEscalation"] =
        json!({"notifyEnabled": true, "recipient": {"id": "boss"}, "delay": 2});
    let made = api.post(201, "groups/Ops/shifts", body).await;
    assert_echoes(&days(), &made);
    assert_echoes(
        &json!({"repetitions": 3, "waitInSeconds": 300, "delay": 5}),
        &made["repeatEscalation"],
    );
    let notice = &made["notifyEndOfEscalation"];
    assert_eq!((&notice["recipient"]["targetName"], &notice["delay"]), (&json!("boss"), &json!(2)));
    assert_eq!(made["group"]["id"], json!(group));
    for path in [id(&made), "days%20%2B%20nights".to_owned()] {
        let read = api.get(&format!("groups/Ops/shifts/{path}?embed=members")).await;
        assert_echoes(&days(), &read);
        assert_eq!(column(&read["members"], "/recipient/id"), [bo.as_str(), &cy]);
        let second = &read["members"]["data"][1];
        assert_echoes(
            &json!({"position": 2, "delay": 10, "escalationType": "Peer", "inRotation": false}),
            second,
        );
    }
    assert_eq!(column(&api.get("groups/Ops/shifts").await, "/name"), ["Days + Nights"]);
}

#[tokio::test]
async fn absent_fields_stay_and_null_takes_away() {
    let api = Api::new().await;
    let group = api.group("Ops").await;
    let bo = api.person("bo").await;
    let mut body = days();
    body["members"] = json!([{"recipient": bo}]);
    body["repeatEscalation"] = json!({"repeatEnabled": true});
    let made = api.post(201, "groups/Ops/shifts/", body).await;
    let change = json!({"id": id(&made), "description": "y"});
    let changed = api.post(200, "groups/Ops/shifts", change).await;
    assert_eq!((&changed["description"], &changed["rotation"]), (&json!("y"), &days()["rotation"]));
    assert_eq!(changed["members"]["total"], 1);
    let change = json!({"name": "Renamed", "rotation": null, "repeatEscalation": null,
                        "members": [], "start": "2026-03-02T08:00:00Z"});
    let path = format!("groups/{group}/shifts/{}", id(&made));
    let changed = api.post(200, &path, change).await;
    assert!(changed.get("rotation").is_none());
    assert_eq!(changed["repeatEscalation"], json!({"repeatEnabled": false}));
    assert_eq!((&changed["name"], &changed["members"]["total"]), (&json!("Renamed"), &json!(0)));
    assert_eq!(changed["end"], "2026-03-02T16:00:00.000Z");
    assert_eq!(changed["recurrence"], days()["recurrence"]);
    assert_eq!(api.try_post("groups/Ops/shifts/nothing", json!({})).await.0, 404);
}

#[tokio::test]
async fn wrong_shifts_are_refused_with_the_field() {
    let api = Api::new().await;
    api.group("Ops").await;
    api.person("bo").await;
    let member = |delay: u16, kind: &str| {
        json!([{"recipient": "bo"},
               {"recipient": "boss", "delay": delay, "escalationType": kind}])
    };
    for (body, field) in [
        (json!({}), "name"),
        (json!({"name": "x", "start": "2026-03-02T07:00:00Z"}), "end"),
        (json!({"name": "x", "timezone": "Mars"}), "timezone"),
        (json!({"name": "x", "recurrence": {"frequency": "HOLIDAY"}}), "recurrence.frequency"),
        (json!({"name": "x", "members": member(0, "Peer")}), "members.escalationType"),
        (
            json!({"name": "x", "members": [{"recipient": "bo", "escalationType": "Peer"}]}),
            "members.escalationType",
        ),
        (json!({"name": "x", "members": [{"recipient": {"id": "nobody"}}]}), "members.recipient"),
        (json!({"name": "x", "members": [{}]}), "members.recipient"),
        (
            json!({"name": "x", "rotation": {"type": "TIME", "direction": "FIRST_TO_LAST"}}),
            "rotation.intervalUnit",
        ),
        (
            json!({"name": "x", "rotation": {"type": "SHIFTS", "direction": "FIRST_TO_LAST",
                                             "interval": 0}}),
            "rotation.interval",
        ),
        (
            json!({"name": "x", "repeatEscalation": {"repeatEnabled": true, "waitInSeconds": 61}}),
            "repeatEscalation.waitInSeconds",
        ),
        (json!({"name": "x", "siteHolidays": {"onCall": false}}), "siteHolidays.onCall"),
    ] {
        let (status, error) = api.try_post("groups/Ops/shifts", body).await;
        assert_eq!((status, &error["arguments"][0]), (400, &json!(field)), "{error}");
    }
    api.post(201, "groups/Ops/shifts", json!({"name": "Days", "siteHolidays": {"onCall": true}}))
        .await;
    assert_eq!(api.try_post("groups/Ops/shifts", json!({"name": "DAYS"})).await.0, 409);
    assert_eq!(api.try_post("groups/Nothing/shifts", json!({"name": "x"})).await.0, 404);
}

#[tokio::test]
async fn members_are_put_in_places_and_taken_out() {
    let api = Api::new().await;
    for name in ["bo", "cy", "dana"] {
        api.person(name).await;
    }
    api.group("Ops").await;
    api.post(201, "groups/Ops/shifts", json!({"name": "Days"})).await;
    let path = "groups/Ops/shifts/Days/members";
    let first =
        api.post(200, path, json!({"recipient": {"id": "bo", "recipientType": "PERSON"}})).await;
    assert_echoes(
        &json!({"position": 1, "delay": 0, "escalationType": "None", "inRotation": true}),
        &first,
    );
    let peer =
        json!({"recipient": {"id": "cy"}, "position": 99, "delay": 10, "escalationType": "PEER"});
    let second = api.post(200, path, peer).await;
    assert_eq!((&second["position"], &second["escalationType"]), (&json!(2), &json!("Peer")));
    api.post(200, path, json!({"recipient": {"id": "dana"}, "position": 1})).await;
    assert_eq!(column(&api.get(path).await, "/recipient/targetName"), ["dana", "bo", "cy"]);
    assert_eq!(api.get("groups/Ops/members").await["total"], 3);
    assert_eq!(api.try_post(path, json!({"recipient": {"id": "bo"}})).await.0, 409);
    let (status, gone) = api.delete(&format!("{path}/bo")).await;
    assert_eq!((status, &gone["position"]), (200, &json!(2)));
    assert_eq!(api.delete(&format!("{path}/bo")).await, (204, Value::Null));
    assert_eq!(column(&api.get(path).await, "/recipient/targetName"), ["dana", "cy"]);
    // Still on the roster, until the shift goes that others are in.
    assert_eq!(api.get("groups/Ops/members").await["total"], 3);
    let (status, gone) = api.delete("groups/Ops/shifts/Days").await;
    assert_eq!((status, &gone["members"]["total"]), (200, &json!(2)));
    assert_eq!(column(&api.get("groups/Ops/members").await, "/member/targetName"), ["bo"]);
}

#[tokio::test]
async fn occurrences_are_listed_and_their_members_found() {
    let api = Api::new().await;
    api.person("bo").await;
    api.group("Ops").await;
    let mut body = days();
    body["rotation"]["interval"] = json!(2);
    body["members"] = json!([{"recipient": "bo"}, {"recipient": "boss", "delay": 5}]);
    api.post(201, "groups/Ops/shifts", body).await;
    let window = "from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z";
    let page = api.get(&format!("groups/Ops/occurrences?{window}")).await;
    // Every other week; 29 March the clocks go forward.
    let starts = ["02T07", "03T07", "16T07", "17T07", "30T06", "31T06"];
    let starts: Vec<String> = starts.iter().map(|s| format!("2026-03-{s}:00:00Z")).collect();
    assert_eq!(column(&page, "/start"), starts);
    let page = api.get(&format!("groups/Ops/occurrences?{window}&shifts=none")).await;
    assert_eq!(page["total"], 0);
    let members = async |start: &str| {
        let path = format!("groups/Ops/shifts/Days%20%2B%20Nights/occurrences/{start}/members");
        api.try_get(&path).await
    };
    assert_eq!(
        column(&members("2026-03-02T07:00:00Z").await.1, "/member/targetName"),
        ["bo", "boss"]
    );
    // After the first step of the rotation.
    assert_eq!(
        column(&members("2026-03-16T07:00:00Z").await.1, "/member/targetName"),
        ["boss", "bo"]
    );
    assert_eq!(members("2026-03-04T07:00:00Z").await.0, 404);
    assert_eq!(api.try_get("groups/Ops/occurrences?from=2026-03-01T00:00:00Z").await.0, 400);
}
