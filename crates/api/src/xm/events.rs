//! Events as xMatters calls them: our alerts, with what was sent about them.
//!
//! Events are made by intake only; here they are read, and their status is changed. The states of
//! an alert map onto xMatters' words so: open and acknowledged are `ACTIVE`, suspended is
//! `SUSPENDED`, run out of time is `TERMINATED`, ended by anybody is `TERMINATED_EXTERNAL`.
//!
//! A filter that we do not have is refused by name: a client that believes its filter worked would
//! act on the wrong events.

use axum::extract::{Path, State};
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_domain::alert::{Alert, Priority, State as AlertState};
use firebell_domain::event::RequestId;
use firebell_domain::instance::InstanceNo;
use firebell_domain::notification::Notification;
use firebell_pipeline::respond::StateChange;
use firebell_store::alert_list::{self, Filter};
use firebell_store::{Error, ReadTx, alerts, deliveries, notifications, responses};
use http::StatusCode;

use crate::body::Body;
use crate::caller::Caller;
use crate::error::{ApiError, json_response, ok};
use crate::page::{Page, Query, envelope};
use crate::routes::{Route, route};
use crate::state::ApiState;
use crate::time::time_in;
use crate::xm::shape::input::Input;

mod deliver;
mod shape;

pub(crate) use shape::{option, properties};

/// The most notifications, deliveries and responses of one alert that are read.
pub(crate) const PARTS_MAX: i64 = 20_000;
/// The fewest characters of a search.
const SEARCH_CHARS_MIN: usize = 2;
/// Filters of `GET /events` that are not supported.
const UNSUPPORTED: &[&str] = &[
    "propertyName",
    "propertyValue",
    "propertyValueOperator",
    "plan",
    "form",
    "incidentId",
    "submitter",
    "submitterid",
    "resolvedUsers",
    "targetedRecipients",
    "at",
];

/// What can be asked for with `POST /events`.
const CHANGES: &[(StateChange, &str)] = &[
    (StateChange::Resume, "ACTIVE"),
    (StateChange::Suspend, "SUSPENDED"),
    (StateChange::End, "TERMINATED"),
];

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/xm/1/events" => list, "List events, newest first.").query(&[
        "status",
        "priority",
        "requestId",
        "from",
        "to",
        "search",
        "eventType",
        "sortBy",
        "sortOrder",
        "embed",
        "offset",
        "limit",
    ]),
    route!(POST "/api/xm/1/events" => change_status, "Suspend, resume or terminate an event.")
        .fields(&["id*", "status*"])
        .ok(202),
    route!(GET "/api/xm/1/events/{event}" => get, "One event, by UUID or number.")
        .query(&["embed", "targeted"]),
    route!(GET "/api/xm/1/events/{event}/recipients" => recipients,
        "Whom an event was sent to.")
    .query(&["targeted", "offset", "limit"]),
    route!(GET "/api/xm/1/events/{event}/user-deliveries" => user_deliveries,
        "What was sent to each person, and what they answered.")
    .query(&["deliveryStatus", "sortOrder", "offset", "limit"]),
];

/// The alert a path or body names: by UUID, or by its number.
async fn known_alert(state: &ApiState, caller: &Caller, text: &str) -> Result<Alert, ApiError> {
    find_alert(state, caller, text).await?.ok_or_else(|| ApiError::not_found("event", text))
}

/// The same, for those who have another word for it.
pub(crate) async fn find_alert(
    state: &ApiState,
    caller: &Caller,
    text: &str,
) -> Result<Option<Alert>, ApiError> {
    let no = caller.directory.instance.no;
    let named = text.trim().to_owned();
    let found = state
        .db
        .read("api.alert", move |tx| match (named.parse(), named.parse()) {
            (Ok(id), _) => alerts::get(tx, no, id),
            (Err(_), Ok(number)) => alerts::by_number(tx, no, number),
            (Err(_), Err(_)) => Ok(None),
        })
        .await;
    found.map_err(|error: Error| ApiError::from(error))
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadAlerts, Scope::Instance)?;
    let page = Page::of(&query)?;
    query.refuse(UNSUPPORTED)?;
    let wanted = Wanted::read(&query)?;
    let no = caller.directory.instance.no;
    let read = move |tx: &mut ReadTx<'_>| {
        if wanted.nothing { Ok((Vec::new(), 0)) } else { wanted.find(tx, no, page) }
    };
    let embeds = shape::Embeds::of(&query);
    let make = move |(found, total): (Vec<Alert>, usize)| {
        let data = found.iter().map(|a| shape::event(&caller.directory, a, embeds, &[])).collect();
        ok(&envelope("/api/xm/1/events", &query, page, total, data))
    };
    state.list("api.events", read, make).await
}

