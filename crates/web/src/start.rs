//! First run: whoever has the token that `serve` printed makes the first instance and its administrator,
//! themselves, and is signed in.
//!
//! The token is checked before anything else is looked at, and given up only when the instance is there. After many
//! wrong ones there is a pause for further wrong ones, which ends by itself (see `access::first_run`). Of two
//! at once one does it: here by the token, across processes by the configuration's authority. Once there is an
//! instance, nobody can do it again, whatever they have.

use std::time::Duration;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use firebell_access::authenticate::UNCONFIRMED_RETRY;
use firebell_access::first_run::{Refused, Taken};
use firebell_access::{Principal, Via, password};
use firebell_base::{Id, Secret, Timestamp};
use firebell_config::{Author, ConfigError, NOT_FIRST};
use firebell_domain::alert::Priority;
use firebell_domain::credential::Password;
use firebell_domain::device::{Address, Device, is_email};
use firebell_domain::directory::Entity;
use firebell_domain::instance::{Region, is_instance_name};
use firebell_domain::name::Name;
use firebell_domain::person::{LicenceType, Person, PersonId, Role, Status};
use firebell_domain::property::Properties;
use firebell_domain::schedule::Zone;
use firebell_ui::part::{Choice, Faults, Field, Notice};
use firebell_ui::{Form, Lang, Say};

use crate::Web;
use crate::outside::{Outside, Words, lead_to, new_password, respond_in, rule};
use crate::sign_in::{Trouble, read, start_session};
use crate::words::for_visitor;

/// Where the administrator goes on, seen from `/start`.
const CHECKLIST: &str = "start/checklist";

#[derive(Debug, Template)]
#[template(path = "start.html")]
struct Page {
    outside: Outside,
    notice: Option<Notice>,
    faults: Faults,
    token: Field,
    instance: Vec<Field>,
    you: Vec<Field>,
}

/// What was entered, but for the token and the password.
#[derive(Debug, Clone, Default)]
struct Entered {
    instance: String,
    region: String,
    login: String,
    first: String,
    last: String,
    email: String,
    zone: String,
    language: String,
}

/// What becomes of what was entered.
struct Checked {
    instance: String,
    region: Region,
    person: Person,
    device: Device,
    password: Secret,
}

/// `GET /start`
pub(crate) async fn show(State(web): State<Web>, headers: HeaderMap) -> Response {
    if !is_open(&web) {
        return over(&web, &headers);
    }
    let t = for_visitor(&headers);
    let entered = Entered {
        region: Region::Emea.word().to_owned(),
        zone: "UTC".to_owned(),
        language: t.lang().tag().to_owned(),
        ..Entered::default()
    };
    laid_out(&headers, &entered, Faults::new(t), None)
}

/// `POST /start`
pub(crate) async fn set_up(State(web): State<Web>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (headers, t) = (&parts.headers, for_visitor(&parts.headers));
    if !is_open(&web) {
        return over(&web, headers);
    }
    let form = match read(t, body).await {
        Ok(form) => form,
        Err(trouble) => {
            return laid_out(headers, &Entered::default(), Faults::new(t), Some(trouble));
        }
    };
    let entered = Entered::of(&form);
    let now = web.ui.clock.now();
    let taken = match web.first_run.take(form.text("token"), now) {
        Ok(taken) => taken,
        Err(Refused::Over) => return over(&web, headers),
        Err(refused) => return not_taken(headers, &entered, refused),
    };
    let mut faults = Faults::new(t);
    let Some(checked) = entered.checked(&web, t, (&form, now), &mut faults) else {
        let notice = Notice::wrong(t.get("web-start-not"), t.get("web-device-not-saved-text"));
        let trouble = Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, notice);
        return laid_out(headers, &entered, faults, Some(trouble));
    };
    make(&web, &parts, (taken, checked), &entered).await
}

/// The page for whoever may not set up, or not now.
fn not_taken(headers: &HeaderMap, entered: &Entered, refused: Refused) -> Response {
    let t = for_visitor(headers);
    let (status, why, wait) = match refused {
        Refused::Busy => (StatusCode::CONFLICT, t.get("web-start-busy"), None),
        Refused::Spent => (StatusCode::GONE, t.get("web-start-spent"), None),
        Refused::TooMany(wait) => {
            // Rounded up: whoever comes then is not early.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            let why = t.n("web-start-many", seconds);
            (StatusCode::TOO_MANY_REQUESTS, why, Some(Duration::from_secs(seconds)))
        }
        Refused::Wrong | Refused::Over => (StatusCode::FORBIDDEN, t.get("web-start-wrong"), None),
    };
    let mut faults = Faults::new(t);
    faults.add("token", why.clone());
    let notice = Notice::wrong(t.get("web-start-not"), why);
    laid_out(headers, entered, faults, Some(Trouble { notice, status, wait }))
}

