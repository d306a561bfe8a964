//! The page about oneself: who one is here, in which language and zone one reads, and where one is signed in.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_config::{Change, Faults as Wrong};
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::person::{LicenceType, Role};
use firebell_domain::schedule::Zone;
use firebell_domain::session::{Session, SessionId, SessionKind};
use firebell_ui::part::{Badge, Button, Choice, Faults, Field, Notice, Tab, Tabs};
use firebell_ui::visitor::forget;
use firebell_ui::{Answer, Area, Form, Frame, Lang, Say, Shape, Visit, When, page_with, write};

use crate::seen::shown;
use crate::words::WORDS;

/// Sessions that are listed.
const LISTED_MAX: usize = 50;
/// The languages pages are written in, in their own words.
const LANGUAGES: [(Lang, &str); 3] =
    [(Lang::English, "English"), (Lang::German, "Deutsch"), (Lang::Norwegian, "Norsk bokmål")];

#[derive(Debug, Template)]
#[template(path = "account.html")]
struct Page {
    frame: Frame,
    t: Say,
    tabs: Tabs,
    notice: Option<Notice>,
    faults: Faults,
    name: String,
    login: String,
    instance: String,
    roles: String,
    licence: String,
    fields: Vec<Field>,
    sessions: Vec<Line>,
    own: Badge,
    end_others: Option<Button>,
}

/// A session in the list.
#[derive(Debug)]
struct Line {
    agent: String,
    /// "192.0.2.7, ", or nothing.
    from: String,
    began: When,
    own: bool,
    end: Button,
}

/// What was entered about oneself.
struct Entered {
    language: String,
    zone: String,
}

/// The tabs of all pages about oneself; `here` is the path from the root, without its slash.
pub(crate) fn tabs(visit: &Visit, here: &str) -> Tabs {
    let t = visit.say(&WORDS);
    let all = [
        (t.get("web-tab-profile"), "account"),
        (t.get("web-tab-devices"), "account/devices"),
        (t.get("web-tab-keys"), "account/keys"),
        (t.get("web-tab-password"), "account/password"),
    ];
    let tab = |(label, path): (String, &str)| Tab {
        label,
        href: visit.href(path),
        current: path == here,
    };
    Tabs::new(t.get("web-tabs"), all.into_iter().map(tab).collect())
}

/// `GET /account`
pub(crate) async fn show(visit: Visit) -> Response {
    let faults = Faults::new(visit.say(&WORDS));
    laid_out(&visit, StatusCode::OK, &present(&visit), (None, faults))
}

/// `POST /account`
pub(crate) async fn save(visit: Visit, form: Form) -> Answer {
    visit.require(Permission::WriteOwnDevices, &Scope::Person(&visit.person))?;
    let t = visit.say(&WORDS);
    let entered =
        Entered { language: form.text("language").to_owned(), zone: form.text("zone").to_owned() };
    let mut faults = Faults::new(t);
    let known = entered.language == visit.person.language
        || LANGUAGES.iter().any(|(lang, _)| lang.tag() == entered.language);
    if !known {
        faults.add("language", t.get("web-language-unknown"));
    }
    let zone = Zone::parse(&entered.zone);
    if zone.is_err() {
        faults.add("zone", t.get("web-zone-unknown"));
    }
    let (Ok(zone), true) = (zone, faults.is_empty()) else {
        return Ok(laid_out(&visit, StatusCode::UNPROCESSABLE_ENTITY, &entered, (None, faults)));
    };
    let (id, now, language) = (visit.person.id, visit.now, entered.language.clone());
    let asker = visit.asker();
    let decide = move |directory: &Directory| {
        asker.principal(directory)?;
        let person = directory.person(id).ok_or_else(Wrong::default)?;
        let mut person = person.as_ref().clone();
        if person.language != language || person.zone != zone {
            person.language.clone_from(&language);
            person.zone = zone.clone();
            person.updated = now;
        }
        Ok(vec![Change::Put(Entity::Person(person))])
    };
    let author = visit.author("own profile changed");
    match visit.ui.authority.change(visit.claims.instance, &author, now, decide).await {
        Ok(_) => {
            // In the language that was chosen.
            let lang = Lang::of_tag(&entered.language).unwrap_or(visit.lang);
            let text = Say::new(&WORDS, lang).get("web-profile-saved");
            Ok(visit.toast(visit.lead("account"), text))
        }
        Err(error) => {
            let fault = write::fault(&visit, error);
            for (field, message) in fault.fields {
                faults.add(if field == "timezone" { "zone".to_owned() } else { field }, message);
            }
            let notice = Some(Notice::wrong(fault.word, fault.text));
            Ok(laid_out(&visit, fault.status, &entered, (notice, faults)))
        }
    }
}

/// `POST /account/sessions/{session}/end`
pub(crate) async fn end(visit: Visit, Path(session): Path<String>) -> Answer {
    let claims = &visit.claims;
    let sessions = visit.ui.authenticator.sessions();
    let id: Option<SessionId> = session.parse().ok();
    if id == Some(claims.session) {
        sessions.end_of(claims, visit.now);
        let mut response = visit.lead("sign-in");
        forget(&visit.ui, &mut response);
        return Ok(response);
    }
    let ended = id.is_some_and(|id| sessions.end(claims.instance, claims.person, id, visit.now));
    if !ended {
        let t = visit.say(&WORDS);
        let notice = Notice::wrong(t.get("web-no-session"), t.get("web-no-session-text"));
        let notice = notice.link(t.get("web-back-account"), visit.href("account"));
        return Err(visit.notice(StatusCode::NOT_FOUND, notice));
    }
    Ok(visit.lead("account"))
}

