//! The pages to sign in and out. Every sign-in begins a new session, and ends the one the browser
//! had: nobody can be given a session that somebody else knows.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use firebell_access::authenticate::{Login, Prepared, UNCONFIRMED_RETRY};
use firebell_access::{AuthError, Permission, Principal, Scope, Via, allows};
use firebell_base::Secret;
use firebell_domain::directory::Directory;
use firebell_domain::name::cut;
use firebell_ui::part::{Field, Notice};
use firebell_ui::visitor::{Place, Who, client, forget, keep, place, presented, visitor, who};
use firebell_ui::{FORM_BYTES_MAX, Form, Kept, Query, Say, TooLarge, Ui, read_form};

use crate::kept;
use crate::outside::{Outside, Words, lead_to, respond_in};

/// Where people go who said nothing else.
const HOME: &str = "alerts";
/// Where people go who may not see that.
const ACCOUNT: &str = "account";
/// Characters of the place to go to afterwards.
const NEXT_CHARS_MAX: usize = 500;
/// The largest form of these pages, in bytes, unless entries are kept with it.
const SIGN_IN_BYTES_MAX: usize = 16 * 1024;
/// The largest form with entries that are kept: what a page takes, and the names' prefixes.
const KEPT_BYTES_MAX: usize = 2 * FORM_BYTES_MAX;

#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
struct Page {
    outside: Outside,
    fields: Vec<Field>,
    kept: Vec<(String, String)>,
    notice: Option<Notice>,
}

/// Why a form was not taken: what is said, the status, and when to come again.
pub(crate) struct Trouble {
    pub(crate) notice: Notice,
    pub(crate) status: StatusCode,
    pub(crate) wait: Option<Duration>,
}

impl Trouble {
    pub(crate) const fn new(status: StatusCode, notice: Notice) -> Self {
        Self { notice, status, wait: None }
    }

    /// Nobody can do it just now.
    pub(crate) const fn later(notice: Notice, wait: Duration) -> Self {
        Self { notice, status: StatusCode::SERVICE_UNAVAILABLE, wait: Some(wait) }
    }

    /// The passwords of others are being verified.
    pub(crate) fn busy(t: Say) -> Self {
        let notice = Notice::wrong(t.get("web-busy"), t.get("web-busy-text"));
        Self::later(notice, Duration::from_secs(1))
    }

    /// Whether somebody may sign in cannot be said for sure.
    fn unsure(t: Say) -> Self {
        let notice = Notice::wrong(t.get("web-not-sure"), t.get("web-not-sure-sign-in"));
        Self::later(notice, UNCONFIRMED_RETRY)
    }

    /// The instance that was named cannot be used.
    pub(crate) fn nowhere(t: Say, state: &Ui, place: Place) -> Self {
        let name = match place {
            Place::Unknown(name) => cut(&name, 100),
            Place::Ask => {
                let notice = Notice::wrong(t.get("web-which"), t.get("web-which-text"));
                return Self::new(StatusCode::BAD_REQUEST, notice);
            }
            Place::None | Place::Is(_) => String::new(),
        };
        if !state.authenticator.is_confirmed() {
            let text = t.a("web-not-sure-instance", &[("name", &name)]);
            return Self::later(Notice::wrong(t.get("web-not-sure"), text), UNCONFIRMED_RETRY);
        }
        let notice = if name.is_empty() {
            let notice = Notice::wrong(t.get("web-no-instance"), t.get("web-no-instance-yet"));
            notice.link(t.get("web-set-up"), "start")
        } else {
            let text = t.a("web-no-instance-text", &[("name", &name)]);
            Notice::wrong(t.get("web-no-instance"), text)
        };
        Self::new(StatusCode::NOT_FOUND, notice)
    }

    /// Somebody was not let in.
    pub(crate) fn refused(t: Say, state: &Ui, error: &AuthError) -> Self {
        match error {
            AuthError::LockedOut { retry_after } => {
                let text = t.n("web-too-many-text", retry_after.as_secs());
                Self {
                    notice: Notice::wrong(t.get("web-too-many"), text),
                    status: StatusCode::TOO_MANY_REQUESTS,
                    wait: Some(*retry_after),
                }
            }
            _ if !state.authenticator.is_confirmed() => Self::unsure(t),
            AuthError::Wrong | AuthError::Missing | AuthError::Malformed => {
                let notice = Notice::wrong(t.get("web-not-in"), t.get("web-not-in-text"));
                Self::new(StatusCode::FORBIDDEN, notice)
            }
        }
    }
}

