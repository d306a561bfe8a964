//! People over HTTP.

use serde_json::{Value, json};

use crate::xm::shape::testing::{Api, assert_echoes, column, id};

fn akira() -> Value {
    json!({
        "targetName": "akira", "firstName": "Akira", "lastName": "Sole", "status": "ACTIVE",
        "licenseType": "FULL_USER", "language": "nb", "timezone": "Europe/Oslo",
        "webLogin": "akira.sole", "phoneLogin": "5512", "externalKey": "hr-1",
        "externallyOwned": true,
        "properties": {"Team": "Payments", "First aider": true, "Floor": 3, "Langs": ["nb", "en"]},
    })
}

#[tokio::test]
async fn what_was_sent_is_answered_and_can_be_read_back() {
    let api = Api::new().await;
    let mut body = akira();
    body["roles"] = json!(["Standard User"]);
    body["supervisors"] = json!([]);
    let made = api.post(201, "people", body).await;
    assert_echoes(&akira(), &made);
    assert_eq!(column(&made["roles"], "/name"), ["Standard User"]);
    assert_eq!(made["supervisors"]["total"], 0);
    assert_eq!(made["links"]["self"], format!("/api/xm/1/people/{}", id(&made)));
    for path in [format!("people/{}", id(&made)), "people/AKIRA".to_owned()] {
        assert_echoes(&akira(), &api.get(&path).await);
    }
    let (status, gone) = api.delete("people/akira").await;
    assert_eq!((status, id(&gone)), (200, id(&made)));
    assert_eq!(api.delete("people/akira").await, (204, Value::Null));
    assert_eq!(api.try_get("people/akira").await.0, 404);
}

#[tokio::test]
async fn absent_fields_stay_and_null_clears_what_can_be_empty() {
    let api = Api::new().await;
    let mut body = akira();
    body["roles"] = json!(["Standard User"]);
    let person = id(&api.post(201, "people", body).await);
    let change = json!({
        "id": person, "firstName": "Aki", "lastName": null, "phoneLogin": null, "webLogin": "",
        "externalKey": null, "externallyOwned": null, "roles": null, "status": "",
        "properties": {"Team": null, "Floor": 4},
    });
    let changed = api.post(200, "people", change).await;
    assert_echoes(
        &json!({
            "firstName": "Aki", "lastName": "Sole", "webLogin": "akira.sole", "language": "nb",
            "externallyOwned": false, "status": "ACTIVE",
            "properties": {"First aider": true, "Floor": 4, "Langs": ["nb", "en"]},
        }),
        &changed,
    );
    assert!(changed.get("phoneLogin").is_none() && changed.get("externalKey").is_none());
    assert_eq!(column(&changed["roles"], "/name"), ["Standard User"]);
    // Whoever made them supervises them, because nobody was named.
    assert_eq!(column(&changed["supervisors"], "/targetName"), ["boss"]);
    let again = api.post(200, "people", json!({"id": person, "firstName": "Aki"})).await;
    assert_eq!(again["whenUpdated"], changed["whenUpdated"]);
}

#[tokio::test]
async fn an_unused_id_makes_somebody_new_and_a_known_one_changes_them() {
    let api = Api::new().await;
    let chosen = "0192d0c0-0000-7000-8000-00000000abcd";
    let body = json!({"id": chosen, "targetName": "bo", "firstName": "Bo", "lastName": "Ek",
                      "roles": ["standard user"]});
    assert_eq!(id(&api.post(201, "people", body.clone()).await), chosen);
    assert_eq!(id(&api.post(200, "people", body).await), chosen);
    let (status, error) = api.try_post("people", json!({"id": "nobody"})).await;
    assert_eq!((status, &error["subcode"]), (400, &json!("validation.person.id")));
}