/// What a list is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    filter: Filter,
    request: Option<RequestId>,
    ascending: bool,
    /// Of a kind that does not exist here.
    nothing: bool,
}

impl Wanted {
    fn read(query: &Query) -> Result<Self, ApiError> {
        let states = statuses(&query.words("status"))?;
        Self::with_states(query, states)
    }

    /// The filters that both of our APIs have, with the states one of them understood.
    pub(crate) fn with_states(
        query: &Query,
        states: Option<(AlertState, AlertState)>,
    ) -> Result<Self, ApiError> {
        let request = match query.get("requestId") {
            None => None,
            Some(text) => Some(text.parse().map_err(|_| {
                ApiError::field("requestId", "must be the UUID a trigger answered.")
            })?),
        };
        Ok(Self {
            filter: Filter {
                states,
                priority: priority(&query.words("priority"))?,
                from: time_in(query, "from")?,
                to: time_in(query, "to")?,
                text: search(query)?,
            },
            request,
            ascending: is_ascending(query)?,
            nothing: is_system(query)?,
        })
    }

    /// A page of what matches, and how many match.
    pub(crate) fn find(
        &self,
        tx: &mut ReadTx<'_>,
        no: InstanceNo,
        page: Page,
    ) -> Result<(Vec<Alert>, usize), Error> {
        let count = |n: i64| usize::try_from(n).unwrap_or(0);
        if let Some(request) = self.request {
            let mut all = alert_list::by_request(tx, no, request)?;
            all.retain(|alert| self.matches(alert));
            if self.ascending {
                all.reverse();
            }
            return Ok((page.cut(all.iter().cloned()), all.len()));
        }
        let (limit, offset) = page.bounds();
        if !self.ascending {
            let (alerts, total) = alert_list::list(tx, no, &self.filter, limit, offset)?;
            return Ok((alerts, count(total)));
        }
        // Lists come newest first: the oldest are at their end.
        let (_, total) = alert_list::list(tx, no, &self.filter, 1, 0)?;
        let until = total.saturating_sub(offset);
        let start = until.saturating_sub(limit).max(0);
        if until <= 0 {
            return Ok((Vec::new(), count(total)));
        }
        let (mut alerts, _) = alert_list::list(tx, no, &self.filter, until - start, start)?;
        alerts.reverse();
        Ok((alerts, count(total)))
    }

    fn matches(&self, alert: &Alert) -> bool {
        let filter = &self.filter;
        let text = filter.text.as_ref().map(|text| text.to_lowercase());
        filter.states.is_none_or(|(from, to)| from <= alert.state && alert.state <= to)
            && filter.priority.is_none_or(|priority| priority == alert.priority)
            && filter.from.is_none_or(|from| from <= alert.created)
            && filter.to.is_none_or(|to| alert.created < to)
            && text.is_none_or(|text| alert.summary.to_lowercase().contains(&text))
    }
}

fn statuses(words: &[String]) -> Result<Option<(AlertState, AlertState)>, ApiError> {
    let (mut active, mut suspended, mut terminated) = (false, false, false);
    for word in words {
        match word.to_uppercase().as_str() {
            "ACTIVE" => active = true,
            "SUSPENDED" => suspended = true,
            "TERMINATED" => terminated = true,
            _ => return Err(ApiError::not_one_of("status", word, "ACTIVE, SUSPENDED, TERMINATED")),
        }
    }
    Ok(match (active, suspended, terminated) {
        (false, false, false) | (true, true, true) => None,
        (true, false, false) => Some((AlertState::Open, AlertState::Acknowledged)),
        (true, true, false) => Some((AlertState::Open, AlertState::Suspended)),
        (false, true, false) => Some((AlertState::Suspended, AlertState::Suspended)),
        (false, true, true) => Some((AlertState::Suspended, AlertState::Closed)),
        (false, false, true) => Some((AlertState::Closed, AlertState::Closed)),
        (true, false, true) => {
            let rule = "cannot be ACTIVE and TERMINATED without SUSPENDED; ask twice.";
            return Err(ApiError::field("status", rule));
        }
    })
}