/// `GET /sign-in`
pub(crate) async fn show(State(state): State<Ui>, query: Query, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let asked = Entered::asked(&query);
    match who(&state, &parts.headers) {
        Who::In(visitor) => lead_to(&target(asked.next.as_deref(), &visitor.principal)),
        Who::Nobody => form_page(&state, &parts, &asked, None),
        Who::Unconfirmed => {
            let trouble = Trouble::unsure(crate::words::for_visitor(&parts.headers));
            form_page(&state, &parts, &asked, Some(trouble))
        }
    }
}

/// `POST /sign-in`
pub(crate) async fn enter(State(state): State<Ui>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let t = crate::words::for_visitor(&parts.headers);
    let form = match read_form(body, KEPT_BYTES_MAX).await {
        Ok(form) if Kept::of(&form).is_some() || size(&form) <= SIGN_IN_BYTES_MAX => form,
        Ok(_) | Err(TooLarge) => {
            return form_page(&state, &parts, &Entered::default(), Some(too_much(t)));
        }
    };
    let entered = Entered::of(&form);
    match admit(&state, &parts, &form, &entered).await {
        Ok((directory, principal)) => begin(&state, &parts, &entered, &directory, &principal),
        Err(trouble) => form_page(&state, &parts, &entered, Some(trouble)),
    }
}

/// What came with a form, to be shown again: never the password.
#[derive(Default)]
struct Entered {
    instance: String,
    login: String,
    next: Option<String>,
    kept: Option<Kept>,
}

impl Entered {
    fn of(form: &Form) -> Self {
        let text = |name| cut(form.text(name), 200);
        let (instance, login) = (text("instance"), text("login"));
        Self { instance, login, next: safe(form.text("next")), kept: Kept::of(form) }
    }

    fn asked(query: &Query) -> Self {
        let text = |name| cut(query.text(name), 200);
        Self {
            instance: text("instance"),
            login: text("login"),
            next: safe(query.text("next")),
            kept: None,
        }
    }

    fn instance(&self) -> Option<&str> {
        Some(self.instance.as_str()).filter(|name| !name.is_empty())
    }
}

/// Reads a form of these pages.
pub(crate) async fn read(t: Say, body: Body) -> Result<Form, Trouble> {
    read_form(body, SIGN_IN_BYTES_MAX).await.map_err(|TooLarge| too_much(t))
}

fn too_much(t: Say) -> Trouble {
    let notice = Notice::wrong(t.get("web-too-much"), t.get("web-too-much-text"));
    Trouble::new(StatusCode::PAYLOAD_TOO_LARGE, notice)
}

fn size(form: &Form) -> usize {
    form.pairs().iter().map(|(name, value)| name.len() + value.len() + 2).sum()
}

async fn admit(
    state: &Ui,
    parts: &Parts,
    form: &Form,
    entered: &Entered,
) -> Result<(Arc<Directory>, Principal), Trouble> {
    let t = crate::words::for_visitor(&parts.headers);
    let (user, password) = (form.text("login"), form.raw("password"));
    if user.is_empty() || password.is_empty() {
        let notice = Notice::wrong(t.get("web-missing"), t.get("web-sign-in-missing"));
        return Err(Trouble::new(StatusCode::BAD_REQUEST, notice));
    }
    let directory = match place(state, parts, entered.instance()) {
        Place::Is(directory) => directory,
        other => return Err(Trouble::nowhere(t, state, other)),
    };
    let password = Secret::new(password);
    // How they got in is decided when the session lets them in.
    let login = Login { user, password, via: Via::Basic, client: client(state, parts) };
    match admitted(t, state, &directory, login).await? {
        Ok(principal) => Ok((directory, principal)),
        Err(error) => Err(Trouble::refused(t, state, &error)),
    }
}