fn is_open(web: &Web) -> bool {
    web.first_run.is_open() && web.ui.snapshots.all().is_empty()
}

/// Makes it all in one revision.
async fn make(
    web: &Web,
    parts: &Parts,
    (taken, checked): (Taken, Checked),
    entered: &Entered,
) -> Response {
    let t = for_visitor(&parts.headers);
    let Checked { instance, region, person, device, password } = checked;
    let random = web.ui.random.clone();
    let hashed = web.ui.slowly.run(move || password::hash(password.expose(), &random)).await;
    let Some(hash) = hashed.ok().and_then(Result::ok) else {
        return laid_out(&parts.headers, entered, Faults::new(t), Some(Trouble::busy(t)));
    };
    let (id, login) = (person.id, person.target_name.to_string());
    let entities = vec![
        Entity::Person(person),
        Entity::Device(device),
        Entity::Password(Password { person: id, hash }),
    ];
    let by = Author::new(login, "first run");
    let now = web.ui.clock.now();
    let made = web.ui.authority.create_first(&instance, region, entities, &by, now).await;
    let directory = match made {
        Ok(directory) => directory,
        Err(error) => return failed(web, parts, entered, error),
    };
    taken.finish();
    tracing::info!(instance, "the first instance was made");
    let mut response = lead_to(CHECKLIST);
    let principal = Principal::of(&directory, id, Via::Basic);
    let begun = principal.is_some_and(|principal| {
        start_session(&web.ui, parts, &directory, &principal, &mut response)
    });
    if begun { response } else { lead_to("sign-in") }
}

fn failed(web: &Web, parts: &Parts, entered: &Entered, error: ConfigError) -> Response {
    let t = for_visitor(&parts.headers);
    let mut faults = Faults::new(t);
    match error {
        ConfigError::Invalid(found) if found.0.iter().any(|f| f.subcode == NOT_FIRST) => {
            web.first_run.finish();
            over(web, &parts.headers)
        }
        ConfigError::Invalid(found) => {
            for fault in found.0 {
                let field = match fault.field.as_str() {
                    "name" => "instance",
                    "targetName" | "webLogin" => "login",
                    "firstName" => "first",
                    "lastName" => "last",
                    "emailAddress" => "email",
                    _ => "",
                };
                faults.add(field, fault.message);
            }
            let notice = Notice::wrong(t.get("web-start-not"), t.get("web-device-not-saved-text"));
            let trouble = Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, notice);
            laid_out(&parts.headers, entered, faults, Some(trouble))
        }
        error => {
            tracing::warn!(%error, "the first instance could not be made");
            let notice = Notice::wrong(t.get("web-start-later"), t.get("web-start-later-text"));
            let trouble = Trouble::later(notice, UNCONFIRMED_RETRY);
            laid_out(&parts.headers, entered, faults, Some(trouble))
        }
    }
}

impl Entered {
    fn of(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        Self {
            instance: text("instance"),
            region: text("region"),
            login: text("login"),
            first: text("first"),
            last: text("last"),
            email: text("email"),
            zone: text("zone"),
            language: text("language"),
        }
    }

    /// What is to be made; none if something is wrong with what was entered.
    fn checked(
        &self,
        web: &Web,
        t: Say,
        (form, now): (&Form, Timestamp),
        faults: &mut Faults,
    ) -> Option<Checked> {
        let mut must = |good: bool, field: &str, why: &str| {
            if !good {
                faults.add(field, t.get(why));
            }
        };
        must(is_instance_name(&self.instance), "instance", "web-start-instance-bad");
        let region = Region::from_word(&self.region).unwrap_or(Region::Emea);
        let names = [&self.login, &self.first, &self.last].map(|text| Name::parse(text).ok());
        for (name, field) in names.iter().zip(["login", "first", "last"]) {
            must(name.is_some(), field, "web-start-name-bad");
        }
        must(is_email(&self.email), "email", "web-device-email-bad");
        let zone = Zone::parse(&self.zone).ok();
        must(zone.is_some(), "zone", "web-zone-unknown");
        let language = Lang::of_tag(&self.language).unwrap_or(t.lang());
        let new = form.raw("password");
        if let Err(error) = password::check(new) {
            faults.add("password", rule(t, &error));
        } else if form.raw("again") != new {
            faults.add("again", t.get("web-password-differ"));
        }
        if !faults.is_empty() {
            return None;
        }
        let [login, first, last] = names;
        let id: PersonId = Id::new(&web.ui.random, now);
        let person = Person {
            id,
            web_login: login.clone()?,
            target_name: login?,
            first_name: first?,
            last_name: last?,
            phone_login: None,
            language: language.tag().to_owned(),
            zone: zone?,
            site: None,
            supervisors: Vec::new(),
            roles: vec![Role::FullAccessUser],
            status: Status::Active,
            licence: LicenceType::FullUser,
            properties: Properties::default(),
            external_key: None,
            externally_owned: false,
            created: now,
            updated: now,
        };
        let device = Device {
            id: Id::new(&web.ui.random, now),
            owner: id,
            name: Name::parse("Work Email").ok()?,
            address: Address::Email(self.email.clone()),
            sequence: 1,
            delay_minutes: 0,
            priority_threshold: Priority::Low,
            timeframes: Vec::new(),
            default_device: false,
            status: Status::Active,
            external_key: None,
            externally_owned: false,
        };
        let password = Secret::new(new);
        Some(Checked { instance: self.instance.clone(), region, person, device, password })
    }

