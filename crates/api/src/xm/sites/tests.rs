//! Sites over HTTP.

use serde_json::{Value, json};

use crate::xm::shape::testing::{Api, assert_echoes, column, id};

fn oslo() -> Value {
    json!({
        "name": "Oslo", "country": "NOR", "language": "nb", "timezone": "Europe/Oslo",
        "address1": "Gata 1", "address2": "", "city": "Oslo", "state": "", "postalCode": "0150",
        "latitude": 59.91, "longitude": 10.75, "status": "ACTIVE", "externalKey": "s-1",
        "externallyOwned": false, "holidays": ["2026-05-17", "2026-12-25"],
    })
}

#[tokio::test]
async fn what_was_sent_is_answered() {
    let api = Api::new().await;
    let made = api.post(201, "sites", oslo()).await;
    assert_echoes(&oslo(), &made);
    assert_echoes(&oslo(), &api.get("sites/oslo").await);
    assert_echoes(&oslo(), &api.get(&format!("sites/{}", id(&made))).await);
    let page = api.get("sites/Oslo/holidays").await;
    assert_eq!(column(&page, "/date"), ["2026-05-17", "2026-12-25"]);
    let change = json!({"id": id(&made), "address1": null, "latitude": null, "longitude": null,
        "externalKey": null, "language": "",
        "holidays": [{"date": "2027-01-01", "name": "New year"}]});
    let changed = api.post(201, "sites", change).await;
    assert_eq!((&changed["address1"], &changed["language"]), (&json!(""), &json!("nb")));
    assert!(changed.get("latitude").is_none() && changed.get("externalKey").is_none());
    assert_eq!((&changed["city"], &changed["holidays"]), (&json!("Oslo"), &json!(["2027-01-01"])));
}

#[tokio::test]
async fn countries_have_names_and_faults_name_the_field() {
    let api = Api::new().await;
    let site = |name: &str, field: &str, value: Value| {
        let mut body = json!({"name": name, "country": "United States", "language": "en",
                              "timezone": "US/Eastern", "address1": null, "city": null});
        body[field] = value;
        body
    };
    let made = api.post(201, "sites", site("a", "status", json!("INACTIVE"))).await;
    assert_eq!((&made["country"], &made["timezone"]), (&json!("USA"), &json!("US/Eastern")));
    for (field, value) in [
        ("country", json!("Atlantis")),
        ("timezone", json!("Mars/Olympus")),
        ("latitude", json!(91)),
        ("language", Value::Null),
        ("holidays", json!(["25 December"])),
    ] {
        let (status, error) = api.try_post("sites", site("b", field, value)).await;
        assert_eq!((status, &error["arguments"][0]), (400, &json!(field)), "{error}");
    }
    assert_eq!(api.try_post("sites", site("A", "city", json!("x"))).await.0, 409);
    api.post(201, "sites", oslo()).await;
    assert_eq!(column(&api.get("sites?country=NO").await, "/name"), ["Oslo"]);
    assert_eq!(column(&api.get("sites?search=gata&fields=ADDRESS").await, "/name"), ["Oslo"]);
    assert_eq!(column(&api.get("sites?geocoded=false").await, "/name"), ["a"]);
    assert_eq!(column(&api.get("sites?sortOrder=descending").await, "/name"), ["Oslo", "a"]);
}

#[tokio::test]
async fn people_stay_when_their_site_goes_and_only_admins_change_sites() {
    let api = Api::new().await;
    let site = id(&api.post(201, "sites", oslo()).await);
    let body = json!({"targetName": "bo", "firstName": "B", "lastName": "E", "site": {"id": site},
                      "roles": ["Group Supervisor"]});
    let bo = api.post(201, "people", body).await;
    assert_eq!((&bo["site"]["name"], &bo["language"]), (&json!("Oslo"), &json!("nb")));
    let lead = api.caller("bo").await;
    assert_eq!(lead.delete("sites/Oslo").await.0, 403);
    assert_eq!(lead.try_post("sites", oslo()).await.0, 403);
    assert_eq!(api.delete("sites/Oslo").await.0, 200);
    assert!(api.get("people/bo").await.get("site").is_none());
    assert_eq!(api.delete("sites/Oslo").await.0, 204);
    assert_eq!(api.try_get("sites/Oslo").await.0, 404);
}