/// Whom a name and a password let in, or why nobody.
///
/// # Errors
/// [`Trouble`] if too many are asking.
pub(crate) async fn admitted(
    t: Say,
    state: &Ui,
    directory: &Directory,
    login: Login<'_>,
) -> Result<Result<Principal, AuthError>, Trouble> {
    match state.authenticator.prepare_login(directory, login, state.clock.now()) {
        Ok(Prepared::Done(principal)) => Ok(Ok(principal)),
        Ok(Prepared::Pending(pending)) => {
            let (door, clock) = (Arc::clone(&state.authenticator), state.clock.clone());
            let verified = state.slowly.run(move || door.verify(&pending, clock.now())).await;
            verified.map_err(|_| Trouble::busy(t))
        }
        Err(error) => Ok(Err(error)),
    }
}

fn begin(
    state: &Ui,
    parts: &Parts,
    entered: &Entered,
    directory: &Directory,
    principal: &Principal,
) -> Response {
    let mut response = match &entered.kept {
        Some(kept) => kept::offer(&parts.headers, kept, home(principal)),
        None => lead_to(&target(entered.next.as_deref(), principal)),
    };
    if start_session(state, parts, directory, principal, &mut response) {
        return response;
    }
    let t = crate::words::for_visitor(&parts.headers);
    form_page(state, parts, entered, Some(Trouble::refused(t, state, &AuthError::Wrong)))
}

/// Begins a session in this browser, and ends the ones it had. Says whether one began.
pub(crate) fn start_session(
    state: &Ui,
    parts: &Parts,
    directory: &Directory,
    principal: &Principal,
    response: &mut Response,
) -> bool {
    let (sessions, now) = (state.authenticator.sessions(), state.clock.now());
    let (visitor, person) = (visitor(state, parts), principal.person);
    let Some(begun) = sessions.begin_web(directory, person, visitor, &state.random, now) else {
        return false;
    };
    for old in presented(state, &parts.headers) {
        sessions.end_of(&old, now);
    }
    keep(state, response, &begun.token);
    true
}

/// `GET /sign-out`: asks, because a GET never acts.
pub(crate) async fn ask_out(headers: HeaderMap) -> Response {
    let outside = Outside::new(&headers, "", "web-sign-out-ask");
    let notice = Notice::info(outside.title.clone(), outside.t.get("web-sign-out-text"));
    let words = Words::new(outside, notice).button("web-sign-out", "sign-out");
    words.link("web-stay", HOME).respond(StatusCode::OK)
}

/// `POST /sign-out`
pub(crate) async fn leave(State(state): State<Ui>, headers: HeaderMap) -> Response {
    let now = state.clock.now();
    for claims in presented(&state, &headers) {
        state.authenticator.sessions().end_of(&claims, now);
    }
    let outside = Outside::new(&headers, "", "web-signed-out");
    let notice = Notice::good(outside.title.clone(), outside.t.get("web-signed-out-text"));
    let words = Words::new(outside, notice).link("web-sign-in-again", "sign-in");
    let mut response = words.respond(StatusCode::OK);
    forget(&state, &mut response);
    response
}

/// The page to sign in for somebody whose session was over when they sent a form.
pub(crate) fn keeping(state: &Ui, parts: &Parts, kept: Kept) -> Response {
    let entered = Entered { kept: Some(kept::without_passwords(kept)), ..Entered::default() };
    form_page(state, parts, &entered, None)
}

fn form_page(state: &Ui, parts: &Parts, entered: &Entered, trouble: Option<Trouble>) -> Response {
    let (status, wait) = trouble.as_ref().map_or((StatusCode::OK, None), |t| (t.status, t.wait));
    // What is kept was sent to another page, which may be deeper.
    let levels = parts.uri.path().trim_start_matches('/').matches('/').count();
    let root = "../".repeat(levels);
    let mut outside = Outside::new(&parts.headers, root, "web-sign-in");
    let t = outside.t;
    let (fields, fixed) = fields(t, state, parts, (entered.instance(), &entered.login));
    if let Some(instance) = fixed {
        outside.title = t.a("web-sign-in-to", &[("instance", &instance)]);
    }
    let focus = !entered.login.is_empty();
    let password = Field::password("password", t.get("web-password"))
        .autocomplete("current-password")
        .max(1024)
        .required();
    let mut fields = fields;
    fields.push(if focus { password.autofocus() } else { password });
    fields.extend(entered.next.as_ref().map(|next| Field::hidden("next", next)));
    let notice = trouble.map(|trouble| trouble.notice).or_else(|| {
        let text = entered.kept.as_ref().map(|_| t.get("web-kept"));
        text.map(|text| Notice::info(t.get("web-not-in"), text))
    });
    let kept = entered.kept.as_ref().map(Kept::hidden).unwrap_or_default();
    respond_in(status, &Page { outside, fields, kept, notice }, wait)
}