fn priority(words: &[String]) -> Result<Option<Priority>, ApiError> {
    let read = |word: &String| {
        Priority::from_word(word)
            .ok_or_else(|| ApiError::not_one_of("priority", word, "LOW, MEDIUM, HIGH"))
    };
    let mut all = words.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    all.sort();
    all.dedup();
    match all.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        all if all.len() == Priority::ALL.len() => Ok(None),
        _ => Err(ApiError::field("priority", "can be one of LOW, MEDIUM, HIGH at a time.")),
    }
}

fn search(query: &Query) -> Result<Option<String>, ApiError> {
    let Some(text) = query.get("search") else { return Ok(None) };
    if text.chars().count() < SEARCH_CHARS_MIN {
        let rule = format!("must have at least {SEARCH_CHARS_MIN} characters.");
        return Err(ApiError::field("search", rule));
    }
    if text.split_whitespace().count() > 1 {
        return Err(ApiError::field("search", "takes one word here, without spaces."));
    }
    match query.words("fields").iter().find(|field| !field.eq_ignore_ascii_case("name")) {
        None => Ok(Some(text)),
        Some(other) => Err(ApiError::not_one_of("fields", other, "NAME")),
    }
}

fn is_ascending(query: &Query) -> Result<bool, ApiError> {
    if let Some(by) = query.get("sortBy")
        && !["EVENT_ID", "START_TIME"].contains(&by.to_uppercase().as_str())
    {
        return Err(ApiError::not_one_of("sortBy", &by, "EVENT_ID, START_TIME"));
    }
    match query.get("sortOrder").map(|order| order.to_uppercase()).as_deref() {
        None | Some("DESCENDING") => Ok(false),
        Some("ASCENDING") => Ok(true),
        Some(other) => Err(ApiError::not_one_of("sortOrder", other, "ASCENDING, DESCENDING")),
    }
}

/// Whether only events that the system itself makes are wanted: there are none.
fn is_system(query: &Query) -> Result<bool, ApiError> {
    let mut system = false;
    for word in query.words("eventType") {
        match word.to_uppercase().as_str() {
            "USER" => return Ok(false),
            "SYSTEM" => system = true,
            _ => return Err(ApiError::not_one_of("eventType", &word, "USER, SYSTEM")),
        }
    }
    Ok(system)
}

async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Path(event): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadAlerts, Scope::Instance)?;
    let targeted = query.flag("targeted")?;
    let alert = known_alert(&state, &caller, &event).await?;
    let mut embeds = shape::Embeds::of(&query);
    if !query.has("embed") && targeted.is_none() {
        embeds = shape::Embeds { options: true, targeted: true, ..embeds };
    }
    if let (Some(targeted), true) = (targeted, embeds.resolved || embeds.targeted) {
        embeds = shape::Embeds { targeted, resolved: !targeted, ..embeds };
    }
    let sent = if embeds.resolved || embeds.targeted {
        sent(&state, &caller, &alert).await?
    } else {
        Vec::new()
    };
    Ok(ok(&shape::event(&caller.directory, &alert, embeds, &sent)))
}

async fn sent(
    state: &ApiState,
    caller: &Caller,
    alert: &Alert,
) -> Result<Vec<Notification>, ApiError> {
    let (no, id) = (caller.directory.instance.no, alert.id);
    let read = move |tx: &mut ReadTx<'_>| notifications::of_alert(tx, no, id, PARTS_MAX);
    state.db.read("api.notifications", read).await.map_err(|error: Error| error.into())
}

async fn recipients(
    State(state): State<ApiState>,
    caller: Caller,
    Path(event): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadAlerts, Scope::Instance)?;
    let page = Page::of(&query)?;
    let targeted = query.flag("targeted")?.unwrap_or(false);
    let alert = known_alert(&state, &caller, &event).await?;
    let sent = sent(&state, &caller, &alert).await?;
    let all = shape::recipients(&caller.directory, &sent, targeted);
    let path = format!("/api/xm/1/events/{}/recipients", alert.id);
    let total = all.len();
    Ok(ok(&envelope(&path, &query, page, total, page.cut(all))))
}

