//! Somebody else for just one turn: from the calendar, in two clicks.

use firebell_testkit::pages::Page;

use super::*;

/// What the form of a story sends as it is shown: the chosen option, and every input.
fn as_shown(page: &Page) -> Vec<(String, String)> {
    let part = page.html.split("class=\"form wide replace\"").nth(1).expect("the form");
    let part = part.split("</form>").next().unwrap();
    let attribute = |tag: &str, name: &str| {
        let rest = tag.split_once(&format!("{name}=\""))?.1;
        Some(rest.split_once('"')?.0.to_owned())
    };
    let mut fields = Vec::new();
    let select = part.split("<select").nth(1).expect("who").split("</select>").next().unwrap();
    let chosen = select.split("<option").find(|tag| tag.contains(" selected")).expect("somebody");
    fields.push((attribute(select, "name").unwrap(), attribute(chosen, "value").unwrap()));
    for tag in part.split("<input").skip(1) {
        let tag = tag.split('>').next().unwrap();
        let value = attribute(tag, "value").unwrap_or_default();
        fields.push((attribute(tag, "name").unwrap(), value));
    }
    fields
}

#[tokio::test]
async fn one_turn_is_given_to_somebody_else_in_two_clicks() {
    let pages = pages().await;
    let group = group_path(&pages, "Payments");
    // The first: the turn of Wednesday, in the drawing and in the table that phones show instead.
    let calendar = pages.get("ada", &group).await;
    let link = calendar.html.split("class=\"turn-link\" href=\"").nth(4).expect("a turn");
    let link = link.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    assert!(calendar.html.matches(&link.replace('&', "&#38;")).count() >= 2, "both lead there");
    let link = link.split('#').next().unwrap();
    let story = pages.get("ada", &format!("{group}{link}")).await;
    story.is(200).says(&["id=\"story\"", "Bo Ek is on call in Always", "Save absence"]);
    // The second: it is saved as it is shown.
    let fields = as_shown(&story);
    let of = |name: &str| {
        let found = fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap()
    };
    assert_eq!((of("who"), of("by")), ("bo", "gil"));
    let sent: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (&**a, &**b)).collect();
    let saved = pages.post("ada", "/absences", &sent).await;
    saved.is(303);
    let directory = pages.directory();
    let absence = directory.absences().next().unwrap();
    assert_eq!(absence.group, Some(group_id(&pages, "Payments")));
    let micros = (absence.start.as_microsecond(), absence.end.as_microsecond());
    assert_eq!(
        (micros.0.to_string(), micros.1.to_string()),
        (of("turn-from").to_owned(), of("turn-to").to_owned()),
        "exactly this turn"
    );
    let after = pages.get("ada", &group).await;
    assert_eq!(after.html.matches("Gil Group for Bo Ek, Gil Group").count(), 1, "and no other");
    // Hand-overs lead to their turns, too.
    let next = after.html.split("id=\"next-title\"").nth(1).expect("hand-overs");
    let next = next.split("</section>").next().unwrap();
    assert_eq!(next.matches("<li><a href=\"?shift=").count(), 2, "to Gil and back: {next}");
}

#[tokio::test]
async fn a_turn_s_fields_that_were_changed_count_as_they_are() {
    let pages = pages().await;
    let group = group_id(&pages, "Payments").to_string();
    let turn = |from: &'static str| {
        [
            ("who", "bo"),
            ("by", "gil"),
            ("from", from),
            ("to", "2026-03-03T08:00"),
            // Half a minute beyond what fields can show.
            ("turn-from", "1772524830000000"),
            ("turn-to", "1772521200000001"),
        ]
    };
    let touched = [&turn("2026-03-02T20:00")[..], &[("group", &*group)]].concat();
    pages.post("ada", "/absences", &touched).await.is(303);
    let directory = pages.directory();
    let absence = directory.absences().next().unwrap();
    assert_eq!(absence.start.to_string(), "2026-03-02T19:00:00Z", "what was typed");
    assert_eq!(absence.end.as_microsecond(), 1_772_521_200_000_001, "what was left alone");
    for odd in ["x", "-", "99999999999999999999999"] {
        let mut fields = touched.clone();
        fields.retain(|(name, _)| !name.starts_with("turn"));
        fields.extend([("turn-from", odd), ("turn-to", odd)]);
        pages.post("ada", "/absences", &fields).await.is(303);
    }
}