/// The fields that name who somebody is, and the instance where there is no question which.
pub(crate) fn fields(
    t: Say,
    state: &Ui,
    parts: &Parts,
    (instance, login): (Option<&str>, &str),
) -> (Vec<Field>, Option<String>) {
    let fixed = match (instance, place(state, parts, None)) {
        (None, Place::Is(directory)) => Some(directory.instance.name.to_string()),
        _ => None,
    };
    let ask = fixed.is_none().then(|| {
        Field::text("instance", t.get("web-instance"))
            .value(instance.unwrap_or_default())
            .hint(t.get("web-instance-hint"))
            .autocomplete("organization")
            .mono()
            .max(100)
            .required()
    });
    let user = Field::text("login", t.get("web-login"))
        .value(login)
        .autocomplete("username")
        .with("autocapitalize", "none")
        .with("spellcheck", "false")
        .max(200)
        .required();
    let user = if login.is_empty() && fixed.is_some() { user.autofocus() } else { user };
    (ask.into_iter().chain([user]).collect(), fixed)
}

/// A place on this server to go to: a path, and nothing that a browser takes for another host.
fn safe(next: &str) -> Option<String> {
    let path = next.strip_prefix('/')?;
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '\\' | '"' | '<' | '>' | '\'');
    let is_path = !path.starts_with('/') && next.chars().all(plain);
    (is_path && next.len() <= NEXT_CHARS_MAX).then(|| next.to_owned())
}

/// Where somebody begins.
pub(crate) fn home(principal: &Principal) -> &'static str {
    let may = allows(principal, Permission::ReadAlerts, &Scope::Instance).is_ok();
    if may { HOME } else { ACCOUNT }
}

/// The way there from `/sign-in`.
fn target(next: Option<&str>, principal: &Principal) -> String {
    match next {
        Some(next) if next != "/" => format!(".{next}"),
        _ => home(principal).to_owned(),
    }
}

/// `GET /`: whoever is signed in begins where alerts are; the others sign in, or set up.
pub(crate) async fn root(State(web): State<crate::Web>, headers: HeaderMap) -> Response {
    if let Who::In(visitor) = who(&web.ui, &headers) {
        return lead_to(home(&visitor.principal));
    }
    let empty = web.first_run.is_open() && web.ui.snapshots.all().is_empty();
    if empty { lead_to("start") } else { lead_to("sign-in") }
}

#[cfg(test)]
mod tests {
    use firebell_base::Id;
    use firebell_domain::instance::InstanceNo;
    use firebell_domain::person::{LicenceType, Role};

    use super::*;

    fn somebody(role: Role) -> Principal {
        Principal {
            instance: InstanceNo(1),
            person: Id::from_bytes([1; 16]),
            roles: vec![role],
            licence: LicenceType::FullUser,
            via: Via::Basic,
        }
    }

    #[test]
    fn nobody_is_led_to_another_site() {
        let ann = somebody(Role::StandardUser);
        for (next, expected) in [
            ("/account", Some("./account")),
            ("/alerts?text=a%20b", Some("./alerts?text=a%20b")),
            ("/", Some("alerts")),
            ("//evil.example", None),
            ("/\\evil.example", None),
            ("https://evil.example", None),
            ("javascript:alert(1)", None),
            ("/a\r\nSet-Cookie:x=y", None),
            ("/ø", None),
            ("account", None),
            ("", None),
        ] {
            let safe = safe(next);
            let place = safe.as_deref().map(|next| target(Some(next), &ann));
            assert_eq!(place.as_deref(), expected, "{next:?}");
        }
        assert_eq!(target(None, &ann), "alerts");
        assert_eq!(target(None, &somebody(Role::NoAccessUser)), "account");
        assert_eq!(safe(&format!("/{}", "x".repeat(NEXT_CHARS_MAX))), None);
    }
}
