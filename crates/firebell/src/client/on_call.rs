//! `oncall`: who is on call, through which shift, until when, and who comes after.

use firebell_base::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::http::Http;
use super::{list, number, person_name, text};
use crate::Context;
use crate::cli::OnCallArgs;
use crate::failure::Failure;
use crate::output::{Output, Style, clean};

/// Groups in one request (the API takes no more).
const GROUPS_MAX: usize = 30;
/// Members of a shift that are shown.
const MEMBERS: &str = "100";

/// Runs the command.
pub(crate) async fn run(context: &Context, args: OnCallArgs) -> Result<(), Failure> {
    let http = Http::connect(&args.connection)?;
    let at = args.at.unwrap_or_else(|| context.clock.now());
    for group in &args.groups {
        // The schedule of a group that does not exist would look like nobody being on call.
        http.get(&["api", "xm", "1", "groups", group], &[]).await?;
    }
    let entries = entries(&http, &args.groups, at).await?;
    let object = json!({"at": at.to_string(), "onCall": entries});
    context.out.either(&object, |out| {
        if entries.is_empty() {
            out.note(&format!("Nobody is on call at {at}."));
        }
        for entry in &entries {
            print(out, entry);
        }
    });
    Ok(())
}

/// The shifts in force at an instant; of all groups when none is named.
pub(crate) async fn entries(
    http: &Http,
    groups: &[String],
    at: Timestamp,
) -> Result<Vec<Value>, Failure> {
    let mut groups = groups.to_vec();
    if groups.is_empty() {
        let all = http.all(&["api", "xm", "1", "groups"], &[]).await?;
        let on_call = all.iter().filter(|group| text(group, "groupType") == "ON_CALL");
        groups = on_call.map(|group| text(group, "id").to_owned()).collect();
    }
    let at = at.to_string();
    let mut entries = Vec::new();
    for some in groups.chunks(GROUPS_MAX) {
        let mut query = vec![("at", at.as_str()), ("membersPerShift", MEMBERS), ("embed", "shift")];
        query.extend(some.iter().map(|group| ("groups", group.as_str())));
        entries.extend(http.all(&["api", "xm", "1", "on-call"], &query).await?);
    }
    Ok(entries)
}

/// An instant in a zone, as people read it.
fn local(at: &str, zone: &TimeZone) -> String {
    at.parse::<Timestamp>().map_or_else(
        |_| clean(at),
        |at| at.to_zoned(zone.clone()).strftime("%a %d %b %H:%M").to_string(),
    )
}

/// Prints one shift in force.
pub(crate) fn print(out: &Output, entry: &Value) {
    let zone_name = text(entry, "shift/timezone");
    let zone = TimeZone::get(zone_name).unwrap_or(TimeZone::UTC);
    let zone_name = if zone_name.is_empty() { "UTC" } else { zone_name };
    let group = out.paint(Style::Bold, &clean(text(entry, "group/targetName")));
    let (start, end) = (local(text(entry, "start"), &zone), local(text(entry, "end"), &zone));
    let shift = clean(text(entry, "shift/name"));
    out.line(&format!("{group}  {shift}: {start} to {end} ({})", clean(zone_name)));
    for member in list(entry, "members/data") {
        out.line(&format!("  {}", member_line(out, member, &zone)));
    }
}

/// From when to when.
fn span(piece: &Value, zone: &TimeZone) -> String {
    format!("{} to {}", local(text(piece, "start"), zone), local(text(piece, "end"), zone))
}

fn member_line(out: &Output, member: &Value, zone: &TimeZone) -> String {
    let who = clean(&person_name(member.get("member").unwrap_or(&Value::Null)));
    let position = number(member, "position");
    let delay = number(member, "delay");
    let when = match (position, delay) {
        (..=1, _) | (_, 0) => "at once".to_owned(),
        (_, 1) => "1 minute later".to_owned(),
        (_, minutes) => format!("{minutes} minutes later"),
    };
    let stood_in = list(member, "replacements/data").iter().map(|piece| {
        let who = piece.get("replacement").map(person_name).unwrap_or_default();
        format!("replaced by {} {}", clean(&who), span(piece, zone))
    });
    let vacant = list(member, "vacancies");
    let vacant = vacant.iter().map(|piece| format!("away {}, nobody stands in", span(piece, zone)));
    let pieces: Vec<String> = stood_in.chain(vacant).collect();
    let away = if pieces.is_empty() { String::new() } else { format!(" ({})", pieces.join("; ")) };
    let escalation = match text(member, "escalationType") {
        "" | "NONE" => String::new(),
        kind => format!(", {} escalation", clean(&kind.to_lowercase())),
    };
    let who = out.paint(Style::Cyan, &who);
    format!("{position}. {who}{away}: {when}{escalation}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Color;

    #[test]
    fn members_are_told_with_delay_and_stand_in() {
        let out = Output::new(false, false, Color::Never, true);
        let line = |member: Value| member_line(&out, &member, &TimeZone::UTC);
        let person = |name: &str| json!({"firstName": name, "lastName": "Sample"});
        let (start, end) = ("2026-03-02T09:00:00Z", "2026-03-02T12:00:00Z");
        assert_eq!(
            line(json!({"position": 1, "delay": 0, "escalationType": "NONE",
                "member": person("Ida")})),
            "1. Ida Sample: at once"
        );
        assert_eq!(
            line(
                json!({"position": 2, "delay": 5, "escalationType": "PEER", "member": person("Bo"),
                "replacements": {"data": [
                    {"replacement": person("Kim"), "start": start, "end": end}]}})
            ),
            "2. Bo Sample (replaced by Kim Sample Mon 02 Mar 09:00 to Mon 02 Mar 12:00): \
             5 minutes later, peer escalation"
        );
        assert_eq!(
            line(json!({"position": 1, "delay": 0, "member": person("Bo"),
                "vacancies": [{"start": start, "end": end}]})),
            "1. Bo Sample (away Mon 02 Mar 09:00 to Mon 02 Mar 12:00, nobody stands in): at once"
        );
    }
}