/// `POST /account/end-others`
pub(crate) async fn end_others(visit: Visit) -> Response {
    let sessions = visit.ui.authenticator.sessions();
    let own = sessions.session_of(&visit.claims);
    sessions.end_others(&own, visit.now);
    visit.lead("account")
}

fn present(visit: &Visit) -> Entered {
    let person = &visit.person;
    Entered { language: person.language.clone(), zone: person.zone.name().to_owned() }
}

fn laid_out(
    visit: &Visit,
    status: StatusCode,
    entered: &Entered,
    (notice, faults): (Option<Notice>, Faults),
) -> Response {
    let Visit { person, directory, .. } = visit;
    let t = visit.say(&WORDS);
    let sessions = sessions(visit);
    let more = sessions.len() > 1;
    let end_others = Button::post(t.get("web-end-others"), visit.href("account/end-others"));
    let set_up = crate::checklist::is_open(visit);
    let notice = notice.or_else(|| {
        let notice = set_up.then(|| Notice::info(t.get("web-set-up-more"), ""));
        notice.map(|one| one.link(t.get("web-set-up-link"), visit.href("start/checklist")))
    });
    let page = Page {
        frame: visit.frame(t.get("web-account"), Area::Account),
        tabs: tabs(visit, "account"),
        name: shown(&person.display_name()),
        login: shown(person.web_login.as_str()),
        instance: directory.instance.name.to_string(),
        roles: person.roles.iter().copied().map(Role::word).collect::<Vec<_>>().join(", "),
        licence: match person.licence {
            LicenceType::FullUser => t.get("web-licence-full"),
            LicenceType::StakeholderUser => t.get("web-licence-stakeholder"),
        },
        fields: fields(visit, entered, &faults),
        own: Badge::new("ok", Shape::Check, t.get("web-session-own")),
        end_others: more.then_some(end_others),
        sessions,
        notice,
        faults,
        t,
    };
    page_with(status, &page)
}

/// What can be changed about oneself; nothing for those who may not.
fn fields(visit: &Visit, entered: &Entered, faults: &Faults) -> Vec<Field> {
    if !visit.may(Permission::WriteOwnDevices, &Scope::Person(&visit.person)) {
        return Vec::new();
    }
    let t = visit.say(&WORDS);
    let known = LANGUAGES.iter().map(|(lang, name)| (lang.tag().to_owned(), (*name).to_owned()));
    let own = &visit.person.language;
    let other = LANGUAGES.iter().all(|(lang, _)| lang.tag() != own);
    let other = other.then(|| (own.clone(), own.clone()));
    let choices = known.chain(other).map(|(tag, name)| {
        let chosen = tag == entered.language;
        Choice::new(tag, name, chosen)
    });
    vec![
        Field::select("language", t.get("web-language"), choices.collect())
            .hint(t.get("web-language-hint"))
            .error(faults.of("language")),
        Field::zone("zone", t.get("web-zone"))
            .value(&entered.zone)
            .hint(t.get("web-zone-hint"))
            .error(faults.of("zone"))
            .max(100)
            .required(),
    ]
}

fn sessions(visit: &Visit) -> Vec<Line> {
    let (claims, t) = (&visit.claims, visit.say(&WORDS));
    let sessions = visit.ui.authenticator.sessions();
    let mut live = sessions.live(claims.instance, claims.person, visit.now);
    live.truncate(LISTED_MAX);
    if !live.iter().any(|session| session.id == claims.session) {
        // It began in another process, or before this one did.
        live.insert(0, sessions.session_of(claims));
    }
    let line = |session: &Session| {
        let (agent, own) = (agent(t, session), session.id == claims.session);
        let label = if own { t.get("web-sign-out") } else { t.get("web-session-end") };
        let action = visit.href(&format!("account/sessions/{}/end", session.id));
        let what = t.a("web-session-end-of", &[("act", &label), ("agent", &agent)]);
        Line {
            from: if session.address.is_empty() {
                String::new()
            } else {
                format!("{}, ", session.address)
            },
            began: visit.when(session.began),
            own,
            end: Button::post(label, action).small().label(what),
            agent,
        }
    };
    live.iter().map(line).collect()
}

/// A browser and a system in two words, if they are known.
fn agent(t: Say, session: &Session) -> String {
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
        (Some(browser), Some(system), _) => {
            t.a("web-agent", &[("browser", browser), ("system", system)])
        }
        (Some(browser), None, _) => browser.to_owned(),
        (None, _, _) if !text.is_empty() => firebell_domain::name::cut(&shown(text), 60),
        (None, _, SessionKind::Api | SessionKind::ApiBefore) => t.get("web-agent-program"),
        (None, _, SessionKind::Web | SessionKind::WebBefore) => t.get("web-agent-browser"),
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
            let t = crate::words::say(Lang::English);
            agent(
                t,
                &Session {
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
                },
            )
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