    fn instance_fields(&self, t: Say, faults: &Faults) -> Vec<Field> {
        let regions = [
            (Region::Emea, t.get("web-region-emea")),
            (Region::Na, t.get("web-region-na")),
            (Region::Apac, t.get("web-region-apac")),
        ];
        let region = |(region, name): (Region, String)| {
            Choice::new(region.word(), name, region.word() == self.region)
        };
        vec![
            Field::text("instance", t.get("web-start-instance"))
                .value(&self.instance)
                .hint(t.get("web-start-instance-hint"))
                .error(faults.of("instance"))
                .autocomplete("organization")
                .mono()
                .max(63)
                .required(),
            Field::select(
                "region",
                t.get("web-start-region"),
                regions.into_iter().map(region).collect(),
            ),
        ]
    }

    fn own_fields(&self, t: Say, faults: &Faults) -> Vec<Field> {
        let text = |name: &'static str, label: &str, value: &str, what| {
            Field::text(name, t.get(label))
                .value(value)
                .error(faults.of(name))
                .autocomplete(what)
                .max(100)
                .required()
        };
        let language = |lang: Lang| {
            let name = match lang {
                Lang::English => "English",
                Lang::German => "Deutsch",
                Lang::Norwegian => "Norsk bokmål",
            };
            Choice::new(lang.tag(), name, lang.tag() == self.language)
        };
        let login = text("login", "web-start-login", &self.login, "username");
        let mut fields = vec![
            text("first", "web-start-first", &self.first, "given-name"),
            text("last", "web-start-last", &self.last, "family-name"),
            Field::email("email", t.get("web-start-email"))
                .value(&self.email)
                .hint(t.get("web-start-email-hint"))
                .error(faults.of("email"))
                .autocomplete("email")
                .max(254)
                .required(),
            login.hint(t.get("web-start-login-hint")).with("autocapitalize", "none"),
        ];
        let [new, again] = new_password(t);
        fields.extend([
            new.error(faults.of("password")),
            again.error(faults.of("again")),
            Field::zone("zone", t.get("web-zone"))
                .value(&self.zone)
                .error(faults.of("zone"))
                .with("data-own-zone", "")
                .max(100)
                .required(),
            Field::select(
                "language",
                t.get("web-language"),
                Lang::ALL.into_iter().map(language).collect(),
            ),
        ]);
        fields
    }
}

fn over(web: &Web, headers: &HeaderMap) -> Response {
    let outside = Outside::new(headers, "", "web-start-over");
    let (status, text) = if web.ui.snapshots.all().is_empty() {
        (StatusCode::SERVICE_UNAVAILABLE, outside.t.get("web-start-none-text"))
    } else {
        (StatusCode::GONE, outside.t.get("web-start-over-text"))
    };
    let mut outside = outside;
    if status == StatusCode::SERVICE_UNAVAILABLE {
        outside.title = outside.t.get("web-start-not");
    }
    let notice = Notice::info(outside.title.clone(), text);
    Words::new(outside, notice).link("web-sign-in", "sign-in").respond(status)
}

fn laid_out(
    headers: &HeaderMap,
    entered: &Entered,
    faults: Faults,
    trouble: Option<Trouble>,
) -> Response {
    let (status, wait) = trouble.as_ref().map_or((StatusCode::OK, None), |t| (t.status, t.wait));
    let outside = Outside::new(headers, "", "web-start");
    let t = outside.t;
    let token = Field::text("token", t.get("web-start-token"))
        .hint(t.get("web-start-token-hint"))
        .error(faults.of("token"))
        .autocomplete("off")
        .mono()
        .with("data-token", "")
        .max(100)
        .required();
    let page = Page {
        notice: trouble.map(|trouble| trouble.notice),
        token,
        instance: entered.instance_fields(t, &faults),
        you: entered.own_fields(t, &faults),
        faults,
        outside,
    };
    respond_in(status, &page, wait)
}
