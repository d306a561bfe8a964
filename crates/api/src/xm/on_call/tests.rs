//! Who is on call, over HTTP.

use serde_json::{Value, json};

use crate::xm::shape::testing::{Api, column};

/// Ops: bo, then cy after 10 minutes, then dana, 08:00 to 16:00 in Oslo every day from 2 March.
async fn ops() -> Api {
    let api = Api::new().await;
    for name in ["bo", "cy", "dana"] {
        api.person(name).await;
    }
    api.group("Pay + Ops").await;
    let body = json!({
        "name": "Days", "timezone": "Europe/Oslo",
        "start": "2026-03-02T07:00:00Z", "end": "2026-03-02T15:00:00Z",
        "recurrence": {"frequency": "DAILY", "repeatEvery": 1, "end": {"endBy": "NEVER"}},
        "members": [
            {"recipient": "bo"},
            {"recipient": "cy", "delay": 10, "escalationType": "Peer"},
            {"recipient": "dana"},
        ],
    });
    api.post(201, "groups/Pay%20%2B%20Ops/shifts", body).await;
    api
}

const GROUP: &str = "groups=Pay+%2B+Ops";

async fn away(api: &Api, member: &str, replacement: Option<&str>, start: &str, end: &str) {
    let kind = if replacement.is_some() { "REPLACEMENT" } else { "VACANCY" };
    let body = json!({"absenceType": kind, "member": member, "replacement": replacement,
                      "start": format!("2026-03-02T{start}Z"),
                      "end": format!("2026-03-02T{end}Z")});
    api.post(201, "temporary-absences", body).await;
}