#[tokio::test]
async fn faults_name_the_field_and_duplicates_are_conflicts() {
    let api = Api::new().await;
    api.person("bo").await;
    let (status, error) =
        api.try_post("people", json!({"targetName": "x", "roles": ["King"]})).await;
    assert_eq!(status, 400, "{error}");
    let fields: Vec<&str> =
        error["faults"].as_array().unwrap().iter().map(|f| f["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["firstName", "lastName", "roles"]);
    let body = |name: &str, site: Value| {
        json!({"targetName": name, "firstName": "B", "lastName": "E", "site": site,
               "roles": ["Standard User"]})
    };
    let (status, error) = api.try_post("people", body("BO", Value::Null)).await;
    assert_eq!((status, &error["code"]), (409, &json!(409)), "{error}");
    let (status, error) = api.try_post("people", body("cy", json!("Atlantis"))).await;
    assert_eq!((status, &error["subcode"]), (400, &json!("validation.person.site_not_exists")));
    assert_eq!(error["arguments"], json!(["site"]));
}

#[tokio::test]
async fn lists_are_searched_filtered_sorted_and_paged() {
    let api = Api::new().await;
    for name in ["dana", "bo", "cy"] {
        api.person(name).await;
    }
    let mail = json!({"owner": "bo", "name": "Work Email", "deviceType": "EMAIL",
                      "emailAddress": "bo.ek@mail.example"});
    api.post(201, "devices", mail).await;
    let names =
        async |query: &str| column(&api.get(&format!("people?{query}")).await, "/targetName");
    assert_eq!(names("").await, ["bo", "boss", "cy", "dana"]);
    assert_eq!(
        names("sortBy=target_name&sortOrder=DESCENDING").await,
        ["dana", "cy", "boss", "bo"]
    );
    assert_eq!(names("search=BO").await, ["bo", "boss"]);
    assert_eq!(names("search=bo+mail&operand=AND").await, ["bo"]);
    assert_eq!(names("firstName=cy").await, ["cy"]);
    assert_eq!(names("emailAddress=BO.ek%40mail.example").await, ["bo"]);
    assert_eq!(names("devices.exists=true").await, ["bo"]);
    assert_eq!(names("devices.email.exists=false").await, ["boss", "cy", "dana"]);
    assert_eq!(names("roles=Full+Access+User").await, ["boss"]);
    assert_eq!(names("supervisors=boss&status=ACTIVE").await, ["bo", "cy", "dana"]);
    assert_eq!(names("site=Nowhere").await, Vec::<String>::new());
    let page = api.get("people?&embed=roles,devices&offset=1&limit=2").await;
    assert_eq!((&page["count"], &page["total"]), (&json!(2), &json!(4)));
    assert_eq!(page["links"]["next"], "/api/xm/1/people?embed=roles%2Cdevices&offset=3&limit=2");
    assert_eq!(page["data"][0]["roles"]["data"][0]["name"], "Full Access User");
    for bad in [
        "operand=and&search=abc",
        "sortBy=COLOUR",
        "limit=1001",
        "status=gone",
        "search=x",
        "devices.testStatus=TESTED",
    ] {
        assert_eq!(api.try_get(&format!("people?{bad}")).await.0, 400, "{bad}");
    }
}

#[tokio::test]
async fn removing_somebody_takes_them_out_of_everything() {
    let api = Api::new().await;
    let (bo, _) = (api.person("bo").await, api.person("cy").await);
    let mail = json!({"owner": bo, "name": "Mail", "deviceType": "EMAIL",
                      "emailAddress": "bo@mail.example"});
    api.post(201, "devices", mail).await;
    let group = api.group("Ops").await;
    let members = json!([{"recipient": {"id": "bo"}}, {"recipient": {"id": "cy"}, "delay": 5}]);
    api.post(201, "groups/Ops/shifts", json!({"name": "Days", "members": members})).await;
    let shown = api.get("people/bo/group-memberships").await;
    assert_eq!(column(&shown, "/group/targetName"), ["Ops"]);
    assert_eq!(api.delete("people/bo").await.0, 200);
    assert_eq!(api.get("devices").await["total"], 0);
    let left = api.get(&format!("groups/{group}/shifts/Days?embed=members")).await;
    assert_eq!(column(&left["members"], "/recipient/targetName"), ["cy"]);
    assert_eq!(left["members"]["data"][0]["delay"], 0);
    assert_eq!(column(&api.get("groups/Ops/members").await, "/member/targetName"), ["cy"]);
}

#[tokio::test]
async fn passwords_are_hashed_checked_and_never_answered() {
    let api = Api::new().await;
    let bo = api.person("bo").await;
    let body = json!({"id": bo, "password": "correct horse battery"});
    let made = api.post(200, "people", body).await;
    assert!(!made.to_string().contains("horse") && made.get("password").is_none());
    let directory = api.directory();
    let stored = directory.password(bo.parse().unwrap()).unwrap();
    assert!(firebell_access::password::verify("correct horse battery", Some(&stored.hash)));
    let (status, error) = api.try_post("people", json!({"id": bo, "password": "short"})).await;
    assert_eq!((status, &error["arguments"]), (400, &json!(["password"])));
    assert!(!error.to_string().contains("\"short\""));
}

#[tokio::test]
async fn roles_decide_who_may() {
    let api = Api::new().await;
    api.person("bo").await;
    let lead = json!({"targetName": "lead", "firstName": "L", "lastName": "S",
                      "roles": ["Person Supervisor"]});
    api.post(201, "people", lead).await;
    let (bo, lead) = (api.caller("bo").await, api.caller("lead").await);
    assert_eq!(bo.try_get("people/lead").await.0, 200);
    assert_eq!(bo.delete("people/lead").await.0, 403);
    assert_eq!(bo.try_post("people", json!({"id": "bo", "firstName": "B"})).await.0, 403);
    assert_eq!(lead.try_post("people", json!({"id": "bo", "firstName": "B"})).await.0, 200);
    let crown = json!({"id": "bo", "roles": ["Full Access User"]});
    assert_eq!(lead.try_post("people", crown).await.0, 403);
    assert_eq!(lead.try_post("people", json!({"id": "boss", "firstName": "B"})).await.0, 403);
    assert_eq!(lead.delete("people/boss").await.0, 403);
    assert_eq!(api.directory().person_by_name("boss").unwrap().first_name.as_str(), "Boss");
}

#[tokio::test]
async fn instances_do_not_see_each_other() {
    let acme = Api::new().await;
    let other = acme.instance("other").await;
    let bo = acme.person("bo").await;
    assert_eq!(other.try_get(&format!("people/{bo}")).await.0, 404);
    assert_eq!(other.delete(&format!("people/{bo}")).await.0, 204);
    assert_eq!(column(&other.get("people").await, "/targetName"), ["boss"]);
    other.person("bo").await;
    assert_eq!(id(&acme.get("people/bo").await), bo);
    // What belongs to another instance cannot be referred to.
    let body = json!({"targetName": "x", "supervisors": [bo]});
    assert_eq!(other.try_post("groups", body).await.0, 400);
}
