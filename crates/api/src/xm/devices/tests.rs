//! Devices over HTTP.

use serde_json::{Value, json};

use crate::xm::shape::testing::{Api, assert_echoes, column, id};

fn mail(name: &str, more: &Value) -> Value {
    let mut body = json!({"owner": "bo", "name": name, "deviceType": "EMAIL",
                          "emailAddress": "bo@mail.example"});
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

#[tokio::test]
async fn every_type_is_answered_as_it_was_sent() {
    let api = Api::new().await;
    let bo = api.person("bo").await;
    let frames = json!([{"name": "Work", "startTime": "08:00", "timezone": "Europe/Oslo",
        "durationInMinutes": 540, "excludeHolidays": true, "days": ["MO", "TU", "WE"]}]);
    for (sequence, sent) in [
        json!({"deviceType": "EMAIL", "name": "Work Email", "emailAddress": "bo@mail.example",
               "delay": 5, "priorityThreshold": "MEDIUM", "defaultDevice": true}),
        json!({"deviceType": "VOICE", "name": "Mobile Phone", "phoneNumber": "+4722334455"}),
        json!({"deviceType": "TEXT_PHONE", "name": "SMS Phone", "phoneNumber": "+4722334455",
               "status": "INACTIVE", "externalKey": "k", "externallyOwned": true}),
        json!({"deviceType": "GENERIC", "name": "Hook", "url": "https://hook.example/x?y=1"}),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = sent.clone();
        body["owner"] = json!(bo);
        body["timeframes"] = frames.clone();
        let made = api.post(201, "devices", body).await;
        assert_echoes(&sent, &made);
        assert_eq!(made["timeframes"]["data"], frames);
        assert_eq!((&made["sequence"], &made["owner"]["id"]), (&json!(sequence + 1), &json!(bo)));
        let name = sent["name"].as_str().unwrap().replace(' ', "%20");
        for path in [id(&made), format!("bo%7C{name}"), format!("BO|{name}")] {
            let read = api.get(&format!("devices/{path}")).await;
            assert_echoes(&sent, &read);
            assert!(read.get("timeframes").is_none());
        }
        let read = api.get(&format!("devices/{}/timeframes", id(&made))).await;
        assert_eq!(read["data"], frames);
    }
    let page = api.get("people/bo/devices?embed=timeframes").await;
    assert_eq!(column(&page, "/name"), ["Work Email", "Mobile Phone", "SMS Phone", "Hook"]);
    let page = api.get("devices?deviceType=VOICE,EMAIL&deviceStatus=ACTIVE").await;
    assert_eq!(column(&page, "/targetName"), ["bo|Work Email", "bo|Mobile Phone"]);
    assert_eq!(api.get("device-types").await["total"], 4);
}

#[tokio::test]
async fn a_place_in_the_order_moves_the_others() {
    let api = Api::new().await;
    api.person("bo").await;
    let order = async || {
        let page = api.get("people/bo/devices").await;
        let numbers = page["data"].as_array().unwrap().iter().map(|d| d["sequence"].clone());
        assert_eq!(
            Value::Array(numbers.collect()),
            json!([1, 2, 3].get(..page["data"].as_array().unwrap().len()))
        );
        column(&page, "/name").join("")
    };
    api.post(201, "devices", mail("a", &json!({}))).await;
    let b = id(&api.post(201, "devices", mail("b", &json!({"sequence": 99}))).await);
    assert_eq!(order().await, "ab");
    api.post(201, "devices", mail("c", &json!({"sequence": 1}))).await;
    assert_eq!(order().await, "cab");
    api.post(200, "devices", json!({"id": b, "sequence": 2})).await;
    assert_eq!(order().await, "cba");
    // Nothing said, nothing moved.
    api.post(200, "devices", json!({"id": b, "sequence": null, "delay": 7})).await;
    assert_eq!(order().await, "cba");
    assert_eq!(api.delete("devices/bo%7Cc").await.0, 200);
    assert_eq!(order().await, "ba");
    assert_eq!(api.delete("devices/bo%7Cc").await, (204, Value::Null));
}

#[tokio::test]
async fn null_means_the_default_and_types_and_owners_are_fixed() {
    let api = Api::new().await;
    api.person("bo").await;
    api.person("cy").await;
    let sent = json!({"delay": null, "sequence": null, "timeframes": null, "twoWayDevice": null,
                      "phoneNumber": "", "url": null});
    let made = api.post(201, "devices", mail("a", &sent)).await;
    assert_echoes(&json!({"delay": 0, "sequence": 1, "priorityThreshold": "LOW"}), &made);
    assert_eq!(made["timeframes"]["total"], 0);
    let changes = [
        (json!({"owner": "cy"}), "owner"),
        (json!({"deviceType": "VOICE"}), "deviceType"),
        (json!({"phoneNumber": "+4722334455"}), "phoneNumber"),
        (json!({"emailAddress": "nonsense"}), "emailAddress"),
        (
            json!({"timeframes": [{"name": "x", "startTime": "8", "durationInMinutes": 1,
                                "days": ["MO"]}]}),
            "timeframes.startTime",
        ),
    ];
    for (mut change, field) in changes {
        change["id"] = made["id"].clone();
        let (status, error) = api.try_post("devices", change).await;
        assert_eq!((status, &error["arguments"][0]), (400, &json!(field)), "{error}");
    }
    let (status, error) = api.try_post("devices", mail("b", &json!({"owner": "nobody"}))).await;
    assert_eq!((status, &error["subcode"]), (400, &json!("validation.device.person_not_exists")));
    assert_eq!(api.try_post("devices", mail("A", &json!({}))).await.0, 409);
}

#[tokio::test]
async fn a_webhooks_secret_is_never_answered() {
    let api = Api::new().await;
    api.person("bo").await;
    let body = json!({"owner": "bo", "name": "Hook", "deviceType": "GENERIC",
                      "url": "https://hook.example/", "secret": "whsec_c2FtcGxlLXNlY3JldA=="});
    let made = api.post(201, "devices", body).await;
    assert_eq!(made["secretSet"], true);
    let kept = api.post(200, "devices", json!({"id": made["id"], "name": "Hook 2"})).await;
    assert_eq!((&kept["secretSet"], &kept["name"]), (&json!(true), &json!("Hook 2")));
    assert!(!made.to_string().contains("whsec_") && !kept.to_string().contains("whsec_"));
    let cleared = api.post(200, "devices", json!({"id": made["id"], "secret": null})).await;
    assert_eq!(cleared["secretSet"], false);
}

#[tokio::test]
async fn people_look_after_their_own_devices_only() {
    let api = Api::new().await;
    api.person("bo").await;
    api.person("cy").await;
    let (bo, cy) = (api.caller("bo").await, api.caller("cy").await);
    bo.post(201, "devices", mail("a", &json!({}))).await;
    assert_eq!(cy.try_post("devices", mail("b", &json!({}))).await.0, 403);
    assert_eq!(cy.delete("devices/bo%7Ca").await.0, 403);
    assert_eq!(bo.delete("devices/bo%7Ca").await.0, 200);
}