async fn user_deliveries(
    State(state): State<ApiState>,
    caller: Caller,
    Path(event): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadAlerts, Scope::Instance)?;
    let page = Page::of(&query)?;
    let ascending = !query.has("sortOrder") || is_ascending(&query)?;
    let statuses = deliver::statuses(&query.words("deliveryStatus"))?;
    let alert = known_alert(&state, &caller, &event).await?;
    let (no, id) = (caller.directory.instance.no, alert.id);
    let read = move |tx: &mut ReadTx<'_>| {
        Ok(deliver::Sent {
            notifications: notifications::of_alert(tx, no, id, PARTS_MAX)?,
            deliveries: deliveries::of_alert(tx, no, id, PARTS_MAX)?,
            responses: responses::of_alert(tx, no, id, PARTS_MAX)?,
        })
    };
    // A broadcast tells thousands: only the page is shaped.
    let make = move |sent: deliver::Sent| {
        let index = deliver::Index::of(&sent);
        let mut all = index.by_person(&caller.directory, &statuses);
        if !ascending {
            all.reverse();
        }
        let path = format!("/api/xm/1/events/{}/user-deliveries", alert.id);
        let one = |told| deliver::delivery(&caller.directory, &alert, &index, told);
        let data = page.cut(&all).into_iter().map(one).collect();
        ok(&envelope(&path, &query, page, all.len(), data))
    };
    state.list("api.user_deliveries", read, make).await
}

async fn change_status(
    State(state): State<ApiState>,
    caller: Caller,
    body: Body,
) -> Result<Response, ApiError> {
    caller.require(Permission::ChangeAlert, Scope::Instance)?;
    let mut input = Input::new("event", body.object());
    let id = input.text_or_number("id").given();
    let id = input.require("id", id);
    let change = input.word("status", CHANGES).given();
    let change = input.require("status", change);
    let (id, change) = input.finish_with(id.zip(change))?;
    let alert = known_alert(&state, &caller, &id).await?;
    let no = caller.directory.instance.no;
    let by = caller.principal.person;
    let (alert, changed) = state.responder.change_state(no, alert.id, change, by).await?;
    let status = if changed { StatusCode::ACCEPTED } else { StatusCode::OK };
    let embeds = shape::Embeds::default();
    Ok(json_response(status, &shape::event(&caller.directory, &alert, embeds, &[])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn statuses_are_ranges_of_states() {
        use AlertState::{Acknowledged, Closed, Open, Suspended};
        for (list, range) in [
            (&[][..], None),
            (&["active"][..], Some((Open, Acknowledged))),
            (&["ACTIVE", "SUSPENDED"][..], Some((Open, Suspended))),
            (&["TERMINATED"][..], Some((Closed, Closed))),
            (&["TERMINATED", "SUSPENDED", "ACTIVE"][..], None),
        ] {
            assert_eq!(statuses(&words(list)), Ok(range), "{list:?}");
        }
        assert_eq!(statuses(&words(&["OPEN"])).unwrap_err().arguments[..2], ["status", "OPEN"]);
        assert!(statuses(&words(&["ACTIVE", "TERMINATED"])).is_err());
    }

    #[test]
    fn what_cannot_be_filtered_is_refused_by_name() {
        let wanted = |raw: &str| Wanted::read(&Query::parse(raw).unwrap());
        assert!(wanted("search=disk&fields=NAME&sortBy=START_TIME&sortOrder=ascending").is_ok());
        for (raw, name) in [
            ("priority=URGENT", "priority"),
            ("priority=LOW,HIGH", "priority"),
            ("search=a", "search"),
            ("search=a+b", "search"),
            ("search=disk&fields=recipients", "fields"),
            ("sortBy=NAME", "sortBy"),
            ("sortOrder=up", "sortOrder"),
            ("from=now", "from"),
            ("requestId=1", "requestId"),
            ("eventType=OTHER", "eventType"),
        ] {
            assert_eq!(wanted(raw).unwrap_err().arguments[0], name, "{raw}");
        }
        assert!(wanted("eventType=SYSTEM").unwrap().nothing);
    }
}