#[tokio::test]
async fn the_shift_of_the_moment_is_answered_with_working_links() {
    let api = ops().await;
    let page = api.get(&format!("on-call?{GROUP}&membersPerShift=2")).await;
    let (group, entry) = (&page["data"][0]["group"], &page["data"][0]);
    assert_eq!((&page["total"], &group["targetName"]), (&json!(1), &json!("Pay + Ops")));
    assert_eq!(
        (&entry["start"], &entry["end"]),
        (&json!("2026-03-02T07:00:00Z"), &json!("2026-03-02T15:00:00Z"))
    );
    assert_eq!(entry["shift"]["name"], "Days");
    assert!(entry["shift"].get("recurrence").is_none());
    let own = page["links"]["self"].as_str().unwrap();
    assert!(own.contains("&at=2026-03-02T12%3A00%3A00Z&"), "{own}");
    let members = &entry["members"];
    assert_eq!((&members["count"], &members["total"]), (&json!(2), &json!(3)));
    assert_eq!(column(members, "/member/targetName"), ["bo", "cy"]);
    assert_eq!(column(members, "/escalationType"), ["NONE", "PEER"]);
    assert_eq!(
        (&members["data"][1]["position"], &members["data"][1]["delay"]),
        (&json!(2), &json!(10))
    );
    let next = members["links"]["next"].as_str().unwrap();
    let rest = api.get(next.strip_prefix("/api/xm/1/").unwrap()).await;
    assert_eq!(column(&rest, "/member/targetName"), ["dana"]);
    let full = api.get(&format!("on-call?{GROUP}&embed=shift,members.owner")).await;
    assert_eq!(full["data"][0]["shift"]["recurrence"]["frequency"], "DAILY");
    let night = api.get(&format!("on-call?{GROUP}&at=2026-03-02T20:00:00%2B00:00")).await;
    assert_eq!((&night["total"], &night["data"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn a_window_holds_every_occurrence_and_follows_the_wall_clock() {
    let api = ops().await;
    let window = "from=2026-03-28T00:00:00Z&to=2026-03-30T12:00:00Z";
    let page = api.get(&format!("on-call?{GROUP}&{window}")).await;
    // On 29 March Oslo turns its clocks forward: 08:00 there is an hour earlier in UTC.
    let starts = ["2026-03-28T07:00:00Z", "2026-03-29T06:00:00Z", "2026-03-30T06:00:00Z"];
    assert_eq!(column(&page, "/start"), starts);
    let page = api.get(&format!("on-call?{GROUP}&{window}&offset=1&limit=1")).await;
    assert_eq!((column(&page, "/start"), &page["total"]), (vec![starts[1].to_owned()], &json!(3)));
}

#[tokio::test]
async fn absences_cut_the_shift_into_pieces() {
    let api = ops().await;
    api.clock.set("2026-03-02T08:00:00Z".parse().unwrap());
    away(&api, "bo", Some("dana"), "09:00:00", "12:00:00").await;
    away(&api, "dana", None, "10:00:00", "11:00:00").await;
    let page = api.get(&format!("on-call?{GROUP}")).await;
    let bo = &page["data"][0]["members"]["data"][0];
    assert_eq!(bo["member"]["targetName"], "bo");
    let pieces = &bo["replacements"];
    assert_eq!(column(pieces, "/replacement/targetName"), ["dana", "dana"]);
    assert_eq!(column(pieces, "/start"), ["2026-03-02T09:00:00Z", "2026-03-02T11:00:00Z"]);
    assert_eq!(column(pieces, "/end"), ["2026-03-02T10:00:00Z", "2026-03-02T12:00:00Z"]);
    let gap = json!([{"start": "2026-03-02T10:00:00Z", "end": "2026-03-02T11:00:00Z"}]);
    assert_eq!(bo["vacancies"], gap);
    let cy = &page["data"][0]["members"]["data"][1];
    assert_eq!((&cy["replacements"]["total"], cy.get("vacancies")), (&json!(0), None));
}

#[tokio::test]
async fn the_summary_is_a_bare_array_of_who_is_there() {
    let api = ops().await;
    away(&api, "bo", Some("boss"), "11:00:00", "13:00:00").await;
    away(&api, "dana", None, "11:00:00", "13:00:00").await;
    let lines = api.get(&format!("on-call-summary?{GROUP}")).await;
    let lines = lines.as_array().unwrap();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let first = &lines[0];
    assert_eq!(first["recipient"]["displayName"], "Boss Sample");
    assert_eq!(first["absence"]["targetName"], "bo");
    assert_eq!(
        (&first["group"]["name"], &first["escalationLevel"]),
        (&json!("Pay + Ops"), &json!(1))
    );
    assert_eq!(
        (&lines[1]["recipient"]["targetName"], &lines[1]["escalationLevel"]),
        (&json!("cy"), &json!(2))
    );
    let primary = api.get(&format!("on-call-summary?{GROUP}&escalationOrder=PRIMARY")).await;
    assert_eq!(primary.as_array().map(Vec::len), Some(1));
    let later = api.get(&format!("on-call-summary?{GROUP}&at=2026-03-02T13:00:00Z")).await;
    let names: Vec<&Value> =
        later.as_array().unwrap().iter().map(|l| &l["recipient"]["targetName"]).collect();
    assert_eq!(names, ["bo", "cy", "dana"]);
}

#[tokio::test]
async fn wrong_questions_name_the_parameter() {
    let api = ops().await;
    let many = vec!["Ops"; 31].join(",");
    for (query, parameter) in [
        (String::new(), "groups"),
        (format!("groups={many}"), "groups"),
        (format!("{GROUP}&from=2026-03-01T00:00:00Z"), "to"),
        (format!("{GROUP}&from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z"), "to"),
        (format!("{GROUP}&from=2026-03-02T00:00:00Z&to=2028-03-02T00:00:00Z"), "to"),
        (format!("{GROUP}&at=soon"), "at"),
        (format!("{GROUP}&membersPerShift=101"), "membersPerShift"),
        ("groups=Nothing".to_owned(), "Nothing"),
    ] {
        let (status, error) = api.try_get(&format!("on-call?{query}")).await;
        assert_eq!((status, &error["arguments"][0]), (400, &json!(parameter)), "{query}: {error}");
    }
}
