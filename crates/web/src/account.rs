//! The page about oneself: who one is here, and where one is signed in.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use firebell_access::authenticate::{UNCONFIRMED_RETRY, unconfirmed_sign_in};
use firebell_domain::person::{LicenceType, Role};
use firebell_domain::session::{Session, SessionId, SessionKind};

use crate::WebState;
use crate::frame::{Frame, Words, lead_to, respond_in, wrong};
use crate::page::{Headline, respond};
use crate::seen::shown;
use crate::visitor::{SignedIn, Who, forget, who};
use crate::when::{When, when};

/// Sessions that are listed.
const LISTED_MAX: usize = 50;

#[derive(Debug, Template)]
#[template(path = "account.html")]
struct Page {
    frame: Frame,
    name: String,
    login: String,
    instance: String,
    roles: String,
    licence: &'static str,
    sessions: Vec<Line>,
    notice: Option<Headline>,
}

/// A session in the list.
#[derive(Debug)]
struct Line {
    id: String,
    agent: String,
    /// "192.0.2.7, ", or nothing.
    from: String,
    began: When,
    own: bool,
    /// What the button does, for who does not see where it stands.
    label: String,
}

/// `GET /account`
pub(crate) async fn show(State(state): State<WebState>, headers: HeaderMap) -> Response {
    match inside(&state, &headers, "") {
        Ok(signed_in) => respond(StatusCode::OK, &page(&state, &signed_in)),
        Err(response) => *response,
    }
}

/// `POST /account/sessions/{session}/end`
pub(crate) async fn end(
    State(state): State<WebState>,
    Path(session): Path<String>,
    headers: HeaderMap,
) -> Response {
    const ROOT: &str = "../../../";
    let signed_in = match inside(&state, &headers, ROOT) {
        Ok(signed_in) => signed_in,
        Err(response) => return *response,
    };
    let claims = &signed_in.claims;
    let (sessions, now) = (state.authenticator.sessions(), state.clock.now());
    let id: Option<SessionId> = session.parse().ok();
    if id == Some(claims.session) {
        sessions.end_of(claims, now);
        let mut response = lead_to(&format!("{ROOT}sign-in"));
        forget(&state, &mut response);
        return response;
    }
    let ended = id.is_some_and(|id| sessions.end(claims.instance, claims.person, id, now));
    if !ended {
        let text = "It is over already, or was never one of yours.";
        let words = Words::new(Frame::new(ROOT, "No such session"), wrong("No such session", text));
        return words.link("account", "Back").respond(StatusCode::NOT_FOUND);
    }
    lead_to(&format!("{ROOT}account"))
}

/// `POST /account/end-others`
pub(crate) async fn end_others(State(state): State<WebState>, headers: HeaderMap) -> Response {
    let signed_in = match inside(&state, &headers, "../") {
        Ok(signed_in) => signed_in,
        Err(response) => return *response,
    };
    let sessions = state.authenticator.sessions();
    let own = sessions.session_of(&signed_in.claims);
    sessions.end_others(&own, state.clock.now());
    lead_to("../account")
}

/// Whoever is signed in; the others are led to where they can sign in.
pub(crate) fn inside(
    state: &WebState,
    headers: &HeaderMap,
    root: &'static str,
) -> Result<Box<SignedIn>, Box<Response>> {
    match who(state, headers) {
        Who::In(signed_in) => Ok(signed_in),
        Who::Nobody => {
            let mut response = lead_to(&format!("{root}sign-in?next=/account"));
            forget(state, &mut response);
            Err(Box::new(response))
        }
        Who::Unconfirmed => {
            let notice = wrong("Not sure just now", unconfirmed_sign_in());
            let words = Words::new(Frame::new(root, "Not sure just now"), notice);
            let status = StatusCode::SERVICE_UNAVAILABLE;
            Err(Box::new(respond_in(status, &words, Some(UNCONFIRMED_RETRY))))
        }
    }
}

fn page(state: &WebState, signed_in: &SignedIn) -> Page {
    let SignedIn { claims, directory, person } = signed_in;
    let now = state.clock.now();
    let sessions = state.authenticator.sessions();
    let mut live = sessions.live(claims.instance, claims.person, now);
    live.truncate(LISTED_MAX);
    if !live.iter().any(|session| session.id == claims.session) {
        // It began in another process, or before this one did.
        live.insert(0, sessions.session_of(claims));
    }
    let line = |session: &Session| {
        let agent = agent(session);
        Line {
            id: session.id.to_string(),
            from: if session.address.is_empty() {
                String::new()
            } else {
                format!("{}, ", session.address)
            },
            began: when(session.began, now, &person.zone),
            own: session.id == claims.session,
            label: format!("End the session of {agent}"),
            agent,
        }
    };
    let name = shown(&person.display_name());
    Page {
        frame: Frame { who: Some(name.clone()), ..Frame::new("", "Your account") },
        name,
        login: shown(person.web_login.as_str()),
        instance: directory.instance.name.to_string(),
        roles: person.roles.iter().copied().map(Role::word).collect::<Vec<_>>().join(", "),
        licence: match person.licence {
            LicenceType::FullUser => "Full user",
            LicenceType::StakeholderUser => "Stakeholder: is told, does not answer",
        },
        sessions: live.iter().map(line).collect(),
        notice: None,
    }
}

/// A browser and a system in two words, if they are known.
fn agent(session: &Session) -> String {
    let text = session.agent.as_str();
    let first = |words: &[(&str, &'static str)]| {
        words.iter().find(|(mark, _)| text.contains(mark)).map(|(_, word)| *word)
    };
    // In this order: most call themselves by the names of others too.
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system, session.kind) {
        (Some(browser), Some(system), _) => format!("{browser} on {system}"),
        (Some(browser), None, _) => browser.to_owned(),
        (None, _, _) if !text.is_empty() => firebell_domain::name::cut(&shown(text), 60),
        (None, _, SessionKind::Api | SessionKind::ApiBefore) => "A program".to_owned(),
        (None, _, SessionKind::Web | SessionKind::WebBefore) => "A browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use firebell_base::{Id, Timestamp};
    use firebell_domain::instance::InstanceNo;

    use super::*;

    #[test]
    fn browsers_have_short_names() {
        let named = |text: &str, kind| {
            agent(&Session {
                instance: InstanceNo(1),
                id: Id::from_bytes([1; 16]),
                kind,
                person: Id::from_bytes([2; 16]),
                began: Timestamp::UNIX_EPOCH,
                expires: Timestamp::UNIX_EPOCH,
                address: String::new(),
                agent: text.to_owned(),
                generation: 0,
                rotated: Timestamp::UNIX_EPOCH,
                ended: None,
            })
        };
        for (text, expected) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 \
                 Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 \
                 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            ("curl/8.5.0", "curl/8.5.0"),
            ("", "A browser"),
        ] {
            assert_eq!(named(text, SessionKind::Web), expected);
        }
        assert_eq!(named("", SessionKind::Api), "A program");
    }
}
